import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { chooseReading } from '../../../dictionaries/lexicon/contexts.ts'
import type { Lexicon } from '../../../dictionaries/lexicon/lexicon.ts'
import { toPattern } from '../../../dictionaries/lexicon/patterns.ts'
import { readLexicon } from '../../../dictionaries/lexicon/read-lexicon.ts'
import { AecoderError } from '../../../schemas/errors.ts'
import type { DictionaryFiles } from '../../../schemas/files.ts'

const COMMITTED = join(import.meta.dirname, '../../../dictionaries/lexicon')

const HEADERS = {
  'word-sets': 'set\twords\treason',
  abbreviations: 'abbreviation\treading\tcontext\treason',
  qualifiers: 'phrase\tclass\teffect\treason',
  paraphrases: 'lay\tmedical\treason',
  equivalences: 'word\tsame_as\tkind\treason',
  directions: 'phrase\tdirection\tkind\treason',
  opposites: 'one\tother\tkind\treason',
  medicines: 'name\tkind\treason',
  procedures: 'name\treason',
  analytes: 'analyte\tnames\tspecimen\treason',
  symptoms: 'diagnosis\tsymptoms\treason',
}
type TableName = keyof typeof HEADERS

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

function openFolder(folder: string): DictionaryFiles {
  return {
    where: folder,
    async list() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      const files = entries.filter((entry) => entry.isFile())
      return files.map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(folder.length + 1)
          .replaceAll('\\', '/'),
      )
    },
    open: async function* open(name) {
      yield await readFile(join(folder, name))
    },
  }
}

/** A folder with every table; rows are written with ` ~ ` between their cells and get a reason. */
async function makeLexicon(
  rows: Partial<Record<TableName, readonly string[]>>,
  others: { readonly [file: string]: string | Uint8Array } = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lexicon-'))
  folders.push(folder)
  const files: Record<string, string | Uint8Array> = {}
  for (const [table, header] of Object.entries(HEADERS)) {
    files[`en/${table}.tsv`] = toTable(header, rows[table as TableName] ?? [])
  }
  for (const [name, content] of Object.entries({ ...files, ...others })) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  return folder
}

function toTable(header: string, rows: readonly string[]): string {
  return [header, ...rows.map((row) => [...row.split(' ~ '), 'for a test'].join('\t')), ''].join('\n')
}

const read = (folder: string, terminology = 'meddra'): Promise<Lexicon> =>
  readLexicon(openFolder(folder), { language: 'en', terminology })

async function readRows(rows: Partial<Record<TableName, readonly string[]>>): Promise<Lexicon> {
  return await read(await makeLexicon(rows))
}

async function catchError(folder: string): Promise<AecoderError> {
  try {
    await read(folder)
  } catch (error) {
    if (error instanceof AecoderError) return error
    throw error
  }
  throw new Error('the lexicon was taken as sound')
}

const toFault = async (rows: Partial<Record<TableName, readonly string[]>>): Promise<string> =>
  (await catchError(await makeLexicon(rows))).message

describe('the lexicon that is shipped', () => {
  test('is sound for MedDRA and for ICD-10-CM', async () => {
    const [meddra, icd] = [await read(COMMITTED), await read(COMMITTED, 'icd-10-cm')]
    expect([meddra.language, meddra.terminology]).toEqual(['en', 'meddra'])
    expect(icd.sha256).not.toBe(meddra.sha256)
    expect(icd.files).toContain('en/icd-10-cm/qualifiers.tsv')
    expect(meddra.files).not.toContain('en/icd-10-cm/qualifiers.tsv')
  })

  test('has rows enough in each table that is written by hand', async () => {
    const { tables } = await read(COMMITTED)
    expect(new Set(tables.abbreviations.map(({ abbreviation }) => abbreviation)).size).toBeGreaterThanOrEqual(450)
    expect(tables.qualifiers.length).toBeGreaterThanOrEqual(250)
    expect(tables.equivalences.length).toBeGreaterThanOrEqual(400)
    expect(tables.directions.length).toBeGreaterThanOrEqual(100)
    expect(tables.opposites.length).toBeGreaterThanOrEqual(200)
  })

  const readings: readonly (readonly [verbatim: string, abbreviation: string, otherWords: string, taken: string])[] = [
    ['bad HA', 'HA', 'bad', 'headache'],
    ['HA pneumonia', 'HA', 'pneumonia', 'hospital acquired'],
    ['s/p TKR', 's/p', 'tkr', 'status post'],
    ['R knee pain', 'R', 'knee pain', 'right'],
    ['RA since 2008 on MTX', 'RA', 'since 2008 on mtx', 'rheumatoid arthritis'],
    ['corneal abrasion OD', 'OD', 'corneal abrasion', 'right eye'],
    ['PCO OS', 'OS', 'pco', 'left eye'],
    ['swelling b/l', 'b/l', 'swelling', 'bilateral'],
    ['hearing aids', 'aids', 'hearing', 'aids'],
    ['ant bite', 'ant', 'bite', 'ant'],
    ['ant. uveitis', 'ant', 'uveitis', 'anterior'],
    ['bilateral PEs', 'PEs', 'bilateral', 'pulmonary emboli'],
    ['SpO2 88% on RA', 'RA', 'spo2 88 % on', 'room air'],
    ['BP 160/90', 'BP', '160/90', 'blood pressure'],
    ['hypoxic, PE with DVT', 'PE', 'hypoxic with dvt', 'pulmonary embolism'],
  ]
  test.each(readings)('reads %s', async (_, abbreviation, otherWords, taken) => {
    const lexicon = await read(COMMITTED)
    const choice = chooseReading(lexicon.listReadings(abbreviation), { otherWords, domain: 'AE' })
    expect(choice.kind === 'taken' ? choice.reading.reading : choice.kind).toBe(taken)
  })

  test.each(['MS', 'PE', 'CP', 'PND', 'BS', 'OD', 'AI', 'Ca', 'CD', 'RA', 'CF', 'SOS', 'LAD'])(
    'asks a person what %s alone means',
    async (text) => {
      const readings = (await read(COMMITTED)).listReadings(text)
      expect(chooseReading(readings, { otherWords: '', domain: 'AE' }).kind).toBe('ask')
      expect(readings.length).toBeGreaterThan(0)
    },
  )

  test('asks a person whether BS decreased speaks of sugar, of bowels or of breath', async () => {
    const readings = (await read(COMMITTED)).listReadings('BS')
    expect(chooseReading(readings, { otherWords: 'decreased', domain: 'AE' }).kind).toBe('ask')
  })

  test('holds the sets of words that tell what stands beside an event', async () => {
    const { tables } = await read(COMMITTED)
    const sets = new Map(tables.wordSets.map(({ set, words }) => [set, words]))
    for (const name of ['circumstance', 'action', 'seen-by', 'trial-talk', 'body-site', 'unit', 'eye-talk'])
      expect(sets.get(name)?.length, name).toBeGreaterThanOrEqual(90)
    expect(sets.get('circumstance')).not.toContain('with')
    expect(sets.get('trial-talk')).not.toContain('night')
    for (const finding of ['reduced', 'drainage', 'fluid', 'oxygen', 'drop'])
      expect(sets.get('action')).not.toContain(finding)
  })

  const pairs: readonly (readonly [left: string, right: string])[] = [
    ['hypokalaemia', 'hyperkalemia'],
    ['Hypokalaemia', 'Hypocalcaemia'],
    ['neutropenia', 'neutrophilia'],
    ['fracture of ilium', 'fracture of ileum'],
    ['dysphagia', 'dysphasia'],
    ['weight gain', 'weight loss'],
    ['ureteral stone', 'urethral stone'],
    ['acute pancreatitis', 'chronic pancreatitis'],
    ['colectomy', 'colostomy'],
    ['gallbladder stone', 'bladder stone'],
  ]
  test.each(pairs)('keeps %s apart from %s, in both directions', async (left, right) => {
    const lexicon = await read(COMMITTED)
    expect(lexicon.findOpposition(left, right)).toBeDefined()
    expect(lexicon.findOpposition(right, left)).toBeDefined()
  })

  const alike: readonly (readonly [left: string, right: string])[] = [
    ['left and right arm pain', 'pain of right and left arm'],
    ['gall bladder pain', 'gallbladder pain'],
    ['LDL increased', 'low density lipoprotein increased'],
    ['benign prostatic hypertrophy', 'benign prostatic hyperplasia'],
    ['hypertension', 'hypertensive'],
  ]
  test.each(alike)('does not keep %s apart from %s', async (left, right) => {
    expect((await read(COMMITTED)).findOpposition(left, right)).toBeUndefined()
  })

  test('finds words of one meaning by one key', async () => {
    const lexicon = await read(COMMITTED)
    expect(lexicon.toCommonKey('Renal')).toBe(lexicon.toCommonKey('kidney'))
    expect(lexicon.toCommonKey('cephalalgia')).toBe(lexicon.toCommonKey('head ache'))
    expect(lexicon.toCommonKey('hemorrhage')).toBe(lexicon.toCommonKey('bleeding'))
    expect(lexicon.toCommonKey('oedema')).not.toBe(lexicon.toCommonKey('swelling'))
  })

  const qualifiers: readonly (readonly [text: string, meddra: string, icd: string])[] = [
    ['Grade 3', 'drop', 'drop'],
    ['x3 days', 'drop', 'drop'],
    ['chronic', 'keep', 'keep'],
    ['possible', 'convention', 'convention'],
    ['new-onset', 'drop', 'drop'],
    ['left', 'drop', 'keep'],
    ['h/o', 'convention', 'keep'],
    ['8/10', 'drop', 'drop'],
    ['asymptomatic', 'drop', 'drop'],
    ['x 30 sec', 'drop', 'drop'],
    ['intermittant', 'drop', 'drop'],
    ['stg 2', 'drop', 'drop'],
    ['prob', 'convention', 'convention'],
  ]
  test.each(qualifiers)('says what may become of "%s"', async (text, meddra, icd) => {
    expect((await read(COMMITTED)).findQualifier(text)?.effect).toBe(meddra)
    expect((await read(COMMITTED, 'icd-10-cm')).findQualifier(text)?.effect).toBe(icd)
  })

  const directions: readonly (readonly [text: string, direction: string | undefined])[] = [
    ['↑', 'increased'],
    ['HIGH', 'increased'],
    ['> 3 x ULN', 'increased'],
    ['3x ULN', 'increased'],
    ['2.5xULN', 'increased'],
    ['<LLN', 'decreased'],
    ['dropped', 'decreased'],
    ['NCS', 'abnormal'],
    ['WNL', 'normal'],
    ['-ve', 'negative'],
    ['blue', undefined],
  ]
  test.each(directions)('knows the direction of "%s"', async (text, direction) => {
    expect((await read(COMMITTED)).findDirection(text)?.direction).toBe(direction)
  })
})

describe('the files', () => {
  test('have one hash, and another for any other byte', async () => {
    const rows = { opposites: ['up ~ down ~ word'] }
    const { sha256 } = await readRows(rows)
    expect((await readRows(rows)).sha256).toBe(sha256)
    expect(
      (await read(await makeLexicon(rows, { 'en/notes.md': 'not read', 'en/other/qualifiers.tsv': '' }))).sha256,
    ).toBe(sha256)
    const commented = toTable(HEADERS.opposites, rows.opposites).replace('for a test', 'for a text')
    expect((await read(await makeLexicon({}, { 'en/opposites.tsv': commented }))).sha256).not.toBe(sha256)
    const overlay = { 'en/meddra/opposites.tsv': `${HEADERS.opposites}\n` }
    expect((await read(await makeLexicon(rows, overlay))).sha256).not.toBe(sha256)
  })

  test('of a terminology replace the rows of the same key and add others', async () => {
    const folder = await makeLexicon(
      {
        qualifiers: ['left ~ laterality ~ drop', 'mild ~ severity ~ drop'],
        abbreviations: ['ms ~ one ~ ask', 'ms ~ two ~ ask'],
      },
      {
        'en/icd-10-cm/qualifiers.tsv': toTable(HEADERS.qualifiers, [
          'Left ~ laterality ~ keep',
          'sequela ~ course ~ keep',
        ]),
        'en/icd-10-cm/abbreviations.tsv': toTable(HEADERS.abbreviations, ['MS ~ three ~ any']),
      },
    )
    const [meddra, icd] = [await read(folder), await read(folder, 'icd-10-cm')]
    const listEffects = ({ tables }: Lexicon) => tables.qualifiers.map(({ phrase, effect }) => `${phrase} ${effect}`)
    expect(listEffects(meddra)).toEqual(['left drop', 'mild drop'])
    expect(listEffects(icd)).toEqual(['mild drop', 'Left keep', 'sequela keep'])
    expect(meddra.listReadings('MS').map(({ reading }) => reading)).toEqual(['one', 'two'])
    expect(icd.listReadings('MS').map(({ reading }) => reading)).toEqual(['three'])
    expect(icd.findQualifier('left')?.where).toBe('en/icd-10-cm/qualifiers.tsv:2')
  })

  test('may hold comments and blank lines, and rows that begin with a number', async () => {
    const table = `# About.\n#\n\n${HEADERS.qualifiers}\n# Below: days\n# days\tduration\tdrop\tthe dates tell\n`
    const { tables } = await read(await makeLexicon({}, { 'en/qualifiers.tsv': table }))
    expect(tables.qualifiers).toEqual([
      { where: 'en/qualifiers.tsv:6', phrase: '# days', class: 'duration', effect: 'drop', reason: 'the dates tell' },
    ])
  })

  test('cannot be changed once read', async () => {
    const lexicon = await readRows({ opposites: ['up ~ down ~ word'] })
    expect(
      [lexicon, lexicon.tables, lexicon.tables.opposites, lexicon.tables.opposites[0]].every(Object.isFrozen),
    ).toBe(true)
  })

  test('are all needed, and none may have a name that nobody reads', async () => {
    const missing = await makeLexicon({})
    await rm(join(missing, 'en/opposites.tsv'))
    expect(await catchError(missing)).toMatchObject({ code: 'DICTIONARY_NOT_FOUND' })
    expect((await catchError(missing)).message).toContain('no en/opposites.tsv')
    expect((await catchError(await makeLexicon({}, { 'en/abbreviation.tsv': '' }))).message).toContain(
      'en/abbreviation.tsv: a table of an unknown name',
    )
    await expect(read(missing, '../secrets')).rejects.toThrow(RangeError)
  })

  const damages: readonly (readonly [what: string, content: string | Uint8Array, message: string])[] = [
    [
      'another header',
      'one\tother\treason\n',
      'en/opposites.tsv:1: the header one, other, reason (expected one, other, kind',
    ],
    ['no header', '', 'en/opposites.tsv: no header'],
    ['a missing cell', `${HEADERS.opposites}\nup\tdown\tword\n`, 'en/opposites.tsv:2: 3 cells (expected 4'],
    ['an empty cell', `${HEADERS.opposites}\nup\t\tword\tfor a test\n`, 'en/opposites.tsv:2: nothing in other'],
    [
      'a reason of one word',
      `${HEADERS.opposites}\nup\tdown\tword\tobvious\n`,
      'en/opposites.tsv:2: the reason "obvious"',
    ],
    ['another kind', `${HEADERS.opposites}\nup\tdown\twords\tfor a test\n`, 'en/opposites.tsv:2: kind "words"'],
    [
      'blanks around a cell',
      `${HEADERS.opposites}\nup \tdown\tword\tfor a test\n`,
      'en/opposites.tsv:2: a blank at an end',
    ],
    ['carriage returns', `${HEADERS.opposites}\r\n`, 'en/opposites.tsv:1: a carriage return'],
    ['a byte order mark', `\uFEFF${HEADERS.opposites}\n`, 'en/opposites.tsv: a byte order mark'],
    ['other bytes than UTF-8', Buffer.from([0x6f, 0xe4, 0x0a]), 'en/opposites.tsv: bytes that are not UTF-8'],
    [
      'a pair twice',
      toTable(HEADERS.opposites, ['up ~ down ~ word', 'Down ~ UP ~ word']),
      'en/opposites.tsv:3: a repeat of en/opposites.tsv:2',
    ],
  ]
  test.each(damages)('are refused with %s, where it stands', async (_, content, message) => {
    const error = await catchError(await makeLexicon({}, { 'en/opposites.tsv': content }))
    expect(error.code).toBe('DICTIONARY_DAMAGED')
    expect(error.message).toContain(message)
  })

  test('name the places of further faults after the first', async () => {
    const message = await toFault({ directions: ['up ~ upwards ~ word', 'down ~ decreased ~ arrow'] })
    expect(message).toContain('en/directions.tsv:2: direction "upwards"; 1 more: en/directions.tsv:3')
  })
})

describe('rows that contradict each other are refused', () => {
  const conflicts: readonly (readonly [
    what: string,
    rows: Partial<Record<TableName, readonly string[]>>,
    message: string,
  ])[] = [
    [
      'an abbreviation of one reading everywhere, and another reading',
      { abbreviations: ['PE ~ pulmonary embolism ~ any', 'p.e. ~ pleural effusion ~ ask'] },
      'en/abbreviations.tsv:3: "p.e." reads "pleural effusion", and "pulmonary embolism" at en/abbreviations.tsv:2; both are allowed by "any"',
    ],
    [
      'two readings beside the same word',
      { abbreviations: ['ms ~ multiple sclerosis ~ with: pain|relapse', 'ms ~ musculoskeletal ~ alone; with: Pain'] },
      'both are allowed by "with: pain"',
    ],
    [
      'two readings in the same domain',
      { abbreviations: ['ms ~ multiple sclerosis ~ domain: MH', 'ms ~ mitral stenosis ~ domain: AE|MH'] },
      'both are allowed by "domain: MH"',
    ],
    [
      'a reading beside a word that the other one does not exclude',
      { abbreviations: ['ha ~ headache ~ unless: filler', 'ha ~ hospital acquired ~ with: pneumonia'] },
      'both are allowed by "with: pneumonia"',
    ],
    [
      'a reading for all but a word, and one for the abbreviation alone',
      { abbreviations: ['ha ~ headache ~ unless: filler', 'ha ~ heart attack ~ alone'] },
      'both are allowed by "alone"',
    ],
    [
      'a qualifier with two effects',
      { qualifiers: ['new-onset ~ onset ~ drop', 'New onset ~ onset ~ keep'] },
      '"New onset" with the effect keep, and "new-onset" with drop at en/qualifiers.tsv:2',
    ],
    [
      'a qualifier and a pattern that fits it, with two effects',
      { qualifiers: ['grade 5 ~ grade ~ convention', 'grade # ~ grade ~ drop'] },
      'en/qualifiers.tsv:2: "grade 5" with the effect convention, and "grade #" with drop',
    ],
    [
      'a phrase with two directions',
      { directions: ['↑ ~ increased ~ symbol', '↑ ~ decreased ~ symbol'] },
      '"↑" with the direction decreased, and "↑" with increased at en/directions.tsv:2',
    ],
    [
      'a lay phrase with two medical sides',
      { paraphrases: ['water pills ~ diuretic', 'Water pill ~ hydrate'] },
      '"Water pill" is "hydrate", and "diuretic" at en/paraphrases.tsv:2',
    ],
    [
      'a lay phrase explained by its opposite',
      { paraphrases: ['high blood sugar ~ low glucose'], opposites: ['high ~ low ~ word'] },
      'en/paraphrases.tsv:2: "high blood sugar" is "low glucose" (expected what en/opposites.tsv:2 keeps apart (high, low)',
    ],
    [
      'an equivalence of opposites',
      { equivalences: ['elevated ~ lowered ~ synonym'], opposites: ['lowered ~ elevated ~ word'] },
      'en/equivalences.tsv:2: "elevated" and "lowered" are joined',
    ],
    [
      'an equivalence of words with opposite beginnings',
      { equivalences: ['hypotension ~ hypertension ~ synonym'], opposites: ['hypo ~ hyper ~ prefix'] },
      'what en/opposites.tsv:2 keeps apart (hypo, hyper)',
    ],
    [
      'an equivalence of words with opposite endings',
      { equivalences: ['neutropaenia ~ neutrophilia ~ synonym'], opposites: ['penia ~ philia ~ suffix'] },
      'what en/opposites.tsv:2 keeps apart (penia, philia)',
    ],
    [
      'opposites joined over several equivalences',
      {
        equivalences: [
          'up ~ high ~ synonym',
          'above ~ up ~ synonym',
          'below ~ above ~ synonym',
          'low ~ below ~ synonym',
        ],
        opposites: ['high ~ low ~ word'],
      },
      'en/equivalences.tsv:5: "high" and "low" are joined (en/equivalences.tsv:2, en/equivalences.tsv:5)',
    ],
    [
      'equivalences that go in a circle',
      { equivalences: ['a fib ~ af ~ synonym', 'af ~ afib ~ synonym', 'afib ~ a fib ~ synonym'] },
      'en/equivalences.tsv:4: "afib" is explained by "a fib", and that in the end by "afib"',
    ],
    [
      'an equivalence of what is one word already',
      { equivalences: ['anaemia ~ anemias ~ spelling'] },
      '"anaemia" and "anemias", which have one match key already',
    ],
    [
      'one word explained by two',
      { equivalences: ['renal ~ kidney ~ adjective', 'Renal ~ liver ~ adjective'] },
      'en/equivalences.tsv:3: a repeat of en/equivalences.tsv:2',
    ],
    [
      'a medicine that is a procedure',
      { medicines: ['Botox ~ brand'], procedures: ['botox'] },
      'en/medicines.tsv:2: "Botox" is a medicine, and a procedure at en/procedures.tsv:2',
    ],
    [
      'a name of two analytes in one specimen',
      { analytes: ['Glucose ~ sugar; GLU ~ blood', 'Glutamate ~ Glu ~ blood'] },
      '"Glu" names "Glutamate", and "Glucose" at en/analytes.tsv:2',
    ],
    [
      'a pair of endings that is a single letter',
      { opposites: ['a ~ an ~ prefix'] },
      'the prefix pair a, an (expected two letters or more on each side',
    ],
  ]
  test.each(conflicts)('%s', async (_, rows, message) => {
    expect(await toFault(rows)).toContain(message)
  })

  test('but not readings that can be told apart, nor names in two specimens', async () => {
    const { tables } = await readRows({
      abbreviations: [
        'ha ~ headache ~ unless: pneumonia',
        'ha ~ hospital acquired ~ with: pneumonia',
        'ha ~ other ~ ask',
      ],
      analytes: ['Glucose ~ sugar ~ blood', 'Urine glucose ~ sugar ~ urine'],
      medicines: ['Botox ~ brand'],
      procedures: ['Botox injection'],
      paraphrases: ['runny nose ~ rhinorrhoea', 'runny noses ~ rhinorrhea'],
    })
    expect(tables.abbreviations).toHaveLength(3)
  })
})

describe('a context', () => {
  const wrong: readonly (readonly [context: string, problem: string])[] = [
    ['sometimes', 'context "sometimes"'],
    ['with:', 'context "with:"'],
    ['with: fever||chill', 'context "with: fever||chill"'],
    ['domain: mh', 'context "mh" as a domain'],
    ['with: @limbs', 'context "@limbs", a set that word-sets.tsv does not hold'],
    ['any; alone', 'context "any"'],
  ]
  test.each(wrong)('is refused as "%s"', async (context, problem) => {
    expect(await toFault({ abbreviations: [`x ~ y ~ ${context}`] })).toContain(`en/abbreviations.tsv:2: ${problem}`)
  })

  const cases: readonly (readonly [context: string, otherWords: string, domain: string, isMet: boolean])[] = [
    ['any', 'whatever', 'AE', true],
    ['ask', 'whatever', 'AE', false],
    ['alone', '', 'AE', true],
    ['alone', 'pain', 'AE', false],
    ['domain: MH|CM', 'pain', 'CM', true],
    ['domain: MH|CM', 'pain', 'AE', false],
    ['with: knees|back pain', 'right knee', 'AE', true],
    ['with: knees|back pain', 'low back pain', 'AE', true],
    ['with: knees|back pain', 'kneecap', 'AE', false],
    ['with: @limbs', 'sore leg', 'AE', true],
    ['with: #', '160/90', 'AE', true],
    ['with: #', 't2dm', 'AE', false],
    ['unless: @limbs', 'sore leg', 'AE', false],
    ['unless: @limbs', 'sore back', 'AE', true],
    ['alone; domain: MH', 'pain', 'MH', true],
  ]
  test.each(cases)('"%s" with "%s" in %s: %s', async (context, otherWords, domain, isMet) => {
    const lexicon = await readRows({ 'word-sets': ['limbs ~ arms|legs'], abbreviations: [`x ~ y ~ ${context}`] })
    const choice = chooseReading(lexicon.listReadings('X'), { otherWords, domain })
    expect(choice.kind === 'taken').toBe(isMet)
  })

  test('that several readings meet at once leaves the choice to a person', async () => {
    const lexicon = await readRows({
      abbreviations: ['ra ~ arthritis ~ domain: MH', 'ra ~ atrium ~ with: dilated'],
    })
    expect(chooseReading(lexicon.listReadings('RA'), { otherWords: 'dilated', domain: 'MH' }).kind).toBe('ask')
    expect(chooseReading(lexicon.listReadings('RA'), { otherWords: 'dilated', domain: 'AE' }).kind).toBe('taken')
  })
})

describe('a pattern', () => {
  const fits: readonly (readonly [phrase: string, text: string, found: readonly string[]])[] = [
    ['x # d', 'bad ha x3d', ['x3d']],
    ['x # d', 'bad ha x 3 d and x4 days', ['x 3 d']],
    ['#/10', 'pain 8/10', ['8/10']],
    ['#/10', 'pain 8/100', []],
    ['g#', 'g2 neuropathy, pg2', ['g2']],
    ['grade #', 'grade 2-3 rash', ['grade 2-3']],
    ['> # x uln', 'alt>3x uln', ['>3x uln']],
    ['# x uln', 'alt 2.5 x uln', ['2.5 x uln']],
    ['since *', 'rash since monday evening', ['since monday']],
    ['# days', '10,000 days', ['10,000 days']],
  ]
  test.each(fits)('%s in "%s"', (phrase, text, found) => {
    expect([...text.matchAll(toPattern(phrase))].map(([match]) => match)).toEqual(found)
  })
})

import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Dictionary } from '../../../dictionaries/dictionary.ts'
import { readIcd10Cm } from '../../../dictionaries/icd-10-cm/read-icd-10-cm.ts'
import { openDictionaryFolder } from '../../../pipeline/storage/dictionary-files.ts'
import { toDictionaryFiles } from '../meddra/small-release.ts'
import { catchMessage, type Files, INDEX, ORDER, SMALL_ICD, TABULAR, toLine, withPassage } from './icd-10-cm-release.ts'

const read = (files: Files, options: { name?: string; encoding?: string } = {}) =>
  readIcd10Cm(toDictionaryFiles(files), options)

describe('a few dozen lines of the real release', () => {
  let dictionary: Dictionary
  beforeAll(async () => {
    dictionary = await readIcd10Cm(openDictionaryFolder(join(import.meta.dirname, '../../../samples/icd-10-cm')))
  })
  const codesOf = (code: string) => dictionary.findPath(code)?.map((node) => `${node.level} ${node.code}`)

  test('are read without anything odd', () => {
    expect(dictionary.report).toEqual({
      counts: {
        chapter: 6,
        section: 10,
        category: 14,
        '4-character': 18,
        '5-character': 8,
        '6-character': 12,
        '7-character': 21,
      },
      currentTerms: 66,
      nonCurrentTerms: 32,
      primaryPaths: 73,
      secondaryPaths: 0,
      standardQueries: 0,
      warnings: [],
    })
    expect(dictionary.ref).toMatchObject({ name: 'ICD-10-CM', version: '2026' })
    expect(dictionary.period).toEqual({ from: '2025-10-01', to: '2026-09-30' })
    expect(dictionary.hasNumericCodes).toBe(false)
  })

  test('a code has a path from its chapter, as long as the code', () => {
    expect(codesOf('I10')).toEqual(['chapter 9', 'section I10-I1A', 'category I10'])
    expect(codesOf('S52.521A')).toEqual([
      'chapter 19',
      'section S50-S59',
      'category S52',
      '4-character S52.5',
      '5-character S52.52',
      '6-character S52.521',
      '7-character S52.521A',
    ])
    expect(codesOf('S53.20XA')?.slice(-2)).toEqual(['5-character S53.20', '7-character S53.20XA'])
  })

  test('only what can be billed can be assigned', () => {
    const isCurrent = (code: string) => dictionary.findTerm(code)?.isCurrent
    expect(['I10', 'E11.9', 'E11.65', 'H60.311', 'S52.521A'].map(isCurrent)).toEqual([true, true, true, true, true])
    expect(['E11', 'E11.6', 'H60.31', 'S52.521', 'A04.7'].map(isCurrent)).toEqual([false, false, false, false, false])
  })

  test('edits.csv says for whom the codes below a category are meant', () => {
    const valid = [{ from: '2025-10-01', to: '2026-09-30' }]
    expect(dictionary.findLimits('N40.0')).toEqual({ sex: 'M', valid })
    expect(dictionary.findLimits('N20.0')).toEqual({ valid })
    expect(dictionary.findLimits('N40')).toBeUndefined()
  })

  test('notes are those of the code, then of what stands above it, led by its name', () => {
    expect(dictionary.listNotes('E11.621')).toEqual([
      { kind: 'use-additional', text: 'code to identify site of ulcer (L97.4-, L97.5-)' },
      { kind: 'includes', text: '[E11] diabetes (mellitus) due to insulin secretory defect' },
      { kind: 'includes', text: '[E11] diabetes NOS' },
      { kind: 'includes', text: '[E11] insulin resistant diabetes (mellitus)' },
      { kind: 'use-additional', text: '[E11] code to identify control using:' },
      { kind: 'use-additional', text: '[E11] injectable non-insulin antidiabetic drugs (Z79.85)' },
      { kind: 'use-additional', text: '[E11] insulin (Z79.4)' },
      { kind: 'use-additional', text: '[E11] oral antidiabetic drugs (Z79.84)' },
      { kind: 'use-additional', text: '[E11] oral hypoglycemic drugs (Z79.84)' },
      ...[
        'diabetes mellitus due to underlying condition (E08.-)',
        'drug or chemical induced diabetes mellitus (E09.-)',
        'gestational diabetes (O24.4-)',
        'neonatal diabetes mellitus (P70.2)',
        'postpancreatectomy diabetes mellitus (E13.-)',
        'postprocedural diabetes mellitus (E13.-)',
        'secondary diabetes mellitus NEC (E13.-)',
        'type 1 diabetes mellitus (E10.-)',
      ].map((text) => ({ kind: 'excludes1', text: `[E11] ${text}` })),
      { kind: 'note', text: expect.stringMatching(/^\[chapter 4\] All neoplasms, whether functionally active or not/) },
      {
        kind: 'excludes1',
        text: '[chapter 4] transitory endocrine and metabolic disorders specific to newborn (P70-P74)',
      },
    ])
    expect(dictionary.listNotes('N22')[0]).toEqual({ kind: 'code-first', text: 'underlying disease, such as:' })
  })

  test('a section and a category of one code are two nodes', () => {
    expect(dictionary.findNode('B20')).toMatchObject({ level: 'section', isCurrent: true })
    expect(dictionary.findNode('B20', 'category')).toMatchObject({ level: 'category', isCurrent: true })
    expect(dictionary.findTerm('B20')?.text).toBe('Human immunodeficiency virus [HIV] disease')
    expect(dictionary.listChildren({ level: 'section', code: 'B20' })).toEqual([
      { level: 'category', code: 'B20', text: 'Human immunodeficiency virus [HIV] disease' },
    ])
    expect(dictionary.listChildren({ level: 'category', code: 'B20' })).toEqual([])
    expect(dictionary.listParents({ level: 'section', code: 'B20' }).map(({ code }) => code)).toEqual(['1'])
  })

  test('a name of a header proposes the codes below it, as a hint', () => {
    expect(dictionary.listByFold('pseudomembraneous colitis')).toEqual([
      { code: 'A04.7', text: 'Pseudomembraneous colitis', conceptCode: 'A04.7', isCurrent: false },
    ])
    const candidates = dictionary.listCandidates('Pseudomembranous colitis', { limit: 2 })
    expect(candidates.map(({ term, hint }) => [term.code, term.isCurrent, hint])).toEqual([
      ['A04.71', true, 'Pseudomembraneous colitis'],
      ['A04.72', true, 'Pseudomembraneous colitis'],
    ])
    expect(
      dictionary
        .listCandidates('torus fracture of lower end of right radius', { limit: 6 })
        .map(({ term }) => term.code),
    ).toEqual(['S52.521A', 'S52.521D', 'S52.521G', 'S52.521K', 'S52.521P', 'S52.521S'])
  })

  test('what a code includes, and an entry of the index, are hints and no names', () => {
    expect(dictionary.listCandidates('BPH', { limit: 9 })).toMatchObject([
      { term: { code: 'N40.0' }, score: 1, hint: 'BPH' },
      { term: { code: 'N40.1' }, score: 1, hint: 'BPH' },
    ])
    expect(dictionary.listByFold('bph')).toEqual([])
    expect(dictionary.listCandidates('traumatic torus fracture, radius', { limit: 1 })[0]).toMatchObject({
      term: { code: 'S52.521A', isCurrent: true },
      hint: 'Fracture, traumatic, radius, lower end, torus',
    })
  })

  test('what it can be matched with are names of what can be assigned, and hints to it', () => {
    const indexed = dictionary.listIndexed()
    const { texts, concepts, conceptCount } = indexed
    const termsOf = (text: string) => indexed.listTerms(texts.indexOf(text)).map(({ term, hint }) => [term.code, hint])
    expect(termsOf('BPH')).toEqual([
      ['N40.0', 'BPH'],
      ['N40.1', 'BPH'],
    ])
    expect(termsOf('Essential (primary) hypertension')).toEqual([['I10', undefined]])
    expect(termsOf('Pseudomembraneous colitis').map(([code]) => code)).toEqual(['A04.71', 'A04.72'])
    expect(texts).not.toContain('Certain infectious and parasitic diseases')
    for (const place of texts.keys()) {
      expect(indexed.listTerms(place)).not.toEqual([])
      expect(indexed.listTerms(place).every(({ term }) => term.isCurrent)).toBe(true)
    }
    expect(concepts).toHaveLength(texts.length)
    expect(concepts.every((concept) => concept >= 0 && concept < conceptCount)).toBe(true)
  })
})

describe('names', () => {
  test('an inclusion term is a name of its code, once, unless it says what the title says', async () => {
    const dictionary = await read(SMALL_ICD)
    expect(dictionary.listTerms('K10.1').map(({ text }) => text)).toEqual([
      'Glimmer of the right foot',
      'Right sole alight',
    ])
    expect(dictionary.listByFold('right sole alight')).toEqual([
      { code: 'K10.1', text: 'Right sole alight', conceptCode: 'K10.1', isCurrent: true },
    ])
    expect(dictionary.findTerm('K10.1')?.text).toBe('Glimmer of the right foot')
  })

  test('codes are found with and without the dot, in any case, and have it in every answer', async () => {
    const dictionary = await read(SMALL_ICD)
    for (const written of ['K20.0XXA', 'K200XXA', 'k20.0xxa', ' k200xxa ']) {
      expect([written, dictionary.findTerm(written)?.code]).toEqual([written, 'K20.0XXA'])
      expect(dictionary.search(written, { mode: 'exact', limit: 9 }).map(({ code }) => code)).toEqual(['K20.0XXA'])
      expect(dictionary.findPath(written)?.at(-1)?.code).toBe('K20.0XXA')
    }
    expect(dictionary.findTerm('K2.00XXA')).toBeUndefined()
    expect(dictionary.findTerm('1')).toBeUndefined()
  })

  test('a search finds a code by its inclusion term, and by a section', async () => {
    const dictionary = await read(SMALL_ICD)
    expect(
      dictionary
        .search('sole', { mode: 'contains', limit: 9 })
        .map(({ code, text, isCurrent }) => [code, text, isCurrent]),
    ).toEqual([
      ['K10.1', 'Right sole alight', true],
      ['K10', 'Shimmer of the sole', false],
    ])
    expect(dictionary.search('dents', { mode: 'begins', limit: 9 }).map(({ level, code }) => [level, code])).toEqual([
      ['section', 'K20'],
    ])
  })
})

describe('the tabular list', () => {
  test('says things beside codes, sections and chapters', async () => {
    const dictionary = await read(SMALL_ICD)
    expect(dictionary.listNotes('K11')).toEqual([
      { kind: 'includes', text: 'being aglow & warm' },
      { kind: 'excludes2', text: '[section K10-K19] dents (K20)' },
      { kind: 'note', text: '[chapter 1] all invented' },
    ])
    expect(dictionary.listNotes('K10.1').map(({ kind }) => kind)).toEqual([
      'excludes1',
      'code-first',
      'excludes2',
      'note',
    ])
  })

  test('has headings over sections, which are no nodes', async () => {
    const dictionary = await read(SMALL_ICD)
    expect(dictionary.findNode('K10-K99')).toBeUndefined()
    expect(dictionary.listChildren({ level: 'chapter', code: '1' })).toEqual([
      { level: 'section', code: 'K10-K19', text: 'Lights (K10-K19)' },
      { level: 'section', code: 'K20', text: 'Dents (K20)' },
    ])
  })
})

describe('several releases in one folder', () => {
  const older = [
    toLine(1, 'K10', 1, 'Glimmer of the foot, old'),
    toLine(2, 'K11', 1, 'Glow, old'),
    toLine(3, 'K12', 1, 'Gleam'),
  ].join('')
  const files: Files = { ...SMALL_ICD, 'icd10cm-order-2025.txt': older, 'older/icd10cm-order-2024.txt': older }

  test('give each code the days on which it could be billed, and the title of its last release', async () => {
    const dictionary = await read(files)
    expect(dictionary.ref.version).toBe('2026')
    expect(dictionary.period).toEqual({ from: '2023-10-01', to: '2026-09-30' })
    expect(dictionary.findLimits('K11')).toEqual({ valid: [{ from: '2023-10-01', to: '2026-09-30' }] })
    expect(dictionary.findLimits('K12')).toEqual({ valid: [{ from: '2023-10-01', to: '2025-09-30' }] })
    expect(dictionary.findLimits('K10.1')).toEqual({ valid: [{ from: '2025-10-01', to: '2026-09-30' }] })
    expect(dictionary.findTerm('K11')?.text).toBe('Glow')
  })

  test('a code that could be billed once is assignable, though it is a header now or gone', async () => {
    const dictionary = await read(files)
    expect(dictionary.findTerm('K10')).toMatchObject({ text: 'Glimmer of the foot', isCurrent: true })
    expect(dictionary.findLimits('K10')).toEqual({ valid: [{ from: '2023-10-01', to: '2025-09-30' }] })
    expect(dictionary.findTerm('K12')?.isCurrent).toBe(true)
    // The tabular list of 2026 has it no more: its section is the one whose range it lies in.
    expect(dictionary.findPath('K12')?.map(({ code }) => code)).toEqual(['1', 'K10-K19', 'K12'])
  })

  test('an update within the year counts from the day that its name or dictionary.json says', async () => {
    const update = [toLine(1, 'K11', 1, 'Glow'), toLine(2, 'K13', 1, 'Spark')].join('')
    const named = await read({ 'icd10cm_order_2026.txt': ORDER, 'icd10cm-order-April-1-2026.txt': update })
    expect(named.findLimits('K13')).toEqual({ valid: [{ from: '2026-04-01', to: '2026-09-30' }] })
    expect(named.findLimits('K10.1')).toEqual({ valid: [{ from: '2025-10-01', to: '2026-03-31' }] })
    expect(named.findLimits('K11')).toEqual({ valid: [{ from: '2025-10-01', to: '2026-09-30' }] })
    const periods = { 'April/icd10cm_order_2026.txt': { from: '2026-05-01', to: '2026-09-30' } }
    const stated = await read({
      'October/icd10cm_order_2026.txt': ORDER,
      'April/icd10cm_order_2026.txt': update,
      'dictionary.json': JSON.stringify({ periods }),
    })
    expect(stated.findLimits('K13')).toEqual({ valid: [{ from: '2026-05-01', to: '2026-09-30' }] })
    expect(stated.findLimits('K10.1')).toEqual({ valid: [{ from: '2025-10-01', to: '2026-04-30' }] })
  })

  test.each<[string, Files, string]>([
    [
      'of one day',
      { 'a/icd10cm_order_2026.txt': ORDER, 'b/icd10cm_order_2026.txt': ORDER },
      'DICTIONARY_DAMAGED small-release: a/icd10cm_order_2026.txt and b/icd10cm_order_2026.txt, both in force from 2025-10-01',
    ],
    [
      'without a year',
      { 'icd10cm_order_new.txt': ORDER },
      'DICTIONARY_DAMAGED icd10cm_order_new.txt: no year in its name',
    ],
    [
      'with a period of a file that is not there',
      {
        'icd10cm_order_2026.txt': ORDER,
        'dictionary.json': '{ "periods": { "x.txt": { "from": "2026-04-01", "to": "2026-09-30" } } }',
      },
      'DICTIONARY_DAMAGED small-release: a period of x.txt, which is not there',
    ],
    [
      'with a day that is none in a period',
      {
        'icd10cm_order_2026.txt': ORDER,
        'dictionary.json': '{ "periods": { "x": { "from": "2026-04-01", "to": "2026-02-31" } } }',
      },
      'DICTIONARY_DAMAGED dictionary.json: periods["x"]: {"from":"2026-04-01","to":"2026-02-31"}',
    ],
    [
      'with a period that ends before it begins',
      {
        'icd10cm_order_2026.txt': ORDER,
        'dictionary.json': '{ "periods": { "icd10cm_order_2026.txt": { "from": "2026-04-01", "to": "2026-03-01" } } }',
      },
      'DICTIONARY_DAMAGED dictionary.json: periods["icd10cm_order_2026.txt"]: {"from":"2026-04-01","to":"2026-03-01"}',
    ],
  ])('are refused %s', async (_, bad, message) => {
    expect(await catchMessage(read(bad))).toContain(message)
  })
})

describe('what is odd without being wrong', () => {
  const warningsOf = async (files: Files) => (await read(files)).report.warnings

  test('without the tabular list there are codes only', async () => {
    const dictionary = await read({ 'icd10cm_order_2026.txt': ORDER })
    expect(dictionary.levels).toEqual(['category', '4-character', '5-character', '6-character', '7-character'])
    expect(dictionary.findPath('K20.0XXA')?.map(({ code }) => code)).toEqual(['K20', 'K20.0', 'K20.0XXA'])
    expect(dictionary.listChildren().map(({ code }) => code)).toEqual(['K10', 'K11', 'K20'])
    expect(dictionary.report.warnings).toEqual([
      'no tabular list (icd10cm_tabular_*.xml): there are no chapters, sections, inclusion terms and notes',
    ])
  })

  test('a tabular list of another year, or with other codes and titles, is told of', async () => {
    const tabular = [
      ['<version>2026<', '<version>2025<'],
      ['K10.2</name><desc>Glimmer of the left foot', 'K10.3</name><desc>Glimmer of neither foot'],
      ['<desc>Glow<', '<desc>Glowing<'],
      ['<extension char="S">later</extension>', ''],
    ].reduce((text, [from = '', to = '']) => withPassage(text, from, to), TABULAR)
    expect(await warningsOf({ ...SMALL_ICD, 'icd10cm_tabular_2026.xml': tabular })).toEqual([
      'icd10cm_tabular_2026.xml: of version 2025, while the codes are those of 2026',
      'icd10cm_tabular_2026.xml: codes that icd10cm_order_2026.txt does not have, left out: 1, the first K10.3 on line 28',
      'icd10cm_order_2026.txt: codes that icd10cm_tabular_2026.xml does not have: 2, the first K10.2',
      'icd10cm_tabular_2026.xml: titles that differ from icd10cm_order_2026.txt, which count: 1, the first K11 on line 30',
    ])
  })

  test('codes without a place, entries and edits that lead nowhere are told of', async () => {
    const files: Files = {
      'icd10cm_order_2026.txt': `${ORDER}${toLine(9, 'K991', 1, 'Lost')}`,
      'icd10cm_tabular_2026.xml': TABULAR,
      'icd10cm_index_2026.xml': withPassage(INDEX, 'K10.-', 'K17.-'),
      'edits.csv': 'code;sex\nK11;F\nK18;M\n',
    }
    expect(await warningsOf(files)).toEqual([
      'icd10cm_order_2026.txt: codes that icd10cm_tabular_2026.xml does not have: 1, the first K99.1',
      'codes without a place in the hierarchy: 1, the first K99.1',
      'icd10cm_index_2026.xml: entries whose code is not in the order file: 1, the first on line 9 (K17.-)',
      'edits.csv: codes that nothing begins with: 1, the first K18',
    ])
  })

  test('an order file that is not UTF-8 is read as Windows-1252, or as it is told', async () => {
    const text = withPassage(ORDER, 'Glow\n', 'Gl\u00f6w\n')
    const latin: Files = { 'icd10cm_order_2026.txt': Buffer.from(text, 'latin1') }
    const dictionary = await read(latin)
    expect(dictionary.findTerm('K11')?.text).toBe('Gl\u00f6w')
    expect(dictionary.report.warnings[0]).toBe('icd10cm_order_2026.txt: not UTF-8, read as Latin-1 (Windows-1252)')
    const told = await read(latin, { encoding: 'iso-8859-1' })
    expect(told.findTerm('K11')?.text).toBe('Gl\u00f6w')
    expect(told.report.warnings).toHaveLength(1)
  })
})

test("the name is the caller's before that of dictionary.json, and each byte counts in the hash", async () => {
  const named = { ...SMALL_ICD, 'dictionary.json': '{ "name": "ICD here", "language": "British" }' }
  expect((await read(named)).ref.name).toBe('ICD here')
  expect((await read(named)).language).toBe('British')
  expect((await read(named, { name: 'Mine' })).ref.name).toBe('Mine')
  const { sha256 } = (await read(SMALL_ICD)).ref
  const inFolder = Object.fromEntries(
    Object.entries(SMALL_ICD).map(([name, text]) => [`x/${name.toUpperCase()}`, text]),
  )
  expect(
    (await read({ ...inFolder, 'icd10cm_order_addenda_2026.txt': 'changes', 'icd10cm_drug_2026.xml': '<x/>' })).ref
      .sha256,
  ).toBe(sha256)
  for (const [name, text] of Object.entries(SMALL_ICD))
    expect((await read({ ...SMALL_ICD, [name]: `${text}\n` })).ref.sha256).not.toBe(sha256)
})

test('of several tabular lists the newest is read', async () => {
  const older = withPassage(TABULAR, 'Lights and dents', 'Old lights')
  const dictionary = await read({
    ...SMALL_ICD,
    'icd10cm_tabular_2025.xml': older,
    'icd10cm-tabular-April-2025.xml': older,
  })
  expect(dictionary.findNode('1')?.text).toBe('Lights and dents (K00-K99)')
})

describe('a folder is refused', () => {
  const order = (from: string, to: string): Files => ({
    ...SMALL_ICD,
    'icd10cm_order_2026.txt': withPassage(ORDER, from, to),
  })
  const tabular = (from: string, to: string): Files => ({
    ...SMALL_ICD,
    'icd10cm_tabular_2026.xml': withPassage(TABULAR, from, to),
  })
  const edits = (text: string): Files => ({ ...SMALL_ICD, 'edits.csv': text })
  const ORDER_AT = 'DICTIONARY_DAMAGED icd10cm_order_2026.txt:'
  const TABULAR_AT = 'DICTIONARY_DAMAGED icd10cm_tabular_2026.xml:'
  test.each<[string, Files, string]>([
    [
      'without an order file',
      { 'icd10cm_tabular_2026.xml': TABULAR },
      'DICTIONARY_NOT_FOUND small-release: no order file of ICD-10-CM',
    ],
    ['with an empty one', { 'icd10cm_order_2026.txt': '' }, `${ORDER_AT}1: no code`],
    ['with a flag that is none', order('K11     1', 'K11     2'), `${ORDER_AT}4: flag "2" for code K11`],
    ['with a shifted column', order('00004 K11 ', '00004  K11'), `${ORDER_AT}4: code " K11"`],
    ['with a tab', order('00004 K11', '00004\tK11'), `${ORDER_AT}4: "\\t" in column 6`],
    [
      'with a line that is cut off',
      order(`${'Glow'.padEnd(60)} Glow`, 'Glow'),
      `${ORDER_AT}4: a line of 20 characters`,
    ],
    ['with an order number that is none', order('00004', '0004x'), `${ORDER_AT}4: order number "0004x"`],
    ['with a code with its dot', order('K101  ', 'K10.1 '), `${ORDER_AT}2: code "K10.1"`],
    ['with a code twice', order('K102', 'K101'), `${ORDER_AT}3: code K101 again, first on line 2`],
    ['with an empty line between others', order('00004', '\n00004'), `${ORDER_AT}4: an empty line`],
    ['with a lost letter', order('Glow\n', 'Gl\ufffdw\n'), `${ORDER_AT}4: the replacement character U+FFFD`],
    ['with XML that ends too soon', tabular('</ICD10CM.tabular>', ''), 'XML_MALFORMED icd10cm_tabular_2026.xml:48:'],
    [
      'with HTML',
      { ...SMALL_ICD, 'icd10cm_tabular_2026.xml': '<html><body/></html>' },
      `${TABULAR_AT}1: the root element <html>`,
    ],
    [
      'with the index as tabular list',
      { ...SMALL_ICD, 'icd10cm_tabular_2026.xml': INDEX },
      `${TABULAR_AT}2: the root element <ICD10CM.index>`,
    ],
    [
      'with an entity of its own',
      tabular('<ICD10CM.tabular>', '<!DOCTYPE x><ICD10CM.tabular>'),
      'XML_MALFORMED icd10cm_tabular_2026.xml:2:',
    ],
    [
      'with a code without a title',
      tabular('<desc>Glow</desc>', ''),
      `${TABULAR_AT}30: a code with code K11 without a title`,
    ],
    ['with a code without a dot', tabular('K10.1</name>', 'K101</name>'), `${TABULAR_AT}18: code "K101"`],
    [
      'with a code twice in the list',
      tabular('K10.2</name>', 'K10.1</name>'),
      `${TABULAR_AT}28: code K10.1 again, first on line 18`,
    ],
    [
      'with a section in a code',
      tabular('<diag><name>K10.2</name><desc>Glimmer of the left foot</desc></diag>', '<section id="x"/>'),
      `${TABULAR_AT}28: a section in code K10`,
    ],
    [
      'with an entry of the index without words',
      { ...SMALL_ICD, 'icd10cm_index_2026.xml': withPassage(INDEX, '<title>pedal</title>', '') },
      'DICTIONARY_DAMAGED icd10cm_index_2026.xml:9: a code of a term without a title',
    ],
    ['with an edit of no sex', edits('code,sex\nK11,x\n'), 'DICTIONARY_DAMAGED edits.csv:2: sex "x"'],
    ['with an edit of no age', edits('code,age_from\nK11,old\n'), 'DICTIONARY_DAMAGED edits.csv:2: age_from "old"'],
    [
      'with an edit that says nothing',
      edits('code,sex\nK11,\n'),
      'DICTIONARY_DAMAGED edits.csv:2: code K11 without a limit',
    ],
    ['with an edit twice', edits('code,sex\nK11,M\nk11,F\n'), 'DICTIONARY_DAMAGED edits.csv:3: code k11 again'],
    ['with an edit of no code', edits('code,sex\n4711,M\n'), 'DICTIONARY_DAMAGED edits.csv:2: code "4711"'],
  ])('%s', async (_, files, message) => {
    expect(await catchMessage(read(files))).toContain(message)
  })
})

test('the longest beginning of a code says its sex, and the longest with ages its ages', async () => {
  const dictionary = await read({
    ...SMALL_ICD,
    'edits.csv': 'Code,Sex,Age from,Age to\nK20.-,F,12,55\nK20.0,M,,\nK200XXS,,18,\n',
  })
  const limits = (code: string) => ({ ...dictionary.findLimits(code), valid: undefined })
  expect(limits('K20.0XXA')).toEqual({ sex: 'M', age: { from: 12, to: 55 } })
  expect(limits('K20.0XXS')).toEqual({ sex: 'M', age: { from: 18 } })
  expect(limits('K11')).toEqual({})
})

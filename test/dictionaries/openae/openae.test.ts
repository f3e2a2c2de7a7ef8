/** OpenAE as committed, and the build that makes it. Reads the built files by hand, so that no reader of ours helps. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readTerminology, type SourceFiles } from '../../../dictionaries/openae/terminology.ts'
import { foldVerbatim } from '../../../dictionaries/text/fold.ts'
import { normaliseTerm } from '../../../dictionaries/text/normalise.ts'
import { compareCodeUnits } from '../../../schemas/content-id.ts'
import { OPENAE, runBuild } from './run-build.ts'

/** All versions whose folders are committed, oldest first; the ledger has them in this order. */
const VERSIONS = [...readFileSync(join(OPENAE, 'codes.txt'), 'utf8').matchAll(/^version (\S+) /gm)]
  .map(([, version = '']) => version)
  .filter((version) => existsSync(join(OPENAE, version)))
/** The one that the sources give. */
const NEWEST = VERSIONS.at(-1) ?? ''

/** Normalised texts that are deliberately terms of two concepts, each with its reason: none today. */
const SHARED: { readonly [key: string]: string } = {}

type Fields = readonly string[]

async function readRows(file: string, version = NEWEST): Promise<Fields[]> {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(join(OPENAE, version, file)))
  return text
    .split('\r\n')
    .slice(0, -1)
    .map((line) => line.split('$'))
}

function field(fields: Fields, at: number): string {
  const found = fields[at]
  if (found === undefined) throw new Error(`no field ${at} in ${fields.join('$')}`)
  return found
}

interface Sidecar {
  name: string
  version: string
  licence: string
  sexSpecific: { pt: string; sex: string }[]
  replacements: { llt: string; proposed: string }[]
}
async function readSidecar(version = NEWEST): Promise<Sidecar> {
  return JSON.parse(await readFile(join(OPENAE, version, 'dictionary.json'), 'utf8')) as Sidecar
}

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'openae-'))
})
afterAll(() => rm(scratch, { recursive: true }))

function listFaults(files: SourceFiles): string[] {
  try {
    readTerminology(files)
    return []
  } catch (error) {
    if (error instanceof AggregateError) return error.errors.map((fault) => String(fault.message))
    throw error
  }
}

let folders = 0
/** A folder as the build expects it, with the given sources. */
async function writeFolder(sources: Record<string, string>, ledger: string): Promise<string> {
  const folder = join(scratch, String(++folders))
  await mkdir(join(folder, 'source'), { recursive: true })
  await writeFile(join(folder, 'codes.txt'), ledger)
  for (const [name, text] of Object.entries(sources)) await writeFile(join(folder, 'source', name), text)
  return folder
}

async function readFolder(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder)).sort()
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  )
}

describe('the committed OpenAE', () => {
  test('has a folder for each version that the ledger names, and no other', () => {
    const folders = readdirSync(OPENAE).filter((name) => /^\d/.test(name))
    const named = [...readFileSync(join(OPENAE, 'codes.txt'), 'utf8').matchAll(/^version (\S+) /gm)]
    expect(folders.toSorted(compareCodeUnits)).toEqual(
      named.map(([, version = '']) => version).toSorted(compareCodeUnits),
    )
  })

  test('is what its sources give, byte for byte, on every build', async () => {
    const folder = join(scratch, 'copy')
    await cp(OPENAE, folder, { recursive: true })
    await rm(join(folder, NEWEST), { recursive: true })
    // A frozen version is built here all the same, to see that its sources still give it.
    const frozen = await readFile(join(folder, 'releases.txt'), 'utf8')
    await writeFile(join(folder, 'releases.txt'), frozen.replace(new RegExp(`^${NEWEST} .*\n`, 'm'), ''))
    expect(await runBuild(folder)).toMatchObject({ code: 0, stdout: expect.stringContaining('; 0 new codes') })
    expect(await readFolder(join(folder, NEWEST))).toEqual(await readFolder(join(OPENAE, NEWEST)))
    expect(await readFolder(join(folder, 'source'))).toEqual(await readFolder(join(OPENAE, 'source')))
    expect(await runBuild(folder, '--check')).toMatchObject({ code: 0 })
  })

  test('covers medicine: concepts, terms and body systems enough', async () => {
    expect((await readRows('soc.asc')).length).toBe(26)
    expect((await readRows('pt.asc')).length).toBeGreaterThanOrEqual(3000)
    expect((await readRows('llt.asc')).length).toBeGreaterThanOrEqual(18_000)
  })

  test('has standard queries, each with concepts of narrow and of broad scope', async () => {
    const queries = await readRows('smq_list.asc')
    expect(queries.length).toBeGreaterThanOrEqual(20)
    const concepts = new Set((await readRows('pt.asc')).map((fields) => fields[0]))
    // What was taken out of a query stays as inactive, and may be no concept any more.
    const content = (await readRows('smq_content.asc')).filter((fields) => fields[6] === 'A')
    expect(content.filter((fields) => fields[2] !== '4' || !concepts.has(field(fields, 1)))).toEqual([])
    for (const [code, name] of queries) {
      const scopes = new Set(content.filter((fields) => fields[0] === code).map((fields) => field(fields, 3)))
      expect([...scopes].toSorted(compareCodeUnits), name).toEqual(['1', '2'])
    }
  })

  test('says which concepts only one sex can have', async () => {
    const names = new Map((await readRows('pt.asc')).map((fields) => [field(fields, 0), field(fields, 1)]))
    const { sexSpecific } = await readSidecar()
    const named = sexSpecific.map(({ pt, sex }) => `${names.get(pt)} ${sex}`)
    expect(named).toEqual(expect.arrayContaining(['Ovarian cyst F', 'Pre-eclampsia F', 'Prostate cancer M']))
    expect(named.length).toBeGreaterThanOrEqual(12)
  })

  test.each([
    ['tummy ache', 'Abdominal pain', 'Mouth, stomach and bowel'],
    ['Threw up', 'Vomiting', 'Mouth, stomach and bowel'],
    ["can't sleep", 'Insomnia', 'Mind and sleep'],
    ['high blood pressure', 'Hypertension', 'Heart and circulation'],
    ['diarrhea', 'Diarrhoea', 'Mouth, stomach and bowel'],
    ['GERD', 'Reflux disease', 'Mouth, stomach and bowel'],
    ['UTI', 'Urinary tract infection', 'Infections'],
    ['elevated alanine aminotransferase', 'ALT increased', 'Test results'],
    ['Pain, abdominal', 'Abdominal pain', 'Mouth, stomach and bowel'],
    ["Ménière's disease", "Ménière's disease", 'Ears and balance'],
  ])('knows "%s" as %s under %s', async (written, concept, system) => {
    const term = (await readRows('llt.asc')).find((fields) => foldVerbatim(field(fields, 1)) === foldVerbatim(written))
    const primary = (await readRows('mdhier.asc')).find((path) => path[0] === term?.[2] && path[11] === 'Y')
    expect([primary?.[4], primary?.[7]]).toEqual([concept, system])
  })

  test.each(['mi', 'ra', 'ms', 'feeling sick'])('leaves out "%s", which has more than one meaning', async (written) => {
    const terms = new Set((await readRows('llt.asc')).map((fields) => foldVerbatim(field(fields, 1))))
    expect(terms).not.toContain(written)
  })
})

describe.each(VERSIONS)('the committed version %s', (version) => {
  // Fields without the trailing "$", which stands at the end of every record but those of the history.
  test.each([
    ['llt.asc', 11],
    ['pt.asc', 11],
    ['hlt.asc', 9],
    ['hlgt.asc', 9],
    ['soc.asc', 10],
    ['hlt_pt.asc', 2],
    ['hlgt_hlt.asc', 2],
    ['soc_hlgt.asc', 2],
    ['mdhier.asc', 12],
    ['intl_ord.asc', 2],
    ['meddra_release.asc', 5],
  ])('%s has records of %i fields, each closed by "$"', async (file, count) => {
    const rows = await readRows(file, version)
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.filter((fields) => fields.length !== count + 1 || fields.at(-1) !== '')).toEqual([])
  })

  test('names its release', async () => {
    expect(await readFile(join(OPENAE, version, 'meddra_release.asc'), 'utf8')).toBe(`${version}$English$$$$\r\n`)
    expect(await readSidecar(version)).toMatchObject({ name: 'OpenAE', version, licence: 'CC0-1.0' })
  })

  test('has a history whose last word on each code is what the code is now', async () => {
    const upToNow = VERSIONS.slice(0, VERSIONS.indexOf(version) + 1)
    const history = await readRows('meddra_history_english.asc', version)
    expect(history.filter((fields) => fields.length !== 6 || !upToNow.includes(field(fields, 2)))).toEqual([])
    const last = new Map<string, string>()
    // Entries of a code stand in the order of the versions.
    for (const [code = '', name = '', , type = '', currency = '', action = ''] of history) {
      const key = `${type} ${code}`
      if (action === 'D') last.delete(key)
      else last.set(key, `${name} ${currency}`)
    }
    const now = new Map<string, string>()
    for (const [file, type] of [
      ['soc', 'SOC'],
      ['hlgt', 'HLGT'],
      ['hlt', 'HLT'],
      ['pt', 'PT'],
      ['llt', 'LLT'],
    ] as const) {
      for (const fields of await readRows(`${file}.asc`, version)) {
        now.set(`${type} ${field(fields, 0)}`, `${field(fields, 1)} ${type === 'LLT' ? field(fields, 9) : ''}`)
      }
    }
    expect(last).toEqual(now)
  })

  test('has no term twice, whatever its case and blanks', async () => {
    const terms = (await readRows('llt.asc', version)).map((fields) => foldVerbatim(field(fields, 1)))
    const seen = new Set<string>()
    expect(terms.filter((term) => seen.size === seen.add(term).size)).toEqual([])
  })

  test('has no term of two concepts after normalisation, but for those shared on purpose', async () => {
    const concepts = new Map<string, Set<string>>()
    for (const fields of await readRows('llt.asc', version)) {
      if (fields[9] !== 'Y') continue
      const key = normaliseTerm(field(fields, 1))
      concepts.set(key, (concepts.get(key) ?? new Set()).add(field(fields, 2)))
    }
    const shared = [...concepts].filter(([, pts]) => pts.size > 1).map(([key]) => key)
    expect(shared.toSorted(compareCodeUnits)).toEqual(Object.keys(SHARED))
  })

  test('has each concept as a current term under the same code and name', async () => {
    const terms = new Map((await readRows('llt.asc', version)).map((fields) => [field(fields, 0), fields]))
    for (const [code = '', name = ''] of await readRows('pt.asc', version)) {
      const term = terms.get(code) ?? []
      expect([term[1], term[2], term[9]]).toEqual([name, code, 'Y'])
    }
  })

  test('has no code in the range of MedDRA, and none on two levels but a concept and its term', async () => {
    const files = ['soc.asc', 'hlgt.asc', 'hlt.asc', 'llt.asc', 'smq_list.asc']
    const codes = (await Promise.all(files.map((file) => readRows(file, version))))
      .flat()
      .map((fields) => field(fields, 0))
    expect(codes.filter((code) => !/^8\d{7}$/.test(code))).toEqual([])
    expect(new Set(codes).size).toBe(codes.length)
  })

  test('has whole paths: what a path names is there, and is linked as the path says', async () => {
    const [socs, hlgts, hlts, pts] = await Promise.all(
      ['soc.asc', 'hlgt.asc', 'hlt.asc', 'pt.asc'].map(
        async (file) => new Map((await readRows(file, version)).map((fields) => [field(fields, 0), field(fields, 1)])),
      ),
    )
    const links = (rows: Fields[], [from, to]: [number, number]) =>
      new Set(rows.map((fields) => `${field(fields, from)} ${field(fields, to)}`))
    const hierarchy = await readRows('mdhier.asc', version)
    for (const [pt = '', hlt = '', hlgt = '', soc = '', ...names] of hierarchy) {
      expect([pts?.get(pt), hlts?.get(hlt), hlgts?.get(hlgt), socs?.get(soc)]).toEqual(names.slice(0, 4))
    }
    expect(links(await readRows('hlt_pt.asc', version), [0, 1])).toEqual(links(hierarchy, [1, 0]))
    expect(links(await readRows('hlgt_hlt.asc', version), [0, 1])).toEqual(links(hierarchy, [2, 1]))
    expect(links(await readRows('soc_hlgt.asc', version), [0, 1])).toEqual(links(hierarchy, [3, 2]))
    expect(new Set(hierarchy.map((fields) => field(fields, 0)))).toEqual(new Set(pts?.keys()))
    expect((await readRows('intl_ord.asc', version)).map((fields) => field(fields, 1))).toEqual([
      ...(socs?.keys() ?? []),
    ])
  })

  test('has exactly one primary path for each concept, into the body system of the concept', async () => {
    const byConcept = Map.groupBy(await readRows('mdhier.asc', version), (path) => path[0])
    for (const fields of await readRows('pt.asc', version)) {
      const paths = byConcept.get(fields[0]) ?? []
      expect(paths.filter((path) => path[11] === 'Y').map((path) => path[3])).toEqual([fields[3]])
      expect(paths.filter((path) => path[10] !== fields[3])).toEqual([])
      expect(new Set(paths.map((path) => path[3])).size).toBe(paths.length)
    }
  })

  test('has a current replacement for each non-current term', async () => {
    const terms = await readRows('llt.asc', version)
    const nonCurrent = terms.filter((fields) => fields[9] === 'N').map((fields) => field(fields, 0))
    const current = new Set(terms.filter((fields) => fields[9] === 'Y').map((fields) => field(fields, 0)))
    const { replacements } = await readSidecar(version)
    expect(replacements.map(({ llt }) => llt)).toEqual(nonCurrent)
    expect(replacements.filter(({ proposed }) => !current.has(proposed))).toEqual([])
    expect(nonCurrent.length).toBeGreaterThanOrEqual(version === NEWEST ? 15 : 0)
  })
})

const HEAD = '# Rests on: invented for this test\n'
const LEDGER = 'version 0.1 last 80000012\n'
const COLOURS = `${HEAD}
Colours  80000001
  abbreviation: Col
  Warm  80000002
    Reds  80000003
      Redness  80000004
        Too red  80000005
        non-current: Ruddy => Too red  80000006
        also in: Loud ones
`
const SOUNDS = `${HEAD}
Sounds  80000007
  abbreviation: Snd
  All sounds  80000008
    Loud ones  80000009
      Bang  80000010
        sex: F
        Boom  80000011
        Crack  80000012
`

describe('the build', () => {
  test('gives a new line the next code, wherever it stands, and leaves all others', async () => {
    const folder = await writeFolder(
      { '1.txt': COLOURS, '2.txt': SOUNDS.replace('        Boom', '        Big bang\n        Boom') },
      LEDGER,
    )
    expect(await runBuild(folder, '--check')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('2.txt:9: "Big bang" has no code. Run "npm run dictionary:build"'),
    })
    expect(await runBuild(folder)).toMatchObject({ code: 0 })
    expect(await readFile(join(folder, 'source/2.txt'), 'utf8')).toBe(
      SOUNDS.replace('        Boom', `${'        Big bang'.padEnd(69)}  80000013\n        Boom`),
    )
    expect(await readFile(join(folder, 'codes.txt'), 'utf8')).toBe('version 0.1 last 80000013\n')
    expect(await runBuild(folder, '--check')).toMatchObject({ code: 0 })
  })

  test('does not care in which order the lines of a concept stand', async () => {
    const swapped = SOUNDS.replace('Boom  80000011', 'Crack  80000012').replace(
      /Crack {2}80000012\n$/,
      'Boom  80000011\n',
    )
    expect(swapped).not.toBe(SOUNDS)
    const folders = [
      await writeFolder({ '1.txt': COLOURS, '2.txt': SOUNDS }, LEDGER),
      await writeFolder({ '1.txt': COLOURS, '2.txt': swapped }, LEDGER),
    ]
    for (const folder of folders) expect(await runBuild(folder)).toMatchObject({ code: 0 })
    const [one, other] = await Promise.all(folders.map((folder) => readFolder(join(folder, '0.1'))))
    expect(one).toEqual(other)
  })

  test('writes a concept once for each of its paths, and the notes beside', async () => {
    const folder = await writeFolder({ '1.txt': COLOURS, '2.txt': SOUNDS }, LEDGER)
    await runBuild(folder)
    const built = await readFolder(join(folder, '0.1'))
    expect(built.get('mdhier.asc')?.split('\r\n')).toEqual([
      '80000004$80000003$80000002$80000001$Redness$Reds$Warm$Colours$Col$$80000001$Y$',
      '80000004$80000009$80000008$80000007$Redness$Loud ones$All sounds$Sounds$Snd$$80000001$N$',
      '80000010$80000009$80000008$80000007$Bang$Loud ones$All sounds$Sounds$Snd$$80000007$Y$',
      '',
    ])
    expect(JSON.parse(built.get('dictionary.json') ?? '')).toMatchObject({
      sexSpecific: [{ pt: '80000010', sex: 'F' }],
      replacements: [{ llt: '80000006', proposed: '80000005' }],
    })
  })

  test('--check finds a built file that was changed, lost or added', async () => {
    const folder = await writeFolder({ '1.txt': COLOURS, '2.txt': SOUNDS }, LEDGER)
    await runBuild(folder)
    await writeFile(join(folder, '0.1/pt.asc'), 'changed')
    await rm(join(folder, '0.1/soc.asc'))
    await writeFile(join(folder, '0.1/extra.asc'), '')
    const { code, stderr } = await runBuild(folder, '--check')
    expect(code).toBe(1)
    expect(stderr).toContain('0.1/pt.asc: not what the sources give')
    expect(stderr).toContain('0.1/soc.asc: not there')
    expect(stderr).toContain('0.1/extra.asc: no file of this build')
    expect(stderr.trim().split('\n')).toHaveLength(3)
  })

  test.each([
    ['a term that stands elsewhere', 'Boom ', 'too  RED ', '2.txt:9: "too  RED" holds characters'],
    [
      'a term that stands elsewhere in another case',
      'Boom ',
      'too RED ',
      '2.txt:9: "too RED" stands at 1.txt:8 already',
    ],
    ['a code that stands elsewhere', '80000011', '80000005', '2.txt:9: code 80000005, which stands at 1.txt:8 already'],
    ["a code in MedDRA's range", '80000011', '10999999', '2.txt:9: code 10999999, which was never given out'],
    ['a code that was never given out', '80000011', '80000099', '2.txt:9: code 80000099, which was never given out'],
    [
      'a line that is gone',
      '        Boom  80000011\n',
      '',
      'codes.txt:1: code 80000011 was given out but stands on no line',
    ],
    ['a code with one blank before it', 'Boom  80', 'Boom 80', '2.txt:9: "Boom 80000011" holds characters'],
    ['an uneven indentation', '        Boom', '       Boom', '2.txt:9: an indentation of 7 characters'],
    ['a tab', '        Boom', '\tBoom', '2.txt:9: "\tBoom" holds characters'],
    ['a step left out', '    Loud ones  80000009\n', '', '2.txt:6: concept "Bang" stands where there is nothing'],
    [
      'a second body system',
      '  All sounds',
      'All sounds',
      '2.txt:5: system "All sounds" stands where there is nothing',
    ],
    ['a separator in a name', 'Boom', 'Bo$om', '2.txt:9: "Bo$om" holds characters'],
    ['a note misspelt', 'sex: F', 'gender: F', '2.txt:8: "gender: F" holds'],
    ['an unknown sex', 'sex: F', 'sex: W', '2.txt:8: sex "W" (expected F or M)'],
    ['a note in the wrong place', '        sex: F', '  sex: F', '2.txt:8: "sex:" here'],
    ['a long abbreviation', 'Snd', 'Sounds', '2.txt:4: abbreviation "Sounds"'],
    ['a missing abbreviation', '  abbreviation: Snd\n', '', '2.txt:3: "Sounds" has no abbreviation'],
    ['an abbreviation twice', 'Snd', 'Col', '2.txt:3: "Col" stands at 1.txt:3 already'],
    ['a subgroup name twice', 'Loud ones', 'Reds', '2.txt:6: "Reds" stands at 1.txt:6 already'],
    ['a second place that is nowhere', 'also in: Loud', 'also in: Quiet', '1.txt:10: no subgroup "Quiet ones"'],
    [
      'a second place in the same system',
      'also in: Loud ones',
      'also in: Reds',
      '1.txt:10: "Redness" stands in "Colours"',
    ],
    ['a replacement that is nowhere', '=> Too red', '=> Pink', '1.txt:9: no term "Pink"'],
    ['a replacement that is non-current', '=> Too red', '=> Ruddy', '1.txt:9: "Ruddy" is non-current itself'],
    ['no replacement', ' => Too red', '', '1.txt:9: "Ruddy" is non-current without a replacement'],
    [
      'a non-current concept',
      '      Redness',
      '      non-current: Redness => Boom',
      '1.txt:7: a concept marked non-current',
    ],
    ['a head without its source', HEAD, '# Nothing said\n', '1.txt:1: the head does not say what this file rests on'],
  ])('refuses %s, by file and line', (_fault, from, to, expected) => {
    const systems = new Map([
      ['1.txt', COLOURS.replace(from, () => to)],
      ['2.txt', SOUNDS.replace(from, () => to)],
    ])
    expect([...systems.values()]).not.toEqual([COLOURS, SOUNDS])
    const faults = listFaults({ ledger: LEDGER, queries: '', systems })
    expect(faults.find((fault) => fault.startsWith(expected)) ?? faults).toEqual(expect.stringContaining(expected))
  })

  test('ends with exit code 1 at a fault, shows its place, and writes nothing', async () => {
    const sources = { '1.txt': COLOURS, '2.txt': SOUNDS.replace('Boom  80000011', 'Too red') }
    const folder = await writeFolder(sources, LEDGER)
    expect(await runBuild(folder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('2.txt:9: "Too red" stands at 1.txt:8 already'),
    })
    expect((await readdir(folder)).sort()).toEqual(['codes.txt', 'source'])
    expect(await readFolder(join(folder, 'source'))).toEqual(new Map(Object.entries(sources)))
  })

  test('refuses a retired code that is back, and accepts a line that is gone and retired', async () => {
    const ledger = `${LEDGER}retired 80000011  # said the same as Bang\n`
    const back = await runBuild(await writeFolder({ '1.txt': COLOURS, '2.txt': SOUNDS }, ledger))
    expect(back).toMatchObject({ code: 1, stderr: expect.stringContaining('2.txt:9: code 80000011, which is retired') })
    const without = SOUNDS.replace('        Boom  80000011\n', '')
    const gone = await runBuild(await writeFolder({ '1.txt': COLOURS, '2.txt': without }, ledger))
    expect(gone).toMatchObject({ code: 0 })
  })

  test('knows in which version a code came', async () => {
    const added = SOUNDS.replace(/$/, '        Clap\n')
    const folder = await writeFolder({ '1.txt': COLOURS, '2.txt': added }, `${LEDGER}version 0.2 last 80000012\n`)
    expect(await runBuild(folder)).toMatchObject({ code: 0 })
    const history = (await readFolder(join(folder, '0.2'))).get('meddra_history_english.asc')
    expect(history).toContain('80000012$Crack$0.1$LLT$Y$A\r\n')
    expect(history).toContain('80000013$Clap$0.2$LLT$Y$A\r\n')
  })
})

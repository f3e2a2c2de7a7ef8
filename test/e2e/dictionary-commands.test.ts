/** `dictionary search` and `dictionary show` from the command line, on a release and a code list small enough to read. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SMALL_RELEASE } from '../dictionaries/meddra/small-release.ts'
import { askAecoder, runAecoder } from './command-line.ts'

const LONG_NAME = `${'Very slow and gentle '.repeat(9)}rinse`
const SIDECAR = {
  name: 'Small',
  sexSpecific: [{ pt: '81000103', sex: 'F' }],
  replacements: [{ llt: '81000202', proposed: '81000201' }],
}
const RELEASE = {
  ...SMALL_RELEASE,
  'smq_list.asc': '81000301$Troubles below$1$What hurts below.$Invented$$7.1$A$N$\n',
  'smq_content.asc': '81000301$81000103$4$2$A$0$A$7.1$7.1$\n81000301$81000203$5$1$A$0$A$7.1$7.1$\n',
  'dictionary.json': JSON.stringify(SIDECAR),
}
const LIST = {
  'list.csv': [
    'code,term,parent,synonyms,valid_from,valid_to,sex,age_from,age_to,assignable,level',
    'E,Work on the eye,,,,,,,,N,chapter',
    'E1,Lens swap,E,Phako|Lens exchange,2020-01-01,2023-12-31,F,18,64,,act',
    `E2,${LONG_NAME},E,,2024-01-01,,,,,,act`,
    '',
  ].join('\n'),
  'dictionary.json': JSON.stringify({ name: 'House list', version: '3', language: 'English' }),
}

let release: string
let list: string
beforeAll(async () => {
  release = await toFolder(RELEASE)
  list = await toFolder(LIST)
})
afterAll(async () => {
  for (const folder of [release, list]) await rm(folder, { recursive: true, force: true })
})

async function toFolder(files: { readonly [name: string]: string }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aecoder-dictionary-'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

/** What a call prints, in lines, which all must fit the width; the folder's name is left out. */
async function linesOf(args: readonly string[], { folder = release }: { folder?: string } = {}): Promise<string[]> {
  const { exitCode, stdout, stderr } = await runAecoder(['dictionary', ...args, '--dictionary', folder])
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  const lines = stdout.trimEnd().split('\n')
  expect(lines.filter((line) => line.length > 100 && !line.includes('npx aecoder'))).toEqual([])
  return lines.map((line) => line.replace(` --dictionary ${folder}`, ''))
}

async function refusedBy(args: readonly string[], { folder = release }: { folder?: string } = {}) {
  const { exitCode, stdout, stderr } = await runAecoder(['dictionary', ...args, '--dictionary', folder])
  expect(stdout).toBe('')
  return { exitCode, stderr: stderr.replace(` --dictionary ${folder}`, '') }
}

describe('dictionary search', () => {
  test('finds what begins with a text, with its place and what may not be assigned', async () => {
    expect(await linesOf(['search', 'sick'])).toEqual([
      'level  code      name                            in',
      'LLT    81000202  Sick head, aching  not current  Aching head ‹ Complaints of nerves',
    ])
    expect(await linesOf(['search', 'B'])).toEqual([
      'level  code      name             in',
      'PT     81000103  Belly megrim     Bowel movements ‹ Complaints of the belly',
      'LLT    81000103  Belly megrim     Belly megrim ‹ Complaints of the belly',
      'HLGT   81000012  Bowel group      Complaints of the belly',
      'HLT    81000022  Bowel movements  Bowel group ‹ Complaints of the belly',
    ])
  })

  test('takes a text with a star or a question mark for a pattern, unless a mode is named', async () => {
    expect(await linesOf(['search', 'a*HEAD'])).toEqual([
      'level  code      name               in',
      'HLT    81000021  Aches of the head  Head group ‹ Complaints of nerves',
      'PT     81000101  Aching head        Aches of the head ‹ Complaints of nerves',
      'LLT    81000101  Aching head        Aching head ‹ Complaints of nerves',
    ])
    expect((await linesOf(['search', 'a*HEAD', '--mode', 'begins']))[0]).toBe(
      'No name in Small 7.1 begins with "a*HEAD".',
    )
  })

  test('finds misspelt words in another order, on a level named in any case', async () => {
    expect(await linesOf(['search', 'motinos loose', '--mode', 'similar', '--limit', '1', '--level', 'pt'])).toEqual([
      'level  code      name           in',
      'PT     81000102  Loose motions  Bowel movements ‹ Complaints of the belly',
      '',
      'The most similar first. --limit shows more.',
    ])
  })

  test('says how much more was found than it shows', async () => {
    const lines = await linesOf(['search', 'head', '--mode', 'contains', '--limit', '2'])
    expect(lines.slice(1)).toEqual([
      'HLGT   81000011  Head group         Complaints of nerves',
      'HLT    81000021  Aches of the head  Head group ‹ Complaints of nerves',
      '',
      'The first 2 of 6. --limit shows more.',
    ])
    const answer = await askAecoder<{ hits: { code: string }[] }>([
      'dictionary',
      'search',
      'head',
      '--mode',
      'contains',
      '--limit',
      '2',
      '--dictionary',
      release,
    ])
    expect(answer).toMatchObject({ mode: 'contains', level: null, found: { count: 6, atLeast: false } })
    expect(answer.hits.map(({ code }) => code)).toEqual(['81000011', '81000021'])
  })

  test('that finds nothing says what would', async () => {
    expect(await linesOf(['search', 'motions'])).toEqual([
      'No name in Small 7.1 begins with "motions".',
      '--mode contains finds 3: npx aecoder dictionary search motions --mode contains',
      '--mode similar finds first "Loose motions": npx aecoder dictionary search motions --mode similar',
    ])
    expect(await linesOf(['search', 'head', '--level', 'SOC'])).toEqual([
      'No SOC name in Small 7.1 begins with "head".',
      'On all levels finds 1: npx aecoder dictionary search head --mode begins',
    ])
    expect(await linesOf(['search', '81000022'])).toEqual([
      'No name in Small 7.1 begins with "81000022".',
      'It is the code of HLT Bowel movements: npx aecoder dictionary show 81000022',
    ])
    expect(await linesOf(['search', 'xqz'])).toEqual([
      'No name in Small 7.1 begins with "xqz".',
      'No other mode finds anything. Try fewer words, or only a part of the term.',
    ])
    expect(await askAecoder(['dictionary', 'search', 'motions', '--dictionary', release])).toMatchObject({
      found: { count: 0, atLeast: false },
      hits: [],
      otherWays: [
        { mode: 'contains', level: null, found: { count: 3, atLeast: false } },
        { mode: 'similar', level: null, found: null },
      ],
    })
  })

  test('refuses a level that the dictionary has not, an unknown mode and an empty text', async () => {
    expect(await refusedBy(['search', 'head', '--level', 'chapter'])).toEqual({
      exitCode: 2,
      stderr: 'aecoder: --level: "chapter" (expected a level of Small 7.1: SOC, HLGT, HLT, PT, LLT)\n',
    })
    expect(await refusedBy(['search', 'lens', '--level', 'PT'], { folder: list })).toEqual({
      exitCode: 2,
      stderr: 'aecoder: --level: "PT" (expected a level of House list 3: chapter, act)\n',
    })
    expect((await refusedBy(['search', 'head', '--mode', 'odd'])).stderr).toMatch(
      /'odd' is invalid\. Allowed choices are exact, begins, contains, wildcard, similar/,
    )
    expect(await refusedBy(['search', ' '])).toMatchObject({ exitCode: 2 })
  })
})

describe('dictionary show', () => {
  test('without a code shows the broadest level, to walk down from', async () => {
    expect(await linesOf(['show'])).toEqual([
      'Small 7.1 (English): SOC 2, HLGT 2, HLT 2, PT 3, LLT 6',
      '',
      'code      SOC                      HLGT  HLT  PT  LLT',
      '81000001  Complaints of nerves        1    1   2    4',
      '81000002  Complaints of the belly     1    1   2    3',
      '',
      'One level down: npx aecoder dictionary show CODE',
    ])
  })

  test('shows a node above the concepts with what stands above and below it', async () => {
    expect(await linesOf(['show', '81000022'])).toEqual([
      'Bowel movements',
      'HLT 81000022',
      '',
      'above  level  code      name',
      'path   SOC    81000002  Complaints of the belly',
      '       HLGT   81000012  Bowel group',
      '',
      'code      PT             LLT',
      '81000103  Belly megrim     1',
      '81000102  Loose motions    2',
    ])
  })

  test('shows a concept with all its paths, its terms, its limits and its standard queries', async () => {
    expect(await linesOf(['show', '81000103'])).toEqual([
      'Belly megrim',
      'PT 81000103',
      'LLT of the same code: npx aecoder dictionary show 81000103 --level LLT',
      '',
      'only in female subjects',
      '',
      'above      level  code      name',
      'primary    SOC    81000002  Complaints of the belly',
      '           HLGT   81000012  Bowel group',
      '           HLT    81000022  Bowel movements',
      '',
      'secondary  SOC    81000001  Complaints of nerves',
      '           HLGT   81000011  Head group',
      '           HLT    81000021  Aches of the head',
      '',
      'code      lowest level term',
      '81000103  Belly megrim',
      '',
      'code      standard query  scope',
      '81000301  Troubles below  narrow',
    ])
  })

  test('shows a term with its concept, its state, the term proposed for it and its siblings', async () => {
    expect(await linesOf(['show', '81000202'])).toEqual([
      'Sick head, aching',
      'LLT 81000202, a name of PT 81000101 Aching head',
      'not current',
      'proposed in its place: 81000201 Throbbing head',
      '',
      'above    level  code      name',
      'primary  SOC    81000001  Complaints of nerves',
      '         HLGT   81000011  Head group',
      '         HLT    81000021  Aches of the head',
      '         PT     81000101  Aching head',
      '',
      'code      lowest level term',
      '81000101  Aching head',
      '81000201  Throbbing head',
      '81000202  Sick head, aching  not current',
    ])
    expect((await linesOf(['show', '81000203'])).at(-1)).toBe('81000301  Troubles below  broad')
  })

  test('shows the level that is named where a code stands on two', async () => {
    expect((await linesOf(['show', '81000101', '--level', 'llt'])).slice(0, 3)).toEqual([
      'Aching head',
      'LLT 81000101, a name of PT 81000101 Aching head',
      'PT of the same code: npx aecoder dictionary show 81000101 --level PT',
    ])
  })

  test('tells programs the same', async () => {
    const answer = await askAecoder<{ children: unknown; parents: unknown; paths: unknown[] }>([
      'dictionary',
      'show',
      '81000103',
      '--dictionary',
      release,
    ])
    expect(answer).toMatchObject({
      dictionary: { name: 'Small', version: '7.1' },
      node: { level: 'PT', code: '81000103', text: 'Belly megrim', isCurrent: true },
      otherLevels: ['LLT'],
      limits: { sex: 'F' },
      concept: { level: 'PT', code: '81000103' },
      terms: [{ code: '81000103', text: 'Belly megrim', isCurrent: true }],
      notes: [],
      standardQueries: [{ code: '81000301', name: 'Troubles below', scope: 'narrow' }],
    })
    expect(answer.parents).toEqual([
      { level: 'HLT', code: '81000022', text: 'Bowel movements' },
      { level: 'HLT', code: '81000021', text: 'Aches of the head' },
    ])
    expect(answer.children).toEqual([{ level: 'LLT', code: '81000103', text: 'Belly megrim', below: {} }])
    expect(answer.paths).toMatchObject([{ isPrimary: true }, { isPrimary: false }])
  })

  test('refuses a code that is none, that stands elsewhere, or a level without a code', async () => {
    expect(await refusedBy(['show', '99'])).toEqual({
      exitCode: 1,
      stderr:
        'aecoder: code "99": no code of Small 7.1 (expected a code of SOC, HLGT, HLT, PT, LLT). ' +
        'Look for it by text: npx aecoder dictionary search TEXT\n',
    })
    expect((await refusedBy(['show', '81000022', '--level', 'PT'])).stderr).toBe(
      'aecoder: code "81000022": no PT of Small 7.1, but HLT Bowel movements. Leave --level out, or name that one\n',
    )
    expect((await refusedBy(['show', '81000301'])).stderr).toContain('a standard query of Small 7.1: Troubles below')
    expect((await refusedBy(['show', '--level', 'PT'])).exitCode).toBe(2)
  })
})

describe('a dictionary with other levels', () => {
  test('shows its codes, names, days and ages in its own words', async () => {
    expect(await linesOf(['show', 'E1'], { folder: list })).toEqual([
      'Lens swap',
      'act E1',
      '',
      'only in female subjects',
      'only at an age from 18 to 64 years',
      'assignable from 2020-01-01 to 2023-12-31',
      '',
      'above    level    code  name',
      'primary  chapter  E     Work on the eye',
      '',
      'term',
      'Lens swap',
      'Phako',
      'Lens exchange',
    ])
  })

  test('keeps a long name whole within the width', async () => {
    const wordsOf = async (args: readonly string[]) =>
      (await linesOf(args, { folder: list }))
        .flatMap((line) => line.match(/very|slow|and|gentle|rinse/gi) ?? [])
        .join(' ')
    expect(await wordsOf(['show', 'E2'])).toBe(LONG_NAME)
    expect(await wordsOf(['show', 'E'])).toBe(LONG_NAME)
    expect(await wordsOf(['search', 'very'])).toBe(LONG_NAME)
  })

  test('is searched on its own levels', async () => {
    expect(await linesOf(['search', 'lens*', '--level', 'act'], { folder: list })).toMatchObject({ length: 2 })
    expect((await linesOf(['search', '*eye'], { folder: list })).slice(1)).toEqual([
      'chapter  E     Work on the eye  not assignable',
    ])
  })
})

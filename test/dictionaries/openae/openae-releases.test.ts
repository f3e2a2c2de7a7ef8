/** Releases of OpenAE after the first: what a new one states of its changes, what it may not do, and what stays frozen. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readMeddraChanges } from '../../../dictionaries/meddra/changes.ts'
import { listContradictions } from '../../../dictionaries/meddra/contradictions.ts'
import { readMeddraHistory } from '../../../dictionaries/meddra/history.ts'
import { readReleaseTexts } from '../../../dictionaries/meddra/records.ts'
import { openDictionary } from '../../../pipeline/index.ts'
import { compareCodeUnits } from '../../../schemas/content-id.ts'
import { toDictionaryFiles } from '../meddra/small-release.ts'
import { OPENAE, runBuild } from './run-build.ts'

/** As `LC_ALL=C sha256sum * | sha256sum` prints it. */
function toHash(folder: string): string {
  const toSha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex')
  const names = readdirSync(folder).sort()
  return toSha256(names.map((name) => `${toSha256(readFileSync(join(folder, name)))}  ${name}\n`).join(''))
}

async function readFolder(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  for (const name of (await readdir(folder)).sort()) files.set(name, await readFile(join(folder, name), 'utf8'))
  return files
}

const COLOURS = `# Rests on: invented for this test
Colours  80000001
  abbreviation: Col
  Warm  80000002
    Reds  80000003
      Redness  80000004
        also in: Loud ones
        Too red  80000005
        non-current: Ruddy => Too red  80000006
      Scarlet  80000007
        Deep scarlet  80000008
    Yellows  80000009
      Golden  80000010
        Gilded  80000011
      Amber  80000012
`
const SOUNDS = `# Rests on: invented for this test
Sounds  80000013
  abbreviation: Snd
  All sounds  80000014
    Loud ones  80000015
      Bang  80000016
        Boom  80000017
        Crack  80000018
    Faint ones  80000019
      Whisper  80000020
        Murmur  80000021
`
const QUERIES = `Alarming things  80000022
  about: What alarms.
  narrow: Redness
  narrow: Bang
  broad: Scarlet
  broad: Whisper
`
const FIRST = 'version 0.1 last 80000022\n'
const SECOND = `${FIRST}version 0.2 last 80000022 on 2027-03-01\n`

/**
 * A change of every kind: the body systems change places (3-colours), an abbreviation; a group, subgroup, concept and term
 * are new; a subgroup is retired; Amber is moved and renamed, Golden gets another body system, Redness loses its second
 * place; Scarlet is demoted, Crack promoted; Boom is moved, Too red renamed, Murmur non-current, Ruddy current and renamed.
 */
const COLOURS_LATER = `# Rests on: invented for this test
Colours  80000001
  abbreviation: Col
  Warm  80000002
    Reds  80000003
      Redness  80000004
        Far too red  80000005
        Ruddy face  80000006
        Scarlet  80000007
        Deep scarlet  80000008
      Amber glow  80000012
  Cold
    Blues
      Azure
        Sky blue
`
const SOUNDS_LATER = `# Rests on: invented for this test
Sounds  80000013
  abbreviation: Noise
  All sounds  80000014
    Loud ones  80000015
      Bang  80000016
      Crack  80000018
        Boom  80000017
    Faint ones  80000019
      Golden  80000010
        Gilded  80000011
      Whisper  80000020
        non-current: Murmur => Whisper  80000021
`
const QUERIES_LATER = `Alarming things  80000022
  about: What alarms.
  narrow: Redness
  narrow: Azure
  broad: Bang
  broad: Whisper
`
const RETIRED = 'retired 80000009  # nothing was left of it\n'

let scratch: string
let folders = 0
/** A folder whose version 0.1 is built and frozen. */
let frozen: string
/** One whose version 0.2 is built on that. */
let built: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'openae-releases-'))
  frozen = await writeFolder({ '1.txt': COLOURS, '2.txt': SOUNDS }, { 'codes.txt': FIRST, 'queries.txt': QUERIES })
  expect(await runBuild(frozen)).toMatchObject({ code: 0 })
  expect(await runBuild(frozen, '--freeze')).toMatchObject({ code: 0 })
  built = await copyFrozen(
    { '2.txt': SOUNDS_LATER, '3-colours.txt': COLOURS_LATER },
    { 'codes.txt': SECOND + RETIRED, 'queries.txt': QUERIES_LATER },
  )
  expect(await runBuild(built)).toMatchObject({ code: 0, stdout: expect.stringContaining('; 4 new codes') })
})
afterAll(() => rm(scratch, { recursive: true }))

type Texts = { readonly [name: string]: string }

async function writeFolder(sources: Texts, others: Texts): Promise<string> {
  folders += 1
  const folder = join(scratch, String(folders))
  await mkdir(join(folder, 'source'), { recursive: true })
  for (const [name, text] of Object.entries(others)) await writeFile(join(folder, name), text)
  for (const [name, text] of Object.entries(sources)) await writeFile(join(folder, 'source', name), text)
  return folder
}

/** The frozen 0.1, with other sources. */
async function copyFrozen(sources: Texts, others: Texts): Promise<string> {
  const folder = await writeFolder(sources, { 'queries.txt': QUERIES, ...others })
  for (const name of ['0.1', 'releases.txt']) await cp(join(frozen, name), join(folder, name), { recursive: true })
  return folder
}

describe('a version with a day', () => {
  test.each([
    [
      'llt.seq',
      [
        'M$5$80000005$Far too red$80000004$$$$$$$Y$$',
        'M$5$80000006$Ruddy face$80000004$$$$$$$Y$$',
        'M$13$80000006$Ruddy face$80000004$$$$$$$Y$$',
        'M$6$80000007$Scarlet$80000004$$$$$$$Y$$',
        'M$6$80000008$Deep scarlet$80000004$$$$$$$Y$$',
        'M$5$80000012$Amber glow$80000012$$$$$$$Y$$',
        'M$6$80000017$Boom$80000018$$$$$$$Y$$',
        'M$6$80000018$Crack$80000018$$$$$$$Y$$',
        'M$13$80000021$Murmur$80000020$$$$$$$N$$',
        'A$$80000025$Azure$80000025$$$$$$$Y$$',
        'A$$80000026$Sky blue$80000025$$$$$$$Y$$',
      ],
    ],
    [
      'pt.seq',
      [
        'D$$80000007$Scarlet$$80000001$$$$$$$$',
        'M$7$80000010$Golden$$80000013$$$$$$$$',
        'M$5$80000012$Amber glow$$80000001$$$$$$$$',
        'A$$80000018$Crack$$80000013$$$$$$$$',
        'A$$80000025$Azure$$80000001$$$$$$$$',
      ],
    ],
    ['hlt.seq', ['D$$80000009$Yellows$$$$$$$$', 'A$$80000024$Blues$$$$$$$$']],
    ['hlgt.seq', ['A$$80000023$Cold$$$$$$$$']],
    ['soc.seq', ['M$6$80000013$Sounds$Noise$$$$$$$$']],
    [
      'hlt_pt.seq',
      [
        'D$$80000003$80000007$',
        'A$$80000003$80000012$',
        'D$$80000009$80000010$',
        'D$$80000009$80000012$',
        'D$$80000015$80000004$',
        'A$$80000015$80000018$',
        'A$$80000019$80000010$',
        'A$$80000024$80000025$',
      ],
    ],
    ['hlgt_hlt.seq', ['D$$80000002$80000009$', 'A$$80000023$80000024$']],
    ['soc_hlgt.seq', ['A$$80000001$80000023$']],
    ['intl_ord.seq', ['M$4$2$80000001$', 'M$4$1$80000013$']],
  ])('states in %s what it changed', async (file, records) => {
    expect((await readFile(join(built, '0.2', file), 'utf8')).split('\r\n')).toEqual([
      ...records.map((record) => `20270301$${record}`),
      '',
    ])
  })

  test('states in mdhier.seq which paths are gone and which are new or read otherwise', async () => {
    const paths = (await readFile(join(built, '0.2/mdhier.seq'), 'utf8')).split('\r\n').slice(0, -1)
    const toShort = (record: string) => record.split('$').slice(1, 11).join(' ').replaceAll('800000', '')
    expect(paths.map(toShort)).toEqual([
      'D  04 15 14 13 Redness Loud ones All sounds Sounds',
      'D  07 03 02 01 Scarlet Reds Warm Colours',
      'D  10 09 02 01 Golden Yellows Warm Colours',
      'A  10 19 14 13 Golden Faint ones All sounds Sounds',
      'A  12 03 02 01 Amber glow Reds Warm Colours',
      'D  12 09 02 01 Amber Yellows Warm Colours',
      'D  16 15 14 13 Bang Loud ones All sounds Sounds',
      'A  16 15 14 13 Bang Loud ones All sounds Sounds',
      'A  18 15 14 13 Crack Loud ones All sounds Sounds',
      'D  20 19 14 13 Whisper Faint ones All sounds Sounds',
      'A  20 19 14 13 Whisper Faint ones All sounds Sounds',
      'A  25 24 23 01 Azure Blues Cold Colours',
    ])
    expect(paths[7]).toBe(
      '20270301$A$$80000016$80000015$80000014$80000013$Bang$Loud ones$All sounds$Sounds$Noise$$80000013$Y$',
    )
  })

  test('follows from the release before by its .seq files alone', async () => {
    const [before, after] = await Promise.all(['0.1', '0.2'].map((version) => readFolder(join(built, version))))
    const tables = [...(after?.keys() ?? [])].filter((name) => name.endsWith('.seq')).map((name) => name.slice(0, -4))
    expect(tables).toEqual(['hlgt', 'hlgt_hlt', 'hlt', 'hlt_pt', 'intl_ord', 'llt', 'mdhier', 'pt', 'soc', 'soc_hlgt'])
    for (const table of tables) {
      const changes = after?.get(`${table}.seq`) ?? ''
      const applied = applyChanges(before?.get(`${table}.asc`) ?? '', { changes, table })
      expect(applied, table).toEqual(
        (after?.get(`${table}.asc`) ?? '').split('\r\n').slice(0, -1).sort(compareCodeUnits),
      )
    }
  })

  test('goes on with the history: added (A), renamed or another currency (U), no longer on its level (D)', async () => {
    const history = (await readFile(join(built, '0.2/meddra_history_english.asc'), 'utf8')).split('\r\n')
    const before = (await readFile(join(built, '0.1/meddra_history_english.asc'), 'utf8')).split('\r\n').slice(0, -1)
    expect(before.filter((line) => !history.includes(line))).toEqual([])
    expect(history.filter((line) => !before.includes(line))).toEqual([
      '80000005$Far too red$0.2$LLT$Y$U',
      '80000006$Ruddy face$0.2$LLT$Y$U',
      '80000007$Scarlet$0.2$PT$$D',
      '80000009$Yellows$0.2$HLT$$D',
      '80000012$Amber glow$0.2$LLT$Y$U',
      '80000012$Amber glow$0.2$PT$$U',
      '80000018$Crack$0.2$PT$$A',
      '80000021$Murmur$0.2$LLT$N$U',
      '80000023$Cold$0.2$HLGT$$A',
      '80000024$Blues$0.2$HLT$$A',
      '80000025$Azure$0.2$LLT$Y$A',
      '80000025$Azure$0.2$PT$$A',
      '80000026$Sky blue$0.2$LLT$Y$A',
      '',
    ])
    // Older entries of a code come before its newer ones.
    expect(history.slice(history.indexOf('80000012$Amber$0.1$LLT$Y$A')).slice(0, 4)).toEqual([
      '80000012$Amber$0.1$LLT$Y$A',
      '80000012$Amber$0.1$PT$$A',
      '80000012$Amber glow$0.2$LLT$Y$U',
      '80000012$Amber glow$0.2$PT$$U',
    ])
  })

  test('says of a query what joined and what changed now, and keeps what left as inactive', async () => {
    expect((await readFile(join(built, '0.2/smq_content.asc'), 'utf8')).split('\r\n')).toEqual([
      '80000022$80000004$4$2$A$0$A$0.1$0.1$',
      '80000022$80000007$4$1$A$0$I$0.1$0.2$',
      '80000022$80000016$4$1$A$0$A$0.1$0.2$',
      '80000022$80000020$4$1$A$0$A$0.1$0.1$',
      '80000022$80000025$4$2$A$0$A$0.2$0.2$',
      '',
    ])
  })

  test('opens as any dictionary of its layout, with changes and a history that the readers understand', async () => {
    const dictionary = await openDictionary(join(built, '0.2'))
    const [crack] = dictionary.listByFold('crack')
    expect([dictionary.ref.version, dictionary.report.warnings, crack?.conceptCode]).toEqual(['0.2', [], '80000018'])
    const files = toDictionaryFiles(Object.fromEntries(await readFolder(join(built, '0.2'))))
    const changes = await readMeddraChanges(files)
    expect(new Set(changes.map(({ date }) => date))).toEqual(new Set(['2027-03-01']))
    expect(listContradictions(changes, await readReleaseTexts(files))).toEqual([])
    const history = await readMeddraHistory(files)
    expect(history?.entries.get('80000007')).toEqual([
      { version: '0.1', level: 'LLT', action: 'add', name: 'Scarlet', isCurrent: true },
      { version: '0.1', level: 'PT', action: 'add', name: 'Scarlet', isCurrent: undefined },
      { version: '0.2', level: 'PT', action: 'delete', name: 'Scarlet', isCurrent: undefined },
    ])
  })

  test('is held by --check to its .seq files too', async () => {
    expect(await runBuild(built, '--check')).toMatchObject({ code: 0 })
    const damaged = join(scratch, 'damaged')
    await cp(built, damaged, { recursive: true })
    await writeFile(join(damaged, '0.2/pt.seq'), '')
    await rm(join(damaged, '0.2/soc.seq'))
    const { code, stderr } = await runBuild(damaged, '--check')
    expect([code, stderr.trim().split('\n')]).toEqual([
      1,
      [
        '0.2/soc.seq: not there; run "npm run dictionary:build"',
        '0.2/pt.seq: not what the sources give; run "npm run dictionary:build"',
      ],
    ])
  })

  test('has empty .seq files where nothing changed', async () => {
    const folder = await copyFrozen({ '1.txt': COLOURS, '2.txt': SOUNDS }, { 'codes.txt': SECOND })
    expect(await runBuild(folder)).toMatchObject({ code: 0 })
    const files = await readFolder(join(folder, '0.2'))
    const changes = [...files].filter(([name]) => name.endsWith('.seq'))
    expect([changes.length, changes.filter(([, text]) => text !== '')]).toEqual([10, []])
    const before = await readFolder(join(folder, '0.1'))
    for (const name of ['llt.asc', 'smq_content.asc', 'meddra_history_english.asc']) {
      expect(files.get(name), name).toBe(before.get(name))
    }
  })

  test('is released in its turn: frozen, and followed by a third that rests on it', async () => {
    const folder = join(scratch, 'third')
    await cp(built, folder, { recursive: true })
    expect(await runBuild(folder, '--freeze')).toMatchObject({ code: 0 })
    const ledger = await readFile(join(folder, 'codes.txt'), 'utf8')
    await writeFile(join(folder, 'codes.txt'), `${ledger}version 0.3 last 80000026 on 2027-09-01\n`)
    await writeFile(
      join(folder, 'source/2.txt'),
      SOUNDS_LATER.replace('Whisper  80', 'Soft whisper  80').replace('=> Whisper', '=> Soft whisper'),
    )
    await writeFile(join(folder, 'queries.txt'), QUERIES_LATER.replace('broad: Whisper', 'narrow: Soft whisper'))
    expect(await runBuild(folder)).toMatchObject({ code: 0 })
    const files = await readFolder(join(folder, '0.3'))
    expect(files.get('pt.seq')).toBe('20270901$M$5$80000020$Soft whisper$$80000013$$$$$$$$\r\n')
    expect(files.get('meddra_history_english.asc')).toContain('80000018$Crack$0.2$PT$$A\r\n')
    expect(files.get('meddra_history_english.asc')).toContain(
      '80000020$Whisper$0.1$PT$$A\r\n80000020$Soft whisper$0.3$LLT$Y$U\r\n80000020$Soft whisper$0.3$PT$$U\r\n',
    )
    // Inactive since 0.2, and of another scope since 0.3.
    expect(files.get('smq_content.asc')).toContain('80000022$80000007$4$1$A$0$I$0.1$0.2$\r\n')
    expect(files.get('smq_content.asc')).toContain('80000022$80000020$4$2$A$0$A$0.1$0.3$\r\n')
  })
})

/** As somebody does it who has the format document only: keys are the first fields, of intl_ord the second. */
function applyChanges(text: string, { changes, table }: { changes: string; table: string }): string[] {
  const keyLengths: { readonly [table: string]: number } = { hlt_pt: 2, hlgt_hlt: 2, soc_hlgt: 2, mdhier: 4 }
  const toKey = (fields: readonly string[]) =>
    table === 'intl_ord' ? fields[1] : fields.slice(0, keyLengths[table] ?? 1).join(' ')
  const records = new Map<string | undefined, string[]>()
  for (const line of text.split('\r\n').slice(0, -1)) records.set(toKey(line.split('$')), line.split('$'))
  for (const line of changes.split('\r\n').slice(0, -1)) {
    const [, action, number, ...fields] = line.split('$')
    const old = records.get(toKey(fields))
    const isThere = old !== undefined
    expect(isThere, line).toBe(action !== 'A')
    if (action === 'D') {
      expect(old).toEqual(fields)
      records.delete(toKey(fields))
    } else if (action === 'A') records.set(toKey(fields), fields)
    else records.set(toKey(fields), (old ?? []).with(Number(number) - 4, fields[Number(number) - 4] ?? ''))
  }
  return [...records.values()].map((fields) => fields.join('$')).sort(compareCodeUnits)
}

describe('a new version', () => {
  const MOVED = '        Boom  80000017\n'
  test.each([
    [
      'loses a term',
      [SOUNDS, SOUNDS.replace(MOVED, '')],
      '',
      'codes.txt:2: code 80000017, the term "Boom" of 0.1, stands on no line (expected every term of a release in all later ones)',
    ],
    [
      'retires a term',
      [SOUNDS, SOUNDS.replace(MOVED, '')],
      'retired 80000017\n',
      'codes.txt:3: code 80000017, the term "Boom" of 0.1, stands on no line',
    ],
    [
      'loses a concept',
      [COLOURS, COLOURS.replace('      Amber  80000012\n', '')],
      'retired 80000012\n',
      'codes.txt:3: code 80000012, the term "Amber" of 0.1, stands on no line',
    ],
    [
      'makes a term a subgroup',
      [SOUNDS, `${SOUNDS.replace(MOVED, '')}    Boom  80000017\n      Boom again\n`],
      '',
      '2.txt:11: code 80000017 on a subgroup; in 0.1 it is the concept or term "Boom"',
    ],
    [
      'makes a subgroup a concept',
      [COLOURS, COLOURS.replace('    Yellows', '      Yellows')],
      '',
      '1.txt:12: code 80000009 on a concept or term; in 0.1 it is the subgroup "Yellows"',
    ],
    [
      'makes a subgroup a group',
      [
        COLOURS,
        COLOURS.replace('    Yellows', '  Yellow things\n    Amberish\n').replace(
          '  Yellow things',
          '  Yellow things  80000009',
        ),
      ],
      '',
      '1.txt:12: code 80000009 on a group; in 0.1 it is the subgroup "Yellows"',
    ],
    [
      'makes a query a term',
      [SOUNDS, `${SOUNDS}        Alarm  80000022\n`],
      '',
      '2.txt:12: code 80000022 on a concept or term; in 0.1 it is the standard query "Alarming things"',
    ],
  ])('that %s is refused, with file and line', async (_, [from = '', to = ''], ledger, expected) => {
    expect(to).not.toBe(from)
    const sources = { '1.txt': COLOURS, '2.txt': SOUNDS, ...(from === COLOURS ? { '1.txt': to } : { '2.txt': to }) }
    const folder = await copyFrozen(sources, { 'codes.txt': SECOND + ledger })
    const { code, stderr } = await runBuild(folder)
    expect(code).toBe(1)
    expect(stderr).toContain(expected)
    expect(await readdir(folder)).not.toContain('0.2')
  })

  test('that loses a term is told so once, and not to retire it', async () => {
    const folder = await copyFrozen({ '1.txt': COLOURS, '2.txt': SOUNDS.replace(MOVED, '') }, { 'codes.txt': SECOND })
    const { stderr } = await runBuild(folder)
    expect(stderr).toContain(
      'Put its line back, as non-current if nobody should be coded to it, and do not retire it\n',
    )
    expect(stderr).toContain('\n1 to correct')
  })

  test('may retire a group, and a query with all it held', async () => {
    const sounds = SOUNDS.replace('    Faint ones  80000019\n', '')
    const folder = await copyFrozen(
      { '1.txt': COLOURS, '2.txt': sounds },
      { 'codes.txt': `${SECOND}retired 80000019\nretired 80000022\n`, 'queries.txt': '' },
    )
    expect(await runBuild(folder)).toMatchObject({ code: 0 })
    const files = await readFolder(join(folder, '0.2'))
    expect(files.get('hlt.seq')).toBe('20270301$D$$80000019$Faint ones$$$$$$$$\r\n')
    expect([files.get('smq_list.asc'), files.get('smq_content.asc')]).toEqual(['', ''])
  })

  test('may not bring in a code that the release before should have had', async () => {
    // Somebody moved the last code of the released version on.
    const ledger = 'version 0.1 last 80000023\nversion 0.2 last 80000023 on 2027-03-01\n'
    const folder = await copyFrozen(
      { '1.txt': COLOURS, '2.txt': `${SOUNDS}        Hiss  80000023\n` },
      { 'codes.txt': ledger },
    )
    expect(await runBuild(folder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('2.txt:12: code 80000023, which 0.1 does not have'),
    })
  })

  test.each([
    ['whose release before is not there', '0.1', 'codes.txt:2: version 0.2, but the folder of 0.1 is not there'],
    ['whose release before is not frozen', 'releases.txt', 'codes.txt:2: version 0.2, but 0.1 is not in releases.txt'],
  ])('%s is refused', async (_, name, expected) => {
    const folder = await copyFrozen({ '1.txt': COLOURS, '2.txt': SOUNDS }, { 'codes.txt': SECOND })
    await rm(join(folder, name), { recursive: true })
    expect(await runBuild(folder)).toMatchObject({ code: 1, stderr: expect.stringContaining(expected) })
  })

  test('whose release before was changed is refused, whatever the change', async () => {
    for (const change of ['smq_list.asc', 'notes.txt']) {
      const folder = await copyFrozen({ '1.txt': COLOURS, '2.txt': SOUNDS }, { 'codes.txt': SECOND })
      await writeFile(join(folder, '0.1', change), '')
      const { code, stderr } = await runBuild(folder)
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/^releases\.txt:1: the folder 0\.1 has the hash [0-9a-f]{64} /),
      ])
    }
  })

  test.each([
    ['on 2027-02-30', '"on 2027-02-30" (expected a day as YYYY-MM-DD)'],
    ['on 01.03.2027', '"on 01.03.2027" (expected a day as YYYY-MM-DD)'],
    ['on 20270301', '"on 20270301" (expected a day as YYYY-MM-DD)'],
    ['2027-03-01', '"version 0.2 last 80000022 2027-03-01" (expected "version <number.number>'],
  ])('with the date "%s" is refused', async (date, expected) => {
    const folder = await copyFrozen(
      { '1.txt': COLOURS, '2.txt': SOUNDS },
      { 'codes.txt': `${FIRST}version 0.2 last 80000022 ${date}\n` },
    )
    const { code, stderr } = await runBuild(folder)
    expect([code, stderr]).toEqual([1, expect.stringContaining(`codes.txt:2: ${expected}`)])
  })

  test.each([
    [
      'a day that is not after that of the version before',
      'version 0.3 last 80000022 on 2027-03-01',
      '"on 2027-03-01" (expected a day after 2027-03-01, that of 0.2)',
    ],
    [
      'no day, though the version before has one',
      'version 0.3 last 80000022',
      'version 0.3 without a day (expected "on <YYYY-MM-DD>", as 0.2 has)',
    ],
    [
      'a number that is not higher',
      'version 0.2 last 80000022 on 2027-09-01',
      'version 0.2 after 0.2 (expected a higher one)',
    ],
    [
      'a number that is lower',
      'version 0.1 last 80000022 on 2027-09-01',
      'version 0.1 after 0.2 (expected a higher one)',
    ],
  ])('with %s is refused', async (_, line, expected) => {
    const folder = await copyFrozen({ '1.txt': COLOURS, '2.txt': SOUNDS }, { 'codes.txt': `${SECOND}${line}\n` })
    const { code, stderr } = await runBuild(folder)
    expect([code, stderr]).toEqual([1, expect.stringContaining(`codes.txt:3: ${expected}`)])
  })

  test('0.10 comes after 0.9', async () => {
    const ledger = 'version 0.9 last 80000022\nversion 0.10 last 80000022\n'
    const folder = await writeFolder(
      { '1.txt': COLOURS, '2.txt': SOUNDS },
      { 'codes.txt': ledger, 'queries.txt': QUERIES },
    )
    expect(await runBuild(folder)).toMatchObject({ code: 0, stdout: expect.stringContaining('OpenAE 0.10: ') })
  })
})

describe('a frozen version', () => {
  test('has its line in releases.txt, once, with a hash that sha256sum gives, too', async () => {
    const folder = join(scratch, 'frozen')
    await cp(frozen, folder, { recursive: true })
    const line = `0.1 sha256 ${toHash(join(folder, '0.1'))}\n`
    expect(await readFile(join(folder, 'releases.txt'), 'utf8')).toBe(line)
    expect(await runBuild(folder, '--freeze')).toMatchObject({ code: 0, stdout: 'OpenAE 0.1 is frozen already\n' })
    expect(await readFile(join(folder, 'releases.txt'), 'utf8')).toBe(line)
  })

  test('is not built again, even where nothing would change, and is told how to go on', async () => {
    const folder = join(scratch, 'refused')
    await cp(frozen, folder, { recursive: true })
    await writeFile(join(folder, 'source/2.txt'), `${SOUNDS}        Hiss\n`)
    const advice = 'begin a new version: add "version 0.2 last 80000022 on <its day, YYYY-MM-DD>" to codes.txt'
    expect(await runBuild(folder)).toEqual({
      code: 1,
      stdout: '',
      stderr: `releases.txt:1: version 0.1 is released and never changes. To change anything, ${advice}\n1 to correct; nothing was built\n`,
    })
    expect(await readFile(join(folder, 'source/2.txt'), 'utf8')).toBe(`${SOUNDS}        Hiss\n`)
    expect(toHash(join(folder, '0.1'))).toBe(toHash(join(frozen, '0.1')))
    await writeFile(join(folder, 'source/2.txt'), SOUNDS.replace('Boom', 'Kaboom'))
    const { code, stderr } = await runBuild(folder, '--check')
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`0.1/llt.asc: not what the sources give; 0.1 is released; ${advice}`),
    ])
  })

  test('is found by --check to be changed, though it be what the sources give', async () => {
    const folder = join(scratch, 'changed')
    await cp(frozen, folder, { recursive: true })
    await writeFile(join(folder, 'releases.txt'), `# ours\n0.1 sha256 ${'0'.repeat(64)}\n`)
    expect(await runBuild(folder, '--check')).toMatchObject({
      code: 1,
      stderr: 'releases.txt:2: 0.1 is not as it was released; put its folder back\n',
    })
  })

  test('is one that was up to date: another is not frozen', async () => {
    const folder = await writeFolder(
      { '1.txt': COLOURS, '2.txt': SOUNDS },
      { 'codes.txt': FIRST, 'queries.txt': QUERIES },
    )
    await runBuild(folder)
    await writeFile(join(folder, '0.1/pt.asc'), '')
    const { code, stderr } = await runBuild(folder, '--freeze')
    expect([code, stderr]).toEqual([1, '0.1/pt.asc: not what the sources give; run "npm run dictionary:build"\n'])
    expect(await readdir(folder)).not.toContain('releases.txt')
  })

  test('is safe from a ledger that lost its newer version', async () => {
    const folder = join(scratch, 'older')
    await cp(built, folder, { recursive: true })
    await writeFile(join(folder, 'codes.txt'), FIRST)
    await writeFile(join(folder, 'releases.txt'), '')
    expect(await runBuild(folder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('codes.txt:1: version 0.1, but the folder of a later one is there: 0.2'),
    })
  })

  test.each([
    [
      'a hash cut off',
      '0.1 sha256 12',
      'releases.txt:1: "0.1 sha256 12" (expected "<version> sha256 <64 hexadecimal digits>")',
    ],
    [
      'a version twice',
      `0.1 sha256 ${'a'.repeat(64)}\n0.1 sha256 ${'b'.repeat(64)}`,
      'releases.txt:2: version 0.1 again',
    ],
  ])('has no damaged line, such as %s', async (_, text, expected) => {
    const folder = await copyFrozen({ '1.txt': COLOURS, '2.txt': SOUNDS }, { 'codes.txt': SECOND })
    await writeFile(join(folder, 'releases.txt'), text)
    expect(await runBuild(folder)).toMatchObject({ code: 1, stderr: expect.stringContaining(expected) })
  })
})

describe('the committed releases', () => {
  const releases = readFileSync(join(OPENAE, 'releases.txt'), 'utf8')
    .split('\n')
    .filter((line) => /^\d/.test(line))

  test('are named in releases.txt, all but the newest for certain', () => {
    const ledger = [...readFileSync(join(OPENAE, 'codes.txt'), 'utf8').matchAll(/^version (\S+) /gm)]
    const named = releases.map((line) => line.split(' ')[0])
    expect(named).toEqual(expect.arrayContaining(ledger.slice(0, -1).map(([, version]) => version)))
  })

  test.each(releases.map((line) => line.split(' sha256 ')))('%s is as it was released', (version = '', sha256) => {
    expect(toHash(join(OPENAE, version))).toBe(sha256)
  })
})

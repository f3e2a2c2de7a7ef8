/** The .seq files of a release: read, held against the release, and made from two releases. */
import { describe, expect, test } from 'vitest'
import { toChangeFiles } from '../../../dictionaries/meddra/change-files.ts'
import { type MeddraChange, readMeddraChanges } from '../../../dictionaries/meddra/changes.ts'
import { listContradictions } from '../../../dictionaries/meddra/contradictions.ts'
import { CHANGED_TABLES, FIELDS } from '../../../dictionaries/meddra/fields.ts'
import { type ReleaseTexts, readReleaseTexts } from '../../../dictionaries/meddra/records.ts'
import { AecoderError } from '../../../schemas/errors.ts'
import type { DictionaryFiles } from '../../../schemas/files.ts'
import { listMeddraShapedFiles, listPredecessorFiles } from '../../generators/meddra-shaped.ts'
import { toRandom } from '../../generators/random.ts'
import { type Release, SMALL_RELEASE, toDictionaryFiles } from './small-release.ts'

const NONE: Release = Object.fromEntries(
  ['soc', 'hlgt', 'hlt', 'pt', 'llt', 'soc_hlgt', 'hlgt_hlt', 'hlt_pt', 'mdhier'].map((table) => [`${table}.seq`, '']),
)
const read = (files: Release) => readMeddraChanges(toDictionaryFiles({ ...NONE, ...files }))
const texts = (release: Release): ReleaseTexts =>
  new Map(Object.entries(release).map(([name, text]) => [name, String(text)]))

async function catchError(act: () => unknown): Promise<AecoderError> {
  try {
    await act()
  } catch (error) {
    if (error instanceof AecoderError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('the changes of a release', () => {
  test('are read from .seq files in any case and folder, and say which field was modified', async () => {
    const folder = Object.fromEntries(
      Object.entries({
        ...NONE,
        'llt.seq': '20260301$M$13$81000202$Sick head, aching$81000101$$$$$$$N$$\r\n',
        'pt.seq': '20260301$M$7$81000103$Belly megrim$$81000002$$$$$$$$',
        'intl_ord.seq': '20260301$M$4$2$81000002$\n',
        'spec.seq': '',
      }).map(([name, text]) => [`Release_7/MedSeq/${name.toUpperCase()}`, text]),
    )
    const changes = await readMeddraChanges(toDictionaryFiles(folder))
    expect(changes.map(({ table, key, modified, where }) => [table, key, modified, where])).toEqual([
      ['pt', '81000103', ['pt_soc_code'], 'Release_7/MedSeq/PT.SEQ:1'],
      ['llt', '81000202', ['llt_currency'], 'Release_7/MedSeq/LLT.SEQ:1'],
      ['intl_ord', '81000002', ['intl_ord_code'], 'Release_7/MedSeq/INTL_ORD.SEQ:1'],
    ])
    expect(changes[1]).toMatchObject({
      date: '2026-03-01',
      action: 'modify',
      record: { llt_code: '81000202', llt_name: 'Sick head, aching', pt_code: '81000101', llt_currency: 'N' },
    })
  })

  test('come in one order, whatever the order of the file: by code, deleted before added before modified', async () => {
    const lines = [
      '20260301$A$$81000021$81000102$\n',
      '20260301$D$0$81000022$81000102$\n',
      '20260301$D$$81000021$81000101$\n',
      '20260301$A$0$81000021$81000101$\n',
      '20250901$A$$81000022$81000103$\n',
    ]
    const inOrder = (text: string) => read({ 'hlt_pt.seq': text })
    const named = (changes: readonly MeddraChange[]) =>
      changes.map(({ date, action, key }) => `${date} ${action} ${key}`)
    expect(named(await inOrder(lines.join('')))).toEqual([
      '2025-09-01 add 81000022 81000103',
      '2026-03-01 delete 81000021 81000101',
      '2026-03-01 add 81000021 81000101',
      '2026-03-01 add 81000021 81000102',
      '2026-03-01 delete 81000022 81000102',
    ])
    expect(named(await inOrder(lines.toReversed().join('')))).toEqual(named(await inOrder(lines.join(''))))
  })

  const LLT = '$81000203$Watery motions$81000102$$$$$$$Y$$\n'
  test.each([
    ['another action', `20260301$X$${LLT}`, 'llt.seq:1', 'action_code "X"'],
    ['no date', `2026-03-01$A$${LLT}`, 'llt.seq:1', 'version_date "2026-03-01"'],
    ['a day that is none', `20260231$A$${LLT}`, 'llt.seq:1', 'version_date "20260231"'],
    ['a field too few', '20260301$A$$81000203$Watery motions$81000102$$$$$$$Y\n', 'llt.seq:1', '13 fields'],
    ['a number of the field that names it', `20260301$M$4${LLT}`, 'llt.seq:1', 'mod_fld_num "4"'],
    ['a number beyond the record', `20260301$M$15${LLT}`, 'llt.seq:1', 'mod_fld_num "15"'],
    ['no number of the field', `20260301$M$${LLT}`, 'llt.seq:1', 'mod_fld_num ""'],
    [
      'a field of an addition',
      `20260301$A$5${LLT}`,
      'llt.seq:1',
      'mod_fld_num "5" of a record that is added or deleted',
    ],
    ['an empty code', '20260301$A$$$Watery motions$81000102$$$$$$$Y$$\n', 'llt.seq:1', 'an empty llt_code'],
    ['a change twice', `20260301$A$${LLT}20260301$A$${LLT}`, 'llt.seq:2', 'the change of line 1 again'],
    ['the release itself', SMALL_RELEASE['llt.asc'], 'llt.seq:1', 'a record as of llt.asc'],
  ])('are refused for %s', async (_, text, where, found) => {
    const error = await catchError(() => read({ 'llt.seq': text }))
    expect([error.code, error.facts.where, error.facts.found]).toEqual(['DICTIONARY_DAMAGED', where, found])
  })

  test('are not read from half of the files', async () => {
    const error = await catchError(() => readMeddraChanges(toDictionaryFiles({ ...SMALL_RELEASE, 'llt.seq': '' })))
    expect([error.code, error.facts.found]).toEqual([
      'DICTIONARY_NOT_FOUND',
      'no soc.seq, hlgt.seq, hlt.seq, pt.seq, soc_hlgt.seq, hlgt_hlt.seq, hlt_pt.seq, mdhier.seq',
    ])
  })
})

describe('a release contradicts its changes', () => {
  const listFor = async (files: Release, release: Release = SMALL_RELEASE) =>
    listContradictions(await read(files), texts(release))

  test('never where it holds what they say', async () => {
    const files = {
      'llt.seq':
        '20260301$A$$81000203$Watery motions$81000102$$$$$$$Y$$\n20260301$M$13$81000202$Sick head, aching$81000101$$$$$$$N$$\n',
      'pt.seq': '20260301$D$$81000203$Watery motions$$81000002$$$$$$$$\n',
      // Taken out and put in again with another flag.
      'hlt_pt.seq': '20260301$A$$81000022$81000103$\n20260301$D$$81000022$81000103$\n',
    }
    expect(await listFor(files)).toEqual([])
  })

  test('by a record that is missing, is still there, or says something else', async () => {
    const files = {
      'llt.seq':
        '20260301$A$$81000209$New motions$81000102$$$$$$$Y$$\n' +
        '20260301$A$$81000203$Wet motions$81000102$$$$$$$Y$$\n' +
        '20260301$M$13$81000202$Other name$81000101$$$$$$$Y$$\n',
      'pt.seq': '20260301$D$$81000102$Loose motions$$81000002$$$$$$$$\n20260301$M$5$81000208$Gone$$81000002$$$$$$$$\n',
      'soc_hlgt.seq': '20260301$A$$81000001$81000012$\n',
      'spec.seq': '20260301$A$$001$Invented$Inv$\n',
    }
    expect(await listFor(files)).toEqual([
      'pt.seq:1: PT 81000102 is deleted, but pt.asc has it',
      'pt.seq:2: PT 81000208 is modified, but pt.asc does not have it',
      'llt.seq:3: LLT 81000202 has llt_currency "Y", but "N" in llt.asc',
      'llt.seq:2: LLT 81000203 has llt_name "Wet motions", but "Watery motions" in llt.asc',
      'llt.seq:1: LLT 81000209 is added, but llt.asc does not have it',
      'soc_hlgt.seq:1: link 81000001 81000012 is added, but soc_hlgt.asc does not have it',
      'spec.seq: changes of spec.asc, which the release does not have',
    ])
  })
})

describe('the .seq files between two releases', () => {
  const between = (before: Release, after: Release) =>
    toChangeFiles(texts(before), texts(after), { date: '2026-03-01' })
  const replace = (file: keyof typeof SMALL_RELEASE, from: string, to: string): Release => {
    const text: string = SMALL_RELEASE[file]
    if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`)
    return { ...SMALL_RELEASE, [file]: text.replaceAll(from, () => to) }
  }
  const listFilled = (files: ReadonlyMap<string, string>) =>
    Object.fromEntries([...files].filter(([, text]) => text !== ''))

  test('are all empty where nothing changed but line ends and the last $', () => {
    const written = Object.fromEntries(
      Object.entries(SMALL_RELEASE).map(([name, text]) => [name, text.replaceAll('$\n', '\r\n').trimEnd()]),
    )
    const files = between(SMALL_RELEASE, written)
    expect([...files.keys()].sort()).toEqual([
      'hlgt.seq',
      'hlgt_hlt.seq',
      'hlt.seq',
      'hlt_pt.seq',
      'intl_ord.seq',
      'llt.seq',
      'mdhier.seq',
      'pt.seq',
      'soc.seq',
      'soc_hlgt.seq',
    ])
    expect(listFilled(files)).toEqual({})
  })

  test('state a term that is new, one that is no longer current, and each field that changed', () => {
    const added = {
      ...SMALL_RELEASE,
      'llt.asc': `${SMALL_RELEASE['llt.asc']}81000204$Wet motions$81000102$$$$$$$Y$$\n`,
    }
    expect(listFilled(between(SMALL_RELEASE, added))).toEqual({
      'llt.seq': '20260301$A$$81000204$Wet motions$81000102$$$$$$$Y$$\r\n',
    })
    const changed = replace(
      'llt.asc',
      '81000203$Watery motions$81000102$$$$$$$Y',
      '81000203$Runny motions$81000103$$$$$$$N',
    )
    const record = '81000203$Runny motions$81000103$$$$$$$N$$'
    expect(listFilled(between(SMALL_RELEASE, changed))).toEqual({
      'llt.seq': `20260301$M$5$${record}\r\n20260301$M$6$${record}\r\n20260301$M$13$${record}\r\n`,
    })
  })

  test('state a PT that became an LLT as a D of the PT and an M of its LLT', () => {
    const after: Release = {
      ...SMALL_RELEASE,
      'pt.asc': SMALL_RELEASE['pt.asc'].replace('81000103$Belly megrim$$81000002$$$$$$$$\n', ''),
      'llt.asc': SMALL_RELEASE['llt.asc'].replace('Belly megrim$81000103', 'Belly megrim$81000101'),
      'hlt_pt.asc': SMALL_RELEASE['hlt_pt.asc'].replace('81000022$81000103$\n81000021$81000103$\n', ''),
      'mdhier.asc': SMALL_RELEASE['mdhier.asc'].replaceAll(/^81000103.*\n/gm, ''),
    }
    const path = '81000011$81000001$Belly megrim$Aches of the head$Head group$Complaints of nerves$Nerv$$81000002$N$'
    const other =
      '81000012$81000002$Belly megrim$Bowel movements$Bowel group$Complaints of the belly$Belly$$81000002$Y$'
    expect(listFilled(between(SMALL_RELEASE, after))).toEqual({
      'pt.seq': '20260301$D$$81000103$Belly megrim$$81000002$$$$$$$$\r\n',
      'llt.seq': '20260301$M$6$81000103$Belly megrim$81000101$$$$$$$Y$$\r\n',
      'hlt_pt.seq': '20260301$D$$81000021$81000103$\r\n20260301$D$$81000022$81000103$\r\n',
      'mdhier.seq': `20260301$D$$81000103$81000021$${path}\r\n20260301$D$$81000103$81000022$${other}\r\n`,
    })
  })

  test('state a path whose names changed as a D and an A, and a SOC in another place as an M', () => {
    const renamed = replace('mdhier.asc', 'Loose motions', 'Loose stools')
    expect(
      between(SMALL_RELEASE, renamed)
        .get('mdhier.seq')
        ?.split('\r\n')
        .map((line) => line.slice(0, 22)),
    ).toEqual(['20260301$D$$81000102$8', '20260301$A$$81000102$8', ''])
    const moved = { ...SMALL_RELEASE, 'intl_ord.asc': '2$81000001$\n1$81000002$\n' }
    expect(listFilled(between(SMALL_RELEASE, moved))).toEqual({
      'intl_ord.seq': '20260301$M$4$2$81000001$\r\n20260301$M$4$1$81000002$\r\n',
    })
  })

  test('cannot be made where an LLT is gone, a code stands twice or a record is none', async () => {
    const gone = await catchError(() => between(SMALL_RELEASE, replace('llt.asc', '81000203$', '81000204$')))
    expect(gone.facts).toMatchObject({
      where: 'llt.asc',
      found: 'LLTs of the release before that are gone: 1, the first 81000203',
    })
    const twice = await catchError(() => between(SMALL_RELEASE, replace('llt.asc', '81000203$', '81000201$')))
    expect([twice.facts.where, twice.facts.found]).toEqual(['llt.asc:5', '81000201 again'])
    const short = await catchError(() =>
      between(SMALL_RELEASE, replace('pt.asc', '$Loose motions$$', '$Loose motions')),
    )
    expect([short.facts.where, short.facts.found]).toEqual(['pt.asc:2', '9 fields'])
  })
})

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** Applies .seq files line by line, as a reader of the format document would: knows nothing of the code under test. */
function apply(before: ReleaseTexts, changes: ReadonlyMap<string, string>): Map<string, string[]> {
  const keyLength: { readonly [table: string]: number } = { soc_hlgt: 2, hlgt_hlt: 2, hlt_pt: 2, mdhier: 4, spec_pt: 2 }
  const after = new Map<string, string[]>()
  for (const table of CHANGED_TABLES) {
    const text = before.get(`${table}.asc`)
    if (text === undefined) continue
    const toKey = (fields: readonly string[]) =>
      table === 'intl_ord' ? `${fields[1]}` : fields.slice(0, keyLength[table] ?? 1).join('$')
    const toLines = (whole: string) => whole.split(/\r?\n/).filter((line) => line !== '')
    const records = new Map(toLines(text).map((line) => [toKey(line.split('$')), line.split('$')]))
    for (const line of toLines(changes.get(`${table}.seq`) ?? '')) {
      const [date, action, number, ...fields] = line.split('$')
      expect(date).toBe('20260301')
      const key = toKey(fields)
      const own = records.get(key)
      if (action === 'D') records.delete(key)
      else if (action === 'A' && own === undefined) records.set(key, fields)
      else if (action === 'M' && own !== undefined) {
        const at = Number(number) - 4
        expect(own[at]).not.toBe(fields[at])
        records.set(key, own.with(at, fields[at] ?? ''))
      } else throw new Error(`${table}.seq: ${line} cannot be applied`)
    }
    after.set(table, [...records.values()].map((fields) => fields.join('$')).sort(byText))
  }
  return after
}

const toSortedLines = (texts: ReleaseTexts) =>
  new Map(
    CHANGED_TABLES.flatMap((table) => {
      const text = texts.get(`${table}.asc`)
      return text === undefined
        ? []
        : [
            [
              table,
              text
                .split(/\r?\n/)
                .filter((line) => line !== '')
                .sort(),
            ] as const,
          ]
    }),
  )

describe('applied to the release before, the .seq files give the release after', () => {
  test.each([1, 2, 3])('for invented releases with changes of every kind (seed %i)', async (seed) => {
    const shape = { llts: 3_000, pts: 900, seed }
    const after = new Map([...listMeddraShapedFiles(shape)].map(({ name, text }) => [name, text]))
    const before = listPredecessorFiles(shape)
    const changes = toChangeFiles(before, after, { date: '2026-03-01' })
    expect(apply(before, changes)).toEqual(toSortedLines(after))
    const counts = (table: string) => {
      const actions = (changes.get(`${table}.seq`) ?? '')
        .split('\n')
        .map((line) => line.split('$').slice(1, 3).join(''))
      return new Set(actions.filter((action) => action !== ''))
    }
    expect(counts('llt')).toEqual(new Set(['A', 'M5', 'M6', 'M13']))
    expect(counts('pt')).toEqual(new Set(['A', 'D', 'M5', 'M7']))
    expect(counts('hlt')).toEqual(new Set(['A', 'M5']))
    for (const table of ['hlgt_hlt', 'hlt_pt', 'mdhier']) expect(counts(table)).toEqual(new Set(['A', 'D']))
    const all = new Map([...after, ...changes])
    const files: DictionaryFiles = {
      where: 'invented',
      list: () => Promise.resolve([...all.keys()]),
      async *open(name) {
        yield await Promise.resolve(Buffer.from(all.get(name) ?? ''))
      },
    }
    const read = await readMeddraChanges(files)
    expect(listContradictions(read, await readReleaseTexts(files))).toEqual([])
    // Held against the release before, every change is contradicted; of a deletion and addition, the addition.
    const added = new Set(read.filter(({ action }) => action === 'add').map(({ table, key }) => `${table} ${key}`))
    const last = read.filter(({ action, table, key }) => action !== 'delete' || !added.has(`${table} ${key}`))
    const contradicted = listContradictions(read, before).map((sentence) => /^[^:]*:\d+/.exec(sentence)?.[0])
    expect(new Set(contradicted)).toEqual(new Set(last.map(({ where }) => where)))
  })

  test('for any change of any field of any table', () => {
    const random = toRandom(7)
    const pick = (count: number) => Math.floor(random() * count)
    const table = (name: (typeof CHANGED_TABLES)[number], rows: number) =>
      Array.from({ length: rows }, (_, row) => FIELDS[name].map((_, field) => `${row + 1}${field}`))
    for (let round = 0; round < 200; round += 1) {
      const before = new Map<string, string>()
      const after = new Map<string, string>()
      for (const name of CHANGED_TABLES) {
        const old = table(name, 6)
        const kept = old.filter(() => name === 'llt' || random() > 0.2).map((fields) => [...fields])
        for (const fields of kept) if (random() < 0.4) fields[FIELDS[name].length - 1 - pick(1)] = `x${pick(9)}y`
        for (const fields of kept)
          if (random() < 0.3 && fields.length > 5) fields[4 + pick(fields.length - 4)] = `n${pick(9)}`
        if (random() < 0.5) kept.push(FIELDS[name].map((_, field) => `9${field}`))
        const toText = (rows: readonly (readonly string[])[]) => rows.map((fields) => `${fields.join('$')}$\n`).join('')
        const unique = new Map(
          kept.map((fields) => [name === 'intl_ord' ? fields[1] : fields.slice(0, 4).join(), fields]),
        )
        before.set(`${name}.asc`, toText(old))
        after.set(`${name}.asc`, toText([...unique.values()].sort(() => random() - 0.5)))
      }
      expect(apply(before, toChangeFiles(before, after, { date: '2026-03-01' }))).toEqual(toSortedLines(after))
    }
  })
})

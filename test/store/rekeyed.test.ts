/** Records that come again under another key, and what a transfer is told to have done. */
import { expect, test } from 'vitest'
import { readMoves } from '../../pipeline/store/moves.ts'
import { countRekeyed, listRekeyed } from '../../pipeline/store/rekeyed.ts'
import type { Store } from '../../pipeline/store/store.ts'
import { findLaterTransferEnd } from '../../pipeline/store/transfers.ts'
import { toCanonicalJson } from '../../schemas/content-id.ts'
import type { CodedDomain, CrfContext } from '../../schemas/records.ts'
import {
  addFile,
  codeByHand,
  commitTransfer,
  DANA,
  findGroup,
  findOccurrence,
  openStage,
  openTransfer,
  STUDY,
  stageTransfer,
  toOccurrence,
  toRowOf,
  toRows,
} from './stage.ts'

const FIRST = ['0101/1 Headache', '0101/2 Nausea', '0102/1 Rash']

/** What the second transfer says, and how many of the first one's reports it puts under another key. */
const TRANSFERS: { says: string; rows: string[]; gone: number; changed: number }[] = [
  { says: 'the same', rows: FIRST, gone: 0, changed: 0 },
  { says: 'the same in another order', rows: [...FIRST].reverse(), gone: 0, changed: 0 },
  { says: 'one under a new key', rows: ['0101/3 Headache', '0101/2 Nausea', '0102/1 Rash'], gone: 1, changed: 0 },
  { says: 'two that changed places', rows: ['0101/1 Nausea', '0101/2 Headache', '0102/1 Rash'], gone: 0, changed: 2 },
  {
    says: 'a new one in front, all others one further',
    rows: ['0101/1 Fever', '0101/2 Headache', '0101/3 Nausea', '0102/1 Rash'],
    gone: 0,
    changed: 2,
  },
  {
    says: 'the term of another subject',
    rows: ['0101/1 Rash', '0101/2 Nausea', '0102/1 Headache'],
    gone: 0,
    changed: 0,
  },
  { says: 'another term', rows: ['0101/1 Fever', '0101/2 Nausea', '0102/1 Rash'], gone: 0, changed: 0 },
  { says: 'one gone and another new', rows: ['0101/2 Nausea', '0101/3 Fever', '0102/1 Rash'], gone: 0, changed: 0 },
]

for (const { says, rows, gone, changed } of TRANSFERS)
  test(`a transfer that says ${says} puts ${gone + changed} reports under another key`, async () => {
    const store = await openStage()
    await commitTransfer(store, { rows: toRows(FIRST) })
    const { transferNo } = await commitTransfer(store, { rows: toRows(rows) })
    const expected = gone + changed === 0 ? [] : [{ source: 'ae', all: gone + changed, missing: gone }]
    expect(await countRekeyed(store.db, STUDY, transferNo)).toEqual(expected)
  })

test('of two alike that lose their keys and one that comes again, one is found', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101/1 Rash', '0101/2 Rash']) })
  const { transferNo } = await commitTransfer(store, { rows: toRows(['0101/3 Rash']) })
  expect(await countRekeyed(store.db, STUDY, transferNo)).toEqual([{ source: 'ae', all: 1, missing: 1 }])
})

/** Reports with what else the form says, each under the key `0101/NUMBER`. */
const toRowsWith = (reports: readonly (readonly [record: string, domain: CodedDomain, context: CrfContext])[]) =>
  reports.map(([record, domain, said]) => {
    const occurrence = toOccurrence({ subject: '0101', record, term: 'Rash', domain })
    return toRowOf({ ...occurrence, context: toCanonicalJson(said), contentId: `${toCanonicalJson(said)} ${record}` })
  })

test.each<
  [says: string, was: Parameters<typeof toRowsWith>[0][0], is: Parameters<typeof toRowsWith>[0][0], found: 0 | 1]
>([
  ['on the same day', ['1', 'AE', { AESTDTC: '2026-02' }], ['2', 'AE', { AESTDTC: '2026-02' }], 1],
  ['on another day', ['1', 'AE', { AESTDTC: '2026-02' }], ['2', 'AE', { AESTDTC: '2026-03' }], 0],
  ['on another day that was only collected', ['1', 'AE', { AESTDAT: 'feb' }], ['2', 'AE', { AESTDAT: 'mar' }], 0],
  ['of another domain', ['1', 'AE', {}], ['2', 'MH', {}], 0],
])('a term that comes again under another key %s is found as often as it does', async (_, was, is, found) => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRowsWith([was]) })
  const { transferNo } = await commitTransfer(store, { rows: toRowsWith([is]) })
  expect((await countRekeyed(store.db, STUDY, transferNo)).map(({ all }) => all)).toEqual(found === 0 ? [] : [1])
})

test('reports without a term are none that come again', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101/1 ', '0101/2  ']) })
  const { transferNo } = await commitTransfer(store, { rows: toRows(['0101/3 ', '0101/4  ']) })
  expect(await countRekeyed(store.db, STUDY, transferNo)).toEqual([])
})

test('a term whose key another source has by now is lost by the source that held it', async () => {
  const store = await openStage()
  await commitTransfer(store, { source: 'site', rows: toRows(['0101/1 Headache']) })
  const staging = await openTransfer(store)
  await addFile(staging, { source: 'diary', rows: toRows(['0101/1 Fever']), kind: 'delta' })
  await addFile(staging, { source: 'site', rows: toRows(['0101/2 Headache']) })
  expect(await countRekeyed(store.db, STUDY, staging.transferNo)).toEqual([{ source: 'site', all: 1, missing: 0 }])
  await staging.abandon({ actor: DANA, reason: 'a test' })
})

test('of many that come again those are listed first that somebody decided on their own; each is told where its own went', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(FIRST) })
  await codeByHand(store, await findOccurrence(store, { subject: '0101', term: 'Nausea' }), { term: 'Nausea' })
  const rows = ['0101/1 Fever', '0101/2 Headache', '0101/3 Nausea', '0102/1 Rash']
  const { transferNo } = await commitTransfer(store, { rows: toRows(rows) })
  const listed = await listRekeyed(store.db, STUDY, { transferNo, limit: 1 })
  expect(listed).toEqual([{ from: 2, to: 4 }])
  const others: (string | null)[] = []
  const all = Number.MAX_SAFE_INTEGER
  for await (const moves of readMoves(store.db, STUDY, { transferNo, beforeSeq: all, uptoSeq: all }))
    others.push(...moves.map(({ record, otherRecord }) => `${record}: ${otherRecord}`))
  expect(others).toEqual(['NO 1: NO 2', 'NO 2: NO 3', 'NO 3: NO 2'])
})

test('each source is counted for itself, and only the transfer that is asked for', async () => {
  const store = await openStage()
  const first = await openTransfer(store)
  await addFile(first, { source: 'site', rows: toRows(['0101/1 Headache']) })
  await addFile(first, { source: 'diary', rows: toRows(['0101/11 Nausea']) })
  await first.commit({ actor: DANA, body: {} })
  const second = await openTransfer(store)
  await addFile(second, { source: 'site', rows: toRows(['0101/2 Headache']) })
  await addFile(second, { source: 'diary', rows: toRows(['0101/12 Nausea']) })
  await second.commit({ actor: DANA, body: {} })
  const third = await commitTransfer(store, { source: 'site', rows: toRows(['0101/2 Headache']) })
  expect(await countRekeyed(store.db, STUDY, second.transferNo)).toEqual([
    { source: 'diary', all: 1, missing: 1 },
    { source: 'site', all: 1, missing: 1 },
  ])
  expect(await countRekeyed(store.db, STUDY, third.transferNo)).toEqual([])
})

test('keys are counted by source: known again, new, back and gone', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(FIRST) })
  await commitTransfer(store, { rows: toRows(['0101/1 Headache', '0101/2 Fever']) })
  const third = await commitTransfer(store, { rows: toRows(['0101/1 Headache', '0102/1 Rash', '0103/1 Cough']) })
  expect(Object.fromEntries(third.keys)).toEqual({ ae: { matched: 1, new: 1, returned: 1, gone: 1 } })
})

test('what a refused transfer would have done can be read until it is cleared away', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(FIRST) })
  const staging = await stageTransfer(store, { rows: toRows(['0101/1 Migraine', '0101/2 Nausea']) })
  await staging.refuse({ actor: DANA, reason: 'a test' })
  expect(await listMoves(store, staging.transferNo)).toEqual([
    'changed-term ABC-101-0101 "Headache" -> "Migraine" was none',
    'withdrawn ABC-101-0102 "Rash" -> null was none',
  ])
  const next = await openTransfer(store)
  expect(await listMoves(store, staging.transferNo)).toEqual([])
  await next.abandon({ actor: DANA, reason: 'a test' })
})

test('a move tells the code that stood when the transfer came, not one given since', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(FIRST) })
  await codeByHand(store, await findGroup(store, 'Headache'), { term: 'Head pain' })
  const { transferNo } = await commitTransfer(store, { rows: toRows(['0101/1 Migraine', '0101/2 Nausea']) })
  await codeByHand(store, await findGroup(store, 'Migraine'), { term: 'Migraine' })
  await codeByHand(store, await findGroup(store, 'Nausea'), { term: 'Nausea' })
  expect(await listMoves(store, transferNo)).toEqual([
    'changed-term ABC-101-0101 "Headache" -> "Migraine" was Head pain',
    'withdrawn ABC-101-0102 "Rash" -> null was none',
  ])
})

async function listMoves(store: Store, transferNo: number): Promise<string[]> {
  const end = await findLaterTransferEnd(store.db, STUDY, transferNo)
  if (end === undefined) throw new Error('the transfer has not ended')
  const lines: string[] = []
  for await (const moves of readMoves(store.db, STUDY, { transferNo, beforeSeq: end.seq - 1, uptoSeq: end.seq }))
    for (const { kind, usubjid, before, now, was } of moves)
      lines.push(
        `${kind} ${usubjid} ${JSON.stringify(before)} -> ${JSON.stringify(now)} was ${was?.codes[0]?.text ?? 'none'}`,
      )
  return lines
}

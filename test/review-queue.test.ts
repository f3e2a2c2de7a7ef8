/** The queue that people work on: orders, filters, counts, paging, and that it follows whatever is written to the store. */
import { expect, test } from 'vitest'
import { ReviewQueue } from '../pipeline/review-queue.ts'
import { findHead } from '../pipeline/store/chain.ts'
import { recordVerdict } from '../pipeline/store/decisions.ts'
import { listGroups } from '../pipeline/store/queue.ts'
import { openStore, type Store } from '../pipeline/store/store.ts'
import { type QueueFilter, TERM_STATES, type TermRow } from '../schemas/api/terms.ts'
import {
  codeByHand,
  codeByMachine,
  commitTransfer,
  DANA,
  findGroup,
  findOccurrence,
  openStage,
  STUDY,
  toAmbience,
  toDecision,
  toPath,
  toRow,
} from './store/stage.ts'

/** Ten terms: Term n has n occurrences at sites 01 and 02; every fourth has a serious one; the odd ones are MH. */
async function openQueue(): Promise<{ store: Store; queue: ReviewQueue }> {
  const store = await openStage()
  const rows = Array.from({ length: 10 }, (_, n) => n + 1).flatMap((n) =>
    Array.from({ length: n }, (_, record) =>
      toRow({
        subject: `S${record}`,
        record: `${n}.${record}`,
        term: `Term ${n}`,
        serious: n % 4 === 0 && record === 0,
        site: record === 0 ? '01' : '02',
        domain: n % 2 === 0 ? 'AE' : 'MH',
      }),
    ),
  )
  await commitTransfer(store, { rows, batch: 100 })
  return { store, queue: new ReviewQueue(store, STUDY) }
}

const toNames = (rows: readonly TermRow[]) => rows.map(({ verbatim }) => verbatim)

test('terms with serious events come first, then the frequent ones, as the command line lists them', async () => {
  const { store, queue } = await openQueue()
  const { rows, total } = await queue.list({})
  const listed = await listGroups(store, STUDY, { state: 'open', limit: 100 })
  expect({ total, names: toNames(rows) }).toEqual({ total: 10, names: listed.map(({ verbatim }) => verbatim) })
  expect(toNames(rows).slice(0, 4)).toEqual(['Term 8', 'Term 4', 'Term 10', 'Term 9'])
})

test('a line tells occurrences, subjects, sites and what the machine thinks of it', async () => {
  const { store, queue } = await openQueue()
  const path = toPath('Cough').map((node) => ({ ...node }))
  const explanation = { reason: 'Two terms are as likely', candidates: [{ path, confidence: 0.41, why: 'alike' }] }
  const open = { outcome: 'low-confidence', step: 'similarity', confidence: 0.41, codings: [], explanation } as const
  await codeByMachine(store, [toDecision(await findGroup(store, 'Term 8'), open)])
  const [row] = (await queue.list({ text: 'TERM 8' })).rows
  expect(row).toMatchObject({
    state: 'open',
    occurrences: 8,
    serious: 1,
    subjects: 8,
    sites: 2,
    outcome: 'low-confidence',
    reason: 'Two terms are as likely',
    top: { code: '95', text: 'Cough', confidence: 0.41 },
    codes: [],
  })
})

test('the queue follows codes, verdicts and decisions on single occurrences, also those that another process writes', async () => {
  const { store, queue } = await openQueue()
  await queue.refresh()
  const other = await openStore({ path: store.path, ambience: toAmbience() })
  try {
    const id = (await findGroup(other, 'Term 8')).target.id
    const decision = (await codeByHand(other, await findGroup(other, 'Term 8'), { term: 'Cough', waits: true })) ?? ''
    expect(await queue.find(id)).toMatchObject({ state: 'to-approve', by: 'Ann', decision, codes: [{ text: 'Cough' }] })
    const { target } = await findGroup(other, 'Term 8')
    const rejected = { decision, target, kind: 'rejected', actor: DANA, reason: 'no' } as const
    await recordVerdict(other, STUDY, rejected)
    expect(await queue.find(id)).toMatchObject({ state: 'rejected' })
    await codeByHand(other, await findGroup(other, 'Term 8'), { term: 'Cough', reason: 'again' })
    expect(await queue.find(id)).toMatchObject({ state: 'coded', apart: 0 })
    const occurrence = await findOccurrence(other, { subject: 'S0', term: 'Term 8' })
    await codeByMachine(other, [toDecision(occurrence, { outcome: 'conflicts-with-context', codings: [] })])
    expect(await queue.find(id)).toMatchObject({ state: 'coded', apart: 1 })
    expect(toNames((await queue.list({ view: 'todo' })).rows)).toContain('Term 8')
  } finally {
    await other.close()
  }
})

test('a new transfer changes the counts and brings its terms', async () => {
  const { store, queue } = await openQueue()
  await queue.refresh()
  const rows = [toRow({ subject: 'S1', term: 'Rash' }), toRow({ subject: 'S2', term: 'Rash' })]
  await commitTransfer(store, { rows, asOf: '2026-03-08T00:00:00Z', source: 'other', kind: 'delta' })
  expect((await queue.list({ text: 'rash' })).rows).toMatchObject([{ occurrences: 2, since: '2026-03-08T00:00:00Z' }])
})

test('each count of a filter is what the list under that filter holds', async () => {
  const { store, queue } = await openQueue()
  await codeByHand(store, await findGroup(store, 'Term 8'), { term: 'Cough', waits: true })
  await codeByHand(store, await findGroup(store, 'Term 7'), { term: 'Cough' })
  const filters: QueueFilter[] = [
    {},
    { view: 'any' },
    { view: 'any', domain: 'AE' },
    { serious: true },
    { site: '02', domain: 'MH' },
  ]
  for (const filter of filters) {
    const facets = await queue.count(filter)
    for (const [name, counts] of [
      ['view', facets.views],
      ['domain', facets.domains],
      ['site', facets.sites],
      ['outcome', facets.outcomes],
    ] as const)
      for (const { value, terms } of counts) {
        const { total } = await queue.list({ ...filter, [name]: value })
        expect({ filter, name, value, terms }).toEqual({ filter, name, value, terms: total })
      }
    const serious = facets.serious.find(({ value }) => value === 'true')?.terms ?? 0
    expect(serious).toBe((await queue.list({ ...filter, serious: true })).total)
  }
  expect((await queue.count({ view: 'any' })).views.map(({ value }) => value)).toEqual(
    expect.arrayContaining([
      'any',
      'todo',
      ...TERM_STATES.filter((state) => ['open', 'to-approve', 'coded'].includes(state)),
    ]),
  )
})

test('pages by cursor give every term once, though terms are coded between them', async () => {
  const { store, queue } = await openQueue()
  const seen: string[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await queue.list({ limit: 3, ...(cursor === undefined ? {} : { cursor }) })
    seen.push(...toNames(page.rows))
    // The very line that the cursor names leaves the list.
    const last = page.rows.at(-1)?.verbatim ?? ''
    await codeByHand(store, await findGroup(store, last), { term: 'Cough' })
    cursor = page.next
  }
  expect(seen).toHaveLength(10)
  expect(new Set(seen).size).toBe(10)
})

test('an offset jumps to where a scroll bar points', async () => {
  const { queue } = await openQueue()
  const all = toNames((await queue.list({ sort: 'text' })).rows)
  const { rows, offset, next } = await queue.list({ sort: 'text', offset: 8, limit: 5 })
  expect({ names: toNames(rows), offset, next }).toEqual({ names: all.slice(8), offset: 8, next: null })
})

test('a cursor that is none of this list is refused', async () => {
  const { queue } = await openQueue()
  const { next } = await queue.list({ limit: 2 })
  for (const cursor of ['impact.ffffffffffffffffffffffffffffffff', 'nonsense', next?.replace('impact', 'age') ?? ''])
    await expect(queue.list({ cursor, sort: 'impact' }), cursor).rejects.toMatchObject({ code: 'USAGE' })
})

test('coded terms with the same words are precedents, the most alike first', async () => {
  const store = await openStage()
  const terms = ['bad headache in the morning', 'headache in the morning', 'morning sickness', 'headache', 'rash']
  await commitTransfer(store, { rows: terms.map((term, n) => toRow({ subject: `S${n}`, term })) })
  for (const term of terms.slice(1)) await codeByHand(store, await findGroup(store, term), { term })
  const queue = new ReviewQueue(store, STUDY)
  const { target } = await findGroup(store, 'bad headache in the morning')
  const like = await queue.listLike(target.id, { limit: 3 })
  expect(like.map(({ row }) => row.verbatim)).toEqual(['headache in the morning', 'headache', 'morning sickness'])
})

test('who has written is shown what they wrote, at whatever moment of a reading for someone else that was', async () => {
  const { store, queue } = await openQueue()
  await queue.list({})
  for (let turns = 0; turns < 12; turns++) {
    await codeByHand(store, await findGroup(store, 'Term 3'), { term: `Other ${turns}` })
    const term = await findGroup(store, 'Term 8')
    const reading = queue.refresh()
    for (let turn = 0; turn < turns; turn++) await findHead(store.db, STUDY)
    await codeByHand(store, term, { term: `Cough ${turns}` })
    expect((await queue.find(term.target.id))?.codes).toMatchObject([{ text: `Cough ${turns}` }])
    await reading
  }
})

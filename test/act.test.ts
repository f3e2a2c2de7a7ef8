/** What people do to terms of a study: code, split, take back, approve; and what is refused, with what changed meanwhile. */
import { expect, onTestFinished, test } from 'vitest'
import {
  type Actor,
  codeTerm,
  type Desk,
  findById,
  judgeTerm,
  openDesk,
  openStudy,
  runStudy,
  undoDecision,
  verifyStudy,
  viewHistory,
  viewOccurrences,
  viewTerm,
} from '../pipeline/index.ts'
import { copySampleForTest } from './e2e/sample.ts'
import { toAmbience } from './store/stage.ts'

const ANN: Actor = { name: 'ann', kind: 'person', auth: 'signed in with password' }
const BEA: Actor = { name: 'bea', kind: 'person', auth: 'signed in with password' }

/** The sample study, run, and its first open term. */
async function openWork(): Promise<{ desk: Desk; term: string; seen: string | null }> {
  const study = await openStudy(await copySampleForTest())
  const ambience = toAmbience()
  await runStudy(study, { actor: ANN, ambience })
  const desk = await openDesk(study, { ambience })
  onTestFinished(() => desk.close())
  const row = (await desk.queue.list({ domain: 'AE', view: 'open' })).rows[0]
  if (row === undefined) throw new Error('the sample has open terms')
  return { desk, term: row.id, seen: row.decision }
}

async function toAct({ desk, term }: { desk: Desk; term: string }, actor = ANN) {
  return { store: desk.store, kits: desk.kits, target: await findById(desk, { term }), actor, reason: null }
}

test('a code that is taken back leaves the term as it was before, with what the machine had proposed', async () => {
  const work = await openWork()
  const { desk, term } = work
  const before = await viewTerm(desk, term, { name: 'ann', isApprover: false })
  const coded = await codeTerm(desk.study, { ...(await toAct(work)), codes: [{ term: 'Headache' }], seen: work.seen })
  expect(await desk.queue.find(term)).toMatchObject({ state: 'to-approve', codes: [{ text: 'Headache' }] })
  const undone = await undoDecision(desk.study, { ...(await toAct(work)), seen: coded.decision })
  expect(undone.codes).toEqual([])
  expect(await desk.queue.find(term)).toMatchObject({ state: 'open', outcome: 'reopened', top: before.row.top })
  const history = await viewHistory(desk, { term })
  expect(history.map(({ outcome, by }) => `${outcome} ${by}`)).toEqual([
    `${before.row.outcome} aecoder`,
    'manual ann',
    'reopened ann',
  ])
  expect((await verifyStudy(desk.study, desk.store)).faults).toEqual([])
})

test('undoing a change of a code brings the code before it back, and it waits for a second person again', async () => {
  const work = await openWork()
  const { desk } = work
  const first = await codeTerm(desk.study, { ...(await toAct(work)), codes: [{ term: 'Headache' }] })
  await judgeTerm(desk.study, { ...(await toAct(work, BEA)), kind: 'approved' })
  const change = { ...(await toAct(work)), reason: 'better', codes: [{ term: 'Nausea' }] }
  const second = await codeTerm(desk.study, change)
  expect(second.decision).not.toBe(first.decision)
  const undone = await undoDecision(desk.study, await toAct(work))
  expect(undone).toMatchObject({ codes: [{ text: 'Headache' }], approval: 'pending' })
})

test('an approved code is taken back with a reason only', async () => {
  const work = await openWork()
  const { desk } = work
  await codeTerm(desk.study, { ...(await toAct(work)), codes: [{ term: 'Headache' }] })
  await judgeTerm(desk.study, { ...(await toAct(work, BEA)), kind: 'approved' })
  await expect(undoDecision(desk.study, await toAct(work))).rejects.toMatchObject({
    code: 'DECISION_NOT_ALLOWED',
    facts: { found: 'the code is approved', expected: 'a reason for taking it back' },
  })
  const undone = await undoDecision(desk.study, { ...(await toAct(work)), reason: 'of another subject' })
  expect(undone.codes).toEqual([])
})

test('one occurrence is coded differently by who looked at its term, and follows the term once that is taken back', async () => {
  const work = await openWork()
  const { desk, term } = work
  const coded = await codeTerm(desk.study, { ...(await toAct(work)), codes: [{ term: 'Headache' }], seen: work.seen })
  const find = async () => (await viewOccurrences(desk, term, { offset: 0, limit: 1 })).rows[0]
  const { id: occurrence, decision: own } = (await find()) ?? {}
  expect(own).toBeNull()
  const toOwn = async () => ({ ...(await toAct(work)), target: await findById(desk, { term, occurrence }) })
  const differs = { codes: [{ term: 'Nausea' }], reason: 'see the narrative' }
  const late = codeTerm(desk.study, { ...(await toOwn()), ...differs, seen: work.seen })
  await expect(late).rejects.toMatchObject({ code: 'DECISION_STALE' })
  const one = await codeTerm(desk.study, { ...(await toOwn()), ...differs, seen: coded.decision })
  expect((await find())?.decision).toMatchObject({ id: one.decision, codes: [{ path: expect.anything() }] })
  await undoDecision(desk.study, { ...(await toOwn()), seen: one.decision })
  expect((await find())?.decision).toBeNull()
  expect(await desk.queue.find(term)).toMatchObject({ apart: 0, codes: [{ text: 'Headache' }] })
  // What is seen of it is the term's code again.
  await codeTerm(desk.study, { ...(await toOwn()), ...differs, seen: coded.decision })
  expect((await verifyStudy(desk.study, desk.store)).faults).toEqual([])
})

test('what the machine decided cannot be undone, only coded anew', async () => {
  const work = await openWork()
  await expect(undoDecision(work.desk.study, await toAct(work))).rejects.toMatchObject({ code: 'DECISION_NOT_ALLOWED' })
})

test('a split gives each part its code in one decision', async () => {
  const work = await openWork()
  const codes = [
    { term: 'Nausea', part: 'nausea' },
    { term: 'Vomiting', part: 'vomited twice' },
  ]
  const { desk, term } = work
  const split = await codeTerm(desk.study, { ...(await toAct(work)), codes, seen: work.seen })
  expect(split.codes.map(({ text, part }) => `${part}: ${text}`)).toEqual(['nausea: Nausea', 'vomited twice: Vomiting'])
  expect((await desk.queue.find(term))?.codes.map(({ part }) => part)).toEqual(['nausea', 'vomited twice'])
})

const BAD_SPLITS = [
  { found: 'no code', codes: [] },
  {
    found: 'a part without a text',
    codes: [
      { term: 'Nausea', part: 'a' },
      { term: 'Vomiting', part: ' ' },
    ],
  },
  {
    found: 'two parts with the same text',
    codes: [
      { term: 'Nausea', part: 'Sick' },
      { term: 'Vomiting', part: 'sick ' },
    ],
  },
  { found: '21 parts', codes: Array.from({ length: 21 }, (_, n) => ({ term: 'Nausea', part: `p${n}` })) },
]
for (const { found, codes } of BAD_SPLITS)
  test(`a split with ${found} is refused, and nothing is written`, async () => {
    const work = await openWork()
    const act = codeTerm(work.desk.study, { ...(await toAct(work)), codes })
    await expect(act).rejects.toMatchObject({ code: 'DECISION_NOT_ALLOWED', facts: { found } })
    expect(await desk(work)).toBe(work.seen)
  })

const desk = async (work: Awaited<ReturnType<typeof openWork>>) => (await work.desk.queue.find(work.term))?.decision

test('whoever acts on a term that changed since is told what it was coded to, by whom', async () => {
  const work = await openWork()
  const { desk, term, seen } = work
  const late = await toAct(work, BEA)
  await codeTerm(desk.study, { ...(await toAct(work)), codes: [{ term: 'Headache' }], seen })
  const told = /coded to "Headache" \(\d+\) by ann at 2026-/
  const nausea = { codes: [{ term: 'Nausea' }], reason: 'mine' }
  // Once with the state that was looked at long ago, once in a race that only the write itself finds.
  const asSeen = codeTerm(desk.study, { ...(await toAct(work, BEA)), ...nausea, seen })
  await expect(asSeen).rejects.toMatchObject({ code: 'DECISION_STALE', facts: { found: expect.stringMatching(told) } })
  const race = codeTerm(desk.study, { ...late, ...nausea })
  await expect(race).rejects.toMatchObject({ code: 'DECISION_STALE', facts: { found: expect.stringMatching(told) } })
  expect(await desk.queue.find(term)).toMatchObject({ codes: [{ text: 'Headache' }], by: 'ann' })
})

test('a term or an occurrence that the study does not have is not found', async () => {
  const { desk, term } = await openWork()
  const other = 'f'.repeat(32)
  await expect(findById(desk, { term: other })).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' })
  await expect(findById(desk, { term, occurrence: other })).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' })
})

test('an occurrence of another term is not found under this one', async () => {
  const { desk, term } = await openWork()
  const rows = (await desk.queue.list({ view: 'any' })).rows
  const other = rows.find(({ id }) => id !== term)?.id ?? ''
  const [occurrence] = (await viewOccurrences(desk, other, { offset: 0, limit: 1 })).rows
  await expect(findById(desk, { term, occurrence: occurrence?.id })).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' })
})

/** The queue: what it lists, in which order, and that its SQL says of every decision what the rules of review say. */
import { expect, test } from 'vitest'
import { toApproval, toCodingFacet } from '../../pipeline/review/rules.ts'
import { recordVerdict } from '../../pipeline/store/decisions.ts'
import {
  countStudy,
  findGroups,
  findOccurrences,
  listGroups,
  listOccurrences,
  listOwnDecided,
} from '../../pipeline/store/queue.ts'
import { CODED_OUTCOMES, type Outcome, REVIEW_OUTCOMES } from '../../schemas/outcomes.ts'
import {
  codeByHand,
  codeByMachine,
  commitTransfer,
  DANA,
  findGroup,
  listAll,
  openStage,
  STUDY,
  toDecision,
  toRow,
  toRows,
} from './stage.ts'

const OUTCOMES: readonly Outcome[] = [...CODED_OUTCOMES, ...REVIEW_OUTCOMES, 'conflicts-with-context', 'manual']

/** Every state a decision can be in: outcome, whether it waits, its verdict, whether it has a code. */
const COMBINATIONS = OUTCOMES.flatMap((outcome) =>
  [true, false].flatMap((waits) =>
    ([null, 'approved', 'rejected'] as const).flatMap((verdict) =>
      [true, false].map((hasCoding) => ({ outcome, waits, verdict, hasCoding })),
    ),
  ),
)

test('what the queue counts as open and as waiting is what the rules of review say, for every combination', async () => {
  const store = await openStage()
  // Term n occurs n + 1 times, so that the counts tell which terms they are made of.
  const rows = [...COMBINATIONS, null].flatMap((_, n) =>
    Array.from({ length: (n % 7) + 1 }, (__, record) =>
      toRow({ subject: `S${n}`, record: String(record), term: `Term ${n}` }),
    ),
  )
  await commitTransfer(store, { rows, batch: 500 })
  const groups = new Map((await listAll(store)).map((group) => [group.folded, group]))
  const combinations = COMBINATIONS.map((combination, n) => {
    const group = groups.get(`term ${n}`)
    if (!group) throw new Error(`term ${n} is there`)
    return { ...combination, group }
  })
  const decisions = combinations.map(({ group, outcome, waits, hasCoding }) =>
    toDecision(group, { outcome, waits, ...(hasCoding ? {} : { codings: [] }) }),
  )
  await codeByMachine(store, decisions)
  const decided = new Map((await listAll(store)).map((group) => [group.folded, group]))
  for (const { group, verdict } of combinations) {
    const decision = decided.get(group.folded)?.decision?.id ?? ''
    if (verdict)
      await recordVerdict(store, STUDY, { decision, target: group.target, kind: verdict, actor: DANA, reason: 'x' })
  }

  const facets = [
    { folded: `term ${COMBINATIONS.length}`, coding: toCodingFacet(undefined), approval: 'none-needed' },
    ...combinations.map(({ group, outcome, waits, verdict, hasCoding }) => {
      const approval = toApproval(waits, verdict)
      return { folded: group.folded, coding: toCodingFacet({ outcome, hasCoding, approval }), approval }
    }),
  ]
  const open = facets.filter(({ coding }) => coding === 'open').map(({ folded }) => folded)
  const toApprove = facets
    .filter(({ coding, approval }) => coding !== 'open' && approval === 'pending')
    .map(({ folded }) => folded)
  const list = async (state: 'open' | 'to-approve' | 'any') =>
    (await listGroups(store, STUDY, { limit: 1000, state })).map(({ folded }) => folded)
  expect(new Set(await list('open'))).toEqual(new Set(open))
  expect(new Set(await list('to-approve'))).toEqual(new Set(toApprove))
  expect(await list('any')).toHaveLength(facets.length)
  expect(open.length * toApprove.length, 'both kinds are there').toBeGreaterThan(0)

  const sum = (names: readonly string[]) =>
    names.reduce((total, name) => total + (groups.get(name)?.occurrences ?? 0), 0)
  const { byOutcome, ...counts } = await countStudy(store, STUDY)
  expect(counts).toMatchObject({
    groups: facets.length,
    occurrences: rows.length,
    openGroups: open.length,
    openOccurrences: sum(open),
    toApproveGroups: toApprove.length,
    toApproveOccurrences: sum(toApprove),
  })
  for (const outcome of OUTCOMES) {
    for (const isOpen of [true, false]) {
      const names = combinations
        .filter((of) => of.outcome === outcome)
        .map(({ group }) => group.folded)
        .filter((name) => open.includes(name) === isOpen)
      const counted = byOutcome.filter((count) => count.outcome === outcome && count.isOpen === isOpen)
      expect(counted).toEqual([{ outcome, isOpen, groups: names.length, occurrences: sum(names) }])
    }
  }
})

test('an occurrence decided on its own is open or waits by the same rules, and is open when its verbatim changed', async () => {
  const store = await openStage()
  const cases = [true, false].flatMap((changes) =>
    [true, false].flatMap((waits) =>
      ([null, 'approved', 'rejected'] as const).flatMap((verdict) =>
        [true, false].map((hasCoding) => ({ changes, waits, verdict, hasCoding })),
      ),
    ),
  )
  const toReported = (term: (changes: boolean) => string) =>
    cases.map(({ changes }, n) => toRow({ subject: String(n).padStart(2, '0'), term: term(changes) }))
  await commitTransfer(store, { rows: [...toReported(() => 'Headache'), ...toRows(['99 Headache'])] })
  const group = await findGroup(store, 'Headache')
  const occurrences = await listOccurrences(store, STUDY, { group, limit: 99 })
  const bySubject = new Map(occurrences.map((occurrence) => [occurrence.usubjid.slice(-2), occurrence]))
  for (const [n, { waits, verdict, hasCoding }] of cases.entries()) {
    const occurrence = bySubject.get(String(n).padStart(2, '0'))
    if (!occurrence) throw new Error(`occurrence ${n} is there`)
    const change = { term: 'Own', waits, ...(hasCoding ? {} : { codings: [] }) }
    const decision = (await codeByHand(store, occurrence, change)) ?? ''
    const of = { decision, target: occurrence.target, actor: DANA, reason: 'x' }
    if (verdict) await recordVerdict(store, STUDY, { ...of, kind: verdict })
  }
  const later = toReported((changes) => (changes ? 'headache' : 'Headache'))
  await commitTransfer(store, { rows: [...later, ...toRows(['99 headache'])] })

  const expected = { open: [] as string[], 'to-approve': [] as string[] }
  for (const [n, { changes, waits, verdict, hasCoding }] of cases.entries()) {
    const subject = String(n).padStart(2, '0')
    const approval = toApproval(waits, verdict)
    const isOpen = changes || toCodingFacet({ outcome: 'manual', hasCoding, approval }) === 'open'
    if (isOpen) expected.open.push(subject)
    else if (approval === 'pending') expected['to-approve'].push(subject)
  }
  for (const state of ['open', 'to-approve'] as const) {
    const listed = await listOwnDecided(store, STUDY, { state, limit: 99 })
    expect(
      listed.map(({ usubjid }) => usubjid.slice(-2)),
      state,
    ).toEqual(expected[state])
    expect(listed.length, state).toBeGreaterThan(0)
  }
  expect(await listOwnDecided(store, STUDY, { state: 'any', limit: 99 })).toHaveLength(cases.length)
  expect(await countStudy(store, STUDY)).toMatchObject({
    ownOpen: expected.open.length,
    ownToApprove: expected['to-approve'].length,
  })
})

test('the state of a group is that of its latest decision only', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 Headache']) })
  const states = async () => ({
    open: (await listGroups(store, STUDY, { limit: 9, state: 'open' })).length,
    toApprove: (await listGroups(store, STUDY, { limit: 9, state: 'to-approve' })).length,
  })
  expect(await states()).toEqual({ open: 1, toApprove: 0 })
  await codeByMachine(store, [toDecision(await findGroup(store, 'Headache'), { waits: true })])
  expect(await states()).toEqual({ open: 0, toApprove: 1 })
  const { target, decision } = await findGroup(store, 'Headache')
  await recordVerdict(store, STUDY, {
    decision: decision?.id ?? '',
    target,
    kind: 'rejected',
    actor: DANA,
    reason: 'x',
  })
  expect(await states()).toEqual({ open: 1, toApprove: 0 })
  await codeByHand(store, await findGroup(store, 'Headache'), { term: 'Head' })
  expect(await states()).toEqual({ open: 0, toApprove: 0 })
})

test('serious terms come first, then the frequent ones, then by their text', async () => {
  const store = await openStage()
  const rows = [
    '01 Rash',
    '02 Rash',
    '03 Rash',
    '04 Fever !',
    '05 Itch',
    '06 Cough',
    '07 Chills',
    '08 Chills',
    '09 Gout !',
    '10 Gout',
  ]
  await commitTransfer(store, { rows: toRows(rows) })
  const list = async (limit: number) =>
    (await listGroups(store, STUDY, { limit, state: 'open' })).map(({ verbatim, occurrences, serious }) => [
      verbatim,
      occurrences,
      serious,
    ])
  const expected = [
    ['Gout', 2, 1],
    ['Fever', 1, 1],
    ['Rash', 3, 0],
    ['Chills', 2, 0],
    ['Cough', 1, 0],
    ['Itch', 1, 0],
  ]
  expect(await list(99)).toEqual(expected)
  expect(await list(3)).toEqual(expected.slice(0, 3))
})

test('the queue of one domain leaves out the other', async () => {
  const store = await openStage()
  const rows = (['AE', 'MH'] as const).map((domain) => toRow({ domain, subject: '0101', term: 'Headache' }))
  await commitTransfer(store, { rows })
  const list = async (domain: 'AE' | 'MH') => await listGroups(store, STUDY, { domain, limit: 9, state: 'any' })
  expect((await list('AE')).map(({ field, occurrences }) => [field, occurrences])).toEqual([['AETERM', 1]])
  expect((await list('MH')).map(({ field, occurrences }) => [field, occurrences])).toEqual([['MHTERM', 1]])
  const found = await findGroups(store, STUDY, { idPrefix: '', folded: 'headache', domain: 'MH', limit: 9 })
  expect(found.map(({ domain }) => domain)).toEqual(['MH'])
})

test('a term and an occurrence are found by the beginning of their id, of four digits or more', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 Headache', '0102 Nausea']) })
  const { target } = await findGroup(store, 'Nausea')
  const groups = async (idPrefix: string) =>
    (await findGroups(store, STUDY, { idPrefix, folded: '', limit: 9 })).map(({ folded }) => folded)
  expect(await groups(target.id)).toEqual(['nausea'])
  expect(await groups(target.id.slice(0, 8))).toEqual(['nausea'])
  expect(await groups(target.id.slice(0, 3))).toEqual([])
  expect(await groups('%')).toEqual([])
  const [row] = toRows(['0102 Nausea'])
  const id = row?.kind === 'occurrences' ? (row.occurrences[0]?.id ?? '') : ''
  const occurrences = async (idPrefix: string) =>
    (await findOccurrences(store, STUDY, { idPrefix, limit: 9 })).map(({ verbatim, usubjid }) => [usubjid, verbatim])
  expect(await occurrences(id)).toEqual([['ABC-101-0102', 'Nausea']])
  expect(await occurrences(id.slice(0, 10))).toEqual([['ABC-101-0102', 'Nausea']])
  expect(await occurrences(id.slice(0, 3))).toEqual([])
})

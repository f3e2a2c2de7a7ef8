/** The rules of verdicts in bulk and of a review sheet's marks, each as a whole table. */
import { expect, test } from 'vitest'
import {
  CONFIRM_ABOVE,
  checkBulk,
  findObstacle,
  type MarkedRow,
  readMarks,
  type StandingRow,
} from '../../pipeline/review/bulk-rules.ts'

const OBSTACLES = [
  { actor: 'Ann', approval: 'pending', hasCoding: true, why: undefined },
  { actor: 'Ann', approval: 'none-needed', hasCoding: true, why: undefined },
  { actor: ' BEN ', approval: 'pending', hasCoding: true, why: 'own-code' },
  { actor: 'Ann', approval: 'approved', hasCoding: true, why: 'already-judged' },
  { actor: 'Ann', approval: 'rejected', hasCoding: true, why: 'already-judged' },
  { actor: 'Ann', approval: 'none-needed', hasCoding: false, why: 'not-coded' },
] as const
for (const { why, ...decision } of OBSTACLES)
  test(`Ben and a code of "${decision.actor}" that is ${decision.approval}: ${why ?? 'he may'}`, () => {
    expect(findObstacle(decision, 'Ben')).toBe(why)
  })

const BULKS = [
  { kind: 'approved', count: 0, confirm: undefined, reason: null, isAllowed: false },
  { kind: 'approved', count: 3, confirm: undefined, reason: null, isAllowed: true },
  { kind: 'approved', count: 3, confirm: 3, reason: null, isAllowed: true },
  { kind: 'approved', count: 3, confirm: 4, reason: null, isAllowed: false },
  { kind: 'approved', count: CONFIRM_ABOVE, confirm: undefined, reason: null, isAllowed: true },
  { kind: 'approved', count: CONFIRM_ABOVE + 1, confirm: undefined, reason: null, isAllowed: false },
  { kind: 'approved', count: CONFIRM_ABOVE + 1, confirm: CONFIRM_ABOVE + 1, reason: null, isAllowed: true },
  { kind: 'rejected', count: 3, confirm: undefined, reason: ' ', isAllowed: false },
  { kind: 'rejected', count: 3, confirm: undefined, reason: 'wrong level', isAllowed: true },
] as const
for (const { isAllowed, ...bulk } of BULKS)
  test(`${bulk.count} ${bulk.kind}, ${bulk.confirm ?? 'none'} confirmed, reason "${bulk.reason}": ${isAllowed ? 'may pass' : 'refused'}`, () => {
    if (isAllowed) expect(() => checkBulk(bulk)).not.toThrow()
    else expect(() => checkBulk(bulk)).toThrow(expect.objectContaining({ code: 'DECISION_NOT_ALLOWED' }))
  })

const STANDING: ReadonlyMap<string, StandingRow> = new Map([
  ['a', toStanding('a')],
  ['own', { ...toStanding('own'), actor: 'ben' }],
  ['old', { ...toStanding('old'), isInForce: false }],
  ['done', { ...toStanding('done'), approval: 'approved' as const }],
  ['open', { ...toStanding('open'), hasCoding: false, term: '' }],
])

function toStanding(id: string): StandingRow {
  const name = `verbatim of ${id}`
  return {
    id,
    name,
    outcome: 'manual',
    actor: 'Ann',
    hasCoding: true,
    approval: 'pending',
    term: 'Headache',
    isInForce: true,
  }
}

const MARKS: readonly { readonly row: Partial<MarkedRow>; readonly kind?: string; readonly fault?: RegExp }[] = [
  { row: { verdict: 'approve' }, kind: 'approved' },
  { row: { verdict: ' Approved ' }, kind: 'approved' },
  { row: { verdict: 'REJECT', reason: 'wrong level' }, kind: 'rejected' },
  { row: { verdict: '' } },
  { row: { verdict: '', reason: 'hm' }, fault: /^line 7: a reason without a verdict/ },
  { row: { verdict: 'yes' }, fault: /^line 7: "yes" is no verdict/ },
  { row: { verdict: 'reject' }, fault: /^line 7: .*a rejection without a reason/ },
  { row: { decision: 'x', verdict: 'approve' }, fault: /^line 7: no decision of this study/ },
  { row: { decision: 'old', verdict: 'approve' }, fault: /^line 7: "verbatim of old" was decided anew/ },
  { row: { decision: 'own', verdict: 'approve' }, fault: /^line 7: .*Ben coded this term/ },
  { row: { decision: 'done', verdict: 'approve' }, fault: /^line 7: .*already approved/ },
  { row: { decision: 'open', term: '', verdict: 'approve' }, fault: /^line 7: .*no code to look at/ },
  {
    row: { term: 'Migraine', verdict: 'approve' },
    fault: /^line 7: the sheet says "Migraine", the code is "Headache"/,
  },
]
for (const { row, kind, fault } of MARKS)
  test(`a row marked ${JSON.stringify(row)} is ${kind ?? (fault === undefined ? 'passed over' : `refused: ${fault.source}`)}`, () => {
    const marked = { line: 7, decision: 'a', term: 'Headache', verdict: '', reason: '', ...row }
    const { marks, faults } = readMarks([marked], { standing: STANDING, approver: 'Ben' })
    expect(marks.map((mark) => mark.kind)).toEqual(kind === undefined ? [] : [kind])
    expect(faults).toEqual(fault === undefined ? [] : [expect.stringMatching(fault)])
  })

test('two marks on one decision are refused, even if they say the same', () => {
  const row = { decision: 'a', term: 'Headache', verdict: 'approve', reason: '' }
  const { faults } = readMarks(
    [
      { line: 2, ...row },
      { line: 5, ...row },
    ],
    { standing: STANDING, approver: 'Ben' },
  )
  expect(faults).toEqual(['line 5: the same decision as on line 2'])
})

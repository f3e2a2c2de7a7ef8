/** The rules of review, each as a whole table. */
import { describe, expect, test } from 'vitest'
import {
  checkManualCode,
  checkVerdict,
  isEffective,
  isSamePerson,
  needsApproval,
  type StandingDecision,
  toApproval,
  toCodingFacet,
  toStatus,
} from '../../pipeline/review/rules.ts'
import { APPROVAL_POLICIES, CODED_OUTCOMES, type Outcome, REVIEW_OUTCOMES } from '../../schemas/outcomes.ts'

const OUTCOMES: readonly Outcome[] = [...CODED_OUTCOMES, ...REVIEW_OUTCOMES, 'conflicts-with-context', 'manual']

describe('needsApproval', () => {
  /** Outcomes that wait for a second person; all others do not. */
  const WAITING: { readonly [policy in (typeof APPROVAL_POLICIES)[number]]: readonly Outcome[] } = {
    none: [],
    confident: ['confident'],
    manual: ['confident', 'manual'],
    all: ['confident', 'manual', 'exact', 'normalised', 'synonym'],
  }
  for (const policy of APPROVAL_POLICIES) {
    for (const outcome of OUTCOMES) {
      const waits = WAITING[policy].includes(outcome)
      test(`under the policy ${policy} a code by ${outcome} ${waits ? 'waits' : 'does not wait'}`, () => {
        expect(needsApproval(policy, outcome)).toBe(waits)
      })
    }
  }
})

const APPROVALS = [
  { waits: false, verdict: null, approval: 'none-needed' },
  { waits: true, verdict: null, approval: 'pending' },
  { waits: true, verdict: 'approved', approval: 'approved' },
  { waits: true, verdict: 'rejected', approval: 'rejected' },
  { waits: false, verdict: 'approved', approval: 'approved' },
  { waits: false, verdict: 'rejected', approval: 'rejected' },
] as const
for (const { waits, verdict, approval } of APPROVALS) {
  test(`a decision that ${waits ? 'waits' : 'does not wait'}, verdict ${verdict}, is ${approval}`, () => {
    expect(toApproval(waits, verdict)).toBe(approval)
  })
}

const FACETS = [
  { hasCoding: true, approval: 'none-needed', isEffective: true, machine: 'autocoded', person: 'coded' },
  { hasCoding: true, approval: 'approved', isEffective: true, machine: 'autocoded', person: 'coded' },
  { hasCoding: true, approval: 'pending', isEffective: false, machine: 'autocoded', person: 'coded' },
  { hasCoding: true, approval: 'rejected', isEffective: false, machine: 'open', person: 'open' },
  { hasCoding: false, approval: 'none-needed', isEffective: false, machine: 'open', person: 'open' },
  { hasCoding: false, approval: 'approved', isEffective: false, machine: 'open', person: 'open' },
  { hasCoding: false, approval: 'pending', isEffective: false, machine: 'open', person: 'open' },
  { hasCoding: false, approval: 'rejected', isEffective: false, machine: 'open', person: 'open' },
] as const
for (const { hasCoding, approval, machine, person, ...facet } of FACETS) {
  test(`a decision ${hasCoding ? 'with' : 'without'} a code, approval ${approval}, is ${machine} or ${person}`, () => {
    expect(isEffective({ hasCoding, approval })).toBe(facet.isEffective)
    for (const outcome of OUTCOMES)
      expect(toCodingFacet({ hasCoding, approval, outcome })).toBe(outcome === 'manual' ? person : machine)
  })
}

test('a term without a decision is open', () => {
  expect(toCodingFacet(undefined)).toBe('open')
})

test('the status is withdrawn or updated first, then what review owes, then how the term was coded', () => {
  const approvals = ['none-needed', 'pending', 'approved', 'rejected'] as const
  for (const coding of ['open', 'autocoded', 'coded'] as const) {
    for (const approval of approvals) {
      expect(toStatus({ lifecycle: 'withdrawn', coding, approval })).toBe('withdrawn')
      expect(toStatus({ lifecycle: 'updated', coding, approval })).toBe('updated')
      const present = coding === 'open' ? 'open' : approval === 'pending' ? 'to-approve' : coding
      expect(toStatus({ lifecycle: 'present', coding, approval })).toBe(present)
    }
  }
})

const CODED_BY_ANN: StandingDecision = {
  id: 'd1',
  outcome: 'manual',
  actor: 'Ann Lee',
  hasCoding: true,
  approval: 'pending',
}

const VERDICTS = [
  { says: 'a second person approves', by: 'Bob', kind: 'approved', reason: null, refused: null },
  { says: 'a second person approves with a reason', by: 'Bob', kind: 'approved', reason: 'fine', refused: null },
  { says: 'a second person rejects with a reason', by: 'Bob', kind: 'rejected', reason: 'wrong PT', refused: null },
  { says: 'a rejection has no reason', by: 'Bob', kind: 'rejected', reason: null, refused: 'without a reason' },
  { says: 'a rejection has an empty reason', by: 'Bob', kind: 'rejected', reason: '', refused: 'without a reason' },
  { says: 'a rejection has a blank reason', by: 'Bob', kind: 'rejected', reason: ' \t', refused: 'without a reason' },
  { says: 'the coder approves', by: 'Ann Lee', kind: 'approved', reason: null, refused: 'Ann Lee coded this term' },
  { says: 'the coder rejects', by: 'Ann Lee', kind: 'rejected', reason: 'x', refused: 'Ann Lee coded this term' },
  { says: 'the coder in other letters', by: ' ann  LEE ', kind: 'approved', reason: null, refused: 'coded this term' },
  { says: 'no policy asked for it', by: 'Bob', kind: 'approved', reason: null, refused: null, approval: 'none-needed' },
  {
    says: 'it is approved',
    by: 'Bob',
    kind: 'rejected',
    reason: 'x',
    refused: 'already approved',
    approval: 'approved',
  },
  {
    says: 'it is rejected',
    by: 'Bob',
    kind: 'approved',
    reason: null,
    refused: 'already rejected',
    approval: 'rejected',
  },
  { says: 'there is no code', by: 'Bob', kind: 'approved', reason: null, refused: 'no code', hasCoding: false },
] as const
for (const { says, by, kind, reason, refused, ...change } of VERDICTS) {
  test(`a verdict is ${refused ? 'refused' : 'allowed'} when ${says}`, () => {
    const check = () => checkVerdict({ ...CODED_BY_ANN, ...change }, { kind, actor: by, reason })
    if (refused === null) expect(check).not.toThrow()
    else
      expect(check).toThrow(
        expect.objectContaining({ code: 'DECISION_NOT_ALLOWED', message: expect.stringContaining(refused) }),
      )
  })
}

const CHANGES = [
  { says: 'nothing stands', standing: undefined, free: true },
  { says: 'the machine left it to a person', standing: { outcome: 'no-match', hasCoding: false }, free: true },
  { says: 'the code was rejected', standing: { approval: 'rejected' }, free: true },
  { says: 'the code waits', standing: { approval: 'pending' }, free: false },
  { says: 'the code is approved', standing: { approval: 'approved' }, free: false },
  { says: 'the machine coded it', standing: { outcome: 'exact', approval: 'none-needed' }, free: false },
] as const
for (const { says, standing, free } of CHANGES) {
  test(`when ${says}, a person ${free ? 'codes without a reason' : 'needs a reason to change it'}`, () => {
    const decision = standing && { ...CODED_BY_ANN, ...standing }
    expect(() => checkManualCode(decision, 'clearer now')).not.toThrow()
    for (const reason of [null, '', '  ']) {
      const check = () => checkManualCode(decision, reason)
      if (free) expect(check).not.toThrow()
      else
        expect(check).toThrow(
          expect.objectContaining({ code: 'DECISION_NOT_ALLOWED', message: expect.stringContaining('--reason') }),
        )
    }
  })
}

const PEOPLE: readonly (readonly [a: string, b: string, same: boolean])[] = [
  ['Ann', 'Ann', true],
  ['Ann', 'ann', true],
  ['Ann Lee', '  ANN   lee\t', true],
  ['Ann Lee', 'Ann\u00a0Lee', true],
  ['Zoe\u0308', 'Zoë', true],
  ['Ａｎｎ', 'Ann', true],
  ['Ann Lee', 'Ann', false],
  ['AnnLee', 'Ann Lee', false],
  ['Zoë', 'Zoe', false],
  ['Ann', 'Anne', false],
]
for (const [a, b, same] of PEOPLE) {
  test(`${JSON.stringify(a)} and ${JSON.stringify(b)} are ${same ? 'one person' : 'two people'}`, () => {
    expect(isSamePerson(a, b)).toBe(same)
    expect(isSamePerson(b, a)).toBe(same)
  })
}

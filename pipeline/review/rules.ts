/** The rules of review: which decision may follow which, who may approve, what state results. Pure; no storage, no clock. */

import { AecoderError, assertNever } from '../../schemas/errors.ts'
import {
  type ApprovalFacet,
  type ApprovalPolicy,
  type CodingFacet,
  isCodedOutcome,
  type LifecycleFacet,
  type Outcome,
} from '../../schemas/outcomes.ts'

/** What a rule needs to know of a decision that stands. */
export interface StandingDecision {
  readonly id: string
  /** How messages name the term; its id where nothing better is known. */
  readonly name?: string
  readonly outcome: Outcome
  readonly actor: string
  readonly hasCoding: boolean
  readonly approval: ApprovalFacet
}

/** Whether a code of this outcome waits for a second person (policies: schemas/outcomes.ts). */
export function needsApproval(policy: ApprovalPolicy, outcome: Outcome): boolean {
  switch (policy) {
    case 'none':
      return false
    case 'confident':
      return outcome === 'confident'
    case 'manual':
      return outcome === 'confident' || outcome === 'manual'
    case 'all':
      return isCodedOutcome(outcome) || outcome === 'manual'
    default:
      return assertNever(policy)
  }
}

/** The approval facet of a decision from the policy it was made under and its latest verdict. */
export function toApproval(waits: boolean, verdict: 'approved' | 'rejected' | null): ApprovalFacet {
  if (verdict !== null) return verdict
  return waits ? 'pending' : 'none-needed'
}

/** Whether the decision's code may stand in a dataset: it has one and nothing holds it back. */
export function isEffective(decision: Pick<StandingDecision, 'hasCoding' | 'approval'>): boolean {
  return decision.hasCoding && (decision.approval === 'none-needed' || decision.approval === 'approved')
}

export function toCodingFacet(
  decision: Pick<StandingDecision, 'hasCoding' | 'approval' | 'outcome'> | undefined,
): CodingFacet {
  if (!decision?.hasCoding || decision.approval === 'rejected') return 'open'
  return decision.outcome === 'manual' ? 'coded' : 'autocoded'
}

/** One word for a term's state, by precedence: withdrawn, updated, then what review still owes, then how it was coded. */
export function toStatus(state: {
  lifecycle: LifecycleFacet
  coding: CodingFacet
  approval: ApprovalFacet
}): 'withdrawn' | 'updated' | 'open' | 'to-approve' | 'coded' | 'autocoded' {
  if (state.lifecycle !== 'present') return state.lifecycle
  if (state.coding === 'open') return 'open'
  if (state.approval === 'pending') return 'to-approve'
  return state.coding
}

/**
 * A second person looks at a code: they must not be its coder, and it must be one that has no verdict yet.
 * @throws AecoderError DECISION_NOT_ALLOWED
 */
export function checkVerdict(
  decision: StandingDecision,
  verdict: { kind: 'approved' | 'rejected'; actor: string; reason: string | null },
): void {
  const where = toPlace(decision)
  if (!decision.hasCoding)
    throw new AecoderError('DECISION_NOT_ALLOWED', {
      where,
      found: 'there is no code to look at',
      action: 'Code the term first: aecoder code',
    })
  if (decision.approval === 'approved' || decision.approval === 'rejected')
    throw new AecoderError('DECISION_NOT_ALLOWED', {
      where,
      found: `already ${decision.approval}`,
      action: 'Code the term anew to change it',
    })
  if (isSamePerson(decision.actor, verdict.actor))
    throw new AecoderError('DECISION_NOT_ALLOWED', {
      where,
      found: `${verdict.actor} coded this term`,
      expected: 'a second person',
      action: 'Ask someone else to look at it',
    })
  if (verdict.kind === 'rejected' && !verdict.reason?.trim())
    throw new AecoderError('DECISION_NOT_ALLOWED', {
      where,
      found: 'a rejection without a reason',
      action: 'Give one: --reason "..."',
    })
}

/**
 * A person codes a term: a code that stands may be replaced only with a reason.
 * @throws AecoderError DECISION_NOT_ALLOWED
 */
export function checkManualCode(standing: StandingDecision | undefined, reason: string | null): void {
  if (toCodingFacet(standing) === 'open' || reason?.trim()) return
  throw new AecoderError('DECISION_NOT_ALLOWED', {
    where: toPlace(standing),
    found: 'the term is coded already',
    expected: 'a reason for the change',
    action: 'Give one: --reason "..."',
  })
}

/**
 * A person takes back what a person decided: what a second person approved only with a reason.
 * @throws AecoderError DECISION_NOT_ALLOWED
 */
export function checkUndo(standing: StandingDecision, reason: string | null): void {
  if (standing.approval !== 'approved' || reason?.trim()) return
  throw new AecoderError('DECISION_NOT_ALLOWED', {
    where: toPlace(standing),
    found: 'the code is approved',
    expected: 'a reason for taking it back',
    action: 'Give one: --reason "..."',
  })
}

/** Names are people's own spelling of themselves: case, blanks and Unicode form do not make two people. */
export function isSamePerson(a: string, b: string): boolean {
  return toPersonKey(a) === toPersonKey(b)
}

/** What is the same in all spellings of a name. */
export function toPersonKey(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim()
    .replace(/\s+/g, ' ')
    .toLowerCase()
}

function toPlace(decision: StandingDecision | undefined): string {
  return decision?.name === undefined ? `decision ${decision?.id}` : `"${decision.name}"`
}

/** The closed unions of the coding workflow. Every switch over one of them ends in `assertNever`. */

/** Outcomes with which the machine codes (DESIGN §6.6). */
export const CODED_OUTCOMES = ['exact', 'normalised', 'synonym', 'confident'] as const
/** Outcomes with which the machine leaves the term to a person. */
export const REVIEW_OUTCOMES = [
  'ambiguous',
  'low-confidence',
  'compound',
  'negated',
  'not-codable',
  'do-not-autocode',
  'no-match',
] as const
export type CodedOutcome = (typeof CODED_OUTCOMES)[number]
export type ReviewOutcome = (typeof REVIEW_OUTCOMES)[number]
/** What autocoding says of a verbatim. */
export type AutocodeOutcome = CodedOutcome | ReviewOutcome
/**
 * What can stand in a decision: autocoding's outcome, a person's code (`manual`) or the taking back of one (`reopened`),
 * or the context check's of one occurrence, which holds the group's code back from it (`conflicts-with-context`) or lets
 * it pass again (`fits-context`).
 */
export type Outcome = AutocodeOutcome | ContextOutcome | PersonOutcome
export type PersonOutcome = 'manual' | 'reopened'
export type ContextOutcome = 'conflicts-with-context' | 'fits-context'
/**
 * Outcomes with which a decision on one occurrence decides nothing any more: the occurrence follows its term, and the
 * context check looks at it again.
 */
export const FOLLOWING_OUTCOMES = ['fits-context', 'reopened'] as const

/** The step of autocoding that settled the outcome; `person` where no machine did. */
export type Step =
  | 'do-not-autocode-list'
  | 'exact'
  | 'synonym-list'
  | 'normalised'
  | 'guard'
  | 'alignment'
  | 'similarity'
  | 'context-check'
  | 'person'

export function isFollowingOutcome(outcome: Outcome): boolean {
  return (FOLLOWING_OUTCOMES as readonly string[]).includes(outcome)
}

export function isCodedOutcome(outcome: Outcome): outcome is CodedOutcome {
  return (CODED_OUTCOMES as readonly string[]).includes(outcome)
}

/**
 * Whose codes a second person must approve before they enter a dataset. Each policy includes the ones before it:
 * nobody's; `confident` ones of the machine; a person's too; every code.
 */
export const APPROVAL_POLICIES = ['none', 'confident', 'manual', 'all'] as const
export type ApprovalPolicy = (typeof APPROVAL_POLICIES)[number]

/** Facets of a term group or occurrence; together they stand for one status (DESIGN §5). */
export type CodingFacet = 'open' | 'autocoded' | 'coded'
export type ApprovalFacet = 'none-needed' | 'pending' | 'approved' | 'rejected'
export type LifecycleFacet = 'present' | 'updated' | 'withdrawn'

/** Where an input row ended. The five sum up to the rows read. */
export const BUCKETS = ['accepted', 'duplicate', 'superseded', 'skipped', 'rejected'] as const
export type Bucket = (typeof BUCKETS)[number]

/** Why a row holds nothing to code. Counted by reason, not listed. */
export const SKIP_REASONS = [
  'other-form',
  'no-event',
  'empty-record',
  /** Of changes: no value of a mapped item (shown, queried, commented). */
  'nothing-stated',
  /** Of changes: what it takes back is not there. */
  'not-there',
] as const
export type SkipReason = (typeof SKIP_REASONS)[number]

/** Why a row could not be taken in. Any one leaves the run incomplete unless it is accepted by name. */
export const REJECT_REASONS = ['ragged-row', 'malformed-row', 'missing-subject', 'conflicting-key'] as const
export type RejectReason = (typeof REJECT_REASONS)[number]

/** What a person may accept by name so that a run goes on (recorded with the transfer). */
export const ACCEPTABLE = [
  ...REJECT_REASONS,
  'older-transfer',
  'mass-withdrawal',
  'mass-rekeying',
  'usubjid-changed',
  'foreign-study',
  'structure-changed',
] as const
export type Acceptable = (typeof ACCEPTABLE)[number]

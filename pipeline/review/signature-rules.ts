/** The rules of signing off a study: who signs, what may be signed, and what a signature locks. Pure; no storage, no clock. */
import { AecoderError } from '../../schemas/errors.ts'
import type { SiteQueryStep } from '../../schemas/site-queries.ts'

/** A signature as a rule and a message need it. */
export interface StandingSignature {
  readonly fullName: string
  readonly actor: string
  readonly at: string
  readonly meaning: string
}

/** What review still owes when somebody wants to sign: terms, and occurrences that were decided on their own. */
export interface OwedWork {
  readonly open: number
  readonly toApprove: number
}

const DECIDING = [
  'autocoded',
  'context-checked',
  'coded',
  'split',
  'reopened',
  'taken-over',
  'approved',
  'rejected',
] as const
/** Steps of site queries that ask: who signed said that the codes rest on what the sites had told by then. */
const ASKING = ['raised', 'edited', 'sent', 'reopened'] as const satisfies readonly SiteQueryStep[]
/** Kinds of events that may not stand between a signature and its unlocking (transfers and answers may: they are held, or kept). */
export const LOCKED_EVENTS: ReadonlySet<string> = new Set([
  ...DECIDING,
  'parts-numbered',
  ...ASKING.map((step) => `query-${step}`),
])
/** Kinds of events after which a person who is about to sign, or to judge in bulk, has to look again. */
export const SIGNED_EVENTS: ReadonlySet<string> = new Set([...DECIDING, 'transfer-committed', 'redacted'])

/** How accounts of who acted begin where a password or an identity provider vouches for the person. */
const SIGNED_IN = 'signed in'

/**
 * Signing, unlocking and judging in bulk are acts of a person whose identity was proved, never of a name that was said.
 * Source: 21 CFR 11.50, 11.200 (a signature names its signer; two components of identification).
 * @throws AecoderError SIGN_IN_NEEDED
 */
export function checkIsSignedIn(actor: { readonly name: string; readonly auth: string }, act: string): void {
  if (actor.auth.startsWith(SIGNED_IN)) return
  throw new AecoderError('SIGN_IN_NEEDED', {
    where: act,
    found: `${actor.name} is known only as "${actor.auth}"`,
    expected: 'a person who signed in',
    action: 'Sign in first: aecoder login',
  })
}

/**
 * What a signature must say, and what must be done before it: nothing owed, unless the signer says so with a reason.
 * @throws AecoderError DECISION_NOT_ALLOWED, STUDY_SIGNED_OFF
 */
export function checkSignable(
  study: string,
  asked: {
    readonly standing: StandingSignature | null
    readonly hasTransfer: boolean
    readonly fullName: string
    readonly meaning: string
    readonly owed: OwedWork
    readonly isIncomplete: boolean
    readonly reason: string | null
  },
): void {
  const { standing, fullName, meaning, owed, isIncomplete, reason } = asked
  checkUnlocked(study, standing)
  const refuse = (found: string, more: { expected?: string; action?: string } = {}) => {
    throw new AecoderError('DECISION_NOT_ALLOWED', { where: study, found, ...more })
  }
  if (!asked.hasTransfer) refuse('no transfer was taken in yet', { action: 'Run the study first: aecoder run' })
  if (fullName.trim() === '') refuse('a signature without a name', { expected: 'the full name of who signs' })
  if (meaning.trim() === '')
    refuse('a signature without a meaning', { expected: 'what it stands for, e.g. "coding reviewed"' })
  if (owed.open + owed.toApprove === 0) return
  const found = `${owed.open} to be coded and ${owed.toApprove} to be approved`
  if (!isIncomplete) refuse(found, { expected: 'none', action: 'Finish them, or sign as incomplete with a reason' })
  if (!reason?.trim()) refuse(`${found}, and no reason to sign all the same`, { expected: 'a reason' })
}

/**
 * What a signature covers stays as it was signed.
 * @throws AecoderError STUDY_SIGNED_OFF
 */
export function checkUnlocked(study: string, standing: StandingSignature | null): void {
  if (standing === null) return
  throw new AecoderError('STUDY_SIGNED_OFF', {
    where: study,
    found: `${toSignatureText(standing)}: its codes are locked`,
    action: 'Unlock it with a reason first: aecoder unlock --reason "..."',
  })
}

/**
 * @throws AecoderError DECISION_NOT_ALLOWED where nothing is locked, or without a reason
 */
export function checkUnlocking(study: string, asked: { standing: StandingSignature | null; reason: string }): void {
  if (asked.standing === null)
    throw new AecoderError('DECISION_NOT_ALLOWED', {
      where: study,
      found: 'the study is not signed off',
      expected: 'a signature to unlock',
    })
  if (asked.reason.trim() === '')
    throw new AecoderError('DECISION_NOT_ALLOWED', {
      where: study,
      found: 'no reason to unlock',
      expected: 'why what was signed has to change',
      action: 'Give one: --reason "..."',
    })
}

/** `signed off by Eva Meyer (eva) at 2026-03-01T08:00:00Z as "coding reviewed"` */
export function toSignatureText({ fullName, actor, at, meaning }: StandingSignature): string {
  return `signed off by ${fullName} (${actor}) at ${at} as "${meaning}"`
}

/**
 * Signing a study off and unlocking it: the acts with which a person answers for the codes. A signature is bound to all
 * decisions up to one event of the chain, and locks them.
 */
import { AecoderError } from '../schemas/errors.ts'
import type { CodingKits } from './coding-kits.ts'
import { settle } from './desk.ts'
import {
  checkIsSignedIn,
  checkSignable,
  checkUnlocking,
  type OwedWork,
  SIGNED_EVENTS,
} from './review/signature-rules.ts'
import { checkContexts } from './run-context.ts'
import { numberParts } from './run-parts.ts'
import { type Actor, findHead } from './store/chain.ts'
import { findCommitted } from './store/current.ts'
import { findHeld, type HeldTransfers } from './store/held.ts'
import { countOwed } from './store/owed.ts'
import {
  countEventsSince,
  countInForce,
  findSignature,
  listSignatures,
  recordSignOff,
  recordUnlock,
  type Signature,
  toEventText,
} from './store/signatures.ts'
import { lockStudy, type Store } from './store/store.ts'
import type { Study } from './study.ts'

/** Where a study stands with its signatures. */
export interface SignOffState {
  /** The one in force. */
  readonly signature: Signature | null
  /** All signatures and unlockings, oldest first. */
  readonly history: readonly Signature[]
  /** The chain's last event: what a signature given now would cover. */
  readonly headSeq: number
  readonly decisions: number
  readonly owed: OwedWork
  /** What came after the signature in force. */
  readonly held: HeldTransfers | null
}

/** What a person looks at before signing, and what everybody sees afterwards. */
export async function readSignOffState(store: Pick<Store, 'db'>, study: Study): Promise<SignOffState> {
  const signature = await findSignature(store.db, study.id)
  const head = await findHead(store.db, study.id)
  return {
    signature,
    history: await listSignatures(store, study.id),
    headSeq: head.seq,
    decisions: await countInForce(store.db, study.id, head.seq),
    owed: await countOwed(store.db, study.id),
    held: signature && (await findHeld(store.db, study.id, signature)),
  }
}

/** The signature in force, which locks the codes. */
export function readSignature({ db }: Pick<Store, 'db'>, study: string): Promise<Signature | null> {
  return findSignature(db, study)
}

/** Who signs, as what, and what they looked at. */
export interface SigningAct {
  readonly store: Store
  readonly kits: CodingKits
  readonly actor: Actor
  readonly fullName: string
  readonly meaning: string
  /** The head of the chain that the signer looked at. */
  readonly seen: number
  /** Signs although terms are open or wait for approval; needs a reason. */
  readonly isIncomplete?: boolean
  readonly reason?: string | null
}

const ATTEMPTS = 5

/**
 * Signs a study off. Before that all is done that a dataset asks for: what contradicts its context is held back, and the
 * parts of splits have their numbers.
 * @throws AecoderError SIGN_IN_NEEDED, STUDY_SIGNED_OFF, DECISION_NOT_ALLOWED; DECISION_STALE with what changed since
 * the signer looked; RUN_IN_PROGRESS
 */
export async function signOff(study: Study, act: SigningAct): Promise<Signature> {
  const { store, kits, actor, fullName, meaning, seen, isIncomplete = false, reason = null } = act
  checkIsSignedIn(actor, 'sign-off')
  const unlockRuns = lockStudy(store, study.id)
  try {
    const rules = { fullName, meaning, isIncomplete, reason }
    await checkNow(study, { store, rules })
    await settle(study, { store, kits, actor })
    const { head: checked } = await checkContexts(study, { store, kits })
    await numberParts(study, { store, head: checked })
    // A note, a site query or a sign-in moves the chain and nothing that is signed: then the signature binds to that too.
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const head = await findHead(store.db, study.id)
      await checkSeen(study, { store, seen, headSeq: head.seq })
      const owed = await checkNow(study, { store, rules })
      const transferNo = (await findCommitted(store.db, study.id))?.no ?? null
      const given = { head, meaning: meaning.trim(), fullName: fullName.trim(), transferNo, owed, actor }
      const signature = await recordSignOff(store, study.id, { ...given, reason: reason?.trim() || null })
      if (signature !== undefined) return signature
    }
    throw toStale(study, 'the study is worked on at this very moment')
  } finally {
    unlockRuns()
  }
}

async function checkNow(
  study: Study,
  {
    store,
    rules,
  }: { store: Store; rules: { fullName: string; meaning: string; isIncomplete: boolean; reason: string | null } },
): Promise<OwedWork> {
  const owed = await countOwed(store.db, study.id)
  checkSignable(study.id, {
    ...rules,
    owed,
    standing: await findSignature(store.db, study.id),
    hasTransfer: (await findCommitted(store.db, study.id)) !== undefined,
  })
  return owed
}

async function checkSeen(
  study: Study,
  { store, seen, headSeq }: { store: Store; seen: number; headSeq: number },
): Promise<void> {
  if (seen > headSeq) throw toStale(study, `event ${seen} is not in the chain, which ends with ${headSeq}`)
  const since = await countEventsSince(store.db, study.id, { seq: seen, kinds: SIGNED_EVENTS })
  if (since.length > 0) throw toStale(study, `since event ${seen} there were ${toEventText(since)}`)
}

function toStale(study: Study, found: string): AecoderError {
  return new AecoderError('DECISION_STALE', {
    where: study.id,
    found,
    action: 'Look at what changed, then sign',
  })
}

/**
 * Unlocks what is signed: people may code again, and the next run takes in what was held.
 * @throws AecoderError SIGN_IN_NEEDED, DECISION_NOT_ALLOWED, RUN_IN_PROGRESS
 */
export async function unlockStudy(
  study: Study,
  { store, actor, fullName, reason }: { store: Store; actor: Actor; fullName: string; reason: string },
): Promise<Signature> {
  checkIsSignedIn(actor, 'unlock')
  const unlockRuns = lockStudy(store, study.id)
  try {
    const standing = await findSignature(store.db, study.id)
    checkUnlocking(study.id, { standing, reason })
    if (standing === null) throw new Error('unreachable: the rule refuses it')
    const given = { signature: standing, actor, fullName: fullName.trim(), reason: reason.trim() }
    const unlocked = await recordUnlock(store, study.id, given)
    if (unlocked === undefined) throw toStale(study, 'someone else unlocked it meanwhile')
    return unlocked
  } finally {
    unlockRuns()
  }
}

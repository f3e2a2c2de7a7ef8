/** Signatures on a study and their unlocking, each with its event: what is in force, what it covers, what it locks. */
import { type Kysely, sql } from 'kysely'
import { checkUnlocked } from '../review/signature-rules.ts'
import { toList } from './bulk.ts'
import { type Actor, appendEvent, type ChainHead, findHead } from './chain.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

/** A signature, or the unlocking of one (which names what that covered). */
export interface Signature {
  /** The event that tells of it. */
  readonly seq: number
  readonly kind: 'signed-off' | 'unlocked'
  /** What the signature stands for; empty for an unlocking. */
  readonly meaning: string
  /** The chain's head when it was given, with that head's hash: all that it is bound to. */
  readonly coversSeq: number
  readonly coversHash: string
  /** The transfer that was current. */
  readonly transferNo: number | null
  /** Decisions in force that it covers. */
  readonly decisions: number
  readonly actor: string
  readonly fullName: string
  readonly auth: string
  readonly at: string
  readonly reason: string | null
}

/** The signature in force: the last one, unless it was unlocked. */
export async function findSignature(db: Kysely<Tables>, study: string): Promise<Signature | null> {
  const [last] = await readSignatures(db, study, { limit: 1 })
  return last?.kind === 'signed-off' ? last : null
}

/** The last time the study was signed off, whether or not that was unlocked since: what is newer was reviewed by nobody. */
export async function findLastSignOff(db: Kysely<Tables>, study: string): Promise<Signature | null> {
  const [last] = await readSignatures(db, study, { limit: 1, kind: 'signed-off' })
  return last ?? null
}

/** All signatures and unlockings, oldest first. */
export async function listSignatures(store: { readonly db: Kysely<Tables> }, study: string): Promise<Signature[]> {
  return (await readSignatures(store.db, study, {})).reverse()
}

async function readSignatures(
  db: Kysely<Tables>,
  study: string,
  { limit, kind }: { limit?: number; kind?: Signature['kind'] },
): Promise<Signature[]> {
  return db
    .selectFrom('signature')
    .select(['seq', 'kind', 'meaning', 'covers_seq as coversSeq', 'covers_hash as coversHash'])
    .select(['transfer_no as transferNo', 'decisions', 'actor', 'full_name as fullName', 'auth', 'at', 'reason'])
    .where('study', '=', study)
    .$if(kind !== undefined, (query) => query.where('kind', '=', kind ?? 'signed-off'))
    .orderBy('seq', 'desc')
    .$if(limit !== undefined, (query) => query.limit(limit ?? 0))
    .execute()
}

/**
 * Every write of a decision or verdict asks this inside its own transaction: somebody may sign while a person looks.
 * @throws AecoderError STUDY_SIGNED_OFF
 */
export async function checkNotSigned(trx: Kysely<Tables>, study: string): Promise<void> {
  checkUnlocked(study, await findSignature(trx, study))
}

/** How many decisions were in force at a point of the chain: the latest of each term group and each occurrence. */
export async function countInForce(db: Kysely<Tables>, study: string, uptoSeq: number): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select (select count(distinct group_no) from decision where study = ${study} and group_no is not null and seq <= ${uptoSeq})
      + (select count(*) from (select distinct occurrence_no, terminology from decision
          where study = ${study} and occurrence_no is not null and seq <= ${uptoSeq})) as n`.execute(db)
  return rows[0]?.n ?? 0
}

export interface NewSignature {
  /** The head that the signer's checks were made at. */
  readonly head: ChainHead
  readonly meaning: string
  readonly fullName: string
  readonly transferNo: number | null
  /** What is left undone; both zero in a whole sign-off. */
  readonly owed: { readonly open: number; readonly toApprove: number }
  readonly actor: Actor
  readonly reason: string | null
}

/**
 * Records a signature.
 * @returns it, or undefined when anything happened in the study since that head (nothing is written then)
 * @throws AecoderError STUDY_SIGNED_OFF
 */
export async function recordSignOff(store: Store, study: string, given: NewSignature): Promise<Signature | undefined> {
  return store.db.transaction().execute(async (trx) => {
    await checkNotSigned(trx, study)
    const head = await findHead(trx, study)
    if (head.hash !== given.head.hash) return undefined
    const { meaning, fullName, transferNo, owed, actor, reason } = given
    const decisions = await countInForce(trx, study, head.seq)
    const covers = { coversSeq: head.seq, coversHash: head.hash, transferNo, decisions }
    return writeSignature({ trx, store }, study, {
      signature: { kind: 'signed-off', meaning, fullName, reason, ...covers },
      actor,
      more: { owed: { ...owed } },
    })
  })
}

/**
 * Records that a signature binds no more.
 * @returns it, or undefined when it was unlocked already (nothing is written then)
 */
export async function recordUnlock(
  store: Store,
  study: string,
  { signature, actor, fullName, reason }: { signature: Signature; actor: Actor; fullName: string; reason: string },
): Promise<Signature | undefined> {
  return store.db.transaction().execute(async (trx) => {
    if ((await findSignature(trx, study))?.seq !== signature.seq) return undefined
    const { coversSeq, coversHash, transferNo, decisions } = signature
    return writeSignature({ trx, store }, study, {
      signature: { kind: 'unlocked', meaning: '', fullName, reason, coversSeq, coversHash, transferNo, decisions },
      actor,
      more: { signature: signature.seq },
    })
  })
}

async function writeSignature(
  { trx, store }: { trx: Kysely<Tables>; store: Store },
  study: string,
  given: {
    signature: Omit<Signature, 'seq' | 'at' | 'actor' | 'auth'>
    actor: Actor
    more: { readonly [name: string]: number | { [name: string]: number } }
  },
): Promise<Signature> {
  const { signature, actor, more } = given
  const { kind, reason, ...body } = signature
  const object = `event ${signature.coversSeq}`
  const { seq, at } = await appendEvent(trx, study, {
    event: { kind, object, actor, reason, body: { ...body, ...more } },
    ambience: store.ambience,
  })
  const known = { seq, at, actor: actor.name, auth: actor.auth }
  await trx
    .insertInto('signature')
    .values({
      study,
      ...known,
      kind,
      reason,
      meaning: signature.meaning,
      full_name: signature.fullName,
      covers_seq: signature.coversSeq,
      covers_hash: signature.coversHash,
      transfer_no: signature.transferNo,
      decisions: signature.decisions,
    })
    .execute()
  return { ...signature, ...known }
}

/** What happened since an event, of some kinds: how often, and who did it last. */
export interface EventTally {
  readonly kind: string
  readonly count: number
  readonly by: string
}

export async function countEventsSince(
  db: Kysely<Tables>,
  study: string,
  { seq, kinds }: { seq: number; kinds: ReadonlySet<string> },
): Promise<EventTally[]> {
  const { rows } = await sql<EventTally>`
    select t.kind, t.count, l.actor as by from (
      select kind, count(*) as count, min(seq) as first, max(seq) as last from event
      where study = ${study} and seq > ${seq} and kind in ${toList([...kinds])} group by kind
    ) t join event l on l.study = ${study} and l.seq = t.last order by t.first`.execute(db)
  return rows
}

/** `2 × coded (last by Ann), transfer-committed (by Dana)` */
export function toEventText(tallies: readonly EventTally[]): string {
  return tallies
    .map(({ kind, count, by }) => (count === 1 ? `${kind} (by ${by})` : `${count} × ${kind} (last by ${by})`))
    .join(', ')
}

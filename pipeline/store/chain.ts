/**
 * The event chain: one per study, each event bound to the one before by its hash. Tamper-evident against the heads
 * that stand outside the store (manifests), not tamper-proof: whoever rewrites the whole chain is found by those only.
 */
import type { Kysely } from 'kysely'
import { type Json, toCanonicalJson, toSha256 } from '../../schemas/content-id.ts'
import type { Tables } from './tables.ts'

/** Who does something, and how that is known (`asserted` by --as, with the system user and host). */
export interface Actor {
  readonly name: string
  readonly kind: 'person' | 'system'
  readonly auth: string
}

/** What the outside world gives the store: time and chance, so that tests and replays can fix both. */
export interface Ambience {
  readonly now: () => string
  readonly salt: () => string
}

/** Every kind of event, in the families that an audit is read by. */
export const EVENT_KINDS = [
  'study-opened',
  'settings-changed',
  'transfer-committed',
  'transfer-abandoned',
  'autocoded',
  'context-checked',
  'coded',
  'split',
  'reopened',
  'taken-over',
  'approved',
  'rejected',
  'noted',
  'redacted',
  'query-raised',
  'query-edited',
  'query-sent',
  'query-answered',
  'query-closed',
  'query-reopened',
  'list-proposed',
  'list-approved',
  'list-rejected',
  'list-retired',
  'parts-numbered',
  'signed-off',
  'unlocked',
  'dataset-written',
  'account-created',
  'account-changed',
  'password-changed',
  'signed-in',
  'signed-out',
  'sign-in-refused',
] as const
export type EventKind = (typeof EVENT_KINDS)[number]

export interface NewEvent {
  readonly kind: EventKind
  /** What it is about, e.g. `transfer 3` or `group <id>`. */
  readonly object: string
  readonly actor: Actor
  readonly reason?: string | null
  readonly body: Json
}

export interface ChainHead {
  readonly seq: number
  readonly hash: string
}

const GENESIS = '0'.repeat(64)

/** The chain's last event; seq 0 before the first. */
export async function findHead(db: Kysely<Tables>, study: string): Promise<ChainHead> {
  const last = await db
    .selectFrom('event')
    .select(['seq', 'hash'])
    .where('study', '=', study)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return last ?? { seq: 0, hash: GENESIS }
}

/** The chain's hash after an event; undefined where there is no such event. */
export async function findEventHash(db: Kysely<Tables>, study: string, seq: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('event')
    .select('hash')
    .where('study', '=', study)
    .where('seq', '=', seq)
    .executeTakeFirst()
  return row?.hash
}

/** Appends an event; must run inside the write transaction that does what the event tells. Returns its seq and time. */
export async function appendEvent(
  trx: Kysely<Tables>,
  study: string,
  { event, ambience }: { event: NewEvent; ambience: Ambience },
): Promise<{ seq: number; at: string }> {
  const head = await findHead(trx, study)
  const body = toCanonicalJson(event.body)
  const salt = ambience.salt()
  const row = {
    study,
    seq: head.seq + 1,
    at: ambience.now(),
    actor: event.actor.name,
    actor_kind: event.actor.kind,
    auth: event.actor.auth,
    kind: event.kind,
    object: event.object,
    reason: event.reason ?? null,
    // Salted: a body can be redacted later without its digest betraying a short text.
    body_digest: toSha256(`${salt}\n${body}`),
    prev_hash: head.hash,
  }
  await trx
    .insertInto('event')
    .values({ ...row, hash: toEventHash(row) })
    .execute()
  await trx.insertInto('event_body').values({ study, seq: row.seq, salt, body }).execute()
  return { seq: row.seq, at: row.at }
}

function toEventHash(row: Omit<Tables['event'], 'hash'>): string {
  return toSha256(toCanonicalJson(row))
}

/** Walks the chain and calls back with every event that does not fit, and with each body to check further. */
export async function walkChain(
  db: Kysely<Tables>,
  study: string,
  visit: { fault: (text: string) => void; event: (event: Tables['event'], body: Json) => void | Promise<void> },
): Promise<ChainHead> {
  let head: ChainHead = { seq: 0, hash: GENESIS }
  for (;;) {
    const events = await db
      .selectFrom('event')
      .leftJoin('event_body', (join) =>
        join.onRef('event_body.study', '=', 'event.study').onRef('event_body.seq', '=', 'event.seq'),
      )
      .selectAll('event')
      .select(['event_body.salt', 'event_body.body'])
      .where('event.study', '=', study)
      .where('event.seq', '>', head.seq)
      .orderBy('event.seq')
      .limit(1000)
      .execute()
    if (events.length === 0) return head
    for (const { salt, body, hash, ...row } of events) {
      const where = `event ${row.seq}`
      if (row.seq !== head.seq + 1) visit.fault(`${where}: follows event ${head.seq}: events between are missing`)
      if (row.prev_hash !== head.hash) visit.fault(`${where}: does not continue the event before it`)
      if (toEventHash(row) !== hash) visit.fault(`${where}: its hash does not fit its content`)
      if (salt === null || body === null) visit.fault(`${where}: its body is missing`)
      else if (toSha256(`${salt}\n${body}`) !== row.body_digest) visit.fault(`${where}: its body was changed`)
      else await visit.event({ ...row, hash }, JSON.parse(body) as Json)
      head = { seq: row.seq, hash }
    }
  }
}

/** Reading the chain for those who audit it: events with what they are about, and the chain checked from end to end. */
import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Json } from '../../schemas/content-id.ts'
import { toList } from './bulk.ts'
import { type ChainHead, walkChain } from './chain.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

type Db = Pick<Store, 'db'>

/** An event with its body, and the verbatim of the term that it is about. */
export interface AuditedEvent extends Omit<Tables['event'], 'study' | 'body_digest' | 'prev_hash'> {
  readonly body: Json
  /** The term group it is about, directly or through an occurrence; null where it is about none or several. */
  readonly group: string | null
  readonly verbatim: string | null
  readonly usubjid: string | null
}

export interface AuditFilter {
  readonly kind?: string | undefined
  readonly actor?: string | undefined
  /** Part of the object, the reason, the verbatim or the body; case does not matter. */
  readonly text?: string | undefined
  /** The content id of a term group or an occurrence. */
  readonly about?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** Only events before this one. */
  readonly before?: number | undefined
  readonly limit: number
}

/** The events that a filter leaves, newest first. */
export async function listEvents({ db }: Db, study: string, filter: AuditFilter): Promise<AuditedEvent[]> {
  const { kind, actor, text, about, from, to, before = Number.MAX_SAFE_INTEGER, limit } = filter
  const wanted = text?.trim().toLowerCase() ?? ''
  // Two hashed places hold a verbatim; a text in either is found through them.
  const { rows } = await sql<Omit<AuditedEvent, 'body'> & { body: string | null }>`
    select e.seq, e.at, e.actor, e.actor_kind, e.auth, e.kind, e.object, e.reason, e.hash, b.body,
      coalesce(g.id, h.id) as "group", coalesce(g.verbatim, h.verbatim) as verbatim, o.usubjid
    from event e
    left join event_body b on b.study = e.study and b.seq = e.seq
    left join term_group g on e.object like 'group %' and g.study = e.study and g.id = substr(e.object, 7)
    left join occurrence o on e.object like 'occurrence %' and o.study = e.study and o.id = substr(e.object, 12)
    left join term_group h on h.study = o.study and h.no = (select v.group_no from occurrence_version v where v.study = o.study and v.occurrence_no = o.no order by v.transfer_no desc limit 1)
    where e.study = ${study} and e.seq < ${before}
      ${kind === undefined ? sql`` : sql`and e.kind = ${kind}`}
      ${actor === undefined ? sql`` : sql`and e.actor = ${actor}`}
      ${about === undefined ? sql`` : sql`and (e.object in (${`group ${about}`}, ${`occurrence ${about}`}) or instr(b.body, ${about}) > 0)`}
      ${from === undefined ? sql`` : sql`and e.at >= ${from}`}
      ${to === undefined ? sql`` : sql`and e.at <= ${to}`}
      ${wanted === '' ? sql`` : sql`and (instr(lower(e.object), ${wanted}) > 0 or instr(lower(coalesce(e.reason, '')), ${wanted}) > 0 or instr(lower(coalesce(g.verbatim, h.verbatim, '')), ${wanted}) > 0 or instr(lower(b.body), ${wanted}) > 0)`}
    order by e.seq desc limit ${limit}`.execute(db)
  return rows.map(({ body, ...row }) => ({ ...row, body: body === null ? null : (JSON.parse(body) as Json) }))
}

/** Everybody who ever did something in a study. */
export async function listActors({ db }: Db, study: string): Promise<string[]> {
  const { rows } = await sql<{ actor: string }>`
    select distinct actor from event where study = ${study} order by actor`.execute(db)
  return rows.map(({ actor }) => actor)
}

/** What decisions were coded to, in one line each, by their ids. */
export async function readCodesOf(
  { db }: Db,
  study: string,
  decisions: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; outcome: string; codes: string | null }>`
    select d.id, d.outcome, (select group_concat(coalesce(k.part_text || ': ', '') || json_extract(k.path, '$[#-1].text') || ' (' || k.code || ')', ' + ') from coding k where k.study = d.study and k.decision = d.id) as codes
    from decision d where d.study = ${study} and d.id in ${toList(decisions)}`.execute(db)
  return new Map(rows.map(({ id, outcome, codes }) => [id, codes ?? `open (${outcome})`]))
}

/** Every so many events the walk lets others have their turn. */
const YIELD_AFTER = 500

/** Walks the chain from its first event to its head. */
export async function checkChain({ db }: Db, study: string): Promise<{ head: ChainHead; faults: string[] }> {
  const faults: string[] = []
  let walked = 0
  const head = await walkChain(db, study, {
    fault: (text) => faults.push(text),
    event: async () => {
      if (++walked % YIELD_AFTER === 0) await setImmediate()
    },
  })
  return { head, faults }
}

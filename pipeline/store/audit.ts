/** Reading the chain for those who audit it: events with what they are about, and the chain checked from end to end. */
import { setImmediate } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import type { Json } from '../../schemas/content-id.ts'
import { toList } from './bulk.ts'
import { type ChainHead, walkChain } from './chain.ts'
import { findCommitted, isCurrentVersion } from './current.ts'
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
  /** Texts of the term as they were then: its words may be of any of them. */
  readonly saidOf: readonly string[]
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
  // Verdicts and notes do not repeat the verbatim: their terms are looked up.
  const ofTerms =
    wanted === ''
      ? sql``
      : sql`or e.object in (select 'group ' || g.id from term_group g where g.study = ${study} and instr(g.folded, ${wanted}) > 0)`
  const { rows } = await sql<EventRow>`
    select e.seq, e.at, e.actor, e.actor_kind, e.auth, e.kind, e.object, e.reason, e.hash, b.body
    from event e left join event_body b on b.study = e.study and b.seq = e.seq
    where e.study = ${study} and e.seq < ${before}
      ${kind === undefined ? sql`` : sql`and e.kind = ${kind}`}
      ${actor === undefined ? sql`` : sql`and e.actor = ${actor}`}
      ${about === undefined ? sql`` : sql`and (e.object in (${`group ${about}`}, ${`occurrence ${about}`}) or instr(b.body, ${about}) > 0 or e.seq in ${listJudgedInBulk(study, about)})`}
      ${from === undefined ? sql`` : sql`and e.at >= ${from}`}
      ${to === undefined ? sql`` : sql`and e.at <= ${toEnd(to)}`}
      ${wanted === '' ? sql`` : sql`and (instr(lower(e.object), ${wanted}) > 0 or instr(lower(coalesce(e.reason, '')), ${wanted}) > 0 or instr(lower(b.body), ${wanted}) > 0 ${ofTerms})`}
    order by e.seq desc limit ${limit}`.execute(db)
  const events = rows.map(({ body, ...row }) => ({ ...row, body: body === null ? null : (JSON.parse(body) as Json) }))
  const groups = await readGroups(
    db,
    study,
    events.flatMap((event) => listNamedGroups(event)),
  )
  const occurrences = await readOccurrencesOf(db, study, events)
  return events.map((event) => {
    const own = occurrences.get(event.seq)
    const group = own?.group ?? toObjectGroup(event) ?? null
    const then = [...listNamedGroups(event).map((id) => groups.get(id)), own?.basedOn]
    return {
      ...event,
      group,
      verbatim: own?.verbatim ?? groups.get(group ?? '') ?? null,
      usubjid: own?.usubjid ?? null,
      saidOf: then.filter((text) => typeof text === 'string'),
    }
  })
}

function toObjectGroup({ object }: { readonly object: string }): string | undefined {
  return /^group ([0-9a-f]{32})$/.exec(object)?.[1]
}

/** The term groups that an event names: as what it is about, or, of a note on an occurrence, in its body. */
function listNamedGroups(event: { readonly object: string; readonly body: Json }): string[] {
  const { group } = (event.body ?? {}) as { readonly group?: Json }
  return [toObjectGroup(event), group].filter((id) => typeof id === 'string')
}

interface EventRow extends Omit<AuditedEvent, 'body' | 'group' | 'verbatim' | 'usubjid' | 'saidOf'> {
  readonly body: string | null
}

async function readGroups(db: Kysely<Tables>, study: string, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; verbatim: string }>`
    select g.id, g.verbatim from term_group g where g.study = ${study} and g.id in ${toList(ids)}`.execute(db)
  return new Map(rows.map(({ id, verbatim }) => [id, verbatim]))
}

/** An occurrence that an event is about, as it is now. */
interface AuditedOccurrence {
  readonly group: string
  readonly verbatim: string
  readonly usubjid: string
  /** The verbatim that was decided, or that a site was asked about; null for a note, which names its term. */
  readonly basedOn: string | null
}

/** The occurrences that events are about, through what came with them (a decision, a note, a site query): an id alone has no index. */
async function readOccurrencesOf(
  db: Kysely<Tables>,
  study: string,
  events: readonly Pick<AuditedEvent, 'seq' | 'object'>[],
): Promise<Map<number, AuditedOccurrence>> {
  const seqs = toList(events.filter(({ object }) => /^occurrence [0-9a-f]{32}$/.test(object)).map(({ seq }) => seq))
  const { rows: told } = await sql<{ seq: number; no: number; basedOn: string | null }>`
    select d.seq, d.occurrence_no as no, d.based_on as basedOn from decision d
      where d.study = ${study} and d.seq in ${seqs} and d.occurrence_no is not null
    union all select v.seq, d.occurrence_no, d.based_on from verdict v join decision d on d.study = v.study and d.id = v.decision
      where v.study = ${study} and v.seq in ${seqs} and d.occurrence_no is not null
    union all select n.seq, n.occurrence_no, null from note n
      where n.study = ${study} and n.seq in ${seqs} and n.occurrence_no is not null
    union all select s.seq, q.occurrence_no, q.based_on from query_step s join site_query q on q.study = s.study and q.id = s.query
      where s.study = ${study} and s.seq in ${seqs}`.execute(db)
  const head = (await findCommitted(db, study))?.no ?? 0
  const { rows } = await sql<{ no: number; usubjid: string; group: string; verbatim: string }>`
    select o.no, o.usubjid, g.id as "group", v.verbatim from occurrence o
    join occurrence_version v on v.study = o.study and v.occurrence_no = o.no and ${isCurrentVersion(head)}
    join term_group g on g.study = v.study and g.no = v.group_no
    where o.study = ${study} and o.no in ${toList(told.map(({ no }) => no))}`.execute(db)
  const byNo = new Map(rows.map(({ no, ...row }) => [no, row]))
  return new Map(
    told.flatMap(({ seq, no, basedOn }) => {
      const found = byNo.get(no)
      return found === undefined ? [] : [[seq, { ...found, basedOn }] as const]
    }),
  )
}

/** A day ends with its last moment. */
function toEnd(to: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(to) ? `${to}T23:59:59.999Z` : to
}

/** The events of verdicts on a decision, a term group or an occurrence: those given in bulk name none of them. */
function listJudgedInBulk(study: string, about: string) {
  return sql`(
    select w.seq from verdict w where w.study = ${study} and w.decision in (
      select ${about}
      union select d.id from term_group g join decision d on d.study = g.study and d.group_no = g.no where g.study = ${study} and g.id = ${about}
      union select d.id from decision d join occurrence o on o.study = d.study and o.no = d.occurrence_no
        where d.study = ${study} and d.occurrence_no is not null and o.id = ${about}))`
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

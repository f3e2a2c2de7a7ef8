/** Reading term groups as lines of a queue: in ranges of their numbers, or those that changed since an event. */
import { type Kysely, sql } from 'kysely'
import type { Outcome } from '../../schemas/outcomes.ts'
import type { CodedDomain } from '../../schemas/records.ts'
import type { TermPath } from '../../schemas/terms.ts'
import { toList } from './bulk.ts'
import { findCommitted, isCurrentVersion } from './current.ts'
import type { Tables } from './tables.ts'

type Db = { readonly db: Kysely<Tables> }

/** A term group with what a queue shows of it and sorts by. */
export interface GroupLine {
  readonly no: number
  readonly mainNo: number
  readonly id: string
  readonly domain: CodedDomain
  readonly terminology: string
  readonly folded: string
  readonly verbatim: string
  readonly occurrences: number
  readonly serious: number
  /** As-of of the transfer that first brought it. */
  readonly since: string
  readonly decision: LineDecision | null
}

/** What a line tells of the decision in force. */
export interface LineDecision {
  readonly id: string
  readonly seq: number
  readonly outcome: Outcome
  readonly waits: boolean
  readonly verdict: 'approved' | 'rejected' | null
  readonly reason: string
  readonly by: string
  readonly at: string
  /** Of an open term the likeliest one. */
  readonly top: { readonly code: string; readonly text: string; readonly confidence: number } | null
  readonly codes: readonly { readonly code: string; readonly text: string; readonly part: string | null }[]
  readonly confidence: number
  readonly isOfPerson: boolean
  /** The broadest node above each code. */
  readonly systems: readonly string[]
}

interface LineRow {
  no: number
  main_no: number
  id: string
  domain: CodedDomain
  terminology: string
  folded: string
  verbatim: string
  occurrences: number
  serious: number
  since: string
  decision: string | null
  seq: number
  outcome: Outcome
  waits: number
  confidence: number
  actor: string
  actor_kind: string
  at: string
  told: string | null
  said: string | null
  top_path: string | null
  top_confidence: number | null
  verdict: 'approved' | 'rejected' | null
  codings: string | null
}

// What a decision says at length stays in the store: a queue shows its sentence and its first candidate.
const selectLines = sql`
  select g.no, coalesce(g.main_no, g.no) as main_no, g.id, g.domain, g.terminology, g.folded, g.verbatim, c.occurrences, c.serious, t.as_of as since,
    d.id as decision, d.seq, d.outcome, d.waits, d.confidence, d.actor, d.actor_kind, d.at, d.reason as said,
    json_extract(d.explanation, '$.reason') as told,
    case when k.decision is null then json_extract(d.explanation, '$.candidates[0].path') end as top_path,
    case when k.decision is null then json_extract(d.explanation, '$.candidates[0].confidence') end as top_confidence,
    (select w.kind from verdict w where w.study = d.study and w.decision = d.id order by w.seq desc limit 1) as verdict,
    case when k.decision is not null then (select json_group_array(json_object('path', json(e.path), 'part', e.part_text)) from coding e where e.study = d.study and e.decision = d.id) end as codings
  from current_group c
  join term_group g on g.study = c.study and g.no = c.group_no
  join transfer t on t.study = c.study and t.no = c.first_transfer
  left join decision d on d.study = c.study and d.id = c.decision
  left join coding k on k.study = d.study and k.decision = d.id and k.part_no = 1`

/** The groups with numbers above `after`, in their order; those without present occurrences too, since they may come back. */
export async function readLines(
  { db }: Db,
  study: string,
  { after, limit }: { after: number; limit: number },
): Promise<GroupLine[]> {
  const { rows } = await sql<LineRow>`
    ${selectLines} where c.study = ${study} and c.group_no > ${after} order by c.group_no limit ${limit}`.execute(db)
  return rows.map(toLine)
}

/** The groups with these numbers. */
export async function readLinesOf({ db }: Db, study: string, nos: readonly number[]): Promise<GroupLine[]> {
  if (nos.length === 0) return []
  const { rows } = await sql<LineRow>`
    ${selectLines} where c.study = ${study} and c.group_no in ${toList(nos)}`.execute(db)
  return rows.map(toLine)
}

/** What changed after an event: groups whose decision, verdict or site queries did; or everything, after a transfer. */
export async function listChangedGroups(
  { db }: Db,
  study: string,
  { sinceSeq }: { sinceSeq: number },
): Promise<{ readonly isAll: boolean; readonly nos: readonly number[] }> {
  const transfer = await db
    .selectFrom('event')
    .select('seq')
    .where('study', '=', study)
    .where('kind', '=', 'transfer-committed')
    .where('seq', '>', sinceSeq)
    .limit(1)
    .executeTakeFirst()
  if (transfer) return { isAll: true, nos: [] }
  const head = (await findCommitted(db, study))?.no ?? 0
  const ofOccurrences = sql`
    select v.group_no as no from occurrence_version v where v.study = ${study} and ${isCurrentVersion(head)} and v.occurrence_no in`
  const { rows } = await sql<{ no: number }>`
    select group_no as no from decision where study = ${study} and seq > ${sinceSeq} and group_no is not null
    union select d.group_no from event e join verdict w on w.study = e.study and w.seq = e.seq join decision d on d.study = w.study and d.id = w.decision
      where e.study = ${study} and e.seq > ${sinceSeq} and e.kind in ('approved', 'rejected') and d.group_no is not null
    union ${ofOccurrences} (select occurrence_no from decision where study = ${study} and seq > ${sinceSeq} and occurrence_no is not null)
    union ${ofOccurrences} (select q.occurrence_no from query_step s join site_query q on q.study = s.study and q.id = s.query where s.study = ${study} and s.seq > ${sinceSeq})`.execute(
    db,
  )
  return { isAll: false, nos: rows.map(({ no }) => no) }
}

/** Where the present occurrences of a main group are, and whose. */
export interface GroupSpread {
  readonly subjects: number
  readonly sites: readonly string[]
  readonly forms: readonly string[]
}

/** The spread of main groups with numbers above `from` up to `to`, by number. */
export async function readSpread(
  { db }: Db,
  study: string,
  { from, to }: { from: number; to: number },
): Promise<Map<number, GroupSpread>> {
  const head = (await findCommitted(db, study))?.no ?? 0
  const { rows } = await sql<{ no: number; subject: string; site: string | null; form: string | null }>`
    select distinct v.group_no as no, o.subject, v.site, json_extract(o.key, '$.form') as form
    from group_member m
    join occurrence_version v on v.study = m.study and v.occurrence_no = m.occurrence_no and v.group_no = m.group_no
    join occurrence o on o.study = v.study and o.no = v.occurrence_no
    where m.study = ${study} and m.group_no > ${from} and m.group_no <= ${to} and v.present = 1 and ${isCurrentVersion(head)}`.execute(
    db,
  )
  const spread = new Map<number, { subjects: Set<string>; sites: Set<string>; forms: Set<string> }>()
  for (const { no, subject, site, form } of rows) {
    let group = spread.get(no)
    if (group === undefined) {
      group = { subjects: new Set(), sites: new Set(), forms: new Set() }
      spread.set(no, group)
    }
    group.subjects.add(subject)
    if (site !== null) group.sites.add(site)
    if (form !== null) group.forms.add(form)
  }
  return new Map(
    [...spread].map(([no, { subjects, sites, forms }]) => [
      no,
      { subjects: subjects.size, sites: [...sites].sort(), forms: [...forms].sort() },
    ]),
  )
}

/**
 * Occurrences that stand apart from their group and wait for a person, counted by main group and dictionary (empty for the
 * main one): decided on a verbatim that changed since, without a code, or with a rejected one.
 */
export async function countApart({ db }: Db, study: string): Promise<Map<string, number>> {
  const head = (await findCommitted(db, study))?.no ?? 0
  const { rows } = await sql<{ no: number; terminology: string; n: number }>`
    select v.group_no as no, d.terminology, count(*) as n
    from decision d
    join occurrence_version v on v.study = d.study and v.occurrence_no = d.occurrence_no and v.present = 1 and ${isCurrentVersion(head)}
    where d.study = ${study} and d.occurrence_no is not null and d.outcome <> 'fits-context'
      and d.seq = (select max(e.seq) from decision e where e.study = d.study and e.occurrence_no = d.occurrence_no and e.terminology = d.terminology)
      and (d.based_on <> v.verbatim
        or not exists (select 1 from coding k where k.study = d.study and k.decision = d.id)
        or (select w.kind from verdict w where w.study = d.study and w.decision = d.id order by w.seq desc limit 1) is 'rejected')
    group by v.group_no, d.terminology`.execute(db)
  return new Map(rows.map(({ no, terminology, n }) => [`${no} ${terminology}`, n]))
}

/** Site queries that wait, by the main group of their occurrence: for the site (`open`), or for a coder (`answered`). */
export async function countSiteQueriesByGroup(
  { db }: Db,
  study: string,
): Promise<Map<number, { readonly open: number; readonly answered: number }>> {
  const head = (await findCommitted(db, study))?.no ?? 0
  const { rows } = await sql<{ no: number; open: number; answered: number }>`
    select v.group_no as no, sum(s.kind not in ('answered', 'closed')) as open, sum(s.kind = 'answered') as answered
    from site_query q
    join query_step s on s.study = q.study and s.query = q.id and s.seq = (select max(t.seq) from query_step t where t.study = q.study and t.query = q.id)
    join occurrence_version v on v.study = q.study and v.occurrence_no = q.occurrence_no and v.present = 1 and ${isCurrentVersion(head)}
    where q.study = ${study} and s.kind <> 'closed' group by v.group_no`.execute(db)
  return new Map(rows.map(({ no, open, answered }) => [no, { open, answered }]))
}

/** The site query of each occurrence that is not closed, by the occurrence's number. */
export async function listOpenSiteQueries(
  { db }: Db,
  study: string,
  { occurrences }: { occurrences: readonly number[] },
): Promise<
  Map<number, { readonly id: string; readonly state: string; readonly text: string; readonly raisedAt: string }>
> {
  const { rows } = await sql<{ no: number; id: string; state: string; text: string; raisedAt: string }>`
    select q.occurrence_no as no, q.id, s.kind as state,
      (select t.text from query_step t where t.study = q.study and t.query = q.id and t.kind in ('raised', 'edited', 'reopened') and t.text is not null order by t.seq desc limit 1) as text,
      (select min(t.at) from query_step t where t.study = q.study and t.query = q.id) as "raisedAt"
    from site_query q
    join query_step s on s.study = q.study and s.query = q.id and s.seq = (select max(t.seq) from query_step t where t.study = q.study and t.query = q.id)
    where q.study = ${study} and q.occurrence_no in ${toList(occurrences)} and s.kind <> 'closed'`.execute(db)
  return new Map(rows.map(({ no, ...row }) => [no, { ...row }]))
}

function toLine(row: LineRow): GroupLine {
  const { no, main_no, id, domain, terminology, folded, verbatim, occurrences, serious, since } = row
  return {
    no,
    mainNo: main_no,
    id,
    domain,
    terminology,
    folded,
    verbatim,
    occurrences,
    serious,
    since,
    decision: row.decision === null ? null : toLineDecision(row, row.decision),
  }
}

function toLineDecision(row: LineRow, id: string): LineDecision {
  const top = row.top_path === null ? undefined : (JSON.parse(row.top_path) as TermPath).at(-1)
  const codings = JSON.parse(row.codings ?? '[]') as { path: TermPath; part: string | null }[]
  return {
    id,
    seq: row.seq,
    outcome: row.outcome,
    waits: row.waits === 1,
    verdict: row.verdict,
    reason: row.said ?? row.told ?? '',
    by: row.actor,
    at: row.at,
    top: top === undefined ? null : { code: top.code, text: top.text, confidence: row.top_confidence ?? 0 },
    codes: codings.map(({ path, part }) => {
      const { code = '', text = '' } = path.at(-1) ?? {}
      return { code, text, part }
    }),
    confidence: row.confidence,
    isOfPerson: row.actor_kind === 'person',
    systems: [...new Set(codings.flatMap(({ path }) => path[0]?.text ?? []))],
  }
}

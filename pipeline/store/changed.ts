/** What is new or changed since an event of the chain, as a reviewer asks for it after a signature. Reads only. */
import { type Kysely, sql } from 'kysely'
import type { Outcome } from '../../schemas/outcomes.ts'
import type { CodedDomain } from '../../schemas/records.ts'
import type { TermPath } from '../../schemas/terms.ts'
import { toList } from './bulk.ts'
import { findCommitted, isCurrentVersion } from './current.ts'
import { latestOwn } from './own-latest.ts'
import type { Tables } from './tables.ts'

/** A change since an event: a decision in force or a verdict on it that is newer, or a term that was not there. */
export interface ChangedTerm {
  readonly target: 'group' | 'occurrence'
  readonly id: string
  readonly domain: CodedDomain
  readonly terminology: string
  readonly verbatim: string
  readonly occurrences: number
  readonly subjects: number
  readonly serious: number
  /** Null for a term that nobody has decided. */
  readonly decision: {
    readonly id: string
    readonly outcome: Outcome
    readonly confidence: number
    readonly coder: string
    readonly codedAt: string
    readonly why: string | null
    readonly waits: boolean
    readonly isNew: boolean
    readonly verdict: { readonly kind: 'approved' | 'rejected'; readonly actor: string; readonly at: string } | null
    /** One for each part; empty where nothing is coded. */
    readonly codings: readonly { readonly partText: string | null; readonly path: TermPath }[]
  } | null
}

/** What a page of changes goes on behind, by impact. */
export interface ChangedAfter {
  readonly isSerious: number
  readonly occurrences: number
  readonly id: string
  readonly decision: string
}

interface ChangedRow {
  target: 'group' | 'occurrence'
  id: string
  domain: CodedDomain
  terminology: string
  verbatim: string
  occurrences: number
  serious: number
  isSerious: number
  no: number
  main_no: number
  decision: string
  seq: number | null
  outcome: Outcome
  confidence: number
  coder: string
  codedAt: string
  reason: string | null
  explained: string | null
  waits: number
  codings: string
  verdict: string | null
}

/** The changes since an event of the chain, by impact: serious terms first, then the frequent. */
export async function listChanged(
  db: Kysely<Tables>,
  study: string,
  { since, after, limit, state }: { since: number; after?: ChangedAfter; limit: number; state: 'any' | 'to-approve' },
): Promise<{ terms: ChangedTerm[]; next: ChangedAfter | null }> {
  const head = (await findCommitted(db, study))?.no ?? 0
  // A decision's row is long and lies anywhere: which ones are meant is told by indexes, and only a page of them is read.
  const isMeant = (id: ReturnType<typeof sql.ref>) => sql`
    (${since === 0 ? sql`1 = 1` : sql`${id} in (select n.id from decision n where n.study = ${study} and n.seq > ${since})`}
      or ${id} in (select n.decision from verdict n where n.study = ${study} and n.seq > ${since}))
    ${state === 'any' ? sql`` : sql`and ${id} in (select n.id from decision n where n.study = ${study} and n.waits = 1) and ${id} not in (select n.decision from verdict n where n.study = ${study})`}`
  const isNew = sql`c.first_transfer in (select t.transfer_no from transfer_end t where t.study = ${study} and t.state = 'committed' and t.seq > ${since})`
  const { rows } = await sql<ChangedRow>`
    with page as (
      select * from (
        select 'group' as target, g.id, g.no, c.occurrences, c.serious, (c.serious > 0) as isSerious, coalesce(g.main_no, g.no) as main_no,
          coalesce(c.decision, '') as decision
        from current_group c cross join term_group g on g.study = c.study and g.no = c.group_no
        where c.study = ${study} and c.occurrences > 0
          and (c.decision is not null and ${isMeant(sql.ref('c.decision'))} ${state === 'any' ? sql`or c.decision is null and ${isNew}` : sql``})
        union all
        select 'occurrence', o.id, v.group_no, 1, v.serious, v.serious, 0, d.id
        from ${latestOwn(study)} own
        cross join decision d on d.study = ${study} and d.occurrence_no = own.occurrence_no and d.terminology = own.terminology and d.seq = own.seq
        cross join occurrence o on o.study = d.study and o.no = d.occurrence_no
        cross join occurrence_version v on v.study = o.study and v.occurrence_no = o.no and v.present = 1 and v.verbatim = d.based_on and ${isCurrentVersion(head)}
        where d.outcome <> 'fits-context' and ${isMeant(sql.ref('d.id'))}
      ) f
      where 1 = 1 ${after === undefined ? sql`` : sql`and (-f.isSerious, -f.occurrences, f.id, f.decision) > (${-after.isSerious}, ${-after.occurrences}, ${after.id}, ${after.decision})`}
      order by -f.isSerious, -f.occurrences, f.id, f.decision limit ${limit + 1})
    select f.*, g.domain, coalesce(nullif(d.terminology, ''), g.terminology) as terminology, coalesce(v.verbatim, g.verbatim) as verbatim,
      d.seq, d.outcome, d.confidence, d.actor as coder, d.at as codedAt, d.reason, d.waits,
      json_extract(d.explanation, '$.reason') as explained,
      (select json_group_array(json_object('partText', k.part_text, 'path', json(k.path)) order by k.part_no)
        from coding k where k.study = d.study and k.decision = d.id) as codings,
      (select json_object('kind', w.kind, 'actor', w.actor, 'at', w.at) from verdict w where w.study = d.study and w.decision = d.id order by w.seq desc limit 1) as verdict
    from page f join term_group g on g.study = ${study} and g.no = f.no
    left join decision d on d.study = ${study} and d.id = f.decision
    left join occurrence_version v on d.occurrence_no is not null and v.study = d.study and v.occurrence_no = d.occurrence_no and ${isCurrentVersion(head)}
    order by -f.isSerious, -f.occurrences, f.id, f.decision`.execute(db)
  const shown = rows.slice(0, limit)
  const subjects = await countSubjectsOf(db, study, { head, mainNos: shown.map((row) => row.main_no) })
  const last = rows.length > limit ? shown.at(-1) : undefined
  return {
    terms: shown.map((row) => toChanged(row, { since, subjects })),
    next: last
      ? { isSerious: last.isSerious, occurrences: last.occurrences, id: last.id, decision: last.decision }
      : null,
  }
}

function toChanged(
  row: ChangedRow,
  { since, subjects }: { since: number; subjects: ReadonlyMap<number, number> },
): ChangedTerm {
  const { target, id, domain, terminology, verbatim, occurrences, serious } = row
  const found = target === 'occurrence' ? 1 : (subjects.get(row.main_no) ?? 0)
  return {
    target,
    id,
    domain,
    terminology,
    verbatim,
    occurrences,
    serious,
    subjects: found,
    decision:
      row.seq === null
        ? null
        : {
            id: row.decision,
            outcome: row.outcome,
            confidence: row.confidence,
            coder: row.coder,
            codedAt: row.codedAt,
            why: row.reason ?? row.explained,
            waits: row.waits === 1,
            isNew: row.seq > since,
            verdict: row.verdict === null ? null : JSON.parse(row.verdict),
            codings: JSON.parse(row.codings),
          },
  }
}

/** How many subjects each main group occurs in. */
async function countSubjectsOf(
  db: Kysely<Tables>,
  study: string,
  { head, mainNos }: { head: number; mainNos: readonly number[] },
): Promise<Map<number, number>> {
  const { rows } = await sql<{ no: number; subjects: number }>`
    select v.group_no as no, count(distinct o.subject) as subjects
    from group_member m
    join occurrence_version v on v.study = m.study and v.occurrence_no = m.occurrence_no and v.group_no = m.group_no
    join occurrence o on o.study = v.study and o.no = v.occurrence_no
    where m.study = ${study} and m.group_no in ${toList(mainNos)} and v.present = 1 and ${isCurrentVersion(head)}
    group by v.group_no`.execute(db)
  return new Map(rows.map((row) => [row.no, row.subjects]))
}

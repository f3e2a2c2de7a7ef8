/** What is new or changed since an event of the chain, as a reviewer asks for it after a signature. Reads only. */
import { type Kysely, sql } from 'kysely'
import type { Outcome } from '../../schemas/outcomes.ts'
import type { CodedDomain } from '../../schemas/records.ts'
import type { TermPath } from '../../schemas/terms.ts'
import { toList } from './bulk.ts'
import { findCommitted, isCurrentVersion } from './current.ts'
import { inForce } from './in-force.ts'
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
  const newTransfers = sql`(select t.transfer_no from transfer_end t where t.study = ${study} and t.state = 'committed' and t.seq > ${since})`
  const isBehind = after
    ? sql`and (-f.isSerious, -f.occurrences, f.targetId, coalesce(f.decision, '')) > (${-after.isSerious}, ${-after.occurrences}, ${after.id}, ${after.decision})`
    : sql``
  const { rows } = await sql<ChangedRow>`
    select f.target, f.targetId as id, f.domain, f.terminology, f.verbatim, f.occurrences, f.serious, f.isSerious, f.main_no, coalesce(f.decision, '') as decision, d.seq, d.outcome, d.confidence, d.actor as coder, d.at as codedAt, d.reason, d.waits,
      json_extract(d.explanation, '$.reason') as explained,
      (select json_group_array(json_object('partText', k.part_text, 'path', json(k.path)) order by k.part_no)
        from coding k where k.study = d.study and k.decision = d.id) as codings,
      (select json_object('kind', w.kind, 'actor', w.actor, 'at', w.at) from verdict w where w.study = d.study and w.decision = d.id order by w.seq desc limit 1) as verdict
    from ${inForce(study, head)} f
    left join decision d on d.study = ${study} and d.id = f.decision
    where (d.seq > ${since} or (d.id is null and f.first_transfer in ${newTransfers})
        or exists (select 1 from verdict n where n.study = d.study and n.decision = d.id and n.seq > ${since}))
      ${state === 'any' ? sql`` : sql`and d.waits = 1 and exists (select 1 from coding k where k.study = d.study and k.decision = d.id) and not exists (select 1 from verdict n where n.study = d.study and n.decision = d.id)`}
      ${isBehind}
    order by -f.isSerious, -f.occurrences, f.targetId, coalesce(f.decision, '') limit ${limit + 1}`.execute(db)
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

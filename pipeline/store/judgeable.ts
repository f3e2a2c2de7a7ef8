/** The decisions a second person may look at, many at once: those in force, with what a filter, a list and a rule ask for. Reads only. */
import { type Kysely, sql } from 'kysely'
import type { Outcome } from '../../schemas/outcomes.ts'
import type { CodedDomain } from '../../schemas/records.ts'
import { toList } from './bulk.ts'
import { findCommitted, isCurrentVersion } from './current.ts'
import { isApart, latestOwn } from './own-latest.ts'
import type { Tables } from './tables.ts'

/** Which of the codes that wait a bulk act is about; everything left out asks for nothing. */
export interface VerdictFilter {
  readonly domain?: CodedDomain
  /** A dictionary's name. */
  readonly terminology?: string
  readonly outcomes?: readonly Outcome[]
  /** Who coded: the name as it was recorded. */
  readonly coder?: string
  /** Only terms with serious events, or only those without. */
  readonly serious?: 'only' | 'none'
  /** At least this probability. */
  readonly confidenceFrom?: number
  /** Just these decisions, whether or not their codes wait. */
  readonly decisions?: readonly string[]
}

/** A decision in force with the counts of what it is for. */
export interface JudgeableDecision {
  readonly id: string
  readonly target: 'group' | 'occurrence'
  readonly targetId: string
  readonly domain: CodedDomain
  readonly terminology: string
  readonly verbatim: string
  readonly occurrences: number
  readonly serious: number
  readonly outcome: Outcome
  readonly confidence: number
  readonly waits: boolean
  readonly coder: string
  readonly codedAt: string
  readonly verdict: 'approved' | 'rejected' | null
  /** The LLTs, one for each part; empty where nothing is coded. */
  readonly llts: readonly { readonly code: string; readonly text: string }[]
}

interface Row extends Omit<JudgeableDecision, 'waits' | 'llts'> {
  readonly waits: number
  readonly llts: string
}

/**
 * The decisions in force that the filter asks for, by impact: serious ones first, then the frequent. A term that is
 * withdrawn is not among them, nor an occurrence whose verbatim changed under its decision.
 */
export async function listJudgeable(
  db: Kysely<Tables>,
  study: string,
  filter: VerdictFilter,
): Promise<JudgeableDecision[]> {
  const head = (await findCommitted(db, study))?.no ?? 0
  const { decisions, domain, terminology, outcomes, coder, serious, confidenceFrom } = filter
  const isMeant = sql`${decisions === undefined ? sql`d.waits = 1` : sql`d.id in ${toList(decisions)}`}
    ${outcomes === undefined ? sql`` : sql`and d.outcome in ${toList(outcomes)}`}
    ${coder === undefined ? sql`` : sql`and d.actor = ${coder}`}
    ${confidenceFrom === undefined ? sql`` : sql`and d.confidence >= ${confidenceFrom}`}`
  const facts = sql`d.outcome, d.confidence, d.waits, d.actor as coder, d.at as codedAt,
    (select w.kind from verdict w where w.study = d.study and w.decision = d.id order by w.seq desc limit 1) as verdict,
    (select json_group_array(json_object('code', k.code, 'text', json_extract(k.path, '$[#-1].text')) order by k.part_no)
      from coding k where k.study = d.study and k.decision = d.id) as llts`
  const { rows } = await sql<Row>`
    select * from (
      select d.id, 'group' as target, g.id as targetId, g.domain, g.terminology, g.verbatim, c.occurrences, c.serious, ${facts}
      from decision d cross join current_group c on c.study = d.study and c.group_no = d.group_no and c.decision = d.id and c.occurrences > 0
      cross join term_group g on g.study = d.study and g.no = d.group_no
      where d.study = ${study} and ${isMeant}
      union all
      select d.id, 'occurrence', o.id, o.domain,
        coalesce(nullif(d.terminology, ''), (select g.terminology from term_group g where g.study = v.study and g.no = v.group_no)),
        v.verbatim, 1, v.serious, ${facts}
      from ${latestOwn(study)} own
      cross join decision d on d.study = ${study} and d.occurrence_no = own.occurrence_no and d.terminology = own.terminology and d.seq = own.seq
      cross join occurrence o on o.study = d.study and o.no = d.occurrence_no
      cross join occurrence_version v on v.study = o.study and v.occurrence_no = o.no and v.present = 1 and v.verbatim = d.based_on and ${isCurrentVersion(head)}
      where ${isMeant} and ${isApart}
    ) f
    where 1 = 1
      ${domain === undefined ? sql`` : sql`and f.domain = ${domain}`}
      ${terminology === undefined ? sql`` : sql`and f.terminology = ${terminology}`}
      ${serious === undefined ? sql`` : serious === 'only' ? sql`and f.serious > 0` : sql`and f.serious = 0`}
    order by (f.serious > 0) desc, f.occurrences desc, f.targetId, f.id`.execute(db)
  return rows.map(({ waits, llts, ...row }) => ({
    ...row,
    waits: waits === 1,
    llts: JSON.parse(llts) as { code: string; text: string }[],
  }))
}

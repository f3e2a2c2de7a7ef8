/** The decisions a second person may look at, many at once: those in force, with what a filter, a list and a rule ask for. Reads only. */
import { type Kysely, sql } from 'kysely'
import type { Outcome } from '../../schemas/outcomes.ts'
import type { CodedDomain } from '../../schemas/records.ts'
import { toList } from './bulk.ts'
import { findCommitted } from './current.ts'
import { inForce } from './in-force.ts'
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
  const { rows } = await sql<Row>`
    select d.id, f.target, f.targetId, f.domain, f.terminology, f.verbatim, f.occurrences, f.serious, d.outcome, d.confidence, d.waits, d.actor as coder, d.at as codedAt,
      (select w.kind from verdict w where w.study = d.study and w.decision = d.id order by w.seq desc limit 1) as verdict,
      (select json_group_array(json_object('code', k.code, 'text', json_extract(k.path, '$[#-1].text')) order by k.part_no)
        from coding k where k.study = d.study and k.decision = d.id) as llts
    from ${inForce(study, head)} f
    join decision d on d.study = ${study} and d.id = f.decision
    where 1 = 1
      ${decisions === undefined ? sql`and d.waits = 1` : sql`and d.id in ${toList(decisions)}`}
      ${domain === undefined ? sql`` : sql`and f.domain = ${domain}`}
      ${terminology === undefined ? sql`` : sql`and f.terminology = ${terminology}`}
      ${outcomes === undefined ? sql`` : sql`and d.outcome in ${toList(outcomes)}`}
      ${coder === undefined ? sql`` : sql`and d.actor = ${coder}`}
      ${serious === undefined ? sql`` : serious === 'only' ? sql`and f.serious > 0` : sql`and f.serious = 0`}
      ${confidenceFrom === undefined ? sql`` : sql`and d.confidence >= ${confidenceFrom}`}
    order by (f.serious > 0) desc, f.occurrences desc, f.targetId, d.id`.execute(db)
  return rows.map(({ waits, llts, ...row }) => ({
    ...row,
    waits: waits === 1,
    llts: JSON.parse(llts) as { code: string; text: string }[],
  }))
}

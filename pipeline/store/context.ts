/** What the context check reads: codes in force by group, and the occurrences of a group with what is known of their subjects. */
import { sql } from 'kysely'
import type { Outcome } from '../../schemas/outcomes.ts'
import type { CodedDomain, CrfContext } from '../../schemas/records.ts'
import { toList } from './bulk.ts'
import { findCommitted, isCurrentVersion } from './current.ts'
import type { Target } from './decisions.ts'
import type { Store } from './store.ts'

/** A term group with the codes that stand for it. */
export interface CodedGroup {
  readonly no: number
  readonly mainNo: number
  readonly decision: string
  readonly codes: readonly string[]
}

/** The coded groups of some domains in one dictionary, those with a rejected code left out; from behind a number on. */
export async function listCodedGroups(
  store: Pick<Store, 'db'>,
  study: string,
  range: { terminology: string; domains: readonly CodedDomain[]; after: number; limit: number },
): Promise<CodedGroup[]> {
  const { rows } = await sql<{ no: number; main_no: number; decision: string; codes: string }>`
    select g.no, coalesce(g.main_no, g.no) as main_no, c.decision,
      (select json_group_array(k.code) from coding k where k.study = c.study and k.decision = c.decision) as codes
    from current_group c join term_group g on g.study = c.study and g.no = c.group_no
    where c.study = ${study} and c.occurrences > 0 and c.group_no > ${range.after}
      and g.terminology = ${range.terminology} and g.domain in ${toList(range.domains)}
      and exists (select 1 from coding k where k.study = c.study and k.decision = c.decision)
      and (select w.kind from verdict w where w.study = c.study and w.decision = c.decision order by w.seq desc limit 1) is not 'rejected'
    order by c.group_no limit ${range.limit}`.execute(store.db)
  return rows.map(({ main_no, codes, ...row }) => ({ ...row, mainNo: main_no, codes: JSON.parse(codes) as string[] }))
}

/** A present occurrence as the context check sees it. */
export interface OccurrenceInContext {
  readonly target: Target
  readonly domain: CodedDomain
  readonly mainNo: number
  readonly verbatim: string
  readonly context: CrfContext
  readonly sex: 'M' | 'F' | null
  readonly birthYear: number | null
  /** The latest decision on the occurrence itself in this dictionary. */
  readonly own: {
    readonly id: string
    readonly outcome: Outcome
    readonly basedOn: string
    readonly reason: string | null
  } | null
}

/**
 * The present occurrences of some main groups; or, without groups, those that the context check held back before.
 * @param terminology empty for the main dictionary
 */
export async function listInContext(
  store: Pick<Store, 'db'>,
  study: string,
  { terminology, mainNos }: { terminology: string; mainNos?: readonly number[] },
): Promise<OccurrenceInContext[]> {
  const head = (await findCommitted(store.db, study))?.no ?? 0
  const own = sql`(select d.id from decision d where d.study = o.study and d.occurrence_no = o.no and d.terminology = ${terminology} order by d.seq desc limit 1)`
  const wanted =
    mainNos === undefined
      ? sql`o.no in (select occurrence_no from decision where study = ${study} and terminology = ${terminology} and occurrence_no is not null and outcome = 'conflicts-with-context')`
      : sql`o.no in (select occurrence_no from group_member where study = ${study} and group_no in ${toList(mainNos)}) and v.group_no in ${toList(mainNos)}`
  const { rows } = await sql<{
    no: number
    id: string
    domain: CodedDomain
    main_no: number
    verbatim: string
    context: string
    sex: 'M' | 'F' | null
    birth_year: number | null
    own: string | null
    outcome: Outcome
    based_on: string
    explanation: string
  }>`
    select o.no, o.id, o.domain, v.group_no as main_no, v.verbatim, v.context, s.sex, s.birth_year, d.id as own, d.outcome, d.based_on, d.explanation
    from occurrence o
    join occurrence_version v on v.study = o.study and v.occurrence_no = o.no and v.present = 1 and ${isCurrentVersion(head)}
    left join subject_version s on s.study = o.study and s.subject = o.subject
      and s.transfer_no = (select max(t.transfer_no) from subject_version t where t.study = o.study and t.subject = o.subject and t.transfer_no <= ${head})
    left join decision d on d.study = o.study and d.id = ${own}
    where o.study = ${study} and ${wanted} order by o.no`.execute(store.db)
  return rows.map(({ no, id, domain, main_no, verbatim, context, sex, birth_year, own: decision, ...latest }) => ({
    target: { kind: 'occurrence', no, id, ...(terminology === '' ? {} : { terminology }) },
    domain,
    mainNo: main_no,
    verbatim,
    context: JSON.parse(context) as CrfContext,
    sex,
    birthYear: birth_year,
    own:
      decision === null
        ? null
        : {
            id: decision,
            outcome: latest.outcome,
            basedOn: latest.based_on,
            reason: (JSON.parse(latest.explanation) as { reason?: string }).reason ?? null,
          },
  }))
}

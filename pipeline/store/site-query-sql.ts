/** What the statements on site queries share: which step is in force, which occurrences follow their term's code. */
import { sql } from 'kysely'
import { isApart } from './own-latest.ts'

/** The number of the last step of a site query that made its state. */
function toStateSeq(query: string, uptoSeq: number) {
  return sql`(select max(x.seq) from query_step x where x.study = ${sql.ref(`${query}.study`)} and x.query = ${sql.ref(`${query}.id`)}
    and x.kind <> 'edited' and x.seq <= ${uptoSeq})`
}

/** The join that makes `s` the step that a site query `q` has its state from, up to an event. */
export function joinState({ uptoSeq = Number.MAX_SAFE_INTEGER }: { uptoSeq?: number } = {}) {
  return sql`join query_step s on s.study = q.study and s.query = q.id and s.seq = ${toStateSeq('q', uptoSeq)}`
}

/** Whether somebody has asked about an occurrence `o` and the site query is not closed. */
export const isAsked = sql<number>`exists (select 1 from site_query q ${joinState()}
  where q.study = o.study and q.occurrence_no = o.no and s.kind <> 'closed')`

/** The join that makes `d` the latest decision on an occurrence `o` itself, in a dictionary; its columns are null where there is none. */
export function joinOwnDecision(terminology: string) {
  return sql`left join decision d on d.study = o.study and d.occurrence_no = o.no and d.terminology = ${terminology}
    and d.seq = (select max(e.seq) from decision e where e.study = o.study and e.occurrence_no = o.no and e.terminology = ${terminology})`
}

/** Whether an occurrence with its own decision `d` has its term's code. */
export const followsTerm = sql<number>`(d.id is null or not (${isApart}))`

/** Whether an occurrence was coded on its own, by decision `d` for its present verbatim in `v`, and the code was not rejected. */
export const isCodedAlone = sql<number>`(d.id is not null and d.based_on = v.verbatim
  and exists (select 1 from coding k where k.study = d.study and k.decision = d.id)
  and (select w.kind from verdict w where w.study = d.study and w.decision = d.id order by w.seq desc limit 1) is not 'rejected')`

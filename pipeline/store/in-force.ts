/** The decisions that speak for what is present now: those of term groups, and those of occurrences that stand apart. */
import { sql } from 'kysely'
import { isCurrentVersion } from './current.ts'

/**
 * A row for each present term group, with its decision in force or null, and one for each present occurrence that was
 * decided on its own, as far as the decision is on its verbatim as it is. Columns: decision, target, targetId, domain,
 * terminology, verbatim, occurrences, serious, isSerious, main_no (0 for an occurrence), first_transfer (0 likewise).
 * @param head number of the current transfer
 */
export function inForce(study: string, head: number) {
  return sql`(
      select c.decision, 'group' as target, g.id as targetId, g.domain, g.terminology, g.verbatim, c.occurrences, c.serious,
        (c.serious > 0) as isSerious, coalesce(g.main_no, g.no) as main_no, c.first_transfer
      from current_group c join term_group g on g.study = c.study and g.no = c.group_no
      where c.study = ${study} and c.occurrences > 0
      union all
      select own.id, 'occurrence', o.id, o.domain,
        coalesce(nullif(own.terminology, ''), (select g.terminology from term_group g where g.study = v.study and g.no = v.group_no)),
        v.verbatim, 1, v.serious, v.serious, 0, 0
      from (
        select e.id, e.occurrence_no, e.terminology, e.based_on from decision e
        where e.study = ${study} and e.occurrence_no is not null and e.outcome <> 'fits-context'
          and e.seq = (select max(l.seq) from decision l where l.study = e.study and l.occurrence_no = e.occurrence_no and l.terminology = e.terminology)
      ) own
      join occurrence o on o.study = ${study} and o.no = own.occurrence_no
      join occurrence_version v on v.study = o.study and v.occurrence_no = o.no and v.present = 1 and v.verbatim = own.based_on and ${isCurrentVersion(head)}
    )`
}

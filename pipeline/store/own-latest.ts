/** The latest decision on each occurrence that was ever decided on its own, and whether it still decides anything. */
import { sql } from 'kysely'
import { FOLLOWING_OUTCOMES } from '../../schemas/outcomes.ts'

/** Whether a decision `d` on an occurrence keeps it apart from its term. */
export const isApart = sql<number>`d.outcome not in (${sql.join(FOLLOWING_OUTCOMES)})`

/**
 * A table of occurrence_no, terminology and seq. It is read from an index that holds those few alone; asked for any other
 * column, SQLite would rather read all decisions of the study. Whoever joins to it says `cross join`, which begins with it.
 */
export function latestOwn(study: string) {
  return sql`(select occurrence_no, terminology, max(seq) as seq from decision indexed by decision_occurrence
    where study = ${study} and occurrence_no is not null group by occurrence_no, terminology)`
}

/** What review still owes, counted without reading the decisions themselves: a signature asks for it, and everybody who looks at one. */
import { type Kysely, sql } from 'kysely'
import type { OwedWork } from '../review/signature-rules.ts'
import { findCommitted, isCurrentVersion } from './current.ts'
import { isApart, latestOwn } from './own-latest.ts'
import type { Tables } from './tables.ts'

/** Present terms of all dictionaries, and occurrences that stand apart from theirs, that are to be coded or approved. */
export async function countOwed(db: Kysely<Tables>, study: string): Promise<OwedWork> {
  const head = (await findCommitted(db, study))?.no ?? 0
  const isCoded = (id: ReturnType<typeof sql.ref>) =>
    sql`${id} in (select k.decision from coding k where k.study = ${study})`
  const isJudged = (id: ReturnType<typeof sql.ref>, kind?: 'rejected') =>
    sql`${id} in (select w.decision from verdict w where w.study = ${study} ${kind === undefined ? sql`` : sql`and w.kind = ${kind}`})`
  const isWaiting = (id: ReturnType<typeof sql.ref>) =>
    sql`${id} in (select n.id from decision n where n.study = ${study} and n.waits = 1)`
  const ofGroup = sql.ref('c.decision')
  const ofOccurrence = sql.ref('d.id')
  const { rows } = await sql<OwedWork>`
    select coalesce(sum(open), 0) as open, coalesce(sum(waits), 0) as toApprove from (
      select (c.decision is null or not ${isCoded(ofGroup)} or ${isJudged(ofGroup, 'rejected')}) as open,
        (c.decision is not null and ${isWaiting(ofGroup)} and ${isCoded(ofGroup)} and not ${isJudged(ofGroup)}) as waits
      from current_group c where c.study = ${study} and c.occurrences > 0
      union all
      select (v.verbatim <> d.based_on or not ${isCoded(ofOccurrence)} or ${isJudged(ofOccurrence, 'rejected')}),
        (v.verbatim = d.based_on and d.waits = 1 and ${isCoded(ofOccurrence)} and not ${isJudged(ofOccurrence)})
      from ${latestOwn(study)} own
      cross join decision d on d.study = ${study} and d.occurrence_no = own.occurrence_no and d.terminology = own.terminology and d.seq = own.seq
      cross join occurrence_version v on v.study = d.study and v.occurrence_no = d.occurrence_no and v.present = 1 and ${isCurrentVersion(head)}
      where ${isApart})`.execute(db)
  return rows[0] === undefined ? { open: 0, toApprove: 0 } : { ...rows[0] }
}

/** What the store knows already of the records that a transfer states. */
import { type Kysely, sql } from 'kysely'
import type { Occurrence } from '../../schemas/records.ts'
import type { Tables } from './tables.ts'

/** The newest version of an occurrence. */
export interface Known {
  no: number
  contentId: string
  verbatim: string
  groupNo: number
  source: string
  serious: number
  usubjid: string
  subjectRaw: string
  site: string | null
  present: boolean
}

/** @returns by id, the newest version of those that are known */
export async function findKnown(
  trx: Kysely<Tables>,
  study: string,
  occurrences: readonly Occurrence[],
): Promise<Map<string, Known>> {
  const known = new Map<string, Known>()
  if (occurrences.length === 0) return known
  const named = JSON.stringify(occurrences.map(({ subject, id }) => [subject, id]))
  const { rows: found } = await sql<{
    id: string
    no: number
    content_id: string
    verbatim: string
    group_no: number
    source: string
    serious: number
    usubjid: string
    subject_raw: string
    site: string | null
    present: number
  }>`
    select o.id, o.no, v.content_id, v.verbatim, v.group_no, v.source, v.serious, o.usubjid, v.subject_raw, v.site, v.present
    from json_each(${named}) j cross join occurrence o on o.study = ${study} and o.subject = j.value ->> 0 and o.id = j.value ->> 1
    join occurrence_version v on v.study = o.study and v.occurrence_no = o.no
    where v.transfer_no = (select max(w.transfer_no) from occurrence_version w where w.study = o.study and w.occurrence_no = o.no)`.execute(
    trx,
  )
  for (const row of found)
    known.set(row.id, {
      no: row.no,
      contentId: row.content_id,
      verbatim: row.verbatim,
      groupNo: row.group_no,
      source: row.source,
      serious: row.serious,
      usubjid: row.usubjid,
      subjectRaw: row.subject_raw,
      site: row.site,
      present: row.present === 1,
    })
  return known
}

/** What is current: the latest committed transfer, the current version of each occurrence, the counts of each term group. */
import { type Kysely, sql } from 'kysely'
import { toSha256 } from '../../schemas/content-id.ts'
import { createHash } from 'node:crypto'
import type { Tables } from './tables.ts'

export interface CommittedTransfer {
  readonly no: number
  readonly asOf: string
  readonly contentId: string
  /** The event that committed it. */
  readonly seq: number
}

/** The latest committed transfer, or the latest one at an earlier point of the chain. */
export async function findCommitted(db: Kysely<Tables>, study: string, { uptoSeq }: { uptoSeq?: number } = {}): Promise<CommittedTransfer | undefined> {
  return db
    .selectFrom('transfer')
    .innerJoin('transfer_end', (join) => join.onRef('transfer_end.study', '=', 'transfer.study').onRef('transfer_end.transfer_no', '=', 'transfer.no'))
    .select(['transfer.no', 'transfer.as_of as asOf', 'transfer.content_id as contentId', 'transfer_end.seq'])
    .where('transfer.study', '=', study)
    .where('transfer_end.state', '=', 'committed')
    .$if(uptoSeq !== undefined, (query) => query.where('transfer_end.seq', '<=', uptoSeq ?? 0))
    .orderBy('transfer.no', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/**
 * The condition that makes `v` the current version of its occurrence as of a transfer. Rows of abandoned transfers are
 * cleared before a later one begins, so every version up to a committed transfer belongs to a committed one.
 */
export function isCurrentVersion(head: number) {
  return sql<boolean>`v.transfer_no = (select max(w.transfer_no) from occurrence_version w where w.study = v.study and w.occurrence_no = v.occurrence_no and w.transfer_no <= ${head})`
}

export interface GroupCounts {
  readonly group_no: number
  readonly occurrences: number
  readonly subjects: number
  readonly serious: number
  readonly first_transfer: number
}

/** Counts present occurrences by term group, as of a transfer. Memory: one row per group. */
export async function countGroups(db: Kysely<Tables>, study: string, head: number): Promise<GroupCounts[]> {
  const { rows } = await sql<GroupCounts>`
    select v.group_no, count(*) as occurrences, count(distinct o.subject) as subjects, sum(v.serious) as serious, min(o.transfer_no) as first_transfer
    from occurrence_version v not indexed join occurrence o on o.study = v.study and o.no = v.occurrence_no
    where v.study = ${study} and v.present = 1 and ${isCurrentVersion(head)}
    group by v.group_no`.execute(db)
  return rows
}

/** SHA-256 over all versions a transfer brought: what the committing event vouches for. */
export async function digestVersions(db: Kysely<Tables>, study: string, transferNo: number): Promise<string> {
  const digest = createHash('sha256')
  let after = 0
  for (;;) {
    const { rows } = await sql<{ no: number; id: string; present: number; content_id: string; source: string; file_no: number | null; line: number | null }>`
      select v.occurrence_no as no, o.id, v.present, v.content_id, v.source, v.file_no, v.line
      from occurrence_version v join occurrence o on o.study = v.study and o.no = v.occurrence_no
      where v.study = ${study} and v.transfer_no = ${transferNo} and v.occurrence_no > ${after}
      order by v.occurrence_no limit 10000`.execute(db)
    let text = ''
    for (const row of rows) text += `${row.id} ${row.present} ${row.content_id} ${row.source} ${row.file_no ?? ''}:${row.line ?? ''}\n`
    digest.update(text)
    const last = rows.at(-1)
    if (last === undefined) break
    after = last.no
  }
  const subjects = await db.selectFrom('subject_version').selectAll().where('study', '=', study).where('transfer_no', '=', transferNo).orderBy('subject').execute()
  for (const subject of subjects) digest.update(`${subject.subject} ${subject.content_id}\n`)
  return toSha256(digest.digest())
}

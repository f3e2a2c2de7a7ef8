/** What is current: the latest committed transfer, the current version of each occurrence, the counts of each term group. */

import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { toCanonicalJson, toContentId, toSha256 } from '../../schemas/content-id.ts'
import type { Tables } from './tables.ts'

export interface CommittedTransfer {
  readonly no: number
  readonly asOf: string
  readonly contentId: string
  /** Reasons accepted by name. */
  readonly accepted: readonly string[]
  /** The event that committed it. */
  readonly seq: number
}

/** The latest committed transfer, or the latest one at an earlier point of the chain. */
export async function findCommitted(
  db: Kysely<Tables>,
  study: string,
  { uptoSeq }: { uptoSeq?: number } = {},
): Promise<CommittedTransfer | undefined> {
  const row = await db
    .selectFrom('transfer')
    .innerJoin('transfer_end', (join) =>
      join.onRef('transfer_end.study', '=', 'transfer.study').onRef('transfer_end.transfer_no', '=', 'transfer.no'),
    )
    .select([
      'transfer.no',
      'transfer.as_of as asOf',
      'transfer.content_id as contentId',
      'transfer.accepted',
      'transfer_end.seq',
    ])
    .where('transfer.study', '=', study)
    .where('transfer_end.state', '=', 'committed')
    .$if(uptoSeq !== undefined, (query) => query.where('transfer_end.seq', '<=', uptoSeq ?? 0))
    .orderBy('transfer.no', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { ...row, accepted: JSON.parse(row.accepted) as string[] }
}

/**
 * The condition that makes `v` the current version of its occurrence as of a transfer. Rows of abandoned transfers are
 * cleared before a later one begins, so every version up to a committed transfer belongs to a committed one.
 */
export function isCurrentVersion(head: number) {
  return sql<boolean>`v.transfer_no = (select max(w.transfer_no) from occurrence_version w where w.study = v.study and w.occurrence_no = v.occurrence_no and w.transfer_no <= ${head})`
}

/** How many present occurrences a term group has. */
export interface GroupCounts {
  readonly group_no: number
  readonly occurrences: number
  readonly serious: number
}

/** Counts present occurrences by term group, as of a transfer: what the derived counts must equal. One row per group. */
export async function countGroups(db: Kysely<Tables>, study: string, head: number): Promise<GroupCounts[]> {
  const { rows } = await sql<GroupCounts>`
    select v.group_no, count(*) as occurrences, sum(v.serious) as serious
    from occurrence_version v
    where v.study = ${study} and v.present = 1 and ${isCurrentVersion(head)}
    group by v.group_no`.execute(db)
  return rows
}

/** What one version says, for a digest over many. */
export interface VersionFacts {
  readonly id: string
  readonly usubjid: string
  /** --SEQ of the whole report. */
  readonly n: number
  readonly present: number
  readonly content_id: string
  readonly source: string
  readonly file_no: number | null
  readonly line: number | null
}

/**
 * Digests the versions a transfer brought, in the order of the occurrences' numbers: those of occurrences known before,
 * then those of occurrences it brought first. The latter are numbered as they come in, so their part is done on the way.
 */
export class VersionsDigest {
  readonly #known = createHash('sha256')
  readonly #fresh = createHash('sha256')

  add(versions: readonly VersionFacts[], part: 'known' | 'fresh'): void {
    let text = ''
    for (const { id, usubjid, n, present, content_id, source, file_no, line } of versions)
      text += `${id} ${JSON.stringify(usubjid)} ${n} ${present} ${content_id} ${source} ${file_no ?? ''}:${line ?? ''}\n`
    ;(part === 'known' ? this.#known : this.#fresh).update(text)
  }

  /** @param subjects content ids of what the transfer says of subjects, in the order of the subject ids */
  finish(subjects: readonly { readonly subject: string; readonly content_id: string }[]): string {
    const told = subjects.map(({ subject, content_id }) => `${subject} ${content_id}\n`).join('')
    return toSha256(`${this.#known.digest('hex')} ${this.#fresh.digest('hex')} ${toSha256(told)}`)
  }
}

/** Reads the versions a transfer brought of occurrences with numbers below `before`, in the order of the numbers. */
export async function* readVersionFacts(
  db: Kysely<Tables>,
  study: string,
  { transferNo, before }: { transferNo: number; before: number },
): AsyncGenerator<(VersionFacts & { no: number; isFresh: boolean })[]> {
  let after = 0
  for (;;) {
    const { rows } = await sql<VersionFacts & { no: number; brought_by: number }>`
      select v.occurrence_no as no, o.id, o.usubjid, s.n, o.transfer_no as brought_by, v.present, v.content_id, v.source, v.file_no, v.line
      from occurrence_version v join occurrence o on o.study = v.study and o.no = v.occurrence_no
      left join sequence s on s.study = v.study and s.occurrence_no = v.occurrence_no and s.part = 1 and s.usubjid = o.usubjid
      where v.study = ${study} and v.transfer_no = ${transferNo} and v.occurrence_no > ${after} and v.occurrence_no < ${before}
      order by v.occurrence_no limit 10000`.execute(db)
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.no
    yield rows.map(({ brought_by, ...row }) => ({ ...row, isFresh: brought_by === transferNo }))
  }
}

/** Everything an amendment could change of what is known of a subject. */
export function toSubjectContentId(subject: {
  readonly usubjid: string
  readonly site: string | null
  readonly sex: string | null
  readonly birthYear: number | null
}): string {
  return toContentId(toCanonicalJson([subject.usubjid, subject.site, subject.sex, subject.birthYear]))
}

/** What a transfer says of subjects, as the digest takes it. */
export async function listSubjectFacts(
  db: Kysely<Tables>,
  study: string,
  transferNo: number,
): Promise<{ subject: string; content_id: string }[]> {
  return db
    .selectFrom('subject_version')
    .select(['subject', 'content_id'])
    .where('study', '=', study)
    .where('transfer_no', '=', transferNo)
    .orderBy('subject')
    .execute()
}

/** The digest of a transfer's account: when and whence it came, its files with their counts, what it set aside. */
export async function digestAccount(db: Kysely<Tables>, study: string, transferNo: number): Promise<string> {
  const digest = createHash('sha256')
  const transfer = await db
    .selectFrom('transfer')
    .select(['as_of', 'content_id', 'input', 'accepted'])
    .where('study', '=', study)
    .where('no', '=', transferNo)
    .executeTakeFirst()
  digest.update(`${toCanonicalJson(transfer === undefined ? null : { ...transfer })}\n`)
  const files = await sql<{ [column: string]: string | number }>`
    select * from transfer_file where study = ${study} and transfer_no = ${transferNo} order by file_no`.execute(db)
  for (const row of files.rows) digest.update(`${toCanonicalJson({ ...row, transfer_no: 0 })}\n`)
  for (let after = 0; ; ) {
    const { rows } = await sql<{ n: number; [column: string]: string | number }>`
      select n, file_no, line, bucket, code, reason, raw from set_aside
      where study = ${study} and transfer_no = ${transferNo} and n > ${after} order by n limit 5000`.execute(db)
    const last = rows.at(-1)
    if (last === undefined) return digest.digest('hex')
    after = last.n
    for (const row of rows) digest.update(`${toCanonicalJson({ ...row })}\n`)
  }
}

/** The digest of a whole transfer, from what is stored: what the committing event must vouch for. */
export async function digestVersions(db: Kysely<Tables>, study: string, transferNo: number): Promise<string> {
  const digest = new VersionsDigest()
  for await (const versions of readVersionFacts(db, study, { transferNo, before: Number.MAX_SAFE_INTEGER })) {
    digest.add(
      versions.filter((version) => !version.isFresh),
      'known',
    )
    digest.add(
      versions.filter((version) => version.isFresh),
      'fresh',
    )
  }
  return digest.finish(await listSubjectFacts(db, study, transferNo))
}

/** Reading what past transfers brought: their files, and what they set aside. */
import { type Kysely, sql } from 'kysely'
import type { RejectReason } from '../../schemas/outcomes.ts'
import type { TransferStructure } from '../../schemas/transfers.ts'
import { isCurrentVersion } from './current.ts'
import type { FileCounts } from './staged-file.ts'
import type { Tables } from './tables.ts'

export interface TransferFile extends FileCounts {
  readonly source: string
  readonly name: string
  readonly sha256: string
  readonly bytes: number
  readonly encoding: string
}

/** The files of a transfer with their accounts, in the order they were read. */
export async function listTransferFiles(
  db: Kysely<Tables>,
  study: string,
  transferNo: number,
): Promise<TransferFile[]> {
  const files = await db
    .selectFrom('transfer_file')
    .select([
      'file_no',
      'source',
      'name',
      'sha256',
      'bytes',
      'encoding',
      'read',
      'accepted',
      'duplicate',
      'superseded',
      'skipped',
      'rejected',
      'occurrences',
      'skipped_by',
      'remarks',
    ])
    .where('study', '=', study)
    .where('transfer_no', '=', transferNo)
    .orderBy('file_no')
    .execute()
  const { rows: rejected } = await sql<{ file_no: number; code: RejectReason; n: number }>`
    select file_no, code, count(*) as n from set_aside where study = ${study} and transfer_no = ${transferNo} and bucket = 'rejected' group by file_no, code`.execute(
    db,
  )
  return files.map(({ file_no, skipped_by, remarks, ...file }) => ({
    ...file,
    skippedBy: JSON.parse(skipped_by) as FileCounts['skippedBy'],
    remarks: JSON.parse(remarks) as FileCounts['remarks'],
    rejectedBy: Object.fromEntries(rejected.filter((row) => row.file_no === file_no).map((row) => [row.code, row.n])),
  }))
}

/** The latest committed transfer of this content; undefined where none ever was. */
export async function findTakenIn(
  db: Kysely<Tables>,
  study: string,
  contentId: string,
): Promise<{ readonly asOf: string } | undefined> {
  return db
    .selectFrom('transfer')
    .innerJoin('transfer_end', (join) =>
      join.onRef('transfer_end.study', '=', 'transfer.study').onRef('transfer_end.transfer_no', '=', 'transfer.no'),
    )
    .select('transfer.as_of as asOf')
    .where('transfer.study', '=', study)
    .where('transfer.content_id', '=', contentId)
    .where('transfer_end.state', '=', 'committed')
    .orderBy('transfer.no', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The sources that ever brought a file of this study. */
export async function listSources(db: Kysely<Tables>, study: string): Promise<string[]> {
  const rows = await db
    .selectFrom('transfer_file')
    .select('source')
    .distinct()
    .where('study', '=', study)
    .orderBy('source')
    .execute()
  return rows.map((row) => row.source)
}

export interface SetAsideRow {
  readonly file: string
  readonly line: number
  readonly bucket: string
  readonly code: string
  readonly reason: string
  readonly raw: string
}

/** Rows a transfer set aside, in the order they were met. */
export async function* readSetAside(
  db: Kysely<Tables>,
  study: string,
  transferNo: number,
): AsyncGenerator<SetAsideRow[]> {
  let after = 0
  for (;;) {
    const rows = await db
      .selectFrom('set_aside')
      .innerJoin('transfer_file', (join) =>
        join
          .onRef('transfer_file.study', '=', 'set_aside.study')
          .onRef('transfer_file.transfer_no', '=', 'set_aside.transfer_no')
          .onRef('transfer_file.file_no', '=', 'set_aside.file_no'),
      )
      .select([
        'set_aside.n',
        'transfer_file.name as file',
        'set_aside.line',
        'set_aside.bucket',
        'set_aside.code',
        'set_aside.reason',
        'set_aside.raw',
      ])
      .where('set_aside.study', '=', study)
      .where('set_aside.transfer_no', '=', transferNo)
      .where('set_aside.n', '>', after)
      .orderBy('set_aside.n')
      .limit(5000)
      .execute()
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.n
    yield rows
  }
}

export interface TransferSummary {
  readonly no: number
  readonly asOf: string
  readonly input: string
  readonly state: 'committed' | 'abandoned' | 'under way'
  readonly read: number
  readonly accepted: number
  readonly rejected: number
}

/** All transfers, oldest first, the refused ones too. */
export async function listTransfers(store: { readonly db: Kysely<Tables> }, study: string): Promise<TransferSummary[]> {
  const { rows } = await sql<Omit<TransferSummary, 'state'> & { state: 'committed' | 'abandoned' | null }>`
    select t.no, t.as_of as "asOf", t.input, e.state,
      coalesce(sum(f.read), 0) as read, coalesce(sum(f.accepted), 0) as accepted, coalesce(sum(f.rejected), 0) as rejected
    from transfer t
    left join transfer_end e on e.study = t.study and e.transfer_no = t.no
    left join transfer_file f on f.study = t.study and f.transfer_no = t.no
    where t.study = ${study} group by t.no, t.as_of, t.input, e.state order by t.no`.execute(store.db)
  return rows.map((row) => ({ ...row, state: row.state ?? 'under way' }))
}

/** The latest transfer, however it ended; undefined before the first. */
export async function findLastTransfer(
  db: Kysely<Tables>,
  study: string,
): Promise<{ no: number; asOf: string; contentId: string; accepted: string[] } | undefined> {
  const row = await db
    .selectFrom('transfer')
    .select(['no', 'as_of as asOf', 'content_id as contentId', 'accepted'])
    .where('study', '=', study)
    .orderBy('no', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { ...row, accepted: JSON.parse(row.accepted) as string[] }
}

/** The event that ended a transfer; undefined of one that nothing was known before, and of one that has not ended. */
export async function findLaterTransferEnd(
  db: Kysely<Tables>,
  study: string,
  transferNo: number,
): Promise<{ no: number; seq: number } | undefined> {
  return db
    .selectFrom('transfer')
    .innerJoin('transfer_end', (join) =>
      join.onRef('transfer_end.study', '=', 'transfer.study').onRef('transfer_end.transfer_no', '=', 'transfer.no'),
    )
    .select(['transfer.no', 'transfer_end.seq'])
    .where('transfer.study', '=', study)
    .where('transfer.no', '=', transferNo)
    .where('transfer.parent', 'is not', null)
    .executeTakeFirst()
}

/** Where a transfer was read from, as a path from the study's folder. */
export async function findTransferInput(
  db: Kysely<Tables>,
  study: string,
  transferNo: number,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('transfer')
    .select('input')
    .where('study', '=', study)
    .where('no', '=', transferNo)
    .executeTakeFirst()
  return row?.input
}

/** What a committed transfer was made of, as its event tells; undefined where an aecoder before 0.3 wrote it. */
export async function findTransferStructure(
  db: Kysely<Tables>,
  study: string,
  { seq }: { readonly seq: number },
): Promise<TransferStructure | undefined> {
  const row = await db
    .selectFrom('event_body')
    .select('body')
    .where('study', '=', study)
    .where('seq', '=', seq)
    .executeTakeFirst()
  const body = row && (JSON.parse(row.body) as { transfer?: { structure?: TransferStructure } })
  return body?.transfer?.structure
}

/** How many occurrences each source had stated that are present as of a transfer. */
export async function countPresentBySource(
  db: Kysely<Tables>,
  study: string,
  head: number,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ source: string; n: number }>`
    select v.source, count(*) as n from occurrence_version v
    where v.study = ${study} and v.present = 1 and ${isCurrentVersion(head)} group by v.source order by v.source`.execute(
    db,
  )
  return new Map(rows.map(({ source, n }) => [source, n]))
}

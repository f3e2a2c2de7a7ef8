/** The account of one file of a transfer: each row read ends in one bucket. */
import type { Kysely } from 'kysely'
import { toCanonicalJson } from '../../schemas/content-id.ts'
import type { Bucket, RejectReason, SkipReason } from '../../schemas/outcomes.ts'
import type { Remark } from '../../schemas/records.ts'
import type { Tables } from './tables.ts'

const EXAMPLES_KEPT = 5

export type BucketCounts = { [bucket in Bucket]: number }
export interface FileCounts extends BucketCounts {
  read: number
  occurrences: number
  skippedBy: { [reason in SkipReason]?: number }
  rejectedBy: { [reason in RejectReason]?: number }
  remarks: { [code in Remark['code']]?: { count: number; examples: string[] } }
}

/** A file whose rows are being taken in. */
export interface StagedFile {
  /** Its number within the transfer. */
  readonly no: number
  readonly source: string
  readonly name: string
  readonly counts: FileCounts
}

/** What is known of a file when it was read to its end. */
export interface FileFacts {
  readonly sha256: string
  readonly bytes: number
  readonly encoding: string
}

export function toNoCounts(): FileCounts {
  return {
    read: 0,
    accepted: 0,
    duplicate: 0,
    superseded: 0,
    skipped: 0,
    rejected: 0,
    occurrences: 0,
    skippedBy: {},
    rejectedBy: {},
    remarks: {},
  }
}

/** Counts remarks by their code, and keeps the first as examples. */
export function keepRemarks(counts: FileCounts, remarks: readonly Remark[]): void {
  for (const remark of remarks) {
    const kept = counts.remarks[remark.code] ?? { count: 0, examples: [] }
    kept.count++
    if (kept.examples.length < EXAMPLES_KEPT) kept.examples.push(`line ${remark.line}: ${remark.text}`)
    counts.remarks[remark.code] = kept
  }
}

/** What was read must be what the buckets hold (invariant 2): the store refuses otherwise. */
export async function writeAccount(
  db: Kysely<Tables>,
  { study, transferNo }: { study: string; transferNo: number },
  { file, facts }: { file: StagedFile; facts: FileFacts },
): Promise<void> {
  const { no, source, name, counts } = file
  const { read, accepted, duplicate, superseded, skipped, rejected, occurrences, skippedBy, remarks } = counts
  await db
    .insertInto('transfer_file')
    .values({
      study,
      transfer_no: transferNo,
      file_no: no,
      source,
      name,
      sha256: facts.sha256,
      bytes: facts.bytes,
      encoding: facts.encoding,
      read,
      accepted,
      duplicate,
      superseded,
      skipped,
      rejected,
      occurrences,
      skipped_by: toCanonicalJson(skippedBy),
      remarks: toCanonicalJson(remarks),
    })
    .execute()
}

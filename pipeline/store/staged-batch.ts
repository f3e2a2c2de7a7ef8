/** What one short transaction of a transfer writes. */
import type { Kysely } from 'kysely'
import { TERM_GROUP_COLUMNS } from './beside.ts'
import { type Cell, insertRows } from './bulk.ts'
import type { VersionFacts } from './current.ts'
import type { Tables } from './tables.ts'

/** The rows of one short transaction, by table. */
export class Batch {
  /** Versions of occurrences that this transfer brought first, for the digest. */
  readonly fresh: VersionFacts[] = []
  readonly groups: Cell[][] = []
  readonly occurrences: Cell[][] = []
  readonly versions: Cell[][] = []
  readonly sequences: Cell[][] = []
  readonly subjects: Cell[][] = []
  readonly setAside: Cell[][] = []

  async write(trx: Kysely<Tables>): Promise<void> {
    await insertRows(trx, { name: 'term_group', columns: TERM_GROUP_COLUMNS }, this.groups)
    await insertRows(
      trx,
      {
        name: 'occurrence',
        columns: ['study', 'no', 'id', 'transfer_no', 'domain', 'field', 'key', 'subject', 'usubjid'],
      },
      this.occurrences,
    )
    await insertRows(
      trx,
      {
        name: 'occurrence_version',
        columns: [
          'study',
          'occurrence_no',
          'transfer_no',
          'present',
          'source',
          'verbatim',
          'group_no',
          'subject_raw',
          'site',
          'serious',
          'context',
          'content_id',
          'file_no',
          'line',
        ],
      },
      this.versions,
    )
    await insertRows(
      trx,
      { name: 'sequence', columns: ['study', 'domain', 'usubjid', 'n', 'occurrence_no', 'part', 'transfer_no'] },
      this.sequences,
    )
    await insertRows(
      trx,
      {
        name: 'subject_version',
        columns: ['study', 'subject', 'transfer_no', 'usubjid', 'site', 'sex', 'birth_year', 'content_id'],
      },
      this.subjects,
    )
    await insertRows(
      trx,
      {
        name: 'set_aside',
        columns: ['study', 'transfer_no', 'n', 'file_no', 'line', 'bucket', 'code', 'reason', 'raw'],
      },
      this.setAside,
    )
  }
}

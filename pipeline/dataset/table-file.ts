/** What every writer of tables offers, whatever the format. */
import type { WrittenFile } from '../../schemas/files.ts'

/** A file of rows being written. Its sink is aborted by whoever opened the sink. */
export interface TableFile<Row> {
  /** Resolves when the sink has taken all that had to go: never more than one batch of rows is held back. */
  write(rows: readonly Row[]): Promise<void>
  /** Writes the rest and what closes the format, then closes the sink. */
  close(): Promise<WrittenFile>
}

/**
 * What every table that is no CSV must look like, and how much of it may come out of how many bytes: bounds against
 * files that were made, or damaged, to fill a machine. Knows no format.
 */
import { AecoderError } from '../../schemas/errors.ts'
import { LONGEST_RECORD } from './csv-records.ts'
import type { TableRow } from './types.ts'

/** Columns of a table: more than any dataset of a trial has, and than SAS can write. */
export const MOST_COLUMNS = 32_767

/** Characters of one row, as for CSV. */
export const LONGEST_ROW: number = LONGEST_RECORD

/** Rows that are handed over at once, at most. */
const BATCH_ROWS = 4000

/** Characters that are handed over at once, but for one row. */
const BATCH_CHARACTERS = 4 * 1024 * 1024

/** Cells and characters that may come out of any file, and further ones for each of its bytes. */
const UNFOLDED = { atLeast: 64 * 1024 * 1024, perByte: 2000 }

/** Where a file is damaged, for messages: a byte, or a row. */
export interface DamagedPlace {
  readonly file: string
  /** `byte offset 240`, `row 17`, … */
  readonly at?: string
}

/** A file that cannot be trusted, in the words of all binary formats. */
export function toDamaged(
  { file, at }: DamagedPlace,
  { found, expected, action }: { found: string; expected?: string; action?: string },
): AecoderError {
  return new AecoderError('FORMAT_DAMAGED', {
    where: at === undefined ? file : `${file}: ${at}`,
    found,
    ...(expected === undefined ? {} : { expected }),
    action: action ?? 'Have the export repeated; nothing was taken from this file',
  })
}

/**
 * Column names as a header: blanks around them removed.
 * @throws AecoderError FORMAT_DAMAGED for none, too many, one that is empty or stands twice
 */
export function toHeader(file: string, names: readonly string[]): string[] {
  if (names.length === 0 || names.length > MOST_COLUMNS) {
    throw toDamaged({ file }, { found: `${names.length} columns`, expected: `1 to ${MOST_COLUMNS}` })
  }
  const positions = new Map<string, number>()
  return names.map((written, index) => {
    const name = written.trim()
    const earlier = positions.get(name)
    if (name === '') throw toDamaged({ file }, { found: `column ${index + 1} of ${names.length} has no name` })
    if (earlier !== undefined) {
      throw toDamaged(
        { file },
        { found: `columns ${earlier} and ${index + 1} are both named "${name}"`, expected: 'unique column names' },
      )
    }
    positions.set(name, index + 1)
    return name
  })
}

/** Collects rows until a batch is full, and watches over their size. */
export class RowBatch {
  readonly #file: string
  #rows: TableRow[] = []
  #characters = 0
  #given = 0
  #bytes = 0

  constructor(file: string) {
    this.#file = file
  }

  /** The options to open the file with, so that its bytes are counted: what may come out of it grows with them. */
  watching<Options extends { readonly onBytes?: (chunk: Uint8Array) => void }>(options: Options): Options {
    const onBytes = (chunk: Uint8Array) => {
      this.#bytes += chunk.byteLength
      options.onBytes?.(chunk)
    }
    return { ...options, onBytes }
  }

  /** The file's size, where it is known before its bytes are read in order. */
  holds(bytes: number): void {
    this.#bytes = Math.max(this.#bytes, bytes)
  }

  /** @throws AecoderError FORMAT_DAMAGED for a row that is too long, or when more comes out than such a file can hold */
  add(row: TableRow): void {
    let characters = 0
    for (const field of row.fields) characters += field.length
    if (characters > LONGEST_ROW) {
      throw toDamaged(
        { file: this.#file, at: `row ${row.line}` },
        { found: `a row of ${characters} characters`, expected: `at most ${LONGEST_ROW}` },
      )
    }
    this.unfold(characters + row.fields.length, `row ${row.line}`)
    this.#rows.push(row)
    this.#characters += characters
  }

  /**
   * Counts cells, characters and bytes that came out of the file's bytes.
   * @throws AecoderError FORMAT_DAMAGED when more comes out than such a file can hold
   */
  unfold(count: number, at?: string): void {
    this.#given += count
    if (this.#given <= UNFOLDED.atLeast + UNFOLDED.perByte * this.#bytes) return
    throw toDamaged(
      { file: this.#file, ...(at === undefined ? {} : { at }) },
      {
        found: `more than ${this.#given} cells and characters out of ${this.#bytes} bytes`,
        expected: 'less: so much does not come from an honest file',
        action: 'Have the table exported as CSV',
      },
    )
  }

  isFull(): boolean {
    return this.#rows.length >= BATCH_ROWS || this.#characters >= BATCH_CHARACTERS
  }

  /** The rows since the last call; none is kept. */
  take(): readonly TableRow[] {
    const rows = this.#rows
    this.#rows = []
    this.#characters = 0
    return rows
  }
}

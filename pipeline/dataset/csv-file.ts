/** Writes rows as CSV for everything that does not read Arrow. Knows columns and bytes; knows no study and no dataset. */
import type { FileSink } from '../../schemas/files.ts'
import type { Column } from './columns.ts'
import type { TableFile } from './table-file.ts'

/** Bytes that are collected before they go to the sink. */
const CHUNK_BYTES = 256 * 1024

/**
 * Opens a CSV file on a sink: RFC 4180 in UTF-8 without a byte order mark, a header of the column names, and `\n` after
 * every record, the last included. A cell is quoted when it holds `"`, `,` or a line break, or begins or ends with a
 * blank; a missing value is nothing, an empty text is `""`. Values stand as they are: one that begins with `=` too.
 */
export function openCsvFile<Row>(options: { sink: FileSink; columns: readonly Column<Row>[] }): TableFile<Row> {
  const { sink, columns } = options
  const cells = new CellWriter()
  const flush = async () => await sink.write(cells.take())

  for (const [index, { name }] of columns.entries()) cells.append(name, index === 0)
  cells.endRecord()
  return {
    async write(rows) {
      for (const row of rows) {
        for (let index = 0; index < columns.length; index++)
          cells.append(columns[index]?.pick(row) ?? null, index === 0)
        cells.endRecord()
        if (cells.length >= CHUNK_BYTES) await flush()
      }
    },
    async close() {
      await flush()
      return await sink.close()
    },
  }
}

const COMMA = 0x2c
const QUOTE = 0x22
const NEWLINE = 0x0a

/** Collects cells as bytes. Short plain ASCII, nearly all of a dataset, is looked at and written in one go. */
class CellWriter {
  #bytes = Buffer.alloc(2 * CHUNK_BYTES)
  length = 0

  append(value: string | number | null, isFirst: boolean): void {
    if (!isFirst) this.#appendByte(COMMA)
    if (typeof value === 'number') this.#appendText(String(value))
    else if (value !== null && !this.#appendPlain(value)) this.#appendText(toCell(value))
  }

  endRecord(): void {
    this.#appendByte(NEWLINE)
  }

  /** What was collected since the last call, in a buffer of its own. */
  take(): Uint8Array {
    const taken = Buffer.from(this.#bytes.subarray(0, this.length))
    this.length = 0
    return taken
  }

  /** Writes the text if it is ASCII between `!` and `~` or inner blanks, and nothing that asks for quotes. */
  #appendPlain(text: string): boolean {
    this.#reserve(text.length)
    const [target, at, last] = [this.#bytes, this.length, text.length - 1]
    for (let index = 0; index <= last; index++) {
      const unit = text.charCodeAt(index)
      const isBlank = unit === 0x20 && index > 0 && index < last
      if (!isBlank && (unit <= 0x20 || unit > 0x7e || unit === QUOTE || unit === COMMA)) return false
      target[at + index] = unit
    }
    this.length += text.length
    return last >= 0
  }

  #appendText(text: string): void {
    // One UTF-16 unit takes three bytes at most. Half a surrogate pair has no UTF-8: it becomes U+FFFD.
    this.#reserve(text.length * 3)
    this.length += this.#bytes.write(text, this.length, 'utf8')
  }

  #appendByte(byte: number): void {
    this.#reserve(1)
    this.#bytes[this.length++] = byte
  }

  #reserve(bytes: number): void {
    if (this.length + bytes <= this.#bytes.byteLength) return
    const larger = Buffer.alloc(Math.max(this.length + bytes, this.#bytes.byteLength * 2))
    larger.set(this.#bytes.subarray(0, this.length))
    this.#bytes = larger
  }
}

function toCell(text: string): string {
  return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

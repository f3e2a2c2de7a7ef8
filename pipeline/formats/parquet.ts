/**
 * Parquet as a table: rows page by page, so that a row group of any size takes little memory. Knows where pages lie and
 * how the columns go on side by side; headers are read in parquet-footer.ts, values in parquet-values.ts.
 */
import { crc32 } from 'node:zlib'
import type { RandomAccess, SourceFile } from '../../schemas/files.ts'
import type { ByteReaderOptions } from './byte-reader.ts'
import { decompress } from './decompress.ts'
import { holdInMemory } from './held-file.ts'
import {
  type ColumnChunk,
  ENCODINGS,
  type PageHeader,
  type ParquetColumn,
  type ParquetFooter,
  ParquetUnsupported,
  parseFooter,
  parsePageHeader,
  type RowGroup,
} from './parquet-footer.ts'
import { type NextText, openPlainValues, RunReader } from './parquet-values.ts'
import { RowBatch, toDamaged, toHeader } from './table-shape.ts'
import type { Table, TableRow } from './types.ts'

const MAGIC = 'PAR1'
/** The footer's length in four bytes, then `PAR1`. */
const ENDING_BYTES = 8

const LARGEST_FOOTER = 64 * 1024 * 1024

/** Bytes of one page, once unpacked. Writers aim at one megabyte. */
const LARGEST_PAGE = 64 * 1024 * 1024

/** Bytes of what was read and unpacked of all columns, which are in memory side by side. */
const MOST_HELD = 512 * 1024 * 1024

/** What a text of a dictionary takes beside its bytes. */
const TEXT_BYTES = 32

/** What the lengths of a text take that are read before all texts of a page. */
const LENGTHS_BYTES = 8

/** What is read of a chunk at once, for headers are small and their size is not known before; of many columns less. */
const WINDOW_BYTES = { least: 4096, most: 256 * 1024, ofAll: 128 * 1024 * 1024 }

/**
 * Opens a Parquet file: reads its footer, then rows as they are asked for. Of each column one page is in memory, and its
 * dictionary. Null is '', and so is a number that is none (NaN); dates, times and moments are ISO 8601, a moment that is
 * stored in UTC with `Z`.
 * @throws AecoderError FORMAT_DAMAGED with the byte offset or the row, also for nested columns and encrypted files, and
 * for a file within an archive of more than 512 MiB, and columns whose pages take as much; it may come from `rows` after
 * rows were given out: the file is refused then
 */
export async function openParquet(file: SourceFile, options: ByteReaderOptions): Promise<Table> {
  const batch = new RowBatch(file.name)
  const place: Place = { file: file.name, at: 0, row: 0 }
  try {
    const random = file.random ?? (await holdInMemory(file, 'Parquet'))
    batch.holds(await random.size())
    const footer = await readFooter(random, place)
    const header = toHeader(
      file.name,
      footer.columns.map(({ name }) => name),
    )
    return {
      encoding: '',
      delimiter: ',',
      asOf: null,
      header,
      rows: readRows(file, options, { footer, random, batch, place }),
    }
  } catch (error) {
    throw toRefusal(error, place)
  }
}

/** How far the reading is: where messages stand that went wrong. */
interface Place {
  readonly file: string
  at: number
  row: number
}

interface Reading {
  readonly footer: ParquetFooter
  readonly random: RandomAccess
  readonly batch: RowBatch
  readonly place: Place
}

/** What the columns of a row group hold, all together. */
interface Held {
  bytes: number
  /** What each of them may read at once. */
  readonly window: number
}

async function readFooter(random: RandomAccess, place: Place): Promise<ParquetFooter> {
  const size = await random.size()
  const ending = await readAt(random, Math.max(0, size - ENDING_BYTES), ENDING_BYTES)
  place.at = size
  if (size < ENDING_BYTES + MAGIC.length || ending.toString('latin1', 4) !== MAGIC)
    throw new RangeError('it ends without its footer')
  const length = ending.readUInt32LE(0)
  if (length > LARGEST_FOOTER || length > size - ENDING_BYTES - MAGIC.length)
    throw new RangeError(`a footer of ${length} bytes`)
  place.at = size - ENDING_BYTES - length
  const footer = parseFooter(await readAt(random, place.at, length))
  for (const { chunks } of footer.groups)
    for (const { at, length: bytes } of chunks)
      if (at < MAGIC.length || bytes < 0 || at + bytes > place.at)
        throw new RangeError('a column that leads out of the file')
  return footer
}

async function* readRows(
  file: SourceFile,
  { onBytes }: ByteReaderOptions,
  reading: Reading,
): AsyncGenerator<readonly TableRow[], void, undefined> {
  const { footer, batch, place } = reading
  try {
    for (const group of footer.groups) {
      const columns = openColumns(group, reading)
      for (let row = 0; row < group.rows; ) {
        let ready = group.rows - row
        for (const column of columns) {
          if (column.left === 0) await column.nextPage()
          ready = Math.min(ready, column.left)
        }
        for (let index = 0; index < ready; index++) {
          batch.add({ line: place.row + 1, fields: columns.map((column) => column.next()) })
          place.row++
          if (batch.isFull()) yield batch.take()
        }
        row += ready
      }
    }
    // Its pages lie in no order: whoever watches the bytes sees them in the file's.
    if (onBytes !== undefined) for await (const chunk of file.open()) onBytes(chunk)
    yield batch.take()
  } catch (error) {
    throw toRefusal(error, place)
  }
}

function openColumns({ chunks }: RowGroup, { footer, ...reading }: Reading): ColumnReader[] {
  const { least, most, ofAll } = WINDOW_BYTES
  const window = Math.max(least, Math.min(most, Math.floor(ofAll / footer.columns.length)))
  const held: Held = { bytes: 0, window }
  return footer.columns.flatMap((column, index) => {
    const chunk = chunks[index]
    return chunk === undefined ? [] : [new ColumnReader(column, chunk, { ...reading, held })]
  })
}

/** The values of one column in one row group, as texts in their order. */
class ColumnReader {
  readonly #column: ParquetColumn
  readonly #chunk: ColumnChunk
  readonly #reading: Omit<Reading, 'footer'> & { readonly held: Held }
  /** What of all that is held is this column's. */
  readonly #parts = { window: 0, page: 0, dictionary: 0 }
  /** Bytes of the chunk that were read already, and where they begin in the file. */
  #window: Buffer = Buffer.alloc(0)
  #at: number
  #dictionary: readonly string[] | undefined
  /** Values of the page that are still to come. */
  left = 0
  next: NextText = () => ''

  constructor(column: ParquetColumn, chunk: ColumnChunk, reading: Omit<Reading, 'footer'> & { readonly held: Held }) {
    this.#column = column
    this.#chunk = chunk
    this.#reading = reading
    this.#at = chunk.at
  }

  /** Goes on to the next page with values. @throws RangeError where there is none */
  async nextPage(): Promise<void> {
    while (this.left === 0) {
      this.#reading.place.at = this.#at
      const header = await this.#readHeader()
      const longest = Math.max(header.length, header.packedLength)
      if (longest > LARGEST_PAGE) throw new RangeError(`a page of ${longest} bytes`)
      const bytes = await this.#read(header.packedLength)
      if (header.crc !== undefined && (crc32(bytes) | 0) !== header.crc)
        throw new RangeError('a page that was changed: its checksum is another')
      if (header.kind === 'other') continue
      this.#reading.batch.unfold(header.length)
      if (header.kind === 'dictionary') this.#openDictionary(header, this.#unpack(bytes, header.length))
      else this.#openValues(header, bytes)
    }
  }

  /** Takes the room of a part before it is filled; what was there before is given up. */
  #hold(part: 'window' | 'page' | 'dictionary', bytes: number): void {
    const { held } = this.#reading
    held.bytes += bytes - this.#parts[part]
    this.#parts[part] = bytes
    if (held.bytes > MOST_HELD)
      throw new ParquetUnsupported(`columns that take more than ${MOST_HELD} bytes side by side`)
  }

  async #readHeader(): Promise<PageHeader> {
    // Statistics may make it long: what is no header after all of this is none.
    for (let wanted = this.#reading.held.window; ; wanted *= 8) {
      const bytes = await this.#peek(wanted)
      try {
        const header = parsePageHeader(bytes)
        this.#pass(header.headerLength)
        return header
      } catch (error) {
        if (bytes.length < wanted || wanted > LARGEST_PAGE) throw error
      }
    }
  }

  #openDictionary({ encoding, values }: PageHeader, bytes: Buffer): void {
    if (encoding !== ENCODINGS.plain && encoding !== ENCODINGS['plain-dictionary'])
      throw new ParquetUnsupported(`a dictionary of encoding ${encoding}`)
    const column = this.#column
    const smallest = {
      boolean: 1 / 8,
      int32: 4,
      int64: 8,
      int96: 12,
      float: 4,
      double: 8,
      bytes: 4,
      fixed: column.size,
    }[column.type]
    if (values * smallest > bytes.length) throw new RangeError('a dictionary of fewer values than it says')
    this.#hold('dictionary', bytes.length + TEXT_BYTES * values)
    const next = openPlainValues(column, ENCODINGS.plain, { bytes, values })
    this.#dictionary = Array.from({ length: values }, () => next())
  }

  #openValues(header: PageHeader, packed: Buffer): void {
    this.#hold('page', header.length)
    const { definitions, values } =
      header.kind === 'data' ? this.#splitFirst(header, packed) : this.#splitSecond(header, packed)
    const next = this.#openEncoded(header, values)
    this.left = header.values
    this.next =
      definitions === undefined
        ? () => {
            this.left--
            return next()
          }
        : () => {
            this.left--
            return definitions.next() === 1 ? next() : ''
          }
  }

  /** Version 1: levels and values are packed together, the levels behind their length. */
  #splitFirst(header: PageHeader, packed: Buffer): { definitions: RunReader | undefined; values: Buffer } {
    const bytes = this.#unpack(packed, header.length)
    if (!this.#column.isOptional) return { definitions: undefined, values: bytes }
    if (header.levelEncoding !== ENCODINGS.rle)
      throw new ParquetUnsupported(`levels of encoding ${header.levelEncoding}`)
    const end = 4 + bytes.readUInt32LE(0)
    if (end > bytes.length) throw new RangeError('levels lead out of their page')
    return { definitions: new RunReader(bytes.subarray(4, end), 1), values: bytes.subarray(end) }
  }

  /** Version 2: the levels stand in front, never packed. */
  #splitSecond(header: PageHeader, packed: Buffer): { definitions: RunReader | undefined; values: Buffer } {
    const { repetition, definition, isPacked } = header.levels
    const start = repetition + definition
    if (start > packed.length || start > header.length) throw new RangeError('levels lead out of their page')
    const levels = packed.subarray(repetition, start)
    const rest = packed.subarray(start)
    const values = isPacked ? this.#unpack(rest, header.length - start) : rest
    return { definitions: this.#column.isOptional ? new RunReader(levels, 1) : undefined, values }
  }

  #openEncoded({ encoding, values }: PageHeader, bytes: Buffer): NextText {
    if (encoding !== ENCODINGS['plain-dictionary'] && encoding !== ENCODINGS['rle-dictionary']) {
      return openPlainValues(this.#column, encoding, { bytes, values: this.#countValues(encoding, bytes, values) })
    }
    const dictionary = this.#dictionary
    if (dictionary === undefined) throw new RangeError('a page without the dictionary it needs')
    // A page of nulls alone has no places, and not even their width.
    const places = bytes.length === 0 ? undefined : new RunReader(bytes.subarray(1), bytes[0] ?? 0)
    return () => {
      const value = places === undefined ? undefined : dictionary[places.next()]
      if (value === undefined) throw new RangeError('a value that is not in its dictionary')
      return value
    }
  }

  /** Nulls are not among the values, so that lengths, which stand before all values, are fewer than rows. */
  #countValues(encoding: number, bytes: Buffer, values: number): number {
    if (encoding !== ENCODINGS['delta-length'] && encoding !== ENCODINGS['delta-bytes']) return values
    const count = countDeltas(bytes, values)
    // Equal lengths take no bytes of the page.
    this.#hold('page', bytes.length + LENGTHS_BYTES * count)
    return count
  }

  #unpack(bytes: Buffer, length: number): Buffer {
    const { codec } = this.#chunk
    if (codec !== undefined) return length === 0 ? Buffer.alloc(0) : decompress(codec, bytes, length)
    if (bytes.length !== length) throw new RangeError('a page of another length than it says')
    return bytes
  }

  async #read(length: number): Promise<Buffer> {
    if (length > this.#end - this.#at) throw new RangeError('a page leads out of its column')
    const bytes = await this.#peek(length)
    this.#pass(length)
    return bytes.subarray(0, length)
  }

  get #end(): number {
    return this.#chunk.at + this.#chunk.length
  }

  async #peek(length: number): Promise<Buffer> {
    const there = Math.min(length, this.#end - this.#at)
    if (this.#window.length < there) {
      const wanted = Math.min(Math.max(there, this.#reading.held.window), this.#end - this.#at)
      this.#hold('window', wanted)
      this.#window = await readAt(this.#reading.random, this.#at, wanted)
      if (this.#window.length < there) throw new RangeError('it ends within a column')
    }
    return this.#window.subarray(0, there)
  }

  #pass(length: number): void {
    this.#window = this.#window.subarray(length)
    this.#at += length
  }
}

/** How many numbers a list of differences holds, by its third number. */
function countDeltas(bytes: Buffer, most: number): number {
  let at = 0
  let count = 0
  for (let number = 0; number < 3; number++) {
    count = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes.readUInt8(at++)
      count += (byte & 127) * 2 ** shift
      if (byte < 128) break
      if (shift > 28) throw new RangeError('a number of more than 32 bits')
    }
  }
  if (count > most) throw new RangeError('more values than rows')
  return count
}

async function readAt(random: RandomAccess, at: number, length: number): Promise<Buffer> {
  const bytes = await random.readAt(at, length)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** What the readers of bytes throw, as a refusal of the file. */
function toRefusal(error: unknown, { file, at, row }: Place): unknown {
  if (!(error instanceof Error) || error.name === 'AecoderError') return error
  const isUnsupported = error instanceof ParquetUnsupported
  return toDamaged(
    { file, at: `byte offset ${at}, behind row ${row}` },
    {
      found: error.message,
      expected: isUnsupported ? 'columns of texts, numbers, dates and truth values' : 'a whole Parquet file',
      ...(isUnsupported ? { action: 'Have it written with plain columns, or as CSV' } : {}),
    },
  )
}

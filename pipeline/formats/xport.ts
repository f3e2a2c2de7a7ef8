/**
 * SAS XPORT, version 5 and 8, as a table: the rows of the one dataset of a file, or of the one that was named. Knows how
 * rows lie in the records; the head is read in xport-header.ts, values in xport-values.ts.
 */
import type { SourceFile } from '../../schemas/files.ts'
import { ByteReader } from './byte-reader.ts'
import { type CellDecoder, toCellDecoder } from './decode.ts'
import { RowBatch, toDamaged, toHeader } from './table-shape.ts'
import type { Table, TableRow } from './types.ts'
import { isMemberHeader, RECORD_BYTES, readLibrary, readMember, toCutOff, type XportVariable } from './xport-header.ts'
import { listXportMembers, type XportMember } from './xport-members.ts'
import { toNumericText } from './xport-values.ts'

export interface OpenXportOptions {
  /** Of texts; without it UTF-8, of which ASCII is a part. */
  readonly encoding?: string
  /** Sees every chunk of the file once, in order: for a checksum. */
  readonly onBytes?: (chunk: Uint8Array) => void
}

/**
 * Opens a SAS XPORT file: reads it once for its datasets, of which there may be one, then its head, then its rows as they are asked for. `rows` must be consumed, be it only for
 * one batch: ending its loop closes the file. Missing values are '', numbers the shortest text that SAS would store
 * alike, dates and times ISO 8601 where the variable's format says that they are some; blanks at a text's end are
 * padding. The format knows no number of rows: blank ones at the end are padding too.
 * @throws AecoderError FORMAT_DAMAGED with the byte offset, also for a file of several datasets; ENCODING. Both may
 * come from `rows` after rows were given out: the file is refused then
 */
export async function openXport(file: SourceFile, options: OpenXportOptions): Promise<Table> {
  const { encoding, decode, isAsciiPlain } = toCellDecoder(file.name, options.encoding)
  const members = await listXportMembers(file)
  if (members.length > 1) throw toSeveral(file.name, members)
  const batch = new RowBatch(file.name)
  const reader = new ByteReader(file, batch.watching(options))
  try {
    const { version, modified } = await readLibrary(reader, file.name)
    const header = await reader.read(RECORD_BYTES)
    if (!isMemberHeader(header, version)) {
      throw header.length < RECORD_BYTES
        ? toCutOff(file.name, reader.offset)
        : toDamaged(
            { file: file.name, at: `byte offset ${reader.offset - RECORD_BYTES}` },
            { found: JSON.stringify(header.toString('latin1', 0, 28)), expected: 'the header record of a dataset' },
          )
    }
    const { variables, width } = await readMember(reader, { file: file.name, version, header })
    const names = toHeader(
      file.name,
      variables.map((variable) => variable.name),
    )
    const layout = { file: file.name, width, cells: toCells(variables), decode, isAsciiPlain, batch }
    return { encoding, delimiter: ',', asOf: modified, header: names, rows: readRows(reader, layout) }
  } catch (error) {
    await reader.close()
    throw error
  }
}

function toSeveral(file: string, members: readonly XportMember[]): Error {
  const names = members.map(({ name }) => name)
  return toDamaged(
    { file },
    {
      found: `${names.length} datasets: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`,
      expected: 'one',
      action: `Name the one that is meant in "files", below the file: ${file}/${names[0] ?? ''}`,
    },
  )
}

/** How a row lies in its bytes. */
interface RowLayout {
  readonly file: string
  /** Bytes of a row. */
  readonly width: number
  readonly cells: readonly Cell[]
  readonly decode: CellDecoder
  readonly isAsciiPlain: boolean
  readonly batch: RowBatch
}

interface Cell extends XportVariable {
  readonly start: number
}

function toCells(variables: readonly XportVariable[]): Cell[] {
  let start = 0
  return variables.map((variable) => {
    const cell = { ...variable, start }
    start += variable.length
    return cell
  })
}

async function* readRows(reader: ByteReader, layout: RowLayout): AsyncGenerator<readonly TableRow[], void, undefined> {
  const { file, width, batch } = layout
  let row = 0
  /** Blank rows are padding, unless another row follows. */
  let blanks = 0
  let pending: Buffer = Buffer.alloc(0)
  try {
    for await (const { bytes, at } of readRecords(reader, file)) {
      const whole = pending.length === 0 ? bytes : Buffer.concat([pending, bytes])
      const offset = at - pending.length
      const text = whole.toString('latin1')
      let start = 0
      for (; start + width <= whole.length; start += width) {
        if (isBlank(whole, start, start + width)) {
          blanks++
          continue
        }
        for (; blanks > 0; blanks--) {
          batch.add({ line: ++row, fields: layout.cells.map(() => '') })
          if (batch.isFull()) yield batch.take()
        }
        batch.add({ line: ++row, fields: toFields(whole, { text, start, offset }, layout) })
        if (batch.isFull()) yield batch.take()
      }
      pending = Buffer.from(whole.subarray(start))
    }
    if (!isBlank(pending, 0, pending.length)) {
      throw toDamaged(
        { file, at: `byte offset ${reader.offset}` },
        {
          found: `the file ends ${pending.length} bytes into row ${row + blanks + 1}`,
          expected: `rows of ${width} bytes`,
        },
      )
    }
    yield batch.take()
  } finally {
    await reader.close()
  }
}

/** The records up to the file's end, in pieces of whole ones. */
async function* readRecords(
  reader: ByteReader,
  file: string,
): AsyncGenerator<{ readonly bytes: Buffer; readonly at: number }, void, undefined> {
  let pending: Buffer = Buffer.alloc(0)
  for (;;) {
    const some = await reader.readSome()
    if (some.length === 0) break
    const bytes = pending.length === 0 ? some : Buffer.concat([pending, some])
    const end = bytes.length - (bytes.length % RECORD_BYTES)
    const at = reader.offset - bytes.length
    pending = Buffer.from(bytes.subarray(end))
    if (end > 0) yield { bytes: bytes.subarray(0, end), at }
  }
  if (pending.length > 0) throw toCutOff(file, reader.offset)
}

/** @param place.text the bytes, each as a character: slices of it are much faster than a decoding for each cell */
function toFields(
  bytes: Buffer,
  { text, start, offset }: { text: string; start: number; offset: number },
  { cells, decode, isAsciiPlain }: RowLayout,
): string[] {
  return cells.map(({ meaning, start: cellStart, length }) => {
    const at = start + cellStart
    if (meaning !== null) return toNumericText(bytes, { at, length }, meaning)
    let end = at + length
    // Some programs pad with zeros.
    while (end > at && (bytes[end - 1] === 0x20 || bytes[end - 1] === 0)) end--
    if (isAsciiPlain && isAsciiText(bytes, at, end)) return text.slice(at, end)
    return decode(bytes.subarray(at, end), offset + at)
  })
}

function isAsciiText(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (byte === 0 || byte > 0x7f) return false
  }
  return true
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== 0x20) return false
  return true
}

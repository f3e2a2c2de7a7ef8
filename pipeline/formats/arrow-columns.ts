/**
 * The columns of one Arrow record batch as texts. Knows how values lie in buffers (Arrow Columnar Format 1.5); every
 * place is checked before it is read. What is damaged is a RangeError.
 */
import { isAscii, isUtf8 } from 'node:buffer'
import type { ArrowBatch, ArrowField, ArrowType } from './arrow-messages.ts'
import { decompress } from './decompress.ts'
import { readLong } from './flatbuffer.ts'
import { toDateText, toDateTimeText, toDecimalText, toFloat32Text, toNumberText, toTimeText } from './value-text.ts'

/** Bytes of one batch's columns, once unpacked. */
export const LARGEST_BATCH: number = 256 * 1024 * 1024

/** Gives the text of a row's cell; '' for null. */
export type CellReader = (row: number) => string

/** Values by dictionary id. */
export type Dictionaries = Map<number, string[]>

export interface ColumnsPlace {
  readonly batch: ArrowBatch
  /** The bytes in which the batch's buffers lie. */
  readonly body: Buffer
  readonly dictionaries: Dictionaries
  /** Sees how many bytes were unpacked. */
  readonly onUnpacked: (bytes: number) => void
}

/** Opens the columns of a batch. @throws RangeError where they do not fit their bytes */
export function openColumns(
  fields: readonly ArrowField[],
  { batch, body, dictionaries, onUnpacked }: ColumnsPlace,
): CellReader[] {
  const buffers = new BufferQueue(batch, body, onUnpacked)
  const variadic = [...batch.variadic]
  return fields.map((field, index) => {
    const node = batch.nodes[index]
    if (node === undefined || node.length !== batch.rows)
      throw new RangeError(`column "${field.name}" has not the batch's rows`)
    const type = field.dictionary?.index ?? field.type
    if (type.kind === 'null') return () => ''
    const validity = buffers.next()
    const read = openValues(type, { rows: batch.rows, buffers, variadic })
    const look =
      field.dictionary === undefined ? read : toLookup(read, dictionaries.get(field.dictionary.id), field.name)
    if (node.nulls === 0) return look
    if (validity.length * 8 < batch.rows) throw new RangeError(`column "${field.name}" does not say what is null`)
    return (row) => (((validity[row >> 3] ?? 0) >> (row & 7)) & 1 ? look(row) : '')
  })
}

/** The buffers of a batch in their order, unpacked. */
class BufferQueue {
  readonly #batch: ArrowBatch
  readonly #body: Buffer
  readonly #onUnpacked: (bytes: number) => void
  #next = 0
  #unpacked = 0

  constructor(batch: ArrowBatch, body: Buffer, onUnpacked: (bytes: number) => void) {
    this.#batch = batch
    this.#body = body
    this.#onUnpacked = onUnpacked
  }

  next(): Buffer {
    const place = this.#batch.buffers[this.#next++]
    if (place === undefined) throw new RangeError('fewer buffers than the columns need')
    if (place.at + place.length > this.#body.length) throw new RangeError('a buffer leads out of its message')
    const bytes = this.#body.subarray(place.at, place.at + place.length)
    const { codec } = this.#batch
    if (codec === undefined || bytes.length === 0) return bytes
    const length = readLong(bytes, 0)
    // A buffer that grew by packing stands as it is.
    if (length === -1) return bytes.subarray(8)
    this.#unpacked += length
    if (length < 0 || this.#unpacked > LARGEST_BATCH) {
      throw new RangeError(`a batch of more than ${LARGEST_BATCH} bytes once unpacked`)
    }
    this.#onUnpacked(length)
    return decompress(codec, bytes.subarray(8), length)
  }
}

interface ValuesPlace {
  readonly rows: number
  readonly buffers: BufferQueue
  readonly variadic: number[]
}

function openValues(type: ArrowType, { rows, buffers, variadic }: ValuesPlace): CellReader {
  switch (type.kind) {
    case 'null':
      return () => ''
    case 'text':
      return openTexts(type.offsetBytes, { rows, offsets: buffers.next(), bytes: buffers.next() })
    case 'text-view': {
      const views = takeRows(buffers.next(), rows, 16)
      const count = variadic.shift() ?? 0
      return openViews(
        views,
        Array.from({ length: Math.min(count, 1_000_000) }, () => buffers.next()),
      )
    }
    case 'bool': {
      const bits = buffers.next()
      if (bits.length * 8 < rows) throw new RangeError('a column of fewer values than rows')
      return (row) => (((bits[row >> 3] ?? 0) >> (row & 7)) & 1 ? 'true' : 'false')
    }
    case 'decimal': {
      const size = type.bits / 8
      const bytes = takeRows(buffers.next(), rows, size)
      return (row) => toDecimalText(readSigned(bytes, row * size, size), type.scale)
    }
    default:
      return openNumbers(type, takeRows(buffers.next(), rows, type.kind === 'timestamp' ? 8 : type.bits / 8))
  }
}

function openNumbers(
  type: Exclude<ArrowType, { kind: 'null' | 'text' | 'text-view' | 'bool' | 'decimal' }>,
  bytes: Buffer,
): CellReader {
  switch (type.kind) {
    case 'int':
      return openInts(type, bytes)
    case 'float':
      if (type.bits === 64) return (row) => toNumberText(bytes.readDoubleLE(8 * row))
      if (type.bits === 32) return (row) => toFloat32Text(bytes.readFloatLE(4 * row))
      return (row) => toNumberText(toHalf(bytes.readUInt16LE(2 * row)))
    case 'date':
      return type.bits === 32
        ? (row) => orNumber(toDateText(BigInt(bytes.readInt32LE(4 * row))), bytes.readInt32LE(4 * row))
        : (row) => {
            const milliseconds = bytes.readBigInt64LE(8 * row)
            const day = milliseconds / 86_400_000n - (milliseconds % 86_400_000n < 0n ? 1n : 0n)
            return orNumber(toDateText(day), milliseconds)
          }
    case 'time': {
      const read =
        type.bits === 32
          ? (row: number) => BigInt(bytes.readInt32LE(4 * row))
          : (row: number) => bytes.readBigInt64LE(8 * row)
      return (row) => orNumber(toTimeText(read(row), type.unit), read(row))
    }
    case 'timestamp': {
      const zone = type.hasZone ? 'Z' : ''
      return (row) => {
        const value = bytes.readBigInt64LE(8 * row)
        const text = toDateTimeText(value, type.unit)
        return text === undefined ? String(value) : text + zone
      }
    }
  }
}

function openInts({ bits, isSigned }: { bits: 8 | 16 | 32 | 64; isSigned: boolean }, bytes: Buffer): CellReader {
  switch (bits) {
    case 8:
      return isSigned ? (row) => String(bytes.readInt8(row)) : (row) => String(bytes.readUInt8(row))
    case 16:
      return isSigned ? (row) => String(bytes.readInt16LE(2 * row)) : (row) => String(bytes.readUInt16LE(2 * row))
    case 32:
      return isSigned ? (row) => String(bytes.readInt32LE(4 * row)) : (row) => String(bytes.readUInt32LE(4 * row))
    case 64:
      return isSigned ? (row) => String(bytes.readBigInt64LE(8 * row)) : (row) => String(bytes.readBigUInt64LE(8 * row))
  }
}

function openTexts(
  offsetBytes: 4 | 8,
  { rows, offsets, bytes }: { rows: number; offsets: Buffer; bytes: Buffer },
): CellReader {
  if (rows > 0) takeRows(offsets, rows + 1, offsetBytes)
  const at =
    offsetBytes === 4 ? (row: number) => offsets.readInt32LE(4 * row) : (row: number) => readLong(offsets, 8 * row)
  // One text for the whole column, and slices of it, are much faster than a text for each cell.
  const all = isAscii(bytes) && !bytes.includes(0) ? bytes.toString('latin1') : undefined
  return (row) => {
    const start = at(row)
    const end = at(row + 1)
    if (start < 0 || end < start || end > bytes.length) throw new RangeError('a text leads out of its column')
    return all === undefined ? toText(bytes, start, end) : all.slice(start, end)
  }
}

/** Texts of up to 12 bytes stand in the view, longer ones in one of the buffers. */
function openViews(views: Buffer, buffers: readonly Buffer[]): CellReader {
  return (row) => {
    const at = 16 * row
    const length = views.readInt32LE(at)
    if (length < 0) throw new RangeError('a text of less than no bytes')
    if (length <= 12) return toText(views, at + 4, at + 4 + length)
    const bytes = buffers[views.readInt32LE(at + 8)]
    const start = views.readInt32LE(at + 12)
    if (bytes === undefined || start < 0 || start + length > bytes.length)
      throw new RangeError('a text leads out of its column')
    return toText(bytes, start, start + length)
  }
}

/** @throws RangeError for what is no UTF-8, or holds a NUL character */
export function toText(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end)
  if (text.includes('\ufffd') && !isUtf8(bytes.subarray(start, end))) throw new RangeError('a text that is not UTF-8')
  if (text.includes('\0')) throw new RangeError('a text with a NUL character')
  return text
}

function toLookup(read: CellReader, values: readonly string[] | undefined, name: string): CellReader {
  if (values === undefined) throw new RangeError(`column "${name}" uses a dictionary that is not there`)
  return (row) => {
    const value = values[Number(read(row))]
    if (value === undefined) throw new RangeError(`column "${name}" has a value that is not in its dictionary`)
    return value
  }
}

function takeRows(bytes: Buffer, rows: number, size: number): Buffer {
  if (rows * size > bytes.length) throw new RangeError('a column of fewer values than rows')
  return bytes
}

/** A whole number in two's complement, its lowest byte first. */
export function readSigned(bytes: Buffer, at: number, size: number): bigint {
  let value = 0n
  for (let index = size - 4; index >= 0; index -= 4) value = (value << 32n) | BigInt(bytes.readUInt32LE(at + index))
  return BigInt.asIntN(8 * size, value)
}

/** A number of 16 bits (IEEE 754). */
export function toHalf(bits: number): number {
  const sign = bits >> 15 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * 2 ** -24 * fraction
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024)
}

/** A date out of any calendar is told as its number: it is not lost, and is no date. */
function orNumber(text: string | undefined, value: number | bigint): string {
  return text ?? String(value)
}

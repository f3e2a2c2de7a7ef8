/**
 * Values of a Parquet page, one after the other. Knows the encodings (Apache Parquet, Encodings.md) and what a stored
 * value is as text; reads nothing ahead, so that a false count costs nothing. What is damaged is a RangeError.
 */
import { toHalf, toText } from './arrow-columns.ts'
import { ENCODINGS, type ParquetColumn, ParquetUnsupported } from './parquet-footer.ts'
import { toDateText, toDateTimeText, toDecimalText, toFloat32Text, toNumberText, toTimeText } from './value-text.ts'

/** Gives the next value. */
export type NextText = () => string

/** Bytes of one value. */
const LONGEST_VALUE = 16 * 1024 * 1024

/** The encodings of `bytes` in a page; dictionary indices are the caller's. @throws ParquetUnsupported, RangeError */
export function openPlainValues(
  column: ParquetColumn,
  encoding: number,
  { bytes, values }: { bytes: Buffer; values: number },
): NextText {
  switch (encoding) {
    case ENCODINGS.plain:
      return openPlain(column, bytes)
    case ENCODINGS.rle: {
      if (column.type !== 'boolean') break
      const length = bytes.readUInt32LE(0)
      const flags = new RunReader(bytes.subarray(4, 4 + length), 1)
      return () => (flags.next() === 1 ? 'true' : 'false')
    }
    case ENCODINGS['delta-binary']: {
      const deltas = new DeltaReader(bytes)
      const text = column.type === 'int32' ? toInt32Text(column) : toInt64Text(column)
      if (column.type !== 'int32' && column.type !== 'int64') break
      const bits = column.type === 'int32' ? 32 : 64
      return () => text(BigInt.asIntN(bits, deltas.next()))
    }
    case ENCODINGS['delta-length']: {
      if (column.type !== 'bytes') break
      const next = openDeltaLengths(bytes, values)
      const text = toBytesText(column)
      return () => text(next())
    }
    case ENCODINGS['delta-bytes']: {
      if (column.type !== 'bytes' && column.type !== 'fixed') break
      const prefixes = new DeltaReader(bytes)
      const lengths = prefixes.take(values)
      const suffix = openDeltaLengths(bytes.subarray(prefixes.at), values)
      const text = toBytesText(column)
      let row = 0
      let last: Buffer = Buffer.alloc(0)
      return () => {
        const shared = lengths[row++] ?? 0
        const rest = suffix()
        if (shared < 0 || shared > last.length || shared + rest.length > LONGEST_VALUE)
          throw new RangeError('a text that continues none')
        last = Buffer.concat([last.subarray(0, shared), rest])
        return text(last)
      }
    }
    case ENCODINGS['byte-stream-split']:
      return openSplit(column, bytes, values)
  }
  throw new ParquetUnsupported(`encoding ${encoding} of ${column.type}`)
}

/** Runs of equal numbers, and numbers of a few bits each. */
export class RunReader {
  readonly #bytes: Buffer
  readonly #width: number
  #at = 0
  /** Values left in the run. */
  #left = 0
  #isRepeated: boolean = false
  #value = 0
  #bit = 0

  constructor(bytes: Buffer, width: number) {
    if (width > 32) throw new RangeError(`numbers of ${width} bits`)
    this.#bytes = bytes
    this.#width = width
  }

  next(): number {
    while (this.#left === 0) this.#open()
    this.#left--
    if (this.#isRepeated) return this.#value
    let value = 0
    for (let taken = 0; taken < this.#width; ) {
      const byte = this.#bytes.readUInt8(this.#at + (this.#bit >> 3))
      const count = Math.min(8 - (this.#bit & 7), this.#width - taken)
      value += ((byte >> (this.#bit & 7)) & ((1 << count) - 1)) * 2 ** taken
      taken += count
      this.#bit += count
    }
    if (this.#left === 0) this.#at += this.#bytesOfRun
    return value
  }

  #bytesOfRun = 0

  #open(): void {
    const { value: head, at } = readVarint(this.#bytes, this.#at)
    this.#at = at
    this.#isRepeated = head % 2 === 0
    const count = Math.floor(head / 2)
    if (this.#isRepeated) {
      const size = (this.#width + 7) >> 3
      this.#value = size === 0 ? 0 : this.#bytes.readUIntLE(this.#at, size)
      this.#at += size
      this.#left = count
    } else {
      this.#bytesOfRun = count * this.#width
      this.#left = count * 8
      this.#bit = 0
    }
  }
}

/** Numbers as differences from one to the next. */
class DeltaReader {
  readonly #bytes: Buffer
  at: number
  readonly #perMiniblock: number
  readonly #miniblocks: number
  readonly #total: number
  #given = 0
  #value: bigint
  #least = 0n
  #widths: Buffer = Buffer.alloc(0)
  #miniblock: number
  #inMiniblock = 0
  #bit = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    const block = readVarint(bytes, 0)
    const miniblocks = readVarint(bytes, block.at)
    const total = readVarint(bytes, miniblocks.at)
    this.#miniblocks = miniblocks.value
    this.#perMiniblock = block.value / miniblocks.value
    this.#total = total.value
    this.#miniblock = miniblocks.value
    this.at = total.at
    if (
      !Number.isInteger(this.#perMiniblock) ||
      this.#perMiniblock < 8 ||
      this.#perMiniblock % 8 !== 0 ||
      miniblocks.value > 4096
    ) {
      throw new RangeError('differences in blocks that are none')
    }
    this.#value = this.#zigZag()
  }

  next(): bigint {
    if (this.#given >= this.#total) throw new RangeError('fewer values than rows')
    if (this.#given++ === 0) return this.#value
    if (this.#inMiniblock === 0) this.#openMiniblock()
    const width = this.#widths[this.#miniblock] ?? 0
    let delta = 0n
    for (let taken = 0; taken < width; ) {
      const byte = this.#bytes.readUInt8(this.at + (this.#bit >> 3))
      const count = Math.min(8 - (this.#bit & 7), width - taken)
      delta |= BigInt((byte >> (this.#bit & 7)) & ((1 << count) - 1)) << BigInt(taken)
      taken += count
      this.#bit += count
    }
    this.#value = BigInt.asIntN(64, this.#value + this.#least + delta)
    if (++this.#inMiniblock === this.#perMiniblock) this.#closeMiniblock()
    return this.#value
  }

  /** All of them, `at` then stands behind the last. */
  take(count: number): Int32Array {
    // A count is believed as far as the values come.
    let values = new Int32Array(Math.min(count, 4096))
    if (this.#total !== count) throw new RangeError(`${this.#total} lengths for ${count} texts`)
    for (let index = 0; index < count; index++) {
      if (index === values.length) {
        const longer = new Int32Array(Math.min(count, 2 * values.length))
        longer.set(values)
        values = longer
      }
      values[index] = Number(BigInt.asIntN(32, this.next()))
    }
    if (this.#inMiniblock > 0) this.#closeMiniblock()
    return values
  }

  #openMiniblock(): void {
    if (this.#miniblock + 1 >= this.#miniblocks) {
      this.#least = this.#zigZag()
      this.#widths = this.#bytes.subarray(this.at, this.at + this.#miniblocks)
      if (this.#widths.length < this.#miniblocks) throw new RangeError('differences that are cut off')
      this.at += this.#miniblocks
      this.#miniblock = 0
    } else this.#miniblock++
    if ((this.#widths[this.#miniblock] ?? 0) > 64) throw new RangeError('differences of more than 64 bits')
  }

  #closeMiniblock(): void {
    this.at += ((this.#widths[this.#miniblock] ?? 0) * this.#perMiniblock) / 8
    this.#bit = 0
    this.#inMiniblock = 0
  }

  #zigZag(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#bytes.readUInt8(this.at++)
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n))
      if (shift > 63n) throw new RangeError('a number of more than 64 bits')
    }
  }
}

function openDeltaLengths(bytes: Buffer, values: number): () => Buffer {
  const reader = new DeltaReader(bytes)
  const lengths = reader.take(values)
  let at = reader.at
  let row = 0
  return () => {
    const length = lengths[row++] ?? 0
    const start = at
    at += length
    return take(bytes, start, length)
  }
}

function openPlain(column: ParquetColumn, bytes: Buffer): NextText {
  let at = 0
  const step = (size: number) => {
    at += size
    return at - size
  }
  switch (column.type) {
    case 'boolean': {
      let row = 0
      return () => {
        const place = row++
        return (bytes.readUInt8(place >> 3) >> (place & 7)) & 1 ? 'true' : 'false'
      }
    }
    case 'int32': {
      const text = toInt32Text(column)
      return () => text(BigInt(bytes.readInt32LE(step(4))))
    }
    case 'int64': {
      const text = toInt64Text(column)
      return () => text(bytes.readBigInt64LE(step(8)))
    }
    case 'int96':
      return () => toInt96Text(take(bytes, step(12), 12))
    case 'float':
      return () => toFloat32Text(bytes.readFloatLE(step(4)))
    case 'double':
      return () => toNumberText(bytes.readDoubleLE(step(8)))
    case 'bytes': {
      const text = toBytesText(column)
      return () => {
        const length = bytes.readUInt32LE(step(4))
        return text(take(bytes, step(length), length))
      }
    }
    case 'fixed': {
      const text = toBytesText(column)
      return () => text(take(bytes, step(column.size), column.size))
    }
  }
}

/** The first bytes of all values, then the second ones, and so on. */
function openSplit(column: ParquetColumn, bytes: Buffer, values: number): NextText {
  const sizes: { readonly [type: string]: number } = { int32: 4, float: 4, int64: 8, double: 8, fixed: column.size }
  const size = sizes[column.type]
  if (size === undefined) throw new ParquetUnsupported(`encoding 9 of ${column.type}`)
  const stride = Math.floor(bytes.length / size)
  if (stride > values) throw new RangeError('more values than rows')
  let row = 0
  return () => {
    if (row >= stride) throw new RangeError('fewer values than rows')
    const value = Buffer.from(Array.from({ length: size }, (_, index) => bytes[index * stride + row] ?? 0))
    row++
    return openPlain(column, value)()
  }
}

function toInt32Text({ meaning }: ParquetColumn): (value: bigint) => string {
  switch (meaning.kind) {
    case 'unsigned':
      return (value) => String(BigInt.asUintN(32, value))
    case 'date':
      return (value) => toDateText(value) ?? String(value)
    default:
      return toNumericText(meaning)
  }
}

function toInt64Text({ meaning }: ParquetColumn): (value: bigint) => string {
  return meaning.kind === 'unsigned' ? (value) => String(BigInt.asUintN(64, value)) : toNumericText(meaning)
}

function toNumericText(meaning: ParquetColumn['meaning']): (value: bigint) => string {
  switch (meaning.kind) {
    case 'decimal':
      return (value) => toDecimalText(value, meaning.scale)
    case 'time':
      return (value) => toTimeText(value, meaning.unit) ?? String(value)
    case 'timestamp': {
      const zone = meaning.isUtc ? 'Z' : ''
      return (value) => {
        const text = toDateTimeText(value, meaning.unit)
        return text === undefined ? String(value) : text + zone
      }
    }
    default:
      return String
  }
}

/** Nanoseconds of the day, then the Julian day: how moments were written before there was a type for them. */
function toInt96Text(bytes: Buffer): string {
  const nanoseconds = BigInt(bytes.readInt32LE(8) - 2_440_588) * 86_400_000_000_000n + bytes.readBigInt64LE(0)
  return toDateTimeText(nanoseconds, 'ns') ?? String(nanoseconds)
}

function toBytesText({ meaning, name }: ParquetColumn): (bytes: Buffer) => string {
  switch (meaning.kind) {
    case 'decimal':
      return (bytes) => {
        if (bytes.length === 0 || bytes.length > 256)
          throw new RangeError(`column "${name}" has a decimal of ${bytes.length} bytes`)
        return toDecimalText(BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString('hex')}`)), meaning.scale)
      }
    case 'uuid':
      return (bytes) => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    case 'float16':
      return (bytes) => toNumberText(toHalf(bytes.readUInt16LE(0)))
    default:
      return (bytes) => toText(bytes, 0, bytes.length)
  }
}

function take(bytes: Buffer, start: number, length: number): Buffer {
  if (length < 0 || start + length > bytes.length) throw new RangeError('a value leads out of its page')
  return bytes.subarray(start, start + length)
}

function readVarint(bytes: Buffer, from: number): { readonly value: number; readonly at: number } {
  let value = 0
  let at = from
  for (let shift = 0; ; shift += 7) {
    const byte = bytes.readUInt8(at++)
    value += (byte & 127) * 2 ** shift
    if (byte < 128) return { value, at }
    if (shift > 28) throw new RangeError('a number of more than 32 bits')
  }
}

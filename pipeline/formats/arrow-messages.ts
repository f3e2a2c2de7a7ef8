/**
 * What the messages of Arrow IPC say: schema, record batches, dictionaries, the footer of a file. Knows the metadata
 * (format/Schema.fbs, Message.fbs, File.fbs of Apache Arrow); looks at no values. What is damaged is a RangeError.
 */
import type { Codec } from './decompress.ts'
import { FlatTable, readLong } from './flatbuffer.ts'
import { MOST_COLUMNS } from './table-shape.ts'
import type { TimeUnit } from './value-text.ts'

/** The types that a cell of a table can have. */
export type ArrowType =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool' }
  | { readonly kind: 'int'; readonly bits: 8 | 16 | 32 | 64; readonly isSigned: boolean }
  | { readonly kind: 'float'; readonly bits: 16 | 32 | 64 }
  | { readonly kind: 'decimal'; readonly bits: 32 | 64 | 128 | 256; readonly scale: number }
  | { readonly kind: 'text'; readonly offsetBytes: 4 | 8 }
  | { readonly kind: 'text-view' }
  | { readonly kind: 'date'; readonly bits: 32 | 64 }
  | { readonly kind: 'time'; readonly bits: 32 | 64; readonly unit: TimeUnit }
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit; readonly hasZone: boolean }

export interface ArrowField {
  readonly name: string
  readonly type: ArrowType
  /** Where its values stand in a dictionary: that one's id and the type of the places in it. */
  readonly dictionary: { readonly id: number; readonly index: ArrowType } | undefined
}

/** Rows of columns in the bytes of a message's body. */
export interface ArrowBatch {
  readonly rows: number
  /** Of each column: its values and how many of them are null. */
  readonly nodes: readonly { readonly length: number; readonly nulls: number }[]
  readonly buffers: readonly { readonly at: number; readonly length: number }[]
  readonly codec: Codec | undefined
  /** For each column of text views: how many buffers its texts lie in. */
  readonly variadic: readonly number[]
}

export type ArrowMessage = { readonly bodyLength: number } & (
  | { readonly kind: 'schema'; readonly fields: readonly ArrowField[] }
  | { readonly kind: 'batch'; readonly batch: ArrowBatch }
  | { readonly kind: 'dictionary'; readonly id: number; readonly isDelta: boolean; readonly batch: ArrowBatch }
)

/** Where a message lies in a file. */
export interface ArrowBlock {
  readonly at: number
  readonly metadataLength: number
  readonly bodyLength: number
}

export interface ArrowFooter {
  readonly fields: readonly ArrowField[]
  readonly dictionaries: readonly ArrowBlock[]
  readonly batches: readonly ArrowBlock[]
}

/** A type or layout that is no table's, in words. */
export class ArrowUnsupported extends Error {}

/** @throws RangeError for what is damaged, ArrowUnsupported for what is not read */
export function parseMessage(metadata: Buffer): ArrowMessage {
  const message = FlatTable.root(metadata)
  const header = message.table(2)
  const bodyLength = message.long(3)
  if (header === undefined || bodyLength < 0) throw new RangeError('a message without content')
  switch (message.byte(1)) {
    case 1:
      return { kind: 'schema', bodyLength, fields: toFields(header) }
    case 2: {
      const values = header.table(1)
      if (values === undefined) throw new RangeError('a dictionary without values')
      return {
        kind: 'dictionary',
        bodyLength,
        id: header.long(0),
        isDelta: header.byte(2) !== 0,
        batch: toBatch(values),
      }
    }
    case 3:
      return { kind: 'batch', bodyLength, batch: toBatch(header) }
    default:
      throw new ArrowUnsupported(`a message of type ${message.byte(1)}`)
  }
}

/** @throws RangeError, ArrowUnsupported */
export function parseFooter(bytes: Buffer): ArrowFooter {
  const footer = FlatTable.root(bytes)
  const schema = footer.table(1)
  if (schema === undefined) throw new RangeError('a footer without schema')
  return {
    fields: toFields(schema),
    dictionaries: toBlocks(footer.structs(2, 24)),
    batches: toBlocks(footer.structs(3, 24)),
  }
}

function toBlocks(bytes: Buffer): ArrowBlock[] {
  return Array.from({ length: bytes.length / 24 }, (_, index) => ({
    at: readLong(bytes, 24 * index),
    metadataLength: bytes.readInt32LE(24 * index + 8),
    bodyLength: readLong(bytes, 24 * index + 16),
  }))
}

function toBatch(table: FlatTable): ArrowBatch {
  const nodes = table.structs(1, 16)
  const buffers = table.structs(2, 16)
  const variadic = table.structs(4, 8)
  const compression = table.table(3)
  return {
    rows: toLength(table.long(0)),
    nodes: Array.from({ length: nodes.length / 16 }, (_, index) => ({
      length: toLength(readLong(nodes, 16 * index)),
      nulls: toLength(readLong(nodes, 16 * index + 8)),
    })),
    buffers: Array.from({ length: buffers.length / 16 }, (_, index) => ({
      at: toLength(readLong(buffers, 16 * index)),
      length: toLength(readLong(buffers, 16 * index + 8)),
    })),
    codec: compression === undefined ? undefined : toCodec(compression),
    variadic: Array.from({ length: variadic.length / 8 }, (_, index) => toLength(readLong(variadic, 8 * index))),
  }
}

function toLength(value: number): number {
  if (value < 0) throw new RangeError(`${value} is no length`)
  return value
}

function toCodec(compression: FlatTable): Codec {
  const codec = compression.byte(0)
  if (codec === 0) return 'LZ4_FRAME'
  if (codec === 1) return 'ZSTD'
  throw new ArrowUnsupported(`compression of type ${codec}`)
}

function toFields(schema: FlatTable): ArrowField[] {
  if (schema.short(0) !== 0) throw new ArrowUnsupported('big-endian numbers')
  return schema.tables(1, MOST_COLUMNS).map((field) => {
    const name = field.text(0)
    const encoding = field.table(4)
    const index = encoding?.table(1)
    const type = toType(field.byte(2), field.table(3), name)
    const dictionary =
      encoding === undefined ? undefined : { id: encoding.long(0), index: index === undefined ? INT32 : toInt(index) }
    return { name, type, dictionary }
  })
}

const INT32: ArrowType = { kind: 'int', bits: 32, isSigned: true }
const UNITS: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns']

/** The types of columns that hold tables within the table, or bytes that are no text. */
const FOREIGN: { readonly [type: number]: string } = {
  4: 'bytes',
  11: 'intervals',
  12: 'lists',
  13: 'structs',
  14: 'unions',
  15: 'bytes',
  16: 'lists',
  17: 'maps',
  18: 'durations',
  19: 'bytes',
  21: 'lists',
  22: 'run-end encoded values',
  23: 'bytes',
  25: 'lists',
  26: 'lists',
}

function toType(type: number, table: FlatTable | undefined, name: string): ArrowType {
  const foreign = FOREIGN[type]
  if (foreign !== undefined) throw new ArrowUnsupported(`column "${name}" holds ${foreign}`)
  if (table === undefined) throw new RangeError(`column "${name}" has no type`)
  switch (type) {
    case 1:
      return { kind: 'null' }
    case 2:
      return toInt(table)
    case 3: {
      const bits = ([16, 32, 64] as const)[table.short(0)]
      if (bits === undefined) break
      return { kind: 'float', bits }
    }
    case 5:
      return { kind: 'text', offsetBytes: 4 }
    case 6:
      return { kind: 'bool' }
    case 7: {
      const bits = ([32, 64, 128, 256] as const).find((known) => known === table.int(2, 128))
      const scale = table.int(1)
      if (bits === undefined || Math.abs(scale) > 1000) break
      return { kind: 'decimal', bits, scale }
    }
    case 8:
      return { kind: 'date', bits: table.short(0, 1) === 0 ? 32 : 64 }
    case 9: {
      const unit = UNITS[table.short(0, 1)]
      if (unit === undefined) break
      return { kind: 'time', bits: table.int(1, 32) === 64 ? 64 : 32, unit }
    }
    case 10: {
      const unit = UNITS[table.short(0)]
      if (unit === undefined) break
      return { kind: 'timestamp', unit, hasZone: table.text(1) !== '' }
    }
    case 20:
      return { kind: 'text', offsetBytes: 8 }
    case 24:
      return { kind: 'text-view' }
  }
  throw new RangeError(`column "${name}" is of a type that is none (${type})`)
}

function toInt(table: FlatTable): ArrowType {
  const bits = ([8, 16, 32, 64] as const).find((known) => known === table.int(0))
  if (bits === undefined) throw new RangeError(`whole numbers of ${table.int(0)} bits`)
  return { kind: 'int', bits, isSigned: table.byte(1) !== 0 }
}

/**
 * What the footer and the page headers of a Parquet file say. Knows parquet.thrift; looks at no values. What is damaged
 * is a RangeError, what is not read a ParquetUnsupported.
 */
import type { Codec } from './decompress.ts'
import { MOST_COLUMNS } from './table-shape.ts'
import { readStruct, type Shape, type ThriftStruct } from './thrift.ts'
import type { TimeUnit } from './value-text.ts'

export class ParquetUnsupported extends Error {}

export const PHYSICAL_TYPES = ['boolean', 'int32', 'int64', 'int96', 'float', 'double', 'bytes', 'fixed'] as const
export type PhysicalType = (typeof PHYSICAL_TYPES)[number]

/** What a stored value means. */
export type Meaning =
  | { readonly kind: 'plain' }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'decimal'; readonly scale: number }
  | { readonly kind: 'date' }
  | { readonly kind: 'time'; readonly unit: TimeUnit }
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit; readonly isUtc: boolean }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'float16' }

export interface ParquetColumn {
  readonly name: string
  readonly type: PhysicalType
  /** Bytes of a value of type `fixed`. */
  readonly size: number
  readonly isOptional: boolean
  readonly meaning: Meaning
}

/** A column's pages in one row group. */
export interface ColumnChunk {
  readonly at: number
  readonly length: number
  readonly codec: Codec | undefined
}

export interface RowGroup {
  readonly rows: number
  /** One for each column of the table. */
  readonly chunks: readonly ColumnChunk[]
}

export interface ParquetFooter {
  readonly columns: readonly ParquetColumn[]
  readonly groups: readonly RowGroup[]
}

export const ENCODINGS = {
  plain: 0,
  'plain-dictionary': 2,
  rle: 3,
  'delta-binary': 5,
  'delta-length': 6,
  'delta-bytes': 7,
  'rle-dictionary': 8,
  'byte-stream-split': 9,
} as const

export interface PageHeader {
  readonly kind: 'data' | 'data-v2' | 'dictionary' | 'other'
  /** Bytes of the header itself. */
  readonly headerLength: number
  readonly packedLength: number
  readonly length: number
  readonly values: number
  readonly encoding: number
  readonly crc: number | undefined
  /** In version 2: bytes of the levels, which are never packed, and whether the values are. */
  readonly levels: { readonly repetition: number; readonly definition: number; readonly isPacked: boolean }
  readonly levelEncoding: number
}

const VALUE = 'value'
const MOST_ROW_GROUPS = 1_000_000

const SCHEMA_ELEMENT: Shape = {
  fields: {
    1: VALUE,
    2: VALUE,
    3: VALUE,
    4: VALUE,
    5: VALUE,
    6: VALUE,
    7: VALUE,
    10: {
      fields: {
        1: { fields: {} },
        4: { fields: {} },
        5: { fields: { 1: VALUE } },
        6: { fields: {} },
        7: { fields: { 2: { fields: { 1: { fields: {} }, 2: { fields: {} }, 3: { fields: {} } } } } },
        8: { fields: { 1: VALUE, 2: { fields: { 1: { fields: {} }, 2: { fields: {} }, 3: { fields: {} } } } } },
        10: { fields: { 1: VALUE, 2: VALUE } },
        11: { fields: {} },
        12: { fields: {} },
        13: { fields: {} },
        14: { fields: {} },
        15: { fields: {} },
      },
    },
  },
}
const COLUMN_CHUNK: Shape = {
  fields: {
    1: VALUE,
    3: { fields: { 1: VALUE, 4: VALUE, 5: VALUE, 7: VALUE, 9: VALUE, 11: VALUE } },
    8: { fields: {} },
  },
}
const FILE: Shape = {
  fields: {
    2: { entries: SCHEMA_ELEMENT, most: MOST_COLUMNS + 1 },
    3: VALUE,
    4: { entries: { fields: { 1: { entries: COLUMN_CHUNK, most: MOST_COLUMNS }, 3: VALUE } }, most: MOST_ROW_GROUPS },
    8: { fields: {} },
  },
}
const PAGE: Shape = {
  fields: {
    1: VALUE,
    2: VALUE,
    3: VALUE,
    4: VALUE,
    5: { fields: { 1: VALUE, 2: VALUE, 3: VALUE } },
    7: { fields: { 1: VALUE, 2: VALUE } },
    8: { fields: { 1: VALUE, 2: VALUE, 3: VALUE, 4: VALUE, 5: VALUE, 6: VALUE, 7: VALUE } },
  },
}

/** @throws RangeError, ParquetUnsupported */
export function parseFooter(bytes: Buffer): ParquetFooter {
  const { struct } = readStruct(bytes, FILE)
  if (struct.has(8)) throw new ParquetUnsupported('an encrypted file')
  const [root, ...elements] = struct.structs(2)
  if (root === undefined || root.number(5, 0) !== elements.length) throw toNested(elements)
  const columns = elements.map(toColumn)
  const groups = struct.structs(4).map((group) => toRowGroup(group, columns))
  const rows = groups.reduce((sum, group) => sum + group.rows, 0)
  if (rows !== struct.number(3)) throw new RangeError(`${rows} rows in its groups, but ${struct.number(3)} in all`)
  // A table without rows may be one group without any (pyarrow), whose pages lie nowhere.
  return { columns, groups: groups.filter((group) => group.rows > 0) }
}

/** The header at the beginning of these bytes. @throws RangeError also where it is not there as a whole */
export function parsePageHeader(bytes: Buffer): PageHeader {
  const { struct, end } = readStruct(bytes, PAGE)
  const kind = (['data', 'other', 'dictionary', 'data-v2'] as const)[struct.number(1)]
  if (kind === undefined) throw new RangeError(`a page of type ${struct.number(1)}`)
  const [first, second, dictionary] = [struct.struct(5), struct.struct(8), struct.struct(7)]
  const inner = kind === 'data' ? first : kind === 'data-v2' ? second : dictionary
  if (inner === undefined && kind !== 'other') throw new RangeError('a page that does not say what is in it')
  const header: PageHeader = {
    kind,
    headerLength: end,
    length: struct.number(2),
    packedLength: struct.number(3),
    crc: struct.has(4) ? struct.number(4) : undefined,
    values: inner?.number(1) ?? 0,
    encoding: inner?.number(kind === 'data-v2' ? 4 : 2) ?? 0,
    levelEncoding: first?.number(3, ENCODINGS.rle) ?? ENCODINGS.rle,
    levels: {
      repetition: second?.number(6, 0) ?? 0,
      definition: second?.number(5, 0) ?? 0,
      isPacked: second?.isTrue(7, 'yes') ?? true,
    },
  }
  const { repetition, definition } = header.levels
  if ([header.length, header.packedLength, header.values, repetition, definition].some((count) => count < 0))
    throw new RangeError('a page of less than nothing')
  return header
}

function toRowGroup(group: ThriftStruct, columns: readonly ParquetColumn[]): RowGroup {
  const rows = group.number(3)
  const chunks = group.structs(1).map((chunk, index): ColumnChunk => {
    const place = chunk.struct(3)
    if (place === undefined || chunk.has(8)) throw new ParquetUnsupported('an encrypted column')
    if (chunk.text(1) !== '') throw new ParquetUnsupported('columns that stand in other files')
    if (place.number(5) !== rows || PHYSICAL_TYPES[place.number(1)] !== columns[index]?.type) {
      throw new RangeError(`column ${index + 1} of a row group has not its rows or its type`)
    }
    const pages = place.number(9)
    const dictionary = place.number(11, 0)
    const at = dictionary > 0 && dictionary < pages ? dictionary : pages
    return { at, length: place.number(7), codec: toCodec(place.number(4)) }
  })
  if (rows < 0 || chunks.length !== columns.length) throw new RangeError('a row group of other columns than the table')
  return { rows, chunks }
}

function toCodec(codec: number): Codec | undefined {
  switch (codec) {
    case 0:
      return undefined
    case 1:
      return 'SNAPPY'
    case 2:
      return 'GZIP'
    case 4:
      return 'BROTLI'
    case 6:
      return 'ZSTD'
    case 7:
      return 'LZ4_BLOCK'
    default:
      throw new ParquetUnsupported(
        codec === 5 ? 'the LZ4 of old, which each writer wrote in its own way' : `compression of type ${codec}`,
      )
  }
}

function toNested(elements: readonly ThriftStruct[]): Error {
  const nested = elements.find((element) => element.number(5, 0) > 0)
  return nested === undefined
    ? new RangeError('a schema that does not fit its columns')
    : new ParquetUnsupported(`column "${nested.text(4)}" holds columns of its own`)
}

function toColumn(element: ThriftStruct): ParquetColumn {
  const name = element.text(4)
  if (element.number(5, 0) > 0) throw new ParquetUnsupported(`column "${name}" holds columns of its own`)
  if (element.number(3, 0) === 2) throw new ParquetUnsupported(`column "${name}" holds lists`)
  const type = PHYSICAL_TYPES[element.number(1)]
  const size = element.number(2, 0)
  if (type === undefined || (type === 'fixed' && (size < 1 || size > 1_048_576)))
    throw new RangeError(`column "${name}" is of a type that is none`)
  return { name, type, size, isOptional: element.number(3, 0) === 1, meaning: toMeaning(element, { name, type, size }) }
}

/** By its logical type, else by the converted type that older writers give. */
function toMeaning(element: ThriftStruct, column: { name: string; type: PhysicalType; size: number }): Meaning {
  const logical = element.struct(10)
  const converted = element.number(6, -1)
  const foreign =
    logical?.has(13) === true || converted === 20 ? 'binary JSON' : converted === 21 ? 'intervals' : undefined
  if (foreign !== undefined) throw new ParquetUnsupported(`column "${column.name}" holds ${foreign}`)
  if (logical?.has(5) === true || converted === 5)
    return toDecimal(logical?.struct(5)?.number(1) ?? element.number(7, 0), column)
  if (logical?.has(6) === true || converted === 6) return { kind: 'date' }
  const unit = toUnit(logical?.struct(7)?.struct(2) ?? logical?.struct(8)?.struct(2))
  if (logical?.has(7) === true) return { kind: 'time', unit }
  if (logical?.has(8) === true) return { kind: 'timestamp', unit, isUtc: logical.struct(8)?.isTrue(1, 'no') ?? false }
  if (converted === 7 || converted === 8) return { kind: 'time', unit: converted === 7 ? 'ms' : 'us' }
  if (converted === 9 || converted === 10)
    return { kind: 'timestamp', unit: converted === 9 ? 'ms' : 'us', isUtc: false }
  const integer = logical?.struct(10)
  if (integer !== undefined ? !integer.isTrue(2, 'no') : converted >= 11 && converted <= 14) return { kind: 'unsigned' }
  if (logical?.has(14) === true && column.size === 16) return { kind: 'uuid' }
  if (logical?.has(15) === true && column.size === 2) return { kind: 'float16' }
  if (column.type === 'fixed') throw new ParquetUnsupported(`column "${column.name}" holds bytes`)
  return { kind: 'plain' }
}

function toDecimal(scale: number, { name, size }: { name: string; size: number }): Meaning {
  if (scale < 0 || scale > 1000 || size > 256)
    throw new RangeError(`column "${name}" holds decimals of ${scale} places`)
  return { kind: 'decimal', scale }
}

function toUnit(unit: ThriftStruct | undefined): TimeUnit {
  return unit?.has(3) === true ? 'ns' : unit?.has(2) === true ? 'us' : 'ms'
}

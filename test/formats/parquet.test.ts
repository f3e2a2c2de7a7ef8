/** Files written by hyparquet-writer in every encoding it knows. */
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import type { SchemaElement } from 'hyparquet'
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, test } from 'vitest'
import { readTable, refusalOf, toRandomFile, toStreamFile } from './tables.ts'

const COUNT = 3000
const rowsOf = <T>(toValue: (row: number) => T): T[] => Array.from({ length: COUNT }, (_, row) => toValue(row))

/** Nulls among the values of half the columns. */
const DATA: { readonly [name: string]: Omit<ColumnSource, 'name'> } = {
  term: { data: rowsOf((row) => (row % 7 === 0 ? null : `Headache 頭痛 ${row}`)), type: 'STRING', nullable: true },
  severity: { data: rowsOf((row) => ['MILD', 'SEVERE', '', null][row % 4]), type: 'STRING', nullable: true },
  seq: {
    data: rowsOf((row) => (row % 5 === 0 ? null : ((row * 7919) % 100_003) - 50_000)),
    type: 'INT32',
    nullable: true,
  },
  code: { data: rowsOf((row) => BigInt(row) * 1_234_567_891_011n - 3n), type: 'INT64' },
  dose: { data: rowsOf((row) => row / 10), type: 'DOUBLE' },
  weight: { data: rowsOf((row) => Math.fround(row / 10)), type: 'FLOAT' },
  serious: { data: rowsOf((row) => (row % 3 === 0 ? null : row % 2 === 0)), type: 'BOOLEAN', nullable: true },
  moment: { data: rowsOf((row) => new Date(1_600_000_000_000 + row * 1000)), type: 'TIMESTAMP' },
}
const EXPECTED = rowsOf((row) => [
  row % 7 === 0 ? '' : `Headache 頭痛 ${row}`,
  ['MILD', 'SEVERE', '', ''][row % 4],
  row % 5 === 0 ? '' : String(((row * 7919) % 100_003) - 50_000),
  String(BigInt(row) * 1_234_567_891_011n - 3n),
  String(row / 10),
  String(row / 10),
  row % 3 === 0 ? '' : String(row % 2 === 0),
  new Date(1_600_000_000_000 + row * 1000).toISOString().slice(0, 19),
])
const COMPRESSORS = {
  ZSTD: (bytes: Uint8Array) => zstdCompressSync(bytes),
  GZIP: (bytes: Uint8Array) => gzipSync(bytes),
  BROTLI: (bytes: Uint8Array) => brotliCompressSync(bytes),
}

type Encodings = { readonly [name: string]: NonNullable<ColumnSource['encoding']> }

function write(encodings: Encodings, codec: 'SNAPPY' | 'UNCOMPRESSED' | keyof typeof COMPRESSORS): Uint8Array {
  const columnData = Object.entries(DATA).map(([name, column]) => {
    const encoding = encodings[name]
    return { name, ...column, ...(encoding === undefined ? {} : { encoding }) }
  })
  return new Uint8Array(
    parquetWriteBuffer({ columnData, codec, compressors: COMPRESSORS, rowGroupSize: [500, 1000, 1500] }),
  )
}

/** One column. */
const writeOne = (column: Omit<ColumnSource, 'name'>) =>
  new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'term', ...column }], codec: 'UNCOMPRESSED' }))

const read = (bytes: Uint8Array) => readTable(toRandomFile(bytes, 'ae.parquet'), { format: 'parquet' })
const refusal = (bytes: Uint8Array) => refusalOf(() => read(bytes))

const ENCODED: { readonly [name: string]: Encodings } = {
  "the writer's own choice": {},
  'plain values': {
    term: 'PLAIN',
    severity: 'PLAIN',
    seq: 'PLAIN',
    code: 'PLAIN',
    dose: 'PLAIN',
    weight: 'PLAIN',
    serious: 'PLAIN',
  },
  dictionaries: { term: 'RLE_DICTIONARY', severity: 'RLE_DICTIONARY', seq: 'RLE_DICTIONARY' },
  differences: {
    term: 'DELTA_BYTE_ARRAY',
    severity: 'DELTA_LENGTH_BYTE_ARRAY',
    seq: 'DELTA_BINARY_PACKED',
    code: 'DELTA_BINARY_PACKED',
  },
  'runs and split bytes': {
    serious: 'RLE',
    dose: 'BYTE_STREAM_SPLIT',
    weight: 'BYTE_STREAM_SPLIT',
    code: 'BYTE_STREAM_SPLIT',
  },
}

describe('rows', () => {
  test.each(Object.entries(ENCODED))('are read from %s', async (_, encodings) => {
    const table = await read(write(encodings, 'UNCOMPRESSED'))
    expect(table.header).toEqual(Object.keys(DATA))
    expect(table.rows).toEqual(EXPECTED)
    expect(table.lines).toEqual(rowsOf((row) => row + 1))
  })

  test.each(['SNAPPY', 'ZSTD', 'GZIP', 'BROTLI'] as const)('are read from pages packed by %s', async (codec) => {
    expect((await read(write({}, codec))).rows).toEqual(EXPECTED)
  })

  test('are none in a table without any, which pyarrow writes as a group whose pages lie nowhere', async () => {
    // pyarrow 25: the columns AETERM and AESEQ, no rows.
    const bytes = Buffer.from(
      'UEFSMRUEFQAVAkwVABUAEgAAABUEFQAVAkwVABUAEgAAABUEGTw1ABgGc2NoZW1hFQQAFQwlAhgGQUVURVJNJQBMHAAAABUCJQIYBUFFU0VRABYA' +
        'GRwZLCYAHBUMGSUABhkYBkFFVEVSTRUCFgAWHBYeJgAmCCkcFQQVABUCAAAAJgAcFQIZJQAGGRgFQUVTRVEVAhYAFhwWHiYAJiYpHBUEFQAVAgAA' +
        'ABY4FgAmCBY8ACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNS4wLjEZLBwAABwAAAC7AAAAUEFSMQ==',
      'base64',
    )
    expect(await read(bytes)).toMatchObject({ header: ['AETERM', 'AESEQ'], rows: [] })
  })

  test('are the same from a file that can only be read in order', async () => {
    const file = toStreamFile(write({}, 'SNAPPY'), { chunkSize: 1000 })
    expect((await readTable(file, { format: 'parquet' })).rows).toEqual(EXPECTED)
  })

  test('show every byte once, in order, to who watches', async () => {
    const bytes = write({}, 'SNAPPY')
    const seen: Uint8Array[] = []
    const { openParquet } = await import('../../pipeline/formats/parquet.ts')
    const { rows } = await openParquet(toRandomFile(bytes), { onBytes: (chunk) => seen.push(chunk) })
    for await (const _ of rows);
    expect(Buffer.concat(seen).equals(Buffer.from(bytes))).toBe(true)
  })

  test.each<[string, Partial<SchemaElement>, readonly unknown[], readonly string[]]>([
    ['days', { type: 'INT32', converted_type: 'DATE' }, [0, -1, 20_454], ['1970-01-01', '1969-12-31', '2026-01-01']],
    [
      'decimals',
      { type: 'INT64', converted_type: 'DECIMAL', scale: 2, precision: 10 },
      [123.45, -0.01, 7],
      ['123.45', '-0.01', '7.00'],
    ],
    ['unsigned numbers', { type: 'INT32', converted_type: 'UINT_32' }, [1, 4_294_967_295], ['1', '4294967295']],
    [
      'moments of UTC',
      { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' } },
      [new Date(1_600_000_000_500)],
      ['2020-09-13T12:26:40.5Z'],
    ],
    [
      'moments of no zone',
      { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' } },
      [new Date(1_600_000_000_000)],
      ['2020-09-13T12:26:40'],
    ],
    [
      'UUIDs',
      { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' } },
      ['00112233-4455-6677-8899-aabbccddeeff'],
      ['00112233-4455-6677-8899-aabbccddeeff'],
    ],
    ['texts that do not say so', { type: 'BYTE_ARRAY' }, ['Übelkeit'], ['Übelkeit']],
  ])('of %s are texts', async (_, element, data, expected) => {
    const schema: SchemaElement[] = [
      { name: 'root', num_children: 1 },
      { name: 'x', repetition_type: 'REQUIRED', ...element },
    ]
    const bytes = parquetWriteBuffer({ columnData: [{ name: 'x', data: [...data] }], schema })
    expect((await read(new Uint8Array(bytes))).rows).toEqual(expected.map((text) => [text]))
  })

  test('may be none, and may all be null', async () => {
    expect((await read(writeOne({ data: [], type: 'STRING' }))).rows).toEqual([])
    expect((await read(writeOne({ data: [null, null, null], type: 'STRING', nullable: true }))).rows).toEqual([
      [''],
      [''],
      [''],
    ])
  })
})

describe('damage', () => {
  test('every cut of a file is refused', async () => {
    const whole = writeOne({ data: ['Headache', 'Nausea', null], type: 'STRING', nullable: true })
    for (let length = 0; length < whole.length; length++) {
      expect(await refusal(whole.subarray(0, length)), `${length}`).toMatch(/^FORMAT_DAMAGED ae.parquet/)
    }
  })

  test('a footer of a size that is none is refused before anything is reserved for it', async () => {
    const bytes = Buffer.from(writeOne({ data: ['Headache'], type: 'STRING' }))
    bytes.writeUInt32LE(0x7fffffff, bytes.length - 8)
    expect(await refusal(bytes)).toMatch(/a footer of 2147483647 bytes/)
  })

  test('texts that are no UTF-8 are refused', async () => {
    const bytes = Buffer.from(writeOne({ data: ['Headache', 'Nausea'], type: 'STRING' }))
    bytes[bytes.indexOf('Nausea') + 1] = 0xe9
    expect(await refusal(bytes)).toMatch(/a text that is not UTF-8/)
  })

  test('columns of lists are refused by name', async () => {
    const bytes = writeOne({ data: [['a', 'b'], ['c']], type: 'JSON' })
    expect((await read(bytes)).rows).toEqual([['["a","b"]'], ['["c"]']])
    const list = parquetWriteBuffer({
      columnData: [{ name: 'terms', data: [['a'], ['b']] }],
      schema: [
        { name: 'root', num_children: 1 },
        { name: 'terms', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        { name: 'element', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL', converted_type: 'UTF8' },
      ],
    })
    expect(await refusal(new Uint8Array(list))).toMatch(/column "terms" holds columns of its own/)
  })
})

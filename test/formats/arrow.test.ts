/** Files and streams written by apache-arrow, and what no writer here can write made of them by hand. */
import { zstdCompressSync } from 'node:zlib'
import {
  Bool,
  CompressionType,
  compressionRegistry,
  DateDay,
  DateMillisecond,
  Decimal,
  Dictionary,
  Field,
  Float16,
  Float32,
  Float64,
  Int8,
  Int32,
  Int64,
  LargeUtf8,
  List,
  makeData,
  makeVector,
  Null,
  RecordBatch,
  type RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Table,
  TimeSecond,
  TimestampMicrosecond,
  TimestampMillisecond,
  tableToIPC,
  Uint16,
  Uint64,
  Utf8,
  Utf8View,
  type Vector,
  vectorFromArray,
} from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { readTable, refusalOf, toRandomFile, toStreamFile } from './tables.ts'

const read = (bytes: Uint8Array) => readTable(toRandomFile(bytes, 'ae.arrow'), { format: 'arrow' })
const readInOrder = (bytes: Uint8Array) => readTable(toStreamFile(bytes, { name: 'ae.arrow' }), { format: 'arrow' })
const refusal = (bytes: Uint8Array) => refusalOf(() => read(bytes))

/** Null where a value is missing. */
const DAY = new Date('2020-02-29')
const COLUMNS: { readonly [name: string]: readonly [vector: Vector, expected: readonly string[]] } = {
  text: [vectorFromArray(['a', null, 'ü頭', '']), ['a', '', 'ü頭', '']],
  'ascii text': [vectorFromArray(['a', null, 'b', ''], new Utf8()), ['a', '', 'b', '']],
  'large text': [vectorFromArray(['aa', null, 'bb', 'ü'], new LargeUtf8()), ['aa', '', 'bb', 'ü']],
  'text view': [
    vectorFromArray(['short', null, 'longer than twelve bytes', 'ü'], new Utf8View()),
    ['short', '', 'longer than twelve bytes', 'ü'],
  ],
  dictionary: [vectorFromArray(['x', 'y', null, 'x'], new Dictionary(new Utf8(), new Int32())), ['x', 'y', '', 'x']],
  int8: [vectorFromArray([1, -2, null, 3], new Int8()), ['1', '-2', '', '3']],
  uint16: [vectorFromArray([1, 65_535, null, 3], new Uint16()), ['1', '65535', '', '3']],
  int64: [vectorFromArray([1n, -9007199254740993n, null, 3n], new Int64()), ['1', '-9007199254740993', '', '3']],
  uint64: [
    vectorFromArray([18446744073709551615n, 0n, null, 3n], new Uint64()),
    ['18446744073709551615', '0', '', '3'],
  ],
  float16: [vectorFromArray([1.5, null, 0.25, -3], new Float16()), ['1.5', '', '0.25', '-3']],
  float32: [vectorFromArray([0.1, null, 1e10, Number.NaN], new Float32()), ['0.1', '', '10000000000', '']],
  float64: [vectorFromArray([0.1, null, 80003025, Number.NaN], new Float64()), ['0.1', '', '80003025', '']],
  bool: [vectorFromArray([true, false, null, true], new Bool()), ['true', 'false', '', 'true']],
  day: [
    vectorFromArray([DAY, new Date('1950-01-01'), null, new Date(0)], new DateDay()),
    ['2020-02-29', '1950-01-01', '', '1970-01-01'],
  ],
  date: [
    vectorFromArray([DAY, new Date('1950-01-01'), null, new Date(0)], new DateMillisecond()),
    ['2020-02-29', '1950-01-01', '', '1970-01-01'],
  ],
  moment: [
    vectorFromArray([0, 1580000000123, null, -1], new TimestampMillisecond()),
    ['1970-01-01T00:00:00', '2020-01-26T00:53:20.123', '', '1969-12-31T23:59:59.999'],
  ],
  'moment of a zone': [
    vectorFromArray([0, 1580000000120, null, -1], new TimestampMicrosecond('Europe/Berlin')),
    ['1970-01-01T00:00:00Z', '2020-01-26T00:53:20.12Z', '', '1969-12-31T23:59:59.999Z'],
  ],
  time: [vectorFromArray([0, 3600, null, 86_399], new TimeSecond()), ['00:00:00', '01:00:00', '', '23:59:59']],
  null: [makeVector(makeData({ type: new Null(), length: 4 })), ['', '', '', '']],
}

describe('columns', () => {
  test.each(Object.entries(COLUMNS))(
    'of %s come as a CSV would hold them, from files and streams',
    async (name, [vector, expected]) => {
      for (const kind of ['file', 'stream'] as const) {
        const bytes = tableToIPC(new Table({ [name]: vector, n: vectorFromArray([1, 2, 3, 4], new Int32()) }), kind)
        const table = await read(bytes)
        expect([table.header, table.rows.map(([value]) => value)], kind).toEqual([[name, 'n'], expected])
      }
    },
  )

  test('of decimals keep all their digits', async () => {
    const data = new Uint32Array([12345, 0, 0, 0, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 5, 0, 0, 1])
    const vector = makeVector(makeData({ type: new Decimal(2, 38, 128), data }))
    expect((await read(tableToIPC(new Table({ d: vector }), 'file'))).rows).toEqual([
      ['123.45'],
      ['-0.01'],
      ['792281625142643375935439503.41'],
    ])
  })

  test('that hold columns of their own are refused by name', async () => {
    const list = vectorFromArray([['a'], ['b']], new List(new Field('item', new Utf8())))
    expect(await refusal(tableToIPC(new Table({ terms: list }), 'file'))).toMatch(
      /^FORMAT_DAMAGED ae.arrow: byte offset \d+, behind row 0: column "terms" holds lists \(expected columns of texts, numbers, dates and truth values\)/,
    )
    const struct = vectorFromArray([{ a: 1 }], new Struct([new Field('a', new Int32())]))
    expect(await refusal(tableToIPC(new Table({ terms: struct }), 'stream'))).toMatch(/column "terms" holds structs/)
  })
})

/** Several batches of texts, the dictionary growing from batch to batch. */
function writeBatches(writer: RecordBatchStreamWriter | RecordBatchFileWriter): Uint8Array {
  const type = new Dictionary(new Utf8(), new Int32(), 7)
  const schema = new Schema([new Field('term', type)])
  const values = ['Headache', 'Nausea', 'Rash']
  for (let batch = 1; batch <= 3; batch++) {
    const dictionary = vectorFromArray(values.slice(0, batch), new Utf8())
    const data = makeData({
      type,
      length: batch,
      data: Int32Array.from({ length: batch }, (_, index) => index),
      dictionary,
    })
    const children = [data]
    writer.write(new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: batch, children })))
  }
  return writer.finish().toUint8Array(true)
}

describe('batches', () => {
  test('come one after the other, with the dictionary as it is by then', async () => {
    const expected = [['Headache'], ['Headache'], ['Nausea'], ['Headache'], ['Nausea'], ['Rash']]
    expect((await read(writeBatches(new RecordBatchStreamWriter()))).rows).toEqual(expected)
    expect((await readInOrder(writeBatches(new RecordBatchStreamWriter()))).rows).toEqual(expected)
  })

  test('of a file whose schema stands in its index alone are read from an archive as well', async () => {
    const file = tableToIPC(new Table({ term: vectorFromArray(['Headache', null, 'Rash'], new Utf8()) }), 'file')
    expect((await readInOrder(file)).rows).toEqual([['Headache'], [''], ['Rash']])
  })

  test('may be none', async () => {
    const table = await read(tableToIPC(new Table(new Schema([new Field('a', new Utf8())])), 'file'))
    expect([table.header, table.rows]).toEqual([['a'], []])
  })

  test.each([
    ['ZSTD', CompressionType.ZSTD, (bytes: Uint8Array) => zstdCompressSync(bytes)],
    ['LZ4', CompressionType.LZ4_FRAME, toLz4Frame],
  ])('packed by %s are read', async (_, compressionType, encode) => {
    compressionRegistry.set(compressionType, { encode, decode: () => new Uint8Array() })
    const terms = Array.from({ length: 1000 }, (_, row) => `Headache ${row % 10}`)
    const writer = new PackingWriter({ compressionType })
    const bytes = writer
      .writeAll(new Table({ term: vectorFromArray(terms, new Utf8()) }))
      .finish()
      .toUint8Array(true)
    expect((await read(bytes)).rows).toEqual(terms.map((term) => [term]))
  })

  test('that unpack to more than a batch may hold are refused before that', async () => {
    const bomb = (bytes: Uint8Array) => zstdCompressSync(Buffer.alloc(bytes.length))
    compressionRegistry.set(CompressionType.ZSTD, { encode: bomb, decode: () => new Uint8Array() })
    const writer = new PackingWriter({ compressionType: CompressionType.ZSTD }, 2 ** 40)
    const text = vectorFromArray(
      Array.from({ length: 1000 }, (_, row) => `Headache ${row}`),
      new Utf8(),
    )
    const bytes = writer.writeAll(new Table({ text })).finish().toUint8Array(true)
    expect(await refusal(bytes)).toMatch(/a batch of more than 268435456 bytes once unpacked/)
  })
})

describe('damage', () => {
  const bytes = tableToIPC(
    new Table({ term: vectorFromArray(['Headache', 'Nausea'], new Utf8()), seq: vectorFromArray([1, 2], new Int32()) }),
    'file',
  )
  const stream = tableToIPC(new Table({ term: vectorFromArray(['Headache', 'Nausea'], new Utf8()) }), 'stream')

  test('every cut of a file or stream is refused', async () => {
    for (const whole of [bytes, stream]) {
      for (let length = 0; length < whole.length; length++) {
        expect(await refusal(whole.subarray(0, length)), `${length}`).toMatch(/^FORMAT_DAMAGED ae.arrow/)
        expect(await refusalOf(() => readInOrder(whole.subarray(0, length)))).toMatch(/^FORMAT_DAMAGED ae.arrow/)
      }
    }
  })

  test("sizes that are no file's are refused before anything is reserved for them", async () => {
    const huge = Buffer.from(stream)
    huge.writeInt32LE(0x7fffffff, 4)
    expect(await refusal(huge)).toMatch(/metadata of 2147483647 bytes/)
  })

  test('texts that are no UTF-8, or hold a NUL character, are refused', async () => {
    expect(await refusal(replace(stream, 'Nausea', 'Naus\xe9a'))).toMatch(/a text that is not UTF-8/)
    expect(await refusal(replace(stream, 'Nausea', 'Naus\0a'))).toMatch(/a text with a NUL character/)
  })
})

/** In 21.2.0 the library writes the packed length of a buffer where the unpacked one belongs. */
class PackingWriter extends RecordBatchStreamWriter {
  readonly #said: number | undefined

  constructor(options: { compressionType: CompressionType }, said?: number) {
    super(options)
    this.#said = said
  }

  protected override _compressBodyBuffers(buffers: ArrayBufferView[]) {
    const packed = super._compressBodyBuffers(buffers)
    for (const [index, buffer] of buffers.entries()) {
      const prefix = packed.buffers[2 * index]
      if (prefix === undefined || prefix.byteLength === 0) continue
      const view = new DataView(prefix.buffer, prefix.byteOffset, 8)
      if (view.getBigInt64(0, true) >= 0n) view.setBigInt64(0, BigInt(this.#said ?? buffer.byteLength), true)
    }
    return packed
  }
}

/** One block: every eighth byte on is a match of the eight bytes before, where they are the same. */
function toLz4Frame(bytes: Uint8Array): Uint8Array {
  const input = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const parts: Buffer[] = []
  let at = 0
  for (;;) {
    let end = at
    while (
      end < input.length &&
      !(end >= 8 && input.subarray(end, end + 8).equals(input.subarray(end - 8, end)) && end + 16 < input.length)
    )
      end++
    const literals = input.subarray(at, end)
    const isLast = end >= input.length
    const token = (Math.min(15, literals.length) << 4) | (isLast ? 0 : 4)
    const lengths: number[] = []
    for (let rest = literals.length - 15; rest >= 0; rest -= 255) lengths.push(Math.min(255, rest))
    parts.push(Buffer.from([token, ...lengths]), literals)
    if (isLast) break
    parts.push(Buffer.from([8, 0]))
    at = end + 8
  }
  const block = Buffer.concat(parts)
  const size = Buffer.alloc(4)
  size.writeUInt32LE(block.length)
  return Buffer.concat([Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]), size, block, Buffer.alloc(4)])
}

function replace(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1')
  expect(text.includes(from)).toBe(true)
  return Buffer.from(text.replaceAll(from, to), 'latin1')
}

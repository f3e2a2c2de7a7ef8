import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tableFromIPC } from 'apache-arrow'
import { expect, test } from 'vitest'
import { BATCH_ROWS, openArrowFile } from '../../pipeline/dataset/arrow-file.ts'
import type { Column } from '../../pipeline/dataset/columns.ts'
import type { FileSink } from '../../schemas/files.ts'
import { inBatches, openTestFolder, readArrow } from './rows.ts'

interface Cells {
  readonly text: string | null
  readonly integer: number | null
  readonly number: number | null
}
const facts = (name: string) => ({ name, label: `${name} label`, type: 'Char', origin: 'CRF' }) as const
const COLUMNS: readonly Column<Cells>[] = [
  { ...facts('text'), kind: 'text', pick: (row) => row.text },
  { ...facts('integer'), type: 'Num', kind: 'integer', pick: (row) => row.integer },
  { ...facts('number'), type: 'Num', kind: 'number', pick: (row) => row.number },
]

/** Writes the rows in batches of `size` and returns the file's path. */
async function writeCells(rows: readonly Cells[], size = 1000): Promise<string> {
  const { path, storage } = openTestFolder()
  const file = openArrowFile({
    sink: await storage.createFile('x.arrow'),
    columns: COLUMNS,
    metadata: [['study', 'S1']],
  })
  for await (const batch of inBatches(rows, size)) await file.write(batch)
  await file.close()
  return join(path, 'x.arrow')
}

/** Every kind of value, nulls at different places in each column. */
const manyCells = (count: number): Cells[] =>
  Array.from({ length: count }, (_, index) => ({
    text: index % 7 === 0 ? null : index % 5 === 0 ? '' : `Übelkeit ${index}`,
    integer: index % 3 === 0 ? null : index,
    number: index % 11 === 0 ? null : index / 8,
  }))

test('every value of more than two batches reads back as it was, by another reader', async () => {
  const rows = manyCells(2 * BATCH_ROWS + 77)
  const read = readArrow(await writeCells(rows))
  expect(read.types).toEqual({ text: 'Utf8', integer: 'Int32', number: 'Float64' })
  expect(read.rows.length).toBe(rows.length)
  expect(read.rows).toEqual(rows)
})

test.each([
  ['null', null],
  ['the empty text', ''],
  ['line breaks and tabs', 'a\r\nb\tc\u0000d'],
  ['characters beyond the first plane', '𝛼-blocker 💊 é é'],
  ['right to left', 'صداع'],
  ['a formula', '=1+1'],
  ['a name every object has', '__proto__'],
  ['47 plain characters and a wide one', `${'x'.repeat(47)}ß`],
  ['49 plain characters and a wide one', `${'x'.repeat(49)}ß`],
  ['a text of five megabytes', 'schwindelig '.repeat(430_000)],
])('%s survives', async (_, text) => {
  const rows = ['before', text, 'after'].map((value) => ({ text: value, integer: null, number: null }))
  expect(readArrow(await writeCells(rows)).rows.map((row) => row.text)).toEqual(['before', text, 'after'])
})

test('half of a surrogate pair, which has no UTF-8, becomes the replacement character', async () => {
  const path = await writeCells(['a\ud800b', '\udc00'].map((text) => ({ text, integer: null, number: null })))
  expect(readArrow(path).rows.map((row) => row.text)).toEqual(['a\ufffdb', '\ufffd'])
  expect(readFileSync(path).includes(Buffer.from([0x61, 0xef, 0xbf, 0xbd, 0x62]))).toBe(true)
})

test.each([
  [0, 2147483647, -2147483648, null],
  [1, 2, 3, 4],
])('the whole numbers %j, %j, %j, %j survive', async (...integers) => {
  const path = await writeCells(integers.map((integer) => ({ text: null, integer, number: null })))
  expect(readArrow(path).rows.map((row) => row.integer)).toEqual(integers)
})

test.each([2147483648, 0.5, Number.NaN])(
  '%d in a column of whole numbers is refused, not wrapped around',
  async (integer) => {
    await expect(writeCells([{ text: null, integer, number: null }])).rejects.toThrow('integer: ')
  },
)

test('a file without rows has its schema and no batch', async () => {
  const path = await writeCells([])
  const read = readArrow(path)
  expect(read.names).toEqual(['text', 'integer', 'number'])
  expect(read.rows).toEqual([])
  const table = tableFromIPC(readFileSync(path))
  expect([table.numRows, table.schema.fields.map((field) => String(field))]).toEqual([
    0,
    ['text: Utf8', 'integer: Int32', 'number: Float64'],
  ])
})

test('the schema and each field say what they are', async () => {
  const read = readArrow(await writeCells([]))
  expect([...read.metadata]).toEqual([['study', 'S1']])
  expect(read.fields).toEqual({
    text: { label: 'text label', type: 'Char', origin: 'CRF' },
    integer: { label: 'integer label', type: 'Num', origin: 'CRF' },
    number: { label: 'number label', type: 'Num', origin: 'CRF' },
  })
})

test('the bytes are the same however the rows arrive, and batches have a fixed number of rows', async () => {
  const rows = manyCells(2 * BATCH_ROWS + 77)
  const path = await writeCells(rows, rows.length)
  const whole = readFileSync(path)
  for (const size of [7, 1000, BATCH_ROWS, BATCH_ROWS + 1]) {
    expect(readFileSync(await writeCells(rows, size)).equals(whole), `in batches of ${size}`).toBe(true)
  }
  expect(tableFromIPC(whole).batches.map((batch) => batch.numRows)).toEqual([BATCH_ROWS, BATCH_ROWS, 77])
})

test('a batch leaves nothing behind in the next one', async () => {
  const full = { text: 'full', integer: 1, number: 1 }
  const empty = { text: null, integer: null, number: null }
  const rows = Array.from({ length: 2 * BATCH_ROWS }, (_, index) => (index < BATCH_ROWS ? full : empty))
  const read = readArrow(await writeCells(rows)).rows
  expect(read[BATCH_ROWS - 1]).toEqual(full)
  expect(read.slice(BATCH_ROWS).every((row) => row.text === null && row.integer === null)).toBe(true)
})

test('from its ninth byte on the file is an Arrow stream, schema first', async () => {
  const rows = manyCells(BATCH_ROWS + 1)
  const bytes = readFileSync(await writeCells(rows))
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('ARROW1\0\0')
  const stream = tableFromIPC(bytes.subarray(8))
  expect([stream.numRows, stream.schema.names]).toEqual([rows.length, ['text', 'integer', 'number']])
})

test('a slow sink holds the rows back: one chunk at a time, and nothing is made meanwhile', async () => {
  let made = 0
  let inFlight = 0
  const chunks: number[] = []
  const madeDuringWrites: number[] = []
  const sink: FileSink = {
    async write(chunk) {
      expect(++inFlight).toBe(1)
      const before = made
      const copy = Buffer.from(chunk)
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
      madeDuringWrites.push(made - before)
      expect(copy.equals(chunk), 'a chunk is not written over while the sink still has it').toBe(true)
      chunks.push(chunk.byteLength)
      inFlight--
    },
    close: () => Promise.resolve({ name: 'x', bytes: 0, sha256: '' }),
    abort: () => Promise.resolve(),
  }
  async function* rows() {
    for (const batch of Array.from({ length: 50 }, () => manyCells(2000))) {
      made += batch.length
      yield await Promise.resolve(batch)
    }
  }
  const file = openArrowFile({ sink, columns: COLUMNS, metadata: [] })
  for await (const batch of rows()) await file.write(batch)
  await file.close()
  expect(Math.max(...madeDuringWrites)).toBe(0)
  // 100,000 rows in batches of 16,384, and the footer.
  expect(chunks).toHaveLength(Math.ceil(made / BATCH_ROWS) + 1)
  expect(Math.max(...chunks)).toBeLessThan(BATCH_ROWS * 40)
})

test('a sink that fails makes the write fail', async () => {
  const sink: FileSink = {
    write: () => Promise.reject(new Error('no room')),
    close: () => Promise.reject(new Error('not reached')),
    abort: () => Promise.resolve(),
  }
  const file = openArrowFile({ sink, columns: COLUMNS, metadata: [] })
  await expect(file.write(manyCells(BATCH_ROWS))).rejects.toThrow('no room')
})

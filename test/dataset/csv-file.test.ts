import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { describe, expect, test } from 'vitest'
import type { Column } from '../../pipeline/dataset/columns.ts'
import { openCsvFile } from '../../pipeline/dataset/csv-file.ts'
import type { FileSink } from '../../schemas/files.ts'
import { inBatches, openTestFolder } from './rows.ts'

type Cells = readonly (string | number | null)[]

const toColumns = (names: readonly string[]): Column<Cells>[] =>
  names.map((name, index) => ({
    name,
    label: name,
    type: 'Char',
    origin: 'CRF',
    kind: 'text',
    pick: (row) => (row[index] ?? null) as string | null,
  }))

async function writeCells(names: readonly string[], rows: readonly Cells[], size = 100): Promise<Buffer> {
  const { path, storage } = openTestFolder()
  const file = openCsvFile({ sink: await storage.createFile('x.csv'), columns: toColumns(names) })
  for await (const batch of inBatches(rows, size)) await file.write(batch)
  await file.close()
  return readFileSync(join(path, 'x.csv'))
}

describe('a cell', () => {
  test.each([
    ['a missing value', null, ''],
    ['an empty text', '', '""'],
    ['plain text', 'head ache', 'head ache'],
    ['a number', 10, '10'],
    ['a fraction', 0.5, '0.5'],
    ['a comma', 'a,b', '"a,b"'],
    ['a quote', 'so "bad"', '"so ""bad"""'],
    ['only a quote', '"', '""""'],
    ['a line feed', 'a\nb', '"a\nb"'],
    ['a carriage return', 'a\rb', '"a\rb"'],
    ['a leading blank', ' a', '" a"'],
    ['a trailing blank', 'a ', '"a "'],
    ['only a blank', ' ', '" "'],
    ['a tab inside', 'a\tb', 'a\tb'],
    ['an apostrophe', "Crohn's", "Crohn's"],
    ['a formula, untouched', '=1+1', '=1+1'],
    ['wide characters', 'Übelkeit 💊', 'Übelkeit 💊'],
    ['wide characters and a comma', 'é,é', '"é,é"'],
    ['half of a surrogate pair', 'a\ud800', 'a\ufffd'],
  ])('with %s', async (_, value, expected) => {
    const bytes = await writeCells(['A', 'B'], [[value, value]])
    expect(bytes.toString('utf8')).toBe(`A,B\n${expected},${expected}\n`)
  })
})

test('the header quotes a name that needs it', async () => {
  expect((await writeCells(['AETERM', 'Site, comment', 'größe'], [])).toString('utf8')).toBe(
    'AETERM,"Site, comment",größe\n',
  )
})

test('another parser reads every text back, over many chunks and whatever the batches', async () => {
  const texts = [
    'plain',
    'a,b',
    '"q"',
    'line\nbreak',
    '\r\n',
    ' blank ',
    'ß💊',
    '__proto__',
    '=cmd()',
    'x'.repeat(5000),
    "'",
    ';\t',
  ]
  const rows = Array.from({ length: 3000 }, (_, index) => [
    texts[index % texts.length] ?? null,
    String(index),
    texts[(index * 7) % texts.length] ?? null,
  ])
  const bytes = await writeCells(['A', 'B', 'C'], rows)
  const parsed = Papa.parse<string[]>(bytes.toString('utf8'), { delimiter: ',', newline: '\n' })
  expect(parsed.errors).toEqual([])
  expect(parsed.data.slice(1, -1)).toEqual(rows)
  expect((await writeCells(['A', 'B', 'C'], rows, 3000)).equals(bytes)).toBe(true)
})

test('a cell of five megabytes is written whole', async () => {
  const text = 'naß, '.repeat(1_000_000)
  const bytes = await writeCells(['A'], [[text], ['after']])
  expect(bytes.equals(Buffer.from(`A\n"${text}"\nafter\n`))).toBe(true)
})

test('a slow sink holds the rows back: one chunk of bounded size at a time', async () => {
  let made = 0
  let inFlight = 0
  const chunks: Uint8Array[] = []
  const madeDuringWrites: number[] = []
  const sink: FileSink = {
    async write(chunk) {
      expect(++inFlight).toBe(1)
      const before = made
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
      madeDuringWrites.push(made - before)
      chunks.push(chunk)
      inFlight--
    },
    close: () => Promise.resolve({ name: 'x', bytes: 0, sha256: '' }),
    abort: () => Promise.resolve(),
  }
  async function* rows() {
    for (let batch = 0; batch < 60; batch++) {
      made += 500
      yield await Promise.resolve(Array.from({ length: 500 }, (_, index) => [`${batch}.${index}`, 'y'.repeat(60)]))
    }
  }
  const file = openCsvFile({ sink, columns: toColumns(['A', 'B']) })
  for await (const batch of rows()) await file.write(batch)
  await file.close()
  expect(Math.max(...madeDuringWrites)).toBe(0)
  expect(chunks.length).toBeGreaterThan(4)
  expect(Math.max(...chunks.map((chunk) => chunk.byteLength))).toBeLessThan(300 * 1024)
  // What the sink was given is still what was written, though more came after it.
  expect(
    Buffer.concat(chunks)
      .toString('utf8')
      .split('\n')
      .slice(1, -1)
      .map((line) => line.split(',')[0]),
  ).toEqual(Array.from({ length: 30_000 }, (_, index) => `${Math.floor(index / 500)}.${index % 500}`))
})

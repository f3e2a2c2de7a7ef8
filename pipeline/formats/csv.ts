/** Delimited files: a header and its rows. Knows what a trustworthy table is; knows nothing of what columns mean. */
import { AecoderError } from '../../schemas/errors.ts'
import type { SourceFile } from '../../schemas/files.ts'
import { detectDelimiter, findNewline, isDelimiter, type Newline } from './csv-dialect.ts'
import { type CsvRecord, CsvRecordReader, LONGEST_RECORD } from './csv-records.ts'
import { readText } from './decode.ts'
import { toBlocks } from './text-blocks.ts'
import type { Table, TableRow } from './types.ts'

export interface OpenCsvOptions {
  /** One character; without it one of , ; tab | is found from the first lines. */
  readonly delimiter?: string
  /** Where no byte order mark names it; without it UTF-8. */
  readonly encoding?: string
  /** Sees every chunk of the file once, in order: for a checksum. */
  readonly onBytes?: (chunk: Uint8Array) => void
}

/** Rows that are handed over at once, at most. */
const BATCH_ROWS = 4000

/** Lines from which newline and delimiter are found. */
const SAMPLE_LINES = 20

/**
 * Opens a delimited file: reads its header, then its rows as they are asked for. `rows` must be consumed, be it only
 * for one batch: ending its loop closes the file. A field may be a slice of a larger text: copy what is kept for long.
 *
 * Errors come from `rows` as well, after rows were given out. The whole file is refused then, and whoever took rows
 * discards them.
 * @throws AecoderError ENCODING, CSV_HEADER, CSV_UNTERMINATED_QUOTE, CSV_MALFORMED_QUOTE; CONFIG_INVALID for a delimiter
 * that cannot be one
 */
export async function openCsv(file: SourceFile, options: OpenCsvOptions): Promise<Table> {
  if (options.delimiter !== undefined && !isDelimiter(options.delimiter)) {
    throw new AecoderError('CONFIG_INVALID', {
      where: `${file.name}: delimiter`,
      found: JSON.stringify(options.delimiter),
      expected: 'one character other than a quote or a line break',
    })
  }
  const { encoding, text } = await readText(file, options)
  const blocks = toBlocks(text)
  try {
    const sample = await readSample(blocks, options.delimiter)
    const delimiter = options.delimiter ?? detectDelimiter(sample.lines, sample.newline)
    const reader = new CsvRecordReader(file.name, { delimiter, newline: sample.newline })
    const batches = readBatches(reader, sample.text, blocks)
    const { header, firstRows, shape } = await readHeader(file.name, batches)
    return { encoding, delimiter, asOf: null, header, rows: readRows(firstRows, batches, shape) }
  } catch (error) {
    await blocks.return()
    throw error
  }
}

/** A row's fields as one line of text, quoted where need be; a malformed row as it stood in the file. */
export function toRawText(row: TableRow, delimiter: string): string {
  if (row.problem?.code === 'malformed-row') return row.fields.join(delimiter)
  return row.fields
    .map((field) => (/["\r\n]/.test(field) || field.includes(delimiter) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(delimiter)
}

interface Sample {
  /** All that was read. */
  readonly text: string
  /** The first whole lines of it: the same ones however the file was cut into chunks. */
  readonly lines: string
  readonly newline: Newline
}

async function readSample(blocks: AsyncIterator<string>, delimiter: string | undefined): Promise<Sample> {
  let text = ''
  for (;;) {
    const end = findLinesEnd(text)
    const newline = end < 0 ? undefined : findNewline(text, delimiter)
    if (newline !== undefined) return { text, lines: text.slice(0, end), newline }
    const next = text.length > LONGEST_RECORD ? undefined : await blocks.next()
    if (next === undefined || next.done === true) {
      const only = findNewline(text, delimiter) ?? (text.endsWith('\r') ? '\r' : '\n')
      return { text, lines: text + only, newline: only }
    }
    text += next.value
  }
}

/** Where the sample's lines end, -1 when the text has fewer. A CR at the very end may be half of a CRLF. */
function findLinesEnd(text: string): number {
  let lines = 0
  for (const match of text.matchAll(/\r\n|\n|\r(?=[\s\S])/g)) {
    lines++
    if (lines === SAMPLE_LINES) return match.index + match[0].length
  }
  return -1
}

async function* readBatches(
  reader: CsvRecordReader,
  first: string,
  blocks: AsyncGenerator<string, void, undefined>,
): AsyncGenerator<CsvRecord[], void, undefined> {
  try {
    for await (const block of toBlocks([first])) yield reader.push(block)
    for await (const block of blocks) yield reader.push(block)
    yield reader.end()
  } finally {
    await blocks.return()
  }
}

/** What every row must look like. */
interface TableShape {
  /** Columns as they stand in the header line. */
  readonly columns: number
  /** The last of them has no name, as some systems write a delimiter at the end of every line. */
  readonly hasUnnamedLast: boolean
}

async function readHeader(
  file: string,
  batches: AsyncIterator<CsvRecord[]>,
): Promise<{ header: string[]; firstRows: CsvRecord[]; shape: TableShape }> {
  for (;;) {
    const batch = await batches.next()
    if (batch.done === true) {
      throw new AecoderError('CSV_HEADER', {
        where: file,
        found: 'the file is empty',
        expected: 'a header line that names the columns',
        action: 'Check that the export was written completely',
      })
    }
    const [headerRow, ...firstRows] = batch.value
    if (headerRow === undefined) continue
    const where = `${file}:${headerRow.line}`
    const names = toColumnNames(headerRow, where)
    const hasUnnamedLast = names.length > 1 && names.at(-1) === ''
    const header = hasUnnamedLast ? names.slice(0, -1) : names
    checkNames(header, where)
    return { header, firstRows, shape: { columns: names.length, hasUnnamedLast } }
  }
}

/** Blanks around a name go, and byte order marks that some exports repeat between the names (trim counts them blank). */
function toColumnNames({ fields, isMalformed }: CsvRecord, where: string): string[] {
  if (!isMalformed) return fields.map((name) => name.trim())
  throw new AecoderError('CSV_HEADER', {
    where,
    found: 'a quoted column name is followed by text',
    expected: 'a delimiter after the closing quote',
  })
}

function checkNames(names: readonly string[], where: string): void {
  const positions = new Map<string, number>()
  for (const [index, name] of names.entries()) {
    const column = index + 1
    if (name === '') {
      throw new AecoderError('CSV_HEADER', {
        where,
        found: `column ${column} of ${names.length} has no name`,
        action: 'Name every column in the header line',
      })
    }
    const earlier = positions.get(name)
    if (earlier !== undefined) {
      throw new AecoderError('CSV_HEADER', {
        where,
        found: `columns ${earlier} and ${column} are both named "${name}"`,
        expected: 'unique column names',
        action: 'Export with variable names instead of labels, or rename one of the two',
      })
    }
    positions.set(name, column)
  }
}

async function* readRows(
  firstRows: CsvRecord[],
  batches: AsyncGenerator<CsvRecord[], void, undefined>,
  shape: TableShape,
): AsyncGenerator<readonly TableRow[], void, undefined> {
  try {
    yield* toRowBatches(firstRows, shape)
    for await (const records of batches) yield* toRowBatches(records, shape)
  } finally {
    await batches.return()
  }
}

function* toRowBatches(records: CsvRecord[], shape: TableShape): Generator<readonly TableRow[], void, undefined> {
  for (let start = 0; start < records.length; start += BATCH_ROWS) {
    const batch: TableRow[] = []
    for (let at = start; at < records.length && at < start + BATCH_ROWS; at++) {
      const record = records[at]
      if (record !== undefined) batch.push(toRow(record, shape))
    }
    yield batch
  }
}

function toRow({ line, fields, isMalformed }: CsvRecord, { columns, hasUnnamedLast }: TableShape): TableRow {
  if (isMalformed) {
    return {
      line,
      fields,
      problem: { code: 'malformed-row', text: 'a quoted cell is followed by text before the delimiter' },
    }
  }
  if (fields.length !== columns) {
    const found = `${fields.length} ${fields.length === 1 ? 'field' : 'fields'}`
    return { line, fields, problem: { code: 'ragged-row', text: `has ${found}, the header has ${columns}` } }
  }
  if (hasUnnamedLast) {
    const last = fields.at(-1) ?? ''
    if (last.trim() !== '') {
      return {
        line,
        fields,
        problem: { code: 'ragged-row', text: `has a value in column ${columns}, which has no name` },
      }
    }
    fields.pop()
  }
  return { line, fields }
}

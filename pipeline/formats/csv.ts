/** Delimited files: a header and its rows. Knows what a trustworthy table is; knows nothing of what columns mean. */
import { AecoderError } from '../../schemas/errors.ts'
import type { SourceFile } from '../../schemas/files.ts'
import {
  detectDelimiter,
  findNewline,
  findSeparatorLine,
  hasInnerMarks,
  isDelimiter,
  MARK,
  type Newline,
} from './csv-dialect.ts'
import { type CsvEscape, toDoubledQuotes } from './csv-escapes.ts'
import { type CsvHeader, toCsvHeader } from './csv-header.ts'
import { type Above, findPreamble } from './csv-preamble.ts'
import { type CsvRecord, CsvRecordReader, LONGEST_RECORD } from './csv-records.ts'
import { MOST_CHARACTERS, readText } from './decode.ts'
import type { Table, TableRow } from './types.ts'

export interface OpenCsvOptions {
  /** One character; without it one of , ; tab | is found from the first lines. */
  readonly delimiter?: string
  /** Where no byte order mark names it; without it UTF-8, or UTF-16 where the first bytes show it. */
  readonly encoding?: string
  /** How a quote is written inside a quoted cell; without it `doubled`, and a file that shows backslashes is refused. */
  readonly escape?: CsvEscape
  /** The line that names the columns, counted from 1; what stands above it is left out. Without it the first that can be one. */
  readonly headerLine?: number
  /** Sees every chunk of the file once, in order: for a checksum. */
  readonly onBytes?: (chunk: Uint8Array) => void
}

/** Rows that are handed over at once, at most. */
const BATCH_ROWS = 4000

/** Lines from which newline, delimiter and what stands above the header are found: a line there for each form of a study. */
const SAMPLE_LINES = 200

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
  const blocks = options.escape === 'backslash' ? toDoubledQuotes(text, options.delimiter) : text
  try {
    const sample = await readSample(blocks, options)
    const delimiter = options.delimiter ?? sample.delimiter ?? detectDelimiter(sample.lines, sample.newline)
    const reader = new CsvRecordReader(file.name, {
      delimiter,
      newline: sample.newline,
      firstLine: sample.firstLine,
      isDoubling: options.escape !== undefined,
    })
    const batches = readBatches(reader, sample, blocks)
    const { header, firstRows } = await readHeader(file.name, { batches, headerLine: options.headerLine })
    const { linesAbove } = sample
    return {
      encoding,
      delimiter,
      ...(linesAbove > 0 ? { linesAbove } : {}),
      asOf: null,
      header: header.names,
      rows: readRows(firstRows, batches, header),
    }
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
  /** All that was read, from the header on: what stands above it is no row. */
  readonly text: string
  /** The first whole lines of it: the same ones however the file was cut into chunks. */
  readonly lines: string
  readonly newline: Newline
  /** Lines above the header that were left out. */
  readonly linesAbove: number
  /** What a line before the header says. */
  readonly delimiter: string | undefined
  /** The number of the line with which `text` begins. */
  readonly firstLine: number
  /** Byte order marks stand all over the file: they were left out here. */
  readonly hasMarks: boolean
}

type SampleOptions = Pick<OpenCsvOptions, 'delimiter' | 'headerLine'>

async function readSample(blocks: AsyncIterator<string>, options: SampleOptions): Promise<Sample> {
  let read = ''
  for (;;) {
    const sample = findSample(read, { ...options, isAll: false })
    if (sample !== undefined) return sample
    const next = read.length > LONGEST_RECORD ? undefined : await blocks.next()
    if (next === undefined || next.done === true) break
    read += next.value
  }
  const sample = findSample(read, { ...options, isAll: true })
  if (sample === undefined) throw new Error('all of a text always makes a sample')
  return sample
}

/** The sample that the beginning of a text makes; undefined when more of it is needed. */
function findSample(
  read: string,
  { delimiter, headerLine, isAll }: SampleOptions & { isAll: boolean },
): Sample | undefined {
  const hasMarks = hasInnerMarks(read)
  const bare = hasMarks ? read.replaceAll(MARK, '') : read
  const separator = findSeparatorLine(bare)
  const known = delimiter ?? separator?.delimiter
  const whole = separator === undefined ? bare : bare.slice(separator.length)
  const linesBefore = separator === undefined ? 0 : 1
  const above =
    headerLine === undefined
      ? findAbove(whole, { delimiter: known, isAll })
      : findLine(whole, { lines: headerLine - 1 - linesBefore, isAll })
  if (above === undefined) return undefined
  const text = whole.slice(above.length)
  const facts = {
    text,
    hasMarks,
    delimiter: separator?.delimiter,
    linesAbove: above.lines,
    firstLine: 1 + linesBefore + above.lines,
  }
  const end = findLinesEnd(text)
  const newline = end < 0 && !isAll ? undefined : findNewline(text, known)
  if (isAll) {
    const only = newline ?? (text.endsWith('\r') ? '\r' : '\n')
    return { ...facts, lines: text + only, newline: only }
  }
  return newline === undefined ? undefined : { ...facts, lines: text.slice(0, end), newline }
}

/** What stands above the header that nobody named; undefined when more of the text is needed to know. */
function findAbove(
  text: string,
  { delimiter, isAll }: { delimiter: string | undefined; isAll: boolean },
): Above | undefined {
  const end = findLinesEnd(text)
  if (end < 0 && !isAll) return undefined
  return findPreamble(end < 0 ? text : text.slice(0, end), delimiter) ?? { length: 0, lines: 0 }
}

/** So many lines; undefined when more of the text is needed to know where they end. */
function findLine(text: string, { lines, isAll }: { lines: number; isAll: boolean }): Above | undefined {
  const lineBreak = /\r\n|\n|\r(?=[\s\S])/g
  for (let line = 0; line < lines; line++)
    if (lineBreak.exec(text) === null) return isAll ? { length: text.length, lines } : undefined
  return { length: lineBreak.lastIndex, lines: Math.max(0, lines) }
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
  { text, hasMarks }: Sample,
  blocks: AsyncGenerator<string, void, undefined>,
): AsyncGenerator<CsvRecord[], void, undefined> {
  try {
    for (let at = 0; at < text.length; at += MOST_CHARACTERS) yield reader.push(text.slice(at, at + MOST_CHARACTERS))
    for await (const block of blocks) yield reader.push(hasMarks ? block.replaceAll(MARK, '') : block)
    yield reader.end()
  } finally {
    await blocks.return()
  }
}

async function readHeader(
  file: string,
  { batches, headerLine }: { batches: AsyncIterator<CsvRecord[]>; headerLine: number | undefined },
): Promise<{ header: CsvHeader; firstRows: CsvRecord[] }> {
  for (;;) {
    const batch = await batches.next()
    if (batch.done === true) {
      throw new AecoderError('CSV_HEADER', {
        where: file,
        found: headerLine === undefined ? 'the file is empty' : `nothing from line ${headerLine} on`,
        expected: 'a header line that names the columns',
        action: `Check that the export was written completely${headerLine === undefined ? '' : ', and "headerLine" of the source'}`,
      })
    }
    const [headerRow, ...firstRows] = batch.value
    if (headerRow === undefined) continue
    return { header: toCsvHeader(headerRow, `${file}:${headerRow.line}`), firstRows }
  }
}

async function* readRows(
  firstRows: CsvRecord[],
  batches: AsyncGenerator<CsvRecord[], void, undefined>,
  header: CsvHeader,
): AsyncGenerator<readonly TableRow[], void, undefined> {
  try {
    yield* toRowBatches(firstRows, header)
    for await (const records of batches) yield* toRowBatches(records, header)
  } finally {
    await batches.return()
  }
}

function* toRowBatches(records: CsvRecord[], header: CsvHeader): Generator<readonly TableRow[], void, undefined> {
  for (let start = 0; start < records.length; start += BATCH_ROWS) {
    const batch: TableRow[] = []
    for (let at = start; at < records.length && at < start + BATCH_ROWS; at++) {
      const record = records[at]
      if (record !== undefined) batch.push(toRow(record, header))
    }
    yield batch
  }
}

function toRow({ line, fields, isMalformed }: CsvRecord, { written, names, unnamedAtEnd }: CsvHeader): TableRow {
  if (isMalformed) {
    return {
      line,
      fields,
      problem: { code: 'malformed-row', text: 'a quoted cell is followed by text before the delimiter' },
    }
  }
  const columns = names.length + unnamedAtEnd
  if (fields.length !== columns) {
    const found = `${fields.length} ${fields.length === 1 ? 'field' : 'fields'}`
    return { line, fields, problem: { code: 'ragged-row', text: `has ${found}, the header has ${columns}` } }
  }
  if (fields.every((field, at) => field.trim() === written[at])) {
    return { line, fields, problem: { code: 'malformed-row', text: 'is the header again: files were joined here' } }
  }
  if (unnamedAtEnd === 0) return { line, fields }
  const lost = fields.findIndex((field, at) => at >= names.length && field.trim() !== '')
  if (lost >= 0) {
    const text = `has a value in column ${lost + 1}, which has no name`
    return { line, fields, problem: { code: 'ragged-row', text } }
  }
  fields.length = names.length
  return { line, fields }
}

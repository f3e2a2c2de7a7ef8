/**
 * CDISC Dataset-JSON 1.1, as one object or as NDJSON: its columns as a header, its rows as texts. Knows what stands where
 * in it; JSON itself is read in json-text.ts.
 */
import type { SourceFile } from '../../schemas/files.ts'
import { type ReadTextOptions, readText } from './decode.ts'
import { JsonText } from './json-text.ts'
import { RowBatch, toDamaged, toHeader } from './table-shape.ts'
import type { Table, TableRow } from './types.ts'

export type OpenDatasetJsonOptions = Pick<ReadTextOptions, 'encoding' | 'onBytes'>

/**
 * Opens a Dataset-JSON file: finds its columns, which may stand behind the rows, then gives the rows as they are asked
 * for. `rows` must be consumed, be it only for one batch: ending its loop closes the file. Numbers are the text that
 * stands in the file, null is ''. A row has the number of its line in NDJSON, its own number in an object, which is
 * mostly one line.
 * @throws AecoderError FORMAT_DAMAGED with the line, ENCODING; both may come from `rows` after rows were given out, as
 * when there are more or fewer than `records` says: the file is refused then
 */
export async function openDatasetJson(file: SourceFile, options: OpenDatasetJsonOptions): Promise<Table> {
  const encoding = options.encoding === undefined ? {} : { encoding: options.encoding }
  const found = await readMetadata(file, encoding)
  const header = toHeader(file.name, toColumnNames(file.name, found.columns))
  const batch = new RowBatch(file.name)
  const opened = await readText(file, batch.watching(options))
  const json = new JsonText(file.name, opened.text)
  const rows = readRows(json, { file: file.name, columns: header.length, batch })
  return { encoding: opened.encoding, delimiter: ',', asOf: toAsOf(found), header, rows }
}

/** What is known of a file before its rows are read. */
interface Metadata {
  readonly columns: unknown
  readonly modified: unknown
  readonly created: unknown
}

function toAsOf({ modified, created }: Metadata): string | null {
  if (typeof modified === 'string' && modified !== '') return modified
  return typeof created === 'string' && created !== '' ? created : null
}

/** Members that are kept: any other may be as long as it likes. */
const METADATA: ReadonlySet<string> = new Set(['columns', 'dbLastModifiedDateTime', 'datasetJSONCreationDateTime'])

/** Reads as far as the columns, behind the rows where these come first. */
async function readMetadata(file: SourceFile, options: OpenDatasetJsonOptions): Promise<Metadata> {
  const { text } = await readText(file, options)
  const json = new JsonText(file.name, text)
  const known = new Map<string, unknown>()
  try {
    for await (const { name, value } of readMembers(json, file.name)) {
      if (name === 'rows')
        for (let row = await nextRow(json, 'array'); row !== undefined; ) row = await nextRow(json, 'array')
      if (METADATA.has(name)) known.set(name, value)
      // In the order of the standard, dates stand before the columns.
      if (name === 'columns') break
    }
  } finally {
    await json.close()
  }
  return {
    columns: known.get('columns'),
    modified: known.get('dbLastModifiedDateTime'),
    created: known.get('datasetJSONCreationDateTime'),
  }
}

/** The members of the object, in file order; `rows` has no value: whoever gets it reads the rows before going on. */
async function* readMembers(
  json: JsonText,
  file: string,
): AsyncGenerator<{ readonly name: string; readonly value: unknown }, void, undefined> {
  await json.take('{')
  const names = new Set<string>()
  if ((await json.peek()) === '}') {
    await json.take('}')
    return
  }
  do {
    if ((await json.peek()) !== '"') await json.take('"')
    const name = String(await json.value())
    await json.take(':')
    if (names.has(name))
      throw toDamaged({ file, at: `line ${json.line}` }, { found: `"${name}" twice`, expected: 'each member once' })
    names.add(name)
    if (names.size > 1000)
      throw toDamaged({ file }, { found: 'more than 1000 members', expected: 'those of Dataset-JSON' })
    if (name === 'clinicalData' || name === 'referenceData') {
      throw toDamaged(
        { file, at: `line ${json.line}` },
        {
          found: `Dataset-JSON 1.0 ("${name}")`,
          expected: 'Dataset-JSON 1.1',
          action: 'Have the export written as Dataset-JSON 1.1, SAS XPORT or CSV',
        },
      )
    }
    if (name === 'rows') {
      await json.take('[')
      yield { name, value: undefined }
    } else yield { name, value: await json.value() }
  } while ((await json.take(',}')) === ',')
}

/** The next row of the array, or of the lines of NDJSON; undefined behind the last one, the array's bracket taken. */
async function nextRow(json: JsonText, within: 'array' | 'lines') {
  const first = await json.peek()
  if (within === 'lines' && first === undefined) return undefined
  if (within === 'array' && first === ']') {
    await json.take(']')
    return undefined
  }
  for (;;) {
    const row = json.nextRow()
    if (row === undefined) {
      await json.more('the end of the row')
      continue
    }
    if (within === 'array' && (await json.peek()) !== ']') {
      await json.take(',')
      if ((await json.peek()) !== '[') await json.take('[')
    }
    return row
  }
}

async function* readRows(
  json: JsonText,
  { file, columns, batch }: { file: string; columns: number; batch: RowBatch },
): AsyncGenerator<readonly TableRow[], void, undefined> {
  const count = { rows: 0 }
  let records: unknown
  let hasRows = false
  try {
    for await (const { name, value } of readMembers(json, file)) {
      if (name === 'records') records = value
      if (name !== 'rows') continue
      hasRows = true
      yield* readArray(json, { batch, columns, count, within: 'array' })
    }
    const next = await json.peek()
    if (next === '[' && !hasRows) yield* readArray(json, { batch, columns, count, within: 'lines' })
    else if (next !== undefined) {
      throw toDamaged(
        { file, at: `line ${json.line}` },
        { found: 'more text behind the object', expected: 'the end of the file' },
      )
    }
    if (typeof records === 'number' && records !== count.rows) {
      throw toDamaged(
        { file },
        {
          found: `${count.rows} rows`,
          expected: `${records}, as "records" says: the file was cut off, or rows were lost`,
        },
      )
    }
    yield batch.take()
  } finally {
    await json.close()
  }
}

async function* readArray(
  json: JsonText,
  {
    batch,
    columns,
    count,
    within,
  }: { batch: RowBatch; columns: number; count: { rows: number }; within: 'array' | 'lines' },
): AsyncGenerator<readonly TableRow[], void, undefined> {
  for (;;) {
    // Most rows are there already: waiting for each would take longer than reading it.
    const row = json.rowNow(within) ?? (await nextRow(json, within))
    if (row === undefined) return
    const line = within === 'lines' ? row.line : count.rows + 1
    count.rows++
    batch.add(toRow(line, row.fields, columns))
    if (batch.isFull()) yield batch.take()
  }
}

function toRow(line: number, fields: readonly string[], columns: number): TableRow {
  if (fields.length === columns) return { line, fields }
  const found = `${fields.length} ${fields.length === 1 ? 'value' : 'values'}`
  return { line, fields, problem: { code: 'ragged-row', text: `has ${found}, there are ${columns} columns` } }
}

function toColumnNames(file: string, columns: unknown): string[] {
  if (!Array.isArray(columns)) {
    throw toDamaged({ file }, { found: 'no "columns"', expected: 'Dataset-JSON 1.1: an array of columns' })
  }
  return columns.map((column: unknown, index) => {
    if (typeof column === 'object' && column !== null && 'name' in column && typeof column.name === 'string')
      return column.name
    throw toDamaged({ file, at: `columns[${index}]` }, { found: 'no "name"', expected: 'the name of the column' })
  })
}

/**
 * Exports of adverse events in every format, of any size: one table of invented reports, the same rows for the same seed.
 * Knows how formats are written; knows no reader. Written piece by piece, so that a large file takes no memory.
 */
import {
  Field,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import { toRandom } from './random.ts'
import { toXport } from './xport-file.ts'

/** Formats as files are found: NDJSON and transactional ODM are kinds of their own. */
export const WRITTEN_FORMATS = [
  'csv',
  'odm',
  'odm-transactional',
  'dataset-json',
  'dataset-ndjson',
  'dataset-xml',
  'xport',
  'arrow',
  'parquet',
] as const
export type WrittenFormat = (typeof WRITTEN_FORMATS)[number]

export const COLUMNS = [
  'USUBJID',
  'SITEID',
  'AESEQ',
  'AETERM',
  'AESTDTC',
  'AEENDTC',
  'AESEV',
  'AESER',
  'AEREL',
  'AEOUT',
  'AEACN',
] as const
/** Of XPORT, in bytes. */
export const WIDTHS = [16, 8, 8, 64, 10, 10, 12, 4, 16, 24, 24] as const

const TERMS = ['Headache', 'bad HA since tuesday', 'Nausea & vomiting', 'rash "all over"', 'fièvre', 'Fatigue']
const SEVERITIES = ['MILD', 'MODERATE', 'SEVERE']
const EVENTS_PER_SUBJECT = 10
/** Rows that are made at once. */
const BATCH = 5000
const ROWS_OF_GROUP = 50_000

export interface ExportShape {
  readonly rows: number
  readonly seed: number
}

/** The rows as texts, in batches. */
export function* toRows({ rows, seed }: ExportShape): Generator<string[][]> {
  const random = toRandom(seed)
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? ''
  for (let start = 0; start < rows; start += BATCH) {
    const batch: string[][] = []
    for (let row = start; row < Math.min(rows, start + BATCH); row++) {
      const subject = Math.floor(row / EVENTS_PER_SUBJECT)
      const day = String(1 + Math.floor(random() * 28)).padStart(2, '0')
      batch.push([
        `ABC-${String(100_000 + subject)}`,
        String(1 + (subject % 200)).padStart(3, '0'),
        String(1 + (row % EVENTS_PER_SUBJECT)),
        `${pick(TERMS)} ${Math.floor(random() * 500)}`,
        `2026-01-${day}`,
        random() < 0.2 ? '' : `2026-02-${day}`,
        pick(SEVERITIES),
        random() < 0.1 ? 'Y' : 'N',
        'POSSIBLE',
        'RECOVERED/RESOLVED',
        'DOSE NOT CHANGED',
      ])
    }
    yield batch
  }
}

/** An export, piece by piece. */
export async function* writeExport(format: WrittenFormat, shape: ExportShape): AsyncGenerator<Buffer> {
  switch (format) {
    case 'csv':
      yield Buffer.from(`${COLUMNS.join(',')}\n`)
      for (const batch of toRows(shape))
        yield Buffer.from(batch.map((row) => `${row.map(toCsvCell).join(',')}\n`).join(''))
      return
    case 'odm':
    case 'odm-transactional':
      yield* writeOdm(shape, { isTransactional: format === 'odm-transactional' })
      return
    case 'dataset-json':
      yield Buffer.from(`{${toJsonHead(shape)},"rows":[\n`)
      yield* writeJsonRows(shape, ',\n')
      yield Buffer.from('\n]}\n')
      return
    case 'dataset-ndjson':
      yield Buffer.from(`{${toJsonHead(shape)}}\n`)
      yield* writeJsonRows(shape, '\n')
      yield Buffer.from('\n')
      return
    case 'dataset-xml':
      yield* writeDatasetXml(shape)
      return
    case 'xport':
      yield* writeXport(shape)
      return
    case 'arrow':
      yield* writeArrow(shape)
      return
    case 'parquet':
      yield* writeParquet(shape)
      return
  }
}

/** A small export as a whole. */
export async function toExport(format: WrittenFormat, shape: ExportShape): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of writeExport(format, shape)) parts.push(part)
  return Buffer.concat(parts)
}

function toCsvCell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function toXmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

function* writeOdm(shape: ExportShape, { isTransactional }: { isTransactional: boolean }): Generator<Buffer> {
  const type = isTransactional ? 'Transactional' : 'Snapshot'
  yield Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" ODMVersion="1.3.2" FileType="${type}" FileOID="F.1" CreationDateTime="2026-03-02T04:00:00Z">\n<ClinicalData StudyOID="S.1" MetaDataVersionOID="M.1">\n`,
  )
  const act = isTransactional ? ' TransactionType="Upsert"' : ''
  for (const batch of toRows(shape)) {
    let text = ''
    for (const [subject = '', site = '', seq = '', ...values] of batch) {
      const items = values.map(
        (value, index) => `<ItemData ItemOID="I.${COLUMNS[index + 3]}" Value="${toXmlText(value)}"/>`,
      )
      text += `<SubjectData SubjectKey="${subject}"><SiteRef LocationOID="${site}"/><StudyEventData StudyEventOID="SE.AE"><FormData FormOID="F.AE" FormRepeatKey="1"><ItemGroupData ItemGroupOID="IG.AE" ItemGroupRepeatKey="${seq}"${act}>${items.join('')}</ItemGroupData></FormData></StudyEventData></SubjectData>\n`
    }
    yield Buffer.from(text)
  }
  yield Buffer.from('</ClinicalData>\n</ODM>\n')
}

function toJsonHead({ rows }: ExportShape): string {
  const columns = COLUMNS.map((name, index) => ({
    itemOID: `IT.AE.${name}`,
    name,
    label: name,
    dataType: name === 'AESEQ' ? 'integer' : 'string',
    length: WIDTHS[index],
  }))
  const head = {
    datasetJSONCreationDateTime: '2026-03-02T04:00:00',
    datasetJSONVersion: '1.1.0',
    itemGroupOID: 'IG.AE',
    records: rows,
    name: 'AE',
    label: 'Adverse Events',
    columns,
  }
  return JSON.stringify(head).slice(1, -1)
}

function* writeJsonRows(shape: ExportShape, separator: string): Generator<Buffer> {
  let isFirst = true
  for (const batch of toRows(shape)) {
    const lines = batch.map((row) => JSON.stringify(row.map((value, index) => (index === 2 ? Number(value) : value))))
    yield Buffer.from((isFirst ? '' : separator) + lines.join(separator))
    isFirst = false
  }
}

function* writeDatasetXml(shape: ExportShape): Generator<Buffer> {
  yield Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:data="http://www.cdisc.org/ns/Dataset-XML/v1.0" ODMVersion="1.3.2" FileType="Snapshot" FileOID="F.1" CreationDateTime="2026-03-02T04:00:00Z" data:DatasetXMLVersion="1.0.0">\n<ClinicalData StudyOID="S.1" MetaDataVersionOID="M.1">\n`,
  )
  let number = 0
  for (const batch of toRows(shape)) {
    let text = ''
    for (const row of batch) {
      number += 1
      const items = row.map((value, index) =>
        value === '' ? '' : `<ItemData ItemOID="IT.AE.${COLUMNS[index]}" Value="${toXmlText(value)}"/>`,
      )
      text += `<ItemGroupData ItemGroupOID="IG.AE" data:ItemGroupDataSeq="${number}">${items.join('')}</ItemGroupData>\n`
    }
    yield Buffer.from(text)
  }
  yield Buffer.from('</ClinicalData>\n</ODM>\n')
}

function* writeXport(shape: ExportShape): Generator<Buffer> {
  const variables = COLUMNS.map((name, index) => ({ name, type: 'char' as const, length: WIDTHS[index] ?? 8 }))
  yield toXport({ members: [{ name: 'AE', variables, rows: [] }] })
  const width = WIDTHS.reduce((sum, bytes) => sum + bytes, 0)
  let bytes = 0
  for (const batch of toRows(shape)) {
    const block = Buffer.alloc(width * batch.length, ' ')
    for (const [index, row] of batch.entries()) {
      let at = index * width
      for (const [column, value] of row.entries()) {
        block.write(value, at, WIDTHS[column] ?? 0, 'utf8')
        at += WIDTHS[column] ?? 0
      }
    }
    bytes += block.length
    yield block
  }
  yield Buffer.alloc((80 - (bytes % 80)) % 80, ' ')
}

function* writeArrow(shape: ExportShape): Generator<Buffer> {
  const fields = COLUMNS.map((name) => new Field(name, new Utf8(), true))
  // One schema for all batches: at a batch of another one the writer ends the file without an error.
  const schema = new Schema(fields)
  const type = new Struct(fields)
  const writer = new PieceWriter()
  writer.reset(undefined, schema)
  for (const rows of toRows(shape)) {
    const children = Object.values(toColumns(rows)).flatMap((values) => vectorFromArray(values, new Utf8()).data)
    writer.write(new RecordBatch(schema, makeData({ type, length: rows.length, nullCount: 0, children })))
    yield writer.take()
  }
  writer.finish()
  yield writer.take()
}

/** The library's writer queues what it writes and never waits for who reads it: this one gives the bytes of each batch. */
class PieceWriter extends RecordBatchFileWriter {
  #pieces: Uint8Array[] = []

  take(): Buffer {
    const bytes = Buffer.concat(this.#pieces)
    this.#pieces = []
    return bytes
  }

  protected override _write(chunk: unknown): this {
    if (!ArrayBuffer.isView(chunk)) throw new TypeError('the Arrow writer gave something that is no bytes')
    if (chunk.byteLength > 0) this.#pieces.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    this._position += chunk.byteLength
    return this
  }
}

function toColumns(rows: readonly string[][]): { [name: string]: (string | null)[] } {
  return Object.fromEntries(COLUMNS.map((name, index) => [name, rows.map((row) => row[index] ?? null)]))
}

async function* writeParquet(shape: ExportShape): AsyncGenerator<Buffer> {
  const writer = new ByteWriter()
  const toColumnData = (rows: readonly string[][]) =>
    Object.entries(toColumns(rows)).map(([name, data]) => ({ name, data, type: 'STRING' as const }))
  const schema = schemaFromColumnData({ columnData: toColumnData([]) })
  const parquet = new ParquetWriter({ writer, schema })
  let group: string[][] = []
  // What was taken is written over: only `offset`, the place in the file, goes on.
  const take = () => {
    const bytes = Buffer.from(writer.getBuffer())
    writer.index = 0
    return bytes
  }
  for (const rows of toRows(shape)) {
    group.push(...rows)
    if (group.length < ROWS_OF_GROUP) continue
    await parquet.write({ columnData: toColumnData(group), rowGroupSize: ROWS_OF_GROUP })
    group = []
    yield take()
  }
  if (group.length > 0) await parquet.write({ columnData: toColumnData(group), rowGroupSize: ROWS_OF_GROUP })
  await parquet.finish()
  yield take()
}

/**
 * Reads one export to its end, by the pipeline's reader or by the bare library beneath it; as a script it prints seconds,
 * the process's peak memory and the rows as one JSON line: `node test/bench/read-format.ts FORMAT PATH reader|bare`.
 */
import { createReadStream } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { RecordBatchReader } from 'apache-arrow'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import Papa from 'papaparse'
import { SaxesParser } from 'saxes'
import { openOdm } from '../../pipeline/formats/odm.ts'
import { openTable } from '../../pipeline/formats/open-table.ts'
import { openFolder } from '../../pipeline/storage/folder.ts'
import type { ExportFormat } from '../../schemas/formats.ts'
import { WIDTHS, type WrittenFormat } from '../generators/exports.ts'

const FORMATS: { readonly [written in WrittenFormat]: ExportFormat } = {
  csv: 'csv',
  odm: 'odm',
  'odm-transactional': 'odm',
  'dataset-json': 'dataset-json',
  'dataset-ndjson': 'dataset-json',
  'dataset-xml': 'dataset-xml',
  xport: 'xport',
  arrow: 'arrow',
  parquet: 'parquet',
}

/** Rows that the pipeline's reader gives. */
export async function countRows(written: WrittenFormat, path: string): Promise<number> {
  const file = openFolder(dirname(path)).file(basename(path))
  const format = FORMATS[written]
  const batches =
    format === 'odm' ? (await openOdm(file, { record: 'group' })).records : (await openTable(file, { format })).rows
  let rows = 0
  for await (const batch of batches) rows += batch.length
  return rows
}

/** Rows that the library finds which the reader is built on; of XPORT, which has none, those that its bytes are cut into. */
export async function countBareRows(written: WrittenFormat, path: string): Promise<number> {
  switch (written) {
    case 'csv':
      return await countCsvRows(path)
    case 'odm':
    case 'odm-transactional':
    case 'dataset-xml':
      return await countXmlRows(path)
    case 'dataset-json':
      return (JSON.parse(await readFile(path, 'utf8')) as { rows: unknown[] }).rows.length
    case 'dataset-ndjson':
      return await countLines(path)
    case 'xport':
      return await countXportRows(path)
    case 'arrow':
      return await countArrowRows(path)
    case 'parquet':
      return await countParquetRows(path)
  }
}

async function countCsvRows(path: string): Promise<number> {
  let rows = -1 // the header is one
  await new Promise<void>((resolve, reject) => {
    Papa.parse<string[]>(createReadStream(path, { encoding: 'utf8' }), {
      delimiter: ',',
      newline: '\n',
      chunk: ({ data }) => {
        for (const row of data) if (row.length > 1) rows += 1
      },
      complete: () => resolve(),
      error: reject,
    })
  })
  return rows
}

async function countXmlRows(path: string): Promise<number> {
  let rows = 0
  const parser = new SaxesParser()
  parser.on('opentag', ({ name }) => {
    if (name === 'ItemGroupData') rows += 1
  })
  for await (const text of createReadStream(path, { encoding: 'utf8' })) parser.write(text as string)
  parser.close()
  return rows
}

async function countLines(path: string): Promise<number> {
  let rows = 0
  for await (const line of createInterface({ input: createReadStream(path) }))
    if (Array.isArray(JSON.parse(line))) rows += 1
  return rows
}

const RECORD_BYTES = 80
const OBSERVATIONS = 'HEADER RECORD*******OBS     HEADER RECORD!!!!!!!'

/** Rows begin behind the record that says so: before it stand those of the library, the member and its variables. */
async function countXportRows(path: string): Promise<number> {
  const width = WIDTHS.reduce((sum, bytes) => sum + bytes, 0)
  let rows = 0
  let isBegun = false
  let pending: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path)) {
    let bytes = Buffer.concat([pending, chunk as Buffer])
    if (!isBegun) {
      const at = bytes.indexOf(OBSERVATIONS)
      if (at < 0 || at + RECORD_BYTES > bytes.length) {
        pending = bytes
        continue
      }
      isBegun = true
      bytes = bytes.subarray(at + RECORD_BYTES)
    }
    const text = bytes.toString('latin1')
    let start = 0
    for (; start + width <= text.length; rows += 1) {
      for (const length of WIDTHS) {
        text.slice(start, start + length).trimEnd()
        start += length
      }
    }
    pending = bytes.subarray(start)
  }
  return rows
}

async function countArrowRows(path: string): Promise<number> {
  const handle = await open(path)
  try {
    const reader = await RecordBatchReader.from(handle)
    let rows = 0
    for await (const batch of reader) {
      for (let column = 0; column < batch.numCols; column += 1) {
        const values = batch.getChildAt(column)
        for (let row = 0; row < batch.numRows; row += 1) values?.get(row)
      }
      rows += batch.numRows
    }
    return rows
  } finally {
    await handle.close().catch(() => undefined) // the library closes what it has read to its end
  }
}

async function countParquetRows(path: string): Promise<number> {
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file)
  let rows = 0
  for (const group of metadata.row_groups) {
    const [rowStart, rowEnd] = [rows, rows + Number(group.num_rows)]
    rows += (await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd })).length
  }
  return rows
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [format = 'csv', path = '', by = 'reader'] = process.argv.slice(2)
  const started = performance.now()
  const rows = await (by === 'bare' ? countBareRows : countRows)(format as WrittenFormat, path)
  const seconds = (performance.now() - started) / 1000
  process.stdout.write(`${JSON.stringify({ seconds, peakRssMb: process.resourceUsage().maxRSS / 1024, rows })}\n`)
}

/** The readers that are fed damaged files: what each is given, and how it is read to its end. */
import { BlobWriter, configure, TextReader, ZipWriter } from '@zip.js/zip.js'
import { toFormat } from '../../pipeline/formats/detect.ts'
import { openOdm } from '../../pipeline/formats/odm.ts'
import type { OdmRecordKind } from '../../pipeline/formats/odm-records.ts'
import { openTable } from '../../pipeline/formats/open-table.ts'
import { openZip } from '../../pipeline/formats/zip.ts'
import { AecoderError } from '../../schemas/errors.ts'
import type { SourceFile } from '../../schemas/files.ts'
import { TABLE_FORMATS, type TableFormat } from '../../schemas/formats.ts'
import { toExport, type WrittenFormat } from '../generators/exports.ts'
import { listShapes } from './shapes.ts'

export const FUZZED = ['detect', 'odm', 'zip', ...TABLE_FORMATS] as const
export type Fuzzed = (typeof FUZZED)[number]

/** An archive may unpack to so much here. */
const UNPACKED = 4 * 1024 * 1024

/** Reads the whole file. @throws what the reader throws, and Error for a cell that is no text */
export async function readAll(reader: Fuzzed, file: SourceFile): Promise<void> {
  switch (reader) {
    case 'detect': {
      for await (const chunk of file.open()) toFormat(chunk, file.name)
      return
    }
    case 'odm': {
      await readOdm(file, 'group')
      // Forms that hold repeating groups are no records, whole as the file is.
      await readOdm(file, 'form').catch((error: unknown) => {
        if (!(error instanceof AecoderError)) throw error
      })
      return
    }
    case 'zip': {
      const limits = { unpackedBytes: UNPACKED, files: 100 }
      const archive = await openZip(file, { damage: 'FORMAT_DAMAGED', limits })
      for (const name of archive.names) for await (const _ of archive.open(name));
      return
    }
    default: {
      const { header, rows } = await openTable(file, { format: reader })
      header.forEach(check)
      for await (const batch of rows) for (const { fields } of batch) fields.forEach(check)
    }
  }
}

async function readOdm(file: SourceFile, record: OdmRecordKind): Promise<void> {
  const { records } = await openOdm(file, { record })
  for await (const batch of records)
    for (const { items } of batch) for (const value of items.values()) check(value ?? '')
}

function check(text: unknown): void {
  if (typeof text !== 'string' || !text.isWellFormed()) throw new Error(`a cell that is no text: ${typeof text}`)
}

const KINDS: { readonly [reader in TableFormat | 'odm']: readonly WrittenFormat[] } = {
  csv: ['csv'],
  odm: ['odm', 'odm-transactional'],
  'dataset-json': ['dataset-json', 'dataset-ndjson'],
  'dataset-xml': ['dataset-xml'],
  xport: ['xport'],
  arrow: ['arrow'],
  parquet: ['parquet'],
}

/** Whole files that a reader reads without an error: small, so that damage meets what matters. */
export async function listSeeds(reader: Fuzzed): Promise<readonly Buffer[]> {
  if (reader === 'zip') return [await toZip()]
  const kinds = reader === 'detect' ? Object.values(KINDS).flat() : KINDS[reader]
  const small = await Promise.all(kinds.flatMap((kind) => [2, 12].map((rows) => toExport(kind, { rows, seed: rows }))))
  const shapes = reader === 'detect' ? [] : listShapes(reader)
  return [...small, ...(reader === 'csv' ? small.map(toOtherDialect) : []), ...shapes]
}

function toOtherDialect(csv: Buffer, index: number): Buffer {
  const text = csv.toString('utf8').replaceAll(',', index % 2 === 0 ? ';' : '\t')
  return index % 2 === 0
    ? Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
    : Buffer.from(`\uFEFF${text.replaceAll('\n', '\r\n')}`)
}

async function toZip(): Promise<Buffer> {
  configure({ useWebWorkers: false })
  const zip = new ZipWriter(new BlobWriter())
  await zip.add('ae.csv', new TextReader((await toExport('csv', { rows: 20, seed: 1 })).toString()))
  await zip.add('sub/mh.csv', new TextReader('A,B\n1,2\n'))
  return Buffer.from(await (await zip.close()).arrayBuffer())
}

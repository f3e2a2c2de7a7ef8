/** The one door to everything that is a table: named columns and rows of texts, whatever the file is written in. */
import type { SourceFile } from '../../schemas/files.ts'
import type { TableFormat } from '../../schemas/formats.ts'
import { openArrow } from './arrow.ts'
import { type OpenCsvOptions, openCsv } from './csv.ts'
import { openDatasetJson } from './dataset-json.ts'
import { openDatasetXml } from './dataset-xml.ts'
import { openParquet } from './parquet.ts'
import type { Table } from './types.ts'
import { openXport } from './xport.ts'

/** `delimiter` and `encoding` are heeded by formats that have them. */
export interface OpenTableOptions extends OpenCsvOptions {
  readonly format: TableFormat
}

/**
 * Opens a table: its header is read, its rows come as they are asked for. `rows` must be consumed, be it only for one
 * batch: ending its loop closes the file. A value is the text that a CSV of the same data would hold; a missing one is ''.
 * @throws AecoderError what the format's reader throws for a file that cannot be trusted
 */
export async function openTable(file: SourceFile, { format, ...options }: OpenTableOptions): Promise<Table> {
  switch (format) {
    case 'csv':
      return openCsv(file, options)
    case 'dataset-json':
      return openDatasetJson(file, options)
    case 'dataset-xml':
      return openDatasetXml(file, options)
    case 'xport':
      return openXport(file, options)
    case 'arrow':
      return openArrow(file, options)
    case 'parquet':
      return openParquet(file, options)
  }
}

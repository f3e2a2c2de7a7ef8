/** The formats an export may come in: the names of study.json and of messages. */
export const EXPORT_FORMATS = ['csv', 'odm', 'dataset-json', 'dataset-xml', 'xport', 'arrow', 'parquet'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]
/** Those that are a table: named columns, and rows of them. */
export type TableFormat = Exclude<ExportFormat, 'odm'>
export const TABLE_FORMATS: readonly TableFormat[] = EXPORT_FORMATS.filter((format) => format !== 'odm')

/** What messages call them. */
export const FORMAT_NAMES: { readonly [format in ExportFormat]: string } = {
  csv: 'delimited text (CSV)',
  odm: 'ODM-XML',
  'dataset-json': 'Dataset-JSON',
  'dataset-xml': 'Dataset-XML',
  xport: 'SAS XPORT',
  arrow: 'Arrow',
  parquet: 'Parquet',
}

/** Writes the dataset of a domain: the coded rows as Arrow and CSV, and how each came by its code. One pass, flat memory. */
import { createHash } from 'node:crypto'
import { AecoderError } from '../../schemas/errors.ts'
import type { FileSink, Storage, WrittenFile } from '../../schemas/files.ts'
import type { CodedDomain, DatasetRow, RowCode } from '../../schemas/records.ts'
import { openArrowFile } from './arrow-file.ts'
import { type ColumnChoice, listCodingColumns, listDatasetColumns } from './columns.ts'
import { openCsvFile } from './csv-file.ts'
import { countCsvRecords, countRows } from './read-back.ts'
import type { TableFile } from './table-file.ts'

export interface DatasetOptions extends ColumnChoice {
  /** In the order of the dataset. */
  readonly rows: AsyncIterable<readonly DatasetRow[]>
  /** The date or time for which the dataset holds, as the manifest states it. */
  readonly asOf: string
  readonly storage: Storage
  /** Prefix of the files' names: empty, or a folder with its closing `/`, e.g. `runs/7f3a/`. */
  readonly folder: string
}

/** A file of a dataset. */
export interface DatasetFile extends WrittenFile {
  readonly rows: number
  /** Of a companion: how many of its rows have a code. */
  readonly coded?: number
  /** Of a companion in a dictionary beside the main one: that dictionary's name. */
  readonly beside?: string
}

interface Output {
  readonly file: TableFile<DatasetRow>
  readonly beside?: string
  /** What a companion tells of a row. */
  readonly codeOf?: (row: DatasetRow) => RowCode | undefined
}

const LABELS: { readonly [domain in CodedDomain]: string } = { AE: 'Adverse Events', MH: 'Medical History' }

/**
 * Writes `ae.arrow`, `coding_ae.arrow` and `ae.csv` (or those of MH), for each dictionary beside the main one a file like
 * `coding_mh_icd.arrow`, and reads them back to count their rows.
 * @returns what was written, in this order, and the number of rows
 * @throws AecoderError WRITE_FAILED when the storage takes no more; READBACK_MISMATCH when a file does not hold the rows
 *   that were written; CONFIG_INVALID when a carried column has a name that is taken. No unfinished file stands then.
 */
export async function writeDataset(options: DatasetOptions): Promise<{ files: DatasetFile[]; rows: number }> {
  const { storage, folder, domain } = options
  if (folder !== '' && !folder.endsWith('/')) throw new Error(`folder ${JSON.stringify(folder)} must end with a slash`)
  const base = domain.toLowerCase()
  const columns = listDatasetColumns(options)
  const sinks: FileSink[] = []
  const create = async (name: string) => {
    const sink = await storage.createFile(folder + name)
    sinks.push(sink)
    return sink
  }
  try {
    const tables: Output[] = [
      {
        file: openArrowFile({
          sink: await create(`${base}.arrow`),
          columns,
          metadata: toMetadata(options, { dataset: domain, label: LABELS[domain], standard: 'SDTMIG 3.4' }),
        }),
      },
      {
        file: openArrowFile({
          sink: await create(`coding_${base}.arrow`),
          columns: listCodingColumns(options),
          metadata: toMetadata(options, { dataset: `CODING_${domain}`, label: `Coding of ${LABELS[domain]}` }),
        }),
        codeOf: (row) => row,
      },
      { file: openCsvFile({ sink: await create(`${base}.csv`), columns }) },
    ]
    for (const [index, dictionary] of options.beside.entries()) {
      const name = `coding_${base}_${dictionary.id?.toLowerCase()}`
      tables.push({
        file: openArrowFile({
          sink: await create(`${name}.arrow`),
          columns: listCodingColumns(options, index),
          metadata: toMetadata(
            { ...options, dictionary },
            { dataset: name.toUpperCase(), label: `Coding of ${LABELS[domain]} in ${dictionary.name}` },
          ),
        }),
        beside: dictionary.name,
        codeOf: (row) => row.beside[index],
      })
    }
    let rows = 0
    const coded = tables.map(() => 0)
    for await (const batch of options.rows) {
      for (const [index, { file, codeOf }] of tables.entries()) {
        await file.write(batch)
        if (codeOf) for (const row of batch) if (codeOf(row)?.path) coded[index] = (coded[index] ?? 0) + 1
      }
      rows += batch.length
    }
    const files: DatasetFile[] = []
    for (const [index, { file, codeOf, beside }] of tables.entries())
      files.push({
        ...(await file.close()),
        rows,
        ...(codeOf ? { coded: coded[index] ?? 0 } : {}),
        ...(beside === undefined ? {} : { beside }),
      })
    for (const file of files) await confirmFile(storage, file)
    return { files, rows }
  } catch (error) {
    await Promise.allSettled(sinks.map((sink) => sink.abort()))
    throw error
  }
}

/** What a file says of itself. The order is the order in the file. */
function toMetadata(
  { protocol, dictionary, asOf }: DatasetOptions,
  own: { dataset: string; label: string; standard?: string },
): [string, string][] {
  return Object.entries({
    ...own,
    study: protocol,
    dictionary: dictionary.name,
    dictionary_version: dictionary.version,
    dictionary_language: dictionary.language,
    as_of: asOf,
  })
}

/** What stands there is read once: its rows are counted, and its bytes are those that were written. */
async function confirmFile(storage: Storage, { name, rows, sha256 }: DatasetFile): Promise<void> {
  const digest = createHash('sha256')
  const watched: Storage = {
    ...storage,
    async *read(file) {
      for await (const chunk of storage.read(file)) {
        digest.update(chunk)
        yield chunk
      }
    },
  }
  const found = name.endsWith('.csv') ? await countCsvRecords(watched, name) : await countRows(watched, name)
  const hash = digest.digest('hex')
  if (found === rows && hash === sha256) return
  throw new AecoderError('READBACK_MISMATCH', {
    where: `${storage.where}/${name}`,
    found: found === rows ? `other bytes read back (sha256 ${hash})` : `${found} rows read back`,
    expected: found === rows ? `those written (sha256 ${sha256})` : `the ${rows} rows written`,
    action: 'Check the disk, or what stands between here and the bucket, then run again: this file is not in force',
  })
}

/**
 * Ingest: one file of one source in, one outcome per row or record out. Knows the study's mapping and the two
 * formats; knows nothing of other files, of what is stored already, or of coding.
 */
import { assertNever } from '../../schemas/errors.ts'
import type { SourceFile } from '../../schemas/files.ts'
import type { RowOutcome } from '../../schemas/records.ts'
import type { SourceConfig, StudyConfig } from '../../schemas/study.ts'
import { openCsv, toRawText } from '../formats/csv.ts'
import { openOdm } from '../formats/odm.ts'
import type { OdmRecord, Table, TableRow } from '../formats/types.ts'
import { toDemographicsReader } from './demographics.ts'
import { type Mapping, resolveCsvMapping, resolveOdmMapping } from './mapping.ts'
import { type Located, type OutcomeReaderOptions, toOccurrenceReader, toRejected } from './occurrence.ts'
import { toTermWatch } from './term-watch.ts'

export interface ReadSourceOptions {
  readonly config: Pick<StudyConfig, 'study' | 'usubjid'>
  readonly source: SourceConfig
  readonly file: SourceFile
  /** Sees every chunk of the file once, in order: for a checksum or for progress. */
  readonly onBytes?: (chunk: Uint8Array) => void
}

/** A file of a source, opened: its header or root is read, its rows are still to come. */
export interface SourceReading {
  readonly encoding: string
  /** When the data stood like this, as the file says (ODM AsOfDateTime, else CreationDateTime); null for a CSV. */
  readonly asOf: string | null
  /** Exactly one outcome per row or record, in file order. Can be consumed once. */
  readonly batches: AsyncIterable<readonly RowOutcome[]>
}

/**
 * Opens one file of a source.
 * @throws AecoderError COLUMN_NOT_FOUND when the header lacks a column that study.json names; what the formats throw
 * for a file that cannot be trusted, here or while the batches are read
 */
export async function readSource({ config, source, file, onBytes }: ReadSourceOptions): Promise<SourceReading> {
  const opening = {
    ...(source.encoding === undefined ? {} : { encoding: source.encoding }),
    ...(onBytes === undefined ? {} : { onBytes }),
  }
  switch (source.format) {
    case 'csv': {
      const delimiter = source.delimiter === undefined ? {} : { delimiter: source.delimiter }
      const table = await openCsv(file, { ...opening, ...delimiter })
      const mapping = await resolveOrClose(source, table, file.name)
      const toRaw = (row: TableRow) => toRawText(row, table.delimiter)
      const readRow = toOutcomeReader({ config, source, mapping, toRaw })
      const toOutcome = (row: TableRow): RowOutcome =>
        row.problem === undefined
          ? readRow(row)
          : toRejected({ line: row.line, code: row.problem.code, reason: row.problem.text }, toRaw(row))
      return { encoding: table.encoding, asOf: null, batches: toBatches(table.rows, toOutcome) }
    }
    case 'odm': {
      const mapping = resolveOdmMapping(source)
      const { root, records } = await openOdm(file, { ...opening, record: source.record })
      const readRecord = toOutcomeReader({ config, source, mapping, toRaw: toRawRecord })
      const isForm = toOidTest(source.forms)
      const isGroup = toOidTest(source.groups)
      const watch = toTermWatch(mapping, { sourceId: source.id, fileName: file.name })
      const toOutcome = (record: OdmRecord): RowOutcome => {
        if (!isForm(record.formOid) || !isGroup(record.groupOid)) {
          return { kind: 'skipped', line: record.line, reason: 'other-form' }
        }
        watch.see(record)
        return readRecord(record)
      }
      const asOf = root.asOfDateTime ?? root.creationDateTime
      return { encoding: root.encoding, asOf, batches: toBatches(records, toOutcome, watch.check) }
    }
    default:
      return assertNever(source.format)
  }
}

/** A file whose columns are not the configured ones is closed before the error goes out. */
async function resolveOrClose(source: SourceConfig, table: Table, fileName: string): Promise<Mapping<TableRow>> {
  try {
    return resolveCsvMapping(source, table.header, fileName)
  } catch (error) {
    const rows = table.rows[Symbol.asyncIterator]()
    await rows.next().catch(() => undefined) // only a reading that has begun can be ended; its own errors come second
    await rows.return?.()
    throw error
  }
}

function toOutcomeReader<Row extends Located>(options: OutcomeReaderOptions<Row>): (row: Row) => RowOutcome {
  const { domain } = options.source
  return domain === 'DM' ? toDemographicsReader(options) : toOccurrenceReader({ ...options, domain })
}

async function* toBatches<Row>(
  rows: AsyncIterable<readonly Row[]>,
  toOutcome: (row: Row) => RowOutcome,
  checkAtEnd?: () => void,
): AsyncGenerator<readonly RowOutcome[]> {
  for await (const batch of rows) yield batch.map(toOutcome)
  checkAtEnd?.()
}

/** Whether an OID fits one of the patterns (`F_AE*` also fits the versioned F_AE_V10); every one does without patterns. */
function toOidTest(patterns: readonly string[] | undefined): (oid: string | null) => boolean {
  if (patterns === undefined) return () => true
  const sources = patterns.map((pattern) =>
    pattern.replace(/[.*+?^${}()|[\]\\]/g, (character) => (character === '*' ? '.*' : `\\${character}`)),
  )
  const expression = new RegExp(`^(?:${sources.join('|')})$`, 's')
  const verdicts = new Map<string, boolean>() // a file has few OIDs and many records
  return (oid) => {
    if (oid === null) return false
    let verdict = verdicts.get(oid)
    if (verdict === undefined) {
      verdict = expression.test(oid)
      verdicts.set(oid, verdict)
    }
    return verdict
  }
}

/** An ODM record as one line of JSON: where it stands, then its items. */
function toRawRecord({ items, ...place }: OdmRecord): string {
  const known = Object.entries(place).filter(([name, value]) => value !== null && name !== 'line')
  return JSON.stringify({ ...Object.fromEntries(known), items: Object.fromEntries(items) })
}

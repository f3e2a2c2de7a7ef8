/**
 * Ingest: one file of one source in, one outcome per row or record out. Knows the study's mapping and the
 * formats; knows nothing of other files, of what is stored already, or of coding.
 */
import { AecoderError } from '../../schemas/errors.ts'
import type { SourceFile } from '../../schemas/files.ts'
import { type ExportFormat, FORMAT_NAMES, type TableFormat } from '../../schemas/formats.ts'
import type { RowOutcome } from '../../schemas/records.ts'
import type { SourceConfig, StudyConfig } from '../../schemas/study.ts'
import type { FileStructure } from '../../schemas/transfers.ts'
import { toRawText } from '../formats/csv.ts'
import { detectFormat, toFormat } from '../formats/detect.ts'
import { openOdm } from '../formats/odm.ts'
import { openTable } from '../formats/open-table.ts'
import type { OdmRecord, Table, TableRow } from '../formats/types.ts'
import { toChangeReader, toRemovalReader } from './changes.ts'
import { toDemographicsReader } from './demographics.ts'
import { KeyTable } from './key-table.ts'
import { type Mapping, REMEMBERED_OIDS, resolveCsvMapping, resolveOdmMapping, toFormOf } from './mapping.ts'
import { type Located, type OutcomeReaderOptions, toOccurrenceReader, toRejected, toRowIdReader } from './occurrence.ts'
import { StructureWatch } from './structure-watch.ts'
import { toTermWatch } from './term-watch.ts'

export interface ReadSourceOptions {
  readonly config: Pick<StudyConfig, 'study' | 'usubjid'>
  readonly source: SourceConfig
  readonly file: SourceFile
  /** The file's first bytes where they are known, `DETECTED_BYTES` of them: it is not opened for them then. */
  readonly beginning?: Uint8Array
  /** Sees every chunk of the file once, in order: for a checksum or for progress. */
  readonly onBytes?: (chunk: Uint8Array) => void
}

/** A file of a source, opened: its header or root is read, its rows are still to come. */
export interface SourceReading {
  readonly encoding: string
  /** When the data stood like this, as the file says (ODM AsOfDateTime, else CreationDateTime); null where it does not. */
  readonly asOf: string | null
  /** Whether rows state records as they are, or what has changed of them, in file order. */
  readonly states: 'everything' | 'changes'
  /** Exactly one outcome per row or record, in file order. Can be consumed once. */
  readonly batches: AsyncIterable<readonly RowOutcome[]>
  /** What the file is made of, as far as it was read. */
  readonly structure: () => FileStructure
}

/**
 * Opens one file of a source.
 * @throws AecoderError COLUMN_NOT_FOUND when the header lacks a column that study.json names; FORMAT_MISMATCH for a file
 * that is not in the source's format; what the formats throw for a file that cannot be trusted, here or while the
 * batches are read
 */
export async function readSource(options: ReadSourceOptions): Promise<SourceReading> {
  const format = await findFormat(options)
  return format === 'odm' ? await readOdmSource(options) : await readTableSource(options, format)
}

/** The format of a file: what it is, which must be what study.json says, if it says. */
async function findFormat({ source: { id, format }, file, beginning }: ReadSourceOptions): Promise<ExportFormat> {
  const found = beginning === undefined ? await detectFormat(file) : toFormat(beginning, file.name)
  if (found === 'zip') {
    throw new AecoderError('FORMAT_MISMATCH', {
      where: file.name,
      found: 'a zip archive',
      expected: 'one file',
      action: /\.zip\//i.test(file.name)
        ? 'Unpack the archive it stands in'
        : `Name the files in it, in "files" of source "${id}": ${file.name}/*.csv`,
    })
  }
  if (format === undefined || format === found) return found
  throw new AecoderError('FORMAT_MISMATCH', {
    where: file.name,
    found: beginning?.length === 0 ? 'the file is empty' : `the file is ${FORMAT_NAMES[found]}`,
    expected: `${FORMAT_NAMES[format]}, as source "${id}" says`,
    action: 'Check that this is the right file, or correct "format" in study.json',
  })
}

async function readTableSource(
  { config, source, file, onBytes }: ReadSourceOptions,
  format: TableFormat,
): Promise<SourceReading> {
  if (!('subject' in source.map)) {
    throw new AecoderError('CONFIG_INVALID', {
      where: `study.json: source "${source.id}"`,
      found: `no map.subject, and ${file.name} is ${FORMAT_NAMES[format]}`,
      action: 'Name the column that holds the subject id',
    })
  }
  const dialect = {
    ...(source.delimiter === undefined ? {} : { delimiter: source.delimiter }),
    ...(source.escape === undefined ? {} : { escape: source.escape }),
    ...(source.headerLine === undefined ? {} : { headerLine: source.headerLine }),
  }
  const open = async (onRead: ReadSourceOptions['onBytes']) =>
    await openTable(file, { format, ...toOpening(source, onRead), ...dialect })
  const table = await open(onBytes)
  const mapping = await resolveOrClose(source, table, file.name)
  const toRaw = (row: TableRow) => toRawText(row, table.delimiter)
  const readRow = toOutcomeReader({ config, source, mapping, toRaw })
  const watch = new StructureWatch({
    name: file.name,
    format,
    columns: table.header,
    ...(format === 'csv' ? { delimiter: table.delimiter } : {}),
  })
  const toOutcome = (row: TableRow): RowOutcome => {
    if (row.problem !== undefined)
      return toRejected({ line: row.line, code: row.problem.code, reason: row.problem.text }, toRaw(row))
    watch.seeStudy(mapping.study(row))
    return readRow(row)
  }
  const { encoding, asOf } = table
  const structure = () => watch.read()
  const states = 'everything'
  if (source.rows !== 'changes') return { encoding, asOf, states, batches: toBatches(table.rows, toOutcome), structure }
  const readId = toRowIdReader({ config, source, mapping, toRaw })
  return {
    encoding,
    asOf,
    states,
    batches: toLastStates(table, { toOutcome, readId, toRaw, openAgain: () => open(undefined) }),
    structure,
  }
}

/**
 * The outcomes of rows that are states of records: of each record the last row counts, those before it are superseded.
 * Which one is the last is found by reading the file once more beforehand; only a few bytes a record are kept of that.
 */
async function* toLastStates(
  table: Table,
  {
    toOutcome,
    readId,
    toRaw,
    openAgain,
  }: {
    toOutcome: (row: TableRow) => RowOutcome
    readId: (row: TableRow) => string | undefined
    toRaw: (row: TableRow) => string
    openAgain: () => Promise<Table>
  },
): AsyncGenerator<readonly RowOutcome[]> {
  const lastLines = new KeyTable()
  const ids = (row: TableRow) => (row.problem === undefined ? readId(row) : undefined)
  for await (const batch of (await openAgain()).rows)
    for (const row of batch) {
      const id = ids(row)
      if (id !== undefined) lastLines.set(id, row.line)
    }
  yield* toBatches(table.rows, (row) => {
    const id = ids(row)
    if (id === undefined || lastLines.get(id) === row.line) return toOutcome(row)
    return { kind: 'superseded', line: row.line, raw: toRaw(row) }
  })
}

async function readOdmSource({ config, source, file, onBytes }: ReadSourceOptions): Promise<SourceReading> {
  const mapping = resolveOdmMapping(source)
  const toForm = toFormOf(source.formVersion)
  const isForm = toOidTest(source.forms)
  const isGroup = toOidTest(source.groups)
  const isWanted = (formOid: string | null, groupOid: string | null) => isForm(formOid) && isGroup(groupOid)
  const { root, records } = await openOdm(file, { ...toOpening(source, onBytes), record: source.record, isWanted })
  const options = { config, source, mapping, toRaw: toRawRecord }
  const { isTransactional } = root
  const readRecord = isTransactional ? await toReaderOrClose(options, records) : toOutcomeReader(options)
  const readRemoval = toRemovalReader(options)
  const watch = toTermWatch(mapping, {
    sourceId: source.id,
    fileName: file.name,
    field: `${source.domain}TERM`,
  })
  const { fileOid, priorFileOid } = root
  const oids = isTransactional ? { oids: { fileOid, priorFileOid } } : {}
  const structure = new StructureWatch({ name: file.name, format: 'odm', columns: [], ...oids })
  const toOutcome = (record: OdmRecord): RowOutcome => {
    structure.seeStudy(mapping.study(record))
    const { level, says, line, formOid, groupOid } = record
    const isOfSource =
      level === 'subject' || level === 'event' || (level === 'form' ? isForm(formOid) : isWanted(formOid, groupOid))
    if (!isOfSource) {
      structure.seeOther(formOid)
      return { kind: 'skipped', line, reason: 'other-form' }
    }
    // What a snapshot calls removed is in it by name; a file of changes says of its removals nothing but where they are.
    if (says !== 'removal' || !isTransactional) structure.seeRecord(record)
    if (says === 'removal') return readRemoval(record)
    watch.see(record)
    return readRecord(record)
  }
  return {
    encoding: root.encoding,
    asOf: root.asOfDateTime ?? root.creationDateTime,
    states: isTransactional ? 'changes' : 'everything',
    // A file of changes need not name the term anywhere.
    batches: toBatches(records, toOutcome, isTransactional ? undefined : watch.check),
    structure: () => {
      const { forms, otherForms, ...rest } = structure.read()
      return { ...rest, forms: forms.map(toForm), otherForms: otherForms.map(toForm) }
    },
  }
}

function toOpening({ encoding }: SourceConfig, onBytes: ReadSourceOptions['onBytes']) {
  return { ...(encoding === undefined ? {} : { encoding }), ...(onBytes === undefined ? {} : { onBytes }) }
}

/** A file whose columns are not the configured ones is closed before the error goes out. */
async function resolveOrClose(source: SourceConfig, table: Table, fileName: string): Promise<Mapping<TableRow>> {
  try {
    return resolveCsvMapping(source, table.header, fileName)
  } catch (error) {
    await close(table.rows)
    throw error
  }
}

async function toReaderOrClose(
  options: OutcomeReaderOptions<OdmRecord>,
  records: AsyncIterable<readonly OdmRecord[]>,
): Promise<(record: OdmRecord) => RowOutcome> {
  try {
    return toChangeReader(options)
  } catch (error) {
    await close(records)
    throw error
  }
}

async function close(rows: AsyncIterable<unknown>): Promise<void> {
  const reading = rows[Symbol.asyncIterator]()
  await reading.next().catch(() => undefined) // only a reading that has begun can be ended; its own errors come second
  await reading.return?.()
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
      if (verdicts.size >= REMEMBERED_OIDS) verdicts.clear()
      verdict = expression.test(oid)
      verdicts.set(oid, verdict)
    }
    return verdict
  }
}

/** What a record's raw text leaves out: where it stands in the file, and what is the same for all of them. */
const NOT_RAW: ReadonlySet<string> = new Set(['line', 'says', 'level'])

/** An ODM record as one line of JSON: where it stands, then its items. */
function toRawRecord({ items, ...place }: OdmRecord): string {
  const known = Object.entries(place).filter(([name, value]) => value !== null && !NOT_RAW.has(name))
  return JSON.stringify({ ...Object.fromEntries(known), items: Object.fromEntries(items) })
}

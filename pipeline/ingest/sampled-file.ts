/** The beginning of an export, as far as a study.json can be proposed from it: names, sampled rows, traits. */
import { AecoderError } from '../../schemas/errors.ts'
import type { SourceFile } from '../../schemas/files.ts'
import type { TableFormat } from '../../schemas/formats.ts'
import { detectFormat } from '../formats/detect.ts'
import { openOdm } from '../formats/odm.ts'
import { type OdmFacts, readOdmFacts } from '../formats/odm-facts.ts'
import { openTable } from '../formats/open-table.ts'
import type { OdmRecord, Table } from '../formats/types.ts'
import { toPlainName } from './column-names.ts'
import { EncodingCheck } from './encoding-check.ts'
import type { Traits } from './recognise.ts'

export interface SampledTable {
  readonly kind: 'table'
  readonly file: SourceFile
  readonly traits: Traits
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly delimiter: string
  /** Lines above the header. */
  readonly linesAbove: number
  /** Set where the file is not in the encoding that would be taken without a word; `''` where it cannot be told. */
  readonly encoding?: string
  /** Set where other lines stand above the one that names the columns. */
  readonly headerLine?: number
  /** Opens the file anew, from its beginning. */
  readonly open: () => Promise<Table>
}

/** The records of one item group of one form. */
export interface SampledGroup {
  readonly form: string | null
  readonly group: string | null
  /** ItemOIDs, in the order in which they were met. */
  readonly items: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** All there are, beyond the sample too. */
  readonly records: number
  /** Whether an instance of the form holds several. */
  readonly isRepeating: boolean
}

export interface SampledOdm {
  readonly kind: 'odm'
  readonly file: SourceFile
  readonly traits: Traits
  readonly facts: OdmFacts
  readonly groups: readonly SampledGroup[]
}

export type SampledFile = SampledTable | SampledOdm

/** Characters that are kept of a file; beyond them few rows of each item group are enough, and none of a table. */
const SAMPLE = { most: 48 * 1024 * 1024, few: 50 }

/** V8 copies texts up to this length; a longer value is a view that keeps its whole block of the file in memory. */
const LONGEST_COPIED = 12

/** Tried where the bytes are not what the file says or UTF-8; of those that fit equally well the first is taken. */
const WESTERN = ['windows-1252', 'iso-8859-15', 'macintosh']

/**
 * Samples a file of an export.
 * @param sampleRows rows that are kept of a table, and of each item group
 * @throws AecoderError FORMAT_UNKNOWN, and what the format's reader throws for a file that cannot be trusted
 */
export async function sampleFile(file: SourceFile, sampleRows: number): Promise<SampledFile> {
  const format = await detectFormat(file)
  if (format === 'zip') {
    throw new AecoderError('FORMAT_UNKNOWN', {
      where: file.name,
      found: 'an archive within an archive',
      action: 'Unpack the archive it stands in',
    })
  }
  return format === 'odm' ? await sampleOdm(file, sampleRows) : await sampleTable(file, { format, sampleRows })
}

async function sampleTable(
  file: SourceFile,
  { format, sampleRows }: { format: TableFormat; sampleRows: number },
): Promise<SampledTable> {
  try {
    return await sampleIn(file, { format, sampleRows })
  } catch (error) {
    if (format !== 'csv' || !isEncodingError(error)) throw error
    return await sampleInFurther(file, { sampleRows, error })
  }
}

function isEncodingError(error: unknown): error is AecoderError {
  return error instanceof AecoderError && error.code === 'ENCODING'
}

/**
 * In the encoding in which the fewest words look wrong; without the encoding where none makes words.
 * @param error what the file was refused for before; thrown where no other encoding can be
 */
async function sampleInFurther(
  file: SourceFile,
  { sampleRows, error }: { sampleRows: number; error: AecoderError },
): Promise<SampledTable> {
  const read = async (encoding: string) => {
    const check = new EncodingCheck()
    try {
      return [{ table: await sampleIn(file, { format: 'csv', sampleRows, encoding, check }), check }]
    } catch (other) {
      if (!isEncodingError(other)) throw other
      return []
    }
  }
  const western = []
  for (const encoding of WESTERN) western.push(...(await read(encoding)))
  if (western.some(({ check }) => check.isMixed)) {
    throw new AecoderError('ENCODING', {
      ...error.facts,
      found: `${error.facts.found}, and other letters of the file are: it mixes encodings`,
      action: 'Have the export written in one encoding, best UTF-8: no setting reads all of it rightly',
    })
  }
  // The sort is stable: among equals the order of the encodings decides.
  const [best] = western.filter(({ check }) => check.isWestern).toSorted((a, b) => a.check.wrong - b.check.wrong)
  if (best !== undefined) return best.table
  const [japanese] = await read('shift_jis')
  if (japanese?.check.isJapanese) return japanese.table
  const [readable] = [...western, ...(japanese === undefined ? [] : [japanese])]
  if (readable === undefined) throw error
  return { ...readable.table, encoding: '' }
}

async function sampleIn(
  file: SourceFile,
  given: { format: TableFormat; sampleRows: number; encoding?: string; check?: EncodingCheck },
): Promise<SampledTable> {
  const { format, encoding } = given
  const openAt = (headerLine?: number) =>
    openTable(file, {
      format,
      ...(encoding === undefined ? {} : { encoding }),
      ...(headerLine === undefined ? {} : { headerLine }),
    })
  // All rows are decoded: that a file is no UTF-8 may show at its very end.
  const first = await readTable(await openAt(), given)
  const headerLine = format === 'csv' ? findHeaderAgain(first) : undefined
  const open = () => openAt(headerLine)
  const { header, rows, delimiter, linesAbove } =
    headerLine === undefined ? first : await readTable(await open(), given)
  return {
    kind: 'table',
    file,
    traits: { name: file.name, format, header, delimiter },
    header,
    rows,
    delimiter,
    linesAbove,
    open,
    ...(encoding === undefined ? {} : { encoding }),
    ...(headerLine === undefined ? {} : { headerLine }),
  }
}

async function readTable(table: Table, { sampleRows, check }: { sampleRows: number; check?: EncodingCheck }) {
  const rows: (readonly string[])[] = []
  let held = 0
  let firstLine: number | undefined
  if (check !== undefined) for (const name of table.header) check.see(name)
  for await (const batch of table.rows)
    for (const { line, fields, problem } of batch) {
      firstLine ??= line
      if (check !== undefined) for (const text of fields) check.see(text)
      if (problem !== undefined || rows.length >= sampleRows || held > SAMPLE.most) continue
      held += toWeight(fields)
      rows.push(fields)
    }
  return { header: table.header, rows, delimiter: table.delimiter, linesAbove: table.linesAbove ?? 0, firstLine }
}

/** Viedoc names its columns twice, by label and by id: no row of data says again what its columns are called. */
function findHeaderAgain({ header, rows, firstLine }: Awaited<ReturnType<typeof readTable>>): number | undefined {
  const [first] = rows
  if (first === undefined || first.some((cell) => cell.trim() === '') || new Set(first).size < first.length)
    return undefined
  const same = header.filter((name, at) => toPlainName(name) === toPlainName(first[at] ?? ''))
  return same.length >= 3 ? firstLine : undefined
}

/** What a row takes, in characters. */
function toWeight(fields: readonly string[]): number {
  return fields.reduce((sum, field) => sum + field.length + 16, 0)
}

interface OpenGroup {
  readonly form: string | null
  readonly group: string | null
  readonly items: Map<string, number>
  readonly rows: string[][]
  records: number
  isRepeating: boolean
  /** Where the last record stood. */
  place: string
}

async function sampleOdm(file: SourceFile, sampleRows: number): Promise<SampledOdm> {
  const facts = await readOdmFacts(file)
  const { records } = await openOdm(file, { record: 'group' })
  const groups = new Map<string, OpenGroup>()
  let held = 0
  for await (const batch of records)
    for (const record of batch) {
      const most = held < SAMPLE.most ? sampleRows : Math.min(SAMPLE.few, sampleRows)
      held += addRecord(groups, { record, most })
    }
  const sampled = [...groups.values()].map((group) => ({
    form: group.form,
    group: group.group,
    items: [...group.items.keys()],
    rows: group.rows.map((row) => Array.from({ length: group.items.size }, (_, index) => row[index] ?? '')),
    records: group.records,
    isRepeating: group.isRepeating,
  }))
  const list = (oids: readonly (string | null)[]) => [...new Set(oids.filter((oid) => oid !== null))]
  const oids = {
    forms: list(sampled.map(({ form }) => form)),
    groups: list(sampled.map(({ group }) => group)),
    items: list(sampled.flatMap(({ items }) => items)),
  }
  const traits: Traits = { name: file.name, format: 'odm', header: [], delimiter: '', odm: facts, oids }
  return { kind: 'odm', file, traits, facts, groups: sampled }
}

/** @param most rows that are kept of its group. @returns what is kept of it, in characters */
function addRecord(groups: Map<string, OpenGroup>, { record, most }: { record: OdmRecord; most: number }): number {
  const { formOid, groupOid } = record
  const key = JSON.stringify([formOid, groupOid])
  const group: OpenGroup = groups.get(key) ?? {
    form: formOid,
    group: groupOid,
    items: new Map(),
    rows: [],
    records: 0,
    isRepeating: false,
    place: '',
  }
  groups.set(key, group)
  group.records++
  const { subjectKey, eventOid, eventRepeatKey, formRepeatKey } = record
  const place = JSON.stringify([subjectKey, eventOid, eventRepeatKey, formRepeatKey])
  group.isRepeating ||= place === group.place
  group.place = place
  if (group.rows.length >= most) return 0
  const row: string[] = []
  for (const [oid, value] of record.items) {
    if (!group.items.has(oid)) group.items.set(oid, group.items.size)
    row[group.items.get(oid) ?? 0] = toCopy(value ?? '')
  }
  group.rows.push(row)
  return toWeight(Array.from(row, (value) => value ?? ''))
}

/** The text by itself: rows are kept of all places of a file, which would be kept with them. */
function toCopy(text: string): string {
  return text.length <= LONGEST_COPIED ? text : Buffer.from(text, 'utf16le').toString('utf16le')
}

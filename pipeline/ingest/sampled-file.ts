/** The beginning of an export, as far as a study.json can be proposed from it: names, sampled rows, traits. */
import { AecoderError } from '../../schemas/errors.ts'
import type { SourceFile } from '../../schemas/files.ts'
import type { TableFormat } from '../../schemas/formats.ts'
import { detectFormat } from '../formats/detect.ts'
import { openOdm } from '../formats/odm.ts'
import { type OdmFacts, readOdmFacts } from '../formats/odm-facts.ts'
import { openTable } from '../formats/open-table.ts'
import type { OdmRecord, Table } from '../formats/types.ts'
import type { Traits } from './recognise.ts'

export interface SampledTable {
  readonly kind: 'table'
  readonly file: SourceFile
  readonly traits: Traits
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly delimiter: string
  /** Set where the file is not in the encoding that would be taken without a word. */
  readonly encoding?: string
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

/** Tried in this order where the bytes are not what the file says or UTF-8; windows-1252 has nearly all of the others. */
const FURTHER_ENCODINGS = ['windows-1252', 'iso-8859-15', 'macintosh']

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
  for (const encoding of [undefined, ...(format === 'csv' ? FURTHER_ENCODINGS : [])]) {
    const open = () => openTable(file, { format, ...(encoding === undefined ? {} : { encoding }) })
    try {
      // All rows are decoded: that a file is no UTF-8 may show at its very end.
      const { header, rows, delimiter } = await readTable(await open(), sampleRows)
      const traits = { name: file.name, format, header, delimiter }
      return {
        kind: 'table',
        file,
        traits,
        header,
        rows,
        delimiter,
        open,
        ...(encoding === undefined ? {} : { encoding }),
      }
    } catch (error) {
      if (!(error instanceof AecoderError) || error.code !== 'ENCODING' || encoding === FURTHER_ENCODINGS.at(-1))
        throw error
    }
  }
  throw new Error('the last encoding is read or throws')
}

async function readTable(table: Table, sampleRows: number) {
  const rows: (readonly string[])[] = []
  for await (const batch of table.rows)
    for (const row of batch) if (row.problem === undefined && rows.length < sampleRows) rows.push(row.fields)
  return { header: table.header, rows, delimiter: table.delimiter }
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
  for await (const batch of records) for (const record of batch) addRecord(groups, { record, sampleRows })
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

function addRecord(
  groups: Map<string, OpenGroup>,
  { record, sampleRows }: { record: OdmRecord; sampleRows: number },
): void {
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
  if (group.rows.length >= sampleRows) return
  const row: string[] = []
  for (const [oid, value] of record.items) {
    if (!group.items.has(oid)) group.items.set(oid, group.items.size)
    row[group.items.get(oid) ?? 0] = value ?? ''
  }
  group.rows.push(row)
}

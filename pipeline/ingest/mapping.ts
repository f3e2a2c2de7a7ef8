/**
 * A source's mapping, resolved: the words and columns of study.json become readers of CSV rows or ODM records.
 * Knows where a value stands; knows nothing of what it means.
 */
import { distance } from 'fastest-levenshtein'
import { AecoderError } from '../../schemas/errors.ts'
import {
  type ColumnRef,
  type Condition,
  type SourceConfig,
  STRUCTURE_WORDS,
  type StructureWord,
  toVersionPattern,
} from '../../schemas/study.ts'
import type { OdmRecord, TableRow } from '../formats/types.ts'

/** Takes one value out of a row or record, as written; null where the export has none. */
export type Reader<Row> = (row: Row) => string | null

export interface NamedReader<Row> {
  /** The CDASH or SDTM word, or the column's name where it is carried or part of the key. */
  readonly name: string
  /** The column or ItemOID the value comes from; null for a constant. */
  readonly column: string | null
  readonly read: Reader<Row>
}

export interface ConditionReader<Row> {
  readonly read: Reader<Row>
  readonly accepted: ReadonlySet<string>
}

/** Everything ingest reads of a row or record. Resolved once per file. */
export interface Mapping<Row> {
  readonly structure: { readonly [word in StructureWord]: NamedReader<Row> }
  /** The key columns of study.json. */
  readonly record: readonly NamedReader<Row>[]
  /** The reported term; null for demographics. */
  readonly term: NamedReader<Row> | null
  /** Mapped variables but the term, and carried columns. */
  readonly context: readonly NamedReader<Row>[]
  /** What shows that somebody filled the record in: term and context without constants, key and structure columns. */
  readonly evidence: readonly Reader<Row>[]
  readonly only: readonly ConditionReader<Row>[]
  readonly noEvent: readonly ConditionReader<Row>[]
}

/** How one format is read: a column by its name, and the structure where no column is mapped to it. */
interface Layout<Row> {
  findColumn(name: string, field: string): Reader<Row>
  readonly structure: { readonly [word in StructureWord]: Reader<Row> }
}

const absent = (): null => null

/**
 * Resolves a CSV source against the header of one file.
 * @param fileName how to name the file in messages
 * @throws AecoderError COLUMN_NOT_FOUND naming every column that is not in the header, its field and the nearest names
 */
export function resolveCsvMapping(
  source: SourceConfig,
  header: readonly string[],
  fileName: string,
): Mapping<TableRow> {
  const indexes = new Map(header.map((name, index) => [name, index]))
  const missing: { field: string; column: string }[] = []
  const mapping = resolveMapping<TableRow>(source, {
    findColumn(name, field) {
      const index = indexes.get(name)
      if (index === undefined) {
        missing.push({ field, column: name })
        return absent
      }
      return (row) => row.fields[index] ?? null
    },
    structure: {
      subject: absent,
      subjectKey: absent,
      site: absent,
      event: absent,
      eventRepeat: absent,
      form: absent,
      formRepeat: absent,
      group: absent,
      groupRepeat: absent,
    },
  })
  if (missing.length > 0) throw toColumnNotFound(source, header, { fileName, missing })
  return mapping
}

/**
 * Resolves an ODM source: columns are ItemOIDs, and the structure around the items gives what is not mapped.
 * @throws AecoderError CONFIG_INVALID when item groups are named although a record is a whole form
 */
export function resolveOdmMapping(source: SourceConfig): Mapping<OdmRecord> {
  if (source.record === 'form' && source.groups !== undefined) {
    throw new AecoderError('CONFIG_INVALID', {
      where: `study.json: source "${source.id}"`,
      found: 'groups: a record is a whole form here, and holds all its groups',
      action: 'Name the forms instead, or set "record" to "group"',
    })
  }
  const toForm = toFormOf(source.formVersion)
  return resolveMapping<OdmRecord>(source, {
    findColumn: (oid, field) =>
      field === 'map.subjectKey' && oid === SUBJECT_KEY
        ? (record) => record.subjectKey
        : (record) => record.items.get(oid) ?? null,
    structure: {
      // A vendor's human id is what people and other exports call the subject; SubjectKey may be a UUID.
      subject: (record) => record.studySubjectId ?? record.subjectKey,
      subjectKey: absent,
      site: (record) => record.siteOid,
      event: (record) => record.eventOid,
      eventRepeat: (record) => record.eventRepeatKey,
      form: (record) => toForm(record.formOid),
      formRepeat: (record) => record.formRepeatKey,
      group: (record) => record.groupOid,
      groupRepeat: (record) => record.groupRepeatKey,
    },
  })
}

/** What `map.subjectKey` names where it is the attribute of an ODM's SubjectData, and no item. */
export const SUBJECT_KEY = 'SubjectKey'

/** A FormOID without its version: a form with a new version is the same form. */
function toFormOf(version: string | undefined): (oid: string | null) => string | null {
  if (version === undefined) return (oid) => oid
  const pattern = toVersionPattern(version)
  const known = new Map<string, string>() // a file has few OIDs and many records
  return (oid) => {
    if (oid === null) return null
    let form = known.get(oid)
    if (form === undefined) {
      form = oid.replace(pattern, '')
      known.set(oid, form)
    }
    return form
  }
}

/** Whether a text shows nothing: absent, empty or white space only. */
export function isBlank(text: string | null): boolean {
  return text === null || text.trim() === ''
}

function resolveMapping<Row>(source: SourceConfig, layout: Layout<Row>): Mapping<Row> {
  const toStructureReader = (word: StructureWord): NamedReader<Row> => {
    const ref = source.map[word]
    return ref === undefined
      ? { name: word, column: null, read: layout.structure[word] }
      : toMappedReader(word, ref, layout)
  }
  const structure = {
    subject: toStructureReader('subject'),
    subjectKey: toStructureReader('subjectKey'),
    site: toStructureReader('site'),
    event: toStructureReader('event'),
    eventRepeat: toStructureReader('eventRepeat'),
    form: toStructureReader('form'),
    formRepeat: toStructureReader('formRepeat'),
    group: toStructureReader('group'),
    groupRepeat: toStructureReader('groupRepeat'),
  }
  const record = source.key.map((column, index) => toColumnReader(column, `key[${index}]`, layout))

  const termWord = `${source.domain}TERM`
  let term: NamedReader<Row> | null = null
  const context: NamedReader<Row>[] = []
  for (const [word, ref] of Object.entries(source.map)) {
    if ((STRUCTURE_WORDS as readonly string[]).includes(word)) continue
    const reader = toMappedReader(word, ref, layout)
    if (word === termWord) term = reader
    else context.push(reader)
  }
  for (const [index, column] of source.carry.entries()) {
    const reader = toColumnReader(column, `carry[${index}]`, layout)
    const namesake = [...context, ...(term ? [term] : [])].find((known) => known.name === column)
    if (namesake === undefined) context.push(reader)
    else if (namesake.column !== column) throw toNameClash(source, { field: `carry[${index}]`, column, namesake })
  }

  const placing = new Set([...source.key, ...Object.values(structure).map((reader) => reader.column)])
  const evidence = [...(term ? [term] : []), ...context].filter((reader) => !placing.has(reader.column))
  return {
    structure,
    record,
    term,
    context,
    evidence: evidence.filter((reader) => reader.column !== null).map((reader) => reader.read),
    only: toConditionReaders(source.only, 'only', layout),
    noEvent: toConditionReaders(source.noEvent, 'noEvent', layout),
  }
}

function toColumnReader<Row>(column: string, field: string, layout: Layout<Row>): NamedReader<Row> {
  return { name: column, column, read: layout.findColumn(column, field) }
}

function toMappedReader<Row>(word: string, ref: ColumnRef, layout: Layout<Row>): NamedReader<Row> {
  if (typeof ref === 'string') return { ...toColumnReader(ref, `map.${word}`, layout), name: word }
  if ('constant' in ref) return { name: word, column: null, read: () => ref.constant }
  const { column, read } = toColumnReader(ref.column, `map.${word}`, layout)
  if (ref.values === undefined) return { name: word, column, read }
  const values = new Map(Object.entries(ref.values))
  return {
    name: word,
    column,
    read: (row) => {
      const text = read(row)
      return text === null ? null : (values.get(text.trim()) ?? text)
    },
  }
}

function toConditionReaders<Row>(
  conditions: readonly Condition[],
  field: string,
  layout: Layout<Row>,
): ConditionReader<Row>[] {
  return conditions.map((condition, index) => ({
    read: layout.findColumn(condition.column, `${field}[${index}].column`),
    accepted: new Set(condition.in.map((value) => value.trim())),
  }))
}

function toNameClash<Row>(
  source: SourceConfig,
  { field, column, namesake }: { field: string; column: string; namesake: NamedReader<Row> },
): AecoderError {
  return new AecoderError('CONFIG_INVALID', {
    where: `study.json: source "${source.id}"`,
    found: `${field}: the column "${column}" would stand beside map.${namesake.name}, another column under the same name`,
    action: 'Remove it, or map it instead',
  })
}

function toColumnNotFound(
  source: SourceConfig,
  header: readonly string[],
  { fileName, missing }: { fileName: string; missing: readonly { field: string; column: string }[] },
): AecoderError {
  const lines = missing.map(({ field, column }) => {
    const nearest = listNearest(column, header).map((name) => `"${name}"`)
    return `${field} names the column "${column}"${nearest.length > 0 ? `; nearest: ${nearest.join(', ')}` : ''}`
  })
  const [only] = lines
  return new AecoderError('COLUMN_NOT_FOUND', {
    where: `study.json: source "${source.id}"`,
    found:
      lines.length === 1
        ? `${only}: it is not in the header of ${fileName}`
        : `${lines.length} columns are not in the header of ${fileName}:\n${lines.map((line) => `  - ${line}`).join('\n')}`,
    action: 'Correct the field in study.json, or check that this is the right file',
  })
}

/** The names most like the one asked for, case aside; where none is much like it, the three that are least unlike. */
function listNearest(name: string, header: readonly string[]): string[] {
  const wanted = name.toLowerCase()
  const ranked = header
    .map((known) => ({ known, edits: distance(wanted, known.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)
    .slice(0, 3)
  const near = ranked.filter(({ edits }) => edits <= wanted.length / 2)
  return (near.length > 0 ? near : ranked).map(({ known }) => known)
}

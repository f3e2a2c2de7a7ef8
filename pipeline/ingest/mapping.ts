/**
 * A source's mapping, resolved: the words and columns of study.json become readers of CSV rows or ODM records.
 * Knows where a value stands; knows nothing of what it means.
 */
import { distance } from 'fastest-levenshtein'
import { AecoderError } from '../../schemas/errors.ts'
import {
  type ColumnRef,
  type Condition,
  isPlaceWord,
  listKeyColumns,
  type SourceConfig,
  STUDY_WORD,
  type StructureWord,
  toVersionPattern,
} from '../../schemas/study.ts'
import type { OdmRecord, TableRow } from '../formats/types.ts'
import { isWide, listNumbers, toColumnAt, toNumberFinder } from './slots.ts'

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

/** A place of a row that can hold one reported term: the row itself, or one numbered place of a wide form. */
export interface Slot<Row> {
  /** The reported term; null for demographics. */
  readonly term: NamedReader<Row> | null
  /** Mapped variables but the term, and carried columns. */
  readonly context: readonly NamedReader<Row>[]
  /** What shows that somebody filled it in: no constants, key and structure columns; in a wide form nothing shared. */
  readonly evidence: readonly NamedReader<Row>[]
}

/** Everything ingest reads of a row or record. Resolved once per file. */
export interface Mapping<Row> {
  readonly structure: { readonly [word in StructureWord]: NamedReader<Row> }
  /** What the row or record says of the study it is of. */
  readonly study: Reader<Row>
  /** The key columns of study.json. */
  readonly record: readonly NamedReader<Row>[]
  /** The places of a row, always the same objects: one, or in a wide form as many as it has numbers. */
  readonly listSlots: (row: Row) => readonly Slot<Row>[]
  /** The column of the term as study.json names it, `{n}` and all; null for demographics. */
  readonly termColumn: string | null
  readonly only: readonly ConditionReader<Row>[]
  readonly noEvent: readonly ConditionReader<Row>[]
}

/** How one format is read: a column by its name, and the structure where no column is mapped to it. */
interface Layout<Row> {
  findColumn(name: string, field: string): Reader<Row>
  /** The reader of a column that need not be there. */
  findOptional(name: string): Reader<Row>
  /** The numbers of a wide form's places: those of all rows, or a function that finds those of one. */
  findNumbers(columns: readonly { readonly word: string; readonly column: string }[]): Numbers<Row>
  readonly structure: { readonly [word in StructureWord]: Reader<Row> }
  readonly study: Reader<Row>
}

type Numbers<Row> = readonly string[] | ((row: Row) => readonly string[])
/** What SDTM and most exports after it call the column that names the study. */
const STUDY_COLUMN = 'STUDYID'

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
  const studyIndex = header.findIndex((name) => name.toUpperCase() === STUDY_COLUMN)
  const mapping = resolveMapping<TableRow>(source, {
    findColumn(name, field) {
      const index = indexes.get(name)
      if (index === undefined) {
        missing.push({ field, column: name })
        return absent
      }
      return (row) => row.fields[index] ?? null
    },
    findOptional(name) {
      const index = indexes.get(name)
      return index === undefined ? absent : (row) => row.fields[index] ?? null
    },
    findNumbers(columns) {
      const found = columns.map(({ word, column }) => ({ word, column, numbers: listNumbers(column, header) }))
      for (const { word, column, numbers } of found)
        if (numbers.length === 0) missing.push({ field: `map.${word}`, column })
      const termWord = `${source.domain}TERM`
      const terms = found.find(({ word }) => word === termWord)?.numbers ?? []
      // A number without a term would have its other values left out without a word: more likely a name is misspelt.
      const stray = found.flatMap(({ numbers }) => numbers).find((number) => !terms.includes(number))
      const term = columns.find(({ word }) => word === termWord)?.column
      if (stray !== undefined && terms.length > 0 && term !== undefined)
        missing.push({ field: `map.${termWord}`, column: toColumnAt(term, stray) })
      return terms
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
    study: studyIndex === -1 ? absent : (row) => row.fields[studyIndex] ?? null,
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
    findOptional: (oid) => (record) => record.items.get(oid) ?? null,
    findNumbers: (columns) => toNumberFinder(columns.map(({ column }) => column)),
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
    study: (record) => record.studyOid,
  })
}

/** What `map.subjectKey` names where it is the attribute of an ODM's SubjectData, and no item. */
export const SUBJECT_KEY = 'SubjectKey'

/** OIDs that are kept with what was found of them: more than any study has, no burden where a file makes them up. */
export const REMEMBERED_OIDS = 20_000

/** A FormOID without its version: a form with a new version is the same form. */
export function toFormOf(version: string | undefined): <Oid extends string | null>(oid: Oid) => Oid | string {
  if (version === undefined) return (oid) => oid
  const pattern = toVersionPattern(version)
  const known = new Map<string, string>() // a file has few OIDs and many records
  return (oid) => {
    if (oid === null) return oid
    let form = known.get(oid)
    if (form === undefined) {
      if (known.size >= REMEMBERED_OIDS) known.clear()
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
  const record = listKeyColumns(source.key).map((column, index) => toColumnReader(column, `key[${index}]`, layout))
  // Columns that number a record are there before anybody fills it in; those of a content key are what was filled in.
  const placing = new Set([
    ...('content' in source.key ? [] : source.key),
    ...Object.values(structure).map((reader) => reader.column),
  ])
  const study: ColumnRef | undefined = source.map[STUDY_WORD]
  return {
    structure,
    study: study === undefined ? layout.study : toMappedReader(STUDY_WORD, study, layout).read,
    record,
    listSlots: toSlotLister(source, layout, placing),
    termColumn: findColumnName(source.map[`${source.domain}TERM`]),
    only: toConditionReaders(source.only, 'only', layout),
    noEvent: toConditionReaders(source.noEvent, 'noEvent', layout),
  }
}

function toSlotLister<Row>(
  source: SourceConfig,
  layout: Layout<Row>,
  placing: ReadonlySet<string | null>,
): (row: Row) => readonly Slot<Row>[] {
  const variables = Object.entries(source.map).filter(([word]) => !isPlaceWord(word))
  const wide = variables.flatMap(([word, ref]) => {
    const column = findColumnName(ref)
    return column !== null && isWide(column) ? [{ word, column }] : []
  })
  const shared = variables.filter(([word]) => !wide.some((column) => column.word === word))
  const sharedReaders = shared.map(([word, ref]) => toMappedReader(word, ref, layout))
  const carried = source.carry.map((column, index) => toColumnReader(column, `carry[${index}]`, layout))
  const toSlot = (own: readonly NamedReader<Row>[]): Slot<Row> => {
    const termWord = `${source.domain}TERM`
    const readers = [...own, ...sharedReaders]
    const context = readers.filter(({ name }) => name !== termWord)
    for (const [index, reader] of carried.entries()) {
      const namesake = readers.find(({ name }) => name === reader.name)
      if (namesake === undefined) context.push(reader)
      else if (namesake.column !== reader.column) throw toNameClash(source, { index, namesake })
    }
    const term = readers.find(({ name }) => name === termWord) ?? null
    const telling = wide.length > 0 ? own : [...(term ? [term] : []), ...context]
    const evidence = telling.filter(({ column }) => column !== null && !placing.has(column))
    return { term, context, evidence }
  }
  if (wide.length === 0) {
    const slots = [toSlot([])]
    return () => slots
  }
  const toNumberedSlot = (number: string) =>
    toSlot(wide.map(({ word }) => toMappedReader(word, atNumber(source.map[word], number), layout, 'optional')))
  const numbers = layout.findNumbers(wide)
  if (typeof numbers !== 'function') {
    const slots = numbers.map(toNumberedSlot)
    return () => slots
  }
  const slots = new Map<string, Slot<Row>>()
  return (row) =>
    numbers(row).map((number) => {
      const known = slots.get(number) ?? toNumberedSlot(number)
      slots.set(number, known)
      return known
    })
}

function findColumnName(ref: ColumnRef | undefined): string | null {
  if (ref === undefined || typeof ref === 'string') return ref ?? null
  return 'column' in ref ? ref.column : null
}

function atNumber(ref: ColumnRef | undefined, number: string): ColumnRef {
  if (typeof ref === 'string') return toColumnAt(ref, number)
  if (ref === undefined || 'constant' in ref) throw new Error('only columns have numbers')
  return { ...ref, column: toColumnAt(ref.column, number) }
}

function toColumnReader<Row>(column: string, field: string, layout: Layout<Row>): NamedReader<Row> {
  return { name: column, column, read: layout.findColumn(column, field) }
}

function toMappedReader<Row>(
  word: string,
  ref: ColumnRef,
  layout: Layout<Row>,
  presence: 'required' | 'optional' = 'required',
): NamedReader<Row> {
  if (typeof ref === 'object' && 'constant' in ref) return { name: word, column: null, read: () => ref.constant }
  const column = typeof ref === 'string' ? ref : ref.column
  const read = presence === 'required' ? layout.findColumn(column, `map.${word}`) : layout.findOptional(column)
  if (typeof ref === 'string' || ref.values === undefined) return { name: word, column, read }
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
  { index, namesake }: { index: number; namesake: NamedReader<Row> },
): AecoderError {
  return new AecoderError('CONFIG_INVALID', {
    where: `study.json: source "${source.id}"`,
    found: `carry[${index}]: the column "${source.carry[index]}" would stand beside map.${namesake.name}, another column under the same name`,
    action: 'Remove it, or map it instead',
  })
}

function toColumnNotFound(
  source: SourceConfig,
  header: readonly string[],
  { fileName, missing }: { fileName: string; missing: readonly { field: string; column: string }[] },
): AecoderError {
  const lines = missing.map(({ field, column }) => {
    const numbered = header.filter(
      (name) => name.startsWith(`${column} (`) && /^ \(\d+\)$/.test(name.slice(column.length)),
    )
    if (numbered.length > 0)
      return `${field} names the column "${column}", of which there are several: ${numbered.map((name) => `"${name}"`).join(', ')}`
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

/**
 * One row or record in, one outcome out: an occurrence with its key, or the reason why there is none.
 * Knows the mapping; knows nothing of files, and nothing of what other rows hold.
 */
import { isSerious } from '../../schemas/occurrence-id.ts'
import type { RejectReason, SkipReason } from '../../schemas/outcomes.ts'
import type { CodedDomain, OccurrenceKey, Remark, RowOutcome } from '../../schemas/records.ts'
import { type SourceConfig, type StudyConfig, toStudyId } from '../../schemas/study.ts'
import { type CrfDate, parseCrfDate } from './dates.ts'
import { isBlank, type Mapping, type NamedReader, type Reader, SUBJECT_KEY } from './mapping.ts'
import { toContentId, toContextTextOf, toIdOf, toKeyTextOf } from './occurrence-key.ts'

/** What both formats give of a row or record beside its values. */
export interface Located {
  readonly line: number
}

export interface OutcomeReaderOptions<Row extends Located> {
  readonly config: Pick<StudyConfig, 'study' | 'usubjid'>
  readonly source: SourceConfig
  readonly mapping: Mapping<Row>
  /** The row or record as text, for the set-aside file and for reports of conflicts. */
  readonly toRaw: (row: Row) => string
}

/** Distinct dates remembered per column of dates; exports repeat the same few thousand. */
const REMEMBERED_DATES = 20_000

/** V8 copies texts up to this length; a longer cell is a view that would keep its whole block of the file in memory. */
const LONGEST_REMEMBERED = 12

const FOLLOWED = { isFollowed: true } as const
const NO_REMARKS: readonly Remark[] = []

/** The outcome reader of an AE or MH source: resolved once, called for every row. */
export function toOccurrenceReader<Row extends Located>(
  options: OutcomeReaderOptions<Row> & { readonly domain: CodedDomain },
): (row: Row) => RowOutcome {
  const { config, mapping, toRaw, domain } = options
  const field = `${domain}TERM`
  const { structure, record } = mapping
  const { read: readTerm, column: item } = mapping.term ?? { read: () => null, column: null }
  const readSubject = toSubjectReader(options)
  const columns = listContextColumns(options)
  const shape = { domain, item: item ?? field, record: record.map((reader) => reader.name) }
  const toId = toIdOf(toStudyId(config), shape)
  const toKeyText = toKeyTextOf(shape)
  const toContextText = toContextTextOf(columns.map((column) => column.name))

  return (row) => {
    const { line } = row
    const skipped = findSkipReason(mapping, row)
    if (skipped !== undefined) return { kind: 'skipped', line, reason: skipped }
    const subject = readSubject(row)
    if (subject === undefined) return toMissingSubject(options, row)

    const context: { [name: string]: string | null } = {}
    let remarks = NO_REMARKS
    for (const column of columns) {
      context[column.name] = column.read(row)
      const doubt = column.findDoubt?.(row)
      if (doubt !== undefined)
        remarks = [...remarks, { code: 'date-not-understood', line, text: doubt, variable: column.name }]
    }
    const key: OccurrenceKey = {
      domain,
      subject: subject.id,
      event: readKeyPart(structure.event, row),
      eventRepeat: readKeyPart(structure.eventRepeat, row),
      form: readKeyPart(structure.form, row),
      formRepeat: readKeyPart(structure.formRepeat, row),
      group: readKeyPart(structure.group, row),
      groupRepeat: readKeyPart(structure.groupRepeat, row),
      record: readRecordKey(record, row),
      item: shape.item,
    }
    const verbatim = readTerm(row) ?? ''
    const contextText = toContextText(context)
    const occurrence = {
      id: toId(key),
      key: toKeyText(key),
      domain,
      field,
      subject: subject.id,
      subjectRaw: subject.raw,
      usubjid: subject.usubjid,
      ...(subject.isFollowed ? FOLLOWED : {}),
      site: subject.site,
      verbatim,
      context: contextText,
      isSerious: isSerious(context),
      contentId: toContentId({ context: contextText, site: subject.site, subjectRaw: subject.raw, verbatim }),
      line,
    }
    return { kind: 'occurrences', line, raw: toRaw(row), occurrences: [occurrence], remarks }
  }
}

/** Why a row holds nothing to code; undefined when it does. */
export function findSkipReason<Row>(mapping: Mapping<Row>, row: Row): SkipReason | undefined {
  for (const { read, accepted } of mapping.only) {
    if (!accepted.has((read(row) ?? '').trim())) return 'other-form'
  }
  for (const { read, accepted } of mapping.noEvent) {
    // A row that says "no event" and names one all the same is not lost: a person will see it.
    if (accepted.has((read(row) ?? '').trim()) && isBlank(mapping.term?.read(row) ?? null)) return 'no-event'
  }
  for (const read of mapping.evidence) if (!isBlank(read(row))) return undefined
  return 'empty-record'
}

export interface RowSubject {
  /** What keys call the subject: the export's own key of it where study.json maps one, else its id, trimmed. */
  readonly id: string
  /** The id that people use, as written. */
  readonly raw: string
  readonly isFollowed: boolean
  readonly usubjid: string
  readonly site: string | null
}

/** Reads who a row is about; the reader returns undefined where the row does not say. */
export function toSubjectReader<Row extends Located>({
  config,
  mapping,
}: OutcomeReaderOptions<Row>): (row: Row) => RowSubject | undefined {
  const { subject, subjectKey, site } = mapping.structure
  const isFollowed = subjectKey.column !== null
  const toUsubjid = toUsubjidOf(config)
  return (row) => {
    const written = subject.read(row) ?? ''
    const shown = written.trim() // also takes off a no-break space, which spreadsheets leave behind
    const id = isFollowed ? (readKeyPart(subjectKey, row) ?? '') : shown
    if (id === '') return undefined
    const raw = shown === '' ? id : written
    const siteId = readKeyPart(site, row)
    return { id, raw, isFollowed, usubjid: toUsubjid(raw.trim(), siteId), site: siteId }
  }
}

export function toMissingSubject<Row extends Located>(
  { mapping, toRaw }: OutcomeReaderOptions<Row>,
  row: Row,
): RowOutcome {
  const { subject, subjectKey } = mapping.structure
  const column = subjectKey.column ?? subject.column
  const place = column === null || column === SUBJECT_KEY ? 'the record has no SubjectKey' : `"${column}" is blank`
  return toRejected({ line: row.line, code: 'missing-subject', reason: `no subject id: ${place}` }, toRaw(row))
}

export function toRejected(
  { line, code, reason }: { line: number; code: RejectReason; reason: string },
  raw: string,
): RowOutcome {
  return { kind: 'rejected', line, code, reason, raw }
}

/** USUBJID from study.json's template. A site that is not known leaves its place empty. */
export function toUsubjidOf({
  study,
  usubjid,
}: Pick<StudyConfig, 'study' | 'usubjid'>): (subject: string, site: string | null) => string {
  const parts = usubjid.replaceAll('{protocol}', study.protocol).split(/(\{site\}|\{subject\})/)
  return (subject, site) => {
    let text = ''
    for (const part of parts) text += part === '{subject}' ? subject : part === '{site}' ? (site ?? '') : part
    return text
  }
}

/** Blanks around a key are padding that comes and goes between transfers; absent stays null, blank becomes ''. */
function readKeyPart<Row>(reader: NamedReader<Row>, row: Row): string | null {
  return reader.read(row)?.trim() ?? null
}

function readRecordKey<Row>(readers: readonly NamedReader<Row>[], row: Row): { [column: string]: string } {
  const record: { [column: string]: string } = {}
  for (const reader of readers) record[reader.name] = readKeyPart(reader, row) ?? ''
  return record
}

export interface ContextColumn<Row> {
  readonly name: string
  /** The column or ItemOID it comes from; null for a constant. */
  readonly column: string | null
  readonly read: Reader<Row>
  /** The sentence of a remark, where a value is doubtful. */
  readonly findDoubt?: (row: Row) => string | undefined
}

/** The columns of the context: what is mapped and carried, as written, and the ISO dates that follow from it. */
export function listContextColumns<Row extends Located>({
  source,
  mapping,
}: OutcomeReaderOptions<Row>): ContextColumn<Row>[] {
  const columns: ContextColumn<Row>[] = []
  for (const reader of mapping.context) {
    const moment = findMoment(source.domain, reader.name)
    if (reader.name === moment?.iso) {
      columns.push(toIsoColumn(reader, moment))
      continue
    }
    columns.push(reader)
    const isIsoMapped = mapping.context.some((other) => other.name === moment?.iso)
    if (moment && !isIsoMapped) columns.push(toDerivedColumn(reader, moment, source.dateOrder))
  }
  return columns
}

/** The two words of one date: as collected, and in ISO 8601. */
interface Moment {
  readonly collected: string
  readonly iso: string
}

function findMoment(domain: string, name: string): Moment | undefined {
  return [
    { collected: `${domain}STDAT`, iso: `${domain}STDTC` },
    { collected: `${domain}ENDAT`, iso: `${domain}ENDTC` },
  ].find((moment) => moment.collected === name || moment.iso === name)
}

function toDerivedColumn<Row>(
  reader: NamedReader<Row>,
  moment: Moment,
  order: SourceConfig['dateOrder'],
): ContextColumn<Row> {
  const parse = toRememberingParser(order)
  const label = toLabel(reader)
  return {
    name: moment.iso,
    column: reader.column,
    read: (row) => parse(reader.read(row) ?? '').iso,
    findDoubt: (row) => {
      const text = reader.read(row) ?? ''
      if (parse(text).isUnderstood) return undefined
      return `${label} "${text}" is not a date (expected YYYY-MM-DD or a partial date)`
    },
  }
}

/** A column the study declares to be ISO already: as written, but doubted where it is not. */
function toIsoColumn<Row>(reader: NamedReader<Row>, moment: Moment): ContextColumn<Row> {
  const parse = toRememberingParser(undefined)
  const label = toLabel(reader)
  return {
    name: reader.name,
    column: reader.column,
    read: reader.read,
    findDoubt: (row) => {
      const text = reader.read(row) ?? ''
      if ((parse(text).iso ?? '') === text.trim()) return undefined
      return `${label} "${text}" is not an ISO 8601 date (map the column as ${moment.collected})`
    },
  }
}

function toLabel<Row>({ name, column }: NamedReader<Row>): string {
  return column === null || column === name ? name : `${name} (${column})`
}

function toRememberingParser(order: SourceConfig['dateOrder']): (text: string) => CrfDate {
  const remembered = new Map<string, CrfDate>()
  return (text) => {
    if (text.length > LONGEST_REMEMBERED) return parseCrfDate(text, { order })
    let date = remembered.get(text)
    if (date === undefined) {
      if (remembered.size >= REMEMBERED_DATES) remembered.clear()
      date = parseCrfDate(text, { order })
      remembered.set(text, date)
    }
    return date
  }
}

/**
 * One row or record in, one outcome out: an occurrence with its key, or the reason why there is none.
 * Knows the mapping; knows nothing of files, and nothing of what other rows hold.
 */
import { findTranslation, isSerious } from '../../schemas/occurrence-id.ts'
import type { RejectReason, SkipReason } from '../../schemas/outcomes.ts'
import type { CodedDomain, CrfContext, Occurrence, OccurrenceKey, Remark, RowOutcome } from '../../schemas/records.ts'
import { COUNT_MEMBER, SLOT, type SourceConfig, type StudyConfig, toStudyId } from '../../schemas/study.ts'
import { type CrfDate, parseCrfDate } from './dates.ts'
import { KeyTable } from './key-table.ts'
import { isBlank, type Mapping, type NamedReader, type Reader, type Slot, SUBJECT_KEY } from './mapping.ts'
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

/** The outcome reader of an AE or MH source: resolved once, called for every row of one file. */
export function toOccurrenceReader<Row extends Located>(
  options: OutcomeReaderOptions<Row> & { readonly domain: CodedDomain },
): (row: Row) => RowOutcome {
  const { source, mapping, toRaw, domain } = options
  const field = `${domain}TERM`
  const readSubject = toSubjectReader(options)
  const readKey = toKeyReader(options)
  const planOf = toPlans(options)
  const isWide = mapping.termColumn?.includes(SLOT) === true
  // The same content in another file is the same record: only within a file do equal rows count as several.
  const seen = 'content' in source.key ? new KeyTable() : undefined

  return (row) => {
    const { line } = row
    const skipped = findSkipReason(mapping, row)
    if (skipped !== undefined) return { kind: 'skipped', line, reason: skipped }
    const subject = readSubject(row)
    if (subject === undefined) return toMissingSubject(options, row)

    const occurrences: Occurrence[] = []
    let remarks = NO_REMARKS
    for (const slot of mapping.listSlots(row)) {
      if (isWide && !isFilled(slot, row)) continue
      const plan = planOf(slot)
      const context: { [name: string]: string | null } = {}
      for (const column of plan.columns) {
        context[column.name] = column.read(row)
        const doubt = column.findDoubt?.(row)
        if (doubt !== undefined)
          remarks = [...remarks, { code: 'date-not-understood', line, text: doubt, variable: column.name }]
      }
      const verbatim = plan.readTerm(row) ?? ''
      const tooLong = findTooLong(field, verbatim)
      if (tooLong !== undefined) remarks = [...remarks, { code: 'term-too-long', line, text: tooLong, variable: field }]
      let key = readKey(subject.id, plan.item, row)
      if (seen !== undefined) {
        const count = seen.add(plan.toId(key))
        key = { ...key, record: { ...key.record, [COUNT_MEMBER]: String(count) } }
      }
      const contextText = plan.toContextText(context)
      const translation = plan.isTranslated ? findTranslation(domain, context) : undefined
      occurrences.push({
        id: plan.toId(key),
        key: plan.toKeyText(key),
        domain,
        field,
        subject: subject.id,
        subjectRaw: subject.raw,
        usubjid: subject.usubjid,
        ...(subject.isFollowed ? FOLLOWED : {}),
        site: subject.site,
        verbatim,
        ...(translation === undefined ? {} : { translation }),
        context: contextText,
        isSerious: isSerious(context),
        contentId: toContentId({ context: contextText, site: subject.site, subjectRaw: subject.raw, verbatim }),
        line,
      })
    }
    return { kind: 'occurrences', line, raw: toRaw(row), occurrences, remarks }
  }
}

/** What can be said beforehand of a slot. */
interface Plan<Row> {
  readonly item: string
  readonly readTerm: Reader<Row>
  readonly columns: readonly ContextColumn<Row>[]
  readonly isTranslated: boolean
  readonly toId: (key: OccurrenceKey) => string
  readonly toKeyText: (key: OccurrenceKey) => string
  readonly toContextText: (context: CrfContext) => string
}

/** Plans are made when a slot is first met: in an ODM nobody knows before how many places a wide form has. */
function toPlans<Row extends Located>({
  config,
  source,
  mapping,
  domain,
}: OutcomeReaderOptions<Row> & { readonly domain: CodedDomain }): (slot: Slot<Row>) => Plan<Row> {
  const studyId = toStudyId(config)
  const record = mapping.record.map((reader) => reader.name)
  const members = 'content' in source.key ? [...record, COUNT_MEMBER] : record
  const dates: DateParsers = { inOrder: toRememberingParser(source.dateOrder), iso: toRememberingParser(undefined) }
  const plans = new Map<Slot<Row>, Plan<Row>>()
  return (slot) => {
    const known = plans.get(slot)
    if (known !== undefined) return known
    const { read: readTerm, column } = slot.term ?? { read: () => null, column: null }
    const item = column ?? `${domain}TERM`
    const columns = listContextColumns(slot.context, { domain, dates })
    const names = columns.map(({ name }) => name)
    const shape = { domain, item, record: members }
    const plan: Plan<Row> = {
      item,
      readTerm,
      columns,
      isTranslated: names.includes(`${domain}MODIFY`),
      toId: toIdOf(studyId, shape),
      toKeyText: toKeyTextOf(shape),
      toContextText: toContextTextOf(names),
    }
    plans.set(slot, plan)
    return plan
  }
}

/** Where a row stands, by everything of its key but the item: the same for rows that are states of one record. */
export function toRowIdReader<Row extends Located>(
  options: OutcomeReaderOptions<Row>,
): (row: Row) => string | undefined {
  const { config, source, mapping } = options
  const readSubject = toSubjectReader(options)
  const readKey = toKeyReader(options)
  const shape = { domain: toCodedDomain(source.domain), item: '', record: mapping.record.map(({ name }) => name) }
  const toId = toIdOf(toStudyId(config), shape)
  return (row) => {
    const subject = readSubject(row)
    return subject === undefined ? undefined : toId(readKey(subject.id, '', row))
  }
}

/** The rows of demographics are told apart among themselves only: any domain will do for them. */
function toCodedDomain(domain: SourceConfig['domain']): CodedDomain {
  return domain === 'DM' ? 'AE' : domain
}

function toKeyReader<Row extends Located>({
  source,
  mapping: { structure, record },
}: OutcomeReaderOptions<Row>): (subject: string, item: string, row: Row) => OccurrenceKey {
  const domain = toCodedDomain(source.domain)
  return (subject, item, row) => ({
    domain,
    subject,
    event: readKeyPart(structure.event, row),
    eventRepeat: readKeyPart(structure.eventRepeat, row),
    form: readKeyPart(structure.form, row),
    formRepeat: readKeyPart(structure.formRepeat, row),
    group: readKeyPart(structure.group, row),
    groupRepeat: readKeyPart(structure.groupRepeat, row),
    record: readRecordKey(record, row),
    item,
  })
}

/** SDTM allows a reported term this many bytes; the dataset keeps all of a longer one. */
const LONGEST_TERM = 200

function findTooLong(field: string, verbatim: string): string | undefined {
  // A UTF-16 unit is at most three bytes of UTF-8.
  if (verbatim.length * 3 <= LONGEST_TERM) return undefined
  const bytes = Buffer.byteLength(verbatim)
  if (bytes <= LONGEST_TERM) return undefined
  return `${field} has ${bytes} bytes (SDTM allows ${LONGEST_TERM}; the dataset keeps them all)`
}

function isFilled<Row>({ evidence }: Slot<Row>, row: Row): boolean {
  for (const { read } of evidence) if (!isBlank(read(row))) return true
  return false
}

/** Why a row holds nothing to code; undefined when it does. */
export function findSkipReason<Row>(mapping: Mapping<Row>, row: Row): SkipReason | undefined {
  const slots = mapping.listSlots(row)
  for (const { read, accepted } of mapping.only) {
    if (!accepted.has((read(row) ?? '').trim())) return 'other-form'
  }
  for (const { read, accepted } of mapping.noEvent) {
    // A row that says "no event" and names one all the same is not lost: a person will see it.
    if (accepted.has((read(row) ?? '').trim()) && slots.every(({ term }) => isBlank(term?.read(row) ?? null)))
      return 'no-event'
  }
  return slots.some((slot) => isFilled(slot, row)) ? undefined : 'empty-record'
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

interface ContextColumn<Row> {
  readonly name: string
  /** The column or ItemOID it comes from; null for a constant. */
  readonly column: string | null
  readonly read: Reader<Row>
  /** The sentence of a remark, where a value is doubtful. */
  readonly findDoubt?: (row: Row) => string | undefined
}

type DateParser = (text: string) => CrfDate
interface DateParsers {
  readonly inOrder: DateParser
  readonly iso: DateParser
}

/** The names of a slot's context, each with the column or ItemOID it comes from; null for a constant. */
export function listContextNames<Row>(
  { context }: Slot<Row>,
  domain: CodedDomain,
): readonly Pick<ContextColumn<Row>, 'name' | 'column'>[] {
  const parse = toRememberingParser(undefined)
  return listContextColumns(context, { domain, dates: { inOrder: parse, iso: parse } })
}

/** The columns of the context: what is mapped and carried, as written, and the ISO dates that follow from it. */
function listContextColumns<Row>(
  context: readonly NamedReader<Row>[],
  { domain, dates }: { domain: CodedDomain; dates: DateParsers },
): ContextColumn<Row>[] {
  const columns: ContextColumn<Row>[] = []
  for (const reader of context) {
    const moment = findMoment(domain, reader.name)
    if (reader.name === moment?.iso) {
      columns.push(toIsoColumn(reader, { moment, parse: dates.iso }))
      continue
    }
    columns.push(reader)
    const isIsoMapped = context.some((other) => other.name === moment?.iso)
    if (moment && !isIsoMapped) columns.push(toDerivedColumn(reader, { moment, parse: dates.inOrder }))
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
  { moment, parse }: { moment: Moment; parse: DateParser },
): ContextColumn<Row> {
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
function toIsoColumn<Row>(
  reader: NamedReader<Row>,
  { moment, parse }: { moment: Moment; parse: DateParser },
): ContextColumn<Row> {
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

function toRememberingParser(order: SourceConfig['dateOrder']): DateParser {
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

/**
 * One source of study.json from a table, by the names of its columns and its sampled values. Decides nothing in the user's
 * place: what it is unsure of stays empty.
 */
import type { CodedDomain } from '../../schemas/records.ts'
import { listMappableVariables } from '../../schemas/sdtm.ts'
import { type Condition, type KeyStrategy, type SourceConfig, STRUCTURE_WORDS } from '../../schemas/study.ts'
import { findDomainOfName, STRUCTURE_NAMES, toEventAndForm, toPlainName, toVariableScore } from './column-names.ts'
import { type ColumnProfile, profileColumns } from './column-profile.ts'
import { listMarkedWords } from './encoding-check.ts'
import type { Draft, Evidence } from './evidence.ts'
import { FORMS_IN_LANGUAGES } from './names-in-languages.ts'
import type { Profile } from './profiles/profile.ts'
import { proposeKey } from './propose-key.ts'
import {
  listMappedColumns,
  noteMissing,
  notePrinted,
  proposeCarry,
  proposeNoEvent,
  proposeTerm,
} from './propose-parts.ts'
import { proposeVariables } from './propose-variables.ts'
import type { SampledTable } from './sampled-file.ts'
import { isWide, listNumbers } from './slots.ts'
import { findTerm, foldWide } from './term-column.ts'

/** One source, with what it rests on. */
export interface SourceProposal {
  readonly source: {
    readonly id: string
    readonly domain: CodedDomain | 'DM' | ''
    readonly files: readonly string[]
    readonly map: Draft['map']
    readonly [field: string]: unknown
  }
  /** Fields are named from the source on: `map.AETERM`. */
  readonly evidence: readonly Evidence[]
  /** The same subject id stands at several sites, so the site belongs to USUBJID. */
  readonly needsSite: boolean
}

/** Whether a table holds several forms, as its system writes it. */
export function hasAllForms(table: SampledTable, profile: Profile | undefined): boolean {
  return profile?.proposes.hasAllForms === true || isInstrumentTable(profileColumns(table.header, []))
}

/** How well a table speaks for a domain; 0 for a table without a column that could be its term. */
export function scoreTable(table: SampledTable, domain: CodedDomain, profile?: Profile): number {
  const { header, rows } = foldWide(table.header, table.rows, { domain })
  const columns = profileColumns(header, rows)
  const term = findTerm(columns, domain)
  if (term === undefined || term.name < 2) return 0
  const suffixes = listSuffixes()
  const own = columns.filter(({ name }) => findDomainOfName(name, suffixes) === domain).length
  const others = columns.filter(
    ({ name }) => findDomainOfName(name, suffixes) === (domain === 'AE' ? 'MH' : 'AE'),
  ).length
  const isOther = others > own
  // A named file or instrument settles what generic names of columns leave open.
  const name = [table.traits.name, findInstruments({ header, rows, term: term.column })?.best ?? ''].join(' ')
  const place = isPlaceOf(domain, name) ? 5 : isPlaceOf(domain === 'AE' ? 'MH' : 'AE', name) ? -5 : 0
  const score = term.name + own + place + (term.isTextual ? 2 : 0)
  return isOther && !hasAllForms(table, profile) ? 0 : Math.max(0, own > 0 || place > 0 ? score : 0)
}

/**
 * Proposes a source of adverse events or medical history.
 * @param options.domain which, where that is known; else it is judged by names
 */
export async function proposeTable(
  table: SampledTable,
  options: { readonly domain?: CodedDomain; readonly profile?: Profile | undefined },
): Promise<SourceProposal> {
  const evidence: Evidence[] = []
  const proposes = options.profile?.proposes ?? {}
  const name = table.traits.name
  noteDialect(table, evidence)
  const folded = foldWide(table.header, table.rows, { domain: options.domain })
  const { header, rows } = folded
  if (folded.numbers.length > 0) {
    const why = `a wide form: the columns with the numbers ${folded.numbers.join(', ')} hold an event each, written {n}`
    evidence.push({ field: 'map', column: null, why, confidence: 'likely' })
  }
  const term = findTerm(profileColumns(header, rows), options.domain)
  noteFurther(table, { term: term?.column ?? '', evidence })
  const instrument = proposeOnly({ header, rows, term: term?.column }, evidence)
  const only = [
    ...(instrument ? [instrument] : []),
    ...proposeCurrent(profileColumns(header, rows), { proposes, evidence }),
  ]
  const relevant = rows.filter((row) =>
    only.every((condition) => condition.in.includes((row[header.indexOf(condition.column)] ?? '').trim())),
  )
  // Of an item that stands at several events only the one beside the term is its own.
  const columns = profileColumns(header, relevant).filter(({ name }) =>
    ['', toEventAndForm(term?.column ?? '')].includes(toEventAndForm(name)),
  )
  const domain = proposeDomain(columns, { given: options.domain, name, term: term?.column, only: instrument, evidence })
  const words: CodedDomain = options.domain ?? (domain === '' ? 'AE' : domain)

  const draft: Draft = { map: {}, evidence }
  proposeStructure(columns, draft, { term: findTerm(columns, words)?.column, proposes })
  if (proposes.subjectKey !== undefined) proposeSubjectKey(columns, draft, proposes.subjectKey)
  proposeTerm(columns, words, draft)
  const free = columns.filter((column) => !listMappedColumns(draft.map).includes(column.name))
  const dateOrder = proposeVariables(free, words, draft, proposes)
  const noEvent = proposeNoEvent(columns, words, evidence)
  notePrinted(columns, { domain: words, draft })
  noteMissing(words, draft)
  // Comments of other instruments are none of a coder's business.
  const carry =
    (hasAllForms(table, options.profile) && only.length === 0) || folded.numbers.length > 0
      ? []
      : proposeCarry(columns, draft)
  const source: SourceConfig = {
    id: words.toLowerCase(),
    domain: words,
    format: table.traits.format,
    files: [name],
    transfer: 'snapshot',
    record: 'group',
    only,
    noEvent,
    key: [],
    map: draft.map,
    carry,
  }
  const isFolded = folded.numbers.length > 0
  const states = only.length === 0 ? findStates(columns, proposes.states) : undefined
  const key = await proposeKey({
    name,
    open: () => table.open(),
    source,
    header: isFolded ? table.header : header,
    rows: isFolded ? table.rows : relevant.filter(toOccurrenceTest(source, header)),
    ...(proposes.keys === undefined ? {} : { known: proposes.keys }),
    ...(states === undefined ? {} : { states: states.name }),
  })
  evidence.push(...key.evidence)
  return {
    source: {
      id: source.id,
      domain: options.domain ?? domain,
      format: source.format,
      files: source.files,
      ...(table.encoding === undefined ? {} : { encoding: table.encoding }),
      ...(table.headerLine === undefined ? {} : { headerLine: table.headerLine }),
      ...(proposes.transfer === undefined ? {} : { transfer: proposes.transfer }),
      ...(only.length > 0 ? { only } : {}),
      ...(noEvent.length > 0 ? { noEvent } : {}),
      key: key.columns satisfies KeyStrategy,
      ...(key.isStates ? { rows: 'changes' } : {}),
      ...(dateOrder === undefined ? {} : { dateOrder }),
      map: draft.map,
      ...(carry.length > 0 ? { carry } : {}),
    },
    evidence,
    needsSite: key.needsSite,
  }
}

/** Whether a row would be taken as an occurrence: the others need no key. */
function toOccurrenceTest(
  { domain, map, noEvent }: SourceConfig,
  header: readonly string[],
): (row: readonly string[]) => boolean {
  const term = map[`${domain}TERM`]
  const termAt = typeof term === 'string' ? header.indexOf(term) : -1
  return (row) =>
    (termAt < 0 || (row[termAt] ?? '').trim() !== '') &&
    noEvent.every((condition) => !condition.in.includes((row[header.indexOf(condition.column)] ?? '').trim()))
}

/** What had to be found out before the table could be read. */
export function noteDialect(
  { traits, delimiter, encoding, headerLine, linesAbove, rows }: SampledTable,
  evidence: Evidence[],
): void {
  if (headerLine !== undefined) {
    const why = `line ${headerLine} names the columns; what stands above it is no data and is left out`
    evidence.push({ field: 'headerLine', column: null, why, confidence: 'likely' })
  } else if (linesAbove > 0) {
    const why = `line ${linesAbove + 1} is the header; what stands above it is left out, and found anew in each file`
    evidence.push({ field: 'headerLine', column: null, why, confidence: 'likely' })
  }
  if (traits.format === 'csv' && delimiter !== ',') {
    const why = `cells are separated by ${JSON.stringify(delimiter)}; detected anew in each file`
    evidence.push({ field: 'delimiter', column: null, why, confidence: 'sure' })
  }
  if (encoding === undefined) return
  if (encoding === '') {
    const why =
      'the bytes are not UTF-8, and read as windows-1252 or Shift_JIS they make no words: name the encoding the export was written in (windows-1250 for Polish or Czech, windows-1251 for Russian, gb18030 for Chinese, euc-kr for Korean …)'
    evidence.push({ field: 'encoding', column: null, why, confidence: 'unsure' })
    return
  }
  const words = listMarkedWords(rows, 4).map((word) => JSON.stringify(word))
  const why = `not UTF-8; read as ${encoding}, ${words.length > 0 ? `see that these are words: ${words.join(', ')}` : 'look at words with accents'}`
  evidence.push({ field: 'encoding', column: null, why, confidence: 'likely' })
}

/** OpenClinica writes an item of several events into several columns: one source holds the term of one of them. */
function noteFurther({ header, rows }: SampledTable, { term, evidence }: { term: string; evidence: Evidence[] }): void {
  const isSame = (name: string) => (isWide(term) ? listNumbers(term, [name]).length > 0 : name === term)
  const further = header.filter(
    (name, index) =>
      toEventAndForm(name) !== '' &&
      toPlainName(name) === toPlainName(term) &&
      !isSame(name) &&
      rows.some((row) => (row[index] ?? '').trim() !== ''),
  )
  if (further.length === 0) return
  const why = `these columns hold terms too and are not in this source: ${further.join(', ')}. Copy it for them, with an id of its own`
  evidence.push({ field: 'further', column: further[0] ?? null, why, confidence: 'likely' })
}

/** Rows that are not the current state of their record, or were deleted, say so in columns of some systems. */
function proposeCurrent(
  columns: readonly ColumnProfile[],
  { proposes, evidence }: { proposes: Profile['proposes']; evidence: Evidence[] },
): Condition[] {
  const known = proposes.current
  if (known === undefined) return []
  return listByName(columns, known.columns).flatMap(({ name, rows, values }) => {
    const current = [...values.keys()].filter((value) => known.values.test(value))
    if (current.length === 0) return []
    const left = rows - current.reduce((sum, value) => sum + (values.get(value) ?? 0), 0)
    const why = `says which rows are the current state of a record; ${left} of ${rows} sampled rows are older or deleted ones and are skipped`
    evidence.push({
      field: 'only',
      column: name,
      why,
      confidence: values.size > current.length ? 'sure' : 'likely',
    })
    return [{ column: name, in: current }]
  })
}

function findStates(
  columns: readonly ColumnProfile[],
  names: readonly string[] | undefined,
): ColumnProfile | undefined {
  return listByName(columns, names ?? []).find(({ filled, rows }) => filled === rows && rows > 0)
}

function proposeSubjectKey(columns: readonly ColumnProfile[], { map, evidence }: Draft, name: string): void {
  const column = columns.find((one) => toPlainName(one.name) === name && one.filled === one.rows)
  if (
    column === undefined ||
    map.subject === column.name ||
    !(STRUCTURE_WORDS as readonly string[]).includes('subjectKey')
  )
    return
  map.subjectKey = column.name
  const why = 'the number that the system gives a subject: it stays when the id that people use is corrected'
  evidence.push({ field: 'map.subjectKey', column: column.name, why, confidence: 'likely' })
}

/** A domain's variables without their prefix. */
export function listSuffixes(): string[] {
  return [
    ...new Set((['AE', 'MH'] as const).flatMap((domain) => listMappableVariables(domain).map((name) => name.slice(2)))),
  ]
}

/** Whether the name of a file, instrument or form speaks of the domain. */
export function isPlaceOf(domain: CodedDomain, place: string): boolean {
  if (FORMS_IN_LANGUAGES[domain].test(place)) return true
  return domain === 'AE'
    ? /(^|[^a-z])(ae|aes|adverse)([^a-z]|$)|adverse/i.test(place)
    : /(^|[^a-z])mh([^a-z]|$)|med.*hist/i.test(place)
}

/** In which REDCap instruments a term stands, the one with the most rows first; undefined for other tables. */
function findInstruments({
  header,
  rows,
  term,
}: {
  header: readonly string[]
  rows: readonly (readonly string[])[]
  term: string
}): { readonly column: string; readonly best: string | undefined; readonly counts: readonly number[] } | undefined {
  const column = header.find((name) => ['redcaprepeatinstrument', 'repeatinstrument'].includes(toPlainName(name)))
  if (column === undefined) return undefined
  const [instrumentAt, termAt] = [header.indexOf(column), header.indexOf(term)]
  const counts = new Map<string, number>()
  for (const row of rows) {
    const instrument = (row[instrumentAt] ?? '').trim()
    if ((row[termAt] ?? '').trim() !== '') counts.set(instrument, (counts.get(instrument) ?? 0) + 1)
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1])
  return { column, best: sorted[0]?.[0], counts: sorted.map(([, count]) => count) }
}

/** REDCap exports every instrument in one table: only the rows of the one that holds the term matter. */
function proposeOnly(
  { header, rows, term }: { header: readonly string[]; rows: readonly (readonly string[])[]; term: string | undefined },
  evidence: Evidence[],
): Condition | undefined {
  const found = term === undefined ? undefined : findInstruments({ header, rows, term })
  if (found === undefined) return undefined
  const { column, best, counts } = found
  const [filled = 0, ...others] = counts
  const field = 'only'
  if (best === undefined || best === '') {
    const why = `"${term}" stands in no rows of a repeating instrument; rows of all instruments are read`
    evidence.push({ field, column, why, confidence: 'likely' })
    return undefined
  }
  evidence.push({
    field,
    column,
    why: `REDCap: "${term}" is filled in ${filled} sampled rows of the instrument "${best}"${others.length > 0 ? `, and in ${others.reduce((sum, count) => sum + count, 0)} others` : ' and in no others'}; other instruments are skipped`,
    confidence: others.length > 0 ? 'likely' : 'sure',
  })
  return { column, in: [best] }
}

function proposeDomain(
  columns: readonly ColumnProfile[],
  {
    given,
    name,
    term,
    only,
    evidence,
  }: {
    given: CodedDomain | undefined
    name: string
    term: string | undefined
    only: Condition | undefined
    evidence: Evidence[]
  },
): CodedDomain | '' {
  const suffixes = listSuffixes()
  const listNamed = (domain: CodedDomain) =>
    columns
      .filter(({ name, filled }) => filled > 0 && findDomainOfName(name, suffixes) === domain)
      .map(({ name }) => name)
  const [ae, mh] = [listNamed('AE'), listNamed('MH')]
  const place = [name, ...(only?.in ?? []), term ?? ''].join(' ').trim()
  const [isAePlace, isMhPlace] = [isPlaceOf('AE', place), isPlaceOf('MH', place)]
  const telling = columns.filter(
    ({ name, filled }) =>
      filled > 0 && ['SER', 'REL', 'ACN', 'OUT'].some((suffix) => toVariableScore(name, 'AE', suffix) >= 2),
  )
  const named = ae.length - mh.length + 2 * (Number(isAePlace) - Number(isMhPlace))
  const weight = named === 0 && telling.length >= 2 ? 1 : named
  const domain = given ?? (weight === 0 ? '' : weight > 0 ? 'AE' : 'MH')
  const own = domain === 'MH' ? mh : ae
  const isSure = own.length >= 2 && (domain === 'MH' ? ae : mh).length === 0
  const [first] = own
  evidence.push({
    field: 'domain',
    column: first ?? null,
    why:
      domain === ''
        ? 'neither the columns nor the file say whether these are adverse events (AE) or medical history (MH)'
        : own.length > 0
          ? `columns named like those of ${domain}: ${own.slice(0, 4).join(', ')}`
          : named === 0 && given === undefined
            ? `a medical history asks for none of ${telling.map(({ name }) => name).join(', ')}`
            : `"${place}" speaks of ${domain}`,
    confidence: domain === '' ? 'unsure' : isSure ? 'sure' : 'likely',
  })
  return domain
}

function proposeStructure(
  columns: readonly ColumnProfile[],
  { map, evidence }: Draft,
  { term, proposes }: { term: string | undefined; proposes: Profile['proposes'] },
): void {
  const known = proposes.structure ?? {}
  const isSubjectFirst = isInstrumentTable(columns) || proposes.isSubjectFirst === true
  for (const word of STRUCTURE_WORDS) {
    const field = `map.${word}`
    const own = known[word]
    if (own?.length === 0) continue
    const candidates = listByName(columns, [...new Set([...(own ?? []), ...STRUCTURE_NAMES[word]])]).filter(
      ({ name, filled }) => filled > 0 && name !== term,
    )
    const [named] = candidates
    if (word === 'subject') {
      // REDCap puts the record's id first, whatever the project calls it.
      const first = isSubjectFirst && own === undefined ? columns[0] : undefined
      proposeSubject(
        first ?? named,
        {
          columns,
          isFirst: first !== undefined,
          isOwn: own?.includes(toPlainName(named?.name ?? '')) === true,
          others: candidates,
        },
        { map, evidence },
      )
    } else if (named) {
      map[word] = named.name
      const arms =
        word === 'event' && hasArms(named)
          ? '; its names number REDCap arms: if these are treatments, translate them with "values"'
          : ''
      const why = `named like the ${word}; ${named.values.size} distinct in ${named.filled} filled rows${arms}`
      evidence.push({ field, column: named.name, why, confidence: arms === '' ? 'sure' : 'likely' })
    } else if (word === 'site') {
      evidence.push({
        field,
        column: null,
        why: 'no filled column is named like a site; left out',
        confidence: 'likely',
      })
    }
  }
}

function proposeSubject(
  column: ColumnProfile | undefined,
  {
    columns,
    isFirst,
    isOwn,
    others,
  }: {
    columns: readonly ColumnProfile[]
    isFirst: boolean
    isOwn: boolean
    others: readonly ColumnProfile[]
  },
  { map, evidence }: Draft,
): void {
  const field = 'map.subject'
  if (column === undefined) {
    map.subject = ''
    evidence.push({ field, column: null, why: 'no filled column is named like a subject id', confidence: 'unsure' })
    return
  }
  map.subject = column.name
  const rivals = others
    .map(({ name }) => name)
    .filter((name) => name !== column.name && toPlainName(name) !== 'recordid') // Rave numbers its rows so
  const blanks = column.rows - column.filled
  const isNamed = !isFirst || isInstrumentTable(columns) || others.some(({ name }) => name === column.name)
  evidence.push({
    field,
    column: column.name,
    why: `${isFirst ? 'the first column of a REDCap export is the record id' : 'named like a subject id'}; ${column.values.size} distinct${blanks > 0 ? `, blank in ${blanks} of ${column.rows} sampled rows` : ', never blank'}${rivals.length > 0 ? `; also named so: ${rivals.join(', ')}` : ''}`,
    confidence: blanks === 0 && isNamed && (isOwn || rivals.length === 0) ? 'sure' : 'likely',
  })
}

/** One table for all instruments, recognised by the columns REDCap adds to it. */
export function isInstrumentTable(columns: readonly ColumnProfile[]): boolean {
  const added = /^(redcap)?(repeatinstrument|repeatinstance)$|^redcapeventname$/
  // Without its prefix a name that other systems have, too: REDCap writes "Event Name" behind the record's id.
  return columns.some(
    ({ name }, at) => added.test(toPlainName(name)) || (at === 1 && toPlainName(name) === 'eventname'),
  )
}

function hasArms({ values }: ColumnProfile): boolean {
  return new Set([...values.keys()].map((value) => /_arm_(\d+)/i.exec(value)?.[1] ?? '')).size > 1
}

/** The columns with one of the names, in the order of the names. */
export function listByName(columns: readonly ColumnProfile[], names: readonly string[]): ColumnProfile[] {
  return names.flatMap((name) => columns.filter((column) => toPlainName(column.name) === name))
}

/**
 * A first study.json from one CSV export: guesses, each with its evidence. Knows names and values; decides nothing in
 * the user's place: what it is unsure of stays empty, and the validation of study.json refuses it.
 */
import type { SourceFile } from '../../schemas/files.ts'
import type { CodedDomain } from '../../schemas/records.ts'
import { listMappableVariables } from '../../schemas/sdtm.ts'
import schema from '../../schemas/study.schema.json' with { type: 'json' }
import { type Condition, type SourceConfig, STRUCTURE_WORDS, type StudyConfig } from '../../schemas/study.ts'
import { openCsv } from '../formats/csv.ts'
import {
  ENVIRONMENT_NAMES,
  findDomainOfName,
  isAnyEventName,
  isArmName,
  isCommentName,
  isDictionaryName,
  PROTOCOL_NAMES,
  STRUCTURE_NAMES,
  toPlainName,
  toTermScore,
} from './column-names.ts'
import { type ColumnProfile, hasOnly, profileColumns, toExamples } from './column-profile.ts'
import type { Draft, Evidence } from './evidence.ts'
import { type KeyProposal, proposeKey } from './propose-key.ts'
import { proposeVariables } from './propose-variables.ts'

export interface Proposal {
  /** The content of study.json. Fields that are unsure hold "". */
  readonly config: { readonly sources: readonly object[]; readonly [field: string]: unknown }
  readonly evidence: readonly Evidence[]
}

export interface ProposeOptions {
  readonly file: SourceFile
  /** Rows that are looked at for everything but the key, which is counted over the whole file. */
  readonly sampleRows?: number
  /** The dictionary, as study.json is to name it. */
  readonly dictionary?: StudyConfig['dictionary']
}

/**
 * Looks at a CSV export of adverse events or medical history and proposes a study.json for it.
 * The file is opened twice: for a sample of rows, and to count keys over all of them.
 * @throws AecoderError what the CSV reader throws for a file that cannot be trusted
 */
export async function proposeStudy({
  file,
  sampleRows = 5000,
  dictionary = { name: '', version: '', path: '' },
}: ProposeOptions): Promise<Proposal> {
  const { header, rows, delimiter } = await readSample(file, sampleRows)
  const evidence: Evidence[] = []
  if (delimiter !== ',') {
    const why = `cells are separated by ${JSON.stringify(delimiter)}; detected anew in each file`
    evidence.push({ field: 'sources[0].delimiter', column: null, why, confidence: 'sure' })
  }
  const study = proposeStudyNames(profileColumns(header, rows), file, evidence)

  const term = findTerm(profileColumns(header, rows))
  const only = proposeOnly({ header, rows, term: term?.column }, evidence)
  const relevant =
    only === undefined ? rows : rows.filter((row) => only.in.includes((row[header.indexOf(only.column)] ?? '').trim()))
  const columns = profileColumns(header, relevant)
  const domain = proposeDomain(columns, file, only, evidence)
  const words: CodedDomain = domain === '' ? 'AE' : domain

  const draft: Draft = { map: {}, evidence }
  proposeStructure(columns, draft, findTerm(columns, words)?.column)
  proposeTerm(columns, words, draft)
  const free = columns.filter((column) => !listMappedColumns(draft.map).includes(column.name))
  const dateOrder = proposeVariables(free, words, draft)
  const noEvent = proposeNoEvent(columns, evidence)
  // Comments of other instruments are none of a coder's business.
  const carry = isRedcapExport(columns) && only === undefined ? [] : proposeCarry(columns, draft)

  const source: SourceConfig = {
    id: words.toLowerCase(),
    domain: words,
    format: 'csv',
    files: [file.name],
    transfer: 'snapshot',
    record: 'group',
    only: only ? [only] : [],
    noEvent,
    key: [],
    map: draft.map,
    carry,
  }
  const key = await proposeKey({ file, source, header, rows: relevant })
  evidence.push(...key.evidence)
  return { config: toConfig({ source, domain, dateOrder, key, study, dictionary, map: draft.map }), evidence }
}

function toConfig(parts: {
  source: SourceConfig
  domain: CodedDomain | ''
  dateOrder: 'dmy' | 'mdy' | '' | undefined
  key: KeyProposal
  study: { protocol: string; environment: string }
  dictionary: StudyConfig['dictionary']
  map: Draft['map']
}): Proposal['config'] {
  const { source, domain, dateOrder, key, study, dictionary, map } = parts
  const isUsubjid = typeof map.subject === 'string' && toPlainName(map.subject) === 'usubjid'
  const usubjid = isUsubjid ? '{subject}' : key.needsSite ? '{protocol}-{site}-{subject}' : undefined
  return {
    $schema: schema.$id,
    study,
    dictionary,
    ...(usubjid === undefined ? {} : { usubjid }),
    sources: [
      {
        id: source.id,
        domain,
        format: source.format,
        files: source.files,
        ...(source.only.length > 0 ? { only: source.only } : {}),
        ...(source.noEvent.length > 0 ? { noEvent: source.noEvent } : {}),
        key: key.columns,
        ...(dateOrder === undefined ? {} : { dateOrder }),
        map,
        ...(source.carry.length > 0 ? { carry: source.carry } : {}),
      },
    ],
  }
}

async function readSample(file: SourceFile, sampleRows: number) {
  const table = await openCsv(file, {})
  const rows: (readonly string[])[] = []
  for await (const batch of table.rows) {
    for (const row of batch) if (row.problem === undefined && rows.length < sampleRows) rows.push(row.fields)
    if (rows.length >= sampleRows) break
  }
  return { header: table.header, rows, delimiter: table.delimiter }
}

function proposeStudyNames(columns: readonly ColumnProfile[], file: SourceFile, evidence: Evidence[]) {
  const [protocolColumn, environmentColumn] = [PROTOCOL_NAMES, ENVIRONMENT_NAMES].map((names) =>
    listByName(columns, names).find((column) => column.values.size === 1 && column.filled === column.rows),
  )
  const stated = protocolColumn && [...protocolColumn.values.keys()][0]
  // Rave names a project's copies "ABC-123(UAT)".
  const [, name = '', suffix] = /^([^()]*?)\s*(?:\(([^()]+)\))?$/.exec(stated ?? '') ?? []
  const pattern = new RegExp(schema.properties.study.properties.protocol.pattern)
  const protocol = pattern.test(name) && name.length <= 40 ? name : ''
  const whyNoProtocol =
    stated === undefined
      ? 'no column holds one study name in all rows'
      : `"${stated}" cannot be an id: give a short name`
  evidence.push({
    field: 'study.protocol',
    column: protocolColumn?.name ?? null,
    why: protocol === '' ? `${whyNoProtocol}; it leads every key` : `"${stated}" in every row`,
    confidence: protocol === '' ? 'unsure' : 'sure',
  })
  const place = environmentColumn ? [...environmentColumn.values.keys()].join() : (suffix ?? file.name)
  const isTest = /(^|[^a-z])(uat|test|dev|training|sandbox)([^a-z]|$)/i.test(place)
  evidence.push({
    field: 'study.environment',
    column: environmentColumn?.name ?? null,
    why: isTest ? `"${place}" speaks of a test copy` : 'assumed: nothing speaks of a test copy; name it if this is one',
    confidence: 'likely',
  })
  return { protocol, environment: isTest ? 'uat' : 'production' }
}

/** REDCap exports every instrument in one table: only the rows of the one that holds the term matter. */
function proposeOnly(
  { header, rows, term }: { header: readonly string[]; rows: readonly (readonly string[])[]; term: string | undefined },
  evidence: Evidence[],
): Condition | undefined {
  const column = header.find((name) => ['redcaprepeatinstrument', 'repeatinstrument'].includes(toPlainName(name)))
  if (column === undefined || term === undefined) return undefined
  const [instrumentAt, termAt] = [header.indexOf(column), header.indexOf(term)]
  const counts = new Map<string, number>()
  for (const row of rows) {
    const instrument = (row[instrumentAt] ?? '').trim()
    if ((row[termAt] ?? '').trim() !== '') counts.set(instrument, (counts.get(instrument) ?? 0) + 1)
  }
  const [best, ...others] = [...counts].sort((a, b) => b[1] - a[1])
  const field = 'sources[0].only'
  if (!best || best[0] === '') {
    const why = `"${term}" stands in no rows of a repeating instrument; rows of all instruments are read`
    evidence.push({ field, column, why, confidence: 'likely' })
    return undefined
  }
  evidence.push({
    field,
    column,
    why: `REDCap: "${term}" is filled in ${best[1]} sampled rows of the instrument "${best[0]}"${others.length > 0 ? `, and in ${others.reduce((sum, [, count]) => sum + count, 0)} others` : ' and in no others'}; other instruments are skipped`,
    confidence: others.length > 0 ? 'likely' : 'sure',
  })
  return { column, in: [best[0]] }
}

function proposeDomain(
  columns: readonly ColumnProfile[],
  file: SourceFile,
  only: Condition | undefined,
  evidence: Evidence[],
): CodedDomain | '' {
  const suffixes = [
    ...new Set((['AE', 'MH'] as const).flatMap((domain) => listMappableVariables(domain).map((name) => name.slice(2)))),
  ]
  const named = (domain: CodedDomain) =>
    columns
      .filter(({ name, filled }) => filled > 0 && findDomainOfName(name, suffixes) === domain)
      .map(({ name }) => name)
  const [ae, mh] = [named('AE'), named('MH')]
  const place = [file.name, ...(only?.in ?? [])].join(' ')
  const [isAePlace, isMhPlace] = [
    /(^|[^a-z])(ae|aes|adverse)([^a-z]|$)|adverse/i.test(place),
    /(^|[^a-z])mh([^a-z]|$)|med.*hist/i.test(place),
  ]
  const weight = ae.length - mh.length + 2 * (Number(isAePlace) - Number(isMhPlace))
  const domain = weight === 0 ? '' : weight > 0 ? 'AE' : 'MH'
  const own = domain === 'MH' ? mh : ae
  const isSure = own.length >= 2 && (domain === 'MH' ? ae : mh).length === 0
  const [first] = own
  evidence.push({
    field: 'sources[0].domain',
    column: first ?? null,
    why:
      domain === ''
        ? 'neither the columns nor the file say whether these are adverse events (AE) or medical history (MH)'
        : own.length > 0
          ? `columns named like those of ${domain}: ${own.slice(0, 4).join(', ')}`
          : `the name "${place}" speaks of ${domain}`,
    confidence: domain === '' ? 'unsure' : isSure ? 'sure' : 'likely',
  })
  return domain
}

/** The column most likely to hold the reported term of either domain. */
function findTerm(columns: readonly ColumnProfile[], domain?: CodedDomain) {
  const domains = domain === undefined ? (['AE', 'MH'] as const) : [domain]
  const [best] = columns
    .filter((column) => !isDictionaryName(column.name) && !isAnyEventName(column.name))
    .map((column) => ({
      column: column.name,
      profile: column,
      name: Math.max(...domains.map((each) => toTermScore(column.name, each))),
      isTextual: isTextual(column),
    }))
    .filter(({ name }) => name > 0)
    .sort((a, b) => b.name - a.name || Number(b.isTextual) - Number(a.isTextual) || b.profile.filled - a.profile.filled)
  return best
}

/** Whether values look like what a site writes: words, of some length, no dates, not a handful of codes. */
function isTextual({ lettered, dated, meanLength, values, filled }: ColumnProfile): boolean {
  return lettered >= 0.7 && dated < 0.2 && meanLength >= 4 && values.size >= Math.min(5, filled / 2)
}

function proposeTerm(columns: readonly ColumnProfile[], domain: CodedDomain, { map, evidence }: Draft): void {
  const field = `sources[0].map.${domain}TERM`
  const taken = listMappedColumns(map)
  const best = findTerm(columns, domain)
  if (best && best.profile.filled === 0) {
    map[`${domain}TERM`] = best.name >= 2 ? best.column : ''
    const why = `named like a reported term; no sampled row has a value to prove it`
    evidence.push({ field, column: best.column, why, confidence: best.name >= 2 ? 'likely' : 'unsure' })
    return
  }
  if (best?.isTextual) {
    const { profile } = best
    map[`${domain}TERM`] = best.column
    evidence.push({
      field,
      column: best.column,
      why: `named like a reported term; ${profile.values.size} distinct texts in ${profile.filled} filled rows, ${Math.round(profile.lettered * 100)} % with letters, ${Math.round(profile.meanLength)} characters on average: ${toExamples(profile)}`,
      confidence: best.name >= 2 ? 'sure' : 'likely',
    })
    return
  }
  map[`${domain}TERM`] = ''
  if (best) {
    const why = `named like a reported term, but its values do not read like one: ${toExamples(best.profile)}`
    evidence.push({ field, column: best.column, why, confidence: 'unsure' })
    return
  }
  const [text] = columns
    .filter((column) => isTextual(column) && !isDictionaryName(column.name) && !taken.includes(column.name))
    .sort((a, b) => b.values.size - a.values.size || b.meanLength - a.meanLength)
  const why = text
    ? `no column is named like a reported term; by its values it could be this one: ${toExamples(text)}`
    : 'no column is named like a reported term, and none holds texts'
  evidence.push({ field, column: text?.name ?? null, why, confidence: 'unsure' })
}

function proposeStructure(columns: readonly ColumnProfile[], { map, evidence }: Draft, term: string | undefined): void {
  const isRedcap = isRedcapExport(columns)
  for (const word of STRUCTURE_WORDS) {
    const field = `sources[0].map.${word}`
    const candidates = listByName(columns, STRUCTURE_NAMES[word]).filter(
      ({ name, filled }) => filled > 0 && name !== term,
    )
    const [named] = candidates
    if (word === 'subject') {
      // REDCap puts the record's id first, whatever the project calls it.
      const first = isRedcap ? columns[0] : undefined
      proposeSubject(first ?? named, { isFirst: first !== undefined, others: candidates }, { map, evidence })
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
  { isFirst, others }: { isFirst: boolean; others: readonly ColumnProfile[] },
  { map, evidence }: Draft,
): void {
  const field = 'sources[0].map.subject'
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
  evidence.push({
    field,
    column: column.name,
    why: `${isFirst ? 'the first column of a REDCap export is the record id' : 'named like a subject id'}; ${column.values.size} distinct${blanks > 0 ? `, blank in ${blanks} of ${column.rows} sampled rows` : ', never blank'}${rivals.length > 0 ? `; also named so: ${rivals.join(', ')}` : ''}`,
    confidence: blanks === 0 && rivals.length === 0 ? 'sure' : 'likely',
  })
}

/** One table for all instruments, recognised by the columns REDCap adds to it. */
function isRedcapExport(columns: readonly ColumnProfile[]): boolean {
  const added = /^(redcap)?(repeatinstrument|repeatinstance|eventname)$/
  return columns.some(({ name }) => added.test(toPlainName(name)))
}

function hasArms({ values }: ColumnProfile): boolean {
  return new Set([...values.keys()].map((value) => /_arm_(\d+)/i.exec(value)?.[1] ?? '')).size > 1
}

function proposeNoEvent(columns: readonly ColumnProfile[], evidence: Evidence[]): Condition[] {
  const column = columns.find(({ name, filled }) => filled > 0 && isAnyEventName(name))
  if (column === undefined) return []
  const found = [...column.values.keys()].filter((value) => /^(n|no|none|0|false)$/i.test(value))
  const values = found.length > 0 ? found : hasOnly(column, /^[01]$/) ? ['0'] : ['N', 'No']
  const why = `asks whether there was an event; rows with ${values.join(' or ')} are skipped${found.length > 0 ? '' : ' (no sampled row says so)'}`
  evidence.push({
    field: 'sources[0].noEvent',
    column: column.name,
    why,
    confidence: found.length > 0 ? 'sure' : 'likely',
  })
  return [{ column: column.name, in: values }]
}

function proposeCarry(columns: readonly ColumnProfile[], { map, evidence }: Draft): string[] {
  const mapped = listMappedColumns(map)
  const carried = columns.filter(
    ({ name, filled }) =>
      filled > 0 && isCommentName(name) && !isArmName(name) && !isDictionaryName(name) && !mapped.includes(name),
  )
  for (const { name } of carried) {
    const why = 'free text beside the term; remove it if it could tell a coder the treatment'
    evidence.push({ field: 'sources[0].carry', column: name, why, confidence: 'likely' })
  }
  return carried.map(({ name }) => name)
}

/** The columns with one of the names, in the order of the names. */
function listByName(columns: readonly ColumnProfile[], names: readonly string[]): ColumnProfile[] {
  return names.flatMap((name) => columns.filter((column) => toPlainName(column.name) === name))
}

function listMappedColumns(map: Draft['map']): string[] {
  return Object.values(map).flatMap((ref) => (typeof ref === 'string' ? [ref] : 'column' in ref ? [ref.column] : []))
}

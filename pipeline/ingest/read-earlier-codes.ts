/**
 * Codes that were given in another tool, as its export lists them: one row for each reported term, or for each occurrence
 * of one. Knows the columns that coding tools write; knows no dictionary and no store.
 */
import { fromSafeCell } from '../../schemas/csv-cell.ts'
import { AecoderError } from '../../schemas/errors.ts'
import type { SourceFile } from '../../schemas/files.ts'
import { CODED_DOMAINS, type CodedDomain } from '../../schemas/records.ts'
import { openCsv } from '../formats/csv.ts'
import { parseInstant } from './dates.ts'

/** A level of a path as the other tool stated it: its code, its text, or both. */
export interface StatedLevel {
  readonly level: string
  readonly code: string
  readonly text: string
}

export interface EarlierCode {
  readonly line: number
  readonly domain: CodedDomain
  readonly verbatim: string
  /** The subject whose occurrence it is; empty where it is for the term wherever it stands. */
  readonly subject: string
  /** The part of the report that it is for; empty where it is for the whole. */
  readonly part: string
  /** Of the lowest level. At least one of the two is filled. */
  readonly code: string
  readonly text: string
  /** The levels above, as far as the file has them. */
  readonly path: readonly StatedLevel[]
  readonly dictionary: string
  readonly coder: string
  /** ISO 8601 in UTC. */
  readonly codedAt: string
  /** Empty where nobody approved. */
  readonly approver: string
  readonly approvedAt: string
  readonly comment: string
}

const LEVELS_ABOVE = ['PT', 'HLT', 'HLGT', 'SOC'] as const

/** Names without punctuation and case, each with what aecoder, Rave Coder and SDTM call the column. */
const NAMES = {
  verbatim: ['verbatim', 'verbatimterm', 'reportedterm', 'aeterm', 'mhterm'],
  domain: ['domain'],
  subject: ['usubjid', 'subject', 'subjid', 'subjectid'],
  part: ['part', 'modify', 'aemodify', 'mhmodify', 'splitterm'],
  code: ['lltcode', 'lltcd', 'aelltcd', 'mhlltcd', 'aetermlltcode', 'mhtermlltcode', 'code'],
  text: ['llt', 'lltterm', 'aellt', 'mhllt', 'aetermllt', 'mhtermllt', 'term'],
  dictionary: ['dictionary', 'dictionaryname', 'aetermcoderdictname', 'mhtermcoderdictname'],
  coder: ['coder', 'codedby'],
  codedAt: ['codedat', 'codedon', 'codeddate', 'codedatutc'],
  approver: ['approver', 'approvedby'],
  approvedAt: ['approvedat', 'approvedon', 'approveddate', 'approvedatutc'],
  comment: ['comment', 'reason'],
} as const
type Field = keyof typeof NAMES

const REQUIRED: readonly (readonly Field[])[] = [['verbatim'], ['code', 'text'], ['coder'], ['codedAt']]
const FAULTS_NAMED = 20
const DAY_MS = 86_400_000

/**
 * Reads the codes of another tool. One row that cannot be read refuses the file: half of a study's history is none.
 * @param options.domain of rows that name none
 * @param options.now ISO 8601: nothing was coded later
 * @throws AecoderError TAKE_OVER_INVALID with the lines; what the reader of CSV throws
 */
export async function readEarlierCodes(
  file: SourceFile,
  { domain, now }: { domain?: CodedDomain | undefined; now: string },
): Promise<EarlierCode[]> {
  // A time without a zone may be that of a place where the next day has begun.
  const latest = parseInstant(new Date(Date.parse(now) + DAY_MS).toISOString()) ?? now
  const { header, rows } = await openCsv(file, {})
  const columns = new Map(header.map((name, index) => [toPlainName(name), index]))
  const place = (names: readonly string[]) => names.map((name) => columns.get(name)).find((at) => at !== undefined)
  const places = Object.fromEntries(Object.entries(NAMES).map(([field, names]) => [field, place(names)])) as {
    [field in Field]: number | undefined
  }
  const missing = REQUIRED.filter((fields) => fields.every((field) => places[field] === undefined))
  const faults = missing.map((fields) => `no column ${fields.map((field) => NAMES[field][0]).join(' or ')}`)
  const ofColumn = header.find((_, index) => index === places.verbatim)
  const byName = /^(ae|mh)/i.exec(ofColumn ?? '')?.[1]?.toUpperCase()
  const found: EarlierCode[] = []
  const above = LEVELS_ABOVE.map((level) => ({ level, ...toLevelPlaces(level, place) }))
  for await (const batch of rows) {
    if (missing.length > 0) break
    for (const { line, fields, problem } of batch) {
      const cell = (at: number | undefined) => (at === undefined ? '' : fromSafeCell(fields[at] ?? '').trim())
      const value = (field: Field) => cell(places[field])
      // A verbatim is compared as it was reported, blanks and all.
      const verbatim = fromSafeCell(fields[places.verbatim ?? -1] ?? '')
      const codedAt = parseInstant(value('codedAt'))
      const approvedAt = value('approvedAt') === '' ? '' : parseInstant(value('approvedAt'))
      const own = toDomain(value('domain') || byName || domain || '')
      const faultsOfRow = [
        problem?.text,
        verbatim.trim() === '' ? 'no verbatim' : undefined,
        value('code') === '' && value('text') === '' ? 'no code' : undefined,
        value('coder') === '' ? 'no coder' : undefined,
        codedAt === undefined ? `coded at ${JSON.stringify(value('codedAt'))} is no date` : undefined,
        approvedAt === undefined ? `approved at ${JSON.stringify(value('approvedAt'))} is no date` : undefined,
        codedAt !== undefined && codedAt > latest ? `coded at ${value('codedAt')}, which is still to come` : undefined,
        (approvedAt ?? '') > latest ? `approved at ${value('approvedAt')}, which is still to come` : undefined,
        own === undefined ? 'no domain (AE or MH)' : undefined,
      ].filter((fault) => fault !== undefined)
      if (faultsOfRow.length > 0 || own === undefined) {
        faults.push(`line ${line}: ${faultsOfRow.join(', ')}`)
        continue
      }
      found.push({
        line,
        domain: own,
        verbatim,
        subject: value('subject'),
        part: value('part'),
        code: value('code'),
        text: value('text'),
        path: above
          .map(({ level, codeAt, textAt }) => ({ level, code: cell(codeAt), text: cell(textAt) }))
          .filter(({ code, text }) => code !== '' || text !== ''),
        dictionary: value('dictionary'),
        coder: value('coder'),
        codedAt: codedAt ?? '',
        approver: value('approver'),
        approvedAt: approvedAt ?? '',
        comment: value('comment'),
      })
    }
  }
  if (faults.length > 0) throw toInvalid(file.name, faults)
  return found
}

function toLevelPlaces(level: string, place: (names: readonly string[]) => number | undefined) {
  const word = level.toLowerCase()
  const sdtm = level === 'PT' ? 'decod' : level === 'SOC' ? 'bodsys' : word
  const prefixed = (rest: string) => ['ae', 'mh', 'aeterm', 'mhterm'].map((prefix) => prefix + rest)
  return {
    codeAt: place([`${word}code`, `${word}cd`, ...prefixed(`${word}code`), ...prefixed(`${word}cd`)]),
    textAt: place([word, `${word}term`, ...prefixed(word), ...prefixed(sdtm)]),
  }
}

function toPlainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

function toDomain(text: string): CodedDomain | undefined {
  return CODED_DOMAINS.find((domain) => domain === text.toUpperCase())
}

function toInvalid(where: string, faults: readonly string[]): AecoderError {
  const more = faults.length > FAULTS_NAMED ? [`and ${faults.length - FAULTS_NAMED} more`] : []
  return new AecoderError('TAKE_OVER_INVALID', {
    where,
    found: [...faults.slice(0, FAULTS_NAMED), ...more].join('; '),
    expected:
      'a row for each code with verbatim, code or term, coder, and the day it was coded (YYYY-MM-DD or ISO 8601)',
    action: 'Mend these rows; nothing of the file was taken over',
  })
}

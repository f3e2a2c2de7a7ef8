/** The parts of a source that tables and ODM are asked alike: term, question for an event, comments. */
import type { CodedDomain } from '../../schemas/records.ts'
import type { Condition } from '../../schemas/study.ts'
import { findDomainOfName, isAnyEventName, isArmName, isCommentName, isDictionaryName } from './column-names.ts'
import { type ColumnProfile, hasOnly, toExamples } from './column-profile.ts'
import type { Draft, Evidence } from './evidence.ts'
import { findTerm, isTextual, isWorded } from './term-column.ts'

export function proposeTerm(columns: readonly ColumnProfile[], domain: CodedDomain, { map, evidence }: Draft): void {
  const field = `map.${domain}TERM`
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
  if (best && best.name >= 2 && isWorded(best.profile)) {
    map[`${domain}TERM`] = best.column
    const { values, filled } = best.profile
    const why = `named like a reported term, and holds words, though few: ${values.size} distinct in ${filled} filled rows: ${toExamples(best.profile)}`
    evidence.push({ field, column: best.column, why, confidence: 'likely' })
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

export function proposeNoEvent(
  columns: readonly ColumnProfile[],
  domain: CodedDomain,
  evidence: Evidence[],
): Condition[] {
  const other = domain === 'AE' ? 'MH' : 'AE'
  const column = columns.find(
    ({ name, filled }) => filled > 0 && isAnyEventName(name) && findDomainOfName(name, []) !== other,
  )
  if (column === undefined) return []
  const found = [...column.values.keys()].filter((value) => /^(n|no|none|0|false)$/i.test(value))
  const values = found.length > 0 ? found : hasOnly(column, /^[01]$/) ? ['0'] : ['N', 'No']
  const why = `asks whether there was an event; rows with ${values.join(' or ')} are skipped${found.length > 0 ? '' : ' (no sampled row says so)'}`
  evidence.push({
    field: 'noEvent',
    column: column.name,
    why,
    confidence: found.length > 0 ? 'sure' : 'likely',
  })
  return [{ column: column.name, in: values }]
}

/** Variables without which a queue, a check or a table says less. */
const WANTED: readonly { readonly suffixes: readonly string[]; readonly says: string }[] = [
  { suffixes: ['STDAT', 'STDTC'], says: 'when an event began' },
  { suffixes: ['SER'], says: 'whether an event was serious; serious ones come first in the queue' },
]

/** Says of adverse events what no column was found for. */
export function noteMissing(domain: CodedDomain, { map, evidence }: Draft): void {
  if (domain !== 'AE') return
  for (const { suffixes, says } of WANTED) {
    if (suffixes.some((suffix) => `${domain}${suffix}` in map)) continue
    const why = `no column was found that says ${says}: map it if there is one`
    evidence.push({ field: `map.${domain}${suffixes[0]}`, column: null, why, confidence: 'likely' })
  }
}

/** A checklist prints its terms: the rows whose answer is No have one too. */
export function notePrinted(
  columns: readonly ColumnProfile[],
  { domain, draft: { map, evidence } }: { domain: CodedDomain; draft: Draft },
): void {
  const answer = columns.find(({ name }) => name === map[`${domain}OCCUR`])
  const no = [...(answer?.values ?? [])].filter(([value]) => /^(n|no|none|0|false)$/i.test(value))
  if (answer === undefined || no.length === 0) return
  const count = no.reduce((sum, [, rows]) => sum + rows, 0)
  const why = `${count} of ${answer.rows} sampled rows answer No, and keep their printed terms: they are taken in and coded, as SDTM has them; leave them out with "only" on this column if they are not wanted`
  evidence.push({ field: `only`, column: answer.name, why, confidence: 'likely' })
}

export function proposeCarry(columns: readonly ColumnProfile[], { map, evidence }: Draft): string[] {
  const mapped = listMappedColumns(map)
  const carried = columns.filter(
    ({ name, filled }) =>
      filled > 0 && isCommentName(name) && !isArmName(name) && !isDictionaryName(name) && !mapped.includes(name),
  )
  for (const { name } of carried) {
    const why = 'free text beside the term; remove it if it could tell a coder the treatment'
    evidence.push({ field: 'carry', column: name, why, confidence: 'likely' })
  }
  return carried.map(({ name }) => name)
}

export function listMappedColumns(map: Draft['map']): string[] {
  return Object.values(map).flatMap((ref) => (typeof ref === 'string' ? [ref] : 'column' in ref ? [ref.column] : []))
}

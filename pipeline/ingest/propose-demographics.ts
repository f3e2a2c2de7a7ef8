/** A source of demographics: sex and birth, for the checks of the context. Proposed only where values can be read. */
import { STRUCTURE_NAMES, toPlainName } from './column-names.ts'
import { type ColumnProfile, hasOnly, profileColumns, toExamples } from './column-profile.ts'
import type { Draft, Evidence } from './evidence.ts'
import type { Profile } from './profiles/profile.ts'
import { toItemTable } from './propose-odm.ts'
import { isInstrumentTable, listByName, noteDialect, type SourceProposal } from './propose-table.ts'
import type { SampledFile, SampledGroup, SampledOdm, SampledTable } from './sampled-file.ts'

const SEX_NAMES = ['sex', 'gender', 'dmsex', 'subjectsex']
const BIRTH_NAMES = ['brthdat', 'brthdtc', 'brthdt', 'birthdat', 'birthdate', 'dateofbirth', 'dob']
const YEAR_NAMES = ['brthyr', 'birthyear', 'yearofbirth', 'yob']
const SEX = /^(?:m|f|male|female|u|unk|unknown|undifferentiated|intersex)$/i
const YEAR = /^(?:19|20)\d\d$/

/** How well a file speaks for demographics; 0 for one from which neither sex nor birth can be read. */
export function scoreDemographics(file: SampledFile): number {
  const columns = file.kind === 'table' ? profileColumns(file.header, file.rows) : (findGroup(file)?.columns ?? [])
  const { sex, birth, year } = findReadable(columns)
  if (sex === undefined && birth === undefined && year === undefined) return 0
  const isPlace = /(^|[^a-z])dm([^a-z]|$)|demog/i.test(file.traits.name)
  return Number(sex !== undefined) * 2 + Number(birth !== undefined || year !== undefined) + (isPlace ? 4 : 0)
}

/** Proposes a source of demographics; undefined where there is nothing that can be read, or no subject. */
export function proposeDemographics(
  file: SampledFile,
  { profile }: { readonly profile?: Profile | undefined },
): SourceProposal | undefined {
  return file.kind === 'table' ? fromTable(file, profile) : fromOdm(file)
}

function fromTable(table: SampledTable, profile: Profile | undefined): SourceProposal | undefined {
  const evidence: Evidence[] = []
  noteDialect(table, evidence)
  const all = profileColumns(table.header, table.rows)
  const { sex, birth, year } = findReadable(all)
  const instrument = all.find(({ name }) => /^(redcap)?repeatinstrument$/.test(toPlainName(name)))
  // Demographics stand in the rows of no instrument, one to a subject.
  const isBase = (row: readonly string[]) => (row[instrument?.index ?? -1] ?? '').trim() === ''
  const isOnBase = instrument !== undefined && table.rows.some((row) => isBase(row) && hasAny(row, [sex, birth, year]))
  const rows = isOnBase ? table.rows.filter(isBase) : table.rows
  const columns = profileColumns(table.header, rows)
  const known = profile?.proposes.structure ?? {}
  const find = (word: 'subject' | 'site') =>
    listByName(columns, [...(known[word] ?? []), ...STRUCTURE_NAMES[word]]).find(({ filled }) => filled > 0)
  const subject =
    (isInstrumentTable(columns) || profile?.proposes.isSubjectFirst === true) && known.subject === undefined
      ? columns[0]
      : find('subject')
  if (subject === undefined) return undefined
  const draft: Draft = { map: { subject: subject.name }, evidence }
  const repeats = subject.filled - subject.values.size
  evidence.push({
    field: 'map.subject',
    column: subject.name,
    why: `named like a subject id; ${subject.values.size} distinct in ${subject.filled} filled rows${repeats > 0 ? ': several rows to a subject, the last one counts' : ''}`,
    confidence: repeats > 0 ? 'likely' : 'sure',
  })
  const site = find('site')
  if (site !== undefined && site.name !== subject.name) draft.map.site = site.name
  mapReadable(findReadable(columns), draft)
  if (isOnBase && instrument !== undefined) {
    const why = 'demographics stand in the rows of no repeating instrument'
    evidence.push({ field: 'only', column: instrument.name, why, confidence: 'sure' })
  }
  return {
    source: {
      id: 'dm',
      domain: 'DM',
      format: table.traits.format,
      files: [table.traits.name],
      ...(table.encoding === undefined ? {} : { encoding: table.encoding }),
      ...(table.headerLine === undefined ? {} : { headerLine: table.headerLine }),
      ...(isOnBase && instrument !== undefined ? { only: [{ column: instrument.name, in: [''] }] } : {}),
      map: draft.map,
    },
    evidence,
    needsSite: false,
  }
}

function fromOdm(odm: SampledOdm): SourceProposal | undefined {
  const found = findGroup(odm)
  if (found === undefined) return undefined
  const { group, parts, columns, oids } = found
  const evidence: Evidence[] = []
  const draft: Draft = { map: {}, evidence }
  const toOid = (name: string) => oids.get(name) ?? name
  const isForm = parts.length > 1
  const where = isForm ? `the form ${group.form}` : `the item group ${group.group} of ${group.form ?? 'no form'}`
  evidence.push({ field: 'domain', column: null, why: `sex or birth stand in ${where}`, confidence: 'likely' })
  mapReadable(findReadable(columns), draft)
  return {
    source: {
      id: 'dm',
      domain: 'DM',
      format: 'odm',
      files: [odm.traits.name],
      ...(odm.facts.root.FileType === 'Transactional' ? { transfer: 'delta' } : {}),
      ...(group.form === null ? {} : { forms: [group.form] }),
      ...(isForm ? { record: 'form' } : group.group === null ? {} : { groups: [group.group] }),
      map: Object.fromEntries(Object.entries(draft.map).map(([word, ref]) => [word, toOid(ref as string)])),
    },
    evidence: evidence.map((guess) => (guess.column === null ? guess : { ...guess, column: toOid(guess.column) })),
    needsSite: false,
  }
}

/** The item group with the most of sex and birth; the whole form where they stand in several groups of it. */
function findGroup(odm: SampledOdm) {
  const toFound = (group: SampledGroup, parts: readonly SampledGroup[]) => {
    const table = toItemTable(parts, odm.facts)
    const { sex, birth, year } = findReadable(table.columns)
    const count = [sex, birth ?? year].filter((column) => column !== undefined).length
    return { group, parts, ...table, count }
  }
  const found = odm.groups.flatMap((group) => {
    const own = toFound(group, [group])
    if (own.count === 0) return []
    const siblings = odm.groups.filter(({ form }) => form === group.form && form !== null)
    const whole =
      siblings.length > 1 && !siblings.some(({ isRepeating }) => isRepeating) ? toFound(group, siblings) : own
    return [whole.count > own.count ? whole : own]
  })
  return found.toSorted((a, b) => b.count - a.count || b.group.records - a.group.records)[0]
}

interface Readable {
  readonly sex?: ColumnProfile | undefined
  readonly birth?: ColumnProfile | undefined
  readonly year?: ColumnProfile | undefined
}

function findReadable(columns: readonly ColumnProfile[]): Readable {
  return {
    sex: listByName(columns, SEX_NAMES).find((column) => hasOnly(column, SEX)),
    birth: listByName(columns, BIRTH_NAMES).find(({ dated, filled }) => filled > 0 && dated >= 0.8),
    year: listByName(columns, YEAR_NAMES).find((column) => hasOnly(column, YEAR)),
  }
}

function mapReadable({ sex, birth, year }: Readable, { map, evidence }: Draft): void {
  for (const [word, column] of Object.entries({
    SEX: sex,
    BRTHYR: year,
    BRTHDAT: year === undefined ? birth : undefined,
  })) {
    if (column === undefined) continue
    map[word] = column.name
    const why = `named like ${word}, and its values can be read: ${toExamples(column)}`
    evidence.push({ field: `map.${word}`, column: column.name, why, confidence: 'sure' })
  }
}

function hasAny(row: readonly string[], columns: readonly (ColumnProfile | undefined)[]): boolean {
  return columns.some((column) => column !== undefined && (row[column.index] ?? '').trim() !== '')
}

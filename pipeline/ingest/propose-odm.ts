/**
 * One source of study.json from an ODM: which form and item group hold the reported terms, and which items are what.
 * Definitions are evidence for names; whether an item is what its name says is settled by its values.
 */
import type { CodedDomain } from '../../schemas/records.ts'
import schema from '../../schemas/study.schema.json' with { type: 'json' }
import { type ColumnRef, STRUCTURE_WORDS } from '../../schemas/study.ts'
import type { OdmFacts } from '../formats/odm-facts.ts'
import { findDomainOfName, isAnyEventName, isDictionaryName, toTermScore, toVariableScore } from './column-names.ts'
import { type ColumnProfile, profileColumns } from './column-profile.ts'
import type { Draft, Evidence } from './evidence.ts'
import { toFormOf } from './mapping.ts'
import type { Profile } from './profiles/profile.ts'
import { listMappedColumns, proposeCarry, proposeNoEvent, proposeTerm } from './propose-parts.ts'
import { isPlaceOf, listSuffixes, type SourceProposal } from './propose-table.ts'
import { proposeVariables } from './propose-variables.ts'
import type { SampledGroup, SampledOdm } from './sampled-file.ts'
import { findTerm, foldWide, type TermColumn } from './term-column.ts'

/** Items of one or more groups as columns: each under the name it is best known by. */
export interface ItemTable {
  readonly columns: readonly ColumnProfile[]
  /** ItemOID by the name of the column. */
  readonly oids: ReadonlyMap<string, string>
  readonly rows: readonly (readonly string[])[]
  readonly header: readonly string[]
  readonly numbers: readonly string[]
}

interface Candidate {
  readonly group: SampledGroup
  readonly table: ItemTable
  readonly term: TermColumn
  readonly score: number
}

/** The best group of the domain, and the others that could be one. */
export function findOdmGroups(odm: SampledOdm, domain: CodedDomain): readonly Candidate[] {
  const candidates = odm.groups.flatMap((group) => {
    const table = toItemTable([group], odm.facts)
    const term = findTerm(table.columns, domain)
    if (term === undefined || (term.name < 2 && !term.isTextual)) return []
    const suffixes = listSuffixes()
    const own = table.columns.filter(({ name }) => findDomainOfName(name, suffixes) === domain).length
    const others = table.columns.filter(
      ({ name }) => findDomainOfName(name, suffixes) === (domain === 'AE' ? 'MH' : 'AE'),
    ).length
    const places = [group.form, group.group].flatMap((oid) =>
      oid === null ? [] : [oid, ...listDefined(oid, odm.facts)],
    )
    const isPlace = places.some((place) => isPlaceOf(domain, place.replaceAll('_', ' ')))
    if (others > own || (own === 0 && !isPlace)) return []
    const score = term.name * 2 + own + (term.isTextual ? 5 : 0) + (isPlace ? 4 : 0)
    return [{ group, table, term, score }]
  })
  return candidates.sort((a, b) => b.score - a.score || b.group.records - a.group.records)
}

/** Proposes a source of adverse events or medical history; undefined where no item group could be one. */
export function proposeOdm(
  odm: SampledOdm,
  { domain, profile }: { readonly domain: CodedDomain; readonly profile?: Profile | undefined },
): SourceProposal | undefined {
  const candidates = findOdmGroups(odm, domain)
  const [best] = candidates
  if (best === undefined) return undefined
  const proposes = profile?.proposes ?? {}
  const evidence: Evidence[] = []
  const { form } = best.group
  const siblings = odm.groups.filter((other) => other.form === form && form !== null)
  const isForm = isSpread(best, { siblings, domain, odm }) || (proposes.record === 'form' && siblings.length > 1)
  const parts = isForm ? siblings : [best.group]
  const { columns, oids, numbers } = isForm ? toItemTable(parts, odm.facts) : best.table

  // Other versions of the form are taken too.
  const toForm = toFormOf(proposes.formVersion)
  const others = candidates.slice(1).filter(({ group }) => toForm(group.form ?? '') !== toForm(form ?? ''))
  noteWhere(best, { odm, domain, isForm, evidence, others })
  if (numbers.length > 0) {
    const why = `a wide form: the items with the numbers ${numbers.join(', ')} hold an event each, written {n}`
    evidence.push({ field: 'map', column: null, why, confidence: 'likely' })
  }
  const draft: Draft = { map: {}, evidence }
  proposeTerm(columns, domain, draft)
  const free = columns.filter((column) => !listMappedColumns(draft.map).includes(column.name))
  const dateOrder = proposeVariables(free, domain, draft, proposes)
  const noEvent = proposeNoEvent(columns, domain, evidence)
  const carry = numbers.length > 0 ? [] : proposeCarry(columns, draft)
  const toOid = (name: string) => oids.get(name) ?? name
  const subjectKey = toSubjectKey(proposes, evidence)
  const formVersion = toFormVersion(form, { proposes, evidence })
  const isDelta = odm.facts.root.FileType === 'Transactional' || proposes.transfer === 'delta'
  if (isDelta) {
    const why = 'the file states changes: what it does not name stays as it is'
    evidence.push({ field: 'transfer', column: null, why, confidence: 'sure' })
  }
  return {
    source: {
      id: domain.toLowerCase(),
      domain,
      format: 'odm',
      files: [odm.traits.name],
      ...(isDelta ? { transfer: 'delta' } : {}),
      ...(form === null ? {} : { forms: [formVersion === undefined ? form : toVersions(form, formVersion)] }),
      ...(isForm || best.group.group === null ? {} : { groups: [best.group.group] }),
      ...(isForm ? { record: 'form' } : {}),
      ...(formVersion === undefined || !isKnown('formVersion') ? {} : { formVersion }),
      ...(noEvent.length > 0 ? { noEvent: noEvent.map((one) => ({ ...one, column: toOid(one.column) })) } : {}),
      ...(dateOrder === undefined ? {} : { dateOrder }),
      map: { ...subjectKey, ...toOidMap(draft.map, toOid) },
      ...(carry.length > 0 ? { carry: carry.map(toOid) } : {}),
    },
    evidence: evidence.map((guess) => toOidEvidence(guess, { toOid, facts: odm.facts })),
    needsSite: false,
  }
}

/** The items of groups as columns; those of several groups side by side, since only their values are looked at. */
export function toItemTable(groups: readonly SampledGroup[], facts: OdmFacts): ItemTable {
  const items = groups.flatMap((group) => group.items.map((oid) => ({ oid, group })))
  const oidHeader = items.map(({ oid }) => oid)
  const rows: (readonly string[])[] = []
  let offset = 0
  for (const group of groups) {
    for (const row of group.rows)
      rows.push([
        ...Array<string>(offset).fill(''),
        ...row,
        ...Array<string>(items.length - offset - row.length).fill(''),
      ])
    offset += group.items.length
  }
  const folded = foldWide(oidHeader, rows, { toName: (oid) => toCalledName(oid, facts) })
  const called = folded.header.map((oid) => toCalledName(oid, facts))
  const header = called.map((name, index) =>
    called.indexOf(name) === index && called.lastIndexOf(name) === index ? name : (folded.header[index] ?? name),
  )
  return {
    columns: profileColumns(header, folded.rows),
    oids: new Map(header.map((name, index) => [name, folded.header[index] ?? name])),
    rows: folded.rows,
    header,
    numbers: folded.numbers,
  }
}

/**
 * The name an item is best known by: the first of its OID's parts and its defined names that is known at all; the
 * question only where nothing else is.
 */
function toCalledName(oid: string, facts: OdmFacts): string {
  // Rave: the value as entered, beside the one it was read as.
  const raw = /^(.+)(\.RAW)$/.exec(oid)
  if (raw) return toCalledName(raw[1] ?? '', facts) + raw[2]
  const defined = facts.items.get(oid)
  const parts = oid
    .split('.')
    .map((part) => part.replace(/^(?:itm|txt|sct|cal|dtm|dtc|rdg|rdc|pdn|pdc|chk|cmp)(?=[A-Z])/, ''))
  const names = [
    oid,
    ...parts.toReversed(),
    oid.replace(/^I_[A-Z0-9]{1,6}_/, ''), // OpenClinica: the first letters of the form
    ...(defined?.names ?? []),
    ...(defined === undefined || defined.question === '' ? [] : [defined.question]),
  ]
  return names.find(isKnownName) ?? names.find(isLikeTerm) ?? defined?.names[0] ?? oid
}

/** A question may say more than the name: "New Item", asked as "Describe the adverse event". */
function isLikeTerm(name: string): boolean {
  return (['AE', 'MH'] as const).some((domain) => toTermScore(name, domain) > 0)
}

const DEMOGRAPHIC_NAMES =
  /^(?:sex|gender|brth(?:dat|dtc|dt|yr)|birthdat|dob|dateofbirth|birthdate|yearofbirth|birthyear)$/i

function isKnownName(name: string): boolean {
  if (isAnyEventName(name) || isDictionaryName(name) || DEMOGRAPHIC_NAMES.test(name.replace(/[^A-Za-z]/g, '')))
    return true
  return (['AE', 'MH'] as const).some(
    (domain) =>
      toTermScore(name, domain) >= 2 || listSuffixes().some((suffix) => toVariableScore(name, domain, suffix) >= 2),
  )
}

/** What an OID of a form or group is called. */
function listDefined(oid: string, { forms, groups }: OdmFacts): string[] {
  return [forms.get(oid)?.name, groups.get(oid)?.name].filter((name) => name !== undefined)
}

/** Whether further variables of the domain stand in other groups of the form, none of which repeats. */
function isSpread(
  { group, table }: Candidate,
  { siblings, domain, odm }: { siblings: readonly SampledGroup[]; domain: CodedDomain; odm: SampledOdm },
): boolean {
  if (siblings.length < 2 || siblings.some(({ isRepeating }) => isRepeating) || table.numbers.length > 0) return false
  const suffixes = listSuffixes()
  return siblings.some(
    (other) =>
      other !== group &&
      toItemTable([other], odm.facts).columns.some(
        ({ name }) => findDomainOfName(name, suffixes) === domain && !isAnyEventName(name),
      ),
  )
}

function noteWhere(
  { group, term }: Candidate,
  about: {
    odm: SampledOdm
    domain: CodedDomain
    isForm: boolean
    evidence: Evidence[]
    others: readonly Candidate[]
  },
): void {
  const { odm, domain, isForm, evidence, others } = about
  const called = group.form === null ? [] : listDefined(group.form, odm.facts)
  const form = `${group.form ?? 'no form'}${called.length > 0 ? ` ("${called.join('", "')}")` : ''}`
  const counted = `${group.records} ${group.records === 1 ? 'record' : 'records'}`
  const rivals = others.map((other) => other.group.form ?? '')
  const more =
    rivals.length > 0 ? `; ${[...new Set(rivals)].join(', ')} could hold such terms too, and is left out` : ''
  const isSure = term.name >= 2 && term.isTextual && rivals.length === 0
  evidence.push({
    field: 'domain',
    column: null,
    why: `the term of ${domain} stands in ${form}, ${counted}${more}`,
    confidence: isSure ? 'sure' : 'likely',
  })
  evidence.push({
    field: isForm ? 'record' : 'groups',
    column: null,
    why: isForm
      ? 'the fields of one form instance stand in several item groups: a record is a whole form'
      : `the item group ${group.group ?? ''}${group.isRepeating ? ' repeats within the form: a record is one of it' : ': a record is one of it'}`,
    confidence: 'sure',
  })
}

function toOidMap(map: Draft['map'], toOid: (name: string) => string): Draft['map'] {
  return Object.fromEntries(
    Object.entries(map).map(([word, ref]): [string, ColumnRef] => [
      word,
      typeof ref === 'string'
        ? ref === ''
          ? ''
          : toOid(ref)
        : 'column' in ref
          ? { ...ref, column: toOid(ref.column) }
          : ref,
    ]),
  )
}

/** Names the item, and what it was taken for a name of; a question is no name, and makes nothing sure. */
function toOidEvidence(
  guess: Evidence,
  { toOid, facts }: { toOid: (name: string) => string; facts: OdmFacts },
): Evidence {
  const oids = guess.column?.split(', ').map(toOid).join(', ')
  if (oids === undefined || oids === guess.column) return guess
  const isQuestion = facts.items.get(oids)?.question === guess.column
  return {
    ...guess,
    column: oids,
    why: `${isQuestion ? 'asked as' : 'called'} "${guess.column}"; ${guess.why}`,
    confidence: isQuestion && guess.confidence === 'sure' ? 'likely' : guess.confidence,
  }
}

function toVersions(form: string, version: string): string {
  return form.replace(new RegExp(`${version}$`), `${version.replace(/\[.*$/, '')}*`)
}

function toFormVersion(
  form: string | null,
  { proposes, evidence }: { proposes: Profile['proposes']; evidence: Evidence[] },
): string | undefined {
  const { formVersion } = proposes
  if (formVersion === undefined || form === null || !new RegExp(`${formVersion}$`).test(form)) return undefined
  const why = `"${form}" ends in its version: forms of other versions are taken too`
  evidence.push({ field: 'forms', column: null, why, confidence: 'likely' })
  return formVersion
}

function toSubjectKey(proposes: Profile['proposes'], evidence: Evidence[]): Draft['map'] {
  if (proposes.subjectKey === undefined || !(STRUCTURE_WORDS as readonly string[]).includes('subjectKey')) return {}
  const why = 'the system’s own key of a subject stays when the id that people use changes'
  evidence.push({ field: 'map.subjectKey', column: null, why, confidence: 'likely' })
  return { subjectKey: proposes.subjectKey }
}

/** Whether study.json knows the field of a source. */
function isKnown(field: string): boolean {
  return field in schema.$defs.source.properties
}

/** The variables of the coded domains: names, labels, types, order. Knows nothing of where values come from. */
import type { CodedDomain } from './records.ts'

/** One column of a dataset. Labels follow SDTMIG 3.4; variables that are not SDTM's have a label of our own. */
export interface Variable {
  readonly name: string
  readonly label: string
  readonly type: 'Char' | 'Num'
  /** Where the value comes from: CRF (mapped), the dictionary, or aecoder itself. */
  readonly origin: 'CRF' | 'Assigned' | 'Derived'
  readonly standard: 'SDTM' | 'CDASH'
}

/** A variable of a domain, the domain's prefix left out (`TERM` for AETERM). */
type Suffix = readonly [
  suffix: string,
  label: (kind: string) => string,
  type: 'Char' | 'Num',
  origin: Variable['origin'],
  standard: Variable['standard'],
]

const fixed = (label: string) => () => label

// SDTMIG 3.4 AE in its order; the MH table lacks the hierarchy block, but the Events class allows it (model order).
const EVENTS: readonly Suffix[] = [
  ['SEQ', fixed('Sequence Number'), 'Num', 'Derived', 'SDTM'],
  ['GRPID', fixed('Group ID'), 'Char', 'CRF', 'SDTM'],
  ['REFID', fixed('Reference ID'), 'Char', 'CRF', 'SDTM'],
  ['SPID', fixed('Sponsor-Defined Identifier'), 'Char', 'CRF', 'SDTM'],
  ['TERM', (kind) => `Reported Term for the ${kind.replace(' History Event', ' History')}`, 'Char', 'CRF', 'SDTM'],
  ['MODIFY', fixed('Modified Reported Term'), 'Char', 'Assigned', 'SDTM'],
  ['LLT', fixed('Lowest Level Term'), 'Char', 'Assigned', 'SDTM'],
  ['LLTCD', fixed('Lowest Level Term Code'), 'Num', 'Assigned', 'SDTM'],
  ['DECOD', fixed('Dictionary-Derived Term'), 'Char', 'Assigned', 'SDTM'],
  ['PTCD', fixed('Preferred Term Code'), 'Num', 'Assigned', 'SDTM'],
  ['HLT', fixed('High Level Term'), 'Char', 'Assigned', 'SDTM'],
  ['HLTCD', fixed('High Level Term Code'), 'Num', 'Assigned', 'SDTM'],
  ['HLGT', fixed('High Level Group Term'), 'Char', 'Assigned', 'SDTM'],
  ['HLGTCD', fixed('High Level Group Term Code'), 'Num', 'Assigned', 'SDTM'],
  ['CAT', (kind) => `Category for ${kind}`, 'Char', 'CRF', 'SDTM'],
  ['SCAT', (kind) => `Subcategory for ${kind}`, 'Char', 'CRF', 'SDTM'],
  ['PRESP', (kind) => `Pre-Specified ${kind}`, 'Char', 'CRF', 'SDTM'],
  ['OCCUR', (kind) => `${kind} Occurrence`, 'Char', 'CRF', 'SDTM'],
  ['BODSYS', fixed('Body System or Organ Class'), 'Char', 'Assigned', 'SDTM'],
  ['BDSYCD', fixed('Body System or Organ Class Code'), 'Num', 'Assigned', 'SDTM'],
  ['SOC', fixed('Primary System Organ Class'), 'Char', 'Assigned', 'SDTM'],
  ['SOCCD', fixed('Primary System Organ Class Code'), 'Num', 'Assigned', 'SDTM'],
]
const AE_ONLY: readonly Suffix[] = [
  ['LOC', fixed('Location of Event'), 'Char', 'CRF', 'SDTM'],
  ['SEV', fixed('Severity/Intensity'), 'Char', 'CRF', 'SDTM'],
  ['SER', fixed('Serious Event'), 'Char', 'CRF', 'SDTM'],
  ['ACN', fixed('Action Taken with Study Treatment'), 'Char', 'CRF', 'SDTM'],
  ['ACNOTH', fixed('Other Action Taken'), 'Char', 'CRF', 'SDTM'],
  ['REL', fixed('Causality'), 'Char', 'CRF', 'SDTM'],
  ['PATT', fixed('Pattern of Adverse Event'), 'Char', 'CRF', 'SDTM'],
  ['OUT', fixed('Outcome of Adverse Event'), 'Char', 'CRF', 'SDTM'],
  ['SCAN', fixed('Involves Cancer'), 'Char', 'CRF', 'SDTM'],
  ['SCONG', fixed('Congenital Anomaly or Birth Defect'), 'Char', 'CRF', 'SDTM'],
  ['SDISAB', fixed('Persist or Signif Disability/Incapacity'), 'Char', 'CRF', 'SDTM'],
  ['SDTH', fixed('Results in Death'), 'Char', 'CRF', 'SDTM'],
  ['SHOSP', fixed('Requires or Prolongs Hospitalization'), 'Char', 'CRF', 'SDTM'],
  ['SLIFE', fixed('Is Life Threatening'), 'Char', 'CRF', 'SDTM'],
  ['SOD', fixed('Occurred with Overdose'), 'Char', 'CRF', 'SDTM'],
  ['SMIE', fixed('Other Medically Important Serious Event'), 'Char', 'CRF', 'SDTM'],
  ['CONTRT', fixed('Concomitant or Additional Trtmnt Given'), 'Char', 'CRF', 'SDTM'],
  ['TOXGR', fixed('Standard Toxicity Grade'), 'Char', 'CRF', 'SDTM'],
]
const TIMING: readonly Suffix[] = [
  ['STDTC', (kind) => `Start Date/Time of ${kind}`, 'Char', 'Derived', 'SDTM'],
  ['ENDTC', (kind) => `End Date/Time of ${kind}`, 'Char', 'Derived', 'SDTM'],
]
const COLLECTED: readonly Suffix[] = [
  ['STDAT', fixed('Start Date as Collected'), 'Char', 'CRF', 'CDASH'],
  ['ENDAT', fixed('End Date as Collected'), 'Char', 'CRF', 'CDASH'],
  ['ONGO', fixed('Ongoing as Collected'), 'Char', 'CRF', 'CDASH'],
]

const KINDS: { readonly [domain in CodedDomain]: string } = { AE: 'Adverse Event', MH: 'Medical History Event' }
const LEADING: readonly Variable[] = [
  { name: 'STUDYID', label: 'Study Identifier', type: 'Char', origin: 'Derived', standard: 'SDTM' },
  { name: 'DOMAIN', label: 'Domain Abbreviation', type: 'Char', origin: 'Assigned', standard: 'SDTM' },
  { name: 'USUBJID', label: 'Unique Subject Identifier', type: 'Char', origin: 'Derived', standard: 'SDTM' },
]

/** All variables a dataset of the domain can hold, in order. */
export function listVariables(domain: CodedDomain): readonly Variable[] {
  const suffixes =
    domain === 'AE' ? [...EVENTS, ...AE_ONLY, ...TIMING, ...COLLECTED] : [...EVENTS, ...TIMING, ...COLLECTED]
  return [
    ...LEADING,
    ...suffixes.map(([suffix, label, type, origin, standard]) => ({
      name: domain + suffix,
      label: label(KINDS[domain]),
      type,
      origin,
      standard,
    })),
  ]
}

/**
 * Columns of a dictionary whose levels are not MedDRA's, after domain and the id it has in study.json. SDTM has no
 * variables for them: the names are ours, of eight characters at most.
 */
export const CODE_COLUMNS = [
  ['', 'Term'],
  ['CD', 'Code'],
  ['TP', 'Broadest Term'],
  ['TC', 'Broadest Code'],
  ['PA', 'Path of Codes'],
] as const

/** The id under which the study's main dictionary has such columns. */
export const MAIN_COLUMNS = 'DIC'

/** Words a DM source can map: what the context check needs of a subject, and no more. */
const SUBJECT_WORDS = ['SEX', 'BRTHYR', 'BRTHDAT'] as const

/**
 * The words a source's mapping may use beside the structure words; --STDTC and --ENDTC where the export brings ISO dates
 * itself, --MODIFY where it brings a translation of the term.
 */
export function listMappableVariables(domain: CodedDomain | 'DM'): readonly string[] {
  if (domain === 'DM') return SUBJECT_WORDS
  return listVariables(domain)
    .filter((variable) => variable.origin === 'CRF' || /(?:DTC|MODIFY)$/.test(variable.name))
    .map((variable) => variable.name)
}

export function findMappedVariable(domain: CodedDomain | 'DM', word: string): string | undefined {
  return listMappableVariables(domain).find((name) => name === word)
}

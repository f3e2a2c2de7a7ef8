/**
 * What columns of CRF exports are called: CDASH names, and the variants seen in REDCap, Rave, Castor, OpenClinica and
 * home-made exports. Knows names only; whether a column's values agree is judged elsewhere.
 */
import type { CodedDomain } from '../../schemas/records.ts'
import { SLOT, type StructureWord } from '../../schemas/study.ts'

/** How well a name speaks for a word: 3 the standard's own, 2 a known variant, 1 a hint, 0 nothing. */
export type NameScore = 0 | 1 | 2 | 3

/** What stands before the standard's name in OIDs and items: ITMAETERM (InForm), IT_AETERM, AE_AETERM. */
const ITEM_PREFIX = /^(?:ITM?_?(?=AE|MH)|(AE|MH)_(?=\1))/i

/** `AE.AESTDAT_RAW` → `aestdat`: no folder, no prefix of items, no vendor's suffix, letters and digits only. */
export function toPlainName(name: string): string {
  const last = name.slice(name.lastIndexOf('.') + 1)
  return last
    .replace(SLOT, '')
    .replace(ITEM_PREFIX, '')
    .replace(/_(raw|std|dts)$/i, '')
    .replace(/_\d{3}$/, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
}

/** Names without their domain's prefix (`desc` for AE_DESC), by the variable's suffix. */
const VARIABLE_NAMES: { readonly [suffix: string]: readonly string[] } = {
  STDAT: [
    'stdt',
    'stdate',
    'start',
    'startdate',
    'startdt',
    'startdat',
    'startdatetime',
    'stdtm',
    'begin',
    'begindate',
    'begdat',
    'datestart',
    'dateofonset',
    'onset',
    'onsetdate',
    'onsetdt',
    'onsetdat',
    'dton',
  ],
  ENDAT: [
    'endt',
    'enddate',
    'end',
    'enddt',
    'enddat',
    'enddatetime',
    'endtm',
    'dateend',
    'stop',
    'stopdate',
    'stopdt',
    'stopdat',
    'spdt',
    'resolved',
    'resolutiondate',
    'dateofresolution',
    'resolveddate',
    'dateresolved',
    'resdate',
    'dtre',
  ],
  STDTC: [],
  ENDTC: [],
  ONGO: ['ong', 'ongoing', 'cont', 'continuing', 'stillongoing'],
  SEV: ['severity', 'maxseverity', 'intensity', 'sever', 'severe'],
  SER: ['serious', 'sae', 'issae', 'isserious', 'seriousness', 'seriousevent', 'sayn'],
  OUT: ['outcome', 'outc', 'outcomeofevent'],
  REL: ['related', 'relatedness', 'drugrelation', 'relateddrug', 'reldrug', 'relationship', 'causality', 'relation'],
  ACN: ['action', 'actiontaken', 'act'],
  ACNOTH: ['otheraction', 'otheractiontaken'],
  TOXGR: ['grade', 'ctcae', 'ctcgrade', 'ctcgr', 'ctcaegrade', 'toxicitygrade', 'toxgrade'],
  SPID: ['no', 'seqnum', 'num', 'number', 'id', 'line', 'lineno', 'linenumber', 'seq', 'sequence'],
}
/** Names that say enough without a prefix. `end`, `no` or `id` alone do not. */
const LONE_NAMES =
  /^(start|onset|stop|end|resolution)(date|dt)$|^(dateofonset|severity|intensity|serious|outcome|causality|actiontaken|ctcaegrade|ctcgrade|toxicitygrade|ongoing)$/

const TERM_NAMES = [
  'term',
  'verbatim',
  'verbatimterm',
  'termverbatim',
  'desc',
  'description',
  'diagnosis',
  'diag',
  'event',
  'evt',
  'name',
  'text',
  'reportedterm',
  'condition',
  'cond',
  'dx',
  'disease',
  'disorder',
  'eventterm',
  'eventdescription',
]
const LONE_TERM_NAMES = [
  'adverseevent',
  'medicalhistory',
  'adverseevents',
  'eventterm',
  'eventdescription',
  'verbatim',
  'verbatimterm',
  'reportedterm',
  'term',
  'diagnosis',
  'condition',
  'medicalcondition',
  'nameofevent',
]
const DOMAIN_PREFIX: { readonly [domain in CodedDomain]: RegExp } = {
  AE: /^(adverseevents?|adv|ae)/,
  MH: /^(medicalhistory|medhist|medhx|mhx|mh)/,
}

/** How well a column's name speaks for a variable of the domain, e.g. `SEV`. */
export function toVariableScore(name: string, domain: CodedDomain, suffix: string): NameScore {
  const plain = toPlainName(name)
  const known = VARIABLE_NAMES[suffix] ?? []
  if (plain === `${domain}${suffix}`.toLowerCase()) return 3
  // Choices of yes and no say so at their end: AE_SERIOUS_YN.
  const rest = plain.replace(DOMAIN_PREFIX[domain], '').replace(/(?<=.)yn$/, '')
  if (DOMAIN_PREFIX[domain].test(plain) && (rest === suffix.toLowerCase() || known.includes(rest))) return 2
  return known.includes(plain) && LONE_NAMES.test(plain) ? 2 : 0
}

/** How well a column's name speaks for the reported term of the domain. */
export function toTermScore(name: string, domain: CodedDomain): NameScore {
  const plain = toPlainName(name)
  if (isDictionaryName(name) || isAnyEventName(name)) return 0
  if (plain === `${domain}TERM`.toLowerCase()) return 3
  const rest = plain.replace(DOMAIN_PREFIX[domain], '')
  if (rest !== plain && TERM_NAMES.includes(rest)) return 2
  if (LONE_TERM_NAMES.includes(plain)) return 2
  return /term|verbatim|adverseevent|diagnos/.test(plain) && !/date|other|code|comment/.test(plain) ? 1 : 0
}

/** Which domain a column's name belongs to by its prefix and a variable's name; undefined for a name of neither. */
export function findDomainOfName(name: string, suffixes: readonly string[]): CodedDomain | undefined {
  const domains = (['AE', 'MH'] as const).filter((domain) => {
    if (!DOMAIN_PREFIX[domain].test(toPlainName(name))) return false
    return (
      isAnyEventName(name) ||
      toTermScore(name, domain) >= 2 ||
      suffixes.some((suffix) => toVariableScore(name, domain, suffix) >= 2)
    )
  })
  return domains[0]
}

/** Columns a dictionary filled in: never the reported term. */
export function isDictionaryName(name: string): boolean {
  return /decod|bodsys|bdsy|coder|dict|meddra|modify|[_. ](llt|pt|hlt|hlgt|soc)(_?(code|cd|name|term))?$|^(ae|mh)_?(llt|pt|hlt|hlgt|soc)(cd|n)?$/i.test(
    name,
  )
}

/** "Any adverse events?": the question whose No makes a row without an event. */
export function isAnyEventName(name: string): boolean {
  return /^((ae|mh)(yn|any|occurred)|any(ae|aes|mh|adverseevents?|medicalhistory)|(ae|mh)anyyn)$/.test(
    toPlainName(name),
  )
}

/**
 * Columns that could tell a coder the treatment arm. Broad on purpose: a column left out costs a line in study.json,
 * one let in unblinds.
 */
export function isArmName(name: string): boolean {
  return /arm(cd)?\d*$|trt|treat|rand|cohort|kit|dose|drug|placebo|group|blind/.test(toPlainName(name))
}

/** Free text beside a term that helps a coder. */
export function isCommentName(name: string): boolean {
  return /comment|specify|spfy|details?$|symptoms?$/.test(toPlainName(name))
}

/** Structure and subject columns by their plain names, the best first. */
export const STRUCTURE_NAMES: { readonly [word in StructureWord]: readonly string[] } = {
  subject: [
    'subjid',
    'subject',
    'subjectid',
    'subjectnumber',
    'subjectno',
    'subjectkey',
    'subjectidentifier',
    'studysubjectid',
    'participantid',
    'participant',
    'patientid',
    'patient',
    'patid',
    'patno',
    'patientnumber',
    'ptid',
    'ptno',
    'subjno',
    'subno',
    'screeningnumber',
    'screeningno',
    'recordid',
    'usubjid',
  ],
  // Which of several ids never changes cannot be told by a name.
  subjectKey: [],
  site: [
    'siteid',
    'sitenumber',
    'siteno',
    'sitecode',
    'site',
    'siteabbreviation',
    'instituteabbreviation',
    'centreid',
    'centerid',
    'centreno',
    'centerno',
    'centre',
    'center',
    'redcapdataaccessgroup',
    'dataaccessgroup',
    'siteoid',
    'locationoid',
    'sitename',
  ],
  event: [
    'redcapeventname',
    'folder',
    'studyeventoid',
    'eventoid',
    'foldername',
    'instancename',
    'visitnum',
    'visit',
    'visitname',
    'eventname',
  ],
  eventRepeat: ['instancerepeatnumber', 'studyeventrepeatkey', 'eventrepeatkey', 'eventrepeat'],
  form: ['formoid', 'formname'],
  formRepeat: ['pagerepeatnumber', 'formrepeatkey', 'formrepeat'],
  group: ['itemgroupoid'],
  groupRepeat: ['itemgrouprepeatkey', 'grouprepeatkey'],
}

/** Columns that number a subject's lines, the best first; with the domain's own number (AESPID) they make the key. */
export const LINE_NAMES = [
  'redcaprepeatinstance',
  'repeatinstance',
  'recordposition',
  'aespid',
  'mhspid',
  'aeno',
  'aenum',
  'aenumber',
  'mhno',
  'mhnum',
  'aeseq',
  'mhseq',
  'aeline',
  'lineno',
  'linenumber',
  'line',
  'seq',
  'sequence',
  'rownumber',
  'recordid',
  'rowid',
  'aeid',
  'mhid',
]

export const PROTOCOL_NAMES = [
  'project',
  'protocol',
  'protocolid',
  'protocolno',
  'studyid',
  'study',
  'studycode',
  'projectname',
  'studyname',
]
export const ENVIRONMENT_NAMES = ['environment', 'environmentname', 'studyenv']

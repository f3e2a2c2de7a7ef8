/**
 * What columns of CRF exports are called: CDASH names, and the variants seen in REDCap, Rave, Castor, OpenClinica and
 * home-made exports. Knows names only; whether a column's values agree is judged elsewhere.
 */
import type { CodedDomain } from '../../schemas/records.ts'
import { SLOT, type StructureWord } from '../../schemas/study.ts'
import {
  AE_PREFIX_IN_LANGUAGES,
  LINES_IN_LANGUAGES,
  PLACES_IN_LANGUAGES,
  TERM_RESTS_IN_LANGUAGES,
  TERMS_IN_LANGUAGES,
  VARIABLES_IN_LANGUAGES,
} from './names-in-languages.ts'

/** How well a name speaks for a word: 3 the standard's own, 2 a known variant, 1 a hint, 0 nothing. */
export type NameScore = 0 | 1 | 2 | 3

/** What stands before the standard's name in OIDs and items: ITMAETERM (InForm), IT_AETERM, AE_AETERM. */
const ITEM_PREFIX = /^(?:ITM?_?(?=AE|MH)|(AE|MH)_(?=\1))/i

/** What OpenClinica adds to an item's name in a table: its event, its form and the repeats of both (ODMToTAB.xsl). */
const EVENT_AND_FORM = /_E(?:\d+|\{n\})(?:_(?:\d+|\{n\}))?_C(?:\d+|\{n\})(?:_(?:\d+|\{n\}))?$/

/** That ending, which tells columns of one item apart; '' for other names. */
export function toEventAndForm(name: string): string {
  return EVENT_AND_FORM.exec(name)?.[0] ?? ''
}

/** What a question says of itself behind its name: "(Y/N)", "(verbatim)". A choice of a checkbox is no such remark. */
const REMARK = /\s*\((?!choice|\d+\))[^()]*\)[\s?:]*$/i

/**
 * `AE.AESTDAT_RAW` → `aestdat`: no folder, no prefix of items, no vendor's suffix, letters and digits only, none of them
 * with marks.
 */
export function toPlainName(name: string): string {
  const bare = name.trim().replace(/\.+$/, '')
  const last = /\s/.test(bare) ? bare : bare.slice(bare.lastIndexOf('.') + 1)
  return last
    .replace(EVENT_AND_FORM, '')
    .replace(SLOT, '')
    .replace(ITEM_PREFIX, '')
    .replace(REMARK, '')
    .replace(/_(raw|std|dts)$/i, '')
    .replace(/_\d{3}$/, '')
    .replace(/#/g, 'no')
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
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
    'datestarted',
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
    'dateended',
    'datestopped',
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
    'resdt',
    'dtre',
  ],
  STDTC: [],
  ENDTC: [],
  ONGO: ['ong', 'ongoing', 'cont', 'continuing', 'stillongoing', 'ongoingyn'],
  SEV: ['severity', 'maxseverity', 'intensity', 'sever', 'severe'],
  SER: ['serious', 'sae', 'issae', 'isserious', 'seriousness', 'seriousevent', 'sayn'],
  OUT: ['outcome', 'outc', 'outcomeofevent'],
  REL: [
    'related',
    'relatedness',
    'drugrelation',
    'relateddrug',
    'reldrug',
    'relationship',
    'causality',
    'relation',
    'relationshiptostudydrug',
    'relationshiptostudytreatment',
    'relationshiptotreatment',
    'relatedtostudydrug',
    'relatedtostudytreatment',
    'relationtoimp',
    'attribution',
  ],
  ACN: ['action', 'actiontaken', 'actiontakenwithstudydrug', 'actiontakenwithstudytreatment', 'act'],
  ACNOTH: ['otheraction', 'otheractiontaken'],
  TOXGR: ['grade', 'ctcae', 'ctcgrade', 'ctcgr', 'ctcaegrade', 'toxicitygrade', 'toxgrade'],
  SPID: ['no', 'seqnum', 'num', 'number', 'id', 'line', 'lineno', 'linenumber', 'seq', 'sequence'],
}
/** Names that say enough without a prefix. `end`, `no` or `id` alone do not. */
const LONE_NAMES =
  /^(start|onset|stop|end|resolution)(date|dt)$|^(dateof(onset|resolution)|dateresolved|severity|intensity|serious|outcome|causality|relationshipto(study)?(drug|treatment)|relatedtostudy(drug|treatment)|relationtoimp|attribution|date(started|stopped|ended)|actiontaken(withstudy(drug|treatment))?|ctcaegrade|ctcgrade|toxicitygrade|(still)?ongoing(yn)?)$/
/** A question for seriousness, as a label asks it. */
const SERIOUS_QUESTION =
  /^(?:(?:is|was)(?:this|the|it)?(?:a|an)?(?:adverseevent|event|ae)?(?:a|an)?)?serious(?:ness)?(?:adverseevent|event)?(?:yn)?$|^(?:ae)?sae(?:yn|flag)?$/

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
/** "Condition / Diagnosis", "Medical condition or procedure". */
const CONDITION_NAME =
  /^(?:medical)?(?:condition|diagnosis|disease|illness)(?:or|and)?(?:condition|diagnosis|disease|illness|event|procedure|surgery)s?$/
const DOMAIN_PREFIX: { readonly [domain in CodedDomain]: RegExp } = {
  AE: /^(adverseevents?|adv|ae)/,
  MH: /^(medicalhistory|medhist|medhx|mhx|mh)/,
}

/** How well a column's name speaks for a variable of the domain, e.g. `SEV`. */
export function toVariableScore(name: string, domain: CodedDomain, suffix: string): NameScore {
  const plain = toPlainName(name)
  const known = VARIABLE_NAMES[suffix] ?? []
  const translated = VARIABLES_IN_LANGUAGES[suffix] ?? []
  if (plain === `${domain}${suffix}`.toLowerCase()) return 3
  const bare = plain.replace(DOMAIN_PREFIX[domain], '')
  // Choices of yes and no say so at their end: AE_SERIOUS_YN.
  const rests = [bare, bare.replace(/(?<=.)yn$/, '')]
  if (bare !== plain && rests.some((rest) => rest === suffix.toLowerCase() || known.includes(rest))) return 2
  if (known.includes(plain) && LONE_NAMES.test(plain)) return 2
  if (suffix === 'SER' && SERIOUS_QUESTION.test(plain)) return 2
  return translated.includes(plain) || (domain === 'AE' && translated.includes(withoutAePrefix(plain))) ? 2 : 0
}

/** The rest of a name that begins like those of adverse events in another language; '' for others. */
function withoutAePrefix(plain: string): string {
  return AE_PREFIX_IN_LANGUAGES.test(plain) ? plain.replace(AE_PREFIX_IN_LANGUAGES, '') : ''
}

/** How well a column's name speaks for the reported term of the domain. */
export function toTermScore(name: string, domain: CodedDomain): NameScore {
  const plain = toPlainName(name)
  if (isDictionaryName(name) || isAnyEventName(name)) return 0
  if (plain === `${domain}TERM`.toLowerCase()) return 3
  const rest = plain.replace(DOMAIN_PREFIX[domain], '')
  if (rest !== plain && TERM_NAMES.includes(rest)) return 2
  if (LONE_TERM_NAMES.includes(plain) || CONDITION_NAME.test(plain) || TERMS_IN_LANGUAGES[domain].includes(plain))
    return 2
  if (domain === 'AE' && TERM_RESTS_IN_LANGUAGES.includes(withoutAePrefix(plain))) return 2
  return /term|verbatim|adverseevent|diagnos/.test(plain) && !/date|other|code|comment/.test(plain) ? 1 : 0
}

/** Which domain a column's name belongs to by its prefix and a variable's name; undefined for a name of neither. */
export function findDomainOfName(name: string, suffixes: readonly string[]): CodedDomain | undefined {
  const plain = toPlainName(name)
  const domains = (['AE', 'MH'] as const).filter((domain) => {
    if (TERMS_IN_LANGUAGES[domain].includes(plain)) return true
    if (!DOMAIN_PREFIX[domain].test(plain) && !(domain === 'AE' && withoutAePrefix(plain) !== '')) return false
    return (
      isAnyEventName(name) ||
      toTermScore(name, domain) >= 2 ||
      suffixes.some((suffix) => toVariableScore(name, domain, suffix) >= 2)
    )
  })
  return domains[0]
}

/** Whether a name begins with the domain's prefix. */
export function isNamedFor(name: string, domain: CodedDomain): boolean {
  return DOMAIN_PREFIX[domain].test(toPlainName(name))
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
  return /comment|specify|spfy|(ae|mh)(sp|spec|oth|othsp)$|details?$|symptoms?$/.test(toPlainName(name))
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
    'patientno',
    'patientnr',
    'patientnumber',
    'participantno',
    'participantnumber',
    'ptid',
    'ptno',
    'subjno',
    'subno',
    'screeningnumber',
    'screeningno',
    'subjectname',
    ...PLACES_IN_LANGUAGES.subject,
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
    ...PLACES_IN_LANGUAGES.site,
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
  'eventno',
  'eventnumber',
  ...LINES_IN_LANGUAGES,
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

/** study.json: its type, its validation, its messages. Knows nothing of files or of what the settings do. */
import type { ErrorObject } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { findBucketUrlFault, isBucketUrl } from './bucket-url.ts'
import { AecoderError } from './errors.ts'
import type { ExportFormat } from './formats.ts'
import type { ApprovalPolicy } from './outcomes.ts'
import type { CodedDomain } from './records.ts'
import { CODE_COLUMNS, findMappedVariable, listMappableVariables, listVariables, MAIN_COLUMNS } from './sdtm.ts'
import schema from './study.schema.json' with { type: 'json' }

export type ColumnRef =
  | string
  | { readonly column: string; readonly values?: { readonly [value: string]: string } }
  | { readonly constant: string }
/** Columns that number the records, or columns whose values are all there is to tell them apart. */
export type KeyStrategy = readonly string[] | { readonly content: readonly string[] }
export interface Condition {
  readonly column: string
  readonly in: readonly string[]
}
export interface SourceConfig {
  readonly id: string
  readonly domain: CodedDomain | 'DM'
  /** Detected in each file where it is left out. */
  readonly format?: ExportFormat
  readonly files: readonly string[]
  readonly delimiter?: string
  readonly escape?: 'doubled' | 'backslash'
  /** The line of a CSV that names its columns, counted from 1; without it what stands above the header is found out. */
  readonly headerLine?: number
  readonly encoding?: string
  readonly transfer: 'snapshot' | 'delta'
  readonly forms?: readonly string[]
  readonly groups?: readonly string[]
  readonly record: 'group' | 'form'
  readonly formVersion?: string
  readonly only: readonly Condition[]
  readonly noEvent: readonly Condition[]
  readonly key: KeyStrategy
  /** Absent means records. */
  readonly rows?: 'records' | 'changes'
  readonly dateOrder?: 'dmy' | 'mdy'
  readonly map: { readonly [word: string]: ColumnRef }
  readonly carry: readonly string[]
}
/** Which release a dictionary is to be, and where it lies. */
export interface DictionaryConfig {
  readonly name: string
  readonly version: string
  readonly path: string
  readonly layout?: DictionaryLayout
  readonly encoding?: string
  readonly names?: 'released' | 'japanese'
}
export type DictionaryLayout = 'meddra-ascii' | 'icd-10-cm' | 'code-list'
export interface ListsConfig {
  readonly synonyms: readonly string[]
  readonly doNotAutocode: readonly string[]
}
/** A dictionary for the forms of some domains, beside the main one or instead of it. */
export interface FurtherDictionary extends DictionaryConfig {
  /** Names its columns, and its settings in the store. */
  readonly id: string
  readonly domains: readonly CodedDomain[]
  readonly role: 'beside' | 'instead'
  readonly lists?: ListsConfig
}
/** What the machine does with a verbatim that says more than its event: `code` the event, or leave it to a person. */
export type ConventionChoice = 'code' | 'review'
export interface Conventions {
  /** "possible", "?", "r/o". */
  readonly provisional: ConventionChoice
  /** "worsening of", "flare of". */
  readonly modified: ConventionChoice
  /** "history of", "s/p", where an adverse event is asked. */
  readonly history: ConventionChoice
  /** A procedure alone where an adverse event is asked. */
  readonly procedure: ConventionChoice
}
/** The share of `confident` codes that must be right; or only exact and normalised terms and synonyms. */
export type TargetPrecision = number | 'exact-only'

/** Of what a source held, the share that one transfer may withdraw, or put under other keys, before it is refused. */
export interface Guard {
  readonly withdrawn: number
  readonly rekeyed: number
}
/** How buckets are reached. Credentials are found as the AWS SDK finds them, and stand nowhere here. */
export interface BucketConfig {
  /** Of a server that is not Amazon's. */
  readonly endpoint?: string
  readonly region?: string
  /** The bucket's name in the path rather than before the host, as most servers but Amazon's want it. */
  readonly forcePathStyle?: boolean
  /** `when-required` for servers that do not know the newer checksums; else as the AWS SDK does, `when-supported`. */
  readonly checksums?: 'when-supported' | 'when-required'
  /** Requests in flight at once, of this process. */
  readonly requests?: number
  /** After so many hours without a new byte, what an unfinished run left is nobody's and is removed. */
  readonly abandonedHours?: number
}

/** study.json after validation, every default filled in. Paths are as written, relative to the file's folder. */
export interface StudyConfig {
  readonly study: {
    readonly protocol: string
    readonly environment: string
    readonly title?: string
    readonly sponsor?: string
    /** What exports call the study; without it, what the transfers before called it. */
    readonly exportedAs?: readonly string[]
  }
  readonly dictionary: DictionaryConfig
  readonly dictionaries: readonly FurtherDictionary[]
  readonly store: string
  readonly output: string
  readonly input: string
  readonly usubjid: string
  readonly sources: readonly SourceConfig[]
  readonly guard: Guard
  readonly lists: ListsConfig
  readonly approval: ApprovalPolicy
  readonly precision: TargetPrecision
  readonly conventions: Conventions
  readonly s3?: BucketConfig
}

/** Words of a mapping that say where a record stands rather than what it says. */
export const STRUCTURE_WORDS = [
  'subject',
  'subjectKey',
  'site',
  'event',
  'eventRepeat',
  'form',
  'formRepeat',
  'group',
  'groupRepeat',
] as const
export type StructureWord = (typeof STRUCTURE_WORDS)[number]
/** The word for the column that says which study a row is of; it is no part of any key. */
export const STUDY_WORD = 'study'

/** Whether a word of a mapping says where a record stands, or in which study. */
export function isPlaceWord(word: string): boolean {
  return word === STUDY_WORD || (STRUCTURE_WORDS as readonly string[]).includes(word)
}

const ajv = new Ajv2020({ allErrors: true, useDefaults: true, verbose: true, allowUnionTypes: true })
const validate = ajv.compile<StudyConfig>(schema)

/** The id that leads every key: protocol and environment together. */
export function toStudyId({ study }: Pick<StudyConfig, 'study'>): string {
  return `${study.protocol}@${study.environment}`
}

/**
 * Reads study.json's text.
 * @param text the file's content
 * @param where how to name the file in messages
 * @throws AecoderError CONFIG_INVALID with one line per fault: the field, what was found, what to do
 */
export function parseStudyConfig(text: string, where: string): StudyConfig {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new AecoderError(
      'CONFIG_INVALID',
      {
        where,
        found: `not JSON: ${(error as Error).message}`,
        action: 'Mend the file; an editor that knows its $schema helps',
      },
      error,
    )
  }
  const faults = validate(value) ? listMeaningFaults(value) : toFaults(validate.errors ?? [])
  if (faults.length > 0) {
    throw new AecoderError('CONFIG_INVALID', {
      where,
      found: `${faults.length} ${faults.length === 1 ? 'field needs' : 'fields need'} a change:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    })
  }
  return value as StudyConfig
}

/** The columns of a source's key, whatever they do in it. */
export function listKeyColumns(key: KeyStrategy): readonly string[] {
  return 'content' in key ? key.content : key
}

/** What stands in a column's name for the numbers of a wide form. */
export const SLOT = '{n}'

/** The column or item that a variable is mapped to; undefined for a constant. */
export function toColumnName(ref: ColumnRef | undefined): string | undefined {
  if (ref === undefined || typeof ref === 'string') return ref
  return 'column' in ref ? ref.column : undefined
}

/** The member that tells records of equal content apart. */
export const COUNT_MEMBER = '(count)'

/** Whether a source is said to be a table; one that says nothing is judged when its files are seen. */
function isTable({ format }: SourceConfig): boolean {
  return format !== undefined && format !== 'odm'
}

/** Whether a text is a regular expression that never fits nothing at all. */
function isVersionPattern(pattern: string): boolean {
  try {
    return !toVersionPattern(pattern).test('')
  } catch {
    return false
  }
}

/** What a FormOID ends in, by `formVersion` of a source. @throws SyntaxError for what is no regular expression */
export function toVersionPattern(pattern: string): RegExp {
  return new RegExp(`(?:${pattern})$`, 'u')
}

/** What JSON Schema cannot say: words that exist, sources that can work, ids that are told apart. */
function listMeaningFaults(config: StudyConfig): string[] {
  const faults: string[] = [...listPlaceFaults(config), ...listDictionaryFaults(config)]
  const ids = new Set<string>()
  for (const [index, source] of config.sources.entries()) {
    const at = `sources[${index}] (${source.id})`
    if (ids.has(source.id)) faults.push(`${at}.id: used twice: give each source its own id`)
    ids.add(source.id)
    if (isTable(source) && source.map.subject === undefined)
      faults.push(`${at}.map.subject: missing: name the column that holds the subject id`)
    if (isTable(source) && (source.forms || source.groups))
      faults.push(`${at}.forms/groups: only ODM has these: use "only" for a table`)
    if (isTable(source) && source.formVersion !== undefined)
      faults.push(`${at}.formVersion: only the forms of ODM have OIDs with versions: remove it`)
    if (source.formVersion !== undefined && !isVersionPattern(source.formVersion))
      faults.push(
        `${at}.formVersion: ${JSON.stringify(source.formVersion)} is no regular expression of what ends a FormOID: write one like "_V[0-9]+"`,
      )
    const keyColumns = listKeyColumns(source.key)
    if (source.format === 'odm' && keyColumns.length > 0)
      faults.push(`${at}.key: an ODM record is keyed by its structure: remove it`)
    if (source.format === 'odm' && source.rows !== undefined)
      faults.push(`${at}.rows: only tables have rows: an ODM says itself what changed`)
    if ('content' in source.key && source.rows === 'changes')
      faults.push(`${at}.rows: the states of a record need a key that stays: name it instead of content`)
    if ('content' in source.key && source.key.content.includes(COUNT_MEMBER))
      faults.push(`${at}.key: "${COUNT_MEMBER}" cannot be a column's name here: have the export rename it`)
    faults.push(...listSlotFaults(source, at))
    if (source.format === 'odm' && !source.forms && !source.groups)
      faults.push(`${at}.forms: name the FormOIDs (or groups: the ItemGroupOIDs) that hold the records`)
    if (source.domain !== 'DM' && source.map[`${source.domain}TERM`] === undefined)
      faults.push(`${at}.map.${source.domain}TERM: missing: name the column that holds the reported term`)
    for (const word of Object.keys(source.map)) {
      if (isPlaceWord(word) || findMappedVariable(source.domain, word)) continue
      faults.push(
        `${at}.map.${word}: not a word of ${source.domain}: use one of ${listMappableVariables(source.domain).join(', ')}; or name the column under "carry"`,
      )
    }
    for (const name of [...source.carry, ...keyColumns])
      if (name === '__proto__')
        faults.push(`${at}: "__proto__" cannot be a column's name here: have the export rename it`)
    const names = new Set<string>()
    for (const name of source.carry) {
      if (names.has(name)) faults.push(`${at}.carry: "${name}" stands twice: remove one`)
      if (/^(arm|armcd|actarm|actarmcd|treatment|trt|trt01[ap])$/i.test(name))
        faults.push(`${at}.carry: "${name}" would unblind the coders: remove it`)
      names.add(name)
    }
  }
  return faults
}

/** A wide form: {n} stands in variables only, once in a name, and in the term's if anywhere. */
function listSlotFaults(source: SourceConfig, at: string): string[] {
  const faults: string[] = []
  const isWide = (name: string | undefined) => name?.includes(SLOT) === true
  const term = `${source.domain}TERM`
  for (const [word, ref] of Object.entries(source.map)) {
    const name = toColumnName(ref)
    if (name === undefined || !isWide(name)) continue
    if (source.domain === 'DM' || (STRUCTURE_WORDS as readonly string[]).includes(word))
      faults.push(`${at}.map.${word}: ${SLOT} stands for the events of a row, which share it: name one column`)
    else if (!isWide(toColumnName(source.map[term])))
      faults.push(
        `${at}.map.${word}: ${SLOT} needs one in map.${term} too: the events of a row are told by their terms`,
      )
    else if (name.split(SLOT).length > 2) faults.push(`${at}.map.${word}: ${SLOT} stands twice: write it once`)
  }
  const others = { carry: source.carry, key: listKeyColumns(source.key) }
  for (const [field, names] of Object.entries(others))
    for (const name of names)
      if (isWide(name)) faults.push(`${at}.${field}: "${name}": only the variables of map can have ${SLOT}`)
  return faults
}

/** Every path may lie in a bucket but the store's: what keeps it whole are the locks of a file on a disk. */
function listPlaceFaults({ store, output, input, dictionary, dictionaries, lists, s3 }: StudyConfig): string[] {
  const faults: string[] = []
  if (isBucketUrl(store)) faults.push('store: a bucket cannot hold it: name a file on a disk of this machine')
  const places: [field: string, place: string][] = [
    ['output', output],
    ['input', input],
    ['dictionary.path', dictionary.path],
    ...dictionaries.map(({ path }, index): [string, string] => [`dictionaries[${index}].path`, path]),
    ...[lists, ...dictionaries.map((each) => each.lists)].flatMap((each) =>
      [...(each?.synonyms ?? []), ...(each?.doNotAutocode ?? [])].map((place): [string, string] => ['lists', place]),
    ),
  ]
  for (const [field, place] of places) {
    const fault = isBucketUrl(place) ? findBucketUrlFault(place) : undefined
    if (fault !== undefined) faults.push(`${field}: ${fault}: write s3://BUCKET/PREFIX`)
  }
  const fault = s3?.endpoint === undefined ? undefined : findEndpointFault(s3.endpoint)
  if (fault !== undefined) faults.push(`s3.endpoint: ${fault}`)
  return faults
}

/** What is wrong with an endpoint; it is not repeated, for it may hold what nobody should see. */
export function findEndpointFault(endpoint: string): string | undefined {
  const url = URL.parse(endpoint)
  if (url === null || !/^https?:$/.test(url.protocol)) return 'not a URL: write https://HOST'
  if (url.username !== '' || url.password !== '')
    return 'it holds credentials: they are found as the AWS SDK finds them, in the environment or a profile'
  return undefined
}

/** Which dictionary is meant must follow from its name and domain, and its columns must be its own. */
function listDictionaryFaults({ dictionary, dictionaries }: StudyConfig): string[] {
  const faults: string[] = []
  const ids = new Set<string>()
  const toColumns = (domain: CodedDomain, id: string) => CODE_COLUMNS.map(([suffix]) => domain + id + suffix)
  for (const [index, { id, domains, role, name }] of dictionaries.entries()) {
    const at = `dictionaries[${index}] (${id})`
    if (id === MAIN_COLUMNS) faults.push(`${at}.id: ${id} is the main dictionary's: choose another id`)
    if (ids.has(id)) faults.push(`${at}.id: used twice: give each dictionary its own id`)
    ids.add(id)
    for (const domain of domains) {
      const before = dictionaries.slice(0, index).filter((other) => other.domains.includes(domain))
      if (role === 'instead' && before.some((other) => other.role === 'instead'))
        faults.push(
          `${at}.role: two dictionaries instead of the main one of ${domain}: keep one, let the other stand beside it`,
        )
      if (name === dictionary.name || before.some((other) => other.name === name))
        faults.push(`${at}.name: "${name}" is a dictionary of ${domain} already: give each its own name`)
      const taken = [
        ...listVariables(domain).map((variable) => variable.name),
        ...before.filter((other) => other.id !== id).flatMap((other) => toColumns(domain, other.id)),
      ]
      const clash = toColumns(domain, id).find((column) => taken.includes(column))
      if (clash !== undefined)
        faults.push(`${at}.id: another column of ${domain} is called ${clash}: choose another id`)
    }
  }
  return faults
}

function toFaults(errors: readonly ErrorObject[]): string[] {
  const faults = new Map<string, string>()
  // A column that is no text fails all three ways of writing one: what each way misses would only confuse.
  const columns = errors
    .filter((error) => error.keyword === 'oneOf' && typeof error.data !== 'string')
    .map((error) => error.instancePath)
  for (const error of errors) {
    const path = toFieldPath(error.instancePath)
    if (columns.some((column) => error.instancePath === column || error.instancePath.startsWith(`${column}/`))) {
      const column = columns.find((pointer) => error.instancePath.startsWith(pointer)) ?? ''
      const found = String(JSON.stringify(errors.find((one) => one.instancePath === column)?.data)).slice(0, 60)
      faults.set(
        column,
        `${toFieldPath(column)}: ${found} is no column: write "NAME", {"column": "NAME", "values": {…}} or {"constant": "TEXT"}`,
      )
      continue
    }
    if (error.keyword === 'oneOf') continue // its branches say more
    const member =
      error.keyword === 'additionalProperties'
        ? error.params.additionalProperty
        : error.keyword === 'required'
          ? error.params.missingProperty
          : ''
    if (!faults.has(path) || error.keyword === 'minLength') faults.set(path + member, toFault(path, error))
  }
  return [...faults.values()]
}

function toFault(path: string, error: ErrorObject): string {
  const found = String(JSON.stringify(error.data)).slice(0, 60)
  const at = path === '' ? '(top level)' : path
  switch (error.keyword) {
    case 'required':
      return `${path === '' ? '' : `${path}.`}${error.params.missingProperty}: missing: ${toHint(error.schema, error.parentSchema, error.params.missingProperty) ?? 'add it'}`
    case 'additionalProperties':
      return `${path === '' ? '' : `${path}.`}${error.params.additionalProperty}: unknown field: remove it, or check its spelling (known: ${Object.keys(error.parentSchema?.properties ?? {}).join(', ')})`
    case 'enum':
      return `${at}: ${found} is not one of ${(error.params.allowedValues as string[]).join(', ')}`
    case 'minLength':
      return `${at}: empty: fill it in${error.parentSchema?.description ? ` (${error.parentSchema.description})` : path.includes('.map.') ? ' with the name of an export column, or remove the line' : ''}`
    case 'minItems':
    case 'minProperties':
      return `${at}: empty: it needs at least one entry`
    case 'pattern':
      return `${at}: ${found} does not fit the pattern ${error.params.pattern}`
    default:
      return `${at}: ${found} ${error.message ?? 'is not valid'}`
  }
}

function toHint(_schema: unknown, parent: ErrorObject['parentSchema'], property: string): string | undefined {
  const description: unknown = parent?.properties?.[property]?.description
  return typeof description === 'string' ? description : undefined
}

/** `/sources/0/map/AETERM` → `sources[0].map.AETERM` */
function toFieldPath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`), '')
}

/** What coding rests on: each dictionary of a study, checked, with its lists and the artefacts that decisions name. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { NameGroup } from '../dictionaries/borrowed-names.ts'
import type { Dictionary } from '../dictionaries/dictionary.ts'
import type { Lexicon } from '../dictionaries/lexicon/lexicon.ts'
import { readLexicon } from '../dictionaries/lexicon/read-lexicon.ts'
import { type ChangeAction, readMeddraChanges } from '../dictionaries/meddra/changes.ts'
import { listContradictions } from '../dictionaries/meddra/contradictions.ts'
import { readMeddraHistory } from '../dictionaries/meddra/history.ts'
import { readNameGroups } from '../dictionaries/meddra/name-groups.ts'
import { readReleaseTexts } from '../dictionaries/meddra/records.ts'
import { readDictionary } from '../dictionaries/read-dictionary.ts'
import { isBucketUrl } from '../schemas/bucket-url.ts'
import { type Json, toCanonicalJson, toSha256 } from '../schemas/content-id.ts'
import { AecoderError } from '../schemas/errors.ts'
import type { DictionaryFiles, SourceFile } from '../schemas/files.ts'
import type { ListScope } from '../schemas/lists.ts'
import { CODED_DOMAINS, type CodedDomain } from '../schemas/records.ts'
import type { BucketConfig, DictionaryConfig, ListsConfig } from '../schemas/study.ts'
import type { DictionaryRef } from '../schemas/terms.ts'
import { ENGINE_VERSION } from './autocode/autocode.ts'
import { type Autocoder, toAutocoder, withLists } from './autocode/autocoder.ts'
import { MODEL } from './autocode/model/model.ts'
import { type FileLists, type LeftOutEntry, listListOwners, readFileLists, toKitLists } from './kit-lists.ts'
import { loadSparingly } from './run-memory.ts'
import { openDictionaryFiles, openDictionaryFolder } from './storage/dictionary-files.ts'
import { resolvePlace } from './storage/place.ts'
import type { Artefact, SettingPlace } from './store/artefacts.ts'
import { type EntryInForce, listEntriesInForce } from './store/lists.ts'
import type { Store } from './store/store.ts'
import { openExport, type Study, toPackageRoot, toShortPath } from './study.ts'

/** One dictionary of a study with all that coding in it needs. */
export interface CodingKit extends Autocoder<Dictionary> {
  /** The id it has in study.json; null for the main dictionary. */
  readonly id: string | null
  /** `main`: the dictionary whose codes are the dataset's own; `beside`: with columns of its own beside them. */
  readonly role: 'main' | 'beside'
  readonly domains: readonly CodedDomain[]
  readonly artefacts: readonly Artefact[]
  /** What its list files say; `lists` has the approved entries of the store in it too. */
  readonly files: FileLists
  /** Approved entries that code nothing: the dictionary does not let their codes be assigned. */
  readonly leftOut: readonly LeftOutEntry[]
  /** Where its settings are in force, one for each domain that is not coded in the study's own main dictionary. */
  readonly places: readonly SettingPlace[]
}

/** All dictionaries of a study. */
export interface CodingKits {
  readonly all: readonly CodingKit[]
  /** The main one of a domain. */
  mainOf(domain: CodedDomain): CodingKit
  /** Those beside it, in the order of study.json. */
  besideOf(domain: CodedDomain): readonly CodingKit[]
  /** The one that a dictionary's name means in a domain; without a name the main one. */
  find(domain: CodedDomain, terminology?: string): CodingKit | undefined
}

/** The open dictionary that comes with aecoder. */
export const DEFAULT_DICTIONARY = {
  name: 'OpenAE',
  version: '1.1',
  path: join(toPackageRoot(), 'dictionaries', 'openae', '1.1'),
} as const

/** Asks a person for the password of an encrypted dictionary; undefined where nobody can be asked. */
export type AskPassword = (file: string) => Promise<string | undefined>

/** Where the password of an encrypted dictionary is looked for before anybody is asked. Never an argument: those are seen by others. */
export const PASSWORD_VARIABLE = 'AECODER_DICTIONARY_PASSWORD'

/**
 * The dictionary in a folder, a zip or a file, checked.
 * @throws AecoderError DICTIONARY_NOT_FOUND, DICTIONARY_DAMAGED
 */
export async function openDictionary(path: string, options: DictionaryOptions = {}): Promise<Dictionary> {
  const { askPassword, s3, ...known } = options
  const files = await openFiles(path, { askPassword, s3 })
  return loadSparingly(() => readDictionary(files, known))
}

const LEXICON_PATH = join(toPackageRoot(), 'dictionaries', 'lexicon')

/**
 * The lexicon that verbatims are read with.
 * @param terminology whose rows go over those of the language, as its folder is named
 * @throws AecoderError DICTIONARY_NOT_FOUND, DICTIONARY_DAMAGED
 */
export async function openLexicon(terminology = 'meddra'): Promise<Lexicon> {
  return readLexicon(openDictionaryFolder(LEXICON_PATH), { language: 'en', terminology, areConflictsKnown: true })
}

/**
 * What OpenAE calls each concept, for a dictionary of its shape that is another one: licensed names and plain ones meet.
 * Undefined for OpenAE itself and for dictionaries of other levels.
 */
async function readBorrowed({ ref, levels }: Dictionary): Promise<Borrowed | undefined> {
  if (ref.name === DEFAULT_DICTIONARY.name || !levels.includes('LLT')) return undefined
  const { groups, sha256 } = await readNameGroups(openDictionaryFolder(DEFAULT_DICTIONARY.path))
  return { groups, ref: { name: DEFAULT_DICTIONARY.name, version: DEFAULT_DICTIONARY.version, sha256 } }
}

interface Borrowed {
  readonly groups: readonly NameGroup[]
  /** Its hash is that of the names alone. */
  readonly ref: DictionaryRef
}

/**
 * A dictionary ready to match verbatims in, without a study: no lists, the conventions of a study that says nothing.
 * @throws AecoderError DICTIONARY_NOT_FOUND, DICTIONARY_DAMAGED
 */
export async function openAutocoder(path: string, options: DictionaryOptions = {}): Promise<Autocoder<Dictionary>> {
  const dictionary = await openDictionary(path, options)
  const borrowed = await readBorrowed(dictionary)
  const lexicon = await openLexicon(toTerminology(dictionary))
  return toAutocoder({ dictionary, lexicon, ...(borrowed === undefined ? {} : { borrowed: borrowed.groups }) })
}

/** The folder of the lexicon's rows for a dictionary; one without rows of its own has none. */
function toTerminology({ ref }: Dictionary): string {
  return (
    ref.name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'none'
  )
}

/** What is known of a dictionary before it is read, and whom to ask for its password. */
export type DictionaryOptions = Partial<Omit<DictionaryConfig, 'path'>> & {
  readonly askPassword?: AskPassword
  /** How its bucket is reached, where it lies in one. */
  readonly s3?: BucketConfig
}

/** A release, and what its further files say: those that no coding needs. */
export interface DictionaryCheck {
  readonly dictionary: Dictionary
  /** Records of the .seq files by what they do; null where the release has none. */
  readonly changes: { readonly [action in ChangeAction]: number } | null
  /** What the .seq files say and the release does not hold, one sentence each. */
  readonly contradictions: readonly string[]
  /** Codes the history file tells of; null where there is none. */
  readonly history: number | null
}

/**
 * Reads a release with all of its files, also those that tell what changed and when.
 * @throws AecoderError DICTIONARY_NOT_FOUND, DICTIONARY_DAMAGED
 */
export async function checkDictionary(path: string, options: DictionaryOptions = {}): Promise<DictionaryCheck> {
  const { askPassword, s3, ...known } = options
  const files = await openFiles(path, { askPassword, s3 })
  const dictionary = await loadSparingly(() => readDictionary(files, known))
  const encoding = known.encoding === undefined ? {} : { encoding: known.encoding }
  const hasChanges = (await files.list()).some((name) => name.toLowerCase().endsWith('.seq'))
  const changes = hasChanges ? await readMeddraChanges(files, encoding) : []
  const count = (action: ChangeAction) => changes.filter((change) => change.action === action).length
  const history = await readMeddraHistory(files, { ...encoding, language: dictionary.language })
  return {
    dictionary,
    changes: hasChanges ? { add: count('add'), modify: count('modify'), delete: count('delete') } : null,
    contradictions: hasChanges ? listContradictions(changes, await readReleaseTexts(files, encoding)) : [],
    history: history === undefined ? null : history.entries.size,
  }
}

async function openFiles(
  path: string,
  { askPassword, s3 }: { askPassword: AskPassword | undefined; s3: BucketConfig | undefined },
): Promise<DictionaryFiles> {
  if (!isBucketUrl(path) && !existsSync(path))
    throw new AecoderError('DICTIONARY_NOT_FOUND', {
      where: toShortPath(path),
      found: 'there is no such file or folder',
      expected: 'a folder with the files of a dictionary, a zip of them, or a code list',
      action: 'Check the path',
    })
  return openDictionaryFiles(path, {
    askPassword: async (file) => process.env[PASSWORD_VARIABLE] ?? (await askPassword?.(file)),
    ...(s3 === undefined ? {} : { s3 }),
  })
}

/**
 * Loads the dictionaries and lists of a study and names everything that decisions will rest on.
 * @param options.store whose approved entries code as well; without it the files' rows alone
 * @throws AecoderError DICTIONARY_MISMATCH when a release is of another version than study.json says
 */
export async function openCodingKits(
  study: Study,
  options: { askPassword?: AskPassword; store?: Pick<Store, 'db'> } = {},
): Promise<CodingKits> {
  const { config } = study
  const { dictionaries } = config
  const isReplaced = (domain: CodedDomain) =>
    dictionaries.some((further) => further.role === 'instead' && further.domains.includes(domain))
  const all: CodingKit[] = []
  const mainDomains = CODED_DOMAINS.filter((domain) => !isReplaced(domain))
  if (mainDomains.length > 0)
    all.push(
      await openKit(study, {
        ...options,
        where: 'dictionary',
        config: { ...config.dictionary, lists: config.lists },
        kit: { id: null, role: 'main', domains: mainDomains, places: [{ domain: '', field: '' }] },
      }),
    )
  for (const [index, { id, role, domains, ...further }] of dictionaries.entries()) {
    const kit = { id, domains, role: role === 'beside' ? role : 'main' } as const
    const places = domains.map((domain) => ({ domain, field: role === 'beside' ? id : '' }))
    const where = `dictionaries[${index}]`
    all.push(await openKit(study, { ...options, where, config: further, kit: { ...kit, places } }))
  }
  const kits = toKits(all)
  return options.store === undefined ? kits : withApprovedEntries(study, { kits, store: options.store })
}

/**
 * The kits with what is approved in the store at this moment: dictionaries, lexicon and matcher are shared with those
 * given, lists and their artefacts are made anew.
 */
export async function withApprovedEntries(
  study: Study,
  { kits, store }: { kits: CodingKits; store: Pick<Store, 'db'> },
): Promise<CodingKits> {
  const owners = listListOwners(study)
  const all: CodingKit[] = []
  for (const kit of kits.all) {
    const { dictionary, domains, files } = kit
    const approved: { scope: ListScope; owner: string; entries: EntryInForce[] }[] = []
    for (const { scope, owner } of owners) {
      const entries = await listEntriesInForce(store, owner, { terminology: dictionary.ref.name })
      approved.push({ scope, owner, entries })
    }
    const { lists, artefacts, leftOut } = toKitLists(files, { approved, dictionary, domains })
    const kept = kit.artefacts.filter(({ kind }) => kind !== 'synonyms' && kind !== 'do-not-autocode')
    all.push(Object.assign(withLists(kit, lists), { artefacts: [...kept, ...artefacts], leftOut }))
  }
  return toKits(all)
}

/**
 * Where one dictionary of a study lies and what study.json says of it; the main one without a name.
 * @throws AecoderError USAGE for a name that study.json does not know
 */
export function findStudyDictionary(study: Study, name?: string): DictionaryConfig & Pick<DictionaryOptions, 's3'> {
  const { dictionary, dictionaries } = study.config
  const all: readonly DictionaryConfig[] = [dictionary, ...dictionaries]
  const found = name === undefined ? dictionary : all.find((each) => each.name === name)
  if (found === undefined)
    throw new AecoderError('USAGE', {
      where: '--dictionary',
      found: `"${name}"`,
      expected: `a dictionary of ${study.id}: ${all.map((each) => each.name).join(', ')}`,
    })
  const { s3 } = study.config
  return {
    ...toKnown(found),
    path: resolvePlace(dirname(study.configPath), found.path),
    ...(s3 === undefined ? {} : { s3 }),
  }
}

/** What study.json says of a dictionary, for whoever reads it. */
function toKnown({ name, version, layout, encoding, names }: DictionaryConfig): Omit<DictionaryConfig, 'path'> {
  return {
    name,
    version,
    ...(layout === undefined ? {} : { layout }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(names === undefined ? {} : { names }),
  }
}

/** The kits by domain and name. */
function toKits(all: readonly CodingKit[]): CodingKits {
  const listOf = (domain: CodedDomain) => all.filter((kit) => kit.domains.includes(domain))
  const mainOf = (domain: CodedDomain) => {
    const main = listOf(domain).find((kit) => kit.role === 'main')
    if (main === undefined) throw new Error(`${domain} has no main dictionary`)
    return main
  }
  return {
    all,
    mainOf,
    besideOf: (domain) => listOf(domain).filter((kit) => kit.role === 'beside'),
    find: (domain, terminology) =>
      terminology === undefined
        ? mainOf(domain)
        : listOf(domain).find((kit) => kit.dictionary.ref.name === terminology),
  }
}

async function openKit(
  study: Study,
  {
    where,
    config,
    kit,
    askPassword,
  }: {
    where: string
    config: DictionaryConfig & { readonly lists?: ListsConfig }
    kit: Pick<CodingKit, 'id' | 'role' | 'domains' | 'places'>
    askPassword?: AskPassword
  },
): Promise<CodingKit> {
  const folder = dirname(study.configPath)
  const { path, lists: named } = config
  const place = resolvePlace(folder, path)
  const { s3 } = study.config
  const dictionary = await openDictionary(place, {
    ...toKnown(config),
    ...(askPassword ? { askPassword } : {}),
    ...(s3 ? { s3 } : {}),
  })
  if (dictionary.ref.version !== config.version) {
    throw new AecoderError('DICTIONARY_MISMATCH', {
      where: `${toShortPath(study.configPath)}: ${where}.version`,
      found: `"${config.version}", but ${toShortPath(place)} holds version ${dictionary.ref.version}`,
      action: 'Point "path" at the right release, or correct "version"',
    })
  }
  // A sponsor's list may lie outside the study's folder.
  const toFile = (name: string): SourceFile => ({ ...openExport(resolvePlace(folder, name), s3), name })
  const synonyms = (named?.synonyms ?? []).map(toFile)
  const doNotAutocode = (named?.doNotAutocode ?? []).map(toFile)
  const files = await readFileLists({ dictionary, synonyms, doNotAutocode })
  const {
    lists,
    artefacts: listArtefacts,
    leftOut,
  } = toKitLists(files, { approved: [], dictionary, domains: kit.domains })
  const lexicon = await openLexicon(toTerminology(dictionary))
  const borrowed = await readBorrowed(dictionary)
  const artefacts: Artefact[] = [
    { kind: 'dictionary', ...dictionary.ref, content: null },
    {
      kind: 'engine',
      name: 'aecoder',
      version: ENGINE_VERSION,
      sha256: toSha256(`aecoder engine ${ENGINE_VERSION}`),
      content: null,
    },
    toLexiconArtefact(lexicon, borrowed),
    toSettledArtefact('model', MODEL),
    toSettledArtefact('conventions', { precision: study.config.precision, ...study.config.conventions }),
    ...listArtefacts,
  ]
  const { precision, conventions } = study.config
  const coder = toAutocoder({
    dictionary,
    lexicon,
    lists,
    precision,
    conventions,
    ...(borrowed === undefined ? {} : { borrowed: borrowed.groups }),
  })
  return Object.assign(coder, { ...kit, artefacts, files, leftOut })
}

/** The lexicon, and with it the names that are borrowed. */
function toLexiconArtefact({ language, sha256: own }: Lexicon, borrowed: Borrowed | undefined): Artefact {
  const name = borrowed === undefined ? language : `${language}, names of ${borrowed.ref.name} ${borrowed.ref.version}`
  const sha256 = borrowed === undefined ? own : toSha256(`${own} ${borrowed.ref.sha256}`)
  return { kind: 'lexicon', name, version: sha256.slice(0, 8), sha256, content: null }
}

/** What is small enough to be kept whole beside its hash. */
function toSettledArtefact(kind: 'model' | 'conventions', value: object): Artefact {
  const content = toCanonicalJson(value as Json)
  const sha256 = toSha256(content)
  return { kind, name: kind, version: sha256.slice(0, 8), sha256, content }
}

/** Opening a study: its configuration, its places, its dictionary, its lists, its store. */

import { existsSync, readFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Dictionary } from '../dictionaries/dictionary.ts'
import { readMeddraAscii } from '../dictionaries/meddra-ascii.ts'
import { type Json, toCanonicalJson, toSha256 } from '../schemas/content-id.ts'
import { AecoderError } from '../schemas/errors.ts'
import type { SourceFile } from '../schemas/files.ts'
import { parseStudyConfig, type StudyConfig, toStudyId } from '../schemas/study.ts'
import { ENGINE_VERSION } from './autocode/autocode.ts'
import type { CodingLists } from './autocode/lists.ts'
import { readLists } from './ingest/read-lists.ts'
import { loadSparingly } from './run-memory.ts'
import { openDictionaryFolder } from './storage/dictionary-files.ts'
import { openFolder } from './storage/folder.ts'
import { type Artefact, toSetId } from './store/artefacts.ts'
import type { Ambience } from './store/chain.ts'
import { openStore, openStoreToRead, registerStudy, type Store } from './store/store.ts'

/** A study's configuration with its paths resolved; nothing else is open yet. */
export interface Study {
  readonly id: string
  readonly config: StudyConfig
  readonly configPath: string
  readonly configText: string
  readonly paths: {
    readonly store: string
    readonly output: string
    readonly dictionary: string
    readonly input: string
  }
}

/** What coding needs beside the store. */
export interface CodingKit {
  readonly dictionary: Dictionary
  readonly lists: CodingLists
  readonly artefacts: readonly Artefact[]
}

/** The version of this package, as manifests state it. */
export const AECODER_VERSION = readPackageVersion()

/**
 * Reads study.json, given as the file or as its folder.
 * @throws AecoderError CONFIG_NOT_FOUND, CONFIG_INVALID
 */
export async function openStudy(path: string): Promise<Study> {
  const configPath = await toConfigPath(path)
  const configText = await readFile(configPath, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AecoderError('CONFIG_NOT_FOUND', {
      where: toShortPath(configPath),
      found: `it cannot be read (${error.code})`,
      expected: 'a study.json',
      action: 'Check what stands there and its permissions',
    })
  })
  const config = parseStudyConfig(configText, toShortPath(configPath))
  const from = (place: string) => resolve(dirname(configPath), place)
  return {
    id: toStudyId(config),
    config,
    configPath,
    configText,
    paths: {
      store: from(config.store),
      output: from(config.output),
      dictionary: from(config.dictionary.path),
      input: from(config.input),
    },
  }
}

async function toConfigPath(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  const file = found?.isDirectory() ? join(path, 'study.json') : path
  if (!existsSync(file)) {
    throw new AecoderError('CONFIG_NOT_FOUND', {
      where: toShortPath(resolve(file)),
      found: 'there is no such file',
      expected: 'a study.json',
      action: 'Name it with --study PATH, or make one: aecoder init EXPORT.csv',
    })
  }
  return resolve(file)
}

/** Opens the study's store for reading alone; one that is not there yet is made, and is empty. */
export async function openStudyStoreToRead(study: Study, ambience: Ambience): Promise<Store> {
  if (!existsSync(study.paths.store)) return openStudyStore(study, ambience)
  return openStoreToRead({ path: study.paths.store, ambience })
}

/** Opens the study's store and makes the study known to it. */
export async function openStudyStore(study: Study, ambience: Ambience): Promise<Store> {
  const store = await openStore({ path: study.paths.store, ambience })
  const { protocol, environment } = study.config.study
  await registerStudy(store, { id: study.id, protocol, environment })
  return store
}

/** The dictionary in a folder, checked. */
export async function openDictionary(path: string, { name }: { name?: string } = {}): Promise<Dictionary> {
  if (!existsSync(path))
    throw new AecoderError('DICTIONARY_NOT_FOUND', {
      where: toShortPath(path),
      found: 'there is no such folder',
      expected: 'a folder with the .asc files of a dictionary',
      action: 'Check the path',
    })
  return loadSparingly(() => readMeddraAscii(openDictionaryFolder(path), name === undefined ? {} : { name }))
}

/** A file outside any study, e.g. an export that `init` looks at. */
export function openExport(path: string): SourceFile {
  return { name: basename(path), open: () => openFolder(dirname(path)).read(basename(path)) }
}

/** The open dictionary that comes with aecoder. */
export const DEFAULT_DICTIONARY = {
  name: 'OpenAE',
  version: '1.0',
  path: join(toPackageRoot(), 'dictionaries', 'openae', '1.0'),
} as const

/**
 * Loads the dictionary and the lists and names everything that decisions will rest on.
 * @throws AecoderError DICTIONARY_MISMATCH when the folder holds another version than study.json says
 */
export async function openCodingKit(study: Study): Promise<CodingKit> {
  const { config, configPath } = study
  const dictionary = await openDictionary(study.paths.dictionary, { name: config.dictionary.name })
  if (dictionary.ref.version !== config.dictionary.version) {
    throw new AecoderError('DICTIONARY_MISMATCH', {
      where: `${toShortPath(configPath)}: dictionary.version`,
      found: `"${config.dictionary.version}", but ${toShortPath(study.paths.dictionary)} holds version ${dictionary.ref.version}`,
      action: 'Point "path" at the right release, or correct "version"',
    })
  }
  // A sponsor's list may lie outside the study's folder.
  const toFile = (name: string): SourceFile => ({ ...openExport(resolve(dirname(configPath), name)), name })
  const { synonyms, doNotAutocode } = config.lists
  const lists = await readLists({
    dictionary,
    synonyms: synonyms.map(toFile),
    doNotAutocode: doNotAutocode.map(toFile),
  })
  const artefacts: Artefact[] = [
    {
      kind: 'dictionary',
      name: dictionary.ref.name,
      version: dictionary.ref.version,
      sha256: dictionary.ref.sha256,
      content: null,
    },
    {
      kind: 'engine',
      name: 'aecoder',
      version: ENGINE_VERSION,
      sha256: toSha256(`aecoder engine ${ENGINE_VERSION}`),
      content: null,
    },
    await toListArtefact('synonyms', synonyms.map(toFile)),
    await toListArtefact('do-not-autocode', doNotAutocode.map(toFile)),
  ]
  return { dictionary, lists, artefacts }
}

/** The whole configuration as an artefact of the run; decisions rest on its parts, not on its every comma. */
export function toConfigArtefact({ config, configText }: Study): Artefact {
  return {
    kind: 'config',
    name: 'study.json',
    version: config.study.environment,
    sha256: toSha256(configText),
    content: configText,
  }
}

/** The part of the configuration that decides what a file's rows mean. */
export function toMappingId({ config }: Study): string {
  return toSha256(toCanonicalJson({ sources: config.sources, usubjid: config.usubjid } as unknown as Json))
}

async function toListArtefact(kind: 'synonyms' | 'do-not-autocode', files: readonly SourceFile[]): Promise<Artefact> {
  const parts: { name: string; sha256: string; text: string }[] = []
  for (const file of files) {
    const chunks: Uint8Array[] = []
    for await (const chunk of file.open()) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    parts.push({ name: file.name, sha256: toSha256(bytes), text: bytes.toString('utf8') })
  }
  return {
    kind,
    name: parts.map((part) => part.name).join(', ') || 'none',
    version: toSetId(parts).slice(0, 8),
    sha256: toSha256(toCanonicalJson(parts.map(({ name, sha256 }) => ({ name, sha256 })))),
    content: toCanonicalJson(parts),
  }
}

/** A path as the store keeps it: from the study's own folder, so that a study can be moved. */
export function toStudyPath({ configPath }: Pick<Study, 'configPath'>, path: string): string {
  return relative(dirname(configPath), path) || '.'
}

/** The place a stored path means. */
export function fromStudyPath({ configPath }: Pick<Study, 'configPath'>, path: string): string {
  return resolve(dirname(configPath), path)
}

/** A path as a reader of messages would type it. */
export function toShortPath(path: string): string {
  const short = relative(process.cwd(), path)
  return short === '' ? basename(path) : short.startsWith('..') || isAbsolute(short) ? path : short
}

/** The folder of package.json: two up from the sources, three up from dist/. */
function toPackageRoot(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  return existsSync(join(here, '..', 'package.json')) ? join(here, '..') : join(here, '..', '..')
}

function readPackageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(toPackageRoot(), 'package.json'), 'utf8')) as { version: string }
  return version
}

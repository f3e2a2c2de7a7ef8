/** Opening a study: its configuration, its places, its store. */

import { existsSync, readFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isBucketUrl } from '../schemas/bucket-url.ts'
import { type Json, toCanonicalJson, toSha256 } from '../schemas/content-id.ts'
import { AecoderError } from '../schemas/errors.ts'
import type { SourceFile, Storage } from '../schemas/files.ts'
import { type BucketConfig, parseStudyConfig, type StudyConfig, toStudyId } from '../schemas/study.ts'
import { openFile, openStorage } from './storage/open-storage.ts'
import { resolvePlace, splitPlace } from './storage/place.ts'
import type { Artefact } from './store/artefacts.ts'
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
    readonly input: string
  }
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
  const from = (place: string) => resolvePlace(dirname(configPath), place)
  return {
    id: toStudyId(config),
    config,
    configPath,
    configText,
    paths: {
      store: from(config.store),
      output: from(config.output),
      input: from(config.input),
    },
  }
}

async function toConfigPath(path: string): Promise<string> {
  if (isBucketUrl(path))
    throw new AecoderError('USAGE', {
      where: '--study',
      found: 'a bucket',
      expected: 'study.json on a disk of this machine, beside the store; what it names may lie in a bucket',
      action: 'Copy study.json to a folder here',
    })
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

/** A file outside a study's folders, e.g. an export that `init` looks at. */
export function openExport(path: string, s3?: BucketConfig): SourceFile {
  return openFile(path, s3)
}

/** A place that a study names: its output, an input. */
export function openPlace({ config }: Pick<Study, 'config'>, place: string): Storage {
  return openStorage(place, config.s3)
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

/** A path as the store keeps it: from the study's own folder, so that a study can be moved. */
export function toStudyPath({ configPath }: Pick<Study, 'configPath'>, path: string): string {
  return isBucketUrl(path) ? path : relative(dirname(configPath), path) || '.'
}

/** The place a stored path means. */
export function fromStudyPath({ configPath }: Pick<Study, 'configPath'>, path: string): string {
  return resolvePlace(dirname(configPath), path)
}

/** The place that a path means to whoever types it. */
export function toPlace(path: string): string {
  return resolvePlace(process.cwd(), path)
}

/** The folder of a file. */
export function toFolder(place: string): string {
  return splitPlace(place).folder
}

/** A path as a reader of messages would type it. */
export function toShortPath(path: string): string {
  if (isBucketUrl(path)) return path
  const short = relative(process.cwd(), path)
  return short === '' ? basename(path) : short.startsWith('..') || isAbsolute(short) ? path : short
}

/** The folder of package.json: two up from the sources, three up from dist/. */
export function toPackageRoot(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  return existsSync(join(here, '..', 'package.json')) ? join(here, '..') : join(here, '..', '..')
}

function readPackageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(toPackageRoot(), 'package.json'), 'utf8')) as { version: string }
  return version
}

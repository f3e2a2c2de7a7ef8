/** Which files make a MedDRA ASCII release, and their bytes. Knows names and hashes; knows nothing of their content. */
import { crc32 } from 'node:zlib'
import { AecoderError } from '../../schemas/errors.ts'
import type { DictionaryFiles } from '../../schemas/files.ts'
import { FilesHash, readWhole } from '../hash-files.ts'
import { type Layout, toLayout } from './ascii-file.ts'
import { FIELDS, JAPANESE_FIELDS, OTHER_FIELDS } from './fields.ts'

/** What is read of the files a dictionary is loaded from. */
export const LAYOUTS = {
  'llt.asc': toLayout(FIELDS.llt, 'llt_code', 'llt_name', 'pt_code', 'llt_currency'),
  'pt.asc': toLayout(FIELDS.pt, 'pt_code', 'pt_name', 'pt_soc_code'),
  'hlt.asc': toLayout(FIELDS.hlt, 'hlt_code', 'hlt_name'),
  'hlgt.asc': toLayout(FIELDS.hlgt, 'hlgt_code', 'hlgt_name'),
  'soc.asc': toLayout(FIELDS.soc, 'soc_code', 'soc_name'),
  'hlt_pt.asc': toLayout(FIELDS.hlt_pt, ...FIELDS.hlt_pt),
  'hlgt_hlt.asc': toLayout(FIELDS.hlgt_hlt, ...FIELDS.hlgt_hlt),
  'soc_hlgt.asc': toLayout(FIELDS.soc_hlgt, ...FIELDS.soc_hlgt),
  'mdhier.asc': toLayout(
    FIELDS.mdhier,
    'pt_code',
    'hlt_code',
    'hlgt_code',
    'soc_code',
    'pt_name',
    'hlt_name',
    'hlgt_name',
    'soc_name',
    'pt_soc_code',
    'primary_soc_fg',
  ),
  'intl_ord.asc': toLayout(FIELDS.intl_ord, ...FIELDS.intl_ord),
  'smq_list.asc': toLayout(
    OTHER_FIELDS.smq_list,
    'smq_code',
    'smq_name',
    'smq_level',
    'smq_description',
    'status',
    'smq_algorithm',
  ),
  'smq_content.asc': toLayout(
    OTHER_FIELDS.smq_content,
    'smq_code',
    'term_code',
    'term_level',
    'term_scope',
    'term_category',
    'term_weight',
    'term_status',
  ),
  'meddra_release.asc': toLayout(OTHER_FIELDS.meddra_release, 'version', 'language'),
  'spec.asc': toLayout(FIELDS.spec, 'spec_code', 'spec_name'),
  'spec_pt.asc': toLayout(FIELDS.spec_pt, ...FIELDS.spec_pt),
} as const satisfies { readonly [name: string]: Layout }

export type ReleaseFileName = keyof typeof LAYOUTS
const OPTIONAL: ReadonlySet<string> = new Set<ReleaseFileName>([
  'intl_ord.asc',
  'smq_list.asc',
  'smq_content.asc',
  'spec.asc',
  'spec_pt.asc',
])

/** Read instead of the English names where the caller wants the Japanese ones. */
export const JAPANESE_LAYOUTS = {
  'llt_j.asc': toLayout(JAPANESE_FIELDS.llt_j, 'llt_code', 'llt_kanji', 'llt_jcurr'),
  'pt_j.asc': toLayout(JAPANESE_FIELDS.pt_j, 'pt_code', 'pt_kanji'),
  'hlt_j.asc': toLayout(JAPANESE_FIELDS.hlt_j, 'hlt_code', 'hlt_kanji'),
  'hlgt_j.asc': toLayout(JAPANESE_FIELDS.hlgt_j, 'hlgt_code', 'hlgt_kanji'),
  'soc_j.asc': toLayout(JAPANESE_FIELDS.soc_j, 'soc_code', 'soc_kanji'),
  'smq_list_j.asc': toLayout(JAPANESE_FIELDS.smq_list_j, 'smq_code', 'smq_kanji', 'smq_desc_kanji'),
} as const satisfies { readonly [name: string]: Layout }

export type JapaneseFileName = keyof typeof JAPANESE_LAYOUTS
const OPTIONAL_JAPANESE: ReadonlySet<string> = new Set<JapaneseFileName>(['smq_list_j.asc'])
const RELEASE: ReleaseFileName = 'meddra_release.asc'
export const SIDECAR = 'dictionary.json'

/** One file of the release; `found` is what it is called here. */
export interface ReleaseFile {
  readonly found: string
  readonly bytes: Uint8Array
}

export interface ReleaseSummary {
  /** Over the usual name, length and bytes of every file read, in the order of names. */
  readonly sha256: string
  /** Names of files of MedDRA/J that are there and were not asked for. */
  readonly unreadJapanese: readonly string[]
}

export interface ReleaseRequest {
  /** Which names the terms are to have; the Japanese ones stand in files of their own. */
  readonly names: 'released' | 'japanese'
  /** Gets each file once by its usual name (lower case, without folder), meddra_release.asc first. */
  readonly take: (usualName: string, file: ReleaseFile) => void
}

/**
 * Finds and reads the files of a release one after the other: names in any case, at any depth below the place.
 * @throws AecoderError DICTIONARY_NOT_FOUND when a needed file is missing, DICTIONARY_DAMAGED when one is there twice
 */
export async function readReleaseFiles(
  source: DictionaryFiles,
  { names: wantedNames, take }: ReleaseRequest,
): Promise<ReleaseSummary> {
  const listed = await source.list()
  const names = findReleaseNames(source.where, listed)
  const japanese = findNames(source.where, { listed, isWanted: (name) => name in JAPANESE_LAYOUTS })
  if (wantedNames === 'japanese') {
    requireJapanese(source.where, japanese)
    for (const [name, found] of japanese) names.set(name, found)
  }
  const release = await readFile(source, names.get(RELEASE) ?? RELEASE)
  take(RELEASE, release)
  const whole = new FilesHash()
  const foundByContent = new Map<string, string>()
  for (const [name, found] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const file = name === RELEASE ? release : await readFile(source, found)
    whole.add(name, file.bytes)
    refuseSameContent(file, foundByContent)
    if (name !== RELEASE) take(name, file)
  }
  return {
    sha256: whole.digest(),
    unreadJapanese: wantedNames === 'japanese' ? [] : [...japanese.values()],
  }
}

async function readFile(source: DictionaryFiles, found: string): Promise<ReleaseFile> {
  return { found, bytes: await readWhole(source.open(found)) }
}

/** hlt.asc and hlgt.asc have one layout, the three files of links another: a copy under the wrong name would not show. */
function refuseSameContent({ found, bytes }: ReleaseFile, foundByContent: Map<string, string>): void {
  if (bytes.length === 0) return
  // Quick, and enough to tell some fifteen files apart.
  const content = `${bytes.length} ${crc32(bytes)}`
  const same = foundByContent.get(content)
  foundByContent.set(content, found)
  if (same === undefined) return
  throw new AecoderError('DICTIONARY_DAMAGED', {
    where: found,
    found: `the very same content as ${same}`,
    expected: 'the file of this name',
    action: 'Put the files of the release there again, each under its own name',
  })
}

/**
 * The files that are wanted, by their usual names (lower case, without folder).
 * @throws AecoderError DICTIONARY_DAMAGED when one is there twice: the place holds several releases
 */
export function findNames(
  where: string,
  { listed, isWanted }: { readonly listed: readonly string[]; readonly isWanted: (name: string) => boolean },
): Map<string, string> {
  const names = new Map<string, string>()
  for (const found of listed) {
    const name = found.toLowerCase().split('/').at(-1) ?? ''
    if (!isWanted(name)) continue
    const other = names.get(name)
    if (other !== undefined) {
      throw new AecoderError('DICTIONARY_DAMAGED', {
        where,
        found: `${name} is there twice: ${other} and ${found}`,
        expected: 'the files of one release',
        action: 'Name the folder of one release',
      })
    }
    names.set(name, found)
  }
  return names
}

function findReleaseNames(where: string, listed: readonly string[]): Map<string, string> {
  const names = findNames(where, { listed, isWanted: (name) => name in LAYOUTS || name === SIDECAR })
  const needed = Object.keys(LAYOUTS).filter((name) => !OPTIONAL.has(name))
  const missing = needed.filter((name) => !names.has(name))
  if (missing.length > 0) {
    const present = needed.filter((name) => names.has(name))
    throw new AecoderError('DICTIONARY_NOT_FOUND', {
      where,
      found: `no ${missing.join(', ')} (of the needed files only: ${present.join(', ') || 'none'})`,
      expected: `the files of a MedDRA ASCII release: ${needed.join(', ')}`,
      action: 'Name the folder that holds them, often called MedAscii',
    })
  }
  return names
}

function requireJapanese(where: string, names: ReadonlyMap<string, string>): void {
  const needed = Object.keys(JAPANESE_LAYOUTS).filter((name) => !OPTIONAL_JAPANESE.has(name))
  const missing = needed.filter((name) => !names.has(name))
  if (missing.length === 0) return
  throw new AecoderError('DICTIONARY_NOT_FOUND', {
    where,
    found: `no ${missing.join(', ')}`,
    expected: `the Japanese names of MedDRA/J: ${needed.join(', ')}`,
    action: 'Copy these files of MedDRA/J there, or load the dictionary with the names as released',
  })
}

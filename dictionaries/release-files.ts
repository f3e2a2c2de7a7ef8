/** Which files make a MedDRA ASCII release, and their bytes. Knows names and hashes; knows nothing of their content. */
import { createHash } from 'node:crypto'
import { AecoderError } from '../schemas/errors.ts'
import type { DictionaryFiles } from '../schemas/files.ts'
import type { Layout } from './ascii-file.ts'

/**
 * The layouts of the MedAscii folder (MedDRA distribution file format document). Legacy columns of other coding
 * systems, empty since release 15.0, are not read.
 */
export const LAYOUTS = {
  // llt_code, llt_name, pt_code, six legacy codes, llt_currency, jart
  'llt.asc': { fieldCount: 11, kept: [0, 1, 2, 9] },
  // pt_code, pt_name, null, pt_soc_code, seven legacy codes
  'pt.asc': { fieldCount: 11, kept: [0, 1, 3] },
  'hlt.asc': { fieldCount: 9, kept: [0, 1] },
  'hlgt.asc': { fieldCount: 9, kept: [0, 1] },
  // soc_code, soc_name, soc_abbrev, seven legacy codes
  'soc.asc': { fieldCount: 10, kept: [0, 1] },
  'hlt_pt.asc': { fieldCount: 2, kept: [0, 1] },
  'hlgt_hlt.asc': { fieldCount: 2, kept: [0, 1] },
  'soc_hlgt.asc': { fieldCount: 2, kept: [0, 1] },
  // pt, hlt, hlgt and soc code, their names, soc_abbrev, null, pt_soc_code, primary_soc_fg
  'mdhier.asc': { fieldCount: 12, kept: [0, 1, 2, 3, 4, 5, 6, 7, 10, 11] },
  // intl_ord_code, soc_code
  'intl_ord.asc': { fieldCount: 2, kept: [0, 1] },
  // smq_code, name, level, description, source, note, version, status, algorithm
  'smq_list.asc': { fieldCount: 9, kept: [0, 1, 2, 3, 7, 8] },
  // smq_code, term_code, term_level, scope, category, weight, status, versions of addition and last change
  'smq_content.asc': { fieldCount: 9, kept: [0, 1, 2, 3, 4, 5, 6] },
  // version, language, three nulls
  'meddra_release.asc': { fieldCount: 5, kept: [0, 1] },
} as const satisfies { readonly [name: string]: Layout }

export type ReleaseFileName = keyof typeof LAYOUTS
const OPTIONAL: ReadonlySet<string> = new Set<ReleaseFileName>(['intl_ord.asc', 'smq_list.asc', 'smq_content.asc'])
const SIDECAR = 'dictionary.json'

/** One file of the release; `name` is the usual one, `found` what it is called here. */
export interface ReleaseFile {
  readonly found: string
  readonly bytes: Uint8Array
}

export interface ReleaseFiles {
  readonly files: ReadonlyMap<string, ReleaseFile>
  readonly sidecar: ReleaseFile | undefined
  /** Over the usual name, length and bytes of every file read, in the order of names. */
  readonly sha256: string
}

/**
 * Finds and reads the files of a release: names in any case, in the folder itself or one below (MedAscii).
 * @throws AecoderError DICTIONARY_NOT_FOUND when a needed file is missing, DICTIONARY_DAMAGED when one is there twice
 */
export async function readReleaseFiles(source: DictionaryFiles): Promise<ReleaseFiles> {
  const names = findReleaseNames(source.where, await source.list())
  const files = new Map<string, ReleaseFile>()
  const hash = createHash('sha256')
  for (const [name, found] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const bytes = await readWhole(source.open(found))
    // The length parts one file's bytes from the next one's name.
    hash.update(`${name}\0${bytes.length}\0`).update(bytes)
    files.set(name, { found, bytes })
  }
  return { files, sidecar: files.get(SIDECAR), sha256: hash.digest('hex') }
}

/** Usual name → name as found. */
function findReleaseNames(where: string, listed: readonly string[]): ReadonlyMap<string, string> {
  const wanted = new Set<string>([...Object.keys(LAYOUTS), SIDECAR])
  const names = new Map<string, string>()
  for (const found of listed) {
    const parts = found.toLowerCase().split('/')
    const name = parts.at(-1) ?? ''
    if (parts.length > 2 || !wanted.has(name)) continue
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

/** A release's largest file has a few megabytes, and its encoding shows only at its end: read whole. */
async function readWhole(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

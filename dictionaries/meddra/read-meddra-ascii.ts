/**
 * Reads a MedDRA ASCII release, or a dictionary in its layout, into memory. Knows which file holds what; the rules
 * of the hierarchy and the answers live in the files it calls.
 */
import type { DictionaryFiles } from '../../schemas/files.ts'
import type { Dictionary } from '../dictionary.ts'
import { decodeText } from './ascii-encoding.ts'
import { type AsciiTable, type Layout, parseAsciiTable, toDamage } from './ascii-file.ts'
import { checkIsFile } from './file-identity.ts'
import { type JapaneseTables, withJapaneseNames, withJapaneseQueries } from './japanese.ts'
import { MeddraDictionary } from './meddra-dictionary.ts'
import {
  JAPANESE_LAYOUTS,
  type JapaneseFileName,
  LAYOUTS,
  type ReleaseFile,
  type ReleaseFileName,
  readReleaseFiles,
  SIDECAR,
} from './release-files.ts'
import { NO_SIDECAR, parseSidecar } from './sidecar.ts'
import { checkSpecialSearches } from './special-searches.ts'
import { toStandardQueries } from './standard-queries.ts'
import { toMeddraTables } from './tables.ts'

/** What a dictionary is called when neither the caller nor its sidecar names it. */
const UNNAMED = 'MedDRA-shaped'

export interface MeddraAsciiOptions {
  /** How the dictionary is called in decisions and datasets; else as its sidecar says. */
  readonly name?: string
  /** The encoding of its files, where they are not UTF-8; else it is supposed from the release's language. */
  readonly encoding?: string
  /** Which names the terms have: those of the .asc files (default), or the Japanese ones that MedDRA/J has beside them. */
  readonly names?: 'released' | 'japanese'
}

/**
 * Loads and checks a dictionary.
 * @param files the release's folder, or one above its MedAscii folder
 * @throws AecoderError DICTIONARY_NOT_FOUND when a needed file is missing; DICTIONARY_DAMAGED with file and line for
 *   anything that breaks the layout or the hierarchy: a dictionary is used whole or not at all; ENCODING for bytes that
 *   do not belong to the encoding named
 */
export async function readMeddraAscii(files: DictionaryFiles, options: MeddraAsciiOptions = {}): Promise<Dictionary> {
  const names = options.names ?? 'released'
  const release = new ReleaseTables(options.encoding)
  const { sha256, unreadJapanese } = await readReleaseFiles(files, {
    names,
    take: (usualName, file) => release.take(usualName, file),
  })
  const released = toMeddraTables({
    llt: release.toTable('llt.asc'),
    pt: release.toTable('pt.asc'),
    hlt: release.toTable('hlt.asc'),
    hlgt: release.toTable('hlgt.asc'),
    soc: release.toTable('soc.asc'),
    hltPt: release.toTable('hlt_pt.asc'),
    hlgtHlt: release.toTable('hlgt_hlt.asc'),
    socHlgt: release.toTable('soc_hlgt.asc'),
    hierarchy: release.toTable('mdhier.asc'),
    internationalOrder: release.findTable('intl_ord.asc'),
  })
  const special = { categories: release.findTable('spec.asc'), members: release.findTable('spec_pt.asc') }
  const specialWarnings = checkSpecialSearches(special, released.pt)
  const standard = { list: release.findTable('smq_list.asc'), content: release.findTable('smq_content.asc') }
  const { queries, warnings: queryWarnings } = toStandardQueries(standard, released)
  const japanese = names === 'japanese' ? toJapaneseTables(release) : undefined
  const tables = japanese === undefined ? released : withJapaneseNames(released, japanese)
  const sidecar =
    release.sidecar === undefined ? NO_SIDECAR : parseSidecar(release.sidecar.text, { ...release.sidecar, tables })
  return new MeddraDictionary({
    ref: { name: options.name ?? sidecar.name ?? UNNAMED, version: release.version, sha256 },
    language: japanese === undefined ? release.language : 'Japanese',
    tables,
    queries: japanese === undefined ? queries : withJapaneseQueries(queries, japanese.queries),
    sidecar,
    warnings: [
      ...release.listEncodingWarnings(),
      ...toJapaneseWarnings(unreadJapanese),
      ...specialWarnings,
      ...queryWarnings,
    ],
  })
}

/** The files of a release as tables. A file is decoded and split when it comes, so that its bytes need not stay. */
class ReleaseTables {
  version = ''
  language = ''
  sidecar: { readonly file: string; readonly text: string } | undefined
  readonly #tables = new Map<string, AsciiTable>()
  readonly #encoding: string | undefined
  /** Encoding → the files it was supposed for. */
  readonly #supposed = new Map<string, string[]>()

  constructor(encoding: string | undefined) {
    this.#encoding = encoding
  }

  take(usualName: string, { found, bytes }: ReleaseFile): void {
    const isJapanese = usualName in JAPANESE_LAYOUTS
    const { text, supposed } = decodeText(bytes, {
      file: found,
      encoding: this.#encoding,
      // These are in Shift_JIS, whatever the release says of its language.
      language: isJapanese ? 'Japanese' : this.language,
    })
    if (supposed !== undefined) this.#supposed.set(supposed, [...(this.#supposed.get(supposed) ?? []), found])
    if (usualName === SIDECAR) {
      this.sidecar = { file: found, text }
      return
    }
    checkIsFile(text, { usualName, file: found })
    const table = parseAsciiTable(text, { file: found, layout: toLayoutOf(usualName) })
    if (usualName === 'meddra_release.asc') Object.assign(this, toRelease(table))
    else this.#tables.set(usualName, table)
  }

  findTable(name: ReleaseFileName | JapaneseFileName): AsciiTable | undefined {
    return this.#tables.get(name)
  }

  /** A table whose file readReleaseFiles has seen to be there. */
  toTable(name: ReleaseFileName | JapaneseFileName): AsciiTable {
    const table = this.#tables.get(name)
    if (table === undefined) throw new Error(`${name} was not read`)
    return table
  }

  listEncodingWarnings(): string[] {
    return [...this.#supposed].map(
      ([encoding, files]) =>
        `${files.join(', ')}: not UTF-8, read as ${encoding}; name the encoding if letters look wrong`,
    )
  }
}

const ALL_LAYOUTS: { readonly [usualName: string]: Layout } = { ...LAYOUTS, ...JAPANESE_LAYOUTS }

function toLayoutOf(usualName: string): Layout {
  const layout = ALL_LAYOUTS[usualName]
  if (layout === undefined) throw new Error(`${usualName} is no file of a release`)
  return layout
}

function toJapaneseTables(release: ReleaseTables): JapaneseTables {
  return {
    llt: release.toTable('llt_j.asc'),
    pt: release.toTable('pt_j.asc'),
    hlt: release.toTable('hlt_j.asc'),
    hlgt: release.toTable('hlgt_j.asc'),
    soc: release.toTable('soc_j.asc'),
    queries: release.findTable('smq_list_j.asc'),
  }
}

function toJapaneseWarnings(unread: readonly string[]): string[] {
  if (unread.length === 0) return []
  return [`${unread.join(', ')}: Japanese names, not read; load the dictionary with them to code Japanese terms`]
}

function toRelease({ file, rowCount, columns }: AsciiTable): { readonly version: string; readonly language: string } {
  const version = columns[0]?.[0]?.trim() ?? ''
  const language = columns[1]?.[0]?.trim() ?? ''
  if (rowCount !== 1 || version === '' || language === '') {
    const found = rowCount === 1 ? 'a release without version or language' : `${rowCount} records`
    throw toDamage({ file, row: 0 }, { found, expected: 'one record: version, language' })
  }
  return { version, language }
}

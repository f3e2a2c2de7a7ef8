/**
 * Reads a MedDRA ASCII release, or a dictionary in its layout, into memory. Knows which file holds what; the rules
 * of the hierarchy and the answers live in the files it calls.
 */
import type { DictionaryFiles } from '../schemas/files.ts'
import type { AsciiTable } from './ascii-file.ts'
import { decodeText, parseAsciiTable, toDamage } from './ascii-file.ts'
import type { Dictionary } from './dictionary.ts'
import { MeddraDictionary } from './meddra-dictionary.ts'
import { toMeddraTables } from './meddra-tables.ts'
import type { ReleaseFileName } from './release-files.ts'
import { LAYOUTS, readReleaseFiles } from './release-files.ts'
import { NO_SIDECAR, parseSidecar } from './sidecar.ts'
import { toStandardQueries } from './standard-queries.ts'

/** What a dictionary is called when neither the caller nor its sidecar names it. */
const UNNAMED = 'MedDRA-shaped'

/**
 * Loads and checks a dictionary.
 * @param files the release's folder, or the one above its MedAscii folder
 * @param options.name how the dictionary is called in decisions and datasets; else as its sidecar says
 * @throws AecoderError DICTIONARY_NOT_FOUND when a needed file is missing; DICTIONARY_DAMAGED with file and line for
 *   anything that breaks the layout or the hierarchy: a dictionary is used whole or not at all
 */
export async function readMeddraAscii(files: DictionaryFiles, options: { name?: string } = {}): Promise<Dictionary> {
  const release = await readReleaseFiles(files)
  const warnings: string[] = []
  const findTable = (name: ReleaseFileName): AsciiTable | undefined => {
    const file = release.files.get(name)
    if (file === undefined) return undefined
    const { text, isUtf8 } = decodeText(file.bytes)
    if (!isUtf8) warnings.push(`${file.found}: not UTF-8, read as Latin-1 (Windows-1252)`)
    return parseAsciiTable(text, { file: file.found, layout: LAYOUTS[name] })
  }
  const toTable = (name: ReleaseFileName): AsciiTable => {
    const table = findTable(name)
    if (table === undefined) throw new Error(`${name} was not read`)
    return table
  }
  const { version, language } = toRelease(toTable('meddra_release.asc'))
  const tables = toMeddraTables({
    llt: toTable('llt.asc'),
    pt: toTable('pt.asc'),
    hlt: toTable('hlt.asc'),
    hlgt: toTable('hlgt.asc'),
    soc: toTable('soc.asc'),
    hltPt: toTable('hlt_pt.asc'),
    hlgtHlt: toTable('hlgt_hlt.asc'),
    socHlgt: toTable('soc_hlgt.asc'),
    hierarchy: toTable('mdhier.asc'),
    internationalOrder: findTable('intl_ord.asc'),
  })
  const sidecar =
    release.sidecar === undefined
      ? NO_SIDECAR
      : parseSidecar(decodeText(release.sidecar.bytes).text, { file: release.sidecar.found, tables })
  const name = options.name ?? sidecar.name ?? UNNAMED
  const queries = toStandardQueries({ list: findTable('smq_list.asc'), content: findTable('smq_content.asc') }, tables)
  return new MeddraDictionary({
    ref: { name, version, sha256: release.sha256 },
    language,
    tables,
    queries,
    sidecar,
    warnings,
  })
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

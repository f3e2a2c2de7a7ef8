/**
 * The levels and links of a MedDRA-shaped release, checked while they are joined: tables that stand are whole.
 * Knows the hierarchy's rules; knows nothing of files' bytes or of what is asked of the dictionary.
 */
import type { AsciiTable } from './ascii-file.ts'
import type { Level, LltLevel } from './levels.ts'
import { checkPtsAreLlts, sortByCode, toLevel, toLltLevel, toRows } from './levels.ts'
import type { Links, Paths } from './paths.ts'
import { toFirstParents, toLinks, toPaths } from './paths.ts'

export interface MeddraTables {
  readonly soc: Level
  readonly hlgt: Level
  readonly hlt: Level
  readonly pt: Level
  /** Sorted by code. */
  readonly llt: LltLevel
  readonly paths: Paths
  /** Per HLGT the SOC, per HLT the HLGT, that comes first by code; -1 where none is linked. */
  readonly socOfHlgt: Int32Array
  readonly hlgtOfHlt: Int32Array
  readonly warnings: readonly string[]
}

/** The parsed files; `internationalOrder` is absent where the release has none. */
export interface ReleaseTables {
  readonly llt: AsciiTable
  readonly pt: AsciiTable
  readonly hlt: AsciiTable
  readonly hlgt: AsciiTable
  readonly soc: AsciiTable
  readonly hltPt: AsciiTable
  readonly hlgtHlt: AsciiTable
  readonly socHlgt: AsciiTable
  readonly hierarchy: AsciiTable
  readonly internationalOrder: AsciiTable | undefined
}

/**
 * Joins the files of a release.
 * @throws AecoderError DICTIONARY_DAMAGED with the file and line of the first thing that breaks a rule
 */
export function toMeddraTables(release: ReleaseTables): MeddraTables {
  const soc = toLevel(release.soc)
  const hlgt = toLevel(release.hlgt)
  const hlt = toLevel(release.hlt)
  const pt = toLevel(release.pt)
  const llt = toLltLevel(release.llt, { pt, elsewhere: [soc, hlgt, hlt] })
  checkPtsAreLlts(pt, llt)
  const primarySocRows = toRows(release.pt, { column: 2, of: soc, as: 'pt_soc_code' })
  const elsewhere = [soc, hlgt, hlt, pt, llt]
  const links = {
    hltPt: toLinks(release.hltPt, { parent: hlt, child: pt, elsewhere }),
    hlgtHlt: toLinks(release.hlgtHlt, { parent: hlgt, child: hlt, elsewhere }),
    socHlgt: toLinks(release.socHlgt, { parent: soc, child: hlgt, elsewhere }),
  }
  const paths = toPaths(release.hierarchy, { soc, hlgt, hlt, pt, links, primarySocRows })
  const warnings = [
    ...listTermWarnings(pt, llt),
    ...Object.values(links).flatMap(listUnusedLinks),
    ...checkInternationalOrder(release.internationalOrder, soc),
  ]
  return {
    soc,
    hlgt,
    hlt,
    pt,
    llt: sortByCode(llt),
    paths,
    socOfHlgt: toFirstParents(links.socHlgt, soc, hlgt),
    hlgtOfHlt: toFirstParents(links.hlgtHlt, hlgt, hlt),
    warnings,
  }
}

function listTermWarnings(pt: Level, llt: LltLevel): string[] {
  const warnings: string[] = []
  let renamed = 0
  let retired = 0
  for (const [row, code] of pt.codes.entries()) {
    const lltRow = llt.rowByCode.get(code) ?? -1
    if (llt.names[lltRow] !== pt.names[row]) renamed += 1
    if (llt.current[lltRow] === 0) retired += 1
  }
  if (renamed > 0) warnings.push(`${llt.file}: PTs whose name as LLT is not the one in ${pt.file}: ${renamed}`)
  if (retired > 0)
    warnings.push(`${llt.file}: PTs that are non-current as LLT, so cannot be assigned by their own name: ${retired}`)
  return warnings
}

function listUnusedLinks({ file, used }: Links): string[] {
  const first = used.indexOf(0)
  if (first === -1) return []
  const count = used.reduce((sum, isUsed) => sum + 1 - isUsed, 0)
  return [`${file}: links that no path of mdhier.asc runs over: ${count}, the first on line ${first + 1}`]
}

/** The international order of SOCs decides nothing here: it is checked as a part of the release. */
function checkInternationalOrder(table: AsciiTable | undefined, soc: Level): string[] {
  if (table === undefined) return ['intl_ord.asc: missing; the SOCs have no international order']
  if (table.rowCount === 0) return [`${table.file}: empty; the SOCs have no international order`]
  const ordered = new Set(toRows(table, { column: 1, of: soc, as: 'soc_code' }))
  const missing = soc.codes.length - ordered.size
  const shared = table.rowCount - new Set(table.columns[0]).size
  return [
    ...(missing === 0 ? [] : [`${table.file}: SOCs without a place in the international order: ${missing}`]),
    ...(shared === 0 ? [] : [`${table.file}: places that are given more than once: ${shared}`]),
  ]
}

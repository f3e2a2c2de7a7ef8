/**
 * The levels and links of a MedDRA-shaped release, checked while they are joined: tables that stand are whole.
 * Knows the hierarchy's rules; knows nothing of files' bytes or of what is asked of the dictionary.
 */
import type { AsciiTable } from './ascii-file.ts'
import { toDamage } from './ascii-file.ts'

/** The terms of one level, in the file's order. */
export interface Level {
  readonly file: string
  readonly codes: readonly string[]
  readonly names: readonly string[]
  readonly rowByCode: ReadonlyMap<string, number>
}

export interface LltLevel extends Level {
  /** Row in the PT level. */
  readonly ptRows: Int32Array
  /** 1 where the term is current. */
  readonly current: Uint8Array
}

/** Paths, grouped by PT: those of PT p are `starts[p] .. starts[p + 1]`, its primary path first, then by code. */
export interface Paths {
  readonly starts: Int32Array
  readonly hltRows: Int32Array
  readonly hlgtRows: Int32Array
  readonly socRows: Int32Array
}

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
  const llt = toLltLevel(release.llt, pt)
  checkPtsAreLlts(pt, llt)
  const primarySocRows = toRows(release.pt, { column: 2, of: soc, as: 'pt_soc_code' })
  const links = {
    hltPt: toLinks(release.hltPt, hlt, pt),
    hlgtHlt: toLinks(release.hlgtHlt, hlgt, hlt),
    socHlgt: toLinks(release.socHlgt, soc, hlgt),
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

const CODE = /^[0-9A-Za-z]+$/

function toLevel({ file, columns, rowCount }: AsciiTable): Level {
  const [codes = [], names = []] = columns
  if (rowCount === 0) throw toDamage({ file, row: 0 }, { found: 'no record', expected: 'the terms of the level' })
  const rowByCode = new Map<string, number>()
  for (const [row, code] of codes.entries()) {
    checkCode(code, { file, row })
    const before = rowByCode.get(code)
    if (before !== undefined) {
      throw toDamage(
        { file, row },
        { found: `code ${code} again, first on line ${before + 1}`, expected: 'each code once' },
      )
    }
    rowByCode.set(code, row)
    if ((names[row] ?? '').trim() === '') {
      throw toDamage({ file, row }, { found: `no name for code ${code}`, expected: 'a name' })
    }
  }
  return { file, codes, names, rowByCode }
}

function checkCode(code: string, place: { file: string; row: number }): void {
  if (CODE.test(code)) return
  const found = code === '' ? 'an empty code' : `code ${JSON.stringify(code)}`
  throw toDamage(place, { found, expected: 'digits or letters' })
}

function toLltLevel(table: AsciiTable, pt: Level): LltLevel {
  const level = toLevel(table)
  const flags = table.columns[3] ?? []
  const current = new Uint8Array(table.rowCount)
  for (const [row, flag] of flags.entries()) current[row] = isYes(flag, { file: table.file, row, as: 'llt_currency' })
  return { ...level, ptRows: toRows(table, { column: 2, of: pt, as: 'pt_code' }), current }
}

function isYes(flag: string, { file, row, as }: { file: string; row: number; as: string }): 0 | 1 {
  if (flag === 'Y') return 1
  if (flag === 'N') return 0
  throw toDamage({ file, row }, { found: `${as} ${JSON.stringify(flag)}`, expected: 'Y or N' })
}

/** The rows that a column of codes points to in another level. */
function toRows(table: AsciiTable, { column, of, as }: { column: number; of: Level; as: string }): Int32Array {
  const codes = table.columns[column] ?? []
  const rows = new Int32Array(codes.length)
  for (const [row, code] of codes.entries()) {
    checkCode(code, { file: table.file, row })
    const target = of.rowByCode.get(code)
    if (target === undefined) {
      throw toDamage(
        { file: table.file, row },
        { found: `${as} ${code}, which is not in ${of.file}`, expected: `a code of ${of.file}` },
      )
    }
    rows[row] = target
  }
  return rows
}

/** Each PT is also an LLT, under the same code, that belongs to this PT. */
function checkPtsAreLlts(pt: Level, llt: LltLevel): void {
  for (const [row, code] of pt.codes.entries()) {
    const lltRow = llt.rowByCode.get(code)
    if (lltRow === undefined) {
      throw toDamage(
        { file: pt.file, row },
        { found: `PT ${code}, which is not in ${llt.file}`, expected: 'each PT as an LLT of the same code' },
      )
    }
    if (llt.ptRows[lltRow] !== row) {
      const other = pt.codes[llt.ptRows[lltRow] ?? -1]
      throw toDamage(
        { file: llt.file, row: lltRow },
        { found: `LLT ${code}, which is a PT, under PT ${other}`, expected: `it under PT ${code}` },
      )
    }
  }
}

/** The links of two neighbouring levels. */
interface Links {
  readonly file: string
  readonly parents: Int32Array
  readonly children: Int32Array
  /** Link → row of the file. */
  readonly rowByLink: ReadonlyMap<number, number>
  /** 1 for rows of the file that a path runs over. */
  readonly used: Uint8Array
  readonly childCount: number
}

const toLink = (parent: number, child: number, childCount: number) => parent * childCount + child

function toLinks(table: AsciiTable, parent: Level, child: Level): Links {
  const { file, rowCount } = table
  const parents = toRows(table, { column: 0, of: parent, as: 'code' })
  const children = toRows(table, { column: 1, of: child, as: 'code' })
  const childCount = child.codes.length
  const rowByLink = new Map<number, number>()
  for (let row = 0; row < rowCount; row += 1) {
    const link = toLink(at(parents, row), at(children, row), childCount)
    const before = rowByLink.get(link)
    if (before !== undefined) {
      throw toDamage({ file, row }, { found: `the link of line ${before + 1} again`, expected: 'each link once' })
    }
    rowByLink.set(link, row)
  }
  return { file, parents, children, rowByLink, used: new Uint8Array(rowCount), childCount }
}

interface HierarchyContext {
  readonly soc: Level
  readonly hlgt: Level
  readonly hlt: Level
  readonly pt: Level
  readonly links: { readonly hltPt: Links; readonly hlgtHlt: Links; readonly socHlgt: Links }
  /** Per PT: the row of its pt_soc_code. */
  readonly primarySocRows: Int32Array
}

/** The paths of mdhier.asc, each held against the level files, the links and the PT's SOC. */
function toPaths(table: AsciiTable, context: HierarchyContext): Paths {
  const { soc, hlgt, hlt, pt, links, primarySocRows } = context
  const ptRows = toRows(table, { column: 0, of: pt, as: 'pt_code' })
  const hltRows = toRows(table, { column: 1, of: hlt, as: 'hlt_code' })
  const hlgtRows = toRows(table, { column: 2, of: hlgt, as: 'hlgt_code' })
  const socRows = toRows(table, { column: 3, of: soc, as: 'soc_code' })
  for (const [column, rows, level] of [
    [4, ptRows, pt],
    [5, hltRows, hlt],
    [6, hlgtRows, hlgt],
    [7, socRows, soc],
  ] as const) {
    checkNames(table, { column, rows, level })
  }
  const statedSocRows = toRows(table, { column: 8, of: soc, as: 'pt_soc_code' })
  const primary = new Uint8Array(table.rowCount)
  const primaryRows = new Int32Array(pt.codes.length).fill(-1)
  for (let row = 0; row < table.rowCount; row += 1) {
    const place = { file: table.file, row }
    const ptRow = at(ptRows, row)
    markLink(links.hltPt, { parent: at(hltRows, row), child: ptRow, place })
    markLink(links.hlgtHlt, { parent: at(hlgtRows, row), child: at(hltRows, row), place })
    markLink(links.socHlgt, { parent: at(socRows, row), child: at(hlgtRows, row), place })
    primary[row] = isYes(table.columns[9]?.[row] ?? '', { ...place, as: 'primary_soc_fg' })
    const ptSoc = soc.codes[at(primarySocRows, ptRow)]
    if (at(statedSocRows, row) !== at(primarySocRows, ptRow)) {
      const found = `pt_soc_code ${soc.codes[at(statedSocRows, row)]} for PT ${pt.codes[ptRow]}`
      throw toDamage(place, { found, expected: `${ptSoc}, as in ${pt.file}` })
    }
    if (primary[row] === 0) continue
    if (at(socRows, row) !== at(primarySocRows, ptRow)) {
      const found = `the primary path of PT ${pt.codes[ptRow]} in SOC ${soc.codes[at(socRows, row)]}`
      throw toDamage(place, { found, expected: `SOC ${ptSoc}, its pt_soc_code in ${pt.file}` })
    }
    if (at(primaryRows, ptRow) !== -1) {
      const found = `a second primary path of PT ${pt.codes[ptRow]}, the first on line ${at(primaryRows, ptRow) + 1}`
      throw toDamage(place, { found, expected: 'exactly one primary path per PT' })
    }
    primaryRows[ptRow] = row
  }
  const without = primaryRows.indexOf(-1)
  if (without !== -1) {
    throw toDamage(
      { file: pt.file, row: without },
      {
        found: `PT ${pt.codes[without]} without a primary path in ${table.file}`,
        expected: 'exactly one primary path per PT',
      },
    )
  }
  return groupByPt(table, { ptRows, hltRows, hlgtRows, socRows, primary, context })
}

function checkNames(
  table: AsciiTable,
  { column, rows, level }: { column: number; rows: Int32Array; level: Level },
): void {
  const stated = table.columns[column] ?? []
  for (const [row, name] of stated.entries()) {
    const own = level.names[at(rows, row)]
    if (name === own) continue
    const found = `${JSON.stringify(name)} for code ${level.codes[at(rows, row)]}`
    throw toDamage({ file: table.file, row }, { found, expected: `${JSON.stringify(own)}, as in ${level.file}` })
  }
}

function markLink(
  links: Links,
  { parent, child, place }: { parent: number; child: number; place: { file: string; row: number } },
): void {
  const row = links.rowByLink.get(toLink(parent, child, links.childCount))
  if (row === undefined) {
    throw toDamage(place, { found: `a path that is not in ${links.file}`, expected: 'each step of a path as a link' })
  }
  links.used[row] = 1
}

interface UngroupedPaths {
  readonly ptRows: Int32Array
  readonly hltRows: Int32Array
  readonly hlgtRows: Int32Array
  readonly socRows: Int32Array
  readonly primary: Uint8Array
  readonly context: HierarchyContext
}

function groupByPt(table: AsciiTable, paths: UngroupedPaths): Paths {
  const { ptRows, hltRows, hlgtRows, socRows, primary, context } = paths
  const { soc, hlgt, hlt, pt } = context
  const compare = (a: number, b: number) =>
    at(ptRows, a) - at(ptRows, b) ||
    at(primary, b) - at(primary, a) ||
    compareCodes(soc.codes[at(socRows, a)], soc.codes[at(socRows, b)]) ||
    compareCodes(hlgt.codes[at(hlgtRows, a)], hlgt.codes[at(hlgtRows, b)]) ||
    compareCodes(hlt.codes[at(hltRows, a)], hlt.codes[at(hltRows, b)])
  const order = Int32Array.from({ length: table.rowCount }, (_, row) => row).sort(compare)
  for (let i = 1; i < order.length; i += 1) {
    const [before, row] = [at(order, i - 1), at(order, i)]
    const columns = [ptRows, hltRows, hlgtRows, socRows]
    if (columns.every((column) => column[before] === column[row])) {
      const place = { file: table.file, row: Math.max(before, row) }
      const found = `the path of line ${Math.min(before, row) + 1} again`
      throw toDamage(place, { found, expected: 'each path once' })
    }
  }
  const starts = new Int32Array(pt.codes.length + 1)
  for (const ptRow of ptRows) starts[ptRow + 1] = at(starts, ptRow + 1) + 1
  for (let row = 0; row < pt.codes.length; row += 1) starts[row + 1] = at(starts, row + 1) + at(starts, row)
  return {
    starts,
    hltRows: order.map((row) => at(hltRows, row)),
    hlgtRows: order.map((row) => at(hlgtRows, row)),
    socRows: order.map((row) => at(socRows, row)),
  }
}

function toFirstParents({ parents, children }: Links, parent: Level, child: Level): Int32Array {
  const first = new Int32Array(child.codes.length).fill(-1)
  for (let row = 0; row < parents.length; row += 1) {
    const before = parent.codes[at(first, at(children, row))]
    const code = parent.codes[at(parents, row)]
    if (before === undefined || compareCodes(code, before) < 0) first[at(children, row)] = at(parents, row)
  }
  return first
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
  return missing === 0 ? [] : [`${table.file}: SOCs without a place in the international order: ${missing}`]
}

function sortByCode(level: LltLevel): LltLevel {
  const { codes, names, ptRows, current } = level
  const order = Int32Array.from({ length: codes.length }, (_, row) => row)
  order.sort((a, b) => compareCodes(codes[a], codes[b]))
  const pick = (values: readonly string[]) => Array.from(order, (row) => values[row] ?? '')
  const sorted = pick(codes)
  return {
    file: level.file,
    codes: sorted,
    names: pick(names),
    rowByCode: new Map(sorted.map((code, row) => [code, row])),
    ptRows: order.map((row) => at(ptRows, row)),
    current: Uint8Array.from(order, (row) => at(current, row)),
  }
}

/** By code unit: the same order on every machine. */
function compareCodes(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Element `index`, which the caller knows to be there. */
function at(values: Int32Array | Uint8Array, index: number): number {
  return values[index] as number
}

/** Links between neighbouring levels and the paths over them, checked against each other. Knows rows; asks no file. */
import type { AsciiTable } from './ascii-file.ts'
import { toDamage } from './ascii-file.ts'
import type { Level } from './levels.ts'
import { at, compareCodes, toFlag, toRows } from './levels.ts'

/** Paths, grouped by PT: those of PT p are `starts[p] .. starts[p + 1]`, its primary path first, then by code. */
export interface Paths {
  readonly starts: Int32Array
  readonly hltRows: Int32Array
  readonly hlgtRows: Int32Array
  readonly socRows: Int32Array
}

/** The links of two neighbouring levels. */
export interface Links {
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

/** The links of hlt_pt, hlgt_hlt or soc_hlgt.asc: both ends are there, each link once. */
export function toLinks(
  table: AsciiTable,
  { parent, child, elsewhere }: { parent: Level; child: Level; elsewhere: readonly Level[] },
): Links {
  const { file, rowCount } = table
  const parents = toRows(table, { column: 0, of: parent, as: 'code', elsewhere })
  const children = toRows(table, { column: 1, of: child, as: 'code', elsewhere })
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
export function toPaths(table: AsciiTable, context: HierarchyContext): Paths {
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
    const ptRow = at(ptRows, row)
    const missing =
      useLink(links.hltPt, at(hltRows, row), ptRow) ??
      useLink(links.hlgtHlt, at(hlgtRows, row), at(hltRows, row)) ??
      useLink(links.socHlgt, at(socRows, row), at(hlgtRows, row))
    if (missing !== undefined) {
      const found = `a path that is not in ${missing.file}`
      throw toDamage({ file: table.file, row }, { found, expected: 'each step of a path as a link' })
    }
    const flag = table.columns[9]?.[row] ?? ''
    primary[row] = flag === 'Y' ? 1 : toFlag(flag, { file: table.file, row, as: 'primary_soc_fg' })
    const ptSoc = soc.codes[at(primarySocRows, ptRow)]
    if (at(statedSocRows, row) !== at(primarySocRows, ptRow)) {
      const found = `pt_soc_code ${soc.codes[at(statedSocRows, row)]} for PT ${pt.codes[ptRow]}`
      throw toDamage({ file: table.file, row }, { found, expected: `${ptSoc}, as in ${pt.file}` })
    }
    if (primary[row] === 0) continue
    if (at(socRows, row) !== at(primarySocRows, ptRow)) {
      const found = `the primary path of PT ${pt.codes[ptRow]} in SOC ${soc.codes[at(socRows, row)]}`
      throw toDamage({ file: table.file, row }, { found, expected: `SOC ${ptSoc}, its pt_soc_code in ${pt.file}` })
    }
    if (at(primaryRows, ptRow) !== -1) {
      const found = `a second primary path of PT ${pt.codes[ptRow]}, the first on line ${at(primaryRows, ptRow) + 1}`
      throw toDamage({ file: table.file, row }, { found, expected: 'exactly one primary path per PT' })
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

/** Marks a link as one that a path runs over. @returns the links where there is none */
function useLink(links: Links, parent: number, child: number): Links | undefined {
  const row = links.rowByLink.get(toLink(parent, child, links.childCount))
  if (row === undefined) return links
  links.used[row] = 1
  return undefined
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

/** Per row of the child level the row of its first parent by code, -1 where it has none. */
export function toFirstParents({ parents, children }: Links, parent: Level, child: Level): Int32Array {
  const first = new Int32Array(child.codes.length).fill(-1)
  for (let row = 0; row < parents.length; row += 1) {
    const before = parent.codes[at(first, at(children, row))]
    const code = parent.codes[at(parents, row)]
    if (before === undefined || compareCodes(code, before) < 0) first[at(children, row)] = at(parents, row)
  }
  return first
}

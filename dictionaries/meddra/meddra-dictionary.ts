/** The in-memory Dictionary over checked tables. Knows how to answer; knows nothing of files. */
import { assertNever } from '../../schemas/errors.ts'
import type { DictionaryRef, MeddraLevel, PathNode, TermPath } from '../../schemas/terms.ts'
import { MEDDRA_LEVELS } from '../../schemas/terms.ts'
import type {
  CodeLimits,
  CodeNote,
  Dictionary,
  IndexedTexts,
  IntegrityReport,
  NodeName,
  QueryMembership,
  SearchHit,
  SearchOptions,
  SimilarTerm,
  Term,
} from '../dictionary.ts'
import { foldVerbatim } from '../text/fold.ts'
import { checkSearchOptions, LevelSearch } from '../text/level-search.ts'
import { normaliseTerm } from '../text/normalise.ts'
import { TermIndex } from '../text/term-index.ts'
import { compare } from '../text/term-search.ts'
import { TextGroups } from '../text/text-groups.ts'
import type { Level } from './levels.ts'
import type { Sidecar } from './sidecar.ts'
import type { StandardQuery } from './standard-queries.ts'
import type { MeddraTables } from './tables.ts'

interface Parts {
  readonly ref: DictionaryRef
  readonly language: string
  readonly tables: MeddraTables
  readonly queries: readonly StandardQuery[]
  readonly sidecar: Sidecar
  /** Odd things met while reading, before those of the tables. */
  readonly warnings: readonly string[]
}

/** Indexes are built when first asked for: a dictionary that only checks or shows paths loads at once. */
export class MeddraDictionary implements Dictionary {
  readonly ref: DictionaryRef
  readonly language: string
  readonly levels = MEDDRA_LEVELS
  readonly report: IntegrityReport
  readonly hasNumericCodes: boolean
  readonly #tables: MeddraTables
  readonly #levels: Readonly<Record<MeddraLevel, Level>>
  readonly #sidecar: Sidecar
  readonly #queries: readonly StandardQuery[]
  #queriesByTerm: ReadonlyMap<string, QueryMembership[]> | undefined
  readonly #search: LevelSearch
  readonly #links = new Map<ParentLevel, RowLinks>()
  #byFold: TextGroups | undefined
  #byNormalised: TextGroups | undefined
  #indexed: IndexedTexts | undefined

  constructor({ ref, language, tables, queries, sidecar, warnings }: Parts) {
    this.ref = ref
    this.language = language
    this.#tables = tables
    this.#levels = { SOC: tables.soc, HLGT: tables.hlgt, HLT: tables.hlt, PT: tables.pt, LLT: tables.llt }
    this.#search = new LevelSearch(MEDDRA_LEVELS.map((level) => ({ level, names: this.#levels[level].names })))
    this.#sidecar = sidecar
    this.#queries = queries
    this.report = toReport(tables, { queries, before: warnings })
    this.hasNumericCodes = MEDDRA_LEVELS.every((level) => this.#levels[level].codes.every(isInt32))
  }

  get termCount(): number {
    return this.#tables.llt.codes.length
  }

  termAt(index: number): Term {
    const { codes, names, ptRows, current } = this.#tables.llt
    const code = codes[index]
    if (code === undefined) throw new RangeError(`no LLT at ${index}: there are ${codes.length}`)
    return {
      code,
      text: names[index] ?? '',
      conceptCode: this.#tables.pt.codes[ptRows[index] ?? -1] ?? '',
      isCurrent: current[index] === 1,
    }
  }

  findTerm(code: string): Term | undefined {
    const row = this.#tables.llt.rowByCode.get(code)
    return row === undefined ? undefined : this.termAt(row)
  }

  findPath(lltCode: string): TermPath | undefined {
    const row = this.#tables.llt.rowByCode.get(lltCode)
    return row === undefined ? undefined : this.#toPath('LLT', row)
  }

  listPaths(ptCode: string): readonly { readonly path: TermPath; readonly isPrimary: boolean }[] {
    const ptRow = this.#tables.pt.rowByCode.get(ptCode)
    if (ptRow === undefined) return []
    const { starts } = this.#tables.paths
    const first = starts[ptRow] ?? 0
    const count = (starts[ptRow + 1] ?? 0) - first
    return Array.from({ length: count }, (_, i) => ({ path: this.#toPtPath(ptRow, first + i), isPrimary: i === 0 }))
  }

  listTerms(ptCode: string): readonly Term[] {
    const ptRow = this.#tables.pt.rowByCode.get(ptCode)
    if (ptRow === undefined) return []
    const llts = this.#toLinks('PT')
      .children.list(ptRow)
      .map((row) => this.termAt(row))
    return [...llts.filter((llt) => llt.code === ptCode), ...llts.filter((llt) => llt.code !== ptCode)]
  }

  listByFold(folded: string): readonly Term[] {
    const { names } = this.#tables.llt
    this.#byFold ??= new TextGroups(names.length, (row) => foldVerbatim(names[row] ?? ''))
    return this.#byFold.listRows(folded).map((row) => this.termAt(row))
  }

  listByNormalised(key: string): readonly Term[] {
    this.#byNormalised ??= this.#toGroups(this.#listKeys())
    return this.#byNormalised.listRows(key).map((row) => this.termAt(row))
  }

  listIndexed(): IndexedTexts {
    this.#indexed ??= this.#toIndexed()
    return this.#indexed
  }

  listCandidates(text: string, options: { readonly limit: number }): readonly SimilarTerm[] {
    const indexed = this.listIndexed()
    return indexed.index
      .search(text, options)
      .flatMap((similar) => indexed.listTerms(similar.index).map((found) => ({ ...found, score: similar.score })))
  }

  search(text: string, options: SearchOptions): readonly SearchHit[] {
    if (options.mode === 'similar') return this.#searchSimilar(text, options)
    return this.#search.search(text, options).map(({ level, row }) => this.#toHit(level as MeddraLevel, row))
  }

  findNode(code: string, level?: string): SearchHit | undefined {
    const found = MEDDRA_LEVELS.find(
      (name) => (level === undefined || name === level) && this.#levels[name].rowByCode.has(code),
    )
    return found && this.#toHit(found, this.#levels[found].rowByCode.get(code) ?? -1)
  }

  listParents({ level, code }: NodeName): readonly PathNode[] {
    const place = this.#findPlace(level, code)
    if (place === undefined || place.level === 'SOC') return []
    const above = LEVEL_ABOVE[place.level]
    const primary = this.#toPath(place.level, place.row).at(-2)?.code
    return this.#toLinks(above)
      .parents.list(place.row)
      .map((row) => this.#toNode(above, row))
      .sort((a, b) => Number(b.code === primary) - Number(a.code === primary) || compare(a.code, b.code))
  }

  listChildren(node?: NodeName): readonly PathNode[] {
    if (node === undefined) return this.#sortByName('SOC', [...this.#tables.soc.codes.keys()])
    const place = this.#findPlace(node.level, node.code)
    if (place === undefined || place.level === 'LLT') return []
    return this.#sortByName(LEVEL_BELOW[place.level], this.#toLinks(place.level).children.list(place.row))
  }

  findProposedReplacement(lltCode: string): Term | undefined {
    const proposed = this.#sidecar.replacements.get(lltCode)
    return proposed === undefined ? undefined : this.findTerm(proposed)
  }

  findLimits(code: string): CodeLimits | undefined {
    const sex = this.#sidecar.sexByPt.get(this.findTerm(code)?.conceptCode ?? '')
    return sex && { sex }
  }

  /** MedDRA says nothing beside its terms. */
  listNotes(): readonly CodeNote[] {
    return []
  }

  listQueries(): readonly StandardQuery[] {
    return this.#queries
  }

  listQueriesOf(code: string): readonly QueryMembership[] {
    this.#queriesByTerm ??= toMemberships(this.#queries)
    return this.#queriesByTerm.get(code) ?? []
  }

  /** Current LLTs that look like the text, or their PTs, once each. */
  #searchSimilar(text: string, options: SearchOptions): readonly SearchHit[] {
    checkSearchOptions(options, this.levels)
    const { limit, level = 'LLT' } = options
    if (level !== 'LLT' && level !== 'PT') return []
    const rows = level === 'LLT' ? this.#listSimilar(text, limit) : this.#listSimilarPts(text, limit)
    return rows.map((row) => this.#toHit(level, row))
  }

  #listSimilar(text: string, limit: number): readonly number[] {
    return this.listCandidates(text, { limit }).map(({ term }) => this.#tables.llt.rowByCode.get(term.code) ?? -1)
  }

  #listSimilarPts(text: string, limit: number): readonly number[] {
    // Several LLTs may be names of one PT: more of them are asked for until there are PTs enough.
    for (let asked = limit * 4; ; asked *= 4) {
      const found = this.#listSimilar(text, asked)
      const ptRows = new Set(found.map((row) => this.#tables.llt.ptRows[row] ?? -1))
      if (ptRows.size >= limit || found.length < asked) return [...ptRows].slice(0, limit)
    }
  }

  #findPlace(level: string, code: string): { readonly level: MeddraLevel; readonly row: number } | undefined {
    const found = MEDDRA_LEVELS.find((name) => name === level)
    const row = found && this.#levels[found].rowByCode.get(code)
    return found === undefined || row === undefined ? undefined : { level: found, row }
  }

  #sortByName(level: MeddraLevel, rows: readonly number[]): readonly PathNode[] {
    return rows
      .map((row) => this.#toNode(level, row))
      .map((node) => ({ node, folded: foldVerbatim(node.text) }))
      .sort((a, b) => compare(a.folded, b.folded) || compare(a.node.code, b.node.code))
      .map(({ node }) => node)
  }

  /** How the rows of a level hang together with those of the level right below. */
  #toLinks(parent: ParentLevel): RowLinks {
    const links = this.#links.get(parent) ?? toRowLinks(parent, this.#tables)
    this.#links.set(parent, links)
    return links
  }

  /** Normalised names, row by row. */
  #listKeys(): readonly string[] {
    return this.#tables.llt.names.map(normaliseTerm)
  }

  #toGroups(keys: readonly string[]): TextGroups {
    const { names } = this.#tables.llt
    return new TextGroups(names.length, (row) => normaliseTerm(names[row] ?? ''), keys)
  }

  #toIndexed(): IndexedTexts {
    const { names, current, ptRows } = this.#tables.llt
    const keys = this.#listKeys()
    // Both need the normalised names, which are not kept.
    this.#byNormalised ??= this.#toGroups(keys)
    const rows = Int32Array.from(names.keys()).filter((row) => current[row] === 1)
    let index: TermIndex | undefined
    // Who borrows names makes an index of both, and never asks for this one.
    let ownKeys: readonly string[] | undefined = Array.from(rows, (row) => keys[row] ?? '')
    return {
      texts: Array.from(rows, (row) => names[row] ?? ''),
      concepts: rows.map((row) => ptRows[row] ?? 0),
      conceptCount: this.#tables.pt.codes.length,
      get index() {
        index ??= new TermIndex(ownKeys ?? [])
        ownKeys = undefined
        return index
      },
      listTerms: (text) => [{ term: this.termAt(rows[text] ?? -1) }],
    }
  }

  #toHit(level: MeddraLevel, row: number): SearchHit {
    const { code, text } = this.#toNode(level, row)
    const isCurrent = level !== 'LLT' || this.#tables.llt.current[row] === 1
    return { level, code, text, isCurrent, path: this.#toPath(level, row) }
  }

  #toNode(level: MeddraLevel, row: number): PathNode {
    const { codes, names } = this.#levels[level]
    return { level, code: codes[row] ?? '', text: names[row] ?? '' }
  }

  /** From the SOC to the term: the primary path, or for HLT and HLGT the first by code. */
  #toPath(level: MeddraLevel, row: number): TermPath {
    const { llt, paths, hlgtOfHlt, socOfHlgt } = this.#tables
    if (row === -1) return []
    switch (level) {
      case 'LLT':
        return [...this.#toPath('PT', llt.ptRows[row] ?? -1), this.#toNode('LLT', row)]
      case 'PT':
        return this.#toPtPath(row, paths.starts[row] ?? -1)
      case 'HLT':
        return [...this.#toPath('HLGT', hlgtOfHlt[row] ?? -1), this.#toNode('HLT', row)]
      case 'HLGT':
        return [...this.#toPath('SOC', socOfHlgt[row] ?? -1), this.#toNode('HLGT', row)]
      case 'SOC':
        return [this.#toNode('SOC', row)]
      default:
        return assertNever(level)
    }
  }

  #toPtPath(ptRow: number, path: number): TermPath {
    const { socRows, hlgtRows, hltRows } = this.#tables.paths
    return [
      this.#toNode('SOC', socRows[path] ?? -1),
      this.#toNode('HLGT', hlgtRows[path] ?? -1),
      this.#toNode('HLT', hltRows[path] ?? -1),
      this.#toNode('PT', ptRow),
    ]
  }
}

type ParentLevel = Exclude<MeddraLevel, 'LLT'>
const LEVEL_ABOVE = { LLT: 'PT', PT: 'HLT', HLT: 'HLGT', HLGT: 'SOC' } as const
const LEVEL_BELOW = { SOC: 'HLGT', HLGT: 'HLT', HLT: 'PT', PT: 'LLT' } as const

interface RowLinks {
  /** By the row of the child. */
  readonly parents: RowGroups
  /** By the row of the parent. */
  readonly children: RowGroups
}

/**
 * Each link once. An HLT or HLGT hangs where a path runs, and also at its first parent, so that one without PTs is not
 * lost.
 */
function toRowLinks(parent: ParentLevel, { soc, hlgt, hlt, pt, llt, paths, ...first }: MeddraTables): RowLinks {
  switch (parent) {
    case 'PT':
      return linkRows([[llt.ptRows, rowsOf(llt)]], { parents: pt, children: llt })
    case 'HLT':
      return linkRows([[paths.hltRows, toPtRows(paths.starts)]], { parents: hlt, children: pt })
    case 'HLGT':
      return linkRows(
        [
          [first.hlgtOfHlt, rowsOf(hlt)],
          [paths.hlgtRows, paths.hltRows],
        ],
        { parents: hlgt, children: hlt },
      )
    case 'SOC':
      return linkRows(
        [
          [first.socOfHlgt, rowsOf(hlgt)],
          [paths.socRows, paths.hlgtRows],
        ],
        { parents: soc, children: hlgt },
      )
    default:
      return assertNever(parent)
  }
}

/** @param links pairs of columns: row of the parent (-1 for none), row of the child */
function linkRows(
  links: readonly (readonly [parents: Int32Array, children: Int32Array])[],
  { parents, children }: { parents: Level; children: Level },
): RowLinks {
  const childCount = children.codes.length
  const seen = new Set<number>()
  for (const [parentRows, childRows] of links)
    for (const [i, parent] of parentRows.entries())
      if (parent !== -1) seen.add(parent * childCount + (childRows[i] ?? -1))
  const parentRows = Int32Array.from(seen, (link) => Math.floor(link / childCount))
  const childRows = Int32Array.from(seen, (link) => link % childCount)
  return {
    parents: new RowGroups(childRows, { values: parentRows, count: childCount }),
    children: new RowGroups(parentRows, { values: childRows, count: parents.codes.length }),
  }
}

/** Rows by the row they belong to, in two flat arrays. */
class RowGroups {
  readonly #starts: Int32Array
  readonly #values: Int32Array

  /** `values[i]` belongs to `keys[i]`, a row from 0 to `count - 1`. */
  constructor(keys: Int32Array, { values, count }: { values: Int32Array; count: number }) {
    this.#starts = new Int32Array(count + 1)
    for (const key of keys) this.#starts[key + 1] = (this.#starts[key + 1] ?? 0) + 1
    for (let key = 0; key < count; key += 1)
      this.#starts[key + 1] = (this.#starts[key + 1] ?? 0) + (this.#starts[key] ?? 0)
    this.#values = new Int32Array(values.length)
    const next = this.#starts.slice()
    for (const [i, key] of keys.entries()) {
      const place = next[key] ?? 0
      this.#values[place] = values[i] ?? -1
      next[key] = place + 1
    }
  }

  /** In the order they were given. */
  list(key: number): readonly number[] {
    return Array.from(this.#values.subarray(this.#starts[key], this.#starts[key + 1]))
  }
}

function rowsOf({ codes }: Level): Int32Array {
  return Int32Array.from(codes.keys())
}

/** Per path the row of its PT. */
function toPtRows(starts: Int32Array): Int32Array {
  const rows = new Int32Array(starts.at(-1) ?? 0)
  for (let row = 0; row + 1 < starts.length; row += 1) rows.fill(row, starts[row], starts[row + 1])
  return rows
}

/** Term code → the queries it is active in. */
function toMemberships(queries: readonly StandardQuery[]): ReadonlyMap<string, QueryMembership[]> {
  const memberships = new Map<string, QueryMembership[]>()
  for (const query of queries.filter((each) => each.isActive))
    for (const { code, scope, isActive } of query.members) {
      if (!isActive) continue
      const known = memberships.get(code)
      if (known === undefined) memberships.set(code, [{ query, scope }])
      else known.push({ query, scope })
    }
  return memberships
}

function toReport(
  { soc, hlgt, hlt, pt, llt, paths, warnings }: MeddraTables,
  { queries, before }: { queries: readonly StandardQuery[]; before: readonly string[] },
): IntegrityReport {
  const currentTerms = llt.current.reduce((sum, isCurrent) => sum + isCurrent, 0)
  return {
    counts: {
      SOC: soc.codes.length,
      HLGT: hlgt.codes.length,
      HLT: hlt.codes.length,
      PT: pt.codes.length,
      LLT: llt.codes.length,
    },
    currentTerms,
    nonCurrentTerms: llt.codes.length - currentTerms,
    primaryPaths: pt.codes.length,
    secondaryPaths: paths.socRows.length - pt.codes.length,
    standardQueries: queries.filter((query) => query.isActive).length,
    warnings: [...before, ...warnings],
  }
}

function isInt32(code: string): boolean {
  return /^(?:0|[1-9]\d{0,9})$/.test(code) && Number(code) <= 0x7fff_ffff
}

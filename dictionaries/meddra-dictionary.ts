/** The in-memory Dictionary over checked tables. Knows how to answer; knows nothing of files. */
import { assertNever } from '../schemas/errors.ts'
import type { DictionaryRef, MeddraLevel, PathNode, TermPath } from '../schemas/terms.ts'
import { MEDDRA_LEVELS } from '../schemas/terms.ts'
import type { Dictionary, IntegrityReport, Llt, QueryMembership, SearchHit, SearchOptions } from './dictionary.ts'
import type { Level } from './meddra-levels.ts'
import type { MeddraTables } from './meddra-tables.ts'
import type { Sidecar } from './sidecar.ts'
import type { StandardQuery } from './standard-queries.ts'
import { compare, TermSearch } from './term-search.ts'
import { CandidateIndex } from './text/candidate-index.ts'
import { foldVerbatim } from './text/fold.ts'
import { normaliseTerm } from './text/normalise.ts'
import { TextGroups } from './text-groups.ts'

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
  readonly report: IntegrityReport
  readonly hasNumericCodes: boolean
  readonly #tables: MeddraTables
  readonly #levels: Readonly<Record<MeddraLevel, Level>>
  readonly #sidecar: Sidecar
  readonly #queries: readonly StandardQuery[]
  #queriesByTerm: ReadonlyMap<string, QueryMembership[]> | undefined
  readonly #folded = new Map<MeddraLevel, readonly string[]>()
  readonly #searches = new Map<MeddraLevel, TermSearch>()
  #byFold: TextGroups | undefined
  #byNormalised: TextGroups | undefined
  #candidates: { readonly index: CandidateIndex; readonly rows: Int32Array } | undefined

  constructor({ ref, language, tables, queries, sidecar, warnings }: Parts) {
    this.ref = ref
    this.language = language
    this.#tables = tables
    this.#levels = { SOC: tables.soc, HLGT: tables.hlgt, HLT: tables.hlt, PT: tables.pt, LLT: tables.llt }
    this.#sidecar = sidecar
    this.#queries = queries
    this.report = toReport(tables, { queries, before: warnings })
    this.hasNumericCodes = MEDDRA_LEVELS.every((level) => this.#levels[level].codes.every(isInt32))
  }

  get lltCount(): number {
    return this.#tables.llt.codes.length
  }

  lltAt(index: number): Llt {
    const { codes, names, ptRows, current } = this.#tables.llt
    const code = codes[index]
    if (code === undefined) throw new RangeError(`no LLT at ${index}: there are ${codes.length}`)
    return {
      code,
      text: names[index] ?? '',
      ptCode: this.#tables.pt.codes[ptRows[index] ?? -1] ?? '',
      isCurrent: current[index] === 1,
    }
  }

  findLlt(code: string): Llt | undefined {
    const row = this.#tables.llt.rowByCode.get(code)
    return row === undefined ? undefined : this.lltAt(row)
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

  listLlts(ptCode: string): readonly Llt[] {
    const ptRow = this.#tables.pt.rowByCode.get(ptCode)
    if (ptRow === undefined) return []
    const llts = [...this.#tables.llt.ptRows.keys()]
      .filter((row) => this.#tables.llt.ptRows[row] === ptRow)
      .map((row) => this.lltAt(row))
    return [...llts.filter((llt) => llt.code === ptCode), ...llts.filter((llt) => llt.code !== ptCode)]
  }

  listByFold(folded: string): readonly Llt[] {
    this.#byFold ??= new TextGroups(this.#listFolded('LLT'))
    return this.#byFold.listRows(folded).map((row) => this.lltAt(row))
  }

  listByNormalised(key: string): readonly Llt[] {
    this.#byNormalised ??= new TextGroups(this.#tables.llt.names.map(normaliseTerm))
    return this.#byNormalised.listRows(key).map((row) => this.lltAt(row))
  }

  listCandidates(
    text: string,
    options: { readonly limit: number },
  ): readonly { readonly llt: Llt; readonly score: number }[] {
    this.#candidates ??= this.#buildCandidates()
    const { index, rows } = this.#candidates
    return index.search(text, options).map((similar) => ({
      llt: this.lltAt(rows[similar.index] ?? -1),
      score: similar.score,
    }))
  }

  search(text: string, { mode, limit, level }: SearchOptions): readonly SearchHit[] {
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`limit must be a whole number from 1, not ${limit}`)
    const levels = MEDDRA_LEVELS.filter((name) => level === undefined || name === level)
    if (levels.length === 0) throw new RangeError(`level must be one of ${MEDDRA_LEVELS.join(', ')}, not ${level}`)
    const folded = foldVerbatim(text)
    if (folded === '') return []
    const found = levels.flatMap((name) =>
      this.#toSearch(name)
        .listRows(folded, { mode, limit })
        .map((row) => ({ level: name, row, name: this.#listFolded(name)[row] ?? '' })),
    )
    // Each level's rows come in this very order; the sort is stable, so broader levels stay first among equal names.
    found.sort(
      (a, b) => Number(b.name.startsWith(folded)) - Number(a.name.startsWith(folded)) || compare(a.name, b.name),
    )
    return found.slice(0, limit).map((hit) => this.#toHit(hit.level, hit.row))
  }

  findProposedReplacement(lltCode: string): Llt | undefined {
    const proposed = this.#sidecar.replacements.get(lltCode)
    return proposed === undefined ? undefined : this.findLlt(proposed)
  }

  findSex(ptCode: string): 'M' | 'F' | undefined {
    return this.#sidecar.sexByPt.get(ptCode)
  }

  listQueries(): readonly StandardQuery[] {
    return this.#queries
  }

  listQueriesOf(code: string): readonly QueryMembership[] {
    this.#queriesByTerm ??= toMemberships(this.#queries)
    return this.#queriesByTerm.get(code) ?? []
  }

  #listFolded(level: MeddraLevel): readonly string[] {
    const folded = this.#folded.get(level) ?? this.#levels[level].names.map(foldVerbatim)
    this.#folded.set(level, folded)
    return folded
  }

  #toSearch(level: MeddraLevel): TermSearch {
    const search = this.#searches.get(level) ?? new TermSearch(this.#listFolded(level))
    this.#searches.set(level, search)
    return search
  }

  #buildCandidates(): { readonly index: CandidateIndex; readonly rows: Int32Array } {
    const { names, current } = this.#tables.llt
    const rows = Int32Array.from(names.keys()).filter((row) => current[row] === 1)
    return { index: CandidateIndex.build(Array.from(rows, (row) => names[row] ?? '')), rows }
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
  const currentLlts = llt.current.reduce((sum, isCurrent) => sum + isCurrent, 0)
  return {
    counts: {
      SOC: soc.codes.length,
      HLGT: hlgt.codes.length,
      HLT: hlt.codes.length,
      PT: pt.codes.length,
      LLT: llt.codes.length,
    },
    currentLlts,
    nonCurrentLlts: llt.codes.length - currentLlts,
    primaryPaths: pt.codes.length,
    secondaryPaths: paths.socRows.length - pt.codes.length,
    standardQueries: queries.filter((query) => query.isActive).length,
    warnings: [...before, ...warnings],
  }
}

function isInt32(code: string): boolean {
  return /^(?:0|[1-9]\d{0,9})$/.test(code) && Number(code) <= 0x7fff_ffff
}

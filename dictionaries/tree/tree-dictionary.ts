/**
 * The in-memory Dictionary over a tree of codes of varying depth: ICD-10-CM, code lists. Knows how to answer; knows
 * nothing of files. A concept is a code, and its terms are its title and its other names: all share the code.
 */
import type { DictionaryRef, PathNode, TermPath } from '../../schemas/terms.ts'
import type {
  CodeLimits,
  CodeNote,
  Dictionary,
  IndexedTexts,
  IntegrityReport,
  NodeName,
  Period,
  QueryMembership,
  SearchHit,
  SearchOptions,
  SimilarTerm,
  Term,
} from '../dictionary.ts'
import type { StandardQuery } from '../meddra/standard-queries.ts'
import { foldVerbatim } from '../text/fold.ts'
import { checkSearchOptions } from '../text/level-search.ts'
import { normaliseTerm } from '../text/normalise.ts'
import { TextGroups } from '../text/text-groups.ts'
import { TreeCandidates } from './tree-candidates.ts'
import { TreeChildren, type TreeHint, type TreeNode } from './tree-node.ts'
import { TreeSearch } from './tree-search.ts'

interface Parts {
  readonly ref: DictionaryRef
  readonly language: string
  /** Broadest first. */
  readonly levels: readonly string[]
  /** In the order of the release; children keep it. */
  readonly nodes: readonly TreeNode[]
  readonly hints: readonly TreeHint[]
  readonly warnings: readonly string[]
  readonly period?: Period
  /** The code as the nodes have it for one as people write it; else it must be written as it is. */
  readonly toCode?: (text: string) => string
}

/** Indexes are built when first asked for: a dictionary that only checks or shows paths loads at once. */
export class TreeDictionary implements Dictionary {
  readonly ref: DictionaryRef
  readonly language: string
  readonly levels: readonly string[]
  readonly report: IntegrityReport
  readonly hasNumericCodes: boolean
  readonly period?: Period
  readonly #nodes: readonly TreeNode[]
  readonly #hints: readonly TreeHint[]
  readonly #toCode: (text: string) => string
  /** Nodes that are codes, and beside them the groups, by their code. */
  readonly #codes = new Map<string, number>()
  readonly #groups = new Map<string, number[]>()
  /** Term i is name `#termNames[i]` of node `#termNodes[i]`: 0 for its title. */
  readonly #termNodes: Int32Array
  readonly #termNames: Int32Array
  #children: TreeChildren | undefined
  #search: TreeSearch | undefined
  #byFold: TextGroups | undefined
  #byNormalised: TextGroups | undefined
  #candidates: TreeCandidates | undefined

  constructor({ ref, language, levels, nodes, hints, warnings, period, toCode = (text) => text }: Parts) {
    this.ref = ref
    this.language = language
    this.levels = levels
    this.#nodes = nodes
    this.#hints = hints
    this.#toCode = toCode
    if (period !== undefined) this.period = period
    for (const [node, { kind, code }] of nodes.entries()) {
      if (kind !== 'group') this.#codes.set(code, node)
      else this.#groups.set(code, [...(this.#groups.get(code) ?? []), node])
    }
    const order = [...this.#codes].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, node]) => node)
    const termCount = order.reduce((sum, node) => sum + 1 + this.#nodeAt(node).names.length, 0)
    this.#termNodes = new Int32Array(termCount)
    this.#termNames = new Int32Array(termCount)
    let term = 0
    for (const node of order) {
      for (let name = 0; name <= this.#nodeAt(node).names.length; name += 1, term += 1) {
        this.#termNodes[term] = node
        this.#termNames[term] = name
      }
    }
    this.report = toReport(nodes, { levels, warnings })
    this.hasNumericCodes = nodes.every(({ code }) => /^(?:0|[1-9]\d{0,9})$/.test(code) && Number(code) <= 0x7fff_ffff)
  }

  get termCount(): number {
    return this.#termNodes.length
  }

  termAt(index: number): Term {
    const node = this.#termNodes[index]
    if (node === undefined) throw new RangeError(`no term at ${index}: there are ${this.termCount}`)
    return this.#toTerm(node, this.#termNames[index] ?? 0)
  }

  findTerm(code: string): Term | undefined {
    const node = this.#findCode(code)
    return node === undefined ? undefined : this.#toTerm(node, 0)
  }

  findPath(code: string): TermPath | undefined {
    const node = this.#findCode(code)
    return node === undefined ? undefined : this.#toPath(node)
  }

  listPaths(conceptCode: string): readonly { readonly path: TermPath; readonly isPrimary: boolean }[] {
    const path = this.findPath(conceptCode)
    return path === undefined ? [] : [{ path, isPrimary: true }]
  }

  /** The title first, then its other names as the release has them. */
  listTerms(conceptCode: string): readonly Term[] {
    const node = this.#findCode(conceptCode)
    if (node === undefined) return []
    return Array.from({ length: 1 + this.#nodeAt(node).names.length }, (_, name) => this.#toTerm(node, name))
  }

  listByFold(folded: string): readonly Term[] {
    this.#byFold ??= new TextGroups(this.termCount, (term) => foldVerbatim(this.#textAt(term)))
    return this.#byFold.listRows(folded).map((term) => this.termAt(term))
  }

  listByNormalised(key: string): readonly Term[] {
    this.#byNormalised ??= this.#toGroups(this.#listKeys())
    return this.#byNormalised.listRows(key).map((term) => this.termAt(term))
  }

  listIndexed(): IndexedTexts {
    return this.#listAllCandidates().listIndexed()
  }

  /** Each code once: by the name that is most similar, or by a hint that is. */
  listCandidates(text: string, options: { readonly limit: number }): readonly SimilarTerm[] {
    return this.#listAllCandidates().list(text, options)
  }

  #listAllCandidates(): TreeCandidates {
    if (this.#candidates !== undefined) return this.#candidates
    const keys = this.#listKeys()
    // Both need the normalised names, which are not kept.
    this.#byNormalised ??= this.#toGroups(keys)
    this.#candidates = new TreeCandidates({
      nodes: this.#nodes,
      children: this.#listAllChildren(),
      terms: Array.from(this.#termNodes, (node, term) => ({ node, term: this.termAt(term) })),
      hints: this.#hints,
      toTitle: (node) => this.#toTerm(node, 0),
      keys,
    })
    return this.#candidates
  }

  /**
   * Also by inclusion terms and synonyms: a hit has the name that was found as its text, and its title ends the path.
   * `exact` finds a code by itself, too.
   */
  search(text: string, options: SearchOptions): readonly SearchHit[] {
    checkSearchOptions(options, this.levels)
    const { mode, limit, level } = options
    if (foldVerbatim(text) === '') return []
    if (mode === 'similar') return this.#searchSimilar(text, options)
    this.#search ??= new TreeSearch(this.levels, this.#nodes)
    const found = this.#search.list(text, options)
    if (mode !== 'exact') return found.map(({ node, text: name }) => this.#toHit(node, name))
    const coded = this.#listNodes(text).filter((node) => level === undefined || this.#nodeAt(node).level === level)
    const named = found.filter(({ node }) => !coded.includes(node))
    return [
      ...coded.map((node) => this.#toHit(node, this.#nodeAt(node).text)),
      ...named.map(({ node, text: name }) => this.#toHit(node, name)),
    ].slice(0, limit)
  }

  findNode(code: string, level?: string): SearchHit | undefined {
    const node = this.#listNodes(code).find((each) => level === undefined || this.#nodeAt(each).level === level)
    return node === undefined ? undefined : this.#toHit(node, this.#nodeAt(node).text)
  }

  listParents(node: NodeName): readonly PathNode[] {
    const parent = this.#nodes[this.#findNamed(node) ?? -1]?.parent ?? -1
    return parent === -1 ? [] : [this.#toPathNode(parent)]
  }

  /** In the order of the release, which is the one that a classification is read in; without a node all that stand on top. */
  listChildren(node?: NodeName): readonly PathNode[] {
    const place = node === undefined ? -1 : this.#findNamed(node)
    return place === undefined
      ? []
      : Array.from(this.#listAllChildren().list(place), (child) => this.#toPathNode(child))
  }

  /** There are none. */
  listQueries(): readonly StandardQuery[] {
    return []
  }

  listQueriesOf(): readonly QueryMembership[] {
    return []
  }

  findProposedReplacement(): Term | undefined {
    return undefined
  }

  findLimits(code: string): CodeLimits | undefined {
    return this.#nodes[this.#findCode(code) ?? -1]?.limits
  }

  /** The code's own, then those of the nodes above it, which hold for it too, nearest first and led by that node's code. */
  listNotes(code: string): readonly CodeNote[] {
    const first = this.#listNodes(code).at(-1)
    if (first === undefined) return []
    const notes = [...this.#nodeAt(first).notes]
    for (let node = this.#nodeAt(first).parent; node !== -1; node = this.#nodeAt(node).parent) {
      const { level, kind, code: above, notes: theirs } = this.#nodeAt(node)
      const name = kind === 'group' ? `${level} ${above}` : above
      notes.push(...theirs.map((note) => ({ kind: note.kind, text: `[${name}] ${note.text}` })))
    }
    return notes
  }

  #nodeAt(node: number): TreeNode {
    const found = this.#nodes[node]
    if (found === undefined) throw new RangeError(`no node ${node}`)
    return found
  }

  #findCode(code: string): number | undefined {
    return this.#codes.get(code) ?? this.#codes.get(this.#toCode(code))
  }

  /** Broadest first. */
  #listNodes(code: string): readonly number[] {
    const wanted = code.trim()
    const own = this.#findCode(wanted)
    return [
      ...(this.#groups.get(wanted) ?? this.#groups.get(this.#toCode(wanted)) ?? []),
      ...(own === undefined ? [] : [own]),
    ]
  }

  #findNamed({ level, code }: NodeName): number | undefined {
    return this.#listNodes(code).find((node) => this.#nodeAt(node).level === level)
  }

  #toTerm(node: number, name: number): Term {
    const { code, text, names, kind } = this.#nodeAt(node)
    return {
      code,
      text: name === 0 ? text : (names[name - 1] ?? ''),
      conceptCode: code,
      isCurrent: kind === 'assignable',
    }
  }

  /** Normalised names, term by term. */
  #listKeys(): readonly string[] {
    return Array.from(this.#termNodes, (_, term) => normaliseTerm(this.#textAt(term)))
  }

  #toGroups(keys: readonly string[]): TextGroups {
    return new TextGroups(this.termCount, (term) => normaliseTerm(this.#textAt(term)), keys)
  }

  #textAt(term: number): string {
    const { text, names } = this.#nodeAt(this.#termNodes[term] ?? -1)
    const name = this.#termNames[term] ?? 0
    return name === 0 ? text : (names[name - 1] ?? '')
  }

  #listAllChildren(): TreeChildren {
    this.#children ??= new TreeChildren(this.#nodes)
    return this.#children
  }

  #toPathNode(node: number): PathNode {
    const { level, code, text } = this.#nodeAt(node)
    return { level, code, text }
  }

  #toPath(node: number): TermPath {
    const path: PathNode[] = []
    for (let next = node; next !== -1; next = this.#nodeAt(next).parent) path.push(this.#toPathNode(next))
    return path.reverse()
  }

  #toHit(node: number, text: string): SearchHit {
    const { level, code, kind } = this.#nodeAt(node)
    return { level, code, text, isCurrent: kind !== 'header', path: this.#toPath(node) }
  }

  #searchSimilar(text: string, { limit, level }: SearchOptions): readonly SearchHit[] {
    // Of one level, as many as are among the best: what is further down resembles the text no more.
    const similar = this.listCandidates(text, { limit: level === undefined ? limit : limit * 10 })
    return similar
      .map(({ term }) => ({ node: this.#findCode(term.code) ?? -1, name: term.text }))
      .filter(({ node }) => level === undefined || this.#nodeAt(node).level === level)
      .slice(0, limit)
      .map(({ node, name }) => this.#toHit(node, name))
  }
}

function toReport(
  nodes: readonly TreeNode[],
  { levels, warnings }: { levels: readonly string[]; warnings: readonly string[] },
): IntegrityReport {
  const counts: Record<string, number> = Object.fromEntries(levels.map((level) => [level, 0]))
  const terms = { group: 0, header: 0, assignable: 0 }
  let codes = 0
  for (const { level, kind, names } of nodes) {
    counts[level] = (counts[level] ?? 0) + 1
    if (kind !== 'group') codes += 1
    terms[kind] += 1 + names.length
  }
  return {
    counts,
    currentTerms: terms.assignable,
    nonCurrentTerms: terms.header,
    primaryPaths: codes,
    secondaryPaths: 0,
    standardQueries: 0,
    warnings,
  }
}

/** Search by name in a tree of codes: nodes by their titles and other names. Knows nodes; knows no paths. */
import type { SearchOptions } from '../dictionary.ts'
import { LevelSearch } from '../text/level-search.ts'
import type { TreeNode } from './tree-node.ts'

/** A node with the name of it that was found. */
export interface FoundNode {
  readonly node: number
  readonly text: string
}

export class TreeSearch {
  readonly #search: LevelSearch
  /** Per level the node and the text of each row that is searched. */
  readonly #rows: ReadonlyMap<string, readonly FoundNode[]>

  constructor(levels: readonly string[], nodes: readonly TreeNode[]) {
    const rows = new Map<string, FoundNode[]>(levels.map((level) => [level, []]))
    for (const [node, { level, text, names }] of nodes.entries()) {
      for (const name of [text, ...names]) rows.get(level)?.push({ node, text: name })
    }
    this.#rows = rows
    this.#search = new LevelSearch(
      levels.map((level) => ({ level, names: (rows.get(level) ?? []).map(({ text }) => text) })),
    )
  }

  /** Up to `limit` nodes, each once, by the first of its names in the order of `Dictionary.search`; not for `similar`. */
  list(text: string, options: SearchOptions): readonly FoundNode[] {
    for (let limit = options.limit * 2; ; limit *= 4) {
      const found = this.#search.search(text, { ...options, limit })
      const nodes = new Map<number, FoundNode>()
      for (const { level, row } of found) {
        const hit = this.#rows.get(level)?.[row]
        if (hit !== undefined && !nodes.has(hit.node)) nodes.set(hit.node, hit)
      }
      if (nodes.size >= options.limit || found.length < limit) return [...nodes.values()].slice(0, options.limit)
    }
  }
}

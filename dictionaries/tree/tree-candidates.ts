/**
 * Assignable codes that look like a text. Knows names and hints; knows neither levels nor limits. A name of a code that
 * cannot be assigned is a hint to the codes below it: "Torus fracture of lower end of right radius" leads to the six codes
 * that say which encounter it was. Where there are too many below, it leads nowhere, as it would crowd out the rest.
 */
import type { IndexedTexts, SimilarTerm, Term } from '../dictionary.ts'
import { normaliseTerm } from '../text/normalise.ts'
import { TermIndex } from '../text/term-index.ts'
import type { TreeChildren, TreeHint, TreeNode } from './tree-node.ts'

/** As many codes as one hint may lead to: three sides of a fracture with six encounters each are 18. */
const MOST_TARGETS = 20

interface Parts {
  readonly nodes: readonly TreeNode[]
  readonly children: TreeChildren
  /** The names of assignable codes come first; then, as hints, those of headers. */
  readonly terms: readonly { readonly term: Term; readonly node: number }[]
  readonly hints: readonly TreeHint[]
  readonly toTitle: (node: number) => Term
  /** Normalised, in the order of `terms`. */
  readonly keys: readonly string[]
}

export class TreeCandidates {
  readonly #nodes: readonly TreeNode[]
  readonly #children: TreeChildren
  readonly #toTitle: (node: number) => Term
  readonly #own: readonly { readonly term: Term; readonly node: number }[]
  readonly #hints: readonly TreeHint[]
  readonly #index: TermIndex
  readonly #texts: readonly string[]

  constructor({ nodes, children, terms, hints, toTitle, keys }: Parts) {
    this.#nodes = nodes
    this.#children = children
    this.#toTitle = toTitle
    this.#own = terms.filter(({ term }) => term.isCurrent)
    const ofHeaders = terms.filter(({ term }) => !term.isCurrent).map(({ term, node }) => ({ text: term.text, node }))
    this.#hints = [...ofHeaders, ...hints].filter(({ node }) => this.#listTargets(node).length > 0)
    this.#texts = [...this.#own.map(({ term }) => term.text), ...this.#hints.map(({ text }) => text)]
    this.#index = new TermIndex([
      ...keys.filter((_, i) => terms[i]?.term.isCurrent),
      ...this.#hints.map(({ text }) => normaliseTerm(text)),
    ])
  }

  /** A node's names are one concept; so are the hints of a node that cannot be assigned itself. */
  listIndexed(): IndexedTexts {
    const own = this.#own
    const hints = this.#hints
    return {
      texts: this.#texts,
      concepts: Int32Array.from([...own.map(({ node }) => node), ...hints.map(({ node }) => node)]),
      conceptCount: this.#nodes.length,
      index: this.#index,
      listTerms: (text) => {
        const name = own[text]
        if (name !== undefined) return [{ term: name.term }]
        const hint = hints[text - own.length]
        return hint === undefined
          ? []
          : this.#listTargets(hint.node).map((node) => ({ term: this.#toTitle(node), hint: hint.text }))
      },
    }
  }

  /** Each code once, by what of it is most similar; a name before a hint of the same score. */
  list(text: string, { limit }: { readonly limit: number }): readonly SimilarTerm[] {
    for (let asked = limit * 2; ; asked *= 4) {
      const similar = this.#index.search(text, { limit: asked })
      const found = new Map<number, SimilarTerm>()
      for (const { index, score } of similar) {
        if (found.size >= limit) break
        const own = this.#own[index]
        if (own !== undefined) {
          if (!found.has(own.node)) found.set(own.node, { term: own.term, score })
          continue
        }
        const hint = this.#hints[index - this.#own.length]
        for (const node of hint === undefined ? [] : this.#listTargets(hint.node)) {
          if (!found.has(node)) found.set(node, { term: this.#toTitle(node), score, ...(hint && { hint: hint.text }) })
        }
      }
      if (found.size >= limit || similar.length < asked) return [...found.values()].slice(0, limit)
    }
  }

  /** The assignable codes that a node stands for: itself, or all below it; none where those are too many. */
  #listTargets(node: number): readonly number[] {
    const targets: number[] = []
    const open = [node]
    for (let next = open.pop(); next !== undefined && targets.length <= MOST_TARGETS; next = open.pop()) {
      if (this.#nodes[next]?.kind === 'assignable') targets.push(next)
      if (next === node && targets.length > 0) break
      open.push(...this.#children.list(next).toReversed())
    }
    return targets.length > MOST_TARGETS ? [] : targets
  }
}

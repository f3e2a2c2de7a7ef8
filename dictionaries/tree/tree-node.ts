/** A tree of codes as a reader hands it over: what stands where, and what is assigned. Knows no files and no answers. */
import { AecoderError } from '../../schemas/errors.ts'
import type { CodeLimits, CodeNote } from '../dictionary.ts'

/** One node. Its place in the list of nodes is its name among them. */
export interface TreeNode {
  readonly level: string
  /** Among groups and codes of its level each code stands once; a group and a code may share one (section and category B20). */
  readonly code: string
  /** Its title. */
  readonly text: string
  /** The node right above it; -1 where there is none. */
  readonly parent: number
  /** A group stands above the codes and has no term; a header is a code that cannot be assigned. */
  readonly kind: 'group' | 'header' | 'assignable'
  /** Names beside the title that mean the whole code: inclusion terms, synonyms. */
  readonly names: readonly string[]
  /** Its own; those of the nodes above hold for it as well. */
  readonly notes: readonly CodeNote[]
  readonly limits: CodeLimits | undefined
}

/** A text that leads to a node without being a name of it, e.g. the entry of an index. */
export interface TreeHint {
  readonly text: string
  readonly node: number
}

/** Every child by the node above it, in the order of the list; -1 for the nodes with nothing above. */
export class TreeChildren {
  /** Children of node n: `#children[#starts[n + 1] .. #starts[n + 2]]`, so that -1 has a place. */
  readonly #starts: Int32Array
  readonly #children: Int32Array

  constructor(nodes: readonly TreeNode[]) {
    const starts = new Int32Array(nodes.length + 2)
    for (const { parent } of nodes) starts[parent + 2] = (starts[parent + 2] ?? 0) + 1
    for (let place = 1; place < starts.length; place += 1)
      starts[place] = (starts[place] ?? 0) + (starts[place - 1] ?? 0)
    const next = starts.slice()
    this.#starts = starts
    this.#children = new Int32Array(nodes.length)
    for (const [node, { parent }] of nodes.entries()) {
      const place = next[parent + 1] ?? 0
      this.#children[place] = node
      next[parent + 1] = place + 1
    }
  }

  list(node: number): Int32Array {
    return this.#children.subarray(this.#starts[node + 1], this.#starts[node + 2])
  }
}

/**
 * The error for a dictionary that must not be used.
 * @param place a line (from 1) of a file, or a field of it
 */
export function toTreeDamage(
  place: { readonly file: string; readonly line?: number; readonly field?: string },
  { found, expected, action }: { readonly found: string; readonly expected: string; readonly action: string },
): AecoderError {
  const line = place.line === undefined ? '' : `:${place.line}`
  const field = place.field === undefined ? '' : `: ${place.field}`
  return new AecoderError('DICTIONARY_DAMAGED', {
    where: `${place.file}${line}${field}`,
    found,
    expected,
    action: `${action}; a dictionary is used whole or not at all`,
  })
}

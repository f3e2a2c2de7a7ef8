/** Search in the names of one level: equal, by beginning, anywhere. Knows sorted text; knows no paths. */

import { assertNever } from '../schemas/errors.ts'
import type { SearchMode } from './dictionary.ts'

export class TermSearch {
  /** Per row: the folded name. */
  readonly #names: readonly string[]
  /** Rows by folded name, then by row. */
  readonly #order: Int32Array
  /** All names in their order as one text, which is searched ten times as fast as one after the other. */
  #joined: { readonly text: string; readonly starts: Int32Array } | undefined

  /** `names`: folded. */
  constructor(names: readonly string[]) {
    this.#names = names
    this.#order = Int32Array.from({ length: names.length }, (_, row) => row)
    this.#order.sort((a, b) => compare(this.#nameOf(a), this.#nameOf(b)) || a - b)
  }

  /** Up to `limit` rows, in order of names; for `contains`, those that begin with the text first. */
  listRows(folded: string, { mode, limit }: { readonly mode: SearchMode; readonly limit: number }): readonly number[] {
    switch (mode) {
      case 'exact':
        return this.#listFrom(folded, { limit, fits: (name) => name === folded })
      case 'begins':
        return this.#listFrom(folded, { limit, fits: (name) => name.startsWith(folded) })
      case 'contains':
        return this.#listContaining(folded, limit)
      default:
        return assertNever(mode)
    }
  }

  #nameOf(row: number | undefined): string {
    return this.#names[row ?? -1] ?? ''
  }

  #listFrom(folded: string, { limit, fits }: { limit: number; fits: (name: string) => boolean }): number[] {
    const rows: number[] = []
    for (let place = this.#findPlace(folded); place < this.#order.length && rows.length < limit; place += 1) {
      const row = this.#order[place] ?? -1
      if (!fits(this.#nameOf(row))) break
      rows.push(row)
    }
    return rows
  }

  #listContaining(folded: string, limit: number): readonly number[] {
    const rows = this.#listFrom(folded, { limit, fits: (name) => name.startsWith(folded) })
    this.#joined ??= this.#join()
    const { text, starts } = this.#joined
    for (let found = text.indexOf(folded); found !== -1 && rows.length < limit; ) {
      const place = findLast(starts, found)
      // A name that begins with the text stands in the list already.
      if (found !== starts[place]) rows.push(this.#order[place] ?? -1)
      found = text.indexOf(folded, starts[place + 1])
    }
    return rows
  }

  #join(): { text: string; starts: Int32Array } {
    const starts = new Int32Array(this.#order.length + 1)
    const names: string[] = []
    for (const [place, row] of this.#order.entries()) {
      const name = this.#nameOf(row)
      names.push(name)
      starts[place + 1] = (starts[place] ?? 0) + name.length + SEPARATOR.length
    }
    return { text: names.join(SEPARATOR), starts }
  }

  /** The first place in the order whose name is not before the text. */
  #findPlace(folded: string): number {
    let low = 0
    let high = this.#order.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#nameOf(this.#order[middle]) < folded) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Folding leaves no line break in a text, so no search runs over the border of two names. */
const SEPARATOR = '\n'

/** The last place whose start is not behind the position. */
function findLast(starts: Int32Array, position: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((starts[middle] ?? 0) <= position) low = middle
    else high = middle - 1
  }
  return low
}

/** By code unit: names that begin alike stand together, on every machine in the same order. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

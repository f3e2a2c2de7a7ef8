/** Search in the names of one level: equal, by beginning, anywhere, by pattern. Knows sorted text; knows no paths. */

import { assertNever } from '../../schemas/errors.ts'

/** What a name must be like; texts and patterns are folded and not empty. */
export type NamePattern =
  | { readonly mode: 'exact' | 'begins' | 'contains'; readonly text: string }
  | { readonly mode: 'wildcard'; readonly pattern: Pattern }

export interface FoundName {
  readonly row: number
  /** Folded. */
  readonly name: string
  /** It begins with the text that `contains` looks for: it stands before those that hold it further on. */
  readonly isFirst: boolean
}

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

  /** Up to `limit` names, in their order; for `contains`, those that begin with the text first. */
  list(wanted: NamePattern, limit: number): readonly FoundName[] {
    switch (wanted.mode) {
      case 'exact':
        return this.#listFrom(wanted.text, { limit, fits: (name) => name === wanted.text })
      case 'begins':
        return this.#listFrom(wanted.text, { limit, fits: (name) => name.startsWith(wanted.text) })
      case 'contains':
        return this.#listContaining(wanted.text, limit)
      case 'wildcard':
        return this.#listFitting(wanted.pattern, limit)
      default:
        return assertNever(wanted)
    }
  }

  #nameOf(row: number | undefined): string {
    return this.#names[row ?? -1] ?? ''
  }

  #nameAt(place: number): string {
    return this.#nameOf(this.#order[place])
  }

  #toFound(place: number, isFirst: boolean): FoundName {
    return { row: this.#order[place] ?? -1, name: this.#nameAt(place), isFirst }
  }

  #listFrom(text: string, { limit, fits }: { limit: number; fits: (name: string) => boolean }): FoundName[] {
    const found: FoundName[] = []
    for (let place = this.#findPlace(text); place < this.#order.length && found.length < limit; place += 1) {
      if (!fits(this.#nameAt(place))) break
      found.push(this.#toFound(place, true))
    }
    return found
  }

  #listContaining(text: string, limit: number): readonly FoundName[] {
    const found = this.#listFrom(text, { limit, fits: (name) => name.startsWith(text) })
    for (let place = this.#findHolding(text, 0); place < this.#order.length && found.length < limit; ) {
      // A name that begins with the text stands in the list already.
      if (!this.#nameAt(place).startsWith(text)) found.push(this.#toFound(place, false))
      place = this.#findHolding(text, place + 1)
    }
    return found
  }

  #listFitting({ prefix, anchor, fits }: Pattern, limit: number): readonly FoundName[] {
    const found: FoundName[] = []
    const next = (from: number) => (anchor === '' ? from : this.#findHolding(anchor, from))
    for (let place = next(this.#findPlace(prefix)); place < this.#order.length && found.length < limit; ) {
      const name = this.#nameAt(place)
      if (!name.startsWith(prefix)) break
      if (fits(name)) found.push(this.#toFound(place, false))
      place = next(place + 1)
    }
    return found
  }

  /** The first place from `from` on whose name holds the text, or behind the last one the end. */
  #findHolding(text: string, from: number): number {
    this.#joined ??= this.#join()
    const { text: names, starts } = this.#joined
    const position = from < this.#order.length ? names.indexOf(text, starts[from]) : -1
    return position === -1 ? this.#order.length : findLast(starts, { position, from })
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
  #findPlace(text: string): number {
    let low = 0
    let high = this.#order.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#nameAt(middle) < text) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Folding leaves no line break in a text, so no search runs over the border of two names. */
const SEPARATOR = '\n'

/** The last place whose start is not behind the position. It mostly is near `from`: the steps to it double. */
function findLast(starts: Int32Array, { position, from }: { position: number; from: number }): number {
  let low = from
  let step = 1
  while (low + step < starts.length && (starts[low + step] ?? 0) <= position) {
    low += step
    step *= 2
  }
  let high = Math.min(low + step, starts.length) - 1
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

/** What a whole name must fit: `*` for any text, none included, `?` for one letter, all else for itself. */
export interface Pattern {
  /** What each fitting name begins with; may be empty. */
  readonly prefix: string
  /** The longest text behind the prefix that each fitting name holds; may be empty. */
  readonly anchor: string
  readonly fits: (name: string) => boolean
}

/**
 * No regular expression: a hostile pattern (`*a*a*a*b`) would have it try every division of a name. Here each piece
 * between two stars takes the first place it fits, once and for all; that is right because only a star's length is free.
 * @param folded a pattern, folded as the names are
 */
export function toPattern(folded: string): Pattern {
  const [prefix = '', ...others] = folded.split(/[*?]+/)
  const anchor = others.reduce((longest, text) => (text.length > longest.length ? text : longest), '')
  const hasLetters = folded.includes('?')
  const [first = '', ...rest] = folded.split('*').map((piece) => (hasLetters ? Array.from(piece) : piece))
  const last = rest.pop()
  const middle = rest.filter((piece) => piece.length > 0)
  const shortest = first.length + middle.reduce((sum, piece) => sum + piece.length, 0) + (last?.length ?? 0)
  const fits = (name: string) => {
    if (name.length < shortest) return false
    // One `?` for one letter, also for those that JavaScript counts as two.
    const letters = hasLetters && SURROGATE.test(name) ? Array.from(name) : name
    if (last === undefined) return letters.length === first.length && standsAt(letters, first, 0)
    const end = letters.length - last.length
    if (letters.length < shortest || !standsAt(letters, first, 0) || !standsAt(letters, last, end)) return false
    let from: number = first.length
    for (const piece of middle) {
      while (from + piece.length <= end && !standsAt(letters, piece, from)) from += 1
      from += piece.length
      if (from > end) return false
    }
    return true
  }
  return { prefix, anchor, fits }
}

const SURROGATE = /[\ud800-\udfff]/

function standsAt(letters: ArrayLike<string>, piece: ArrayLike<string>, start: number): boolean {
  for (let i = 0; i < piece.length; i += 1) {
    if (piece[i] !== '?' && piece[i] !== letters[start + i]) return false
  }
  return true
}

/**
 * Rows by their text, rows of one text together: a hash table on typed arrays that keeps no text. Knows no terms; who asks
 * says how a row's text is made, and it is made again for the few rows that a look-up meets.
 */

export class TextGroups {
  readonly #toText: (row: number) => string
  /** By the beginning of a hash the first row, plus one; 0 for none. */
  readonly #firsts: Int32Array
  /** The next row of the same beginning, plus one, ascending; 0 behind the last. */
  readonly #next: Int32Array
  readonly #hashes: Int32Array
  readonly #mask: number

  /** @param toText gives the text of a row, the same one every time; `texts`, where they are at hand, spare the first calls */
  constructor(count: number, toText: (row: number) => string, texts?: readonly string[]) {
    let size = 16
    while (size < count) size *= 2
    this.#toText = toText
    this.#mask = size - 1
    this.#firsts = new Int32Array(size)
    this.#next = new Int32Array(count)
    this.#hashes = new Int32Array(count)
    for (let row = count - 1; row >= 0; row -= 1) {
      const hash = toHash(texts?.[row] ?? toText(row))
      const place = hash & this.#mask
      this.#hashes[row] = hash
      this.#next[row] = this.#firsts[place] as number
      this.#firsts[place] = row + 1
    }
  }

  /** Ascending. */
  listRows(text: string): readonly number[] {
    const rows: number[] = []
    const hash = toHash(text)
    for (let next = this.#firsts[hash & this.#mask] as number; next !== 0; next = this.#next[next - 1] as number) {
      const row = next - 1
      if (this.#hashes[row] === hash && this.#toText(row) === text) rows.push(row)
    }
    return rows
  }
}

/** FNV-1a over UTF-16 units, 32 bits. */
function toHash(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash ^ (hash >>> 15)
}

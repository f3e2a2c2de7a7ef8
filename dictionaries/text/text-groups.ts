/** Rows that share a text: one table entry per text, rows of the same text chained. Knows no terms. */

export class TextGroups {
  readonly #firstByText = new Map<string, number>()
  /** The next row of the same text, -1 behind the last. */
  readonly #next: Int32Array

  /** Row i has the text i. */
  constructor(texts: readonly string[]) {
    this.#next = new Int32Array(texts.length).fill(-1)
    for (let row = texts.length - 1; row >= 0; row -= 1) {
      const text = texts[row] ?? ''
      this.#next[row] = this.#firstByText.get(text) ?? -1
      this.#firstByText.set(text, row)
    }
  }

  /** Ascending. */
  listRows(text: string): readonly number[] {
    const rows: number[] = []
    for (let row = this.#firstByText.get(text) ?? -1; row !== -1; row = this.#next[row] ?? -1) rows.push(row)
    return rows
  }
}

/** The best of many scored texts in one pass. Knows numbers only. */

/** Keeps the texts of the highest score, in a heap whose root is the worst of them. Ties go to the lower index. */
export class BestTexts {
  readonly #texts: number[] = []
  readonly #scores: number[] = []
  readonly #size: number

  constructor(size: number) {
    this.#size = size
  }

  offer(text: number, score: number): void {
    if (this.#texts.length < this.#size) {
      this.#texts.push(text)
      this.#scores.push(score)
      this.#rise(this.#texts.length - 1)
    } else if (this.#isWorse(0, text, score)) {
      this.#texts[0] = text
      this.#scores[0] = score
      this.#sink()
    }
  }

  /** What a text must score more than to be kept; until there are enough, anything does. */
  get floor(): number {
    return this.#texts.length < this.#size ? Number.NEGATIVE_INFINITY : (this.#scores[0] as number)
  }

  /** In no order. */
  list(): readonly number[] {
    return this.#texts
  }

  /** Best first, equal ones in their order. */
  listSorted(): readonly { readonly index: number; readonly score: number }[] {
    return this.#texts
      .map((index, place) => ({ index, score: this.#scores[place] as number }))
      .sort((a, b) => b.score - a.score || a.index - b.index)
  }

  #isWorse(place: number, text: number, score: number): boolean {
    const own = this.#scores[place] as number
    return own < score || (own === score && (this.#texts[place] as number) > text)
  }

  #rise(from: number): void {
    for (let place = from; place > 0; ) {
      const parent = (place - 1) >> 1
      if (this.#isWorse(parent, this.#texts[place] as number, this.#scores[place] as number)) return
      this.#swap(place, parent)
      place = parent
    }
  }

  #sink(): void {
    for (let place = 0; ; ) {
      let worst = place
      for (const child of [2 * place + 1, 2 * place + 2]) {
        if (
          child < this.#texts.length &&
          this.#isWorse(child, this.#texts[worst] as number, this.#scores[worst] as number)
        ) {
          worst = child
        }
      }
      if (worst === place) return
      this.#swap(place, worst)
      place = worst
    }
  }

  #swap(a: number, b: number): void {
    const text = this.#texts[a] as number
    const score = this.#scores[a] as number
    this.#texts[a] = this.#texts[b] as number
    this.#scores[a] = this.#scores[b] as number
    this.#texts[b] = text
    this.#scores[b] = score
  }
}

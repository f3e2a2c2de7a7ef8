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

  list(): readonly number[] {
    return this.#texts
  }

  #isWorse(place: number, text: number, score: number): boolean {
    const own = at(this.#scores, place)
    return own < score || (own === score && at(this.#texts, place) > text)
  }

  #rise(from: number): void {
    for (let place = from; place > 0; ) {
      const parent = (place - 1) >> 1
      if (this.#isWorse(parent, at(this.#texts, place), at(this.#scores, place))) return
      this.#swap(place, parent)
      place = parent
    }
  }

  #sink(): void {
    for (let place = 0; ; ) {
      let worst = place
      for (const child of [2 * place + 1, 2 * place + 2]) {
        if (child < this.#texts.length && this.#isWorse(child, at(this.#texts, worst), at(this.#scores, worst))) {
          worst = child
        }
      }
      if (worst === place) return
      this.#swap(place, worst)
      place = worst
    }
  }

  #swap(a: number, b: number): void {
    const text = at(this.#texts, a)
    const score = at(this.#scores, a)
    this.#texts[a] = at(this.#texts, b)
    this.#scores[a] = at(this.#scores, b)
    this.#texts[b] = text
    this.#scores[b] = score
  }
}

/** Element `index`, which the caller knows to be there. */
function at(values: readonly number[], index: number): number {
  return values[index] as number
}

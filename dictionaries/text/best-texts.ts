/** The best of many scored texts in one pass. Knows numbers only. */

/** Keeps the texts of the highest score, in a heap whose root is the worst of them. Ties go to the lower index. */
export class BestTexts {
  #texts = new Int32Array(64)
  #scores = new Float64Array(64)
  #most = 0
  #size = 0

  /** Forgets everything. @param most how many texts to keep from now on */
  begin(most: number): void {
    this.#most = most
    this.#size = 0
    if (most <= this.#texts.length) return
    this.#texts = new Int32Array(most)
    this.#scores = new Float64Array(most)
  }

  get size(): number {
    return this.#size
  }

  /** The text and the score at a place from 0, in no order. */
  textAt(place: number): number {
    return this.#texts[place] as number
  }

  scoreAt(place: number): number {
    return this.#scores[place] as number
  }

  offer(text: number, score: number): void {
    if (this.#size < this.#most) {
      this.#texts[this.#size] = text
      this.#scores[this.#size] = score
      this.#size += 1
      this.#rise(this.#size - 1)
    } else if (this.#size > 0 && this.#isWorse(0, text, score)) {
      this.#texts[0] = text
      this.#scores[0] = score
      this.#sink()
    }
  }

  /** What a text must score at least to be kept; until there are enough, anything does. */
  get floor(): number {
    return this.#size < this.#most ? Number.NEGATIVE_INFINITY : (this.#scores[0] as number)
  }

  /** In no order. */
  list(): readonly number[] {
    return Array.from(this.#texts.subarray(0, this.#size))
  }

  /** Best first, equal ones in their order. */
  listSorted(): readonly { readonly index: number; readonly score: number }[] {
    return this.list()
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
    const last = this.#size - 1
    for (let place = 0; ; ) {
      let child = 2 * place + 1
      if (child > last) return
      if (child < last && this.#isWorse(child + 1, this.#texts[child] as number, this.#scores[child] as number))
        child += 1
      if (!this.#isWorse(child, this.#texts[place] as number, this.#scores[place] as number)) return
      this.#swap(place, child)
      place = child
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

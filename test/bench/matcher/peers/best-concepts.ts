/** The ten best concepts of one query, each by its best term, and the answer of a peer made of them. */
import { type Answer, type Hit, MOST_HITS } from '../protocol.ts'
import type { DictionaryRow } from '../serve.ts'

/** The concepts of the rows counted from 0: `ids[of[row]]` is the concept of a row. */
export interface CountedConcepts {
  readonly ids: readonly string[]
  readonly of: Int32Array
}

export function countConcepts(rows: readonly DictionaryRow[]): CountedConcepts {
  const numbers = new Map<string, number>()
  const of = Int32Array.from(rows, ({ concept }) => {
    const number = numbers.get(concept) ?? numbers.size
    numbers.set(concept, number)
    return number
  })
  return { ids: [...numbers.keys()], of }
}

export class BestConcepts {
  readonly #concepts = new Int32Array(MOST_HITS)
  readonly #scores = new Float64Array(MOST_HITS)
  #count = 0
  /** What a score must exceed to change anything: 0, or the tenth best once there are ten. */
  floor = 0

  /** Takes a term of the concept into account; of equal scores the one offered first stands first. */
  offer(concept: number, score: number): void {
    if (score <= this.floor) return
    const known = this.#concepts.subarray(0, this.#count).indexOf(concept)
    if (known >= 0 && (this.#scores[known] ?? 0) >= score) return
    let place = known >= 0 ? known : Math.min(this.#count, MOST_HITS - 1)
    for (; place > 0 && (this.#scores[place - 1] ?? 0) < score; place -= 1) {
      this.#concepts[place] = this.#concepts[place - 1] ?? 0
      this.#scores[place] = this.#scores[place - 1] ?? 0
    }
    this.#concepts[place] = concept
    this.#scores[place] = score
    if (known < 0 && this.#count < MOST_HITS) this.#count += 1
    if (this.#count === MOST_HITS) this.floor = this.#scores[MOST_HITS - 1] ?? 0
  }

  /** A peer has no probability and codes nothing by itself: its top score as it is, and the margin to the second. */
  toAnswer(ids: readonly string[]): Answer {
    const hits: Hit[] = []
    for (let i = 0; i < this.#count; i += 1)
      hits.push({ id: ids[this.#concepts[i] ?? 0] ?? '', score: this.#scores[i] ?? 0 })
    const confidence = hits[0]?.score ?? 0
    return { hits, auto: false, confidence, margin: confidence - (hits[1]?.score ?? 0) }
  }
}

/**
 * Which texts share words with a text: an inverted index over words, on typed arrays. Knows how rare words are; knows
 * neither spelling nor meaning: which words count as alike is the caller's.
 */
import { BestTexts } from './best-texts.ts'
import { Vocabulary } from './vocabulary.ts'

/** A word of a text that is looked for, and the words of the vocabulary that it may stand for. */
export interface Sought {
  /** Words by number with their similarity to it, 0..1, the highest first. */
  readonly near: readonly { readonly word: number; readonly similarity: number }[]
  /** How much it says, 0..1. */
  readonly weight: number
}

/** Once the rarer words made up this share of the weight, common ones no longer bring texts in. */
const OPEN_SHARE = 0.55

export class TermIndex {
  readonly vocabulary: Vocabulary
  /** Words of text i, in its order: `words[starts[i] .. starts[i + 1]]`. */
  readonly words: Int32Array
  readonly starts: Int32Array
  /** Per word of the vocabulary: how much it says, 0..1. */
  readonly weights: Float32Array
  readonly #postings: Int32Array
  readonly #postingStarts: Int32Array
  /** Per text: one over the length of its vector of weights. */
  readonly #inverseNorms: Float32Array
  // Scratch of one search; sums are zero between searches.
  readonly #sums: Float32Array
  readonly #lastSought: Int32Array
  readonly #touched: Int32Array
  #soughtCount = 0

  /** @param keys the texts, normalised; results name them by their place in this list */
  constructor(keys: readonly string[]) {
    const { vocabulary, words, starts } = Vocabulary.build(keys)
    this.vocabulary = vocabulary
    this.words = words
    this.starts = starts
    const wordCount = vocabulary.words.length
    this.weights = Float32Array.from({ length: wordCount }, (_, word) => vocabulary.toWeight(word))
    this.#postingStarts = new Int32Array(wordCount + 1)
    for (let word = 0; word < wordCount; word += 1)
      this.#postingStarts[word + 1] = at(this.#postingStarts, word) + at(vocabulary.frequencies, word)
    this.#postings = new Int32Array(at(this.#postingStarts, wordCount))
    this.#inverseNorms = new Float32Array(keys.length)
    const places = this.#postingStarts.slice()
    for (let text = 0; text < keys.length; text += 1) {
      let square = 0
      for (let i = at(starts, text); i < at(starts, text + 1); i += 1) {
        const word = at(words, i)
        const place = at(places, word)
        if (place > at(this.#postingStarts, word) && at(this.#postings, place - 1) === text) continue
        this.#postings[place] = text
        places[word] = place + 1
        square += at(this.weights, word) ** 2
      }
      this.#inverseNorms[text] = square === 0 ? 0 : 1 / Math.sqrt(square)
    }
    this.#sums = new Float32Array(keys.length)
    this.#lastSought = new Int32Array(keys.length)
    this.#touched = new Int32Array(keys.length)
  }

  /**
   * The texts that share the most with what is sought, in no order; none that share nothing.
   * @param limit at most so many
   */
  findTexts(sought: readonly Sought[], limit: number): readonly number[] {
    const sums = this.#sums
    const postings = this.#postings
    const touched = this.#touched
    const last = this.#lastSought
    const ordered = sought.filter(({ near }) => near.length > 0).sort((a, b) => b.weight - a.weight)
    let whole = 0
    for (const { weight } of ordered) whole += weight
    const common = sums.length / 100
    let count = 0
    let passed = 0
    for (const { near, weight } of ordered) {
      const first = near[0] as { word: number }
      const isOpen = count === 0 || passed < OPEN_SHARE * whole || at(this.vocabulary.frequencies, first.word) < common
      passed += weight
      this.#soughtCount += 1
      const mark = this.#soughtCount
      for (const { word, similarity } of near) {
        const value = similarity * weight * at(this.weights, word)
        const end = at(this.#postingStarts, word + 1)
        for (let i = at(this.#postingStarts, word); i < end; i += 1) {
          const text = at(postings, i)
          const sum = at(sums, text)
          if (sum === 0) {
            if (!isOpen) continue
            touched[count] = text
            count += 1
          } else if (last[text] === mark) continue // its best word counts, and that came first
          last[text] = mark
          sums[text] = sum + value
        }
      }
    }
    const best = new BestTexts(limit)
    for (let i = 0; i < count; i += 1) {
      const text = at(touched, i)
      best.offer(text, at(sums, text) * at(this.#inverseNorms, text))
      sums[text] = 0
    }
    return best.list()
  }
}

/** Element `index`, which the caller knows to be there. */
function at(values: { readonly [index: number]: number | undefined }, index: number): number {
  return values[index] as number
}

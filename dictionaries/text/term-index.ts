/**
 * Which texts share words with a text: an inverted index over words, on typed arrays. Knows how rare words are; knows
 * neither spelling nor meaning: which words count as alike is the caller's.
 */
import { BestTexts } from './best-texts.ts'
import { normaliseTerm } from './normalise.ts'
import { Vocabulary } from './vocabulary.ts'

/** A word of a text that is looked for, and the words of the vocabulary that it may stand for. */
export interface Sought {
  /** Words by number with their similarity to it, 0..1, the highest first. */
  readonly near: readonly { readonly word: number; readonly similarity: number }[]
  /** How much it says, 0..1. */
  readonly weight: number
}

/** A text of the index, by its place in the list it was built from. */
export interface Similar {
  readonly index: number
  /** 0..1, 1 for the same words. */
  readonly score: number
}

/** Ties at the border of a small limit are settled by their order, not by chance. */
const FEWEST_COMPARED = 40
/** Once the rarer words made up this share of the weight, common ones no longer bring texts in. */
const OPEN_SHARE = 0.55
/** Common words that are only somewhat like what is sought would bring in every text. */
const WEAK = 0.8
/** A word of more than this part of the texts is common. */
const COMMON_PART = 100
/** Words further down the list of near ones bring in little. */
const MOST_NEAR = 8

export class TermIndex {
  readonly vocabulary: Vocabulary
  /** Words of text i, in its order: `words[starts[i] .. starts[i + 1]]`. */
  readonly words: Int32Array
  readonly starts: Int32Array
  /** Per word of the vocabulary: how much it says, 0..1. */
  readonly weights: Float32Array
  readonly #postings: Int32Array
  readonly #postingStarts: Int32Array
  /** Beside each posting: the share of the word in its text's vector of weights, whose length is 1. */
  readonly #shares: Float32Array
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
      this.#postingStarts[word + 1] = (this.#postingStarts[word] as number) + (vocabulary.frequencies[word] as number)
    this.#postings = new Int32Array(this.#postingStarts[wordCount] as number)
    this.#shares = new Float32Array(this.#postings.length)
    const places = this.#postingStarts.slice()
    for (let text = 0; text < keys.length; text += 1) {
      const from = starts[text] as number
      const to = starts[text + 1] as number
      let square = 0
      for (let i = from; i < to; i += 1) square += (this.weights[words[i] as number] as number) ** 2
      const inverse = square === 0 ? 0 : 1 / Math.sqrt(square)
      for (let i = from; i < to; i += 1) {
        const word = words[i] as number
        const place = places[word] as number
        // A word that a text holds twice has one posting.
        if (place > (this.#postingStarts[word] as number) && (this.#postings[place - 1] as number) === text) continue
        this.#postings[place] = text
        this.#shares[place] = (this.weights[word] as number) * inverse
        places[word] = place + 1
      }
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
    return this.#findBest(sought, limit).list()
  }

  /**
   * The texts most like a text by their words and how these are spelt, best first, equal ones in their order; none that
   * share nothing.
   * @throws RangeError when the limit is not a whole number of at least 1
   */
  search(text: string, { limit }: { readonly limit: number }): readonly Similar[] {
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`limit must be a whole number from 1, not ${limit}`)
    const key = normaliseTerm(text)
    if (key === '') return []
    let square = 0
    const sought = key.split(' ').map((word) => {
      const near = this.vocabulary.listNear(word)
      const first = near[0]
      const weight = first === undefined ? 1 : (this.weights[first.word] as number)
      square += weight ** 2
      return { near, weight }
    })
    return (
      this.#findBest(sought, Math.max(limit, FEWEST_COMPARED))
        .listSorted()
        .slice(0, limit)
        // Six digits: what differs later is rounding of single precision, and must not part equals.
        .map(({ index, score }) => ({ index, score: Math.min(1, Math.round((score / Math.sqrt(square)) * 1e6) / 1e6) }))
    )
  }

  #findBest(sought: readonly Sought[], limit: number): BestTexts {
    const sums = this.#sums
    const touched = this.#touched
    const common = sums.length / COMMON_PART
    const ordered = sought.filter(({ near }) => near.length > 0).sort((a, b) => b.weight - a.weight)
    let whole = 0
    for (const { weight } of ordered) whole += weight
    let count = 0
    let passed = 0
    for (const { near, weight } of ordered) {
      const frequency = this.vocabulary.frequencies[(near[0] as { word: number }).word] as number
      const isOpen = count === 0 || passed < OPEN_SHARE * whole || frequency < common
      passed += weight
      this.#soughtCount += 1
      for (let i = 0; i < near.length && i < MOST_NEAR; i += 1) {
        const { word, similarity } = near[i] as { word: number; similarity: number }
        if (i > 0 && similarity < WEAK && (this.vocabulary.frequencies[word] as number) > common) continue
        count = this.#add(word, { value: similarity * weight, isOpen, isOnly: near.length === 1 }, count)
      }
    }
    const best = new BestTexts(limit)
    for (let i = 0; i < count; i += 1) {
      const text = touched[i] as number
      const sum = sums[text] as number
      if (sum > best.floor) best.offer(text, sum)
      sums[text] = 0
    }
    return best
  }

  /** Adds what a word is worth to every text that holds it. @returns how many texts were touched by now */
  #add(
    word: number,
    { value, isOpen, isOnly }: { readonly value: number; readonly isOpen: boolean; readonly isOnly: boolean },
    touchedBefore: number,
  ): number {
    const sums = this.#sums
    const postings = this.#postings
    const shares = this.#shares
    const touched = this.#touched
    const last = this.#lastSought
    const mark = this.#soughtCount
    const end = this.#postingStarts[word + 1] as number
    let count = touchedBefore
    for (let i = this.#postingStarts[word] as number; i < end; i += 1) {
      const text = postings[i] as number
      const sum = sums[text] as number
      if (sum === 0) {
        if (!isOpen) continue
        touched[count] = text
        count += 1
      } else if (!isOnly && last[text] === mark) continue // its likest word counts, and that came first
      if (!isOnly) last[text] = mark
      sums[text] = sum + value * (shares[i] as number)
    }
    return count
  }
}

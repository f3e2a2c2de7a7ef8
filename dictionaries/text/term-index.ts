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
/** Of the texts that rare words brought in. */
const FEWEST_LOOKED_INTO = 96
/** Once the rarer words made up this share of the weight, common ones no longer bring texts in. */
const OPEN_SHARE = 0.55
/** Common words that are only somewhat like what is sought would bring in every text. */
const WEAK = 0.8
/** A word of more than this part of the texts is common. */
const COMMON_PART = 100
/** In a small dictionary no word is common. */
const FEWEST_COMMON = 64
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
  /** Per text: one over the length of its vector of weights. */
  readonly #inverseNorms: Float32Array
  /** The same beside each posting: read in order, not all over the memory. */
  readonly #postingNorms: Float32Array
  // Scratch of one search; sums are zero between searches.
  readonly #sums: Float32Array
  readonly #lastSought: Int32Array
  readonly #touched: Int32Array
  readonly #lastSearch: Int32Array
  readonly #commonValues: Float32Array
  readonly #commonPlaces: Int32Array
  readonly #best = new BestTexts()
  readonly #ranked = new BestTexts()
  #soughtCount = 0
  #searches = 0

  /** @param keys the texts, normalised; results name them by their place in this list */
  constructor(keys: readonly string[]) {
    const { vocabulary, words, starts } = Vocabulary.build(keys)
    this.vocabulary = vocabulary
    this.words = words
    this.starts = starts
    const wordCount = vocabulary.words.length
    this.weights = new Float32Array(wordCount)
    for (let word = 0; word < wordCount; word += 1) this.weights[word] = vocabulary.toWeight(word)
    this.#postingStarts = new Int32Array(wordCount + 1)
    for (let word = 0; word < wordCount; word += 1)
      this.#postingStarts[word + 1] = (this.#postingStarts[word] as number) + (vocabulary.frequencies[word] as number)
    this.#postings = new Int32Array(this.#postingStarts[wordCount] as number)
    this.#inverseNorms = new Float32Array(keys.length)
    const places = this.#postingStarts.slice()
    for (let text = 0; text < keys.length; text += 1) {
      const from = starts[text] as number
      const to = starts[text + 1] as number
      let square = 0
      for (let i = from; i < to; i += 1) {
        const word = words[i] as number
        const place = places[word] as number
        // A word that a text holds twice counts once.
        if (place > (this.#postingStarts[word] as number) && this.#postings[place - 1] === text) continue
        this.#postings[place] = text
        places[word] = place + 1
        square += (this.weights[word] as number) ** 2
      }
      this.#inverseNorms[text] = square === 0 ? 0 : 1 / Math.sqrt(square)
    }
    this.#postingNorms = new Float32Array(this.#postings.length)
    for (let i = 0; i < this.#postings.length; i += 1)
      this.#postingNorms[i] = this.#inverseNorms[this.#postings[i] as number] as number
    this.#sums = new Float32Array(keys.length)
    this.#lastSought = new Int32Array(keys.length)
    this.#touched = new Int32Array(keys.length)
    this.#lastSearch = new Int32Array(wordCount)
    this.#commonValues = new Float32Array(wordCount)
    this.#commonPlaces = new Int32Array(wordCount)
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
    const sought = [...new Set(key.split(' '))].map((word) => {
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

  /**
   * Rare words bring texts in; common ones only tell the best of these apart, by looking into them: their own lists of
   * texts are long, and nearly all of it would be thrown away.
   */
  #findBest(sought: readonly Sought[], limit: number): BestTexts {
    const sums = this.#sums
    const touched = this.#touched
    const common = Math.max(FEWEST_COMMON, sums.length / COMMON_PART)
    const ordered = sought.filter(({ near }) => near.length > 0).sort((a, b) => b.weight - a.weight)
    let whole = 0
    for (const { weight } of ordered) whole += weight
    let count = 0
    let passed = 0
    let isRanked = true
    this.#searches += 1
    for (const [place, { near, weight }] of ordered.entries()) {
      const frequency = this.vocabulary.frequencies[(near[0] as { word: number }).word] as number
      const isOpen = count === 0 || passed < OPEN_SHARE * whole || frequency < common
      passed += weight
      this.#soughtCount += 1
      for (let i = 0; i < near.length && i < MOST_NEAR; i += 1) {
        const { word, similarity } = near[i] as { word: number; similarity: number }
        const isCommon = (this.vocabulary.frequencies[word] as number) > common
        if (i > 0 && similarity < WEAK && isCommon) continue
        if (isOpen) count = this.#add(word, similarity * weight, count)
        else {
          isRanked = false
          const value = similarity * weight
          if (this.#lastSearch[word] === this.#searches && (this.#commonValues[word] as number) >= value) continue
          this.#lastSearch[word] = this.#searches
          this.#commonValues[word] = value
          this.#commonPlaces[word] = place
        }
      }
    }
    const best = this.#best
    best.begin(isRanked ? limit : Math.max(limit * 2, FEWEST_LOOKED_INTO))
    let floor = best.floor
    for (let i = 0; i < count; i += 1) {
      const text = touched[i] as number
      const sum = sums[text] as number
      sums[text] = 0
      if (sum < floor) continue
      best.offer(text, sum)
      floor = best.floor
    }
    if (isRanked) return best
    const ranked = this.#ranked
    ranked.begin(limit)
    const places = new Float64Array(ordered.length)
    for (let i = 0; i < best.size; i += 1) {
      const text = best.textAt(i)
      ranked.offer(text, best.scoreAt(i) + this.#weighCommon(text, places))
    }
    return ranked
  }

  /** What the common words of a search are worth in a text: for each word that is sought its likest one. */
  #weighCommon(text: number, places: Float64Array): number {
    places.fill(0)
    const end = this.starts[text + 1] as number
    for (let i = this.starts[text] as number; i < end; i += 1) {
      const word = this.words[i] as number
      if (this.#lastSearch[word] !== this.#searches) continue
      const worth = (this.#commonValues[word] as number) * (this.weights[word] as number)
      const place = this.#commonPlaces[word] as number
      if (worth > (places[place] as number)) places[place] = worth
    }
    let sum = 0
    for (const worth of places) sum += worth
    return sum * (this.#inverseNorms[text] as number)
  }

  /** Adds what a word is worth to every text that holds it. @returns how many texts were touched by now */
  #add(word: number, value: number, touchedBefore: number): number {
    const sums = this.#sums
    const postings = this.#postings
    const norms = this.#postingNorms
    const touched = this.#touched
    const end = this.#postingStarts[word + 1] as number
    const worth = value * (this.weights[word] as number)
    let count = touchedBefore
    const last = this.#lastSought
    const mark = this.#soughtCount
    for (let i = this.#postingStarts[word] as number; i < end; i += 1) {
      const text = postings[i] as number
      const sum = sums[text] as number
      if (sum === 0) {
        touched[count] = text
        count += 1
      } else if (last[text] === mark) continue // its likest word counts, and that came first
      last[text] = mark
      sums[text] = sum + worth * (norms[i] as number)
    }
    return count
  }
}

/**
 * Texts that look like a text: an inverted index over word stems and character 3-grams. Knows similarity of
 * spelling; knows nothing of codes, currency or meaning. What it finds is proposed to a person, never coded by it.
 */
import stemmer from 'natural/lib/natural/stemmers/porter_stemmer.js'
import { BestTexts } from './best-texts.ts'
import { normaliseTerm } from './normalise.ts'

/** A text of the index, by its place in the list it was built from. */
export interface Similar {
  readonly index: number
  /** Cosine of the two texts' features, weighted by how rare each is: 0..1, 1 for the same features. */
  readonly score: number
}

/**
 * Of a word against one of its 3-grams. More finds synonyms that share words better and misspelt words worse; at 0.7
 * both are near their best on an 80,000-term dictionary of open ontologies.
 */
const WORD_WEIGHT = 0.7
/** The commonest features are left to the final scoring once the rarer ones hold this share of the query's weight. */
const SEARCHED_SHARE = 0.8
/** How many of the best by the rarer features are scored in full, at least. */
const SHORTLIST = 200

/**
 * Features are numbers: 3-grams hash into the first 2^18 (some 15,000 occur, so few meet, and two that do only blur
 * each other), word stems are counted from there on.
 */
const GRAM_BITS = 18
const FIRST_WORD = 1 << GRAM_BITS

export class CandidateIndex {
  /** Stem → feature. */
  readonly #words: ReadonlyMap<string, number>
  /** Per feature: its weight in a text's vector (inverse document frequency, times the word weight). */
  readonly #weights: Float32Array
  /** Features of text i: `#forward[#forwardStarts[i] .. #forwardStarts[i + 1]]`. */
  readonly #forward: Int32Array
  readonly #forwardStarts: Int32Array
  /** Texts that have feature f: `#postings[#postingStarts[f] .. #postingStarts[f + 1]]`. */
  readonly #postings: Int32Array
  readonly #postingStarts: Int32Array
  /** Per text: one over the length of its vector; 0 for a text without features. */
  readonly #inverseNorms: Float32Array
  /** Word as normalised → its stem, of every word of the texts. */
  readonly #stems: ReadonlyMap<string, string>
  /** Letters of a word in the order of the alphabet → the words made of them. */
  #wordsByLetters: ReadonlyMap<string, readonly string[]> | undefined
  // Scratch of one search, zero between searches.
  readonly #sums: Float32Array
  readonly #queryWeights: Float32Array

  private constructor({ words, stems, forward, forwardStarts }: Features) {
    const textCount = forwardStarts.length - 1
    const featureCount = FIRST_WORD + words.size
    this.#words = words
    this.#stems = stems
    this.#forward = forward
    this.#forwardStarts = forwardStarts
    this.#postingStarts = countStarts(forward, featureCount)
    this.#postings = invert(forward, forwardStarts, this.#postingStarts)
    this.#weights = new Float32Array(featureCount)
    for (let feature = 0; feature < featureCount; feature += 1) {
      const frequency = this.#countTexts(feature)
      if (frequency > 0) this.#weights[feature] = toWeight(feature, textCount / frequency)
    }
    this.#inverseNorms = new Float32Array(textCount)
    for (let text = 0; text < textCount; text += 1) {
      let square = 0
      for (let i = at(forwardStarts, text); i < at(forwardStarts, text + 1); i += 1) {
        square += at(this.#weights, at(forward, i)) ** 2
      }
      this.#inverseNorms[text] = square === 0 ? 0 : 1 / Math.sqrt(square)
    }
    this.#sums = new Float32Array(textCount)
    this.#queryWeights = new Float32Array(featureCount)
  }

  /** Indexes the texts by their normalised spelling; search results name them by their place in this list. */
  static build(texts: readonly string[]): CandidateIndex {
    const words = new Map<string, number>()
    const stems = new Map<string, string>()
    const toWord = (word: string): number => {
      const stem = stems.get(word) ?? stemmer.stem(word)
      stems.set(word, stem)
      const known = words.get(stem)
      if (known !== undefined) return known
      words.set(stem, FIRST_WORD + words.size)
      return FIRST_WORD + words.size - 1
    }
    const starts = new Int32Array(texts.length + 1)
    let forward = new Int32Array(Math.max(64, texts.length * 24))
    let length = 0
    for (const [index, text] of texts.entries()) {
      const features = listFeatures(text, toWord)
      if (length + features.length > forward.length) forward = withRoom(forward, features.length)
      forward.set(features, length)
      length += features.length
      starts[index + 1] = length
    }
    return new CandidateIndex({ words, stems, forward: forward.slice(0, length), forwardStarts: starts })
  }

  /**
   * The most similar texts, best first, equal ones in the order they were built in; none that share no feature.
   * @throws RangeError when the limit is not a whole number of at least 1
   */
  search(text: string, { limit }: { readonly limit: number }): readonly Similar[] {
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`limit must be a whole number from 1, not ${limit}`)
    const query = this.#toQuery(text)
    if (query.ids.length === 0) return []
    const shortlist = this.#findShortlist(query, Math.max(SHORTLIST, limit * 2))
    return this.#scoreInFull(query, shortlist).slice(0, limit)
  }

  /**
   * As `search`, and for words that no text has also by the word of the same letters (`haedache`, `headache`): swapped
   * letters leave a short word too few of its 3-grams to be found by. What only that leads to scores a tenth less.
   * @throws RangeError when the limit is not a whole number of at least 1
   */
  searchRespelt(text: string, { limit }: { readonly limit: number }): readonly Similar[] {
    const found = this.search(text, { limit })
    const respelt = this.#respell(text)
    if (respelt === undefined) return found
    const scores = new Map(found.map(({ index, score }) => [index, score]))
    for (const { index, score } of this.search(respelt, { limit }))
      scores.set(index, Math.max(scores.get(index) ?? 0, score * RESPELT_SHARE))
    return Array.from(scores, ([index, score]) => ({ index, score }))
      .sort((a, b) => b.score - a.score || a.index - b.index)
      .slice(0, limit)
  }

  /** The normalised text with each unknown word replaced by one of the same letters; undefined where none is. */
  #respell(text: string): string | undefined {
    const words = normaliseTerm(text).split(' ')
    const respelt = words.map((word) => (this.#stems.has(word) ? word : (this.#findSameLetters(word) ?? word)))
    return respelt.some((word, i) => word !== words[i]) ? respelt.join(' ') : undefined
  }

  /** The word of the same letters that differs in the fewest places; of equals the commonest. */
  #findSameLetters(word: string): string | undefined {
    if (word.length < SHORTEST_RESPELT) return undefined
    this.#wordsByLetters ??= groupByLetters(this.#stems.keys())
    const counted = (this.#wordsByLetters.get(toLetters(word)) ?? []).map((known) => ({
      known,
      places: countDifferent(known, word),
      texts: this.#countTexts(this.#words.get(this.#stems.get(known) ?? '') ?? 0),
    }))
    const near = counted.filter(({ places }) => places <= MOST_MISPLACED)
    near.sort((a, b) => a.places - b.places || b.texts - a.texts || (a.known < b.known ? -1 : 1))
    return near[0]?.known
  }

  #toQuery(text: string): Query {
    const unknown = new Set<string>()
    const features = listFeatures(text, (word) => {
      const stem = stemmer.stem(word)
      const feature = this.#words.get(stem)
      if (feature === undefined) unknown.add(stem)
      return feature ?? UNKNOWN
    })
    const known = features.filter((feature) => feature !== UNKNOWN && this.#countTexts(feature) > 0)
    const unknownGrams = features.filter((feature) => feature !== UNKNOWN && this.#countTexts(feature) === 0).length
    // What no text has makes every text less similar, as much as what a single one has.
    let square = unknown.size * toWeight(FIRST_WORD, this.#sums.length) ** 2
    square += unknownGrams * toWeight(0, this.#sums.length) ** 2
    for (const feature of known) square += at(this.#weights, feature) ** 2
    known.sort((a, b) => this.#countTexts(a) - this.#countTexts(b) || a - b)
    return { ids: known, norm: Math.sqrt(square) }
  }

  #countTexts(feature: number): number {
    return at(this.#postingStarts, feature + 1) - at(this.#postingStarts, feature)
  }

  /** The best texts by the query's rarer features. */
  #findShortlist({ ids }: Query, size: number): readonly number[] {
    const sums = this.#sums
    const postings = this.#postings
    const touched: number[] = []
    let whole = 0
    for (const id of ids) whole += at(this.#weights, id) ** 2
    let searched = 0
    for (const id of ids) {
      if (searched >= SEARCHED_SHARE * whole && touched.length >= size) break
      const square = at(this.#weights, id) ** 2
      searched += square
      const end = at(this.#postingStarts, id + 1)
      for (let i = at(this.#postingStarts, id); i < end; i += 1) {
        const text = at(postings, i)
        const sum = at(sums, text)
        if (sum === 0) touched.push(text)
        sums[text] = sum + square
      }
    }
    const best = new BestTexts(size)
    for (const text of touched) best.offer(text, at(sums, text) * at(this.#inverseNorms, text))
    for (const text of touched) sums[text] = 0
    return best.list()
  }

  #scoreInFull({ ids, norm }: Query, shortlist: readonly number[]): Similar[] {
    const queryWeights = this.#queryWeights
    for (const id of ids) queryWeights[id] = at(this.#weights, id)
    const similar = shortlist.map((index) => {
      let product = 0
      for (let i = at(this.#forwardStarts, index); i < at(this.#forwardStarts, index + 1); i += 1) {
        const id = at(this.#forward, i)
        product += at(queryWeights, id) * at(this.#weights, id)
      }
      const cosine = (product * at(this.#inverseNorms, index)) / norm
      // Six digits: what differs later is rounding of single precision, and must not part equals.
      return { index, score: Math.min(1, Math.round(cosine * 1e6) / 1e6) }
    })
    for (const id of ids) queryWeights[id] = 0
    return similar.sort((a, b) => b.score - a.score || a.index - b.index)
  }
}

interface Features {
  readonly words: ReadonlyMap<string, number>
  readonly stems: ReadonlyMap<string, string>
  readonly forward: Int32Array
  readonly forwardStarts: Int32Array
}

const RESPELT_SHARE = 0.9
/** Shorter words have too many neighbours: `low`, `owl`. */
const SHORTEST_RESPELT = 4
/** Two pairs of swapped letters. */
const MOST_MISPLACED = 4

function groupByLetters(words: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const word of words) {
    if (word.length < SHORTEST_RESPELT) continue
    const letters = toLetters(word)
    const group = groups.get(letters)
    if (group === undefined) groups.set(letters, [word])
    else group.push(word)
  }
  return groups
}

function toLetters(word: string): string {
  return Array.from(word)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .join('')
}

function countDifferent(a: string, b: string): number {
  let count = 0
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) count += 1
  return count
}

interface Query {
  /** Known features, rarest first. */
  readonly ids: readonly number[]
  /** Length of the query's vector, unknown features included. */
  readonly norm: number
}

const UNKNOWN = -1

/** How much a feature says: inverse document frequency, words and 3-grams balanced. */
function toWeight(feature: number, rarity: number): number {
  return Math.log(1 + rarity) * (feature >= FIRST_WORD ? WORD_WEIGHT : 1)
}

/** The features of a text, each once: its words, and the 3-grams of all with one blank around. */
function listFeatures(text: string, toWord: (word: string) => number): readonly number[] {
  const normalised = normaliseTerm(text)
  if (normalised === '') return []
  const features = normalised.split(' ').map(toWord)
  const padded = ` ${normalised} `
  let before = padded.charCodeAt(0)
  let middle = padded.charCodeAt(1)
  for (let i = 2; i < padded.length; i += 1) {
    const last = padded.charCodeAt(i)
    features.push(Math.imul((before << 14) ^ (middle << 7) ^ last, 0x9e3779b1) >>> (32 - GRAM_BITS))
    before = middle
    middle = last
  }
  return [...new Set(features)]
}

/** Element `index`, which the caller knows to be there. */
function at(values: { readonly [index: number]: number | undefined }, index: number): number {
  return values[index] as number
}

function withRoom(values: Int32Array<ArrayBuffer>, room: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(values.length * 2 + room)
  larger.set(values)
  return larger
}

/** Where each feature's postings will start, and behind the last one the end. */
function countStarts(forward: Int32Array, featureCount: number): Int32Array {
  const starts = new Int32Array(featureCount + 1)
  for (const feature of forward) starts[feature + 1] = at(starts, feature + 1) + 1
  for (let feature = 0; feature < featureCount; feature += 1) {
    starts[feature + 1] = at(starts, feature + 1) + at(starts, feature)
  }
  return starts
}

function invert(forward: Int32Array, forwardStarts: Int32Array, postingStarts: Int32Array): Int32Array {
  const postings = new Int32Array(forward.length)
  const next = postingStarts.slice()
  for (let text = 0; text + 1 < forwardStarts.length; text += 1) {
    for (let i = at(forwardStarts, text); i < at(forwardStarts, text + 1); i += 1) {
      const feature = at(forward, i)
      const place = at(next, feature)
      postings[place] = text
      next[feature] = place + 1
    }
  }
  return postings
}

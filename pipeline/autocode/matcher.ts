/**
 * The terms that a verbatim may mean, ranked, each with its alignment. Knows the dictionary's terms and the lexicon;
 * decides nothing.
 */
import type { IndexedTexts } from '../../dictionaries/dictionary.ts'
import type { Lexicon } from '../../dictionaries/lexicon/lexicon.ts'
import { learnWords } from '../../dictionaries/text/learned-words.ts'
import type { TermIndex } from '../../dictionaries/text/term-index.ts'
import { ALIGNMENT_FEATURES, Aligner, type PreparedReading } from './align.ts'
import { NearWords, type OtherWord } from './near-words.ts'
import { PhraseTable } from './phrases.ts'
import { MOST_READINGS, readVerbatim } from './read-verbatim.ts'
import type { ReadingKnowledge, VerbatimReading } from './reading.ts'

/** What matching needs of a dictionary. */
export type MatchTexts = Pick<
  IndexedTexts,
  'texts' | 'concepts' | 'conceptCount' | 'index' | 'borrowedFrom' | 'listTerms'
>

/** A concept that a verbatim may mean, by its best name. */
export interface Ranked {
  /** The name, by its number. */
  readonly text: number
  readonly concept: number
  readonly reading: number
  readonly score: number
  /** In the order of ALIGNMENT_FEATURES, then of CONCEPT_FEATURES. */
  readonly features: Float32Array
}

export interface Matches {
  readonly verbatim: VerbatimReading
  readonly prepared: readonly PreparedReading[]
  readonly ranked: readonly Ranked[]
}

/** What is only seen with all names of a concept in view. */
export const CONCEPT_FEATURES = ['otherNames', 'asWritten'] as const
export const FEATURES = [...ALIGNMENT_FEATURES, ...CONCEPT_FEATURES] as const

const SHORTLIST = 32
/** Of both sides together. */
const FITTING = 0.95
const MOST_RANKED = 20
const NEAR_THE_TOP = 8
const ALIGNMENT_COUNT = ALIGNMENT_FEATURES.length
const FEATURE_COUNT = FEATURES.length

export interface MatchOptions {
  /** The SDTM domain, on which some abbreviations depend. */
  readonly domain?: string
  /** Names that are not looked at, for training. */
  readonly without?: (text: number) => boolean
}

const COVERED = ALIGNMENT_FEATURES.indexOf('bothCovered')
/** Between names of one concept: the very words of the verbatim, before others that mean the same. */
const EXACT_WORTH = 1
/** And names of the dictionary before borrowed ones, which can not be coded by. */
const OWN_WORTH = 3
const EXACT = ALIGNMENT_FEATURES.indexOf('literalExact')
const VERBATIM_COVERED = ALIGNMENT_FEATURES.indexOf('verbatimCovered')
const TERM_COVERED = ALIGNMENT_FEATURES.indexOf('termCovered')
const SAME = ALIGNMENT_FEATURES.indexOf('sameLetters')

/** Letters and digits of the words, in lower case and without what stands between them. */
function toLetters(text: string): readonly string[] {
  const lower = text.toLowerCase()
  // Several times as fast, for nearly all texts.
  return lower.match(ASCII.test(lower) ? /[a-z\d]+/g : /[\p{L}\p{N}]+/gu) ?? []
}

const ASCII = /^[ -~]*$/

/** How far two texts are letter for letter the same: wholly, or with their words turned round. */
function toSameness(one: readonly string[], other: readonly string[]): number {
  if (one.join('') === other.join('')) return 1
  return one.length === other.length && one.toSorted().join(' ') === other.toSorted().join(' ') ? SAME_TURNED : 0
}

/** The share of words that are written the same, letter for letter. */
function toShare(words: readonly string[], written: ReadonlySet<string>): number {
  let same = 0
  for (const word of words) if (written.has(word)) same += 1
  return words.length === 0 ? 0 : same / words.length
}

const SAME_TURNED = 0.6

export class Matcher {
  readonly terms: MatchTexts
  readonly index: TermIndex
  readonly aligner: Aligner
  readonly #borrowedFrom: number
  readonly #nearWords: NearWords
  readonly #knowledge: ReadingKnowledge
  weights: Float64Array
  // Scratch of one match: what was measured, one after the other.
  readonly #features = new Float32Array(MOST_READINGS * SHORTLIST * FEATURE_COUNT)
  readonly #texts = new Int32Array(MOST_READINGS * SHORTLIST)
  readonly #readings = new Uint8Array(MOST_READINGS * SHORTLIST)
  readonly #scores = new Float64Array(MOST_READINGS * SHORTLIST)
  // Scratch of one ranking: per concept when it was met last, and its place among those met; by that place, its other names.
  readonly #lastRank: Int32Array
  readonly #placeOfConcept: Int32Array
  readonly #others = new Int32Array(MOST_READINGS * SHORTLIST)
  #ranks = 0

  constructor(terms: MatchTexts, lexicon: Lexicon, weights: Float64Array) {
    this.terms = terms
    this.#borrowedFrom = terms.borrowedFrom ?? terms.texts.length
    this.index = terms.index
    const learned = learnWords(this.index, terms.concepts, terms.conceptCount)
    this.#nearWords = new NearWords(this.index.vocabulary, lexicon, learned)
    this.aligner = new Aligner(this.index, this.#nearWords)
    this.#knowledge = {
      lexicon,
      phrases: new PhraseTable(lexicon),
      isKnown: (key) => this.index.vocabulary.findWord(key) !== -1,
      isMisspelt: (key) => this.index.vocabulary.listNear(key).some(({ likeness }) => likeness === 'spelling'),
    }
    this.weights = weights
    this.#lastRank = new Int32Array(terms.conceptCount)
    this.#placeOfConcept = new Int32Array(terms.conceptCount)
  }

  /** The words of a name, normalised. */
  listWords(text: number): readonly string[] {
    const { words, starts, vocabulary } = this.index
    return Array.from(words.subarray(starts[text], starts[text + 1]), (word) => vocabulary.words[word] ?? '')
  }

  /** The terms that a ranked name leads to. */
  listTerms(text: number): ReturnType<IndexedTexts['listTerms']> {
    return this.terms.listTerms(text)
  }

  /** What of the verbatim and of the term is covered, each 0..1, and their product. */
  toCovered({ features }: Ranked): { readonly verbatim: number; readonly term: number; readonly both: number } {
    return {
      verbatim: features[VERBATIM_COVERED] as number,
      term: features[TERM_COVERED] as number,
      both: features[COVERED] as number,
    }
  }

  /** Other words that a misspelt one may as well be. */
  listOtherSpellings(key: string, term: string): readonly OtherWord[] {
    return this.#nearWords.listOthers(key, this.index.vocabulary.findWord(term))
  }

  match(verbatim: string, { domain = 'AE', without }: MatchOptions = {}): Matches {
    const read = readVerbatim(verbatim, domain, this.#knowledge)
    const prepared: PreparedReading[] = []
    let count = 0
    for (const reading of read.readings) {
      const each = this.aligner.prepare(reading)
      prepared.push(each)
      const before = count
      count = this.#measureReading(verbatim, each, { reading: prepared.length - 1, from: count, without })
      // A term that the likeliest reading fits word by word leaves nothing for the others to find.
      if (prepared.length === 1 && this.#isFitting(before, count) && !reading.words.some(({ isUnsure }) => isUnsure))
        break
    }
    return { verbatim: read, prepared, ranked: this.#rank(verbatim, count) }
  }

  /** Aligns the likeliest terms of a reading; what is measured stands in the scratch. @returns how many do by now */
  #measureReading(
    verbatim: string,
    prepared: PreparedReading,
    { reading, from, without }: { reading: number; from: number; without: ((text: number) => boolean) | undefined },
  ): number {
    let letters: readonly string[] | undefined
    const features = this.#features
    let count = from
    this.aligner.begin(prepared)
    const texts = this.index.findTexts(prepared.sought, SHORTLIST)
    for (let i = 0; i < texts.length; i += 1) {
      const text = texts[i] as number
      if (without?.(text)) continue
      const offset = count * FEATURE_COUNT
      this.aligner.measure(text, features, offset)
      if ((features[offset + COVERED] as number) > 0.9) {
        letters ??= toLetters(verbatim)
        features[offset + SAME] = toSameness(letters, toLetters(this.terms.texts[text] as string))
      }
      let score = 0
      for (let f = 0; f < ALIGNMENT_COUNT; f += 1)
        score += (this.weights[f] as number) * (features[offset + f] as number)
      this.#texts[count] = text
      this.#readings[count] = reading
      this.#scores[count] = score
      count += 1
    }
    return count
  }

  #isFitting(from: number, to: number): boolean {
    for (let i = from; i < to; i += 1)
      if ((this.#features[i * FEATURE_COUNT + COVERED] as number) > FITTING) return true
    return false
  }

  /** Of two names of one concept the likelier; of equals the shorter one, which mostly is the concept's own. */
  #isBetter(one: number, other: number): boolean {
    const exact = (i: number): number => this.#features[i * FEATURE_COUNT + EXACT] as number
    const own = (i: number): number => ((this.#texts[i] as number) < this.#borrowedFrom ? 1 : 0)
    const difference =
      (this.#scores[one] as number) -
      (this.#scores[other] as number) +
      EXACT_WORTH * (exact(one) - exact(other)) +
      OWN_WORTH * (own(one) - own(other))
    if (Math.abs(difference) > 1e-6) return difference > 0
    const { texts } = this.terms
    const [left = 0, right = 0] = [this.#texts[one], this.#texts[other]]
    const shorter = (texts[left] ?? '').length - (texts[right] ?? '').length
    return shorter === 0 ? left < right : shorter < 0
  }

  /** The concepts of what was measured, each by its best name, the best first. */
  #rank(verbatim: string, count: number): readonly Ranked[] {
    const { concepts } = this.terms
    const texts = this.#texts
    const scores = this.#scores
    // Per concept met, which of what was measured is its best.
    this.#ranks += 1
    const best: number[] = []
    for (let i = 0; i < count; i += 1) {
      const concept = concepts[texts[i] as number] as number
      if (this.#lastRank[concept] !== this.#ranks) {
        this.#lastRank[concept] = this.#ranks
        this.#placeOfConcept[concept] = best.length
        this.#others[best.length] = 0
        best.push(i)
        continue
      }
      const place = this.#placeOfConcept[concept] as number
      const known = best[place] as number
      if (texts[known] !== texts[i]) this.#others[place] = (this.#others[place] as number) + 1
      if (this.#isBetter(i, known)) best[place] = i
    }
    const weight = this.weights[ALIGNMENT_COUNT] as number
    const order = best.map((i, place) => {
      const others = Math.min(this.#others[place] as number, MOST_OTHER_NAMES) / MOST_OTHER_NAMES
      return { i, text: texts[i] as number, others, asWritten: 0, score: (scores[i] as number) + weight * others }
    })
    order.sort(byScore)
    if (order.length > MOST_RANKED) order.length = MOST_RANKED
    // Which spelling and order of words the site used only matters between those that are near each other.
    const written = new Set(toLetters(verbatim))
    for (let i = 0; i < order.length && i < NEAR_THE_TOP; i += 1) {
      const each = order[i] as (typeof order)[number]
      each.asWritten = toShare(toLetters(this.terms.texts[each.text] as string), written)
      each.score += (this.weights[ALIGNMENT_COUNT + 1] as number) * each.asWritten
    }
    order.sort(byScore)
    return order.map(({ i, text, others, asWritten, score }) => {
      const features = this.#features.slice(i * FEATURE_COUNT, (i + 1) * FEATURE_COUNT)
      features[ALIGNMENT_COUNT] = others
      features[ALIGNMENT_COUNT + 1] = asWritten
      return { text, concept: concepts[text] as number, reading: this.#readings[i] as number, score, features }
    })
  }
}

const MOST_OTHER_NAMES = 5

function byScore(a: { score: number; text: number }, b: { score: number; text: number }): number {
  return b.score - a.score || a.text - b.text
}

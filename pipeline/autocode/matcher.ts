/**
 * The terms that a verbatim may mean, ranked, each with its alignment. Knows the dictionary's terms and the lexicon;
 * decides nothing.
 */
import type { Lexicon } from '../../dictionaries/lexicon/lexicon.ts'
import { learnWords } from '../../dictionaries/text/learned-words.ts'
import { normaliseTerm } from '../../dictionaries/text/normalise.ts'
import { TermIndex } from '../../dictionaries/text/term-index.ts'
import { ALIGNMENT_FEATURES, Aligner, type PreparedReading } from './align.ts'
import { NearWords } from './near-words.ts'
import { PhraseTable } from './phrases.ts'
import { type ReadingKnowledge, readVerbatim, type VerbatimReading } from './read-verbatim.ts'

/** Names and their concepts, by number: all that matching needs of a dictionary. */
export interface MatchTerms {
  readonly names: readonly string[]
  /** Normalised names. */
  readonly keys: readonly string[]
  /** The concept of each name, counted from 0. */
  readonly concepts: Int32Array
  readonly conceptCount: number
}

/** A concept that a verbatim may mean, by its best name. */
export interface Ranked {
  /** The name, by its number. */
  readonly text: number
  readonly concept: number
  readonly reading: number
  readonly score: number
  /** In the order of ALIGNMENT_FEATURES, then of CONCEPT_FEATURES. */
  readonly features: Float64Array
}

export interface Matches {
  readonly verbatim: VerbatimReading
  readonly prepared: readonly PreparedReading[]
  readonly ranked: readonly Ranked[]
}

/** What is only seen with all names of a concept in view. */
export const CONCEPT_FEATURES = ['otherNames', 'isFirstName'] as const
export const FEATURES = [...ALIGNMENT_FEATURES, ...CONCEPT_FEATURES] as const

const SHORTLIST = 40

const COVERED = ALIGNMENT_FEATURES.indexOf('bothCovered')
const SAME = ALIGNMENT_FEATURES.indexOf('sameLetters')

function toLetters(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
}

export class Matcher {
  readonly terms: MatchTerms
  readonly index: TermIndex
  readonly aligner: Aligner
  readonly #knowledge: ReadingKnowledge
  weights: Float64Array

  constructor(terms: MatchTerms, lexicon: Lexicon, weights: Float64Array) {
    this.terms = terms
    this.index = new TermIndex(terms.keys)
    const learned = learnWords(this.index, terms.concepts, terms.conceptCount)
    this.aligner = new Aligner(this.index, new NearWords(this.index.vocabulary, lexicon, learned))
    this.#knowledge = {
      lexicon,
      phrases: new PhraseTable(lexicon),
      isKnown: (key) => this.index.vocabulary.findWord(key) !== -1,
    }
    this.weights = weights
  }

  match(verbatim: string, { domain = 'AE', without }: { domain?: string; without?: (text: number) => boolean } = {}): Matches {
    const read = readVerbatim(verbatim, domain, this.#knowledge)
    const prepared = read.readings.map((reading) => this.aligner.prepare(reading))
    const best = new Map<number, { text: number; reading: number; score: number; features: Float64Array; others: number }>()
    const features = new Float64Array(FEATURES.length)
    const letters = toLetters(verbatim)
    for (const [i, each] of prepared.entries()) {
      const sought = each.near.map((near, slot) => ({
        near,
        weight: (each.weights[slot] ?? 0) * Aligner.toUnmatchedShare(each.reading.words[slot]!),
      }))
      this.aligner.begin(each)
      for (const text of this.index.findTexts(sought, SHORTLIST)) {
        if (without?.(text)) continue
        this.aligner.measure(text, features)
        if ((features[COVERED] as number) > 0.9 && toLetters(this.terms.names[text] as string) === letters) features[SAME] = 1
        const score = this.#score(features)
        const concept = this.terms.concepts[text] as number
        const known = best.get(concept)
        if (known === undefined) best.set(concept, { text, reading: i, score, features: features.slice(), others: 0 })
        else {
          known.others += 1
          if (score > known.score) Object.assign(known, { text, reading: i, score, features: features.slice() })
        }
      }
    }
    const ranked: Ranked[] = []
    for (const [concept, { text, reading, score, features, others }] of best) {
      const first = ALIGNMENT_FEATURES.length
      features[first] = Math.min(others, 5) / 5
      const total = score + (this.weights[first] as number) * (features[first] as number)
      ranked.push({ text, concept, reading, score: total, features })
    }
    ranked.sort((a, b) => b.score - a.score || a.text - b.text)
    return { verbatim: read, prepared, ranked }
  }

  #score(features: Float64Array): number {
    let score = 0
    for (let i = 0; i < ALIGNMENT_FEATURES.length; i += 1) score += (this.weights[i] as number) * (features[i] as number)
    return score
  }
}

export function toMatchTerms(rows: readonly { readonly name: string; readonly concept: string }[]): MatchTerms {
  const numbers = new Map<string, number>()
  const concepts = Int32Array.from(rows, ({ concept }) => {
    const known = numbers.get(concept)
    if (known !== undefined) return known
    numbers.set(concept, numbers.size)
    return numbers.size - 1
  })
  return {
    names: rows.map(({ name }) => name),
    keys: rows.map(({ name }) => normaliseTerm(name)),
    concepts,
    conceptCount: numbers.size,
  }
}

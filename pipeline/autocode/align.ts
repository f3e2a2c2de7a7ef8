/**
 * A verbatim's reading against one term: which word stands for which, what is left over on either side, and how that
 * looks in numbers. Knows words and their nearness; knows no concept and makes no decision.
 */
import type { Direction } from '../../dictionaries/lexicon/lexicon.ts'
import type { Sought, TermIndex } from '../../dictionaries/text/term-index.ts'
import type { Near, Nearness, NearWords } from './near-words.ts'
import type { Reading, ReadWord } from './reading.ts'
import { LIGHT_WORDS, STOP_WORDS } from './words.ts'

/** What the alignment of one term looks like, in numbers; each about 0..1, so that they compare over dictionaries. */
export const ALIGNMENT_FEATURES = [
  'verbatimCovered',
  'termCovered',
  'bothCovered',
  'lessCovered',
  'mostUnexplained',
  'mostMissing',
  'unexplainedCount',
  'missingCount',
  'lightMissing',
  'spelling',
  'stem',
  'shortened',
  'related',
  'equivalent',
  'direction',
  'learned',
  'abbreviation',
  'paraphrase',
  'respaced',
  'unsure',
  'outOfOrder',
  'numberConflict',
  'directionConflict',
  'keptQualifier',
  'qualifierMatched',
  'literalExact',
  'lengthDifference',
  'sameLetters',
  'startCovered',
  'medicineMatched',
  'circumstances',
  'sites',
] as const
export type AlignmentFeature = (typeof ALIGNMENT_FEATURES)[number]
const FEATURE_COUNT = ALIGNMENT_FEATURES.length
const FEATURE = Object.fromEntries(ALIGNMENT_FEATURES.map((name, i) => [name, i])) as Record<AlignmentFeature, number>

/** How much a word says that the dictionary does not hold. */
const UNKNOWN_WEIGHT = 0.75
const LIGHT_SHARE = 0.3
/** Of a word that may be left out: severity, side, a measured value. */
const OPTIONAL_SHARE = 0.08
const CONVENTION_SHARE = 0.15
const SITE_SHARE = 0.4
/** Of a word that may be left out, when terms are sought: one that has it comes before one that does not. */
const LEAST_SOUGHT = 0.5
// Shares of the matched weight, by how it was matched, stand side by side.
const FIRST_SHARE = FEATURE.spelling
const LAST_SHARE = FEATURE.respaced
const NUMBER = /^(?:\d+[a-z]?|[ivx]+)$/

/** A reading, with what each of its words may stand for. */
export interface PreparedReading {
  readonly reading: Reading
  readonly near: readonly (readonly Near[])[]
  readonly weights: Float32Array
  /** What is left of a word's weight where a term does not hold it. */
  readonly left: Float32Array
  /** What the index is asked for. */
  readonly sought: readonly Sought[]
  /** The place among the features of how each word came to stand there; -1 for a literal one. */
  readonly sources: Int8Array
  readonly directions: readonly (Direction | undefined)[]
  /** Numbers inside a phrase that qualifies: their place, and where the phrase begins and ends. */
  readonly counts: readonly { readonly slot: number; readonly from: number; readonly to: number }[]
}

/** Which word of the term each word of the reading stands for: -1 for none. */
export interface Pairing {
  readonly termOfWord: Int16Array
  readonly nearness: readonly (Nearness | undefined)[]
  readonly similarity: Float32Array
}

/** What is left of a word's weight where the term does not hold it. */
function toUnmatchedShare({ part }: ReadWord): number {
  switch (part.kind) {
    case 'qualifier':
      return part.effect === 'drop' ? OPTIONAL_SHARE : part.effect === 'convention' ? CONVENTION_SHARE : 1
    case 'value':
      return OPTIONAL_SHARE
    case 'cause':
    case 'medicine':
    case 'procedure':
      return CONVENTION_SHARE
    case 'site':
      return SITE_SHARE
    default:
      return 1
  }
}

/** A phrase that may be left out weighs as one word, however many it has. */
function shareOut(
  { words }: Reading,
  { weights, left }: { readonly weights: Float32Array; readonly left: Float32Array },
): void {
  for (let i = 0; i < words.length; ) {
    const { part } = words[i] as ReadWord
    let end = i + 1
    while (end < words.length && words[end]?.part === part) end += 1
    if (end - i > 1 && part.kind !== 'content' && part.kind !== 'stop' && part.kind !== 'direction')
      for (let j = i; j < end; j += 1)
        if ((left[j] as number) < (weights[j] as number)) left[j] = (left[j] as number) / (end - i)
    i = end
  }
}

/** The numbers inside phrases of several words, such as "grade 2" and "on day 5". */
function listCounts({ words }: Reading): PreparedReading['counts'] {
  const counts: { slot: number; from: number; to: number }[] = []
  for (const [slot, { key, part }] of words.entries()) {
    if (part.kind !== 'qualifier' || part.effect !== 'drop' || !NUMBER.test(key)) continue
    let from = slot
    while (words[from - 1]?.part === part) from -= 1
    let to = slot + 1
    while (words[to]?.part === part) to += 1
    if (to - from > 1) counts.push({ slot, from, to })
  }
  return counts
}

function isAnyPaired(termOfWord: Int16Array, from: number, to: number, but: number): boolean {
  for (let slot = from; slot < to; slot += 1) if (slot !== but && termOfWord[slot] !== -1) return true
  return false
}

/** "related to study drug" is the trial's opinion and never part of a name; "community acquired" may be. */
function isRelationship({ part }: ReadWord): boolean {
  return part.kind === 'qualifier' && part.class === 'causality' && part.effect === 'drop' && OPINION.test(part.phrase)
}

const OPINION =
  /\b(?:study|trial|drug|ip|imp|investigational)\b|^(?:un|(?:not|possibly|probably|likely|unlikely|definitely) )related\b/

export class Aligner {
  readonly #index: TermIndex
  readonly #nearWords: NearWords
  /** Per word of the dictionary: 0 for a stop word, a share for a light one, else 1. */
  readonly #shares: Float32Array
  // Of the reading that is in hand: per word of the dictionary the first entry, chained over `#next`.
  readonly #firsts: Int32Array
  readonly #readingMarks: Int32Array
  #mark = 0
  #next = new Int32Array(256)
  #slots = new Int16Array(256)
  #similarities = new Float32Array(256)
  /** The place of the nearness among the features; -1 for the word itself. */
  #nearness = new Int8Array(256)
  #current: PreparedReading | undefined
  // Scratch of one alignment.
  #termOfWord = new Int16Array(128)
  #wordOfTerm = new Int16Array(128)
  #pairSimilarity = new Float32Array(128)
  #pairNearness = new Int8Array(128)

  constructor(index: TermIndex, nearWords: NearWords) {
    this.#index = index
    this.#nearWords = nearWords
    const { words } = index.vocabulary
    this.#shares = Float32Array.from(words, (word) =>
      STOP_WORDS.has(word) ? 0 : LIGHT_WORDS.has(word) ? LIGHT_SHARE : 1,
    )
    this.#firsts = new Int32Array(words.length)
    this.#readingMarks = new Int32Array(words.length)
  }

  prepare(reading: Reading): PreparedReading {
    const near = reading.words.map((word) =>
      word.part.kind === 'stop' || isRelationship(word)
        ? []
        : this.#nearWords.list(word.key, word.part.kind === 'direction' ? word.part.direction : undefined),
    )
    const weights = Float32Array.from(reading.words, (word, i) => this.#weigh(word, near[i] ?? []))
    const directions = reading.words.map(({ part }) => (part.kind === 'direction' ? part.direction : undefined))
    const left = Float32Array.from(reading.words, (word, i) => (weights[i] as number) * toUnmatchedShare(word))
    shareOut(reading, { weights, left })
    return {
      reading,
      near,
      weights,
      left,
      sought: near.map((words, i) => ({
        near: words,
        weight: Math.max(left[i] as number, LEAST_SOUGHT * (weights[i] as number)),
      })),
      sources: Int8Array.from(reading.words, ({ source }) => (source === 'literal' ? -1 : FEATURE[source])),
      directions,
      counts: listCounts(reading),
    }
  }

  #weigh({ part, key }: ReadWord, near: readonly Near[]): number {
    if (part.kind === 'stop') return 0
    const first = near[0]
    const own = first === undefined ? UNKNOWN_WEIGHT : (this.#index.weights[first.word] ?? 0)
    if (LIGHT_WORDS.has(key)) return own * LIGHT_SHARE
    return own
  }

  /** Sets the reading that the following terms are aligned with. */
  begin(prepared: PreparedReading): void {
    this.#current = prepared
    this.#mark += 1
    let entries = 0
    const { near } = prepared
    for (let slot = 0; slot < near.length; slot += 1) {
      for (const { word, similarity, nearness } of near[slot] as readonly Near[]) {
        if (entries + 1 >= this.#next.length) this.#grow()
        entries += 1
        this.#next[entries] = this.#readingMarks[word] === this.#mark ? (this.#firsts[word] as number) : 0
        this.#readingMarks[word] = this.#mark
        this.#firsts[word] = entries
        this.#slots[entries] = slot
        this.#similarities[entries] = similarity
        this.#nearness[entries] = nearness === 'exact' ? -1 : FEATURE[nearness]
      }
    }
  }

  #grow(): void {
    const size = this.#next.length * 2
    const next = new Int32Array(size)
    next.set(this.#next)
    this.#next = next
    const slots = new Int16Array(size)
    slots.set(this.#slots)
    this.#slots = slots
    const similarities = new Float32Array(size)
    similarities.set(this.#similarities)
    this.#similarities = similarities
    const nearness = new Int8Array(size)
    nearness.set(this.#nearness)
    this.#nearness = nearness
  }

  /** Pairs each word of a term with the word of the reading that is likest to it, each at most once. */
  #pair(text: number): number {
    const { words, starts } = this.#index
    const from = starts[text] as number
    const length = (starts[text + 1] as number) - from
    const count = (this.#current as PreparedReading).reading.words.length
    if (Math.max(length, count) > this.#termOfWord.length) {
      this.#termOfWord = new Int16Array(Math.max(length, count) * 2)
      this.#wordOfTerm = new Int16Array(Math.max(length, count) * 2)
      this.#pairSimilarity = new Float32Array(Math.max(length, count) * 2)
      this.#pairNearness = new Int8Array(Math.max(length, count) * 2)
    }
    const termOfWord = this.#termOfWord.fill(-1, 0, count)
    const wordOfTerm = this.#wordOfTerm.fill(-1, 0, length)
    // Words that have no choice come first; each round settles the likest pair that is left for a word of the term.
    for (let round = 0; round < 2; round += 1) {
      for (let j = 0; j < length; j += 1) {
        if (wordOfTerm[j] !== -1) continue
        const word = words[from + j] as number
        if (this.#readingMarks[word] !== this.#mark) continue
        let bestSlot = -1
        let best = 0
        let bestEntry = 0
        for (let entry = this.#firsts[word] as number; entry !== 0; entry = this.#next[entry] as number) {
          const similarity = this.#similarities[entry] as number
          const slot = this.#slots[entry] as number
          if (round === 0 && similarity < 0.9) continue
          // Words without a meaning of their own are the same or not there.
          if (similarity < 1 && this.#shares[word] === 0) continue
          if (termOfWord[slot] !== -1) continue
          if (similarity > best || (similarity === best && Math.abs(slot - j) < Math.abs(bestSlot - j))) {
            best = similarity
            bestSlot = slot
            bestEntry = entry
          }
        }
        if (bestSlot === -1) continue
        termOfWord[bestSlot] = j
        wordOfTerm[j] = bestSlot
        this.#pairSimilarity[j] = best
        this.#pairNearness[j] = this.#nearness[bestEntry] as number
      }
    }
    // In "bipolar disorder, grade 2" the number is that of the grade: bipolar 2 is another disorder.
    for (const { slot, from: first, to } of (this.#current as PreparedReading).counts) {
      const j = termOfWord[slot] as number
      if (j === -1 || isAnyPaired(termOfWord, first, to, slot)) continue
      termOfWord[slot] = -1
      wordOfTerm[j] = -1
    }
    return length
  }

  /** Numbers of how a term fits the reading in hand, written to `features` in the order of ALIGNMENT_FEATURES. */
  measure(text: number, features: Float32Array, offset: number): void {
    features.fill(0, offset, offset + FEATURE_COUNT + 1)
    const prepared = this.#current as PreparedReading
    const { words: readWords } = prepared.reading
    const { words, starts, weights, vocabulary } = this.#index
    const length = this.#pair(text)
    const from = starts[text] as number
    let termWhole = 0
    let termWords = 0
    let saidWords = 0
    let termCovered = 0
    let mostMissing = 0
    let missing = 0
    let light = 0
    let matchedWeight = 0
    let lastSlot = -1
    let turns = 0
    let pairs = 0
    let isExact = true
    let termDirection: Direction | undefined
    let hasFreeNumber = false
    for (let j = 0; j < length; j += 1) {
      const word = words[from + j] as number
      const share = this.#shares[word] as number
      const weight = (weights[word] as number) * share
      termWhole += weight
      if (share !== 0) termWords += 1
      const slot = this.#wordOfTerm[j] as number
      if (slot === -1) {
        if (share === 0) continue
        isExact = false
        if (share < 1) {
          light += weight / LIGHT_SHARE
          continue
        }
        missing += 1
        if (weight > mostMissing) mostMissing = weight
        termDirection ??= this.#nearWords.directionOf(word)
        if (NUMBER.test(vocabulary.words[word] ?? '')) hasFreeNumber = true
        continue
      }
      const similarity = this.#pairSimilarity[j] as number
      termCovered += weight * similarity
      matchedWeight += weight
      if (slot < lastSlot) {
        turns += 1
        isExact = false
      }
      lastSlot = slot
      pairs += 1
      const nearness = this.#pairNearness[j] as number
      if (nearness !== -1) {
        isExact = false
        features[offset + nearness] = (features[offset + nearness] as number) + weight
      }
      const source = prepared.sources[slot] as number
      if (source !== -1) {
        isExact = false
        if (source !== FEATURE.equivalent || nearness === -1)
          features[offset + source] = (features[offset + source] as number) + weight
      }
      if ((readWords[slot] as ReadWord).isUnsure) features[offset + FEATURE.unsure] = 1
    }
    let wordWhole = 0
    let wordCovered = 0
    let mostUnexplained = 0
    let unexplained = 0
    let directionConflict = 0
    let kept = 0
    let qualifiers = 0
    let readNumber = false
    let startWhole = 0
    let startCovered = 0
    let medicine = 0
    let circumstances = 0
    let sites = 0
    for (let slot = 0; slot < readWords.length; slot += 1) {
      const readWord = readWords[slot] as ReadWord
      const weight = prepared.weights[slot] as number
      const j = this.#termOfWord[slot] as number
      const early = weight / (1 + slot * 0.5)
      if (weight > 0 && (j !== -1 || (prepared.left[slot] as number) === weight)) saidWords += 1
      if (j !== -1) {
        if (readWord.part.kind === 'medicine' || readWord.part.kind === 'procedure' || readWord.part.kind === 'cause')
          medicine += weight
        startWhole += early
        startCovered += early * (this.#pairSimilarity[j] as number)
        wordWhole += weight
        wordCovered += weight * (this.#pairSimilarity[j] as number)
        if (readWord.part.kind === 'qualifier') qualifiers += 1
        continue
      }
      if (weight === 0) continue
      const left = prepared.left[slot] as number
      wordWhole += left
      startWhole += early * (left / weight)
      const direction = prepared.directions[slot]
      if (direction !== undefined && termDirection !== undefined && direction !== termDirection) directionConflict = 1
      if (left < weight) {
        if (readWord.part.kind === 'site') sites += 1
        else if (readWord.part.kind !== 'qualifier' && readWord.part.kind !== 'value') circumstances += 1
        continue
      }
      if (readWord.part.kind === 'qualifier') kept += 1
      unexplained += 1
      isExact = false
      if (left > mostUnexplained) mostUnexplained = left
      if (NUMBER.test(readWord.key)) readNumber = true
    }
    const verbatim = wordWhole === 0 ? 0 : wordCovered / wordWhole
    const term = termWhole === 0 ? 0 : termCovered / termWhole
    const perWeight = matchedWeight === 0 ? 0 : 1 / matchedWeight
    for (let i = offset + FIRST_SHARE; i <= offset + LAST_SHARE; i += 1)
      features[i] = (features[i] as number) * perWeight
    features[offset + FEATURE.verbatimCovered] = verbatim
    features[offset + FEATURE.termCovered] = term
    features[offset + FEATURE.bothCovered] = verbatim * term
    features[offset + FEATURE.lessCovered] = Math.min(verbatim, term)
    features[offset + FEATURE.mostUnexplained] = mostUnexplained
    features[offset + FEATURE.mostMissing] = mostMissing
    features[offset + FEATURE.unexplainedCount] = Math.min(unexplained, 4) / 4
    features[offset + FEATURE.missingCount] = Math.min(missing, 4) / 4
    features[offset + FEATURE.lightMissing] = Math.min(light, 1)
    features[offset + FEATURE.outOfOrder] = pairs < 2 ? 0 : turns / (pairs - 1)
    features[offset + FEATURE.numberConflict] = hasFreeNumber && readNumber ? 1 : hasFreeNumber || readNumber ? 0.5 : 0
    features[offset + FEATURE.directionConflict] = directionConflict
    features[offset + FEATURE.keptQualifier] = Math.min(kept, 2) / 2
    features[offset + FEATURE.qualifierMatched] = Math.min(qualifiers, 2) / 2
    features[offset + FEATURE.startCovered] = startWhole === 0 ? 0 : startCovered / startWhole
    features[offset + FEATURE.medicineMatched] = matchedWeight === 0 ? 0 : Math.min(1, medicine / matchedWeight)
    features[offset + FEATURE.circumstances] = Math.min(circumstances, 4) / 4
    features[offset + FEATURE.sites] = Math.min(sites, 3) / 3
    features[offset + FEATURE.literalExact] = isExact ? 1 : 0
    features[offset + FEATURE.lengthDifference] = Math.min(4, Math.abs(termWords - saidWords)) / 4
  }

  /** The pairing of a term with the reading in hand, for an explanation. */
  explain(text: number): Pairing {
    const length = this.#pair(text)
    const count = (this.#current as PreparedReading).reading.words.length
    const termOfWord = this.#termOfWord.slice(0, count)
    return {
      termOfWord,
      nearness: Array.from({ length }, (_, j) =>
        this.#wordOfTerm[j] === -1 ? undefined : toNearness(this.#pairNearness[j] as number),
      ),
      similarity: this.#pairSimilarity.slice(0, length),
    }
  }
}

function toNearness(place: number): Nearness {
  return place === -1 ? 'exact' : (ALIGNMENT_FEATURES[place] as Nearness)
}

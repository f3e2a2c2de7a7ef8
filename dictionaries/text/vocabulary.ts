/**
 * The words of many texts: which there are, how rare each is, and which look like a given one. Knows letters and
 * endings; knows neither meanings nor the order of words. All texts are normalised (`normaliseTerm`).
 */
import stemmer from 'natural/lib/natural/stemmers/porter_stemmer.js'
import { toSound, toWordDistance } from './word-distance.ts'

/**
 * How a word of the vocabulary is like a given one: itself; another ending of the same stem; the same word misspelt;
 * what a shortened word may stand for; or only alike, which says little of its meaning.
 */
export const LIKENESSES = ['exact', 'stem', 'spelling', 'shortened', 'related'] as const
export type Likeness = (typeof LIKENESSES)[number]

export interface NearWord {
  /** Its number in the vocabulary. */
  readonly word: number
  readonly likeness: Likeness
  /** 0..1, 1 for the word itself. */
  readonly similarity: number
}

const GRAM_BITS = 15
/** Of a word's grams only short words use the 2-grams: a slip leaves them no 3-gram. */
const LONGEST_SHORT = 6
/** As many words as are compared letter by letter. */
const MOST_COMPARED = 160
const MOST_NEAR = 16
/** Words of the same letters are always compared. */
const ANAGRAM_COUNT = 64
const LOWEST_SIMILARITY = 0.4

export class Vocabulary {
  readonly words: readonly string[]
  /** Per word, the texts that hold it. */
  readonly frequencies: Int32Array
  readonly textCount: number
  readonly #numbers: ReadonlyMap<string, number>
  #grams: Grams | undefined
  readonly #stems: (string | undefined)[] = []
  readonly #sounds: (string | undefined)[] = []
  readonly #near = new Map<string, readonly NearWord[]>()
  #counts = new Uint8Array(0)

  private constructor(numbers: ReadonlyMap<string, number>, frequencies: Int32Array, textCount: number) {
    this.#numbers = numbers
    this.words = [...numbers.keys()]
    this.frequencies = frequencies
    this.textCount = textCount
  }

  /** @returns the vocabulary, and the words of text i as `words[starts[i] .. starts[i + 1]]` */
  static build(keys: readonly string[]): { vocabulary: Vocabulary; words: Int32Array; starts: Int32Array } {
    const numbers = new Map<string, number>()
    const starts = new Int32Array(keys.length + 1)
    let words = new Int32Array(Math.max(16, keys.length * 5))
    let length = 0
    for (let text = 0; text < keys.length; text += 1) {
      const key = keys[text] ?? ''
      for (let from = 0; from < key.length; ) {
        let to = key.indexOf(' ', from)
        if (to === -1) to = key.length
        const word = key.slice(from, to)
        let number = numbers.get(word)
        if (number === undefined) {
          number = numbers.size
          numbers.set(word, number)
        }
        if (length === words.length) {
          const larger = new Int32Array(words.length * 2)
          larger.set(words)
          words = larger
        }
        words[length] = number
        length += 1
        from = to + 1
      }
      starts[text + 1] = length
    }
    words = words.slice(0, length)
    const frequencies = new Int32Array(numbers.size)
    const lastText = new Int32Array(numbers.size).fill(-1)
    for (let text = 0; text < keys.length; text += 1) {
      for (let i = at(starts, text); i < at(starts, text + 1); i += 1) {
        const word = at(words, i)
        if (lastText[word] !== text) frequencies[word] = at(frequencies, word) + 1
        lastText[word] = text
      }
    }
    return { vocabulary: new Vocabulary(numbers, frequencies, keys.length), words, starts }
  }

  /** The number of a normalised word; -1 for one that no text holds. */
  findWord(word: string): number {
    return this.#numbers.get(word) ?? -1
  }

  /** How much a word says, 0..1: its inverse document frequency against that of a word of one text. */
  toWeight(word: number): number {
    return Math.log(1 + this.textCount / Math.max(1, at(this.frequencies, word))) / Math.log(1 + this.textCount)
  }

  /**
   * The words like a normalised one, the likest first, at most 16. A word that some text holds is never taken for a
   * misspelling of another: that may be another word of medicine.
   */
  listNear(word: string): readonly NearWord[] {
    const known = this.#near.get(word)
    if (known !== undefined) return known
    const near = this.#findNear(word)
    // Verbatims repeat; the bound keeps a stream of odd ones from growing the table.
    if (this.#near.size >= MOST_REMEMBERED) this.#near.clear()
    this.#near.set(word, near)
    return near
  }

  #findNear(word: string): readonly NearWord[] {
    const itself = this.findWord(word)
    const near: NearWord[] = itself === -1 ? [] : [{ word: itself, likeness: 'exact', similarity: 1 }]
    if (word.length < 3 || /^[^\p{L}]|\p{N}/u.test(word)) return near
    const stem = stemmer.stem(word)
    const sound = toSound(word)
    for (const other of this.#listSharing(word)) {
      if (other === itself) continue
      const like = this.#compare({ word, stem, sound, isKnown: itself !== -1 }, other)
      if (like !== undefined) near.push(like)
    }
    return near
      .sort((a, b) => b.similarity - a.similarity || at(this.frequencies, b.word) - at(this.frequencies, a.word) || a.word - b.word)
      .slice(0, MOST_NEAR)
  }

  #compare(
    { word, stem, sound, isKnown }: { word: string; stem: string; sound: string; isKnown: boolean },
    number: number,
  ): NearWord | undefined {
    const other = this.words[number] ?? ''
    if (stem === this.#stemOf(number)) return { word: number, likeness: 'stem', similarity: 0.95 }
    const shared = countSharedStart(word, other)
    const longest = Math.max(word.length, other.length)
    if (!isKnown) {
      const most = mostSlips(word, other)
      const slips = most === 0 ? 1 : toWordDistance(word, other, most)
      if (slips <= most) {
        const same = sound === this.#soundOf(number) ? 0.5 : 1
        return { word: number, likeness: 'spelling', similarity: 1 - (same * slips * 1.1) / longest - 0.02 }
      }
      if (sound.length > 3 && sound === this.#soundOf(number))
        return { word: number, likeness: 'spelling', similarity: 0.8 }
      if (shared === word.length && word.length >= 3)
        return { word: number, likeness: 'shortened', similarity: 0.45 + (0.4 * word.length) / other.length }
    }
    const share = shared / longest
    const grams = countSharedGrams(word, other)
    const similarity = Math.max(shared >= 4 ? share : 0, grams) * 0.85
    return similarity < LOWEST_SIMILARITY ? undefined : { word: number, likeness: 'related', similarity }
  }

  /** The words that share the most grams with a word. */
  #listSharing(word: string): readonly number[] {
    const grams = (this.#grams ??= toGrams(this.words))
    if (this.#counts.length < this.words.length) this.#counts = new Uint8Array(this.words.length)
    const counts = this.#counts
    const touched: number[] = []
    const size = word.length <= LONGEST_SHORT ? 2 : 3
    const own = listGrams(word, size)
    const anagram = toAnagramGram(word)
    for (let i = at(grams.starts, anagram); i < at(grams.starts, anagram + 1); i += 1) {
      const other = at(grams.postings, i)
      if ((this.words[other] ?? '').length !== word.length || counts[other] !== 0) continue
      touched.push(other)
      counts[other] = ANAGRAM_COUNT
    }
    for (const gram of own) {
      for (let i = at(grams.starts, gram); i < at(grams.starts, gram + 1); i += 1) {
        const other = at(grams.postings, i)
        if (counts[other] === 0) touched.push(other)
        counts[other] = at(counts, other) + 1
      }
    }
    // The fewest grams that still make a word worth comparing rises until few enough words are left.
    let atLeast = Math.max(2, Math.ceil(own.length * 0.3))
    let kept = touched.filter((other) => at(counts, other) >= atLeast)
    while (kept.length > MOST_COMPARED) {
      atLeast += 1
      kept = kept.filter((other) => at(counts, other) >= atLeast)
    }
    for (const other of touched) counts[other] = 0
    return kept
  }

  #stemOf(number: number): string {
    return (this.#stems[number] ??= stemmer.stem(this.words[number] ?? ''))
  }

  #soundOf(number: number): string {
    return (this.#sounds[number] ??= toSound(this.words[number] ?? ''))
  }
}

const MOST_REMEMBERED = 50_000

interface Grams {
  readonly starts: Int32Array
  readonly postings: Int32Array
}

/** Which words hold a gram: 3-grams of all, and 2-grams of those that a short word can be meant by. */
function toGrams(words: readonly string[]): Grams {
  const counts = new Int32Array((2 << GRAM_BITS) + 1)
  const each = (add: (gram: number, word: number) => void): void => {
    for (const [number, word] of words.entries()) {
      if (word.length < 3) continue
      add(toAnagramGram(word), number)
      for (const gram of listGrams(word, 3)) add(gram, number)
      if (word.length <= LONGEST_SHORT + 2) for (const gram of listGrams(word, 2)) add(gram, number)
    }
  }
  each((gram) => {
    counts[gram + 1] = at(counts, gram + 1) + 1
  })
  for (let gram = 1; gram < counts.length; gram += 1) counts[gram] = at(counts, gram) + at(counts, gram - 1)
  const postings = new Int32Array(at(counts, counts.length - 1))
  const places = counts.slice()
  each((gram, word) => {
    postings[at(places, gram)] = word
    places[gram] = at(places, gram) + 1
  })
  return { starts: counts, postings }
}

/** The grams of a word with a mark before and behind it, hashed, each once. */
function listGrams(word: string, size: 2 | 3): readonly number[] {
  const grams: number[] = []
  let middle = 0
  let last = 1
  for (let i = 0; i <= word.length; i += 1) {
    const first = middle
    middle = last
    last = i === word.length ? 2 : word.charCodeAt(i)
    if (size === 3 && i === 0) continue
    const mixed = size === 3 ? (first << 14) ^ (middle << 7) ^ last : (middle << 7) ^ last ^ 0x5555555
    const gram = Math.imul(mixed, 0x9e3779b1) >>> (32 - GRAM_BITS)
    if (!grams.includes(gram)) grams.push(gram)
  }
  return grams
}

/** One gram for all words of the same letters: swapped letters leave a short word none of its own grams. */
function toAnagramGram(word: string): number {
  let sum = word.length
  for (let i = 0; i < word.length; i += 1) sum = (sum + Math.imul(word.charCodeAt(i) ^ 0x51ed270b, 0x9e3779b1)) | 0
  return (1 << GRAM_BITS) + (Math.imul(sum, 0x85ebca6b) >>> (32 - GRAM_BITS))
}

/** How many slips two words may lie apart and still be one: none in short words, where another word is soon met. */
function mostSlips(a: string, b: string): number {
  const shortest = Math.min(a.length, b.length)
  if (shortest < 4) return shortest === 3 && Math.max(a.length, b.length) === 4 ? 1 : 0
  return shortest < 6 ? 1 : shortest < 12 ? 2 : 3
}

function countSharedStart(a: string, b: string): number {
  let count = 0
  while (count < a.length && count < b.length && a.charCodeAt(count) === b.charCodeAt(count)) count += 1
  return count
}

/** Shared 3-grams of two words against all of theirs (Dice), 0..1. */
function countSharedGrams(a: string, b: string): number {
  const left = listGrams(a, 3)
  const right = listGrams(b, 3)
  let shared = 0
  for (const gram of left) if (right.includes(gram)) shared += 1
  return (2 * shared) / (left.length + right.length)
}

/** Element `index`, which the caller knows to be there. */
function at(values: { readonly [index: number]: number | undefined }, index: number): number {
  return values[index] as number
}

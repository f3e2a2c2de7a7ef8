/**
 * The words of many texts: which there are, how rare each is, and which look like a given one. Knows letters and
 * endings; knows neither meanings nor the order of words. All texts are normalised (`normaliseTerm`).
 */
import { isSameStem } from './stems.ts'
import { countSharedStart, toSound, toWordDistance } from './word-distance.ts'
import { WordNumbers } from './word-numbers.ts'

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
const MOST_COMPARED = 128
const MOST_NEAR = 14
const LOWEST_SIMILARITY = 0.4
/** Words of the same letters are always compared. */
const ANAGRAM_COUNT = 64
/** Verbatims repeat their words; the bound keeps a stream of odd ones from growing the table. */
const MOST_REMEMBERED = 50_000
/** Words that begin alike may be one in another form. */
const SHARED_START = 4
const SHORTEST_CODE = 4

export class Vocabulary {
  readonly words: readonly string[]
  /** Per word, the texts that hold it. */
  readonly frequencies: Int32Array
  readonly textCount: number
  readonly #numbers = new Map<string, number>()
  readonly #grams: Grams
  /** The words in the order of their letters. */
  readonly #sorted: readonly string[]
  readonly #sounds: (string | undefined)[] = []
  readonly #near = new Map<string, readonly NearWord[]>()
  // Scratch: zero between look-ups.
  readonly #counts: Uint8Array

  private constructor(words: readonly string[], frequencies: Int32Array, textCount: number) {
    this.words = words
    for (let number = 0; number < words.length; number += 1) this.#numbers.set(words[number] as string, number)
    this.frequencies = frequencies
    this.textCount = textCount
    this.#grams = toGrams(this.words)
    this.#sorted = this.words.toSorted()
    this.#counts = new Uint8Array(this.words.length)
  }

  /** @returns the vocabulary, and the words of text i as `words[starts[i] .. starts[i + 1]]` */
  static build(keys: readonly string[]): { vocabulary: Vocabulary; words: Int32Array; starts: Int32Array } {
    const numbers = new WordNumbers()
    const starts = new Int32Array(keys.length + 1)
    let words = new Int32Array(Math.max(16, keys.length * 5))
    let length = 0
    for (let text = 0; text < keys.length; text += 1) {
      const key = keys[text] ?? ''
      for (let from = 0; from < key.length; ) {
        const number = numbers.take(key, from)
        if (length === words.length) {
          const larger = new Int32Array(words.length * 2)
          larger.set(words)
          words = larger
        }
        words[length] = number
        length += 1
        from = numbers.end + 1
      }
      starts[text + 1] = length
    }
    words = words.slice(0, length)
    const frequencies = new Int32Array(numbers.words.length)
    const lastText = new Int32Array(numbers.words.length).fill(-1)
    for (let text = 0; text < keys.length; text += 1) {
      for (let i = starts[text] as number; i < (starts[text + 1] as number); i += 1) {
        const word = words[i] as number
        if (lastText[word] !== text) frequencies[word] = (frequencies[word] as number) + 1
        lastText[word] = text
      }
    }
    return { vocabulary: new Vocabulary(numbers.words, frequencies, keys.length), words, starts }
  }

  /** The number of a normalised word; -1 for one that no text holds. */
  findWord(word: string): number {
    return this.#numbers.get(word) ?? -1
  }

  /** How much a word says, 0..1: its inverse document frequency against that of a word of one text. */
  toWeight(word: number): number {
    return Math.log(1 + this.textCount / Math.max(1, this.frequencies[word] as number)) / Math.log(1 + this.textCount)
  }

  /**
   * The words like a normalised one, the likest first, at most 14. A word that some text holds is never taken for a
   * misspelling of another: that may be another word of medicine.
   */
  listNear(word: string): readonly NearWord[] {
    const known = this.#near.get(word)
    if (known !== undefined) return known
    const itself = this.findWord(word)
    const near = itself === -1 ? this.#listMeant(word) : this.#listForms(word, itself)
    near.sort(
      (a, b) =>
        b.similarity - a.similarity ||
        (this.frequencies[b.word] as number) - (this.frequencies[a.word] as number) ||
        a.word - b.word,
    )
    if (near.length > MOST_NEAR) near.length = MOST_NEAR
    if (this.#near.size >= MOST_REMEMBERED) this.#near.clear()
    this.#near.set(word, near)
    return near
  }

  /** A known word, and those that begin like it. */
  #listForms(word: string, itself: number): NearWord[] {
    const near: NearWord[] = [{ word: itself, likeness: 'exact', similarity: 1 }]
    if (word.length < SHARED_START || /\d/.test(word)) return near
    const start = word.slice(0, Math.max(SHARED_START, Math.floor(word.length / 2)))
    for (let place = this.#findPlace(start); place < this.#sorted.length; place += 1) {
      const other = this.#sorted[place] as string
      if (!other.startsWith(start)) break
      if (other === word) continue
      const likeness = this.#compareForms(word, other)
      if (likeness !== undefined) near.push({ word: this.findWord(other), ...likeness })
    }
    return near
  }

  #compareForms(word: string, other: string): Pick<NearWord, 'likeness' | 'similarity'> | undefined {
    const shared = countSharedStart(word, other)
    if (isSameStem(word, other, shared)) return { likeness: 'stem', similarity: 0.95 }
    const similarity = (0.85 * shared) / Math.max(word.length, other.length)
    return shared < SHARED_START || similarity < LOWEST_SIMILARITY ? undefined : { likeness: 'related', similarity }
  }

  /** What an unknown word may be: another form, a misspelling, a shortened word, or a word that looks like it. */
  #listMeant(word: string): NearWord[] {
    if (word.length < 3 || /^[^\p{L}]/u.test(word)) return []
    if (/\p{N}/u.test(word)) return this.#listCodes(word)
    const near: NearWord[] = []
    const sound = toSound(word)
    const { words, counts } = this.#listSharing(word)
    for (let i = 0; i < words.length; i += 1) {
      const number = words[i] as number
      const like = this.#compare({ word, sound, grams: counts[i] as number }, this.words[number] as string, number)
      if (like !== undefined) near.push({ word: number, ...like })
    }
    this.#addLonger(word, near)
    return near
  }

  /** A name of letters and digits (MMP20), a letter of which was lost or mistaken; its digits say which one it is. */
  #listCodes(word: string): NearWord[] {
    if (word.length < SHORTEST_CODE) return []
    const digits = word.replace(/\P{N}+/gu, ' ').trim()
    return this.#listSharing(word).words.flatMap((number) => {
      const other = this.words[number] as string
      if (other.replace(/\P{N}+/gu, ' ').trim() !== digits || toWordDistance(word, other, 1) > 1) return []
      return [
        {
          word: number,
          likeness: 'spelling' as const,
          similarity: 1 - 1.1 / Math.max(word.length, other.length) - 0.02,
        },
      ]
    })
  }

  /** What a short unknown word may be cut from: words that begin with it, or with all of it but its ending. */
  #addLonger(word: string, near: NearWord[]): void {
    if (word.length > LONGEST_SHORT || word.length < SHARED_START) return
    const known = new Set(near.map((each) => each.word))
    const start = word.slice(0, Math.max(SHARED_START, word.length - 1))
    for (let place = this.#findPlace(start); place < this.#sorted.length; place += 1) {
      const other = this.#sorted[place] as string
      if (!other.startsWith(start)) break
      const number = this.findWord(other)
      if (known.has(number)) continue
      const form = this.#compareForms(word, other)
      if (form?.likeness === 'stem') near.push({ word: number, ...form })
      else if (other.startsWith(word))
        near.push({ word: number, likeness: 'shortened', similarity: toShortened(word, other) })
    }
  }

  #compare(
    { word, sound, grams }: { word: string; sound: string; grams: number },
    other: string,
    number: number,
  ): Pick<NearWord, 'likeness' | 'similarity'> | undefined {
    const longest = Math.max(word.length, other.length)
    const most = mostSlips(word, other)
    let slips = most === 0 ? 1 : toWordDistance(word, other, most)
    // What looked like a plural may be none: scabbies, rabbies.
    if (slips > 1 && word.endsWith('y') && other.endsWith('ies'))
      slips = toWordDistance(`${word.slice(0, -1)}ies`, other, most)
    const form = this.#compareForms(word, other)
    if (form?.likeness === 'stem' && slips > 1) return form
    if (slips <= most) {
      const share = sound === this.#soundOf(number) ? 0.5 : 1
      return { likeness: 'spelling', similarity: 1 - (share * slips * 1.1) / longest - 0.02 }
    }
    if (sound.length > 3 && sound === this.#soundOf(number)) return { likeness: 'spelling', similarity: 0.8 }
    if (other.startsWith(word)) return { likeness: 'shortened', similarity: toShortened(word, other) }
    const similarity = Math.max(form?.similarity ?? 0, grams * 0.85)
    return similarity < LOWEST_SIMILARITY ? undefined : { likeness: 'related', similarity }
  }

  /** The words that share the most grams with a word, each with how alike the two sets of grams are (Dice), 0..1. */
  #listSharing(word: string): { words: readonly number[]; counts: readonly number[] } {
    const { starts, postings } = this.#grams
    const counts = this.#counts
    const touched: number[] = []
    const size = word.length <= LONGEST_SHORT ? 2 : 3
    const anagram = toAnagramGram(word)
    for (let i = starts[anagram] as number; i < (starts[anagram + 1] as number); i += 1) {
      const other = postings[i] as number
      if ((this.words[other] as string).length !== word.length || counts[other] !== 0) continue
      touched.push(other)
      counts[other] = ANAGRAM_COUNT
    }
    forEachGram(word, size, (gram) => {
      const end = starts[gram + 1] as number
      for (let i = starts[gram] as number; i < end; i += 1) {
        const other = postings[i] as number
        if (counts[other] === 0) touched.push(other)
        counts[other] = (counts[other] as number) + 1
      }
    })
    // How many words share how many grams: the fewest that still make a word worth comparing follow from it.
    const own = size === 2 ? word.length + 1 : word.length
    const byCount = new Int32Array(ANAGRAM_COUNT * 4)
    for (const other of touched) byCount[counts[other] as number] = (byCount[counts[other] as number] as number) + 1
    const fewest = Math.max(2, Math.ceil(own * 0.22))
    let atLeast = byCount.length - 1
    for (let sum = 0; atLeast > fewest; atLeast -= 1) {
      sum += byCount[atLeast] as number
      if (sum > 0 && sum + (byCount[atLeast - 1] as number) > MOST_COMPARED) break
    }
    const words: number[] = []
    const shares: number[] = []
    for (const other of touched) {
      const count = counts[other] as number
      if (count >= atLeast) {
        words.push(other)
        const all = own + (this.words[other] as string).length + (size === 2 ? 1 : 0)
        shares.push(size === 2 ? 0 : Math.min(1, (2 * (count % ANAGRAM_COUNT)) / all))
      }
      counts[other] = 0
    }
    return { words, counts: shares }
  }

  /** The first place of the sorted words that does not come before a start. */
  #findPlace(start: string): number {
    let low = 0
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#sorted[middle] as string) < start) low = middle + 1
      else high = middle
    }
    return low
  }

  #soundOf(number: number): string {
    this.#sounds[number] ??= toSound(this.words[number] ?? '')
    return this.#sounds[number]
  }
}

function toShortened(word: string, other: string): number {
  return 0.45 + (0.4 * word.length) / other.length
}

interface Grams {
  readonly starts: Int32Array
  readonly postings: Int32Array
}

/** Which words hold a gram: 3-grams of all, and 2-grams of those that a short word can be meant by. */
function toGrams(words: readonly string[]): Grams {
  const starts = new Int32Array((2 << GRAM_BITS) + 1)
  let word = 0
  const count = (gram: number): void => {
    starts[gram + 1] = (starts[gram + 1] as number) + 1
  }
  for (word = 0; word < words.length; word += 1) forEachIndexed(words[word] as string, count)
  for (let gram = 1; gram < starts.length; gram += 1)
    starts[gram] = (starts[gram] as number) + (starts[gram - 1] as number)
  const postings = new Int32Array(starts[starts.length - 1] as number)
  const places = starts.slice()
  const place = (gram: number): void => {
    postings[places[gram] as number] = word
    places[gram] = (places[gram] as number) + 1
  }
  for (word = 0; word < words.length; word += 1) forEachIndexed(words[word] as string, place)
  return { starts, postings }
}

function forEachIndexed(word: string, use: (gram: number) => void): void {
  if (word.length < 3) return
  use(toAnagramGram(word))
  forEachGram(word, 3, use)
  if (word.length <= LONGEST_SHORT + 2) forEachGram(word, 2, use)
}

/** The grams of a word with a mark before and behind it, hashed; one that it has twice is used twice. */
function forEachGram(word: string, size: 2 | 3, use: (gram: number) => void): void {
  let middle = 0
  let last = 1
  for (let i = 0; i <= word.length; i += 1) {
    const first = middle
    middle = last
    last = i === word.length ? 2 : word.charCodeAt(i)
    if (size === 3 && i === 0) continue
    const mixed = size === 3 ? (first << 14) ^ (middle << 7) ^ last : (middle << 7) ^ last ^ 0x5555555
    use(Math.imul(mixed, 0x9e3779b1) >>> (32 - GRAM_BITS))
  }
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

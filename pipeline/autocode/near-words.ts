/**
 * Which words of a dictionary a verbatim's word may stand for: by spelling, by the lexicon's equivalences and directions,
 * and by what the dictionary's own synonyms teach. Knows words; knows no term.
 */
import type { Direction, Lexicon } from '../../dictionaries/lexicon/lexicon.ts'
import { toWordGroups } from '../../dictionaries/lexicon/word-groups.ts'
import { normaliseTerm } from '../../dictionaries/text/normalise.ts'
import { isSameStem } from '../../dictionaries/text/stems.ts'
import type { Likeness, Vocabulary } from '../../dictionaries/text/vocabulary.ts'
import { countSharedStart, toWordDistance } from '../../dictionaries/text/word-distance.ts'

/** Likeness of letters, or of meaning: the lexicon says the same, the same direction, or the dictionary's synonyms suggest it. */
export type Nearness = Likeness | 'equivalent' | 'direction' | 'learned'

export interface Near {
  readonly word: number
  readonly nearness: Nearness
  readonly similarity: number
}

export interface OtherWord {
  readonly word: string
  readonly isOpposite: boolean
}

const EQUIVALENT = 0.94
/** A misspelling that the lexicon lists. */
const MISSPELT = 0.97
const SAME_DIRECTION = 0.9
/** Of two similarities that say about the same. */
const AS_NEAR = 0.03
const AS_NEAR_AS_A_FORM = 0.12
const MOST_SLIPS = 3
const MOST_REMEMBERED = 50_000
/** Words that only look alike are kept as long as they may be what was meant. */
const MOST_NEAR = 20

export class NearWords {
  readonly #vocabulary: Vocabulary
  readonly #lexicon: Lexicon
  /** Per word of the dictionary its direction; none for most. */
  readonly #directions = new Map<number, Direction>()
  readonly #wordsByDirection = new Map<Direction, number[]>()
  readonly #equivalents = new Map<string, readonly string[]>()
  /** What the lexicon knows to be a misspelling of what. */
  readonly #meant = new Map<string, string>()
  readonly #learned: ReadonlyMap<number, readonly { readonly word: number; readonly similarity: number }[]>
  readonly #near = new Map<string, readonly Near[]>()

  constructor(
    vocabulary: Vocabulary,
    lexicon: Lexicon,
    learned: ReadonlyMap<number, readonly { readonly word: number; readonly similarity: number }[]>,
  ) {
    this.#vocabulary = vocabulary
    this.#lexicon = lexicon
    this.#learned = learned
    for (const { phrase, direction, kind } of lexicon.tables.directions) {
      const word = kind === 'word' ? vocabulary.findWord(normaliseTerm(phrase)) : -1
      if (word === -1) continue
      this.#directions.set(word, direction)
      const same = this.#wordsByDirection.get(direction)
      if (same === undefined) this.#wordsByDirection.set(direction, [word])
      else if (!same.includes(word)) same.push(word)
    }
    for (const { word, sameAs, kind } of lexicon.tables.equivalences)
      if (kind === 'spelling') this.#meant.set(normaliseTerm(word), normaliseTerm(sameAs))
    for (const { words } of toWordGroups(lexicon.tables.equivalences).list()) {
      const keys = [...new Set(words.map(normaliseTerm))].filter((key) => !key.includes(' '))
      if (keys.length > 1) for (const key of keys) this.#equivalents.set(key, keys)
    }
  }

  directionOf(word: number): Direction | undefined {
    return this.#directions.get(word)
  }

  /** The likest first. `direction` is what the word says of a value, where it does. */
  list(key: string, direction?: Direction): readonly Near[] {
    const place = direction === undefined ? key : `${direction} ${key}`
    const known = this.#near.get(place)
    if (known !== undefined) return known
    const near = this.#find(key, direction)
    if (this.#near.size >= MOST_REMEMBERED) this.#near.clear()
    this.#near.set(place, near)
    return near
  }

  /**
   * Words of another meaning that a misspelt one is about as near to as to the one it was taken for: "chancer" is cancer
   * or chancre. `isOpposite`: the lexicon keeps both apart.
   */
  listOthers(key: string, word: number): readonly OtherWord[] {
    const near = this.#vocabulary.listNear(key)
    const taken = near.find((each) => each.word === word)
    if (taken === undefined) return []
    const name = this.#vocabulary.words[word] ?? ''
    const slips = toWordDistance(key, name, MOST_SLIPS)
    // Another form of an unknown word is a guess as well.
    const asNear = taken.likeness === 'stem' ? AS_NEAR_AS_A_FORM : AS_NEAR
    return near
      .filter(
        (each) =>
          each.word !== word &&
          each.likeness === 'spelling' &&
          (each.similarity > taken.similarity - asNear ||
            toWordDistance(key, this.#vocabulary.words[each.word] ?? '', MOST_SLIPS) <= slips),
      )
      .map((each) => this.#vocabulary.words[each.word] ?? '')
      .filter((other) => !this.#isSameMeaning(name, other))
      .map((other) => ({ word: other, isOpposite: this.#lexicon.findOpposition(name, other) !== undefined }))
  }

  #isSameMeaning(one: string, other: string): boolean {
    return (
      isSameStem(one, other, countSharedStart(one, other)) || (this.#equivalents.get(one)?.includes(other) ?? false)
    )
  }

  #find(key: string, direction: Direction | undefined): readonly Near[] {
    const best = new Map<number, Near>()
    const offer = (word: number, nearness: Nearness, similarity: number): void => {
      if (word !== -1 && similarity > (best.get(word)?.similarity ?? 0)) best.set(word, { word, nearness, similarity })
    }
    for (const { word, likeness, similarity } of this.#vocabulary.listNear(key)) {
      const isSame = likeness === 'exact' || likeness === 'stem'
      if (isSame || this.#lexicon.findOpposition(key, this.#vocabulary.words[word] ?? '') === undefined)
        offer(word, likeness, similarity)
    }
    const meant = this.#meant.get(key)
    if (meant !== undefined) offer(this.#vocabulary.findWord(meant), 'spelling', MISSPELT)
    for (const other of this.#equivalents.get(key) ?? [])
      offer(this.#vocabulary.findWord(other), 'equivalent', meant === undefined ? EQUIVALENT : EQUIVALENT * MISSPELT)
    // A misspelt word has the meanings of the word it is taken for; a bomb is none, and so is no womb.
    const first = [...best.values()].find(({ nearness }) => nearness === 'spelling' || nearness === 'stem')
    if (first !== undefined && !(first.nearness === 'spelling' && this.#lexicon.isWord(key)))
      for (const other of this.#equivalents.get(this.#vocabulary.words[first.word] ?? '') ?? [])
        offer(this.#vocabulary.findWord(other), 'equivalent', EQUIVALENT * first.similarity)
    for (const { word, similarity } of this.#learned.get(this.#vocabulary.findWord(key)) ?? [])
      offer(word, 'learned', similarity)
    if (direction !== undefined)
      for (const word of this.#wordsByDirection.get(direction) ?? []) offer(word, 'direction', SAME_DIRECTION)
    return [...best.values()]
      .sort((a, b) => b.similarity - a.similarity || a.word - b.word)
      .slice(0, MOST_NEAR + (direction === undefined ? 0 : 20))
  }
}

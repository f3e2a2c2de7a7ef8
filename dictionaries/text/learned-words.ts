/**
 * Words that a dictionary's own synonyms use for one another ("gum hypertrophy", "gingival hypertrophy"). Knows which
 * texts name one concept; knows no lexicon. What is learned proposes; nothing is coded by it.
 */

export interface LearnedWord {
  readonly word: number
  /** 0..1. */
  readonly similarity: number
}

/** Concepts with more names are lists of their own and teach little more. */
const MOST_NAMES = 12
const LONGEST_NAME = 8
/** One pair of synonyms may differ by chance. */
const FEWEST_CONCEPTS = 2
const LOWEST_SIMILARITY = 0.5

/**
 * Looks at each pair of names of a concept that differ in one word.
 * @param concepts the concept of each text, by number; texts of one concept stand together in no particular order
 * @returns per word the words that replaced it in at least two concepts, the likest first
 */
export function learnWords(
  { words, starts }: { readonly words: Int32Array; readonly starts: Int32Array },
  concepts: Int32Array,
  conceptCount: number,
): ReadonlyMap<number, readonly LearnedWord[]> {
  const { texts, firsts } = groupByConcept(concepts, conceptCount)
  const counts = new Map<number, number>()
  const lastConcepts = new Map<number, number>()
  const changes = new Map<number, number>()
  for (let concept = 0; concept < conceptCount; concept += 1) {
    const from = firsts[concept] as number
    const to = Math.min(firsts[concept + 1] as number, from + MOST_NAMES)
    for (let i = from; i < to; i += 1) {
      for (let j = i + 1; j < to; j += 1) {
        const pair = findDifference(words, starts, { one: texts[i] as number, other: texts[j] as number })
        // A concept teaches a pair once, however many of its names differ by it.
        if (pair === 0 || lastConcepts.get(pair) === concept) continue
        lastConcepts.set(pair, concept)
        counts.set(pair, (counts.get(pair) ?? 0) + 1)
      }
    }
  }
  for (const [pair, count] of counts) {
    const [left, right] = split(pair)
    changes.set(left, (changes.get(left) ?? 0) + count)
    changes.set(right, (changes.get(right) ?? 0) + count)
  }
  const learned = new Map<number, LearnedWord[]>()
  const add = (word: number, other: number, similarity: number): void => {
    const list = learned.get(word)
    if (list === undefined) learned.set(word, [{ word: other, similarity }])
    else list.push({ word: other, similarity })
  }
  for (const [pair, count] of counts) {
    if (count < FEWEST_CONCEPTS) continue
    const [left, right] = split(pair)
    // How much of what replaces either word is the other: fillers ("disease", "syndrome") change with everything.
    const share = count / Math.sqrt((changes.get(left) ?? 1) * (changes.get(right) ?? 1))
    const similarity = 0.45 + 0.45 * share * (1 - 1 / (count + 1))
    if (similarity < LOWEST_SIMILARITY) continue
    add(left, right, similarity)
    add(right, left, similarity)
  }
  for (const list of learned.values()) {
    list.sort((a, b) => b.similarity - a.similarity || a.word - b.word)
    list.length = Math.min(list.length, 6)
  }
  return learned
}

function groupByConcept(concepts: Int32Array, conceptCount: number): { texts: Int32Array; firsts: Int32Array } {
  const firsts = new Int32Array(conceptCount + 1)
  for (const concept of concepts) firsts[concept + 1] = (firsts[concept + 1] as number) + 1
  for (let i = 1; i <= conceptCount; i += 1) firsts[i] = (firsts[i] as number) + (firsts[i - 1] as number)
  const texts = new Int32Array(concepts.length)
  const places = firsts.slice()
  for (let text = 0; text < concepts.length; text += 1) {
    const concept = concepts[text] as number
    texts[places[concept] as number] = text
    places[concept] = (places[concept] as number) + 1
  }
  return { texts, firsts }
}

const PAIR = 0x4000000

function split(pair: number): readonly [number, number] {
  return [Math.floor(pair / PAIR), pair % PAIR]
}

/** The pair of words in which two texts differ, the smaller number first; 0 where they differ otherwise. */
function findDifference(
  words: Int32Array,
  starts: Int32Array,
  { one, other }: { readonly one: number; readonly other: number },
): number {
  const oneFrom = starts[one] as number
  const otherFrom = starts[other] as number
  const oneLength = (starts[one + 1] as number) - oneFrom
  const otherLength = (starts[other + 1] as number) - otherFrom
  if (oneLength !== otherLength || oneLength < 2 || oneLength > LONGEST_NAME) return 0
  let left = -1
  let right = -1
  // Words of both, in any order; at most one of each may be left over.
  for (let i = 0; i < oneLength; i += 1) {
    const word = words[oneFrom + i] as number
    if (holds(words, word, { from: otherFrom, length: otherLength })) continue
    if (left !== -1) return 0
    left = word
  }
  for (let i = 0; i < otherLength; i += 1) {
    const word = words[otherFrom + i] as number
    if (holds(words, word, { from: oneFrom, length: oneLength })) continue
    if (right !== -1) return 0
    right = word
  }
  if (left === -1 || right === -1) return 0
  return left < right ? left * PAIR + right : right * PAIR + left
}

function holds(words: Int32Array, word: number, { from, length }: { from: number; length: number }): boolean {
  for (let i = 0; i < length; i += 1) if (words[from + i] === word) return true
  return false
}

/**
 * Which words are words: what a verbatim spells so is no misspelling of another one, though the dictionary in use may not
 * hold it. Knows words and their concepts; knows no file.
 */
import { normaliseTerm } from '../text/normalise.ts'
import { toWordDistance } from '../text/word-distance.ts'

/** Names, each with what it stands for. */
export type Names = Iterable<{ readonly text: string; readonly concept: string }>

const SHORTEST = 4
/** A letter or two of a word that names of the same concepts have so many times as often: it is misspelt in one of them. */
const MOST_SLIPS = 2
const RARER = 3

/**
 * The words of names, normalised, in their order; without numbers, and without what stands only beside a much more usual
 * word of nearly the same letters, since dictionaries of what sites write hold their misspellings too.
 */
export function toKnownWords(names: Names): readonly string[] {
  const conceptsByWord = new Map<string, Set<string>>()
  const wordsByConcept = new Map<string, Set<string>>()
  for (const { text, concept } of names) {
    for (const word of normaliseTerm(text).split(' ')) {
      if (word.length < SHORTEST || !/^[a-z]+$/.test(word)) continue
      addTo(conceptsByWord, word, concept)
      addTo(wordsByConcept, concept, word)
    }
  }
  const isMisspelt = (word: string, concepts: ReadonlySet<string>): boolean => {
    const sets = [...concepts].flatMap((concept) => wordsByConcept.get(concept) ?? [])
    return [...(sets[0] ?? [])].some(
      (other) =>
        other !== word &&
        (conceptsByWord.get(other)?.size ?? 0) >= RARER * concepts.size &&
        sets.every((words) => words.has(other)) &&
        toWordDistance(word, other, MOST_SLIPS) <= MOST_SLIPS,
    )
  }
  return [...conceptsByWord].flatMap(([word, concepts]) => (isMisspelt(word, concepts) ? [] : [word])).sort()
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  const known = sets.get(key)
  if (known === undefined) sets.set(key, new Set([value]))
  else known.add(value)
}

const COMMENT = '#'

/** The file `words.txt`: a word a line. */
export function toWordsFile(words: readonly string[]): string {
  return `${COMMENT} Words that are words: npm run lexicon:words writes them from the names of OpenAE.\n${words.join('\n')}\n`
}

export function parseWordsFile(bytes: Uint8Array): readonly string[] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  return text.split('\n').filter((line) => line !== '' && !line.startsWith(COMMENT))
}

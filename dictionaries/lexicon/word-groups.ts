/** Words of one meaning, joined by the equivalences. Knows rows and keys; knows no language. */
import { normaliseTerm } from '../text/normalise.ts'
import type { Equivalence } from './lexicon.ts'

export interface WordGroups {
  /** The match key that all words of a group share: that of the word which no row explains by another. */
  readonly toCommonKey: (phrase: string) => string
  /** Groups of two words or more: the words as written, first mention first, with the rows that join them. */
  list(): readonly WordGroup[]
  /** A row whose left side leads back to itself. */
  readonly circular: readonly Equivalence[]
}

export interface WordGroup {
  readonly common: string
  readonly words: readonly string[]
  readonly rows: readonly Equivalence[]
}

/**
 * Equivalence holds in both directions and over several rows: nephric = renal and renal = kidney make one group whose
 * common key is "kidney". Each word stands once on the left, so that the way to the common word is one.
 */
export function toWordGroups(rows: readonly Equivalence[]): WordGroups {
  const next = new Map<string, string>()
  const circular: Equivalence[] = []
  const follow = (phrase: string): string => {
    let key = normaliseTerm(phrase)
    for (let onward = next.get(key); onward !== undefined; onward = next.get(key)) key = onward
    return key
  }
  for (const row of rows) {
    const word = normaliseTerm(row.word)
    if (follow(row.sameAs) === word) circular.push(row)
    else if (!next.has(word)) next.set(word, normaliseTerm(row.sameAs))
  }
  const list = (): readonly WordGroup[] =>
    [...Map.groupBy(rows, (row) => follow(row.sameAs))].map(([common, joined]) => ({
      common,
      words: [...new Set(joined.flatMap((row) => [row.word, row.sameAs]))],
      rows: joined,
    }))
  return { toCommonKey: follow, list, circular }
}

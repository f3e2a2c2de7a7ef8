/** Which phrases are kept apart. Knows pairs of words, beginnings and endings; knows nothing of what they mean. */
import { foldVerbatim } from '../text/fold.ts'
import { normaliseTerm } from '../text/normalise.ts'
import { toAmericanSpelling } from '../text/spelling.ts'
import type { OppositeKind, OppositePair } from './lexicon.ts'

/** Finds the row that keeps two phrases apart. Both are compared by their match keys. */
export interface Opposites {
  readonly find: (left: string, right: string) => OppositePair | undefined
}

/** What is left of a word beside a beginning or ending; shorter remainders are chance (in-ion, an-ion). */
const SHORTEST_REST = 3

/**
 * Two phrases are opposites when a pair of kind `word` makes them up, or when they differ, beside words that both
 * hold, in a word of the left and a word of the right one that are opposites: by such a pair, or with the same rest
 * behind (`prefix`) or before (`suffix`) a pair. "Low blood pressure" and "high blood pressure" are; "low mood" and
 * "depression" are not.
 */
export function toOpposites(pairs: readonly OppositePair[]): Opposites {
  const pairByKey: Readonly<Record<OppositeKind, Map<string, OppositePair>>> = {
    word: new Map(),
    prefix: new Map(),
    suffix: new Map(),
  }
  for (const pair of pairs) {
    const toKey = pair.kind === 'word' ? normaliseTerm : toAffixKey
    pairByKey[pair.kind].set(toPairKey(toKey(pair.one), toKey(pair.other)), pair)
  }
  const findForWords = (left: string, right: string): OppositePair | undefined =>
    pairByKey.word.get(toPairKey(left, right)) ??
    listBeginnings(left, right)
      .map((key) => pairByKey.prefix.get(key))
      .find(isThere) ??
    listEndings(left, right)
      .map((key) => pairByKey.suffix.get(key))
      .find(isThere)
  return { find: (left, right) => findForPhrases(normaliseTerm(left), normaliseTerm(right), findForWords) }
}

function isThere(pair: OppositePair | undefined): pair is OppositePair {
  return pair !== undefined
}

/** American as the words themselves, but no singular: "trans" is none of several "tran". */
function toAffixKey(affix: string): string {
  return toAmericanSpelling(foldVerbatim(affix))
}

/** One key for both orders. */
export function toPairKey(one: string, other: string): string {
  return one < other ? `${one}\t${other}` : `${other}\t${one}`
}

function findForPhrases(
  left: string,
  right: string,
  findForWords: (left: string, right: string) => OppositePair | undefined,
): OppositePair | undefined {
  const whole = findForWords(left, right)
  if (whole !== undefined) return whole
  const [leftWords, rightWords] = [left.split(' '), right.split(' ')]
  for (const leftWord of leftWords.filter((word) => !holdsWord(rightWords, word))) {
    for (const rightWord of rightWords.filter((word) => !holdsWord(leftWords, word))) {
      const pair = findForWords(leftWord, rightWord)
      if (pair !== undefined) return pair
    }
  }
  return undefined
}

/** What stands before an equal rest of two words, for every length of the rest that is long enough. */
function listBeginnings(left: string, right: string): readonly string[] {
  const keys: string[] = []
  const longest = Math.min(left.length, right.length)
  for (let rest = 1; rest <= longest && left.at(-rest) === right.at(-rest); rest += 1) {
    if (rest >= SHORTEST_REST) keys.push(toPairKey(left.slice(0, -rest), right.slice(0, -rest)))
  }
  return keys
}

/** What stands behind an equal rest of two words, for every length of the rest that is long enough. */
function listEndings(left: string, right: string): readonly string[] {
  const keys: string[] = []
  const longest = Math.min(left.length, right.length)
  for (let rest = 1; rest <= longest && left[rest - 1] === right[rest - 1]; rest += 1) {
    if (rest >= SHORTEST_REST) keys.push(toPairKey(left.slice(rest), right.slice(rest)))
  }
  return keys
}

/** Also as two words: "gall bladder" holds gallbladder, which is no opposite of the bladder in it. */
function holdsWord(words: readonly string[], word: string): boolean {
  return words.some((own, index) => own === word || (index > 0 && `${words[index - 1]}${own}` === word))
}

/** Tokens of a text with their places in it. Knows what separates words; knows nothing of what they mean. */
import { foldVerbatim } from './fold.ts'

/** One word, number or sign. `start` and `end` (exclusive) are UTF-16 indices into the original text. */
export interface Token {
  /** Folded; inner apostrophes and decimal points are kept. */
  readonly text: string
  readonly start: number
  readonly end: number
}

// A dot, comma, colon or slash between digits belongs to the number: 38.5, 1,000, 120/80.
const NUMBER_JOINT = String.raw`(?<=\p{N})[.,:/](?=\p{N})`
const LETTERS = String.raw`[\p{L}\p{M}\p{N}]+`
/** Signs that a site uses to say something: +, %, #, <, >, =, ?, ^ and arrows, among other symbols. */
const SIGN = String.raw`[%#?^]|(?![©®™])[\p{Sm}\p{Sc}\p{So}]`
const INITIALS = String.raw`(?<![\p{L}\p{N}])\p{L}(?:\.\p{L})+(?![\p{L}\p{N}])`
const APOSTROPHE = `['’‘ʼ′]`

/** A word or number without its apostrophes, or a sign. */
export const WORD_OR_SIGN = new RegExp(`${LETTERS}(?:${NUMBER_JOINT}${LETTERS})*|${SIGN}`, 'gu')
const TOKEN = new RegExp(
  `${INITIALS}|${LETTERS}(?:(?:${NUMBER_JOINT}|${APOSTROPHE}(?=\\p{L}))${LETTERS})*|${SIGN}`,
  'gu',
)

/**
 * The words, numbers and meaningful signs of a text, in order. Hyphens, brackets and other punctuation part tokens
 * and belong to none. `text.slice(token.start, token.end)` is what was written.
 */
export function toTokens(text: string): readonly Token[] {
  const tokens: Token[] = []
  for (const match of text.matchAll(TOKEN)) {
    tokens.push({ text: foldVerbatim(match[0]), start: match.index, end: match.index + match[0].length })
  }
  return tokens
}

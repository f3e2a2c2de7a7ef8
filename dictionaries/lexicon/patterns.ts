/**
 * Keys and patterns of the lexicon. Knows how a phrase is compared; knows no table.
 *
 * Words are compared by their match key (`normaliseTerm`). Abbreviations, qualifiers and directions are compared by
 * their mark key, since there a slash, a plus or an arrow is what they say.
 */
import { foldVerbatim } from '../text/fold.ts'

/** A number as sites write it: 3, 1.5, 1/2, 3-5, 10,000. */
const NUMBER = String.raw`\d+(?:[.,:/-]\d+)*`
const WORD = String.raw`[\p{L}\p{N}][\p{L}\p{N}'-]*`
/** All that a regular expression reads as its own, but for the placeholder `*`. */
const SPECIAL = /[\\^$.|?+()[\]{}/]/g

/** Nothing that the rules of `toMarkKey` look for. */
const PLAIN = /^[a-z0-9 ]*$/

/**
 * Folds, then: typographic hyphens and apostrophes as ASCII ones, a hyphen beside a letter as a blank ("new-onset"),
 * no dots in initials (S.O.B.) or behind a word (abd.), no blanks around a slash between words. Idempotent.
 */
export function toMarkKey(text: string): string {
  const folded = foldVerbatim(text)
  if (PLAIN.test(folded)) return folded
  return folded
    .replace(/[‐‑‒–—−]/g, '-')
    .replace(/[’‘ʼ′]/g, "'")
    .replace(/(?<![\p{L}\p{N}])\p{L}(?:\.\p{L})+(?![\p{L}\p{N}])/gu, (initials) => initials.replaceAll('.', ''))
    .replace(/(?<=[\p{L}\p{N}])\.(?=\s|$)/gu, '')
    .replace(/(?<=\p{L})-(?=[\p{L}\p{N}#*])|(?<=[\p{N}#])-(?=\p{L})/gu, ' ')
    .replace(/(?<=[\p{L}\p{N}]) \/ (?=[\p{L}\p{N}])/gu, '/')
}

/** Whether a phrase holds a placeholder: `#` a number in digits, `*` one word. */
export function isPattern(phrase: string): boolean {
  return /[#*]/.test(phrase)
}

/**
 * Where a phrase fits in a text that went through `toMarkKey`, for `matchAll`. Blanks of the phrase are optional beside
 * a number (`x # d` fits "x3d"). Where the phrase begins or ends with a letter or number, no further one may stand
 * there, nor the rest of a decimal.
 */
export function toPattern(phrase: string): RegExp {
  const key = toMarkKey(phrase)
  const start = /^[\p{L}\p{N}#*]/u.test(key) ? String.raw`(?<![\p{L}\p{N}]|\d[.,/])` : ''
  const end = /[\p{L}\p{N}#*]$/u.test(key) ? String.raw`(?![\p{L}\p{N}]|[.,/]\d)` : ''
  return new RegExp(`${start}(?:${toSource(key)})${end}`, 'gu')
}

/** Fits a text that went through `toMarkKey` as a whole, for `test`. */
export function toWholePattern(phrase: string): RegExp {
  return new RegExp(`^(?:${toSource(toMarkKey(phrase))})$`, 'u')
}

function toSource(key: string): string {
  return key
    .replace(SPECIAL, String.raw`\$&`)
    .replaceAll('*', WORD)
    .replace(/( ?)#( ?)/g, (_, before: string, after: string) => toOptional(before) + NUMBER + toOptional(after))
}

function toOptional(blank: string): string {
  return blank === '' ? '' : ' ?'
}

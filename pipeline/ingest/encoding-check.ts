/** Whether texts that were read in an encoding look as if they had been written in it. Knows characters only. */

/** Signs that stand within no word, and before one only where another encoding has a letter there. */
const SIGN_WITHIN =
  /\p{L}[\u00a1-\u00b6\u00b8-\u00bf\u00d7\u00f7\u2020-\u2026\u2030\u2039\u203a\u20ac\u2122\u2200-\u22ff]\p{L}/u
const SIGN_BEFORE = /^[\u00a2-\u00a6\u00b2\u00b3\u00b9\u00bc-\u00be]\p{L}/u
/** Capitals stand at the beginning of a word, or all of it is in capitals. */
const CAPITAL_WITHIN = /\p{Ll}[\u00c0-\u00de]/u
/** No word of a Latin alphabet has so many letters with marks in a row; words of other scripts have nothing else. */
const MARKED_IN_A_ROW = /(?=[^\0-\x7f]{0,3}\p{L})[^\0-\x7f]{4}/u

const WRONG = [SIGN_WITHIN, SIGN_BEFORE, CAPITAL_WITHIN, MARKED_IN_A_ROW]

/** Share of the words with other characters than ASCII that may look wrong. */
const TOLERATED = 0.2

/** Whether texts read as windows-1252, ISO 8859-15 or Macintosh are words of a western language. */
export function isWestern(texts: Iterable<string>): boolean {
  let [words, wrong] = [0, 0]
  for (const text of texts)
    for (const word of text.split(/[\s,;/|]+/)) {
      if (isAsciiOnly(word)) continue
      words++
      if (WRONG.some((pattern) => pattern.test(word))) wrong++
    }
  return wrong <= words * TOLERATED
}

/** Whether texts read as Shift_JIS hold Japanese alone. Half-width katakana are what texts in other encodings turn to. */
export function isJapanese(texts: Iterable<string>): boolean {
  for (const text of texts)
    if (
      /[^\0-\x7f\p{Script=Han}\p{Script=Hiragana}\u3000-\u303f\u30a0-\u30ff\uff01-\uff60\u2000-\u26ff\xa0-\xff]/u.test(
        text,
      )
    )
      return false
  return true
}

function isAsciiOnly(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text)
}

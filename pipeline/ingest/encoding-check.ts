/**
 * Whether texts that were read in an encoding look as if they had been written in it: bytes taken for another encoding's
 * put signs and capitals into words ("cafÈ", "‹belkeit"). Knows characters; knows nothing of bytes or files.
 */

/** Signs that stand within no word, and before one only where another encoding has a letter there. */
const SIGN_WITHIN =
  /\p{L}[\u00a1-\u00b6\u00b8-\u00bf\u00d7\u00f7\u2020-\u2026\u2030\u2039\u203a\u20ac\u2122\u2200-\u22ff]\p{L}/u
const SIGN_BEFORE = /^[\u00a2-\u00a6\u00b2\u00b3\u00b9\u00bc-\u00be\u2039]\p{L}/u
/** Capitals stand at the beginning of a word, or all of it is in capitals. */
const CAPITAL_WITHIN = /\p{Ll}[\u00c0-\u00deŒŠŽŸ]/u
/** No word of a Latin alphabet has so many letters with marks in a row; words of other scripts have nothing else. */
const MARKED_IN_A_ROW = /(?=[^\0-\x7f]{0,3}\p{L})[^\0-\x7f]{4}/u

const WRONG = [SIGN_WITHIN, SIGN_BEFORE, CAPITAL_WITHIN, MARKED_IN_A_ROW]

/** The bytes of a UTF-8 letter, taken for windows-1252 ("Ã¼", "â€™") or Mac Roman ("√º", "‚Ä"). */
const UTF8_LETTER = /[ÂÃ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€|[√¬][^\0-\x7f]|‚Ä/u

/** Share of the words with other characters than ASCII that may look wrong. */
const TOLERATED = 0.2

/** Half-width katakana, for one, are what texts in other encodings turn to. */
const NOT_JAPANESE =
  /[^\0-\x7f\p{Script=Han}\p{Script=Hiragana}\u3000-\u303f\u30a0-\u30ff\uff01-\uff60\u2000-\u26ff\xa0-\xff]/u

/** Sees the texts of a file that was read in an encoding which nothing states. */
export class EncodingCheck {
  /** Words that look wrong for a western language. */
  wrong = 0
  #words = 0
  #isUtf8Within = false
  #isJapanese = true

  see(text: string): void {
    if (isAsciiOnly(text)) return
    this.#isJapanese &&= !NOT_JAPANESE.test(text)
    for (const word of text.split(/[\s,;/|]+/)) {
      if (isAsciiOnly(word)) continue
      if (UTF8_LETTER.test(word)) {
        this.#isUtf8Within = true
        continue
      }
      this.#words++
      if (WRONG.some((pattern) => pattern.test(word))) this.wrong++
    }
  }

  /** Whether texts read as windows-1252, ISO 8859-15 or Macintosh are words of a western language. */
  get isWestern(): boolean {
    return this.wrong <= this.#words * TOLERATED && !(this.#isUtf8Within && this.#words === 0)
  }

  /** Whether western words stand beside letters that are UTF-8: no encoding reads both rightly. */
  get isMixed(): boolean {
    return this.#isUtf8Within && this.#words > 0 && this.isWestern
  }

  /** Whether texts read as Shift_JIS hold Japanese alone. */
  get isJapanese(): boolean {
    return this.#isJapanese
  }
}

/** A few distinct words that are not all ASCII, for a person to judge. */
export function listMarkedWords(rows: Iterable<readonly string[]>, most: number): string[] {
  const words = new Set<string>()
  for (const row of rows)
    for (const text of row)
      for (const [word] of text.matchAll(/\p{L}*[^\0-\x7f][\p{L}\p{M}]*/gu)) {
        if (word.length > 1) words.add(word)
        if (words.size === most) return [...words]
      }
  return [...words]
}

function isAsciiOnly(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text)
}

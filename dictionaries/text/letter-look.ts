/**
 * One look at the letters of a text, to spare most texts the rules for words. Knows ASCII letters and which three of
 * them to look out for; knows no rule.
 */

/**
 * `plain`: words of ASCII letters and digits with single blanks between them, and none of the signs; `signs`: such words
 * with a sign in one of them; `other`: anything else.
 */
export type Look = 'plain' | 'signs' | 'other'

const BITS = 5
const WINDOW = (1 << (3 * BITS)) - 1
const DIGIT = 27
const BLANK = 28
/** By ASCII code: 1..26 for a letter of either case, `DIGIT`, `BLANK`; 0 for all else. */
const CLASSES = Uint8Array.from({ length: 128 }, (_, code) => {
  const letter = (code | 32) - 96
  if (code >= 65 && letter >= 1 && letter <= 26) return letter
  return code >= 48 && code <= 57 ? DIGIT : code === 32 ? BLANK : 0
})

/** @param signs one to three lower-case letters each, a blank for an end of a word: `s ` is a word that ends in s */
export function toLook(signs: readonly string[]): (text: string) => Look {
  /** By the classes of the last three characters. */
  const isSign = new Uint8Array(WINDOW + 1)
  for (const sign of signs) {
    let code = 0
    for (let i = 0; i < sign.length; i += 1) code = (code << BITS) | (CLASSES[sign.charCodeAt(i)] as number)
    const known = (1 << (sign.length * BITS)) - 1
    for (let window = code; window <= WINDOW; window += known + 1) isSign[window] = 1
  }
  return (text) => {
    let window = BLANK
    let found = 0
    for (let i = 0; i < text.length; i += 1) {
      const letter = CLASSES[text.charCodeAt(i)]
      if (!letter || (letter === BLANK && (window & 31) === BLANK)) return 'other'
      window = ((window << BITS) | letter) & WINDOW
      found |= isSign[window] as number
    }
    if ((window & 31) === BLANK) return 'other' // nothing, or a blank at the end
    found |= isSign[((window << BITS) | BLANK) & WINDOW] as number
    return found === 0 ? 'plain' : 'signs'
  }
}

/**
 * Whether a text in an encoding that nothing states reads as words: bytes taken for another encoding's put capitals and
 * signs into them ("cafÈ", "‹belkeit"). Knows Latin letters; knows nothing of bytes or files.
 */

/** Signs that may stand right behind a letter, and right before one. */
const BEHIND = '’”“–—…•·°²³®™»×ºª'
const BEFORE = '‘’“„–—…•·°«¿¡×±'

/** What no word has: a capital behind a small letter, or a sign beside a letter. Texts of one alphabet beside ASCII only. */
const ODD = new RegExp(
  `(?<=[a-z])(?=\\P{ASCII})\\p{Lu}|(?<=[A-Za-z])[^\\p{ASCII}\\p{L}\\p{M}\\s${BEHIND}]|[^\\p{ASCII}\\p{L}\\p{M}\\s${BEFORE}](?=[A-Za-z])`,
  'gu',
)

/** The bytes of a UTF-8 letter, taken for windows-1252 ("Ã¼", "â€™") or Mac Roman ("√º", "‚Ä"). */
const UTF8_LETTER = /[ÂÃ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€|[√¬]\P{ASCII}|‚Ä/u

const ACCENTED = /\p{L}*[^\p{ASCII}][\p{L}\p{M}]*/gu

/** Letters and signs that stand where no word has them. */
export function countOdd(text: string): number {
  return text.match(ODD)?.length ?? 0
}

/** Whether a text that was read as windows-1252 or Mac Roman holds letters of UTF-8. */
export function hasUtf8Letters(text: string): boolean {
  return UTF8_LETTER.test(text)
}

/** A few distinct words that are not all ASCII, for a person to judge. */
export function listAccented(rows: Iterable<readonly string[]>, most: number): string[] {
  const words = new Set<string>()
  for (const row of rows)
    for (const text of row)
      for (const [word] of text.matchAll(ACCENTED)) {
        if (word.length > 1) words.add(word)
        if (words.size === most) return [...words]
      }
  return [...words]
}

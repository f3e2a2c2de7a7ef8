/** Folding: the one spelling under which equal verbatims meet. Knows Unicode; knows no language and no medicine. */

/** Named in every term group's identity. Another rule is another version, beside this one. */
export const FOLD_VERSION = 1

// Not \s: that counts U+FEFF as white space and forgets U+0085.
const WHITE_SPACE = /\p{White_Space}+/gu
// ASCII words with single blanks between them: neither NFKC nor the white space rule could change them.
const PLAIN = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/

/**
 * NFKC, lower case, every run of Unicode white space (no-break spaces and line breaks among it) to one blank,
 * none at the ends. Nothing else: punctuation, spelling and accents stay.
 *
 * Frozen. Term groups are named by what this returns, so a change that alters one result would part stored
 * decisions from their terms: it needs a new function under a new version, and this one must stay.
 */
export function foldVerbatim(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase()
  // NFKC again: a few Greek capitals with marks have a lower case that composes once more.
  const lower = text.normalize('NFKC').toLowerCase().normalize('NFKC')
  return lower.replace(WHITE_SPACE, ' ').replace(/^ | $/g, '')
}

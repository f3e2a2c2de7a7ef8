/** The smallest parts of a verbatim that the lexicon speaks of, with their places. Knows characters only. */
import { foldVerbatim } from '../../dictionaries/text/fold.ts'
import { normaliseTerm } from '../../dictionaries/text/normalise.ts'

/** A run of letters, a number, or one sign. `start` and `end` (exclusive) are UTF-16 indices into the verbatim. */
export interface Atom {
  readonly kind: 'letters' | 'number' | 'sign'
  /** Of letters and numbers the match key (`normaliseTerm`), of a sign itself. */
  readonly key: string
  readonly start: number
  readonly end: number
  /** No blank and no hyphen stands between it and the atom before. */
  readonly isGlued: boolean
}

const INITIALS = String.raw`(?<![\p{L}\p{N}])\p{L}(?:\.\p{L})+(?![\p{L}\p{N}])`
const LETTERS = String.raw`[\p{L}\p{M}]+(?:['’‘ʼ′][\p{L}\p{M}]+)*`
/** 3, 1.5, 3-5, 10,000, 12:30; a slash parts two numbers, as in 8/10. */
const NUMBER = String.raw`\d+(?:[.,:-]\d+)*`
const ATOM = new RegExp(`(${INITIALS}|${LETTERS})|(${NUMBER})|[^\\s]`, 'gu')
/** The same for ASCII without a dot, several times as fast: most verbatims are. */
const PLAIN_ATOM = /([a-z]+(?:'[a-z]+)*)|(\d+(?:[,:-]\d+)*)|[^\s]/gi
const PLAIN_TEXT = /^[\x20-\x2d\x2f-\x7e]*$/
const HYPHEN = /^[-‐‑‒–—−]$/
/** Each hyphen that joins words or numbers: it is no sign of its own. */
const JOINS = /^[\p{L}\p{N}]$/u

/** The atoms of a text, in order. Dots behind words, apostrophes and hyphens between words belong to none. */
export function toAtoms(text: string): readonly Atom[] {
  const atoms: Atom[] = []
  let lastEnd = -1
  for (const match of text.matchAll(PLAIN_TEXT.test(text) ? PLAIN_ATOM : ATOM)) {
    const [found, letters, number] = match
    const start = match.index
    const end = start + found.length
    if (letters === undefined && number === undefined && isPunctuation(text, { found, start, end })) continue
    atoms.push({
      kind: letters !== undefined ? 'letters' : number !== undefined ? 'number' : 'sign',
      key: toKey(found, letters),
      start,
      end,
      isGlued: start === lastEnd,
    })
    lastEnd = end
  }
  return atoms
}

/** Keys of the atoms of a phrase. */
export function toAtomKeys(phrase: string): readonly string[] {
  // Most phrases of the lexicon are plain words, which need no looking for signs.
  if (PLAIN.test(phrase)) return phrase.split(' ').map((word) => normaliseTerm(word))
  return toAtoms(phrase).map(({ key }) => key)
}

const PLAIN = /^[a-z]+(?: [a-z]+)*$/i

function toKey(found: string, letters: string | undefined): string {
  if (letters === undefined) return HYPHEN.test(found) ? '-' : foldVerbatim(found)
  // A folded word may hold a blank (U+FDFA), which no key of one word can have.
  return normaliseTerm(letters).replaceAll(' ', '')
}

function isPunctuation(text: string, { found, start, end }: { found: string; start: number; end: number }): boolean {
  if (found === '.' || found === "'" || found === '"' || found === '’' || found === '‘' || found === '`') return true
  return HYPHEN.test(found) && JOINS.test(text.charAt(start - 1)) && JOINS.test(text.charAt(end))
}

/**
 * Words of a term that nobody is shown any more, e.g. the name of a subject that a site typed into it. What is a word, what
 * stands in its place, and when one may be hidden. Pure; what is hidden is known by salted hashes alone.
 */
import { foldVerbatim } from '../../dictionaries/text/fold.ts'
import { toSha256 } from '../../schemas/content-id.ts'
import { AecoderError } from '../../schemas/errors.ts'

/** Words of one term that one act hid. */
export interface Redaction {
  readonly salt: string
  /** The hash of each word (`toWordHash`). */
  readonly digests: readonly string[]
}

/** What stands for a letter of a hidden word. */
export const MASK = '█'
/** A longer row would tell a long name from others. */
const MASKED_AT_MOST = 8

// Format characters, such as a soft hyphen, part no word.
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}\p{Cf}]*/gu

/** The words of a text, folded, each once. "Anne-Marie" are two: either is hidden wherever it stands. */
export function listWords(text: string): string[] {
  return [...new Set((text.match(WORD) ?? []).map(foldWord))]
}

function foldWord(word: string): string {
  return foldVerbatim(word.replace(/\p{Cf}/gu, ''))
}

export function toWordHash(word: string, salt: string): string {
  return toSha256(`${salt}\n${word}`)
}

/** A text with the hidden words masked, and where a place in the text stands in it. */
export interface ShownText {
  readonly text: string
  /** @param index UTF-16 index into the original text */
  readonly shift: (index: number) => number
}

/** Masks the words of a text that redactions hide: as many █ as the word has letters, 8 at most. */
export function toShownText(text: string, redactions: readonly Redaction[]): ShownText {
  if (redactions.length === 0) return { text, shift: (index) => index }
  const masked: { start: number; end: number; length: number }[] = []
  const shown = text.replace(WORD, (word: string, start: number) => {
    if (!isHidden(foldWord(word), redactions)) return word
    const length = Math.min(MASKED_AT_MOST, word.match(/[\p{L}\p{N}]/gu)?.length ?? 0)
    masked.push({ start, end: start + word.length, length })
    return MASK.repeat(length)
  })
  return {
    text: shown,
    shift(index) {
      let moved = 0
      for (const { start, end, length } of masked) {
        if (index <= start) break
        // A place inside a hidden word is its end: it tells nothing of the word.
        if (index < end) return start + moved + length
        moved += length - (end - start)
      }
      return index + moved
    },
  }
}

/** A verbatim, or another text about its term, as people are shown it. */
export function toShown(text: string, redactions: readonly Redaction[]): string {
  return redactions.length === 0 ? text : toShownText(text, redactions).text
}

function isHidden(word: string, redactions: readonly Redaction[]): boolean {
  return redactions.some(({ salt, digests }) => digests.includes(toWordHash(word, salt)))
}

/**
 * The words that an act newly hides.
 * @param words as they were typed; each may hold several
 * @returns them folded
 * @throws AecoderError DECISION_NOT_ALLOWED without a reason, for a word that the term does not hold, for words hidden already
 */
export function checkRedaction(
  verbatim: string,
  { words, reason, redactions }: { words: readonly string[]; reason: string | null; redactions: readonly Redaction[] },
): string[] {
  const where = `"${toShown(verbatim, redactions)}"`
  const refuse = (found: string, expected: string): never => {
    throw new AecoderError('DECISION_NOT_ALLOWED', { where, found, expected })
  }
  if (!reason?.trim()) refuse('words to be hidden without a reason', 'why nobody is to be shown them')
  const named = [...new Set(words.flatMap(listWords))]
  if (named.length === 0) refuse('no word to hide', 'one or more words of the term')
  const held = new Set(listWords(verbatim))
  const unknown = named.filter((word) => !held.has(word))
  if (unknown.length > 0)
    refuse(`the term does not hold ${unknown.map((word) => `"${word}"`).join(', ')}`, 'words of it')
  const fresh = named.filter((word) => !isHidden(word, redactions))
  if (fresh.length === 0) refuse('the words are hidden already', 'words that are still shown')
  return fresh
}

/** What is hidden in a study: whatever is shown of a term goes through here. */
export class Masks {
  readonly #byTerm: ReadonlyMap<string, readonly Redaction[]>

  /** @param byTerm redactions by the folded text of their term: the same text is the same term in every domain and dictionary */
  constructor(byTerm: ReadonlyMap<string, readonly Redaction[]>) {
    this.#byTerm = byTerm
  }

  /** Whether nothing is hidden: then every text is shown as it is. */
  get isEmpty(): boolean {
    return this.#byTerm.size === 0
  }

  /** The redactions of a term, given by any of its spellings. */
  find(verbatim: string): readonly Redaction[] {
    return this.isEmpty ? [] : (this.#byTerm.get(foldVerbatim(verbatim)) ?? [])
  }

  /** A verbatim as people are shown it. */
  toShown(verbatim: string): string {
    return toShown(verbatim, this.find(verbatim))
  }

  /**
   * Anything that is said of a term: masks the words hidden in it wherever they stand in members that hold words of people
   * or of the verbatim (`SAID`). Names and codes of the dictionary stay, so do ids and people. Places in the verbatim
   * (`start`, `end` beside a `text`) move with it.
   * @param term the term's text that such places point into
   */
  toShownAbout<T>(said: T, term: string): T {
    const redactions = this.find(term)
    return redactions.length === 0 ? said : (toShownValue(said, { redactions, term }) as T)
  }
}

/** Members that may hold words of a verbatim. A `text` beside a `code` is the dictionary's, and kept. */
const SAID: ReadonlySet<string> = new Set([
  'verbatim',
  'folded',
  'basedOn',
  'reason',
  'why',
  'text',
  'part',
  'partText',
  'parts',
  'siteQuery',
  'context',
  'value',
  'before',
  'after',
  'object',
])
/** Members that hold names of the dictionary only. */
const OF_DICTIONARY: ReadonlySet<string> = new Set(['path', 'missing'])

function toShownValue(
  value: unknown,
  { redactions, term, member }: { redactions: readonly Redaction[]; term: string; member?: string },
): unknown {
  if (typeof value === 'string') return member === undefined || SAID.has(member) ? toShown(value, redactions) : value
  if (Array.isArray(value))
    return value.map((each) => toShownValue(each, { redactions, term, ...(member ? { member } : {}) }))
  if (value === null || typeof value !== 'object') return value
  const isOfDictionary = 'code' in value
  const places = 'text' in value && 'start' in value && 'end' in value ? toShownText(term, redactions) : undefined
  return Object.fromEntries(
    Object.entries(value).map(([name, each]): [string, unknown] => {
      if (OF_DICTIONARY.has(name) || (name === 'text' && isOfDictionary)) return [name, each]
      if (places !== undefined && (name === 'start' || name === 'end') && typeof each === 'number')
        return [name, places.shift(each)]
      return [name, toShownValue(each, { redactions, term, member: name })]
    }),
  )
}

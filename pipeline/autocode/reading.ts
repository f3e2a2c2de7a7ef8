/**
 * The shape of a verbatim that was read: its words, how each came to stand there, and what it does beside the event. Knows
 * no text.
 */
import type {
  Direction,
  Lexicon,
  Qualifier,
  QualifierClass,
  QualifierEffect,
} from '../../dictionaries/lexicon/lexicon.ts'
import { normaliseTerm } from '../../dictionaries/text/normalise.ts'
import type { Atom } from './atoms.ts'
import { type Met, type PhraseTable, toGrounds } from './phrases.ts'

/** How a word came to stand in a reading. `respaced`: two words written as one, or one as two. */
export type Source = 'literal' | 'abbreviation' | 'paraphrase' | 'equivalent' | 'respaced'

/** What a word does beside the event. */
export type Part =
  | { readonly kind: 'content' }
  | { readonly kind: 'stop' }
  | {
      readonly kind: 'qualifier'
      readonly phrase: string
      readonly class: QualifierClass
      readonly effect: QualifierEffect
      readonly grounds: string
    }
  | { readonly kind: 'direction'; readonly direction: Direction; readonly grounds: string }
  | { readonly kind: 'value' }
  /** A part of the body: where a term has no place for it, it may be left out. */
  | { readonly kind: 'site' }
  /**
   * What led to the event, came before it, or was done about it. `isNamed`: given as its cause ("due to"), and neither a
   * treatment nor a word of the trial: an event with a cause may have a term of its own.
   */
  | { readonly kind: 'cause'; readonly isNamed: boolean }
  | { readonly kind: 'medicine' | 'procedure'; readonly grounds: string }

export interface ReadWord {
  /** Normalised. */
  readonly key: string
  /** Where it stands in the verbatim, UTF-16; words of one phrase share its place. */
  readonly start: number
  readonly end: number
  readonly source: Source
  readonly part: Part
  /** The rows it rests on. */
  readonly grounds?: string
  /** One of several readings, and nothing tells which. */
  readonly isUnsure?: true
}

export interface Reading {
  readonly words: readonly ReadWord[]
}

/** A verbatim, read. */
export interface VerbatimReading {
  readonly atoms: readonly Atom[]
  /** All that the lexicon knows in it. */
  readonly met: readonly Met[]
  /** The likeliest first; at least one, which may be without words. */
  readonly readings: readonly Reading[]
}

export interface ReadingKnowledge {
  readonly lexicon: Lexicon
  readonly phrases: PhraseTable
  /** Whether a term of the dictionary holds the word. */
  readonly isKnown: (key: string) => boolean
  /** Whether a word of the dictionary may be meant by an unknown one. */
  readonly isMisspelt: (key: string) => boolean
}

/** A way to read some atoms. */
export interface Alternative {
  readonly from: number
  readonly to: number
  readonly words: readonly string[]
  readonly source: Source
  readonly grounds: string
  readonly isUnsure: boolean
}

/** What the parts of a verbatim are told by. */
export interface Seen {
  readonly atoms: readonly Atom[]
  readonly met: readonly Met[]
  readonly abbreviations: readonly Alternative[]
  readonly knowledge: ReadingKnowledge
}

export const CONTENT: Part = { kind: 'content' }
export const STOP: Part = { kind: 'stop' }
export const VALUE: Part = { kind: 'value' }
export const CAUSE: Part = { kind: 'cause', isNamed: false }
export const NAMED_CAUSE: Part = { kind: 'cause', isNamed: true }
export const SITE: Part = { kind: 'site' }

/** Says that something is not there. */
export function isNegation(part: Part): boolean {
  return (
    part.kind === 'qualifier' && part.class === 'certainty' && part.effect === 'keep' && !NOT_DENIED.has(part.phrase)
  )
}

const NOT_DENIED = new Set(['threatened', 'risk of'])

export function toQualifierPart(row: Qualifier): Part {
  return { kind: 'qualifier', phrase: row.phrase, class: row.class, effect: row.effect, grounds: toGrounds(row) }
}

/** A text as match keys of its words. */
export function toKeys(text: string): readonly string[] {
  return normaliseTerm(text).split(' ')
}

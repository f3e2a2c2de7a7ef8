/** Terms of a coding dictionary as the rest of the system sees them: code and text are always text. */

/** One node of a term's path, e.g. `{ level: 'PT', code: '42', text: 'Headache' }`. */
export interface PathNode {
  readonly level: string
  readonly code: string
  readonly text: string
}

/** From the broadest level to the assigned term, e.g. SOC, HLGT, HLT, PT, LLT. */
export type TermPath = readonly PathNode[]

/** What stands right above the term, such as its PT; the term itself where nothing does. */
export function findConceptNode(path: TermPath): PathNode | undefined {
  return path.at(-2) ?? path.at(-1)
}

/** The five levels of MedDRA and of dictionaries of its shape, broadest first. */
export const MEDDRA_LEVELS = ['SOC', 'HLGT', 'HLT', 'PT', 'LLT'] as const
export type MeddraLevel = (typeof MEDDRA_LEVELS)[number]

/** A dictionary as it is named in decisions, datasets and manifests. */
export interface DictionaryRef {
  readonly name: string
  readonly version: string
  /** Over the names and bytes of the files it was read from. */
  readonly sha256: string
}

/**
 * What a word of a verbatim is to a term. Matched: the same word (exact), another form of it (stem), misspelt or with a
 * blank too many or too few (spelling), by the lexicon (abbreviation, paraphrase, equivalent, direction), or only
 * perhaps (shortened, learned from the dictionary's synonyms, related: of like letters). Not matched: a qualifier, a
 * measured value, a circumstance, a part of the body that the term leaves open, a symptom of the diagnosis, a stop word, or
 * unexplained.
 */
export type TokenRole =
  | 'exact'
  | 'stem'
  | 'spelling'
  | 'abbreviation'
  | 'paraphrase'
  | 'equivalent'
  | 'direction'
  | 'shortened'
  | 'learned'
  | 'related'
  | 'qualifier'
  | 'value'
  | 'circumstance'
  | 'site'
  | 'symptom'
  | 'stop'
  | 'unexplained'

/** A word, number, sign or phrase of a verbatim. `start` and `end` (exclusive) are UTF-16 indices into the text given. */
export interface AlignedToken {
  readonly text: string
  readonly start: number
  readonly end: number
  readonly role: TokenRole
  /** The words of the term that it stands for, normalised. */
  readonly term?: string
  /** The row of the lexicon that it rests on: where, and why. */
  readonly grounds?: string
}

/** A verbatim beside a term: the explanation of a candidate. */
export interface Alignment {
  readonly tokens: readonly AlignedToken[]
  /** Words of the term that the verbatim does not hold, normalised; a light one ("unspecified") changes nothing. */
  readonly missing: readonly { readonly text: string; readonly isLight: boolean }[]
}

/** A term proposed for a verbatim, with the path that would be assigned. */
export interface Candidate {
  readonly path: TermPath
  /** 0..1: of the first candidate the probability that its concept is right; of others their share of the rest. */
  readonly confidence: number
  /** One sentence a reviewer can check by eye. */
  readonly why: string
  /** Word by word; none where a list or the whole text led to it. */
  readonly alignment?: Alignment
}

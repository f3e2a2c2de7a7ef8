/**
 * What a coding dictionary offers, whatever it was read from. Knows terms, paths and currency; knows no study, no
 * subject and no store.
 */

import type { DictionaryRef, MeddraLevel, TermPath } from '../schemas/terms.ts'
import type { StandardQuery } from './standard-queries.ts'

/** A lowest level term: what a verbatim is coded to. */
export interface Llt {
  readonly code: string
  readonly text: string
  readonly ptCode: string
  /** Only current terms may be assigned; the others are kept for what was coded with them. */
  readonly isCurrent: boolean
}

export interface SearchHit {
  readonly level: string
  readonly code: string
  readonly text: string
  /** False for a non-current LLT; terms of other levels are always current. */
  readonly isCurrent: boolean
  /**
   * From the SOC to the hit. Of a PT or LLT, the primary path; of an HLT or HLGT, which may have several, the first
   * by code.
   */
  readonly path: TermPath
}

export type SearchMode = 'exact' | 'begins' | 'contains'
export interface SearchOptions {
  readonly mode: SearchMode
  readonly limit: number
  /** One level instead of all five. */
  readonly level?: string
}

/** What the load found. A dictionary with damage has no report: its load stops. */
export interface IntegrityReport {
  /** Terms per level. */
  readonly counts: Readonly<Record<MeddraLevel, number>>
  readonly currentLlts: number
  readonly nonCurrentLlts: number
  /** One per PT. */
  readonly primaryPaths: number
  readonly secondaryPaths: number
  /** Active ones. */
  readonly standardQueries: number
  /** What is odd without being wrong, one sentence each. */
  readonly warnings: readonly string[]
}

/** That a term belongs to a standard query. */
export interface QueryMembership {
  readonly query: StandardQuery
  readonly scope: 'narrow' | 'broad'
}

export interface Dictionary {
  readonly ref: DictionaryRef
  /** As the release names it, e.g. English. */
  readonly language: string
  readonly report: IntegrityReport
  /** Every code of every level is a whole number that fits 32 bits and is written without leading zeros. */
  readonly hasNumericCodes: boolean
  readonly lltCount: number
  /**
   * LLTs in a stable order: by code, compared as text.
   * @throws RangeError outside 0..lltCount - 1
   */
  lltAt(index: number): Llt
  findLlt(code: string): Llt | undefined
  /** [SOC, HLGT, HLT, PT, LLT] by the PT's primary path. */
  findPath(lltCode: string): TermPath | undefined
  /** Every [SOC, HLGT, HLT, PT] of a PT, the primary one first, then by code; none for an unknown code. */
  listPaths(ptCode: string): readonly { readonly path: TermPath; readonly isPrimary: boolean }[]
  /** Every LLT of a PT, current or not, its own first, then by code; none for an unknown code. */
  listLlts(ptCode: string): readonly Llt[]
  /** Every LLT, current or not, whose folded name equals the text; by code. */
  listByFold(folded: string): readonly Llt[]
  /** Every LLT, current or not, whose normalised name equals the key; by code. */
  listByNormalised(key: string): readonly Llt[]
  /** Current LLTs that look like the text, most similar first; `score` is 0..1. The first call builds an index. */
  listCandidates(
    text: string,
    options: { readonly limit: number },
  ): readonly { readonly llt: Llt; readonly score: number }[]
  /**
   * Terms of all levels by their folded names: equal to the text, beginning with it, or holding it anywhere (then
   * those that begin with it come first). Within that by name, broader levels first. Nothing for an empty text.
   */
  search(text: string, options: SearchOptions): readonly SearchHit[]
  /** The standard queries (SMQs), by code; none where the release has none. */
  listQueries(): readonly StandardQuery[]
  /** The active standard queries that hold a PT or LLT itself, by their codes; not those above them. */
  listQueriesOf(code: string): readonly QueryMembership[]
  /** The current term this dictionary's makers propose for a non-current one. A proposal: MedDRA itself has none. */
  findProposedReplacement(lltCode: string): Llt | undefined
  /** The only sex a PT can occur in, where it is known to be specific. */
  findSex(ptCode: string): 'M' | 'F' | undefined
}

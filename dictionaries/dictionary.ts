/**
 * What a coding dictionary offers, whatever it was read from. Knows terms, paths and currency; knows no study, no
 * subject and no store.
 */

import type { DictionaryRef, PathNode, TermPath } from '../schemas/terms.ts'
import type { StandardQuery } from './meddra/standard-queries.ts'
import type { TermIndex } from './text/term-index.ts'

/** A name that a verbatim can be coded by: an LLT; a title or inclusion term of ICD-10-CM; a term or synonym of a list. */
export interface Term {
  /** The code that is assigned with it: an LLT's own; where names have none, their concept's. */
  readonly code: string
  readonly text: string
  /** What several terms are names of: the PT of an LLT; where names have no codes, the code itself. */
  readonly conceptCode: string
  /** Only current terms may be assigned; the others are kept for what was coded with them. */
  readonly isCurrent: boolean
}

/** A term that resembles a text. */
export interface SimilarTerm {
  readonly term: Term
  /** 0..1. */
  readonly score: number
  /** The entry of an index that led to it, where that is no name of it: a hint, never to be coded by. */
  readonly hint?: string
}

/**
 * Every text that leads to a code that can be assigned: the names of current terms, and hints. A concept is a number
 * here: names of one concept share it.
 */
export interface IndexedTexts {
  readonly texts: readonly string[]
  /** Per text. */
  readonly concepts: Int32Array
  /** One more than the largest number of a concept. */
  readonly conceptCount: number
  /** Over the normalised texts, by their places. */
  readonly index: TermIndex
  /** From this place on texts are names that another dictionary knows for the concept: borrowed-names.ts. */
  readonly borrowedFrom?: number
  /** The terms that a text leads to: itself, or of a hint those it leads to. */
  listTerms(text: number): readonly { readonly term: Term; readonly hint?: string }[]
}

/** A period of whole days, ISO 8601 dates, both included; an end that is left out is open. */
export interface Period {
  readonly from?: string
  readonly to?: string
}

/** Where a code can be assigned: what a dictionary knows against a subject or a day. */
export interface CodeLimits {
  /** The only sex it can occur in. */
  readonly sex?: 'M' | 'F'
  /** Whole years, both included. */
  readonly age?: { readonly from?: number; readonly to?: number }
  /** The periods in which it was valid and could be assigned; one day in one of them is enough. */
  readonly valid?: readonly Period[]
}

/** What an author says beside a code: inclusions, exclusions, what to code first. For people; no rule reads it. */
export interface CodeNote {
  readonly kind: 'includes' | 'excludes1' | 'excludes2' | 'code-first' | 'use-additional' | 'code-also' | 'note'
  readonly text: string
}

export interface SearchHit {
  readonly level: string
  readonly code: string
  readonly text: string
  /** False for a term that may not be assigned; nodes above the terms are always current. */
  readonly isCurrent: boolean
  /**
   * From the broadest level to the hit. Of a PT or LLT, the primary path; of an HLT or HLGT, which may have several, the
   * first by code.
   */
  readonly path: TermPath
}

/** `wildcard`: `*` for any text, `?` for one letter. `similar`: misspelt or in other words, terms only, best first. */
export const SEARCH_MODES = ['exact', 'begins', 'contains', 'wildcard', 'similar'] as const
export type SearchMode = (typeof SEARCH_MODES)[number]
export interface SearchOptions {
  readonly mode: SearchMode
  readonly limit: number
  /** One level instead of all. */
  readonly level?: string
}

/** What the load found. A dictionary with damage has no report: its load stops. */
export interface IntegrityReport {
  /** Nodes per level; a level of terms (LLT) counts its terms. */
  readonly counts: { readonly [level: string]: number }
  readonly currentTerms: number
  readonly nonCurrentTerms: number
  /** One per concept. */
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

/** A node of the hierarchy by its level and code: a PT and its LLT share their code. */
export type NodeName = Pick<PathNode, 'level' | 'code'>

/**
 * Concepts with their terms in a hierarchy of named levels. A concept is what is counted (a PT, an ICD code), a term a
 * name of it (an LLT, a title, a synonym).
 */
export interface Dictionary {
  readonly ref: DictionaryRef
  /** As the release names it, e.g. English. */
  readonly language: string
  /** Names of the levels, broadest first. */
  readonly levels: readonly string[]
  readonly report: IntegrityReport
  /** Every code of every level is a whole number that fits 32 bits and is written without leading zeros. */
  readonly hasNumericCodes: boolean
  /** The days this release speaks for, where its codes come and go by date. */
  readonly period?: Period
  readonly termCount: number
  /**
   * Terms in a stable order: by code, compared as text, then as the release has them.
   * @throws RangeError outside 0..termCount - 1
   */
  termAt(index: number): Term
  /** The term of a code; where several names share the code, its title. */
  findTerm(code: string): Term | undefined
  /** From the broadest level to the code, by the concept's primary path. */
  findPath(code: string): TermPath | undefined
  /** Every path to a concept, the concept included, the primary one first, then by code; none for an unknown code. */
  listPaths(conceptCode: string): readonly { readonly path: TermPath; readonly isPrimary: boolean }[]
  /** Every term of a concept, current or not, its own first, then by code; none for an unknown code. */
  listTerms(conceptCode: string): readonly Term[]
  /** Every term, current or not, whose folded name equals the text; by code. */
  listByFold(folded: string): readonly Term[]
  /** Every term, current or not, whose normalised name equals the key; by code. */
  listByNormalised(key: string): readonly Term[]
  /** All that a verbatim can be matched with. The first call builds an index. */
  listIndexed(): IndexedTexts
  /** Current terms that look like the text, most similar first. The first call builds an index. */
  listCandidates(text: string, options: { readonly limit: number }): readonly SimilarTerm[]
  /**
   * Nodes of all levels by their folded names: equal to the text, beginning with it, holding it anywhere (then those
   * that begin with it come first), fitting a pattern, or resembling it. Except for `similar` ordered by name, broader
   * levels first. Nothing for an empty text.
   */
  search(text: string, options: SearchOptions): readonly SearchHit[]
  /** A node by its code; without a level the broadest node that has the code. */
  findNode(code: string, level?: string): SearchHit | undefined
  /** The nodes right above, the one of the primary path first, then by code; none of the broadest level or an unknown node. */
  listParents(node: NodeName): readonly PathNode[]
  /** The nodes right below, by name, or in the order a release gives them where it means one; without a node those of the broadest level. */
  listChildren(node?: NodeName): readonly PathNode[]
  /** The standard queries (SMQs), by code; none where the release has none. */
  listQueries(): readonly StandardQuery[]
  /** The active standard queries that hold a PT or LLT itself, by their codes; not those above them. */
  listQueriesOf(code: string): readonly QueryMembership[]
  /** The current term this dictionary's makers propose for a non-current one. A proposal: MedDRA itself has none. */
  findProposedReplacement(code: string): Term | undefined
  /** Where an assignable code can stand; undefined where nothing is known against anyone. */
  findLimits(code: string): CodeLimits | undefined
  /** What the release says beside a code, in its order; none where it says nothing. */
  listNotes(code: string): readonly CodeNote[]
}

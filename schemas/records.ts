/** What flows between the rooms: rows of an export become occurrences, occurrences and decisions become dataset rows. */
import type { ApprovalFacet, Outcome, RejectReason, SkipReason, Step } from './outcomes.ts'
import type { TermPath } from './terms.ts'

/** The domains whose reported terms are coded. */
export const CODED_DOMAINS = ['AE', 'MH'] as const
export type CodedDomain = (typeof CODED_DOMAINS)[number]

/**
 * Names one reported term of one record, whatever file it came in. `null` says the export has no such key,
 * the empty string says it has one and it was blank: the two differ.
 */
export type OccurrenceKey = {
  /** Adverse events and medical history may come in files that name their columns alike. */
  readonly domain: CodedDomain
  readonly subject: string
  readonly event: string | null
  readonly eventRepeat: string | null
  readonly form: string | null
  readonly formRepeat: string | null
  readonly group: string | null
  readonly groupRepeat: string | null
  /** Further columns that make a record, by name (the key strategy of study.json). */
  readonly record: { readonly [column: string]: string }
  /** The column or item that holds the reported term. */
  readonly item: string
}

/** CRF values beside the reported term, by CDASH or SDTM name or, carried through, by their column's name. */
export type CrfContext = { readonly [name: string]: string | null }

/** One reported term as an export states it, in the form in which it is stored. */
export interface Occurrence {
  /** Content id of study and key. */
  readonly id: string
  /** The `OccurrenceKey` as canonical JSON (`toKeyText`). */
  readonly key: string
  readonly domain: CodedDomain
  /** AETERM or MHTERM. */
  readonly field: string
  readonly subject: string
  /** As the export wrote it, before trimming. */
  readonly subjectRaw: string
  readonly usubjid: string
  readonly site: string | null
  /** The reported term, exactly as written; never altered (invariant 1). */
  readonly verbatim: string
  /** What is coded in place of the verbatim, where the export has it (`findTranslation`). Part of the context too. */
  readonly translation?: string
  /** The `CrfContext` as canonical JSON. */
  readonly context: string
  /** Whether the site called the event serious. Ranks the queue; never codes. */
  readonly isSerious: boolean
  /** Content id of everything an amendment could change: verbatim, site, raw subject, context. */
  readonly contentId: string
  readonly line: number
}

/** What demographics say of a subject. */
export interface SubjectRecord {
  readonly subject: string
  readonly usubjid: string
  readonly site: string | null
  readonly sex: 'M' | 'F' | null
  readonly birthYear: number | null
  readonly line: number
}

/** Something odd that keeps no row out, e.g. a date that is none. */
export interface Remark {
  readonly code: 'date-not-understood' | 'sex-not-understood' | 'birth-year-not-understood' | 'term-too-long'
  readonly line: number
  readonly text: string
}

/** Where ingest sends a row. Duplicates and conflicts are found later, against what is stored. */
export type RowOutcome =
  | {
      readonly kind: 'occurrences'
      readonly line: number
      readonly raw: string
      readonly occurrences: readonly Occurrence[]
      readonly remarks: readonly Remark[]
    }
  | {
      readonly kind: 'subject'
      readonly line: number
      readonly raw: string
      readonly subject: SubjectRecord
      readonly remarks: readonly Remark[]
    }
  | { readonly kind: 'skipped'; readonly line: number; readonly reason: SkipReason }
  /** A state of a record that a later row of the file changes. */
  | { readonly kind: 'superseded'; readonly line: number; readonly raw: string }
  | {
      readonly kind: 'rejected'
      readonly line: number
      readonly code: RejectReason
      readonly reason: string
      readonly raw: string
    }

/** What one dictionary gave a dataset row. */
export interface RowCode {
  /** Text that was coded where it differs from the verbatim (a split part); else null. */
  readonly modified: string | null
  /** Null while uncoded, or while the code waits for approval. */
  readonly path: TermPath | null
  readonly provenance: Provenance
}

/** One line of a coded dataset: one part of one occurrence. Its own code is the main dictionary's. */
export interface DatasetRow extends RowCode {
  /** Content id of the record key. */
  readonly recordKey: string
  /** The record key as canonical JSON. */
  readonly key: string
  readonly usubjid: string
  /** --SEQ: unique within study, domain and subject; never reused. */
  readonly sequence: number
  readonly subject: string
  readonly site: string | null
  readonly verbatim: string
  readonly context: CrfContext
  /** The codes of the dictionaries beside the main one, in the study's order. */
  readonly beside: readonly RowCode[]
}

/** How a dataset row came by its code, for the coding_* companion; rows with one decision share it. */
export interface Provenance {
  readonly part: number
  readonly decision: string | null
  readonly target: 'group' | 'occurrence' | null
  readonly outcome: Outcome | null
  readonly step: Step | null
  readonly confidence: number | null
  readonly approval: ApprovalFacet
  readonly coder: string | null
  readonly codedAt: string | null
  readonly approver: string | null
  readonly approvedAt: string | null
  readonly reason: string | null
  readonly artefacts: string | null
}

/** What one transfer is held against the last one by: keys, structure, movement. Shapes only. */
import type { ExportFormat } from './formats.ts'
import type { ApprovalFacet } from './outcomes.ts'
import type { CodedDomain } from './records.ts'

/** What a file is made of beside its rows; whole once the rows were read. */
export interface FileStructure {
  readonly format: ExportFormat
  /** Of a text table; null of everything else. */
  readonly delimiter: string | null
  /** The header of a table; of an ODM the items of the source's records. */
  readonly columns: readonly string[]
  /** FormOIDs of the source's records; none of a table. */
  readonly forms: readonly string[]
  /** FormOIDs of all other records. */
  readonly otherForms: readonly string[]
  /** What the rows or records say of the study they are of. */
  readonly studies: readonly string[]
  /** Of an ODM that states changes: what it is called, and the file it goes on from; null where it does not say. */
  readonly fileOid: string | null
  readonly priorFileOid: string | null
}

/** What all files of one source are made of; every list sorted, each value once. */
export interface SourceStructure {
  readonly source: string
  readonly formats: readonly string[]
  readonly encodings: readonly string[]
  readonly delimiters: readonly string[]
  readonly columns: readonly string[]
  readonly forms: readonly string[]
  readonly otherForms: readonly string[]
  /** FileOIDs of files of changes, and of those that they go on from; left out where there are none. */
  readonly changeFiles?: readonly string[]
  readonly priorFiles?: readonly string[]
}

/** What a transfer was made of, as the chain keeps it. */
export interface TransferStructure {
  readonly sources: readonly SourceStructure[]
  /** What this transfer and the ones before it called the study. */
  readonly studies: readonly string[]
}

/** One way in which a transfer is made otherwise than the last one. */
export interface StructureChange {
  readonly source: string
  readonly kind:
    | 'column-gone'
    | 'column-new'
    | 'form-gone'
    | 'other-form-gone'
    | 'format'
    | 'encoding'
    | 'delimiter'
    | 'file-missed'
  /** The column or form; the FileOID of the file that was missed; of the others what the last transfer had. */
  readonly before: string | null
  readonly now: string | null
}

/** What became of the keys of a source. */
export interface KeyCounts {
  /** Of terms that were present before and are reported again under the same key. */
  matched: number
  /** Never seen before. */
  new: number
  /** Of terms that had been withdrawn. */
  returned: number
  /** Of terms that are withdrawn now. */
  gone: number
}
export interface SourceKeys extends KeyCounts {
  readonly source: string
  /** Terms of the source that were present before. */
  readonly known: number
  /** Terms that come again under another key: same subject, verbatim and start date. */
  readonly rekeyed: number
}

/** What happened to one record, in the order in which people ask. */
export const MOVE_KINDS = [
  'changed-term',
  'changed-context',
  'withdrawn',
  'returned',
  'new',
  'subject-changed',
] as const
export type MoveKind = (typeof MOVE_KINDS)[number]

/** The code a record had before it moved. */
export interface FormerCode {
  readonly codes: readonly { readonly code: string; readonly text: string; readonly part: string | null }[]
  readonly by: string
  readonly at: string
  /** `occurrence`: a person decided this very record. */
  readonly target: 'group' | 'occurrence'
  readonly approval: ApprovalFacet
}

/** One value that an amendment changed. */
export interface ValueChange {
  readonly name: string
  readonly before: string | null
  readonly now: string | null
}

/** What a transfer did to one record, or to what is known of a subject. */
export interface Move {
  readonly kind: MoveKind
  readonly domain: CodedDomain | 'DM'
  readonly usubjid: string
  /** Where in the EDC the record stands: `AE 3, group repeat 2`; empty of a subject. */
  readonly record: string
  /** Where the same subject, verbatim and start date stand now, or stood before, under another key; else null. */
  readonly otherRecord: string | null
  /** The verbatim before and now; null where there is none. */
  readonly before: string | null
  readonly now: string | null
  /** What changed beside the verbatim. */
  readonly changes: readonly ValueChange[]
  readonly was: FormerCode | null
  /** What stands for it now; empty while a person has to decide, or while the code waits for approval. */
  readonly codes: FormerCode['codes']
  /** Where it was read; null of what is gone. */
  readonly file: string | null
  readonly line: number | null
}

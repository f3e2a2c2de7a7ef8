/** What is known of a system's exports: what they are recognised by, and what follows for study.json. Words only, no data. */
import type { ExportFormat } from '../../../schemas/formats.ts'
import type { StructureWord } from '../../../schemas/study.ts'

/**
 * How a file can be told to come from a system.
 * Column names are plain (`toPlainName`: letters and digits, small); all of a list must be there.
 */
export type Test =
  | { readonly columns: readonly string[] }
  /** At least so many columns whose names as written fit. */
  | { readonly columnsLike: RegExp; readonly atLeast: number }
  /** Columns X and X + ending stand side by side, for at least so many X. */
  | { readonly endings: readonly string[]; readonly atLeast: number }
  | { readonly firstColumn: RegExp }
  | { readonly delimiter: string }
  /** A namespace that the ODM declares begins so. */
  | { readonly namespace: string }
  /** An attribute or element of a vendor's namespace: its local name, and how the namespace begins ('' for any). */
  | { readonly vendor: string; readonly namespace: string }
  /** An attribute of the ODM's root, or a member of a Dataset-JSON's. */
  | { readonly root: string; readonly like: RegExp }
  /** At least so many OIDs of forms, groups or items fit. */
  | { readonly oids: 'forms' | 'groups' | 'items' | 'studies'; readonly like: RegExp; readonly atLeast: number }
  /** The items are written as ItemDataString, ItemDataDate … */
  | { readonly items: 'typed' }
  | { readonly fileName: RegExp }

/** `proof`: nothing else writes this. `sign`: this is how it writes, others seldom do. `hint`: fits, and says little. */
export interface Mark {
  readonly weight: 'proof' | 'sign' | 'hint'
  /** What was found, as the end of a sentence: `the columns RecordPosition and DataPageId`. */
  readonly says: string
  readonly test: Test
  /** Where the fact comes from. */
  readonly from: string
}

/** Columns by their plain names, the best first. */
type Names = readonly string[]

/** What a profile says of study.json. Values of the file come before it: it settles what they leave open. */
export interface Proposes {
  /** Where a record stands; an empty list says that the system has no such column, whatever is named like one. */
  readonly structure?: { readonly [word in StructureWord]?: Names }
  /** One table holds all forms of a study side by side. */
  readonly hasAllForms?: true
  /** The first column is the subject's id, whatever it is called. */
  readonly isSubjectFirst?: true
  /** Sets of columns that number the records, the best first. */
  readonly keys?: readonly Names[]
  /** Columns that say whether a row is the current state of its record, or was deleted; each that is there counts. */
  readonly current?: { readonly columns: Names; readonly values: RegExp }
  /** Rows are the states of a record, in this column's order, where no column says which is current. */
  readonly states?: Names
  /** What ends the name of the column that holds a date as entered, partial ones included. */
  readonly enteredAs?: string
  /** How the system writes dates that could be read both ways. */
  readonly dateOrder?: 'dmy' | 'mdy'
  /** Variables have the standard's own names, and no others are taken for them. */
  readonly hasExactNames?: true
  readonly transfer?: 'delta'
  readonly encoding?: string
  /** ODM: the fields of a form instance are spread over several ItemGroupData. */
  readonly record?: 'form'
  /** ODM: what a FormOID of another version ends in. */
  readonly formVersion?: string
  /** The system's own key of a subject, which stays when the id that people use changes: SubjectKey of an ODM, or a column. */
  readonly subjectKey?: string
}

export interface Profile {
  readonly id: string
  /** The system, as its users call it. Two profiles of one system are no rivals. */
  readonly system: string
  /** Which of its exports. */
  readonly export: string
  readonly formats: readonly ExportFormat[]
  readonly marks: readonly Mark[]
  /** A way of naming things that many systems follow: it is named where no system is. */
  readonly isConvention?: true
  readonly proposes: Proposes
  /** Set for exports that cannot be mapped: what to export instead. */
  readonly instead?: string
  /** What a person must look at, since no file shows it. */
  readonly checks: readonly string[]
}

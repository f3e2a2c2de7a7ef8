/** What the readers of this room deliver: rows of tables and records of ODM, with the line each began on. */

/** One row of a table. */
export interface TableRow {
  /** 1-based line of the file on which the row begins (a quoted cell may hold line breaks); of binary files and of JSON its row. */
  readonly line: number
  /** One text per column of the header, exactly as written inside the delimiters and quotes. */
  readonly fields: readonly string[]
  /** Set when the row cannot be trusted; `fields` then holds what was found. */
  readonly problem?: { readonly code: 'ragged-row' | 'malformed-row'; readonly text: string }
}

/** A table, opened: its header is read, its rows are still to come. */
export interface Table {
  /** Empty where the format settles it by itself (Arrow, Parquet). */
  readonly encoding: string
  /** What stands between the cells of a row as text: the file's own delimiter, else a comma. */
  readonly delimiter: string
  /** Lines of a delimited file that stand above its header and are no rows; left out where there are none. */
  readonly linesAbove?: number
  /** When the data stood like this, as the file says (Dataset-JSON, XPORT); null where it does not. */
  readonly asOf: string | null
  /** Column names as written, BOM and surrounding blanks removed; unique. */
  readonly header: readonly string[]
  /** The rows in batches, in file order. Can be consumed once. */
  readonly rows: AsyncIterable<readonly TableRow[]>
}

/**
 * The items of an ODM record; `null` where one is there without a value: IsNull, in a snapshot also no Value at all, in a
 * transactional file also one that is removed. There an item without a Value says nothing (Rave's SetVisible, QueryOpen),
 * and is not among them.
 */
export type OdmItems = ReadonlyMap<string, string | null>

/**
 * What a record says: `whole` all there is of it (a snapshot); `change` and `update` only what its items name (an update
 * speaks of a record that should be known); `removal` that it is withdrawn with everything below it; `subject` nothing
 * but how the subject is called.
 */
export type OdmStatement = 'whole' | 'change' | 'update' | 'removal' | 'subject'

/** One ItemGroupData, or one FormData with all its item groups merged. Keys that are absent are null. */
export interface OdmRecord {
  readonly says: OdmStatement
  /** What the record is one of; of a removal or a subject, down to where its keys are set. */
  readonly level: 'subject' | 'event' | 'form' | 'group'
  /** 1-based line on which the element begins. */
  readonly line: number
  readonly studyOid: string | null
  readonly subjectKey: string | null
  /** The human subject id where a vendor keeps one beside SubjectKey (OpenClinica:StudySubjectID, mdsol:SubjectName); else null. */
  readonly studySubjectId: string | null
  readonly siteOid: string | null
  readonly eventOid: string | null
  readonly eventRepeatKey: string | null
  /** ODM 2.0 has no FormData: the ItemGroupData whose definition is a form's, else the outermost. */
  readonly formOid: string | null
  readonly formRepeatKey: string | null
  /** Null when the record is a whole form. */
  readonly groupOid: string | null
  readonly groupRepeatKey: string | null
  readonly items: OdmItems
}

/** Attributes of the ODM root, as written. */
export interface OdmRoot {
  readonly encoding: string
  readonly fileType: string | null
  /** Whether records state what has changed, in the order of the document, and not all there is. */
  readonly isTransactional: boolean
  readonly odmVersion: string | null
  readonly fileOid: string | null
  /** Of a file of changes: the FileOID of the one it goes on from. */
  readonly priorFileOid: string | null
  readonly creationDateTime: string | null
  readonly asOfDateTime: string | null
}

/** An ODM file, opened: its root is read, its records are still to come. */
export interface OdmFile {
  readonly root: OdmRoot
  /** The records in batches, in document order. Can be consumed once. */
  readonly records: AsyncIterable<readonly OdmRecord[]>
}

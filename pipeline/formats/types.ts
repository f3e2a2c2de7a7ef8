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
  /** When the data stood like this, as the file says (Dataset-JSON, XPORT); null where it does not. */
  readonly asOf: string | null
  /** Column names as written, BOM and surrounding blanks removed; unique. */
  readonly header: readonly string[]
  /** The rows in batches, in file order. Can be consumed once. */
  readonly rows: AsyncIterable<readonly TableRow[]>
}

/** One item of an ODM record; `null` where the item is there without a value (IsNull, or no Value at all). */
export type OdmItems = ReadonlyMap<string, string | null>

/** One ItemGroupData, or one FormData with all its item groups merged. Keys that are absent are null. */
export interface OdmRecord {
  /** 1-based line on which the element begins. */
  readonly line: number
  readonly studyOid: string | null
  readonly subjectKey: string | null
  /** The human subject id where a vendor keeps one beside SubjectKey (OpenClinica:StudySubjectID); else null. */
  readonly studySubjectId: string | null
  readonly siteOid: string | null
  readonly eventOid: string | null
  readonly eventRepeatKey: string | null
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
  readonly odmVersion: string | null
  readonly fileOid: string | null
  readonly creationDateTime: string | null
  readonly asOfDateTime: string | null
}

/** An ODM file, opened: its root is read, its records are still to come. */
export interface OdmFile {
  readonly root: OdmRoot
  /** The records in batches, in document order. Can be consumed once. */
  readonly records: AsyncIterable<readonly OdmRecord[]>
}

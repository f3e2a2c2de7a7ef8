/** The lists a study brings to autocoding, in memory. Knows nothing of files or of who approved a row. */

/** An approved synonym: this verbatim means that current LLT. */
export interface Synonym {
  readonly lltCode: string
  /** Where the row stands, for the explanation: `lists/synonyms.csv:12`. */
  readonly source: string
}

/** A term that a person always decides. */
export interface Barred {
  readonly reason: string
  readonly source: string
}

/** Both lists by folded verbatim (`foldVerbatim`). */
export interface CodingLists {
  readonly synonyms: ReadonlyMap<string, Synonym>
  readonly doNotAutocode: ReadonlyMap<string, Barred>
}

export const NO_LISTS: CodingLists = { synonyms: new Map(), doNotAutocode: new Map() }

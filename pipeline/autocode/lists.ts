/** The lists a study brings to autocoding, in memory. Knows nothing of files or of who approved a row. */

/** An approved synonym: this verbatim means that current LLT. */
export interface Synonym {
  readonly lltCode: string
  /** Where the row stands, for the explanation: `lists/synonyms.csv:12`, `study list, entry 1a2b3c4d`. */
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
  /** Those of one domain: they go over `synonyms` there. */
  readonly synonymsIn?: { readonly [domain: string]: ReadonlyMap<string, Synonym> | undefined }
  readonly doNotAutocode: ReadonlyMap<string, Barred>
}

export function findSynonym(
  { synonyms, synonymsIn }: CodingLists,
  folded: string,
  domain: string,
): Synonym | undefined {
  return synonymsIn?.[domain]?.get(folded) ?? synonyms.get(folded)
}

export const NO_LISTS: CodingLists = { synonyms: new Map(), doNotAutocode: new Map() }

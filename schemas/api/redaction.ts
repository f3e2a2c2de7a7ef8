/** What the API takes and tells when words of a term are hidden. */
import { type Static, Text, Type, toClosed, Verbatim } from './schema.ts'
import { TermRow } from './terms.ts'

export const RedactBody = toClosed({
  words: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { minItems: 1, maxItems: 50 }),
  reason: Text,
})

export const RedactionView = toClosed({
  /** The term as it is shown from now on. */
  shown: Verbatim,
  /** How many words were newly hidden. */
  hidden: Type.Integer(),
  /** Records that hold them until the site corrects its entry. */
  occurrences: Type.Integer(),
  row: TermRow,
})
export type RedactionView = Static<typeof RedactionView>

export const RedactedView = toClosed({ terms: Type.Integer(), occurrences: Type.Integer() })

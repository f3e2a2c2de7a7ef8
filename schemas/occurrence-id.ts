/** The two identities of an occurrence: which one it is, and what it says. The rule; ingest spells the same text faster. */
import { type Json, toCanonicalJson, toContentId } from './content-id.ts'
import type { Occurrence, OccurrenceKey } from './records.ts'

/** Which occurrence: from the study and the record key alone. */
export function toOccurrenceId(studyId: string, key: OccurrenceKey): string {
  return toContentId(toCanonicalJson([studyId, key]))
}

/** What it says: everything that an amendment could change. */
export function toOccurrenceContentId({ context, site, subjectRaw, verbatim }: Pick<Occurrence, 'context' | 'site' | 'subjectRaw' | 'verbatim'>): string {
  const content: Json = { context, site, subjectRaw, verbatim }
  return toContentId(toCanonicalJson(content))
}

/** The two identities of an occurrence: which one it is, and what it says. The rule; ingest spells the same text faster. */
import { type Json, toCanonicalJson, toContentId } from './content-id.ts'
import type { CodedDomain, CrfContext, OccurrenceKey } from './records.ts'

/** Which occurrence: from the study and the record key alone. */
export function toOccurrenceId(studyId: string, key: OccurrenceKey): string {
  return toContentId(toCanonicalJson([studyId, key]))
}

/** Everything that an amendment of an occurrence could change. */
export type OccurrenceContent = {
  readonly context: CrfContext
  readonly site: string | null
  readonly subjectRaw: string
  readonly verbatim: string
}

/** What it says. */
export function toOccurrenceContentId({ context, site, subjectRaw, verbatim }: OccurrenceContent): string {
  return toContentId(toCanonicalJson({ context, site, subjectRaw, verbatim }))
}

/**
 * The reported term in the language of the dictionary, where the export has it beside the term as written (mapped as
 * AEMODIFY or MHMODIFY, SDTM's variables for the text that was coded). It is what is coded; the verbatim stays as it is.
 */
export function findTranslation(domain: CodedDomain, context: CrfContext): string | undefined {
  const text = context[`${domain}MODIFY`] ?? ''
  return text.trim() === '' ? undefined : text
}

/** Yes in the ways exports say it. Ranks the queue; never codes. */
export function isSerious(context: CrfContext): boolean {
  return /^\s*(?:y|yes|1|true|serious)\s*$/i.test(context.AESER ?? '')
}

/** A record key as it is stored and written to datasets: canonical JSON of the members that the export has. */
export function toKeyText({ record, ...key }: OccurrenceKey): string {
  const present: { [name: string]: Json } = {}
  for (const [name, value] of Object.entries(key)) if (value !== null) present[name] = value
  if (Object.keys(record).length > 0) present.record = record
  return toCanonicalJson(present)
}

/** The key that `toKeyText` wrote. */
export function parseKeyText(text: string): OccurrenceKey {
  const absent = {
    event: null,
    eventRepeat: null,
    form: null,
    formRepeat: null,
    group: null,
    groupRepeat: null,
    record: {},
  }
  return { ...absent, ...(JSON.parse(text) as Pick<OccurrenceKey, 'domain' | 'subject' | 'item'>) }
}

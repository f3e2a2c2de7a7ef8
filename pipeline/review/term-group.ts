/** Term groups: which occurrences are coded together. Knows the frozen fold; knows nothing of storage. */
import { FOLD_VERSION, foldVerbatim } from '../../dictionaries/text/fold.ts'
import { toCanonicalJson, toContentId } from '../../schemas/content-id.ts'
import type { CodedDomain } from '../../schemas/records.ts'

/** Occurrences with one folded verbatim in one field are one term group: coded once, for all. */
export interface TermGroup {
  readonly id: string
  readonly domain: CodedDomain
  readonly field: string
  /** Name of the dictionary the group is coded in. */
  readonly terminology: string
  readonly language: string
  readonly foldVersion: number
  readonly folded: string
  /** The verbatim as first seen, for display. */
  readonly verbatim: string
}

export function toTermGroup(
  field: Pick<TermGroup, 'domain' | 'field' | 'terminology' | 'language'>,
  verbatim: string,
): TermGroup {
  const folded = foldVerbatim(verbatim)
  const named = { ...field, foldVersion: FOLD_VERSION, folded }
  return { ...named, id: toTermGroupId(named), verbatim }
}

/** A group's identity: everything that makes verbatims one group. */
export function toTermGroupId(group: Omit<TermGroup, 'id' | 'verbatim'>): string {
  const { foldVersion, domain, field, terminology, language, folded } = group
  return toContentId(toCanonicalJson([foldVersion, domain, field, terminology, language, folded]))
}

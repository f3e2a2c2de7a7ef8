/** What vendors add to the elements of ODM that matters here. Knows their attributes, whatever the prefix. */
import type { XmlElement } from './xml.ts'

export interface VendorFacts {
  /** The id that people use, where SubjectKey is the system's own: OpenClinica:StudySubjectID, Rave's mdsol:SubjectName. */
  readonly studySubjectId: string | null
  /** Whether a site took the subject, event or form back; the export holds it all the same (OpenClinica). */
  readonly isRemoved: boolean
  /** Repeat keys by the name of ODM's attribute, for elements that have an ordinal only (InForm's pf:FormRepeatKeyOrdinal). */
  readonly ordinals: { readonly [name: string]: string }
}

const NOTHING: VendorFacts = { studySubjectId: null, isRemoved: false, ordinals: {} }

/** @param split takes a name with a prefix apart */
export function readVendorFacts(
  { attributes, prefixed }: XmlElement,
  split: (name: string) => { readonly local: string; readonly namespace: string },
): VendorFacts {
  if (prefixed.length === 0) return NOTHING
  let studySubjectId: string | null = null
  let isRemoved = false
  const ordinals: { [name: string]: string } = {}
  for (const name of prefixed) {
    const { local, namespace } = split(name)
    const value = attributes[name] ?? ''
    const isOpenClinica = namespace.startsWith('http://www.openclinica.org/')
    if (local === 'StudySubjectID') studySubjectId ??= value
    else if (local === 'SubjectName' && namespace.startsWith('http://www.mdsol.com/')) studySubjectId ??= value
    else if (isOpenClinica && local === 'Removed') isRemoved ||= /^(?:yes|true)$/i.test(value)
    else if (isOpenClinica && local === 'Status') isRemoved ||= /^(?:auto-)?removed$/i.test(value)
    else if (local.endsWith('RepeatKeyOrdinal')) ordinals[local.slice(0, -'Ordinal'.length)] = value
  }
  return { studySubjectId, isRemoved, ordinals }
}

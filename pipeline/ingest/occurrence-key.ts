/**
 * The identities of an occurrence, as schemas/occurrence-id.ts rules them, for many records of one shape: spells the
 * canonical JSON directly because it is done for every row. A test holds the two together.
 */
import { toContentId } from '../../schemas/content-id.ts'
import type { CodedDomain, Occurrence, OccurrenceKey } from '../../schemas/records.ts'

/**
 * Which occurrence a record is: the function behaves like `toOccurrenceId` for keys of one shape.
 * @param studyId as `toStudyId` gives it
 * @param shape the members that are the same for every record of the source
 */
export function toIdOf(
  studyId: string,
  shape: { readonly domain: CodedDomain; readonly item: string; readonly record: readonly string[] },
): (key: OccurrenceKey) => string {
  const spellRecord = toSpelling(shape.record)
  const head = `[${JSON.stringify(studyId)},{"domain":"${shape.domain}","event":`
  const item = `,"item":${JSON.stringify(shape.item)},"record":`
  return (key) =>
    toContentId(
      `${head}${spell(key.event)},"eventRepeat":${spell(key.eventRepeat)},"form":${spell(key.form)},"formRepeat":${spell(key.formRepeat)},"group":${spell(key.group)},"groupRepeat":${spell(key.groupRepeat)}${item}${spellRecord(key.record)},"subject":${spell(key.subject)}}]`,
    )
}

/** What an occurrence says: the function behaves like `toOccurrenceContentId` for contexts of these names. */
export function toContentIdOf(
  contextNames: readonly string[],
): (content: Pick<Occurrence, 'context' | 'site' | 'subjectRaw' | 'verbatim'>) => string {
  const spellContext = toSpelling(contextNames)
  return ({ context, site, subjectRaw, verbatim }) =>
    toContentId(
      `{"context":${spellContext(context)},"site":${spell(site)},"subjectRaw":${spell(subjectRaw)},"verbatim":${spell(verbatim)}}`,
    )
}

/** Canonical JSON of flat objects that all have exactly these members. */
function toSpelling(names: readonly string[]): (object: { readonly [name: string]: string | null }) => string {
  // The default sort is by code unit, as canonical JSON has it.
  const members = [...names]
    .sort()
    .map((name, index) => ({ name, prefix: `${index === 0 ? '' : ','}${JSON.stringify(name)}:` }))
  return (object) => {
    let text = '{'
    for (const { name, prefix } of members) text += prefix + spell(object[name] ?? null)
    return `${text}}`
  }
}

/** Only characters that JSON writes as they are: no quote, backslash, control character or half of a surrogate pair. */
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/

function spell(value: string | null): string {
  if (value === null) return 'null'
  return PLAIN.test(value) ? `"${value}"` : JSON.stringify(value)
}

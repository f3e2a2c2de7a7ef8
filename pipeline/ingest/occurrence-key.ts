/**
 * The identities of an occurrence, as schemas/occurrence-id.ts rules them, for many records of one shape: spells the
 * canonical JSON directly because it is done for every row. A test holds the two together.
 */
import { toContentId as toIdOfText } from '../../schemas/content-id.ts'
import type { CodedDomain, CrfContext, Occurrence, OccurrenceKey } from '../../schemas/records.ts'

/** The members of a key that are the same for every record of a source; of the record key, their names. */
interface KeyShape {
  readonly domain: CodedDomain
  readonly item: string
  readonly record: readonly string[]
}

/**
 * Which occurrence a record is: the function behaves like `toOccurrenceId` for keys of one shape.
 * @param studyId as `toStudyId` gives it
 */
export function toIdOf(studyId: string, shape: KeyShape): (key: OccurrenceKey) => string {
  const spellRecord = toSpelling(shape.record)
  const head = `[${JSON.stringify(studyId)},{"domain":"${shape.domain}","event":`
  const item = `,"item":${JSON.stringify(shape.item)},"record":`
  return (key) =>
    toIdOfText(
      `${head}${spell(key.event)},"eventRepeat":${spell(key.eventRepeat)},"form":${spell(key.form)},"formRepeat":${spell(key.formRepeat)},"group":${spell(key.group)},"groupRepeat":${spell(key.groupRepeat)}${item}${spellRecord(key.record)},"subject":${spell(key.subject)}}]`,
    )
}

/** A record key as it is stored: the function behaves like `toKeyText` for keys of one shape. */
export function toKeyTextOf(shape: KeyShape): (key: OccurrenceKey) => string {
  const spellRecord = toSpelling(shape.record)
  const head = `{"domain":"${shape.domain}"`
  const item = `,"item":${JSON.stringify(shape.item)}`
  return (key) => {
    let text = head
    if (key.event !== null) text += `,"event":${spell(key.event)}`
    if (key.eventRepeat !== null) text += `,"eventRepeat":${spell(key.eventRepeat)}`
    if (key.form !== null) text += `,"form":${spell(key.form)}`
    if (key.formRepeat !== null) text += `,"formRepeat":${spell(key.formRepeat)}`
    if (key.group !== null) text += `,"group":${spell(key.group)}`
    if (key.groupRepeat !== null) text += `,"groupRepeat":${spell(key.groupRepeat)}`
    text += item
    if (shape.record.length > 0) text += `,"record":${spellRecord(key.record)}`
    return `${text},"subject":${spell(key.subject)}}`
  }
}

/** A context as it is stored: canonical JSON of contexts of these names. */
export function toContextTextOf(names: readonly string[]): (context: CrfContext) => string {
  return toSpelling(names)
}

/** What an occurrence says: `toOccurrenceContentId` for a context that is spelled already. */
export function toContentId({
  context,
  site,
  subjectRaw,
  verbatim,
}: Pick<Occurrence, 'context' | 'site' | 'subjectRaw' | 'verbatim'>): string {
  return toIdOfText(
    `{"context":${context},"site":${spell(site)},"subjectRaw":${spell(subjectRaw)},"verbatim":${spell(verbatim)}}`,
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

/**
 * Records of a transactional ODM file: what each of them says has changed. Knows which items a record names; knows
 * nothing of what is stored, and so not whether the changed record holds something to code.
 */
import { AecoderError } from '../../schemas/errors.ts'
import type {
  ChangeConditions,
  CodedDomain,
  OccurrenceChange,
  RemovalScope,
  RowOutcome,
} from '../../schemas/records.ts'
import { type Condition, listKeyColumns, type SourceConfig, type StructureWord } from '../../schemas/study.ts'
import type { OdmRecord } from '../formats/types.ts'
import { toDemographicsReader } from './demographics.ts'
import { type Mapping, type NamedReader, type Slot, SUBJECT_KEY } from './mapping.ts'
import { listContextNames, type OutcomeReaderOptions, toOccurrenceReader, toSubjectReader } from './occurrence.ts'

type Options = OutcomeReaderOptions<OdmRecord>

const NOTHING_STATED = 'nothing-stated'

/**
 * The outcome reader of the records of a transactional file that change something, and of those that only name a subject.
 * @throws AecoderError CONFIG_INVALID where study.json keys records by items: a change need not name them
 */
export function toChangeReader(options: Options): (record: OdmRecord) => RowOutcome {
  checkKeyedByStructure(options)
  const readChange = options.source.domain === 'DM' ? toSubjectChangeReader(options) : toOccurrenceChangeReader(options)
  const readName = toNameReader(options)
  return (record) => (record.says === 'subject' ? readName(record) : (readChange(record) ?? readName(record)))
}

/** The outcome reader of removals, also of those in a snapshot. */
export function toRemovalReader(options: Options): (record: OdmRecord) => RowOutcome {
  const { source, mapping } = options
  const readSubject = toSubjectReader(options)
  const readParts = (words: readonly StructureWord[], record: OdmRecord) =>
    Object.fromEntries(words.map((word) => [word, mapping.structure[word].read(record)?.trim() ?? null]))
  return (record) => {
    const subject = readSubject(record)
    if (subject === undefined) return { kind: 'skipped', line: record.line, reason: 'not-there' }
    const words = REMOVED[record.level]
    const scope: RemovalScope = { domain: source.domain, subject: subject.id, ...readParts(words, record) }
    return { kind: 'removal', line: record.line, scope }
  }
}

const EVENT = ['event', 'eventRepeat'] as const
const FORM = [...EVENT, 'form', 'formRepeat'] as const
/** The parts of the key that say what is removed. */
const REMOVED: { readonly [level in OdmRecord['level']]: readonly StructureWord[] } = {
  subject: [],
  event: EVENT,
  form: FORM,
  group: [...FORM, 'group', 'groupRepeat'],
}

function checkKeyedByStructure({ source, mapping }: Options): void {
  const { site: _, ...placing } = mapping.structure
  const isItem = ({ column }: NamedReader<OdmRecord>) => column !== null && column !== SUBJECT_KEY
  const mapped = Object.values(placing).filter((reader) => isItem(reader) || isMappedPlace(source, reader.name))
  const named = [
    ...mapped.map(({ name }) => `map.${name}`),
    ...listKeyColumns(source.key).map((_, index) => `key[${index}]`),
  ]
  if (named.length === 0) return
  throw new AecoderError('CONFIG_INVALID', {
    where: `study.json: source "${source.id}"`,
    found: `${named.join(', ')}: the file is transactional, and a change need not name the items that would tell which record it is of`,
    action: 'Leave the records to be keyed by the structure of the ODM: remove it',
  })
}

function isMappedPlace({ map }: SourceConfig, word: string): boolean {
  return word !== 'subject' && word !== 'subjectKey' && map[word] !== undefined
}

/** Reads every record as if it held something to code: whether it does is known when the stored one is. */
function withoutConditions(mapping: Mapping<OdmRecord>): Mapping<OdmRecord> {
  const evidence = [{ name: '', column: null, read: () => 'filled in' }]
  const slots = new Map<Slot<OdmRecord>, Slot<OdmRecord>>() // always the same objects
  const toOpen = (slot: Slot<OdmRecord>) => {
    const known = slots.get(slot) ?? { ...slot, evidence }
    slots.set(slot, known)
    return known
  }
  return { ...mapping, only: [], noEvent: [], listSlots: (record) => mapping.listSlots(record).map(toOpen) }
}

function toOccurrenceChangeReader(options: Options): (record: OdmRecord) => RowOutcome | undefined {
  const { source, mapping } = options
  const { domain } = source
  if (domain === 'DM') throw new Error('demographics are read by toSubjectChangeReader')
  const read = toOccurrenceReader({ ...options, domain, mapping: withoutConditions(mapping) })
  const readStated = toStatedReader(domain)
  return (record) => {
    const conditions: ChangeConditions = {
      isOther: findVerdict(source.only, record, (verdicts) => verdicts.includes(false)),
      isNoEvent: findVerdict(source.noEvent, record, (verdicts) => verdicts.includes(true)),
      isUpdate: record.says === 'update',
    }
    const stated = mapping.listSlots(record).map((slot) => readStated(slot, record))
    const isStating = stated.some(({ isTermStated, isContextStated }) => isTermStated || isContextStated)
    if (!isStating && conditions.isOther === null && conditions.isNoEvent === null) return undefined
    const outcome = read(record)
    if (outcome.kind !== 'occurrences') return outcome
    const changes = outcome.occurrences.flatMap((occurrence, index): OccurrenceChange[] => {
      const of = stated[index]
      if (of === undefined) return []
      const { isContextStated: _, ...said } = of
      return [
        {
          occurrence,
          ...said,
          isSiteStated: isSiteStated(mapping.structure.site, record),
          isSubjectStated: isSubjectStated(options, record),
        },
      ]
    })
    return changes.length === 0
      ? undefined
      : { kind: 'changes', line: record.line, changes, conditions, remarks: outcome.remarks }
  }
}

/** Reads which values of a slot a record names. What is said of a slot beforehand is worked out once. */
function toStatedReader(domain: CodedDomain) {
  const toPlan = (slot: Slot<OdmRecord>) => ({
    columns: listContextNames(slot, domain),
    evidence: slot.evidence.map(({ name }) => name),
    term: slot.term?.column ?? null,
  })
  const plans = new Map<Slot<OdmRecord>, ReturnType<typeof toPlan>>()
  return (slot: Slot<OdmRecord>, { items }: OdmRecord) => {
    const plan = plans.get(slot) ?? toPlan(slot)
    plans.set(slot, plan)
    const { columns, evidence, term } = plan
    const stated = columns.filter(({ column }) => column === null || items.has(column))
    return {
      isTermStated: term !== null && items.has(term),
      isContextStated: stated.some(({ column }) => column !== null),
      stated: new Set(stated.map(({ name }) => name)),
      evidence,
    }
  }
}

const SEX = ['SEX']
const BIRTH = ['BRTHYR', 'BRTHDAT']

function toSubjectChangeReader(options: Options): (record: OdmRecord) => RowOutcome | undefined {
  const { mapping } = options
  const read = toDemographicsReader({ ...options, mapping: withoutConditions(mapping) })
  return (record) => {
    const isNamed = (words: readonly string[]) =>
      mapping
        .listSlots(record)
        .some(({ context }) =>
          context.some(({ name, column }) => words.includes(name) && column !== null && record.items.has(column)),
        )
    if (!isNamed([...SEX, ...BIRTH])) return undefined
    const outcome = read(record)
    if (outcome.kind !== 'subject') return outcome
    const { line, subject, remarks } = outcome
    return {
      kind: 'subject-change',
      line,
      subject,
      isSexStated: isNamed(SEX),
      isBirthYearStated: isNamed(BIRTH),
      isSiteStated: isSiteStated(mapping.structure.site, record),
      remarks,
    }
  }
}

/** What a record that changes nothing says all the same: how its subject is called, if subjects are known by a key. */
function toNameReader(options: Options): (record: OdmRecord) => RowOutcome {
  const readSubject = toSubjectReader(options)
  return (record) => {
    const { line } = record
    const subject = isSubjectStated(options, record) ? readSubject(record) : undefined
    if (!subject?.isFollowed) return { kind: 'skipped', line, reason: NOTHING_STATED }
    const { id, raw, site } = subject
    return { kind: 'subject-name', line, name: { subject: id, subjectRaw: raw, site } }
  }
}

function isSubjectStated({ mapping }: Options, record: OdmRecord): boolean {
  return mapping.structure.subjectKey.column === null || record.studySubjectId !== null
}

function isSiteStated(site: NamedReader<OdmRecord>, record: OdmRecord): boolean {
  return site.column === null ? site.read(record) !== null : record.items.has(site.column)
}

/** What the conditions whose items a record names come to, by whether each is met; null where it names none of them. */
function findVerdict(
  conditions: readonly Condition[],
  { items }: OdmRecord,
  sum: (verdicts: readonly boolean[]) => boolean,
): boolean | null {
  const named = conditions.filter(({ column }) => items.has(column))
  const isMet = ({ column, in: accepted }: Condition) =>
    accepted.some((value) => value.trim() === (items.get(column) ?? '').trim())
  return named.length === 0 ? null : sum(named.map(isMet))
}

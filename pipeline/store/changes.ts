/**
 * What a transfer's transactional files say, folded: each record that a change speaks of begins as the store keeps it,
 * takes one change after the other in the order of the files, and is concluded once, when all are read. A removal takes
 * back what is there at that point; what is said later begins anew. Knows nothing of how a transfer is written.
 */
import { type Kysely, sql } from 'kysely'
import { toCanonicalJson } from '../../schemas/content-id.ts'
import { findTranslation, isSerious, parseKeyText, toOccurrenceContentId } from '../../schemas/occurrence-id.ts'
import type { SkipReason } from '../../schemas/outcomes.ts'
import type {
  ChangeConditions,
  CodedDomain,
  CrfContext,
  Occurrence,
  OccurrenceChange,
  OccurrenceKey,
  Remark,
  RemovalScope,
  RowOutcome,
  SubjectName,
  SubjectRecord,
} from '../../schemas/records.ts'
import type { StagedFile } from './staged-file.ts'
import type { Tables } from './tables.ts'

/** Kinds of rows that are folded. */
export type ChangeRow = Extract<RowOutcome, { kind: 'changes' | 'subject-change' | 'subject-name' | 'removal' }>

export function isChangeRow(row: RowOutcome): row is ChangeRow {
  return (
    row.kind === 'changes' || row.kind === 'subject-change' || row.kind === 'subject-name' || row.kind === 'removal'
  )
}

/** Where a row ends. A row that nothing asks for after a later one is superseded. */
export type RowEnd = 'accepted' | 'rejected' | SkipReason

/** A row whose end shows when all is read; counted as superseded until then. */
export class PendingRow {
  readonly file: StagedFile
  readonly line: number
  end: RowEnd | undefined
  constructor(file: StagedFile, line: number, end?: RowEnd) {
    this.file = file
    this.line = line
    this.end = end
  }

  /** Of several ends the one that says most of what became of the row. */
  endAs(end: RowEnd): void {
    if (this.end === undefined || (this.end !== 'rejected' && (end === 'accepted' || end === 'rejected')))
      this.end = end
  }

  /** Moves the row to its bucket. */
  settle(): void {
    const { counts } = this.file
    if (this.end === undefined) return
    counts.superseded--
    if (this.end === 'accepted' || this.end === 'rejected') counts[this.end]++
    else {
      counts.skipped++
      counts.skippedBy[this.end] = (counts.skippedBy[this.end] ?? 0) + 1
    }
  }
}

/** What an occurrence says. */
interface State {
  readonly verbatim: string
  readonly context: CrfContext
  readonly site: string | null
  readonly subjectRaw: string
}

/** An occurrence as the store keeps it. */
interface Stored extends State {
  readonly no: number
  readonly isPresent: boolean
}

interface Held {
  readonly identity: Pick<Occurrence, 'id' | 'key' | 'domain' | 'field' | 'subject'>
  readonly place: OccurrenceKey
  readonly stored: Stored | undefined
  usubjid: string
  isFollowed: boolean
  /** Undefined while the record is not there. */
  state: State | undefined
  isOther: boolean
  isNoEvent: boolean
  evidence: readonly string[]
  remarks: readonly Remark[]
  /** The row that spoke last; undefined while none did. */
  row: PendingRow | undefined
}

/** What became of a record. */
export type Conclusion = { readonly row: PendingRow } & (
  | {
      readonly kind: 'stated'
      readonly occurrence: Occurrence
      readonly remarks: readonly Remark[]
      /** As it was stored, if it was there. */
      readonly before: State | undefined
    }
  | { readonly kind: 'gone'; readonly no: number }
  | { readonly kind: 'nothing' }
)

interface HeldSubject {
  subject: SubjectRecord
  remarks: readonly Remark[]
  row: PendingRow
}

interface Told {
  readonly name: SubjectName
  readonly source: string
  readonly row: PendingRow
}

export class FoldedChanges {
  readonly #study: string
  readonly #held = new Map<string, Held>()
  readonly #heldOf = new Map<string, Held[]>()
  readonly #subjects = new Map<string, HeldSubject>()
  readonly #storedSubjects = new Map<string, SubjectRecord>()
  readonly #names = new Map<string, Told>()
  /** Rows that end elsewhere than superseded: of removals and names, and those that spoke last of a record. */
  readonly #rows = new Set<PendingRow>()
  #isEmpty = true

  constructor(study: string) {
    this.#study = study
  }

  get isEmpty(): boolean {
    return this.#isEmpty
  }

  /** Looks up what the store keeps of what rows speak of, so that `take` need not ask. */
  async load(trx: Kysely<Tables>, rows: readonly ChangeRow[]): Promise<void> {
    const named: [subject: string, id: string][] = []
    const removedFrom = new Set<string>()
    const subjects = new Set<string>()
    for (const row of rows) {
      if (row.kind === 'changes')
        for (const { occurrence } of row.changes) {
          if (!this.#held.has(occurrence.id)) named.push([occurrence.subject, occurrence.id])
        }
      else if (row.kind === 'subject-change') subjects.add(row.subject.subject)
      else if (row.kind === 'removal') (row.scope.domain === 'DM' ? subjects : removedFrom).add(row.scope.subject)
    }
    if (named.length > 0) {
      const wanted = sql`json_each(${JSON.stringify(named)}) j cross join occurrence o on o.study = ${this.#study} and o.subject = j.value ->> 0 and o.id = j.value ->> 1`
      for (const held of await this.#findStored(trx, wanted)) this.#hold(held)
    }
    if (removedFrom.size > 0) {
      const wanted = sql`json_each(${JSON.stringify([...removedFrom])}) j cross join occurrence o on o.study = ${this.#study} and o.subject = j.value`
      for (const held of await this.#findStored(trx, wanted)) this.#hold(held)
    }
    const unmet = [...subjects].filter((subject) => !this.#storedSubjects.has(subject))
    if (unmet.length > 0) await this.#loadSubjects(trx, unmet)
  }

  /** Takes a row in; what it speaks of was loaded. */
  take(row: ChangeRow, file: StagedFile): void {
    file.counts.superseded++
    this.#isEmpty = false
    const pending = new PendingRow(file, row.line)
    switch (row.kind) {
      case 'changes':
        for (const change of row.changes) this.#change(change, { row: pending, ...row })
        break
      case 'subject-change':
        this.#changeSubject(row, pending)
        break
      case 'subject-name':
        pending.endAs('nothing-stated')
        this.#names.set(row.name.subject, { name: row.name, source: file.source, row: pending })
        this.#rows.add(pending)
        break
      case 'removal':
        this.#remove(row.scope, pending)
        this.#rows.add(pending)
        break
    }
  }

  #change(
    { occurrence, isTermStated, stated, isSiteStated, isSubjectStated, evidence }: OccurrenceChange,
    { row, conditions, remarks }: { row: PendingRow; conditions: ChangeConditions; remarks: readonly Remark[] },
  ): void {
    const held = this.#held.get(occurrence.id) ?? this.#hold(toUnknown(occurrence))
    const { state } = held
    const said = JSON.parse(occurrence.context) as CrfContext
    const context: { [name: string]: string | null } = {}
    for (const [name, value] of Object.entries(said))
      context[name] = stated.has(name) ? value : (state?.context[name] ?? value)
    held.state = {
      verbatim: isTermStated ? occurrence.verbatim : (state?.verbatim ?? ''),
      context,
      // The site is the subject's: it does not go with the record.
      site: isSiteStated ? occurrence.site : ((state ?? held.stored)?.site ?? null),
      subjectRaw: isSubjectStated || state === undefined ? occurrence.subjectRaw : state.subjectRaw,
    }
    const isVoid = ({ variable = '' }: Remark) => (variable === occurrence.field ? isTermStated : stated.has(variable))
    const kept = state === undefined ? [] : held.remarks.filter((remark) => !isVoid(remark))
    const doubt: Remark[] =
      state === undefined && conditions.isUpdate
        ? [{ code: 'update-unknown', line: row.line, text: `${toPlaceName(held.place)} is updated, but was not known` }]
        : []
    held.remarks = [...kept, ...remarks, ...doubt]
    if (isSiteStated) held.usubjid = occurrence.usubjid
    held.isFollowed = occurrence.isFollowed === true
    held.isOther = conditions.isOther ?? (state !== undefined && held.isOther)
    held.isNoEvent = conditions.isNoEvent ?? (state !== undefined && held.isNoEvent)
    held.evidence = evidence
    held.row = row
    if (isSubjectStated && held.isFollowed) {
      const { subject, subjectRaw, site } = occurrence
      this.#names.set(subject, { name: { subject, subjectRaw, site }, source: row.file.source, row })
    }
  }

  #remove(scope: RemovalScope, row: PendingRow): void {
    row.endAs('not-there')
    if (scope.domain === 'DM') {
      const known = this.#subjects.get(scope.subject)?.subject ?? this.#storedSubjects.get(scope.subject)
      if (known === undefined || (known.sex === null && known.birthYear === null)) return
      row.end = undefined
      this.#subjects.set(scope.subject, { subject: { ...known, sex: null, birthYear: null }, remarks: [], row })
      return
    }
    for (const held of this.#heldOf.get(scope.subject) ?? []) {
      if (held.state === undefined || !isWithin(held.place, scope)) continue
      // The row is asked for by what it took back; if all of it comes again, it is superseded.
      row.end = undefined
      held.state = undefined
      held.row = row
    }
  }

  #changeSubject(row: Extract<ChangeRow, { kind: 'subject-change' }>, pending: PendingRow): void {
    const { subject: said, isSexStated, isBirthYearStated, isSiteStated, remarks } = row
    const held = this.#subjects.get(said.subject)
    const known = held?.subject ?? this.#storedSubjects.get(said.subject)
    const isStated = ({ variable }: Remark) => (variable === 'SEX' ? isSexStated : isBirthYearStated)
    this.#subjects.set(said.subject, {
      subject: {
        ...said,
        sex: isSexStated || known === undefined ? said.sex : known.sex,
        birthYear: isBirthYearStated || known === undefined ? said.birthYear : known.birthYear,
        ...(isSiteStated || known === undefined ? {} : { site: known.site, usubjid: known.usubjid }),
      },
      remarks: [...(held?.remarks ?? []).filter((remark) => !isStated(remark)), ...remarks],
      row: pending,
    })
  }

  #hold(held: Held): Held {
    const known = this.#held.get(held.identity.id)
    if (known !== undefined) return known
    this.#held.set(held.identity.id, held)
    const { subject } = held.identity
    const others = this.#heldOf.get(subject)
    if (others === undefined) this.#heldOf.set(subject, [held])
    else others.push(held)
    return held
  }

  /** Subjects that are called something else now, or stand at another site, take all their records with them. */
  async nameSubjects(trx: Kysely<Tables>): Promise<void> {
    const told = [...this.#names.values()]
    for (let start = 0; start < told.length; start += SUBJECTS_AT_ONCE) {
      const some = told.slice(start, start + SUBJECTS_AT_ONCE)
      const named = some.map(({ name, source }) => [name.subject, name.subjectRaw, name.site, source])
      const wanted = sql`json_each(${JSON.stringify(named)}) j cross join occurrence o on o.study = ${this.#study} and o.subject = j.value ->> 0`
      const condition = sql`and v.present = 1 and v.source = j.value ->> 3
        and (v.subject_raw <> j.value ->> 1 or (j.value ->> 2 is not null and v.site is not j.value ->> 2))`
      for (const found of await this.#findStored(trx, wanted, condition)) {
        const held = this.#hold(found)
        held.isFollowed = true
        if (held.row !== undefined) continue // a record that changed says by itself whether it holds something still
        held.evidence = Object.keys(held.state?.context ?? {})
        held.row = this.#names.get(held.identity.subject)?.row
      }
    }
  }

  /** What became of the records that changes spoke of, in the order they were first met. */
  *listConclusions(): Generator<Conclusion> {
    for (const held of this.#held.values()) if (held.row !== undefined) yield this.#conclude(held, held.row)
  }

  #conclude(held: Held, row: PendingRow): Conclusion {
    this.#rows.add(row)
    const { stored, state } = held
    const skipped = state === undefined ? 'not-there' : findSkipReason(held, state)
    if (state === undefined || skipped !== undefined) {
      if (stored?.isPresent) return { kind: 'gone', no: stored.no, row }
      row.endAs(skipped ?? 'not-there')
      return { kind: 'nothing', row }
    }
    const name = held.isFollowed ? this.#names.get(held.identity.subject)?.name : undefined
    const said = {
      verbatim: state.verbatim,
      context: state.context,
      site: name?.site ?? state.site,
      subjectRaw: name?.subjectRaw ?? state.subjectRaw,
    }
    const translation = findTranslation(held.identity.domain, said.context)
    const occurrence: Occurrence = {
      ...held.identity,
      usubjid: held.usubjid,
      ...(held.isFollowed ? { isFollowed: true } : {}),
      ...said,
      ...(translation === undefined ? {} : { translation }),
      context: toCanonicalJson(said.context),
      isSerious: isSerious(said.context),
      contentId: toOccurrenceContentId(said),
      line: row.line,
    }
    return { kind: 'stated', occurrence, remarks: held.remarks, before: stored?.isPresent ? stored : undefined, row }
  }

  /** What is known now of the subjects whose demographics changed. */
  *listSubjects(): Generator<{ subject: SubjectRecord; remarks: readonly Remark[]; row: PendingRow }> {
    for (const held of this.#subjects.values()) {
      this.#rows.add(held.row)
      yield held
    }
  }

  /** Moves every row to the bucket it ended in. */
  settleRows(): void {
    for (const row of this.#rows) row.settle()
    this.#rows.clear()
  }

  async #findStored(
    trx: Kysely<Tables>,
    wanted: ReturnType<typeof sql>,
    condition: ReturnType<typeof sql> = sql``,
  ): Promise<Held[]> {
    const { rows } = await sql<{
      id: string
      key: string
      domain: CodedDomain
      field: string
      subject: string
      usubjid: string
      no: number
      present: number
      verbatim: string
      subject_raw: string
      site: string | null
      context: string
    }>`
      select o.id, o.key, o.domain, o.field, o.subject, o.usubjid, o.no, v.present, v.verbatim, v.subject_raw, v.site, v.context
      from ${wanted} join occurrence_version v on v.study = o.study and v.occurrence_no = o.no
      where v.transfer_no = (select max(w.transfer_no) from occurrence_version w where w.study = o.study and w.occurrence_no = o.no) ${condition}
      order by o.no`.execute(trx)
    return rows.map(({ id, key, domain, field, subject, usubjid, no, present, verbatim, ...row }) => {
      const context = JSON.parse(row.context) as CrfContext
      const stored = { no, isPresent: present === 1, verbatim, subjectRaw: row.subject_raw, site: row.site, context }
      const held = toUnknown({ id, key, domain, field, subject, usubjid })
      return { ...held, stored, state: stored.isPresent ? stored : undefined }
    })
  }

  async #loadSubjects(trx: Kysely<Tables>, subjects: readonly string[]): Promise<void> {
    const { rows } = await sql<{
      subject: string
      usubjid: string
      site: string | null
      sex: SubjectRecord['sex']
      birth_year: number | null
    }>`
      select s.subject, s.usubjid, s.site, s.sex, s.birth_year
      from json_each(${JSON.stringify(subjects)}) j cross join subject_version s on s.study = ${this.#study} and s.subject = j.value
      where s.transfer_no = (select max(t.transfer_no) from subject_version t where t.study = s.study and t.subject = s.subject)`.execute(
      trx,
    )
    for (const { birth_year, ...row } of rows)
      this.#storedSubjects.set(row.subject, { ...row, birthYear: birth_year, line: 0 })
  }
}

const SUBJECTS_AT_ONCE = 500

function toUnknown(occurrence: Held['identity'] & { readonly usubjid: string }): Held {
  const { id, key, domain, field, subject, usubjid } = occurrence
  return {
    identity: { id, key, domain, field, subject },
    place: parseKeyText(key),
    stored: undefined,
    usubjid,
    isFollowed: false,
    state: undefined,
    isOther: false,
    isNoEvent: false,
    evidence: [],
    remarks: [],
    row: undefined,
  }
}

/** Why a changed record holds nothing to code: what ingest asks of whole records (`findSkipReason`), of what they came to. */
function findSkipReason({ isOther, isNoEvent, evidence }: Held, { verbatim, context }: State): SkipReason | undefined {
  if (isOther) return 'other-form'
  const isBlank = (text: string | null | undefined) => text === null || text === undefined || text.trim() === ''
  if (!isBlank(verbatim)) return undefined
  if (isNoEvent) return 'no-event'
  return evidence.every((name) => isBlank(context[name])) ? 'empty-record' : undefined
}

const PARTS = ['event', 'eventRepeat', 'form', 'formRepeat', 'group', 'groupRepeat'] as const

function isWithin(place: OccurrenceKey, scope: RemovalScope): boolean {
  return (
    place.domain === scope.domain && PARTS.every((part) => scope[part] === undefined || scope[part] === place[part])
  )
}

function toPlaceName({ subject, ...place }: OccurrenceKey): string {
  const parts = PARTS.flatMap((part) => (place[part] === null ? [] : [`${part} ${JSON.stringify(place[part])}`]))
  return [`subject ${JSON.stringify(subject)}`, ...parts].join(', ')
}

/**
 * A transfer on its way in. Rows are written in small batches under a number that nobody reads yet; one commit row
 * makes them current, so a run killed anywhere leaves the old state whole and nobody waits for a long transaction.
 */
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import { type Json, toCanonicalJson } from '../../schemas/content-id.ts'
import { assertNever } from '../../schemas/errors.ts'
import { parseKeyText } from '../../schemas/occurrence-id.ts'
import type { Bucket, RejectReason } from '../../schemas/outcomes.ts'
import type { Occurrence, RowOutcome, SubjectRecord } from '../../schemas/records.ts'
import type { KeyCounts } from '../../schemas/transfers.ts'
import type { TermGroup } from '../review/term-group.ts'
import { abandonUnfinished, clearAbandoned, endAbandoned } from './abandon.ts'
import { copyCountsBeside } from './beside.ts'
import { Bitmap } from './bitmap.ts'
import { insertRows, toList } from './bulk.ts'
import { type Actor, appendEvent } from './chain.ts'
import { type Conclusion, FoldedChanges, isChangeRow, type PendingRow } from './changes.ts'
import {
  digestAccount,
  findCommitted,
  listSubjectFacts,
  readVersionFacts,
  toSubjectContentId,
  VersionsDigest,
} from './current.ts'
import { FollowedSubjects } from './followed.ts'
import { findKnown, type Known } from './known.ts'
import { MetGroups } from './met-groups.ts'
import { Batch } from './staged-batch.ts'
import {
  type FileCounts,
  type FileFacts,
  keepRemarks,
  type StagedFile,
  toNoCounts,
  writeAccount,
} from './staged-file.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

export interface TransferStart {
  /** ISO 8601: the moment the export speaks for. A machine decision carries it as its time. */
  readonly asOf: string
  /** Over the input files and the mapping: the same transfer twice is recognised by it. */
  readonly contentId: string
  readonly input: string
  readonly accepted: readonly string[]
}

/** What a transfer did to the occurrences known before. */
export interface Movement {
  new: number
  changedVerbatim: number
  changedContext: number
  unchanged: number
  returned: number
  withdrawn: number
}

/** Rows of one short transaction: fewer cost more in all, more make reviewers wait longer. */
const BATCH_ROWS = 2000
const WITHDRAW_BATCH = 5000
/** New versions kept back until they are filed under their groups. */
const MEMBERS_HELD = 250_000

export class Staging {
  readonly movement: Movement = {
    new: 0,
    changedVerbatim: 0,
    changedContext: 0,
    unchanged: 0,
    returned: 0,
    withdrawn: 0,
  }
  /** What became of the keys of each source. */
  readonly keys = new Map<string, KeyCounts>()
  /** By source, terms withdrawn because nothing states them any more: nobody took them back by name. */
  readonly missing = new Map<string, number>()
  /** Occurrences whose USUBJID would be another now; they keep the one they were first given. */
  usubjidChanged = 0
  readonly transferNo: number
  readonly #store: Store
  readonly #study: string
  readonly #seen: Bitmap
  readonly #sequences: Map<string, number>
  readonly #subjects: Map<string, string>
  readonly #subjectsSeen = new Map<string, string>()
  readonly #groups: MetGroups
  /** Occurrences with smaller numbers were known before this transfer. */
  readonly #firstFresh: number
  readonly #digest = new VersionsDigest()
  readonly #changes: FoldedChanges
  readonly #followed: FollowedSubjects
  readonly #moved = new Map<number, { occurrences: number; serious: number }>()
  /** Group and occurrence numbers of new versions that `group_member` does not hold yet. */
  #members: { groupNo: number; no: number }[] = []
  #waiting: RowOutcome[] = []
  #nextOccurrence: number
  #nextSetAside = 1
  #fileNo = 0
  #file: StagedFile | undefined
  /** Files whose account waits until changes are settled. */
  #unsettled: { readonly file: StagedFile; readonly facts: FileFacts }[] = []

  private constructor(
    store: Store,
    study: string,
    state: {
      transferNo: number
      nextOccurrence: number
      nextGroup: number
      sequences: Map<string, number>
      subjects: Map<string, string>
      groupOf: (occurrence: Occurrence) => TermGroup
    },
  ) {
    this.#store = store
    this.#study = study
    this.transferNo = state.transferNo
    this.#firstFresh = state.nextOccurrence
    this.#nextOccurrence = state.nextOccurrence
    this.#groups = new MetGroups(study, { groupOf: state.groupOf, next: state.nextGroup })
    this.#sequences = state.sequences
    this.#subjects = state.subjects
    this.#seen = new Bitmap()
    this.#changes = new FoldedChanges(study)
    this.#followed = new FollowedSubjects(study)
  }

  /** Begins a transfer. The caller holds the study's lock; what a killed run left is cleared away first. */
  static async open(
    store: Store,
    study: string,
    options: { start: TransferStart; actor: Actor; groupOf: (occurrence: Occurrence) => TermGroup },
  ): Promise<Staging> {
    await abandonUnfinished(store, study, options.actor)
    const { start } = options
    const { db } = store
    const parent = await findCommitted(db, study)
    const last = await db
      .selectFrom('transfer')
      .select((of) => of.fn.max('no').as('no'))
      .where('study', '=', study)
      .executeTakeFirst()
    const transferNo = (last?.no ?? 0) + 1
    await db
      .insertInto('transfer')
      .values({
        study,
        no: transferNo,
        as_of: start.asOf,
        parent: parent?.no ?? null,
        content_id: start.contentId,
        input: start.input,
        accepted: toCanonicalJson(start.accepted),
      })
      .execute()
    // Also parts of reports take numbers, but only under the study's lock, which the caller holds: none is taken meanwhile.
    const { rows: sequences } = await sql<{ domain: string; usubjid: string; n: number }>`
      select domain, usubjid, max(n) as n from sequence where study = ${study} group by domain, usubjid`.execute(db)
    const { rows: subjects } = await sql<{ subject: string; content_id: string }>`
      select subject, content_id, max(transfer_no) from subject_version where study = ${study} group by subject`.execute(
      db,
    )
    return new Staging(store, study, {
      transferNo,
      nextOccurrence: ((await readMax(db, 'occurrence', study)) ?? 0) + 1,
      nextGroup: ((await readMax(db, 'term_group', study)) ?? 0) + 1,
      sequences: new Map(sequences.map((row) => [`${row.domain} ${row.usubjid}`, row.n])),
      subjects: new Map(subjects.map((row) => [row.subject, row.content_id])),
      groupOf: options.groupOf,
    })
  }

  beginFile(file: { source: string; name: string }): void {
    this.#fileNo++
    this.#file = { no: this.#fileNo, ...file, counts: toNoCounts() }
  }

  /** Takes rows in; they are written in short transactions. */
  async add(rows: readonly RowOutcome[]): Promise<void> {
    for (const row of rows) this.#waiting.push(row)
    if (this.#waiting.length >= BATCH_ROWS) await this.#flush()
  }

  async #flush(): Promise<void> {
    const rows = this.#waiting
    this.#waiting = []
    if (rows.length === 0) return
    const file = this.#openFile()
    await this.#store.db.transaction().execute(async (trx) => {
      const known = await this.#findKnown(trx, listOccurrences(rows))
      await this.#followed.load(trx, rows.flatMap(listNamed))
      const changes = rows.filter(isChangeRow)
      if (changes.length > 0) await this.#changes.load(trx, changes)
      const batch = new Batch()
      for (const row of rows) this.#take(row, { file, known, batch })
      this.#digest.add(batch.fresh, 'fresh')
      await batch.write(trx)
    })
    if (this.#members.length >= MEMBERS_HELD) await this.#writeMembers()
  }

  /**
   * Files new versions under their groups, in the order of the groups: a verbatim can stand anywhere in an export, and
   * filed as they come in every batch would touch every page.
   */
  async #writeMembers(): Promise<void> {
    const members = this.#members.sort((a, b) => a.groupNo - b.groupNo || a.no - b.no)
    this.#members = []
    for (let start = 0; start < members.length; start += BATCH_ROWS)
      await this.#store.db.transaction().execute((trx) =>
        insertRows(
          trx,
          { name: 'group_member', columns: ['study', 'group_no', 'occurrence_no'], isIgnoringRepeats: true },
          members.slice(start, start + BATCH_ROWS).map(({ groupNo, no }) => [this.#study, groupNo, no]),
        ),
      )
  }

  #take(row: RowOutcome, { file, known, batch }: { file: StagedFile; known: Map<string, Known>; batch: Batch }): void {
    const { counts } = file
    counts.read++
    switch (row.kind) {
      case 'changes':
      case 'subject-change':
      case 'subject-name':
      case 'removal':
        this.#changes.take(row, file)
        return
      case 'skipped':
        counts.skipped++
        counts.skippedBy[row.reason] = (counts.skippedBy[row.reason] ?? 0) + 1
        return
      case 'superseded':
        this.#setAside(batch, {
          bucket: 'superseded',
          file,
          line: row.line,
          code: 'superseded',
          reason: 'a later row of the file changes this record',
          raw: row.raw,
        })
        return
      case 'rejected':
        this.#setAside(batch, { ...row, bucket: 'rejected', file })
        return
      case 'subject': {
        const seenBefore = this.#subjectsSeen.get(row.subject.subject)
        const subject = this.#followed.withFirst(row.subject)
        const contentId = toSubjectContentId(subject)
        if (seenBefore !== undefined) {
          this.#setAside(
            batch,
            this.#toRepeat({
              file,
              line: row.line,
              raw: row.raw,
              isSame: seenBefore === contentId,
              what: `subject ${row.subject.subject}`,
            }),
          )
          return
        }
        counts.accepted++
        keepRemarks(counts, row.remarks)
        this.#takeSubject(subject, { contentId, batch })
        return
      }
      case 'occurrences': {
        const repeats = row.occurrences.map((occurrence) => this.#findRepeat(occurrence, known))
        const conflict = repeats.includes('conflict')
        if (conflict || (repeats.length > 0 && repeats.every((repeat) => repeat === 'duplicate'))) {
          this.#setAside(
            batch,
            this.#toRepeat({
              file,
              line: row.line,
              raw: row.raw,
              isSame: !conflict,
              what: `record ${toRecordName(row.occurrences[0])}`,
            }),
          )
          return
        }
        counts.accepted++
        keepRemarks(counts, row.remarks)
        for (const [index, occurrence] of row.occurrences.entries()) {
          if (repeats[index] === 'duplicate') continue
          this.#takeOccurrence(occurrence, { file, known, batch })
        }
        return
      }
      default:
        assertNever(row)
    }
  }

  #findRepeat(occurrence: Occurrence, known: Map<string, Known>): 'none' | 'duplicate' | 'conflict' {
    const before = known.get(occurrence.id)
    if (before === undefined || !this.#seen.has(before.no)) return 'none'
    return before.contentId === occurrence.contentId ? 'duplicate' : 'conflict'
  }

  #takeOccurrence(
    stated: Occurrence,
    { file, known, batch }: { file: StagedFile; known: Map<string, Known>; batch: Batch },
  ): void {
    const { source, counts } = file
    const occurrence = this.#followed.withFirst(stated)
    const before = known.get(occurrence.id)
    const no = before?.no ?? this.#nextOccurrence++
    counts.occurrences++
    if (before !== undefined) {
      if (before.usubjid !== occurrence.usubjid) this.usubjidChanged++
      keepRemarks(counts, this.#followed.findRemarks(occurrence, before))
    }
    this.#seen.add(no)
    const keys = this.#keysOf(source)
    keys[before === undefined ? 'new' : before.present ? 'matched' : 'returned']++
    if (before === undefined) {
      this.movement.new++
      batch.occurrences.push([
        this.#study,
        no,
        occurrence.id,
        this.transferNo,
        occurrence.domain,
        occurrence.field,
        occurrence.key,
        occurrence.subject,
        occurrence.usubjid,
      ])
      const n = this.#nextSequence(occurrence)
      batch.sequences.push([this.#study, occurrence.domain, occurrence.usubjid, n, no, 1, this.transferNo])
      batch.fresh.push({ ...toFacts(occurrence), n, source, file_no: file.no })
    } else if (before.present && before.contentId === occurrence.contentId) {
      this.movement.unchanged++
      // A source withdraws what it stated last: when another one states the record now, that has to be known.
      if (before.source === source) return
    } else if (!before.present) this.movement.returned++
    else if (before.verbatim !== occurrence.verbatim) this.movement.changedVerbatim++
    else this.movement.changedContext++

    const groupNo = this.#groups.find(occurrence, batch)
    const serious = occurrence.isSerious ? 1 : 0
    if (before?.present) this.#move(before, -1)
    this.#move({ groupNo, serious }, 1)
    this.#members.push({ groupNo, no })
    batch.versions.push([
      this.#study,
      no,
      this.transferNo,
      1,
      source,
      occurrence.verbatim,
      groupNo,
      occurrence.subjectRaw,
      occurrence.site,
      serious,
      occurrence.context,
      occurrence.contentId,
      file.no,
      occurrence.line,
    ])
    known.set(occurrence.id, {
      no,
      contentId: occurrence.contentId,
      verbatim: occurrence.verbatim,
      groupNo,
      source,
      serious,
      usubjid: occurrence.usubjid,
      subjectRaw: occurrence.subjectRaw,
      site: occurrence.site,
      present: true,
    })
  }

  #keysOf(source: string): KeyCounts {
    const counts = this.keys.get(source) ?? { matched: 0, new: 0, returned: 0, gone: 0 }
    this.keys.set(source, counts)
    return counts
  }

  /** --SEQ: counts up within study, domain and subject, and never comes back. */
  #nextSequence({ domain, usubjid }: Occurrence): number {
    const place = `${domain} ${usubjid}`
    const n = (this.#sequences.get(place) ?? 0) + 1
    this.#sequences.set(place, n)
    return n
  }

  /** Keeps account of what the transfer does to the counts of term groups. */
  #move({ groupNo, serious }: { groupNo: number; serious: number }, by: 1 | -1): void {
    const moved = this.#moved.get(groupNo) ?? { occurrences: 0, serious: 0 }
    this.#moved.set(groupNo, { occurrences: moved.occurrences + by, serious: moved.serious + by * serious })
  }

  #takeSubject(subject: SubjectRecord, { contentId, batch }: { contentId: string; batch: Batch }): void {
    this.#subjectsSeen.set(subject.subject, contentId)
    if (this.#subjects.get(subject.subject) === contentId) return
    this.#subjects.set(subject.subject, contentId)
    batch.subjects.push([
      this.#study,
      subject.subject,
      this.transferNo,
      subject.usubjid,
      subject.site,
      subject.sex,
      subject.birthYear,
      contentId,
    ])
  }

  #toRepeat({
    file,
    line,
    raw,
    isSame,
    what,
  }: {
    file: StagedFile
    line: number
    raw: string
    isSame: boolean
    what: string
  }): SetAside {
    if (isSame)
      return {
        bucket: 'duplicate',
        file,
        line,
        code: 'duplicate',
        reason: `${what} stands in this transfer already, with the same content`,
        raw,
      }
    return {
      bucket: 'rejected',
      file,
      line,
      code: 'conflicting-key',
      reason: `${what} stands in this transfer already, with other content: the key does not tell them apart`,
      raw,
    }
  }

  #setAside(batch: Batch, { bucket, file, line, code, reason, raw }: SetAside): void {
    const { counts } = file
    counts[bucket]++
    if (bucket === 'rejected')
      counts.rejectedBy[code as RejectReason] = (counts.rejectedBy[code as RejectReason] ?? 0) + 1
    batch.setAside.push([this.#study, this.transferNo, this.#nextSetAside++, file.no, line, bucket, code, reason, raw])
  }

  /** Versions known of these occurrences; their groups are looked up with them. */
  async #findKnown(trx: Kysely<Tables>, occurrences: readonly Occurrence[]): Promise<Map<string, Known>> {
    const known = await findKnown(trx, this.#study, occurrences)
    await this.#groups.load(trx, occurrences)
    return known
  }

  /**
   * Closes the file's account. What was read must be what its buckets hold (invariant 2): the store refuses otherwise.
   * @returns the account; that of a file with changes is complete when `settle` is done
   */
  async endFile(facts: FileFacts): Promise<FileCounts & { source: string; name: string }> {
    await this.#flush()
    const file = this.#openFile()
    this.#file = undefined
    if (this.#changes.isEmpty) await this.#writeAccount({ file, facts })
    else this.#unsettled.push({ file, facts })
    return Object.assign(file.counts, { source: file.source, name: file.name })
  }

  #writeAccount(account: { readonly file: StagedFile; readonly facts: FileFacts }): Promise<void> {
    return writeAccount(this.#store.db, { study: this.#study, transferNo: this.transferNo }, account)
  }

  /** Writes what the changes of all files came to. After the last file, and before anything is withdrawn. */
  async settle(): Promise<void> {
    const { db } = this.#store
    const changes = this.#changes
    await changes.nameSubjects(db)
    let due: Conclusion[] = []
    for (const conclusion of changes.listConclusions()) {
      due.push(conclusion)
      if (due.length < BATCH_ROWS) continue
      await this.#settleRecords(due)
      due = []
    }
    await this.#settleRecords(due)
    await this.#settleSubjects()
    changes.settleRows()
    await this.#writeUnsettled()
  }

  async #settleRecords(due: readonly Conclusion[]): Promise<void> {
    const stated = due.filter((conclusion) => conclusion.kind === 'stated')
    const gone = due.filter((conclusion) => conclusion.kind === 'gone').filter(({ no }) => !this.#seen.has(no))
    if (stated.length > 0)
      await this.#store.db.transaction().execute(async (trx) => {
        const occurrences = stated.map(({ occurrence }) => occurrence)
        const known = await this.#findKnown(trx, occurrences)
        await this.#followed.load(trx, occurrences)
        const batch = new Batch()
        for (const { occurrence, remarks, row } of stated) {
          if (this.#findRepeat(occurrence, known) !== 'none') {
            this.#rejectChange(batch, { row, raw: toCanonicalJson({ ...occurrence }), what: toRecordName(occurrence) })
            continue
          }
          row.endAs('accepted')
          keepRemarks(row.file.counts, remarks)
          this.#takeOccurrence(occurrence, { file: row.file, known, batch })
        }
        this.#digest.add(batch.fresh, 'fresh')
        await batch.write(trx)
      })
    for (const { row } of gone) row.endAs('accepted')
    if (gone.length > 0) await this.#withdraw(new Map(gone.map(({ no, row }) => [no, row])))
    if (this.#members.length >= MEMBERS_HELD) await this.#writeMembers()
  }

  async #settleSubjects(): Promise<void> {
    const changed = [...this.#changes.listSubjects()]
    await this.#store.db.transaction().execute(async (trx) => {
      await this.#followed.load(
        trx,
        changed.map(({ subject }) => subject),
      )
      const batch = new Batch()
      for (const { subject: stated, remarks, row } of changed) {
        const subject = this.#followed.withFirst(stated)
        if (this.#subjectsSeen.has(subject.subject)) {
          this.#rejectChange(batch, { row, raw: toCanonicalJson({ ...subject }), what: `subject ${subject.subject}` })
          continue
        }
        row.endAs('accepted')
        keepRemarks(row.file.counts, remarks)
        this.#takeSubject(subject, { contentId: toSubjectContentId(subject), batch })
      }
      await batch.write(trx)
    })
  }

  /** A record that another file of the transfer states as a whole cannot be changed by this one: which is later is not known. */
  #rejectChange(batch: Batch, { row, raw, what }: { row: PendingRow; raw: string; what: string }): void {
    const { file, line } = row
    this.#setAside(batch, this.#toRepeat({ file, line, raw, isSame: false, what }))
    file.counts.rejected-- // counted when the row is settled
    row.endAs('rejected')
  }

  async #writeUnsettled(): Promise<void> {
    const unsettled = this.#unsettled
    this.#unsettled = []
    for (const each of unsettled) await this.#writeAccount(each)
  }

  /** A snapshot states everything there is: what its source stated before and does not now is withdrawn, and can come back. After all files. */
  async withdrawMissing(source: string): Promise<{ known: number; withdrawn: number }> {
    let after = 0
    const counts = { known: 0, withdrawn: 0 }
    for (;;) {
      const { rows } = await sql<{ no: number }>`
        select v.occurrence_no as no from occurrence_version v
        where v.study = ${this.#study} and v.occurrence_no > ${after} and v.occurrence_no < ${this.#firstFresh} and v.source = ${source} and v.present = 1
          and v.transfer_no = (select max(w.transfer_no) from occurrence_version w where w.study = v.study and w.occurrence_no = v.occurrence_no)
        order by v.occurrence_no limit ${WITHDRAW_BATCH}`.execute(this.#store.db)
      const last = rows.at(-1)
      if (last === undefined) return counts
      after = last.no
      const missing = rows.flatMap((row) => (this.#seen.has(row.no) ? [] : [row.no]))
      counts.known += rows.length
      counts.withdrawn += missing.length
      if (missing.length > 0) await this.#withdraw(new Map(missing.map((no) => [no, undefined])))
    }
  }

  /** @param missing occurrences by number, each with the row that takes it back; without one it is missing from a snapshot */
  async #withdraw(missing: ReadonlyMap<number, PendingRow | undefined>): Promise<void> {
    await this.#store.db.transaction().execute(async (trx) => {
      const { rows } = await sql<Tables['occurrence_version']>`
        select v.* from occurrence_version v
        where v.study = ${this.#study} and v.occurrence_no in ${toList([...missing.keys()])}
          and v.transfer_no = (select max(w.transfer_no) from occurrence_version w where w.study = v.study and w.occurrence_no = v.occurrence_no)`.execute(
        trx,
      )
      const batch = new Batch()
      for (const row of rows) {
        const place = missing.get(row.occurrence_no)
        this.#seen.add(row.occurrence_no)
        this.movement.withdrawn++
        this.#keysOf(row.source).gone++
        if (place === undefined) this.missing.set(row.source, (this.missing.get(row.source) ?? 0) + 1)
        this.#move({ groupNo: row.group_no, serious: row.serious }, -1)
        batch.versions.push([
          this.#study,
          row.occurrence_no,
          this.transferNo,
          0,
          row.source,
          row.verbatim,
          row.group_no,
          row.subject_raw,
          row.site,
          row.serious,
          row.context,
          row.content_id,
          place?.file.no ?? null,
          place?.line ?? null,
        ])
      }
      await batch.write(trx)
    })
  }

  /** Makes the transfer current: one short transaction with its event, its end row and the new counts. */
  async commit({ actor, body }: { actor: Actor; body: Json }): Promise<void> {
    const { db, ambience } = this.#store
    if (this.#unsettled.length > 0) throw new Error('settle comes first')
    const study = this.#study
    await this.#writeMembers()
    for await (const versions of readVersionFacts(db, study, { transferNo: this.transferNo, before: this.#firstFresh }))
      this.#digest.add(versions, 'known')
    const versionsDigest = this.#digest.finish(await listSubjectFacts(db, study, this.transferNo))
    const account = await digestAccount(db, study, this.transferNo)
    await db.transaction().execute(async (trx) => {
      const { seq } = await appendEvent(trx, study, {
        event: {
          kind: 'transfer-committed',
          object: `transfer ${this.transferNo}`,
          actor,
          body: { transfer: body, movement: { ...this.movement }, versions: versionsDigest, account },
        },
        ambience,
      })
      await trx
        .insertInto('transfer_end')
        .values({ study, transfer_no: this.transferNo, state: 'committed', seq, versions_digest: versionsDigest })
        .execute()
      await moveGroupCounts(trx, study, { moved: this.#moved, transferNo: this.transferNo })
    })
  }

  /** Ends the transfer without effect; its account and what it set aside stay on record. */
  async abandon({ actor, reason }: { actor: Actor; reason: string }): Promise<void> {
    await this.refuse({ actor, reason })
    await clearAbandoned(this.#store, this.#study, this.transferNo)
  }

  /** The same, but what it would have done can still be read, until `clearAbandoned` or the next transfer. */
  async refuse({ actor, reason }: { actor: Actor; reason: string }): Promise<void> {
    await this.#writeUnsettled()
    await endAbandoned(this.#store, this.#study, { transferNo: this.transferNo, actor, reason })
  }

  #openFile(): StagedFile {
    if (this.#file === undefined) throw new Error('beginFile comes first')
    return this.#file
  }
}

type SetAside = {
  readonly bucket: Bucket
  readonly file: StagedFile
  readonly line: number
  readonly code: string
  readonly reason: string
  readonly raw: string
}

async function moveGroupCounts(
  trx: Kysely<Tables>,
  study: string,
  { moved, transferNo }: { moved: ReadonlyMap<number, { occurrences: number; serious: number }>; transferNo: number },
): Promise<void> {
  const rows = [...moved].map(([groupNo, { occurrences, serious }]) => [groupNo, occurrences, serious])
  for (let start = 0; start < rows.length; start += 5000) {
    await sql`
      insert into current_group (study, group_no, occurrences, serious, first_transfer, decision)
      select ${study}, value ->> 0, value ->> 1, value ->> 2, ${transferNo}, null from json_each(${JSON.stringify(rows.slice(start, start + 5000))}) where true
      on conflict (study, group_no) do update set occurrences = current_group.occurrences + excluded.occurrences, serious = current_group.serious + excluded.serious`.execute(
      trx,
    )
  }
  await copyCountsBeside(trx, study)
}

async function readMax(
  db: Kysely<Tables>,
  table: 'occurrence' | 'term_group',
  study: string,
): Promise<number | undefined> {
  const { rows } = await sql<{
    no: number | null
  }>`select max(no) as no from ${sql.table(table)} where study = ${study}`.execute(db)
  return rows[0]?.no ?? undefined
}

function toRecordName(occurrence: Occurrence | undefined): string {
  if (occurrence === undefined) return ''
  const { subject, record, domain: _, item: __, ...place } = parseKeyText(occurrence.key)
  const parts = [...Object.entries(place), ...Object.entries(record)]
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
  return [`subject ${JSON.stringify(subject)}`, ...parts].join(', ')
}

function listOccurrences(rows: readonly RowOutcome[]): Occurrence[] {
  return rows.flatMap((row) => (row.kind === 'occurrences' ? row.occurrences : []))
}

/** The subjects that whole records of a batch are about, as far as they may be known by a key. */
function listNamed(row: RowOutcome): readonly (Occurrence | SubjectRecord)[] {
  return row.kind === 'occurrences' ? row.occurrences : row.kind === 'subject' ? [row.subject] : []
}

function toFacts({ id, usubjid, contentId, line }: Occurrence) {
  return { id, usubjid, present: 1, content_id: contentId, line }
}

/** What a transfer did, record by record, with the code each had and has. Of a committed transfer or a staged one; reads only. */
import { type Kysely, sql } from 'kysely'
import { compareCodeUnits } from '../../schemas/content-id.ts'
import type { CodedDomain, CrfContext } from '../../schemas/records.ts'
import type { Move, MoveKind, ValueChange } from '../../schemas/transfers.ts'
import { toKeyPlace } from '../review/key-place.ts'
import { toList } from './bulk.ts'
import { listStanding, readCodesAsOf } from './former-codes.ts'
import { listRekeyed } from './rekeyed.ts'
import type { Tables } from './tables.ts'

const BATCH = 1000
/**
 * Of records that come again under another key, so many are told where, those first that were decided on their own; the
 * rest only as what they are else.
 */
const REKEYED_TOLD = 10_000

export interface MovesOf {
  readonly transferNo: number
  /** The event before the transfer was committed: codes up to it are what the records had. */
  readonly beforeSeq: number
  /** Codes up to this event are what they have now. */
  readonly uptoSeq: number
}

interface Row {
  no: number
  domain: CodedDomain
  usubjid: string
  key: string
  present: number
  verbatim: string
  group_no: number
  context: string
  site: string | null
  subject_raw: string
  file: string | null
  line: number | null
  was_present: number | null
  was_verbatim: string | null
  was_group_no: number | null
  was_context: string | null
  was_site: string | null
  was_subject_raw: string | null
}

/** The moves of a transfer: records in the order in which they first came, then subjects. What it did not touch is no move. */
export async function* readMoves(db: Kysely<Tables>, study: string, of: MovesOf): AsyncGenerator<Move[]> {
  const { transferNo, beforeSeq, uptoSeq } = of
  const others = await readOtherRecords(db, study, transferNo)
  for (let after = 0; ; ) {
    const { rows } = await sql<Row>`
      select o.no, o.domain, o.usubjid, o.key, v.present, v.verbatim, v.group_no, v.context, v.site, v.subject_raw, v.line,
        (select f.name from transfer_file f where f.study = v.study and f.transfer_no = v.transfer_no and f.file_no = v.file_no) as file,
        p.present as was_present, p.verbatim as was_verbatim, p.group_no as was_group_no, p.context as was_context, p.site as was_site, p.subject_raw as was_subject_raw
      from occurrence_version v
      cross join occurrence o on o.study = v.study and o.no = v.occurrence_no
      left join occurrence_version p on p.study = v.study and p.occurrence_no = v.occurrence_no
        and p.transfer_no = (select max(w.transfer_no) from occurrence_version w where w.study = v.study and w.occurrence_no = v.occurrence_no and w.transfer_no < v.transfer_no)
      where v.study = ${study} and v.transfer_no = ${transferNo} and v.occurrence_no > ${after}
      order by v.occurrence_no limit ${BATCH}`.execute(db)
    const last = rows.at(-1)
    if (last === undefined) break
    after = last.no
    const known = rows.flatMap(({ no, was_group_no, was_verbatim }) =>
      was_group_no === null ? [] : [{ no, group_no: was_group_no, verbatim: was_verbatim ?? '' }],
    )
    const was = await readCodesAsOf(db, study, { occurrences: known, uptoSeq: beforeSeq })
    const present = rows.filter((row) => row.present === 1)
    const now = await readCodesAsOf(db, study, { occurrences: present, uptoSeq })
    const moves = rows.flatMap((row): Move[] => {
      const changes = listChanges(row)
      const kind = toKind(row, changes)
      if (kind === undefined) return []
      return [
        {
          kind,
          domain: row.domain,
          usubjid: row.usubjid,
          record: toRecord(row.key),
          otherRecord: others.get(row.no) ?? null,
          before: row.was_verbatim,
          now: row.present === 1 ? row.verbatim : null,
          changes,
          was: was.get(row.no) ?? null,
          codes: listStanding(now.get(row.no)),
          file: row.file,
          line: row.line,
        },
      ]
    })
    if (moves.length > 0) yield moves
  }
  const subjects = await listSubjectMoves(db, study, transferNo)
  if (subjects.length > 0) yield subjects
}

/** Undefined where only another source states the record now. */
function toKind(row: Row, changes: readonly ValueChange[]): MoveKind | undefined {
  if (row.was_present === null) return 'new'
  if (row.present === 0) return 'withdrawn'
  if (row.was_present === 0) return 'returned'
  if (row.verbatim !== row.was_verbatim) return 'changed-term'
  return changes.length > 0 ? 'changed-context' : undefined
}

function listChanges(row: Row): ValueChange[] {
  if (row.present === 0 || row.was_context === null) return []
  const values: ValueChange[] = [
    { name: 'site', before: row.was_site, now: row.site },
    { name: 'subject', before: row.was_subject_raw, now: row.subject_raw },
  ]
  if (row.context !== row.was_context) {
    const [before, now] = [JSON.parse(row.was_context), JSON.parse(row.context)] as [CrfContext, CrfContext]
    for (const name of [...new Set([...Object.keys(before), ...Object.keys(now)])].sort(compareCodeUnits))
      values.push({ name, before: before[name] ?? null, now: now[name] ?? null })
  }
  return values.filter((value) => value.before !== value.now)
}

/** `event AE, group repeat 2, AESEQ 3` */
function toRecord(key: string): string {
  return toKeyPlace(key)
    .map(({ name, value }) => `${name} ${value}`)
    .join(', ')
}

/** Of records whose content changed keys: where it is now, or was before, by their number. */
async function readOtherRecords(db: Kysely<Tables>, study: string, transferNo: number): Promise<Map<number, string>> {
  const pairs = await listRekeyed(db, study, { transferNo, limit: REKEYED_TOLD })
  const nos = [...new Set(pairs.flatMap(({ from, to }) => [from, to]))]
  if (nos.length === 0) return new Map()
  const { rows } = await sql<{ no: number; key: string }>`
    select no, key from occurrence where study = ${study} and no in ${toList(nos)}`.execute(db)
  const records = new Map(rows.map(({ no, key }) => [no, toRecord(key)]))
  // A record that lost one and gained another is told where its own went: that is what its decisions belong to.
  return new Map([
    ...pairs.map(({ from, to }) => [to, records.get(from) ?? ''] as const),
    ...pairs.map(({ from, to }) => [from, records.get(to) ?? ''] as const),
  ])
}

/** Subjects of whom the transfer says something else than the ones before. */
async function listSubjectMoves(db: Kysely<Tables>, study: string, transferNo: number): Promise<Move[]> {
  const { rows } = await sql<{
    usubjid: string
    sex: string | null
    birth_year: number | null
    site: string | null
    was_usubjid: string
    was_sex: string | null
    was_birth_year: number | null
    was_site: string | null
  }>`
    select v.usubjid, v.sex, v.birth_year, v.site, p.usubjid as was_usubjid, p.sex as was_sex, p.birth_year as was_birth_year, p.site as was_site
    from subject_version v join subject_version p on p.study = v.study and p.subject = v.subject
      and p.transfer_no = (select max(w.transfer_no) from subject_version w where w.study = v.study and w.subject = v.subject and w.transfer_no < v.transfer_no)
    where v.study = ${study} and v.transfer_no = ${transferNo} order by v.subject`.execute(db)
  const toText = (year: number | null) => (year === null ? null : String(year))
  return rows.map((row) => ({
    kind: 'subject-changed',
    domain: 'DM',
    usubjid: row.usubjid,
    record: '',
    otherRecord: null,
    before: null,
    now: null,
    changes: [
      { name: 'USUBJID', before: row.was_usubjid, now: row.usubjid },
      { name: 'site', before: row.was_site, now: row.site },
      { name: 'SEX', before: row.was_sex, now: row.sex },
      { name: 'BRTHYR', before: toText(row.was_birth_year), now: toText(row.birth_year) },
    ].filter((change) => change.before !== change.now),
    was: null,
    codes: [],
    file: null,
    line: null,
  }))
}

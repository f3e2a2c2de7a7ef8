/** Reading term groups as lines of a queue: in ranges of their numbers, or those that changed since an event. */
import { setImmediate } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import type { Outcome } from '../../schemas/outcomes.ts'
import type { CodedDomain } from '../../schemas/records.ts'
import type { TermPath } from '../../schemas/terms.ts'
import { toList } from './bulk.ts'
import { findCommitted, isCurrentVersion } from './current.ts'
import { isApart } from './own-latest.ts'
import type { Tables } from './tables.ts'

type Db = { readonly db: Kysely<Tables> }

/** A term group with what a queue shows of it and sorts by. */
export interface GroupLine {
  readonly no: number
  readonly mainNo: number
  readonly id: string
  readonly domain: CodedDomain
  readonly terminology: string
  readonly folded: string
  readonly verbatim: string
  readonly occurrences: number
  readonly serious: number
  /** As-of of the transfer that first brought it. */
  readonly since: string
  readonly decision: LineDecision | null
}

/** What a line tells of the decision in force. */
export interface LineDecision {
  readonly id: string
  readonly seq: number
  readonly outcome: Outcome
  readonly waits: boolean
  readonly verdict: 'approved' | 'rejected' | null
  readonly reason: string
  readonly by: string
  readonly at: string
  /** Of an open term the likeliest one. */
  readonly top: { readonly code: string; readonly text: string; readonly confidence: number } | null
  readonly codes: readonly { readonly code: string; readonly text: string; readonly part: string | null }[]
  readonly confidence: number
  readonly isOfPerson: boolean
  /** The broadest node above each code. */
  readonly systems: readonly string[]
}

interface LineRow {
  no: number
  main_no: number
  id: string
  domain: CodedDomain
  terminology: string
  folded: string
  verbatim: string
  occurrences: number
  serious: number
  since: string
  decision: string | null
}

interface DecisionRow {
  id: string
  seq: number
  outcome: Outcome
  waits: number
  confidence: number
  actor: string
  actor_kind: string
  at: string
  said: string | null
  told: string | null
  verdict: 'approved' | 'rejected' | null
  codings: string
}

const selectLines = sql`
  select g.no, coalesce(g.main_no, g.no) as main_no, g.id, g.domain, g.terminology, g.folded, g.verbatim, c.occurrences, c.serious, t.as_of as since, c.decision
  from current_group c
  join term_group g on g.study = c.study and g.no = c.group_no
  join transfer t on t.study = c.study and t.no = c.first_transfer`
// What a decision says at length stays in the store: a queue shows its sentence and its first candidate.
const selectDecisions = sql`
  select d.id, d.seq, d.outcome, d.waits, d.confidence, d.actor, d.actor_kind, d.at, d.reason as said,
    json_extract(d.explanation, '$.reason', '$.candidates[0].path', '$.candidates[0].confidence') as told,
    (select w.kind from verdict w where w.study = d.study and w.decision = d.id order by w.seq desc limit 1) as verdict,
    (select json_group_array(json_object('path', json(e.path), 'part', e.part_text)) from coding e where e.study = d.study and e.decision = d.id) as codings
  from decision d`

/**
 * All groups, in the order of their numbers and in batches; those without present occurrences too, since they may come
 * back. Decisions and occurrences are read in the order they lie in, not in that of the groups, which would touch a page
 * for each.
 */
export async function readAllLines({ db }: Db, study: string): Promise<{ line: GroupLine; spread: GroupSpread }[]> {
  const rows: LineRow[] = []
  for (let after = 0; ; ) {
    const batch = await sql<LineRow>`
      ${selectLines} where c.study = ${study} and c.group_no > ${after} order by c.group_no limit ${BATCH}`.execute(db)
    const last = batch.rows.at(-1)
    if (last === undefined) break
    rows.push(...batch.rows)
    after = last.no
    await setImmediate() // a server answers others meanwhile
  }
  const inForce = new Set(rows.flatMap(({ decision }) => decision ?? []))
  const decisions = new Map<string, LineDecision>()
  for (let after = ''; ; ) {
    const batch = await sql<DecisionRow>`
      ${selectDecisions} where d.study = ${study} and d.id > ${after} order by d.id limit ${BATCH}`.execute(db)
    const last = batch.rows.at(-1)
    if (last === undefined) break
    for (const row of batch.rows) if (inForce.has(row.id)) decisions.set(row.id, toLineDecision(row))
    after = last.id
    await setImmediate()
  }
  const spreads = await readSpreads(db, study)
  return rows.map((row) => ({
    line: toLine(row, decisions.get(row.decision ?? '') ?? null),
    spread: spreads.get(row.main_no) ?? NO_SPREAD,
  }))
}

const BATCH = 5000

/** The groups with these numbers. */
export async function readLinesOf({ db }: Db, study: string, nos: readonly number[]): Promise<GroupLine[]> {
  if (nos.length === 0) return []
  const { rows } = await sql<LineRow>`${selectLines} where c.study = ${study} and c.group_no in ${toList(nos)}`.execute(
    db,
  )
  const ids = rows.flatMap(({ decision }) => decision ?? [])
  const found = await sql<DecisionRow>`${selectDecisions} where d.study = ${study} and d.id in ${toList(ids)}`.execute(
    db,
  )
  const decisions = new Map(found.rows.map((row) => [row.id, toLineDecision(row)]))
  return rows.map((row) => toLine(row, decisions.get(row.decision ?? '') ?? null))
}

/** What changed after an event: groups whose decision, verdict, site queries or hidden words did; or everything, after a transfer. */
export async function listChangedGroups(
  { db }: Db,
  study: string,
  { sinceSeq }: { sinceSeq: number },
): Promise<{ readonly isAll: boolean; readonly nos: readonly number[] }> {
  const transfer = await db
    .selectFrom('event')
    .select('seq')
    .where('study', '=', study)
    .where('kind', '=', 'transfer-committed')
    .where('seq', '>', sinceSeq)
    .limit(1)
    .executeTakeFirst()
  if (transfer) return { isAll: true, nos: [] }
  const head = (await findCommitted(db, study))?.no ?? 0
  const ofOccurrences = sql`
    select v.group_no as no from occurrence_version v where v.study = ${study} and ${isCurrentVersion(head)} and v.occurrence_no in`
  // One by one: together the planner would look at every occurrence.
  const nos: number[] = []
  for (const changed of [
    sql<{
      no: number
    }>`select group_no as no from decision where study = ${study} and seq > ${sinceSeq} and group_no is not null`,
    sql<{ no: number }>`select group_no as no from redaction where study = ${study} and seq > ${sinceSeq}`,
    sql<{ no: number }>`
      select d.group_no as no from verdict w cross join decision d on d.study = w.study and d.id = w.decision
      where w.study = ${study} and w.seq > ${sinceSeq} and d.group_no is not null`,
    sql<{
      no: number
    }>`${ofOccurrences} (select occurrence_no from decision where study = ${study} and seq > ${sinceSeq} and occurrence_no is not null)`,
    sql<{
      no: number
    }>`${ofOccurrences} (select q.occurrence_no from query_step s join site_query q on q.study = s.study and q.id = s.query where s.study = ${study} and s.seq > ${sinceSeq})`,
  ])
    nos.push(...(await changed.execute(db)).rows.map(({ no }) => no))
  // What belongs to an occurrence shows on its main group's line, and on the lines beside that.
  const beside = await sql<{ no: number }>`
    select no from term_group where study = ${study} and main_no in ${toList(nos)}`.execute(db)
  return { isAll: false, nos: [...nos, ...beside.rows.map(({ no }) => no)] }
}

/** Where the present occurrences of a main group are, and whose. */
export interface GroupSpread {
  readonly subjects: number
  readonly sites: readonly string[]
  readonly forms: readonly string[]
}

export const NO_SPREAD: GroupSpread = { subjects: 0, sites: [], forms: [] }

/** The spread of every main group, by its number. */
async function readSpreads(db: Kysely<Tables>, study: string): Promise<Map<number, GroupSpread>> {
  const head = (await findCommitted(db, study))?.no ?? 0
  const sets = new Map<number, { subjects: Set<string>; sites: Set<string>; forms: Set<string> }>()
  for (let after = 0; ; ) {
    const { rows } = await sql<{
      occurrence: number
      no: number
      subject: string
      site: string | null
      form: string | null
    }>`
      select v.occurrence_no as occurrence, v.group_no as no, o.subject, v.site, json_extract(o.key, '$.form') as form
      from occurrence_version v join occurrence o on o.study = v.study and o.no = v.occurrence_no
      where v.study = ${study} and v.occurrence_no > ${after} and v.present = 1 and ${isCurrentVersion(head)}
      order by v.occurrence_no limit ${BATCH}`.execute(db)
    const last = rows.at(-1)
    if (last === undefined) break
    for (const { no, subject, site, form } of rows) {
      let group = sets.get(no)
      if (group === undefined) {
        group = { subjects: new Set(), sites: new Set(), forms: new Set() }
        sets.set(no, group)
      }
      group.subjects.add(subject)
      if (site !== null) group.sites.add(site)
      if (form !== null) group.forms.add(form)
    }
    after = last.occurrence
    await setImmediate()
  }
  // Few lists of sites differ: those that are the same are one.
  const known = new Map<string, readonly string[]>()
  const toShared = (values: ReadonlySet<string>): readonly string[] => {
    const sorted = [...values].sort()
    const name = sorted.join('\n')
    const before = known.get(name)
    if (before !== undefined) return before
    known.set(name, sorted)
    return sorted
  }
  return new Map(
    [...sets].map(([no, { subjects, sites, forms }]) => [
      no,
      { subjects: subjects.size, sites: toShared(sites), forms: toShared(forms) },
    ]),
  )
}

/** Whether a row is of an occurrence that is, or was, a member of these main groups; of any where none are named. */
function isIn(mainNos: readonly number[] | undefined, alias: string) {
  if (mainNos === undefined) return sql``
  const occurrence = sql.ref(`${alias}.occurrence_no`)
  return sql`and ${occurrence} in (select m.occurrence_no from group_member m where m.study = ${sql.ref(`${alias}.study`)} and m.group_no in ${toList(mainNos)})`
}

/**
 * Occurrences that stand apart from their group and wait for a person, counted by main group and dictionary (empty for the
 * main one): decided on a verbatim that changed since, without a code, or with a rejected one.
 */
export async function countApart(
  { db }: Db,
  study: string,
  { mainNos }: { mainNos?: readonly number[] },
): Promise<Map<string, number>> {
  const head = (await findCommitted(db, study))?.no ?? 0
  const { rows } = await sql<{ no: number; terminology: string; n: number }>`
    select v.group_no as no, d.terminology, count(*) as n
    from decision d
    join occurrence_version v on v.study = d.study and v.occurrence_no = d.occurrence_no and v.present = 1 and ${isCurrentVersion(head)}
    where d.study = ${study} and d.occurrence_no is not null and ${isApart} ${isIn(mainNos, 'd')}
      and d.seq = (select max(e.seq) from decision e where e.study = d.study and e.occurrence_no = d.occurrence_no and e.terminology = d.terminology)
      and (d.based_on <> v.verbatim
        or not exists (select 1 from coding k where k.study = d.study and k.decision = d.id)
        or (select w.kind from verdict w where w.study = d.study and w.decision = d.id order by w.seq desc limit 1) is 'rejected')
    group by v.group_no, d.terminology`.execute(db)
  return new Map(rows.map(({ no, terminology, n }) => [`${no} ${terminology}`, n]))
}

function toLine({ main_no, ...row }: LineRow, decision: LineDecision | null): GroupLine {
  return { ...row, mainNo: main_no, decision }
}

function toLineDecision(row: DecisionRow): LineDecision {
  const [told, topPath, confidence] = JSON.parse(row.told ?? '[]') as [string?, TermPath?, number?]
  const codings = JSON.parse(row.codings) as { path: TermPath; part: string | null }[]
  const top = codings.length === 0 ? topPath?.at(-1) : undefined
  return {
    id: row.id,
    seq: row.seq,
    outcome: row.outcome,
    waits: row.waits === 1,
    verdict: row.verdict,
    reason: row.said ?? told ?? '',
    by: row.actor,
    at: row.at,
    top: top === undefined ? null : { code: top.code, text: top.text, confidence: confidence ?? 0 },
    codes: codings.map(({ path, part }) => {
      const { code = '', text = '' } = path.at(-1) ?? {}
      return { code, text, part }
    }),
    confidence: row.confidence,
    isOfPerson: row.actor_kind === 'person',
    systems: [...new Set(codings.flatMap(({ path }) => path[0]?.text ?? []))],
  }
}

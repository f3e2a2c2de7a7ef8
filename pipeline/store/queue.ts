/** Reading term groups and occurrences with where they stand: the queue, the work list of autocoding, one term in full. */
import { type Kysely, sql } from 'kysely'
import type { Outcome, Step } from '../../schemas/outcomes.ts'
import type { CodedDomain } from '../../schemas/records.ts'
import type { Candidate, TermPath } from '../../schemas/terms.ts'
import type { ArtefactSet } from './artefacts.ts'
import { toList } from './bulk.ts'
import { findCommitted, isCurrentVersion } from './current.ts'
import type { Target } from './decisions.ts'
import { isApart } from './own-latest.ts'
import type { Tables } from './tables.ts'

type Db = { readonly db: Kysely<Tables> }

/** A decision as it was recorded, with its latest verdict. */
export interface StoredDecision {
  readonly id: string
  readonly seq: number
  readonly basedOn: string
  readonly replaces: string | null
  readonly outcome: Outcome
  readonly step: Step
  readonly confidence: number
  readonly waits: boolean
  readonly artefacts: ArtefactSet
  readonly explanation: {
    readonly reason?: string
    readonly candidates?: readonly Candidate[]
    /** What to ask the site, where it must answer. */
    readonly siteQuery?: string
  }
  readonly actor: string
  readonly at: string
  readonly reason: string | null
  readonly codings: readonly {
    readonly partText: string | null
    readonly dictionary: string
    readonly path: TermPath
  }[]
  readonly verdict: {
    readonly kind: 'approved' | 'rejected'
    readonly actor: string
    readonly at: string
    readonly reason: string | null
  } | null
}

/** A term group with its counts and its decision in force, if any. */
export interface GroupState {
  readonly target: Target
  readonly domain: CodedDomain
  readonly field: string
  /** Name of the dictionary it is coded in. */
  readonly terminology: string
  /** The number of the group its occurrences name: its own, or the main one's that it stands beside. */
  readonly mainNo: number
  readonly folded: string
  readonly verbatim: string
  readonly occurrences: number
  readonly serious: number
  /** As-of of the transfer that first brought it. */
  readonly since: string
  readonly decision: StoredDecision | null
}

/** Most work first: groups with serious events, then the frequent ones; text last, so that the order is always the same. */
export async function listGroups(
  store: Db,
  study: string,
  options: { domain?: CodedDomain; terminology?: string; limit: number; state: 'open' | 'to-approve' | 'any' },
): Promise<GroupState[]> {
  const { rows } = await sql<GroupRow>`
    ${selectGroup}
    where c.study = ${study} and c.occurrences > 0
      ${options.domain ? sql`and g.domain = ${options.domain}` : sql``}
      ${options.terminology ? sql`and g.terminology = ${options.terminology}` : sql``}
      ${options.state === 'open' ? isOpen : options.state === 'to-approve' ? isToApprove : sql``}
    order by (c.serious > 0) desc, c.occurrences desc, g.folded, coalesce(g.main_no, g.no), g.no
    limit ${options.limit}`.execute(store.db)
  return toGroups(store.db, study, rows)
}

/** Groups of some domains in one dictionary, in the order of their numbers, from behind one on. */
export interface GroupRange {
  readonly terminology: string
  readonly domains: readonly CodedDomain[]
  readonly after: number
  readonly limit: number
}

/**
 * Groups that autocoding has to look at: no decision yet, or an open one that rested on other artefacts; without
 * `artefacts` the former only.
 */
export async function listUndecided(
  store: Db,
  study: string,
  options: GroupRange & { artefacts?: string },
): Promise<GroupState[]> {
  const { rows } = await sql<GroupRow>`
    ${selectGroup}
    where c.study = ${study} and c.occurrences > 0 and ${isInRange(options)}
      and (d.id is null ${options.artefacts === undefined ? sql`` : sql`or (d.actor_kind = 'system' and d.artefacts <> ${options.artefacts} and ${hasNoCoding})`})
    order by c.group_no limit ${options.limit}`.execute(store.db)
  return toGroups(store.db, study, rows)
}

/** Coded groups whose code rested on other artefacts than these: where lists or engine may say something else by now. */
export async function listCodedOtherwise(
  store: Db,
  study: string,
  options: GroupRange & { artefacts: string },
): Promise<GroupState[]> {
  const { rows } = await sql<GroupRow>`
    ${selectGroup}
    where c.study = ${study} and c.occurrences > 0 and ${isInRange(options)}
      and d.artefacts <> ${options.artefacts} and not (${hasNoCoding})
    order by c.group_no limit ${options.limit}`.execute(store.db)
  return toGroups(store.db, study, rows)
}

/** How a person names something: by the beginning of its id, 8 digits or more; or a group by its folded verbatim. */
export interface NamedBy {
  readonly idPrefix?: string
  readonly folded?: string
  readonly domain?: CodedDomain
  /** A dictionary's name; without it a verbatim means the group in its domain's main one. */
  readonly terminology?: string
  readonly limit: number
}

const ID_PREFIX = /^[0-9a-f]{8,32}$/

/** The groups that are named so; at most `limit`. */
export async function findGroups(
  store: Db,
  study: string,
  { idPrefix = '', folded = '', domain, terminology, limit }: NamedBy,
): Promise<GroupState[]> {
  const prefix = ID_PREFIX.test(idPrefix) ? idPrefix : '-'
  const { rows } = await sql<GroupRow>`
    ${selectGroup}
    where c.study = ${study} and ((g.id >= ${prefix} and g.id < ${`${prefix}g`}) or (${folded} <> '' and g.folded = ${folded} and ${terminology === undefined ? sql`g.main_no is null` : sql`true`}))
      ${terminology === undefined ? sql`` : sql`and g.terminology = ${terminology}`}
      ${domain ? sql`and g.domain = ${domain}` : sql``}
    order by g.domain, g.folded limit ${limit}`.execute(store.db)
  return toGroups(store.db, study, rows)
}

/** The group with this id; undefined where the study has none. */
export async function findGroup(store: Db, study: string, id: string): Promise<GroupState | undefined> {
  const { rows } = await sql<GroupRow>`
    ${selectGroup}
    where c.study = ${study} and g.id = ${id}`.execute(store.db)
  const [group] = await toGroups(store.db, study, rows)
  return group
}

/** The occurrence with this id among the present ones of a group, with its own decision in the group's dictionary. */
export async function findOccurrenceOf(
  store: Db,
  study: string,
  { group, id }: { group: Pick<GroupState, 'mainNo' | 'target' | 'terminology'>; id: string },
): Promise<OccurrenceState | undefined> {
  const head = (await findCommitted(store.db, study))?.no ?? 0
  const [found] = await readOccurrences(store.db, study, {
    terminology: toOwnTerminology(group),
    condition: sql`o.no in (select occurrence_no from group_member where study = ${study} and group_no = ${group.mainNo})
      and o.id = ${id} and v.group_no = ${group.mainNo} and v.present = 1 and ${isCurrentVersion(head)}`,
  })
  return found
}

export interface OccurrenceState {
  readonly target: Target
  readonly domain: CodedDomain
  readonly usubjid: string
  readonly verbatim: string
  readonly present: boolean
  readonly site: string | null
  readonly isSerious: boolean
  readonly key: string
  readonly context: string
  /** The file that stated it last, and the line there; null where nothing did since it was withdrawn. */
  readonly file: string | null
  readonly line: number | null
  readonly decision: StoredDecision | null
}

/** How many subjects each group occurs in, counted for the groups that are shown. */
export async function countSubjects(
  store: Db,
  study: string,
  groups: readonly GroupState[],
): Promise<ReadonlyMap<string, number>> {
  const head = (await findCommitted(store.db, study))?.no ?? 0
  const { rows } = await sql<{ no: number; subjects: number }>`
    select v.group_no as no, count(distinct o.subject) as subjects
    from group_member m
    join occurrence_version v on v.study = m.study and v.occurrence_no = m.occurrence_no and v.group_no = m.group_no
    join occurrence o on o.study = v.study and o.no = v.occurrence_no
    where m.study = ${study} and m.group_no in ${toList(groups.map((group) => group.mainNo))} and v.present = 1 and ${isCurrentVersion(head)}
    group by v.group_no`.execute(store.db)
  const counted = new Map(rows.map((row) => [row.no, row.subjects]))
  return new Map(groups.map((group) => [group.target.id, counted.get(group.mainNo) ?? 0]))
}

/** The present occurrences of a group, by subject. */
export async function listOccurrences(
  store: Db,
  study: string,
  {
    group,
    limit,
    offset = 0,
  }: { group: Pick<GroupState, 'mainNo' | 'target' | 'terminology'>; limit: number; offset?: number },
): Promise<OccurrenceState[]> {
  const head = (await findCommitted(store.db, study))?.no ?? 0
  return readOccurrences(store.db, study, {
    terminology: toOwnTerminology(group),
    condition: sql`o.no in (select occurrence_no from group_member where study = ${study} and group_no = ${group.mainNo})
      and v.group_no = ${group.mainNo} and v.present = 1 and ${isCurrentVersion(head)} order by o.usubjid, o.key limit ${limit} offset ${offset}`,
  })
}

/** How decisions on single occurrences of a group name its dictionary: empty for the main one. */
function toOwnTerminology({
  target,
  mainNo,
  terminology,
}: Pick<GroupState, 'mainNo' | 'target' | 'terminology'>): string {
  return target.no === mainNo ? '' : terminology
}

/** The occurrences whose id begins with the text; at most `limit`. */
export async function findOccurrences(
  store: Db,
  study: string,
  { idPrefix = '', domain, terminology = '', limit }: NamedBy,
): Promise<OccurrenceState[]> {
  if (!ID_PREFIX.test(idPrefix)) return []
  const head = (await findCommitted(store.db, study))?.no ?? 0
  const upper = `${idPrefix}g` // after every id that begins so
  return readOccurrences(store.db, study, {
    terminology,
    condition: sql`o.id >= ${idPrefix} and o.id < ${upper} and ${isCurrentVersion(head)}
      ${domain ? sql`and o.domain = ${domain}` : sql``} order by o.id limit ${limit}`,
  })
}

/**
 * Present occurrences that were decided on their own and wait for a person: `open` where the verbatim changed since
 * (invariant 8), the code was rejected or the context contradicts the group's code, `to-approve` where it waits for a
 * second person. Those that follow their group again are not among them.
 */
export async function listOwnDecided(
  store: Db,
  study: string,
  options: { state: 'open' | 'to-approve' | 'any'; domain?: CodedDomain; terminology?: string; limit: number },
): Promise<OccurrenceState[]> {
  const { rows } = await sql<{ terminology: string }>`
    select distinct terminology from decision where study = ${study} and occurrence_no is not null
      ${options.terminology === undefined ? sql`` : sql`and terminology = ${options.terminology}`} order by terminology`.execute(
    store.db,
  )
  const found: OccurrenceState[] = []
  for (const { terminology } of rows)
    found.push(
      ...(await listOwnDecidedIn(store, study, { ...options, terminology, limit: options.limit - found.length })),
    )
  return found
}

async function listOwnDecidedIn(
  store: Db,
  study: string,
  options: { state: 'open' | 'to-approve' | 'any'; domain?: CodedDomain; terminology: string; limit: number },
): Promise<OccurrenceState[]> {
  const head = (await findCommitted(store.db, study))?.no ?? 0
  return readOccurrences(store.db, study, {
    terminology: options.terminology,
    condition: sql`${isOwnDecided(study, { ...options, head })} order by o.usubjid, o.key limit ${options.limit}`,
  })
}

/** How many `listOwnDecided` would list without a limit. */
async function countOwnDecided(
  store: Db,
  study: string,
  options: { state: 'open' | 'to-approve'; terminology: string },
): Promise<number> {
  const head = (await findCommitted(store.db, study))?.no ?? 0
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from occurrence o join occurrence_version v on v.study = o.study and v.occurrence_no = o.no
    where o.study = ${study} and ${isOwnDecided(study, { ...options, head })}`.execute(store.db)
  return rows[0]?.n ?? 0
}

/** The condition on an occurrence `o` and its version `v` that `listOwnDecided` is about. */
function isOwnDecided(
  study: string,
  options: { state: 'open' | 'to-approve' | 'any'; domain?: CodedDomain; terminology: string; head: number },
) {
  const own = toOwnDecision(options.terminology)
  const isUpdated = sql`d.based_on <> v.verbatim`
  const wanted = {
    open: sql`(${isUpdated} or (1 = 1 ${isOpen}))`,
    'to-approve': sql`(not (${isUpdated}) ${isToApprove})`,
    any: sql`1 = 1`,
  }[options.state]
  return sql`o.no in (select occurrence_no from decision where study = ${study} and occurrence_no is not null and terminology = ${options.terminology})
      and v.present = 1 and ${isCurrentVersion(options.head)} ${options.domain ? sql`and o.domain = ${options.domain}` : sql``}
      and exists (select 1 from decision d where d.study = o.study and d.id = ${own} and ${isApart} and ${wanted})`
}

/** The id of the latest decision on an occurrence itself, in a dictionary. */
function toOwnDecision(terminology: string) {
  return sql`(select d.id from decision d where d.study = o.study and d.occurrence_no = o.no and d.terminology = ${terminology} order by d.seq desc limit 1)`
}

/** The name of another dictionary than this one that terms of a domain have as their main one; undefined where none has. */
export async function findOtherTerminology(
  store: Db,
  study: string,
  { domain, terminology }: { domain: CodedDomain; terminology: string },
): Promise<string | undefined> {
  const row = await store.db
    .selectFrom('term_group')
    .select('terminology')
    .where('study', '=', study)
    .where('domain', '=', domain)
    .where('main_no', 'is', null)
    .where('terminology', '<>', terminology)
    .limit(1)
    .executeTakeFirst()
  return row?.terminology
}

/** Whether a domain has groups in a dictionary as its main one; any domain where none is named. */
export async function hasMainTerminology(
  store: Db,
  study: string,
  { domain, terminology }: { domain: string; terminology: string },
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from term_group where study = ${study} and terminology = ${terminology} and main_no is null
      ${domain === '' ? sql`` : sql`and domain = ${domain}`} limit 1`.execute(store.db)
  return rows.length > 0
}

/** The names of the dictionaries that terms of a domain were coded in beside the main one. */
export async function listTerminologiesBeside(store: Db, study: string, domain: string): Promise<string[]> {
  const rows = await store.db
    .selectFrom('term_group')
    .select('terminology')
    .distinct()
    .where('study', '=', study)
    .where('domain', '=', domain as CodedDomain)
    .where('main_no', 'is not', null)
    .orderBy('terminology')
    .execute()
  return rows.map((row) => row.terminology)
}

/** Whether anything was ever decided in a study. */
export async function hasDecisions(db: Kysely<Tables>, study: string): Promise<boolean> {
  const row = await db.selectFrom('decision').select('id').where('study', '=', study).limit(1).executeTakeFirst()
  return row !== undefined
}

/** All decisions on a target, oldest first. */
export async function listHistory(store: Db, study: string, target: Target): Promise<StoredDecision[]> {
  const column = target.kind === 'group' ? 'group_no' : 'occurrence_no'
  const rows = await store.db
    .selectFrom('decision')
    .select('id')
    .where('study', '=', study)
    .where(column, '=', target.no)
    .$if(target.kind === 'occurrence', (query) => query.where('terminology', '=', target.terminology ?? ''))
    .orderBy('seq')
    .execute()
  const decisions = await readDecisions(
    store.db,
    study,
    rows.map((row) => row.id),
  )
  return rows.flatMap((row) => decisions.get(row.id) ?? [])
}

/** Where a study stands in its main dictionary, and in each beside it. */
export interface StudyCounts extends CodingCounts {
  readonly beside: readonly (CodingCounts & { readonly terminology: string })[]
}

/** Where the present terms stand in one dictionary. */
export interface CodingCounts {
  readonly groups: number
  readonly occurrences: number
  readonly openGroups: number
  readonly openOccurrences: number
  readonly toApproveGroups: number
  readonly toApproveOccurrences: number
  readonly byOutcome: readonly OutcomeCount[]
  /** Occurrences decided on their own that wait for a person (`listOwnDecided`); they count with their groups above, too. */
  readonly ownOpen: number
  readonly ownToApprove: number
}

/** Present terms whose decision in force has this outcome; `isOpen` where it gives no code, or a rejected one. */
export interface OutcomeCount {
  readonly outcome: Outcome
  readonly isOpen: boolean
  readonly groups: number
  readonly occurrences: number
}

export async function countStudy(store: Db, study: string): Promise<StudyCounts> {
  const { rows } = await sql<{ terminology: string }>`
    select distinct terminology from term_group where study = ${study} and main_no is not null order by terminology`.execute(
    store.db,
  )
  const beside: StudyCounts['beside'][number][] = []
  for (const { terminology } of rows) beside.push({ terminology, ...(await countCodings(store, study, terminology)) })
  return { ...(await countCodings(store, study, '')), beside }
}

/** @param terminology empty for the main dictionaries */
async function countCodings(store: Db, study: string, terminology: string): Promise<CodingCounts> {
  const isOfIt =
    terminology === '' ? sql`g.main_no is null` : sql`g.main_no is not null and g.terminology = ${terminology}`
  const { rows } = await sql<{
    outcome: Outcome | null
    open: number
    pending: number
    groups: number
    occurrences: number
  }>`
    select outcome, open, pending, count(*) as groups, sum(occurrences) as occurrences
    from (
      select c.occurrences, d.outcome, (1 = 1 ${isOpen}) as open, (1 = 1 ${isToApprove}) as pending
      from current_group c join term_group g on g.study = c.study and g.no = c.group_no
      left join decision d on d.study = c.study and d.id = c.decision
      where c.study = ${study} and c.occurrences > 0 and ${isOfIt})
    group by outcome, open, pending order by outcome`.execute(store.db)
  const sum = (of: 'groups' | 'occurrences', chosen: (row: (typeof rows)[number]) => boolean) =>
    rows.reduce((total, row) => (chosen(row) ? total + row[of] : total), 0)
  const byOutcome = new Map<string, OutcomeCount>()
  for (const { outcome, open, groups, occurrences } of rows) {
    if (outcome === null) continue
    const before = byOutcome.get(`${outcome} ${open}`) ?? { groups: 0, occurrences: 0 }
    byOutcome.set(`${outcome} ${open}`, {
      outcome,
      isOpen: open === 1,
      groups: before.groups + groups,
      occurrences: before.occurrences + occurrences,
    })
  }
  return {
    groups: sum('groups', () => true),
    occurrences: sum('occurrences', () => true),
    openGroups: sum('groups', (row) => row.open === 1),
    openOccurrences: sum('occurrences', (row) => row.open === 1),
    toApproveGroups: sum('groups', (row) => row.pending === 1),
    toApproveOccurrences: sum('occurrences', (row) => row.pending === 1),
    byOutcome: [...byOutcome.values()],
    ownOpen: await countOwnDecided(store, study, { state: 'open', terminology }),
    ownToApprove: await countOwnDecided(store, study, { state: 'to-approve', terminology }),
  }
}

/** The decisions with these ids, each with its codings and its latest verdict up to an event. */
export async function readDecisions(
  db: Kysely<Tables>,
  study: string,
  ids: readonly string[],
  { uptoSeq = Number.MAX_SAFE_INTEGER }: { uptoSeq?: number } = {},
): Promise<Map<string, StoredDecision>> {
  const decisions = new Map<string, StoredDecision>()
  if (ids.length === 0) return decisions
  const list = toList(ids)
  const { rows } = await sql<
    Tables['decision']
  >`select d.* from decision d where d.study = ${study} and d.id in ${list}`.execute(db)
  const { rows: codings } = await sql<Tables['coding']>`
    select c.* from coding c where c.study = ${study} and c.decision in ${list} order by c.decision, c.part_no`.execute(
    db,
  )
  const { rows: verdicts } = await sql<Tables['verdict']>`
    select v.* from verdict v where v.study = ${study} and v.decision in ${list} and v.seq <= ${uptoSeq} order by v.decision, v.seq`.execute(
    db,
  )
  const codingsOf = Map.groupBy(codings, (row) => row.decision)
  const verdictOf = new Map(verdicts.map((row) => [row.decision, row]))
  for (const row of rows) {
    const verdict = verdictOf.get(row.id)
    decisions.set(row.id, {
      id: row.id,
      seq: row.seq,
      basedOn: row.based_on,
      replaces: row.replaces,
      outcome: row.outcome,
      step: row.step,
      confidence: row.confidence,
      waits: row.waits === 1,
      artefacts: JSON.parse(row.artefacts) as ArtefactSet,
      explanation: JSON.parse(row.explanation) as StoredDecision['explanation'],
      actor: row.actor,
      at: row.at,
      reason: row.reason,
      codings: (codingsOf.get(row.id) ?? []).map((coding) => ({
        partText: coding.part_text,
        dictionary: coding.dictionary,
        path: JSON.parse(coding.path) as TermPath,
      })),
      verdict: verdict ? { kind: verdict.kind, actor: verdict.actor, at: verdict.at, reason: verdict.reason } : null,
    })
  }
  return decisions
}

function isInRange({ terminology, domains, after }: GroupRange) {
  return sql`c.group_no > ${after} and g.terminology = ${terminology} and g.domain in ${toList(domains)}`
}

interface GroupRow {
  no: number
  main_no: number
  id: string
  domain: CodedDomain
  field: string
  terminology: string
  folded: string
  verbatim: string
  occurrences: number
  serious: number
  since: string
  decision: string | null
}

const selectGroup = sql`
  select g.no, coalesce(g.main_no, g.no) as main_no, g.id, g.domain, g.field, g.terminology, g.folded, g.verbatim, c.occurrences, c.serious, t.as_of as since, c.decision
  from current_group c
  join term_group g on g.study = c.study and g.no = c.group_no
  join transfer t on t.study = c.study and t.no = c.first_transfer
  left join decision d on d.study = c.study and d.id = c.decision`
const hasNoCoding = sql`not exists (select 1 from coding k where k.study = d.study and k.decision = d.id)`
const latestVerdict = sql`(select w.kind from verdict w where w.study = d.study and w.decision = d.id order by w.seq desc limit 1)`
// The two conditions say in SQL what review/rules.ts says of one decision; a test holds them against each other.
const isOpen = sql`and (d.id is null or ${hasNoCoding} or ${latestVerdict} is 'rejected')`
const isToApprove = sql`and d.waits is 1 and not (${hasNoCoding}) and ${latestVerdict} is null`

async function toGroups(db: Kysely<Tables>, study: string, rows: readonly GroupRow[]): Promise<GroupState[]> {
  const decisions = await readDecisions(
    db,
    study,
    rows.flatMap((row) => row.decision ?? []),
  )
  return rows.map(({ no, main_no, id, decision, ...row }) => ({
    ...row,
    mainNo: main_no,
    target: { kind: 'group', no, id },
    decision: decision === null ? null : (decisions.get(decision) ?? null),
  }))
}

async function readOccurrences(
  db: Kysely<Tables>,
  study: string,
  { terminology, condition }: { terminology: string; condition: ReturnType<typeof sql> },
): Promise<OccurrenceState[]> {
  const { rows } = await sql<{
    no: number
    id: string
    domain: CodedDomain
    usubjid: string
    verbatim: string
    present: number
    site: string | null
    serious: number
    key: string
    context: string
    file: string | null
    line: number | null
    decision: string | null
  }>`
    select o.no, o.id, o.domain, o.usubjid, v.verbatim, v.present, v.site, v.serious, o.key, v.context, v.line,
      (select f.name from transfer_file f where f.study = v.study and f.transfer_no = v.transfer_no and f.file_no = v.file_no) as file,
      ${toOwnDecision(terminology)} as decision
    from occurrence o join occurrence_version v on v.study = o.study and v.occurrence_no = o.no
    where o.study = ${study} and ${condition}`.execute(db)
  const decisions = await readDecisions(
    db,
    study,
    rows.flatMap((row) => row.decision ?? []),
  )
  return rows.map(({ no, id, present, serious, decision, ...row }) => ({
    ...row,
    present: present === 1,
    isSerious: serious === 1,
    target: { kind: 'occurrence', no, id, ...(terminology === '' ? {} : { terminology }) },
    decision: decision === null ? null : (decisions.get(decision) ?? null),
  }))
}

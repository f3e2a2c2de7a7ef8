/** Reading site queries: lists with where they stand, one with its steps, counts by age and site, what a term is asked about. */
import { type Kysely, sql } from 'kysely'
import { toCanonicalJson, toContentId } from '../../schemas/content-id.ts'
import type { CodedDomain } from '../../schemas/records.ts'
import {
  SITE_QUERY_AGES,
  SITE_QUERY_STATES,
  type SiteQueryAge,
  type SiteQueryState,
  type SiteQueryStep,
} from '../../schemas/site-queries.ts'
import { toAgeBand, toAgeDays } from '../review/site-query-rules.ts'
import { toList } from './bulk.ts'
import type { Ambience } from './chain.ts'
import { findCommitted, isCurrentVersion } from './current.ts'
import { joinState } from './site-query-sql.ts'
import type { Tables } from './tables.ts'

type Db = { readonly db: Kysely<Tables> }
type TimedDb = Db & { readonly ambience: Ambience }

/** A site query and where it stands. */
export interface SiteQueryView {
  readonly id: string
  /** The number of the event that raised it. */
  readonly seq: number
  /** Of its last step: what a person who acts on it has seen. */
  readonly lastSeq: number
  readonly state: SiteQueryState
  readonly text: string
  /** The verbatim as it was when the site was asked. */
  readonly basedOn: string
  readonly raisedAt: string
  readonly raisedBy: string
  /** When it was raised, or reopened last: its age counts from here. */
  readonly openedAt: string
  readonly stateAt: string
  readonly stateBy: string
  /** Why it was closed or reopened. */
  readonly reason: string | null
  /** The last answer; `at` and `by` as the site's file says, null where it does not. */
  readonly answer: { readonly text: string; readonly at: string | null; readonly by: string | null } | null
  /** Ids of the occurrence and of its term in the dictionary that it was asked for. */
  readonly occurrence: string
  readonly term: string
  readonly domain: CodedDomain
  readonly terminology: string
  readonly site: string | null
  readonly subject: string
  readonly usubjid: string
  /** The `OccurrenceKey` as canonical JSON. */
  readonly key: string
  /** The verbatim as it is now. */
  readonly verbatim: string
  readonly isPresent: boolean
  /** The `CrfContext` as canonical JSON. */
  readonly context: string
}

/** The same with its age, in whole days. */
export interface AgedSiteQuery extends SiteQueryView {
  readonly ageDays: number
}

/** Which site queries are listed; all where nothing is said. */
export interface SiteQueryFilter {
  /** `open`: every state but closed. */
  readonly state?: SiteQueryState | 'open'
  /** A site as the export names it; null for records without one. */
  readonly site?: string | null
  readonly domain?: CodedDomain
  /** Only those older than so many days. */
  readonly olderThan?: number
  /** The id of a term group. */
  readonly term?: string
  /** Numbers of occurrences. */
  readonly occurrences?: readonly number[]
  readonly after?: SiteQueryPlace
  readonly limit: number
}

/** Where a page of a list ended. */
export interface SiteQueryPlace {
  readonly seq: number
  readonly id: string
}

/** In the order in which they were raised. */
export async function listSiteQueries(
  store: TimedDb,
  study: string,
  filter: SiteQueryFilter,
): Promise<AgedSiteQuery[]> {
  const { state, site, domain, olderThan, term, occurrences, after, limit } = filter
  const now = store.ambience.now()
  const conditions = [
    state === undefined ? sql`` : state === 'open' ? sql`and s.kind <> 'closed'` : sql`and s.kind = ${state}`,
    site === undefined ? sql`` : sql`and v.site is ${site}`,
    domain === undefined ? sql`` : sql`and o.domain = ${domain}`,
    olderThan === undefined ? sql`` : sql`and ${openedAt} <= ${toMomentBefore(now, olderThan + 1)}`,
    term === undefined ? sql`` : sql`and ${isOfTerm(study, term)}`,
    occurrences === undefined ? sql`` : sql`and q.id in (${selectIds(study, toList(occurrences))})`,
    after === undefined ? sql`` : sql`and (q.seq, q.id) > (${after.seq}, ${after.id})`,
  ]
  // The index in the order of raising is for long lists: of few occurrences it would be read from end to end.
  const isOfFew = term !== undefined || occurrences !== undefined
  const order = isOfFew ? sql`order by +q.seq, q.id` : sql`order by q.seq, q.id`
  const condition = sql`${sql.join(conditions, sql` `)} ${order} limit ${limit}`
  return (await readSiteQueries(store.db, study, { condition })).map((siteQuery) => ({
    ...siteQuery,
    ageDays: toAgeDays(siteQuery.openedAt, now),
  }))
}

/** The site queries of some occurrences, given by their numbers, that are not closed; at most one each. */
export function listOpenOfOccurrences(
  store: TimedDb,
  study: string,
  occurrences: readonly number[],
): Promise<AgedSiteQuery[]> {
  return listSiteQueries(store, study, { state: 'open', occurrences, limit: occurrences.length })
}

/** The site queries with these ids, or whose ids begin so (8 digits or more); at most `limit`. */
export async function findSiteQueries(
  store: TimedDb,
  study: string,
  { idPrefix, limit }: { idPrefix: string; limit: number },
): Promise<AgedSiteQuery[]> {
  if (!/^[0-9a-f]{8,32}$/.test(idPrefix)) return []
  const now = store.ambience.now()
  const condition = sql`and q.id >= ${idPrefix} and q.id < ${`${idPrefix}g`} order by q.id limit ${limit}`
  return (await readSiteQueries(store.db, study, { condition })).map((siteQuery) => ({
    ...siteQuery,
    ageDays: toAgeDays(siteQuery.openedAt, now),
  }))
}

/** One step of a site query. */
export interface SiteQueryStepView {
  readonly seq: number
  readonly kind: SiteQueryStep
  readonly text: string | null
  readonly answeredAt: string | null
  readonly answeredBy: string | null
  readonly by: string
  readonly auth: string
  readonly at: string
  readonly reason: string | null
}

/** What happened to a site query, oldest first. */
export async function listSiteQuerySteps({ db }: Db, study: string, id: string): Promise<SiteQueryStepView[]> {
  return db
    .selectFrom('query_step')
    .select([
      'seq',
      'kind',
      'text',
      'answered_at as answeredAt',
      'answered_by as answeredBy',
      'actor as by',
      'auth',
      'at',
      'reason',
    ])
    .where('study', '=', study)
    .where('query', '=', id)
    .orderBy('seq')
    .execute()
}

/** How many wait for the site, and how many answers wait for a person. */
export interface QueryCounts {
  readonly open: number
  readonly answered: number
}

/** All site queries of a study, counted. */
export interface SiteQuerySummary {
  readonly states: readonly { readonly state: SiteQueryState; readonly count: number }[]
  /** Those that are not closed, by how long they wait; every band, also an empty one. */
  readonly ages: readonly (QueryCounts & { readonly age: SiteQueryAge })[]
  /** Those that are not closed, by site, the site with the oldest one first. */
  readonly sites: readonly (QueryCounts & {
    readonly id: string
    readonly site: string | null
    readonly oldestDays: number
  })[]
}

/** Counts for the dashboard, from one statement. */
export async function countSiteQueries(store: TimedDb, study: string): Promise<SiteQuerySummary> {
  const now = store.ambience.now()
  const head = (await findCommitted(store.db, study))?.no ?? 0
  const { rows } = await sql<{ state: SiteQueryState; site: string | null; opened_at: string; n: number }>`
    select s.kind as state, v.site, ${openedAt} as opened_at, count(*) as n
    from site_query q ${joinState()}
    join occurrence_version v on v.study = q.study and v.occurrence_no = q.occurrence_no and ${isCurrentVersion(head)}
    where q.study = ${study} group by 1, 2, 3`.execute(store.db)
  const aged = rows
    .filter(({ state }) => state !== 'closed')
    .map((row) => ({ ...row, days: toAgeDays(row.opened_at, now) }))
  const count = (of: readonly { state: SiteQueryState; n: number }[]): QueryCounts => ({
    open: sumOf(of.filter(({ state }) => state !== 'answered')),
    answered: sumOf(of.filter(({ state }) => state === 'answered')),
  })
  return {
    states: SITE_QUERY_STATES.map((state) => ({ state, count: sumOf(rows.filter((row) => row.state === state)) })),
    ages: SITE_QUERY_AGES.map(({ age }) => ({ age, ...count(aged.filter(({ days }) => toAgeBand(days) === age)) })),
    sites: [...Map.groupBy(aged, ({ site }) => site)]
      .map(([site, of]) => ({
        id: toSiteId(study, site),
        site,
        ...count(of),
        oldestDays: of.reduce((oldest, { days }) => Math.max(oldest, days), 0),
      }))
      .sort((a, b) => b.oldestDays - a.oldestDays || ((a.site ?? '') < (b.site ?? '') ? -1 : 1)),
  }
}

/** A site as a URL may name it. */
export function toSiteId(study: string, site: string | null): string {
  return toContentId(toCanonicalJson([study, 'site', site]))
}

/** The site that an id means; undefined where no site was asked that has it. */
export async function findAskedSite(
  { db }: Db,
  study: string,
  id: string,
): Promise<{ readonly site: string | null } | undefined> {
  const head = (await findCommitted(db, study))?.no ?? 0
  const { rows } = await sql<{ site: string | null }>`
    select distinct v.site from site_query q
    join occurrence_version v on v.study = q.study and v.occurrence_no = q.occurrence_no and ${isCurrentVersion(head)}
    where q.study = ${study}`.execute(db)
  return rows.find(({ site }) => toSiteId(study, site) === id)
}

/** Open site queries of present occurrences, by the number of the term group they are asked for, for the queue; of some main groups, or of all. */
export async function countSiteQueriesByGroup(
  { db }: Db,
  study: string,
  { mainNos }: { mainNos?: readonly number[] } = {},
): Promise<ReadonlyMap<number, QueryCounts>> {
  const head = (await findCommitted(db, study))?.no ?? 0
  const ofGroups =
    mainNos === undefined
      ? sql``
      : sql`and q.occurrence_no in (select m.occurrence_no from group_member m where m.study = ${study} and m.group_no in ${toList(mainNos)})
          and v.group_no in ${toList(mainNos)}`
  const { rows } = await sql<{ no: number; open: number; answered: number }>`
    select coalesce(b.no, v.group_no) as no, sum(s.kind <> 'answered') as open, sum(s.kind = 'answered') as answered
    from site_query q ${joinState()}
    join occurrence_version v on v.study = q.study and v.occurrence_no = q.occurrence_no and v.present = 1 and ${isCurrentVersion(head)}
    left join term_group b on b.study = v.study and b.main_no = v.group_no and b.terminology = q.terminology
    where q.study = ${study} and s.kind <> 'closed' ${ofGroups} group by 1`.execute(db)
  return new Map(rows.map(({ no, open, answered }) => [no, { open, answered }]))
}

/** When a site query `q` was raised, or reopened last. */
const openedAt = sql<string>`(select x.at from query_step x where x.study = q.study and x.query = q.id
  and x.kind in ('raised', 'reopened') order by x.seq desc limit 1)`

/** Whether the occurrence of `q` is in a term group now, which the id names in the dictionary that was asked for. */
function isOfTerm(study: string, term: string) {
  return sql`(v.group_no, q.terminology) in (select coalesce(t.main_no, t.no), case when t.main_no is null then '' else t.terminology end
      from term_group t where t.study = ${study} and t.id = ${term})
    and q.id in (${selectIds(
      study,
      sql`(select m.occurrence_no from term_group t cross join group_member m on m.study = t.study and m.group_no = coalesce(t.main_no, t.no)
        where t.study = ${study} and t.id = ${term})`,
    )})`
}

/** The ids of the site queries of some occurrences, from the index alone. */
function selectIds(study: string, occurrences: ReturnType<typeof sql>) {
  return sql`select p.id from site_query p where p.study = ${study} and p.occurrence_no in ${occurrences}`
}

/** Reads site queries as they were after an event, with what the transfer of that time says of their occurrences. */
export async function readSiteQueries(
  db: Kysely<Tables>,
  study: string,
  { condition, uptoSeq = Number.MAX_SAFE_INTEGER }: { condition: ReturnType<typeof sql>; uptoSeq?: number },
): Promise<SiteQueryView[]> {
  const head = (await findCommitted(db, study, { uptoSeq }))?.no ?? 0
  const step = (columns: string, kinds: readonly SiteQueryStep[]) =>
    sql`(select ${sql.raw(columns)} from query_step x where x.study = q.study and x.query = q.id and x.seq <= ${uptoSeq}
      and x.kind in ${toList(kinds)} order by x.seq desc limit 1)`
  const { rows } = await sql<Row>`
    select q.id, q.seq, q.based_on, s.kind as state, s.at as state_at, s.actor as state_by, s.reason,
      (select max(x.seq) from query_step x where x.study = q.study and x.query = q.id and x.seq <= ${uptoSeq}) as last_seq,
      r.at as raised_at, r.actor as raised_by,
      ${step('x.at', ['raised', 'reopened'])} as opened_at,
      ${step('x.text', ['raised', 'edited'])} as text,
      ${step("json_object('text', x.text, 'at', x.answered_at, 'by', x.answered_by)", ['answered'])} as answer,
      o.id as occurrence, o.domain, v.subject_raw, o.usubjid, o.key, v.site, v.verbatim, v.present, v.context,
      coalesce(b.id, g.id) as term, coalesce(b.terminology, g.terminology) as terminology
    from site_query q ${joinState({ uptoSeq })}
    join query_step r on r.study = q.study and r.query = q.id and r.seq = q.seq
    join occurrence o on o.study = q.study and o.no = q.occurrence_no
    join occurrence_version v on v.study = q.study and v.occurrence_no = q.occurrence_no and ${isCurrentVersion(head)}
    join term_group g on g.study = v.study and g.no = v.group_no
    left join term_group b on b.study = v.study and b.main_no = v.group_no and b.terminology = q.terminology
    where q.study = ${study} ${condition}`.execute(db)
  return rows.map((row) => ({
    id: row.id,
    seq: row.seq,
    lastSeq: row.last_seq,
    state: row.state,
    text: row.text,
    basedOn: row.based_on,
    raisedAt: row.raised_at,
    raisedBy: row.raised_by,
    openedAt: row.opened_at,
    stateAt: row.state_at,
    stateBy: row.state_by,
    reason: row.reason,
    answer: row.answer === null ? null : (JSON.parse(row.answer) as NonNullable<SiteQueryView['answer']>),
    occurrence: row.occurrence,
    term: row.term,
    domain: row.domain,
    terminology: row.terminology,
    site: row.site,
    subject: row.subject_raw.trim(),
    usubjid: row.usubjid,
    key: row.key,
    verbatim: row.verbatim,
    isPresent: row.present === 1,
    context: row.context,
  }))
}

interface Row {
  id: string
  seq: number
  last_seq: number
  state: SiteQueryState
  text: string
  based_on: string
  raised_at: string
  raised_by: string
  opened_at: string
  state_at: string
  state_by: string
  reason: string | null
  answer: string | null
  occurrence: string
  term: string
  domain: CodedDomain
  terminology: string
  site: string | null
  subject_raw: string
  usubjid: string
  key: string
  verbatim: string
  present: number
  context: string
}

function sumOf(rows: readonly { readonly n: number }[]): number {
  return rows.reduce((sum, { n }) => sum + n, 0)
}

function toMomentBefore(now: string, days: number): string {
  return new Date(Date.parse(now) - days * 24 * 60 * 60 * 1000).toISOString()
}

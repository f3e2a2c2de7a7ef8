/** Site queries: raising them for a term, the steps that people and transfers take, and what a changed export closes. */
import { type Kysely, sql } from 'kysely'
import { foldVerbatim } from '../../dictionaries/text/fold.ts'
import { toCanonicalJson, toContentId } from '../../schemas/content-id.ts'
import type { SiteQueryState } from '../../schemas/site-queries.ts'
import {
  type GivenAnswer,
  type JudgedAnswers,
  judgeAnswers,
  type StandingSiteQuery,
} from '../review/site-query-rules.ts'
import { insertRows, toList } from './bulk.ts'
import { type Actor, findHead } from './chain.ts'
import { findCommitted, isCurrentVersion } from './current.ts'
import { findLatestOf } from './decisions.ts'
import type { GroupState } from './queue.ts'
import { listRekeyed } from './rekeyed.ts'
import { isAsked, isCodedAlone, joinOwnDecision, joinState } from './site-query-sql.ts'
import { recordSteps, type StepAct } from './site-query-steps.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

/** A site query's identity: which occurrence, and the event that raised it. */
export function toSiteQueryId(study: string, { occurrence, seq }: { occurrence: string; seq: number }): string {
  return toContentId(toCanonicalJson([study, 'site-query', occurrence, seq]))
}

/** The term group that a site query is asked for. */
export type AskedGroup = Pick<GroupState, 'target' | 'mainNo' | 'terminology'>

/** A present occurrence of a term, and whether it can be asked about. */
export interface Askable {
  readonly no: number
  readonly id: string
  readonly verbatim: string
  readonly site: string | null
  readonly state: 'free' | 'asked' | 'coded-alone'
}

/**
 * The present occurrences of a term, by subject: those without an open site query are free, but for those that were coded
 * on their own.
 */
export async function listAskable(
  { db }: { readonly db: Kysely<Tables> },
  study: string,
  group: AskedGroup,
): Promise<Askable[]> {
  const head = (await findCommitted(db, study))?.no ?? 0
  const { rows } = await sql<Omit<Askable, 'state'> & { asked: number; coded: number }>`
    select o.no, o.id, v.verbatim, v.site, ${isAsked} as asked, ${isCodedAlone} as coded
    from group_member m
    cross join occurrence_version v on v.study = m.study and v.occurrence_no = m.occurrence_no and v.group_no = m.group_no
      and v.present = 1 and ${isCurrentVersion(head)}
    cross join occurrence o on o.study = v.study and o.no = v.occurrence_no
    ${joinOwnDecision(toTerminology(group))}
    where m.study = ${study} and m.group_no = ${group.mainNo} order by o.usubjid, o.key`.execute(db)
  return rows.map(({ asked, coded, ...row }) => ({
    ...row,
    state: asked === 1 ? 'asked' : coded === 1 ? 'coded-alone' : 'free',
  }))
}

/** How a site query names the dictionary of the term it is asked for: empty for the main one. */
function toTerminology({ target, mainNo, terminology }: AskedGroup): string {
  return target.no === mainNo ? '' : terminology
}

/** What came of raising: the site queries, or why nothing was written. */
export type Raised =
  | { readonly kind: 'raised'; readonly seq: number; readonly ids: readonly string[]; readonly passedOver: number }
  | { readonly kind: 'decided-meanwhile' }
  | { readonly kind: 'none-free'; readonly occurrences: readonly Askable[] }
  | { readonly kind: 'not-free'; readonly id: string; readonly state: Askable['state'] | 'not-of-term' }

/**
 * Asks about the free occurrences of a term, or about some of them, with one event.
 * @returns what was raised; where some were named, all of them or nothing
 */
export async function recordRaised(
  store: Store,
  study: string,
  {
    group,
    only,
    seen,
    text,
    actor,
  }: {
    group: AskedGroup
    /** Ids of occurrences; all free ones where left out. */
    only?: readonly string[]
    /** The decision that the person looked at; not asked where left out. */
    seen?: string | null
    text: string
    actor: Actor
  },
): Promise<Raised> {
  return store.db.transaction().execute(async (trx): Promise<Raised> => {
    if (seen !== undefined && (await findLatestOf(trx, study, group.target)) !== seen)
      return { kind: 'decided-meanwhile' }
    const all = await listAskable({ db: trx }, study, group)
    const byId = new Map(all.map((occurrence) => [occurrence.id, occurrence]))
    for (const id of only ?? []) {
      const state = byId.get(id)?.state ?? 'not-of-term'
      // An occurrence that is named is asked about even where it was coded alone.
      if (state === 'asked' || state === 'not-of-term') return { kind: 'not-free', id, state }
    }
    const named = new Set(only)
    const free = all.filter(({ id, state }) => (only === undefined ? state === 'free' : named.has(id)))
    if (free.length === 0) return { kind: 'none-free', occurrences: all }
    const seq = (await findHead(trx, study)).seq + 1
    const queries = free.map((occurrence) => ({
      id: toSiteQueryId(study, { occurrence: occurrence.id, seq }),
      occurrence,
    }))
    const [one, ...others] = free
    const isOne = only !== undefined && one !== undefined && others.length === 0
    const act: StepAct = {
      kind: 'raised',
      object: isOne ? `occurrence ${one.id}` : `group ${group.target.id}`,
      actor,
      reason: null,
      text,
      told: { occurrences: free.map(({ id }) => id), dictionary: toTerminology(group) },
    }
    await insertRows(
      trx,
      { name: 'site_query', columns: ['study', 'id', 'seq', 'occurrence_no', 'terminology', 'based_on'] },
      queries.map(({ id, occurrence: { no, verbatim } }) => [study, id, seq, no, toTerminology(group), verbatim]),
    )
    await recordSteps(trx, study, { act, queries, ambience: store.ambience })
    return { kind: 'raised', seq, ids: queries.map(({ id }) => id), passedOver: all.length - free.length }
  })
}

/** A site query as a step is held against it. */
export interface StandingInStore extends StandingSiteQuery {
  /** The number of its last step, edits included: what a person who acts on it has seen. */
  readonly lastSeq: number
  readonly occurrenceNo: number
  readonly occurrence: string
  /** The verbatim that was asked about. */
  readonly basedOn: string
  readonly verbatim: string
  readonly isPresent: boolean
  /** Whether another site query of the occurrence is open. */
  readonly hasOtherOpen: boolean
}

/**
 * Takes one step of one site query, where `check` lets it pass.
 * @returns false where there is no such site query, or it is not as it was seen (nothing is written then)
 * @throws what `check` throws
 */
export async function recordStep(
  store: Store,
  study: string,
  {
    id,
    seen,
    act,
    check,
  }: {
    id: string
    /** The number of the last step that the person looked at; not asked where left out. */
    seen?: number
    act: Omit<StepAct, 'object'>
    check: (standing: StandingInStore) => void
  },
): Promise<'recorded' | 'unknown' | 'changed-meanwhile'> {
  return store.db.transaction().execute(async (trx) => {
    const standing = (await listStanding(trx, study, [id])).get(id)
    if (standing === undefined) return 'unknown'
    if (seen !== undefined && standing.lastSeq !== seen) return 'changed-meanwhile'
    check(standing)
    const queries = [{ id }]
    const object = `occurrence ${standing.occurrence}`
    await recordSteps(trx, study, { act: { ...act, object }, queries, ambience: store.ambience })
    return 'recorded'
  })
}

/** The site queries with these ids, as rules look at them. */
async function listStanding(
  db: Kysely<Tables>,
  study: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, StandingInStore>> {
  const head = (await findCommitted(db, study))?.no ?? 0
  const { rows } = await sql<{
    id: string
    state: SiteQueryState
    exchanged: string | null
    last_seq: number
    occurrence_no: number
    occurrence: string
    based_on: string
    verbatim: string
    present: number
    others: number
  }>`
    select q.id, s.kind as state, q.occurrence_no, o.id as occurrence, q.based_on, v.verbatim, v.present,
      (select max(x.seq) from query_step x where x.study = q.study and x.query = q.id) as last_seq,
      (select x.kind from query_step x where x.study = q.study and x.query = q.id
        and x.kind in ('raised', 'sent', 'answered', 'reopened') order by x.seq desc limit 1) as exchanged,
      (select count(*) from site_query p where p.study = q.study and p.occurrence_no = q.occurrence_no and p.id <> q.id
        and (select y.kind from query_step y where y.study = p.study and y.query = p.id and y.kind <> 'edited' order by y.seq desc limit 1) <> 'closed') as others
    from site_query q ${joinState()}
    join occurrence o on o.study = q.study and o.no = q.occurrence_no
    join occurrence_version v on v.study = q.study and v.occurrence_no = q.occurrence_no and ${isCurrentVersion(head)}
    where q.study = ${study} and q.id in ${toList(ids)}`.execute(db)
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        state: row.state,
        awaitsAnswer: row.exchanged === 'sent',
        lastSeq: row.last_seq,
        occurrenceNo: row.occurrence_no,
        occurrence: row.occurrence,
        basedOn: row.based_on,
        verbatim: row.verbatim,
        isPresent: row.present === 1,
        hasOtherOpen: row.others > 0,
      },
    ]),
  )
}

/** Takes answers in, all of them or none. What was closed meanwhile keeps its answer and stays closed. */
export async function recordAnswers(
  store: Store,
  study: string,
  { answers, actor, told }: { answers: readonly GivenAnswer[]; actor: Actor; told: NonNullable<StepAct['told']> },
): Promise<JudgedAnswers & { readonly seq: number | null }> {
  return store.db.transaction().execute(async (trx) => {
    const standing = await listStanding(
      trx,
      study,
      answers.map(({ id }) => id),
    )
    const judged = judgeAnswers(answers, standing)
    const { ambience } = store
    const shared = { object: 'answers', actor, text: null }
    const seq = await recordSteps(trx, study, {
      act: { ...shared, kind: 'answered', reason: null, told },
      queries: judged.taken.map(({ id, text, answeredAt, answeredBy }) => ({
        id,
        answer: { text, at: answeredAt, by: answeredBy },
      })),
      ambience,
    })
    if (seq !== undefined)
      await recordSteps(trx, study, {
        act: { ...shared, kind: 'closed', reason: 'answered after it was closed' },
        queries: judged.late.map((id) => ({ id })),
        ambience,
      })
    return { ...judged, seq: seq ?? null }
  })
}

/** Site queries that a transfer settled, by what it did to their occurrences. */
export interface SettledQueries {
  readonly changed: number
  readonly withdrawn: number
  /** Of records whose term stands under another key now: no site has answered. */
  readonly rekeyed: number
}

/**
 * Closes the open site queries whose occurrence says something else by now, or is gone: the site has answered in the EDC,
 * unless what was asked about stands under another key. A verbatim that folds to the same text says nothing else.
 */
export async function recordSettled(
  store: Store,
  study: string,
  { transfer, actor }: { transfer: { readonly no: number; readonly asOf: string }; actor: Actor },
): Promise<SettledQueries> {
  return store.db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ id: string; no: number; based_on: string; verbatim: string; present: number }>`
      select q.id, q.occurrence_no as no, q.based_on, v.verbatim, v.present from site_query q ${joinState()}
      join occurrence_version v on v.study = q.study and v.occurrence_no = q.occurrence_no and ${isCurrentVersion(transfer.no)}
      where q.study = ${study} and s.kind <> 'closed' and (v.present = 0 or v.verbatim <> q.based_on)
      order by q.seq, q.id`.execute(trx)
    const due = rows.filter(
      ({ present, verbatim, based_on }) => present === 0 || foldVerbatim(verbatim) !== foldVerbatim(based_on),
    )
    if (due.length === 0) return { changed: 0, withdrawn: 0, rekeyed: 0 }
    const from = due.map(({ no }) => no)
    const pairs = await listRekeyed(trx, study, { transferNo: transfer.no, from, limit: from.length })
    const elsewhere = new Set(pairs.map((pair) => pair.from))
    const rekeyed = due.filter(({ no }) => elsewhere.has(no))
    const withdrawn = due.filter(({ no, present }) => present === 0 && !elsewhere.has(no))
    const changed = due.filter(({ no, present }) => present === 1 && !elsewhere.has(no))
    const close = (queries: readonly { id: string }[], reason: string) =>
      recordSteps(trx, study, {
        act: { kind: 'closed', object: `transfer ${transfer.no}`, actor, reason, text: null, at: transfer.asOf },
        queries,
        ambience: store.ambience,
      })
    await close(changed, 'the verbatim changed')
    await close(withdrawn, 'the record was withdrawn')
    await close(rekeyed, 'its term stands under another key now')
    return { changed: changed.length, withdrawn: withdrawn.length, rekeyed: rekeyed.length }
  })
}

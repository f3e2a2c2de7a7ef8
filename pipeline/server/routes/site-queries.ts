/** Site queries: what is asked and where it stands, asking about a term, the outbox and the answers. */
import {
  AnswersBody,
  AnswersView,
  EditBody,
  Outboxes,
  OutboxParams,
  OutboxQuery,
  RaiseBody,
  RaisedView,
  SentView,
  SiteQueryFilterQuery,
  SiteQueryFull,
  SiteQueryPage,
  SiteQueryParams,
  SiteQueryProposalView,
  SiteQueryRow,
  SiteQuerySummaryView,
  StepBody,
  TermParams,
} from '../../../schemas/api/site-queries.ts'
import {
  AecoderError,
  closeSiteQuery,
  countSiteQueries,
  type Desk,
  editSiteQuery,
  fetchOutbox,
  findById,
  type GroupState,
  importAnswers,
  listOutboxes,
  listSiteQueryPage,
  proposeForTerm,
  raiseSiteQueries,
  reopenSiteQuery,
  sendOutbox,
  toSiteQueryFull,
  toSiteQueryRow,
  viewSiteQuery,
} from '../../index.ts'
import { type Route, toStudyRoute } from '../route.ts'

const ROWS_SHOWN = 100
const OUTBOXES_SHOWN = 200
/** A file of answers of 5 MB, as JSON writes it. */
const ANSWERS_LIMIT = 6 * 1024 * 1024

export const SITE_QUERY_ROUTES: readonly Route[] = [
  toStudyRoute({
    method: 'POST',
    path: '/site-queries/list',
    summary: 'What sites were asked, in the order in which it was raised',
    permission: 'read-terms',
    body: SiteQueryFilterQuery,
    answer: SiteQueryPage,
    run: async ({ desk, body: { site, limit = ROWS_SHOWN, ...filter } }) => {
      const { rows, next } = await listSiteQueryPage(desk.study, {
        store: desk.store,
        filter: { ...withoutUndefined(filter), ...(site === undefined ? {} : { siteId: site }), limit },
      })
      return { rows: rows.map(toSiteQueryRow), next }
    },
  }),
  toStudyRoute({
    method: 'GET',
    path: '/site-queries/summary',
    summary: 'Site queries counted by state, age and site',
    permission: 'read-terms',
    answer: SiteQuerySummaryView,
    run: async ({ desk }) => {
      const { states, ages, sites } = await countSiteQueries(desk.store, desk.study.id)
      return { states: [...states], ages: [...ages], sites: [...sites] }
    },
  }),
  toStudyRoute({
    method: 'GET',
    path: '/site-queries/:id',
    summary: 'One site query with its occurrence and all that happened to it',
    permission: 'read-terms',
    params: SiteQueryParams,
    answer: SiteQueryFull,
    run: async ({ desk, params }) => toSiteQueryFull(await viewSiteQuery(desk.study, { store: desk.store, ...params })),
  }),
  toStudyRoute({
    method: 'PUT',
    path: '/site-queries/:id',
    summary: 'Word a site query anew, before it is sent',
    permission: 'ask-site',
    params: SiteQueryParams,
    body: EditBody,
    answer: SiteQueryRow,
    run: async ({ desk, params, body, person }) =>
      toSiteQueryRow(await editSiteQuery(desk.study, { ...toAct(desk, person), ...params, ...body })),
  }),
  toStudyRoute({
    method: 'POST',
    path: '/site-queries/:id/close',
    summary: 'Close a site query that needs no answer any more',
    permission: 'ask-site',
    params: SiteQueryParams,
    body: StepBody,
    answer: SiteQueryRow,
    run: async ({ desk, params, body, person }) =>
      toSiteQueryRow(await closeSiteQuery(desk.study, { ...toAct(desk, person), ...params, ...body })),
  }),
  toStudyRoute({
    method: 'POST',
    path: '/site-queries/:id/reopen',
    summary: 'Ask again what was closed, or answered in a way that does not suffice',
    permission: 'ask-site',
    params: SiteQueryParams,
    body: StepBody,
    answer: SiteQueryRow,
    run: async ({ desk, params, body, person }) =>
      toSiteQueryRow(await reopenSiteQuery(desk.study, { ...toAct(desk, person), ...params, ...body })),
  }),
  toStudyRoute({
    method: 'GET',
    path: '/terms/:term/site-query-proposal',
    summary:
      'A text to ask the sites about a term, which does not lead, and how many occurrences it would be asked about',
    permission: 'read-terms',
    params: TermParams,
    answer: SiteQueryProposalView,
    run: async ({ desk, params }) => {
      const group = await findGroup(desk, params.term)
      const proposal = await proposeForTerm(desk.study, { store: desk.store, group })
      return { ...proposal, seen: group.decision?.id ?? null }
    },
  }),
  toStudyRoute({
    method: 'POST',
    path: '/terms/:term/site-queries',
    summary: 'Ask the sites about all occurrences of a term in one go, or about some of them',
    permission: 'ask-site',
    params: TermParams,
    body: RaiseBody,
    answer: RaisedView,
    run: async ({ desk, params, body, person }) => {
      const group = await findGroup(desk, params.term)
      const { siteQueries, passedOver } = await raiseSiteQueries(desk.study, { ...toAct(desk, person), group, ...body })
      return {
        count: siteQueries.length,
        sites: new Set(siteQueries.map(({ site }) => site)).size,
        passedOver,
        rows: siteQueries.slice(0, ROWS_SHOWN).map(toSiteQueryRow),
      }
    },
  }),
  toStudyRoute({
    method: 'GET',
    path: '/outboxes',
    summary: 'The outboxes that were sent, the latest first, and how many site queries wait to be sent',
    permission: 'read-terms',
    answer: Outboxes,
    run: async ({ desk }) => {
      const { states } = await countSiteQueries(desk.store, desk.study.id)
      const waiting = states.filter(({ state }) => state === 'raised' || state === 'reopened')
      return {
        rows: await listOutboxes(desk.store, desk.study.id, { limit: OUTBOXES_SHOWN }),
        waiting: waiting.reduce((sum, { count }) => sum + count, 0),
      }
    },
  }),
  toStudyRoute({
    method: 'POST',
    path: '/outbox',
    summary: 'Send all site queries that were raised or reopened; the file is fetched by the number of the answer',
    permission: 'exchange-site-queries',
    answer: SentView,
    run: ({ desk, person }) => sendOutbox(desk.study, { store: desk.store, actor: person.actor }),
  }),
  toStudyRoute({
    method: 'GET',
    path: '/outbox/:seq',
    summary: 'An outbox that was sent, as a file for the EDC',
    permission: 'exchange-site-queries',
    params: OutboxParams,
    query: OutboxQuery,
    answer: 'file',
    run: async ({ desk, params, query: { as = 'csv' } }) => {
      const { file } = await fetchOutbox(desk.study, { store: desk.store, seq: Number(params.seq), as })
      return { ...file, type: as === 'csv' ? 'text/csv' : 'application/json' }
    },
  }),
  toStudyRoute({
    method: 'POST',
    path: '/answers',
    summary: 'Take a file of answers in, all of them or none',
    permission: 'exchange-site-queries',
    bodyLimit: ANSWERS_LIMIT,
    body: AnswersBody,
    answer: AnswersView,
    run: async ({ desk, body, person }) => {
      const act = { store: desk.store, actor: person.actor }
      const { answered, late, blank } = await importAnswers(desk.study, { ...act, name: 'the file', ...body })
      return { answered, late: [...late], blank }
    },
  }),
]

function toAct({ store, kits }: Desk, { actor }: { actor: Parameters<typeof sendOutbox>[1]['actor'] }) {
  return { store, kits, actor }
}

async function findGroup(desk: Desk, term: string): Promise<GroupState> {
  const target = await findById(desk, { term })
  if (target.kind === 'group') return target.group
  throw new AecoderError('TARGET_NOT_FOUND', { where: desk.study.id, found: 'no term has this id' })
}

type WithoutUndefined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/** What was not asked for is left out, not named as undefined. */
function withoutUndefined<T extends object>(given: T): WithoutUndefined<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as WithoutUndefined<T>
}

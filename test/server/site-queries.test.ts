/** Site queries over HTTP: asked, worded, sent, answered and closed by the people who may. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyStudy } from '../../pipeline/index.ts'
import type {
  AnswersView,
  Outboxes,
  RaisedView,
  SiteQueryFull,
  SiteQueryPage,
  SiteQueryProposalView,
  SiteQueryRow,
  SiteQuerySummaryView,
} from '../../schemas/api/site-queries.ts'
import type { ActView, Occurrences, Queue, TermRow } from '../../schemas/api/terms.ts'
import type { Client } from './client.ts'
import { type StartedServer, startServer } from './start.ts'

let server: StartedServer
let ann: Client
let dana: Client
let auditor: Client
let base: string

beforeAll(async () => {
  server = await startServer({ isExactOnly: true })
  ann = await server.signIn('ann')
  dana = await server.signIn('dan')
  auditor = await server.signIn('aud')
  base = server.base
})
afterAll(() => server.close())

async function findTerm(text: string): Promise<TermRow> {
  const { rows } = await ann.ask<Queue>('POST', `${base}/terms/list`, { view: 'any', text })
  const [row] = rows
  if (row === undefined) throw new Error(`no term "${text}"`)
  return row
}

const QUESTION = 'Please enter the event itself, in words.'

test('a term is asked about in one go, and what comes of it is seen in the list, the queue and at the occurrence', async () => {
  const term = await findTerm('diarhea')
  const proposal = await ann.ask<SiteQueryProposalView>('GET', `${base}/terms/${term.id}/site-query-proposal`)
  expect(proposal).toMatchObject({ free: 7, asked: 0, codedAlone: 0, seen: term.decision })
  expect(proposal.text).toContain('"diarhea"')
  const body = { text: proposal.text, seen: proposal.seen }
  const raised = await ann.ask<RaisedView>('POST', `${base}/terms/${term.id}/site-queries`, body)
  expect(raised).toMatchObject({ count: 7, sites: proposal.sites, passedOver: 0 })
  expect(raised.rows).toHaveLength(7)

  const page = await auditor.ask<SiteQueryPage>('POST', `${base}/site-queries/list`, {
    state: 'raised',
    term: term.id,
    limit: 5,
  })
  expect([page.rows.length, page.rows[0]?.text, page.rows[0]?.raisedBy]).toEqual([5, proposal.text, 'ann'])
  const rest = await auditor.ask<SiteQueryPage>('POST', `${base}/site-queries/list`, { limit: 5, cursor: page.next })
  expect([rest.rows.length, rest.next]).toEqual([2, null])
  expect(await findTerm('diarhea')).toMatchObject({ state: 'asked', asked: 7, answered: 0 })
  const occurrences = await ann.ask<Occurrences>('GET', `${base}/terms/${term.id}/occurrences`)
  expect(occurrences.rows.map(({ siteQuery }) => siteQuery?.state)).toEqual(Array(7).fill('raised'))

  const again = await ann.refused('POST', `${base}/terms/${term.id}/site-queries`, { body })
  expect(again).toEqual({ status: 422, code: 'SITE_QUERY_NOT_ALLOWED' })
  const stale = { ...body, seen: null }
  expect(await ann.refused('POST', `${base}/terms/${term.id}/site-queries`, { body: stale })).toEqual({
    status: 409,
    code: 'DECISION_STALE',
  })
})

test('one is worded anew until it is sent; of two people who act on it at once one is told', async () => {
  const { rows } = await ann.ask<SiteQueryPage>('POST', `${base}/site-queries/list`, { limit: 1 })
  const [row] = rows
  const at = `${base}/site-queries/${row?.id}`
  const seen = row?.lastSeq
  const edited = await dana.ask<SiteQueryRow>('PUT', at, { text: QUESTION, seen })
  expect(edited).toMatchObject({ text: QUESTION, state: 'raised' })
  expect(await ann.refused('PUT', at, { body: { text: 'What happened?', seen } })).toEqual({
    status: 409,
    code: 'DECISION_STALE',
  })
  expect(await ann.refused('PUT', at, { body: { text: 'Was it a headache?' } })).toEqual({
    status: 422,
    code: 'SITE_QUERY_NOT_ALLOWED',
  })
  expect(await ann.refused('PUT', `${base}/site-queries/${'f'.repeat(32)}`, { body: { text: QUESTION } })).toEqual({
    status: 404,
    code: 'TARGET_NOT_FOUND',
  })
  const full = await auditor.ask<SiteQueryFull>('GET', at)
  expect(full.steps.map(({ kind, by }) => [kind, by])).toEqual([
    ['raised', 'ann'],
    ['edited', 'dan'],
  ])
  expect(full.row.place.map(({ name }) => name)).toContain('event')
  expect(full.context.map(({ name }) => name)).toContain('AESER')
})

test('the outbox is sent by those who exchange files, and can be had again; its answers come back', async () => {
  expect(await ann.refused('POST', `${base}/outbox`)).toEqual({ status: 403, code: 'NOT_PERMITTED' })
  expect(await auditor.ask<Outboxes>('GET', `${base}/outboxes`)).toEqual({ rows: [], waiting: 7 })
  const { seq, count } = await dana.ask<{ seq: number; count: number }>('POST', `${base}/outbox`)
  expect(count).toBe(7)
  const csv = await dana.send('GET', `${base}/outbox/${seq}?as=csv`)
  expect([csv.headers.get('content-type'), csv.headers.get('content-disposition')]).toEqual([
    'text/csv; charset=utf-8',
    `attachment; filename="site-queries-${seq}.csv"`,
  ])
  expect(csv.text.split('\r\n')).toHaveLength(9)
  expect((await dana.send('GET', `${base}/outbox/${seq}`)).text).toBe(csv.text)
  const json = await dana.send('GET', `${base}/outbox/${seq}?as=json`)
  const { siteQueries } = json.json as { siteQueries: { siteQueryId: string; form: string | null }[] }
  expect(await dana.refused('POST', `${base}/outbox`)).toEqual({ status: 422, code: 'SITE_QUERY_NOT_ALLOWED' })
  expect(
    (await auditor.ask<Outboxes>('GET', `${base}/outboxes`)).rows.map((row) => [row.seq, row.by, row.count]),
  ).toEqual([[seq, 'dan', 7]])

  const answers = siteQueries.slice(0, 2).map(({ siteQueryId }) => ({ siteQueryId, answer: '=loose stools' }))
  const wrong = { as: 'json', text: JSON.stringify([...answers, answers[0]]) }
  expect(await dana.refused('POST', `${base}/answers`, { body: wrong })).toEqual({
    status: 422,
    code: 'ANSWERS_INVALID',
  })
  const taken = await dana.ask<AnswersView>('POST', `${base}/answers`, { as: 'json', text: JSON.stringify(answers) })
  expect(taken).toEqual({ answered: 2, late: [], blank: 0 })
  const { rows } = await ann.ask<SiteQueryPage>('POST', `${base}/site-queries/list`, { state: 'answered' })
  expect(rows.map(({ answer }) => answer?.text)).toEqual(['=loose stools', '=loose stools'])
  expect(await findTerm('diarhea')).toMatchObject({ state: 'answered', asked: 5, answered: 2 })
})

test('a file of answers may be 5 MB, and no more', async () => {
  const line = `${'f'.repeat(32)},${'x'.repeat(960)}\n`
  const text = `siteQueryId,answer\n${line.repeat(5000)}`
  expect(text.length).toBeGreaterThan(4_900_000)
  expect((await dana.refused('POST', `${base}/answers`, { body: { as: 'csv', text } })).code).toBe('ANSWERS_INVALID')
  const larger = await dana.send('POST', `${base}/answers`, { body: { as: 'csv', text: text.repeat(2) } })
  expect(larger.status).toBe(413)
})

test('sites stand in the summary with an id that the list is narrowed by, and with the days that the oldest waits', async () => {
  const summary = await auditor.ask<SiteQuerySummaryView>('GET', `${base}/site-queries/summary`)
  expect(summary.ages[0]).toEqual({ age: '0-7', open: 5, answered: 2 })
  const [site] = summary.sites
  const { rows } = await ann.ask<SiteQueryPage>('POST', `${base}/site-queries/list`, { state: 'open', site: site?.id })
  expect(new Set(rows.map((row) => row.site))).toEqual(new Set([site?.site]))
  expect(rows).toHaveLength((site?.open ?? 0) + (site?.answered ?? 0))
})

test("a coder's code closes what was asked; it is reopened with a reason, by a person", async () => {
  const term = await findTerm('diarhea')
  const code = { codes: [{ term: 'Diarrhoea' }], seen: term.decision }
  await ann.ask<ActView>('POST', `${base}/terms/${term.id}/code`, code)
  const { rows } = await ann.ask<SiteQueryPage>('POST', `${base}/site-queries/list`, { state: 'closed' })
  expect(rows.map(({ reason }) => reason)).toEqual(Array(7).fill('coded'))
  const at = `${base}/site-queries/${rows[0]?.id}`
  expect(await auditor.refused('POST', `${at}/reopen`, { body: { reason: 'x' } })).toEqual({
    status: 403,
    code: 'NOT_PERMITTED',
  })
  expect((await ann.refused('POST', `${at}/reopen`, { body: {} })).status).toBe(400)
  const reopened = await ann.ask<SiteQueryRow>('POST', `${at}/reopen`, { reason: 'which kind?' })
  expect(reopened).toMatchObject({ state: 'reopened', reason: 'which kind?', ageDays: 0 })
  const closed = await ann.ask<SiteQueryRow>('POST', `${at}/close`, { reason: 'a mistake', seen: reopened.lastSeq })
  expect(closed.state).toBe('closed')
})

test('all of it is vouched for by the chain, and the server wrote no fault', async () => {
  expect((await verifyStudy(server.study, server.desks.store)).faults).toEqual([])
  expect(server.log).toEqual([])
})

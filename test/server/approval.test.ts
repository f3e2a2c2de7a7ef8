/** Approval in bulk, review sheets, signing off and unlocking over HTTP: who may, with which password, and what follows. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runStudy, verifyStudy } from '../../pipeline/index.ts'
import type { Preview, Review, SignOffView } from '../../schemas/api/approval.ts'
import type { Queue, QueueQuery, TermRow } from '../../schemas/api/terms.ts'
import type { Client } from './client.ts'
import { type StartedServer, startServer, toPassword } from './start.ts'

let server: StartedServer
let ann: Client
let bea: Client
const password = toPassword('bea')

beforeAll(async () => {
  server = await startServer()
  ann = await server.signIn('ann')
  bea = await server.signIn('bea')
})
afterAll(() => server.close())

const at = (path: string) => `${server.base}${path}`

async function listRows(client: Client, query: QueueQuery): Promise<readonly TermRow[]> {
  return (await client.ask<Queue>('POST', at('/terms/list'), query)).rows
}

test('a preview shows what an approval would touch; only just that, with the password again, is approved', async () => {
  const filter = { outcomes: ['confident'], serious: 'none' }
  const preview = await bea.ask<Preview>('POST', at('/approvals/preview'), { filter })
  expect(preview.count).toBeGreaterThan(3)
  expect(preview).toMatchObject({ byOutcome: { confident: preview.count }, byCoder: { aecoder: preview.count } })
  const act = { filter, token: preview.token, kind: 'approved', password }
  for (const [body, refusal] of [
    [
      { ...act, password: undefined },
      { status: 400, code: 'USAGE' },
    ],
    [
      { ...act, password: 'wrong' },
      { status: 403, code: 'SIGN_IN_REFUSED' },
    ],
    [
      { ...act, token: '5.nonsense' },
      { status: 409, code: 'DECISION_STALE' },
    ],
    [
      { ...act, filter: {} },
      { status: 409, code: 'DECISION_STALE' },
    ],
    [
      { ...act, kind: 'rejected' },
      { status: 422, code: 'DECISION_NOT_ALLOWED' },
    ],
    [
      { ...act, confirm: 1 },
      { status: 422, code: 'DECISION_NOT_ALLOWED' },
    ],
    [
      { ...act, filter: { ...filter, sql: "'; --" } },
      { status: 400, code: 'USAGE' },
    ],
  ] as const)
    expect(await bea.refused('POST', at('/approvals'), { body }), JSON.stringify(body)).toEqual(refusal)
  expect(await bea.ask('POST', at('/approvals'), act)).toMatchObject({ count: preview.count })
  expect(await bea.ask('POST', at('/approvals/preview'), { filter })).toMatchObject({ count: 0 })
  const sent = { body: { ...act, password: toPassword('ann') } }
  expect(await ann.refused('POST', at('/approvals'), sent)).toEqual({ status: 403, code: 'NOT_PERMITTED' })
})

test('the changes come in pages, and no word of a term stands in what asks for the next', async () => {
  const ids: string[] = []
  let next: string | null = ''
  let pages = 0
  while (next !== null) {
    const page: Review = await bea.ask('GET', at(`/review?limit=100${next === '' ? '' : `&cursor=${next}`}`))
    ids.push(...page.terms.map(({ id }) => id))
    next = page.next
    pages++
    if (next !== null) expect(next).toMatch(/^[01]\.\d+\.[0-9a-f]{32}\.([0-9a-f]{32})?$/)
  }
  expect(pages).toBeGreaterThan(1)
  expect(new Set(ids).size).toBe(ids.length)
  expect(await bea.refused('GET', at("/review?cursor=1'--"))).toEqual({ status: 400, code: 'USAGE' })
})

test('the sheet is a file to be saved, and comes back marked, all or nothing', async () => {
  const { headers, text } = await bea.send('GET', at('/review/sheet?state=to-approve'))
  expect(headers.get('content-type')).toMatch(/^text\/csv/)
  expect(headers.get('content-disposition')).toMatch(/^attachment; filename="?review-AUR-101-production-0-\d+\.csv/)
  const lines = text.trimEnd().split('\r\n')
  expect(lines.length).toBeGreaterThan(1)
  const broken = lines.map((line, index) => (index === 1 ? line.replace(/,,$/, ',maybe,') : line)).join('\r\n')
  const refused = await bea.send('POST', at('/review/sheet'), { body: { text: broken, password, name: 'mine.csv' } })
  expect(refused).toMatchObject({
    status: 422,
    json: {
      error: { code: 'SHEET_INVALID', where: 'mine.csv', found: 'line 2: "maybe" is no verdict (approve or reject)' },
    },
  })
  const good = lines.map((line, index) => (index === 1 ? line.replace(/,,$/, ',approve,') : line)).join('\r\n')
  expect(await bea.ask('POST', at('/review/sheet'), { text: good, password })).toEqual({
    rows: lines.length - 1,
    approved: 1,
    rejected: 0,
    unmarked: lines.length - 2,
  })
  const large = { body: { text: 'x'.repeat(7_000_000), password } }
  expect((await bea.send('POST', at('/review/sheet'), large)).status).toBe(413)
})

test('a study is signed off with name and password, is locked, holds what comes, and is unlocked with a reason', async () => {
  const state = await bea.ask<SignOffView>('GET', at('/sign-off'))
  expect(state).toMatchObject({ signature: null, history: [], held: null })
  expect(state.owed.open).toBeGreaterThan(0)
  const act = {
    name: 'Bea Approver',
    password,
    meaning: 'interim review',
    seen: state.headSeq,
    isIncomplete: true,
    reason: 'interim analysis',
  }
  for (const [body, refusal] of [
    [
      { ...act, name: 'Ann Coder' },
      { status: 403, code: 'SIGN_IN_REFUSED' },
    ],
    [
      { ...act, password: 'wrong' },
      { status: 403, code: 'SIGN_IN_REFUSED' },
    ],
    [
      { ...act, seen: 1 },
      { status: 409, code: 'DECISION_STALE' },
    ],
    [
      { ...act, isIncomplete: false },
      { status: 422, code: 'DECISION_NOT_ALLOWED' },
    ],
  ] as const)
    expect(await bea.refused('POST', at('/sign-off'), { body }), JSON.stringify(body)).toEqual(refusal)
  const forged = { body: { ...act, name: 'ann', password: toPassword('ann') } }
  expect(await ann.refused('POST', at('/sign-off'), forged)).toEqual({ status: 403, code: 'NOT_PERMITTED' })

  const signed = await bea.ask<SignOffView>('POST', at('/sign-off'), act)
  expect(signed.signature).toMatchObject({
    actor: 'bea',
    fullName: 'Bea Approver',
    auth: 'signed in with password, password given again',
    meaning: 'interim review',
    reason: 'interim analysis',
  })
  const [open] = await listRows(ann, { view: 'open' })
  const code = { codes: [{ term: 'Headache' }], seen: open?.decision ?? null }
  expect(await ann.refused('POST', at(`/terms/${open?.id}/code`), { body: code })).toEqual({
    status: 409,
    code: 'STUDY_SIGNED_OFF',
  })
  const [waiting] = await listRows(bea, { view: 'autocoded', outcome: 'exact' })
  const approve = { body: { seen: waiting?.decision } }
  expect(await bea.refused('POST', at(`/terms/${waiting?.id}/approve`), approve)).toEqual({
    status: 409,
    code: 'STUDY_SIGNED_OFF',
  })

  const { ambience } = server.desks.store
  const actor = { name: 'Dana', kind: 'person', auth: 'asserted' } as const
  const input = `${server.folder}/transfers/2026-03-09`
  expect((await runStudy(server.study, { input, actor, ambience })).status).toBe('held')
  const held = await bea.ask<SignOffView>('GET', at('/sign-off'))
  expect(held.held).toMatchObject({ transfers: [{ asOf: expect.stringContaining('2026-03-09') as string }] })
  expect(held.held?.new).toBeGreaterThan(0)

  const unlock = { password, reason: 'the second transfer came' }
  expect(await bea.refused('POST', at('/unlock'), { body: { password } })).toEqual({ status: 400, code: 'USAGE' })
  const unlocked = await bea.ask<SignOffView>('POST', at('/unlock'), unlock)
  expect(unlocked.signature).toBeNull()
  expect(unlocked.history.map(({ kind }) => kind)).toEqual(['signed-off', 'unlocked'])
  expect(await bea.refused('POST', at('/unlock'), { body: unlock })).toEqual({
    status: 422,
    code: 'DECISION_NOT_ALLOWED',
  })
  await ann.ask('POST', at(`/terms/${open?.id}/code`), code)
  expect((await runStudy(server.study, { input, actor, ambience })).status).toBe('complete')
  expect((await verifyStudy(server.study, server.desks.store)).faults).toEqual([])
})

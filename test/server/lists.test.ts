/** The synonym lists over HTTP: who may what, what speaks against an entry, lists as files, and that the desk works with them at once. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount, verifyStudy } from '../../pipeline/index.ts'
import type { EntryView, Lists } from '../../schemas/api/lists.ts'
import type { ActView, Queue, TermView } from '../../schemas/api/terms.ts'
import { EVERY_STUDY } from '../../schemas/roles.ts'
import type { Client } from './client.ts'
import { type StartedServer, startServer } from './start.ts'

let server: StartedServer
let ann: Client
let bea: Client
let lists: string

beforeAll(async () => {
  server = await startServer({ isExactOnly: true })
  ann = await server.signIn('ann')
  bea = await server.signIn('bea')
  lists = `${server.base}/lists`
})
afterAll(() => server.close())

function propose(verbatim: string, term: string, more: object = {}): Promise<EntryView> {
  return ann.ask('POST', lists, { scope: 'study', verbatim, domain: null, term, ...more })
}

async function findOpen(text: string): Promise<{ id: string; decision: string | null }> {
  const { rows } = await ann.ask<Queue>('POST', `${server.base}/terms/list`, { view: 'open', text })
  const [row] = rows
  if (row === undefined) throw new Error(`no open term "${text}"`)
  return row
}

test('a synonym is proposed by one, approved by another, and what the machine proposes follows at once', async () => {
  const term = await findOpen('diarhea')
  const entry = await propose('diarhea', 'Diarrhoea', { reason: 'misspelt at site 02' })
  expect(entry).toMatchObject({
    scope: 'study',
    state: 'proposed',
    domain: null,
    dictionary: 'OpenAE',
    verbatim: 'diarhea',
    origin: 'a person',
    proposed: { by: 'ann', reason: 'misspelt at site 02' },
    decided: null,
    contradictions: [],
    may: [],
  })
  expect(entry.path.at(-1)).toMatchObject({ level: 'LLT', text: 'Diarrhoea' })
  expect(await ann.refused('POST', `${lists}/${entry.id}/approve`, { body: {} })).toEqual({
    status: 403,
    code: 'NOT_PERMITTED',
  })
  const seen = await bea.ask<Lists>('POST', `${lists}/list`, { state: 'proposed', text: 'DIARHEA' })
  expect(seen.entries).toMatchObject([{ id: entry.id, may: ['approve', 'reject'] }])
  expect(seen.counts).toContainEqual({ scope: 'study', state: 'proposed', entries: 1 })
  const before = await ann.ask<TermView>('GET', `${server.base}/terms/${term.id}`)
  expect(before.proposal.outcome).not.toBe('synonym')
  const approved = await bea.ask<EntryView>('POST', `${lists}/${entry.id}/approve`, {})
  expect(approved).toMatchObject({ state: 'approved', decided: { by: 'bea' }, may: ['retire'] })
  const after = await ann.ask<TermView>('GET', `${server.base}/terms/${term.id}`)
  expect(after.proposal).toMatchObject({ outcome: 'synonym', step: 'synonym-list' })
  expect(await bea.refused('POST', `${lists}/${entry.id}/approve`, { body: {} })).toMatchObject({
    code: 'ENTRY_NOT_ALLOWED',
  })
  expect(await bea.refused('POST', `${lists}/${entry.id}/retire`, { body: {} }), 'without a reason').toMatchObject({
    status: 400,
  })
  const retired = await bea.ask<EntryView>('POST', `${lists}/${entry.id}/retire`, { reason: 'too wide' })
  expect(retired).toMatchObject({ state: 'retired', decided: { by: 'bea', reason: 'too wide' }, may: [] })
  const again = await ann.ask<TermView>('GET', `${server.base}/terms/${term.id}`)
  expect(again.proposal.outcome).toBe(before.proposal.outcome)
})

test('who proposed an entry and is an approver too cannot approve it', async () => {
  const own = await bea.ask<EntryView>('POST', lists, {
    scope: 'study',
    verbatim: 'zz own',
    domain: 'AE',
    term: 'Nausea',
  })
  expect(own.may).toEqual(['reject'])
  expect(await bea.refused('POST', `${lists}/${own.id}/approve`, { body: {} })).toMatchObject({
    code: 'ENTRY_NOT_ALLOWED',
  })
  expect(await bea.ask('POST', `${lists}/${own.id}/reject`, { reason: 'a slip' })).toMatchObject({ state: 'rejected' })
})

test('a code and a synonym are given in one act; the code stands also where the synonym is refused', async () => {
  const term = await findOpen('vomitting')
  const act = { codes: [{ term: 'Vomiting' }], seen: term.decision, synonym: { scope: 'study', reason: 'misspelt' } }
  const coded = await ann.ask<ActView>('POST', `${server.base}/terms/${term.id}/code`, act)
  expect(coded.synonym).toMatchObject({
    refused: null,
    entry: { state: 'proposed', domain: 'AE', origin: `decision ${coded.decision}`, proposed: { reason: 'misspelt' } },
  })
  const again = { ...act, seen: coded.decision, reason: 'once more' }
  const second = await ann.ask<ActView>('POST', `${server.base}/terms/${term.id}/code`, again)
  expect(second.decision).not.toBe(coded.decision)
  expect(second.synonym).toMatchObject({ entry: null, refused: expect.stringContaining('has it already') as string })
})

test('an entry for all studies is judged only by who approves in all of them', async () => {
  const entry = await propose('zz everywhere', 'Nausea', { scope: 'global' })
  const [seen] = (await bea.ask<Lists>('POST', `${lists}/list`, { scope: 'global' })).entries
  expect(seen).toMatchObject({ id: entry.id, may: [] })
  expect(await bea.refused('POST', `${lists}/${entry.id}/approve`, { body: {} })).toEqual({
    status: 403,
    code: 'NOT_PERMITTED',
  })
  await createAccount(server.people, {
    by: { name: 'aecoder', kind: 'system', auth: 'internal' },
    account: {
      name: 'gil',
      fullName: 'Gil Global',
      roles: [{ study: EVERY_STUDY, role: 'approver' }],
      password: 'gil likes 4 green apples',
    },
  })
  const gil = server.client()
  await gil.signIn('gil', 'gil likes 4 green apples')
  expect(await gil.ask('POST', `${lists}/${entry.id}/approve`, {})).toMatchObject({ state: 'approved' })
  expect((await verifyStudy(server.study, server.desks.store)).faults).toEqual([])
})

test('contradictions are shown with the proposal: a term of the same words, a row of a list file', async () => {
  const { contradictions } = await propose('cold', 'Nausea', { domain: 'AE' })
  expect(contradictions).toEqual([
    expect.stringContaining('has these very words') as string,
    expect.stringMatching(/^lists\/synonyms\.csv:\d+ says "Feeling cold"/) as string,
  ])
})

test('a list goes out as a file that no spreadsheet calculates, and comes back as proposals', async () => {
  await propose('=cmd|calc', 'Nausea')
  const { headers, text } = await ann.send('GET', `${lists}/export?scope=study&state=proposed`)
  expect(headers.get('content-disposition')).toBe('attachment; filename="synonyms-AUR-101-production.csv"')
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(text).toContain("\n'=cmd|calc,,OpenAE,")
  expect(await ann.ask('POST', `${lists}/import`, { scope: 'study', name: 'back.csv', text })).toMatchObject({
    proposed: 0,
  })
  const moved = await ann.ask<{ proposed: number }>('POST', `${lists}/import`, { scope: 'global', name: 'b.csv', text })
  expect(moved.proposed).toBeGreaterThan(0)
  const wrong = { scope: 'global', name: 'wrong.csv', text: 'verbatim,code\nzz,NOPE\n' }
  expect(await ann.refused('POST', `${lists}/import`, { body: wrong })).toMatchObject({ code: 'LIST_INVALID' })
  const large = { scope: 'global', name: 'large.csv', text: 'x'.repeat(6 * 2 ** 20) }
  expect((await ann.refused('POST', `${lists}/import`, { body: large })).status).toBe(413)
})

test('the sponsor has no list where the study names no sponsor, and a cursor that is none is refused', async () => {
  const body = { scope: 'sponsor', verbatim: 'zz', domain: null, term: 'Nausea' }
  expect(await ann.refused('POST', lists, { body })).toMatchObject({ code: 'ENTRY_NOT_ALLOWED' })
  expect((await ann.ask<Lists>('POST', `${lists}/list`, {})).scopes).toEqual(['study', 'global'])
  expect(await ann.refused('POST', `${lists}/list`, { body: { cursor: 'nonsense' } })).toMatchObject({ code: 'USAGE' })
  expect(await ann.refused('POST', `${lists}/${'0'.repeat(32)}/approve`, { body: {} })).toMatchObject({ status: 403 })
  expect(await bea.refused('POST', `${lists}/${'0'.repeat(32)}/approve`, { body: {} })).toEqual({
    status: 404,
    code: 'TARGET_NOT_FOUND',
  })
})

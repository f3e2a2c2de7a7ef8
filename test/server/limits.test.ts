/** Sessions that end, accounts that lock, requests that are too many: over HTTP. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deactivate, setRoles } from '../../pipeline/index.ts'
import { openServer } from '../../pipeline/server/server.ts'
import type { SessionView } from '../../schemas/api/session.ts'
import { Client } from './client.ts'
import { type StartedServer, startServer, toPassword } from './start.ts'

let server: StartedServer
let now = Date.parse('2026-04-01T08:00:00Z')
const later = (minutes: number) => {
  now += minutes * 60_000
}
const BY = { name: 'adm', kind: 'person', auth: 'signed in with password' } as const
const SIGN_IN_NEEDED = { status: 401, code: 'SIGN_IN_NEEDED' }

beforeAll(async () => {
  server = await startServer({ now: () => new Date(now).toISOString() })
})
afterAll(() => server.close())

test('a session that nobody used for half an hour is over, for reading too, and its cookie is taken away', async () => {
  const ann = await server.signIn('ann')
  later(20)
  await ann.ask('GET', '/api/session')
  later(29)
  await ann.ask('GET', '/api/session')
  later(31)
  expect(await ann.refused('GET', '/api/session')).toEqual(SIGN_IN_NEEDED)
  expect(ann.cookie).toBe('')
})

test('five wrong passwords lock, in the same words as before; the right one opens after a quarter of an hour', async () => {
  const texts = new Set<string>()
  const tryWith = async (password: string) => {
    const { status, text } = await server.client().send('POST', '/api/session', { body: { name: 'sta', password } })
    if (status !== 200) texts.add(text)
    return status
  }
  for (let n = 0; n < 5; n++) expect(await tryWith('wrong')).toBe(403)
  expect(await tryWith(toPassword('sta'))).toBe(403)
  expect(texts.size).toBe(1)
  later(16)
  expect(await tryWith(toPassword('sta'))).toBe(200)
})

test('a changed password ends the other sessions at once, and this one goes on', async () => {
  const [one, two] = [await server.signIn('dan'), await server.signIn('dan')]
  const body = { old: toPassword('dan'), new: 'three ripe pears here' }
  expect(await one.refused('POST', '/api/session/password', { body: { ...body, old: 'wrong' } })).toEqual({
    status: 403,
    code: 'SIGN_IN_REFUSED',
  })
  expect(await one.refused('POST', '/api/session/password', { body: { ...body, new: 'dan dan dan dan' } })).toEqual({
    status: 422,
    code: 'PASSWORD_WEAK',
  })
  await one.ask('POST', '/api/session/password', body)
  await one.ask('GET', '/api/session')
  expect(await two.refused('GET', '/api/session')).toEqual(SIGN_IN_NEEDED)
})

test('a role that is taken and an account that is taken out of use are felt by the next request', async () => {
  const bea = await server.signIn('bea')
  await bea.ask('POST', `${server.base}/audit/list`, {})
  await setRoles(server.people, { by: BY, name: 'bea', roles: [{ study: server.study.id, role: 'coder' }] })
  expect(await bea.refused('POST', `${server.base}/audit/list`, { body: {} })).toEqual({
    status: 403,
    code: 'NOT_PERMITTED',
  })
  await deactivate(server.people, { by: BY, name: 'bea' })
  expect(await bea.refused('GET', '/api/session')).toEqual(SIGN_IN_NEEDED)
})

test('an admin makes an account, and its owner does nothing before choosing a password', async () => {
  const adm = await server.signIn('adm')
  const { oneTimePassword } = await adm.ask<{ oneTimePassword: string }>('POST', '/api/accounts', {
    name: 'eva',
    fullName: 'Eva Newcomer',
    roles: [{ study: server.study.id, role: 'coder' }],
  })
  // A password that an admin chose would stay one that two people know.
  const chosen = { name: 'fay', fullName: 'Fay', roles: [], password: 'four likely green apples' }
  expect(await adm.refused('POST', '/api/accounts', { body: chosen })).toEqual({ status: 400, code: 'USAGE' })
  const eva = server.client()
  expect((await eva.signIn('eva', oneTimePassword)).person.mustChange).toBe(true)
  expect(await eva.refused('POST', `${server.base}/terms/list`, { body: {} })).toEqual({
    status: 403,
    code: 'NOT_PERMITTED',
  })
  expect((await eva.ask<SessionView>('GET', '/api/session')).person.mustChange).toBe(true)
  await eva.ask('POST', '/api/session/password', { old: oneTimePassword, new: 'three ripe pears here' })
  await eva.ask('POST', `${server.base}/terms/list`, {})
  const { accounts } = await adm.ask<{ accounts: { name: string; mustChange: boolean }[] }>('GET', '/api/accounts')
  expect(accounts.find(({ name }) => name === 'eva')).toMatchObject({ mustChange: false })
})

test('the admin cannot lock out the installation', async () => {
  const adm = await server.signIn('adm')
  const refused = { status: 422, code: 'ACCOUNT_NOT_ALLOWED' }
  expect(await adm.refused('POST', '/api/accounts/adm/deactivate', { body: {} })).toEqual(refused)
  expect(await adm.refused('PUT', '/api/accounts/adm/roles', { body: { roles: [] } })).toEqual(refused)
  const asAnn = { name: 'ANN', fullName: 'Another Ann', roles: [] }
  expect(await adm.refused('POST', '/api/accounts', { body: asAnn })).toEqual(refused)
})

test('an auditor of one study sees who works there, and of others nothing', async () => {
  const adm = await server.signIn('adm')
  const elsewhere = [{ study: 'OTHER-1@production', role: 'coder' }]
  await adm.ask('POST', '/api/accounts', { name: 'far', fullName: 'Far Away', roles: elsewhere })
  const aud = await server.signIn('aud')
  const { accounts } = await aud.ask<{ accounts: { name: string }[] }>('GET', '/api/accounts')
  expect(accounts.map(({ name }) => name)).toContain('ann')
  expect(accounts.map(({ name }) => name)).not.toContain('far')
  expect(JSON.stringify(accounts)).not.toContain('OTHER-1')
})

test('from one address a few sign-ins a minute are answered, and the rest of the work goes on', async () => {
  const strict = await openServer({
    house: { desks: server.desks.desks, people: server.people },
    address: { port: 0 },
    limits: { signIns: 3 },
  })
  try {
    const client = new Client(strict.origin)
    await client.signIn('ann', toPassword('ann'))
    const body = { name: 'nobody', password: 'x' }
    const statuses: number[] = []
    for (let n = 0; n < 4; n++) statuses.push((await client.send('POST', '/api/session', { body })).status)
    expect(statuses).toEqual([403, 403, 429, 429])
    expect((await client.refused('POST', '/api/session', { body })).code).toBe('TOO_MANY_REQUESTS')
    await client.ask('GET', '/api/session')
  } finally {
    await strict.close()
  }
})

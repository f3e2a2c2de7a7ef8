/** Every route of the table against every role, and against nobody at all. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount } from '../../pipeline/index.ts'
import { toUrl } from '../../pipeline/server/register.ts'
import type { Route } from '../../pipeline/server/route.ts'
import { ROUTES } from '../../pipeline/server/routes.ts'
import { SAMPLE_PEOPLE } from '../../samples/people.ts'
import { isPermitted, type Role } from '../../schemas/roles.ts'
import type { Client } from './client.ts'
import { type StartedServer, startServer } from './start.ts'

let server: StartedServer
const clients = new Map<Role, Client>()

beforeAll(async () => {
  server = await startServer()
  for (const { name, role } of SAMPLE_PEOPLE) clients.set(role, await server.signIn(name))
})
afterAll(() => server.close())

/** An address of the route: ids that no study has, so that what is permitted finds nothing to change. */
function toAddress(route: Route, study = server.study.id): string {
  return toUrl(route).replace(':study', encodeURIComponent(study)).replaceAll(/:\w+/g, 'f'.repeat(32))
}

/** What could have been changed: the last event of every chain. */
async function listHeads(): Promise<unknown[]> {
  return await server.desks.store.db
    .selectFrom('event')
    .select(['study', ({ fn }) => fn.max('seq').as('seq')])
    .where('kind', 'not in', ['signed-in'])
    .groupBy('study')
    .execute()
}

const GUARDED = ROUTES.filter(({ permission }) => permission !== 'public')
const named = (routes: readonly Route[]) => routes.map((route) => [`${route.method} ${toUrl(route)}`, route] as const)

test('the table names every route once', () => {
  const names = named(ROUTES).map(([name]) => name)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  expect(names.length).toBeGreaterThan(15)
})

test.for(named(GUARDED))('%s asks for a session', async ([, route]) => {
  const before = await listHeads()
  for (const headers of [{}, { cookie: `aecoder_session=${'A'.repeat(43)}` }, { 'x-csrf-token': 'x' }])
    expect(await server.client().refused(route.method, toAddress(route), { headers })).toEqual({
      status: 401,
      code: 'SIGN_IN_NEEDED',
    })
  expect(await listHeads()).toEqual(before)
})

test.for(named(GUARDED))('%s is open to the roles that have its permission, and to no other', async ([, route]) => {
  const before = await listHeads()
  for (const [role, client] of clients) {
    if (route.permission === 'signed-in' || isPermitted([role], route.permission as never)) {
      // Signing out would end what the other cases need.
      if (route.method === 'DELETE' && route.path === '/session') continue
      const { status, json } = await client.send(route.method, toAddress(route))
      const code = (json as { error?: { code?: string } } | undefined)?.error?.code
      expect([role, status, code]).not.toEqual([role, 403, 'NOT_PERMITTED'])
      expect([role, status]).not.toEqual([role, 401])
      expect(status).toBeLessThan(500)
    } else {
      expect([role, await client.refused(route.method, toAddress(route))]).toEqual([
        role,
        { status: 403, code: 'NOT_PERMITTED' },
      ])
    }
  }
  expect(await listHeads()).toEqual(before)
})

test.for(named(GUARDED.filter(({ scope }) => scope === 'study')))(
  '%s tells of no study that a person has no part in, not even that it is there',
  async ([, route]) => {
    const coder = clients.get('coder')
    const answers = await Promise.all(
      ['OTHER-1@production', '@people', '*', "x' or '1'='1"].map(async (study) => {
        const { status, text } = (await coder?.send(route.method, toAddress(route, study))) ?? {}
        return { status, text }
      }),
    )
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404])
  },
)

test('a role of another study opens nothing in this one, which looks to them as if it were not there', async () => {
  await createAccount(server.people, {
    by: { name: 'adm', kind: 'person', auth: 'signed in with password' },
    account: {
      name: 'oth',
      fullName: 'Of another study',
      roles: [{ study: 'OTHER-1@production', role: 'coder' }],
      password: 'four likely green apples',
    },
  })
  const other = server.client()
  expect((await other.signIn('oth', 'four likely green apples')).studies).toEqual([])
  const absent = await other.send('POST', '/api/studies/NONE-1@production/terms/list', { body: {} })
  const present = await other.send('POST', `${server.base}/terms/list`, { body: {} })
  expect([present.status, present.text]).toEqual([absent.status, absent.text])
  expect(present.status).toBe(404)
})

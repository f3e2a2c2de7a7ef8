/** Signing in and out over HTTP: cookies, tokens, refusals. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SessionView } from '../../schemas/api/session.ts'
import { type StartedServer, startServer, toPassword } from './start.ts'

let server: StartedServer

beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

test('who signs in gets a cookie that scripts cannot read and a view of what they may do', async () => {
  const ann = server.client()
  const { status, headers, json } = await ann.send('POST', '/api/session', {
    body: { name: 'Ann', password: toPassword('ann') },
  })
  expect(status).toBe(200)
  const [cookie = ''] = headers.getSetCookie()
  expect(cookie).toMatch(/^aecoder_session=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/)
  expect(json).toEqual({
    person: { name: 'ann', fullName: 'Ann Coder', mustChange: false },
    csrf: expect.stringMatching(/^[\w-]{43}$/) as string,
    permissions: [],
    studies: [
      {
        id: 'AUR-101@production',
        title: 'AURORA-101, an invented study of an invented medicine',
        protocol: 'AUR-101',
        environment: 'production',
        roles: ['coder'],
        permissions: ['read-terms', 'code', 'note', 'ask-site', 'propose-synonym'],
        signature: null,
      },
    ],
    signIn: 'password',
    idleMinutes: 30,
    version: expect.any(String) as string,
  } satisfies SessionView)
  expect(await ann.ask('GET', '/api/session')).toEqual(json)
})

test('after signing out the cookie opens nothing, even if it was kept', async () => {
  const ann = await server.signIn('ann')
  const { cookie, csrf } = ann
  expect(await ann.ask('DELETE', '/api/session')).toEqual({ done: true })
  expect(ann.cookie).toBe('')
  Object.assign(ann, { cookie, csrf })
  expect(await ann.refused('GET', '/api/session')).toEqual({ status: 401, code: 'SIGN_IN_NEEDED' })
})

test('a wrong password and a name that nobody has are refused in the same words, after about the same time', async () => {
  const client = server.client()
  const told: { text: string; ms: number }[] = []
  for (const name of ['bea', 'nobody']) {
    const start = performance.now()
    const { status, text } = await client.send('POST', '/api/session', { body: { name, password: 'wrong' } })
    told.push({ text, ms: performance.now() - start })
    expect(status).toBe(403)
  }
  expect(told[0]?.text).toBe(told[1]?.text)
  expect(Math.abs((told[0]?.ms ?? 0) - (told[1]?.ms ?? 1e9))).toBeLessThan(150)
})

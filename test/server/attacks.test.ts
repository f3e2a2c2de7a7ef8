/** What strangers and hostile pages try: each is refused, and nothing is told or lost. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from './client.ts'
import { type StartedServer, startServer, toPassword } from './start.ts'

let server: StartedServer
let ann: Client
let page = ''
const NOT_PERMITTED = { status: 403, code: 'NOT_PERMITTED' }

beforeAll(async () => {
  page = await mkdtemp(join(tmpdir(), 'aecoder-page-'))
  await mkdir(join(page, 'dist', 'assets'), { recursive: true })
  await writeFile(join(page, 'secret.txt'), 'SECRET')
  await writeFile(join(page, 'dist', '.built-from'), 'SECRET')
  await writeFile(join(page, 'dist', 'index.html'), '<!doctype html><title>page</title>')
  await writeFile(join(page, 'dist', 'assets', 'main-Ab12Cd34.js'), 'export {}')
  server = await startServer({ page: join(page, 'dist') })
  ann = await server.signIn('ann')
})
afterAll(async () => {
  await server.close()
  await rm(page, { recursive: true, force: true })
})

test.for([
  ['no token', { 'x-csrf-token': '' }],
  ['another token', { 'x-csrf-token': 'A'.repeat(43) }],
  ['the origin of another page', { origin: 'https://evil.example' }],
  ['the origin null', { origin: 'null' }],
  ['the own name on another port', { origin: 'http://127.0.0.1:1' }],
  ['word of the browser that another site asks', { 'sec-fetch-site': 'cross-site' }],
  ['word of the browser that a neighbour site asks', { 'sec-fetch-site': 'same-site' }],
] as const)('a request that would change something is refused with %s', async ([, headers]) => {
  expect(await ann.refused('DELETE', '/api/session', { headers })).toEqual(NOT_PERMITTED)
  expect((await ann.send('GET', '/api/session')).status).toBe(200)
})

test('the token of another session is refused', async () => {
  const bea = await server.signIn('bea')
  expect(await ann.refused('DELETE', '/api/session', { headers: { 'x-csrf-token': bea.csrf } })).toEqual(NOT_PERMITTED)
})

test('signing in from another page is refused, too', async () => {
  const body = { name: 'ann', password: toPassword('ann') }
  const sent = { body, headers: { origin: 'https://evil.example' } }
  expect(await server.client().refused('POST', '/api/session', sent)).toEqual(NOT_PERMITTED)
})

test('a form of another page cannot be read as a request', async () => {
  const body = JSON.stringify({ name: 'ann', password: toPassword('ann') })
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
    expect(
      (await server.client().refused('POST', '/api/session', { body, headers: { 'content-type': type } })).status,
    ).toBe(415)
})

test('a name that a stranger pointed at this machine is answered nothing', async () => {
  const { port } = new URL(server.origin)
  const status = await new Promise((resolve, reject) => {
    request(
      { port, host: '127.0.0.1', path: '/api/ways-in', headers: { host: `evil.example:${port}` } },
      (response) => {
        response.resume()
        resolve(response.statusCode)
      },
    )
      .on('error', reject)
      .end()
  })
  expect(status).toBe(403)
})

test.for([
  ['one letter changed', (cookie: string) => cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
  ['one letter less', (cookie: string) => cookie.slice(0, -1)],
  ['SQL in it', () => "aecoder_session=' or 1=1 --"],
  ['the hash in place of the token', () => `aecoder_session=${'0'.repeat(64)}`],
  ['nothing in it', () => 'aecoder_session='],
] as const)('a cookie with %s is nobody', async ([, change]) => {
  const forged = server.client()
  forged.cookie = change(ann.cookie)
  expect(await forged.refused('GET', '/api/session')).toEqual({ status: 401, code: 'SIGN_IN_NEEDED' })
})

test('what the store keeps of a session signs nobody in', async () => {
  const [row] = await server.desks.store.db.selectFrom('session').selectAll().execute()
  const forged = server.client()
  forged.cookie = `aecoder_session=${row?.id_hash}`
  expect((await forged.send('GET', '/api/session')).status).toBe(401)
  expect(ann.cookie).not.toContain(row?.id_hash)
})

test('roles that a request claims for itself are not read', async () => {
  const body = { name: 'ann', password: toPassword('ann'), roles: ['admin'] }
  const { status, json } = await server.client().send('POST', '/api/session', { body })
  expect(status).toBe(400)
  expect(json).toMatchObject({
    error: { code: 'USAGE', where: 'body: roles', misfits: [{ at: 'roles', expected: 'nothing of this name' }] },
  })
  expect(await ann.refused('GET', '/api/accounts', { headers: { 'x-role': 'admin', 'x-user': 'adm' } })).toEqual(
    NOT_PERMITTED,
  )
})

test('a coder gives nobody a role, not even themselves', async () => {
  const body = { roles: [{ study: '*', role: 'admin' }] }
  expect(await ann.refused('PUT', '/api/accounts/ann/roles', { body })).toEqual(NOT_PERMITTED)
})

test('a body that is too large is not read to its end', async () => {
  const body = { name: 'ann', password: 'x'.repeat(100_000) }
  expect(await server.client().refused('POST', '/api/session', { body })).toEqual({ status: 413, code: 'USAGE' })
})

test.for(['{', '', '[]', 'null', '"x"', '{"name":1,"password":[]}', '{"__proto__":{"x":1},"name":"a","password":"b"}'])(
  'the body %s is refused as none that fits',
  async (body) => {
    const headers = { 'content-type': 'application/json' }
    expect(await server.client().refused('POST', '/api/session', { body, headers })).toEqual({
      status: 400,
      code: 'USAGE',
    })
  },
)

test('a dictionary that there is not is the fault of who asks, and what was asked stands in no log', async () => {
  const path = `${server.base}/dictionary`
  const dictionary = 'x\nrequest 1234: forged'
  const before = server.log.length
  expect(await ann.refused('POST', `${path}/search`, { body: { text: 'a', dictionary } })).toEqual({
    status: 400,
    code: 'USAGE',
  })
  expect(await ann.refused('GET', `${path}/nodes?dictionary=${encodeURIComponent(dictionary)}`)).toEqual({
    status: 400,
    code: 'USAGE',
  })
  expect(server.log.slice(before)).toEqual([])
})

test.for([{ cursor: 'x' }, { from: 'yesterday' }, { to: '2026' }])(
  'an audit trail asked for with %s is refused, not empty',
  async (body) => {
    const bea = await server.signIn('bea')
    expect(await bea.refused('POST', `${server.base}/audit/list`, { body })).toEqual({ status: 400, code: 'USAGE' })
  },
)

test('SQL in a name is a name', async () => {
  const body = { name: "ann'; drop table account; --", password: 'x' }
  expect((await server.client().refused('POST', '/api/session', { body })).code).toBe('SIGN_IN_REFUSED')
  expect((await ann.send('GET', '/api/session')).status).toBe(200)
})

test.for([
  '/../secret.txt',
  '/..%2fsecret.txt',
  '/%2e%2e/secret.txt',
  '/%2e%2e%2fsecret.txt',
  '/assets/../../secret.txt',
  '/assets/..%2f..%2fsecret.txt',
  '/assets/..%5c..%5csecret.txt',
  '/assets//..//..//secret.txt',
  '/..\\secret.txt',
  '/%00/../secret.txt',
  '/.built-from',
  '/assets/%2e%2e/.built-from',
])('%s leads to no file beside the page', async (path) => {
  // fetch would tidy the path up before it is sent.
  const text = await sendRaw(server.origin, path)
  expect(text).not.toContain('SECRET')
})

test('the page is served for its own addresses, its files for ever, and nothing of it below /api', async () => {
  const client = server.client()
  for (const path of ['/', '/index.html', '/studies/AUR-101@production/terms']) {
    const { status, text, headers } = await client.send('GET', path)
    expect([path, status, text, headers.get('cache-control')]).toEqual([
      path,
      200,
      '<!doctype html><title>page</title>',
      'no-cache',
    ])
  }
  const file = await client.send('GET', '/assets/main-Ab12Cd34.js')
  expect([file.status, file.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable'])
  for (const path of ['/api', '/api/none', '/assets/none-Ab12Cd34.js', '/favicon.ico'])
    expect([path, await client.refused('GET', path)]).toEqual([path, { status: 404, code: 'TARGET_NOT_FOUND' }])
})

test.for(['/', '/api/session', '/api/ways-in', '/none.txt'])(
  '%s comes with the headers that browsers obey',
  async (path) => {
    const { headers } = await ann.send('GET', path)
    expect(headers.get('content-security-policy')?.split(';').sort()).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "font-src 'self'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "img-src 'self' data:",
      "script-src 'self'",
      "style-src 'self'",
    ])
    expect(
      Object.fromEntries(
        [
          'x-content-type-options',
          'x-frame-options',
          'referrer-policy',
          'cross-origin-opener-policy',
          'cross-origin-resource-policy',
          'x-powered-by',
          'server',
          'access-control-allow-origin',
        ].map((name) => [name, headers.get(name)]),
      ),
    ).toEqual({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-powered-by': null,
      server: null,
      'access-control-allow-origin': null,
    })
    if (path.startsWith('/api')) expect(headers.get('cache-control')).toBe('no-store')
  },
)

test('a fault inside is told with a number alone, here and in the log, and with nothing of the request', async () => {
  const { queue } = server.desks.desks.get(server.study.id) ?? {}
  Object.defineProperty(queue, 'list', {
    configurable: true,
    value: () => {
      throw new Error('SUBJECT 101-001 had bad HA')
    },
  })
  try {
    const before = server.log.length
    const { status, json, text } = await ann.send('POST', `${server.base}/terms/list`, { body: { text: 'secretword' } })
    expect(status).toBe(500)
    expect(json).toMatchObject({
      error: { code: 'UNEXPECTED', where: expect.stringMatching(/^request [0-9a-f]{8}$/) as string },
    })
    const log = server.log.slice(before).join('\n')
    expect(log).toMatch(/^request [0-9a-f]{8}: POST \/api\/studies\/:study\/terms\/list: UNEXPECTED: Error\n\s+at /)
    for (const hidden of ['101-001', 'bad HA', 'secretword', 'AUR-101', ann.cookie, ann.csrf])
      expect(text + log).not.toContain(hidden)
  } finally {
    Reflect.deleteProperty(queue ?? {}, 'list')
  }
})

test('nothing of all this was written to the log', async () => {
  await ann.send('POST', `${server.base}/terms/list`, { body: { text: 'headache' } })
  const refused = server.client()
  await refused.send('POST', '/api/session', { body: { name: 'ann', password: 'a wrong one' } })
  const log = server.log.join('\n')
  for (const secret of ['headache', 'a wrong one', toPassword('ann'), ann.cookie.slice(16), ann.csrf])
    expect(log).not.toContain(secret)
})

function sendRaw(origin: string, path: string): Promise<string> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, method: 'GET' }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve(text))
    })
      .on('error', reject)
      .end()
  })
}

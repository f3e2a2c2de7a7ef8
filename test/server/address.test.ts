/** Where the server listens, and what it demands for it. */
import { request } from 'node:https'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkAddress, isLoopback } from '../../pipeline/server/address.ts'
import { openServer, type ServerOptions } from '../../pipeline/server/server.ts'
import { makeCertificate } from './certificate.ts'
import { Client } from './client.ts'
import { type StartedServer, startServer, toPassword } from './start.ts'

let server: StartedServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

const open = (options: Omit<ServerOptions, 'house'>) =>
  openServer({ house: { desks: server.desks.desks, people: server.people }, ...options })

test.for([
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['localhost', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.1.2', false],
  ['::ffff:192.168.1.2', false],
  ['coding.example.org', false],
  ['', false],
] as const)('"%s" is of this machine alone: %s', ([host, expected]) => {
  expect(isLoopback(host)).toBe(expected)
})

test('an address that others can reach is refused without encryption, and nothing listens there', async () => {
  await expect(open({ address: { host: '0.0.0.0', port: 0 } })).rejects.toThrow(
    expect.objectContaining({ code: 'ADDRESS_UNSAFE', exitCode: 2 }),
  )
  checkAddress('0.0.0.0', { isTls: true, hasProxy: false })
  checkAddress('0.0.0.0', { isTls: false, hasProxy: true })
})

test.for([
  ['a certificate that is none', { tls: { cert: 'x', key: 'y' } }, /--tls-cert, --tls-key: /],
  ['a key of another certificate', { tls: toMismatched() }, /--tls-cert, --tls-key: /],
  ['a proxy that is no address', { trustedProxy: 'proxy.example.org' }, /--trusted-proxy: "proxy.example.org"/],
  ['a range that is too long', { trustedProxy: '10.0.0.1, 10.0.0.0/33' }, /--trusted-proxy: "10.0.0.0\/33"/],
  ['no proxy', { trustedProxy: '' }, /--trusted-proxy: ""/],
] as const)('%s is told as a wrong setting, not as a defect', async ([, options, message]) => {
  const refused = open({ address: { port: 0 }, ...options })
  await expect(refused).rejects.toThrow(message)
  await expect(refused).rejects.toMatchObject({ code: 'USAGE' })
})

function toMismatched(): { cert: string; key: string } {
  return { cert: makeCertificate().cert, key: makeCertificate().key }
}

test('where others can reach the server, only the proxy is answered', async () => {
  const at = async (trustedProxy: string) => {
    const opened = await open({ address: { host: '0.0.0.0', port: 0 }, trustedProxy })
    try {
      const { port } = new URL(opened.origin)
      return (await fetch(`http://127.0.0.1:${port}/api/ways-in`)).status
    } finally {
      await opened.close()
    }
  }
  expect([await at('10.9.8.7/32'), await at('10.9.8.7, 127.0.0.0/8')]).toEqual([403, 200])
})

test('where people type an encrypted address, the cookie is for encrypted connections, whoever encrypts', async () => {
  const origin = 'https://coding.example.org'
  const behind = await open({ address: { port: 0 }, publicOrigin: origin })
  try {
    const body = { name: 'ann', password: toPassword('ann') }
    const { headers } = await new Client(behind.origin).send('POST', '/api/session', { body, headers: { origin } })
    expect(headers.getSetCookie()[0]).toMatch(/; HttpOnly; Secure; SameSite=Strict/)
  } finally {
    await behind.close()
  }
})

test('a request that does not arrive in its time is ended', async () => {
  const impatient = await open({ address: { port: 0 }, limits: { requestMs: 300 } })
  try {
    const { port } = new URL(impatient.origin)
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write(`POST /api/session HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`)
        socket.write('Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{')
      })
      let text = ''
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      socket.on('close', () => resolve(text)).on('error', reject)
    })
    expect(answer).toMatch(/^HTTP\/1\.1 408/)
  } finally {
    await impatient.close()
  }
})

test('a port that is taken is told as one', async () => {
  const port = Number(new URL(server.origin).port)
  await expect(open({ address: { port } })).rejects.toThrow(/something else listens there/)
})

test('behind a trusted proxy the cookie is for encrypted connections, and the origin is the one people type', async () => {
  const behind = await open({
    address: { port: 0 },
    trustedProxy: '127.0.0.1/32',
    publicOrigin: 'https://coding.example.org',
  })
  try {
    const client = new Client(behind.origin)
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'coding.example.org' }
    const body = { name: 'ann', password: toPassword('ann') }
    const at = (origin: string) => client.send('POST', '/api/session', { body, headers: { ...forwarded, origin } })
    expect((await at('http://coding.example.org')).status).toBe(403)
    const { status, headers } = await at('https://coding.example.org')
    expect([status, headers.getSetCookie()[0]]).toEqual([
      200,
      expect.stringMatching(/; HttpOnly; Secure; SameSite=Strict/),
    ])
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains')
  } finally {
    await behind.close()
  }
})

test('a client that is no proxy is not believed who it says it forwards for', async () => {
  const plain = await open({ address: { port: 0 }, limits: { signIns: 2 } })
  try {
    const client = new Client(plain.origin)
    const statuses: number[] = []
    for (let n = 0; n < 4; n++) {
      const headers = { 'x-forwarded-for': `10.0.0.${n}`, forwarded: `for=10.0.0.${n}` }
      statuses.push((await client.send('POST', '/api/session', { body: { name: 'x', password: 'y' }, headers })).status)
    }
    expect(statuses).toEqual([403, 403, 429, 429])
  } finally {
    await plain.close()
  }
})

test('with a certificate the server speaks TLS alone', async () => {
  const tls = makeCertificate()
  const encrypted = await open({ address: { host: '0.0.0.0', port: 0 }, tls })
  try {
    expect(encrypted.origin).toMatch(/^https:\/\/0\.0\.0\.0:\d+$/)
    const { port } = new URL(encrypted.origin)
    const found = await new Promise<{ status: number | undefined; hsts: string | undefined }>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: '/api/ways-in', ca: tls.cert, servername: 'localhost' }, (response) => {
        response.resume()
        resolve({ status: response.statusCode, hsts: response.headers['strict-transport-security'] })
      })
        .on('error', reject)
        .end()
    })
    expect(found).toEqual({ status: 200, hsts: 'max-age=31536000; includeSubDomains' })
    await expect(fetch(`http://127.0.0.1:${port}/api/ways-in`)).rejects.toThrow()
  } finally {
    await encrypted.close()
  }
})

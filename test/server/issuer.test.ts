/** Signing in at an OpenID Connect provider: a real one, asked over HTTP as a browser would. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount, deactivate } from '../../pipeline/index.ts'
import { openServer, type Server } from '../../pipeline/server/server.ts'
import { parseIssuerConfig } from '../../schemas/api/issuer.ts'
import type { SessionView } from '../../schemas/api/session.ts'
import { Client } from './client.ts'
import { type Claims, type OpenedProvider, openProvider, SECRET } from './provider.ts'
import { type StartedServer, startServer } from './start.ts'

const CLAIMS: Claims = {
  ann: { email: 'ann@example.org', email_verified: true, name: 'Ann of the provider' },
  eve: { email: 'ann@example.org', email_verified: false, name: 'Eve' },
  new: { email: 'new@example.org', email_verified: true, name: 'New Person' },
  gone: { email: 'gone@example.org', email_verified: true },
}

let started: StartedServer
let server: Server
let provider: OpenedProvider
let issuer = ''

beforeAll(async () => {
  started = await startServer()
  provider = await openProvider(CLAIMS)
  issuer = provider.issuer
  server = await open({})
  provider.serve(server.origin)
  const by = { name: 'adm', kind: 'person', auth: 'signed in with password' } as const
  for (const name of ['ann-2', 'gone']) {
    const email = name === 'gone' ? 'gone@example.org' : 'ann@example.org'
    const roles = [{ study: started.study.id, role: 'coder' }]
    await createAccount(started.people, { by, account: { name, fullName: name, email, roles } })
  }
  await deactivate(started.people, { by, name: 'gone' })
})
afterAll(async () => {
  await server.close()
  await started.close()
  provider.close()
})

function open(more: { newRoles?: { study: string; role: 'auditor' }[]; clientSecret?: string }): Promise<Server> {
  return openServer({
    house: { desks: started.desks.desks, people: started.people },
    address: { port: 0 },
    limits: { signIns: 1000 },
    issuer: { issuer, clientId: 'aecoder', clientSecret: SECRET, name: 'Our provider', ...more },
    log: (text) => started.log.push(text),
  })
}

/** A browser as far as this needs one: cookies by host, redirects, and forms sent back as they came. */
class Browser {
  readonly cookies = new Map<string, Map<string, string>>()
  /** Where it is, and what it sees there. */
  url = ''
  text = ''
  async go(url: string, form?: URLSearchParams): Promise<void> {
    let next = url
    let body = form
    for (let hop = 0; hop < 12; hop++) {
      const { host } = new URL(next)
      const jar = this.cookies.get(host) ?? new Map<string, string>()
      this.cookies.set(host, jar)
      const response = await fetch(next, {
        method: body === undefined ? 'GET' : 'POST',
        redirect: 'manual',
        headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(body === undefined ? {} : { body }),
      })
      for (const line of response.headers.getSetCookie()) {
        const [pair = ''] = line.split(';')
        const [name = ''] = pair.split('=')
        if (/expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name)
        else jar.set(name, pair.slice(name.length + 1))
      }
      this.url = next
      this.text = await response.text()
      const location = response.headers.get('location')
      if (location === null) return
      next = new URL(location, next).href
      body = undefined
    }
    throw new Error('redirected without end')
  }

  /** Logs in at the provider and agrees to what it asks. */
  async passProvider(login: string): Promise<void> {
    for (let step = 0; step < 4 && this.url.startsWith(issuer); step++) {
      const [, action = ''] = /action="([^"]+)"/.exec(this.text) ?? []
      const prompt = this.text.includes('name="login"') ? 'login' : 'consent'
      await this.go(new URL(action, this.url).href, new URLSearchParams({ prompt, login, password: 'any' }))
    }
  }

  toClient(origin: string): Client {
    const client = new Client(origin)
    const token = this.cookies.get(new URL(origin).host)?.get('aecoder_session')
    client.cookie = token === undefined ? '' : `aecoder_session=${token}`
    return client
  }
}

async function signInAs(login: string, at = server): Promise<Browser> {
  const browser = new Browser()
  await browser.go(`${at.origin}/api/session/oidc/start`)
  await browser.passProvider(login)
  return browser
}

test('the page is told that one can sign in at the provider', async () => {
  expect(await new Client(server.origin).ask('GET', '/api/ways-in')).toEqual({
    password: true,
    issuer: { name: 'Our provider', start: '/api/session/oidc/start' },
  })
})

test('who the provider vouches for is signed in to the account with that e-mail, and recorded as signed in there', async () => {
  const browser = await signInAs('ann')
  expect(browser.url).toBe(`${server.origin}/`)
  const client = browser.toClient(server.origin)
  const session = await client.ask<SessionView>('GET', '/api/session')
  expect([session.person.name, session.signIn, session.person.mustChange]).toEqual(['ann-2', 'issuer', false])
  expect(session.studies.map(({ roles }) => roles)).toEqual([['coder']])
  const { db } = started.desks.store
  const event = await db
    .selectFrom('event')
    .select(['actor', 'auth'])
    .where('kind', '=', 'signed-in')
    .orderBy('seq', 'desc')
    .executeTakeFirst()
  expect(event).toEqual({ actor: 'ann-2', auth: `signed in at ${issuer}` })
})

test.for([
  ['has the same e-mail unverified', 'eve'],
  ['has no account', 'new'],
  ['has an account that is out of use', 'gone'],
] as const)('who %s is not signed in', async ([, login]) => {
  const browser = await signInAs(login)
  expect(browser.url).toBe(`${server.origin}/?sign-in=refused`)
  expect(await browser.toClient(server.origin).refused('GET', '/api/session')).toEqual({
    status: 401,
    code: 'SIGN_IN_NEEDED',
  })
})

test('a way back that this browser did not begin is refused: the code of another one signs nobody in', async () => {
  const begun = new Browser()
  await begun.go(`${server.origin}/api/session/oidc/start`)
  const victim = new Browser()
  // The attacker's own way back, given to somebody else.
  const back = new URL(`${server.origin}/api/session/oidc/callback?code=x&state=y`)
  await victim.go(back.href)
  expect(victim.url).toBe(`${server.origin}/?sign-in=refused`)
  const own = begun.cookies.get(new URL(server.origin).host)?.get('aecoder_oidc') ?? ''
  for (const query of ['code=x&state=wrong', 'error=access_denied&state=wrong', '']) {
    const forged = new Browser()
    forged.cookies.set(new URL(server.origin).host, new Map([['aecoder_oidc', own]]))
    await forged.go(`${server.origin}/api/session/oidc/callback?${query}`)
    expect(forged.url).toMatch(/\/\?sign-in=(refused|failed)$/)
    expect(forged.toClient(server.origin).cookie).toBe('')
  }
})

test('nothing that the provider says of people, and no code, stands in the log', () => {
  const log = started.log.join('\n')
  for (const secret of ['example.org', 'code=', SECRET, 'Ann of']) expect(log).not.toContain(secret)
})

test.for([
  ['not JSON', '{', /JSON/],
  ['an issuer in the clear', '{"issuer":"http://id.example.org","clientId":"a"}', /https:\/\//],
  [
    'a secret in the file',
    '{"issuer":"https://id.example.org","clientId":"a","clientSecret":"s"}',
    /clientSecret.*nothing of this name/,
  ],
  ['no client', '{"issuer":"https://id.example.org"}', /clientId/],
] as const)('a configuration with %s is refused', ([, text, message]) => {
  expect(() => parseIssuerConfig(text, 'oidc.json')).toThrow(message)
})

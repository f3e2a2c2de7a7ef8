/** The door of the workbench in a real browser: a password of one's own, a provider of identities, a session that ended. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount } from '../../pipeline/index.ts'
import { ensurePage } from '../../pipeline/server/page.ts'
import { type OpenedProvider, openProvider, SECRET } from '../server/provider.ts'
import { type StartedServer, startServer } from '../server/start.ts'
import { AXE, findViolations, openBrowser, SMALLEST } from './browser.ts'

let server: StartedServer
let provider: OpenedProvider
let browser: Browser
const complaints: string[] = []

beforeAll(async () => {
  const page = await ensurePage()
  if (page === undefined) throw new Error('the page is not built')
  provider = await openProvider({
    olga: { email: 'olga@example.org', email_verified: true },
    nobody: { email: 'nobody@example.org', email_verified: true },
  })
  const issuer = { issuer: provider.issuer, clientId: 'aecoder', clientSecret: SECRET, name: 'Our provider' }
  server = await startServer({ page, isExactOnly: true, issuer })
  provider.serve(server.origin)
  const by = { name: 'adm', kind: 'person', auth: 'signed in with password' } as const
  const account = { name: 'olga', fullName: 'Olga Provided', email: 'olga@example.org' }
  await createAccount(server.people, {
    by,
    account: { ...account, roles: [{ study: server.study.id, role: 'coder' }] },
  })
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
  provider.close()
})

/** The door, as somebody finds it who never was here. */
async function openDoor(colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const context = await browser.newContext({ viewport: SMALLEST, colorScheme })
  await context.addInitScript({ content: AXE })
  // Nothing is asked of the world outside.
  await context.route(
    ({ hostname }) => hostname !== '127.0.0.1',
    (route) => route.abort(),
  )
  const page = await context.newPage()
  page.setDefaultTimeout(40_000)
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && message.location().url.startsWith(server.origin)) complaints.push(message.text())
  })
  await page.goto(server.origin)
  await page.getByRole('heading', { name: 'Sign in to the workbench' }).waitFor()
  return page
}

async function fillIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
}

/** Signs in at the provider, and agrees to what it asks. */
async function passProvider(page: Page, login: string): Promise<void> {
  await page.getByRole('link', { name: 'Sign in with Our provider' }).click()
  await page.locator('[name=login]').fill(login)
  await page.locator('[name=password]').fill('any')
  await page.getByRole('button', { name: /sign-in/i }).click()
  await page.getByRole('button', { name: /continue/i }).click()
}

async function makeNewcomer(name: string): Promise<string> {
  const adm = await server.signIn('adm')
  const { oneTimePassword } = await adm.ask<{ oneTimePassword: string }>('POST', '/api/accounts', {
    name,
    fullName: `${name} Newcomer`,
    roles: [{ study: server.study.id, role: 'coder' }],
  })
  return oneTimePassword
}

test.for(['light', 'dark'] as const)(
  'whoever was given a password takes one of their own before anything else; axe finds nothing in the %s theme',
  async (colorScheme) => {
    const name = `nina-${colorScheme}`
    const given = await makeNewcomer(name)
    const page = await openDoor(colorScheme)
    const found = await findViolations(page, 'sign-in')
    await fillIn(page, name, 'wrong')
    await page.getByRole('alert').waitFor()
    found.push(...(await findViolations(page, 'refused')))
    await page.getByLabel('Password', { exact: true }).fill(given)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Choose a password of your own' }).waitFor()
    await page.getByLabel('Password you have').fill(given)
    await page.getByLabel('New password', { exact: true }).fill('7 yellow pears in May')
    await page.getByLabel('New password again').fill('8 yellow pears in May')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: 'not the same' }).waitFor()
    found.push(...(await findViolations(page, 'password')))
    await page.getByLabel('New password again').fill('7 yellow pears in May')
    await page.keyboard.press('Enter')
    await page.getByRole('grid', { name: 'Terms' }).waitFor()
    expect(found).toEqual([])
    const client = server.client()
    await client.signIn(name, '7 yellow pears in May')
    expect(await client.ask('GET', '/api/session')).toMatchObject({ person: { name, mustChange: false } })
    await page.context().close()
  },
)

test('a session that ends while a password is changed begins again, and the change goes on', async () => {
  const given = await makeNewcomer('paul')
  const own = server.client()
  await own.signIn('paul', given)
  await own.ask('POST', '/api/session/password', { old: given, new: '7 yellow pears in May' })
  const page = await openDoor()
  await fillIn(page, 'paul', '7 yellow pears in May')
  await page.getByRole('button', { name: /your account/ }).click()
  await page.getByRole('button', { name: 'Change password' }).click()
  await page.getByLabel('Password you have').fill('7 yellow pears in May')
  await page.getByLabel('New password', { exact: true }).fill('9 green apples in June')
  await page.getByLabel('New password again').fill('9 green apples in June')
  await page.context().clearCookies()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor()
  await page.getByLabel('Password of paul').fill('7 yellow pears in May')
  await page.keyboard.press('Enter')
  await page.getByRole('grid', { name: 'Terms' }).waitFor()
  const client = server.client()
  await client.signIn('paul', '9 green apples in June')
  await page.context().close()
})

test('who signs in at the provider works under the account with that e-mail', async () => {
  const page = await openDoor()
  await passProvider(page, 'olga')
  await page.getByRole('grid', { name: 'Terms' }).waitFor()
  expect(new URL(page.url()).origin).toBe(server.origin)
  await page.getByRole('button', { name: 'Olga Provided, your account' }).click()
  // The password is the provider's affair.
  expect(await page.getByRole('button', { name: 'Change password' }).count()).toBe(0)
  await page.context().close()
})

test('whom the provider vouches for in vain is told so at the door, once', async () => {
  const page = await openDoor()
  await passProvider(page, 'nobody')
  await page.getByRole('alert').filter({ hasText: 'You were not signed in' }).waitFor()
  expect(page.url()).not.toContain('sign-in=')
  await page.reload()
  await page.getByRole('heading', { name: 'Sign in to the workbench' }).waitFor()
  expect(await page.getByRole('alert').count()).toBe(0)
  await page.context().close()
})

test('nothing on the page failed but what was refused', () => {
  expect(complaints.filter((text) => !/status of (?:401|403)/.test(text))).toEqual([])
  expect(server.log).toEqual([])
})

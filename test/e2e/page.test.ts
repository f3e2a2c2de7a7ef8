/** The page in a real browser, before a real server: people at work, by keyboard. */
import { appendFile, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount } from '../../pipeline/index.ts'
import { ensurePage } from '../../pipeline/server/page.ts'
import type { Queue, TermRow } from '../../schemas/api/terms.ts'
import type { Client } from '../server/client.ts'
import { type StartedServer, startServer, toPassword } from '../server/start.ts'
import { openBrowser, type Sitting, sitDown } from './browser.ts'

/** What a site may type: the first would run where it is taken for markup, the second turns what follows around. */
const HOSTILE = [
  '<img src=x onerror=alert(document.domain)>',
  '\u202Eehcadaeh\u202C and <script>alert(1)</script>',
] as const
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let server: StartedServer
let browser: Browser
let auditor: Client
const open = new Set<Sitting>()

beforeAll(async () => {
  const page = await ensurePage()
  if (page === undefined) throw new Error('the page is not built')
  server = await startServer({ page, isExactOnly: true, prepare: addHostile })
  await createAccount(server.people, {
    by: { name: 'a test', kind: 'system', auth: 'internal' },
    account: {
      name: 'ben',
      fullName: 'Ben Coder',
      roles: [{ study: server.study.id, role: 'coder' }],
      password: 'ben likes 4 green apples',
    },
  })
  auditor = await server.signIn('aud')
  browser = await openBrowser()
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

/** Rows of the sample's own file, with other terms. */
async function addHostile(folder: string): Promise<void> {
  const file = join(folder, 'transfers', '2026-03-02', 'ae.csv')
  const row = (await readFile(file, 'utf8')).split('\n')[1]?.trimEnd() ?? ''
  for (const [i, verbatim] of HOSTILE.entries())
    await appendFile(
      file,
      `${row.replace(',480116,1,', `,99${i},${900 + i},`).replace(',Headache,', `,"${verbatim}",`)}\n`,
    )
}

async function sit(name: string, options: Partial<Parameters<typeof sitDown>[1]> = {}): Promise<Sitting> {
  const password = name === 'ben' ? 'ben likes 4 green apples' : toPassword(name as 'ann')
  const sitting = await sitDown(browser, { origin: server.origin, name, password, ...options })
  open.add(sitting)
  return sitting
}

/** As everybody sees it now. */
async function findRow(verbatim: string): Promise<TermRow> {
  const { rows } = await auditor.ask<Queue>('GET', `${server.base}/terms?view=any&text=${encodeURIComponent(verbatim)}`)
  const row = rows.find((one) => one.verbatim === verbatim)
  if (row === undefined) throw new Error(`there is no term ${verbatim}`)
  return row
}

/** Searches a verbatim and opens it. @param shown as the list shows it */
async function openTerm({ page, keys }: Sitting, verbatim: string, shown: string | RegExp = verbatim): Promise<void> {
  await page.getByRole('searchbox', { name: 'Search the verbatims' }).fill(verbatim)
  const cell = page.getByRole('gridcell', { name: shown, exact: true })
  await cell.waitFor()
  await keys('Enter')
  await cell.click()
  await page.getByRole('heading', { name: shown, exact: true }).waitFor()
}

test('a term is coded in three keystrokes: open, take the first candidate, code; the next one is there at once', async () => {
  const { page, keys, sees } = await sit('ann')
  const [first, second] = (await auditor.ask<Queue>('GET', `${server.base}/terms`)).rows
  await page
    .getByRole('row', { name: first?.verbatim ?? '' })
    .first()
    .waitFor()
  await keys('Enter')
  await page.getByRole('listbox', { name: 'Candidates' }).waitFor()
  await keys('1', 'Enter')
  await page.getByRole('heading', { name: second?.verbatim ?? '' }).waitFor()
  await sees(`Coded to ${first?.top?.text}, ${first?.occurrences} occurrence`)
  expect(await findRow(first?.verbatim ?? '')).toMatchObject({
    state: 'to-approve',
    by: 'ann',
    codes: [{ text: first?.top?.text }],
  })
})

test('what was coded last is taken back by u, as a new decision', async () => {
  const sitting = await sit('ann')
  await openTerm(sitting, 'dizzyness')
  await sitting.keys('1', 'Enter')
  await sitting.sees('Coded to Dizziness')
  await sitting.keys('u')
  await sitting.sees(/Taken back/)
  const { id, state } = await findRow('dizzyness')
  expect(state).toBe('open')
  const { decisions } = await auditor.ask<{ decisions: { outcome: string }[] }>(
    'GET',
    `${server.base}/terms/${id}/history`,
  )
  expect(decisions.map(({ outcome }) => outcome)).toEqual(['low-confidence', 'manual', 'reopened'])
})

test('a term is found in the dictionary by / and coded to', async () => {
  const sitting = await sit('ann')
  await openTerm(sitting, 'runny tummy')
  await sitting.keys('/')
  await sitting.page.keyboard.type('loose stools')
  await sitting.page
    .getByRole('button', { name: /LLT Loose stools/ })
    .first()
    .waitFor()
  await sitting.keys('ArrowDown', 'ArrowDown', 'Enter', 'Enter')
  await sitting.sees('Coded to Loose stools')
  expect((await findRow('runny tummy')).codes.map(({ text }) => text)).toEqual(['Loose stools'])
})

test('s splits a report of two events, each with the words and the term of its own', async () => {
  const sitting = await sit('ann')
  await openTerm(sitting, 'Nausea and vomiting')
  await sitting.keys('s')
  await sitting.page.getByRole('dialog', { name: 'Split into events' }).waitFor()
  await sitting.keys('Control+Enter')
  await sitting.sees('Coded to Nausea + Vomiting')
  expect((await findRow('Nausea and vomiting')).codes.map(({ text, part }) => [part, text])).toEqual([
    ['nausea', 'Nausea'],
    ['vomiting', 'Vomiting'],
  ])
})

test('who acts second is told who was first, and the term shows both', async () => {
  const [ann, ben] = [await sit('ann'), await sit('ben')]
  await openTerm(ann, 'feeling rough')
  await openTerm(ben, 'feeling rough')
  await ben.keys('1', 'Enter')
  await ben.sees('Coded to Cough')
  await ann.keys('1', 'Enter')
  await ann.page
    .getByRole('alert')
    .getByText(/was not coded to Cough/)
    .waitFor()
  await ann.page.getByRole('button', { name: 'Show the term' }).click()
  await ann.page.getByText(/Somebody was first.*ben/).waitFor()
  expect((await findRow('feeling rough')).by).toBe('ben')
})

test('a second person approves by a and rejects by r with a reason; nobody is offered that for their own code', async () => {
  const ann = await sit('ann')
  for (const verbatim of ['diarhea', 'neusea']) {
    await openTerm(ann, verbatim)
    await ann.keys('1', 'Enter')
    await ann.sees(/^Coded to/)
    await ann.page.getByRole('button', { name: 'Close the message' }).first().click()
  }
  await ann.page.getByRole('button', { name: /^To approve/ }).click()
  await openTerm(ann, 'diarhea')
  expect(await ann.page.getByRole('button', { name: /Approve/ }).count()).toBe(0)
  const bea = await sit('bea')
  await openTerm(bea, 'diarhea')
  await bea.keys('a')
  await bea.sees(/Approved Diarrh/)
  await openTerm(bea, 'neusea')
  await bea.keys('r')
  await bea.page.getByRole('textbox', { name: 'Reason' }).fill('Ask the site first')
  await bea.keys('Control+Enter')
  await bea.sees(/Rejected, /)
  expect([(await findRow('diarhea')).state, (await findRow('neusea')).state]).toEqual(['coded', 'rejected'])
})

test('a code that stands is replaced only with a reason', async () => {
  const sitting = await sit('ann')
  await openTerm(sitting, 'cold')
  await sitting.keys('1', 'Enter')
  await sitting.sees(/^Coded to/)
  await sitting.page.getByRole('button', { name: /^All/ }).click()
  await openTerm(sitting, 'cold')
  await sitting.keys('2', 'Enter')
  await sitting.page.getByRole('dialog', { name: 'Replace the code' }).waitFor()
  await sitting.keys('Control+Enter')
  await sitting.sees('Say why: it stands in the audit trail.')
  await sitting.page.getByRole('textbox', { name: 'Reason' }).fill('The site confirmed')
  await sitting.keys('Control+Enter')
  await sitting.page
    .getByText(/^Coded to/)
    .nth(1)
    .waitFor()
})

test('a note is kept and found again', async () => {
  const sitting = await sit('ann')
  await openTerm(sitting, 'N/V')
  await sitting.keys('n')
  await sitting.page.getByRole('dialog', { name: 'Note' }).getByRole('textbox').fill('Asked the monitor')
  await sitting.keys('Control+Enter')
  await sitting.sees('The note is kept.')
  await sitting.page.getByRole('tab', { name: /Notes/ }).click()
  await sitting.sees('Asked the monitor')
})

test('what a site typed is text wherever it stands, and signs that cannot be seen are shown by their number', async () => {
  const sitting = await sit('ann')
  let dialogs = 0
  sitting.page.on('dialog', (dialog) => {
    dialogs += 1
    void dialog.dismiss()
  })
  await openTerm(sitting, HOSTILE[0])
  await sitting.sees(HOSTILE[0])
  expect(await sitting.page.locator('img[src=x]').count()).toBe(0)
  await openTerm(sitting, 'ehcadaeh', /ehcadaeh ?U\+202C and <script>alert/)
  await sitting.sees('U+202E')
  expect(await sitting.page.locator('main script').count()).toBe(0)
  expect(dialogs).toBe(0)
})

test('a session that ends while somebody works begins again where it was', async () => {
  const sitting = await sit('ann')
  await openTerm(sitting, 'severe headache')
  await sitting.page.context().clearCookies()
  await sitting.keys('1', 'Enter')
  await sitting.page.getByRole('dialog', { name: 'Your session has ended' }).waitFor()
  await sitting.page.getByLabel('Password of ann').fill(toPassword('ann'))
  await sitting.keys('Enter')
  await sitting.sees(/^Coded to/)
  expect((await findRow('severe headache')).state).toBe('to-approve')
})

test('neither verbatim nor subject nor what is searched stands in the address', async () => {
  const sitting = await sit('ann')
  await openTerm(sitting, 'rash on both arms')
  expect(decodeURIComponent(sitting.page.url())).not.toMatch(/rash|AUR-101-\d/)
})

test.for(['light', 'dark'] as const)(
  'axe finds nothing on any view in the %s theme',
  { timeout: 180_000 },
  async (colorScheme) => {
    const found: string[] = []
    const look = async ({ page }: Sitting, view: string) => {
      const violations = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
        'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)',
      )
      found.push(...violations.map(({ id, nodes }) => `${view}: ${id}: ${nodes[0]?.html}`))
    }
    const ann = await sit('ann', { options: { viewport: { width: 1280, height: 720 }, colorScheme }, script: AXE })
    await ann.page.getByRole('row').nth(3).waitFor()
    await look(ann, 'queue')
    await openTerm(ann, 'PE')
    await ann.keys('1')
    await look(ann, 'term')
    await ann.keys('s')
    await look(ann, 'split')
    await ann.keys('Escape', '?')
    await look(ann, 'keys')
    await ann.keys('Escape')
    for (const tab of ['Coded before', 'History', 'Notes']) {
      await ann.page.getByRole('tab', { name: new RegExp(tab) }).click()
      await look(ann, tab)
    }
    const all = await sit('bea', { options: { viewport: { width: 1280, height: 720 }, colorScheme }, script: AXE })
    for (const view of await all.page.getByRole('navigation', { name: 'Views' }).getByRole('link').all()) {
      await view.click()
      await all.page.getByRole('heading', { level: 1, name: (await view.textContent()) ?? '' }).waitFor()
      await all.page.locator('.waiting').waitFor({ state: 'detached' })
      await look(all, (await view.textContent()) ?? '')
    }
    const admin = await sit('adm', { options: { viewport: { width: 1280, height: 720 }, colorScheme }, script: AXE })
    await admin.page.getByRole('link', { name: 'People' }).click()
    await admin.page.getByRole('button', { name: 'New account' }).click()
    await look(admin, 'people')
    expect(found).toEqual([])
  },
)

test('nothing on the page failed, and nothing broke the content security policy', () => {
  expect([...open].flatMap(({ complaints }) => complaints)).toEqual([])
  expect(server.log).toEqual([])
})

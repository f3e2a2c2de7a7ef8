/** Each view of the page in a real browser, before a real server; the story of a study is told in workbench.test.ts. */
import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensurePage } from '../../pipeline/server/page.ts'
import type { SampleName } from '../../samples/people.ts'
import type { Queue, TermRow, TermView } from '../../schemas/api/terms.ts'
import type { Client } from '../server/client.ts'
import { type StartedServer, startServer, toPassword } from '../server/start.ts'
import { AXE, findViolations, openBrowser, type Sitting, searchFor, sitDown } from './browser.ts'

/** What a site may type: the first would run where it is taken for markup, the second turns what follows around. */
const HOSTILE = [
  '<img src=x onerror=alert(document.domain)>',
  '\u202Eehcadaeh\u202C and <script>alert(1)</script>',
] as const

let server: StartedServer
let browser: Browser
let auditor: Client
const sittings = new Map<string, Sitting>()

beforeAll(async () => {
  const page = await ensurePage()
  if (page === undefined) throw new Error('the page is not built')
  server = await startServer({ page, isExactOnly: true, prepare: addHostile })
  auditor = await server.signIn('aud')
  browser = await openBrowser()
})

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

/** Somebody at the page as it opens: who sat down once stays signed in. */
async function sit(name: SampleName, options: Partial<Parameters<typeof sitDown>[1]> = {}): Promise<Sitting> {
  const key = JSON.stringify([name, options.options ?? null])
  const kept = sittings.get(key)
  if (kept !== undefined) {
    await kept.page.goto(`${server.origin}/#/`)
    await kept.page.reload()
    await kept.page.locator('header.bar').waitFor()
    return kept
  }
  const sitting = await sitDown(browser, { origin: server.origin, name, password: toPassword(name), ...options })
  sittings.set(key, sitting)
  return sitting
}

/** As everybody sees it now. */
async function findRow(verbatim: string): Promise<TermRow> {
  const { rows } = await auditor.ask<Queue>('POST', `${server.base}/terms/list`, { view: 'any', text: verbatim })
  const row = rows.find((one) => one.verbatim === verbatim)
  if (row === undefined) throw new Error(`there is no term ${verbatim}`)
  return row
}

/** Searches a verbatim and opens it. @param shown as the list shows it */
async function openTerm({ page, keys }: Sitting, verbatim: string, shown: string | RegExp = verbatim): Promise<void> {
  await searchFor(page, verbatim)
  const cell = page.getByRole('gridcell', { name: shown, exact: true })
  await cell.waitFor()
  await keys('Enter')
  await cell.click()
  await page.getByRole('heading', { name: shown, exact: true }).waitFor()
}

test('a term is found in the dictionary by / and coded to', async () => {
  const sitting = await sit('ann')
  await openTerm(sitting, 'runny tummy')
  await sitting.keys('/')
  await sitting.page.keyboard.type('loose stools')
  await sitting.keys('Enter')
  await sitting.page.getByRole('button', { name: 'Code to Loose stools' }).waitFor()
  await sitting.keys('Enter')
  await sitting.sees('Coded to Loose stools')
  expect((await findRow('runny tummy')).codes.map(({ text }) => text)).toEqual(['Loose stools'])
})

test('a code that stands is replaced only with a reason', async () => {
  const sitting = await sit('ann')
  await openTerm(sitting, 'cold')
  await sitting.keys('1', 'Enter')
  await sitting.sees(/^Coded to/)
  await sitting.page.getByRole('button', { name: /^All/ }).click()
  // A term that only this list holds: it stands now, and its rows stay where they are.
  await sitting.page.getByRole('gridcell', { name: 'Common cold', exact: true }).waitFor()
  await openTerm(sitting, 'cold')
  await sitting.page.getByRole('region', { name: 'The decision in force' }).waitFor()
  await sitting.keys('2')
  await sitting.page.getByRole('button', { name: 'Code to Feeling cold' }).waitFor()
  await sitting.keys('Enter')
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

test('what is next is there for the very next key, before it is painted', async () => {
  const sitting = await sit('ann')
  const { page } = sitting
  await page.getByRole('row').nth(3).waitFor()
  await sitting.keys('Enter')
  await page.getByRole('button', { name: /^Code/ }).waitFor()
  // The next two are fetched ahead.
  await page.waitForLoadState('networkidle')
  const first = new URL(page.url()).hash
  await page.evaluate(`(async () => {
    const press = (key) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
    press('j')
    for (let turn = 0; turn < 200; turn++) await undefined
    press('1')
  })()`)
  await page.getByRole('button', { name: /^Code to/ }).waitFor()
  expect(new URL(page.url()).hash).not.toBe(first)
})

test('the message of an act takes back that act, whatever was done since', async () => {
  const sitting = await sit('ann')
  for (const verbatim of ['head ake', 'intermittent diarrhoea']) {
    await openTerm(sitting, verbatim)
    await sitting.keys('1', 'Enter')
    await expect.poll(async () => (await findRow(verbatim)).codes.length).toBe(1)
  }
  await sitting.page
    .getByRole('status')
    .getByText(/^Coded to/)
    .nth(1)
    .waitFor()
  await sitting.page.getByRole('button', { name: 'Undo', exact: true }).first().click()
  await sitting.sees(/^Taken back/)
  expect((await findRow('head ake')).codes).toEqual([])
  expect((await findRow('intermittent diarrhoea')).codes).toHaveLength(1)
})

test('a key that is held approves once', async () => {
  const ann = await server.signIn('ann')
  for (const verbatim of ['possible UTI', 'NIDDM']) {
    const { id, decision, top } = await findRow(verbatim)
    await ann.ask('POST', `${server.base}/terms/${id}/code`, { codes: [{ term: top?.code }], seen: decision })
  }
  const waiting = () => auditor.ask<Queue>('POST', `${server.base}/terms/list`, { view: 'to-approve' })
  const { total } = await waiting()
  const { page, keys } = await sit('bea')
  await page.getByRole('button', { name: /^To approve/ }).click()
  await page.getByRole('row').nth(1).waitFor()
  await keys('Enter')
  await page.getByRole('button', { name: /^Approve/ }).waitFor()
  await page.keyboard.down('a')
  await page
    .getByRole('status')
    .getByText(/^Approved/)
    .waitFor()
  await page.getByRole('button', { name: /^Approve/ }).waitFor()
  for (let repeat = 0; repeat < 5; repeat++) await page.keyboard.down('a')
  await page.keyboard.up('a')
  await page.waitForLoadState('networkidle')
  expect((await waiting()).total).toBe(total - 1)
})

test('a code that came while a dialog stood open is not rejected by it: nobody looked at it', async () => {
  const verbatim = 'worsening of back pain'
  const ann = await server.signIn('ann')
  const code = async (place: number) => {
    const { id, decision } = await findRow(verbatim)
    const { proposal } = await ann.ask<TermView>('GET', `${server.base}/terms/${id}`)
    const term = proposal.candidates[place]?.path.at(-1)?.code
    await ann.ask('POST', `${server.base}/terms/${id}/code`, { codes: [{ term }], seen: decision, reason: 'better' })
  }
  await code(0)
  const bea = await sit('bea')
  await bea.page.getByRole('button', { name: /^All/ }).click()
  await openTerm(bea, verbatim)
  const late = Promise.withResolvers<void>()
  await bea.page.route('**/notes', async (route) => {
    await late.promise
    await route.continue()
  })
  await bea.keys('n')
  await bea.page.getByRole('dialog', { name: 'Note' }).getByRole('textbox').fill('Asked the monitor')
  await bea.keys('Control+Enter')
  await bea.page.getByRole('dialog', { name: 'Note' }).waitFor({ state: 'detached' })
  await bea.keys('r')
  await bea.page.getByRole('textbox', { name: 'Reason' }).fill('Too general')
  await code(1)
  const { decision, codes } = await findRow(verbatim)
  late.resolve()
  // The term is read anew for its note, and the other code with it.
  await bea.page
    .getByRole('region', { name: 'The decision in force' })
    .locator('strong', { hasText: new RegExp(`^${codes[0]?.text}$`) })
    .waitFor()
  await bea.keys('Control+Enter')
  await bea.page
    .getByRole('alert')
    .getByText(/was not rejected/)
    .waitFor()
  expect(await findRow(verbatim)).toMatchObject({ decision, state: 'to-approve' })
  await bea.page.unroute('**/notes')
})

test('a split that came second keeps its parts and its reason for another look', async () => {
  const sitting = await sit('ann')
  const { page } = sitting
  const verbatim = 'nausea, vomiting and headache'
  await openTerm(sitting, verbatim)
  await sitting.keys('s')
  const dialog = page.getByRole('dialog', { name: 'Split into events' })
  await dialog.getByRole('textbox', { name: 'Words of part 1' }).fill('nausea on waking')
  await dialog.getByRole('textbox', { name: /^Reason/ }).fill('Three events')
  const { id, decision } = await findRow(verbatim)
  const other = await server.signIn('ann')
  const codes = [{ term: (await findRow('Nausea')).codes[0]?.code }]
  await other.ask('POST', `${server.base}/terms/${id}/code`, { codes, seen: decision })
  await sitting.keys('Control+Enter')
  await page.getByRole('button', { name: 'Show the term' }).click()
  await page.getByRole('heading', { name: verbatim, exact: true }).waitFor()
  await page.getByRole('article').getByRole('alert').waitFor()
  await sitting.keys('s')
  expect(await dialog.getByRole('textbox', { name: 'Words of part 1' }).inputValue()).toBe('nausea on waking')
  expect(await dialog.getByRole('textbox', { name: /^Reason/ }).inputValue()).toBe('Three events')
  await sitting.keys('Escape')
})

test('a code is proposed as a synonym with it, and a second person approves it', async () => {
  const ann = await sit('ann')
  await openTerm(ann, 'vomitting')
  await ann.keys('1', 'y', 'Enter')
  await ann.sees(/^Coded to Vomiting, .*; proposed as a synonym/)
  const bea = await sit('bea')
  await bea.keys('g', 's')
  await bea.page.getByRole('button', { name: 'Approve vomitting' }).click()
  await bea.sees('“vomitting” is approved')
  await bea.page.getByRole('button', { name: 'Retire vomitting' }).waitFor()
  // What is refused is told where it was asked, and what was typed stays.
  await bea.keys('n')
  const dialog = bea.page.getByRole('dialog', { name: 'Propose a synonym' })
  await dialog.getByRole('textbox', { name: 'Verbatim' }).fill('vomitting')
  await dialog.getByRole('combobox', { name: 'Term of the synonym' }).fill('vomiting')
  await dialog.getByRole('option').first().waitFor()
  await bea.keys('Enter')
  await dialog.getByRole('button', { name: 'Propose' }).click()
  await dialog.getByRole('alert').waitFor()
  expect(await dialog.getByRole('textbox', { name: 'Verbatim' }).inputValue()).toBe('vomitting')
  await bea.keys('Escape')
})

test('codes are approved at once: just those that were shown and left in', async () => {
  const ann = await sit('ann')
  for (const verbatim of ['diarhea', 'neusea', 'dizzyness']) {
    await openTerm(ann, verbatim)
    await ann.keys('1', 'Enter')
    await ann.sees(/^Coded to/)
    await ann.page.getByRole('button', { name: 'Close the message' }).first().click()
  }
  const bea = await sit('bea')
  await bea.keys('g', 'v')
  // A filter shows others: what was left out before it is taken in again.
  await bea.page.getByRole('checkbox', { name: 'Take in neusea' }).uncheck()
  await bea.page.getByRole('combobox', { name: 'Domain' }).selectOption('AE')
  await expect.poll(() => bea.page.getByRole('checkbox', { name: 'Take in neusea' }).isChecked()).toBe(true)
  await bea.page.getByRole('checkbox', { name: 'Take in neusea' }).uncheck()
  // Another judges one of them meanwhile: the verdict is refused, and what it would touch now is shown.
  await bea.page.getByRole('button', { name: /^Approve \d/ }).click()
  const { id, decision } = await findRow('dizzyness')
  const other = await server.signIn('bea')
  await other.ask('POST', `${server.base}/terms/${id}/approve`, { seen: decision })
  await bea.page.getByLabel('Your password').fill(toPassword('bea'))
  await bea.keys('Enter')
  await bea.page.getByRole('dialog').getByRole('alert').waitFor()
  await bea.keys('Escape')
  await bea.page.getByRole('checkbox', { name: 'Take in dizzyness' }).waitFor({ state: 'detached' })
  await bea.page.getByRole('button', { name: /^Approve \d/ }).click()
  await bea.page.getByLabel('Your password').fill(toPassword('bea'))
  await bea.keys('Enter')
  await bea.sees(/^Approved \d+ code/)
  const states = await Promise.all(['diarhea', 'neusea', 'dizzyness'].map(findRow))
  expect(states.map(({ state }) => state)).toEqual(['coded', 'to-approve', 'coded'])
})

test('sites are asked about every occurrence in one go, and their answers bring the term back', async () => {
  const ann = await sit('ann')
  await openTerm(ann, 'Penicillin allergy')
  const { occurrences } = await findRow('Penicillin allergy')
  await ann.keys('q')
  await ann.page.getByRole('button', { name: `Raise ${occurrences} site queries` }).waitFor()
  await ann.page.getByRole('textbox', { name: 'What the site is asked' }).fill('To which medicine?')
  await ann.keys('Control+Enter')
  await ann.sees(new RegExp(`^${occurrences} site quer`))
  expect((await findRow('Penicillin allergy')).state).toBe('asked')
  const dan = await sit('dan')
  await dan.keys('g', 'i')
  await dan.page.getByRole('button', { name: /^Outbox/ }).click()
  await dan.page.getByRole('button', { name: /^Send \d/ }).click()
  await dan.sees(/sent: fetch the file/)
  const [file] = await Promise.all([
    dan.page.waitForEvent('download'),
    dan.page.getByRole('link', { name: 'JSON' }).first().click(),
  ])
  const { siteQueries } = JSON.parse(await readFile(await file.path(), 'utf8')) as {
    siteQueries: { siteQueryId: string; text: string }[]
  }
  expect(siteQueries.map(({ text }) => text)).toEqual(Array.from({ length: occurrences }, () => 'To which medicine?'))
  await dan.keys('Escape')
  await dan.page.getByLabel("The sites' answers").setInputFiles({
    name: 'answers.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(siteQueries.map((one) => ({ ...one, answer: 'Penicillin V' })))),
  })
  await dan.sees(`${occurrences} answers taken in`)
  expect((await findRow('Penicillin allergy')).state).toBe('answered')
})

test('what comes late moves nobody who went elsewhere meanwhile', async () => {
  const sitting = await sit('ann')
  const { page } = sitting
  await openTerm(sitting, 'see above')
  const late = Promise.withResolvers<void>()
  await page.route('**/site-queries', async (route) => {
    await late.promise
    await route.continue()
  })
  await sitting.keys('q')
  await page.getByRole('button', { name: /^Raise/ }).waitFor()
  await expect.poll(() => page.getByRole('textbox', { name: 'What the site is asked' }).inputValue()).not.toBe('')
  await sitting.keys('Control+Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await openTerm(sitting, 'no fever')
  const here = page.url()
  late.resolve()
  await sitting.sees(/raised at/)
  await page.waitForLoadState('networkidle')
  expect(page.url()).toBe(here)
  await page.unroute('**/site-queries')
})

test('a site is asked about one occurrence, and its line says so', async () => {
  const sitting = await sit('ann')
  const { page } = sitting
  await openTerm(sitting, 'feeling rough')
  await page.getByRole('button', { name: 'Ask', exact: true }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Ask the site' })
  await expect.poll(() => dialog.getByRole('textbox').inputValue()).not.toBe('')
  await sitting.keys('Control+Enter')
  await page.getByRole('region', { name: 'Occurrences' }).getByText('To send, 0 d').waitFor()
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
      found.push(...(await findViolations(page, view)))
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
  expect([...sittings.values()].flatMap(({ complaints }) => complaints)).toEqual([])
  expect(server.log).toEqual([])
})

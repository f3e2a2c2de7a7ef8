/** The workbench in a real browser: what each person does all day, and what stands in the store and in the dataset afterwards. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { searchFor } from './browser.ts'
import { openWorkbench, toPassword, type Workbench } from './workbench.ts'

const REPORTS = [
  { subject: 1, term: 'Headache' },
  { subject: 2, term: 'runny tummy', isSerious: true },
  { subject: 11, term: 'runny tummy' },
  { subject: 3, term: 'Nausea and vomiting' },
  { subject: 4, term: 'bad tummy ache' },
  { subject: 5, term: 'tummy upset after meal' },
  { subject: 7, term: 'see above' },
  { subject: 21, term: 'see above' },
  { subject: 22, term: 'see above' },
  { subject: 6, term: '<img src=x onerror="document.title=\'hacked\'"> rash' },
]

let bench: Workbench
beforeAll(async () => {
  bench = await openWorkbench(REPORTS)
})
afterAll(async () => {
  await bench?.close()
})

/** Opens a term by searching for it, as a person would. */
async function openTerm(page: Page, verbatim: string): Promise<void> {
  await page.keyboard.press('Escape')
  await page
    .getByRole('button', { name: /^All/ })
    .or(page.getByRole('tab', { name: /^All/ }))
    .first()
    .click()
  await searchFor(page, verbatim)
  await page
    .getByRole('grid', { name: 'Terms' })
    .or(page.getByRole('listbox', { name: 'Terms' }))
    .getByText(verbatim, { exact: true })
    .first()
    .click()
  await page.getByRole('heading', { level: 2, name: verbatim }).waitFor({ state: 'attached' })
}

test('a coder codes the first term of the queue in three keystrokes, and its occurrences with it', async () => {
  const ann = await bench.signIn('ann')
  await ann.getByText('runny tummy').first().waitFor()
  await ann.keyboard.press('Enter')
  await ann.getByRole('heading', { level: 2, name: 'runny tummy' }).waitFor({ state: 'attached' })
  await ann.keyboard.press('1')
  await ann.keyboard.press('Enter')
  await ann.getByRole('status').filter({ hasText: /oded/ }).first().waitFor()
  const row = await bench.find('runny tummy')
  expect(row).toMatchObject({ state: 'to-approve', by: 'ann', occurrences: 2, codes: [{ part: null }] })
  await ann.context().close()
})

test('a report of two events is split, each part with its code', async () => {
  const ann = await bench.signIn('ann')
  await openTerm(ann, 'Nausea and vomiting')
  await ann.keyboard.press('s')
  await ann.getByRole('dialog', { name: 'Split into events' }).waitFor()
  await ann.keyboard.press('Control+Enter')
  await ann
    .getByRole('status')
    .filter({ hasText: /oded|plit/ })
    .first()
    .waitFor()
  const { codes, state } = await bench.find('Nausea and vomiting')
  expect({ state, parts: codes.map(({ text, part }) => `${part}: ${text}`) }).toEqual({
    state: 'to-approve',
    parts: ['nausea: Nausea', 'vomiting: Vomiting'],
  })
  await ann.context().close()
})

test('a verbatim that would be a script is shown as the text it is', async () => {
  const ann = await bench.signIn('ann')
  const term = REPORTS.at(-1)?.term ?? ''
  await openTerm(ann, term)
  expect(await ann.title()).not.toContain('hacked')
  expect(await ann.locator('img[src=x]').count()).toBe(0)
  await ann.context().close()
})

test('of two people on one term the first wins, and the other is told who coded it to what', async () => {
  const ann = await bench.signIn('ann')
  const cal = await bench.signIn('cal')
  for (const page of [ann, cal]) await openTerm(page, 'bad tummy ache')
  await ann.keyboard.press('1')
  await ann.keyboard.press('Enter')
  await ann.getByRole('status').filter({ hasText: /oded/ }).first().waitFor()
  const won = await bench.find('bad tummy ache')
  await cal.keyboard.press('1')
  await cal.keyboard.press('Enter')
  const refused = cal.getByRole('alert').filter({ hasText: /ann/ }).first()
  await refused.waitFor()
  // It stays until it is closed, however much is told after it.
  await openTerm(cal, 'tummy upset after meal')
  for (let told = 0; told < 4; told++) await cal.keyboard.press('Enter')
  await cal.getByText('Choose a candidate first').nth(2).waitFor()
  expect(await refused.isVisible()).toBe(true)
  expect(await bench.find('bad tummy ache')).toMatchObject({ by: 'ann', decision: won.decision, codes: won.codes })
  await ann.context().close()
  await cal.context().close()
})

test('a second person approves and rejects; who coded is not asked', async () => {
  const ann = await bench.signIn('ann')
  await openTerm(ann, 'runny tummy')
  expect(await ann.getByRole('button', { name: /^Approve/ }).count()).toBe(0)
  await ann.context().close()
  const bea = await bench.signIn('bea')
  await openTerm(bea, 'runny tummy')
  await bea.keyboard.press('a')
  await bea
    .getByRole('status')
    .filter({ hasText: /pproved/ })
    .first()
    .waitFor()
  expect(await bench.find('runny tummy')).toMatchObject({ state: 'coded', by: 'ann' })
  await openTerm(bea, 'bad tummy ache')
  await bea.keyboard.press('r')
  const dialog = bea.getByRole('dialog', { name: 'Reject the code' })
  await dialog.getByRole('textbox').fill('Ask the site first')
  await bea.keyboard.press('Control+Enter')
  await bea
    .getByRole('status')
    .filter({ hasText: /ejected/ })
    .first()
    .waitFor()
  expect(await bench.find('bad tummy ache')).toMatchObject({ state: 'rejected' })
  await openTerm(bea, 'Nausea and vomiting')
  await bea.keyboard.press('a')
  await bea
    .getByRole('status')
    .filter({ hasText: /pproved/ })
    .first()
    .waitFor()
  await bea.context().close()
})

test('what was coded is taken back by a new decision; the history keeps both', async () => {
  const ann = await bench.signIn('ann')
  await openTerm(ann, 'tummy upset after meal')
  await ann.keyboard.press('1')
  await ann.keyboard.press('Enter')
  await ann.getByRole('status').filter({ hasText: /oded/ }).first().waitFor()
  await openTerm(ann, 'tummy upset after meal')
  await ann.keyboard.press('u')
  await ann.getByRole('dialog', { name: 'Take back the code' }).waitFor()
  await ann.keyboard.press('Control+Enter')
  await ann
    .getByRole('status')
    .filter({ hasText: /taken back|open again|ndone/i })
    .first()
    .waitFor()
  const row = await bench.find('tummy upset after meal')
  expect(row).toMatchObject({ state: 'open', outcome: 'reopened', codes: [] })
  await ann.context().close()
})

test('a term that only sites can explain is asked about: one site query an occurrence, sent as a file, answered by one', async () => {
  const ann = await bench.signIn('ann')
  await openTerm(ann, 'see above')
  await ann.keyboard.press('q')
  const dialog = ann.getByRole('dialog', { name: 'Ask the site' })
  await expect.poll(() => dialog.getByRole('textbox').inputValue()).toMatch(/see above/)
  await ann.keyboard.press('Control+Enter')
  await ann.getByRole('status').filter({ hasText: /3/ }).first().waitFor()
  expect(await bench.find('see above')).toMatchObject({ state: 'asked', asked: 3, answered: 0 })
  await ann.context().close()

  const dan = await bench.signIn('dan')
  await dan.getByRole('link', { name: 'Site queries' }).click()
  await dan.getByRole('button', { name: /^Outbox/ }).click()
  await dan.getByRole('button', { name: /^Send 3/ }).click()
  const loading = dan.waitForEvent('download')
  await dan.getByRole('link', { name: 'JSON' }).click()
  const outbox = JSON.parse(await readFile(await (await loading).path(), 'utf8')) as unknown
  const asked = findIds(outbox)
  expect(asked).toHaveLength(3)
  await dan.keyboard.press('Escape')
  const answers = [`siteQueryId,answer`, ...asked.map((id) => `${id},"Nausea, as reported on visit 1"`)].join('\r\n')
  await dan.getByLabel("The sites' answers").setInputFiles({
    name: 'answers.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(answers),
  })
  await dan.getByRole('status').filter({ hasText: /3/ }).first().waitFor()
  await expect.poll(async () => (await bench.find('see above')).state).toBe('answered')
  expect(await bench.find('see above')).toMatchObject({ asked: 0, answered: 3 })
  await dan.context().close()
})

/** The ids of the site queries in an outbox, wherever they stand in it. */
function findIds(outbox: unknown): string[] {
  return [...JSON.stringify(outbox).matchAll(/"siteQueryId":"([0-9a-f]{32})"/g)].map(([, id = '']) => id)
}

test('the approver signs the study off with the password again, and nobody codes it any more', async () => {
  const cal = await bench.signIn('cal')
  await openTerm(cal, 'tummy upset after meal')
  const bea = await bench.signIn('bea')
  await bea.getByRole('link', { name: 'Approval' }).click()
  await bea.getByRole('button', { name: 'Sign-off', exact: true }).click()
  await bea.getByRole('button', { name: 'Sign the study off' }).click()
  const dialog = bea.getByRole('dialog', { name: 'Sign the study off' })
  await dialog.getByLabel('Your name').fill('Bea Tester')
  await dialog.getByRole('checkbox').check()
  await dialog
    .getByLabel(/reason|why/i)
    .first()
    .fill('Interim analysis')
  await dialog.getByLabel('Your password').fill(toPassword('bea'))
  await dialog.getByRole('button', { name: /^Sign/ }).click()
  await bea.getByRole('heading', { name: 'Signed off by Bea Tester' }).waitFor()
  // Who was at work meanwhile is told, and offered it no more.
  await cal.keyboard.press('1')
  await cal.keyboard.press('Enter')
  await cal
    .getByRole('alert')
    .filter({ hasText: /locked/ })
    .first()
    .waitFor()
  const ann = await bench.signIn('ann')
  await openTerm(ann, 'tummy upset after meal')
  for (const page of [ann, cal]) {
    await page.getByRole('status').filter({ hasText: 'Signed off by Bea Tester' }).waitFor()
    expect(await page.getByRole('button', { name: /^(Code|Split|Differs|Undo)/ }).count()).toBe(0)
  }
  expect(await bench.find('tummy upset after meal')).toMatchObject({ state: 'open' })
  await ann.context().close()
  await cal.context().close()
  await bea.context().close()
})

test('the dataset says what was decided: approved codes, a row for each part, nothing of what is open', async () => {
  const rows = await bench.publish()
  expect(
    rows.map(({ SUBJID, AETERM, AEMODIFY, AELLT }) => ({ SUBJID, AETERM, AEMODIFY, isCoded: AELLT !== '' })),
  ).toEqual([
    { SUBJID: 'S1', AETERM: 'Headache', AEMODIFY: '', isCoded: true },
    { SUBJID: 'S11', AETERM: 'runny tummy', AEMODIFY: '', isCoded: true },
    { SUBJID: 'S2', AETERM: 'runny tummy', AEMODIFY: '', isCoded: true },
    { SUBJID: 'S21', AETERM: 'see above', AEMODIFY: '', isCoded: false },
    { SUBJID: 'S22', AETERM: 'see above', AEMODIFY: '', isCoded: false },
    { SUBJID: 'S3', AETERM: 'Nausea and vomiting', AEMODIFY: 'nausea', isCoded: true },
    { SUBJID: 'S3', AETERM: 'Nausea and vomiting', AEMODIFY: 'vomiting', isCoded: true },
    { SUBJID: 'S4', AETERM: 'bad tummy ache', AEMODIFY: '', isCoded: false },
    { SUBJID: 'S5', AETERM: 'tummy upset after meal', AEMODIFY: '', isCoded: false },
    { SUBJID: 'S6', AETERM: REPORTS.at(-1)?.term, AEMODIFY: '', isCoded: false },
    { SUBJID: 'S7', AETERM: 'see above', AEMODIFY: '', isCoded: false },
  ])
  expect(await bench.verify()).toEqual([])
})

test('no page threw, nothing was kept back by the content security policy, no server fault', () => {
  expect(bench.faults).toEqual([])
})

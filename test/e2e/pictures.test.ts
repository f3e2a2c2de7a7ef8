/**
 * The pictures of the README, taken from the workbench at work on the sample study. `PICTURES=write vitest run
 * test/e2e/pictures.test.ts` takes them anew; without it, the same pictures are taken and those in the README must be there,
 * of the same size.
 */
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensurePage } from '../../pipeline/server/page.ts'
import type { Queue } from '../../schemas/api/terms.ts'
import { type StartedServer, startServer, toPassword } from '../server/start.ts'
import { openBrowser, type Sitting, searchFor, sitDown } from './browser.ts'

const PICTURES = new URL('../../samples/pictures/', import.meta.url)
const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

let server: StartedServer
let browser: Browser
beforeAll(async () => {
  const page = await ensurePage()
  if (page === undefined) throw new Error('the page is built in a checkout')
  server = await startServer({ page, isExactOnly: true })
  await work()
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

/** A day's work: what the machine thought likely is coded, most of it approved, some of it rejected. */
async function work(): Promise<void> {
  const [ann, bea] = [await server.signIn('ann'), await server.signIn('bea')]
  const { rows } = await ann.ask<Queue>('POST', `${server.base}/terms/list`, { view: 'open', limit: 500 })
  const likely = rows.filter(
    ({ top, serious, outcome }) => serious === 0 && outcome !== 'compound' && (top?.confidence ?? 0) > 0.3,
  )
  for (const [index, { id, top, decision }] of likely.slice(0, 40).entries()) {
    const codes = [{ term: top?.code ?? '' }]
    const act = await ann.ask<{ decision: string }>('POST', `${server.base}/terms/${id}/code`, {
      codes,
      seen: decision,
    })
    if (index % 4 === 3) continue
    const isGood = (top?.confidence ?? 0) > 0.6 || index % 3 > 0
    const verdict = isGood ? {} : { reason: 'Too general' }
    await bea.ask('POST', `${server.base}/terms/${id}/${isGood ? 'approve' : 'reject'}`, {
      seen: act.decision,
      ...verdict,
    })
  }
}

const SHOWN: readonly {
  readonly name: string
  readonly who: string
  readonly show: (sitting: Sitting) => Promise<void>
}[] = [
  { name: 'workbench-queue.png', who: 'ann', show: ({ sees }) => sees('Hospitalisation') },
  {
    name: 'workbench-term.png',
    who: 'ann',
    async show({ page, keys, sees }) {
      await searchFor(page, 'nausea and')
      await sees('Nausea and vomiting')
      await page.getByText('Nausea and vomiting').first().click()
      await page.getByRole('heading', { level: 2, name: 'Nausea and vomiting' }).waitFor({ state: 'attached' })
      await keys('1')
      await sees('Occurrences')
    },
  },
  {
    name: 'workbench-dashboard.png',
    who: 'bea',
    async show({ page, sees }) {
      await page.getByRole('link', { name: 'Dashboard' }).click()
      await sees('Is the confidence honest?')
      await sees('Why terms wait')
    },
  },
]

for (const { name, who, show } of SHOWN)
  test(`${name} stands in the README as the workbench looks`, async () => {
    const sitting = await sitDown(browser, { origin: server.origin, name: who, password: toPassword(who as 'ann') })
    await show(sitting)
    await sitting.page.waitForTimeout(400) // what slides in has come to rest
    const taken = await sitting.page.screenshot()
    await sitting.close()
    const file = fileURLToPath(new URL(name, PICTURES))
    if (process.env.PICTURES === 'write') await writeFile(file, taken)
    expect(README).toContain(`samples/pictures/${name}`)
    expect(toSize(readFileSync(file))).toEqual(toSize(taken))
    expect(toSize(taken)).toEqual({ width: 1280, height: 720 })
    expect(sitting.complaints).toEqual([])
  })

/** Width and height in pixels, from the header of a PNG. */
function toSize(png: Uint8Array): { width: number; height: number } {
  const view = new DataView(png.buffer, png.byteOffset)
  return { width: view.getUint32(16), height: view.getUint32(20) }
}

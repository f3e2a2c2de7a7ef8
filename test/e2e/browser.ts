/**
 * A real browser for tests: an installed Chromium where there is one, else the one inside @sparticuz/chromium. Knows the
 * page's door; knows no view.
 */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

const require = createRequire(import.meta.url)
const INSTALLED = [
  process.env.CHROME_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
/** What the page must work in at least. */
export const SMALLEST = { width: 1280, height: 720 } as const

/** Runs in a page before anything of it; findViolations needs it. */
export const AXE = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds wrong with a page as it is now, each with the first place. @param view named in each */
export async function findViolations(page: Page, view: string): Promise<string[]> {
  const violations = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
    'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)',
  )
  return violations.map(({ id, nodes }) => `${view}: ${id}: ${nodes[0]?.html}`)
}

/** Chromium's sandbox does not start for root. */
function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** Opens a browser; who calls closes it. */
export async function openBrowser(): Promise<Browser> {
  const { chromium } = await import('playwright-core')
  const installed = INSTALLED.find((path) => path !== undefined && existsSync(path))
  if (installed !== undefined)
    return await chromium.launch({ executablePath: installed, args: isRoot() ? ['--no-sandbox'] : [] })
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('no browser for the tests: install Chromium or Chrome, or name one in CHROME_PATH')
  const folder = await unpackChromium()
  return await chromium.launch({
    executablePath: join(folder, 'chromium'),
    // As the package starts it, but for what would turn the browser's own guards off.
    args: ['--no-sandbox', '--no-zygote', '--in-process-gpu', '--use-gl=angle', '--use-angle=swiftshader'],
    env: { ...process.env, FONTCONFIG_FILE: join(folder, 'fonts.conf'), TMPDIR: folder } as { [name: string]: string },
  })
}

/**
 * The package never looks whether what lies in the temporary folder is of its own version, and two that unpack at once read
 * halves of each other's: each version has a folder of its own, made aside and moved there whole.
 */
async function unpackChromium(): Promise<string> {
  const entry = require.resolve('@sparticuz/chromium')
  const root = entry.slice(0, entry.lastIndexOf('chromium') + 'chromium'.length)
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
  const folder = join(tmpdir(), `aecoder-chromium-${version}`)
  if (existsSync(join(folder, 'chromium'))) return folder
  const fresh = `${folder}-${process.pid}-${randomBytes(4).toString('hex')}`
  await mkdir(fresh, { recursive: true })
  const { default: chromium } = await import('@sparticuz/chromium')
  const before = process.env.TMPDIR
  process.env.TMPDIR = fresh
  try {
    await chromium.executablePath()
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
  await writeFile(join(fresh, 'fonts.conf'), toFontSettings(folder))
  await rename(fresh, folder).catch(() => rm(fresh, { recursive: true, force: true }))
  return folder
}

/** The package's own fonts beside those of the machine: pictures look the same everywhere. */
function toFontSettings(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${folder}/fonts-cache</cachedir>
</fontconfig>
`
}

/** Somebody at the page. */
export interface Sitting {
  readonly page: Page
  /** What the browser complained of: scripts that failed, what the content security policy stopped. */
  readonly complaints: readonly string[]
  /** Presses keys one after the other. */
  readonly keys: (...keys: readonly string[]) => Promise<void>
  /** Waits until the text is seen. */
  readonly sees: (text: string | RegExp) => Promise<void>
  readonly close: () => Promise<void>
}

/** Types into the queue's search box and waits until the list answers it: a click before that meets rows that move. */
export async function searchFor(page: Page, text: string): Promise<void> {
  const box = page.getByRole('searchbox', { name: 'Search the verbatims' })
  if ((await box.inputValue()) === text) return
  const answered = page.waitForResponse(
    (response) => response.url().endsWith('/terms/list') && (response.request().postData() ?? '').includes('"text"'),
  )
  await box.fill(text)
  await answered
}

/** Opens the page in a browser context of its own and signs in. */
export async function sitDown(
  browser: Browser,
  {
    origin,
    name,
    password,
    options = {},
    script,
  }: {
    readonly origin: string
    readonly name: string
    readonly password: string
    readonly options?: BrowserContextOptions
    /** Runs in the page before anything of it. */
    readonly script?: string
  },
): Promise<Sitting> {
  const context = await browser.newContext({ viewport: SMALLEST, ...options })
  if (script !== undefined) await context.addInitScript({ content: script })
  const page = await context.newPage()
  page.setDefaultTimeout(40_000) // machines that run tests are slow at times
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // A request that was refused is part of the work.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text())
  })
  await page.goto(origin)
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
  await page.locator('header.bar').waitFor()
  return {
    page,
    complaints,
    async keys(...keys) {
      for (const key of keys) await page.keyboard.press(key)
    },
    sees: async (text) => page.getByText(text).first().waitFor(),
    close: () => context.close(),
  }
}

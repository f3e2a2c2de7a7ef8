/**
 * A real browser for tests and pictures: one that is installed, else the one inside the npm package @sparticuz/chromium
 * (Linux on x64), which needs no download. Knows no page.
 */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

/** Where systems keep it; CHROME_PATH comes first. */
const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** Nothing of a browser that a page of ours needs, and everything that would ask the network for something. */
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
  '--disable-gpu',
]

/** Opens a browser; who calls closes it. */
export async function openBrowser(): Promise<Browser> {
  const named = process.env.CHROME_PATH
  const installed = [...(named === undefined ? [] : [named]), ...INSTALLED].find((path) => existsSync(path))
  return await chromium.launch({
    executablePath: installed ?? (await unpackBrowser()),
    // The packed one's own arguments are for one page in a cloud function: one process for all, and web security off.
    args: [...QUIET, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  })
}

/** The package unpacks into the temporary folder and takes whatever lies there: each version gets one of its own. */
async function unpackBrowser(): Promise<string> {
  const manifest = new URL('../../node_modules/@sparticuz/chromium/package.json', import.meta.url)
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  const folder = join(tmpdir(), `aecoder-chromium-${version}`)
  await mkdir(folder, { recursive: true })
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  try {
    const { default: packed } = await import('@sparticuz/chromium')
    return await packed.executablePath()
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}

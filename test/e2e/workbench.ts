/** The workbench as people meet it: a study of a few terms, its server, the built page, a real browser. Knows no story. */
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import {
  type Ambience,
  createAccount,
  type Desk,
  exportStudy,
  openDesks,
  openPeople,
  openStudy,
  readCurrentRun,
  runStudy,
  type Study,
  verifyStudy,
} from '../../pipeline/index.ts'
import { ensurePage } from '../../pipeline/server/page.ts'
import { openServer } from '../../pipeline/server/server.ts'
import type { TermRow } from '../../schemas/api/terms.ts'
import type { Role } from '../../schemas/roles.ts'
import { OPENAE_0_1 } from '../openae.ts'
import { openBrowser } from './browser.ts'

/** Who works on the study; `cal` is a second coder. */
const PEOPLE: readonly { readonly name: string; readonly roles: readonly Role[] }[] = [
  { name: 'ann', roles: ['coder'] },
  { name: 'cal', roles: ['coder'] },
  { name: 'bea', roles: ['approver'] },
  { name: 'dan', roles: ['data-manager'] },
  { name: 'aud', roles: ['auditor'] },
  { name: 'adm', roles: ['admin'] },
]

export const toPassword = (name: string) => `${name} eats 4 green apples`

/** A reported term: subject and site by number, the verbatim, serious or not. */
export interface Report {
  readonly subject: number
  readonly term: string
  readonly isSerious?: boolean
}

export interface Workbench {
  readonly origin: string
  readonly study: Study
  readonly desk: Desk
  readonly browser: Browser
  /** What the browsers and the server found wrong: script errors, violations of the content security policy, faults. */
  readonly faults: string[]
  /** A page of a person who signed in, in a browser context of its own. */
  signIn(name: string, options?: { readonly colorScheme?: 'light' | 'dark' }): Promise<Page>
  /** The line of a verbatim, as it stands in the store. */
  find(verbatim: string): Promise<TermRow>
  /** Takes another transfer in. */
  run(reports: readonly Report[]): ReturnType<typeof runStudy>
  /** The rows of the dataset that is published now, by column. */
  publish(): Promise<{ readonly [column: string]: string }[]>
  verify(): Promise<readonly string[]>
  close(): Promise<void>
}

/** Opens everything; who calls closes it. */
export async function openWorkbench(reports: readonly Report[], settings: object = {}): Promise<Workbench> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'aecoder-workbench-')))
  await writeFile(join(folder, 'study.json'), JSON.stringify({ ...CONFIG, ...settings }))
  const ambience: Ambience = { now: () => new Date().toISOString(), salt: () => randomBytes(16).toString('hex') }
  const study = await openStudy(folder)
  const actor = { name: 'dan', kind: 'person', auth: 'asserted' } as const
  let transfers = 0
  const run = async (texts: readonly Report[]) => {
    const input = join(folder, `transfer-${++transfers}`)
    await mkdir(input)
    await writeFile(join(input, 'ae.csv'), toCsv(texts))
    return runStudy(study, { actor, ambience, input, asOf: `2026-03-0${transfers}` })
  }
  await run(reports)
  const opened = await openDesks([study], { ambience })
  const { desks, store } = opened
  const desk = desks.get(study.id)
  if (desk === undefined) throw new Error('the study is open')
  const people = await openPeople({ store })
  const by = { name: 'test', kind: 'system', auth: 'internal' } as const
  for (const { name, roles } of PEOPLE) {
    const account = { name, fullName: `${name[0]?.toUpperCase()}${name.slice(1)} Tester`, password: toPassword(name) }
    const given = roles.map((role) => ({ study: role === 'admin' ? '*' : study.id, role }))
    await createAccount(people, { by, account: { ...account, roles: given } })
  }
  const faults: string[] = []
  const built = await ensurePage()
  if (built === undefined) throw new Error('the page is built in a checkout')
  const server = await openServer({
    house: { desks, people },
    address: { port: 0 },
    page: built,
    log: (text) => faults.push(`server: ${text}`),
  })
  const browser = await openBrowser()
  return {
    origin: server.origin,
    study,
    desk,
    browser,
    faults,
    run,
    async signIn(name, { colorScheme = 'light' } = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, colorScheme })
      const page = await context.newPage()
      page.on('pageerror', (error) => faults.push(`${name}: ${error.message}`))
      page.on('console', (message) => {
        // A refusal that the page shows is told by the browser, too.
        if (message.type() === 'error' && !/status of (?:401|409|422)/.test(message.text()))
          faults.push(`${name}: ${message.text()}`)
      })
      await page.goto(server.origin)
      await page.getByLabel('Name').fill(name)
      await page.getByLabel('Password').fill(toPassword(name))
      await page.keyboard.press('Enter')
      await page.getByRole('navigation', { name: 'Views' }).waitFor()
      return page
    },
    async find(verbatim) {
      const { rows } = await desk.queue.list({ view: 'any', limit: 500 })
      const row = rows.find((each) => each.verbatim === verbatim)
      if (row === undefined) throw new Error(`no term "${verbatim}"`)
      return row
    },
    async publish() {
      await exportStudy(study, { actor, ambience })
      const current = await readCurrentRun(study)
      if (current.state !== 'whole') throw new Error('a run is current')
      const text = await readFile(join(study.paths.output, 'runs', current.manifest.runId, 'ae.csv'), 'utf8')
      const [header = [], ...rows] = text.trimEnd().split('\n').map(toCells)
      return rows.map((cells) => Object.fromEntries(header.map((name, index) => [name, cells[index] ?? ''])))
    },
    verify: async () => (await verifyStudy(study, store)).faults,
    async close() {
      await browser.close()
      await server.close()
      await opened.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const CONFIG = {
  study: { protocol: 'WRK-1', environment: 'test', title: 'A study to work on' },
  dictionary: { name: 'OpenAE', version: '0.1', path: OPENAE_0_1 },
  precision: 'exact-only',
  approval: 'manual',
  sources: [
    {
      id: 'ae',
      domain: 'AE',
      format: 'csv',
      files: ['ae.csv'],
      key: ['Line'],
      map: { subject: 'Subject', site: 'Site', event: 'Visit', AETERM: 'Term', AESER: 'Serious', AESTDAT: 'Start' },
    },
  ],
}

function toCsv(reports: readonly Report[]): string {
  const lines = reports.map(({ subject, term, isSerious }, index) =>
    [
      `S${subject}`,
      `${Math.ceil(subject / 10)}0`,
      'V1',
      String(index + 1),
      `"${term.replaceAll('"', '""')}"`,
      isSerious ? 'Y' : 'N',
      '2026-02-11',
    ].join(','),
  )
  return `Subject,Site,Visit,Line,Term,Serious,Start\n${lines.join('\n')}\n`
}

function toCells(line: string): string[] {
  return [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
    .slice(0, line.split('').length + 1)
    .map(([, cell = '']) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell))
}

/** A study at several sites for tests of site queries: run and worked on through the library, with a clock that can be put on. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import {
  type Actor,
  type AgedSiteQuery,
  codeTerm,
  type Desk,
  fetchOutbox,
  findAskedTerm,
  findTarget,
  importAnswers,
  listSiteQueryPage,
  openDesk,
  openStudy,
  type RaiseReport,
  type RunReport,
  raiseSiteQueries,
  runStudy,
  type Study,
  sendOutbox,
  verifyStudy,
} from '../../pipeline/index.ts'
import { compareCodeUnits } from '../../schemas/content-id.ts'
import { OPENAE_0_1 } from '../openae.ts'

export const ANN: Actor = { name: 'Ann', kind: 'person', auth: 'asserted' }
export const DANA: Actor = { name: 'Dana', kind: 'person', auth: 'asserted' }
export const QUESTION = 'Please enter the event itself, in words.'

export interface AskedStudy {
  readonly study: Study
  readonly desk: Desk
  /** Puts the clock on. */
  readonly wait: (days: number) => void
  /** Takes a transfer in; each text is `SITE SUBJECT TERM`. A subject has one record. */
  readonly run: (rows: readonly string[]) => Promise<RunReport>
  readonly ask: (term: string, more?: { text?: string; subject?: string; seen?: string | null }) => Promise<RaiseReport>
  readonly code: (term: string, to: string, subject?: string) => Promise<unknown>
  readonly send: () => Promise<{ readonly seq: number; readonly csv: string; readonly json: string }>
  readonly answer: (text: string, as?: 'csv' | 'json') => ReturnType<typeof importAnswers>
  /** By subject. */
  readonly list: () => Promise<readonly AgedSiteQuery[]>
  /** The site queries in a line each, by subject: `SITE SUBJECT state`. */
  readonly states: () => Promise<string[]>
  readonly findOccurrence: (subject: string) => Promise<string>
  readonly listFaults: () => Promise<readonly string[]>
}

export async function openAskedStudy(
  rows: readonly string[],
  { settings = {} }: { settings?: object } = {},
): Promise<AskedStudy> {
  const folder = await mkdtemp(join(tmpdir(), 'aecoder-asked-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'study.json'), JSON.stringify({ ...CONFIG, ...settings }))
  let now = Date.UTC(2026, 2, 1, 8)
  let salts = 0
  const ambience = {
    now() {
      now += 1000
      return new Date(now).toISOString()
    },
    salt: () => String(++salts).padStart(32, '0'),
  }
  const study = await openStudy(folder)
  let transfers = 0
  const run = async (texts: readonly string[]) => {
    const input = join(folder, `transfer-${++transfers}`)
    await mkdir(input)
    const lines = texts.map((text) => {
      const [, site = '', subject = '', term = ''] = /^(\w+) (\w+) (.*)$/s.exec(text) ?? []
      return `${site},${subject},AE log,V${subject},"${term.replaceAll('"', '""')}"\n`
    })
    await writeFile(join(input, 'ae.csv'), `SITE,SUBJ,FORM,VISIT,TERM\n${lines.join('')}`)
    return runStudy(study, { actor: DANA, ambience, input, asOf: `2026-03-${10 + transfers}` })
  }
  await run(rows)
  const desk = await openDesk(study, { ambience })
  onTestFinished(() => desk.close())
  const { store, kits } = desk
  const findOccurrence = async (subject: string) => {
    const { id } = await store.db
      .selectFrom('occurrence')
      .select('id')
      .where('subject', '=', subject)
      .executeTakeFirstOrThrow()
    return id
  }
  const list = async () =>
    (await listSiteQueryPage(study, { store, filter: { limit: 500 } })).rows.toSorted((a, b) =>
      compareCodeUnits(a.subject, b.subject),
    )
  return {
    study,
    desk,
    wait(days) {
      now += days * 24 * 60 * 60 * 1000
    },
    run,
    async ask(term, { text = QUESTION, subject, seen } = {}) {
      const group = await findAskedTerm(study, { store, target: await findTarget(store, study, { name: term }) })
      const occurrences = subject === undefined ? {} : { occurrences: [await findOccurrence(subject)] }
      return raiseSiteQueries(study, {
        store,
        kits,
        actor: ANN,
        group,
        text,
        ...occurrences,
        ...(seen === undefined ? {} : { seen }),
      })
    },
    async code(term, to, subject) {
      const name = subject === undefined ? term : await findOccurrence(subject)
      const target = await findTarget(store, study, { name })
      return codeTerm(study, { store, kits, target, actor: ANN, reason: 'seen', codes: [{ term: to }] })
    },
    async send() {
      const { seq } = await sendOutbox(study, { store, actor: DANA })
      const [csv, json] = await Promise.all(
        (['csv', 'json'] as const).map(async (as) => (await fetchOutbox(study, { store, seq, as })).file.text),
      )
      return { seq, csv: csv ?? '', json: json ?? '' }
    },
    answer: (text, as = 'csv') => importAnswers(study, { store, actor: DANA, name: `answers.${as}`, as, text }),
    list,
    states: async () =>
      (await list()).map(({ site, subject, state }) => `${site} ${subject} ${state}`).sort(compareCodeUnits),
    findOccurrence,
    listFaults: async () => (await verifyStudy(study, store)).faults,
  }
}

const CONFIG = {
  study: { protocol: 'ABC-101', environment: 'test' },
  dictionary: { name: 'OpenAE', version: '0.1', path: OPENAE_0_1 },
  precision: 'exact-only',
  sources: [
    {
      id: 'ae',
      domain: 'AE',
      format: 'csv',
      files: ['ae.csv'],
      map: { subject: 'SUBJ', site: 'SITE', form: 'FORM', event: 'VISIT', AETERM: 'TERM' },
    },
  ],
}

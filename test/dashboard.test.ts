/** The dashboard and the audit trail of a study: what they count and tell, held against what was done. */
import { expect, onTestFinished, test } from 'vitest'
import {
  codeTerm,
  type Desk,
  findById,
  judgeTerm,
  noteTerm,
  openDesk,
  openStudy,
  readAudit,
  readDashboard,
  runStudy,
  toAuditFile,
} from '../pipeline/index.ts'
import { copySampleForTest } from './e2e/sample.ts'
import { toAmbience } from './store/stage.ts'

const by = (name: string) => ({ name, kind: 'person', auth: 'signed in with password' }) as const

async function openSample(): Promise<Desk> {
  const study = await openStudy(await copySampleForTest())
  const ambience = toAmbience()
  await runStudy(study, { actor: by('dan'), ambience })
  const desk = await openDesk(study, { ambience })
  onTestFinished(() => desk.close())
  return desk
}

async function code(desk: Desk, { term, to, name }: { term: string; to: string; name: string }): Promise<void> {
  const target = await findById(desk, { term })
  const act = { store: desk.store, kits: desk.kits, target, actor: by(name), reason: 'a test' }
  await codeTerm(desk.study, { ...act, codes: [{ term: to }] })
}

test('the course, the bands and the people follow what is decided, also from one look to the next', async () => {
  const desk = await openSample()
  const before = await readDashboard(desk)
  const queued = before.overTime.at(-1)?.queued ?? 0
  expect(before.totals.open).toBe(queued)
  const waiting = (await desk.queue.list({ view: 'open' })).rows.filter(({ top }) => (top?.confidence ?? 0) > 0)
  const [right, wrong] = waiting
  if (!right?.top || !wrong?.top) throw new Error('the sample has open terms with candidates')
  await code(desk, { term: right.id, to: right.top.code, name: 'ann' })
  await code(desk, { term: wrong.id, to: 'Nosebleed', name: 'ann' })
  const target = await findById(desk, { term: right.id })
  await judgeTerm(desk.study, { store: desk.store, target, kind: 'approved', actor: by('bea'), reason: null })
  const after = await readDashboard(desk)
  expect(after.overTime.at(-1)).toMatchObject({ coded: 2, queued: queued - 2 })
  expect(after.people).toEqual([
    { name: 'ann', coded: 2, split: 0, approved: 0, rejected: 0, asked: 0 },
    { name: 'bea', coded: 0, split: 0, approved: 1, rejected: 0, asked: 0 },
  ])
  const total = (of: 'judged' | 'right') => after.bands.reduce((sum, band) => sum + band[of], 0)
  const isByLikeness = (outcome: string | null) => outcome !== 'do-not-autocode' && outcome !== 'not-codable'
  expect(total('judged')).toBe([right, wrong].filter(({ outcome }) => isByLikeness(outcome)).length)
  expect(total('right')).toBeLessThanOrEqual(1)
  expect(after.totals).toMatchObject({ coded: 1, toApprove: before.totals.toApprove + 1 })
})

test('each reason is counted as often as the queue lists it', async () => {
  const desk = await openSample()
  const { reasons } = await readDashboard(desk)
  for (const { outcome, terms } of reasons)
    expect({ outcome, terms }).toEqual({ outcome, terms: (await desk.queue.list({ view: 'open', outcome })).total })
})

test('the audit trail tells who did what to which term, before and after, and finds it by person, term and word', async () => {
  const desk = await openSample()
  const row = (await desk.queue.list({ view: 'open', domain: 'AE' })).rows[0]
  if (row === undefined) throw new Error('the sample has open terms')
  await code(desk, { term: row.id, to: 'Headache', name: 'ann' })
  await noteTerm(desk, { term: row.id, text: 'asked the monitor', actor: by('ann') })
  const { rows, chain } = await readAudit(desk, { actor: 'ann' })
  expect(rows.map(({ kind, term, object }) => [kind, term, object])).toEqual([
    ['noted', row.id, `"${row.verbatim}"`],
    ['coded', row.id, `"${row.verbatim}"`],
  ])
  expect(rows[1]).toMatchObject({ before: `open (${row.outcome})`, reason: 'a test' })
  expect(rows[1]?.after).toMatch(/^Headache \(\d+\)$/)
  expect(chain).toMatchObject({ isWhole: true, faults: [] })
  for (const found of [
    { text: 'ASKED the monitor' },
    { about: row.id, kind: 'noted' },
    { kind: 'noted', from: '2026-01-01' },
  ])
    expect((await readAudit(desk, found)).rows.map(({ kind }) => kind)).toEqual(['noted'])
  expect((await readAudit(desk, { text: row.verbatim.toLowerCase(), kind: 'coded' })).rows).toHaveLength(1)
  expect((await readAudit(desk, { to: '2025-12-31' })).rows).toEqual([])
})

test('pages of the trail give every event once, and its file holds them all, oldest first', async () => {
  const desk = await openSample()
  const seen: number[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await readAudit(desk, { limit: 2, ...(cursor === undefined ? {} : { cursor }) })
    seen.push(...page.rows.map(({ seq }) => seq))
    if (page.next === null) break
    cursor = page.next
  }
  const { events } = (await readAudit(desk, { limit: 1 })).chain
  expect(seen).toEqual(Array.from({ length: events }, (_, index) => events - index))
  const file = await toAuditFile(desk, { as: 'json' })
  expect((JSON.parse(file.text) as { rows: { seq: number }[] }).rows.map(({ seq }) => seq)).toEqual(seen.reverse())
})

test('what a person typed cannot become a formula in the file of the trail', async () => {
  const desk = await openSample()
  const row = (await desk.queue.list({ view: 'open' })).rows[0]
  await noteTerm(desk, { term: row?.id ?? '', text: '=HYPERLINK("http://x","y")', actor: by('=ann') })
  const { text } = await toAuditFile(desk, { as: 'csv' })
  expect(text).toContain(",'=ann,")
  expect(text).not.toMatch(/(^|,)=/m)
})

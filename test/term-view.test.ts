/** One term as a reviewer sees it: the proposal, the occurrences with their context, how it was coded elsewhere, its notes. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  codeTerm,
  type Desk,
  findById,
  noteTerm,
  openDesk,
  openStudy,
  runStudy,
  viewOccurrences,
  viewPrecedents,
  viewTerm,
} from '../pipeline/index.ts'
import type { TermRow } from '../schemas/api/terms.ts'
import { copySampleForTest } from './e2e/sample.ts'
import { toAmbience } from './store/stage.ts'

const ANN = { name: 'ann', kind: 'person', auth: 'signed in with password' } as const

async function openSample(path: string): Promise<Desk> {
  const study = await openStudy(path)
  const ambience = toAmbience()
  await runStudy(study, { actor: ANN, ambience })
  const desk = await openDesk(study, { ambience })
  onTestFinished(() => desk.close())
  return desk
}

async function findRow(desk: Desk, verbatim: string): Promise<TermRow> {
  const row = (await desk.queue.list({ view: 'any', limit: 500 })).rows.find((each) => each.verbatim === verbatim)
  if (row === undefined) throw new Error(`the sample has "${verbatim}"`)
  return row
}

test('a term shows what the machine makes of it, word by word, with places in the text it shows', async () => {
  const desk = await openSample(await copySampleForTest())
  const { id } = await findRow(desk, 'Nausea and vomiting')
  const view = await viewTerm(desk, id, { name: 'ann', isApprover: false })
  expect(view).toMatchObject({
    folded: 'nausea and vomiting',
    policy: 'manual',
    mayApprove: false,
    decision: { byMachine: true },
  })
  expect(view.proposal.outcome).toBe('compound')
  expect(
    view.proposal.parts.map(({ start, end, candidate }) => [
      view.folded.slice(start, end),
      candidate.path.at(-1)?.text,
    ]),
  ).toEqual([
    ['nausea', 'Nausea'],
    ['vomiting', 'Vomiting'],
  ])
  const tokens = view.proposal.candidates[0]?.alignment?.tokens ?? []
  expect(tokens.map(({ start, end }) => view.folded.slice(start, end))).toContain('nausea')
})

test('occurrences come page by page with what a coder reads first, and where they stand in the EDC', async () => {
  const desk = await openSample(await copySampleForTest())
  const { id, occurrences } = await findRow(desk, 'Headache')
  const first = await viewOccurrences(desk, id, { offset: 0, limit: 5 })
  const rest = await viewOccurrences(desk, id, { offset: 5, limit: 200 })
  expect({ total: first.total, next: first.next, all: first.rows.length + rest.rows.length }).toEqual({
    total: occurrences,
    next: '5',
    all: occurrences,
  })
  expect(new Set([...first.rows, ...rest.rows].map((row) => row.id)).size).toBe(occurrences)
  const names = first.rows[0]?.context.map(({ name }) => name) ?? []
  expect(names[0]).toBe('AESTDTC')
  expect(names).not.toContain('AESTDAT')
  expect(first.rows[0]?.place.map(({ name }) => name)).toEqual(['event', 'form repeat', 'RecordPosition'])
})

test('how other studies of the store coded the same words stands beside a term', async () => {
  const folder = await copySampleForTest()
  const config = JSON.parse(await readFile(join(folder, 'study.json'), 'utf8')) as { study: object }
  const other = { ...config, study: { ...config.study, environment: 'uat' }, output: 'out-uat' }
  await writeFile(join(folder, 'uat.json'), JSON.stringify(other))
  const elsewhere = await openSample(join(folder, 'uat.json'))
  const { id } = await findRow(elsewhere, 'feeling rough')
  const target = await findById(elsewhere, { term: id })
  const act = { store: elsewhere.store, kits: elsewhere.kits, target, actor: ANN, reason: null }
  await codeTerm(elsewhere.study, { ...act, codes: [{ term: 'Feeling unwell' }] })
  const here = await openSample(folder)
  expect((await viewPrecedents(here, id, { limit: 5 })).rows).toEqual([
    expect.objectContaining({
      study: 'AUR-101@uat',
      isHere: false,
      isSame: true,
      by: 'ann',
      codes: [expect.objectContaining({ text: 'Feeling unwell' })],
    }),
  ])
  const mayRead = (study: string) => study !== 'AUR-101@uat'
  expect((await viewPrecedents(here, id, { limit: 5, mayRead })).rows).toEqual([])
})

test('a note without a word is refused; one with words stands with the term', async () => {
  const desk = await openSample(await copySampleForTest())
  const { id } = await findRow(desk, 'MI')
  await expect(noteTerm(desk, { term: id, text: ' \n', actor: ANN })).rejects.toMatchObject({ code: 'USAGE' })
  const notes = await noteTerm(desk, { term: id, text: ' Ask cardiology ', actor: ANN })
  expect(notes).toMatchObject([{ text: 'Ask cardiology', by: 'ann', occurrence: null }])
  expect((await viewTerm(desk, id, { name: 'bea', isApprover: true })).notes).toEqual(notes)
})

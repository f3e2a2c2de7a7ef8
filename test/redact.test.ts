/** Hidden words of a term: shown to nobody, wherever the term is shown; the record and the dataset as they were. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  type Actor,
  closeSiteQuery,
  codeTerm,
  countRedacted,
  type Desk,
  exportStudy,
  findAskedTerm,
  findById,
  findMasks,
  findTarget,
  judgeTerm,
  listOccurrences,
  noteTerm,
  openDesk,
  openStudy,
  raiseSiteQueries,
  readAudit,
  redactTerm,
  runStudy,
  toShownOccurrence,
  undoDecision,
  verifyStudy,
  viewHistory,
  viewOccurrences,
  viewPrecedents,
  viewTerm,
} from '../pipeline/index.ts'
import { writeSmallStudy, writeTransfer } from './csv-study.ts'
import { toAmbience } from './store/stage.ts'

const ANN: Actor = { name: 'ann', kind: 'person', auth: 'signed in' }
const DANA: Actor = { name: 'dana', kind: 'person', auth: 'signed in' }
const TERM = 'Miller: fever and HA'
const VIEWER = { name: 'bea', isApprover: true }

test('once hidden, a word is in nothing that is shown of its term: queue, term, decisions, occurrences, notes, audit, messages', async () => {
  const { desk, term } = await openWork()
  const { study, store, kits } = desk
  await noteTerm(desk, { term, text: 'Who is Miller?', actor: ANN })
  const codes = [
    { term: 'Fever', part: 'Miller fever' },
    { term: 'Headache', part: 'HA' },
  ]
  await codeTerm(study, {
    store,
    kits,
    target: await findById(desk, { term }),
    codes,
    actor: ANN,
    reason: 'Miller has both',
  })
  const group = (await findTarget(store, study, { name: TERM })) as Extract<
    Awaited<ReturnType<typeof findById>>,
    { kind: 'group' }
  >
  const [occurrence] = await listOccurrences(store, study.id, { group: group.group, limit: 1 })
  if (occurrence === undefined) throw new Error('no occurrence')
  await codeTerm(study, {
    store,
    kits,
    target: { kind: 'occurrence', occurrence },
    codes: [{ term: 'Fever' }],
    actor: ANN,
    reason: 'Miller again',
  })
  const listShown = async () => {
    const messages = await Promise.all(
      [
        judgeTerm(study, { store, target: await findById(desk, { term }), actor: ANN, kind: 'approved', reason: null }),
        codeTerm(study, {
          store,
          kits,
          target: await findById(desk, { term }),
          codes: [{ term: 'Rash' }],
          actor: ANN,
          reason: null,
        }),
      ].map((act) =>
        act.then(
          () => 'done',
          (error: Error) => error.message,
        ),
      ),
    )
    const [own] = await listOccurrences(store, study.id, { group: group.group, limit: 1 })
    return {
      queue: await desk.queue.list({ view: 'any' }),
      like: await viewPrecedents(desk, await findId(desk, 'Miller: fever'), { limit: 10 }),
      term: await viewTerm(desk, term, VIEWER),
      occurrences: await viewOccurrences(desk, term, { offset: 0, limit: 10 }),
      history: await viewHistory(desk, { term }),
      ownHistory: await viewHistory(desk, { term, occurrence: occurrence.target.id }),
      occurrence: own && toShownOccurrence(own, await findMasks(store, study.id)),
      audit: (await readAudit(desk, {})).rows.filter((row) => row.term === term),
      messages,
    }
  }
  const listOpen = (shown: object) =>
    Object.entries(shown).flatMap(([place, what]) => (/miller/i.test(JSON.stringify(what)) ? [place] : []))
  const places = ['queue', 'term', 'occurrences', 'history', 'ownHistory', 'occurrence', 'audit', 'messages']
  expect(listOpen(await listShown()), 'before').toEqual(expect.arrayContaining(places))

  for (const name of [TERM, 'Miller: fever']) {
    const target = await findTarget(store, study, { name })
    const report = await redactTerm(study, { store, target, words: ['miller'], actor: DANA, reason: 'a name' })
    expect(report).toMatchObject({ shown: name.replace('Miller', '██████'), hidden: 1, occurrences: 1 })
  }
  const shown = await listShown()
  expect(listOpen(shown), 'after').toEqual([])
  expect(shown.term.row.verbatim).toBe('██████: fever and HA')
  expect(shown.term.decision?.codes.map(({ part }) => part)).toEqual(['██████ fever', 'HA'])
  expect(shown.messages[0]).toContain('"██████: fever and HA": ann coded this term')
  expect((await desk.queue.list({ view: 'any', text: 'miller' })).total, 'nobody finds it by the word').toBe(0)

  expect((await verifyStudy(study, store)).faults).toEqual([])
  expect(await countRedacted(store, study.id)).toEqual({ terms: 2, occurrences: 2 })
})

test('neither the order of the queue nor the likeness of another term tells of a hidden word', async () => {
  const { desk, folder } = await openWork()
  const { study, store } = desk
  await writeTransfer(folder, { name: 'transfer-2', terms: ['Miller: Cough', 'Aching', 'Zoster', 'Miller: rash'] })
  await runStudy(study, { actor: DANA, ambience: store.ambience, input: join(folder, 'transfer-2') })
  const target = await findTarget(store, study, { name: 'Miller: Cough' })
  const act = { store, kits: desk.kits, target, actor: ANN, reason: null }
  await codeTerm(study, { ...act, codes: [{ term: 'Cough' }] })
  const rash = await findId(desk, 'Miller: rash')
  const look = async () => ({
    order: (await desk.queue.list({ view: 'any', sort: 'text' })).rows.map(({ verbatim }) => verbatim),
    like: (await desk.queue.listLike(rash, { limit: 5 })).map(({ row }) => row.verbatim),
  })
  expect(await look()).toEqual({
    order: ['Aching', 'Miller: Cough', 'Miller: rash', 'Zoster'],
    like: ['Miller: Cough'],
  })
  await redactTerm(study, { store, target, words: ['miller'], actor: DANA, reason: 'a name' })
  expect(await look()).toEqual({ order: ['Aching', 'Miller: rash', 'Zoster', '██████: Cough'], like: [] })
})

test('the audit shows no hidden word of what a site was asked, noted or coded, also after the site wrote something else', async () => {
  const { desk, term, folder } = await openWork()
  const { study, store, kits } = desk
  const { rows } = await viewOccurrences(desk, term, { offset: 0, limit: 1 })
  const occurrence = rows[0]?.id ?? ''
  const target = await findById(desk, { term, occurrence })
  const codes = [
    { term: 'Fever', part: 'Miller fever' },
    { term: 'Headache', part: 'HA' },
  ]
  await codeTerm(study, { store, kits, target, codes, actor: ANN, reason: 'Miller has both' })
  const coded = await findById(desk, { term, occurrence })
  await judgeTerm(study, { store, target: coded, actor: DANA, kind: 'rejected', reason: 'Miller has not' })
  await noteTerm(desk, { term, occurrence, text: 'Who is Miller?', actor: ANN })
  const ask = { store, kits, actor: ANN, group: await findAskedTerm(study, { store, target }), text: 'Who is Miller?' }
  const { siteQueries } = await raiseSiteQueries(study, { ...ask, occurrences: [occurrence] })
  const id = siteQueries[0]?.id ?? ''
  await closeSiteQuery(study, { store, actor: ANN, id, reason: 'Miller is a name' })
  const listOpen = async () => {
    const said = (await readAudit(desk, {})).rows.filter((row) => /miller/i.test(JSON.stringify(row)))
    return said.map(({ kind }) => kind).sort()
  }
  expect(await listOpen()).toEqual(['noted', 'query-closed', 'query-raised', 'rejected', 'split'])
  await redactTerm(study, { store, target, words: ['miller'], actor: DANA, reason: 'a name' })
  expect(await listOpen()).toEqual([])
  await writeTransfer(folder, { name: 'transfer-2', terms: ['fever and HA', 'Cough'] })
  await runStudy(study, { actor: DANA, ambience: store.ambience, input: join(folder, 'transfer-2') })
  expect(await listOpen()).toEqual([])
})

test('the dataset holds what the site wrote until it corrects that; the run tells how much is left', async () => {
  const { desk, term, folder } = await openWork()
  const { study, store } = desk
  const target = await findById(desk, { term })
  await redactTerm(study, { store, target, words: ['Miller'], actor: DANA, reason: 'a name' })
  const options = { actor: DANA, ambience: store.ambience }
  const { run } = await exportStudy(study, options)
  expect(await readFile(join(run.folder, 'ae.csv'), 'utf8')).toContain(TERM)
  expect((await verifyStudy(study, store)).faults).toEqual([])
  await writeTransfer(folder, { name: 'transfer-2', terms: ['fever and HA', 'Miller: fever'] })
  const report = await runStudy(study, { ...options, input: join(folder, 'transfer-2') })
  expect(report.redacted).toEqual({ terms: 0, occurrences: 0 })
  expect(await readFile(join(report.run.folder, 'ae.csv'), 'utf8')).not.toContain(TERM)
  const movement = await readFile(join(report.run.folder, 'movement.csv'), 'utf8')
  expect(movement).toContain('██████: fever and HA')
  expect(movement + JSON.stringify(report.run.moved)).not.toContain('Miller')
})

test('a part that is named with what stands for a hidden word is refused', async () => {
  const { desk, term } = await openWork()
  const { study, store, kits } = desk
  const target = await findById(desk, { term })
  await redactTerm(study, { store, target, words: ['Miller'], actor: DANA, reason: 'a name' })
  const act = { store, kits, target, actor: ANN, reason: null }
  const codes = [
    { term: 'Fever', part: '██████: fever' },
    { term: 'Headache', part: 'HA' },
  ]
  await expect(codeTerm(study, { ...act, codes })).rejects.toThrow('a part with hidden words')
  await expect(undoDecision(study, act)).rejects.toThrow('"██████: fever and HA"')
})

async function openWork(): Promise<{ desk: Desk; term: string; folder: string }> {
  const folder = await writeSmallStudy([TERM, 'Miller: fever'])
  const study = await openStudy(folder)
  const ambience = toAmbience()
  await runStudy(study, { actor: DANA, ambience })
  const desk = await openDesk(study, { ambience })
  onTestFinished(() => desk.close())
  return { desk, term: await findId(desk, TERM), folder }
}

async function findId(desk: Desk, name: string): Promise<string> {
  const target = await findTarget(desk.store, desk.study, { name })
  return (target.kind === 'group' ? target.group : target.occurrence).target.id
}

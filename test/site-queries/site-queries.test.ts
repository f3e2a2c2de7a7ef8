/** Site queries from being raised to being closed, through the library on a real store. */
import { expect, test } from 'vitest'
import {
  closeSiteQuery,
  codeTerm,
  countSiteQueries,
  countSiteQueriesByGroup,
  editSiteQuery,
  findTarget,
  listSiteQueryPage,
  proposeForTerm,
  readSignOffState,
  redactTerm,
  reopenSiteQuery,
  signOff,
  undoDecision,
  unlockStudy,
  viewSiteQuery,
} from '../../pipeline/index.ts'
import { compareCodeUnits } from '../../schemas/content-id.ts'
import { ANN, openAskedStudy, QUESTION } from './asked-study.ts'

const ROWS = ['01 101 see above', '01 102 See Above', '02 201 see above', '02 202 sore thumb'] as const

test('a term is asked about in one go: one site query for each occurrence, all from one event, with the keys of the EDC', async () => {
  const { ask, list, desk, study, listFaults } = await openAskedStudy(ROWS)
  const report = await ask('see above', { text: `  ${QUESTION}\n` })
  const said = (await list()).map(({ site, subject, basedOn, state, text }) => [site, subject, basedOn, state, text])
  expect(said).toEqual([
    ['01', '101', 'see above', 'raised', QUESTION],
    ['01', '102', 'See Above', 'raised', QUESTION],
    ['02', '201', 'see above', 'raised', QUESTION],
  ])
  expect(new Set(report.siteQueries.map(({ seq }) => seq)).size).toBe(1)
  expect(report.passedOver).toBe(0)
  const [first] = await list()
  expect(JSON.parse(first?.key ?? '')).toMatchObject({ form: 'AE log', event: `V${first?.subject}`, item: 'TERM' })
  const events = await desk.store.db
    .selectFrom('event')
    .select(['kind', 'object', 'actor'])
    .where('study', '=', study.id)
    .where('kind', 'like', 'query-%')
    .execute()
  expect(events).toEqual([{ kind: 'query-raised', object: `group ${report.term}`, actor: 'Ann' }])
  expect(await listFaults()).toEqual([])
})

test('one occurrence can be asked about alone, and each has one open site query at most', async () => {
  const { ask, states } = await openAskedStudy(ROWS)
  const one = await ask('see above', { subject: '102' })
  expect([one.siteQueries.map(({ subject }) => subject), one.passedOver]).toEqual([['102'], 2])
  await expect(ask('see above', { subject: '102' })).rejects.toMatchObject({
    code: 'SITE_QUERY_NOT_ALLOWED',
    facts: { found: 'it has an open site query' },
  })
  const others = await ask('see above')
  expect([others.siteQueries.map(({ subject }) => subject).sort(compareCodeUnits), others.passedOver]).toEqual([
    ['101', '201'],
    1,
  ])
  await expect(ask('see above')).rejects.toThrow(
    'none of its 3 occurrences is left to ask about: 3 with an open site query',
  )
  await expect(ask('see above', { subject: '202' })).rejects.toThrow('it is no present occurrence of "see above"')
  expect(await states()).toHaveLength(3)
})

test('who asks about a term that somebody decided meanwhile is told so', async () => {
  const { ask, code, list } = await openAskedStudy(ROWS)
  await code('see above', 'Headache')
  await expect(ask('see above', { seen: null })).rejects.toMatchObject({
    code: 'DECISION_STALE',
    facts: { found: expect.stringContaining('it was coded to "Headache"') as string },
  })
  expect(await list()).toEqual([])
})

test('a text that leads is refused, raising and editing, and nothing is written', async () => {
  const { ask, desk, study, list } = await openAskedStudy(ROWS)
  const refused = { code: 'SITE_QUERY_NOT_ALLOWED', facts: { found: expect.stringContaining('"headache"') as string } }
  await expect(ask('see above', { text: 'Was it a headache?' })).rejects.toMatchObject(refused)
  expect(await list()).toEqual([])
  const { siteQueries } = await ask('see above')
  const id = siteQueries[0]?.id ?? ''
  const act = { store: desk.store, kits: desk.kits, actor: ANN, id }
  await expect(editSiteQuery(study, { ...act, text: 'Was it a headache?' })).rejects.toMatchObject(refused)
  expect(await editSiteQuery(study, { ...act, text: 'What happened?' })).toMatchObject({
    text: 'What happened?',
    state: 'raised',
  })
})

test('what was sent is edited no more; what changed meanwhile is told', async () => {
  const { ask, send, desk, study } = await openAskedStudy(ROWS)
  const { siteQueries } = await ask('sore thumb')
  const [raised] = siteQueries
  const act = { store: desk.store, kits: desk.kits, actor: ANN, id: raised?.id ?? '' }
  const seen = raised?.lastSeq ?? 0
  await editSiteQuery(study, { ...act, text: 'What happened?', seen })
  await expect(editSiteQuery(study, { ...act, text: 'What was it?', seen })).rejects.toMatchObject({
    code: 'DECISION_STALE',
    facts: { found: expect.stringContaining('it is raised, by Ann') as string },
  })
  await send()
  await expect(editSiteQuery(study, { ...act, text: 'What was it?' })).rejects.toThrow(
    'it is sent, and cannot be edited',
  )
  await expect(editSiteQuery(study, { ...act, id: 'f'.repeat(32), text: 'What?' })).rejects.toMatchObject({
    code: 'TARGET_NOT_FOUND',
  })
})

test("a person's code of the term closes what was asked about it, but not of an occurrence that stands apart", async () => {
  const { ask, code, states, listFaults, list } = await openAskedStudy(ROWS)
  await code('see above', 'Migraine', '201')
  // An occurrence that was coded alone is not asked about with its term, but by its name.
  expect((await ask('see above')).siteQueries.map(({ subject }) => subject).sort(compareCodeUnits)).toEqual([
    '101',
    '102',
  ])
  await ask('see above', { subject: '201' })
  await ask('sore thumb')
  await code('see above', 'Headache')
  expect(await states()).toEqual(['01 101 closed', '01 102 closed', '02 201 raised', '02 202 raised'])
  expect((await list()).find(({ subject }) => subject === '101')).toMatchObject({ reason: 'coded', stateBy: 'Ann' })
  await code('see above', 'Nausea', '201')
  expect(await states()).toEqual(['01 101 closed', '01 102 closed', '02 201 closed', '02 202 raised'])
  expect(await listFaults()).toEqual([])
})

test('a split closes too; what is closed by a code stays closed when the code is undone, until a person reopens it', async () => {
  const { ask, desk, study, states, list, listFaults } = await openAskedStudy(ROWS)
  const { store, kits } = desk
  await ask('sore thumb')
  const find = () => findTarget(store, study, { name: 'sore thumb' })
  const codes = [
    { term: 'Headache', part: 'sore' },
    { term: 'Nausea', part: 'thumb' },
  ]
  await codeTerm(study, { store, kits, target: await find(), actor: ANN, reason: null, codes })
  expect(await states()).toEqual(['02 202 closed'])
  await undoDecision(study, { store, kits, target: await find(), actor: ANN, reason: null })
  expect(await states()).toEqual(['02 202 closed'])
  const id = (await list())[0]?.id ?? ''
  const act = { store, actor: ANN, id }
  await expect(reopenSiteQuery(study, { ...act, reason: null })).rejects.toThrow('reopened without a reason')
  await reopenSiteQuery(study, { ...act, reason: 'the split was wrong' })
  expect(await states()).toEqual(['02 202 reopened'])
  await closeSiteQuery(study, { ...act, reason: 'the site called' })
  const { steps } = await viewSiteQuery(study, { store, id: id.slice(0, 8) })
  expect(steps.map(({ kind, by, reason }) => [kind, by, reason])).toEqual([
    ['raised', 'Ann', null],
    ['closed', 'Ann', 'coded'],
    ['reopened', 'Ann', 'the split was wrong'],
    ['closed', 'Ann', 'the site called'],
  ])
  expect(await listFaults()).toEqual([])
})

test('of one occurrence one site query is open: an earlier one is not reopened beside it', async () => {
  const { ask, desk, study } = await openAskedStudy(ROWS)
  const first = (await ask('sore thumb')).siteQueries[0]?.id ?? ''
  const act = { store: desk.store, actor: ANN, reason: 'a mistake' }
  await closeSiteQuery(study, { ...act, id: first })
  await ask('sore thumb')
  await expect(reopenSiteQuery(study, { ...act, id: first })).rejects.toThrow(
    'another site query of the occurrence is open',
  )
})

test('a transfer that changes the verbatim or takes the record away closes, with its own time; the code of the machine does not', async () => {
  const { ask, run, list, desk, study, listFaults } = await openAskedStudy([...ROWS, '02 203 sore thumb'])
  await ask('see above')
  await ask('sore thumb')
  // 101 is the same to the fold; 102 is coded by the machine as Headache; 201 is gone.
  const report = await run(['01 101 SEE  above', '01 102 Headache', '02 202 sore thumb', '02 203 sore thumb!'])
  expect(report.siteQueries).toEqual({ changed: 2, withdrawn: 1, rekeyed: 0 })
  expect(
    (await list()).map(({ subject, state, reason, stateAt, stateBy }) => [
      subject,
      state,
      reason,
      stateAt.slice(0, 10),
      stateBy,
    ]),
  ).toEqual([
    ['101', 'raised', null, '2026-03-01', 'Ann'],
    ['102', 'closed', 'the verbatim changed', '2026-03-12', 'aecoder'],
    ['201', 'closed', 'the record was withdrawn', '2026-03-12', 'aecoder'],
    ['202', 'raised', null, '2026-03-01', 'Ann'],
    ['203', 'closed', 'the verbatim changed', '2026-03-12', 'aecoder'],
  ])
  expect(await listFaults()).toEqual([])
  const reopen = (subject: string) =>
    list().then((all) =>
      reopenSiteQuery(study, {
        store: desk.store,
        actor: ANN,
        id: all.find((each) => each.subject === subject)?.id ?? '',
        reason: 'still unclear',
      }),
    )
  await expect(reopen('102')).rejects.toThrow('the site has changed the verbatim since')
  await expect(reopen('201')).rejects.toThrow('its record is withdrawn')
  // Doing it again does nothing.
  const same = ['01 101 SEE  above', '01 102 Headache', '02 202 sore thumb', '02 203 sore thumb!', '02 204 unwell']
  expect((await run(same)).siteQueries).toEqual({ changed: 0, withdrawn: 0, rekeyed: 0 })
})

test('the machine codes the term of an occurrence that is asked about, and the site query stays open', async () => {
  const { ask, run, states } = await openAskedStudy(['01 101 Headache'])
  await ask('Headache', { text: 'When did it begin?' })
  await run(['01 101 Headache', '01 102 Headache'])
  expect(await states()).toEqual(['01 101 raised'])
})

test('lists are filtered, come in pages, and tell the age; what is reopened is young again', async () => {
  const { ask, wait, desk, study, send } = await openAskedStudy([...ROWS, '03 301 unwell'])
  const { store } = desk
  await ask('see above')
  wait(9)
  await ask('sore thumb')
  await send()
  wait(22)
  const late = (await ask('unwell')).siteQueries[0]
  const list = async (filter: object) =>
    (await listSiteQueryPage(study, { store, filter: { limit: 100, ...filter } })).rows.map(
      ({ subject, ageDays }) => `${subject} ${ageDays}`,
    )
  expect((await list({})).sort(compareCodeUnits)).toEqual(['101 31', '102 31', '201 31', '202 22', '301 0'])
  expect(await list({ state: 'raised' })).toEqual(['301 0'])
  expect((await list({ site: '02' })).sort(compareCodeUnits)).toEqual(['201 31', '202 22'])
  expect(await list({ domain: 'MH' })).toEqual([])
  expect(await list({ term: late?.term })).toEqual(['301 0'])
  expect((await list({ olderThan: 22 })).length).toBe(3)
  expect((await list({ olderThan: 21 })).length).toBe(4)

  const paged: string[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await listSiteQueryPage(study, { store, filter: { limit: 2, ...(cursor ? { cursor } : {}) } })
    expect(page.rows.length).toBeLessThanOrEqual(2)
    paged.push(...page.rows.map(({ id }) => id))
    cursor = page.next
  }
  expect(new Set(paged).size).toBe(5)
  await expect(listSiteQueryPage(study, { store, filter: { limit: 2, cursor: "1' or 1=1" } })).rejects.toThrow('cursor')

  const summary = await countSiteQueries(store, study.id)
  expect(summary.states).toEqual([
    { state: 'raised', count: 1 },
    { state: 'sent', count: 4 },
    { state: 'answered', count: 0 },
    { state: 'reopened', count: 0 },
    { state: 'closed', count: 0 },
  ])
  expect(summary.ages).toEqual([
    { age: '0-7', open: 1, answered: 0 },
    { age: '8-14', open: 0, answered: 0 },
    { age: '15-30', open: 1, answered: 0 },
    { age: '>30', open: 3, answered: 0 },
  ])
  expect(summary.sites.map(({ site, open, oldestDays }) => [site, open, oldestDays])).toEqual([
    ['01', 2, 31],
    ['02', 2, 31],
    ['03', 1, 0],
  ])
  const siteId = summary.sites[1]?.id ?? ''
  expect((await list({ siteId })).sort(compareCodeUnits)).toEqual(['201 31', '202 22'])
  await expect(list({ siteId: 'f'.repeat(32) })).rejects.toThrow('no site that was asked has this id')

  const act = {
    store,
    actor: ANN,
    id: (await listSiteQueryPage(study, { store, filter: { limit: 1 } })).rows[0]?.id ?? '',
  }
  await closeSiteQuery(study, { ...act, reason: 'a mistake' })
  expect(await reopenSiteQuery(study, { ...act, reason: 'no mistake' })).toMatchObject({
    ageDays: 0,
    state: 'reopened',
  })
})

test('the queue learns how many of a term wait for the site and for a person, and no more of those that are gone', async () => {
  const { ask, send, answer, desk, study, list, run } = await openAskedStudy(ROWS)
  const { siteQueries } = await ask('see above')
  await send()
  await answer(`siteQueryId,answer\n${siteQueries[0]?.id},Headache\n`)
  const count = async () => [...(await countSiteQueriesByGroup(desk.store, study.id)).values()]
  expect(await count()).toEqual([{ open: 2, answered: 1 }])
  const { rows } = await desk.queue.list({ view: 'any', text: 'see above' })
  expect(rows[0]).toMatchObject({ state: 'answered', asked: 2, answered: 1 })
  const answered = (await list()).find(({ state }) => state === 'answered')
  await run(ROWS.filter((row) => !row.includes(answered?.subject ?? '')))
  expect(await count()).toEqual([{ open: 2, answered: 0 }])
})

test('a proposal says what would be asked, and how many; hidden words do not stand in it, nor in what is listed', async () => {
  const { desk, study, ask, code, list, send } = await openAskedStudy([...ROWS, '01 103 see above'])
  const { store } = desk
  const propose = async () => {
    const target = await findTarget(store, study, { name: 'see above' })
    if (target.kind !== 'group') throw new Error('no term')
    return proposeForTerm(study, { store, group: target.group })
  }
  await code('see above', 'Migraine', '201')
  await ask('see above', { subject: '101' })
  expect(await propose()).toEqual({
    text: 'You reported "see above". Please enter the event or condition itself: each entry is coded alone.',
    free: 2,
    sites: 1,
    asked: 1,
    codedAlone: 1,
  })
  await send()
  const target = await findTarget(store, study, { name: 'see above' })
  const actor = { ...ANN, name: 'Dana' }
  await redactTerm(study, { store, target, actor, words: ['above'], reason: 'a name' })
  expect((await propose()).text).toContain('"see █████"')
  expect((await list())[0]).toMatchObject({ basedOn: 'see █████', verbatim: 'see █████' })
  await expect(ask('see above', { text: 'Was it a headache?' })).rejects.toThrow('headache')
})

test('of two people who ask about a term at once one is told, and no occurrence is asked about twice', async () => {
  const { ask, list, listFaults } = await openAskedStudy(ROWS)
  const came = await Promise.allSettled([ask('see above'), ask('see above')])
  expect(came.map(({ status }) => status).sort(compareCodeUnits)).toEqual(['fulfilled', 'rejected'])
  expect((await list()).map(({ subject }) => subject)).toEqual(['101', '102', '201'])
  expect(await listFaults()).toEqual([])
})

test('a transfer that is held because the study is signed off closes what the sites answered with it all the same', async () => {
  const { ask, run, states, desk, study, listFaults } = await openAskedStudy(ROWS)
  const { store, kits } = desk
  await ask('see above')
  const { headSeq } = await readSignOffState(store, study)
  const eva = { name: 'eva', kind: 'person', auth: 'signed in with password' } as const
  const signing = { fullName: 'Eva Meyer', meaning: 'coding reviewed', isIncomplete: true, reason: 'sites were asked' }
  await signOff(study, { store, kits, actor: eva, seen: headSeq, ...signing })
  const report = await run(['01 101 Headache', '01 102 See Above', '02 202 sore thumb'])
  expect([report.status, report.siteQueries]).toEqual(['held', { changed: 1, withdrawn: 1, rekeyed: 0 }])
  expect(await states()).toEqual(['01 101 closed', '01 102 raised', '02 201 closed'])
  expect(await listFaults()).toEqual([])
})

test('under a signature no site is asked; what was asked before is answered and closed, and unlocking lets people ask again', async () => {
  const { ask, send, answer, code, list, states, desk, study, listFaults } = await openAskedStudy(ROWS)
  const { store, kits } = desk
  await ask('see above', { subject: '101' })
  await send()
  await ask('see above', { subject: '201' })
  await code('sore thumb', 'Migraine')
  const { headSeq } = await readSignOffState(store, study)
  const eva = { name: 'eva', kind: 'person', auth: 'signed in with password' } as const
  const signing = { fullName: 'Eva Meyer', meaning: 'coding reviewed', isIncomplete: true, reason: 'sites were asked' }
  await signOff(study, { store, kits, actor: eva, seen: headSeq, ...signing })
  const [sent, waits] = await list()
  const act = { store, kits, actor: ANN, reason: 'not needed' }
  await answer(`siteQueryId,answer\n${sent?.id},Headache\n`)
  const refused = { code: 'STUDY_SIGNED_OFF', facts: { found: expect.stringContaining('Eva Meyer') as string } }
  await expect(ask('sore thumb')).rejects.toMatchObject(refused)
  await expect(reopenSiteQuery(study, { ...act, id: sent?.id ?? '' })).rejects.toMatchObject(refused)
  await expect(editSiteQuery(study, { ...act, id: waits?.id ?? '', text: 'What?' })).rejects.toMatchObject(refused)
  await expect(send()).rejects.toMatchObject(refused)
  expect(await states()).toEqual(['01 101 answered', '02 201 raised'])
  await closeSiteQuery(study, { ...act, id: waits?.id ?? '' })
  expect(await listFaults()).toEqual([])
  await unlockStudy(study, { store, actor: eva, fullName: 'Eva Meyer', reason: 'a site has more to say' })
  await ask('sore thumb')
  expect(await states()).toEqual(['01 101 answered', '02 201 closed', '02 202 raised'])
})

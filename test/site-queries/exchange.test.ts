/** The outbox and the answers: files that go to the EDC and come back. */
import { expect, test } from 'vitest'
import { fetchOutbox, listOutboxes, reopenSiteQuery, sendOutbox } from '../../pipeline/index.ts'
import { toSha256 } from '../../schemas/content-id.ts'
import { ANN, DANA, openAskedStudy, QUESTION } from './asked-study.ts'

const ROWS = ['01 101 see above', '02 201 see above', '02 202 =2+5', '02 203 unwell'] as const

test('an outbox holds what was raised, with the keys of the EDC, and what stands in it is sent', async () => {
  const { ask, send, states, desk, study, list } = await openAskedStudy(ROWS)
  await ask('see above')
  const { seq, csv, json } = await send()
  expect(await states()).toEqual(['01 101 sent', '02 201 sent'])
  const [header, ...lines] = csv.replace('\ufeff', '').trimEnd().split('\r\n')
  expect(header).toBe(
    'siteQueryId,STUDYID,SITEID,USUBJID,SUBJID,DOMAIN,event,eventRepeat,form,formRepeat,group,groupRepeat,item,verbatim,text,raisedAt,raisedBy,answer,answeredAt,answeredBy',
  )
  const [one] = (await list()).filter(({ subject }) => subject === '101')
  expect(lines).toContain(
    `${one?.id},ABC-101,01,${one?.usubjid},101,AE,V101,,AE log,,,,TERM,see above,"${QUESTION}",${one?.raisedAt},Ann,,,`,
  )
  expect((JSON.parse(json) as { siteQueries: unknown[] }).siteQueries).toContainEqual({
    siteQueryId: one?.id,
    STUDYID: 'ABC-101',
    SITEID: '01',
    USUBJID: one?.usubjid,
    SUBJID: '101',
    DOMAIN: 'AE',
    event: 'V101',
    eventRepeat: null,
    form: 'AE log',
    formRepeat: null,
    group: null,
    groupRepeat: null,
    record: {},
    item: 'TERM',
    verbatim: 'see above',
    text: QUESTION,
    raisedAt: one?.raisedAt,
    raisedBy: 'Ann',
  })
  const { body } = await desk.store.db
    .selectFrom('event_body')
    .select('body')
    .where('study', '=', study.id)
    .where('seq', '=', seq)
    .executeTakeFirstOrThrow()
  expect(JSON.parse(body)).toMatchObject({ sha256: { csv: toSha256(csv), json: toSha256(json) } })
  await expect(sendOutbox(study, { store: desk.store, actor: DANA })).rejects.toThrow('no site query waits to be sent')
})

test('an outbox that was sent is the same file at any later time, whatever happened since', async () => {
  const { ask, send, answer, run, code, desk, study } = await openAskedStudy(ROWS)
  const { store } = desk
  await ask('see above')
  const first = await send()
  await ask('unwell')
  const second = await send()
  await answer(`siteQueryId,answer\n${first.csv.split('\r\n')[1]?.slice(0, 32)},Headache\n`)
  await code('see above', 'Headache')
  await run(['07 101 Nausea', '02 202 =2+5', '02 203 unwell'])
  for (const { seq, csv, json } of [first, second]) {
    expect((await fetchOutbox(study, { store, seq, as: 'csv' })).file).toEqual({
      name: `site-queries-${seq}.csv`,
      text: csv,
    })
    expect((await fetchOutbox(study, { store, seq, as: 'json' })).file.text).toBe(json)
  }
  expect((await listOutboxes(store, study.id, { limit: 10 })).map(({ seq, by, count }) => [seq, by, count])).toEqual([
    [second.seq, 'Dana', 1],
    [first.seq, 'Dana', 2],
  ])
  await expect(fetchOutbox(study, { store, seq: 1, as: 'csv' })).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' })
})

test('a verbatim that a spreadsheet would calculate is made harmless in the file, and an answer that was comes back as it is', async () => {
  const { ask, send, answer, list } = await openAskedStudy(ROWS)
  await ask('=2+5', { text: '=Please enter the event itself' })
  const { csv, json } = await send()
  expect(csv).toContain(`,'=2+5,'=Please enter the event itself,`)
  expect((JSON.parse(json) as { siteQueries: { verbatim: string }[] }).siteQueries[0]?.verbatim).toBe('=2+5')
  const filledIn = csv.replace(/,,,\r\n$/, `,'-5 kg in a week,2026-03-05,'@site\r\n`)
  expect(await answer(filledIn)).toMatchObject({ answered: 1, late: [], blank: 0 })
  expect((await list())[0]).toMatchObject({
    state: 'answered',
    answer: { text: '-5 kg in a week', at: '2026-03-05', by: '@site' },
  })
})

test('an outbox comes back half filled in: what has no answer still waits', async () => {
  const { ask, send, answer, states, listFaults } = await openAskedStudy(ROWS)
  await ask('see above')
  const { csv } = await send()
  const [header, first = '', second] = csv.split('\r\n')
  const file = [header, first.replace(/,,,$/, ',"Headache, bad\nand long",,'), second, ''].join('\r\n')
  expect(await answer(file)).toMatchObject({ answered: 1, late: [], blank: 1 })
  expect((await states()).map((state) => state.split(' ')[2])).toEqual(['answered', 'sent'])
  expect(await listFaults()).toEqual([])
})

test.each([
  ['alone', (rows: unknown) => rows],
  ['under answers', (rows: unknown) => ({ answers: rows })],
])('answers come as JSON, %s', async (_, toFile) => {
  const { ask, send, answer, list } = await openAskedStudy(ROWS)
  const { siteQueries } = await ask('unwell')
  await send()
  const rows = [{ siteQueryId: siteQueries[0]?.id, answer: 'Tired', answeredAt: '2026-03-04T10:00:00Z', other: 1 }]
  expect(await answer(JSON.stringify(toFile(rows)), 'json')).toMatchObject({ answered: 1, blank: 0 })
  expect((await list())[0]?.answer).toEqual({ text: 'Tired', at: '2026-03-04T10:00:00Z', by: null })
})

test('of a file with a mistake nothing is taken, and each mistake is told with its line', async () => {
  const { ask, send, answer, states, list, desk } = await openAskedStudy(ROWS)
  await ask('see above')
  await send()
  const [a, b] = (await list()).map(({ id }) => id)
  const waiting = (await ask('unwell')).siteQueries[0]?.id
  const count = () =>
    desk.store.db
      .selectFrom('event')
      .select('seq')
      .execute()
      .then(({ length }) => length)
  const before = await count()
  const file = `siteQueryId,answer,answeredAt\n${a},Headache,\n${'f'.repeat(32)},What,\n${waiting},Tired,\n${a},Again,\n`
  await expect(answer(file)).rejects.toMatchObject({
    code: 'ANSWERS_INVALID',
    facts: {
      where: 'answers.csv',
      found: `line 3: there is no site query "${'f'.repeat(32)}"; line 4: site query ${waiting} was not sent yet; line 5: site query ${a} is answered in line 2 already`,
    },
  })
  await expect(
    answer(`siteQueryId,answer,answeredAt\n${a},Headache,yesterday\n,Nobody,\n${b},x\n`),
  ).rejects.toMatchObject({
    code: 'ANSWERS_INVALID',
    facts: {
      found:
        'line 2: answeredAt "yesterday" is no date or time of ISO 8601; line 3: an answer without a siteQueryId; line 4: it has 2 fields, the header has 3',
    },
  })
  await expect(answer('id,reply\n1,2\n')).rejects.toThrow('no column siteQueryId, answer')
  await expect(answer('{"answers": 1}', 'json')).rejects.toThrow('it holds no list')
  await expect(answer('{', 'json')).rejects.toThrow('it is no JSON')
  await expect(answer(`[{"siteQueryId": 1, "answer": "x"}]`, 'json')).rejects.toThrow('entry 1: siteQueryId')
  expect([await count(), (await states()).map((state) => state.split(' ')[2])]).toEqual([
    before,
    ['sent', 'sent', 'raised'],
  ])
  await answer(`siteQueryId,answer\n${a},Headache\n`)
  await expect(answer(`siteQueryId,answer\n${a},Headache\n`)).rejects.toThrow(
    `line 2: site query ${a} was answered before`,
  )
})

test('an answer that comes after a code is kept, and the site query stays closed; once is enough', async () => {
  const { ask, send, answer, code, list, listFaults, desk, study } = await openAskedStudy(ROWS)
  const { siteQueries } = await ask('unwell')
  const id = siteQueries[0]?.id ?? ''
  await send()
  await code('unwell', 'Headache')
  expect(await answer(`siteQueryId,answer\n${id},Tired\n`)).toMatchObject({ answered: 1, late: [id] })
  expect((await list())[0]).toMatchObject({
    state: 'closed',
    reason: 'answered after it was closed',
    answer: { text: 'Tired' },
  })
  await expect(answer(`siteQueryId,answer\n${id},Tired\n`)).rejects.toThrow('no question of it waits for an answer')
  await reopenSiteQuery(study, { store: desk.store, actor: ANN, id, reason: 'tired of what?' })
  await send()
  expect(await answer(`siteQueryId,answer\n${id},Of the study\n`)).toMatchObject({ answered: 1, late: [] })
  expect(await listFaults()).toEqual([])
})

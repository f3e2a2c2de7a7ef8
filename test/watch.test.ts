/** Watching an inbox: what is taken in, when, in which order, and where it goes. */
import { existsSync, writeFileSync } from 'node:fs'
import { appendFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openStudy, runStudy } from '../pipeline/index.ts'
import { findAsOf } from '../pipeline/run-transfer.ts'
import { lockStudy, lockWatch } from '../pipeline/store/store.ts'
import { toAmbience } from './store/stage.ts'
import { openWatchedStudy, SETTLE, toCsv } from './watched-study.ts'

const GOOD = toCsv(['Headache', 'Nausea'])
/** Two different records under one key: refused. */
const CONFLICTING = 'SUBJID,AESEQ,AETERM\n101,1,Headache\n101,1,Nausea\n'

describe('what is whole', () => {
  test('transfers that stay the same are taken in, the oldest first, and lie in done with all their files', async () => {
    const study = await openWatchedStudy()
    await study.put('inbox/2026-03-16/ae.csv', toCsv(['Headache', 'Nausea', 'Fatigue']))
    await study.put('inbox/2026-03-09/ae.csv', GOOD)
    await study.put('inbox/2026-03-09/notes/readme.txt', 'weekly')
    const { report, events, told } = await study.once()
    expect(told).toEqual(['2026-03-09 taken-in', '2026-03-16 taken-in'])
    expect(events.find(({ state, transfer }) => state === 'taken-in' && transfer === '2026-03-16')).toMatchObject({
      run: { status: 'complete', asOfFrom: 'name', isRepeat: false, movement: { new: 1, unchanged: 2 }, read: 3 },
      place: join(study.folder, 'done', '2026-03-16'),
    })
    expect(report).toEqual({ takenIn: 2, quarantined: 0 })
    expect(await study.listTakenIn()).toEqual(['2026-03-09', '2026-03-16'])
    expect(await study.list()).toEqual([
      'done/2026-03-09/ae.csv',
      'done/2026-03-09/notes/readme.txt',
      'done/2026-03-16/ae.csv',
    ])
  })

  test('a file that still grows is not read before it rests', async () => {
    const study = await openWatchedStudy()
    await study.put('inbox/2026-03-09/ae.csv', 'SUBJID,AESEQ,AETERM\n')
    const running = study.start({ settle: 400 })
    const path = join(study.folder, 'inbox/2026-03-09/ae.csv')
    for (let row = 1; row <= 8; row++) {
      await appendFile(path, `${100 + row},1,`)
      await wait(100)
      await appendFile(path, 'Headache\n')
    }
    await appendFile(path, '999,1,"a quote that is open')
    await wait(200)
    await appendFile(path, '"\n')
    expect(await running.until('2026-03-09 taken-in')).toMatchObject({ run: { read: 9, movement: { new: 9 } } })
    expect((await running.stop()).told).toEqual(['2026-03-09 taken-in'])
  })

  test('one look alone takes nothing in, and with a marker one look is enough', async () => {
    const study = await openWatchedStudy()
    await study.put('inbox/2026-03-09/ae.csv', GOOD)
    // It ends while it waits for the second look.
    const running = study.start({ settle: 60_000 })
    await wait(200)
    expect((await running.stop()).told).toEqual([])
    expect(await study.list()).toEqual(['inbox/2026-03-09/ae.csv'])
    await study.put('inbox/2026-03-09/_COMPLETE', '')
    const begun = performance.now()
    expect((await study.once({ settle: 120_000 })).told).toEqual(['2026-03-09 taken-in'])
    expect(performance.now() - begun).toBeLessThan(120_000)
    expect(await study.list()).toEqual(['done/2026-03-09/_COMPLETE', 'done/2026-03-09/ae.csv'])
  })

  test('where only markers tell, nothing else does; their names can be chosen', async () => {
    const study = await openWatchedStudy()
    await study.put('inbox/2026-03-09/ae.csv', GOOD)
    const only = { settle: Infinity, markers: ['ready.flag'] }
    const { events } = await study.once(only)
    expect(events.at(-1)).toMatchObject({ state: 'waiting', why: 'no ready.flag has come yet' })
    await study.put('inbox/2026-03-09/ready.flag', '')
    expect((await study.once(only)).told).toEqual(['2026-03-09 taken-in'])
  })

  test.for([
    ['a folder', 'inbox/2026-03-09/ae.csv', 'inbox/2026-03-09/_COMPLETE'],
    ['a loose file', 'inbox/ae.csv', 'inbox/ae.csv.done'],
  ])('a marker of %s that lay there before the data says nothing of it', async ([, data = '', marker = '']) => {
    const study = await openWatchedStudy()
    await study.put(marker, '')
    await wait(20)
    await study.put(data, GOOD)
    const { events } = await study.once({ settle: Infinity })
    expect(events.slice(1)).toMatchObject([
      { state: 'waiting', why: expect.stringMatching(/ lay there before .*ae\.csv: a marker comes last$/) as string },
    ])
    // Without a marker that counts it is whole once it rests.
    const resting = study.start({ settle: 400 })
    await wait(200)
    expect(await study.list()).toContain(data)
    await resting.stop()
    await study.put(marker, 'again')
    expect((await study.once({ settle: Infinity })).told).toEqual([expect.stringMatching(/ taken-in$/)])
  })

  test('a transfer that changes between its reading and its move stays together, and is taken in anew', async () => {
    const source = { id: 'ae', domain: 'AE', format: 'csv', files: ['ae*.csv'], key: ['AESEQ'] }
    const study = await openWatchedStudy({ sources: [{ ...source, map: { subject: 'SUBJID', AETERM: 'AETERM' } }] })
    await study.put('inbox/2026-03-09/ae-1.csv', GOOD)
    await study.put('inbox/2026-03-09/ae-2.csv', 'SUBJID,AESEQ,AETERM\n201,1,Fatigue\n')
    const ambience = toAmbience()
    let hasChanged = false
    const changing = await study.once({
      ambience: {
        ...ambience,
        salt() {
          // It was read when its run is written.
          if (!hasChanged && existsSync(join(study.folder, 'out/runs'))) {
            hasChanged = true
            writeFileSync(join(study.folder, 'inbox/2026-03-09/ae-1.csv'), toCsv(['Headache', 'Nausea', 'Vomiting']))
          }
          return ambience.salt()
        },
      },
    })
    expect(hasChanged).toBe(true)
    expect(changing.events.slice(1)).toMatchObject([
      {
        state: 'waiting',
        why: expect.stringMatching(/^it changed since it was read by run \S+: it is read anew/) as string,
      },
    ])
    expect(await study.list()).toEqual(['inbox/2026-03-09/ae-1.csv', 'inbox/2026-03-09/ae-2.csv'])
    const { events } = await study.once({ ambience })
    expect(events.slice(1)).toMatchObject([
      { state: 'taken-in', run: { status: 'complete', read: 4, movement: { new: 1, unchanged: 3, withdrawn: 0 } } },
    ])
    expect(await study.list()).toEqual(['done/2026-03-09/ae-1.csv', 'done/2026-03-09/ae-2.csv'])
    expect(await study.read('done/2026-03-09/ae-1.csv')).toContain('Vomiting')
  })

  test('a file that its sender calls unfinished keeps its transfer waiting, and the newer ones behind it', async () => {
    const study = await openWatchedStudy()
    await study.put('inbox/2026-03-09/ae.csv', GOOD)
    await study.put('inbox/2026-03-09/mh.csv.filepart', 'x')
    await study.put('inbox/2026-03-16/ae.csv', GOOD)
    const { events } = await study.once()
    expect(events.slice(1)).toMatchObject([
      { transfer: '2026-03-09', state: 'waiting', why: '2026-03-09/mh.csv.filepart is not finished' },
      { transfer: '2026-03-16', state: 'waiting', why: '2026-03-09 comes before it' },
    ])
    await rename(join(study.folder, 'inbox/2026-03-09/mh.csv.filepart'), join(study.folder, 'inbox/2026-03-09/mh.csv'))
    expect((await study.once()).told).toEqual(['2026-03-09 taken-in', '2026-03-16 taken-in'])
  })

  test('an older transfer waits for no newer one that is not whole', async () => {
    const study = await openWatchedStudy()
    await study.put('inbox/2026-03-09/ae.csv', GOOD)
    await study.put('inbox/2026-03-16/ae.csv.part', GOOD)
    expect((await study.once()).told).toEqual(['2026-03-16 waiting', '2026-03-09 taken-in'])
  })

  test('loose files are transfers, too: each one where a transfer is one file, else those of one date together', async () => {
    const source = { domain: 'AE', format: 'csv', key: ['AESEQ'], map: { subject: 'SUBJID', AETERM: 'AETERM' } }
    const single = await openWatchedStudy({ sources: [{ ...source, id: 'ae', files: ['ae_*.csv'] }] })
    await single.put('inbox/ae_20260316.csv', GOOD)
    await single.put('inbox/ae_20260309.csv', GOOD)
    await single.put('inbox/letter.txt', 'Dear Dana')
    expect((await single.once()).told).toEqual([
      'letter.txt left-alone',
      'ae_20260309.csv taken-in',
      'ae_20260316.csv taken-in',
    ])
    expect(await single.list()).toEqual([
      'done/ae_20260309.csv/ae_20260309.csv',
      'done/ae_20260316.csv/ae_20260316.csv',
      'inbox/letter.txt',
    ])

    const mh = { ...source, id: 'mh', domain: 'MH', files: ['mh_*.csv'], map: { subject: 'SUBJID', MHTERM: 'AETERM' } }
    const pair = await openWatchedStudy({ sources: [{ ...source, id: 'ae', files: ['ae_*.csv'] }, mh] })
    await pair.put('inbox/ae_20260309.csv', GOOD)
    const { events } = await pair.once()
    expect(events.at(-1)).toMatchObject({ transfer: 'files-2026-03-09', why: 'mh_*.csv has not come yet' })
    await pair.put('inbox/mh_20260309.csv', GOOD)
    await pair.put('inbox/ae_20260309.csv.done', '')
    await pair.put('inbox/mh_20260309.csv.done', '')
    expect((await pair.once({ settle: 60_000 })).told).toEqual(['files-2026-03-09 taken-in'])
    expect(await pair.list()).toEqual(
      ['ae_20260309.csv', 'ae_20260309.csv.done', 'mh_20260309.csv', 'mh_20260309.csv.done'].map(
        (name) => `done/files-2026-03-09/${name}`,
      ),
    )
  })
})

describe('what is refused', () => {
  test.for([
    ['a row under a key that another row has', 'ae.csv', CONFLICTING, 'RUN_INCOMPLETE', '1 × conflicting-key'],
    ['a quote that never ends', 'ae.csv', `${GOOD}103,1,"Head\n`, 'CSV_UNTERMINATED_QUOTE', ''],
    ['a column that is missing', 'ae.csv', 'SUBJID,AESEQ,TERM\n101,1,Headache\n', 'COLUMN_NOT_FOUND', ''],
    ['a file of another format', 'ae.csv', '<?xml version="1.0"?><ODM/>\n', 'FORMAT_MISMATCH', ''],
    ['no file of the source', 'adverse.csv', GOOD, 'NO_INPUT', ''],
    ['a file in another encoding', 'ae.csv', `${GOOD}103,1,He\0ad\n`, 'ENCODING', ''],
    ['a file that nobody reads here', 'ae.csv', '%PDF-1.7\n', 'FORMAT_UNKNOWN', ''],
    ['a row that has no end', 'ae.csv', `${GOOD}103,"Bad "head" and\nmore",1\n`, 'CSV_MALFORMED_QUOTE', ''],
    ['an empty file', 'ae.csv', '', 'CSV_HEADER', ''],
  ] as const)('%s: quarantine, with the reason for people and programs', async ([, file, content, code, found]) => {
    const study = await openWatchedStudy()
    await study.put(`inbox/2026-03-09/${file}`, content)
    await study.put('inbox/2026-03-16/ae.csv', GOOD)
    const { report, told } = await study.once()
    expect(told).toEqual(['2026-03-09 quarantined', '2026-03-16 taken-in'])
    expect(report).toEqual({ takenIn: 1, quarantined: 1 })
    expect(await study.list()).toEqual([
      'done/2026-03-16/ae.csv',
      `quarantine/2026-03-09/2026-03-09/${file}`,
      'quarantine/2026-03-09/reason.json',
      'quarantine/2026-03-09/reason.txt',
    ])
    const reason = JSON.parse(await study.read('quarantine/2026-03-09/reason.json')) as { [name: string]: unknown }
    expect(reason).toMatchObject({
      study: 'SML-001@test',
      transfer: '2026-03-09',
      code,
      where: expect.stringMatching(/./) as string,
      found: expect.stringContaining(found) as string,
    })
    expect(await study.read('quarantine/2026-03-09/reason.txt')).toContain(`code      ${code}`)
    expect(await study.listTakenIn()).toEqual(['2026-03-16'])
  })

  test('the counts of an incomplete transfer stand in its reason', async () => {
    const study = await openWatchedStudy()
    await study.put('inbox/2026-03-09/ae.csv', CONFLICTING)
    await study.once()
    expect(JSON.parse(await study.read('quarantine/2026-03-09/reason.json'))).toMatchObject({
      counts: {
        refusedFor: [{ reason: 'conflicting-key', count: 1 }],
        files: [{ name: 'ae.csv', source: 'ae', read: 2, accepted: 1, rejected: 1 }],
      },
    })
    expect(await study.read('quarantine/2026-03-09/reason.txt')).toContain(
      'counts    ae.csv: read 2 = accepted 1 + duplicate 0 + superseded 0 + skipped 0 + rejected 1',
    )
    // Mended and put into the inbox again, with its reason or without, it is a transfer like any other.
    await rename(join(study.folder, 'quarantine/2026-03-09/2026-03-09'), join(study.folder, 'inbox/2026-03-09'))
    await study.put('inbox/2026-03-09/ae.csv', GOOD)
    expect((await study.once()).told).toEqual(['2026-03-09 taken-in'])
  })

  test('what a reason quotes of a file stands in quarantine, and in no event', async () => {
    const study = await openWatchedStudy()
    // Without a header its first row passes for one.
    await study.put('inbox/2026-03-09/ae.csv', '1007-103,1,Headache\n1007-104,1,Nausea\n')
    const { events, told } = await study.once()
    expect(told).toEqual(['2026-03-09 quarantined'])
    expect(await study.read('quarantine/2026-03-09/reason.txt')).toMatch(/Headache/)
    expect(JSON.stringify(events)).not.toMatch(/Headache|1007-10/)
    expect(events.at(-1)).toMatchObject({ refusal: { code: 'COLUMN_NOT_FOUND', where: 'study.json: source "ae"' } })
  })

  test('what is accepted by name is taken in', async () => {
    const study = await openWatchedStudy()
    await study.put('inbox/2026-03-09/ae.csv', CONFLICTING)
    expect((await study.once({ accept: ['conflicting-key'] })).told).toEqual(['2026-03-09 taken-in'])
  })

  test('one that is older than the latest is refused, unless it was taken in before', async () => {
    const study = await openWatchedStudy()
    await study.put('inbox/2026-03-09/ae.csv', GOOD)
    await study.put('inbox/2026-03-16/ae.csv', toCsv(['Headache']))
    await study.once()
    await study.put('inbox/2026-03-02/ae.csv', toCsv(['Fatigue']))
    await study.put('inbox/2026-03-09/ae.csv', GOOD)
    expect((await study.once()).told).toEqual(['2026-03-02 quarantined', '2026-03-09 repeat'])
    expect(await study.list()).toEqual([
      'done/2026-03-09.2/ae.csv',
      'done/2026-03-09/ae.csv',
      'done/2026-03-16/ae.csv',
      'quarantine/2026-03-02/2026-03-02/ae.csv',
      'quarantine/2026-03-02/reason.json',
      'quarantine/2026-03-02/reason.txt',
    ])
    expect(await study.listTakenIn()).toEqual(['2026-03-09', '2026-03-16'])
  })

  test('of transfers that only bring changes none is taken in while an earlier one lies in quarantine', async () => {
    const source = { id: 'ae', domain: 'AE', format: 'csv', files: ['ae.csv'], key: ['AESEQ'], transfer: 'delta' }
    const study = await openWatchedStudy({ sources: [{ ...source, map: { subject: 'SUBJID', AETERM: 'AETERM' } }] })
    await study.put('inbox/2026-03-09/ae.csv', CONFLICTING)
    await study.put('inbox/2026-03-16/ae.csv', GOOD)
    const { events, told } = await study.once()
    expect(told).toEqual(['2026-03-09 quarantined', '2026-03-16 waiting'])
    expect(events.at(-1)).toMatchObject({ why: expect.stringMatching(/^2026-03-09 lies in quarantine/) as string })
    await rm(join(study.folder, 'quarantine/2026-03-09/2026-03-09'), { recursive: true })
    expect((await study.once()).told).toEqual(['2026-03-16 taken-in'])
    // Nor is one without a file of the source a transfer in which nothing changed.
    await study.put('inbox/2026-03-23/other.csv', GOOD)
    expect((await study.once()).told).toEqual(['2026-03-23 quarantined'])
  })

  test('a link is followed nowhere', async () => {
    const study = await openWatchedStudy()
    await study.put('elsewhere/2026-03-09/ae.csv', GOOD)
    await mkdir(join(study.folder, 'inbox/2026-03-16'))
    await symlink(join(study.folder, 'elsewhere/2026-03-09/ae.csv'), join(study.folder, 'inbox/2026-03-16/ae.csv'))
    await symlink(join(study.folder, 'elsewhere/2026-03-09'), join(study.folder, 'inbox/2026-03-09'))
    await symlink(join(study.folder, 'elsewhere/2026-03-09/ae.csv'), join(study.folder, 'inbox/ae.csv'))
    const { told } = await study.once()
    expect(told).toEqual(['2026-03-09 left-alone', 'ae.csv left-alone', '2026-03-16 quarantined'])
    expect(await study.read('quarantine/2026-03-16/reason.txt')).toContain(
      'Links and devices are not followed: 2026-03-16/ae.csv',
    )
    expect(await study.list()).toContain('quarantine/2026-03-16/2026-03-16/ae.csv')
    expect(await study.read('elsewhere/2026-03-09/ae.csv')).toBe(GOOD)
    expect(await study.listTakenIn()).toEqual([])
  })
})

describe('what is not the fault of a transfer', () => {
  test('it waits in the inbox, longer each time, until the run that is in its way is over', async () => {
    const study = await openWatchedStudy()
    await study.put('inbox/2026-03-09/ae.csv', GOOD)
    const { id, paths } = await openStudy(study.folder)
    const unlock = lockStudy({ path: paths.store }, id)
    const pauses: number[] = []
    const running = study.start({
      every: 50,
      onEvent(event) {
        if (event.state === 'retrying' && pauses.push(event.after) === 3) unlock()
        return Promise.resolve()
      },
    })
    await running.until('2026-03-09 taken-in')
    const { events } = await running.stop()
    expect(pauses).toEqual([50, 100, 200])
    expect(events.find(({ state }) => state === 'retrying')).toMatchObject({
      transfer: '2026-03-09',
      code: 'RUN_IN_PROGRESS',
    })
    expect(await study.list()).toEqual(['done/2026-03-09/ae.csv'])
  })

  test('looking once it ends with the error, and the transfer stays where it is', async () => {
    const study = await openWatchedStudy()
    await study.put('inbox/2026-03-09/ae.csv', GOOD)
    const config = JSON.parse(await study.read('study.json')) as { dictionary: object }
    const dictionary = { ...config.dictionary, path: 'nowhere' }
    await study.put('study.json', JSON.stringify({ ...config, dictionary }))
    await expect(study.once()).rejects.toMatchObject({ code: 'DICTIONARY_NOT_FOUND' })
    expect(await study.list()).toEqual(['inbox/2026-03-09/ae.csv'])
    // Mended, it goes on; also while a watch is going on.
    const running = study.start()
    expect(await running.until('2026-03-09 retrying')).toMatchObject({ code: 'DICTIONARY_NOT_FOUND', after: 20 })
    await study.put('study.json', JSON.stringify(config))
    await running.until('2026-03-09 taken-in')
    await running.stop()
  })

  test('an inbox that is not there is told: it is not an empty one', async () => {
    const study = await openWatchedStudy()
    await rm(join(study.folder, 'inbox'), { recursive: true })
    await expect(study.once()).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringMatching(/inbox: no such folder.*share is there/) as string,
    })
    await study.put('inbox', GOOD)
    await expect(study.once()).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringMatching(/inbox: a file/) as string,
    })
    await rm(join(study.folder, 'inbox'))
    let pauses = 0
    const running = study.start({
      async onEvent(event) {
        if (event.state === 'retrying' && ++pauses === 2) await study.put('inbox/2026-03-09/ae.csv', GOOD)
      },
    })
    await running.until('2026-03-09 taken-in')
    await running.stop()
  })

  test('that a date cannot be looked up just now is not that there is none', async () => {
    const study = await openWatchedStudy()
    await study.put('inbox/2026-03-09/ae.csv', GOOD)
    const place = { input: join(study.folder, 'inbox/2026-03-09'), ambience: toAmbience() }
    const opened = await openStudy(study.folder)
    expect(await findAsOf(opened, { ...place, only: ['ae.csv'] })).toBe('2026-03-09T00:00:00Z')
    await expect(findAsOf(opened, { ...place, only: ['ae.csv', 'mh.csv'] })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    })
  })

  test('a place where nothing can be written keeps the transfer in the inbox, taken in once', async () => {
    const study = await openWatchedStudy()
    await study.put('inbox/2026-03-09/ae.csv', GOOD)
    await writeFile(join(study.folder, 'done'), 'a file in the way')
    const running = study.start({ every: 20 })
    await running.until('2026-03-09 retrying')
    await rm(join(study.folder, 'done'))
    await running.until('2026-03-09 moved')
    await running.stop()
    expect(await study.list()).toEqual(['done/2026-03-09/ae.csv'])
    expect(await study.listTakenIn()).toEqual(['2026-03-09'])
  })
})

test('two watches of one study: the second is refused, and comes in once the first has ended', async () => {
  const study = await openWatchedStudy()
  const running = study.start()
  await wait(SETTLE)
  await expect(study.once()).rejects.toMatchObject({ code: 'RUN_IN_PROGRESS' })
  await running.stop()
  await study.put('inbox/2026-03-09/ae.csv', GOOD)
  expect((await study.once()).told).toEqual(['2026-03-09 taken-in'])
  const { id, paths } = await openStudy(study.folder)
  expect(() => lockWatch({ path: paths.store }, id)()).not.toThrow()
})

test('a transfer that was taken in by hand, or by a watch that was killed before it moved it, is moved and no more', async () => {
  const study = await openWatchedStudy()
  await study.put('inbox/2026-03-09/ae.csv', GOOD)
  const actor = { name: 'Dana', kind: 'person', auth: 'asserted' } as const
  const input = join(study.folder, 'inbox/2026-03-09')
  await runStudy(await openStudy(study.folder), { actor, ambience: toAmbience(), input })
  const { events } = await study.once()
  expect(events.at(-1)).toMatchObject({ state: 'taken-in', run: { status: 'unchanged', isRepeat: true } })
  expect(await study.listTakenIn()).toEqual(['2026-03-09'])
  expect(await study.list()).toEqual(['done/2026-03-09/ae.csv'])
})

test.for([
  [{ done: 'inbox/done' }, '--done'],
  [{ quarantine: 'done/bad' }, '--done'],
  [{ inbox: 's3://bucket' }, 's3://bucket'],
] as const)('places that cannot be: %j', async ([change, where]) => {
  const study = await openWatchedStudy()
  const places = Object.fromEntries(
    Object.entries(change).map(([name, place]) => [name, place.startsWith('s3') ? place : join(study.folder, place)]),
  )
  await expect(study.once(places)).rejects.toMatchObject({ code: 'USAGE', facts: { where } })
})

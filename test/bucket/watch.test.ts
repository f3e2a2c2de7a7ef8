/** Watching a prefix of a bucket, on a real server. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openStudy, type WatchEvent, watchStudy } from '../../pipeline/index.ts'
import { openBucket } from '../../pipeline/storage/bucket.ts'
import { openFolder } from '../../pipeline/storage/folder.ts'
import { moveFile } from '../../pipeline/storage/move.ts'
import { writeSmallStudy } from '../csv-study.ts'
import { toAmbience } from '../store/stage.ts'
import { toCsv } from '../watched-study.ts'
import { startProxy } from './fault-proxy.ts'
import { countUploads, createBucket, listKeys, putObjects, readBucket, server, toBytes, toSettings } from './server.ts'

const DANA = { name: 'Dana', kind: 'person', auth: 'asserted' } as const
const GOOD = toCsv(['Headache', 'Nausea'])

async function openWatched(bucket: string) {
  const folder = await writeSmallStudy([], { s3: { endpoint: server.endpoint, forcePathStyle: true } })
  const ambience = toAmbience()
  return async () => {
    const events: WatchEvent[] = []
    await watchStudy(await openStudy(folder), {
      inbox: `s3://${bucket}/drop/inbox`,
      every: 50,
      settle: 200,
      markers: ['_COMPLETE', '.done'],
      isOnce: true,
      findActor: () => Promise.resolve(DANA),
      ambience,
      signal: new AbortController().signal,
      onEvent(event) {
        events.push(event)
        return Promise.resolve()
      },
    })
    return events.slice(1).map(({ transfer, state }) => `${transfer} ${state}`)
  }
}

test('transfers that arrive below a prefix are taken in or refused, and moved beside it', async () => {
  const bucket = await createBucket()
  const once = await openWatched(bucket)
  await putObjects(bucket, [
    ['drop/inbox/2026-03-16/ae.csv', toCsv(['Headache'])],
    ['drop/inbox/2026-03-09/ae.csv', GOOD],
    ['drop/inbox/2026-03-09/_COMPLETE', ''],
    ['drop/inbox/2026-03-23/ae.csv', 'SUBJID,AESEQ,TERM\n101,1,Headache\n'],
    ['drop/inbox/', ''],
  ])
  expect(await once()).toEqual(['2026-03-09 taken-in', '2026-03-16 taken-in', '2026-03-23 quarantined'])
  const objects = await readBucket(bucket)
  expect([...objects.keys()]).toEqual([
    'drop/done/2026-03-09/_COMPLETE',
    'drop/done/2026-03-09/ae.csv',
    'drop/done/2026-03-16/ae.csv',
    'drop/inbox/',
    'drop/quarantine/2026-03-23/2026-03-23/ae.csv',
    'drop/quarantine/2026-03-23/reason.json',
    'drop/quarantine/2026-03-23/reason.txt',
  ])
  expect(objects.get('drop/done/2026-03-09/ae.csv')?.toString('utf8')).toBe(GOOD)
  expect(JSON.parse(objects.get('drop/quarantine/2026-03-23/reason.json')?.toString('utf8') ?? '')).toMatchObject({
    code: 'COLUMN_NOT_FOUND',
  })
  expect(await once()).toEqual([])
})

test('a move that was cut off between copy and removal is finished, and takes no object that came since', async () => {
  const bucket = await createBucket()
  const inbox = openBucket(`s3://${bucket}/inbox`, toSettings())
  const done = openBucket(`s3://${bucket}/done`, toSettings())
  await putObjects(bucket, [['inbox/a/ae.csv', GOOD]])
  const [seen] = await inbox.look()
  if (seen === undefined) throw new Error('nothing was listed')
  expect(seen).toMatchObject({ name: 'a/ae.csv', bytes: GOOD.length, kind: 'file' })
  // Copied, and killed before it was removed.
  await putObjects(bucket, [['done/a/ae.csv', GOOD]])
  expect(await moveFile(inbox, seen, { storage: done, name: 'a/ae.csv' })).toBe(true)
  expect(await listKeys(bucket)).toEqual(['done/a/ae.csv'])
  expect(await moveFile(inbox, seen, { storage: done, name: 'a/ae.csv' })).toBe(false)
  await putObjects(bucket, [['inbox/a/ae.csv', 'SUBJID\n']])
  const [other] = await inbox.look()
  await expect(moveFile(inbox, other ?? seen, { storage: done, name: 'a/ae.csv' })).rejects.toMatchObject({
    code: 'WRITE_FAILED',
  })
  expect(await moveFile(inbox, seen, { storage: done, name: 'a/ae.csv' })).toBe(false)
  const objects = await readBucket(bucket)
  expect([objects.get('inbox/a/ae.csv')?.toString(), objects.get('done/a/ae.csv')?.toString()]).toEqual([
    'SUBJID\n',
    GOOD,
  ])
})

test('parts of a copy that was cut off go when the move is finished', async () => {
  const bucket = await createBucket()
  const once = await openWatched(bucket)
  await putObjects(bucket, [['drop/inbox/2026-03-09/ae.csv', GOOD]])
  const proxy = await startProxy(({ method, path }) =>
    method === 'PUT' && path.includes('/drop/done/')
      ? { kind: 'refuse', status: 403, code: 'AccessDenied' }
      : undefined,
  )
  process.env.AECODER_S3_ENDPOINT = proxy.endpoint
  try {
    await expect(once()).rejects.toMatchObject({ code: 'BUCKET_FAILED' })
  } finally {
    delete process.env.AECODER_S3_ENDPOINT
  }
  // As a process leaves them that is killed while it copies a large file.
  const sink = await openBucket(`s3://${bucket}/drop/done`, toSettings()).createFile('2026-03-09/ae.csv')
  for (let part = 0; part < 12; part++) await sink.write(toBytes(1024 * 1024, part))
  await expect.poll(() => countUploads(bucket)).toBe(1)
  expect(await once()).toEqual(['2026-03-09 moved'])
  expect([await listKeys(bucket), await countUploads(bucket)]).toEqual([['drop/done/2026-03-09/ae.csv'], 0])
  await sink.abort()
})

test('a file moves from a disk into a bucket and back', async () => {
  const bucket = await createBucket()
  const folder = await mkdtemp(join(tmpdir(), 'aecoder-move-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'ae.csv'), GOOD)
  const [disk, remote] = [openFolder(folder), openBucket(`s3://${bucket}/x`, toSettings())]
  const move = async (from: typeof disk, to: typeof disk) => {
    const [seen] = await from.look()
    return seen !== undefined && (await moveFile(from, seen, { storage: to, name: 'ae.csv' }))
  }
  expect([await move(disk, remote), await disk.list(), await listKeys(bucket)]).toEqual([true, [], ['x/ae.csv']])
  expect([await move(remote, disk), await disk.list(), await listKeys(bucket)]).toEqual([true, ['ae.csv'], []])
})

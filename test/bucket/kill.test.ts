/** A process that is killed while it writes a large file leaves nothing that looks whole, and what it leaves can be taken away. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openBucket } from '../../pipeline/storage/bucket.ts'
import { startProxy } from './fault-proxy.ts'
import { countUploads, createBucket, listKeys, readAll, toSettings } from './server.ts'

/** Begin, three parts, finish. */
const REQUESTS = 5
const BYTES = 11 * 1024 * 1024

test('at whatever request', async () => {
  const bucket = await createBucket()
  const left: { killedAt: number; keys: string[]; uploads: number }[] = []
  for (let killedAt = 1; killedAt <= REQUESTS + 1; killedAt++) {
    let kill: () => void = () => undefined
    const proxy = await startProxy(({ number }) =>
      number === killedAt ? { kind: 'call', act: () => kill() } : undefined,
    )
    const room = join(import.meta.dirname, '../../pipeline/storage')
    const settings = toSettings({ endpoint: proxy.endpoint })
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { openBucket } from ${JSON.stringify(join(room, 'bucket.ts'))}
         const storage = openBucket('s3://${bucket}/p', ${JSON.stringify(settings)})
         const sink = await storage.createFile('runs/1/ae.arrow')
         for (let at = 0; at < ${BYTES}; at += 1024 * 1024) await sink.write(Buffer.alloc(1024 * 1024, 7))
         await sink.close()`,
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    )
    kill = () => child.kill('SIGKILL')
    const signal = await new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_, by) => resolve(by)))
    expect(signal).toBe(killedAt <= REQUESTS ? 'SIGKILL' : null)
    const storage = openBucket(`s3://${bucket}/p`, toSettings({ abandonedHours: 0 }))
    left.push({ killedAt, keys: await listKeys(bucket), uploads: await countUploads(bucket) })
    if (killedAt >= REQUESTS) {
      // Finished, whether the process heard of it or not.
      expect((await readAll(storage.read('runs/1/ae.arrow'))).equals(Buffer.alloc(BYTES, 7))).toBe(true)
    } else {
      expect(await openBucket(`s3://${bucket}/p`, toSettings()).isAbandoned('runs/1')).toBe(false)
      expect(await storage.isAbandoned('runs/1')).toBe(true)
    }
    await storage.removeFolder('runs/1')
    expect({ keys: await listKeys(bucket), uploads: await countUploads(bucket) }).toEqual({ keys: [], uploads: 0 })
  }
  const file = 'p/runs/1/ae.arrow'
  expect(left).toEqual([
    ...[1, 2, 3, 4].map((killedAt) => ({ killedAt, keys: [], uploads: 1 })),
    ...[5, 6].map((killedAt) => ({ killedAt, keys: [file], uploads: 0 })),
  ])
})

test('uploads that are nobody’s any more are taken back where their run is whole, and young ones are left alone', async () => {
  const bucket = await createBucket()
  const storage = openBucket(`s3://${bucket}/p`, toSettings())
  await storage.replace('runs/1/manifest.json', Buffer.from('{}'))
  const sink = await storage.createFile('runs/1/ae.arrow')
  for (let at = 0; at < BYTES; at += 1024 * 1024) await sink.write(Buffer.alloc(1024 * 1024))
  await expect.poll(() => countUploads(bucket)).toBe(1)
  await storage.removeUnfinished('runs')
  expect(await countUploads(bucket)).toBe(1)
  await openBucket(`s3://${bucket}/p`, toSettings({ abandonedHours: 0 })).removeUnfinished('runs')
  expect(await countUploads(bucket)).toBe(0)
  await sink.abort()
  expect(await listKeys(bucket)).toEqual(['p/runs/1/manifest.json'])
})

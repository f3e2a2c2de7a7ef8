/** A prefix of a bucket behaves as a folder does (test/storage/folder.test.ts), on a real server. */
import { createHash } from 'node:crypto'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openBucket } from '../../pipeline/storage/bucket.ts'
import { startProxy } from './fault-proxy.ts'
import { countUploads, createBucket, listKeys, putObjects, readAll, toBytes, toSettings } from './server.ts'

const MIB = 1024 * 1024
const bytes = (text: string) => new TextEncoder().encode(text)

describe('writing', () => {
  test('a file is there with its hash and size once it is closed, and not before', async () => {
    const bucket = await createBucket()
    const storage = openBucket(`s3://${bucket}/study`, toSettings())
    const sink = await storage.createFile('runs/7f/ae.csv')
    await sink.write(bytes('STUDYID\n'))
    await sink.write(bytes('ÄE-1\n'))
    expect(await storage.has('runs/7f/ae.csv')).toBe(false)
    const text = 'STUDYID\nÄE-1\n'
    expect(await sink.close()).toEqual({
      name: 'runs/7f/ae.csv',
      bytes: 14,
      sha256: createHash('sha256').update(text).digest('hex'),
    })
    expect((await readAll(storage.read('runs/7f/ae.csv'))).toString('utf8')).toBe(text)
    expect(await listKeys(bucket)).toEqual(['study/runs/7f/ae.csv'])
  })

  test.each([0, 1, MIB, MIB + 1, 5 * MIB, 5 * MIB + 1, 12 * MIB + 7])(
    'a file of %d bytes is read as it was written, however it was cut into writes, which may overlap',
    async (length) => {
      const storage = openBucket(`s3://${await createBucket()}`, toSettings())
      const whole = toBytes(length)
      const sink = await storage.createFile('a')
      const piece = Buffer.alloc(333_333)
      const writes: Promise<void>[] = []
      for (let at = 0; at < length; at += piece.byteLength) {
        const part = whole.subarray(at, at + piece.byteLength)
        if (at % 2 === 0) writes.push(sink.write(part))
        else {
          // The caller uses its memory again as soon as the write has returned.
          piece.set(part)
          await sink.write(piece.subarray(0, part.byteLength))
          piece.fill(0)
        }
      }
      await Promise.all(writes)
      const written = await sink.close()
      const read = await readAll(storage.read('a'))
      expect(written).toEqual({ name: 'a', bytes: length, sha256: createHash('sha256').update(whole).digest('hex') })
      expect(read.equals(whole)).toBe(true)
    },
  )

  test('an aborted file leaves no trace, neither parts, and the file it would have replaced stays', async () => {
    const bucket = await createBucket()
    await putObjects(bucket, [['ae.csv', 'old']])
    const storage = openBucket(`s3://${bucket}`, toSettings())
    for (const length of [3, 12 * MIB]) {
      const sink = await storage.createFile('ae.csv')
      await sink.write(toBytes(length))
      await sink.abort()
      await sink.abort()
      await expect(sink.write(bytes('more'))).rejects.toThrow('ae.csv is aborted')
    }
    expect({ keys: await listKeys(bucket), uploads: await countUploads(bucket) }).toEqual({
      keys: ['ae.csv'],
      uploads: 0,
    })
    expect((await readAll(storage.read('ae.csv'))).toString()).toBe('old')
  })

  test('memory of a sink is bounded: it takes no more than it can send', async () => {
    const bucket = await createBucket()
    let isHeld = true
    const proxy = await startProxy(({ method }) =>
      isHeld && method === 'PUT' ? { kind: 'refuse', status: 503, code: 'SlowDown' } : undefined,
    )
    const storage = openBucket(`s3://${bucket}`, toSettings({ endpoint: proxy.endpoint, attempts: 20 }))
    const sink = await storage.createFile('a')
    let taken = 0
    const writing = (async () => {
      for (; taken < 64; taken++) await sink.write(toBytes(MIB, taken))
    })()
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(taken).toBeLessThan(24)
    isHeld = false
    await writing
    expect((await sink.close()).bytes).toBe(64 * MIB)
  })
})

describe('replacing', () => {
  const standing = { name: 'runs/1/manifest.json', bytes: bytes('{}') }
  /** A place where a run was written, and is not current yet. */
  async function openWritten(place: string, settings = toSettings()) {
    const storage = openBucket(`s3://${place}`, settings)
    await storage.replace(standing.name, standing.bytes)
    return storage
  }

  test('only over what was seen, and of many who try one wins', async () => {
    const storage = await openWritten(await createBucket())
    expect(await storage.findState('current.json')).toBeUndefined()
    for (let round = 0; round < 5; round++) {
      const seen = await storage.findState('current.json')
      const tries = await Promise.allSettled(
        [1, 2, 3, 4].map((one) =>
          storage.replace('current.json', bytes(`round ${round} by ${one}`), { seen, standing }),
        ),
      )
      const winner = tries.findIndex(({ status }) => status === 'fulfilled')
      const codes = tries.map((one) => (one.status === 'fulfilled' ? 'won' : (one.reason as { code: string }).code))
      expect(codes.toSorted()).toEqual(['BUCKET_CONFLICT', 'BUCKET_CONFLICT', 'BUCKET_CONFLICT', 'won'])
      const now = await storage.findState('current.json')
      expect(Buffer.from(now?.bytes ?? []).toString()).toBe(`round ${round} by ${winner + 1}`)
    }
  })

  test('what was seen and is gone since is not put back', async () => {
    const storage = await openWritten(`${await createBucket()}/p`)
    await storage.replace('a/current.json', bytes('one'), { seen: undefined, standing })
    const seen = await storage.findState('a/current.json')
    await storage.removeFolder('a')
    await expect(storage.replace('a/current.json', bytes('two'), { seen, standing })).rejects.toMatchObject({
      code: 'BUCKET_CONFLICT',
    })
    expect(await storage.list()).toEqual([standing.name])
  })

  test('a swap whose answer is lost has still happened, and is not taken for somebody else’s', async () => {
    const bucket = await createBucket()
    let puts = 0
    const proxy = await startProxy(({ method }) =>
      method === 'PUT' && ++puts % 2 === 1 ? { kind: 'lose-answer' } : undefined,
    )
    const storage = await openWritten(bucket, toSettings({ endpoint: proxy.endpoint }))
    await storage.replace('current.json', bytes('one'), { seen: undefined, standing })
    const seen = await storage.findState('current.json')
    await storage.replace('current.json', bytes('two'), { seen, standing })
    expect((await readAll(storage.read('current.json'))).toString()).toBe('two')
  })

  test.each(['if-match', 'if-none-match'])(
    'a server that ignores %s is refused before anything becomes current',
    async (condition) => {
      const bucket = await createBucket()
      const isFirst = condition === 'if-none-match'
      const puts: string[] = []
      const proxy = await startProxy(({ method, path, headers }) => {
        if (method === 'PUT' && path.includes('current.json')) puts.push(path)
        return headers[condition] === undefined ? undefined : { kind: 'pretend' }
      })
      const storage = await openWritten(bucket, toSettings({ endpoint: proxy.endpoint }))
      if (!isFirst) await putObjects(bucket, [['current.json', 'one']])
      const seen = await storage.findState('current.json')
      await expect(storage.replace('current.json', bytes('two'), { seen, standing })).rejects.toMatchObject({
        code: 'BUCKET_FAILED',
        message: expect.stringContaining('ignores conditions'),
      })
      // Where nothing stands yet it is tried on the run's own manifest; else the trial puts what stands there already.
      expect(puts).toHaveLength(isFirst ? 0 : 1)
      const now = await storage.findState('current.json')
      expect(now === undefined ? undefined : Buffer.from(now.bytes).toString()).toBe(isFirst ? undefined : 'one')
    },
  )
})

describe('looking around', () => {
  test('files are listed by code unit without hidden ones, folder marks and what lies beside the prefix', async () => {
    const bucket = await createBucket()
    const names = ['B.csv', 'a.csv', 'a/z.csv', 'b.csv', 'ä.csv', '𝛼.csv', '～.csv', 'a b+c&d.csv']
    const others = ['.hidden', 'a/.b/c.csv', 'folder/', 'x//y.csv']
    await putObjects(bucket, [
      ...[...names, ...others].map((name) => [`p/${name}`, name] as const),
      ['p2/beside.csv', ''],
      ['top.csv', ''],
    ])
    expect(await openBucket(`s3://${bucket}/p/`, toSettings()).list()).toEqual(
      names.toSorted((a, b) => (a < b ? -1 : 1)),
    )
    expect(await openBucket(`s3://${bucket}/p`, toSettings()).list('a')).toEqual(['a/z.csv'])
    expect(await openBucket(`s3://${bucket}/p`, toSettings()).list('none')).toEqual([])
    expect(await openBucket(`s3://${bucket}/p`, toSettings()).listFolders('a')).toEqual(['.b'])
    expect(await openBucket(`s3://${bucket}/p`, toSettings()).listFolders('none')).toEqual([])
    const storage = openBucket(`s3://${bucket}/p`, toSettings())
    expect([await storage.has('a.csv'), await storage.has('a.cs'), await storage.has('a')]).toEqual([
      true,
      false,
      false,
    ])
  })

  test('more than 1,000 keys are all listed, and all removed', async () => {
    const bucket = await createBucket()
    const names = Array.from({ length: 1050 }, (_, index) => `f${String(index).padStart(4, '0')}`)
    await putObjects(bucket, [...names.map((name) => [`p/many/${name}`, ''] as const), ['p/manyfold', 'stays']])
    const storage = openBucket(`s3://${bucket}/p`, toSettings())
    expect(await storage.list()).toEqual([...names.map((name) => `many/${name}`), 'manyfold'])
    await storage.removeFolder('many')
    expect(await listKeys(bucket)).toEqual(['p/manyfold'])
  })

  const cutLists: [string, { readonly token?: string }][] = [
    ['does not say where it goes on', {}],
    ['goes on where it began', { token: 'same' }],
  ]
  test.each(cutLists)('a list that ends early and %s is no list', async (_, { token }) => {
    const next = token === undefined ? '' : `<NextContinuationToken>${token}</NextContinuationToken>`
    const proxy = await startProxy(({ path }) =>
      path.includes('list-type=2')
        ? {
            kind: 'answer',
            body: `<ListBucketResult><IsTruncated>true</IsTruncated>${next}<Contents><Key>p/a.csv</Key><Size>1</Size></Contents></ListBucketResult>`,
          }
        : undefined,
    )
    const storage = openBucket(`s3://${await createBucket()}/p`, toSettings({ endpoint: proxy.endpoint }))
    for (const list of [() => storage.list(), () => storage.look(), () => storage.removeFolder('a')])
      await expect(list()).rejects.toMatchObject({
        code: 'BUCKET_FAILED',
        message: expect.stringMatching(/a part of a list, and not where it goes on.*Check "s3\.endpoint"/),
      })
    expect(proxy.asked.length).toBeLessThan(10)
  })

  test('what was written just now is not abandoned by a clock that is days ahead or behind', async () => {
    const bucket = await createBucket()
    const storage = openBucket(`s3://${bucket}/p`, toSettings({ abandonedHours: 1, patience: 29_998 }))
    const sink = await storage.createFile('runs/1/ae.csv')
    for (let index = 0; index < 12; index++) await sink.write(toBytes(MIB, index))
    await expect.poll(() => countUploads(bucket)).toBe(1)
    onTestFinished(() => {
      vi.useRealTimers()
    })
    for (const days of [2, -2]) {
      const now = Date.now()
      vi.useFakeTimers({ toFake: ['Date'], now: now + days * 24 * 3_600_000 })
      // A process that begins with such a clock.
      const other = openBucket(`s3://${bucket}/p`, toSettings({ abandonedHours: 1, patience: 30_000 + days }))
      expect(await other.isAbandoned('runs/1')).toBe(false)
      await other.removeUnfinished('runs')
      vi.useRealTimers()
      expect(await countUploads(bucket)).toBe(1)
    }
    await sink.abort()
  })

  test('a folder that holds nothing but unfinished uploads is there, is not abandoned while it is young, and goes whole', async () => {
    const bucket = await createBucket()
    const storage = openBucket(`s3://${bucket}/p`, toSettings())
    const sink = await storage.createFile('runs/1/ae.csv')
    for (let index = 0; index < 12; index++) await sink.write(toBytes(MIB, index))
    await expect.poll(() => countUploads(bucket)).toBe(1)
    const settings = toSettings({ abandonedHours: 0 })
    expect({
      folders: await storage.listFolders('runs'),
      isAbandoned: await storage.isAbandoned('runs/1'),
      isAbandonedAtOnce: await openBucket(`s3://${bucket}/p`, settings).isAbandoned('runs/1'),
    }).toEqual({ folders: ['1'], isAbandoned: false, isAbandonedAtOnce: true })
    await storage.removeFolder('runs/1')
    expect(await countUploads(bucket)).toBe(0)
    // Whose upload it was learns it, and leaves nothing either.
    await sink.write(toBytes(MIB)).catch(() => undefined)
    await expect(sink.close()).rejects.toMatchObject({ code: expect.stringMatching(/^BUCKET_FAILED$/) })
    expect({ keys: await listKeys(bucket), uploads: await countUploads(bucket) }).toEqual({ keys: [], uploads: 0 })
  })

  test('names that lead out of the prefix are refused', async () => {
    const storage = openBucket('s3://some-bucket/p', toSettings())
    for (const name of ['../a', 'a//b', './a', '', 'a/..', 'a\0b'])
      await expect(async () => storage.createFile(name)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('reading at any place', () => {
  test('says why it may not', async () => {
    const proxy = await startProxy(() => ({ kind: 'refuse', status: 400, code: 'ExpiredToken' }))
    const storage = openBucket('s3://some-bucket', toSettings({ endpoint: proxy.endpoint }))
    await expect(storage.file('a.zip').random?.size()).rejects.toMatchObject({
      code: 'BUCKET_FAILED',
      message: expect.stringContaining('the credentials have expired (400 ExpiredToken)'),
    })
  })

  test('gives the bytes asked for, or as many as there are before the end', async () => {
    const bucket = await createBucket()
    const whole = toBytes(3 * MIB)
    await putObjects(bucket, [
      ['a', whole],
      ['empty', ''],
    ])
    const storage = openBucket(`s3://${bucket}`, toSettings())
    const random = storage.file('a').random
    expect(await random?.size()).toBe(3 * MIB)
    const at = async (start: number, length: number) =>
      Buffer.from((await random?.readAt(start, length)) ?? []).equals(whole.subarray(start, start + length))
    expect([await at(0, 8), await at(3 * MIB - 8, 8), await at(3 * MIB - 8, 100), await at(MIB, MIB + 1)]).toEqual([
      true,
      true,
      true,
      true,
    ])
    expect(await random?.readAt(3 * MIB, 10)).toHaveLength(0)
    expect(await random?.readAt(4 * MIB, 10)).toHaveLength(0)
    expect(await storage.file('empty').random?.readAt(0, 10)).toHaveLength(0)
  })

  test('a file that changed between two reads is noticed', async () => {
    const bucket = await createBucket()
    await putObjects(bucket, [['a', 'one']])
    const random = openBucket(`s3://${bucket}`, toSettings()).file('a').random
    expect(await random?.size()).toBe(3)
    await putObjects(bucket, [['a', 'two']])
    await expect(random?.readAt(0, 3)).rejects.toMatchObject({ code: 'FILE_CHANGED' })
  })
})

test('never more requests are in flight than the setting says, and one is enough for everything', async () => {
  const bucket = await createBucket()
  for (const requests of [1, 3]) {
    const proxy = await startProxy(() => ({ kind: 'drip', bytes: 512 * 1024 }))
    const storage = openBucket(`s3://${bucket}`, toSettings({ endpoint: proxy.endpoint, requests }))
    const names = ['a', 'b', 'c', 'd']
    await Promise.all(
      names.map(async (name, index) => {
        const sink = await storage.createFile(name)
        for (let part = 0; part < 7; part++) await sink.write(toBytes(MIB, index * 10 + part))
        await sink.close()
        // Two readers that wait for one another, as a writer that reads back what another wrote.
        const [one, two] = [storage.read(name), storage.read(name)]
        const iterators = [one, two].map((each) => each[Symbol.asyncIterator]())
        for (let isDone = false; !isDone; ) for (const each of iterators) isDone = (await each.next()).done === true
      }),
    )
    expect(proxy.mostAtOnce).toBe(requests)
  }
})

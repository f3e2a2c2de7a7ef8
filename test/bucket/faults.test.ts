/** What networks and servers do to single requests: nothing is lost, nothing half-written, and the error says what to do. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { openBucket } from '../../pipeline/storage/bucket.ts'
import { AecoderError } from '../../schemas/errors.ts'
import { type Asked, type Fault, SECRET_WORDS, startProxy } from './fault-proxy.ts'
import { countUploads, createBucket, listKeys, putObjects, readAll, server, toBytes, toSettings } from './server.ts'

const MIB = 1024 * 1024
const KIB = 1024

/** A bucket whose requests meet faults. The third to fifth try of a request come quickly. */
async function openFaulty(
  plan: (asked: Asked) => Fault | undefined,
  given: { attempts?: number; patience?: number } = {},
) {
  const bucket = await createBucket()
  const proxy = await startProxy(plan)
  const settings = toSettings({ endpoint: proxy.endpoint, attempts: 4, ...given })
  return { bucket, proxy, storage: openBucket(`s3://${bucket}/p`, settings) }
}

/** The fault befalls the requests of these numbers, of those that are meant. */
function onNumbers(numbers: readonly number[], fault: Fault, isMeant: (asked: Asked) => boolean) {
  let count = 0
  return (asked: Asked) => (isMeant(asked) && numbers.includes(++count) ? fault : undefined)
}

/** Only where something stalls is it waited for less than a busy machine may need. */
const toPatience = (fault: Fault) =>
  fault.kind === 'stall' || (fault.kind === 'drip' && fault.bytes === 1) ? { patience: 1000 } : {}
const isGet = ({ method, path }: Asked) => method === 'GET' && path.includes('/p/')
const isPut = ({ method }: Asked) => method === 'PUT'

async function errorOf(act: () => Promise<unknown>): Promise<AecoderError> {
  const error = await act().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof AecoderError)) throw new Error(`no error of ours: ${String(error)}`, { cause: error })
  // Nothing that came with it may tell more than we do.
  const told = `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`
  for (const secret of [server.accessKeyId, server.secretAccessKey, SECRET_WORDS, 'Signature='])
    expect(told).not.toContain(secret)
  return error
}

describe('reading goes on', () => {
  const passing: [string, Fault][] = [
    ['500', { kind: 'refuse', status: 500, code: 'InternalError' }],
    ['503 SlowDown', { kind: 'refuse', status: 503, code: 'SlowDown' }],
    ['a connection cut before the answer', { kind: 'drop' }],
    ['a lost answer', { kind: 'lose-answer' }],
    ['a connection cut in the body', { kind: 'cut-answer', after: 700 * KIB }],
    ['a connection cut at once', { kind: 'cut-answer', after: 0 }],
    ['fewer bytes that claim to be all', { kind: 'shorten', to: 700 * KIB }],
    ['fewer bytes than promised', { kind: 'promise-more', by: 10 }],
    ['a body that stalls', { kind: 'stall', after: 300 * KIB }],
    ['a slow body', { kind: 'drip', bytes: 32 * KIB }],
  ]
  test.each(passing)('after %s', async (_, fault) => {
    const { bucket, storage } = await openFaulty(onNumbers([1, 3, 4], fault, isGet), toPatience(fault))
    const whole = toBytes(6 * MIB)
    await putObjects(bucket, [['p/a', whole]])
    expect((await readAll(storage.read('a'))).equals(whole)).toBe(true)
  })

  test('at the very byte where it broke, of the same object', async () => {
    const { bucket, proxy, storage } = await openFaulty(
      onNumbers([1, 2, 4], { kind: 'cut-answer', after: 300 * KIB }, isGet),
    )
    await putObjects(bucket, [['p/a', toBytes(2 * MIB)]])
    await readAll(storage.read('a'))
    const ranges = proxy.asked.map(({ headers }) => headers.range)
    // What the proxy sent need not all have arrived: it goes on where it arrived.
    const starts = ranges.map((range) => Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1]))
    expect(starts[0]).toBe(0)
    expect(starts[1]).toBeGreaterThan(0)
    expect(starts[1]).toBeLessThanOrEqual(300 * KIB)
    expect(starts[2]).toBeGreaterThan(starts[1] ?? 0)
    expect(proxy.asked.slice(1).every(({ headers }) => headers['if-match'] !== undefined)).toBe(true)
  })
})

describe('reading ends with an error that says what to do', () => {
  const failing: [string, Fault, RegExp][] = [
    [
      '500 for ever',
      { kind: 'refuse', status: 500, code: 'InternalError' },
      /failed again and again \(500 InternalError\).*Wait until it is well/,
    ],
    [
      '503 for ever',
      { kind: 'refuse', status: 503, code: 'SlowDown' },
      /failed again and again \(503 SlowDown\).*Wait/,
    ],
    [
      '403',
      { kind: 'refuse', status: 403, code: 'AccessDenied' },
      /does not allow it to be read \(403 AccessDenied\)\. Allow s3:GetObject/,
    ],
    [
      'expired credentials',
      { kind: 'refuse', status: 400, code: 'ExpiredToken' },
      /credentials have expired \(400 ExpiredToken\)\. Renew them/,
    ],
    [
      'unknown credentials',
      { kind: 'refuse', status: 403, code: 'InvalidAccessKeyId' },
      /does not know the credentials.*Check which profile/,
    ],
    [
      'another secret',
      { kind: 'refuse', status: 403, code: 'SignatureDoesNotMatch' },
      /the secret does not fit the key/,
    ],
    ['a wrong clock', { kind: 'refuse', status: 403, code: 'RequestTimeTooSkewed' }, /clock is wrong.*Set the clock/],
    [
      'no bucket',
      { kind: 'refuse', status: 404, code: 'NoSuchBucket' },
      /there is no bucket test-.*Check the bucket's name/,
    ],
    [
      'another region',
      { kind: 'refuse', status: 301, code: 'PermanentRedirect' },
      /served elsewhere.*Set "s3\.region"/,
    ],
    [
      'a name that is too long',
      { kind: 'refuse', status: 400, code: 'KeyTooLongError' },
      /the name is too long \(400 KeyTooLongError\)\. Shorten the names or the prefix/,
    ],
    ['no answer', { kind: 'drop' }, /no answer from 127\.0\.0\.1:\d+ \(\w+\)\. Check the network/],
    [
      'bodies that break at once',
      { kind: 'cut-answer', after: 0 },
      /reading broke off 4 times at byte 0 of \d+|no answer from/,
    ],
    [
      'bodies that are always short',
      { kind: 'shorten', to: 10 },
      /reading broke off 4 times at byte 40 of \d+ \(it ended/,
    ],
    [
      'bodies that stall',
      { kind: 'stall', after: 10 },
      /reading broke off 4 times at byte 40.*(?:(?:nothing|no more than 10 bytes) came for 1 s|TimeoutError)/,
    ],
    [
      'bodies that creep',
      { kind: 'drip', bytes: 1 },
      /reading broke off 4 times at byte \d+ of \d+ \(no more than \d+ bytes came for 1 s/,
    ],
  ]
  test.each(failing)('after %s', async (_, fault, message) => {
    const { bucket, storage } = await openFaulty((asked) => (isGet(asked) ? fault : undefined), toPatience(fault))
    await putObjects(bucket, [['p/a', toBytes(2 * MIB)]])
    const { code, message: told } = await errorOf(() => readAll(storage.read('a')))
    expect(code).toBe('BUCKET_FAILED')
    expect(told).toMatch(/^s3:\/\/test-[^ ]+\/p\/a: /)
    expect(told).toMatch(message)
  })

  test('a truncated body whose every header says that it is whole is known by the list', async () => {
    const { bucket, storage } = await openFaulty((asked) =>
      isGet(asked) ? { kind: 'shorten', to: 1000, size: 1000 } : undefined,
    )
    await putObjects(bucket, [['p/a', toBytes(2 * MIB)]])
    expect(await storage.list()).toEqual(['a'])
    const { code, message } = await errorOf(() => readAll(storage.read('a')))
    expect({ code, message }).toEqual({
      code: 'BUCKET_FAILED',
      message: expect.stringContaining(`1000 bytes as if they were all ${2 * MIB}`),
    })
  })

  test('a file that is replaced in the middle is FILE_CHANGED, and so is one that goes', async () => {
    for (const change of ['replaced', 'removed']) {
      const { bucket, storage } = await openFaulty(() => undefined)
      await putObjects(bucket, [['p/x/a', toBytes(7 * MIB)]])
      const chunks = storage.read('x/a')[Symbol.asyncIterator]()
      await chunks.next()
      if (change === 'replaced') await putObjects(bucket, [['p/x/a', toBytes(7 * MIB, 2)]])
      else await storage.removeFolder('x')
      const rest = async () => {
        for (let isDone = false; !isDone; ) isDone = (await chunks.next()).done === true
      }
      expect((await errorOf(rest)).code).toBe('FILE_CHANGED')
    }
  })

  test('a file that is not there is FILE_NOT_FOUND', async () => {
    const { storage } = await openFaulty(() => undefined)
    expect((await errorOf(() => readAll(storage.read('none')))).code).toBe('FILE_NOT_FOUND')
    expect(await storage.has('none')).toBe(false)
  })

  test('credentials that the server does not know, really', async () => {
    const bucket = await createBucket()
    const before = process.env.AWS_SECRET_ACCESS_KEY
    try {
      process.env.AWS_SECRET_ACCESS_KEY = 'another'
      // A connection of its own: credentials are asked for once.
      const storage = openBucket(`s3://${bucket}/p`, toSettings({ patience: 29_999 }))
      expect((await errorOf(() => storage.list())).message).toMatch(/the secret does not fit the key/)
    } finally {
      process.env.AWS_SECRET_ACCESS_KEY = before
    }
  })

  test('no server at all', async () => {
    const storage = openBucket('s3://some-bucket/p', toSettings({ endpoint: 'http://127.0.0.1:9', attempts: 2 }))
    expect((await errorOf(() => storage.list())).message).toMatch(/no answer from 127\.0\.0\.1:9 \(ECONNREFUSED\)/)
  })
})

describe('writing goes on', () => {
  const passing: [string, Fault][] = [
    ['500', { kind: 'refuse', status: 500, code: 'InternalError' }],
    ['503 SlowDown', { kind: 'refuse', status: 503, code: 'SlowDown' }],
    ['a connection cut before the answer', { kind: 'drop' }],
    ['a connection cut in the body', { kind: 'cut-request', after: 200 * KIB }],
    ['a lost answer', { kind: 'lose-answer' }],
  ]
  test.each(passing)('after %s, whatever request it befalls', async (_, fault) => {
    const whole = toBytes(11 * MIB)
    // Begin, three parts, finish: each of them once.
    for (let number = 1; number <= 5; number++) {
      const { bucket, storage } = await openFaulty(onNumbers([number], fault, () => true))
      const sink = await storage.createFile('a')
      for (let at = 0; at < whole.byteLength; at += MIB) await sink.write(whole.subarray(at, at + MIB))
      const { sha256 } = await sink.close()
      expect(sha256).toBe(createHash('sha256').update(whole).digest('hex'))
      expect((await readAll(storage.read('a'))).equals(whole)).toBe(true)
      expect(await listKeys(bucket)).toEqual(['p/a'])
    }
  })
})

describe('writing ends with an error, and nothing stands', () => {
  const failing: [string, Fault, RegExp][] = [
    [
      '500',
      { kind: 'refuse', status: 500, code: 'InternalError' },
      /failed again and again.*nothing half-written stands/,
    ],
    [
      '403',
      { kind: 'refuse', status: 403, code: 'AccessDenied' },
      /does not allow it to be written \(403 AccessDenied\)\. Allow s3:PutObject/,
    ],
    ['a full bucket', { kind: 'refuse', status: 403, code: 'QuotaExceeded' }, /the bucket is full.*Make room/],
    ['expired credentials', { kind: 'refuse', status: 400, code: 'ExpiredToken' }, /have expired.*Renew them/],
    ['connections that are cut', { kind: 'cut-request', after: 1 }, /no answer from/],
    ['an older server', { kind: 'refuse', status: 411, code: 'MissingContentLength' }, /"checksums": "when-required"/],
  ]
  test.each(failing)('of a small file, after %s', async (_, fault, message) => {
    const { bucket, storage } = await openFaulty((asked) => (isPut(asked) ? fault : undefined))
    const sink = await storage.createFile('a')
    await sink.write(toBytes(10))
    const { code, message: told } = await errorOf(() => sink.close())
    expect(code).toBe('BUCKET_FAILED')
    expect(told).toMatch(message)
    expect(await listKeys(bucket)).toEqual([])
  })

  test.each(failing)(
    'of a large file from its second part on, after %s: its parts are removed',
    async (_, fault, message) => {
      let parts = 0
      const isPart = ({ path }: Asked) => path.includes('partNumber=')
      const { bucket, storage } = await openFaulty((asked) => (isPart(asked) && ++parts > 1 ? fault : undefined), {
        attempts: 2,
      })
      const sink = await storage.createFile('a')
      const write = async () => {
        for (let index = 0; index < 30; index++) await sink.write(toBytes(MIB, index))
        await sink.close()
      }
      const { code, message: told } = await errorOf(write)
      expect(code).toBe('BUCKET_FAILED')
      expect(told).toMatch(message)
      expect({ keys: await listKeys(bucket), uploads: await countUploads(bucket) }).toEqual({ keys: [], uploads: 0 })
    },
  )

  test('bytes that turn over on the way are refused by a server that is given their hash, or found by reading back', async () => {
    const { storage } = await openFaulty((asked) => (isPut(asked) ? { kind: 'spoil-body' } : undefined))
    const sink = await storage.createFile('a')
    await sink.write(toBytes(1000))
    const closed = await sink.close().then(
      ({ sha256 }) => sha256,
      (error: AecoderError) => error.code,
    )
    const expected = createHash('sha256').update(toBytes(1000)).digest('hex')
    if (closed !== 'BUCKET_FAILED') {
      const { confirmFile } = await import('../../pipeline/storage/confirm.ts')
      const written = { name: 'a', bytes: 1000, sha256: expected }
      expect((await errorOf(() => confirmFile(storage, written))).code).toBe('READBACK_MISMATCH')
    }
  })
})

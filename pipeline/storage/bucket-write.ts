/** Writing objects: large ones in parts with little memory, small ones at once and, where it is asked, only over what was seen. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { AecoderError } from '../../schemas/errors.ts'
import type { FileSink, FileState, WrittenFile } from '../../schemas/files.ts'
import { connect } from './bucket-client.ts'
import { isConditionFailed, isMissing, toAnswer, toBucketError } from './bucket-errors.ts'
import { readSeen, readWhole } from './bucket-read.ts'
import type { Target } from './bucket-target.ts'
import { toConflict } from './conflict.ts'

/** S3 takes no smaller part but the last; 10,000 of them are 50 GB. */
const PART_BYTES = 5 * 1024 * 1024
/** Parts of one file on their way at once; as many again wait in memory. */
const PARTS_AT_ONCE = 2
/** Bytes per piece handed to lib-storage, which copies what it gathers of a part. */
const PIECE_BYTES = 256 * 1024
/** Nothing has this ETag. */
const NO_SUCH_MARK = '"00000000000000000000000000000000"'
/** How often a swap is tried that the server could not decide because another writer was at it. */
const SWAP_ATTEMPTS = 5

/**
 * Creates an object. It stands once `close` has returned, whole; what was killed or aborted before leaves no object.
 * @throws AecoderError (from its methods) BUCKET_FAILED
 */
export async function createObject(target: Target): Promise<FileSink> {
  const [{ s3 }, { Upload }] = await Promise.all([connect(target.settings), import('@aws-sdk/lib-storage')])
  const body = new PassThrough({ highWaterMark: 2 * PIECE_BYTES })
  // Whoever waits learns it from the upload.
  body.on('error', () => undefined)
  const upload = new Upload({
    client: s3,
    params: { Bucket: target.bucket, Key: target.key, Body: body },
    partSize: PART_BYTES,
    queueSize: PARTS_AT_ONCE,
  })
  const uploaded = upload.done()
  const failed = uploaded.then(() => new Promise<never>(() => undefined))
  failed.catch(() => undefined)
  const hash = createHash('sha256')
  let bytes = 0
  let state: 'open' | 'closed' | 'aborted' = 'open'
  let last: Promise<void> = Promise.resolve()

  const aborted = new Error('aborted')
  /** Ends the upload; lib-storage removes the parts that were sent. Gives what it failed for before, if it did. */
  const end = async () => {
    state = 'aborted'
    body.destroy(aborted)
    return await uploaded.then(
      () => undefined,
      (error: unknown) => (error === aborted ? undefined : error),
    )
  }
  const attempt = async <T>(step: () => Promise<T>): Promise<T> => {
    if (state !== 'open') throw new Error(`${target.name} is ${state}: it takes no more`)
    try {
      return await step()
    } catch (error) {
      // That the body takes no more is only what follows from why the upload failed.
      throw toBucketError((await end()) ?? error, target, 'written')
    }
  }
  const send = async (chunk: Uint8Array) => {
    for (let at = 0; at < chunk.byteLength; at += PIECE_BYTES) {
      // The caller may use its memory again.
      const piece = Buffer.from(chunk.subarray(at, at + PIECE_BYTES))
      if (!body.write(piece)) await Promise.race([once(body, 'drain'), failed])
    }
  }
  return {
    write: (chunk) =>
      attempt(async () => {
        bytes += chunk.byteLength
        hash.update(chunk)
        // One after the other, so that overlapping writes keep their order.
        const sent = last.then(() => send(chunk))
        last = sent.catch(() => undefined)
        await sent
      }),
    close: () =>
      attempt(async () => {
        await last
        const written: WrittenFile = { name: target.name, bytes, sha256: hash.digest('hex') }
        body.end()
        await uploaded.catch(async (error: unknown) => {
          if (!(await isThereAllTheSame(target, written, error))) throw error
        })
        state = 'closed'
        return written
      }),
    async abort() {
      if (state === 'open') await end()
    },
  }
}

/** The answer that it was completed may be lost on its way; asked again, the server knows the upload no more. */
async function isThereAllTheSame(target: Target, written: WrittenFile, error: unknown): Promise<boolean> {
  if (toAnswer(error).code !== 'NoSuchUpload') return false
  try {
    return (await readSeen(target)).size === written.bytes
  } catch {
    return false
  }
}

/** Puts a small object at once. */
export async function putObject(target: Target, bytes: Uint8Array): Promise<WrittenFile> {
  try {
    await put(target, bytes, {})
  } catch (error) {
    throw toBucketError(error, target, 'written')
  }
  return toWritten(target, bytes)
}

/** @returns undefined where there is no such object */
export async function findObjectState(target: Target): Promise<FileState | undefined> {
  try {
    const { bytes, seen } = await readWhole(target)
    return { bytes, mark: seen.etag }
  } catch (error) {
    if (error instanceof AecoderError && error.code === 'FILE_NOT_FOUND') return undefined
    throw error
  }
}

/**
 * Puts a small object where the one that was seen stands, or none does. Of two who try, one wins.
 * @throws AecoderError BUCKET_CONFLICT for the other; BUCKET_FAILED, also where the server does not heed conditions: then
 * nothing was put
 */
export async function swapObject(
  target: Target,
  bytes: Uint8Array,
  {
    seen,
    standing,
  }: { readonly seen: FileState | undefined; readonly standing: { target: Target; bytes: Uint8Array } },
): Promise<WrittenFile> {
  try {
    if (seen === undefined) {
      await confirmConditions(standing.target, standing.bytes, { IfNoneMatch: '*' })
      await trySwap(target, { bytes, seen, toCondition: () => ({ IfNoneMatch: '*' }) })
    } else await trySwap(target, { bytes, seen, toCondition: (isQuoted) => ({ IfMatch: toMark(seen.mark, isQuoted) }) })
  } catch (error) {
    throw toBucketError(error, target, 'written')
  }
  return toWritten(target, bytes)
}

interface Condition {
  readonly IfMatch?: string
  readonly IfNoneMatch?: string
}

/** radosgw 16 compares the text of If-Match with the ETag without its quotes, which RFC 9110 has around both. */
function toMark(mark: string, isQuoted: boolean): string {
  return isQuoted ? mark : mark.replaceAll('"', '')
}

async function trySwap(
  target: Target,
  {
    bytes,
    seen,
    toCondition,
  }: { bytes: Uint8Array; seen: FileState | undefined; toCondition: (isQuoted: boolean) => Condition },
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const isQuoted = attempt % 2 === 1
    try {
      if (seen !== undefined && attempt <= 2)
        await confirmConditions(target, seen.bytes, { IfMatch: toMark(NO_SUCH_MARK, isQuoted) })
      await put(target, bytes, toCondition(isQuoted))
      return
    } catch (error) {
      const { status } = toAnswer(error)
      const isDecided = isConditionFailed(error) || isMissing(error)
      // What was refused for other reasons was not done.
      if (error instanceof AecoderError || (!isDecided && status !== undefined && status < 500)) throw error
      const now = await findObjectState(target)
      // Done, and the answer got lost: asked again, the server finds our own object in the way.
      if (now !== undefined && Buffer.from(now.bytes).equals(bytes)) return
      if (!isDecided) throw error
      if (now?.mark !== seen?.mark) throw toConflict(target.where)
      if (attempt === SWAP_ATTEMPTS) throw toUnheeded(target, 'refuses conditions that are met')
    }
  }
}

/**
 * A server that does not know conditions ignores them, and of two who swap both would win. Asked to put what stands there
 * under a condition that is not met, it shows.
 */
async function confirmConditions(target: Target, bytes: Uint8Array, condition: Condition): Promise<void> {
  try {
    await put(target, bytes, condition)
  } catch (error) {
    if (isConditionFailed(error) || isMissing(error)) return
    throw error
  }
  throw toUnheeded(target, 'ignores conditions: two runs at once could both win')
}

function toUnheeded({ where }: Pick<Target, 'where'>, what: string): AecoderError {
  return new AecoderError('BUCKET_FAILED', {
    where,
    found: `the server ${what}`,
    expected: 'one that heeds If-Match and If-None-Match of PutObject',
    action: 'Nothing of this run is current. Write to a folder, or to a bucket of another server',
  })
}

async function put(target: Target, bytes: Uint8Array, condition: Condition): Promise<void> {
  const { s3, sdk } = await connect(target.settings)
  const { bucket, key } = target
  await s3.send(
    new sdk.PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: bytes,
      ContentLength: bytes.byteLength,
      ...condition,
    }),
  )
}

function toWritten({ name }: Target, bytes: Uint8Array): WrittenFile {
  return { name, bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') }
}

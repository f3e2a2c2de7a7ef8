/** Reading objects range by range: what breaks off goes on at the very byte, what changed meanwhile is noticed. */
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { AecoderError } from '../../schemas/errors.ts'
import { type BucketClient, connect } from './bucket-client.ts'
import { isConditionFailed, isMissing, toAnswer, toBucketError, toStrangeServer } from './bucket-errors.ts'
import type { Target } from './bucket-target.ts'

/** Bytes of the first request: enough for most small files, little for those that only look at a file's beginning. */
const FIRST_BYTES = 256 * 1024
/** Bytes of each further request. One is read ahead, so a reader holds two of them. */
const RANGE_BYTES = 4 * 1024 * 1024
/** A connection that brought so much before it broke counts as one that works: its successors are not counted against it. */
const PROGRESS_BYTES = 256 * 1024
/** A connection that brings less within the patience is as good as broken: a byte a second would keep a run for weeks. */
const LEAST_BYTES = 16 * 1024
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5000

/** Which object it is: all requests for one reading must meet the same. */
export interface Seen {
  readonly etag: string
  /** Bytes. */
  readonly size: number
}

/** Bytes of an object: those that were asked for, or as many as there are before its end. */
export interface Piece {
  /** As they came in: not one of them is copied. */
  readonly chunks: readonly Uint8Array[]
  /** Bytes of all chunks. */
  readonly length: number
  readonly seen: Seen
}

interface Asked {
  readonly at: number
  readonly length: number
  /** Only of this object; whatever stands there without it. */
  readonly seen?: Seen
  readonly signal: AbortSignal
}

/**
 * All bytes of an object, in chunks. A place among the requests in flight is held while a range comes in, not while the
 * chunks are consumed: a slow consumer keeps no connection waiting, and several readers never wait for one another.
 * @param listed bytes that it had when it was listed, where it was: a second witness of where it ends
 * @throws AecoderError FILE_NOT_FOUND, FILE_CHANGED when it is another object than it was at the start, BUCKET_FAILED
 */
export async function* readObject(target: Target, listed?: number): AsyncGenerator<Uint8Array> {
  const end = new AbortController()
  const fetch = (asked: Omit<Asked, 'signal'>) => {
    const piece = readRange(target, { ...asked, signal: end.signal })
    // Nobody may be waiting for it any more when it fails.
    piece.catch(() => undefined)
    return piece
  }
  try {
    let piece = await fetch({ at: 0, length: FIRST_BYTES })
    const { seen } = piece
    if (listed !== undefined && listed !== seen.size) await confirmSeen(target, seen)
    let ahead: Promise<Piece> | undefined
    for (let at = piece.length; ; at += piece.length) {
      yield* piece.chunks
      if (at >= seen.size) return
      piece = await (ahead ?? fetch({ at, length: RANGE_BYTES, seen }))
      const next = at + piece.length
      ahead = next < seen.size ? fetch({ at: next, length: RANGE_BYTES, seen }) : undefined
    }
  } finally {
    end.abort()
  }
}

/** Whether the object is no longer what was listed, or an answer was cut and says that it is all there is. */
async function confirmSeen(target: Target, seen: Seen): Promise<void> {
  const now = await readSeen(target)
  if (now.etag !== seen.etag) throw toChanged(target)
  if (now.size !== seen.size) throw toStrangeServer(target, `${seen.size} bytes as if they were all ${now.size}`)
}

/** A small object whole, and which it is. */
export async function readWhole(target: Target): Promise<{ readonly bytes: Buffer; readonly seen: Seen }> {
  const { signal } = new AbortController()
  const { chunks, length: at, seen } = await readRange(target, { at: 0, length: FIRST_BYTES, signal })
  const rest = at < seen.size ? await readRange(target, { at, length: seen.size - at, seen, signal }) : undefined
  return { seen, bytes: Buffer.concat([...chunks, ...(rest?.chunks ?? [])]) }
}

/** @throws AecoderError FILE_NOT_FOUND, BUCKET_FAILED */
export async function readSeen(target: Target): Promise<Seen> {
  const { sdk, s3 } = await connect(target.settings)
  try {
    const { ETag, ContentLength } = await s3.send(new sdk.HeadObjectCommand({ Bucket: target.bucket, Key: target.key }))
    if (ETag === undefined || ContentLength === undefined) throw toStrangeServer(target, 'without ETag or length')
    return { etag: ETag, size: ContentLength }
  } catch (error) {
    throw isMissing(error) ? toNotFound(target) : toBucketError(error, target, 'read')
  }
}

/** @throws AecoderError FILE_NOT_FOUND, FILE_CHANGED, BUCKET_FAILED */
export async function readRange(target: Target, asked: Asked): Promise<Piece> {
  const client = await connect(target.settings)
  try {
    return await client.queue(() => new RangeReading(client, target, asked).read(), asked.signal)
  } catch (error) {
    if (!(error instanceof NoSuchRange)) throw error
    // There is no range of an object of no bytes, nor beyond the end of one.
    const seen = await readSeen(target)
    if (seen.size > asked.at || (asked.seen !== undefined && asked.seen.etag !== seen.etag)) throw toChanged(target)
    return { chunks: [], length: 0, seen }
  }
}

/** A body that ended, stalled or crept before its time. */
class BrokenBody extends Error {}
/** The object has none of the bytes that were asked for. */
class NoSuchRange extends Error {}

/** One range, over as many requests as it takes. */
class RangeReading {
  readonly #client: BucketClient
  readonly #target: Target
  readonly #asked: Asked
  #seen: Seen | undefined
  readonly #chunks: Uint8Array[] = []
  #filled = 0
  #isBody = false

  constructor(client: BucketClient, target: Target, asked: Asked) {
    this.#client = client
    this.#target = target
    this.#asked = asked
    this.#seen = asked.seen
  }

  async read(): Promise<Piece> {
    for (let broken = 0; ; ) {
      const before = this.#filled
      try {
        return await this.#request()
      } catch (error) {
        if (error instanceof AecoderError || error instanceof NoSuchRange) throw error
        // What the server answers the SDK has tried again already; a body that breaks is ours to go on with.
        if (!this.#isBody || this.#asked.signal.aborted) throw this.#toError(error)
        broken = this.#filled - before >= PROGRESS_BYTES ? 1 : broken + 1
        if (broken >= this.#client.settings.attempts) throw this.#toBroken(error, broken)
        const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** broken)
        await wait(longest / 2 + Math.random() * (longest / 2), undefined, { signal: this.#asked.signal })
      }
    }
  }

  /** Asks for what is still missing and takes it in. */
  async #request(): Promise<Piece> {
    const { s3, sdk, settings } = this.#client
    const { at, length, signal } = this.#asked
    const from = at + this.#filled
    const until = Math.min(at + length, this.#seen?.size ?? Infinity) - 1
    this.#isBody = false
    const command = new sdk.GetObjectCommand({
      Bucket: this.#target.bucket,
      Key: this.#target.key,
      Range: `bytes=${from}-${until}`,
      ...(this.#seen === undefined ? {} : { IfMatch: this.#seen.etag }),
    })
    const answer = await s3.send(command, { abortSignal: signal }).catch((error: unknown) => {
      throw toAnswer(error).status === 416 && this.#filled === 0 ? new NoSuchRange() : error
    })
    this.#isBody = true
    const body = answer.Body as Readable | undefined
    if (body === undefined) throw toStrangeServer(this.#target, 'without a body')
    try {
      const seen = this.#toSeen(answer, from)
      this.#seen = seen
      const wanted = Math.min(length, seen.size - at)
      await this.#take(body, { wanted, patience: settings.patience })
      return { chunks: this.#chunks, length: wanted, seen }
    } finally {
      body.destroy()
    }
  }

  /** Which object answered. */
  #toSeen(
    { ETag, ContentRange, ContentLength }: Pick<GetObjectCommandOutput, 'ETag' | 'ContentRange' | 'ContentLength'>,
    from: number,
  ): Seen {
    if (ETag === undefined) throw toStrangeServer(this.#target, 'without an ETag')
    const [, start, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(ContentRange ?? '') ?? []
    if (start === undefined || size === undefined) {
      if (ContentLength === 0 && from === 0) return { etag: ETag, size: 0 }
      throw toStrangeServer(this.#target, 'the whole file where a part was asked for')
    }
    if (Number(start) !== from) throw toStrangeServer(this.#target, `bytes from ${start} on, not from ${from}`)
    const known = this.#seen
    if (known !== undefined && (known.etag !== ETag || known.size !== Number(size))) throw toChanged(this.#target)
    return { etag: ETag, size: Number(size) }
  }

  async #take(body: Readable, { wanted, patience }: { wanted: number; patience: number }): Promise<void> {
    const start = { filled: this.#filled, chunks: this.#chunks.length }
    let came = 0
    const stalled = setTimeout(() => {
      const what = came === 0 ? 'nothing' : `no more than ${came} bytes`
      body.destroy(new BrokenBody(`${what} came for ${patience / 1000} s`))
    }, patience)
    try {
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        came += chunk.byteLength
        if (came >= LEAST_BYTES) {
          stalled.refresh()
          came = 0
        }
        this.#filled += chunk.byteLength
        this.#chunks.push(chunk)
        if (this.#filled > wanted) throw new BrokenBody('more came than was asked for')
      }
    } catch (error) {
      // All of it came and something was wrong all the same: then any of it may be.
      if (this.#filled >= wanted) {
        this.#filled = start.filled
        this.#chunks.length = start.chunks
      }
      throw error
    } finally {
      clearTimeout(stalled)
    }
    if (this.#filled < wanted)
      throw new BrokenBody(`it ended at byte ${this.#asked.at + this.#filled}, as if that were all`)
  }

  #toError(error: unknown): unknown {
    if (isMissing(error)) return this.#seen === undefined ? toNotFound(this.#target) : toChanged(this.#target)
    if (isConditionFailed(error)) return toChanged(this.#target)
    return toBucketError(error, this.#target, 'read')
  }

  #toBroken(error: unknown, times: number): AecoderError {
    const why = error instanceof BrokenBody ? error.message : toAnswer(error).code
    return new AecoderError('BUCKET_FAILED', {
      where: this.#target.where,
      found: `reading broke off ${times} times at byte ${this.#asked.at + this.#filled} of ${this.#seen?.size ?? '?'} (${why})`,
      action: 'Check the network and what stands between here and the bucket, then run again',
    })
  }
}

export function toNotFound({ where }: Target): AecoderError {
  return new AecoderError('FILE_NOT_FOUND', { where, found: 'no such file', action: 'Check the name' })
}

function toChanged({ where }: Target): AecoderError {
  return new AecoderError('FILE_CHANGED', {
    where,
    found: 'the file changed while it was read',
    action: 'Wait until the export is complete, then run again',
  })
}

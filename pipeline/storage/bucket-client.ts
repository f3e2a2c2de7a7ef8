/** The connection to the buckets of one server: the AWS SDK, loaded when the first request is made, and its queue. */
import type { S3Client } from '@aws-sdk/client-s3'
import type PQueue from 'p-queue'
import type { BucketSettings } from './bucket-settings.ts'

type Sdk = typeof import('@aws-sdk/client-s3')

/** An open connection. Every request but a GET takes its place in the queue by itself. */
export interface BucketClient {
  readonly sdk: Sdk
  readonly s3: S3Client
  readonly settings: BucketSettings
  /** Waits for a place among the requests in flight and keeps it until the act has ended: for a GET and its body. */
  queue<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T>
}

const CONNECT_TIMEOUT_MS = 10_000

/** One connection per server and settings, however many places are opened: its queue is what bounds the requests. */
const clients = new Map<string, Promise<BucketClient>>()

/** @throws what the SDK throws for settings that cannot be */
export function connect(settings: BucketSettings): Promise<BucketClient> {
  const key = JSON.stringify(settings)
  const known = clients.get(key)
  if (known !== undefined) return known
  const client = openClient(settings)
  clients.set(key, client)
  client.catch(() => clients.delete(key))
  return client
}

async function openClient(settings: BucketSettings): Promise<BucketClient> {
  const [sdk, { default: Queue }] = await Promise.all([import('@aws-sdk/client-s3'), import('p-queue')])
  const { endpoint, region, forcePathStyle, checksums, requests, patience, attempts } = settings
  const checksumPolicy = checksums === 'when-required' ? 'WHEN_REQUIRED' : 'WHEN_SUPPORTED'
  const queue: PQueue = new Queue({ concurrency: requests })
  const s3 = new sdk.S3Client({
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, socketTimeout: patience },
    ...(endpoint === undefined ? {} : { endpoint }),
    // Servers that are not Amazon's ask for a region and do not care which.
    ...(region !== undefined ? { region } : endpoint !== undefined ? { region: 'us-east-1' } : {}),
    ...(forcePathStyle === undefined ? {} : { forcePathStyle }),
    ...(checksums === undefined
      ? {}
      : { requestChecksumCalculation: checksumPolicy, responseChecksumValidation: checksumPolicy }),
  })
  s3.middlewareStack.add(
    (next, { commandName }) =>
      // A GET is not over with its headers: who reads the body holds its place (`queue`).
      commandName === 'GetObjectCommand' ? next : (args) => queue.add(() => next(args)),
    { step: 'initialize', name: 'requestsInFlight', priority: 'high' },
  )
  return { sdk, s3, settings, queue: (act, signal) => queue.add(act, { signal }) }
}

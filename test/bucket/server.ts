/** Buckets of the tests' S3 server, one for each test, and a plain client to look at them with. */
import { createCipheriv } from 'node:crypto'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { inject } from 'vitest'
import { BUCKET_DEFAULTS, type BucketSettings } from '../../pipeline/storage/bucket-settings.ts'

export const server = inject('s3Server')
// Where the SDK's own chain finds them, in this process and in those it starts.
process.env.AWS_ACCESS_KEY_ID = server.accessKeyId
process.env.AWS_SECRET_ACCESS_KEY = server.secretAccessKey

const client = new S3Client({ endpoint: server.endpoint, region: 'us-east-1', forcePathStyle: true })

/** Settings that reach the server, or what stands before it. */
export function toSettings(given: Partial<BucketSettings> = {}): BucketSettings {
  return { ...BUCKET_DEFAULTS, endpoint: server.endpoint, forcePathStyle: true, ...given }
}

let count = 0

/** A new bucket. */
export async function createBucket(): Promise<string> {
  const bucket = `test-${process.pid}-${Date.now().toString(36)}-${count++}`
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  return bucket
}

/** Everything in a bucket by key, hidden things too. */
export async function readBucket(bucket: string, prefix = ''): Promise<Map<string, Buffer>> {
  const objects = new Map<string, Buffer>()
  for (const key of await listKeys(bucket, prefix)) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    objects.set(key, Buffer.from((await Body?.transformToByteArray()) ?? []))
  }
  return objects
}

export async function listKeys(bucket: string, prefix = ''): Promise<string[]> {
  const keys: string[] = []
  let token: string | undefined
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(token ? { ContinuationToken: token } : {}) }),
    )
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key)
    token = page.NextContinuationToken
  } while (token !== undefined)
  return keys
}

/** Uploads that were begun and neither finished nor aborted. */
export async function countUploads(bucket: string): Promise<number> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
  return Uploads.length
}

export async function putObjects(
  bucket: string,
  objects: Iterable<readonly [key: string, bytes: Uint8Array | string]>,
): Promise<void> {
  const all = [...objects]
  const put = async () => {
    for (let next = all.pop(); next !== undefined; next = all.pop())
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: next[0], Body: Buffer.from(next[1]) }))
  }
  await Promise.all(Array.from({ length: 8 }, put))
}

export async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

/** Bytes that look the same nowhere, so that any that are missing, twice or elsewhere are seen. */
export function toBytes(length: number, seed = 1): Buffer {
  const key = Buffer.alloc(16, seed)
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length))
}

/**
 * One file into a bucket or out of it, by the pipeline's storage or by the bare SDK; prints seconds and the process's peak
 * memory as one JSON line: `node test/bench/pass-bucket.ts write|read storage|sdk ENDPOINT BUCKET MEGABYTES`.
 */
import { once } from 'node:events'
import { PassThrough, type Readable } from 'node:stream'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { openBucket } from '../../pipeline/storage/bucket.ts'
import { BUCKET_DEFAULTS } from '../../pipeline/storage/bucket-settings.ts'

export type Passage = 'write' | 'read'

const CHUNK_BYTES = 64 * 1024
const NAME = 'file'

const [passage, by, endpoint = '', bucket = '', megabytes] = process.argv.slice(2)
const bytes = Number(megabytes) * 1e6
const storage = openBucket(`s3://${bucket}`, { ...BUCKET_DEFAULTS, endpoint, forcePathStyle: true })
const s3 = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true })

const start = performance.now()
if (passage === 'write') await (by === 'storage' ? writeByStorage() : writeBySdk())
else await expectAll(by === 'storage' ? storage.read(NAME) : await readBySdk())
const seconds = (performance.now() - start) / 1000
process.stdout.write(`${JSON.stringify({ seconds, peakRssMb: process.resourceUsage().maxRSS / 1024 })}\n`)

function* listChunks(): Generator<Uint8Array> {
  const chunk = new Uint8Array(CHUNK_BYTES).map((_, at) => at * 31)
  for (let at = 0; at < bytes; at += CHUNK_BYTES) yield chunk.subarray(0, Math.min(CHUNK_BYTES, bytes - at))
}

async function writeByStorage(): Promise<void> {
  const sink = await storage.createFile(NAME)
  for (const chunk of listChunks()) await sink.write(chunk)
  await sink.close()
}

/** As its documentation shows it, with its own size and number of parts. */
async function writeBySdk(): Promise<void> {
  const body = new PassThrough()
  const done = new Upload({ client: s3, params: { Bucket: bucket, Key: NAME, Body: body } }).done()
  for (const chunk of listChunks()) if (!body.write(Buffer.from(chunk))) await once(body, 'drain')
  body.end()
  await done
}

async function readBySdk(): Promise<Readable> {
  return (await s3.send(new GetObjectCommand({ Bucket: bucket, Key: NAME }))).Body as Readable
}

async function expectAll(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let came = 0
  for await (const chunk of chunks) came += chunk.byteLength
  if (came !== bytes) throw new Error(`${came} of ${bytes} bytes came`)
}

/**
 * `npm run bench:bucket`: a file of 200 MB into a bucket and out of it, in MB/s, beside the bare AWS SDK against the same
 * server (Debian's radosgw, which it starts). Prints JSON. Each passage is a process of its own, so that its peak memory
 * is its own; server and client share the machine.
 *
 * Options: --megabytes 200   --rounds 3 (their median counts)
 */
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { startRadosgw } from '../bucket/radosgw.ts'
import { measure } from './measure.ts'
import type { Passage } from './pass-bucket.ts'

const { values } = parseArgs({
  options: { megabytes: { type: 'string', default: '200' }, rounds: { type: 'string', default: '3' } },
})
const BUCKET = 'bench'
const SCRIPT = join('test', 'bench', 'pass-bucket.ts')

const radosgw = await startRadosgw()
const { server } = radosgw
try {
  process.env.AWS_ACCESS_KEY_ID = server.accessKeyId
  process.env.AWS_SECRET_ACCESS_KEY = server.secretAccessKey
  const s3 = new S3Client({ endpoint: server.endpoint, region: 'us-east-1', forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }))
  const results = { write: await compare('write'), read: await compare('read') }
  const machine = {
    node: process.version,
    cpus: cpus().length,
    cpu: cpus()[0]?.model,
    memoryGb: Math.round(totalmem() / 2 ** 30),
  }
  const megabytes = Number(values.megabytes)
  process.stdout.write(`${JSON.stringify({ bench: 'bucket', machine, megabytes, results }, null, 2)}\n`)
} finally {
  await radosgw.stop()
}

/** Ours and the SDK's in turn, so that what else the machine does befalls both. */
async function compare(passage: Passage) {
  const own = []
  const bare = []
  for (let round = 0; round < Number(values.rounds); round += 1) {
    own.push(await pass(passage, 'storage'))
    bare.push(await pass(passage, 'sdk'))
  }
  const [ours, theirs] = [toMedian(own), toMedian(bare)]
  return { storage: toSpeed(ours), sdk: toSpeed(theirs), shareOfBareSpeed: toHundredth(theirs.seconds / ours.seconds) }
}

async function pass(passage: Passage, by: 'storage' | 'sdk') {
  return await measure([SCRIPT, passage, by, server.endpoint, BUCKET, values.megabytes])
}

interface Measured {
  readonly seconds: number
  readonly peakRssMb: number
}

function toMedian(rounds: readonly Measured[]): Measured {
  const median = rounds.toSorted((a, b) => a.seconds - b.seconds)[Math.floor(rounds.length / 2)]
  if (median === undefined) throw new Error('--rounds must be 1 or more')
  return median
}

function toSpeed({ seconds, peakRssMb }: Measured) {
  return {
    seconds: toHundredth(seconds),
    megabytesPerSecond: Math.round(Number(values.megabytes) / seconds),
    peakRssMb: Math.round(peakRssMb),
  }
}

function toHundredth(n: number): number {
  return Math.round(n * 100) / 100
}

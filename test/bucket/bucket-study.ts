/** The sample study with everything but study.json and the store in a bucket, and what its runs leave there. */
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BucketConfig } from '../../schemas/study.ts'
import { copySampleForTest } from '../e2e/sample.ts'
import type { Manifest } from '../e2e/stored.ts'
import { OPENAE_0_1 } from '../openae.ts'
import { putObjects, readBucket, server } from './server.ts'

/** Puts the files of a folder under a prefix. */
export async function putFolder(bucket: string, prefix: string, folder: string): Promise<void> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  const read = async (path: string) => [`${prefix}${path.slice(folder.length)}`, await readFile(path)] as const
  await putObjects(bucket, await Promise.all(names.map(read)))
}

/** Puts transfers, lists and dictionary into the bucket and points a copy of the sample study there. */
export async function openBucketStudy(bucket: string, s3: BucketConfig = {}): Promise<string> {
  const folder = await copySampleForTest()
  await putFolder(bucket, 'study/transfers', join(folder, 'transfers'))
  await putFolder(bucket, 'study/lists', join(folder, 'lists'))
  await putFolder(bucket, 'dictionaries/openae', OPENAE_0_1)
  await changeConfig(folder, (config) => ({
    ...config,
    input: `s3://${bucket}/study/transfers/2026-03-02`,
    output: `s3://${bucket}/study/out/`,
    dictionary: { ...(config.dictionary as object), path: `s3://${bucket}/dictionaries/openae` },
    lists: {
      synonyms: [`s3://${bucket}/study/lists/synonyms.csv`],
      doNotAutocode: [`s3://${bucket}/study/lists/do-not-autocode.csv`],
    },
    s3: { endpoint: server.endpoint, forcePathStyle: true, ...s3 },
  }))
  return folder
}

export async function changeConfig(
  folder: string,
  change: (config: { readonly [field: string]: unknown }) => object,
): Promise<void> {
  const path = join(folder, 'study.json')
  const config = JSON.parse(await readFile(path, 'utf8')) as { [field: string]: unknown }
  await writeFile(path, JSON.stringify(change(config), null, 2))
}

/** The files of the run that current.json of an output leads to; each has the hash that the manifest states. */
export async function readPublished(
  bucket: string,
  output = 'study/out',
): Promise<{ runId: string; files: Map<string, Buffer>; others: string[] } | undefined> {
  const objects = await readBucket(bucket, `${output}/`)
  const read = (name: string) => {
    const bytes = objects.get(`${output}/${name}`)
    if (bytes === undefined) throw new Error(`${name} is not there`)
    return bytes
  }
  if (!objects.has(`${output}/current.json`)) return undefined
  const pointer = JSON.parse(read('current.json').toString('utf8')) as {
    runId: string
    manifest: string
    sha256: string
  }
  if (toSha256(read(pointer.manifest)) !== pointer.sha256) throw new Error('current.json names another manifest')
  const manifest = JSON.parse(read(pointer.manifest).toString('utf8')) as Manifest
  const files = new Map<string, Buffer>()
  for (const { name, sha256 } of manifest.outputs) {
    const file = read(`runs/${manifest.runId}/${name}`)
    if (toSha256(file) !== sha256) throw new Error(`${name} is not what its manifest says`)
    files.set(name, file)
  }
  const own = `${output}/runs/${manifest.runId}/`
  const others = [...objects.keys()].filter((key) => !key.startsWith(own) && key !== `${output}/current.json`)
  return { runId: manifest.runId, files, others }
}

function toSha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * What stands in a study's store and output, read without the pipeline: plain SQL written from the model in
 * pipeline/store/migrations.ts, and plain files. It is what the pipeline's own reading is held against.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface Manifest {
  readonly runId: string
  readonly status: string
  readonly outputs: readonly { readonly name: string; readonly sha256: string; readonly bytes: number }[]
}

/** The files of the run that current.json points to, by name; each has the hash that the manifest states. Undefined before the first run. */
export async function readCurrentFiles(
  study: string,
): Promise<{ runId: string; files: Map<string, Buffer> } | undefined> {
  const output = join(study, 'out')
  if (!existsSync(join(output, 'current.json'))) return undefined
  const pointer = JSON.parse(await readFile(join(output, 'current.json'), 'utf8')) as {
    runId: string
    manifest: string
    sha256: string
  }
  const bytes = await readFile(join(output, pointer.manifest))
  if (toSha256(bytes) !== pointer.sha256)
    throw new Error('current.json names another manifest than the one that is there')
  const manifest = JSON.parse(bytes.toString('utf8')) as Manifest
  if (manifest.status !== 'complete' || manifest.runId !== pointer.runId)
    throw new Error('current.json points to no complete run')
  const files = new Map<string, Buffer>()
  for (const { name, sha256 } of manifest.outputs) {
    const file = await readFile(join(output, 'runs', manifest.runId, name))
    if (toSha256(file) !== sha256) throw new Error(`${name} is not what its manifest says`)
    files.set(name, file)
  }
  return { runId: manifest.runId, files }
}

/** Opens a study's store for reading with plain SQL. */
export function openStored(study: string): DatabaseSync {
  return new DatabaseSync(join(study, 'aecoder.db'), { readOnly: true, timeout: 30_000 })
}

/** Copies a store that no process has open, as a kill left it; where there is none, nothing. */
export async function copyStored(study: string, copy: string): Promise<void> {
  for (const name of ['aecoder.db', 'aecoder.db-wal']) {
    if (existsSync(join(study, name))) await cp(join(study, name), join(copy, name))
  }
}

function toSha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

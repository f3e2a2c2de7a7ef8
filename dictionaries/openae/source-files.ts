/** The text files that OpenAE is written in. Knows folders and encodings; knows nothing of what the files say. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findPreviousVersion, LEDGER_FILE, parseLedger } from './code-ledger.ts'
import type { Predecessor } from './predecessor.ts'
import { QUERIES_FILE } from './queries.ts'
import { RELEASES_FILE, toFolderHash } from './releases.ts'
import type { SourceFiles } from './terminology.ts'

/** Reads the ledger, the standard queries and all sources of a folder, and the release before if it stands beside. */
export async function readSourceFiles(folder: string): Promise<SourceFiles> {
  const names = (await readdir(join(folder, 'source'))).filter((name) => name.endsWith('.txt')).sort()
  const systems = new Map<string, string>()
  for (const name of names) systems.set(name, await readText(join(folder, 'source', name)))
  const ledger = await readText(join(folder, LEDGER_FILE))
  // Faults of the ledger are told where all files are checked.
  const previous = findPreviousVersion(parseLedger(ledger, []))
  return {
    ledger,
    releases: await readOptionalText(join(folder, RELEASES_FILE)),
    queries: await readOptionalText(join(folder, QUERIES_FILE)),
    systems,
    predecessor: previous === undefined ? undefined : await readPredecessor(join(folder, previous.version)),
  }
}

/** All files of a built version, name → bytes; none where the folder is not there. */
export async function readBuiltFiles(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const names = await readdir(folder).catch(toNothingIfMissing<string[]>([]))
  const files = new Map<string, Buffer>()
  for (const name of names) files.set(name, await readFile(join(folder, name)))
  return files
}

async function readPredecessor(folder: string): Promise<Predecessor | undefined> {
  const files = await readBuiltFiles(folder)
  if (files.size === 0) return undefined
  const tables = [...files].filter(([name]) => name.endsWith('.asc'))
  return {
    sha256: toFolderHash(files),
    texts: new Map(tables.map(([name, bytes]) => [name, bytes.toString('utf8')])),
  }
}

/** Editors of some systems add a byte order mark and carriage returns; neither belongs to a source. */
async function readText(path: string): Promise<string> {
  return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
}

/** A dictionary need not have standard queries, nor a first version any releases before it. */
function readOptionalText(path: string): Promise<string> {
  return readText(path).catch(toNothingIfMissing(''))
}

function toNothingIfMissing<T>(nothing: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return nothing
    throw error
  }
}

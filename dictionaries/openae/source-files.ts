/** The text files that OpenAE is written in. Knows folders and encodings; knows nothing of what the files say. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LEDGER_FILE } from './code-ledger.ts'
import { QUERIES_FILE } from './queries.ts'
import type { SourceFiles } from './terminology.ts'

/** Reads the ledger, the standard queries and all sources of a folder. */
export async function readSourceFiles(folder: string): Promise<SourceFiles> {
  const names = (await readdir(join(folder, 'source'))).filter((name) => name.endsWith('.txt')).sort()
  const systems = new Map<string, string>()
  for (const name of names) systems.set(name, await readText(join(folder, 'source', name)))
  const queries = await readText(join(folder, QUERIES_FILE)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '' // a dictionary need not have any
    throw error
  })
  return { ledger: await readText(join(folder, LEDGER_FILE)), queries, systems }
}

/** Editors of some systems add a byte order mark and carriage returns; neither belongs to a source. */
async function readText(path: string): Promise<string> {
  return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
}

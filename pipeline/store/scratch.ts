/**
 * A folder for work on the copy of a store, which goes when the work is done. It holds what patients said: what a killed
 * process left is removed by the next one that opens such a folder. Knows locks and files; knows no study.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, sql } from 'kysely'
import { BUSY_TIMEOUT_MS, NodeSqliteDialect } from './node-sqlite.ts'
import { toStoreError } from './store.ts'
import type { Tables } from './tables.ts'

const PREFIX = 'aecoder-diff-'
const LOCK = 'in-use'

export interface Scratch {
  readonly folder: string
  close(): Promise<void>
}

/** Opens a new folder below the system's one for temporary files, which only this user can read. */
export async function openScratch(): Promise<Scratch> {
  const root = tmpdir()
  // One at a time: a folder that another process has made and not locked yet is no leftover. Every user has locks of their own.
  const gate = lock(join(root, `${PREFIX}${userInfo().uid}.lock`), BUSY_TIMEOUT_MS)
  try {
    await removeLeftovers(root)
    const folder = await mkdtemp(join(root, PREFIX))
    const held = lock(join(folder, LOCK), 0)
    return {
      folder,
      async close() {
        held.close()
        await rm(folder, { recursive: true, force: true })
      },
    }
  } finally {
    gate.close()
  }
}

/** A lock goes with its process, however that ends: folders whose lock is free belong to nobody. */
async function removeLeftovers(root: string): Promise<void> {
  const entries = await readdir(root, { withFileTypes: true })
  for (const entry of entries) {
    if (!entry.isDirectory() || !entry.name.startsWith(PREFIX)) continue
    const folder = join(root, entry.name)
    try {
      lock(join(folder, LOCK), 0).close()
    } catch {
      continue // in use, or another user's
    }
    await rm(folder, { recursive: true, force: true })
  }
}

function lock(path: string, timeout: number): DatabaseSync {
  const db = new DatabaseSync(path, { timeout })
  try {
    db.exec('begin exclusive')
    return db
  } catch (error) {
    db.close()
    throw toStoreError(error, path)
  }
}

/**
 * Copies a store as it is at one moment, whoever works with it meanwhile; the store itself is not written to. Where there
 * is none yet, there is no copy.
 * @param to the copy's path, where nothing stands yet
 */
export async function copyStore(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect({ path: from, mode: 'read' }) })
  try {
    await sql`vacuum into ${to}`.execute(db)
  } catch (error) {
    throw toStoreError(error, from)
  } finally {
    await db.destroy()
  }
}

/**
 * A folder for work on the copy of a store, which goes when the work is done. It holds what patients said: what a killed
 * process left is removed by the next one that opens such a folder. Knows locks and files; knows no study.
 */
import { existsSync, rmSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, sql } from 'kysely'
import { AecoderError } from '../../schemas/errors.ts'
import { BUSY_TIMEOUT_MS, NodeSqliteDialect } from './node-sqlite.ts'
import { toStoreError } from './store.ts'
import type { Tables } from './tables.ts'

const PREFIX = 'aecoder-diff-'
const LOCK = 'in-use'
/** Another process that looks for leftovers may open a lock in a folder at the moment in which it goes. */
const REMOVAL = { recursive: true, force: true, maxRetries: 5, retryDelay: 50 } as const

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
    const forget = removeWhenStopped(folder)
    return {
      folder,
      async close() {
        forget()
        held.close()
        await rm(folder, REMOVAL)
      },
    }
  } finally {
    gate.close()
  }
}

/** Whoever ends the work with Ctrl+C leaves no copy behind either. @returns what ends the watch for it */
function removeWhenStopped(folder: string): () => void {
  const remove = (signal: NodeJS.Signals) => {
    forget()
    rmSync(folder, { recursive: true, force: true })
    process.kill(process.pid, signal) // ends the process as if nobody had listened
  }
  const forget = () => {
    for (const signal of STOPPING) process.off(signal, remove)
  }
  for (const signal of STOPPING) process.on(signal, remove)
  return forget
}

const STOPPING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

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
    await rm(folder, REMOVAL)
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
 * @throws AecoderError WRITE_FAILED where there is no room for it, and what reading the store may
 */
export async function copyStore(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect({ path: from, mode: 'read' }) })
  try {
    await sql`vacuum into ${to}`.execute(db)
  } catch (error) {
    throw isOfCopy(error) ? toCopyError(error, to) : toStoreError(error, from)
  } finally {
    await db.destroy()
  }
}

/** Whether it is the copy that cannot be written: the store itself is only read. */
function isOfCopy(error: unknown): boolean {
  const { message, errcode } = error as Error & { errcode?: number }
  return /disk is full/i.test(message) || errcode === SQLITE_IOERR_WRITE
}

const SQLITE_IOERR_WRITE = 778

function toCopyError(error: unknown, to: string): AecoderError {
  return new AecoderError(
    'WRITE_FAILED',
    {
      where: dirname(to),
      found: `no copy of the store can be written there (${(error as Error).message})`,
      expected: 'room for as much as the store holds',
      action: 'Free some space, or name another folder for temporary files by the variable TMPDIR; nothing was changed',
    },
    error,
  )
}

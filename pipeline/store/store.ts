/** Opening a store: one SQLite file for any number of studies. Knows files and migrations; the other files of this room know the tables. */
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { Kysely, sql } from 'kysely'
import { toContentId } from '../../schemas/content-id.ts'
import { AecoderError } from '../../schemas/errors.ts'
import type { Ambience } from './chain.ts'
import { MIGRATIONS, STORE_VERSION } from './migrations.ts'
import { BUSY_TIMEOUT_MS, NodeSqliteDialect } from './node-sqlite.ts'
import type { Tables } from './tables.ts'

export interface Store {
  readonly path: string
  readonly db: Kysely<Tables>
  readonly ambience: Ambience
  close(): Promise<void>
}

/**
 * Opens the store for reading and writing, creates it when it is not there, brings it to this version's tables.
 * @throws AecoderError STORE_NEWER when a newer aecoder wrote it, STORE_BUSY when it stays locked
 */
export async function openStore(options: { path: string; ambience: Ambience }): Promise<Store> {
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect({ path: options.path, mode: 'write' }) })
  try {
    await migrate(db, options.path)
    await useWriteAheadLog(db) // after the check: a file that is not ours stays as it is
  } catch (error) {
    await db.destroy()
    throw toStoreError(error, options.path)
  }
  return { path: options.path, db, ambience: options.ambience, close: () => db.destroy() }
}

/**
 * Opens a store for reading alone: nothing is created or changed, not even on a medium that cannot be written.
 * @throws AecoderError FILE_NOT_FOUND, STORE_NEWER
 */
export async function openStoreToRead(options: { path: string; ambience: Ambience }): Promise<Store> {
  const { path, ambience } = options
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect({ path, mode: 'read' }) })
  let version: number
  try {
    version = await readVersion(db)
    checkOurs({ path, version, isOurs: await isOurs(db) })
  } catch (error) {
    await db.destroy()
    throw toStoreError(error, path)
  }
  if (version === STORE_VERSION) return { path, db, ambience, close: () => db.destroy() }
  // An earlier aecoder wrote it: its tables have to become this version's first, which writes.
  await db.destroy()
  return openStore(options)
}

/** A read-only view of one moment: what others write meanwhile is not seen, and nobody waits for the reader. */
export async function readSnapshot<T>(
  store: Pick<Store, 'path'>,
  read: (db: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect({ path: store.path, mode: 'snapshot' }) })
  try {
    return await db.transaction().execute((trx) => read(trx))
  } finally {
    await db.destroy()
  }
}

async function migrate(db: Kysely<Tables>, path: string): Promise<void> {
  if ((await readVersion(db)) === STORE_VERSION && (await isOurs(db))) return
  await db.transaction().execute(async (trx) => {
    const version = await readVersion(trx) // another process may have been first
    checkOurs({ path, version, isOurs: (await isOurs(trx)) || (await isEmpty(trx)) })
    for (const migration of MIGRATIONS.slice(version))
      for (const statement of migration.statements) await sql.raw(statement).execute(trx)
    await sql.raw(`pragma user_version = ${STORE_VERSION}`).execute(trx)
    await sql.raw(`pragma application_id = ${APPLICATION_ID}`).execute(trx)
  })
}

/**
 * Readers and a writer side by side. The file remembers it, so this writes once in a store's life; while another process
 * has the new file open SQLite refuses at once, without the wait it grants everywhere else.
 */
async function useWriteAheadLog(db: Kysely<Tables>): Promise<void> {
  const giveUpAt = performance.now() + BUSY_TIMEOUT_MS
  for (;;) {
    try {
      await sql`pragma journal_mode = wal`.execute(db)
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUpAt) throw error
      await setTimeout(20)
    }
  }
}

function checkOurs({ path, version, isOurs }: { path: string; version: number; isOurs: boolean }): void {
  if (version > STORE_VERSION)
    throw new AecoderError('STORE_NEWER', {
      where: path,
      found: `written by a newer aecoder (store version ${version})`,
      expected: `version ${STORE_VERSION} or older`,
      action: 'Use that version of aecoder, or newer',
    })
  if (!isOurs)
    throw new AecoderError('FILE_NOT_FOUND', {
      where: path,
      found: 'a database of another program',
      expected: 'an aecoder database, or no file at all',
      action: 'Check "store" in study.json',
    })
}

/** "aeco" in ASCII: what marks a SQLite file as a store of aecoder. */
const APPLICATION_ID = 0x6165636f

async function isOurs(db: Kysely<Tables>): Promise<boolean> {
  const { rows } = await sql<{ application_id: number }>`pragma application_id`.execute(db)
  return rows[0]?.application_id === APPLICATION_ID
}

async function isEmpty(db: Kysely<Tables>): Promise<boolean> {
  const { rows } = await sql`select 1 from sqlite_master limit 1`.execute(db)
  return rows.length === 0
}

async function readVersion(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ user_version: number }>`pragma user_version`.execute(db)
  return rows[0]?.user_version ?? 0
}

function isBusy(error: unknown): boolean {
  return /locked|busy/i.test((error as Error).message)
}

/** What SQLite says of a file, in words a user can act on; other errors as they are. */
export function toStoreError(error: unknown, path: string): unknown {
  if (error instanceof AecoderError) return error
  const message = (error as Error).message
  if (isBusy(error))
    return new AecoderError(
      'STORE_BUSY',
      {
        where: path,
        found: `the store stays locked (${message})`,
        action: 'Wait for the other process, then try again',
      },
      error,
    )
  if (/not a database|malformed/i.test(message))
    return new AecoderError(
      'FILE_NOT_FOUND',
      {
        where: path,
        found: `not a store of aecoder (${message})`,
        expected: 'an aecoder database, or no file at all',
        action: 'Check "store" in study.json, or bring back a backup',
      },
      error,
    )
  if (/disk is full|disk I\/O/i.test(message))
    return new AecoderError(
      'WRITE_FAILED',
      {
        where: path,
        found: `the store cannot be written (${message})`,
        action: 'Free some space, then run again: what was committed stands',
      },
      error,
    )
  if (/unable to open/i.test(message))
    return new AecoderError(
      'FILE_NOT_FOUND',
      {
        where: path,
        found: 'the store cannot be opened or created',
        action: 'Check that its folder is there and can be written to',
      },
      error,
    )
  return error
}

/**
 * Keeps two runs of one study apart, on this machine: the lock goes with the process, however it ends.
 * Reviewers need no lock: their writes are single transactions.
 * @returns a function that gives the lock back
 * @throws AecoderError RUN_IN_PROGRESS
 */
export function lockStudy(store: Pick<Store, 'path'>, study: string): () => void {
  return lock(store, study, 'run')
}

/** Keeps two who watch for one study apart, in the same way; runs go on beside. @throws AecoderError RUN_IN_PROGRESS */
export function lockWatch(store: Pick<Store, 'path'>, study: string): () => void {
  return lock(store, study, 'watch')
}

function lock(store: Pick<Store, 'path'>, study: string, what: 'run' | 'watch'): () => void {
  const db = new DatabaseSync(`${store.path}-${what}-${toContentId(study).slice(0, 8)}`, { timeout: 0 })
  try {
    db.exec('begin exclusive')
  } catch (error) {
    db.close()
    if (!isBusy(error)) throw toStoreError(error, store.path)
    throw new AecoderError(
      'RUN_IN_PROGRESS',
      { where: study, found: `another ${what} of this study is going on`, action: 'Wait until it has ended' },
      error,
    )
  }
  return () => db.close()
}

/** Makes the study known to the store; harmless when it is. */
export async function registerStudy(
  store: Store,
  study: { id: string; protocol: string; environment: string },
): Promise<void> {
  await store.db
    .insertInto('study')
    .values({ study: study.id, protocol: study.protocol, environment: study.environment })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

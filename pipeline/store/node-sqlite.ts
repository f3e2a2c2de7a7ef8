/** kysely over node:sqlite. Knows SQLite's ways; knows no table. */
import { statSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import {
  CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type SqliteStatement,
} from 'kysely'

export interface NodeSqliteOptions {
  readonly path: string
  /**
   * `write`: transactions take the write lock at once; `snapshot`: read-only, one state of the database throughout;
   * `read`: nothing is meant to be written, and the files that reading makes beside the store are gone afterwards.
   */
  readonly mode: 'write' | 'read' | 'snapshot'
}

/** How long a writer waits for another one's short transaction before it gives up. */
export const BUSY_TIMEOUT_MS = 30_000
const STATEMENT_CACHE_SIZE = 200

export class NodeSqliteDialect implements Dialect {
  readonly #options: NodeSqliteOptions
  constructor(options: NodeSqliteOptions) {
    this.#options = options
  }
  createDriver(): SqliteDriver {
    const options = { database: async () => openDatabase(this.#options) }
    return this.#options.mode === 'write' ? new ImmediateDriver(options) : new SqliteDriver(options)
  }
  createAdapter(): SqliteAdapter {
    return new SqliteAdapter()
  }
  createQueryCompiler(): SqliteQueryCompiler {
    return new SqliteQueryCompiler()
  }
  // biome-ignore lint/suspicious/noExplicitAny: kysely's own interface
  createIntrospector(db: Kysely<any>): DatabaseIntrospector {
    return new SqliteIntrospector(db)
  }
}

/**
 * Given as the only parameter, it runs the statement once for each row. Thousands of values bound to one long statement
 * take ten times as long, and a call through kysely for each row too.
 */
export class RowBatch {
  readonly rows: readonly (readonly (string | number | null)[])[]
  constructor(rows: readonly (readonly (string | number | null)[])[]) {
    this.rows = rows
  }
}

/** A deferred transaction that turns into a writer half-way can fail with SQLITE_BUSY at once; this one waits its turn. */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection)
    } catch (error) {
      // SQLite has rolled back already, e.g. on a full disk: the error that led here is the one to tell.
      if (!/no transaction is active/.test((error as Error).message)) throw error
    }
  }
}

function openDatabase({ path, mode }: NodeSqliteOptions): SqliteDatabase {
  const db =
    mode === 'write' ? connect(path, { isReadOnly: false }) : openToRead(path, { isReadOnly: mode === 'snapshot' })
  // recursive_triggers: without it INSERT OR REPLACE would delete rows past the append-only triggers.
  // wal_autocheckpoint: a run's batches touch many pages; copying them home at every commit would double the work.
  db.exec(
    'pragma synchronous = full; pragma recursive_triggers = on; pragma temp_store = file; pragma cache_size = -8192; pragma wal_autocheckpoint = 16384',
  )
  const cache = new Map<string, SqliteStatement>()
  return {
    close: () => db.close(),
    prepare(sql) {
      const cached = cache.get(sql)
      if (cached) return cached
      const statement = toStatement(db.prepare(sql), () => db.prepare(sql))
      if (cache.size >= STATEMENT_CACHE_SIZE) {
        const [oldest] = cache.keys()
        if (oldest !== undefined) cache.delete(oldest)
      }
      cache.set(sql, statement)
      return statement
    },
  }
}

function connect(path: string | URL, { isReadOnly }: { isReadOnly: boolean }): DatabaseSync {
  return new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true, readOnly: isReadOnly })
}

/**
 * Even a reader writes beside a file with a write-ahead log. Where that cannot be, as on an archive's medium, the file
 * is read as one that nobody changes, if its log is empty.
 */
function openToRead(path: string, options: { isReadOnly: boolean }): DatabaseSync {
  const db = connect(path, options)
  try {
    db.exec('select 1 from sqlite_master')
    return db
  } catch (error) {
    db.close()
    const log = statSync(`${path}-wal`, { throwIfNoEntry: false })
    if (!/unable to open/i.test((error as Error).message) || (log?.size ?? 0) > 0) throw error
    const frozen = pathToFileURL(path)
    frozen.searchParams.set('immutable', '1')
    return connect(frozen, { isReadOnly: true })
  }
}

function toStatement(statement: StatementSync, fresh: () => StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0, // also true for INSERT ... RETURNING and for pragmas
    all: (parameters) => statement.all(...parameters.map(toSqlite)),
    run(parameters) {
      const [batch] = parameters
      if (!(batch instanceof RowBatch)) return statement.run(...parameters.map(toSqlite))
      for (const row of batch.rows) statement.run(...(row as SQLInputValue[]))
      return { changes: batch.rows.length, lastInsertRowid: 0 }
    },
    iterate: (parameters) => fresh().iterate(...parameters.map(toSqlite)), // a cursor of its own
  }
}

function toSqlite(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0
  // node:sqlite takes an object in first place for named parameters and would store NULL without a word.
  if (value !== null && typeof value === 'object' && !ArrayBuffer.isView(value))
    throw new TypeError('SQLite stores no objects: JSON.stringify it first')
  return value as SQLInputValue
}

/** Many rows in one statement. kysely builds a tree per value, which costs more than the insert itself; this does not. */
import { CompiledQuery, type Kysely, sql } from 'kysely'
import type { TableName, Tables } from './tables.ts'

/** SQLite takes at most 32,766 parameters in a statement. */
const MAX_PARAMETERS = 32_000
const MAX_ROWS = 500

/**
 * Inserts rows given as arrays in the order of `columns`.
 * @param rows values: text, number or null
 */
export async function insertRows<T extends TableName>(db: Kysely<Tables>, table: { name: T; columns: readonly (keyof Tables[T] & string)[] }, rows: readonly (readonly unknown[])[]): Promise<void> {
  const step = Math.min(MAX_ROWS, Math.floor(MAX_PARAMETERS / table.columns.length))
  for (let start = 0; start < rows.length; start += step) {
    const chunk = rows.slice(start, start + step)
    await db.executeQuery(CompiledQuery.raw(toInsert(table.name, table.columns, chunk.length), chunk.flat()))
  }
}

const texts = new Map<string, string>()
function toInsert(table: string, columns: readonly string[], rows: number): string {
  const key = `${table} ${rows} ${columns.join()}`
  let text = texts.get(key)
  if (text === undefined) {
    const row = `(${columns.map(() => '?').join(',')})`
    text = `insert into ${table} (${columns.join(',')}) values ${Array.from({ length: rows }, () => row).join(',')}`
    // Only the full chunk's text recurs; a rest has another length each time.
    if (rows === MAX_ROWS) texts.set(key, text)
  }
  return text
}

/**
 * A list as one parameter, for `column in ${toList(values)}`: any length, one prepared statement. A join with json_each
 * instead would let the planner put the list inside and scan it for every row.
 */
export function toList(values: readonly (string | number)[]) {
  return sql`(select value from json_each(${JSON.stringify(values)}))`
}

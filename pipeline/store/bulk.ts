/** Many rows at once, and long lists as one parameter. kysely would build a tree per value, which costs more than the insert. */
import { CompiledQuery, type Kysely, sql } from 'kysely'
import { RowBatch } from './node-sqlite.ts'
import type { TableName, Tables } from './tables.ts'

/** A value as a column takes it. */
export type Cell = string | number | null

/** Inserts rows given as arrays in the order of `columns`; `isIgnoringRepeats` passes over rows whose key is there. */
export async function insertRows<T extends TableName>(
  db: Kysely<Tables>,
  table: { name: T; columns: readonly (keyof Tables[T] & string)[]; isIgnoringRepeats?: true },
  rows: readonly (readonly Cell[])[],
): Promise<void> {
  if (rows.length === 0) return
  const text = `insert${table.isIgnoringRepeats ? ' or ignore' : ''} into ${table.name} (${table.columns.join(', ')}) values (${table.columns.map(() => '?').join(', ')})`
  await db.executeQuery(CompiledQuery.raw(text, [new RowBatch(rows)]))
}

/**
 * A list as one parameter, for `column in ${toList(values)}`: any length, one prepared statement. A join with json_each
 * instead would let the planner put the list inside and scan it for every row.
 */
export function toList(values: readonly (string | number)[]) {
  return sql`(select value from json_each(${JSON.stringify(values)}))`
}

/**
 * smq_content.asc: what belongs to each standard query, and since when. Knows that file's fields; knows nothing of the
 * grammar of queries.txt.
 */
import type { ReleaseTexts } from '../meddra/records.ts'
import { listRecords } from './predecessor.ts'
import type { StandardQuery } from './queries.ts'

export const QUERY_CONTENT_FILE = 'smq_content.asc'

/** smq_content's term_scope. */
const SCOPES = { broad: '1', narrow: '2' } as const

/** The fields of one record; see toRow for their order. */
type Row = readonly string[]

/** The rows of a version that states no changes: a concept joins no earlier than it and the query are there. */
export function listFirstContent(
  queries: readonly StandardQuery[],
  toAdditionVersion: (code: string) => string,
): readonly Row[] {
  return queries.flatMap(({ code, members }) =>
    members.map(({ concept, scope }) => {
      const added = toAdditionVersion(code > concept.code ? code : concept.code)
      return toRow({ query: code, concept: concept.code, scope: SCOPES[scope], added, changed: added })
    }),
  )
}

/**
 * The rows of a version that follows another: what joins, joins now; what was taken out stays as inactive, as MedDRA keeps
 * it; what was there is of the version it has been of. A query that is gone leaves nothing.
 */
export function listContent(
  queries: readonly StandardQuery[],
  { before, version }: { readonly before: ReleaseTexts; readonly version: string },
): readonly Row[] {
  const toKey = ([query, concept]: Row) => `${query} ${concept}`
  const older = new Map(listRecords(before, QUERY_CONTENT_FILE).map((row) => [toKey(row), row.slice(0, 9)]))
  const active = queries.flatMap(({ code, members }) =>
    members.map(({ concept, scope }) => {
      const [, , , oldScope, , , oldStatus, added = version, changed = version] =
        older.get(`${code} ${concept.code}`) ?? []
      const isSame = oldScope === SCOPES[scope] && oldStatus === 'A'
      return toRow({
        query: code,
        concept: concept.code,
        scope: SCOPES[scope],
        added,
        changed: isSame ? changed : version,
      })
    }),
  )
  const there = new Set(active.map(toKey))
  const codes = new Set(queries.map(({ code }) => code))
  const taken = [...older.values()].filter((row) => codes.has(row[0] ?? '') && !there.has(toKey(row)))
  return [...active, ...taken.map((row) => (row[6] === 'I' ? row : row.with(6, 'I').with(8, version)))]
}

/** smq_code, term_code, term_level (4: concept), term_scope, category, weight, status, versions of addition and change. */
function toRow(row: { query: string; concept: string; scope: string; added: string; changed: string }): Row {
  return [row.query, row.concept, '4', row.scope, 'A', '0', 'A', row.added, row.changed]
}

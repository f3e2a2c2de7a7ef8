/**
 * Standard queries of a MedDRA-shaped release (SMQs): sets of terms to look at together, checked while they are joined.
 * Knows the two files and their rules; running a query's algorithm is not its work.
 */
import { type AsciiTable, toDamage } from './ascii-file.ts'
import type { Level } from './levels.ts'
import { checkCode } from './levels.ts'
import { findAlgorithmFault } from './query-algorithm.ts'

export interface StandardQuery {
  readonly code: string
  readonly name: string
  /** 1 for a query of its own, 2 to 5 for one that belongs to another. */
  readonly level: number
  readonly description: string
  readonly isActive: boolean
  /** How the categories of its terms are combined, e.g. `A or (B and C)`, as released; null where any one term counts. */
  readonly algorithm: string | null
  /** Codes of the queries right below this one, whose terms belong to it, too; in the file's order. */
  readonly children: readonly string[]
  readonly members: readonly QueryMember[]
}

export interface QueryMember {
  readonly level: 'PT' | 'LLT'
  readonly code: string
  /** Narrow terms answer the question; broad ones may. */
  readonly scope: 'narrow' | 'broad'
  /** Named by the algorithm: A, B, C … */
  readonly category: string
  readonly weight: number
  /** False for a term that an earlier release had in the query. */
  readonly isActive: boolean
}

const TERM_LEVELS: { readonly [level: string]: QueryMember['level'] | 'child' } = {
  '0': 'child',
  '4': 'PT',
  '5': 'LLT',
}
const SCOPES: { readonly [scope: string]: QueryMember['scope'] } = { '1': 'broad', '2': 'narrow' }

type OpenQuery = StandardQuery & {
  readonly children: string[]
  readonly members: QueryMember[]
  /** Codes that are in it; a PT and its LLT share theirs. */
  readonly seen: { readonly [level in QueryMember['level'] | 'child']: Set<string> }
}

/** The queries by code, and what is odd about them, one sentence each. */
export interface StandardQueries {
  readonly queries: readonly StandardQuery[]
  readonly warnings: readonly string[]
}

/**
 * Joins smq_list.asc and smq_content.asc, by code. An algorithm that does not add up is a warning and stops nothing: no
 * coding rests on it.
 * @throws AecoderError DICTIONARY_DAMAGED for a code that is not in the release, a level, scope, weight or status that is
 *   none, a term twice in a query, or queries that contain themselves
 */
export function toStandardQueries(
  { list, content }: { list: AsciiTable | undefined; content: AsciiTable | undefined },
  { pt, llt }: { pt: Level; llt: Level },
): StandardQueries {
  if (list === undefined || content === undefined) {
    const [there, missing] = list === undefined ? [content, 'smq_list.asc'] : [list, 'smq_content.asc']
    return { queries: [], warnings: there === undefined ? [] : [`${there.file}: without ${missing}, so not read`] }
  }
  const queries = readList(list)
  addMembers(content, { queries, list, pt, llt })
  refuseCycles(queries, list.file)
  const sorted = [...queries.values()].map(toQuery).sort((a, b) => (a.code < b.code ? -1 : 1))
  return { queries: sorted, warnings: listOddities(sorted, { queries, list, content }) }
}

function toQuery({ code, name, level, description, isActive, algorithm, children, members }: OpenQuery): StandardQuery {
  return { code, name, level, description, isActive, algorithm, children, members }
}

function readList(list: AsciiTable): Map<string, OpenQuery> {
  const [codes = [], names = [], levels = [], descriptions = [], states = [], algorithms = []] = list.columns
  const queries = new Map<string, OpenQuery>()
  for (let row = 0; row < list.rowCount; row++) {
    const at = { file: list.file, row }
    const code = codes[row] ?? ''
    checkCode(code, { ...at, as: 'smq_code' })
    const name = names[row] ?? ''
    if (name.trim() === '') throw toDamage(at, { found: `no name for query ${code}`, expected: 'a name' })
    const algorithm = (algorithms[row] ?? '').trim()
    if (queries.has(code)) throw toDamage(at, { found: `smq_code ${code} a second time`, expected: 'each query once' })
    queries.set(code, {
      code,
      name,
      level: toNumber(levels[row], { at, as: 'smq_level', from: 1, to: 5 }),
      description: descriptions[row] ?? '',
      isActive: isActive(states[row], at),
      algorithm: algorithm === '' || algorithm === 'N' ? null : algorithm,
      children: [],
      members: [],
      seen: { PT: new Set(), LLT: new Set(), child: new Set() },
    })
  }
  return queries
}

function addMembers(
  table: AsciiTable,
  { queries, list, pt, llt }: { queries: ReadonlyMap<string, OpenQuery>; list: AsciiTable; pt: Level; llt: Level },
): void {
  const [owners = [], terms = [], levels = [], scopes = [], categories = [], weights = [], states = []] = table.columns
  for (let row = 0; row < table.rowCount; row++) {
    const refuse = (found: string, expected: string) => toDamage({ file: table.file, row }, { found, expected })
    const owner = owners[row] ?? ''
    const query = queries.get(owner)
    if (query === undefined) throw refuse(`smq_code ${owner}`, `the code of a query of ${list.file}`)
    const code = terms[row] ?? ''
    const level = TERM_LEVELS[levels[row] ?? '']
    const active = states[row] === 'A' || isActive(states[row], { file: table.file, row })
    if (level === undefined) throw refuse(`term_level ${levels[row]}`, '4 for a PT, 5 for an LLT, 0 for a query')
    if (query.seen[level].has(code)) {
      throw refuse(
        `${level === 'child' ? 'query' : level} ${code} again in query ${owner}`,
        'each term once in a query',
      )
    }
    if (level === 'child') {
      if (!queries.has(code)) throw refuse(`query ${code}`, `the code of a query of ${list.file}`)
      query.seen.child.add(code)
      if (active) query.children.push(code)
      continue
    }
    const scope = SCOPES[scopes[row] ?? '']
    if (scope === undefined) throw refuse(`term_scope ${scopes[row]}`, '1 for broad, 2 for narrow')
    const terminology = level === 'PT' ? pt : llt
    // What was taken out of a query may be gone from its level since.
    const known = terminology.rowByCode.get(code)
    if (active && known === undefined) throw refuse(`${level} ${code}`, `a code of ${terminology.file}`)
    const own = known === undefined ? code : (terminology.codes[known] ?? code)
    query.seen[level].add(own)
    query.members.push({
      level,
      // The level's own text of the code: a hundred thousand copies need not stay.
      code: own,
      scope,
      category: categories[row] ?? '',
      weight: toWeight(weights[row], { file: table.file, row }),
      isActive: active,
    })
  }
}

function toWeight(text: string | undefined, at: { file: string; row: number }): number {
  if (text === '0' || text === '' || text === undefined) return 0
  return toNumber(text, { at, as: 'term_weight', from: 0, to: 1_000_000 })
}

/** Queries above each other in a circle would never end for who walks down. */
function refuseCycles(queries: ReadonlyMap<string, OpenQuery>, file: string): void {
  const done = new Set<string>()
  const above: string[] = []
  const visit = (code: string): void => {
    if (done.has(code)) return
    if (above.includes(code)) {
      const row = [...queries.keys()].indexOf(code)
      const found = `query ${code}, which contains itself: ${[...above.slice(above.indexOf(code)), code].join(' > ')}`
      throw toDamage({ file, row }, { found, expected: 'queries that contain others below them' })
    }
    above.push(code)
    for (const child of queries.get(code)?.children ?? []) visit(child)
    above.pop()
    done.add(code)
  }
  for (const code of queries.keys()) visit(code)
}

function listOddities(
  sorted: readonly StandardQuery[],
  { queries, list, content }: { queries: ReadonlyMap<string, StandardQuery>; list: AsciiTable; content: AsciiTable },
): string[] {
  const active = sorted.filter((query) => query.isActive)
  const faults = active.flatMap(({ code, algorithm, members }) => {
    if (algorithm === null) return []
    const categories = new Set(members.filter((member) => member.isActive).map(({ category }) => category))
    const fault = findAlgorithmFault(algorithm, categories)
    return fault === undefined ? [] : [`${list.file}: the algorithm of query ${code} ${fault}: ${algorithm}`]
  })
  const misplaced = active.flatMap(({ level, children }) =>
    children.filter((child) => (queries.get(child)?.level ?? 0) <= level),
  )
  const empty = active.filter(
    ({ children, members }) => children.length + members.filter((m) => m.isActive).length === 0,
  )
  return [
    ...faults,
    ...toWarning(`${content.file}: queries in another that is not above their level`, misplaced),
    ...toWarning(
      `${content.file}: active queries without a term`,
      empty.map(({ code }) => code),
    ),
  ]
}

function toWarning(what: string, codes: readonly string[]): string[] {
  return codes.length === 0 ? [] : [`${what}: ${codes.length}, the first ${codes[0]}`]
}

function isActive(status: string | undefined, at: { file: string; row: number }): boolean {
  if (status === 'A' || status === 'I') return status === 'A'
  throw toDamage(at, { found: `status "${status}"`, expected: 'A for active or I for inactive' })
}

function toNumber(
  text: string | undefined,
  { at, as, from, to }: { at: { file: string; row: number }; as: string; from: number; to: number },
): number {
  const number = /^\d{1,7}$/.test(text ?? '') ? Number(text) : Number.NaN
  if (number >= from && number <= to) return number
  throw toDamage(at, { found: `${as} "${text}"`, expected: `a whole number from ${from} to ${to}` })
}

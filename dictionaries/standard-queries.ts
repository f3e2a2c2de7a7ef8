/**
 * Standard queries of a MedDRA-shaped release (SMQs): sets of terms to look at together, checked while they are joined.
 * Knows the two files and their rules; running a query's algorithm is not its work.
 */
import { type AsciiTable, toDamage } from './ascii-file.ts'
import type { Level } from './meddra-levels.ts'

export interface StandardQuery {
  readonly code: string
  readonly name: string
  /** 1 for a query of its own, 2 to 5 for one that belongs to another. */
  readonly level: number
  readonly description: string
  readonly isActive: boolean
  /** How the categories of its terms are combined, e.g. `A or (B and C)`; null where any one term counts. */
  readonly algorithm: string | null
  /** Queries whose terms belong to this one, too, by code. */
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

/**
 * Joins smq_list.asc and smq_content.asc, by code.
 * @throws AecoderError DICTIONARY_DAMAGED for a code that is not in the release, or a level, scope or status that is none
 */
export function toStandardQueries(
  { list, content }: { list: AsciiTable | undefined; content: AsciiTable | undefined },
  { pt, llt }: { pt: Level; llt: Level },
): readonly StandardQuery[] {
  if (list === undefined) return []
  const [codes = [], names = [], levels = [], descriptions = [], states = [], algorithms = []] = list.columns
  const queries = new Map<string, StandardQuery & { children: string[]; members: QueryMember[] }>()
  for (let row = 0; row < list.rowCount; row++) {
    const at = { file: list.file, row }
    const code = codes[row] ?? ''
    const algorithm = (algorithms[row] ?? '').trim()
    if (queries.has(code)) throw toDamage(at, { found: `smq_code ${code} a second time`, expected: 'each query once' })
    queries.set(code, {
      code,
      name: names[row] ?? '',
      level: toNumber(levels[row], { at, as: 'smq_level', from: 1, to: 5 }),
      description: descriptions[row] ?? '',
      isActive: isActive(states[row], at),
      algorithm: algorithm === '' || algorithm === 'N' ? null : algorithm,
      children: [],
      members: [],
    })
  }
  if (content !== undefined) addMembers(content, { queries, pt, llt })
  return [...queries.values()].sort((a, b) => (a.code < b.code ? -1 : 1))
}

function addMembers(
  table: AsciiTable,
  {
    queries,
    pt,
    llt,
  }: { queries: ReadonlyMap<string, { children: string[]; members: QueryMember[] }>; pt: Level; llt: Level },
): void {
  const [owners = [], terms = [], levels = [], scopes = [], categories = [], weights = [], states = []] = table.columns
  for (let row = 0; row < table.rowCount; row++) {
    const at = { file: table.file, row }
    const query = queries.get(owners[row] ?? '')
    if (query === undefined)
      throw toDamage(at, { found: `smq_code ${owners[row]}`, expected: 'the code of a query of smq_list.asc' })
    const code = terms[row] ?? ''
    const level = TERM_LEVELS[levels[row] ?? '']
    const active = isActive(states[row], at)
    if (level === undefined)
      throw toDamage(at, { found: `term_level ${levels[row]}`, expected: '4 for a PT, 5 for an LLT, 0 for a query' })
    if (level === 'child') {
      if (!queries.has(code))
        throw toDamage(at, { found: `query ${code}`, expected: 'the code of a query of smq_list.asc' })
      query.children.push(code)
      continue
    }
    const scope = SCOPES[scopes[row] ?? '']
    if (scope === undefined)
      throw toDamage(at, { found: `term_scope ${scopes[row]}`, expected: '1 for broad, 2 for narrow' })
    // What was taken out of a query may be gone from its level since.
    if (active && !(level === 'PT' ? pt : llt).rowByCode.has(code))
      throw toDamage(at, { found: `${level} ${code}`, expected: `a code of ${level === 'PT' ? pt.file : llt.file}` })
    const weight = toNumber(weights[row] || '0', { at, as: 'term_weight', from: 0, to: 1_000_000 })
    query.members.push({ level, code, scope, category: categories[row] ?? '', weight, isActive: active })
  }
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

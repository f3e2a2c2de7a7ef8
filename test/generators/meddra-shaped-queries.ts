/**
 * Standard queries over an invented release: as many terms for its size as a large release has, some queries within
 * others, some with an algorithm. Knows the model of the generator and the two SMQ files.
 */
import { type Model, pick, toChance, toText } from './meddra-shaped.ts'

/** A release of 27,000 PTs has 230 queries with 97,000 terms. */
const PTS_PER_QUERY = 117
const TERMS_PER_PT = 3.6
const ALGORITHMS = ['A or (B and C)', 'A or (B and C) or (D and (B or C))', 'A or Sum(Category Term Weight)>6']

export function toQueryFiles(model: Model, seed: number): ReadonlyMap<string, string> {
  const chance = toChance(seed + 1)
  const { concepts, synonyms, version } = model
  const count = Math.max(3, Math.ceil(concepts.length / PTS_PER_QUERY))
  const size = Math.ceil((concepts.length * TERMS_PER_PT) / count)
  const lastCode = Number(synonyms.at(-1)?.code ?? concepts.at(-1)?.code)
  const list: string[][] = []
  const content: string[][] = []
  for (let i = 0; i < count; i += 1) {
    const code = String(lastCode + 1 + i)
    // Every third query stands below the one before it, and some a level deeper.
    const level = i % 3 === 1 ? 2 : i % 9 === 2 || i % 9 === 8 ? 3 : 1
    const algorithm = i % 10 === 4 ? pick(ALGORITHMS, i) : 'N'
    const about = `Query ${i + 1} of an invented release.`
    list.push([code, `Query ${i + 1}`, String(level), about, 'Invented', '', version, 'A', algorithm])
    if (level > 1) content.push([String(Number(code) - 1), code, '0', '0', 'S', '0', 'A', version, version])
    const terms = new Set<string>()
    for (let n = 0; n < size; n += 1) {
      const isPt = n % 4 !== 3 || synonyms.length === 0
      const from: readonly { code: string }[] = isPt ? concepts : synonyms
      const term = pick(from, Math.floor(chance() * from.length)).code
      if (terms.has(term)) continue
      terms.add(term)
      const category = algorithm === 'N' ? 'A' : pick(['A', 'B', 'C', 'D'], n)
      const weight = algorithm.includes('Weight') ? String(1 + (n % 3)) : '0'
      const status = n % 25 === 24 ? 'I' : 'A'
      content.push([code, term, isPt ? '4' : '5', n % 3 === 0 ? '2' : '1', category, weight, status, version, version])
    }
  }
  return new Map([
    ['smq_list.asc', toText(list)],
    ['smq_content.asc', toText(content)],
  ])
}

/** Which column holds the reported term, and which columns number its places in a wide form. Knows names and sampled values. */
import type { CodedDomain } from '../../schemas/records.ts'
import { SLOT } from '../../schemas/study.ts'
import { isAnyEventName, isDictionaryName, toTermScore } from './column-names.ts'
import type { ColumnProfile } from './column-profile.ts'

export interface TermColumn {
  readonly column: string
  readonly profile: ColumnProfile
  /** How well its name speaks for a reported term. */
  readonly name: number
  readonly isTextual: boolean
}

/** The column most likely to hold the reported term, of either domain where none is given. */
export function findTerm(columns: readonly ColumnProfile[], domain?: CodedDomain): TermColumn | undefined {
  const domains = domain === undefined ? (['AE', 'MH'] as const) : [domain]
  const [best] = columns
    .filter((column) => !isDictionaryName(column.name) && !isAnyEventName(column.name))
    .map((column) => ({
      column: column.name,
      profile: column,
      name: Math.max(...domains.map((each) => toTermScore(column.name, each))),
      isTextual: isTextual(column),
    }))
    .filter(({ name }) => name > 0)
    .sort(
      (a, b) =>
        toUse(b) - toUse(a) ||
        b.name - a.name ||
        Number(b.isTextual) - Number(a.isTextual) ||
        b.profile.filled - a.profile.filled,
    )
  return best
}

/** A column that is named like a term and holds none comes behind one that is named less well and does. */
function toUse({ name, profile }: { name: number; profile: ColumnProfile }): number {
  return Number(name >= 2 && (profile.filled === 0 || isTextual(profile) || isWorded(profile)))
}

/** Whether values look like what a site writes: words, of some length, no dates, not a handful of codes. */
export function isTextual({ lettered, dated, meanLength, values, filled }: ColumnProfile): boolean {
  return lettered >= 0.7 && dated < 0.2 && meanLength >= 4 && values.size >= Math.min(5, filled / 2)
}

/** Whether values are words at all, however few: enough where the name says that they are terms. */
export function isWorded({ lettered, dated, meanLength }: ColumnProfile): boolean {
  return lettered >= 0.9 && dated < 0.2 && meanLength >= 4
}

/** Columns and sampled rows, those of a wide form folded to one row for each place. */
export interface Folded {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** The numbers of the places; none where the form is not wide. */
  readonly numbers: readonly string[]
}

/**
 * Folds a wide form: AETERM1, AETERM2 … become one column AETERM{n}, and the other columns with the same numbers too.
 * @param toName what a column is called, where that is not its name
 */
export function foldWide(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  toName: (column: string) => string = (column) => column,
): Folded {
  const patterns = listPatterns(header)
  const isTerm = (pattern: string) =>
    (['AE', 'MH'] as const).some((domain) => toTermScore(toName(pattern), domain) >= 2)
  const term = [...patterns].find(([pattern]) => isTerm(pattern))
  if (term === undefined) return { header, rows, numbers: [] }
  const numbers = [...term[1].keys()].sort((a, b) => Number(a) - Number(b))
  const wide = [...patterns].filter(([, columns]) => [...columns.keys()].every((number) => numbers.includes(number)))
  const taken = new Set(wide.flatMap(([, columns]) => [...columns.values()]))
  const shared = header.map((_, index) => index).filter((index) => !taken.has(index))
  return {
    header: [...shared.map((index) => header[index] ?? ''), ...wide.map(([pattern]) => pattern)],
    rows: rows.flatMap((row) =>
      numbers.map((number) => [
        ...shared.map((index) => row[index] ?? ''),
        ...wide.map(([, columns]) => row[columns.get(number) ?? -1] ?? ''),
      ]),
    ),
    numbers,
  }
}

/** Names that differ in one number alone, by the name with `{n}` for it: number → index of the column. */
function listPatterns(header: readonly string[]): Map<string, Map<string, number>> {
  const patterns = new Map<string, Map<string, number>>()
  for (const [index, name] of header.entries()) {
    for (const match of name.matchAll(/(?<!\d)\d{1,3}(?!\d)/g)) {
      const pattern = `${name.slice(0, match.index)}${SLOT}${name.slice(match.index + match[0].length)}`
      const columns = patterns.get(pattern) ?? new Map<string, number>()
      patterns.set(pattern, columns.set(match[0], index))
    }
  }
  for (const [pattern, columns] of patterns) if (columns.size < 2) patterns.delete(pattern)
  return patterns
}

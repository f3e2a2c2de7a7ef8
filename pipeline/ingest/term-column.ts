/** Which column holds the reported term, and which columns number its places in a wide form. Knows names and sampled values. */
import type { CodedDomain } from '../../schemas/records.ts'
import { SLOT } from '../../schemas/study.ts'
import { isAnyEventName, isDictionaryName, isNamedFor, toEventAndForm, toTermScore } from './column-names.ts'
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
      isOwn: domains.some((each) => isNamedFor(column.name, each)),
    }))
    .filter(({ name }) => name > 0)
    .sort(
      (a, b) =>
        toUse(b) - toUse(a) ||
        b.name - a.name ||
        Number(b.isOwn) - Number(a.isOwn) ||
        Number(b.isTextual) - Number(a.isTextual) ||
        b.profile.filled - a.profile.filled,
    )
  return best
}

/** A column that is named like a term and holds none comes behind one that is named less well and does. */
function toUse({ name, profile }: { name: number; profile: ColumnProfile }): number {
  return Number(name >= 2 && (profile.filled === 0 || isTextual(profile) || isWorded(profile)))
}

/** An ideograph says as much as some letters do. */
function isLong({ meanLength, values }: ColumnProfile): boolean {
  return (
    meanLength >= 4 ||
    (meanLength >= 2 &&
      [...values.keys()].every((text) =>
        /[\p{Script=Han}\p{Script=Hangul}\p{Script=Katakana}\p{Script=Hiragana}]/u.test(text),
      ))
  )
}

/** Whether values look like what a site writes: words, of some length, no dates, not a handful of codes. */
export function isTextual(column: ColumnProfile): boolean {
  const { lettered, dated, values, filled } = column
  return lettered >= 0.7 && dated < 0.2 && isLong(column) && values.size >= Math.min(5, filled / 2)
}

/** Whether values are words at all, however few: enough where the name says that they are terms. */
export function isWorded(column: ColumnProfile): boolean {
  return column.lettered >= 0.9 && column.dated < 0.2 && isLong(column)
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
 * @param options.domain whose terms are asked for; of either where none is given
 * @param options.toName what a column is called, where that is not its name
 */
export function foldWide(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  {
    domain,
    toName = (column) => column,
  }: { readonly domain?: CodedDomain | undefined; readonly toName?: (column: string) => string } = {},
): Folded {
  const domains = domain === undefined ? (['AE', 'MH'] as const) : [domain]
  const patterns = listPatterns(header)
  const [term] = [...patterns]
    .filter(([pattern]) => domains.some((each) => toTermScore(toName(pattern), each) >= 2))
    .sort((a, b) => b[1].size - a[1].size || b[0].indexOf(SLOT) - a[0].indexOf(SLOT))
  if (term === undefined) return { header, rows, numbers: [] }
  const numbers = [...term[1].keys()].sort((a, b) => Number(a) - Number(b))
  // Of an item that stands at several events only the one beside the term is its own.
  const endings = ['', toEventAndForm(term[0])]
  const wide = [...patterns].filter(
    ([pattern, columns]) =>
      endings.includes(toEventAndForm(pattern)) && [...columns.keys()].every((number) => numbers.includes(number)),
  )
  const taken = new Set(wide.flatMap(([, columns]) => [...columns.values()]))
  const shared = header
    .map((_, index) => index)
    .filter((index) => !taken.has(index) && endings.includes(toEventAndForm(header[index] ?? '')))
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

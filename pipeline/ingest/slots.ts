/** Wide forms: columns AETERM1, AETERM2 … of one row that hold an event each. Knows names; knows nothing of values. */
import { SLOT } from '../../schemas/study.ts'

export function isWide(column: string): boolean {
  return column.includes(SLOT)
}

/** `AETERM{n}` and `2` → `AETERM2`. */
export function toColumnAt(column: string, number: string): string {
  return column.replace(SLOT, () => number)
}

/** The numbers that names have where the column has `{n}`, as written, the smallest first. */
export function listNumbers(column: string, names: Iterable<string>): string[] {
  const find = toNumberOf(column)
  const numbers = new Set<string>()
  for (const name of names) {
    const number = find(name)
    if (number !== undefined) numbers.add(number)
  }
  return toOrder(numbers)
}

/** Finds the numbers of records that have no header in common: those that any of the columns has in a record's items. */
export function toNumberFinder(
  columns: readonly string[],
): (record: { readonly items: ReadonlyMap<string, unknown> }) => readonly string[] {
  const finders = columns.map(toNumberOf)
  const known = new Map<string, string | undefined>() // a file has few OIDs and many records
  const findNumber = (oid: string): string | undefined => {
    if (known.has(oid)) return known.get(oid)
    const number = finders.map((find) => find(oid)).find((found) => found !== undefined)
    known.set(oid, number)
    return number
  }
  return ({ items }) => {
    const numbers = new Set<string>()
    for (const oid of items.keys()) {
      const number = findNumber(oid)
      if (number !== undefined) numbers.add(number)
    }
    return toOrder(numbers)
  }
}

function toNumberOf(column: string): (name: string) => string | undefined {
  const [before = '', after = ''] = column.split(SLOT)
  return (name) => {
    if (name.length <= before.length + after.length || !name.startsWith(before) || !name.endsWith(after))
      return undefined
    const number = name.slice(before.length, name.length - after.length)
    return /^\d{1,9}$/.test(number) ? number : undefined
  }
}

function toOrder(numbers: ReadonlySet<string>): string[] {
  return [...numbers].sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1))
}

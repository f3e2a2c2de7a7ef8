/** What the sampled values of a column look like. Knows texts and dates; knows nothing of names or words. */
import { type DateOrder, parseCrfDate } from './dates.ts'

export interface ColumnProfile {
  readonly name: string
  readonly index: number
  readonly rows: number
  /** Rows in which the column is not blank. */
  readonly filled: number
  /** Distinct values, trimmed, with how many rows have each. */
  readonly values: ReadonlyMap<string, number>
  /** Shares of the filled rows, 0 to 1. */
  readonly lettered: number
  readonly dated: number
  readonly isoDated: number
  /** Mean length of the filled values, in UTF-16 units. */
  readonly meanLength: number
  /** All-number dates that only one order can read: which orders occur, and whether some fit both. */
  readonly dateOrders: { readonly dmy: number; readonly mdy: number; readonly either: number }
}

/** Profiles every column over the sampled rows. */
export function profileColumns(header: readonly string[], rows: readonly (readonly string[])[]): ColumnProfile[] {
  return header.map((name, index) => profileColumn({ name, index }, rows))
}

function profileColumn(
  { name, index }: { name: string; index: number },
  rows: readonly (readonly string[])[],
): ColumnProfile {
  const values = new Map<string, number>()
  for (const row of rows) {
    const text = (row[index] ?? '').trim()
    if (text !== '') values.set(text, (values.get(text) ?? 0) + 1)
  }
  let [filled, lettered, dated, isoDated, length] = [0, 0, 0, 0, 0]
  const dateOrders = { dmy: 0, mdy: 0, either: 0 }
  for (const [text, count] of values) {
    filled += count
    length += text.length * count
    if (/\p{L}{2}/u.test(text)) lettered += count
    const { iso } = parseCrfDate(text)
    const order = findNumberOrder(text)
    if (order !== undefined) dateOrders[order] += count
    if (iso !== null || order !== undefined) dated += count
    if (iso === text) isoDated += count
  }
  const share = (count: number) => (filled === 0 ? 0 : count / filled)
  return {
    name,
    index,
    rows: rows.length,
    filled,
    values,
    lettered: share(lettered),
    dated: share(dated),
    isoDated: share(isoDated),
    meanLength: share(length),
    dateOrders,
  }
}

/** The order an all-number date is written in; undefined for any other text, and where both give the same day. */
function findNumberOrder(text: string): DateOrder | 'either' | undefined {
  if (!/^\d{1,2}[-/. ]\d{1,2}[-/. ]\d{4}\b/.test(text)) return undefined
  const dmy = parseCrfDate(text, { order: 'dmy' }).iso
  const mdy = parseCrfDate(text, { order: 'mdy' }).iso
  if (dmy === mdy) return undefined
  if (dmy !== null && mdy !== null) return 'either'
  return dmy !== null ? 'dmy' : 'mdy'
}

/** A few values for a sentence: `"Headache", "Nausea", "Rash" …` */
export function toExamples({ values }: ColumnProfile, most = 3): string {
  const texts = [...values.keys()].slice(0, most).map((text) => JSON.stringify(text.slice(0, 30)))
  return `${texts.join(', ')}${values.size > most ? ' …' : ''}`
}

/** Whether every value fits; false for a column without values. */
export function hasOnly({ values }: ColumnProfile, pattern: RegExp): boolean {
  return values.size > 0 && [...values.keys()].every((text) => pattern.test(text))
}

/** Periods of whole days, as codes come and go by them. Knows the calendar; knows no codes. */
import type { Period } from '../dictionary.ts'

const DAY = 86_400_000

/** Is it a day of the calendar, written YYYY-MM-DD? */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

/** The day before or after another one. */
export function shiftDay(day: string, by: -1 | 1): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + by * DAY).toISOString().slice(0, 10)
}

/** Earlier beginnings first, open ones before all. */
export function comparePeriods(a: Period, b: Period): number {
  const [first, second] = [a.from ?? '', b.from ?? '']
  return first < second ? -1 : first > second ? 1 : 0
}

/** Have they a day in common? */
export function isOverlapping(a: Period, b: Period): boolean {
  const [first, second] = comparePeriods(a, b) <= 0 ? [a, b] : [b, a]
  return first.to === undefined || second.from === undefined || second.from <= first.to
}

/** The same days in the fewest periods, in order: what touches or overlaps becomes one. */
export function mergePeriods(periods: readonly Period[]): readonly Period[] {
  const merged: Period[] = []
  for (const period of periods.toSorted(comparePeriods)) {
    const before = merged.at(-1)
    if (before === undefined || (before.to !== undefined && shiftDay(before.to, 1) < (period.from ?? '')))
      merged.push(period)
    else merged[merged.length - 1] = toSpan([before, period])
  }
  return merged
}

/** From the earliest beginning to the latest end; open where one of them is. */
export function toSpan(periods: readonly Period[]): Period {
  let [span] = periods
  for (const { from, to } of periods) {
    const first = span?.from === undefined || from === undefined ? undefined : from < span.from ? from : span.from
    const last = span?.to === undefined || to === undefined ? undefined : to > span.to ? to : span.to
    span = { ...(first === undefined ? {} : { from: first }), ...(last === undefined ? {} : { to: last }) }
  }
  return span ?? {}
}

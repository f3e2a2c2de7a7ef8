/**
 * The context check: may this code stand for this subject and this day? Pure; knows what a dictionary says against a
 * code and what is known of one occurrence; knows nothing of storage. What is not known is not held against anyone.
 */
import type { CodeLimits, Period } from '../../dictionaries/dictionary.ts'

/** What is known of one occurrence. */
export interface OccurrenceFacts {
  readonly sex: 'M' | 'F' | null
  readonly birthYear: number | null
  /** Start date in ISO 8601, right-truncated where partial; null where there is none. */
  readonly start: string | null
}

/**
 * Why a code cannot stand for an occurrence, as one sentence's end ("only men can have it, the subject is female").
 * Sex: the subject's differs. Age: the age in the year of the start date lies outside, whatever the birthday. Date: the
 * code was valid on no day that the start date can mean; days before and after the time the dictionary speaks for count
 * as its first and last one, and a missing date as its last.
 * @param limits what the dictionary knows of the code; `period` the days it speaks for
 * @returns undefined where nothing contradicts
 */
export function findContradiction(
  facts: OccurrenceFacts,
  { limits, period }: { limits: CodeLimits; period?: Period | undefined },
): string | undefined {
  const { sex, age, valid } = limits
  if (sex !== undefined && facts.sex !== null && facts.sex !== sex)
    return `only ${WHO[sex]} can have it, the subject is ${IS[facts.sex]}`
  const year = Number(facts.start?.slice(0, 4))
  if (age !== undefined && facts.birthYear !== null && year >= facts.birthYear) {
    // A birth year leaves the birthday open: both ages are possible.
    const oldest = year - facts.birthYear
    const youngest = Math.max(0, oldest - 1)
    const { from = 0, to = Number.POSITIVE_INFINITY } = age
    if (oldest < from || youngest > to)
      return `it occurs at an age of ${toAgeRange(age)}, the subject was ${youngest === oldest ? oldest : `${youngest} or ${oldest}`}`
  }
  if (valid !== undefined) {
    const days = clamp(toDays(facts.start), period)
    if (days !== undefined && !valid.some((time) => overlaps(time, days)))
      return `it was not valid ${days.from === days.to ? `on ${days.from}` : `between ${days.from} and ${days.to}`} (valid ${valid.map(toPeriodText).join(', ') || 'never'})`
  }
  return undefined
}

/** Whether anything of the limits can ever contradict: a code valid all the time a dictionary speaks for has no such limit. */
export function canContradict({ sex, age, valid }: CodeLimits, period?: Period): boolean {
  if (sex !== undefined || age !== undefined) return true
  return (
    valid !== undefined &&
    !valid.some((time) => isBefore(time.from, period?.from, FIRST) && isBefore(period?.to, time.to, LAST))
  )
}

const WHO = { M: 'men', F: 'women' } as const
const IS = { M: 'male', F: 'female' } as const
const FIRST = '0000-01-01'
const LAST = '9999-12-31'

interface Days {
  readonly from: string
  readonly to: string
}

function isBefore(a: string | undefined, b: string | undefined, open: string): boolean {
  return (a ?? open) <= (b ?? open)
}

function overlaps({ from = FIRST, to = LAST }: Period, days: Days): boolean {
  return from <= days.to && days.from <= to
}

/** Every day a date can mean; undefined where its year is missing. */
function toDays(start: string | null): Days | undefined {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T|$)/.exec(start ?? '')
  if (match === null) return undefined
  const [, year, month, day] = match
  if (month === undefined) return { from: `${year}-01-01`, to: `${year}-12-31` }
  // No month has more: a text one day too late still sorts right.
  return { from: `${year}-${month}-${day ?? '01'}`, to: `${year}-${month}-${day ?? '31'}` }
}

function clamp(days: Days | undefined, period: Period | undefined): Days | undefined {
  const first = period?.from ?? FIRST
  const last = period?.to ?? LAST
  if (days === undefined) return period?.to === undefined ? undefined : { from: last, to: last }
  const toWithin = (day: string) => (day < first ? first : day > last ? last : day)
  return { from: toWithin(days.from), to: toWithin(days.to) }
}

function toAgeRange({ from, to }: { from?: number; to?: number }): string {
  if (from === undefined) return `${to} or less`
  return to === undefined ? `${from} or more` : `${from} to ${to}`
}

function toPeriodText({ from, to }: Period): string {
  if (from === undefined) return to === undefined ? 'always' : `until ${to}`
  return to === undefined ? `from ${from}` : `${from} to ${to}`
}

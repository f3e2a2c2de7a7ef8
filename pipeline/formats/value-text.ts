/** Values of binary formats as the text that a CSV of the same data would hold. Knows no format. */

const DAY_SECONDS = 86_400n

/** Years that ISO 8601 writes with four digits. */
const FIRST_DAY = -719_528n
const LAST_DAY = 2_932_896n

/** Decimal digits of a unit of time below the second. */
const FRACTION_DIGITS = { s: 0, ms: 3, us: 6, ns: 9 } as const
export type TimeUnit = keyof typeof FRACTION_DIGITS

/** `2020-05-31`; undefined for a day that no year from 0000 to 9999 holds. @param day counted from 1970-01-01 */
export function toDateText(day: bigint): string | undefined {
  if (day < FIRST_DAY || day > LAST_DAY) return undefined
  return new Date(Number(day * DAY_SECONDS) * 1000).toISOString().slice(0, 10)
}

/** `2020-05-31T10:30:00`, with a fraction only where there is one. @param value counted from 1970-01-01T00:00:00 */
export function toDateTimeText(value: bigint, unit: TimeUnit): string | undefined {
  const perDay = DAY_SECONDS * toFactor(unit)
  let day = value / perDay
  let rest = value % perDay
  if (rest < 0n) {
    rest += perDay
    day -= 1n
  }
  const date = toDateText(day)
  return date === undefined ? undefined : `${date}T${toClockText(rest, unit)}`
}

/** `10:30:00`; undefined for what is no time of a day. @param value counted from midnight */
export function toTimeText(value: bigint, unit: TimeUnit): string | undefined {
  return value < 0n || value >= DAY_SECONDS * toFactor(unit) ? undefined : toClockText(value, unit)
}

/** A scaled whole number: (12345, 2) is `123.45`. */
export function toDecimalText(unscaled: bigint, scale: number): string {
  if (scale <= 0) return String(unscaled * 10n ** BigInt(-scale))
  const sign = unscaled < 0n ? '-' : ''
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** The shortest text that reads back as the same number; '' for what is none, as data frames mark a missing one. */
export function toNumberText(value: number): string {
  return Number.isNaN(value) ? '' : String(value)
}

/** The same for a number that was stored in 32 bits: 0.1, not 0.10000000149011612. */
export function toFloat32Text(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return toNumberText(value)
  return toShortest(value, (candidate) => Math.fround(candidate) === value)
}

/** The shortest text that means the same by a rule of its own; the number in full where none does. */
export function toShortest(value: number, isSame: (candidate: number) => boolean): string {
  for (let digits = 1; digits < 17; digits++) {
    const candidate = Number(value.toPrecision(digits))
    if (isSame(candidate)) return String(candidate)
  }
  return String(value)
}

function toFactor(unit: TimeUnit): bigint {
  return 10n ** BigInt(FRACTION_DIGITS[unit])
}

function toClockText(value: bigint, unit: TimeUnit): string {
  const seconds = Number(value / toFactor(unit))
  const two = (part: number) => String(part).padStart(2, '0')
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  const fraction = String(value % toFactor(unit))
    .padStart(FRACTION_DIGITS[unit], '0')
    .replace(/0+$/, '')
  return fraction === '' ? clock : `${clock}.${fraction}`
}

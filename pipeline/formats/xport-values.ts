/**
 * Values of SAS XPORT as texts: IBM floating point, missing values, and numbers that a SAS format makes dates.
 * Source: SAS, "The Record Layout of a Data Set in SAS Transport (XPORT) Format" (TS-140).
 */
import { type TimeUnit, toDateText, toDateTimeText, toShortest, toTimeText } from './value-text.ts'

/** Days from SAS's first day, 1960-01-01, to 1970-01-01. */
const SAS_EPOCH_DAYS = 3653
const DAY_SECONDS = 86_400
const BLANK = 0x20

export type NumberMeaning = 'number' | 'date' | 'datetime' | 'time'

/**
 * Formats that show a number as a date, a moment or a time, without width and decimals. All of a date's formats give
 * its whole ISO 8601 date here, also those that show a part of it: the number holds the day.
 */
const MEANINGS: readonly (readonly [NumberMeaning, RegExp])[] = [
  [
    'datetime',
    /^(?:DATETIME|DATEAMPM|MDYAMPM|DTDATE|DTMONYY|DTWKDATX|DTYEAR|DTYYQC|NLDATM[A-Z]*|E8601DT|B8601DT|E8601DX|E8601DZ|B8601DX|B8601DZ|IS8601DT|IS8601DN|E8601DN|B8601DN|EURDFDT)$/,
  ],
  [
    'time',
    /^(?:TIME|TIMEAMPM|HHMM|HOUR|MMSS|TOD|NLTIM[A-Z]*|E8601TM|E8601TX|E8601TZ|B8601TM|B8601TX|B8601TZ|IS8601TM|IS8601TN|IS8601TZ|E8601TN)$/,
  ],
  [
    'date',
    /^(?:DATE|DAY|DDMMYY[BCDNPS]?|MMDDYY[BCDNPS]?|YYMMDD[BCDNPS]?|MMYY[CDNPS]?|YYMM[CDNPS]?|YYQR?[CDNPS]?|MONYY|YYMON|MONTH|MONNAME|DOWNAME|WEEKDAY|WEEKDATE|WEEKDATX|WEEK[UVW]|WORDDATE|WORDDATX|YEAR|QTRR?|JULIAN|JULDAY|PDJULG|PDJULI|NENGO|MINGUO|NLDATE[A-Z]*|E8601DA|B8601DA|IS8601DA|EURDF(?:DD|DE|DMY|MY|DWN|MN|WDX|WKX|DN))$/,
  ],
]

/** What a number with this format is. */
export function toMeaning(format: string): NumberMeaning {
  const name = format.trim().toUpperCase()
  return MEANINGS.find(([, names]) => names.test(name))?.[0] ?? 'number'
}

/**
 * Whether the bytes are one of SAS's missing values: `.`, `._` and `.A` to `.Z`, followed by zeros; or blanks, which
 * other programs leave where they have no number.
 */
export function isMissing(bytes: Uint8Array, at: number, length: number): boolean {
  const first = bytes[at] ?? 0
  if (first === BLANK) {
    for (let index = at + 1; index < at + length; index++) if (bytes[index] !== BLANK) return false
    return true
  }
  if (first !== 0x2e && first !== 0x5f && (first < 0x41 || first > 0x5a)) return false
  for (let index = at + 1; index < at + length; index++) if (bytes[index] !== 0) return false
  return true
}

/** An IBM System/360 floating-point number of 2 to 8 bytes: sign, exponent of 16 less 64, fraction. */
export function toIbmNumber(bytes: Uint8Array, at: number, length: number): number {
  let high = 0
  let low = 0
  for (let index = 1; index < 4; index++) high = high * 256 + (index < length ? (bytes[at + index] ?? 0) : 0)
  for (let index = 4; index < 8; index++) low = low * 256 + (index < length ? (bytes[at + index] ?? 0) : 0)
  if (high === 0 && low === 0) return 0
  const head = bytes[at] ?? 0
  // The fraction has up to 56 bits: the addition rounds it to the 53 of a double once.
  const value = (high * 2 ** 32 + low) * 2 ** (4 * ((head & 0x7f) - 64) - 56)
  return (head & 0x80) === 0 ? value : -value
}

/** A number's text: the shortest that SAS would store in the same bytes; a date, moment or time as ISO 8601. */
export function toNumericText(
  bytes: Uint8Array,
  { at, length }: { at: number; length: number },
  meaning: NumberMeaning,
): string {
  if (isMissing(bytes, at, length)) return ''
  const value = toIbmNumber(bytes, at, length)
  return toMeantText(value, meaning) ?? toPlainText(value, { length, exponent: (bytes[at] ?? 0) & 0x7f })
}

function toMeantText(value: number, meaning: NumberMeaning): string | undefined {
  // Beyond this no day has a year of four digits.
  if (Math.abs(value) > 1e12) return undefined
  switch (meaning) {
    case 'number':
      return undefined
    case 'date':
      return toDateText(BigInt(Math.floor(value) - SAS_EPOCH_DAYS))
    case 'datetime':
      return toDateTimeText(...toTicks(value - SAS_EPOCH_DAYS * DAY_SECONDS))
    case 'time':
      return toTimeText(...toTicks(value))
  }
}

/** Seconds as whole numbers of the unit that holds them. */
function toTicks(seconds: number): [bigint, TimeUnit] {
  return Number.isInteger(seconds) ? [BigInt(seconds), 's'] : [BigInt(Math.round(seconds * 1000)), 'ms']
}

/** Numbers of fewer than 8 bytes were cut off: 0.1 in four bytes comes back as 0.09999996, and is 0.1 all the same. */
function toPlainText(value: number, { length, exponent }: { length: number; exponent: number }): string {
  if (length === 8 || Number.isInteger(value)) return String(value)
  const unit = 2 ** (4 * (exponent - 64) - 8 * (length - 1))
  const size = Math.abs(value)
  const text = toShortest(size, (candidate) => Math.floor(candidate / unit) * unit === size)
  return value < 0 ? `-${text}` : text
}

/**
 * Dates as CRFs hold them: whole, partial, or with parts marked unknown. Knows texts only; knows nothing of columns
 * or records. A date is carried beside a term and never has a say in its code, so nothing here throws.
 */

export interface CrfDate {
  /**
   * ISO 8601 as SDTM writes it: `2020-05-31`, `2020-05-31T10:30`, right-truncated where the end is unknown (`2020-05`),
   * a hyphen in place of a missing earlier part (`2020---31`, `--05-31`). Null when blank, unknown or not understood.
   */
  readonly iso: string | null
  /** False when the text states something that is no date, or that could be read as two dates. */
  readonly isUnderstood: boolean
}

export type DateOrder = 'dmy' | 'mdy'

/** Dates outside these years are typing errors ("0219-05-01", "3020"). */
export const FIRST_YEAR = 1880
export const LAST_YEAR = 2100

const UNKNOWN = { iso: null, isUnderstood: true } as const
const NOT_UNDERSTOOD = { iso: null, isUnderstood: false } as const

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const DAYS_PER_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const MONTH_NAME =
  'JAN(?:UARY)?|FEB(?:RUARY)?|MAR(?:CH)?|APR(?:IL)?|MAY|JUNE?|JULY?|AUG(?:UST)?|SEP(?:T(?:EMBER)?)?|OCT(?:OBER)?|NOV(?:EMBER)?|DEC(?:EMBER)?'
// "01 NNN 2008" (Rave), "UK-05-2020" (Castor), "UN UNK 2019" (paper), "2020-NK-NK" ("not known"): what sites and systems write for "not known".
const UNKNOWN_WORD = 'UNKNOWN|UNKN|UNK|UN|UK|NK|N{2,4}|X{2,4}|-{2,}'
/** One part of a date, or what stands between two. Month names and unknown words may touch: "UNUNK2019", "01JAN2008". */
const TOKEN = new RegExp(`(\\d+)|(${MONTH_NAME})|(${UNKNOWN_WORD})|(\\s*[-/.,]\\s*|\\s+)`, 'iy')

const CLOCK = '(\\d{1,2}):(\\d{2})(?::(\\d{2})(\\.\\d+)?)?\\s*([AP]M)?\\s*(Z|[+-]\\d{2}:?\\d{2})?'
const WITH_TIME = new RegExp(`^(.+?)(?:\\s*T\\s*|\\s+|:)${CLOCK}$`, 'i')
const WITH_HOUR = /^(\d{4}-\d{2}-\d{2})T(\d{2})$/i
const WITH_UNKNOWN_TIME = /^(.+?)(?:T|\s+)(?:UNK?|UK|--)(?::(?:UNK?|UK|--)){1,2}$/i

/** A year, month or day; null says that the text marks it as unknown. */
type Part = number | null
interface Piece {
  readonly kind: 'number' | 'month' | 'unknown'
  readonly value: Part
  readonly digits: number
  /** An unknown word of a month name's width, as in "01 NNN 2008"; with slashes it may as well be a day. */
  readonly isMonthWide: boolean
}

/**
 * Reads a date as a site may have written it. All-number dates that begin with the day or the month are understood
 * when only one reading is possible, or when `order` settles it. Two-digit years never are: the century is a guess.
 * Midnight to the second is no time of an event: the day alone was meant.
 * @param text the cell as written
 */
export function parseCrfDate(text: string, { order }: { order?: DateOrder | undefined } = {}): CrfDate {
  const trimmed = text.trim()
  if (trimmed === '') return UNKNOWN
  const { date, time } = splitTime(trimmed)
  if (time === undefined) return NOT_UNDERSTOOD
  const pieces = readPieces(date)
  if (pieces === undefined) return NOT_UNDERSTOOD
  if (pieces.every((piece) => piece.kind === 'unknown')) return time === '' ? UNKNOWN : NOT_UNDERSTOOD
  const parts = toParts(pieces, order)
  if (parts === undefined || !isPossible(parts)) return NOT_UNDERSTOOD
  // SDTM could hold a time on a partial date, but no CRF means it: more likely something was misread.
  if (time !== '' && parts.some((part) => part === null)) return NOT_UNDERSTOOD
  return { iso: toIso(parts) + time, isUnderstood: true }
}

/** Cuts off the time and writes it as ISO, `T` included; `''` when there is none, undefined when it is impossible. */
function splitTime(text: string): { date: string; time: string | undefined } {
  const hourOnly = WITH_HOUR.exec(text)
  if (hourOnly) {
    const [, date = '', hour = ''] = hourOnly
    return { date, time: Number(hour) < 24 ? `T${hour}` : undefined }
  }
  const unknownTime = WITH_UNKNOWN_TIME.exec(text)
  if (unknownTime) return { date: unknownTime[1] ?? '', time: '' }
  const match = WITH_TIME.exec(text)
  if (!match) return { date: text, time: '' }
  const [, date = '', hour = '', minute = '', second, fraction = '', half, zone = ''] = match
  const isPossibleTime =
    Number(minute) < 60 && Number(second ?? 0) < 60 && (half ? isClockHour(Number(hour)) : Number(hour) < 24)
  if (!isPossibleTime) return { date, time: undefined }
  const hours = half ? (Number(hour) % 12) + (half.toUpperCase() === 'PM' ? 12 : 0) : Number(hour)
  // A day that was stored as a moment (pandas, SQL, SAS): sites note hours and minutes, and no midnight to the second.
  if (second !== undefined && hours + Number(minute) + Number(second + fraction) === 0) return { date, time: '' }
  const seconds = second === undefined ? '' : `:${second}${fraction}`
  return { date, time: `T${toTwoDigits(hours)}:${minute}${seconds}${zone.toUpperCase()}` }
}

function isClockHour(hour: number): boolean {
  return hour >= 1 && hour <= 12
}

/** The one to three parts of a date in their order; undefined when anything else stands among them. */
function readPieces(text: string): Piece[] | undefined {
  const pieces: Piece[] = []
  let isSeparated = true
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length; ) {
    const match = TOKEN.exec(text)
    if (!match) return undefined
    const [, digits, month, unknown] = match
    if (digits !== undefined) {
      pieces.push({ kind: 'number', value: Number(digits), digits: digits.length, isMonthWide: false })
    } else if (month !== undefined) {
      const number = MONTHS.indexOf(month.slice(0, 3).toUpperCase()) + 1
      pieces.push({ kind: 'month', value: number, digits: 0, isMonthWide: false })
    } else if (unknown !== undefined) {
      const isMonthWide = unknown.length === 3 && !text.includes('/')
      pieces.push({ kind: 'unknown', value: null, digits: 0, isMonthWide })
    } else if (isSeparated && match[0].trim() !== '') return undefined // "/05/2020", "01//2020"
    isSeparated = digits === undefined && month === undefined && unknown === undefined
  }
  return isSeparated || pieces.length > 3 ? undefined : pieces.some(isYear) ? pieces.map(toKnownPiece) : pieces
}

/** Beside a year of four digits 00 and 99 are no day and no month: paper forms code an unknown part so (99/99/2026). */
function toKnownPiece(piece: Piece): Piece {
  const isCode = piece.kind === 'number' && piece.digits === 2 && (piece.value === 0 || piece.value === 99)
  return isCode ? { kind: 'unknown', value: null, digits: 0, isMonthWide: false } : piece
}

type Parts = readonly [year: Part, month: Part, day: Part]

function toParts(pieces: readonly Piece[], order: DateOrder | undefined): Parts | undefined {
  const [first, second, third] = pieces
  if (!first) return undefined
  if (!second) return toLonePart(first)
  if (!third) {
    if (isYear(first)) return [first.value, toMonth(second), null]
    if (isYear(second)) return [second.value, toMonth(first), null]
    return undefined
  }
  if (isYear(first)) return [first.value, toMonth(second), toDay(third)]
  if (!isYear(third) && third.kind !== 'unknown') return undefined
  const monthAndDay = toMonthAndDay(first, second, order)
  return monthAndDay && [third.value, ...monthAndDay]
}

/** `2020`, or `20200531` as some systems export dates. */
function toLonePart(piece: Piece): Parts | undefined {
  if (isYear(piece)) return [piece.value, null, null]
  if (piece.digits !== 8 || piece.value === null) return undefined
  const toPart = (value: number) => (value === 0 || value === 99 ? null : value)
  return [Math.floor(piece.value / 10_000), toPart(Math.floor(piece.value / 100) % 100), toPart(piece.value % 100)]
}

/** Which of the two parts before the year is the month. */
function toMonthAndDay(first: Piece, second: Piece, order: DateOrder | undefined): [Part, Part] | undefined {
  const dayFirst: [Part, Part] = [toMonth(second), toDay(first)]
  const monthFirst: [Part, Part] = [toMonth(first), toDay(second)]
  if (second.kind === 'month' || second.isMonthWide) return dayFirst
  if (first.kind === 'month') return monthFirst
  if (order !== undefined) return order === 'dmy' ? dayFirst : monthFirst
  // Without a day there is no order to doubt: "UK-05-2020" is May, for nobody knows the day but not the month.
  if (first.kind === 'unknown') return isMonthNumber(second.value) || second.kind === 'unknown' ? dayFirst : monthFirst
  if (second.kind === 'unknown') return isMonthNumber(first.value) ? undefined : dayFirst
  if (first.value === second.value) return dayFirst
  if (!isMonthNumber(first.value)) return dayFirst
  return isMonthNumber(second.value) ? undefined : monthFirst
}

function isMonthNumber(value: Part): boolean {
  return value !== null && value >= 1 && value <= 12
}

function isYear(piece: Piece): boolean {
  return piece.kind === 'number' && piece.digits === 4
}

/** NaN for what is no month, so that `isPossible` refuses it. */
function toMonth(piece: Piece): Part {
  return piece.kind === 'number' && piece.digits > 2 ? Number.NaN : piece.value
}

function toDay(piece: Piece): Part {
  return piece.kind === 'month' || piece.digits > 2 ? Number.NaN : piece.value
}

function isPossible([year, month, day]: Parts): boolean {
  if (year !== null && !(year >= FIRST_YEAR && year <= LAST_YEAR)) return false
  if (month !== null && !isMonthNumber(month)) return false
  if (day === null) return true
  const isLeapDay = month === 2 && day === 29 && year !== null
  if (isLeapDay) return new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1
  return day >= 1 && day <= (month === null ? 31 : (DAYS_PER_MONTH[month - 1] ?? 0))
}

// SDTMIG 3.4 §4.4.2: omit missing parts on the right; a hyphen stands for a missing part before one that is known.
function toIso([year, month, day]: Parts): string {
  const texts = [
    year === null ? '-' : String(year),
    month === null ? '-' : toTwoDigits(month),
    day === null ? '-' : toTwoDigits(day),
  ]
  while (texts.at(-1) === '-') texts.pop()
  return texts.join('-')
}

function toTwoDigits(value: number): string {
  return String(value).padStart(2, '0')
}

/**
 * A moment that a file or a person states, in ISO 8601: a day, or a day and a time; without a zone it is UTC.
 * @returns UTC to the second, `2026-03-02T18:00:00Z`; undefined for what is no date, also for a day that no month has
 */
export function parseInstant(text: string): string | undefined {
  const [, day, time, zone] =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(text) ?? []
  if (day === undefined) return undefined
  const midnight = new Date(`${day}T00:00:00Z`)
  // A day that a month does not have would pass for one of the next month.
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(day)) return undefined
  const moment = time === undefined ? midnight : new Date(`${day}T${time}${zone ?? 'Z'}`)
  return Number.isNaN(moment.getTime()) ? undefined : `${moment.toISOString().slice(0, 19)}Z`
}

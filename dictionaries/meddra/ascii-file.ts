/** One file of a MedDRA ASCII distribution: text to columns. Knows `$` and line ends; knows no file's meaning. */
import { AecoderError } from '../../schemas/errors.ts'

/** The columns of a file that are in use, in the order they were asked for. The row at index i stands on line i + 1. */
export interface AsciiTable {
  readonly file: string
  readonly rowCount: number
  readonly columns: readonly (readonly string[])[]
}

/** A file's layout: the fields of a record, and which of them (from 0) are read. */
export interface Layout {
  readonly fields: readonly string[]
  readonly kept: readonly number[]
}

/** The error for a dictionary that must not be used. Rows count from 0, lines from 1. */
export function toDamage(
  place: { readonly file: string; readonly row: number },
  {
    found,
    expected,
    action = 'Get the release again and load it unchanged; a dictionary is used whole or not at all',
  }: { readonly found: string; readonly expected: string; readonly action?: string },
): AecoderError {
  return new AecoderError('DICTIONARY_DAMAGED', { where: `${place.file}:${place.row + 1}`, found, expected, action })
}

/** A layout of which the named fields are read, in the order they are named. */
export function toLayout(fields: readonly string[], ...kept: readonly string[]): Layout {
  const positions = kept.map((name) => fields.indexOf(name))
  if (positions.includes(-1)) throw new RangeError(`no field ${kept[positions.indexOf(-1)]}`)
  return { fields, kept: positions }
}

/**
 * Splits a file's text into columns. Lines end in LF or CRLF, the last one also without; the `$` behind the last
 * field may be missing or doubled, as some releases have it. Empty lines may only stand at the end.
 * @throws AecoderError DICTIONARY_DAMAGED for another number of fields or a replacement character
 */
export function parseAsciiTable(text: string, { file, layout }: { file: string; layout: Layout }): AsciiTable {
  const { kept } = layout
  const count = layout.fields.length
  const columns: string[][] = kept.map(() => [])
  // Field i of the record in hand is text[starts[i] .. starts[i + 1] - 1). Only what is kept becomes a string of its own,
  // and plain loops leave no garbage: a release has half a million records.
  const starts = new Int32Array(count + 2)
  let row = 0
  for (let start = 0; start < text.length; ) {
    const next = toNextLine(text, start)
    const end = toLineEnd(text, { start, next })
    if (isEndOfText(text, { start, end })) break
    const found = findFields(text, { start, end, starts })
    if (!isWhole(starts, { found, count, end })) {
      const described = describeFields(text.slice(start, end), { count, isBrokenOff: end === text.length })
      throw toDamage({ file, row }, { found: described, expected: `${count}, each ended by $` })
    }
    for (let column = 0; column < kept.length; column += 1) {
      const field = kept[column] as number
      columns[column]?.push(text.slice(starts[field], (starts[field + 1] as number) - 1))
    }
    row += 1
    start = next
  }
  refuseLostLetters(text, file)
  return { file, rowCount: row, columns }
}

function toNextLine(text: string, start: number): number {
  const lineFeed = text.indexOf('\n', start)
  return lineFeed === -1 ? text.length : lineFeed + 1
}

function toLineEnd(text: string, { start, next }: { start: number; next: number }): number {
  const last = text[next - 1] === '\n' ? next - 1 : next
  return last > start && text[last - 1] === '\r' ? last - 1 : last
}

/** Is nothing left but blanks? A record begins with a code. */
function isEndOfText(text: string, { start, end }: { start: number; end: number }): boolean {
  return (start === end || text.charCodeAt(start) <= 0x20) && text.slice(start).trim() === ''
}

/** Writes where the fields of a line begin, and one beyond the line's end behind the last; returns how many there are. */
function findFields(text: string, { start, end, starts }: { start: number; end: number; starts: Int32Array }): number {
  let found = 0
  let at = start
  for (;;) {
    if (found < starts.length) starts[found] = at
    found += 1
    const next = text.indexOf('$', at)
    if (next === -1 || next >= end) break
    at = next + 1
  }
  if (found < starts.length) starts[found] = end + 1
  return found
}

function isWhole(starts: Int32Array, { found, count, end }: { found: number; count: number; end: number }): boolean {
  if (found < count || found > count + 2) return false
  // What stands behind the last field is nothing, one `$` or two.
  return found === count || (starts[count] as number) + (found - count - 1) === end
}

/** The lines of a text without their ends; empty ones at its end are left out. */
export function* listLines(text: string): Generator<string, void, undefined> {
  for (let start = 0; start < text.length; ) {
    const next = toNextLine(text, start)
    const end = toLineEnd(text, { start, next })
    if (isEndOfText(text, { start, end })) return
    yield text.slice(start, end)
    start = next
  }
}

function refuseLostLetters(text: string, file: string): void {
  const lost = text.indexOf('\uFFFD')
  if (lost === -1) return
  throw toDamage(
    { file, row: text.slice(0, lost).split('\n').length - 1 },
    {
      found: 'the replacement character U+FFFD: a letter was lost in a conversion',
      expected: 'the text as released',
    },
  )
}

function describeFields(line: string, { count, isBrokenOff }: { count: number; isBrokenOff: boolean }): string {
  const fields = line.split('$')
  const filled = fields.at(-1) === '' ? fields.length - 1 : fields.length
  if (filled === 0) return 'an empty line'
  if (isBrokenOff && filled < count) return `${filled} fields, then the file breaks off`
  const other = [';', ',', '\t', '|'].find((sign) => fields.length === 1 && line.includes(sign))
  if (other !== undefined) return `no $, but ${other === '\t' ? 'tabs' : `"${other}"`} between the fields`
  return `${filled} fields`
}

/**
 * Text to rows with the line each begins on. papaparse reads the rows; this file decides what may be believed of them
 * where quotes are broken, and never holds more than one unfinished row. Knows no header.
 */
import { AecoderError } from '../../schemas/errors.ts'
import { type CsvDialect, isBlankRow, openRowParser, type ParsedRows, type RowParser } from './csv-dialect.ts'

/** A row that a malformed quote makes unreadable: `fields` joined by the delimiter are the line as it stands. */
export interface CsvRecord {
  readonly line: number
  readonly fields: string[]
  readonly isMalformed: boolean
}

/** Characters of one row, its newline included. What is longer has most likely lost a closing quote. */
export const LONGEST_RECORD = 1_048_576

/**
 * Characters that are parsed at once behind a malformed row, for the next may be one too: parsing all that is there again
 * for each of them would take a time that grows with their square.
 */
const BEHIND_MALFORMED = 256

/** A closing quote that is followed by text, in a row that began at `start`. */
interface BadQuote {
  readonly row: number
  /** Index of the quote that opens the cell, and of the one that does not close it. */
  readonly opening: number
  readonly quote: number
}

/** Takes a file's text piece by piece and gives back the rows that have ended. Blank lines are no rows. */
export class CsvRecordReader {
  readonly #file: string
  readonly #dialect: CsvDialect
  readonly #parse: RowParser
  /** What counts as a line for an editor or `sed -n`: a line feed, unless the file has none as its newline. */
  readonly #lineBreak: string
  readonly #isDoubling: boolean
  #line: number
  #columns: number | undefined
  /** The unfinished row: always begins where a row begins, on line `#line`. */
  #pending = ''

  /** @param dialect.isDoubling says that quotes in quoted cells are doubled: a backslash before one means nothing */
  constructor(file: string, dialect: CsvDialect & { readonly firstLine?: number; readonly isDoubling?: boolean }) {
    this.#file = file
    this.#dialect = dialect
    this.#line = dialect.firstLine ?? 1
    this.#isDoubling = dialect.isDoubling ?? false
    this.#parse = openRowParser(dialect)
    this.#lineBreak = dialect.newline === '\r' ? '\r' : '\n'
  }

  /**
   * The rows that end in this piece of text, about as long as `MOST_CHARACTERS` at most.
   * @throws AecoderError CSV_UNTERMINATED_QUOTE, CSV_MALFORMED_QUOTE
   */
  push(text: string): CsvRecord[] {
    this.#pending += text
    const records: CsvRecord[] = []
    let window = Number.POSITIVE_INFINITY
    for (let taken = this.#takeRows(records, window); taken !== 'all'; taken = this.#takeRows(records, window))
      window = taken === 'malformed' ? BEHIND_MALFORMED : 4 * window
    if (this.#pending.length > LONGEST_RECORD) throw this.#tooLong()
    return records
  }

  /** The row that ends with the file, if its last line has no newline. */
  end(): CsvRecord[] {
    if (this.#pending === '') return []
    const { newline } = this.#dialect
    const records = this.push(newline === '\r\n' && this.#pending.endsWith('\r') ? '\n' : newline)
    if (this.#pending !== '') throw this.#unterminated()
    return records
  }

  /**
   * Moves whole rows from the first characters of `#pending` to `into`: `all` that there are, those of the `window` only,
   * or those up to a `malformed` one.
   */
  #takeRows(into: CsvRecord[], window: number): 'all' | 'window' | 'malformed' {
    const isAll = window >= this.#pending.length
    const text = isAll ? this.#pending : this.#pending.slice(0, window)
    const parsed = this.#parse(text)
    // Only the first row can have begun in an earlier piece of text.
    if (text.length > LONGEST_RECORD && parsed.rows.length > 0 && this.#endOfRows(text, 1) > LONGEST_RECORD) {
      throw this.#tooLong()
    }
    const bad = findBadQuote(text, parsed)
    if (bad === undefined) {
      this.#accept(parsed.rows, parsed.end, into)
      return isAll ? 'all' : 'window'
    }
    const start = this.#endOfRows(text, bad.row)
    this.#accept(parsed.rows.slice(0, bad.row), start, into)
    const moved = { row: 0, opening: bad.opening - start, quote: bad.quote - start }
    return this.#takeMalformed(into, moved) ? 'malformed' : 'all'
  }

  #accept(rows: readonly string[][], end: number, into: CsvRecord[]): void {
    const breaks = countBreaks(this.#pending, end, this.#lineBreak)
    const hasBrokenCells = breaks !== rows.length
    let line = this.#line
    for (const fields of rows) {
      const first = line
      line += hasBrokenCells ? 1 + countBreaksInFields(fields, this.#lineBreak) : 1
      if (isBlankRow(fields)) continue
      if (this.#dialect.newline === '\n') dropCarriageReturn(fields)
      this.#columns ??= fields.length
      into.push({ line: first, fields, isMalformed: false })
    }
    this.#line += breaks
    this.#pending = this.#pending.slice(end)
  }

  /**
   * Takes the first row of `#pending`, in which `bad` stands, as one malformed line; false when its line has not ended
   * yet. papaparse would read on to the next quote that fits and swallow the rows between: so the row is believed to
   * end with its line only if the quotes come right within the line, or the line has as many fields as the header.
   */
  #takeMalformed(into: CsvRecord[], bad: BadQuote): boolean {
    const text = this.#pending
    const { newline, delimiter } = this.#dialect
    if (!this.#isDoubling && text.charAt(bad.quote - 1) === '\\') throw this.#backslash(bad)
    if (countBreaks(text, bad.quote, this.#lineBreak) > countBreaks(text, bad.opening, this.#lineBreak)) {
      throw this.#unterminated(bad)
    }
    const lineEnd = text.indexOf(newline, bad.quote)
    if (lineEnd < 0) return false
    const end = lineEnd + newline.length
    if (!this.#endsWithLine(text.slice(0, end), bad)) {
      throw new AecoderError('CSV_MALFORMED_QUOTE', {
        where: `${this.#file}:${this.#lineAt(bad.quote)}`,
        found: 'a quoted cell is followed by text, and where its row ends cannot be told',
        expected: 'a delimiter or the end of the line after the closing quote, quotes inside a quoted cell doubled',
        action: 'Correct the line or have the export repeated; nothing was taken from this file',
      })
    }
    into.push({ line: this.#line, fields: text.slice(0, lineEnd).split(delimiter), isMalformed: true })
    this.#line += countBreaks(text, end, this.#lineBreak)
    this.#pending = text.slice(end)
    return true
  }

  #endsWithLine(line: string, bad: BadQuote): boolean {
    // In the header the number of fields is not known yet; it is refused anyhow.
    if (this.#columns === undefined) return true
    return this.#parse(line).end === line.length || this.#countFields(line, bad) === this.#columns
  }

  /** Fields of a malformed line, its broken cell counted as one; undefined when the rest of the line breaks off too. */
  #countFields(line: string, bad: BadQuote): number | undefined {
    const { newline } = this.#dialect
    const before = this.#parse(line.slice(0, bad.opening) + newline).rows[0]?.length ?? 1
    const rest = line.slice(bad.quote + 1)
    const after = this.#parse(rest)
    return after.end === rest.length ? before - 1 + (after.rows[0]?.length ?? 1) : undefined
  }

  #endOfRows(text: string, rows: number): number {
    return rows === 0 ? 0 : openRowParser(this.#dialect, { rows })(text).end
  }

  #lineAt(index: number): number {
    return this.#line + countBreaks(this.#pending, index, this.#lineBreak)
  }

  #unterminated(bad?: BadQuote): AecoderError {
    const opening = bad?.opening ?? this.#findOpenQuote()
    const found =
      bad === undefined
        ? 'a quoted cell begins here and does not end before the end of the file'
        : `a quoted cell begins here and is not ended by the next quote, on line ${this.#lineAt(bad.quote)}`
    return new AecoderError('CSV_UNTERMINATED_QUOTE', {
      where: `${this.#file}:${this.#lineAt(opening)}`,
      found,
      action: 'Close the quote or have the export repeated; nothing was taken from this file',
    })
  }

  /** Where the cell opens that is still open at the end of `#pending`. */
  #findOpenQuote(): number {
    const { delimiter } = this.#dialect
    // Closed by hand, the cell ends with the text: its length tells where it began.
    const closed = this.#parse(`${this.#pending}"${delimiter}${this.#dialect.newline}`).rows[0]
    const cell = closed?.at(-2) ?? ''
    return this.#pending.length - cell.replaceAll('"', '""').length - 1
  }

  /** Rows before may have been cut in the wrong places without a sign of it: none of the file is believed. */
  #backslash({ quote }: BadQuote): AecoderError {
    return new AecoderError('CSV_MALFORMED_QUOTE', {
      where: `${this.#file}:${this.#lineAt(quote)}`,
      found: 'a quote inside a quoted cell has a backslash before it',
      expected: 'quotes inside a quoted cell doubled',
      action:
        'If the export escapes quotes with backslashes, set "escape": "backslash" on the source; if only this row is wrong, "escape": "doubled"',
    })
  }

  #tooLong(): AecoderError {
    return new AecoderError('CSV_UNTERMINATED_QUOTE', {
      where: `${this.#file}:${this.#line}`,
      found: `the row that begins here is longer than ${LONGEST_RECORD} characters: a quote is probably not closed`,
      action: 'Close the quote or have the export repeated; nothing was taken from this file',
    })
  }
}

/**
 * The first quote that papaparse truly objects to. It also objects where the text stops right behind a closing quote,
 * because it cannot see the delimiter that follows: there, nothing but blanks stands behind the quote.
 */
function findBadQuote(text: string, { errors }: ParsedRows): BadQuote | undefined {
  const first = errors[0]
  if (first === undefined) return undefined
  // papaparse gives the index behind the opening quote of the cell.
  let quote = text.indexOf('"', first.index)
  while (text.charAt(quote + 1) === '"') quote = text.indexOf('"', quote + 2)
  if (quote < 0 || text.slice(quote + 1).trim() === '') return undefined
  return { row: first.row, opening: first.index - 1, quote }
}

function countBreaks(text: string, end: number, lineBreak: string): number {
  let count = 0
  for (let at = text.indexOf(lineBreak); at >= 0 && at < end; at = text.indexOf(lineBreak, at + 1)) count++
  return count
}

function countBreaksInFields(fields: readonly string[], lineBreak: string): number {
  let count = 0
  for (const field of fields) {
    for (let at = field.indexOf(lineBreak); at >= 0; at = field.indexOf(lineBreak, at + 1)) count++
  }
  return count
}

/** In a file of LF lines a single CRLF line may stand: its CR belongs to the line break, not to the last cell. */
function dropCarriageReturn(fields: string[]): void {
  const last = fields.at(-1)
  if (last?.endsWith('\r') === true) fields[fields.length - 1] = last.slice(0, -1)
}

/** How a delimited file is cut: its delimiter and newline, seen from its first lines; and the one door to papaparse. */
import Papa from 'papaparse'

export type Newline = '\n' | '\r\n' | '\r'

export interface CsvDialect {
  readonly delimiter: string
  readonly newline: Newline
}

/** What papaparse found in a text: whole rows only, the last one ends at `end`. */
export interface ParsedRows {
  readonly rows: string[][]
  /** Index behind the newline of the last whole row. */
  readonly end: number
  /** `row` may be the number of `rows`: the row behind them, whose end is not in the text. */
  readonly errors: readonly { readonly code: string; readonly row: number; readonly index: number }[]
}

/** Parses the whole rows of texts in one dialect. A last line without its newline is left alone. */
export type RowParser = (text: string) => ParsedRows

/** In the order of preference when the first lines allow several. */
export const DELIMITERS = [',', ';', '\t', '|'] as const

/** `rows` stops after that many. */
export function openRowParser({ delimiter, newline }: CsvDialect, options: { readonly rows?: number } = {}): RowParser {
  const parser = new Papa.Parser({
    delimiter,
    newline,
    header: false,
    ...(options.rows === undefined ? {} : { preview: options.rows, fastMode: false }),
  })
  return (text) => {
    const parsed: { data: string[][]; errors: ParsedRows['errors']; meta: { cursor: number } } = parser.parse(
      text,
      0,
      true,
    )
    return { rows: parsed.data, end: parsed.meta.cursor, errors: parsed.errors }
  }
}

/**
 * What a file says of itself before its header: spreadsheet programs write and heed a first line `sep=;`.
 * @returns the delimiter and how many characters to leave out, undefined where the file begins with its header
 */
export function findSeparatorLine(text: string): { delimiter: string; length: number } | undefined {
  const match = /^"?sep=([^"\r\n])"?(?:\r\n|\n|\r)/i.exec(text)
  return match === null ? undefined : { delimiter: match[1] ?? '', length: match[0].length }
}

/** The byte order mark, which in the middle of a text means nothing to anyone. */
export const MARK = '\ufeff'

/**
 * Whether a file repeats its byte order mark inside its first line: it was written piece by piece, each piece as a
 * UTF-16 text of its own (Java's encoder begins every one with a mark; secuTrial exports). Then no mark is content.
 */
export function hasInnerMarks(text: string): boolean {
  if (!text.includes(MARK)) return false
  const header = text.split(/[\r\n]+/).find((line) => line.replaceAll(MARK, '').trim() !== '')
  return header?.includes(MARK) === true
}

export function isDelimiter(text: string): boolean {
  return text.length === 1 && !Papa.BAD_DELIMITERS.includes(text)
}

/** The first newline outside quotes, undefined when there is none or its second half may still come. */
export function findNewline(text: string, delimiter: string | undefined): Newline | undefined {
  let isQuoted = false
  let isFieldStart = true
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (isQuoted) {
      // A doubled quote closes and opens again: the same in the end.
      if (character === '"') isQuoted = false
      continue
    }
    if (character === '\n') return '\n'
    if (character === '\r') {
      if (at + 1 === text.length) return undefined
      return text.charAt(at + 1) === '\n' ? '\r\n' : '\r'
    }
    if (character === '"' && (isFieldStart || text.charAt(at - 1) === '"')) isQuoted = true
    isFieldStart =
      delimiter === undefined ? (DELIMITERS as readonly string[]).includes(character) : character === delimiter
  }
  return undefined
}

/**
 * The delimiter of a file by its first lines (whole ones): the one under which the most rows have as many fields as the
 * header, and of those the one with the most columns. A file of one column gets the comma.
 */
export function detectDelimiter(sample: string, newline: Newline): string {
  let best = { delimiter: ',', agreeing: -1, columns: 1 }
  for (const delimiter of DELIMITERS) {
    const rows = openRowParser({ delimiter, newline })(sample).rows.filter((row) => !isBlankRow(row))
    const columns = rows[0]?.length ?? 0
    if (columns < 2) continue
    const agreeing = rows.filter((row) => row.length === columns).length / rows.length
    if (agreeing > best.agreeing || (agreeing === best.agreeing && columns > best.columns)) {
      best = { delimiter, agreeing, columns }
    }
  }
  return best.delimiter
}

/** A line without any field: nothing, or nothing but blanks. A line of delimiters alone is a row of empty fields. */
export function isBlankRow(fields: readonly string[]): boolean {
  return fields.length === 1 && fields[0]?.trim() === ''
}

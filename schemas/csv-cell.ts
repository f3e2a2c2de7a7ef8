/**
 * Cells of CSV files that people open in a spreadsheet and bring back: a text that a spreadsheet would take for a formula
 * gets an apostrophe, which is taken off again when the file comes back. Knows nothing of what the columns mean.
 */

/** What makes spreadsheets calculate (OWASP, "CSV Injection"), also in full width, behind apostrophes that stand there already. */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/

/** The text as it may stand in a cell: `=1+1` → `'=1+1`. `fromSafeCell` gives back every text as it was. */
export function toSafeCell(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text
}

/** The text that `toSafeCell` was given. */
export function fromSafeCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell
}

/** A whole file (RFC 4180, CRLF, with a byte order mark, without which Excel takes UTF-8 for something else). Cells are made safe. */
export function toSafeCsv(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const toLine = (cells: readonly string[]) => cells.map((cell) => toQuoted(toSafeCell(cell))).join(',')
  return `\ufeff${[header, ...rows].map((cells) => `${toLine(cells)}\r\n`).join('')}`
}

/** Blanks at an end are quoted too: some readers trim what is not. */
function toQuoted(cell: string): string {
  return /[",\r\n\t;]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

/**
 * What stands above the header of a delimited file: the title of a report, or a table that describes the data set.
 * Knows the beginning of a text; knows no rows.
 */
import { DELIMITERS, isBlankRow, openRowParser } from './csv-dialect.ts'

/** What stands above the header: so many characters in so many lines. */
export interface Above {
  readonly length: number
  readonly lines: number
}

/** Cells that the first line has at most, and any other line above the header. A header of so few names no records. */
const MOST_CELLS = { first: 2, further: 3 }

/**
 * Finds what stands above the header. OpenClinica and LibreClinica write a table there that describes the data set
 * (ODMToTAB.xsl of OpenClinica 3: `Dataset Name:`, `Study Name:`, … then an empty line), reports their title.
 * It is known by its few cells, the wider line that follows them, and an empty line or lone cells before that.
 * @param lines the first whole lines of the file
 * @param delimiter where it is known; else all of the usual ones are tried
 * @returns how many characters and lines to leave out; undefined where the file begins with its header
 */
export function findPreamble(lines: string, delimiter: string | undefined): Above | undefined {
  const delimiters = delimiter === undefined ? DELIMITERS : [delimiter]
  const texts = lines.split(/(?<=\r\n|\n|\r(?!\n))/)
  const first = texts.find((text) => text.trim() !== '') ?? ''
  if (delimiters.some((each) => listCells(first, each).length > MOST_CELLS.first)) return undefined
  for (const each of delimiters) {
    const header = findHeader(texts, each)
    if (header !== undefined) return { length: texts.slice(0, header).join('').length, lines: header }
  }
  return undefined
}

/** The index of the line that must be the header; undefined where none must. */
function findHeader(texts: readonly string[], delimiter: string): number | undefined {
  let areLone = true
  for (const [index, text] of texts.entries()) {
    const cells = listCells(text, delimiter).length
    if (cells > MOST_CELLS.further) {
      const isApart = areLone || texts[index - 1]?.trim() === ''
      return index > 0 && isApart && isAsWideAsNext(texts.slice(index).join(''), delimiter) ? index : undefined
    }
    areLone &&= cells <= 1
  }
  return undefined
}

function isAsWideAsNext(text: string, delimiter: string): boolean {
  const { rows } = openRowParser({ delimiter, newline: '\n' }, { rows: 3 })(text)
  const [header, next] = rows.filter((row) => !isBlankRow(row))
  return header !== undefined && (next === undefined || next.length === header.length)
}

/** The filled cells of a line. */
function listCells(line: string, delimiter: string): readonly string[] {
  const [row = []] = openRowParser({ delimiter, newline: '\n' })(`${line.trimEnd()}\n`).rows
  return row.filter((cell) => cell.trim() !== '')
}

/** Backslash escapes in quoted cells, as databases write them, to the doubled quotes of RFC 4180. */
import { DELIMITERS } from './csv-dialect.ts'

/** How a quote is written inside a quoted cell. */
export type CsvEscape = 'doubled' | 'backslash'

/**
 * Rewrites `"say \"hi\", C:\\"` to `"say ""hi"", C:\"`. Unquoted cells and all other backslashes stay as they are; line
 * breaks stay where they are, so lines keep their numbers.
 * @param delimiter where it is known; else any that could be one ends a cell
 */
export async function* toDoubledQuotes(
  text: AsyncIterable<string>,
  delimiter: string | undefined,
): AsyncGenerator<string, void, undefined> {
  const borders = new Set(['\n', '\r', ...(delimiter === undefined ? DELIMITERS : [delimiter])])
  let isQuoted = false
  let isCellStart = true
  let isEscaping = false
  for await (const piece of text) {
    let written = ''
    let from = 0
    for (let at = 0; at < piece.length; at++) {
      const character = piece.charAt(at)
      if (isEscaping) {
        isEscaping = false
        if (character === '"') written += '""'
        else written += character === '\\' ? '\\' : `\\${character}`
        from = at + 1
      } else if (isQuoted && character === '\\') {
        isEscaping = true
        written += piece.slice(from, at)
        from = at + 1
      } else if (character === '"' && (isQuoted || isCellStart)) isQuoted = !isQuoted
      // A quote right behind a closing one is a doubled one, which opens the cell again.
      isCellStart = isEscaping ? false : borders.has(character) || (character === '"' && !isQuoted)
    }
    yield written + piece.slice(from)
  }
}

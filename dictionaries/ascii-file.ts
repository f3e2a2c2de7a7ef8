/** One file of a MedDRA ASCII distribution: bytes to columns. Knows `$`, line ends and encodings; knows no file's meaning. */
import { AecoderError } from '../schemas/errors.ts'

/** The columns of a file that are in use, in the order they were asked for. The row at index i stands on line i + 1. */
export interface AsciiTable {
  readonly file: string
  readonly rowCount: number
  readonly columns: readonly (readonly string[])[]
}

/** A file's layout: how many fields a record has, and which of them (from 0) are read. */
export interface Layout {
  readonly fieldCount: number
  readonly kept: readonly number[]
}

/** The error for a dictionary that must not be used. Rows count from 0, lines from 1. */
export function toDamage(
  place: { readonly file: string; readonly row: number },
  { found, expected }: { readonly found: string; readonly expected: string },
): AecoderError {
  return new AecoderError('DICTIONARY_DAMAGED', {
    where: `${place.file}:${place.row + 1}`,
    found,
    expected,
    action: 'Get the release again and load it unchanged; a dictionary is used whole or not at all',
  })
}

/**
 * UTF-8, with or without a byte order mark; where the bytes are not that, the Western European single-byte encoding
 * of older releases (Windows-1252, which holds Latin-1's letters).
 */
export function decodeText(bytes: Uint8Array): { readonly text: string; readonly isUtf8: boolean } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), isUtf8: true }
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), isUtf8: false }
  }
}

/**
 * Splits a file's text into columns. Lines end in LF or CRLF, the last one also without; the `$` behind the last
 * field may be missing or doubled, as some releases have it. Empty lines may only stand at the end.
 * @throws AecoderError DICTIONARY_DAMAGED for another number of fields or a replacement character
 */
export function parseAsciiTable(text: string, { file, layout }: { file: string; layout: Layout }): AsciiTable {
  const columns: string[][] = layout.kept.map(() => [])
  let row = 0
  for (let start = 0; start < text.length; row += 1) {
    const lineFeed = text.indexOf('\n', start)
    const next = lineFeed === -1 ? text.length : lineFeed + 1
    const end = lineFeed === -1 ? text.length : lineFeed
    const line = text.slice(start, text[end - 1] === '\r' ? end - 1 : end)
    if (line.trim() === '' && text.slice(start).trim() === '') break
    const fields = line.split('$')
    checkRecord(fields, { file, row, layout, line })
    for (const [column, field] of layout.kept.entries()) columns[column]?.push(fields[field] ?? '')
    start = next
  }
  return { file, rowCount: row, columns }
}

function checkRecord(
  fields: readonly string[],
  { file, row, layout, line }: { file: string; row: number; layout: Layout; line: string },
): void {
  const { fieldCount } = layout
  const extra = fields.slice(fieldCount)
  if (fields.length < fieldCount || extra.length > 2 || extra.some((field) => field !== '')) {
    const count = fields.at(-1) === '' ? fields.length - 1 : fields.length
    throw toDamage({ file, row }, { found: `${count} fields`, expected: `${fieldCount}, each ended by $` })
  }
  if (line.includes('\uFFFD')) {
    throw toDamage(
      { file, row },
      {
        found: 'the replacement character U+FFFD: a letter was lost in a conversion',
        expected: 'the text as released',
      },
    )
  }
}

/** The header line of a delimited file: names by which every column can be reached. Knows no rows. */
import { AecoderError } from '../../schemas/errors.ts'
import type { CsvRecord } from './csv-records.ts'

export interface CsvHeader {
  /** The line as it was written, blanks around names taken off. */
  readonly written: readonly string[]
  /** Unique names: a repeated one is numbered, one that is missing gets its place. */
  readonly names: readonly string[]
  /** Columns at the end that have no name, as some systems write a delimiter at the end of every line. */
  readonly unnamedAtEnd: number
}

/**
 * Names the columns. Blanks around a name go. A name that stands several times (REDCap's labels are question texts, and
 * questions repeat) becomes `Name (1)`, `Name (2)`, … so that none of them is taken for another without a word; a column
 * without a name becomes `(column 3)`.
 * @param where file and line of the header
 * @throws AecoderError CSV_HEADER for a header that cannot be read or names nothing
 */
export function toCsvHeader({ fields, isMalformed }: CsvRecord, where: string): CsvHeader {
  if (isMalformed) {
    throw new AecoderError('CSV_HEADER', {
      where,
      found: 'a quoted column name is followed by text',
      expected: 'a delimiter after the closing quote',
    })
  }
  const written = fields.map((name) => name.trim())
  const unnamedAtEnd = written.length - 1 - written.findLastIndex((name) => name !== '')
  if (unnamedAtEnd === written.length) {
    throw new AecoderError('CSV_HEADER', {
      where,
      found: `none of its ${written.length} columns has a name`,
      expected: 'a header line that names the columns',
      action: 'Check that the export was written with its header',
    })
  }
  return { written, names: toUniqueNames(written.slice(0, written.length - unnamedAtEnd)), unnamedAtEnd }
}

function toUniqueNames(written: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const name of written) counts.set(name, (counts.get(name) ?? 0) + 1)
  if (counts.size === written.length && !counts.has('')) return [...written]
  const taken = new Set(written)
  const next = new Map<string, number>()
  return written.map((name, index) => {
    if (name !== '' && counts.get(name) === 1) return name
    // A header that has "Name", "Name" and "Name (1)" keeps the last: the numbers go on behind it.
    let number = name === '' ? index + 1 : (next.get(name) ?? 1)
    const spell = () => (name === '' ? `(column ${number})` : `${name} (${number})`)
    while (taken.has(spell())) number++
    taken.add(spell())
    if (name !== '') next.set(name, number + 1)
    return spell()
  })
}

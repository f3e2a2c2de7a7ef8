/** A table of codes in a delimited file, by the names of its columns. Knows no meaning of a column, only how a cell is written. */
import { openCsv } from '../../pipeline/formats/csv.ts'
import type { AecoderError } from '../../schemas/errors.ts'
import type { SourceFile } from '../../schemas/files.ts'
import { toTreeDamage } from './tree-node.ts'
import { isDay } from './tree-periods.ts'

/** One row: cells by the column's name, without blanks around; '' for a column that the file does not have. */
export interface ListRow {
  readonly file: string
  readonly line: number
  readonly cell: (column: string) => string
}

export interface ListTable {
  readonly has: (column: string) => boolean
  /** Columns of the file that nobody asked for, as written. */
  readonly ignored: readonly string[]
  /** In file order. Must be consumed. */
  readonly rows: AsyncGenerator<ListRow, void, undefined>
}

/** A column's name in any case, with blanks or hyphens for the underscore. */
export function toColumnName(written: string): string {
  return written
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
}

/**
 * Opens a table; its delimiter is found by its first lines.
 * @throws AecoderError what openCsv throws; DICTIONARY_DAMAGED without a needed column, and from `rows` for a broken row
 */
export async function openList(
  file: SourceFile,
  {
    needed,
    optional,
    encoding,
  }: { needed: readonly string[]; optional: readonly string[]; encoding?: string | undefined },
): Promise<ListTable> {
  const { header, rows } = await openCsv(file, encoding === undefined ? {} : { encoding })
  const places = new Map<string, number>()
  const ignored: string[] = []
  const refuse = async (found: string): Promise<never> => {
    // Ending the loop closes the file.
    for await (const _ of rows) break
    const expected = `the columns ${needed.join(', ')}; and, where need be, ${optional.join(', ')}`
    throw toTreeDamage({ file: file.name, line: 1 }, { found, expected, action: 'Name the columns in the first line' })
  }
  for (const [place, written] of header.entries()) {
    const name = toColumnName(written)
    if (![...needed, ...optional].includes(name)) ignored.push(written)
    else if (places.has(name)) await refuse(`two columns ${name}`)
    else places.set(name, place)
  }
  const missing = needed.filter((name) => !places.has(name))
  if (missing.length > 0) await refuse(`no column ${missing.join(', ')} among ${header.join(', ')}`)
  return { has: (column) => places.has(column), ignored, rows: readRows() }

  async function* readRows(): AsyncGenerator<ListRow, void, undefined> {
    for await (const batch of rows) {
      for (const { line, fields, problem } of batch) {
        if (problem !== undefined)
          throw toCellDamage({ file: file.name, line }, { found: problem.text, expected: 'one cell per column' })
        yield { file: file.name, line, cell: (column) => fields[places.get(column) ?? -1]?.trim() ?? '' }
      }
    }
  }
}

/** The error for a row that must not be used. */
export function toCellDamage(
  row: Pick<ListRow, 'file' | 'line'>,
  { found, expected }: { found: string; expected: string },
): AecoderError {
  return toTreeDamage({ file: row.file, line: row.line }, { found, expected, action: 'Correct the row' })
}

/** `M` or `F`, undefined for an empty cell. @throws AecoderError DICTIONARY_DAMAGED */
export function parseSex(row: ListRow): 'M' | 'F' | undefined {
  const written = row.cell('sex')
  const sex = written.toUpperCase()
  if (sex === '') return undefined
  if (sex === 'M' || sex === 'F') return sex
  throw toCellDamage(row, { found: `sex ${JSON.stringify(written)}`, expected: 'M or F, or nothing for both' })
}

const OLDEST = 150

/** The columns age_from and age_to; undefined where both are empty. @throws AecoderError DICTIONARY_DAMAGED */
export function parseAges(row: ListRow): { readonly from?: number; readonly to?: number } | undefined {
  const [from, to] = ['age_from', 'age_to'].map((column) => {
    const written = row.cell(column)
    if (written === '') return undefined
    const age = /^\d{1,3}$/.test(written) ? Number(written) : Number.NaN
    if (age <= OLDEST) return age
    throw toCellDamage(row, {
      found: `${column} ${JSON.stringify(written)}`,
      expected: `whole years from 0 to ${OLDEST}`,
    })
  })
  if (from !== undefined && to !== undefined && from > to)
    throw toCellDamage(row, { found: `ages from ${from} to ${to}`, expected: 'the lower one first' })
  if (from === undefined && to === undefined) return undefined
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
}

/** The columns valid_from and valid_to; undefined where both are empty. @throws AecoderError DICTIONARY_DAMAGED */
export function parseValidity(row: ListRow): { readonly from?: string; readonly to?: string } | undefined {
  const [from = '', to = ''] = ['valid_from', 'valid_to'].map((column) => {
    const written = row.cell(column)
    if (written === '' || isDay(written)) return written
    throw toCellDamage(row, {
      found: `${column} ${JSON.stringify(written)}`,
      expected: 'a day of the calendar, YYYY-MM-DD',
    })
  })
  if (from !== '' && to !== '' && from > to)
    throw toCellDamage(row, { found: `valid from ${from} to ${to}`, expected: 'the earlier day first' })
  if (from === '' && to === '') return undefined
  return { ...(from === '' ? {} : { from }), ...(to === '' ? {} : { to }) }
}

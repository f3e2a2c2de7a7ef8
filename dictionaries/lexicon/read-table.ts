/** One table of the lexicon: its lines to rows. Knows columns, reasons and repeats; knows no table's meaning. */
import type { LexiconRow } from './lexicon.ts'
import type { Cells, Table } from './tables.ts'
import { type Fault, parseTsv, type TsvLine } from './tsv.ts'

export interface TableFile {
  readonly file: string
  readonly bytes: Uint8Array
  /** Match keys of the words of a set. */
  readonly listWords: (set: string) => readonly string[] | undefined
  /** Takes what is wrong; a row with a fault is left out. */
  readonly faults: Fault[]
}

/** Rows of a file as the table has them, frozen. */
export function readTable<Row extends LexiconRow>(table: Table<Row>, source: TableFile): readonly Row[] {
  const { file, bytes, faults } = source
  const [header, ...lines] = parseTsv(bytes, { file, faults })
  const expected = table.columns.join(', ')
  if (header === undefined || header.cells.join('\t') !== table.columns.join('\t')) {
    const found = header === undefined ? 'no header' : `the header ${header.cells.join(', ')}`
    faults.push({ where: header === undefined ? file : `${file}:${header.line}`, found, expected })
    return []
  }
  const rows = lines.flatMap((line) => readRow(table, line, source) ?? [])
  return withoutRepeats(table, rows, faults)
}

function readRow<Row extends LexiconRow>(
  table: Table<Row>,
  { line, cells }: TsvLine,
  { file, listWords, faults }: TableFile,
): Row | undefined {
  const where = `${file}:${line}`
  const before = faults.length
  const refuse = (found: string, expected: string): void => {
    faults.push({ where, found, expected })
  }
  if (cells.length !== table.columns.length) {
    refuse(`${cells.length} cells`, `${table.columns.length}: ${table.columns.join(', ')}`)
    return undefined
  }
  for (let i = 0; i < cells.length; i += 1)
    if (cells[i] === '') refuse(`nothing in ${table.columns[i]}`, 'no empty cells')
  const reason = cells[table.columns.indexOf('reason')] ?? ''
  if (reason !== '' && !reason.includes(' ')) refuse(`the reason "${reason}"`, 'a reason of two words or more')
  if (faults.length > before) return undefined
  const row = table.toRow(toCells(table.columns, cells, { row: { where, reason }, refuse, listWords }))
  return faults.length > before ? undefined : Object.freeze(row)
}

function toCells(
  columns: readonly string[],
  texts: readonly string[],
  { row, refuse, listWords }: Pick<Cells, 'row' | 'refuse' | 'listWords'>,
): Cells {
  const get = (column: string): string => {
    const text = texts[columns.indexOf(column)]
    if (text === undefined) throw new RangeError(`the table has no column ${column}`)
    return text
  }
  return {
    row,
    get,
    getOneOf<Value extends string>(column: string, values: readonly Value[]): Value {
      const text = get(column)
      const found = values.find((value) => value === text)
      const [first] = values
      if (first === undefined) throw new RangeError(`no value for ${column}`)
      if (found === undefined) refuse(`${column} "${text}"`, `one of ${values.join(', ')}`)
      return found ?? first
    },
    refuse,
    listWords,
  }
}

function withoutRepeats<Row extends LexiconRow>(
  table: Table<Row>,
  rows: readonly Row[],
  faults: Fault[],
): readonly Row[] {
  const firstByIdentity = new Map<string, Row>()
  for (const row of rows) {
    const identity = table.toIdentity(row)
    const first = firstByIdentity.get(identity)
    if (first === undefined) firstByIdentity.set(identity, row)
    else faults.push({ where: row.where, found: `a repeat of ${first.where} (${identity})`, expected: 'each row once' })
  }
  return [...firstByIdentity.values()]
}

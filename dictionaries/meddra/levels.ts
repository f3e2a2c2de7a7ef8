/** The terms of each level of a release, checked as they are read. Knows codes and names; knows no paths. */
import type { AsciiTable } from './ascii-file.ts'
import { toDamage } from './ascii-file.ts'

/** The terms of one level, in the file's order. */
export interface Level {
  readonly file: string
  readonly codes: readonly string[]
  readonly names: readonly string[]
  readonly rowByCode: ReadonlyMap<string, number>
}

export interface LltLevel extends Level {
  /** Row in the PT level. */
  readonly ptRows: Int32Array
  /** 1 where the term is current. */
  readonly current: Uint8Array
}

const CODE = /^[0-9A-Za-z]+$/

/** The terms of soc, hlgt, hlt or pt.asc: codes of digits or letters, each once, none without a name. */
export function toLevel({ file, columns, rowCount }: AsciiTable): Level {
  const [codes = [], names = []] = columns
  if (rowCount === 0) throw toDamage({ file, row: 0 }, { found: 'no record', expected: 'the terms of the level' })
  const rowByCode = new Map<string, number>()
  for (const [row, code] of codes.entries()) {
    if (!CODE.test(code)) checkCode(code, { file, row, as: 'code' })
    const before = rowByCode.get(code)
    if (before !== undefined) {
      throw toDamage(
        { file, row },
        { found: `code ${code} again, first on line ${before + 1}`, expected: 'each code once' },
      )
    }
    rowByCode.set(code, row)
    if ((names[row] ?? '').trim() === '') {
      throw toDamage({ file, row }, { found: `no name for code ${code}`, expected: 'a name' })
    }
  }
  return { file, codes, names, rowByCode }
}

/** `as` is the field's name. */
export function checkCode(code: string, { file, row, as }: { file: string; row: number; as: string }): void {
  if (CODE.test(code)) return
  const found = code === '' ? `an empty ${as}` : `${as} ${JSON.stringify(code)}`
  throw toDamage({ file, row }, { found, expected: 'digits or letters' })
}

/** The terms of llt.asc, each with its PT and currency. */
export function toLltLevel(table: AsciiTable, { pt, elsewhere }: { pt: Level; elsewhere: readonly Level[] }): LltLevel {
  const level = toLevel(table)
  const flags = table.columns[3] ?? []
  const current = new Uint8Array(table.rowCount)
  for (let row = 0; row < flags.length; row += 1)
    current[row] = flags[row] === 'Y' ? 1 : toFlag(flags[row] ?? '', { file: table.file, row, as: 'llt_currency' })
  return { ...level, ptRows: toRows(table, { column: 2, of: pt, as: 'pt_code', elsewhere }), current }
}

/** Y is 1, N is 0; anything else is damage. `as` is the field's name. */
export function toFlag(flag: string, { file, row, as }: { file: string; row: number; as: string }): 0 | 1 {
  if (flag === 'Y') return 1
  if (flag === 'N') return 0
  throw toDamage({ file, row }, { found: `${as} ${JSON.stringify(flag)}`, expected: 'Y or N' })
}

/** A column of codes of another level; `elsewhere` are levels that a code may stand in by mistake. */
interface Reference {
  readonly column: number
  readonly of: Level
  /** The field's name. */
  readonly as: string
  readonly elsewhere?: readonly Level[]
}

/** The rows that a column of codes points to in another level; a code that is not there is damage. */
export function toRows(table: AsciiTable, { column, of, as, elsewhere = [] }: Reference): Int32Array {
  const codes = table.columns[column] ?? []
  const rows = new Int32Array(codes.length)
  for (let row = 0; row < codes.length; row += 1) {
    const code = codes[row] ?? ''
    const target = of.rowByCode.get(code)
    if (target === undefined) {
      checkCode(code, { file: table.file, row, as })
      const other = elsewhere.find((level) => level !== of && level.rowByCode.has(code))
      const found = `${as} ${code}, which is not in ${of.file}${other === undefined ? '' : ` but in ${other.file}`}`
      throw toDamage({ file: table.file, row }, { found, expected: `a code of ${of.file}` })
    }
    rows[row] = target
  }
  return rows
}

/** Each PT is also an LLT, under the same code, that belongs to this PT. */
export function checkPtsAreLlts(pt: Level, llt: LltLevel): void {
  for (const [row, code] of pt.codes.entries()) {
    const lltRow = llt.rowByCode.get(code)
    if (lltRow === undefined) {
      throw toDamage(
        { file: pt.file, row },
        { found: `PT ${code}, which is not in ${llt.file}`, expected: 'each PT as an LLT of the same code' },
      )
    }
    if (llt.ptRows[lltRow] !== row) {
      const other = pt.codes[llt.ptRows[lltRow] ?? -1]
      throw toDamage(
        { file: llt.file, row: lltRow },
        { found: `LLT ${code}, which is a PT, under PT ${other}`, expected: `it under PT ${code}` },
      )
    }
  }
}

/** The same terms in the order of their codes, so that no answer depends on the order of a file. */
export function sortByCode(level: LltLevel): LltLevel {
  const { codes, names, ptRows, current } = level
  const order = Int32Array.from({ length: codes.length }, (_, row) => row)
  order.sort((a, b) => compareCodes(codes[a], codes[b]))
  const pick = (values: readonly string[]) => Array.from(order, (row) => values[row] ?? '')
  const sorted = pick(codes)
  return {
    file: level.file,
    codes: sorted,
    names: pick(names),
    rowByCode: new Map(sorted.map((code, row) => [code, row])),
    ptRows: order.map((row) => at(ptRows, row)),
    current: Uint8Array.from(order, (row) => at(current, row)),
  }
}

/** By code unit: the same order on every machine. */
export function compareCodes(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Element `index`, which the caller knows to be there. */
export function at(values: Int32Array | Uint8Array, index: number): number {
  return values[index] as number
}

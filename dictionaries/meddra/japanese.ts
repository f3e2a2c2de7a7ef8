/**
 * The Japanese names of MedDRA/J (llt_j.asc and its like), put in the place of the English ones. Knows these files and
 * the two currencies; knows no bytes.
 */
import { type AsciiTable, toDamage } from './ascii-file.ts'
import type { Level } from './levels.ts'
import { toRows } from './levels.ts'
import type { StandardQuery } from './standard-queries.ts'
import type { MeddraTables } from './tables.ts'

export interface JapaneseTables {
  readonly llt: AsciiTable
  readonly pt: AsciiTable
  readonly hlt: AsciiTable
  readonly hlgt: AsciiTable
  readonly soc: AsciiTable
  /** Absent where MedDRA/J came without the names of its queries. */
  readonly queries: AsciiTable | undefined
}

/**
 * The same terms under their Japanese names. An LLT is current only where it is so in English and in Japanese: several
 * English LLTs may share one Japanese name, and llt_jcurr says which of them stands for it (MedDRA/J user guide).
 * @throws AecoderError DICTIONARY_DAMAGED for a code that is not in the English file, or twice, or a currency that is none
 */
export function withJapaneseNames(tables: MeddraTables, japanese: JapaneseTables): MeddraTables {
  const warnings: string[] = []
  const rename = <T extends Level>(level: T, table: AsciiTable): T => {
    const rows = toRows(table, { column: 0, of: level, as: 'code' })
    const names = Array<string>(level.codes.length).fill('')
    const lines = new Int32Array(level.codes.length).fill(-1)
    for (const [row, target] of rows.entries()) {
      const before = lines[target] ?? -1
      if (before !== -1) {
        const found = `code ${level.codes[target]} again, first on line ${before + 1}`
        throw toDamage({ file: table.file, row }, { found, expected: 'each code once' })
      }
      lines[target] = row
      names[target] = (table.columns[1]?.[row] ?? '').trim()
    }
    const missing = names.filter((name) => name === '').length
    if (missing > 0)
      warnings.push(`${table.file}: terms without a Japanese name, which keep the English one: ${missing}`)
    return { ...level, names: names.map((name, row) => name || (level.names[row] ?? '')) }
  }
  const llt = rename(tables.llt, japanese.llt)
  return {
    ...tables,
    soc: rename(tables.soc, japanese.soc),
    hlgt: rename(tables.hlgt, japanese.hlgt),
    hlt: rename(tables.hlt, japanese.hlt),
    pt: rename(tables.pt, japanese.pt),
    llt: { ...llt, current: toCurrency(tables, japanese.llt) },
    warnings: [...tables.warnings, ...warnings],
  }
}

function toCurrency({ llt }: MeddraTables, table: AsciiTable): Uint8Array {
  const current = new Uint8Array(llt.current)
  for (const [row, code] of (table.columns[0] ?? []).entries()) {
    const flag = table.columns[2]?.[row] ?? ''
    // S is what synonyms are flagged with in llt_syn.asc; an empty field stands where there is no Japanese name.
    if (!/^[YNS]?$/.test(flag)) {
      throw toDamage({ file: table.file, row }, { found: `llt_jcurr ${JSON.stringify(flag)}`, expected: 'Y or N' })
    }
    const target = llt.rowByCode.get(code)
    if (target !== undefined && flag !== 'Y' && flag !== '') current[target] = 0
  }
  return current
}

/** Queries under their Japanese names; those without one keep the English. */
export function withJapaneseQueries(
  queries: readonly StandardQuery[],
  table: AsciiTable | undefined,
): readonly StandardQuery[] {
  const [codes = [], names = [], descriptions = []] = table?.columns ?? []
  const rowByCode = new Map(codes.map((code, row) => [code, row]))
  return queries.map((query) => {
    const row = rowByCode.get(query.code)
    if (row === undefined) return query
    return { ...query, name: names[row] || query.name, description: descriptions[row] || query.description }
  })
}

/**
 * The rows of a code list, checked one by one, as codes. Knows what each column means and how several rows of one code go
 * together; knows nothing of the hierarchy.
 */

import type { CodeLimits, Period } from '../dictionary.ts'
import { foldVerbatim } from '../text/fold.ts'
import { type ListRow, type ListTable, parseAges, parseSex, parseValidity, toCellDamage } from '../tree/list-columns.ts'
import { comparePeriods, isOverlapping, mergePeriods } from '../tree/tree-periods.ts'

export const NEEDED_COLUMNS = ['code', 'term'] as const
export const OPTIONAL_COLUMNS = [
  'parent',
  'synonyms',
  'valid_from',
  'valid_to',
  'sex',
  'age_from',
  'age_to',
  'assignable',
  'level',
] as const

export interface ListedCode {
  readonly file: string
  /** Of its first row. */
  readonly line: number
  readonly code: string
  readonly term: string
  /** Empty where nothing is above it. */
  readonly parent: string
  /** As the column says; empty without one. */
  readonly level: string
  readonly isAssignable: boolean
  /** Without those that equal the term or each other but for case and blanks. */
  readonly synonyms: readonly string[]
  readonly limits: CodeLimits | undefined
}

/** One row, before rows of the same code are put together. */
interface Entry extends Omit<ListedCode, 'limits'> {
  readonly row: ListRow
  readonly limits: Pick<CodeLimits, 'sex' | 'age'>
  readonly valid: Period | undefined
}

/**
 * Reads all rows. A code stands once, or several times with periods of validity that have no day in common and all else
 * the same, synonyms apart.
 * @throws AecoderError DICTIONARY_DAMAGED with file and line
 */
export async function readListedCodes({ rows, has }: ListTable): Promise<readonly ListedCode[]> {
  const entries = new Map<string, Entry[]>()
  for await (const row of rows) {
    const entry = toEntry(row, has('level'))
    const before = entries.get(entry.code)
    if (before === undefined) entries.set(entry.code, [entry])
    else {
      checkRepeated(entry, before)
      before.push(entry)
    }
  }
  return [...entries.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [toListedCode(first, others)],
  )
}

function toEntry(row: ListRow, hasLevels: boolean): Entry {
  const [code, term, parent, level] = ['code', 'term', 'parent', 'level'].map(row.cell)
  if (!code) throw toCellDamage(row, { found: 'no code', expected: 'a code' })
  if (!term) throw toCellDamage(row, { found: `no term for code ${code}`, expected: 'a term' })
  if (parent === code)
    throw toCellDamage(row, { found: `code ${code} as its own parent`, expected: 'another code, or nothing' })
  if (hasLevels && !level)
    throw toCellDamage(row, { found: `no level for code ${code}`, expected: 'a level in each row, or no such column' })
  const sex = parseSex(row)
  const age = parseAges(row)
  return {
    row,
    file: row.file,
    line: row.line,
    code,
    term,
    parent: parent ?? '',
    level: level ?? '',
    isAssignable: parseAssignable(row),
    synonyms: row
      .cell('synonyms')
      .split('|')
      .map((synonym) => synonym.trim()),
    limits: { ...(sex && { sex }), ...(age && { age }) },
    valid: parseValidity(row),
  }
}

function parseAssignable(row: ListRow): boolean {
  const written = row.cell('assignable')
  switch (written.toUpperCase()) {
    case '':
    case 'Y':
    case 'YES':
      return true
    case 'N':
    case 'NO':
      return false
    default:
      throw toCellDamage(row, { found: `assignable ${JSON.stringify(written)}`, expected: 'Y or N, or nothing for Y' })
  }
}

function checkRepeated(entry: Entry, before: readonly Entry[]): void {
  const { code, row, valid } = entry
  for (const other of before) {
    const again = `code ${code} again, first on line ${other.line}`
    if (valid === undefined || other.valid === undefined)
      throw toCellDamage(row, { found: again, expected: 'each code once, or a period of validity in each of its rows' })
    if (isOverlapping(valid, other.valid)) {
      const found = `code ${code} valid ${toText(valid)}, and on line ${other.line} ${toText(other.valid)}`
      throw toCellDamage(row, { found, expected: 'periods that have no day in common' })
    }
    const differing = (['term', 'parent', 'level', 'isAssignable'] as const).find((key) => entry[key] !== other[key])
    const isLimited = JSON.stringify(entry.limits) === JSON.stringify(other.limits)
    if (differing === undefined && isLimited) continue
    const what = differing === undefined ? 'sex or ages' : differing === 'isAssignable' ? 'assignable' : differing
    const expected = 'all but dates and synonyms the same (an older wording is a synonym)'
    throw toCellDamage(row, { found: `${again}, with another ${what}`, expected })
  }
}

function toText({ from = 'ever', to = 'on' }: Period): string {
  return `from ${from} ${to === 'on' ? 'on' : `to ${to}`}`
}

function toListedCode(first: Entry, others: readonly Entry[]): ListedCode {
  const all = [first, ...others]
  const known = new Set(['', foldVerbatim(first.term)])
  const synonyms = all
    .flatMap((entry) => entry.synonyms)
    .filter((synonym) => {
      const folded = foldVerbatim(synonym)
      return known.size !== known.add(folded).size
    })
  const valid = mergePeriods(all.flatMap((entry) => entry.valid ?? []).toSorted(comparePeriods))
  const limits: CodeLimits = { ...first.limits, ...(valid.length > 0 && { valid }) }
  const { file, line, code, term, parent, level, isAssignable } = first
  return {
    file,
    line,
    code,
    term,
    parent,
    level,
    isAssignable,
    synonyms,
    limits: Object.keys(limits).length > 0 ? limits : undefined,
  }
}

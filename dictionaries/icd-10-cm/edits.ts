/**
 * edits.csv beside an ICD-10-CM release: for which sex and ages codes are meant. The official files say nothing of it; the
 * lists of the Medicare Code Editor and of others can be written down so. Knows prefixes; knows no hierarchy.
 */
import type { SourceFile } from '../../schemas/files.ts'
import type { CodeLimits } from '../dictionary.ts'
import { openList, parseAges, parseSex, toCellDamage } from '../tree/list-columns.ts'
import { isBareCode, toBareCode } from './code.ts'

export type Edit = Pick<CodeLimits, 'sex' | 'age'>

/** By the beginnings of codes, without the dot. */
export type Edits = ReadonlyMap<string, Edit>

/**
 * Reads the list: columns code, sex (M or F), age_from, age_to (whole years, both included). A row holds for every code that
 * begins with its own; of several, the longest that states a sex gives the sex, the longest that states ages the ages.
 * @throws AecoderError DICTIONARY_DAMAGED with file and line, and what openCsv throws
 */
export async function readEdits(file: SourceFile): Promise<Edits> {
  const table = await openList(file, { needed: ['code'], optional: ['sex', 'age_from', 'age_to'] })
  const edits = new Map<string, Edit>()
  for await (const row of table.rows) {
    const written = row.cell('code')
    const bare = toBareCode(written.toUpperCase().replace(/[-.]+$/, ''))
    if (!isBareCode(bare))
      throw toCellDamage(row, {
        found: `code ${JSON.stringify(written)}`,
        expected: 'a code or the beginning of codes, from three characters on',
      })
    if (edits.has(bare)) throw toCellDamage(row, { found: `code ${written} again`, expected: 'each code once' })
    const sex = parseSex(row)
    const age = parseAges(row)
    if (sex === undefined && age === undefined)
      throw toCellDamage(row, { found: `code ${written} without a limit`, expected: 'a sex, or ages' })
    edits.set(bare, { ...(sex && { sex }), ...(age && { age }) })
  }
  return edits
}

/** What holds for a code. */
export function findEdit(edits: Edits, code: string): Edit {
  if (edits.size === 0) return NONE
  const bare = toBareCode(code)
  let found = NONE
  for (let length = 3; length <= bare.length; length += 1) found = { ...found, ...edits.get(bare.slice(0, length)) }
  return found
}

const NONE: Edit = {}

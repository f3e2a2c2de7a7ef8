/**
 * Special search categories (spec.asc, spec_pt.asc), the forerunners of SMQs in releases up to 9.1. Checked as a part of
 * the release; nothing is asked of them. Knows the two files.
 */
import { type AsciiTable, toDamage } from './ascii-file.ts'
import type { Level } from './levels.ts'
import { toLevel, toRows } from './levels.ts'

/**
 * Checks the categories and that every one of their PTs is in the release.
 * @returns what is odd, one sentence each
 * @throws AecoderError DICTIONARY_DAMAGED for a code that is not there, or a PT twice in a category
 */
export function checkSpecialSearches(
  { categories, members }: { categories: AsciiTable | undefined; members: AsciiTable | undefined },
  pt: Level,
): readonly string[] {
  if (categories === undefined || members === undefined) {
    const [there, missing] = categories === undefined ? [members, 'spec.asc'] : [categories, 'spec_pt.asc']
    return there === undefined ? [] : [`${there.file}: without ${missing}, so not checked`]
  }
  if (categories.rowCount === 0 && members.rowCount === 0) return []
  const level = toLevel(categories)
  const owners = toRows(members, { column: 0, of: level, as: 'spec_code' })
  const pts = toRows(members, { column: 1, of: pt, as: 'pt_code' })
  const rowByLink = new Map<string, number>()
  for (const [row, owner] of owners.entries()) {
    const link = `${owner} ${pts[row]}`
    const before = rowByLink.get(link)
    if (before !== undefined) {
      const found = `the PT of line ${before + 1} again in its category`
      throw toDamage({ file: members.file, row }, { found, expected: 'each PT once in a category' })
    }
    rowByLink.set(link, row)
  }
  const empty = level.codes.length - new Set(owners).size
  return empty === 0 ? [] : [`${categories.file}: special search categories without a PT: ${empty}`]
}

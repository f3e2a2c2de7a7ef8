/**
 * The .seq files between two releases in the MedDRA layout, as MedDRA writes them. Pure: texts in, texts out. Knows how a
 * change is stated; checks no hierarchy.
 */
import { AecoderError } from '../../schemas/errors.ts'
import { CHANGE_FIELDS, CHANGED_TABLES, type ChangedTable, FIELDS } from './fields.ts'
import { compareCodes } from './levels.ts'
import { findRecords, Records, type ReleaseTexts } from './records.ts'

/** Tables whose records are taken out and put in again when they change; the others have a record per changed field. */
const REPLACED: ReadonlySet<ChangedTable> = new Set<ChangedTable>([
  'soc_hlgt',
  'hlgt_hlt',
  'hlt_pt',
  'mdhier',
  'spec_pt',
])

/**
 * The .seq files that lead from one release to the next, name → text, lines ended by `$` and CRLF, by key, deletions
 * before additions before modifications. A demoted PT is a D in pt.seq and an M of pt_code in llt.seq; an LLT that is no
 * longer current is an M of llt_currency; a path that moved is a D and an A in hlt_pt.seq and mdhier.seq. A file without
 * a change is empty; spec.seq and spec_pt.seq are left out where neither release has these tables.
 * @param before, after the texts of the .asc files by their usual names; other files are not looked at
 * @param options.date the day of the later release, YYYY-MM-DD
 * @throws AecoderError DICTIONARY_DAMAGED for records that are none or twice, and for an LLT that is gone: MedDRA keeps
 *   every LLT, as a non-current one
 */
export function toChangeFiles(
  before: ReleaseTexts,
  after: ReleaseTexts,
  { date }: { readonly date: string },
): ReadonlyMap<string, string> {
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) throw new RangeError(`date must be YYYY-MM-DD, not ${date}`)
  const day = date.replaceAll('-', '')
  const files = new Map<string, string>()
  for (const table of CHANGED_TABLES) {
    const [old, next] = [findRecords(before, table), findRecords(after, table)]
    if (old === undefined && next === undefined && table.startsWith('spec')) continue
    const lines = listChanges({ old: old ?? new Records(table, ''), next: next ?? new Records(table, '') })
    files.set(`${table}.seq`, lines.map((line) => `${day}$${line}$\r\n`).join(''))
  }
  return files
}

interface Versions {
  readonly old: Records
  readonly next: Records
}

/** The records of a .seq file from its second field on. */
function listChanges({ old, next }: Versions): string[] {
  const { table } = next
  const changed = [...next.keys].filter((key) => next.findLine(key) !== old.findLine(key))
  const gone = [...old.keys].filter((key) => !next.has(key))
  if (table === 'llt' && gone.length > 0) throw toMissingLlts(gone)
  return [...changed, ...gone].sort(compareCodes).flatMap((key) => {
    const [from, to] = [old.findFields(key)?.join('$'), next.findFields(key)?.join('$')]
    // Lines may differ in their last `$` alone.
    if (from === to) return []
    if (from !== undefined && to !== undefined && !REPLACED.has(table)) return listModifications(table, { from, to })
    return [...(from === undefined ? [] : [`D$$${from}`]), ...(to === undefined ? [] : [`A$$${to}`])]
  })
}

/** One record per field that changed, each with the whole new record. */
function listModifications(table: ChangedTable, { from, to }: { from: string; to: string }): string[] {
  const [old, next] = [from.split('$'), to.split('$')]
  return FIELDS[table].flatMap((_, position) =>
    old[position] === next[position] ? [] : [`M$${position + CHANGE_FIELDS.length + 1}$${to}`],
  )
}

function toMissingLlts(gone: readonly string[]): AecoderError {
  return new AecoderError('DICTIONARY_DAMAGED', {
    where: 'llt.asc',
    found: `LLTs of the release before that are gone: ${gone.length}, the first ${gone[0]}`,
    expected: 'every LLT kept; one that may no longer be assigned has llt_currency N',
    action: 'Put them back as non-current terms',
  })
}

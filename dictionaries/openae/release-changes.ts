/**
 * What a version changed against the release before it, in MedDRA's files: the .seq files and the history.
 * Knows the built texts of both; knows nothing of the sources.
 */
import { compareCodeUnits } from '../../schemas/content-id.ts'
import { toChangeFiles } from '../meddra/change-files.ts'
import { parseChanges } from '../meddra/changes.ts'
import type { ChangedTable } from '../meddra/fields.ts'
import type { ReleaseTexts } from '../meddra/records.ts'

export const HISTORY_FILE = 'meddra_history_english.asc'

/** The tables whose records the history tells of, by its word for them, from the top. */
const HISTORY_TABLES = { SOC: 'soc', HLGT: 'hlgt', HLT: 'hlt', PT: 'pt', LLT: 'llt' } as const

/** MedDRA writes U (update) in the history for what the .seq files call M (modify). */
const HISTORY_ACTIONS = { add: 'A', modify: 'U', delete: 'D' } as const

/**
 * The .seq files of a version and its history: that of the release before, then an entry for every name or currency that
 * is added (A), changed (U, with what it is now) or taken out of its level (D, as it was). A concept that became a term
 * is thus a D as PT, a term that became a concept an A as PT. That a code moved is told by the .seq files alone: the
 * history has no field for it.
 * @param before, after the .asc texts of the two releases
 * @returns name → text
 * @throws AecoderError as toChangeFiles
 */
export function toChangedFiles(
  before: ReleaseTexts,
  after: ReleaseTexts,
  { version, date }: { readonly version: string; readonly date: string },
): ReadonlyMap<string, string> {
  const changes = toChangeFiles(before, after, { date })
  const entries = Object.entries(HISTORY_TABLES)
    .flatMap(([type, table]) => listHistoryEntries(changes.get(`${table}.seq`) ?? '', { type, table, version }))
    .sort(compareCodeUnits)
  return new Map([...changes, [HISTORY_FILE, withEntries(before.get(HISTORY_FILE) ?? '', entries)]])
}

function listHistoryEntries(
  text: string,
  { type, table, version }: { type: string; table: ChangedTable; version: string },
): string[] {
  const entries = parseChanges(text, { table, file: `${table}.seq` }).flatMap(({ action, key, record, modified }) => {
    const [name, currency] = [record[`${table}_name`] ?? '', record[`${table}_currency`] ?? '']
    const isTold = action !== 'modify' || modified.some((field) => /_(?:name|currency)$/.test(field))
    return isTold ? [[key, name, version, type, currency, HISTORY_ACTIONS[action]].join('$')] : []
  })
  // A record of which two fields changed has two changes and one entry.
  return [...new Set(entries)]
}

/** By code, the older entries of a code before its newer ones. Unlike all other files, no record has a trailing `$`. */
function withEntries(history: string, entries: readonly string[]): string {
  const older = history.split('\r\n').filter((line) => line !== '')
  const toCode = (line: string) => Number(line.slice(0, line.indexOf('$')))
  return [...older, ...entries]
    .sort((one, other) => toCode(one) - toCode(other))
    .map((line) => `${line}\r\n`)
    .join('')
}

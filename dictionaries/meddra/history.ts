/**
 * meddra_history_<language>.asc: in which releases each term was added, changed or taken out. Knows this file; knows
 * nothing of the terms as they are now.
 */
import { AecoderError } from '../../schemas/errors.ts'
import type { DictionaryFiles } from '../../schemas/files.ts'
import { readWhole } from '../hash-files.ts'
import { decodeText } from './ascii-encoding.ts'
import { parseAsciiTable, toDamage, toLayout } from './ascii-file.ts'
import type { ChangeAction } from './changes.ts'
import { OTHER_FIELDS } from './fields.ts'
import { checkIsFile } from './file-identity.ts'
import { checkCode } from './levels.ts'
import { findNames } from './release-files.ts'

/** What a release did with a term. */
export interface HistoryEntry {
  /** Of the release, e.g. 12.1. */
  readonly version: string
  /** As which the code is meant: a PT and its LLT share theirs. */
  readonly level: string
  readonly action: ChangeAction
  /** The term's name in that release. */
  readonly name: string
  /** Of an LLT: could it be assigned in that release. */
  readonly isCurrent: boolean | undefined
}

export interface MeddraHistory {
  readonly file: string
  /** Entries by code, oldest release first, then as the file has them. */
  readonly entries: ReadonlyMap<string, readonly HistoryEntry[]>
}

const NAME = /^meddra_history(?:_[a-z_-]+)?\.asc$/
const LAYOUT = toLayout(OTHER_FIELDS.meddra_history, ...OTHER_FIELDS.meddra_history)
/** U is what releases write for a change; M is taken as the same. */
const ACTIONS: { readonly [code: string]: ChangeAction } = { A: 'add', U: 'modify', M: 'modify', D: 'delete' }
const LEVELS: ReadonlySet<string> = new Set(['SOC', 'HLGT', 'HLT', 'PT', 'LLT', 'SMQ', 'SSC'])

/**
 * Reads the history of a release's terms.
 * @returns undefined where the release has none
 * @throws AecoderError DICTIONARY_DAMAGED with file and line for a record that is none, or where there are two histories
 */
export async function readMeddraHistory(
  files: DictionaryFiles,
  options: { readonly encoding?: string; readonly language?: string } = {},
): Promise<MeddraHistory | undefined> {
  const names = findNames(files.where, { listed: await files.list(), isWanted: (name) => NAME.test(name) })
  const [file, other] = names.values()
  if (file === undefined) return undefined
  if (other !== undefined) {
    throw new AecoderError('DICTIONARY_DAMAGED', {
      where: files.where,
      found: `two histories: ${file} and ${other}`,
      expected: 'the one of the release',
      action: 'Take away the one in the other language',
    })
  }
  const { text } = decodeText(await readWhole(files.open(file)), { file, ...options })
  return { file, entries: parseHistory(text, file) }
}

function parseHistory(text: string, file: string): ReadonlyMap<string, readonly HistoryEntry[]> {
  checkIsFile(text, { usualName: 'meddra_history.asc', file })
  const { columns, rowCount } = parseAsciiTable(text, { file, layout: LAYOUT })
  const [codes = [], names = [], versions = [], levels = [], currencies = [], actions = []] = columns
  const entries = new Map<string, HistoryEntry[]>()
  for (let row = 0; row < rowCount; row += 1) {
    const place = { file, row }
    const refuse = (found: string, expected: string) => toDamage(place, { found, expected })
    const code = codes[row] ?? ''
    checkCode(code, { ...place, as: 'term_code' })
    const version = versions[row]?.trim() ?? ''
    if (!/^\d{1,3}(?:\.\d{1,2})*$/.test(version)) {
      throw refuse(`term_addition_version ${JSON.stringify(version)}`, 'the version of a release, e.g. 12.1')
    }
    const level = levels[row]?.trim() ?? ''
    if (!LEVELS.has(level)) throw refuse(`term_type ${JSON.stringify(level)}`, [...LEVELS].join(', '))
    const action = ACTIONS[actions[row]?.trim() ?? '']
    if (action === undefined) throw refuse(`action ${JSON.stringify(actions[row])}`, 'A, U or D')
    const currency = currencies[row]?.trim() ?? ''
    if (!/^[YN]?$/.test(currency)) throw refuse(`llt_currency ${JSON.stringify(currency)}`, 'Y, N or nothing')
    const isCurrent = currency === '' ? undefined : currency === 'Y'
    const entry = { version, level, action, name: names[row] ?? '', isCurrent }
    const known = entries.get(code)
    if (known === undefined) entries.set(code, [entry])
    else known.push(entry)
  }
  for (const ofCode of entries.values()) ofCode.sort((a, b) => compareVersions(a.version, b.version))
  return entries
}

/** 9.1 before 10.0. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)]
  const length = Math.max(left.length, right.length)
  for (let i = 0; i < length; i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

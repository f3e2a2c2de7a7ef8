/**
 * The .seq files of a MedDRA release (SeqAscii, MedSeq): what it changed against the release before. Knows their records
 * and checks each; whether the release agrees is asked in contradictions.ts.
 */
import { AecoderError, assertNever } from '../../schemas/errors.ts'
import type { DictionaryFiles } from '../../schemas/files.ts'
import { readWhole } from '../hash-files.ts'
import { decodeText } from './ascii-encoding.ts'
import { type AsciiTable, type Layout, parseAsciiTable, toDamage } from './ascii-file.ts'
import { CHANGE_FIELDS, CHANGED_TABLES, type ChangedTable, FIELDS, KEY_FIELDS } from './fields.ts'
import { checkIsFile } from './file-identity.ts'
import { checkCode, compareCodes } from './levels.ts'
import { findNames } from './release-files.ts'

export type ChangeAction = 'delete' | 'add' | 'modify'

/** One record of a .seq file. */
export interface MeddraChange {
  readonly table: ChangedTable
  /** The day of the release, YYYY-MM-DD. */
  readonly date: string
  readonly action: ChangeAction
  /** The codes that name the record, a blank between them. */
  readonly key: string
  /** The record by its fields' names: after the change, or of a deletion as it was. */
  readonly record: { readonly [field: string]: string }
  /** The fields a modification is about, usually one; none for the other actions. */
  readonly modified: readonly string[]
  /** File and line. */
  readonly where: string
}

/** Without these a copy of the release is not whole; the others came and went with the years. */
const NEEDED: readonly ChangedTable[] = CHANGED_TABLES.filter(
  (table) => !['intl_ord', 'spec', 'spec_pt'].includes(table),
)

const ACTIONS: { readonly [code: string]: ChangeAction } = { A: 'add', D: 'delete', M: 'modify' }

/**
 * Reads every .seq file of a release; names in any case, at any depth, empty files allowed.
 * @returns the changes by day, table, key, deletions before additions before modifications: the files' order does not show
 * @throws AecoderError DICTIONARY_NOT_FOUND when .seq files are missing; DICTIONARY_DAMAGED with file and line for a
 *   record that is none, or one that is there twice
 */
export async function readMeddraChanges(
  files: DictionaryFiles,
  options: { readonly encoding?: string } = {},
): Promise<readonly MeddraChange[]> {
  const wanted = new Set(CHANGED_TABLES.map((table) => `${table}.seq`))
  const names = findNames(files.where, { listed: await files.list(), isWanted: (name) => wanted.has(name) })
  const missing = NEEDED.map((table) => `${table}.seq`).filter((name) => !names.has(name))
  if (missing.length > 0) {
    throw new AecoderError('DICTIONARY_NOT_FOUND', {
      where: files.where,
      found: `no ${missing.join(', ')}`,
      expected: 'the .seq files of a MedDRA release; empty ones say that nothing changed',
      action: 'Name the folder that holds them, often called SeqAscii, or the one above it',
    })
  }
  const changes: MeddraChange[] = []
  for (const table of CHANGED_TABLES) {
    const file = names.get(`${table}.seq`)
    if (file === undefined) continue
    const { text } = decodeText(await readWhole(files.open(file)), { file, encoding: options.encoding })
    changes.push(...parseChanges(text, { table, file }))
  }
  return changes.sort(compareChanges)
}

/**
 * Parses the text of one .seq file, in the file's order.
 * @throws AecoderError as readMeddraChanges
 */
export function parseChanges(
  text: string,
  { table, file }: { readonly table: ChangedTable; readonly file: string },
): readonly MeddraChange[] {
  checkIsFile(text, { usualName: 'a .seq file', file })
  const fields = [...CHANGE_FIELDS, ...FIELDS[table]]
  const layout: Layout = { fields, kept: fields.map((_, position) => position) }
  const parsed = parseAsciiTable(text, { file, layout })
  const lineOf = new Map<string, number>()
  return Array.from({ length: parsed.rowCount }, (_, row) => {
    const change = toChange(parsed, { row, table })
    const name = `${change.date} ${change.action} ${change.modified.join()} ${change.key}`
    const before = lineOf.get(name)
    if (before !== undefined) {
      throw toDamage({ file, row }, { found: `the change of line ${before + 1} again`, expected: 'each change once' })
    }
    lineOf.set(name, row)
    return change
  })
}

function toChange({ file, columns }: AsciiTable, { row, table }: { row: number; table: ChangedTable }): MeddraChange {
  const place = { file, row }
  const [date = '', code = '', numbers = '', ...values] = columns.map((column) => column[row] ?? '')
  const action = ACTIONS[code]
  if (action === undefined) {
    throw toDamage(place, {
      found: `action_code ${JSON.stringify(code)}`,
      expected: 'A (add), D (delete) or M (modify)',
    })
  }
  const names = FIELDS[table]
  const key = KEY_FIELDS[table].map((position) => values[position] ?? '')
  for (const [index, position] of KEY_FIELDS[table].entries()) {
    checkCode(key[index] ?? '', { ...place, as: names[position] ?? '' })
  }
  return {
    table,
    date: toDate(date, place),
    action,
    key: key.join(' '),
    record: Object.fromEntries(names.map((name, position) => [name, values[position] ?? ''])),
    modified: toModified(numbers, { action, table, place }),
    where: `${file}:${row + 1}`,
  }
}

function toDate(text: string, place: { file: string; row: number }): string {
  const date = text.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3')
  const time = Date.parse(`${date}T00:00:00Z`)
  if (date !== text && !Number.isNaN(time) && new Date(time).toISOString().startsWith(date)) return date
  throw toDamage(place, { found: `version_date ${JSON.stringify(text)}`, expected: 'a day as YYYYMMDD' })
}

/** The numbers count the fields of the whole .seq record, from 1: an LLT's name is field 5. */
function toModified(
  numbers: string,
  { action, table, place }: { action: ChangeAction; table: ChangedTable; place: { file: string; row: number } },
): readonly string[] {
  if (action !== 'modify') {
    if (/^0?$/.test(numbers)) return []
    throw toDamage(place, { found: `mod_fld_num "${numbers}" of a record that is added or deleted`, expected: 'none' })
  }
  const positions = numbers.split(/[, ]+/).map((number) => (/^\d{1,2}$/.test(number) ? Number(number) : 0))
  const names = positions.map((position) => toModifiedField(table, position))
  const last = CHANGE_FIELDS.length + FIELDS[table].length
  if (names.includes(undefined)) {
    const expected = `the number of a field that can change, from ${CHANGE_FIELDS.length + 1} to ${last}`
    throw toDamage(place, { found: `mod_fld_num "${numbers}"`, expected })
  }
  return names.filter((name) => name !== undefined)
}

/** The name of a field by its number in the .seq record; none for a field that names the record. */
function toModifiedField(table: ChangedTable, position: number): string | undefined {
  const index = position - CHANGE_FIELDS.length - 1
  return KEY_FIELDS[table].includes(index) ? undefined : FIELDS[table][index]
}

function compareChanges(a: MeddraChange, b: MeddraChange): number {
  return (
    compareCodes(a.date, b.date) ||
    CHANGED_TABLES.indexOf(a.table) - CHANGED_TABLES.indexOf(b.table) ||
    compareCodes(a.key, b.key) ||
    toRank(a.action) - toRank(b.action) ||
    compareCodes(a.modified.join(), b.modified.join())
  )
}

/** A path that changes is deleted and added: in this order. */
function toRank(action: ChangeAction): number {
  switch (action) {
    case 'delete':
      return 0
    case 'add':
      return 1
    case 'modify':
      return 2
    default:
      return assertNever(action)
  }
}

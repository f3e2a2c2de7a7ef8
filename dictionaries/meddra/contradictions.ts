/**
 * Does a release hold what its .seq files say of it? Compares the two; knows nothing of the release before.
 */

import type { MeddraChange } from './changes.ts'
import { CHANGED_TABLES, type ChangedTable, FIELDS, RECORD_WORDS } from './fields.ts'
import { findRecords, type ReleaseTexts } from './records.ts'

/** What all changes of one record come to. */
interface Outcome {
  /** The change that decides whether the record is there: the last one. */
  readonly last: MeddraChange
  /** Field → value and the change that set it last; an addition sets them all. */
  readonly values: ReadonlyMap<string, { readonly value: string; readonly by: MeddraChange }>
}

/**
 * The changes that the release contradicts, one sentence each, with file and line of the change: an added record that is
 * not there or says something else, a deleted one that is there, a modified field with another value.
 * @param changes in the order of readMeddraChanges
 * @param release the texts of the .asc files of the release the changes belong to
 * @throws AecoderError DICTIONARY_DAMAGED for records of the release that are none
 */
export function listContradictions(changes: readonly MeddraChange[], release: ReleaseTexts): readonly string[] {
  return CHANGED_TABLES.flatMap((table) => {
    const ofTable = changes.filter((change) => change.table === table)
    if (ofTable.length === 0) return []
    const records = findRecords(release, table)
    if (records === undefined) return [`${table}.seq: changes of ${table}.asc, which the release does not have`]
    const outcomes = [...toOutcomes(ofTable).values()]
    return outcomes.flatMap((outcome) => listFaults(outcome, { table, there: records.findFields(outcome.last.key) }))
  })
}

function toOutcomes(changes: readonly MeddraChange[]): ReadonlyMap<string, Outcome> {
  const outcomes = new Map<string, Outcome>()
  for (const change of changes) {
    const { action, key, record, modified } = change
    const values = new Map(outcomes.get(key)?.values)
    const fields = action === 'modify' ? modified : action === 'add' ? FIELDS[change.table] : []
    for (const field of fields) values.set(field, { value: record[field] ?? '', by: change })
    outcomes.set(key, { last: change, values })
  }
  return outcomes
}

function listFaults(
  { last, values }: Outcome,
  { table, there }: { table: ChangedTable; there: readonly string[] | undefined },
): string[] {
  const { action, key, where } = last
  const name = `${RECORD_WORDS[table]} ${key}`
  const verb = { add: 'added', delete: 'deleted', modify: 'modified' }[action]
  if (action === 'delete') return there === undefined ? [] : [`${where}: ${name} is deleted, but ${table}.asc has it`]
  if (there === undefined) return [`${where}: ${name} is ${verb}, but ${table}.asc does not have it`]
  return FIELDS[table].flatMap((field, position) => {
    const stated = values.get(field)
    const own = there[position] ?? ''
    if (stated === undefined || stated.value === own) return []
    const [said, has] = [JSON.stringify(stated.value), JSON.stringify(own)]
    return [`${stated.by.where}: ${name} has ${field} ${said}, but ${has} in ${table}.asc`]
  })
}

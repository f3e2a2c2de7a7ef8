/** When each order file of a folder is in force. Knows days and names; knows no codes. */
import type { Period } from '../dictionary.ts'
import { toBaseName } from '../tree/tree-file.ts'
import { toTreeDamage } from '../tree/tree-node.ts'
import { comparePeriods, shiftDay } from '../tree/tree-periods.ts'
import type { TreeSidecar } from '../tree/tree-sidecar.ts'
import type { IcdFile } from './files.ts'

/** An order file with the days it is in force, both included. */
export interface DatedFile {
  readonly name: string
  readonly period: Required<Period>
}

/**
 * The files in the order of time: as dictionary.json says, else as their names do. A file is in force until the next one
 * begins: the release of October until the update of April.
 * @throws AecoderError DICTIONARY_DAMAGED where a file's period is unknown, two begin on one day, or a period is of no file
 */
export function toDatedFiles(
  orders: readonly IcdFile[],
  { periods, where }: Pick<TreeSidecar, 'periods'> & { readonly where: string },
): readonly DatedFile[] {
  const used = new Set<string>()
  const dated = orders.map(({ name, period: named }) => {
    const key = [name, toBaseName(name)].find((each) => periods.has(each)) ?? ''
    used.add(key)
    const period = periods.get(key) ?? named
    if (period !== undefined) return { name, period }
    throw toPeriodDamage(name, { found: 'no year in its name', expected: 'a name such as icd10cm_order_2026.txt' })
  })
  const unused = [...periods.keys()].find((key) => !used.has(key))
  if (unused !== undefined)
    throw toPeriodDamage(where, {
      found: `a period of ${unused}, which is not there`,
      expected: 'names of order files that are',
    })
  const sorted = dated.toSorted((a, b) => comparePeriods(a.period, b.period))
  return sorted.map(({ name, period }, place) => {
    const next = sorted[place + 1]
    if (next === undefined) return { name, period }
    if (next.period.from === period.from) {
      const found = `${name} and ${next.name}, both in force from ${period.from}`
      throw toPeriodDamage(where, { found, expected: 'files that begin on different days' })
    }
    const last = shiftDay(next.period.from, -1)
    return { name, period: { from: period.from, to: period.to < last ? period.to : last } }
  })
}

function toPeriodDamage(file: string, { found, expected }: { found: string; expected: string }) {
  const example = '{ "periods": { "FILE": { "from": "2026-04-01", "to": "2026-09-30" } } }'
  return toTreeDamage({ file }, { found, expected, action: `Say in dictionary.json when it is in force: ${example}` })
}

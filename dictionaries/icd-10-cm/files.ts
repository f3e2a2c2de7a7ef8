/**
 * Which files make an ICD-10-CM release. Knows their names as CMS and NCHS write them, and what a name says of the time a
 * release is in force; knows nothing of what stands in them.
 */
import type { Period } from '../dictionary.ts'
import { toBaseName } from '../tree/tree-file.ts'
import { toTreeDamage } from '../tree/tree-node.ts'

/** A file of a release, with the period that its name states; undefined where it holds no year. */
export interface IcdFile {
  readonly name: string
  readonly period: Required<Period> | undefined
}

export interface IcdFiles {
  /** At least one. */
  readonly orders: readonly IcdFile[]
  readonly tabular: IcdFile | undefined
  /** The indexes to diseases and to external causes. */
  readonly indexes: readonly IcdFile[]
  readonly sidecar: string | undefined
  readonly edits: string | undefined
}

/** icd10cm_order_2026.txt, icd10cm-order-April-2025.txt; not the addenda beside them, which hold only the changes. */
const ORDER = /^icd-?10-?cm[-_ ]order(?![-_ ]addenda)[-_ ].*\.txt$/i
const TABULAR = /^icd-?10-?cm?[-_ ]tabular(?![-_ ]addenda)[-_ ].*\.xml$/i
const INDEX = /^icd-?10-?cm[-_ ](index|eindex)(?![-_ ]addenda)[-_ ].*\.xml$/i

/** Is a file of this name the order file of a release? */
export function isOrderFile(name: string): boolean {
  return ORDER.test(toBaseName(name))
}

/**
 * The files that are read, of all that are there: every order file, and of tabular lists and indexes the newest. The
 * tables of neoplasms and drugs, the addenda and the lists of codes alone are left out.
 * @throws AecoderError DICTIONARY_DAMAGED where two files claim to be the newest of their kind
 */
export function findIcdFiles(where: string, listed: readonly string[]): IcdFiles {
  const all = listed
    .toSorted()
    .map((name) => ({ name, base: toBaseName(name), period: findNamedPeriod(toBaseName(name)) }))
  const find = (pattern: RegExp) => all.filter(({ base }) => pattern.test(base))
  const byIndex = Map.groupBy(find(INDEX), ({ base }) => INDEX.exec(base)?.[1]?.toLowerCase())
  return {
    orders: find(ORDER),
    tabular: findNewest(where, find(TABULAR)),
    indexes: [...byIndex.values()].flatMap((files) => findNewest(where, files) ?? []),
    sidecar: findNewest(where, find(/^dictionary\.json$/i))?.name,
    edits: findNewest(where, find(/^edits\.csv$/i))?.name,
  }
}

function findNewest(where: string, files: readonly IcdFile[]): IcdFile | undefined {
  const newest = files.toSorted((a, b) => compareText(b.period?.from ?? '', a.period?.from ?? ''))
  const [first, second] = newest
  if (first !== undefined && second !== undefined && first.period?.from === second.period?.from)
    throw toTreeDamage(
      { file: where },
      {
        found: `${first.name} and ${second.name}, of which either may be the one in force`,
        expected: 'one such file of each release',
        action: 'Take one of the two away',
      },
    )
  return first
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * A release of year Y is in force from 1 October of Y - 1 to 30 September of Y; the updates that name a month (January in
 * 2021, April since 2022) from that month's first day.
 */
function findNamedPeriod(base: string): Required<Period> | undefined {
  const year = Number(/(?<!\d)20\d\d(?!\d)/.exec(base)?.[0] ?? Number.NaN)
  if (Number.isNaN(year)) return undefined
  const month = /[-_ ](jan|apr|oct)[a-z]*(?=[-_ .\d])/i.exec(base)?.[1]?.toLowerCase()
  switch (month) {
    case 'jan':
      return { from: `${year}-01-01`, to: `${year}-09-30` }
    case 'apr':
      return { from: `${year}-04-01`, to: `${year}-09-30` }
    case 'oct':
      return { from: `${year}-10-01`, to: `${year + 1}-09-30` }
    default:
      return { from: `${year - 1}-10-01`, to: `${year}-09-30` }
  }
}

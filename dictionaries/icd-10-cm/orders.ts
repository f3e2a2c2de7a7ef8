/** The codes of one or several order files as one list. Knows periods and titles; knows no hierarchy. */
import type { Period } from '../dictionary.ts'
import { mergePeriods } from '../tree/tree-periods.ts'
import type { OrderFile } from './order.ts'

/** An order file with the days it is in force. */
export interface OrderRelease {
  readonly order: OrderFile
  readonly period: Required<Period>
}

export interface OrderedCode {
  /** With the dot. */
  readonly code: string
  /** The long title, of the last release that has the code. */
  readonly title: string
  /** When it could be billed; none for a header. */
  readonly billable: readonly Period[]
}

/**
 * Every code of the releases, once: those of the last one in its order, then those that are gone.
 * @param releases in the order of time
 */
export function mergeOrders(releases: readonly OrderRelease[]): ReadonlyMap<string, OrderedCode> {
  const merged = new Map<string, { code: string; title: string; billable: Period[] }>()
  for (const { order, period } of releases.toReversed()) {
    for (const [row, code] of order.codes.entries()) {
      const billable = order.billable[row] === 1 ? [period] : []
      const known = merged.get(code)
      if (known === undefined) merged.set(code, { code, title: order.titles[row] ?? '', billable })
      else known.billable.push(...billable)
    }
  }
  if (releases.length > 1) {
    for (const [code, { title, billable }] of merged)
      merged.set(code, { code, title, billable: [...mergePeriods(billable)] })
  }
  return merged
}

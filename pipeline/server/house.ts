/** What one server serves: the studies that are open for work. */
import type { Desk } from '../index.ts'

export interface House {
  /** By study id. */
  readonly desks: ReadonlyMap<string, Desk>
}

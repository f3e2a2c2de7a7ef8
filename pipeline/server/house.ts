/** What one server serves: the studies that are open for work, and the people who work in them. */
import type { Desk, People } from '../index.ts'

export interface House {
  /** By study id. */
  readonly desks: ReadonlyMap<string, Desk>
  readonly people: People
  /** Where people may sign in beside the password, if anywhere: how the page names it, and the address that begins it. */
  readonly issuer?: { readonly name: string; readonly start: string }
}

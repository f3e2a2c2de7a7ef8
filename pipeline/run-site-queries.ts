/** The leg of a run behind the transfer: what a site answered by changing or withdrawing a record needs no answer any more. */
import { MACHINE } from './run-autocode.ts'
import { findCommitted } from './store/current.ts'
import { recordSettled, type SettledQueries } from './store/site-queries.ts'
import type { Store } from './store/store.ts'
import type { Study } from './study.ts'

export type { SettledQueries }

/**
 * Closes the open site queries of occurrences whose verbatim is another one by now, or whose record is gone, with the
 * current transfer's time. The machine's code of the new term closes nothing: only what the site did, or a person.
 * Doing it again does nothing.
 */
export async function settleSiteQueries(study: Study, { store }: { store: Store }): Promise<SettledQueries> {
  const transfer = await findCommitted(store.db, study.id)
  if (transfer === undefined) return { changed: 0, withdrawn: 0, rekeyed: 0 }
  return recordSettled(store, study.id, { transfer, actor: MACHINE })
}

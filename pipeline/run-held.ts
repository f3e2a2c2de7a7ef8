/** A run on a study that is signed off: the transfer is taken in and held, and the dataset stays what was signed. */
import type { CodingKits } from './coding-kits.ts'
import type { RunFacts, RunOptions } from './run.ts'
import { type Before, publishRun, publishSigned } from './run-publish.ts'
import { settleSiteQueries } from './run-site-queries.ts'
import { takeTransfer } from './run-transfer.ts'
import { findHeld } from './store/held.ts'
import type { Signature } from './store/signatures.ts'
import type { Store } from './store/store.ts'
import type { Study } from './study.ts'

/**
 * Nothing is coded and no context is checked: both would change what somebody answers for. Once the study is unlocked the
 * next run does both, for all that was held.
 */
export async function runSignedOff(
  study: Study,
  options: RunOptions & { store: Store; kits: CodingKits; before: Before; signature: Signature },
): Promise<RunFacts> {
  const { store, signature } = options
  const transfer = await takeTransfer(study, options)
  // What the site has answered is no code, and nobody signed for it.
  const siteQueries = transfer.refusedFor.length > 0 ? undefined : await settleSiteQueries(study, { store })
  const facts = {
    study,
    store,
    kits: options.kits,
    transfer,
    signature,
    ...(siteQueries === undefined ? {} : { siteQueries }),
    held: await findHeld(store.db, study.id, signature),
  }
  const { signature: _, ...publishing } = options
  if (transfer.refusedFor.length > 0)
    return { ...facts, status: 'incomplete', run: await publishRun(study, { ...publishing, incomplete: transfer }) }
  if (facts.held !== null)
    return { ...facts, status: 'held', run: await publishRun(study, { ...publishing, held: transfer }) }
  const { run, isUnchanged } = await publishSigned(study, options)
  return { ...facts, status: isUnchanged ? 'unchanged' : 'complete', run }
}

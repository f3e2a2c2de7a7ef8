/** Before every dataset: the parts of split reports get their --SEQ, once and for good. */
import { MACHINE } from './run-autocode.ts'
import { type ChainHead, findEventHash } from './store/chain.ts'
import { findCommitted } from './store/current.ts'
import { listUnnumberedParts, recordParts } from './store/parts.ts'
import type { Store } from './store/store.ts'
import type { Study } from './study.ts'

const BATCH_PARTS = 2000

/**
 * Numbers the parts that codes up to a point of the chain ask for, also of those that wait for a second person. A number
 * stays with its part when the split is undone: made again, it has the same. The caller holds the study's lock.
 * @returns the point that a dataset may be read as of: the one given, or the last event of its own where nothing that
 *   people did stands between
 */
export async function numberParts(
  study: Study,
  { store, head }: { store: Store; head: ChainHead },
): Promise<ChainHead> {
  const transfer = await findCommitted(store.db, study.id, { uptoSeq: head.seq })
  if (transfer === undefined) return head
  const parts = await listUnnumberedParts(store, study.id, { uptoSeq: head.seq })
  let reached = head
  for (let start = 0; start < parts.length; start += BATCH_PARTS) {
    const batch = parts.slice(start, start + BATCH_PARTS)
    const seq = await recordParts(store, study.id, { parts: batch, transferNo: transfer.no, actor: MACHINE })
    if (seq === reached.seq + 1) reached = { seq, hash: (await findEventHash(store.db, study.id, seq)) ?? '' }
  }
  return reached
}

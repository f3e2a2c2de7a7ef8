/** Writing verdicts on many decisions in one transaction, with one event for each verdict and reason. */
import type { Kysely } from 'kysely'
import { insertRows } from './bulk.ts'
import { type Actor, appendEvent } from './chain.ts'
import { digestDecisions } from './decisions.ts'
import { checkNotSigned } from './signatures.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

/** Decisions that get the same verdict for the same reason. */
export interface VerdictBatch {
  readonly kind: 'approved' | 'rejected'
  readonly reason: string | null
  readonly decisions: readonly string[]
}

/**
 * Records what `choose` makes of the state of this very moment: nobody decides between the look and the write. What it
 * throws leaves everything as it was.
 * @throws AecoderError STUDY_SIGNED_OFF
 */
export async function recordVerdicts<T extends { readonly batches: readonly VerdictBatch[] }>(
  store: Store,
  study: string,
  { actor, choose }: { actor: Actor; choose: (trx: Kysely<Tables>) => Promise<T> },
): Promise<T> {
  return store.db.transaction().execute(async (trx) => {
    await checkNotSigned(trx, study)
    const chosen = await choose(trx)
    for (const { kind, reason, decisions } of chosen.batches) {
      if (decisions.length === 0) continue
      const body = { decisions: digestDecisions(decisions), count: decisions.length }
      const object = `${decisions.length} decisions`
      const event = { kind, object, actor, reason, body }
      const { seq, at } = await appendEvent(trx, study, { event, ambience: store.ambience })
      await insertRows(
        trx,
        { name: 'verdict', columns: ['study', 'seq', 'decision', 'kind', 'actor', 'auth', 'at', 'reason'] },
        decisions.map((decision) => [study, seq, decision, kind, actor.name, actor.auth, at, reason]),
      )
    }
    return chosen
  })
}

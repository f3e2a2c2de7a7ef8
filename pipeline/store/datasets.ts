/** Which datasets were published, each bound to its manifest by hash and to the chain by its event. */
import type { Kysely } from 'kysely'
import { type Actor, appendEvent } from './chain.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

export interface PublishedDataset {
  readonly runId: string
  /** The event that tells of it. */
  readonly seq: number
  /** The chain's head when the dataset was read. */
  readonly uptoSeq: number
  readonly manifestSha256: string
}

/** Records a published dataset with its event. */
export async function recordDataset(
  store: Store,
  study: string,
  dataset: Omit<PublishedDataset, 'seq'> & { transferNo: number | null; actor: Actor },
): Promise<void> {
  const { runId, uptoSeq, manifestSha256, transferNo, actor } = dataset
  await store.db.transaction().execute(async (trx) => {
    const body = { runId, uptoSeq, manifest: manifestSha256 }
    const event = { kind: 'dataset-written', object: `run ${runId}`, actor, body } as const
    const { seq } = await appendEvent(trx, study, { event, ambience: store.ambience })
    await trx
      .insertInto('dataset')
      .values({
        study,
        seq,
        run_id: runId,
        upto_seq: uptoSeq,
        transfer_no: transferNo,
        manifest_sha256: manifestSha256,
      })
      .execute()
  })
}

/** The dataset of a run, or the one an event tells of; undefined when there is none. */
export async function findDataset(
  db: Kysely<Tables>,
  study: string,
  by: { readonly runId: string } | { readonly seq: number },
): Promise<PublishedDataset | undefined> {
  const query = selectDataset(db, study)
  return ('runId' in by ? query.where('run_id', '=', by.runId) : query.where('seq', '=', by.seq)).executeTakeFirst()
}

/** The dataset published last; undefined before the first. */
export async function findLastDataset(db: Kysely<Tables>, study: string): Promise<PublishedDataset | undefined> {
  return selectDataset(db, study).executeTakeFirst()
}

function selectDataset(db: Kysely<Tables>, study: string) {
  return db
    .selectFrom('dataset')
    .select(['run_id as runId', 'seq', 'upto_seq as uptoSeq', 'manifest_sha256 as manifestSha256'])
    .where('study', '=', study)
    .orderBy('seq', 'desc')
    .limit(1)
}

/** Transfers that end without effect: on record as abandoned, and what they staged cleared away. */
import { sql } from 'kysely'
import { type Actor, appendEvent } from './chain.ts'
import type { Store } from './store.ts'

/** Ends transfers that a killed run left open, and clears away what abandoned ones staged. */
export async function abandonUnfinished(store: Store, study: string, actor: Actor): Promise<void> {
  const open = await store.db
    .selectFrom('transfer')
    .leftJoin('transfer_end', (join) =>
      join.onRef('transfer_end.study', '=', 'transfer.study').onRef('transfer_end.transfer_no', '=', 'transfer.no'),
    )
    .select(['transfer.no', 'transfer_end.state'])
    .where('transfer.study', '=', study)
    .where((of) => of.or([of('transfer_end.state', 'is', null), of('transfer_end.state', '=', 'abandoned')]))
    .orderBy('transfer.no')
    .execute()
  for (const { no, state } of open) {
    if (state === null)
      await endAbandoned(store, study, { transferNo: no, actor, reason: 'the run ended before it was complete' })
    await clearAbandoned(store, study, no) // killed while clearing: nothing to do when it was done
  }
}

/** Ends a transfer without effect. */
export async function endAbandoned(
  store: Store,
  study: string,
  { transferNo, actor, reason }: { transferNo: number; actor: Actor; reason: string },
): Promise<void> {
  await store.db.transaction().execute(async (trx) => {
    const { seq } = await appendEvent(trx, study, {
      event: {
        kind: 'transfer-abandoned',
        object: `transfer ${transferNo}`,
        actor,
        reason,
        body: { transfer: transferNo },
      },
      ambience: store.ambience,
    })
    await trx
      .insertInto('transfer_end')
      .values({ study, transfer_no: transferNo, state: 'abandoned', seq, versions_digest: '' })
      .execute()
  })
}

/** Clears away what a transfer staged that was abandoned. Harmless when it was done. */
export async function clearAbandoned(store: Store, study: string, transferNo: number): Promise<void> {
  let after = 0
  for (;;) {
    const { rows } = await sql<{ no: number }>`
      select occurrence_no as no from occurrence_version
      where study = ${study} and transfer_no = ${transferNo} and occurrence_no > ${after} order by occurrence_no limit 5000`.execute(
      store.db,
    )
    const last = rows.at(-1)
    if (last === undefined) break
    await store.db.transaction().execute(async (trx) => {
      const range = sql`study = ${study} and transfer_no = ${transferNo}`
      await sql`delete from sequence where ${range} and occurrence_no > ${after} and occurrence_no <= ${last.no}`.execute(
        trx,
      )
      await sql`delete from occurrence_version where ${range} and occurrence_no > ${after} and occurrence_no <= ${last.no}`.execute(
        trx,
      )
      await sql`delete from occurrence where ${range} and no > ${after} and no <= ${last.no}`.execute(trx)
    })
    after = last.no
  }
  await store.db
    .deleteFrom('subject_version')
    .where('study', '=', study)
    .where('transfer_no', '=', transferNo)
    .execute()
}

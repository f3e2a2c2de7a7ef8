/** Checking signatures against the chain: each is what its event tells of, is bound to what it says, and nothing was coded under it. */
import type { Kysely } from 'kysely'
import type { Json } from '../../schemas/content-id.ts'
import { LOCKED_EVENTS } from '../review/signature-rules.ts'
import { countInForce } from './signatures.ts'
import type { Tables } from './tables.ts'

interface Vouched {
  readonly kind: string
  readonly body: {
    readonly meaning?: string
    readonly fullName?: string
    readonly coversSeq?: number
    readonly coversHash?: string
    readonly transferNo?: number | null
    readonly decisions?: number
  }
}

/**
 * @param chain the events by their seq, walked and found whole; the hash after each
 * @returns how many signatures and unlockings there are
 */
export async function checkSignatures(
  db: Kysely<Tables>,
  study: string,
  {
    vouched,
    hashes,
    faults,
  }: {
    vouched: ReadonlyMap<number, Json>
    hashes: ReadonlyMap<number, string>
    faults: { add(text: string): void }
  },
): Promise<number> {
  const rows = await db
    .selectFrom('signature')
    .leftJoin('event', (join) =>
      join.onRef('event.study', '=', 'signature.study').onRef('event.seq', '=', 'signature.seq'),
    )
    .selectAll('signature')
    .select(['event.at as moment', 'event.actor as by', 'event.auth as known', 'event.reason as why'])
    .where('signature.study', '=', study)
    .orderBy('signature.seq')
    .execute()
  const seen = new Set<number>()
  let standing: Tables['signature'] | undefined
  for (const { moment, by, known, why, ...row } of rows) {
    seen.add(row.seq)
    const where = `signature of event ${row.seq}`
    const { kind, body } = (vouched.get(row.seq) ?? { kind: '', body: {} }) as unknown as Vouched
    if (
      kind !== row.kind ||
      moment !== row.at ||
      by !== row.actor ||
      known !== row.auth ||
      why !== row.reason ||
      body.meaning !== row.meaning ||
      body.fullName !== row.full_name ||
      body.coversSeq !== row.covers_seq ||
      body.coversHash !== row.covers_hash ||
      body.transferNo !== row.transfer_no ||
      body.decisions !== row.decisions
    )
      faults.add(`${where}: it is not what the event vouches for`)
    if (row.kind === 'signed-off') {
      if (standing) faults.add(`${where}: event ${standing.seq} had signed the study off already`)
      if (row.covers_seq !== row.seq - 1) faults.add(`${where}: it does not cover all events before it`)
      if (hashes.get(row.covers_seq) !== row.covers_hash)
        faults.add(`${where}: the chain it was given on had another hash at event ${row.covers_seq}`)
      if ((await countInForce(db, study, row.covers_seq)) !== row.decisions)
        faults.add(`${where}: it does not cover the ${row.decisions} decisions that it says`)
      standing = row
    } else {
      if (standing?.covers_seq !== row.covers_seq || standing.covers_hash !== row.covers_hash)
        faults.add(`${where}: it unlocks no signature that was in force`)
      standing = undefined
    }
  }
  let signedAt: number | undefined
  for (const [seq, event] of vouched) {
    const { kind } = event as unknown as Vouched
    if (kind === 'signed-off') signedAt = seq
    if (kind === 'unlocked') signedAt = undefined
    if ((kind === 'signed-off' || kind === 'unlocked') && !seen.has(seq))
      faults.add(`event ${seq}: the signature it vouches for is missing`)
    if (signedAt !== undefined && LOCKED_EVENTS.has(kind))
      faults.add(`event ${seq}: ${kind}, though event ${signedAt} had signed the study off`)
  }
  return rows.length
}

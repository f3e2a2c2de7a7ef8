/** The outbox: what was raised or reopened and not sent yet, marked as sent with the digest of the files it is sent in. */
import { type Kysely, sql } from 'kysely'
import { toSha256 } from '../../schemas/content-id.ts'
import { EXCHANGE_FORMATS, type ExchangeFormat } from '../../schemas/site-queries.ts'
import type { Actor } from './chain.ts'
import { readSiteQueries, type SiteQueryView } from './site-query-lists.ts'
import { recordSteps } from './site-query-steps.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

/** An outbox in both forms that it can be fetched in. */
export type OutboxFiles = { readonly [format in ExchangeFormat]: string }

/** An outbox that was sent. `seq` is the number of its event, by which it can be had again. */
export interface Outbox {
  readonly seq: number
  readonly at: string
  readonly by: string
  readonly count: number
}

/**
 * Sends all that waits: writes it down as files, and marks it as sent in the same transaction.
 * @param toFiles must make the same files of the same site queries at any time
 * @returns undefined where nothing waits
 */
export async function recordOutbox(
  store: Store,
  study: string,
  { actor, toFiles }: { actor: Actor; toFiles: (siteQueries: readonly SiteQueryView[]) => OutboxFiles },
): Promise<{ readonly seq: number; readonly count: number; readonly files: OutboxFiles } | undefined> {
  return store.db.transaction().execute(async (trx) => {
    const siteQueries = await readSiteQueries(trx, study, {
      condition: sql`and s.kind in ('raised', 'reopened') order by v.site, o.usubjid, o.key, q.id`,
    })
    const files = toFiles(siteQueries)
    const seq = await recordSteps(trx, study, {
      act: { kind: 'sent', object: 'outbox', actor, reason: null, text: null, told: { sha256: toDigests(files) } },
      queries: siteQueries.map(({ id }) => ({ id })),
      ambience: store.ambience,
    })
    return seq === undefined ? undefined : { seq, count: siteQueries.length, files }
  })
}

/** The hash of each form. */
function toDigests(files: OutboxFiles): { readonly [format in ExchangeFormat]: string } {
  return { csv: toSha256(files.csv), json: toSha256(files.json) }
}

/**
 * The files of an outbox that was sent, made again of what stood then.
 * @returns `differs` where they are not, byte for byte, those that were sent
 */
export async function readOutbox(
  db: Kysely<Tables>,
  study: string,
  { seq, toFiles }: { seq: number; toFiles: (siteQueries: readonly SiteQueryView[]) => OutboxFiles },
): Promise<
  | {
      readonly outbox: Outbox
      readonly siteQueries: readonly SiteQueryView[]
      readonly files: OutboxFiles
      readonly differs: boolean
    }
  | undefined
> {
  const [outbox] = await readOutboxes(db, study, { only: seq, limit: 1 })
  if (outbox === undefined) return undefined
  // As before the event: sending changes nothing that stands in the files.
  const siteQueries = await readSiteQueries(db, study, {
    uptoSeq: seq - 1,
    condition: sql`and exists (select 1 from query_step y where y.study = q.study and y.query = q.id and y.seq = ${seq} and y.kind = 'sent')
      order by v.site, o.usubjid, o.key, q.id`,
  })
  const files = toFiles(siteQueries)
  const { sha256, ...told } = outbox
  const made = toDigests(files)
  return {
    outbox: told,
    siteQueries,
    files,
    differs: EXCHANGE_FORMATS.some((format) => made[format] !== sha256[format]),
  }
}

/** The outboxes that were sent, the latest first. */
export async function listOutboxes(
  { db }: { readonly db: Kysely<Tables> },
  study: string,
  { limit }: { limit: number },
): Promise<Outbox[]> {
  return (await readOutboxes(db, study, { limit })).map(({ seq, at, by, count }) => ({ seq, at, by, count }))
}

async function readOutboxes(
  db: Kysely<Tables>,
  study: string,
  { only, limit }: { only?: number; limit: number },
): Promise<(Outbox & { readonly sha256: { readonly [format in ExchangeFormat]?: string } })[]> {
  const { rows } = await sql<{ seq: number; at: string; actor: string; body: string }>`
    select e.seq, e.at, e.actor, b.body from event e join event_body b on b.study = e.study and b.seq = e.seq
    where e.study = ${study} and e.kind = 'query-sent' ${only === undefined ? sql`` : sql`and e.seq = ${only}`}
    order by e.seq desc limit ${limit}`.execute(db)
  return rows.map(({ seq, at, actor, body }) => {
    const { siteQueries, sha256 } = JSON.parse(body) as {
      siteQueries: string[]
      sha256: { [format in ExchangeFormat]?: string }
    }
    return { seq, at, by: actor, count: siteQueries.length, sha256 }
  })
}

/** The exchange with the EDC: sending the outbox, giving one that was sent again, taking answers in. */
import { toSha256 } from '../schemas/content-id.ts'
import { AecoderError } from '../schemas/errors.ts'
import type { ExchangeFormat } from '../schemas/site-queries.ts'
import { toShownSiteQuery } from './site-queries.ts'
import { readAnswers, toOutboxFiles, toRefused } from './site-query-files.ts'
import type { Actor } from './store/chain.ts'
import { type Outbox, type OutboxFiles, readOutbox, recordOutbox } from './store/outboxes.ts'
import { findMasks } from './store/redactions.ts'
import { recordAnswers } from './store/site-queries.ts'
import type { SiteQueryView } from './store/site-query-lists.ts'
import type { Store } from './store/store.ts'
import type { Study } from './study.ts'

/** An outbox as a file; `name` holds no subject, site or verbatim. */
export interface OutboxFile {
  readonly name: string
  readonly text: string
}

/**
 * Sends all site queries that were raised or reopened: from here on they wait for an answer.
 * @returns the number of the outbox, by which `fetchOutbox` gives its files at any time
 * @throws AecoderError SITE_QUERY_NOT_ALLOWED where nothing waits to be sent
 */
export async function sendOutbox(
  study: Study,
  { store, actor }: { store: Store; actor: Actor },
): Promise<{ readonly seq: number; readonly count: number }> {
  const sent = await recordOutbox(store, study.id, { actor, toFiles: toFilesOf(study) })
  if (sent === undefined)
    throw new AecoderError('SITE_QUERY_NOT_ALLOWED', {
      where: 'outbox',
      found: 'no site query waits to be sent',
      action: 'Raise one: aecoder ask',
    })
  return { seq: sent.seq, count: sent.count }
}

/**
 * The file of an outbox that was sent, byte for byte as it was sent. Words that are hidden by now are masked in what is
 * given out; the digest on record is that of the file without masks.
 * @throws AecoderError TARGET_NOT_FOUND, or VERIFY_MISMATCH where the store no longer holds what was sent
 */
export async function fetchOutbox(
  study: Study,
  { store, seq, as }: { store: Store; seq: number; as: ExchangeFormat },
): Promise<{ readonly outbox: Outbox; readonly file: OutboxFile }> {
  const where = `outbox ${seq}`
  const found = await readOutbox(store.db, study.id, { seq, toFiles: toFilesOf(study) })
  if (found === undefined)
    throw new AecoderError('TARGET_NOT_FOUND', {
      where,
      found: `no such outbox in ${study.id}`,
      action: 'List them: aecoder outbox --list',
    })
  if (found.differs)
    throw new AecoderError('VERIFY_MISMATCH', {
      where,
      found: 'made again it is not the file that was sent',
      action: 'Prove the store: aecoder verify',
    })
  const masks = await findMasks(store, study.id)
  const files = masks.isEmpty
    ? found.files
    : toFilesOf(study)(found.siteQueries.map((siteQuery) => toShownSiteQuery(siteQuery, masks)))
  return { outbox: found.outbox, file: { name: `site-queries-${seq}.${as}`, text: files[as] } }
}

function toFilesOf({ config }: Study): (siteQueries: readonly SiteQueryView[]) => OutboxFiles {
  return (siteQueries) => toOutboxFiles(siteQueries, { studyId: config.study.protocol })
}

/** What taking answers in did. */
export interface AnswerReport {
  /** The event; null where the file held no answer. */
  readonly seq: number | null
  readonly answered: number
  /** Ids of those among them that were closed meanwhile, and stay so. */
  readonly late: readonly string[]
  /** Rows without an answer. */
  readonly blank: number
}

/**
 * Takes a file of answers in, all of them or none.
 * @throws AecoderError ANSWERS_INVALID with every line that is wrong, or what the CSV reader throws
 */
export async function importAnswers(
  study: Study,
  { store, actor, ...file }: { store: Store; actor: Actor; name: string; as: ExchangeFormat; text: string },
): Promise<AnswerReport> {
  const { answers, blank } = await readAnswers(file)
  const told = { sha256: toSha256(file.text) }
  const { seq, taken, late, problems } = await recordAnswers(store, study.id, { answers, actor, told })
  if (problems.length > 0) throw toRefused(file.name, problems)
  return { seq, answered: taken.length, late, blank }
}

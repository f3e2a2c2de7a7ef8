/** Why a transfer was not taken in, and whose fault that is. */
import { AecoderError, type ErrorCode, type ErrorFacts } from '../schemas/errors.ts'
import type { RunReport } from './run.ts'

/** What stands beside a transfer in quarantine. */
export interface Refusal extends ErrorFacts {
  readonly study: string
  readonly transfer: string
  /** When it was refused: UTC. */
  readonly at: string
  readonly code: ErrorCode
  /** What was read of it; null where it was not read to its end. */
  readonly counts: {
    readonly refusedFor: RunReport['transfer']['refusedFor']
    readonly files: readonly {
      readonly name: string
      readonly source: string
      readonly read: number
      readonly accepted: number
      readonly duplicate: number
      readonly superseded: number
      readonly skipped: number
      readonly rejected: number
    }[]
  } | null
}

/**
 * Errors that say something of the transfer: the same one again would end the same way. All others speak of the study's
 * settings, its store, the disk, the network; a transfer that meets them waits until they are gone.
 */
const OF_TRANSFER: readonly ErrorCode[] = [
  'NO_INPUT',
  'ENCODING',
  'FORMAT_UNKNOWN',
  'FORMAT_MISMATCH',
  'FORMAT_DAMAGED',
  'CSV_UNTERMINATED_QUOTE',
  'CSV_MALFORMED_QUOTE',
  'CSV_HEADER',
  'XML_MALFORMED',
  'ODM_UNSUPPORTED',
  'COLUMN_NOT_FOUND',
  'TRANSFER_OLDER',
  'TRANSFER_FOREIGN',
]

/**
 * Errors that quote what stands in the file: of a table without a header the first row, of damaged text the place. That
 * may be a subject or a verbatim.
 */
const QUOTING: readonly ErrorCode[] = [
  'COLUMN_NOT_FOUND',
  'FORMAT_DAMAGED',
  'XML_MALFORMED',
  'ODM_UNSUPPORTED',
  'TRANSFER_FOREIGN',
]

/** A refusal as logs may hold it: what it quotes stands in quarantine only, beside the file. */
export function toLogged(refusal: Refusal): Refusal {
  if (!QUOTING.includes(refusal.code)) return refusal
  const { study, transfer, at, code, counts, where } = refusal
  return { study, transfer, at, code, where, found: 'told beside the file alone, for it may quote it', counts }
}

type Named = Pick<Refusal, 'study' | 'transfer' | 'at'>

/** Undefined where the transfer is not to blame. */
export function findRefusal(error: unknown, named: Named): Refusal | undefined {
  if (!(error instanceof AecoderError) || !OF_TRANSFER.includes(error.code)) return undefined
  return { ...named, code: error.code, ...error.facts, counts: null }
}

/** Of a run that was incomplete. */
export function toRefusal({ transfer, run }: RunReport, named: Named): Refusal {
  const { refusedFor } = transfer
  const hasRejected = transfer.files.some(({ rejected }) => rejected > 0)
  return {
    ...named,
    code: 'RUN_INCOMPLETE',
    where: named.transfer,
    found: refusedFor.map(({ reason, count }) => `${count} × ${reason}`).join(', '),
    expected: 'a transfer of which every row can be taken in, or what is not is accepted by name',
    action: `${hasRejected ? `See the rows in ${run.folder}/set-aside.csv. ` : ''}Mend the export; or go on all the same, which is recorded: aecoder run --input FOLDER ${refusedFor.map(({ reason }) => `--accept ${reason}`).join(' ')}`,
    counts: {
      refusedFor,
      files: transfer.files.map(({ name, source, read, accepted, duplicate, superseded, skipped, rejected }) => ({
        name,
        source,
        read,
        accepted,
        duplicate,
        superseded,
        skipped,
        rejected,
      })),
    },
  }
}

/** The same for people. */
export function toRefusalText({ study, transfer, at, code, where, found, expected, action, counts }: Refusal): string {
  const lines = [
    `${study}: transfer ${transfer} was not taken in (${at}).`,
    '',
    `code      ${code}`,
    `where     ${where}`,
    `found     ${found}`,
    ...(expected === undefined ? [] : [`expected  ${expected}`]),
    ...(action === undefined ? [] : [`action    ${action}`]),
  ]
  for (const { name, read, accepted, duplicate, superseded, skipped, rejected } of counts?.files ?? [])
    lines.push(
      `counts    ${name}: read ${read} = accepted ${accepted} + duplicate ${duplicate} + superseded ${superseded} + skipped ${skipped} + rejected ${rejected}`,
    )
  lines.push('', 'Nothing of it is current. Once it is mended, put it into the inbox again.')
  return `${lines.join('\n')}\n`
}

/** How errors are told over HTTP: one status for each code of the table of errors, and nothing of the inside. */
import { randomBytes } from 'node:crypto'
import type { Problem } from '../../schemas/api/schema.ts'
import type { Misfit } from '../../schemas/api/validate.ts'
import { AecoderError, type ErrorCode } from '../index.ts'

/** 400 the request, 401 no session, 403 not allowed to this person, 404 not there, 409 meanwhile changed, 422 against a rule, 5xx the server's own affair. */
export const STATUS: { readonly [code in ErrorCode]: number } = {
  CONFIG_NOT_FOUND: 500,
  CONFIG_INVALID: 500,
  USAGE: 400,
  FILE_NOT_FOUND: 500,
  FILE_CHANGED: 409,
  NO_INPUT: 422,
  ENCODING: 422,
  FORMAT_UNKNOWN: 422,
  FORMAT_MISMATCH: 422,
  FORMAT_DAMAGED: 422,
  BUCKET_FAILED: 503,
  BUCKET_CONFLICT: 409,
  CSV_UNTERMINATED_QUOTE: 422,
  CSV_MALFORMED_QUOTE: 422,
  CSV_HEADER: 422,
  XML_MALFORMED: 422,
  ODM_UNSUPPORTED: 422,
  COLUMN_NOT_FOUND: 422,
  LIST_INVALID: 422,
  DICTIONARY_NOT_FOUND: 500,
  DICTIONARY_DAMAGED: 500,
  DICTIONARY_MISMATCH: 409,
  STORE_NEWER: 500,
  STORE_OLDER: 500,
  STORE_BUSY: 503,
  RUN_IN_PROGRESS: 409,
  TRANSFER_OLDER: 409,
  TRANSFER_FOREIGN: 409,
  TAKE_OVER_INVALID: 422,
  TERM_NOT_FOUND: 422,
  TERM_NOT_CURRENT: 422,
  TARGET_NOT_FOUND: 404,
  DECISION_NOT_ALLOWED: 422,
  DECISION_STALE: 409,
  STUDY_SIGNED_OFF: 409,
  SHEET_INVALID: 422,
  ENTRY_NOT_ALLOWED: 422,
  SITE_QUERY_NOT_ALLOWED: 422,
  ANSWERS_INVALID: 422,
  SIGN_IN_REFUSED: 403,
  SIGN_IN_NEEDED: 401,
  PASSWORD_WEAK: 422,
  ACCOUNT_NOT_ALLOWED: 422,
  NOT_PERMITTED: 403,
  TOO_MANY_REQUESTS: 429,
  ADDRESS_UNSAFE: 500,
  WRITE_FAILED: 503,
  READBACK_MISMATCH: 500,
  RUN_INCOMPLETE: 409,
  VERIFY_MISMATCH: 500,
}

/** A refusal as it is sent, and the line that the server's log gets where the fault is its own. */
export interface Refusal {
  readonly status: number
  readonly body: Problem
  readonly log: string | null
}

export class MisfitError extends AecoderError {
  readonly misfits: readonly Misfit[]
  constructor(part: string, misfits: readonly Misfit[]) {
    const [first] = misfits
    super('USAGE', {
      where: first?.at ? `${part}: ${first.at}` : part,
      found: misfits.length > 1 ? `${misfits.length} values that do not fit` : 'a value that does not fit',
      expected: first?.expected ?? 'what the API document says',
    })
    this.misfits = misfits
  }
}

/** @param request method and pattern of the route: the address itself is never logged */
export function toRefusal(error: unknown, request: string): Refusal {
  if (error instanceof AecoderError) return ofAecoder(error, request)
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown }
  if (statusCode === 413) return toUsage(413, 'a body that is too large')
  if (statusCode === 415) return toUsage(415, 'a content type that is not application/json')
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return toUsage(statusCode, 'a request that cannot be read')
  // A message may hold what a site wrote; where it came up does not.
  const stack = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : []
  const name = `${error instanceof Error ? error.name : typeof error}${typeof code === 'string' ? ` ${code}` : ''}`
  return ofServer('UNEXPECTED', { request, told: [name, ...stack].join('\n') })
}

function ofAecoder(error: AecoderError, request: string): Refusal {
  const status = STATUS[error.code]
  if (status >= 500) return ofServer(error.code, { request, told: error.message, status })
  const misfits = error instanceof MisfitError ? { misfits: [...error.misfits] } : {}
  return { status, body: { error: { code: error.code, ...error.facts, ...misfits } }, log: null }
}

function ofServer(
  code: ErrorCode | 'UNEXPECTED',
  { request, told, status = 500 }: { request: string; told: string; status?: number },
): Refusal {
  const mark = randomBytes(4).toString('hex')
  return {
    status,
    body: {
      error: {
        code,
        where: `request ${mark}`,
        found: 'the server could not do it',
        action: 'Try again; if it stays so, give this number to whoever runs the server',
      },
    },
    log: `request ${mark}: ${request}: ${code}: ${told}`,
  }
}

function toUsage(status: number, found: string): Refusal {
  return { status, body: { error: { code: 'USAGE', where: 'the request', found } }, log: null }
}

/** The table of errors. Knows every code a user can meet; knows nothing of where it is thrown. */

/** How a command ends for the shell: scripts may rely on these numbers. */
export const EXIT = { ok: 0, failed: 1, usage: 2, incomplete: 3, mismatch: 4 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Every error a user can meet, with the exit code it leads to. A new error is a new line here. */
export const ERRORS = {
  CONFIG_NOT_FOUND: EXIT.usage,
  CONFIG_INVALID: EXIT.usage,
  USAGE: EXIT.usage,
  FILE_NOT_FOUND: EXIT.failed,
  FILE_CHANGED: EXIT.failed,
  NO_INPUT: EXIT.failed,
  ENCODING: EXIT.failed,
  FORMAT_UNKNOWN: EXIT.failed,
  FORMAT_MISMATCH: EXIT.failed,
  FORMAT_DAMAGED: EXIT.failed,
  BUCKET_FAILED: EXIT.failed,
  BUCKET_CONFLICT: EXIT.failed,
  CSV_UNTERMINATED_QUOTE: EXIT.failed,
  CSV_MALFORMED_QUOTE: EXIT.failed,
  CSV_HEADER: EXIT.failed,
  XML_MALFORMED: EXIT.failed,
  ODM_UNSUPPORTED: EXIT.failed,
  COLUMN_NOT_FOUND: EXIT.failed,
  LIST_INVALID: EXIT.failed,
  DICTIONARY_NOT_FOUND: EXIT.failed,
  DICTIONARY_DAMAGED: EXIT.failed,
  DICTIONARY_MISMATCH: EXIT.failed,
  STORE_NEWER: EXIT.failed,
  STORE_OLDER: EXIT.failed,
  STORE_BUSY: EXIT.failed,
  RUN_IN_PROGRESS: EXIT.failed,
  TRANSFER_OLDER: EXIT.failed,
  TRANSFER_FOREIGN: EXIT.failed,
  TAKE_OVER_INVALID: EXIT.failed,
  TERM_NOT_FOUND: EXIT.failed,
  TERM_NOT_CURRENT: EXIT.failed,
  TARGET_NOT_FOUND: EXIT.failed,
  DECISION_NOT_ALLOWED: EXIT.failed,
  DECISION_STALE: EXIT.failed,
  STUDY_SIGNED_OFF: EXIT.failed,
  SHEET_INVALID: EXIT.failed,
  ENTRY_NOT_ALLOWED: EXIT.failed,
  SITE_QUERY_NOT_ALLOWED: EXIT.failed,
  ANSWERS_INVALID: EXIT.failed,
  SIGN_IN_REFUSED: EXIT.failed,
  SIGN_IN_NEEDED: EXIT.failed,
  PASSWORD_WEAK: EXIT.failed,
  ACCOUNT_NOT_ALLOWED: EXIT.failed,
  NOT_PERMITTED: EXIT.failed,
  TOO_MANY_REQUESTS: EXIT.failed,
  ADDRESS_UNSAFE: EXIT.usage,
  WRITE_FAILED: EXIT.failed,
  READBACK_MISMATCH: EXIT.failed,
  RUN_INCOMPLETE: EXIT.incomplete,
  VERIFY_MISMATCH: EXIT.mismatch,
} as const satisfies Record<string, ExitCode>

export type ErrorCode = keyof typeof ERRORS

/** What an error tells: where it is, what was found there, what was expected, what to do now. */
export interface ErrorFacts {
  /** `file:line`, `study.json: sources[0].map`, a command … */
  where: string
  found: string
  expected?: string
  /** What the reader can do about it, as an imperative sentence without the full stop. */
  action?: string
}

/** An error meant for the user. Anything else that is thrown is a defect of aecoder. */
export class AecoderError extends Error {
  readonly code: ErrorCode
  readonly facts: ErrorFacts
  constructor(code: ErrorCode, facts: ErrorFacts, cause?: unknown) {
    super(toMessage(facts), cause === undefined ? undefined : { cause })
    this.name = 'AecoderError'
    this.code = code
    this.facts = facts
  }
  get exitCode(): ExitCode {
    return ERRORS[this.code]
  }
}

function toMessage({ where, found, expected, action }: ErrorFacts): string {
  const wanted = expected === undefined ? '' : ` (expected ${expected})`
  const advice = action === undefined ? '' : `. ${action}`
  return `${where}: ${found}${wanted}${advice}`
}

/** Marks the end of a switch over a closed union: the compiler refuses a case that was forgotten. */
export function assertNever(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}

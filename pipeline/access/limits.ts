/** How long a session lasts and when an account is locked. Pure: times are given. */

/** After this many failures in a row an account is locked for a while. */
export const LOCK_OUT = { failures: 5, minutes: 15 } as const

/** Minutes a session lasts without being used, and in all. A command line is used now and then through a day. */
export const SESSION_MINUTES = {
  browser: { idle: 30, whole: 12 * 60 },
  'command-line': { idle: 12 * 60, whole: 12 * 60 },
} as const
export type SessionKind = keyof typeof SESSION_MINUTES

/** What an account remembers of passwords that were wrong. */
export interface Failures {
  readonly failures: number
  readonly lockedUntil: string | null
}

export const NO_FAILURES: Failures = { failures: 0, lockedUntil: null }

export function isLocked({ lockedUntil }: Failures, now: string): boolean {
  return lockedUntil !== null && Date.parse(now) < Date.parse(lockedUntil)
}

/** After one more wrong password: the last of a row locks. A lock that ran out has begun a new row. */
export function toFailedAgain({ failures, lockedUntil }: Failures, now: string): Failures {
  const count = (lockedUntil === null ? failures : 0) + 1
  return count < LOCK_OUT.failures
    ? { failures: count, lockedUntil: null }
    : { failures: count, lockedUntil: addMinutes(now, LOCK_OUT.minutes) }
}

/** What of a session its life depends on. */
export interface SessionTimes {
  readonly kind: SessionKind
  readonly seenAt: string
  readonly expiresAt: string
}

export function toExpiry(kind: SessionKind, now: string): string {
  return addMinutes(now, SESSION_MINUTES[kind].whole)
}

export function isSessionAlive({ kind, seenAt, expiresAt }: SessionTimes, now: string): boolean {
  return (
    Date.parse(now) < Date.parse(expiresAt) &&
    Date.parse(now) < Date.parse(seenAt) + SESSION_MINUTES[kind].idle * 60_000
  )
}

/** Writing down every single use would make every look at the queue a write: one a minute is exact enough. */
export function isSeenLongAgo({ seenAt }: Pick<SessionTimes, 'seenAt'>, now: string): boolean {
  return Date.parse(now) - Date.parse(seenAt) >= 60_000
}

function addMinutes(now: string, minutes: number): string {
  return new Date(Date.parse(now) + minutes * 60_000).toISOString()
}

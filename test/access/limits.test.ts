import { expect, test } from 'vitest'
import { type Failures, isLocked, isSessionAlive, NO_FAILURES, toFailedAgain } from '../../pipeline/access/limits.ts'

const at = (minutes: number) => new Date(Date.UTC(2026, 2, 1, 8, minutes)).toISOString()

test('the fifth wrong password of a row locks for 15 minutes, and a new row begins after that', () => {
  let state: Failures = NO_FAILURES
  for (let n = 1; n < 5; n++) {
    state = toFailedAgain(state, at(0))
    expect([state.failures, isLocked(state, at(0))]).toEqual([n, false])
  }
  state = toFailedAgain(state, at(0))
  expect(state).toEqual({ failures: 5, lockedUntil: at(15) })
  expect([isLocked(state, at(14)), isLocked(state, at(15))]).toEqual([true, false])
  expect(toFailedAgain(state, at(16))).toEqual({ failures: 1, lockedUntil: null })
})

test.for([
  ['browser', 0, 29, true],
  ['browser', 0, 30, false],
  ['browser', 11 * 60 + 45, 11 * 60 + 59, true],
  ['browser', 11 * 60 + 45, 12 * 60, false],
  ['command-line', 0, 11 * 60, true],
  ['command-line', 0, 12 * 60, false],
] as const)('a %s session last used at minute %i is alive at minute %i: %s', ([kind, seen, now, expected]) => {
  expect(isSessionAlive({ kind, seenAt: at(seen), expiresAt: at(12 * 60) }, at(now))).toBe(expected)
})

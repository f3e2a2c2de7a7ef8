/** The table of errors: exit codes that scripts rely on, and messages that say where, what, expected and what to do. */
import { expect, test } from 'vitest'
import { AecoderError, assertNever, ERRORS, type ErrorCode, EXIT } from '../../schemas/errors.ts'

test('exit codes are what scripts rely on', () => {
  expect(EXIT).toEqual({ ok: 0, failed: 1, usage: 2, incomplete: 3, mismatch: 4 })
})

test('every error ends with 1, except wrong use, an incomplete run and a mismatch', () => {
  const others = Object.entries(ERRORS).filter(([, exit]) => exit !== 1)
  expect(Object.fromEntries(others)).toEqual({
    CONFIG_NOT_FOUND: 2,
    CONFIG_INVALID: 2,
    USAGE: 2,
    ADDRESS_UNSAFE: 2,
    RUN_INCOMPLETE: 3,
    VERIFY_MISMATCH: 4,
  })
  for (const code of Object.keys(ERRORS) as ErrorCode[])
    expect(new AecoderError(code, { where: 'here', found: 'x' }).exitCode).toBe(ERRORS[code])
})

const MESSAGES = [
  { facts: { where: 'ae.csv:41', found: 'too short' }, message: 'ae.csv:41: too short' },
  { facts: { where: 'ae.csv', found: 'none', expected: 'one' }, message: 'ae.csv: none (expected one)' },
  { facts: { where: 'ae.csv', found: 'none', action: 'Add one' }, message: 'ae.csv: none. Add one' },
  {
    facts: { where: 'ae.csv', found: 'none', expected: 'one', action: 'Add one' },
    message: 'ae.csv: none (expected one). Add one',
  },
]
for (const { facts, message } of MESSAGES) {
  test(`an error of ${Object.keys(facts).join(', ')} reads "${message}"`, () => {
    const error = new AecoderError('NO_INPUT', facts)
    expect(error).toMatchObject({ name: 'AecoderError', code: 'NO_INPUT', message, facts })
  })
}

test('an error keeps what caused it', () => {
  const cause = new Error('disk full')
  expect(new AecoderError('WRITE_FAILED', { where: 'out', found: 'x' }, cause).cause).toBe(cause)
  expect('cause' in new AecoderError('WRITE_FAILED', { where: 'out', found: 'x' })).toBe(false)
})

test('a case that was forgotten stops with the value that had none', () => {
  expect(() => assertNever('new-outcome' as never)).toThrow('unreachable: "new-outcome"')
})

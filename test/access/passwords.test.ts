import { expect, test } from 'vitest'
import { checkNewPassword, hashPassword, isPasswordOf } from '../../pipeline/access/passwords.ts'
import { isSameSecret, makeOneTimePassword, makeToken, toTokenHash } from '../../pipeline/access/tokens.ts'

test('a password is kept as argon2id with a salt of its own, and only the same password fits', async () => {
  const [one, two] = await Promise.all([hashPassword('five red apples'), hashPassword('five red apples')])
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(one).not.toBe(two)
  expect(await isPasswordOf(one, 'five red apples')).toBe(true)
  expect(await isPasswordOf(one, 'five red apple')).toBe(false)
  expect(await isPasswordOf(null, 'five red apples')).toBe(false)
})

test('the same characters in another Unicode form are the same password', async () => {
  expect(await isPasswordOf(await hashPassword('caf\u00e9 au lait 2'), 'cafe\u0301 au lait 2')).toBe(true)
})

test.for([
  ['short of 12', '11 letters!'],
  ['too long', 'x1'.repeat(101)],
  ['the own name', 'bea.approver'],
  ['the own name and a little more', 'Bea.Approver12'],
  ['the full name', 'Bea Approver'],
  ['a common one', 'correcthorsebatterystaple'],
  ['a common one with what people append', 'Administrator123!'],
  ['one letter again and again', 'aaaaaaaaaaaaaaaa'],
  ['a few letters again and again', 'abc1abc1abc1'],
] as const)('%s is refused without being repeated in the message', ([, password]) => {
  const check = () => checkNewPassword(password, { names: ['bea.approver', 'Bea Approver'] })
  expect(check).toThrow(expect.objectContaining({ code: 'PASSWORD_WEAK' }))
  expect(check).toThrow(expect.objectContaining({ message: expect.not.stringContaining(password) as string }))
})

test.for(['four likely green apples', 'xK4-9pw_Qz7m', 'Bea Approver likes tea'])('"%s" is good enough', (password) => {
  checkNewPassword(password, { names: ['bea', 'Bea Approver'] })
})

test('tokens and passwords for one use are never twice the same, and only the hash of a token is kept', () => {
  const tokens = new Set(Array.from({ length: 100 }, makeToken))
  expect(tokens.size).toBe(100)
  for (const token of tokens) expect(token).toMatch(/^[\w-]{43}$/)
  const passwords = new Set(Array.from({ length: 100 }, makeOneTimePassword))
  expect(passwords.size).toBe(100)
  for (const password of passwords) {
    expect(password).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/)
    checkNewPassword(password, { names: [] })
  }
  expect(toTokenHash('a')).toMatch(/^[0-9a-f]{64}$/)
  expect([isSameSecret('a', 'a'), isSameSecret('a', 'b'), isSameSecret('', 'a')]).toEqual([true, false, false])
})

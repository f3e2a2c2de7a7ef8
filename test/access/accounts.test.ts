import { expect, test } from 'vitest'
import { checkAdminLeft, checkRoles, listRolesIn, toAccountName } from '../../pipeline/access/accounts.ts'

test.for([
  ['  Ann   Coder ', 'Ann Coder'],
  ['o’brien-2', 'o’brien-2'],
  ['ann@example.org', 'ann@example.org'],
  ['ａｎｎ', 'ann'],
  ['Åsa', 'Åsa'],
] as const)('"%s" is kept as "%s"', ([given, kept]) => {
  expect(toAccountName(given)).toBe(kept)
})

test.for([
  '',
  ' ',
  'a\nb',
  '<img>',
  '@people',
  'a\u202eb',
  'x'.repeat(61),
  'ann;',
  'Aecoder',
  "'; drop table account; --",
])('"%s" is no name', (given) => {
  expect(() => toAccountName(given)).toThrow(expect.objectContaining({ code: 'ACCOUNT_NOT_ALLOWED' }))
})

test('roles are told apart by study, named once, and in one order', () => {
  const coder = { study: 'B@x', role: 'coder' }
  expect(checkRoles([coder, { study: 'A@x', role: 'auditor' }, coder])).toEqual([
    { study: 'A@x', role: 'auditor' },
    coder,
  ])
  const roles = checkRoles([coder, { study: '*', role: 'auditor' }])
  expect([listRolesIn(roles, 'B@x'), listRolesIn(roles, 'A@x'), listRolesIn(roles, '*')]).toEqual([
    ['coder', 'auditor'],
    ['auditor'],
    ['auditor'],
  ])
})

test.for([
  { study: 'A@x', role: 'king' },
  { study: 'A@x', role: 'admin' },
  { study: '', role: 'coder' },
  { study: '@people', role: 'auditor' },
])('$role in "$study" is no role that somebody can have', (role) => {
  expect(() => checkRoles([role])).toThrow(expect.objectContaining({ code: 'ACCOUNT_NOT_ALLOWED' }))
})

test('the last active admin stays one', () => {
  const admin = { name: 'adm', isActive: true, roles: [{ study: '*', role: 'admin' }] } as const
  const second = { ...admin, name: 'two' }
  const without = { ...admin, roles: [] }
  checkAdminLeft([admin, second], without)
  for (const changed of [without, { ...admin, isActive: false }])
    for (const others of [[], [{ ...second, isActive: false }]])
      expect(() => checkAdminLeft([admin, ...others], changed)).toThrow(
        expect.objectContaining({ code: 'ACCOUNT_NOT_ALLOWED' }),
      )
})

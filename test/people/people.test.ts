import { expect, test } from 'vitest'
import {
  activate,
  changePassword,
  checkPermitted,
  confirmPassword,
  createAccount,
  createFirstAdmin,
  deactivate,
  findSession,
  listAccounts,
  resetPassword,
  type SignedIn,
  setRoles,
  signIn,
  signInAtIssuer,
  signOut,
} from '../../pipeline/people.ts'
import { listFaults } from '../store/stage.ts'
import { ADMIN, addAccounts, openPeopleStage, PASSWORD } from './people-stage.ts'

const refusal = (code: string) => expect.objectContaining({ code }) as Error
const STUDY = 'ABC-101@test'
const BROWSER = { kind: 'browser' } as const

test('the first start makes one admin with a password for one sign-in, and no second start another', async () => {
  const { people } = await openPeopleStage()
  const [one, two] = await Promise.all([createFirstAdmin(people), createFirstAdmin(people)])
  const made = one ?? two
  expect([one, two].filter((each) => each !== undefined)).toHaveLength(1)
  expect(await createFirstAdmin(people)).toBeUndefined()
  expect(await listAccounts(people)).toMatchObject([
    { name: 'admin', mustChange: true, roles: [{ study: '*', role: 'admin' }] },
  ])
  const session = await signIn(people, { name: 'admin', password: made?.oneTimePassword ?? '', ...BROWSER })
  expect(session.mustChange).toBe(true)
  await changePassword(people, {
    person: session.person,
    old: made?.oneTimePassword ?? '',
    fresh: PASSWORD,
    keep: session.token,
  })
  expect(await findSession(people, session.token)).toMatchObject({ mustChange: false })
})

test('a password given for the first admin is kept to the same rules', async () => {
  const { people } = await openPeopleStage()
  await expect(createFirstAdmin(people, { password: 'admin' })).rejects.toThrow(refusal('PASSWORD_WEAK'))
  expect(await createFirstAdmin(people, { password: PASSWORD })).toEqual({ name: 'admin', oneTimePassword: null })
  expect((await signIn(people, { name: 'admin', password: PASSWORD, ...BROWSER })).mustChange).toBe(false)
})

test.for(['ann', 'ANN', ' ann ', 'ａｎｎ'])('beside Ann nobody can be called "%s"', async (name) => {
  const { people } = await openPeopleStage()
  await addAccounts(people, { Ann: [] })
  await expect(createAccount(people, { by: ADMIN, account: { name, fullName: 'x', roles: [] } })).rejects.toThrow(
    refusal('ACCOUNT_NOT_ALLOWED'),
  )
  expect(await listAccounts(people)).toHaveLength(1)
})

test('a session knows its person, by the name of the account, with roles as they are at this moment', async () => {
  const { people } = await openPeopleStage()
  await addAccounts(people, { Ann: [{ study: STUDY, role: 'coder' }] })
  const { token, person } = await signIn(people, { name: 'ANN', password: PASSWORD, ...BROWSER })
  expect(person.actor).toEqual({ name: 'Ann', kind: 'person', auth: 'signed in with password' })
  expect([person.rolesIn(STUDY), person.rolesIn('other')]).toEqual([['coder'], []])
  checkPermitted(person, 'code', STUDY)
  expect(() => checkPermitted(person, 'approve', STUDY)).toThrow(refusal('NOT_PERMITTED'))
  expect(() => checkPermitted(person, 'code', 'other')).toThrow(refusal('NOT_PERMITTED'))
  await setRoles(people, { by: ADMIN, name: 'ann', roles: [{ study: '*', role: 'auditor' }] })
  expect((await findSession(people, token))?.person.rolesIn(STUDY)).toEqual(['auditor'])
})

test('roles of one study are replaced without touching those of others', async () => {
  const { people } = await openPeopleStage()
  await addAccounts(people, {
    Ann: [
      { study: 'A@x', role: 'coder' },
      { study: 'B@x', role: 'coder' },
    ],
  })
  const act = { by: ADMIN, name: 'Ann', roles: [{ study: 'A@x', role: 'approver' }], within: 'A@x' }
  expect((await setRoles(people, act)).roles).toEqual([
    { study: 'A@x', role: 'approver' },
    { study: 'B@x', role: 'coder' },
  ])
})

test('five wrong passwords lock the account for 15 minutes, against the right one too', async () => {
  const { people, later, listEvents } = await openPeopleStage()
  await addAccounts(people, { Ann: [] })
  const tryWith = (password: string) => signIn(people, { name: 'Ann', password, ...BROWSER })
  const refused = refusal('SIGN_IN_REFUSED')
  for (let n = 0; n < 5; n++) await expect(tryWith('wrong')).rejects.toThrow(refused)
  await expect(tryWith(PASSWORD)).rejects.toThrow(refused)
  later(14)
  await expect(tryWith(PASSWORD)).rejects.toThrow(refused)
  later(2)
  await tryWith(PASSWORD)
  // What is tried at a locked account is not written: nobody can fill the chain.
  expect((await listEvents()).map(({ told }) => told)).toEqual([
    'account-created: account Ann by adm',
    ...Array(5).fill('sign-in-refused: account Ann by Ann'),
    'signed-in: account Ann by Ann',
  ])
})

test('guessing at thirty doors at once is stopped at the fifth wrong password', async () => {
  const { people } = await openPeopleStage()
  await addAccounts(people, { Ann: [] })
  const guesses = Array.from({ length: 30 }, (_, n) =>
    signIn(people, { name: 'Ann', password: n === 29 ? PASSWORD : `guess ${n}`, ...BROWSER }).then(
      () => 'in',
      () => 'refused',
    ),
  )
  const outcomes = await Promise.all(guesses)
  expect((await listAccounts(people))[0]?.lockedUntil).not.toBeNull()
  // The right one may be among the first five that are counted; it is never let in after them.
  const again = signIn(people, { name: 'Ann', password: PASSWORD, ...BROWSER })
  await expect(again).rejects.toThrow(refusal('SIGN_IN_REFUSED'))
  expect(outcomes.filter((outcome) => outcome === 'in').length).toBeLessThanOrEqual(1)
})

test('wrong passwords before an act are counted like those at the door', async () => {
  const { people } = await openPeopleStage()
  await addAccounts(people, { Ann: [] })
  await confirmPassword(people, { name: 'Ann', password: PASSWORD })
  for (let n = 0; n < 5; n++)
    await expect(confirmPassword(people, { name: 'Ann', password: 'x' })).rejects.toThrow(refusal('SIGN_IN_REFUSED'))
  await expect(confirmPassword(people, { name: 'Ann', password: PASSWORD })).rejects.toThrow(refusal('SIGN_IN_REFUSED'))
})

test('a right password ends a row of wrong ones', async () => {
  const { people } = await openPeopleStage()
  await addAccounts(people, { Ann: [] })
  for (let round = 0; round < 2; round++) {
    for (let n = 0; n < 4; n++)
      await expect(signIn(people, { name: 'Ann', password: 'x', ...BROWSER })).rejects.toThrow()
    await signIn(people, { name: 'Ann', password: PASSWORD, ...BROWSER })
  }
})

test('a session is over after half an hour without use, and after half a day in any case', async () => {
  const { people, later } = await openPeopleStage()
  await addAccounts(people, { Ann: [] })
  const idle = await signIn(people, { name: 'Ann', password: PASSWORD, ...BROWSER })
  later(31)
  expect(await findSession(people, idle.token)).toBeUndefined()
  const used = await signIn(people, { name: 'Ann', password: PASSWORD, ...BROWSER })
  for (let minute = 0; minute < 12 * 60 - 20; minute += 20) {
    later(20)
    expect(await findSession(people, used.token)).toBeDefined()
  }
  later(20)
  expect(await findSession(people, used.token)).toBeUndefined()
  const typed = await signIn(people, { name: 'Ann', password: PASSWORD, kind: 'command-line' })
  later(11 * 60)
  expect(await findSession(people, typed.token)).toBeDefined()
  later(61)
  expect(await findSession(people, typed.token)).toBeUndefined()
})

test('a changed password ends all other sessions, a reset one and a deactivation all', async () => {
  const { people } = await openPeopleStage()
  await addAccounts(people, { Ann: [] })
  const open = (password = PASSWORD) => signIn(people, { name: 'Ann', password, ...BROWSER })
  const isOpen = async ({ token }: { token: string }) => (await findSession(people, token)) !== undefined
  const [one, two] = [await open(), await open()]
  await changePassword(people, { person: one.person, old: PASSWORD, fresh: 'three ripe pears here', keep: one.token })
  expect([await isOpen(one), await isOpen(two)]).toEqual([true, false])
  await expect(open()).rejects.toThrow(refusal('SIGN_IN_REFUSED'))
  const { oneTimePassword } = await resetPassword(people, { by: ADMIN, name: 'Ann' })
  expect(await isOpen(one)).toBe(false)
  const three = await open(oneTimePassword)
  expect(three.mustChange).toBe(true)
  await deactivate(people, { by: ADMIN, name: 'Ann', reason: 'left' })
  expect(await isOpen(three)).toBe(false)
  await expect(open(oneTimePassword)).rejects.toThrow(refusal('SIGN_IN_REFUSED'))
  await activate(people, { by: ADMIN, name: 'Ann' })
  expect(await isOpen(three)).toBe(false)
  expect(await isOpen(await open(oneTimePassword))).toBe(true)
})

test.for([
  ['the old one is wrong', 'no', 'three ripe pears here', 'SIGN_IN_REFUSED'],
  ['the new one is weak', PASSWORD, 'short', 'PASSWORD_WEAK'],
  ['the new one is the old one', PASSWORD, PASSWORD, 'PASSWORD_WEAK'],
] as const)('a password is not changed where %s', async ([, old, fresh, code]) => {
  const { people } = await openPeopleStage()
  await addAccounts(people, { Ann: [] })
  const { person } = await signIn(people, { name: 'Ann', password: PASSWORD, ...BROWSER })
  await expect(changePassword(people, { person, old, fresh })).rejects.toThrow(refusal(code))
  await signIn(people, { name: 'Ann', password: PASSWORD, ...BROWSER })
})

test('a password is changed in the moment that the old one is proved: what an admin does meanwhile comes after, and stands', async () => {
  const { people, listEvents } = await openPeopleStage()
  await addAccounts(people, { Ann: [] })
  const { person } = await signIn(people, { name: 'Ann', password: PASSWORD, ...BROWSER })
  let meanwhile: Promise<unknown> | undefined
  const { ambience } = people.store
  const now = () => {
    meanwhile ??= deactivate(people, { by: ADMIN, name: 'Ann', reason: 'left' })
    return ambience.now()
  }
  const watched = { ...people, store: { ...people.store, ambience: { ...ambience, now } } }
  await changePassword(watched, { person, old: PASSWORD, fresh: 'three ripe pears here' })
  await meanwhile
  expect((await listEvents()).slice(-2).map(({ told }) => told)).toEqual([
    'password-changed: account Ann by Ann',
    'account-changed: account Ann by adm',
  ])
})

test('who signed out is out, and signing out twice does no harm', async () => {
  const { people, listEvents } = await openPeopleStage()
  await addAccounts(people, { Ann: [] })
  const { token } = await signIn(people, { name: 'Ann', password: PASSWORD, ...BROWSER })
  await signOut(people, token)
  await signOut(people, token)
  await signOut(people, 'never one')
  expect(await findSession(people, token)).toBeUndefined()
  expect((await listEvents()).at(-1)?.told).toBe('signed-out: account Ann by Ann')
})

test('the last admin is neither taken out of use nor out of the role', async () => {
  const { people } = await openPeopleStage()
  await addAccounts(people, { adm: [{ study: '*', role: 'admin' }] })
  const act = { by: ADMIN, name: 'adm' }
  await expect(deactivate(people, act)).rejects.toThrow(refusal('ACCOUNT_NOT_ALLOWED'))
  await expect(setRoles(people, { ...act, roles: [] })).rejects.toThrow(refusal('ACCOUNT_NOT_ALLOWED'))
  await addAccounts(people, { two: [{ study: '*', role: 'admin' }] })
  expect(await deactivate(people, act)).toMatchObject({ isActive: false })
})

test('the chain tells all that happened to accounts, and holds no password and no token', async () => {
  const { people, listEvents } = await openPeopleStage()
  await addAccounts(people, { Ann: [{ study: STUDY, role: 'coder' }] })
  const session = await signIn(people, { name: 'Ann', password: PASSWORD, ...BROWSER })
  await expect(signIn(people, { name: 'Ann', password: 'wrong secret', ...BROWSER })).rejects.toThrow()
  await changePassword(people, { person: session.person, old: PASSWORD, fresh: 'three ripe pears here' })
  const { oneTimePassword } = await resetPassword(people, { by: ADMIN, name: 'Ann', reason: 'forgotten' })
  const events = await listEvents()
  expect(events.map(({ told }) => told)).toEqual([
    'account-created: account Ann by adm',
    'signed-in: account Ann by Ann',
    'sign-in-refused: account Ann by Ann',
    'password-changed: account Ann by Ann',
    'password-changed: account Ann by adm',
  ])
  expect(events.at(-1)?.reason).toBe('forgotten')
  const text = JSON.stringify(events)
  const [kept] = await people.store.db.selectFrom('account').selectAll().execute()
  for (const secret of [
    PASSWORD,
    'wrong secret',
    'three ripe',
    oneTimePassword,
    session.token,
    session.csrf,
    kept?.password ?? '',
  ])
    expect(text).not.toContain(secret)
  expect(text).toContain('passwordDigest')
})

const CLAIMS = { issuer: 'https://id.example.org', subject: 's-1', verifiedEmail: 'ann@example.org', fullName: 'Ann' }

test('an identity provider opens the account that has the e-mail it vouches for, and from then on by its own id', async () => {
  const { people } = await openPeopleStage()
  await createAccount(people, {
    by: ADMIN,
    account: { name: 'Ann', fullName: 'Ann', email: 'Ann@Example.org', roles: [] },
  })
  const { person, mustChange } = await signInAtIssuer(people, { claims: CLAIMS })
  expect([person.name, person.actor.auth, mustChange]).toEqual(['Ann', 'signed in at https://id.example.org', false])
  const moved = { ...CLAIMS, verifiedEmail: 'new@example.org' }
  expect((await signInAtIssuer(people, { claims: moved })).person.name).toBe('Ann')
  // Somebody else who gets that address later is not Ann.
  const other = { ...CLAIMS, subject: 's-2' }
  await expect(signInAtIssuer(people, { claims: other })).rejects.toThrow(refusal('SIGN_IN_REFUSED'))
})

test.for([
  ['an address it does not vouch for', { ...CLAIMS, verifiedEmail: null }],
  ['an address that no account has', { ...CLAIMS, verifiedEmail: 'eve@example.org' }],
  ['an address that only folds to the same', { ...CLAIMS, verifiedEmail: 'ａnn@example.org' }],
  ['an address with a sign that nobody sees', { ...CLAIMS, verifiedEmail: 'an\u200bn@example.org' }],
] as const)('an identity provider opens nothing with %s', async ([, claims]) => {
  const { people } = await openPeopleStage()
  await createAccount(people, {
    by: ADMIN,
    account: { name: 'Ann', fullName: 'Ann', email: 'ann@example.org', roles: [] },
  })
  await expect(signInAtIssuer(people, { claims })).rejects.toThrow(refusal('SIGN_IN_REFUSED'))
  expect(await listAccounts(people)).toHaveLength(1)
})

test('accounts are made for people of a provider only where the installation says with which roles', async () => {
  const { people } = await openPeopleStage()
  const newRoles = [{ study: STUDY, role: 'auditor' }]
  const { person } = await signInAtIssuer(people, { claims: CLAIMS, newRoles })
  expect([person.name, person.rolesIn(STUDY)]).toEqual(['ann@example.org', ['auditor']])
  await deactivate(people, { by: ADMIN, name: 'ann@example.org' })
  await expect(signInAtIssuer(people, { claims: CLAIMS, newRoles })).rejects.toThrow(refusal('SIGN_IN_REFUSED'))
  expect(await listFaults(people.store, '@people')).toEqual([])
})

test('who has an account is signed in by a provider whose address for them could be no name of an account', async () => {
  const { people } = await openPeopleStage()
  const verifiedEmail = `${'long.'.repeat(12)}ann@example.org`
  await createAccount(people, { by: ADMIN, account: { name: 'Ann', fullName: 'Ann', email: verifiedEmail, roles: [] } })
  const claims = { ...CLAIMS, verifiedEmail }
  for (const _time of ['first', 'again'])
    expect((await signInAtIssuer(people, { claims, newRoles: [] })).person.name).toBe('Ann')
})

test('what a provider gives as a name steers no terminal', async () => {
  const { people } = await openPeopleStage()
  const claims = { ...CLAIMS, fullName: ' Ann\u001b[31m\nSigned off by Eve\u202e ' }
  expect((await signInAtIssuer(people, { claims, newRoles: [] })).person.fullName).toBe('Ann [31m Signed off by Eve')
})

test('nobody is signed in by a name alone', async () => {
  const { people } = await openPeopleStage()
  const { person } = await signInAtIssuer(people, { claims: CLAIMS, newRoles: [] })
  for (const password of ['', ' ', 'undefined'])
    await expect(signIn(people, { name: person.name, password, ...BROWSER })).rejects.toThrow(
      refusal('SIGN_IN_REFUSED'),
    )
  const stranger: SignedIn = { ...person, name: 'nobody' }
  await expect(changePassword(people, { person: stranger, old: '', fresh: PASSWORD })).rejects.toThrow(
    refusal('SIGN_IN_REFUSED'),
  )
})

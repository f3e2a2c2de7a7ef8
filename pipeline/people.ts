/**
 * The people of an installation: their accounts, their sessions, and what they may do in a study. Each act checks its rule
 * and is recorded in the chain of the people, with never a password or token in it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { AecoderError } from '../schemas/errors.ts'
import { EVERY_STUDY, isPermitted, type Permission, type Role, type RoleIn } from '../schemas/roles.ts'
import { checkAdminLeft, checkRoles, isSameMailbox, listRolesIn, toAccountName, toFullName } from './access/accounts.ts'
import {
  isLocked,
  isSeenLongAgo,
  isSessionAlive,
  NO_FAILURES,
  type SessionKind,
  toExpiry,
  toFailedAgain,
} from './access/limits.ts'
import { checkNewPassword, hashPassword, isPasswordOf } from './access/passwords.ts'
import { makeOneTimePassword, makeToken, toTokenHash } from './access/tokens.ts'
import { toPersonKey } from './review/rules.ts'
import {
  type Account,
  type AccountBook,
  changeAccounts,
  findAccount,
  findAccountOfIssuer,
  listAccounts as listStoredAccounts,
} from './store/accounts.ts'
import type { Actor, Ambience } from './store/chain.ts'
import { findStoredSession, recordSeen } from './store/sessions.ts'
import { openStore, type Store } from './store/store.ts'

/** A person whose session was checked for this very request. */
export interface SignedIn {
  /** The account's name; what stands as actor in decisions and events. */
  readonly name: string
  readonly fullName: string
  /** How the person is known, as events record it. */
  readonly actor: Actor
  /** The roles in a study, those for every study included. */
  readonly rolesIn: (study: string) => readonly Role[]
}

/** The people of one store. */
export interface People {
  readonly store: Store
  close(): Promise<void>
}

/** A session as it began; the token is known to its owner alone. */
export interface NewSession {
  readonly token: string
  readonly csrf: string
  readonly expiresAt: string
  readonly person: SignedIn
  readonly mustChange: boolean
  readonly roles: readonly RoleIn[]
}

/** A session that is good at this moment. */
export interface Session {
  readonly idHash: string
  readonly csrf: string
  readonly kind: SessionKind
  readonly person: SignedIn
  /** Nothing may be done but to change the password. */
  readonly mustChange: boolean
  readonly roles: readonly RoleIn[]
}

/** An account as others may see it. */
export interface AccountView {
  readonly name: string
  readonly fullName: string
  readonly email: string | null
  readonly issuer: string | null
  readonly isActive: boolean
  readonly mustChange: boolean
  readonly lockedUntil: string | null
  readonly createdAt: string
  readonly roles: readonly RoleIn[]
}

export interface NewAccount {
  readonly name: string
  readonly fullName: string
  readonly email?: string | null
  readonly roles: readonly { readonly study: string; readonly role: string }[]
  /** Where left out, one for a single sign-in is made. */
  readonly password?: string
}

/** Opens the people of a store: that of a file, or one that is open already and stays so. */
export async function openPeople(from: { path: string; ambience: Ambience } | { store: Store }): Promise<People> {
  if ('store' in from) return { store: from.store, close: async () => undefined }
  const store = await openStore(from)
  return { store, close: () => store.close() }
}

/** Who makes the first account, when nobody is there who could. */
const INSTALLATION: Actor = { name: 'aecoder', kind: 'system', auth: 'internal' }

/**
 * Makes the first admin of an installation without accounts, with other roles beside that where they are given.
 * @returns its name and its password for the first sign-in; undefined where there are accounts already
 */
export async function createFirstAdmin(
  people: People,
  { name = 'admin', fullName = 'Administrator', email = null, roles = [], password }: Partial<NewAccount> = {},
): Promise<{ name: string; oneTimePassword: string | null } | undefined> {
  if ((await listStoredAccounts(people.store.db)).length > 0) return undefined
  const made = await makeAccount(people, {
    name,
    fullName,
    email,
    roles: [{ study: EVERY_STUDY, role: 'admin' }, ...roles],
    ...(password === undefined ? {} : { password }),
  })
  return changeAccounts(people.store, async (book) => {
    // Another process may have been first.
    if ((await book.list()).length > 0) return undefined
    await book.add(made.account, { kind: 'account-created', actor: INSTALLATION, reason: 'first start' })
    return { name: made.account.name, oneTimePassword: made.oneTimePassword }
  })
}

/**
 * Makes an account.
 * @returns it, with the password for its first sign-in where none was given
 * @throws AecoderError ACCOUNT_NOT_ALLOWED, PASSWORD_WEAK
 */
export async function createAccount(
  people: People,
  { by, account: asked }: { by: Actor; account: NewAccount },
): Promise<{ account: AccountView; oneTimePassword: string | null }> {
  const { account, oneTimePassword } = await makeAccount(people, asked)
  await changeAccounts(people.store, async (book) => {
    const same = await book.find(account.nameKey)
    if (same !== undefined)
      throw new AecoderError('ACCOUNT_NOT_ALLOWED', {
        where: `account ${account.name}`,
        found: `there is one already: ${same.name}`,
        expected: 'a name that nobody has in any spelling',
      })
    await book.add(account, { kind: 'account-created', actor: by })
  })
  return { account: toView(account), oneTimePassword }
}

async function makeAccount(
  { store }: People,
  asked: NewAccount,
): Promise<{ account: Account; oneTimePassword: string | null }> {
  const account = toAccount(store, asked)
  const oneTimePassword = asked.password === undefined ? makeOneTimePassword() : null
  if (asked.password !== undefined) checkNewPassword(asked.password, { names: [account.name, account.fullName] })
  const password = await hashPassword(asked.password ?? oneTimePassword ?? '')
  return { account: { ...account, password, mustChange: oneTimePassword !== null }, oneTimePassword }
}

/** An account as it begins, without a password. */
function toAccount(store: Store, asked: Omit<NewAccount, 'password'>): Account {
  const name = toAccountName(asked.name)
  const now = store.ambience.now()
  return {
    name,
    nameKey: toPersonKey(name),
    fullName: toFullName(asked.fullName) || name,
    email: asked.email?.trim() || null,
    password: null,
    issuer: null,
    issuerSubject: null,
    isActive: true,
    mustChange: false,
    ...NO_FAILURES,
    createdAt: now,
    changedAt: now,
    roles: checkRoles(asked.roles),
  }
}

/**
 * Gives an account the roles named and no others; sessions see them at once.
 * @param within a study (or `*`): only what is given there is replaced
 * @throws AecoderError ACCOUNT_NOT_ALLOWED
 */
export function setRoles(
  people: People,
  {
    by,
    name,
    roles,
    within,
    reason,
  }: AccountAct & { roles: readonly { readonly study: string; readonly role: string }[]; within?: string },
): Promise<AccountView> {
  checkRoles(roles)
  return changeOne(people, name, async (book, before) => {
    const kept = within === undefined ? [] : before.roles.filter(({ study }) => study !== within)
    const after = { ...before, roles: checkRoles([...kept, ...roles]), changedAt: people.store.ambience.now() }
    checkAdminLeft(await book.list(), after)
    await book.change(before, after, { kind: 'account-changed', actor: by, reason: reason ?? null })
    return after
  })
}

/** An act of an admin on an account. */
export interface AccountAct {
  readonly by: Actor
  readonly name: string
  readonly reason?: string | null
}

/**
 * Takes an account out of use, and ends its sessions; its name stays taken, since decisions bear it.
 * @throws AecoderError ACCOUNT_NOT_ALLOWED
 */
export function deactivate(people: People, { by, name, reason }: AccountAct): Promise<AccountView> {
  return changeOne(people, name, async (book, before) => {
    const after = { ...before, isActive: false, changedAt: people.store.ambience.now() }
    checkAdminLeft(await book.list(), after)
    const sessionsEnded = await book.endSessions(before.name)
    await book.change(before, after, {
      kind: 'account-changed',
      actor: by,
      reason: reason ?? null,
      body: { sessionsEnded },
    })
    return after
  })
}

/** Takes an account into use again, unlocked. */
export function activate(people: People, { by, name, reason }: AccountAct): Promise<AccountView> {
  return changeOne(people, name, async (book, before) => {
    const after = { ...before, ...NO_FAILURES, isActive: true, changedAt: people.store.ambience.now() }
    await book.change(before, after, { kind: 'account-changed', actor: by, reason: reason ?? null })
    return after
  })
}

/**
 * Gives an account a password for one sign-in, ends its sessions and unlocks it.
 * @throws AecoderError ACCOUNT_NOT_ALLOWED
 */
export async function resetPassword(
  people: People,
  { by, name, reason }: AccountAct,
): Promise<{ account: AccountView; oneTimePassword: string }> {
  const oneTimePassword = makeOneTimePassword()
  const password = await hashPassword(oneTimePassword)
  const account = await changeOne(people, name, async (book, before) => {
    const changedAt = people.store.ambience.now()
    const after = { ...before, ...NO_FAILURES, password, mustChange: true, changedAt }
    const sessionsEnded = await book.endSessions(before.name)
    await book.change(before, after, {
      kind: 'password-changed',
      actor: by,
      reason: reason ?? null,
      body: { sessionsEnded },
    })
    return after
  })
  return { account, oneTimePassword }
}

/**
 * A person's own change of the password: the old one is asked for, and all other sessions end.
 * @param keep the token of the session that goes on
 * @throws AecoderError PASSWORD_WEAK, SIGN_IN_REFUSED
 */
export async function changePassword(
  people: People,
  { person, old, fresh, keep }: { person: SignedIn; old: string; fresh: string; keep?: string | undefined },
): Promise<void> {
  checkNewPassword(fresh, { names: [person.name, person.fullName] })
  if (fresh === old)
    throw new AecoderError('PASSWORD_WEAK', { where: 'the new password', found: 'the old one', expected: 'another' })
  const password = await hashPassword(fresh)
  // In the transaction that proves the old one: a password that an admin resets meanwhile stays reset.
  const asked = { name: person.name, password: old, kind: CONFIRMING }
  await provePassword(people, asked, async (book, before) => {
    const changedAt = people.store.ambience.now()
    const after = { ...before, ...NO_FAILURES, password, mustChange: false, changedAt }
    const sessionsEnded = await book.endSessions(before.name, keep === undefined ? {} : { except: toTokenHash(keep) })
    await book.change(before, after, { kind: 'password-changed', actor: person.actor, body: { sessionsEnded } })
  })
}

export async function listAccounts({ store }: People): Promise<readonly AccountView[]> {
  return (await listStoredAccounts(store.db)).map(toView)
}

/** What a wrong password was given for, where its owner is signed in. */
const CONFIRMING = 'giving the password again'
/** How long a refusal takes at the least: as long for a name that nobody has as for one that is counted and written. */
const REFUSAL_MS = 250

/**
 * Begins a session.
 * @throws AecoderError SIGN_IN_REFUSED, in the same words whatever was wrong
 */
export async function signIn(
  people: People,
  { name, password, kind }: { name: string; password: string; kind: SessionKind },
): Promise<NewSession> {
  return provePassword(people, { name, password, kind: 'signing in' }, (book, account) =>
    beginSession(people, book, { account, kind, auth: 'signed in with password' }),
  )
}

/**
 * Asks a signed-in person for the password again, before an act that needs it.
 * @throws AecoderError SIGN_IN_REFUSED
 */
export async function confirmPassword(
  people: People,
  { name, password }: { name: string; password: string },
): Promise<void> {
  await provePassword(people, { name, password, kind: CONFIRMING }, async () => undefined)
}

/** Wrong passwords are counted in the transaction that looks at the count: guessing at many doors at once gains nothing. */
async function provePassword<T>(
  { store }: People,
  { name, password, kind }: { name: string; password: string; kind: string },
  then: (book: AccountBook, account: Account) => Promise<T>,
): Promise<T> {
  const earliest = sleep(REFUSAL_MS)
  const nameKey = toPersonKey(name)
  const known = await findAccount(store.db, nameKey)
  const isRight = await isPasswordOf(known?.password ?? null, password)
  const proven = await changeAccounts(store, async (book) => {
    const account = await book.find(nameKey)
    const now = store.ambience.now()
    // Nothing is written of a locked account: it would let anyone fill the chain.
    if (account === undefined || !account.isActive || isLocked(account, now)) return undefined
    // Between the two looks the password may have been changed.
    if (isRight && account.password === known?.password) {
      if (account.failures > 0) await book.countFailures(account.name, NO_FAILURES)
      return { value: await then(book, account) }
    }
    const failed = toFailedAgain(account, now)
    await book.countFailures(account.name, failed)
    await book.tell(account.name, {
      kind: 'sign-in-refused',
      actor: { name: account.name, kind: 'person', auth: 'not proven' },
      reason: `wrong password in ${kind}`,
      body: { failures: failed.failures, lockedUntil: failed.lockedUntil },
    })
    return undefined
  })
  if (proven !== undefined) return proven.value
  await earliest
  throw new AecoderError('SIGN_IN_REFUSED', {
    where: kind,
    found: 'the name or the password is not right, or the account is locked for a while',
    action: 'Try again later, or ask an admin for a new password',
  })
}

/** What an identity provider says of a person, checked by who asked it. */
export interface IssuerClaims {
  readonly issuer: string
  readonly subject: string
  /** Only where the provider vouches for it. */
  readonly verifiedEmail: string | null
  readonly fullName: string | null
}

/**
 * Begins a session for a person whom an identity provider vouches for: the account that was linked to them, or one whose
 * e-mail is theirs, which is linked then. Accounts are made only where `newRoles` says so.
 * @throws AecoderError SIGN_IN_REFUSED
 */
export async function signInAtIssuer(
  people: People,
  { claims, newRoles }: { claims: IssuerClaims; newRoles?: readonly { study: string; role: string }[] },
): Promise<NewSession> {
  const { issuer, subject, verifiedEmail } = claims
  const auth = `signed in at ${issuer}`
  const linked = await findAccountOfIssuer(people.store.db, { issuer, subject })
  const session = await changeAccounts(people.store, async (book) => {
    let account = linked === undefined ? undefined : await book.find(linked.nameKey)
    if (account === undefined && verifiedEmail !== null) {
      const [same, ...others] = (await book.list()).filter(({ email }) => isSameMailbox(email, verifiedEmail))
      const free = others.length === 0 && same?.issuer === null ? same : undefined
      if (free?.isActive) {
        account = { ...free, issuer, issuerSubject: subject, changedAt: people.store.ambience.now() }
        await book.change(free, account, {
          kind: 'account-changed',
          actor: toPersonActor(account.name, auth),
          reason: 'linked',
        })
      } else if (same === undefined && newRoles !== undefined) {
        const asked = { name: verifiedEmail, fullName: claims.fullName ?? '', email: verifiedEmail, roles: newRoles }
        const made = { ...toAccount(people.store, asked), issuer, issuerSubject: subject }
        if ((await book.find(made.nameKey)) === undefined) {
          await book.add(made, { kind: 'account-created', actor: INSTALLATION, reason: `vouched for by ${issuer}` })
          account = made
        }
      }
    }
    if (account === undefined || !account.isActive) return undefined
    return beginSession(people, book, { account, kind: 'browser', auth })
  })
  if (session !== undefined) return session
  throw new AecoderError('SIGN_IN_REFUSED', {
    where: 'signing in',
    found: 'there is no account for this person',
    action: 'Ask an admin for one, with the e-mail that the identity provider vouches for',
  })
}

async function beginSession(
  { store }: People,
  book: AccountBook,
  { account, kind, auth }: { account: Account; kind: SessionKind; auth: string },
): Promise<NewSession> {
  const token = makeToken()
  const csrf = makeToken()
  const now = store.ambience.now()
  const idHash = toTokenHash(token)
  const expiresAt = toExpiry(kind, now)
  await book.clearExpired(now)
  await book.addSession({
    id_hash: idHash,
    account: account.name,
    csrf,
    kind,
    auth,
    created_at: now,
    seen_at: now,
    expires_at: expiresAt,
  })
  const person = toSignedIn(account, auth)
  await book.tell(account.name, { kind: 'signed-in', actor: person.actor, body: { session: idHash, kind, expiresAt } })
  // A one-time password is for this one sign-in; a person of an identity provider has none to change.
  const mustChange = account.mustChange && !isOfIssuer(auth)
  return { token, csrf, expiresAt, person, mustChange, roles: account.roles }
}

/** The session a token belongs to, if it is good at this moment; noted as used. */
export async function findSession({ store }: People, token: string): Promise<Session | undefined> {
  const found = await findStoredSession(store.db, toTokenHash(token))
  const now = store.ambience.now()
  if (found === undefined || !found.account.isActive || !isSessionAlive(found, now)) return undefined
  const { idHash, csrf, kind, auth, account } = found
  if (isSeenLongAgo(found, now)) await recordSeen(store, { idHash, at: now })
  return {
    idHash,
    csrf,
    kind,
    person: toSignedIn(account, auth),
    mustChange: account.mustChange && !isOfIssuer(auth),
    roles: account.roles,
  }
}

/** Ends a session; harmless where it has ended already. */
export async function signOut({ store }: People, token: string): Promise<void> {
  const idHash = toTokenHash(token)
  await changeAccounts(store, async (book) => {
    const ended = await book.endSession(idHash)
    if (ended === undefined) return
    const actor = toPersonActor(ended.account, ended.auth)
    await book.tell(ended.account, { kind: 'signed-out', actor, body: { session: idHash } })
  })
}

/**
 * Refuses who lacks a permission in a study.
 * @throws AecoderError NOT_PERMITTED
 */
export function checkPermitted(person: SignedIn, permission: Permission, study: string): void {
  if (isPermitted(person.rolesIn(study), permission)) return
  throw new AecoderError('NOT_PERMITTED', {
    where: `${person.name} in ${study}`,
    found: `no role that may: ${permission}`,
    action: 'Ask an admin for the role',
  })
}

async function changeOne(
  people: People,
  name: string,
  change: (book: AccountBook, before: Account) => Promise<Account>,
): Promise<AccountView> {
  return changeAccounts(people.store, async (book) => {
    const before = await book.find(toPersonKey(name))
    if (before === undefined)
      throw new AecoderError('TARGET_NOT_FOUND', {
        where: `account ${JSON.stringify(name)}`,
        found: 'there is no such account',
        action: 'List them: aecoder account list',
      })
    return toView(await change(book, before))
  })
}

function toSignedIn({ name, fullName, roles }: Account, auth: string): SignedIn {
  return { name, fullName, actor: toPersonActor(name, auth), rolesIn: (study) => listRolesIn(roles, study) }
}

function toPersonActor(name: string, auth: string): Actor {
  return { name, kind: 'person', auth }
}

function isOfIssuer(auth: string): boolean {
  return auth.startsWith('signed in at ')
}

function toView(account: Account): AccountView {
  const { name, fullName, email, issuer, isActive, mustChange, lockedUntil, createdAt, roles } = account
  return { name, fullName, email, issuer, isActive, mustChange, lockedUntil, createdAt, roles }
}

/** The rules of accounts: what they may be called, which roles they may have, and that somebody can always keep them. Pure. */
import { AecoderError } from '../../schemas/errors.ts'
import { EVERY_STUDY, ROLES, type Role, type RoleIn } from '../../schemas/roles.ts'

/** What the rules need to know of an account. */
export interface AccountState {
  readonly name: string
  readonly isActive: boolean
  readonly roles: readonly RoleIn[]
}

/** A name stands in every decision for ever: letters and digits, with blanks, dots and the like between them. */
const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} ._'’@+-]{0,58}[\p{L}\p{M}\p{N}.])?$/u

/** The actor of what no person decides. */
const MACHINE = 'aecoder'

/**
 * The name as it is kept.
 * @throws AecoderError ACCOUNT_NOT_ALLOWED
 */
export function toAccountName(given: string): string {
  const name = given.normalize('NFKC').trim().replace(/ +/g, ' ')
  if (name.toLowerCase() === MACHINE)
    throw new AecoderError('ACCOUNT_NOT_ALLOWED', {
      where: 'the name of the account',
      found: `${JSON.stringify(name)}, under which the machine's own codes stand`,
      expected: 'another',
    })
  if (!NAME.test(name))
    throw new AecoderError('ACCOUNT_NOT_ALLOWED', {
      where: 'the name of the account',
      found: name === '' ? 'none' : JSON.stringify(name),
      expected: "1 to 60 letters and digits, with blanks . _ - + ' @ between them",
    })
  return name
}

/** A full name as it is kept: one line that steers no terminal; empty where nothing is left. */
export function toFullName(given: string): string {
  const shown = given.normalize('NFC').replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
  return Array.from(shown.trim()).slice(0, 200).join('')
}

/**
 * Whether an account's e-mail is the one that is vouched for: but for the case of ASCII letters the same characters. What
 * only looks or folds alike may be the mailbox of somebody else.
 */
export function isSameMailbox(email: string | null, vouched: string): boolean {
  const toKey = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  return email !== null && toKey(email) === toKey(vouched)
}

/**
 * An admin keeps the accounts of the whole installation: a role for one study alone would be a way to all of them.
 * @throws AecoderError ACCOUNT_NOT_ALLOWED
 */
export function checkRoles(roles: readonly { study: string; role: string }[]): readonly RoleIn[] {
  for (const { study, role } of roles) {
    const refuse = (found: string, expected: string) => {
      throw new AecoderError('ACCOUNT_NOT_ALLOWED', { where: `role ${role} in ${study}`, found, expected })
    }
    if (!(ROLES as readonly string[]).includes(role)) refuse('no such role', ROLES.join(', '))
    if (role === 'admin' && study !== EVERY_STUDY)
      refuse('an admin of one study', `admin for every study (${EVERY_STUDY})`)
    if (study.trim() === '' || study.startsWith('@')) refuse('no study', `a study's id, or ${EVERY_STUDY}`)
  }
  const keys = new Set(roles.map(({ study, role }) => `${study}\n${role}`))
  return [...keys].sort().map((key) => {
    const [study = '', role = ''] = key.split('\n')
    return { study, role: role as Role }
  })
}

/**
 * After any change somebody is left who can keep the accounts.
 * @throws AecoderError ACCOUNT_NOT_ALLOWED
 */
export function checkAdminLeft(accounts: readonly AccountState[], changed: AccountState): void {
  const after = accounts.map((account) => (account.name === changed.name ? changed : account))
  if (after.some(isActiveAdmin) || !accounts.some(isActiveAdmin)) return
  throw new AecoderError('ACCOUNT_NOT_ALLOWED', {
    where: `account ${changed.name}`,
    found: 'the last active admin',
    expected: 'one admin at least who can sign in',
    action: 'Make someone else admin first',
  })
}

function isActiveAdmin({ isActive, roles }: AccountState): boolean {
  return isActive && roles.some(({ role, study }) => role === 'admin' && study === EVERY_STUDY)
}

/** The roles in a study, those for every study included. */
export function listRolesIn(roles: readonly RoleIn[], study: string): readonly Role[] {
  return ROLES.filter((role) =>
    roles.some((each) => each.role === role && (each.study === study || each.study === EVERY_STUDY)),
  )
}

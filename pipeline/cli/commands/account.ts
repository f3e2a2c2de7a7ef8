/** `account add | list | roles | password | deactivate | activate`: who may work here. */

import { EVERY_STUDY, type Permission, ROLES, type Role } from '../../../schemas/roles.ts'
import {
  type AccountView,
  AecoderError,
  activate,
  changePassword,
  checkPermitted,
  createAccount,
  createFirstAdmin,
  deactivate,
  listAccounts,
  type NewAccount,
  openPeople,
  type People,
  resetPassword,
  type SignedIn,
  type Study,
  setRoles,
} from '../../index.ts'
import { findLogin } from '../actor.ts'
import { REASON_OPTION, STUDY_OPTION, type Surroundings, toCommand } from '../command.ts'
import { readVariable } from '../login.ts'
import { withStore } from '../open.ts'
import { toTable } from '../tables.ts'
import { askNewPassword } from './login.ts'

const NAME_ARGUMENT = { name: 'name', summary: 'of the account' } as const
const ROLE_OPTIONS = {
  role: { kind: 'list', value: 'ROLE', summary: ROLES.join(', ') },
  in: { kind: 'choice', choices: ['study', 'all'], summary: 'in this study, or in all of the store', default: 'study' },
} as const

export const ACCOUNT_ADD = toCommand({
  name: 'account add',
  summary: 'Make an account; the first one of a store is an admin and needs no login',
  example: 'aecoder account add ann --full-name "Ann Coder" --role coder --study samples/aurora-101',
  arguments: [NAME_ARGUMENT],
  options: {
    ...STUDY_OPTION,
    fullName: { kind: 'text', value: 'NAME', summary: 'as it stands below sign-offs' },
    email: { kind: 'text', value: 'ADDRESS', summary: 'by which an identity provider is asked for the person' },
    ...ROLE_OPTIONS,
  },
  async run({ args, options, world }) {
    return withPeople(options.study, world, async ({ people, study }) => {
      const [name = ''] = args
      const roles = toRoles(options, study)
      const asked = { name, fullName: options.fullName ?? name, email: options.email ?? null, roles }
      const first = await addFirst(people, asked)
      if (first !== undefined) return first
      const by = await findAdmin(people, 'administer-people')
      const { account, oneTimePassword } = await createAccount(people, { by: by.actor, account: asked })
      return toMade(account, oneTimePassword)
    })
  },
})

export const ACCOUNT_LIST = toCommand({
  name: 'account list',
  summary: 'The accounts and their roles',
  example: 'aecoder account list --study samples/aurora-101',
  arguments: [],
  options: { ...STUDY_OPTION },
  async run({ options, world }) {
    return withPeople(options.study, world, async ({ people }) => {
      await findAdmin(people, 'read-people')
      const accounts = await listAccounts(people)
      const rows = accounts.map((account) => [account.name, account.fullName, toState(account), toRolesText(account)])
      return { json: { accounts }, text: toTable(['name', 'full name', 'state', 'roles'], rows, { widest: 60 }) }
    })
  },
})

export const ACCOUNT_ROLES = toCommand({
  name: 'account roles',
  summary: 'Give an account these roles in the study (or in all) and no others there',
  example: 'aecoder account roles ann --role coder --role approver --study samples/aurora-101',
  arguments: [NAME_ARGUMENT],
  options: { ...STUDY_OPTION, ...ROLE_OPTIONS, ...REASON_OPTION },
  async run({ args, options, world }) {
    return withPeople(options.study, world, async ({ people, study }) => {
      const by = await findAdmin(people, 'administer-people')
      const account = await setRoles(people, {
        by: by.actor,
        name: args[0] ?? '',
        roles: toRoles(options, study),
        within: toPlace(options, study),
        reason: options.reason ?? null,
      })
      return { json: { account }, text: `${account.name}: ${toRolesText(account)}` }
    })
  },
})

export const ACCOUNT_PASSWORD = toCommand({
  name: 'account password',
  summary: 'Change your own password; with a name, give that account one for a single sign-in',
  example: 'aecoder account password ann --study samples/aurora-101',
  arguments: [{ ...NAME_ARGUMENT, isOptional: true }],
  options: { ...STUDY_OPTION, ...REASON_OPTION },
  async run({ args, options, world }) {
    return withPeople(options.study, world, async ({ people }) => {
      const [name] = args
      if (name === undefined) return changeOwn(people, world)
      const by = await findAdmin(people, 'administer-people')
      const { account, oneTimePassword } = await resetPassword(people, {
        by: by.actor,
        name,
        reason: options.reason ?? null,
      })
      return toMade(account, oneTimePassword)
    })
  },
})

export const ACCOUNT_DEACTIVATE = toSwitch('deactivate', 'Take an account out of use and end its sessions', deactivate)
export const ACCOUNT_ACTIVATE = toSwitch('activate', 'Take an account into use again, unlocked', activate)

function toSwitch(verb: 'deactivate' | 'activate', summary: string, act: typeof deactivate) {
  return toCommand({
    name: `account ${verb}`,
    summary,
    example: `aecoder account ${verb} ann --study samples/aurora-101`,
    arguments: [NAME_ARGUMENT],
    options: { ...STUDY_OPTION, ...REASON_OPTION },
    async run({ args, options, world }) {
      return withPeople(options.study, world, async ({ people }) => {
        const by = await findAdmin(people, 'administer-people')
        const account = await act(people, { by: by.actor, name: args[0] ?? '', reason: options.reason ?? null })
        return { json: { account }, text: `${account.name}: ${toState(account)}` }
      })
    },
  })
}

function withPeople<T>(
  path: string,
  world: Surroundings,
  act: (opened: { people: People; study: Study }) => Promise<T>,
): Promise<T> {
  return withStore(path, world, async ({ study, store }) => act({ people: await openPeople({ store }), study }))
}

/** Who is logged in, if they may keep the accounts. */
async function findAdmin({ store }: People, permission: Permission): Promise<SignedIn> {
  const person = await findLogin(store)
  if (person === undefined)
    throw new AecoderError('SIGN_IN_NEEDED', {
      where: 'this command line',
      found: 'nobody is logged in',
      expected: 'an admin',
      action: 'Log in: aecoder login NAME',
    })
  checkPermitted(person, permission, EVERY_STUDY)
  return person
}

/** The first account of a store is that of an admin: nobody is there yet who could make it. */
async function addFirst(people: People, asked: NewAccount) {
  if ((await listAccounts(people)).length > 0) return undefined
  if (!asked.roles.some(({ role }) => role === 'admin'))
    throw new AecoderError('ACCOUNT_NOT_ALLOWED', {
      where: `account ${asked.name}`,
      found: 'the first account of this store',
      expected: 'an admin, who makes the others',
      action: 'Make one: aecoder account add NAME --role admin --in all',
    })
  const password = readVariable('adminPassword')
  const made = await createFirstAdmin(people, { ...asked, ...(password === undefined ? {} : { password }) })
  const [account] = await listAccounts(people)
  return made === undefined || account === undefined ? undefined : toMade(account, made.oneTimePassword)
}

async function changeOwn(people: People, world: Surroundings) {
  const person = await findLogin(people.store)
  const old = person === undefined ? undefined : (readVariable('password') ?? (await world.askPassword(person.name)))
  if (person === undefined || old === undefined)
    throw new AecoderError('SIGN_IN_NEEDED', {
      where: 'this command line',
      found: 'nobody is logged in, or no password was given',
      action: 'Log in: aecoder login NAME',
    })
  await changePassword(people, { person, old, fresh: await askNewPassword(person.name, world) })
  return {
    json: { name: person.name },
    text: `The password of ${person.name} is changed. All sessions have ended: log in again.`,
  }
}

function toMade(account: AccountView, oneTimePassword: string | null) {
  const password =
    oneTimePassword === null
      ? ''
      : `\n  password for one sign-in   ${oneTimePassword}\nIt is shown this once; who signs in with it chooses another.`
  return {
    json: { account, oneTimePassword },
    text: `Account ${account.name} (${account.fullName}): ${toRolesText(account)}${password}`,
  }
}

function toPlace({ in: place }: { in: string }, study: Study): string {
  return place === 'all' ? EVERY_STUDY : study.id
}

function toRoles(options: { role: readonly string[]; in: string }, study: Study): { study: string; role: Role }[] {
  // What is no role is told by the rule of the library.
  return options.role.map((role) => ({ study: toPlace(options, study), role: role as Role }))
}

function toState({ isActive, lockedUntil, mustChange }: AccountView): string {
  if (!isActive) return 'inactive'
  if (lockedUntil !== null) return `locked until ${lockedUntil}`
  return mustChange ? 'to choose a password' : 'active'
}

function toRolesText({ roles }: AccountView): string {
  if (roles.length === 0) return 'no roles'
  return roles.map(({ role, study }) => `${role} in ${study === EVERY_STUDY ? 'all' : study}`).join(', ')
}

/** `login`, `logout`: who is at this command line. */
import {
  AecoderError,
  changePassword,
  listAccounts,
  type NewSession,
  openPeople,
  type People,
  signIn,
  signOut,
} from '../../index.ts'
import { STUDY_OPTION, type Surroundings, toCommand } from '../command.ts'
import { findToken, keepToken, readVariable } from '../login.ts'
import { withStore } from '../open.ts'

export const LOGIN = toCommand({
  name: 'login',
  summary: 'Say who you are and prove it; it holds for 12 hours at this command line',
  example: 'aecoder login ann --study samples/aurora-101',
  arguments: [{ name: 'name', summary: 'of your account', isOptional: true }],
  options: { ...STUDY_OPTION },
  async run({ args, options, world }) {
    return withStore(options.study, world, async ({ store }) => {
      const people = await openPeople({ store })
      if ((await listAccounts(people)).length === 0)
        throw new AecoderError('SIGN_IN_REFUSED', {
          where: 'this store',
          found: 'it has no accounts yet',
          action: 'Make the first: aecoder account add NAME --role admin --in all',
        })
      const name = args[0] ?? readVariable('name') ?? (await world.ask('Name'))
      const password = name === undefined ? undefined : (readVariable('password') ?? (await world.askPassword(name)))
      if (name === undefined || password === undefined) throw toNothingGiven('name and password', 'AECODER_PASSWORD')
      const session = await signIn(people, { name, password, kind: 'command-line' })
      try {
        if (session.mustChange) await chooseOwn(people, { session, old: password, world })
      } catch (error) {
        await signOut(people, session.token)
        throw error
      }
      const before = await findToken(store.path)
      await keepToken(store.path, { name: session.person.name, token: session.token })
      if (before !== undefined) await signOut(people, before.token)
      const { fullName } = session.person
      return {
        json: { name: session.person.name, fullName, until: session.expiresAt, roles: session.roles },
        text: `Logged in as ${session.person.name} (${fullName}) until ${session.expiresAt}.`,
      }
    })
  },
})

export const LOGOUT = toCommand({
  name: 'logout',
  summary: 'End the login of this command line',
  example: 'aecoder logout --study samples/aurora-101',
  arguments: [],
  options: { ...STUDY_OPTION },
  async run({ options, world }) {
    return withStore(options.study, world, async ({ store }) => {
      const kept = await findToken(store.path)
      if (kept !== undefined) await signOut(await openPeople({ store }), kept.token)
      await keepToken(store.path, undefined)
      return {
        json: { name: kept?.name ?? null },
        text: kept === undefined ? 'Nobody was logged in.' : `${kept.name} is logged out.`,
      }
    })
  },
})

/** A password that was given for one sign-in is changed at once. */
async function chooseOwn(
  people: People,
  { session, old, world }: { session: NewSession; old: string; world: Surroundings },
): Promise<void> {
  await changePassword(people, {
    person: session.person,
    old,
    fresh: await askNewPassword(session.person.name, world),
    keep: session.token,
  })
}

/** @throws AecoderError USAGE where none is given, or not twice the same */
export async function askNewPassword(name: string, { askPassword }: Surroundings): Promise<string> {
  const given = readVariable('newPassword')
  if (given !== undefined) return given
  const fresh = await askPassword(`${name}, a new one of 12 characters or more`)
  if (fresh === undefined) throw toNothingGiven('new password', 'AECODER_NEW_PASSWORD')
  if ((await askPassword(`${name}, the new one again`)) !== fresh)
    throw new AecoderError('USAGE', { where: 'the new password', found: 'two that differ', expected: 'twice the same' })
  return fresh
}

function toNothingGiven(what: string, variable: string): AecoderError {
  return new AecoderError('USAGE', {
    where: what,
    found: 'not given',
    action: `Run it at a terminal, or set ${variable}`,
  })
}

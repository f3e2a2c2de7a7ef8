/** Who is at the keyboard: signed in, asserted, or as far as a command line can know. */
import { hostname, userInfo } from 'node:os'
import {
  type Actor,
  AecoderError,
  type Ambience,
  type AskPassword,
  checkPermitted,
  confirmPassword,
  type Desk,
  findSession,
  openPeople,
  openStudyStore,
  type SignedIn,
  type Study,
} from '../index.ts'
import type { Surroundings } from './command.ts'
import { findToken, readVariable } from './login.ts'

/** What an act is done to, and with what permission. */
export interface Doing {
  readonly store: Desk['store']
  readonly study: { readonly id: string }
  readonly permission: Parameters<typeof checkPermitted>[1]
}

/**
 * The name given with --as, taken at its word; else the system user. How it is known stands beside it.
 * @throws AecoderError USAGE for a name that is empty, as a shell makes of a variable that is not set
 */
export function toActor(asserted: string | undefined): Actor {
  const user = `${readUserName()}@${hostname()}`
  if (asserted === undefined) return { name: readUserName(), kind: 'person', auth: `system user ${user}` }
  const name = asserted.trim()
  if (name === '') throw new AecoderError('USAGE', { where: '--as', found: 'no name', expected: 'who you are' })
  return { name, kind: 'person', auth: `asserted with --as by ${user}` }
}

/**
 * Who acts: the name asserted with --as; else who logged in at this command line, if their roles allow the act; else the
 * system user.
 * @throws AecoderError SIGN_IN_NEEDED for a login that is over, NOT_PERMITTED
 */
export async function findActor(asserted: string | undefined, doing: Doing): Promise<Actor> {
  const person = asserted === undefined ? await findLogin(doing.store) : undefined
  if (person === undefined) return toActor(asserted)
  checkPermitted(person, doing.permission, doing.study.id)
  return person.actor
}

/**
 * Who runs the pipeline: the name asserted with --as; else who is logged in at this command line; else the system user. It
 * asks for no role, since a run decides what the study's settings say; and a login that is over is none, since a run of
 * every night does not wait for a person.
 */
export async function findRunner(asserted: string | undefined, study: Study, ambience: Ambience): Promise<Actor> {
  if (asserted !== undefined || (await findToken(study.paths.store)) === undefined) return toActor(asserted)
  const store = await openStudyStore(study, ambience)
  try {
    return (await findKept(store))?.person?.actor ?? toActor(undefined)
  } finally {
    await store.close()
  }
}

/**
 * Who does something that an assertion is not enough for: logged in, allowed to, and with the password given again.
 * @throws AecoderError SIGN_IN_NEEDED, NOT_PERMITTED, SIGN_IN_REFUSED
 */
export async function findProvenActor(
  asserted: string | undefined,
  doing: Doing & { askPassword: AskPassword },
): Promise<Actor> {
  if (asserted === undefined) return (await findProven(doing, doing)).actor
  throw new AecoderError('SIGN_IN_NEEDED', {
    where: `--as ${JSON.stringify(asserted)}`,
    found: 'a name that is only asserted',
    expected: 'a person who proved who they are',
    action: 'Log in: aecoder login NAME',
  })
}

/** The same, as the person with the name they sign with. */
export async function findProven(
  { store, study, permission }: Doing,
  { askPassword }: Pick<Surroundings, 'askPassword'>,
): Promise<SignedIn> {
  const person = await findLogin(store)
  if (person === undefined)
    throw new AecoderError('SIGN_IN_NEEDED', {
      where: 'this command line',
      found: 'nobody is logged in',
      expected: 'a person who proved who they are',
      action: 'Log in: aecoder login NAME',
    })
  checkPermitted(person, permission, study.id)
  await proveAgain(person, { store, askPassword })
  return { ...person, actor: { ...person.actor, auth: `${person.actor.auth}, password given again` } }
}

/** Asks for the password once more. */
async function proveAgain(
  { name }: SignedIn,
  { store, askPassword }: { store: Desk['store']; askPassword: AskPassword },
): Promise<void> {
  const password = readVariable('password') ?? (await askPassword(name))
  if (password === undefined)
    throw new AecoderError('SIGN_IN_NEEDED', {
      where: 'the password',
      found: 'none was given',
      action: 'Run it at a terminal, or set AECODER_PASSWORD',
    })
  await confirmPassword(await openPeople({ store }), { name, password })
}

/**
 * Who logged in at this command line.
 * @throws AecoderError SIGN_IN_NEEDED for a login that is over: nobody acts under another name without knowing
 */
export async function findLogin(store: Desk['store']): Promise<SignedIn | undefined> {
  const kept = await findKept(store)
  if (kept === undefined || kept.person !== undefined) return kept?.person
  throw new AecoderError('SIGN_IN_NEEDED', {
    where: `the login of ${kept.name}`,
    found: kept.mustChange ? 'a password that was given for one sign-in' : 'it is over',
    action: 'Log in again: aecoder login; or go on without: aecoder logout',
  })
}

/** The login kept for a store; without its person where it holds no more. */
async function findKept(
  store: Desk['store'],
): Promise<{ name: string; person: SignedIn | undefined; mustChange: boolean } | undefined> {
  const kept = await findToken(store.path)
  if (kept === undefined) return undefined
  const session = await findSession(await openPeople({ store }), kept.token)
  const mustChange = session?.mustChange === true
  const isGood = session?.kind === 'command-line' && !mustChange
  return { name: kept.name, person: isGood ? session.person : undefined, mustChange }
}

function readUserName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}` // a container without an entry for its user
  }
}

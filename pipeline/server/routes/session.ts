/** Signing in and out, and what the page needs to know of who is there. */
import { Done, PasswordBody, SessionView, SignInBody, type StudyView, WaysIn } from '../../../schemas/api/session.ts'
import { EVERY_STUDY, isPermitted, PERMISSIONS, type Permission, type RoleIn } from '../../../schemas/roles.ts'
import {
  AECODER_VERSION,
  changePassword,
  readSignature,
  SESSION_MINUTES,
  type Signature,
  type SignedIn,
  signIn,
  signOut,
} from '../../index.ts'
import type { House } from '../house.ts'
import { type Route, toHouseRoute, toPublicRoute } from '../route.ts'

export const SESSION_ROUTES: readonly Route[] = [
  toPublicRoute({
    method: 'GET',
    path: '/ways-in',
    summary: 'How one can sign in here',
    answer: WaysIn,
    run: async ({ house }) => ({ password: true, issuer: house.issuer ?? null }),
  }),
  toPublicRoute({
    method: 'POST',
    path: '/session',
    summary: 'Sign in with name and password; the session goes with a cookie',
    isSignIn: true,
    body: SignInBody,
    answer: SessionView,
    run: async ({ body, house, visit }) => {
      const session = await signIn(house.people, { ...body, kind: 'browser' })
      // Whoever sat here before is signed out: a browser holds one session.
      if (visit.token !== undefined) await signOut(house.people, visit.token)
      visit.keep(session)
      return viewSession(house, session)
    },
  }),
  toHouseRoute({
    method: 'GET',
    path: '/session',
    summary: 'Who is signed in, and what they may do where',
    permission: 'signed-in',
    isOpenToNewcomers: true,
    answer: SessionView,
    run: async ({ house, visit }) => {
      if (visit.session === undefined) throw new Error('a signed-in route without a session')
      return viewSession(house, visit.session)
    },
  }),
  toHouseRoute({
    method: 'DELETE',
    path: '/session',
    summary: 'Sign out',
    permission: 'signed-in',
    isOpenToNewcomers: true,
    answer: Done,
    run: async ({ house, visit }) => {
      if (visit.token !== undefined) await signOut(house.people, visit.token)
      visit.forget()
      return { done: true } as const
    },
  }),
  toHouseRoute({
    method: 'POST',
    path: '/session/password',
    summary: 'Change the own password; all other sessions end',
    permission: 'signed-in',
    isOpenToNewcomers: true,
    body: PasswordBody,
    answer: Done,
    run: async ({ body, house, person, visit }) => {
      await changePassword(house.people, { person, old: body.old, fresh: body.new, keep: visit.token })
      return { done: true } as const
    },
  }),
]

/** The studies of the house that a person has a part in. */
async function viewSession(
  { desks }: House,
  {
    person,
    csrf,
    mustChange,
    roles,
  }: { person: SignedIn; csrf: string; mustChange: boolean; roles: readonly RoleIn[] },
): Promise<SessionView> {
  const permissionsOf = (given: Parameters<typeof isPermitted>[0]) =>
    (Object.keys(PERMISSIONS) as Permission[]).filter((permission) => isPermitted(given, permission))
  return {
    person: { name: person.name, fullName: person.fullName, mustChange },
    csrf,
    permissions: permissionsOf(roles.filter(({ study }) => study === EVERY_STUDY).map(({ role }) => role)),
    studies: await Promise.all(
      [...desks.values()]
        .filter(({ study }) => person.rolesIn(study.id).length > 0)
        .map(async ({ study, store }) => {
          const roles = [...person.rolesIn(study.id)]
          const { protocol, environment, title } = study.config.study
          const signature = await readSignature(store, study.id)
          return {
            id: study.id,
            title: title ?? null,
            protocol,
            environment,
            roles,
            permissions: permissionsOf(roles),
            signature: signature && pickSignature(signature),
          }
        }),
    ),
    signIn: person.actor.auth.startsWith('signed in at ') ? 'issuer' : 'password',
    idleMinutes: SESSION_MINUTES.browser.idle,
    version: AECODER_VERSION,
  }
}

function pickSignature({ fullName, at, meaning }: Signature): NonNullable<StudyView['signature']> {
  return { fullName, at, meaning }
}

/** The contracts of signing in and out. */
import { PERMISSIONS, type Permission, ROLES } from '../roles.ts'
import { Moment, type Static, Type, toClosed, toNullable, toWord } from './schema.ts'

/** The name of an account; long enough for an e-mail address. */
export const AccountName = Type.String({ minLength: 1, maxLength: 100 })
/** As typed; the least length is told when one is chosen. */
export const Password = Type.String({ minLength: 1, maxLength: 400 })
export const RoleWord = toWord(ROLES)
export const PermissionWord = toWord(Object.keys(PERMISSIONS) as Permission[])

/** The study that a person can work in, and what they may do there. */
export const StudyView = toClosed({
  id: Type.String(),
  title: toNullable(Type.String()),
  protocol: Type.String(),
  environment: Type.String(),
  roles: Type.Array(RoleWord),
  permissions: Type.Array(PermissionWord),
  /** The signature in force: while it stands, nobody codes or approves. */
  signature: toNullable(toClosed({ fullName: Type.String(), at: Moment, meaning: Type.String() })),
})

export type StudyView = Static<typeof StudyView>

export const SessionView = toClosed({
  person: toClosed({
    name: Type.String(),
    fullName: Type.String(),
    /** The password was given for one sign-in: nothing else is answered before it is changed. */
    mustChange: Type.Boolean(),
  }),
  /** Goes with every request that changes something, as the header `x-csrf-token`. */
  csrf: Type.String(),
  /** Permissions that are not of a study, e.g. to keep the accounts. */
  permissions: Type.Array(PermissionWord),
  studies: Type.Array(StudyView),
  /** How the person signed in. */
  signIn: toWord(['password', 'issuer']),
  /** Minutes without a request after which the session is over. */
  idleMinutes: Type.Integer(),
  version: Type.String(),
})
export type SessionView = Static<typeof SessionView>

export const SignInBody = toClosed({ name: AccountName, password: Password })
export type SignInBody = Static<typeof SignInBody>

export const PasswordBody = toClosed({ old: Password, new: Password })
export type PasswordBody = Static<typeof PasswordBody>

/** What the page offers to somebody who is not signed in. */
export const WaysIn = toClosed({
  password: Type.Boolean(),
  issuer: toNullable(toClosed({ name: Type.String(), start: Type.String() })),
})
export type WaysIn = Static<typeof WaysIn>

export const Done = toClosed({ done: Type.Literal(true) })

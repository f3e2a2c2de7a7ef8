/** The contracts of keeping the accounts. */

import { Moment, type Static, Text, Type, toClosed, toNullable } from './schema.ts'
import { AccountName, RoleWord } from './session.ts'

export const RoleInView = toClosed({ study: Type.String({ minLength: 1, maxLength: 200 }), role: RoleWord })

export const AccountView = toClosed({
  name: Type.String(),
  fullName: Type.String(),
  email: toNullable(Type.String()),
  issuer: toNullable(Type.String()),
  isActive: Type.Boolean(),
  mustChange: Type.Boolean(),
  lockedUntil: toNullable(Moment),
  createdAt: Moment,
  roles: Type.Array(RoleInView),
})
export type AccountView = Static<typeof AccountView>

export const AccountList = toClosed({ accounts: Type.Array(AccountView) })

export const AccountParams = toClosed({ name: AccountName })
const FullName = Type.String({ minLength: 1, maxLength: 200 })
const Email = Type.String({ minLength: 3, maxLength: 254, pattern: '^[^\\s@]+@[^\\s@]+$' })
const Roles = Type.Array(RoleInView, { maxItems: 200 })

/** A password for a single sign-in is made and shown in the answer, once: what an admin knows for longer proves nobody. */
export const NewAccountBody = toClosed({
  name: AccountName,
  fullName: FullName,
  email: Type.Optional(toNullable(Email)),
  roles: Roles,
})
export const RolesBody = toClosed({ roles: Roles, reason: Type.Optional(toNullable(Text)) })
export const ReasonBody = toClosed({ reason: Type.Optional(toNullable(Text)) })
export const AccountWithPassword = toClosed({ account: AccountView, oneTimePassword: toNullable(Type.String()) })

/** Who may do what: the roles of people, and the permission that every act of a person asks for. */

export const ROLES = ['data-manager', 'coder', 'approver', 'auditor', 'statistician', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** What stands for a study where a role is given for every one of the installation. */
export const EVERY_STUDY = '*'

/** A role that somebody has: in one study, by its id, or in every one. */
export interface RoleIn {
  readonly study: string
  readonly role: Role
}

/**
 * Each permission with the roles that have it. An auditor reads everything and changes nothing; an admin keeps the
 * accounts and has no hand in the codes; who codes does not approve unless both roles were given, and never their own code.
 */
export const PERMISSIONS = {
  'read-terms': ROLES,
  'read-audit': ['data-manager', 'approver', 'auditor', 'admin'],
  'read-people': ['auditor', 'admin'],
  code: ['coder'],
  note: ['coder', 'approver', 'data-manager'],
  'ask-site': ['coder', 'data-manager'],
  'exchange-site-queries': ['data-manager'],
  'propose-synonym': ['coder', 'approver', 'data-manager'],
  'approve-synonym': ['approver'],
  approve: ['approver'],
  'sign-off': ['approver'],
  unlock: ['approver', 'data-manager'],
  redact: ['data-manager'],
  'take-over': ['data-manager'],
  'administer-people': ['admin'],
} as const satisfies { readonly [permission: string]: readonly Role[] }
export type Permission = keyof typeof PERMISSIONS

export function isPermitted(roles: readonly Role[], permission: Permission): boolean {
  const holders: readonly Role[] = PERMISSIONS[permission]
  return roles.some((role) => holders.includes(role))
}

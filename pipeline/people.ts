/** The people of an installation: their accounts, their sessions, and what they may do in a study. */
import type { Role } from '../schemas/roles.ts'
import type { Actor } from './store/chain.ts'

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

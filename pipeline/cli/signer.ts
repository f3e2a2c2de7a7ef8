/** Who answers for an act that a name alone is not enough for. */
import type { Actor, Desk } from '../index.ts'
import { findLogin, findProven } from './actor.ts'
import type { Surroundings } from './command.ts'

/** A person who proved who they are, with the name they sign with. */
export interface Signer {
  readonly actor: Actor
  readonly fullName: string
}

/**
 * The person who is logged in at this command line and gave the password again.
 * @throws AecoderError SIGN_IN_NEEDED, NOT_PERMITTED, SIGN_IN_REFUSED
 */
export async function findSigner(
  doing: {
    store: Desk['store']
    study: { readonly id: string }
    permission: 'approve' | 'sign-off' | 'unlock'
  },
  { askPassword }: Surroundings,
): Promise<Signer> {
  const { actor, fullName } = await findProven(undefined, { ...doing, askPassword })
  return { actor, fullName }
}

/** The name of who is logged in, for what a list leaves out; empty where nobody is. */
export async function findViewer(store: Desk['store']): Promise<string> {
  return (await findLogin(store))?.name ?? ''
}

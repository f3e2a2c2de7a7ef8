/** Who answers for an act that a name alone is not enough for. */
import type { Actor } from '../index.ts'
import { type Doing, findLogin, findProvenActor } from './actor.ts'
import type { Surroundings } from './command.ts'

/** A person who proved who they are, with the name they sign with. */
export interface Signer {
  readonly actor: Actor
  readonly fullName: string
}

/**
 * The person who is logged in at this command line, may do it and gave the password again.
 * @throws AecoderError SIGN_IN_NEEDED, NOT_PERMITTED, SIGN_IN_REFUSED
 */
export async function findSigner(doing: Doing, { askPassword }: Surroundings): Promise<Signer> {
  const actor = await findProvenActor(undefined, { ...doing, askPassword })
  return { actor, fullName: (await findLogin(doing.store))?.fullName ?? actor.name }
}

/** The name of who is logged in, for what a list leaves out; empty where nobody is. */
export async function findViewer(store: Doing['store']): Promise<string> {
  return (await findLogin(store))?.name ?? ''
}

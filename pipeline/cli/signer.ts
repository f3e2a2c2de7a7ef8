/** Who answers for an act that a name alone is not enough for. */
import { type Actor, AecoderError, type Desk } from '../index.ts'
import type { Surroundings } from './command.ts'

/** A person who proved who they are, with the name they sign with. */
export interface Signer {
  readonly actor: Actor
  readonly fullName: string
}

/**
 * The person who is logged in at this command line and gave the password again.
 * @throws AecoderError SIGN_IN_NEEDED
 */
export async function findSigner(
  _doing: {
    store: Desk['store']
    study: { readonly id: string }
    permission: 'approve' | 'sign-off' | 'unlock'
  },
  _world: Surroundings,
): Promise<Signer> {
  throw new AecoderError('SIGN_IN_NEEDED', {
    where: 'this command line',
    found: 'nobody is logged in',
    expected: 'a person who proved who they are',
    action: 'Do it in the workbench',
  })
}

/** The name of who is logged in, for what a list leaves out; empty where nobody is. */
export async function findViewer(_store: Desk['store']): Promise<string> {
  return ''
}

/** Checking the accounts against the chain of the people: each is what its last event says, each session began there. */
import type { Kysely } from 'kysely'
import { type Json, toCanonicalJson } from '../../schemas/content-id.ts'
import { listAccounts, toAccountFacts } from './accounts.ts'
import type { Tables } from './tables.ts'

/** What the chain of the people vouches for, event by event. */
interface Vouched {
  readonly kind: string
  readonly object: string
  readonly body: Json
}

/** Kinds of events that say what an account has become. */
const TELLING: ReadonlySet<string> = new Set(['account-created', 'account-changed', 'password-changed'])

export async function checkAccounts(
  db: Kysely<Tables>,
  { vouched, faults }: { vouched: ReadonlyMap<number, Json>; faults: { add(text: string): void } },
): Promise<void> {
  const told = new Map<string, string>()
  const begun = new Map<string, string>()
  for (const event of vouched.values()) {
    const { kind, object, body } = event as unknown as Vouched
    const { after, session } = body as { after?: Json; session?: string }
    if (TELLING.has(kind)) told.set(object, toCanonicalJson(after ?? null))
    if (kind === 'signed-in' && session !== undefined) begun.set(session, object)
    if (kind === 'signed-out' && session !== undefined) begun.delete(session)
  }
  for (const account of await listAccounts(db)) {
    const object = `account ${account.name}`
    if (told.get(object) !== toCanonicalJson(toAccountFacts(account)))
      faults.add(
        told.has(object) ? `${object}: it is not what its last event says` : `${object}: the chain does not tell of it`,
      )
    told.delete(object)
  }
  for (const object of told.keys()) faults.add(`${object}: the chain tells of it, and it is not there`)
  const granted = await db.selectFrom('account_role').select(['account', 'study', 'role']).execute()
  const known = new Set((await db.selectFrom('account').select('name').execute()).map(({ name }) => name))
  for (const { account, role, study } of granted)
    if (!known.has(account)) faults.add(`role ${role} in ${study}: it is of no account (${account})`)
  for (const { id_hash, account } of await db.selectFrom('session').select(['id_hash', 'account']).execute())
    if (begun.get(id_hash) !== `account ${account}`)
      faults.add(`a session of account ${account}: the chain does not tell that it began`)
}

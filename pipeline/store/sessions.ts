/** Sessions as they are looked up for every request: by the hash of their token, with the account and its roles. */
import { type Kysely, sql } from 'kysely'
import { type Account, findAccount } from './accounts.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

export interface StoredSession {
  readonly idHash: string
  readonly csrf: string
  readonly kind: 'browser' | 'command-line'
  /** How the person was known when the session began. */
  readonly auth: string
  readonly seenAt: string
  readonly expiresAt: string
  readonly account: Account
}

export async function findStoredSession(db: Kysely<Tables>, idHash: string): Promise<StoredSession | undefined> {
  const { rows } = await sql<Tables['session'] & { name_key: string }>`
    select s.*, a.name_key from session s join account a on a.name = s.account where s.id_hash = ${idHash}`.execute(db)
  const [row] = rows
  if (row === undefined) return undefined
  const account = await findAccount(db, row.name_key)
  if (account === undefined) return undefined
  const { csrf, kind, auth, seen_at, expires_at } = row
  return { idHash, csrf, kind, auth, seenAt: seen_at, expiresAt: expires_at, account }
}

/** Notes that a session was used. */
export async function recordSeen(store: Store, { idHash, at }: { idHash: string; at: string }): Promise<void> {
  await store.db.updateTable('session').set({ seen_at: at }).where('id_hash', '=', idHash).execute()
}

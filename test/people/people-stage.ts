/** A store with people in it and a clock that the test moves. */
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createAccount, openPeople, type People } from '../../pipeline/people.ts'
import type { Actor } from '../../pipeline/store/chain.ts'
import { openStore, readSnapshot } from '../../pipeline/store/store.ts'
import { openScratch } from '../store/stage.ts'

export const ADMIN: Actor = { name: 'adm', kind: 'person', auth: 'signed in with password' }
export const PASSWORD = 'four likely green apples'

export interface PeopleStage {
  readonly people: People
  /** Moves the clock on. */
  readonly later: (minutes: number) => void
  /** The events of the people, oldest first, each `kind: object by actor` with its body. */
  readonly listEvents: () => Promise<{ told: string; body: string; reason: string | null }[]>
}

export async function openPeopleStage(): Promise<PeopleStage> {
  let now = Date.UTC(2026, 2, 1, 8)
  let salts = 0
  const ambience = {
    now: () => new Date(now).toISOString(),
    salt: () => String(++salts).padStart(32, '0'),
  }
  const store = await openStore({ path: join(await openScratch(), 'aecoder.db'), ambience })
  onTestFinished(() => store.close())
  return {
    people: await openPeople({ store }),
    later: (minutes) => {
      now += minutes * 60_000
    },
    listEvents: () =>
      readSnapshot(store, async (db) => {
        const rows = await db
          .selectFrom('event')
          .innerJoin('event_body', (join) =>
            join.onRef('event_body.study', '=', 'event.study').onRef('event_body.seq', '=', 'event.seq'),
          )
          .select(['kind', 'object', 'actor', 'reason', 'body'])
          .where('event.study', '=', '@people')
          .orderBy('event.seq')
          .execute()
        return rows.map(({ kind, object, actor, reason, body }) => ({
          told: `${kind}: ${object} by ${actor}`,
          reason,
          body,
        }))
      }),
  }
}

/** Makes accounts, each with the password of this file. */
export async function addAccounts(
  people: People,
  accounts: { readonly [name: string]: readonly { study: string; role: string }[] },
): Promise<void> {
  for (const [name, roles] of Object.entries(accounts))
    await createAccount(people, { by: ADMIN, account: { name, fullName: `Full ${name}`, roles, password: PASSWORD } })
}

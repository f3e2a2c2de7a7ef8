/** What `verify` finds when accounts were changed behind aecoder's back. */
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { deactivate, setRoles, signIn, signOut } from '../../pipeline/people.ts'
import { ADMIN, addAccounts, openPeopleStage, PASSWORD } from '../people/people-stage.ts'
import { listFaults } from './stage.ts'

async function openStage() {
  const stage = await openPeopleStage()
  await addAccounts(stage.people, { Ann: [{ study: 'A@x', role: 'coder' }], adm: [{ study: '*', role: 'admin' }] })
  return stage
}

test('accounts whose every change is in the chain have no fault', async () => {
  const { people } = await openStage()
  const { token } = await signIn(people, { name: 'Ann', password: PASSWORD, kind: 'browser' })
  await signIn(people, { name: 'adm', password: PASSWORD, kind: 'command-line' })
  await expect(signIn(people, { name: 'Ann', password: 'wrong', kind: 'browser' })).rejects.toThrow()
  await setRoles(people, { by: ADMIN, name: 'Ann', roles: [{ study: '*', role: 'approver' }] })
  await signOut(people, token)
  await deactivate(people, { by: ADMIN, name: 'Ann' })
  expect(await listFaults(people.store, '@people')).toEqual([])
})

const CHANGED = [/^account Ann: it is not what its last event says$/]

test.for([
  [
    'a password put in',
    "update account set password = (select password from account where name = 'adm') where name = 'Ann'",
    CHANGED,
  ],
  ['another full name', "update account set full_name = 'Eve' where name = 'Ann'", CHANGED],
  ['an account taken into use', "update account set is_active = 0 where name = 'Ann'", CHANGED],
  ['a role given', "insert into account_role values ('Ann', '*', 'admin')", CHANGED],
  ['a role taken', "delete from account_role where account = 'Ann'", CHANGED],
  [
    'an account put in',
    "insert into account select 'Eve', 'eve', full_name, email, password, issuer, issuer_subject, is_active, must_change, failures, locked_until, created_at, changed_at from account where name = 'adm'",
    [/^account Eve: the chain does not tell of it$/],
  ],
  [
    'an account taken away',
    "delete from account_role where account = 'Ann'; delete from account where name = 'Ann'",
    [/^account Ann: the chain tells of it, and it is not there$/],
  ],
  [
    'a session put in',
    "insert into session values ('00', 'adm', 'c', 'browser', 'signed in with password', '2026-03-01T08:00:00.000Z', '2026-03-01T08:00:00.000Z', '2026-03-01T20:00:00.000Z')",
    [/^a session of account adm: the chain does not tell that it began$/],
  ],
  [
    'an event rewritten',
    "drop trigger event_no_update; update event set actor = 'Eve' where study = '@people' and seq = 1",
    [/missing or changed/, /^event 1: its hash does not fit/],
  ],
] as const)('%s is found', async ([, change, faults]) => {
  const { people } = await openStage()
  const db = new DatabaseSync(people.store.path)
  db.exec(change)
  db.close()
  const found = await listFaults(people.store, '@people')
  expect(found).toEqual(faults.map((fault) => expect.stringMatching(fault) as string))
})

/**
 * The accounts of people and what happened to them. An account is a state; its history is the chain of the pseudo-study
 * `@people`, written in the same transaction. Knows no rule: who calls decides.
 */
import type { Kysely } from 'kysely'
import { type Json, toSha256 } from '../../schemas/content-id.ts'
import type { Role, RoleIn } from '../../schemas/roles.ts'
import { type Actor, type Ambience, appendEvent, type EventKind } from './chain.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

/** Whose chain tells of accounts. No study can have this id: a study's own has its protocol before the sign. */
export const PEOPLE_STUDY = '@people'

export interface Account {
  readonly name: string
  /** What is the same in all spellings of the name. */
  readonly nameKey: string
  readonly fullName: string
  readonly email: string | null
  /** Argon2id in its own text form; null where no password was ever given. */
  readonly password: string | null
  readonly issuer: string | null
  readonly issuerSubject: string | null
  readonly isActive: boolean
  /** The password was given by someone else, for one sign-in. */
  readonly mustChange: boolean
  readonly failures: number
  readonly lockedUntil: string | null
  readonly createdAt: string
  readonly changedAt: string
  readonly roles: readonly RoleIn[]
}

/** What an event says beside what it is about. */
export interface Told {
  readonly kind: EventKind
  readonly actor: Actor
  readonly reason?: string | null
  readonly body?: { readonly [name: string]: Json }
}

/** Does several things to accounts and sessions in one transaction, or none of them. */
export function changeAccounts<T>(store: Store, act: (book: AccountBook) => Promise<T>): Promise<T> {
  return store.db.transaction().execute((trx) => act(new AccountBook(trx, store.ambience)))
}

export async function findAccount(db: Kysely<Tables>, nameKey: string): Promise<Account | undefined> {
  return (await readAccounts(db, nameKey))[0]
}

export function listAccounts(db: Kysely<Tables>): Promise<readonly Account[]> {
  return readAccounts(db)
}

/** The account that a person of an identity provider was linked to. */
export async function findAccountOfIssuer(
  db: Kysely<Tables>,
  { issuer, subject }: { issuer: string; subject: string },
): Promise<Account | undefined> {
  const row = await db
    .selectFrom('account')
    .select('name_key')
    .where('issuer', '=', issuer)
    .where('issuer_subject', '=', subject)
    .executeTakeFirst()
  return row === undefined ? undefined : findAccount(db, row.name_key)
}

/** Accounts and sessions inside one write transaction. */
export class AccountBook {
  readonly #trx: Kysely<Tables>
  readonly #ambience: Ambience
  constructor(trx: Kysely<Tables>, ambience: Ambience) {
    this.#trx = trx
    this.#ambience = ambience
  }

  find(nameKey: string): Promise<Account | undefined> {
    return findAccount(this.#trx, nameKey)
  }

  list(): Promise<readonly Account[]> {
    return listAccounts(this.#trx)
  }

  /** Writes a new account with its event. */
  async add(account: Account, told: Told): Promise<void> {
    await this.#trx
      .insertInto('study')
      .values({ study: PEOPLE_STUDY, protocol: PEOPLE_STUDY, environment: 'accounts' })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    await this.#trx.insertInto('account').values(toRow(account)).execute()
    await this.#writeRoles(account)
    await this.tell(account.name, { ...told, body: { ...told.body, before: null, after: toAccountFacts(account) } })
  }

  /** Writes what an account has become, with its event. */
  async change(before: Account, after: Account, told: Told): Promise<void> {
    await this.#trx.updateTable('account').set(toRow(after)).where('name', '=', before.name).execute()
    await this.#trx.deleteFrom('account_role').where('account', '=', before.name).execute()
    await this.#writeRoles(after)
    const facts = { before: toAccountFacts(before), after: toAccountFacts(after) }
    await this.tell(after.name, { ...told, body: { ...told.body, ...facts } })
  }

  /** Writes how often the password was wrong: no event of its own. */
  async countFailures(
    name: string,
    { failures, lockedUntil }: Pick<Account, 'failures' | 'lockedUntil'>,
  ): Promise<void> {
    await this.#trx
      .updateTable('account')
      .set({ failures, locked_until: lockedUntil })
      .where('name', '=', name)
      .execute()
  }

  async tell(name: string, { kind, actor, reason, body }: Told): Promise<void> {
    await appendEvent(this.#trx, PEOPLE_STUDY, {
      event: { kind, actor, object: `account ${name}`, reason: reason ?? null, body: body ?? {} },
      ambience: this.#ambience,
    })
  }

  async addSession(session: Tables['session']): Promise<void> {
    await this.#trx.insertInto('session').values(session).execute()
  }

  /** @returns how many ended */
  async endSessions(account: string, { except = '' }: { except?: string } = {}): Promise<number> {
    const { numDeletedRows } = await this.#trx
      .deleteFrom('session')
      .where('account', '=', account)
      .where('id_hash', '<>', except)
      .executeTakeFirst()
    return Number(numDeletedRows)
  }

  /** @returns whose it was; undefined where there is none */
  async endSession(idHash: string): Promise<Tables['session'] | undefined> {
    return this.#trx.deleteFrom('session').where('id_hash', '=', idHash).returningAll().executeTakeFirst()
  }

  /** Sessions whose time is over for good are of no use to anyone. */
  async clearExpired(now: string): Promise<void> {
    await this.#trx.deleteFrom('session').where('expires_at', '<', now).execute()
  }

  async #writeRoles({ name, roles }: Account): Promise<void> {
    for (const { study, role } of roles)
      await this.#trx.insertInto('account_role').values({ account: name, study, role }).execute()
  }
}

/**
 * What the chain keeps of an account. The password's own text form goes in as a hash: that shows whether it was changed
 * behind aecoder's back, and gives nobody anything to guess at, since its salt is not told.
 */
export function toAccountFacts(account: Account): { readonly [name: string]: Json } {
  const { name, fullName, email, password, issuer, issuerSubject, isActive, mustChange, roles } = account
  return {
    name,
    fullName,
    email,
    issuer,
    issuerSubject,
    isActive,
    mustChange,
    passwordDigest: password === null ? null : toSha256(password),
    roles: roles.map(({ study, role }) => ({ study, role })),
  }
}

async function readAccounts(db: Kysely<Tables>, nameKey?: string): Promise<readonly Account[]> {
  let accounts = db.selectFrom('account').selectAll().orderBy('name')
  if (nameKey !== undefined) accounts = accounts.where('name_key', '=', nameKey)
  const rows = await accounts.execute()
  if (rows.length === 0) return []
  let given = db.selectFrom('account_role').selectAll().orderBy('study').orderBy('role')
  if (nameKey !== undefined) given = given.where('account', '=', rows[0]?.name ?? '')
  const roles = Map.groupBy(await given.execute(), ({ account }) => account)
  return rows.map((row) => toAccount(row, roles.get(row.name) ?? []))
}

function toAccount(row: Tables['account'], roles: readonly Tables['account_role'][]): Account {
  return {
    name: row.name,
    nameKey: row.name_key,
    fullName: row.full_name,
    email: row.email,
    password: row.password,
    issuer: row.issuer,
    issuerSubject: row.issuer_subject,
    isActive: row.is_active === 1,
    mustChange: row.must_change === 1,
    failures: row.failures,
    lockedUntil: row.locked_until,
    createdAt: row.created_at,
    changedAt: row.changed_at,
    roles: roles.map(({ study, role }) => ({ study, role: role as Role })),
  }
}

function toRow(account: Account): Tables['account'] {
  return {
    name: account.name,
    name_key: account.nameKey,
    full_name: account.fullName,
    email: account.email,
    password: account.password,
    issuer: account.issuer,
    issuer_subject: account.issuerSubject,
    is_active: Number(account.isActive),
    must_change: Number(account.mustChange),
    failures: account.failures,
    locked_until: account.lockedUntil,
    created_at: account.createdAt,
    changed_at: account.changedAt,
  }
}

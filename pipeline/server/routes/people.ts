/** Keeping the accounts. */
import {
  AccountList,
  AccountParams,
  AccountView,
  AccountWithPassword,
  NewAccountBody,
  ReasonBody,
  RolesBody,
} from '../../../schemas/api/people.ts'
import { isPermitted } from '../../../schemas/roles.ts'
import {
  type AccountView as Account,
  activate,
  createAccount,
  deactivate,
  listAccounts,
  resetPassword,
  type Session,
  setRoles,
} from '../../index.ts'
import { type Route, toHouseRoute } from '../route.ts'

export const PEOPLE_ROUTES: readonly Route[] = [
  toHouseRoute({
    method: 'GET',
    path: '/accounts',
    summary: 'The accounts, with the roles in the studies that the reader may look at',
    permission: 'read-people',
    answer: AccountList,
    run: async ({ house, visit }) => ({ accounts: toVisible(await listAccounts(house.people), visit.session) }),
  }),
  toHouseRoute({
    method: 'POST',
    path: '/accounts',
    summary: 'Make an account',
    permission: 'administer-people',
    body: NewAccountBody,
    answer: AccountWithPassword,
    run: async ({ body, house, person }) => {
      const { account, oneTimePassword } = await createAccount(house.people, { by: person.actor, account: body })
      return { account: toView(account), oneTimePassword }
    },
  }),
  toHouseRoute({
    method: 'PUT',
    path: '/accounts/:name/roles',
    summary: 'Give an account these roles and no others',
    permission: 'administer-people',
    params: AccountParams,
    body: RolesBody,
    answer: AccountView,
    run: async ({ params, body, house, person }) =>
      toView(
        await setRoles(house.people, {
          by: person.actor,
          name: params.name,
          roles: body.roles,
          reason: body.reason ?? null,
        }),
      ),
  }),
  toHouseRoute({
    method: 'POST',
    path: '/accounts/:name/deactivate',
    summary: 'Take an account out of use',
    permission: 'administer-people',
    params: AccountParams,
    body: ReasonBody,
    answer: AccountView,
    run: async ({ params, body, house, person }) =>
      toView(await deactivate(house.people, { by: person.actor, name: params.name, reason: body.reason ?? null })),
  }),
  toHouseRoute({
    method: 'POST',
    path: '/accounts/:name/activate',
    summary: 'Take an account into use again, unlocked',
    permission: 'administer-people',
    params: AccountParams,
    body: ReasonBody,
    answer: AccountView,
    run: async ({ params, body, house, person }) =>
      toView(await activate(house.people, { by: person.actor, name: params.name, reason: body.reason ?? null })),
  }),
  toHouseRoute({
    method: 'POST',
    path: '/accounts/:name/password',
    summary: 'Give an account a password for one sign-in, shown once',
    permission: 'administer-people',
    params: AccountParams,
    body: ReasonBody,
    answer: AccountWithPassword,
    run: async ({ params, body, house, person }) => {
      const { account, oneTimePassword } = await resetPassword(house.people, {
        by: person.actor,
        name: params.name,
        reason: body.reason ?? null,
      })
      return { account: toView(account), oneTimePassword }
    },
  }),
]

/** An auditor of one study learns nothing of who works in another. */
function toVisible(accounts: readonly Account[], session: Session | undefined): AccountView[] {
  const isSeen = (study: string) => isPermitted(session?.person.rolesIn(study) ?? [], 'read-people')
  return accounts.flatMap((account) => {
    const roles = account.roles.filter(({ study }) => isSeen(study) || study === '*')
    return roles.length > 0 || isSeen('*') ? [toView({ ...account, roles })] : []
  })
}

function toView(account: Account): AccountView {
  return { ...account, roles: account.roles.map(({ study, role }) => ({ study, role })) }
}

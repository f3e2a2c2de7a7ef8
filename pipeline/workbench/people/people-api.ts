/** The routes that keep the accounts. */

import type { AccountList, AccountView, AccountWithPassword, NewAccountBody } from '../../../schemas/api/people.ts'
import type { Static } from '../../../schemas/api/schema.ts'
import { ask } from '../shell/api.ts'

const at = (name: string) => `/accounts/${encodeURIComponent(name)}`
export const peopleApi = {
  list: (signal: AbortSignal) => ask<Static<typeof AccountList>>('GET', '/accounts', { signal }),
  make: (body: Static<typeof NewAccountBody>) => ask<Static<typeof AccountWithPassword>>('POST', '/accounts', { body }),
  setRoles: (name: string, body: { readonly roles: AccountView['roles']; readonly reason?: string }) =>
    ask<AccountView>('PUT', `${at(name)}/roles`, { body }),
  deactivate: (name: string, reason: string) =>
    ask<AccountView>('POST', `${at(name)}/deactivate`, { body: { reason } }),
  activate: (name: string) => ask<AccountView>('POST', `${at(name)}/activate`, { body: {} }),
  newPassword: (name: string) => ask<Static<typeof AccountWithPassword>>('POST', `${at(name)}/password`, { body: {} }),
}

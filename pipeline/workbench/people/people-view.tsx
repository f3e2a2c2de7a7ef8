/** Who may do what: the accounts with their roles. */
import { useState } from 'preact/hooks'
import type { AccountView } from '../../../schemas/api/people.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { toDay, toMoment } from '../parts/words.ts'
import { toWords } from '../shell/api.ts'
import { useSeat } from '../shell/session.ts'
import { tell } from '../shell/toasts.tsx'
import { ReasonDialog } from '../term/reason-dialog.tsx'
import { AccountDialog, RolesDialog } from './account-dialogs.tsx'
import { peopleApi } from './people-api.ts'

type Open =
  | { readonly kind: 'new' }
  | { readonly kind: 'roles' | 'deactivate'; readonly account: AccountView }
  | { readonly kind: 'password'; readonly account: AccountView; readonly password: string }

export function PeopleView() {
  const { may } = useSeat()
  const { value, fault, again } = useAnswer('accounts', peopleApi.list)
  const [open, setOpen] = useState<Open>()
  const mayKeep = may('administer-people')
  const close = () => setOpen(undefined)
  const act = async (sent: Promise<unknown>, done: string) => {
    await sent
    close()
    again()
    tell({ kind: 'done', text: done })
  }
  const tellFault = (error: unknown) => tell({ kind: 'failed', text: toWords(error) })
  const showPassword = ({ account, oneTimePassword }: { account: AccountView; oneTimePassword: string | null }) => {
    again()
    if (oneTimePassword === null) close()
    else setOpen({ kind: 'password', account, password: oneTimePassword })
  }
  return (
    <div class="view">
      <header>
        <h1>People</h1>
        <span class="gap" />
        {mayKeep && (
          <button type="button" class="button primary" onClick={() => setOpen({ kind: 'new' })}>
            <Icon name="plus" /> New account
          </button>
        )}
      </header>
      {fault !== undefined && <p class="fault">{fault}</p>}
      {value === undefined && fault === undefined && <p class="waiting">Looking …</p>}
      {value !== undefined && (
        <div class="card table-frame">
          <table class="table">
            <caption class="unseen">Accounts</caption>
            <thead>
              <tr>
                <th scope="col">Person</th>
                <th scope="col">Name to sign in</th>
                <th scope="col">Roles</th>
                <th scope="col">State</th>
                <th scope="col">Since</th>
                {mayKeep && (
                  <th scope="col">
                    <span class="unseen">Acts</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {value.accounts.map((account) => (
                <tr key={account.name}>
                  <th scope="row">
                    <strong>{account.fullName}</strong>
                    {account.email !== null && <span class="written">{account.email}</span>}
                  </th>
                  <td>
                    {account.name}
                    {account.issuer !== null && <span class="written">by {account.issuer}</span>}
                  </td>
                  <td>
                    <Roles account={account} />
                  </td>
                  <td>
                    <State account={account} />
                  </td>
                  <td class="muted nowrap">{toDay(account.createdAt)}</td>
                  {mayKeep && (
                    <td class="row-acts">
                      <button type="button" class="link" onClick={() => setOpen({ kind: 'roles', account })}>
                        Roles
                      </button>
                      {account.issuer === null && (
                        <button
                          type="button"
                          class="link"
                          onClick={() => void peopleApi.newPassword(account.name).then(showPassword, tellFault)}
                        >
                          New password
                        </button>
                      )}
                      {account.isActive && account.lockedUntil === null ? (
                        <button type="button" class="link" onClick={() => setOpen({ kind: 'deactivate', account })}>
                          Deactivate
                        </button>
                      ) : (
                        <button
                          type="button"
                          class="link"
                          onClick={() =>
                            void act(peopleApi.activate(account.name), `${account.fullName} can sign in again`).catch(
                              tellFault,
                            )
                          }
                        >
                          Activate
                        </button>
                      )}
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {open?.kind === 'new' && <AccountDialog onClose={close} onMade={showPassword} />}
      {open?.kind === 'roles' && (
        <RolesDialog
          account={open.account}
          onClose={close}
          onRoles={(roles, reason) =>
            act(
              peopleApi.setRoles(open.account.name, { roles, ...(reason === '' ? {} : { reason }) }),
              `The roles of ${open.account.fullName} are changed`,
            )
          }
        />
      )}
      {open?.kind === 'deactivate' && (
        <ReasonDialog
          title={`Deactivate ${open.account.fullName}`}
          words="What this person did stays on record under the name."
          act="Deactivate"
          isNeeded={false}
          onClose={close}
          onReason={(reason) =>
            act(peopleApi.deactivate(open.account.name, reason), `${open.account.fullName} can no longer sign in`)
          }
        />
      )}
      {open?.kind === 'password' && (
        <Dialog
          title={`Password of ${open.account.fullName}`}
          onClose={close}
          foot={
            <button type="button" class="button primary" onClick={close}>
              Done
            </button>
          }
        >
          <p>For one sign-in, and shown this once. Give it to the person by another way than this page.</p>
          <p class="password">{open.password}</p>
        </Dialog>
      )}
    </div>
  )
}

function Roles({ account }: { account: AccountView }) {
  const studies = [...new Set(account.roles.map(({ study }) => study))]
  if (studies.length === 0) return <span class="muted">none</span>
  return (
    <ul class="role-list">
      {studies.map((study) => (
        <li key={study}>
          {account.roles
            .filter((one) => one.study === study)
            .map(({ role }) => (
              <span key={role} class="badge">
                {role}
              </span>
            ))}{' '}
          <span class="muted small">{study === '*' ? 'in every study' : study}</span>
        </li>
      ))}
    </ul>
  )
}

function State({ account }: { account: AccountView }) {
  if (!account.isActive) return <span class="badge">deactivated</span>
  if (account.lockedUntil !== null) return <span class="badge warn">locked until {toMoment(account.lockedUntil)}</span>
  if (account.mustChange) return <span class="badge warn">has a password for one sign-in</span>
  return <span class="badge good">active</span>
}

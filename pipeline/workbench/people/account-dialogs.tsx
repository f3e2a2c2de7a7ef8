/** Making an account, and giving it its roles. */
import { useState } from 'preact/hooks'
import type { AccountView } from '../../../schemas/api/people.ts'
import { EVERY_STUDY, ROLES, type Role } from '../../../schemas/roles.ts'
import { Dialog } from '../parts/dialog.tsx'
import { useSeat } from '../shell/session.ts'
import { peopleApi } from './people-api.ts'

type GivenRoles = AccountView['roles']

function RoleTable({ roles, onChange }: { roles: GivenRoles; onChange: (roles: GivenRoles) => void }) {
  const { session } = useSeat()
  const known = session.studies.map(({ id }) => id)
  const studies = [
    EVERY_STUDY,
    ...new Set([...known, ...roles.map(({ study }) => study).filter((id) => id !== EVERY_STUDY)]),
  ]
  const has = (study: string, role: Role) => roles.some((one) => one.study === study && one.role === role)
  return (
    <div class="table-frame">
      <table class="table role-table">
        <caption class="unseen">Roles by study</caption>
        <thead>
          <tr>
            <th scope="col">Study</th>
            {ROLES.map((role) => (
              <th key={role} scope="col">
                {role}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {studies.map((study) => (
            <tr key={study}>
              <th scope="row">{study === EVERY_STUDY ? 'Every study' : study}</th>
              {ROLES.map((role) => (
                <td key={role}>
                  <label class="check">
                    <span class="unseen">
                      {role} in {study === EVERY_STUDY ? 'every study' : study}
                    </span>
                    <input
                      type="checkbox"
                      checked={has(study, role)}
                      onChange={(event) =>
                        onChange(
                          event.currentTarget.checked
                            ? [...roles, { study, role }]
                            : roles.filter((one) => one.study !== study || one.role !== role),
                        )
                      }
                    />
                  </label>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function RolesDialog({
  account,
  onRoles,
  onClose,
}: {
  account: AccountView
  onRoles: (roles: GivenRoles, reason: string) => Promise<void>
  onClose: () => void
}) {
  const [roles, setRoles] = useState(account.roles)
  const [reason, setReason] = useState('')
  return (
    <Dialog
      title={`Roles of ${account.fullName}`}
      size="wide"
      onClose={onClose}
      onSubmit={() => onRoles(roles, reason.trim())}
      submit="Give these roles"
    >
      <RoleTable roles={roles} onChange={setRoles} />
      <label class="field">
        Reason (may be left out)
        <input type="text" maxLength={2000} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
    </Dialog>
  )
}

export function AccountDialog({
  onMade,
  onClose,
}: {
  onMade: (made: { account: AccountView; oneTimePassword: string | null }) => void
  onClose: () => void
}) {
  const [name, setName] = useState('')
  const [fullName, setFullName] = useState('')
  const [email, setEmail] = useState('')
  const [roles, setRoles] = useState<GivenRoles>([])
  const onMake = async () =>
    onMade(
      await peopleApi.make({
        name: name.trim(),
        fullName: fullName.trim(),
        roles,
        ...(email.trim() === '' ? {} : { email: email.trim() }),
      }),
    )
  return (
    <Dialog title="New account" size="wide" onClose={onClose} onSubmit={onMake} submit="Make the account">
      <div class="field-row">
        <label class="field">
          Full name
          <input
            type="text"
            required
            maxLength={200}
            value={fullName}
            onInput={(event) => setFullName(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          Name to sign in
          <input
            type="text"
            required
            maxLength={100}
            autocomplete="off"
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          E-mail (may be left out)
          <input type="text" maxLength={254} value={email} onInput={(event) => setEmail(event.currentTarget.value)} />
        </label>
      </div>
      <RoleTable roles={roles} onChange={setRoles} />
      <p class="muted small">A password for one sign-in is made and shown once.</p>
    </Dialog>
  )
}

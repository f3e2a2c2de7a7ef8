/** An act that asks for the password again: nobody signs with a session that was left open. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Dialog } from '../parts/dialog.tsx'

export function PasswordDialog({
  title,
  act,
  needsReason,
  check,
  onAct,
  onClose,
  children,
}: {
  title: string
  /** What the button says. */
  act: string
  /** `none` asks for no reason at all. */
  needsReason: boolean | 'none'
  /** What is still missing of what stands in `children`. */
  check?: () => string | undefined
  /** @throws what the server refused; it is shown, and what was typed stays */
  onAct: (typed: { readonly password: string; readonly reason: string }) => Promise<void>
  onClose: () => void
  children?: ComponentChildren
}) {
  const [password, setPassword] = useState('')
  const [reason, setReason] = useState('')
  const [fault, setFault] = useState<string>()
  const findMissing = () => {
    if (needsReason === true && reason.trim() === '') return 'Say why: it stands in the audit trail.'
    return password === '' ? 'Type your password.' : undefined
  }
  const onGo = async () => {
    const missing = check?.() ?? findMissing()
    setFault(missing)
    if (missing !== undefined) return
    setPassword('')
    await onAct({ password, reason: reason.trim() })
  }
  return (
    <Dialog title={title} fault={fault} onClose={onClose} onSubmit={onGo} submit={act}>
      {children}
      {needsReason !== 'none' && (
        <label class="field">
          Reason{needsReason ? '' : ' (may be left out)'}
          <textarea
            rows={2}
            maxLength={2000}
            value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
      )}
      <label class="field">
        Your password
        <input
          type="password"
          autocomplete="current-password"
          value={password}
          onInput={(event) => setPassword(event.currentTarget.value)}
        />
      </label>
    </Dialog>
  )
}

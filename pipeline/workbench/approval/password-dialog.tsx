/** An act that asks for the password again: nobody signs with a session that was left open. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Dialog } from '../parts/dialog.tsx'
import { toWords } from '../shell/api.ts'

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
  const [isBusy, setBusy] = useState(false)
  const onGo = async () => {
    const missing = check?.()
    if (missing !== undefined) setFault(missing)
    else if (needsReason === true && reason.trim() === '') setFault('Say why: it stands in the audit trail.')
    else if (password === '') setFault('Type your password.')
    else {
      setBusy(true)
      setFault(undefined)
      try {
        await onAct({ password, reason: reason.trim() })
      } catch (error) {
        setFault(toWords(error))
        setPassword('')
      } finally {
        setBusy(false)
      }
    }
  }
  return (
    <Dialog title={title} fault={fault} onClose={onClose} onSubmit={() => void onGo()} submit={act} isReady={!isBusy}>
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

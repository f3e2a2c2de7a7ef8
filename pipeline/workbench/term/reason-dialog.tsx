/** Asks why: the words go into the audit trail. */
import { useId, useState } from 'preact/hooks'
import { Dialog } from '../parts/dialog.tsx'

const LONGEST = 2000

export function ReasonDialog({
  title,
  words,
  act,
  first = '',
  isNeeded = true,
  suggestions = [],
  onReason,
  onClose,
}: {
  title: string
  words?: string
  /** What the button says. */
  act: string
  first?: string
  isNeeded?: boolean
  suggestions?: readonly string[]
  /** @throws what the server refused; it is shown, and what was typed stays */
  onReason: (reason: string) => void | Promise<void>
  onClose: () => void
}) {
  const [reason, setReason] = useState(first)
  const [isMissing, setMissing] = useState(false)
  const field = useId()
  const onGo = () => {
    const isOut = isNeeded && reason.trim() === ''
    setMissing(isOut)
    return isOut ? undefined : onReason(reason.trim())
  }
  return (
    <Dialog
      title={title}
      fault={isMissing ? 'Say why: it stands in the audit trail.' : undefined}
      onClose={onClose}
      onSubmit={onGo}
      submit={
        <>
          {act} <kbd class="keycap">Ctrl ↵</kbd>
        </>
      }
    >
      {words !== undefined && <p>{words}</p>}
      <label class="field" for={field}>
        Reason{isNeeded ? '' : ' (may be left out)'}
      </label>
      <textarea
        id={field}
        rows={3}
        maxLength={LONGEST}
        value={reason}
        aria-invalid={isMissing}
        onInput={(event) => setReason(event.currentTarget.value)}
      />
      {suggestions.length > 0 && (
        <p class="suggestions">
          {suggestions.map((suggestion) => (
            <button key={suggestion} type="button" class="chip" onClick={() => setReason(suggestion)}>
              {suggestion}
            </button>
          ))}
        </p>
      )}
    </Dialog>
  )
}

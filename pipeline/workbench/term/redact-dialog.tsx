/** Hiding words of a verbatim, such as a name, from everybody: the record stays as the site wrote it. */
import { useState } from 'preact/hooks'
import { Dialog } from '../parts/dialog.tsx'
import { PlainText } from '../parts/plain-text.tsx'

export function RedactDialog({
  verbatim,
  onRedact,
  onClose,
}: {
  verbatim: string
  onRedact: (words: readonly string[], reason: string) => void
  onClose: () => void
}) {
  const all = [...new Set(verbatim.match(/[\p{L}\p{N}][\p{L}\p{N}'’.-]*/gu) ?? [])]
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const [reason, setReason] = useState('')
  const [fault, setFault] = useState<string>()
  const toggle = (word: string) => {
    const next = new Set(hidden)
    if (!next.delete(word)) next.add(word)
    setHidden(next)
  }
  const onGo = () => {
    if (hidden.size === 0) setFault('Choose the words to hide.')
    else if (reason.trim() === '') setFault('Say why: it stands in the audit trail.')
    else onRedact([...hidden], reason.trim())
  }
  return (
    <Dialog
      title="Hide words"
      fault={fault}
      onClose={onClose}
      onSubmit={onGo}
      submit={<>Hide {hidden.size > 0 ? hidden.size : ''} for everybody</>}
    >
      <p>
        <PlainText text={verbatim} />
      </p>
      <p class="muted small">Nobody sees the chosen words again. Ask the site to correct its entry, too.</p>
      <fieldset class="redact-words">
        <legend class="unseen">Words to hide</legend>
        {all.map((word) => (
          <button key={word} type="button" class="chip" aria-pressed={hidden.has(word)} onClick={() => toggle(word)}>
            {word}
          </button>
        ))}
      </fieldset>
      <label class="field">
        Reason
        <input type="text" maxLength={2000} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
    </Dialog>
  )
}

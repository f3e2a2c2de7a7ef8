/** Proposing a synonym: from the next run on, the verbatim is coded to the term by itself, once a second person agreed. */
import { useState } from 'preact/hooks'
import type { ProposeBody } from '../../../schemas/api/lists.ts'
import type { Static } from '../../../schemas/api/schema.ts'
import type { ListScope } from '../../../schemas/lists.ts'
import { TermPicker } from '../dictionary/picker.tsx'
import { Dialog } from '../parts/dialog.tsx'
import type { Chosen } from '../term/chosen.ts'
import { toChosen } from '../term/chosen.ts'
import { SCOPE_WORDS } from './scopes.ts'

type Proposal = Static<typeof ProposeBody>

export function ProposeDialog({
  scopes,
  first = {},
  onPropose,
  onClose,
}: {
  scopes: readonly ListScope[]
  first?: {
    readonly verbatim?: string
    readonly domain?: 'AE' | 'MH'
    readonly dictionary?: string
    readonly chosen?: Chosen
  }
  /** @throws what the server refused; it is shown, and what was typed stays */
  onPropose: (proposal: Proposal) => Promise<void>
  onClose: () => void
}) {
  const [verbatim, setVerbatim] = useState(first.verbatim ?? '')
  const [domain, setDomain] = useState<'AE' | 'MH'>(first.domain ?? 'AE')
  const [isEvery, setEvery] = useState(false)
  const [scope, setScope] = useState<ListScope>(scopes[0] ?? 'study')
  const [chosen, setChosen] = useState(first.chosen)
  const [reason, setReason] = useState('')
  const [fault, setFault] = useState<string>()
  const onGo = async () => {
    const isWritten = verbatim.trim() !== ''
    setFault(isWritten ? (chosen === undefined ? 'Choose the term.' : undefined) : 'Write the verbatim.')
    if (isWritten && chosen !== undefined)
      await onPropose({
        scope,
        verbatim: verbatim.trim(),
        domain: isEvery ? null : domain,
        term: chosen.code,
        ...(first.dictionary === undefined ? {} : { dictionary: first.dictionary }),
        ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
      })
  }
  return (
    <Dialog title="Propose a synonym" fault={fault} onClose={onClose} onSubmit={onGo} submit="Propose">
      <p class="muted small">A second person approves it; it codes from the next run on. What is coded stays.</p>
      <label class="field">
        Verbatim
        <input
          type="text"
          maxLength={500}
          value={verbatim}
          onInput={(event) => setVerbatim(event.currentTarget.value)}
        />
      </label>
      <div class="field">
        Term
        <TermPicker
          label="Term of the synonym"
          which={{ domain, dictionary: first.dictionary }}
          first={verbatim}
          chosen={chosen}
          onChoose={(hit) => setChosen(toChosen(hit.path, 'dictionary'))}
        />
      </div>
      <div class="field-row two">
        <label class="field">
          For
          <select class="select" value={scope} onChange={(event) => setScope(event.currentTarget.value as ListScope)}>
            {scopes.map((one) => (
              <option key={one} value={one}>
                {SCOPE_WORDS[one]}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          Domain
          <select
            class="select"
            value={isEvery ? '' : domain}
            onChange={(event) => {
              setEvery(event.currentTarget.value === '')
              if (event.currentTarget.value !== '') setDomain(event.currentTarget.value as 'AE' | 'MH')
            }}
          >
            <option value="AE">AE</option>
            <option value="MH">MH</option>
            <option value="">every domain</option>
          </select>
        </label>
      </div>
      <label class="field">
        Reason (may be left out)
        <input type="text" maxLength={2000} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
    </Dialog>
  )
}

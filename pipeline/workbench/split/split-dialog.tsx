/** A verbatim that reports several events: its parts, each with a term of its own. */
import { useState } from 'preact/hooks'
import type { TermView } from '../../../schemas/api/terms.ts'
import { TermPicker } from '../dictionary/picker.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { PlainText } from '../parts/plain-text.tsx'
import type { GivenCode } from '../term/act.ts'
import { type Chosen, toChosen, toChosenAgain } from '../term/chosen.ts'

interface Part {
  readonly key: number
  readonly text: string
  readonly chosen: Chosen | undefined
}
/** As the contract bounds it. */
const MOST_PARTS = 20
const BETWEEN = /\s*(?:[,;+&/]|\band\b|\bwith\b)\s*/i

/** The parts that were meant before, else the machine's, else the pieces between commas and joining words; two at least. */
function proposeParts({ proposal, row }: TermView, before: readonly GivenCode[]): readonly Part[] {
  if (before.length > 1) return before.map((code, key) => ({ key, text: code.part ?? '', chosen: toChosenAgain(code) }))
  if (proposal.parts.length > 1)
    return proposal.parts.map(({ text, candidate }, key) => ({
      key,
      text,
      chosen: toChosen(candidate.path, 'candidates'),
    }))
  const pieces = row.verbatim.split(BETWEEN).filter((piece) => piece.trim() !== '')
  const texts = pieces.length > 1 ? pieces : [row.verbatim, '']
  return texts.slice(0, MOST_PARTS).map((text, key) => ({ key, text: text.trim(), chosen: undefined }))
}

export function SplitDialog({
  view,
  needsReason,
  firstReason,
  firstCodes,
  onSplit,
  onClose,
}: {
  view: TermView
  /** A code that stands is replaced. */
  needsReason: boolean
  firstReason: string
  firstCodes: readonly GivenCode[]
  onSplit: (codes: readonly GivenCode[], reason: string | undefined) => void
  onClose: () => void
}) {
  const [parts, setParts] = useState(() => proposeParts(view, firstCodes))
  const [reason, setReason] = useState(firstReason)
  const [fault, setFault] = useState<string>()
  const change = (key: number, next: Partial<Part>) =>
    setParts(parts.map((part) => (part.key === key ? { ...part, ...next } : part)))
  const onGo = () => {
    const codes = parts.flatMap(({ text, chosen }) =>
      chosen === undefined ? [] : [{ term: chosen.code, text: chosen.text, part: text.trim() }],
    )
    if (codes.length < parts.length) setFault('Every part needs a term.')
    else if (codes.some(({ part }) => part === '')) setFault('Every part needs its words.')
    else if (codes.length < 2) setFault('A split has two parts or more.')
    else if (needsReason && reason.trim() === '') setFault('A code stands already: say why it is replaced.')
    else onSplit(codes, reason.trim() === '' ? undefined : reason.trim())
  }
  const which = { domain: view.row.domain, dictionary: view.row.dictionary }
  return (
    <Dialog
      title="Split into events"
      size="wide"
      fault={fault}
      onClose={onClose}
      onSubmit={onGo}
      submit={
        <>
          Code {parts.length} parts <kbd class="keycap">Ctrl ↵</kbd>
        </>
      }
    >
      <p class="split-verbatim">
        <PlainText text={view.row.verbatim} />
      </p>
      <ol class="parts">
        {parts.map((part, i) => (
          <li key={part.key}>
            <label class="field">
              <span class="unseen">Words of part {i + 1}</span>
              <input
                type="text"
                maxLength={400}
                value={part.text}
                onInput={(event) => change(part.key, { text: event.currentTarget.value })}
              />
            </label>
            <TermPicker
              label={`Term of part ${i + 1}`}
              which={which}
              first={part.text}
              chosen={part.chosen}
              onChoose={(hit) => change(part.key, { chosen: toChosen(hit.path, 'dictionary') })}
            />
            <button
              type="button"
              class="icon-button"
              aria-label={`Remove part ${i + 1}`}
              disabled={parts.length <= 2}
              onClick={() => setParts(parts.filter(({ key }) => key !== part.key))}
            >
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ol>
      <button
        type="button"
        class="button quiet"
        disabled={parts.length >= MOST_PARTS}
        onClick={() =>
          setParts([...parts, { key: Math.max(...parts.map(({ key }) => key)) + 1, text: '', chosen: undefined }])
        }
      >
        <Icon name="plus" /> Add a part
      </button>
      <label class="field">
        Reason{needsReason ? '' : ' (may be left out)'}
        <input type="text" maxLength={2000} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
    </Dialog>
  )
}

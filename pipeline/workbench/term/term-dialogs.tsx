/** What is asked before an act on a term: why, which words, which parts. */
import type { TermView } from '../../../schemas/api/terms.ts'
import { AskDialog, type Asked } from '../site-queries/ask-dialog.tsx'
import { SplitDialog } from '../split/split-dialog.tsx'
import { type Act, isReplacing } from './act.ts'
import type { Chosen } from './chosen.ts'
import { NoteDialog } from './note-dialog.tsx'
import { ReasonDialog } from './reason-dialog.tsx'
import { RedactDialog } from './redact-dialog.tsx'

export type TermDialogName = 'replace' | 'reject' | 'undo' | 'split' | 'note' | 'ask' | 'redact'
export interface Redacted {
  readonly words: readonly string[]
  readonly reason: string
}

export function TermDialog({
  name,
  view,
  chosen,
  draft,
  onReplace,
  onAct,
  onAsk,
  onRedact,
  onNote,
  onClose,
}: {
  name: TermDialogName
  view: TermView
  chosen: Chosen | undefined
  /** What was meant before somebody else was first: its words are kept. */
  draft: Act | undefined
  onReplace: (reason: string) => void
  onAct: (act: Act) => void
  onAsk: (asked: Asked) => void
  onRedact: (redacted: Redacted) => void
  onNote: (text: string) => void
  onClose: () => void
}) {
  const { row, decision } = view
  const firstReason = draft !== undefined && 'reason' in draft ? (draft.reason ?? '') : ''
  const reasoned = { first: firstReason, onClose }
  switch (name) {
    case 'replace':
      return (
        <ReasonDialog
          {...reasoned}
          title="Replace the code"
          words={`${decision?.codes.map(({ path }) => path.at(-1)?.text).join(' + ')} becomes ${chosen?.text}.`}
          act={`Code to ${chosen?.text}`}
          suggestions={['More specific term', 'The site confirmed', 'Coding convention of the study']}
          onReason={onReplace}
        />
      )
    case 'reject':
      return (
        <ReasonDialog
          {...reasoned}
          title="Reject the code"
          words="The term goes back to the queue with your reason."
          act="Reject"
          suggestions={['Too general', 'Not what was reported', 'Ask the site first']}
          onReason={(reason) => onAct({ kind: 'reject', reason })}
        />
      )
    case 'undo':
      return (
        <ReasonDialog
          {...reasoned}
          title="Take back the code"
          words="A new decision opens the term again; what was decided stays in the history."
          act="Take back"
          isNeeded={view.decision?.approval === 'approved'}
          onReason={(reason) => onAct({ kind: 'undo', ...(reason === '' ? {} : { reason }) })}
        />
      )
    case 'split':
      return (
        <SplitDialog
          view={view}
          needsReason={isReplacing(view)}
          firstReason={firstReason}
          firstCodes={draft?.kind === 'code' ? draft.codes : []}
          onClose={onClose}
          onSplit={(codes, reason) => onAct({ kind: 'code', codes, ...(reason === undefined ? {} : { reason }) })}
        />
      )
    case 'ask':
      return <AskDialog row={row} onClose={onClose} onAsk={onAsk} />
    case 'redact':
      return (
        <RedactDialog
          verbatim={row.verbatim}
          onClose={onClose}
          onRedact={(words, reason) => onRedact({ words, reason })}
        />
      )
    case 'note':
      return <NoteDialog onClose={onClose} onNote={onNote} />
  }
}

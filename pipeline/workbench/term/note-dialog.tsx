/** A note on a term: for colleagues, not for the dataset. */
import { useId, useState } from 'preact/hooks'
import { Dialog } from '../parts/dialog.tsx'

export function NoteDialog({ onNote, onClose }: { onNote: (text: string) => void; onClose: () => void }) {
  const [text, setText] = useState('')
  const field = useId()
  return (
    <Dialog
      title="Note"
      onClose={onClose}
      onSubmit={() => onNote(text.trim())}
      isReady={text.trim() !== ''}
      submit={
        <>
          Keep the note <kbd class="keycap">Ctrl ↵</kbd>
        </>
      }
    >
      <label class="field" for={field}>
        For colleagues; it stands in the audit trail and never in a dataset
      </label>
      <textarea
        id={field}
        rows={4}
        maxLength={2000}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </Dialog>
  )
}

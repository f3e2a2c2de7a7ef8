/** What goes to the EDC: all that waits is sent in one go, and each outbox can be fetched again. */
import { useState } from 'preact/hooks'
import { Dialog } from '../parts/dialog.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { count, toFigure, toMoment } from '../parts/words.ts'
import type { SiteQueriesApi } from './site-queries-api.ts'

export function Outbox({ api, onSent }: { api: SiteQueriesApi; onSent: () => void }) {
  const { value, again } = useAnswer('outboxes', api.outboxes)
  const [isOpen, setOpen] = useState(false)
  const [sent, setSent] = useState<string>()
  const send = async () => {
    if (waiting === 0) return
    const { count: n } = await api.send()
    again()
    onSent()
    setSent(`${count(n, 'site query', 'site queries')} sent: fetch the file for the EDC.`)
  }
  const waiting = value?.waiting ?? 0
  return (
    <>
      <button type="button" class={`button ${waiting > 0 ? 'primary' : ''}`} onClick={() => setOpen(true)}>
        Outbox <span>{toFigure(waiting)}</span>
      </button>
      {isOpen && (
        <Dialog
          title="Outbox"
          onClose={() => {
            setOpen(false)
            setSent(undefined)
          }}
          onSubmit={send}
          foot={
            <button type="submit" class="button primary" disabled={waiting === 0}>
              Send {count(waiting, 'site query', 'site queries')}
            </button>
          }
        >
          <p role="status">{sent}</p>
          {value?.rows.length === 0 && <p class="muted">Nothing was sent yet.</p>}
          <ul class="outboxes">
            {value?.rows.map(({ seq, at, by, count: n }) => (
              <li key={seq}>
                <span>
                  {toMoment(at)}
                  <span class="written">
                    {count(n, 'site query', 'site queries')} by {by}
                  </span>
                </span>
                <span class="gap" />
                <a class="button" href={api.outboxFile(seq, 'csv')} download>
                  CSV
                </a>
                <a class="button" href={api.outboxFile(seq, 'json')} download>
                  JSON
                </a>
              </li>
            ))}
          </ul>
        </Dialog>
      )}
    </>
  )
}

/** What stands behind a term: its occurrences, how the like was coded before, its history, notes. */
import { useState } from 'preact/hooks'
import type { TermView } from '../../../schemas/api/terms.ts'
import { PlainText } from '../parts/plain-text.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { toDay, toFigure, toMoment } from '../parts/words.ts'
import { useSeat } from '../shell/session.ts'
import type { Asked } from '../site-queries/ask-dialog.tsx'
import type { Act } from './act.ts'
import { OccurrencesTab } from './occurrences.tsx'
import { DecisionWords } from './standing.tsx'

const TABS = ['occurrences', 'precedents', 'history', 'notes'] as const
type Tab = (typeof TABS)[number]
const WORDS: { readonly [tab in Tab]: string } = {
  occurrences: 'Occurrences',
  precedents: 'Coded before',
  history: 'History',
  notes: 'Notes',
}

export function Tabs({
  view,
  onAct,
  onAsk,
  onNote,
}: {
  view: TermView
  onAct: (act: Act, seen: string | null) => Promise<boolean>
  onAsk: (asked: Asked) => void
  onNote: () => void
}) {
  const [open, setOpen] = useState<Tab>('occurrences')
  const figures: { readonly [tab in Tab]?: number } = {
    occurrences: view.row.occurrences,
    ...(view.notes.length > 0 ? { notes: view.notes.length } : {}),
  }
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    const next = TABS[(TABS.indexOf(open) + step + TABS.length) % TABS.length] ?? 'occurrences'
    setOpen(next)
    document.getElementById(`tab-${next}`)?.focus()
  }
  return (
    <section class="tabs" aria-label="Behind the term">
      <div role="tablist" aria-label="Behind the term" onKeyDown={onKey}>
        {TABS.map((tab) => (
          <button
            key={tab}
            type="button"
            role="tab"
            id={`tab-${tab}`}
            aria-selected={tab === open}
            aria-controls="tab-panel"
            tabIndex={tab === open ? 0 : -1}
            onClick={() => setOpen(tab)}
          >
            {WORDS[tab]}
            {figures[tab] !== undefined && <span class="count">{toFigure(figures[tab])}</span>}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="tab-panel" aria-labelledby={`tab-${open}`}>
        {open === 'occurrences' && <OccurrencesTab view={view} onAct={onAct} onAsk={onAsk} />}
        {open === 'precedents' && <Precedents id={view.row.id} />}
        {open === 'history' && <History view={view} />}
        {open === 'notes' && <Notes notes={view.notes} onNote={onNote} />}
      </div>
    </section>
  )
}

function Precedents({ id }: { id: string }) {
  const { api } = useSeat()
  const { value, fault } = useAnswer(id, () => api.precedents(id))
  if (fault !== undefined) return <p class="fault">{fault}</p>
  if (value === undefined) return <p class="waiting small">Looking …</p>
  if (value.rows.length === 0) return <p class="empty small">Nothing like it was coded before.</p>
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Verbatim</th>
          <th scope="col">Coded to</th>
          <th scope="col">Study</th>
          <th scope="col" class="number">
            Times
          </th>
          <th scope="col">By</th>
        </tr>
      </thead>
      <tbody>
        {value.rows.map((row) => (
          <tr key={`${row.study} ${row.verbatim} ${row.at}`}>
            <th scope="row">
              <PlainText text={row.verbatim} /> {row.isSame && <span class="badge good">same words</span>}
            </th>
            <td>{row.codes.map(({ text }) => text).join(' + ')}</td>
            <td>{row.isHere ? 'this study' : row.study}</td>
            <td class="number">{toFigure(row.occurrences)}</td>
            <td class="muted">
              {row.by}, {toDay(row.at)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function History({ view }: { view: TermView }) {
  const { api } = useSeat()
  const { id } = view.row
  const { value, fault } = useAnswer(JSON.stringify(view.decision), () => api.history(id))
  if (fault !== undefined) return <p class="fault">{fault}</p>
  if (value === undefined) return <p class="waiting small">Looking …</p>
  if (value.decisions.length === 0) return <p class="empty small">Nothing was decided yet.</p>
  return (
    <ol class="history">
      {value.decisions
        .toSorted((a, b) => b.seq - a.seq)
        .map((one) => (
          <li key={one.id}>
            <DecisionWords decision={one} />
          </li>
        ))}
    </ol>
  )
}

function Notes({ notes, onNote }: { notes: TermView['notes']; onNote: () => void }) {
  const { may } = useSeat()
  return (
    <>
      {notes.length === 0 && <p class="empty small">No notes.</p>}
      <ol class="history">
        {notes.map(({ seq, text, by, at }) => (
          <li key={seq}>
            <p class="standing-head muted">
              {by} · <time dateTime={at}>{toMoment(at)}</time>
            </p>
            <p class="note-text">
              <PlainText text={text} />
            </p>
          </li>
        ))}
      </ol>
      <button type="button" class="button quiet" disabled={!may('note')} onClick={onNote}>
        Add a note
      </button>
    </>
  )
}

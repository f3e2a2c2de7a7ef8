/** One site query: all that happened to it, and what can be done with it now. */
import { useState } from 'preact/hooks'
import type { SiteQueryRow } from '../../../schemas/api/site-queries.ts'
import { SITE_QUERY_TEXT_AT_MOST } from '../../../schemas/site-queries.ts'
import { Dialog } from '../parts/dialog.tsx'
import { PlainText } from '../parts/plain-text.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { toMoment } from '../parts/words.ts'
import { toWords } from '../shell/api.ts'
import { useSeat } from '../shell/session.ts'
import type { SiteQueriesApi } from './site-queries-api.ts'

export function SiteQueryDialog({
  api,
  row,
  onChange,
  onClose,
}: {
  api: SiteQueriesApi
  row: SiteQueryRow
  onChange: (words: string) => void
  onClose: () => void
}) {
  const { may } = useSeat()
  const { value, fault } = useAnswer(row.id, () => api.one(row.id))
  const [text, setText] = useState(row.text)
  const [reason, setReason] = useState('')
  const [refused, setRefused] = useState<string>()
  const seen = value?.row.lastSeq ?? row.lastSeq
  const isUnsent = row.state === 'raised' || row.state === 'reopened'
  const act = async (sent: () => Promise<unknown>, words: string) => {
    try {
      await sent()
      onChange(words)
    } catch (error) {
      setRefused(toWords(error))
    }
  }
  const step = (kind: 'close' | 'reopen') => {
    if (reason.trim() === '') setRefused('Say why: it stands in the audit trail.')
    else
      void act(
        () => api.step(row.id, kind, { reason: reason.trim(), seen }),
        kind === 'close' ? 'The site query is closed.' : 'The site is asked again.',
      )
  }
  return (
    <Dialog
      title="Site query"
      size="wide"
      fault={refused}
      onClose={onClose}
      foot={
        may('ask-site') && (
          <>
            {row.state !== 'closed' && (
              <button type="button" class="button" onClick={() => step('close')}>
                Close it
              </button>
            )}
            {(row.state === 'closed' || row.state === 'answered') && (
              <button type="button" class="button" onClick={() => step('reopen')}>
                Ask again
              </button>
            )}
            {isUnsent && (
              <button
                type="button"
                class="button primary"
                disabled={text.trim() === '' || text.trim() === row.text}
                onClick={() => void act(() => api.edit(row.id, { text: text.trim(), seen }), 'The words are changed.')}
              >
                Keep the words
              </button>
            )}
          </>
        )
      }
    >
      <p class="split-verbatim">
        <PlainText text={row.verbatim} />
      </p>
      <p class="muted">
        <PlainText text={row.usubjid} />
        {row.place.map(({ name, value: at }) => ` · ${name} ${at}`)}
      </p>
      {fault !== undefined && <p class="fault">{fault}</p>}
      {value !== undefined && value.context.length > 0 && (
        <p class="small">
          {value.context.map(({ name, value: of }) => (
            <span key={name} class="fact">
              <span class="muted">{name}</span> <PlainText text={of} />
            </span>
          ))}
        </p>
      )}
      {may('ask-site') && isUnsent && (
        <label class="field">
          What the site is asked
          <textarea
            rows={3}
            maxLength={SITE_QUERY_TEXT_AT_MOST}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
      )}
      <ol class="history">
        {value?.steps
          .toSorted((a, b) => b.seq - a.seq)
          .map((one) => (
            <li key={one.seq}>
              <p class="standing-head">
                <span class="badge">{one.kind}</span>
                <span class="muted">
                  {one.answeredBy ?? one.by} · <time dateTime={one.at}>{one.answeredAt ?? toMoment(one.at)}</time>
                </span>
              </p>
              {one.text !== null && (
                <p class="note-text">
                  <PlainText text={one.text} />
                </p>
              )}
              {one.reason !== null && <p class="reason">{one.reason}</p>}
            </li>
          ))}
      </ol>
      {may('ask-site') && (
        <label class="field">
          Reason, to close it or to ask again
          <input
            type="text"
            maxLength={2000}
            value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
      )}
    </Dialog>
  )
}

/** Asking the sites: the proposed words do not lead; they can be changed before they are sent. */
import { useEffect, useId, useMemo, useState } from 'preact/hooks'
import type { SiteQueryProposalView } from '../../../schemas/api/site-queries.ts'
import type { OccurrenceView, TermRow } from '../../../schemas/api/terms.ts'
import { SITE_QUERY_TEXT_AT_MOST } from '../../../schemas/site-queries.ts'
import { Dialog } from '../parts/dialog.tsx'
import { PlainText } from '../parts/plain-text.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { count, toFigure } from '../parts/words.ts'
import { useSeat } from '../shell/session.ts'
import { toSiteQueriesApi } from './site-queries-api.ts'

export interface Asked {
  readonly text: string
  readonly seen: string | null
  readonly occurrences?: string[]
}

export function AskDialog({
  row,
  occurrence,
  onAsk,
  onClose,
}: {
  row: TermRow
  /** Asks about this one alone. */
  occurrence?: OccurrenceView
  onAsk: (asked: Asked) => void
  onClose: () => void
}) {
  const { api: study } = useSeat()
  const api = useMemo(() => toSiteQueriesApi(study), [study])
  const { value, fault } = useAnswer(row.id, () => api.proposal(row.id))
  const [text, setText] = useState('')
  const [missing, setMissing] = useState<string>()
  const field = useId()
  useEffect(() => {
    if (value !== undefined) setText((before) => (before === '' ? value.text : before))
  }, [value])
  const isOne = occurrence !== undefined
  const asks = isOne ? 1 : (value?.free ?? 0)
  const onGo = () => {
    if (text.trim() === '') setMissing('Write what the site is asked.')
    else if (value !== undefined && asks > 0)
      onAsk({ text: text.trim(), seen: value.seen, ...(isOne ? { occurrences: [occurrence.id] } : {}) })
  }
  return (
    <Dialog
      title="Ask the site"
      fault={missing}
      onClose={onClose}
      onSubmit={onGo}
      submit={
        <>
          Raise {asks > 1 ? `${toFigure(asks)} site queries` : 'the site query'} <kbd class="keycap">Ctrl ↵</kbd>
        </>
      }
      isReady={asks > 0}
    >
      <p class="split-verbatim">
        <PlainText text={row.verbatim} />
      </p>
      {isOne ? (
        <p class="muted">
          <PlainText text={occurrence.usubjid} />
          {occurrence.place.map(({ name, value: at }) => ` · ${name} ${at}`)}
        </p>
      ) : (
        value !== undefined && <Reach proposal={value} />
      )}
      {fault !== undefined && <p class="fault">{fault}</p>}
      <label class="field" for={field}>
        What the site is asked
      </label>
      <textarea
        id={field}
        rows={5}
        maxLength={SITE_QUERY_TEXT_AT_MOST}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </Dialog>
  )
}

function Reach({ proposal }: { proposal: SiteQueryProposalView }) {
  const { free, sites, asked, codedAlone } = proposal
  return (
    <p class="muted">
      {free === 0
        ? 'No occurrence is left to ask about'
        : `${count(free, 'occurrence')} at ${count(sites, 'site')}, one site query each`}
      {asked > 0 && `; ${toFigure(asked)} asked already`}
      {codedAlone > 0 && `; ${toFigure(codedAlone)} coded on their own`}.
    </p>
  )
}

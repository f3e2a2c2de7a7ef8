/** The single reports behind a term, with what the form says beside each; one can be coded otherwise than the rest. */
import { useState } from 'preact/hooks'
import type { Occurrences, OccurrenceView, TermView } from '../../../schemas/api/terms.ts'
import { TermPicker } from '../dictionary/picker.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { PlainText } from '../parts/plain-text.tsx'
import { usePages } from '../parts/use-pages.ts'
import { toOutcomeWords } from '../parts/words.ts'
import { useSeat } from '../shell/session.ts'
import { AskDialog, type Asked } from '../site-queries/ask-dialog.tsx'
import { BADGES, STATE_WORDS } from '../site-queries/state-words.ts'
import type { Act } from './act.ts'
import { type Chosen, toChosen } from './chosen.ts'

export function OccurrencesTab({
  view,
  onAct,
  onAsk,
}: {
  view: TermView
  onAsk: (asked: Asked) => void
  onAct: (act: Act, seen: string | null) => Promise<boolean>
}) {
  const { api, may } = useSeat()
  const { id, verbatim } = view.row
  const { value, fault, more, again } = usePages<Occurrences>(JSON.stringify(view.row), {
    ask: ({ cursor }) => api.occurrences(id, cursor),
    join: (before, next) => ({ ...next, rows: [...before.rows, ...next.rows] }),
  })
  const [differs, setDiffers] = useState<OccurrenceView>()
  const [asks, setAsks] = useState<OccurrenceView>()
  if (fault !== undefined) return <p class="fault">{fault}</p>
  if (value === undefined) return <p class="waiting small">Looking …</p>
  const names = listNames(value.rows)
  const hasOwn = value.rows.some(({ decision }) => decision !== null)
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section class="table-frame" tabIndex={0} aria-label="Occurrences">
        <table class="table dense">
          <thead>
            <tr>
              <th scope="col">Subject</th>
              <th scope="col">Site</th>
              {names.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
              {hasOwn && <th scope="col">Coded on its own</th>}
              <th scope="col">Site query</th>
              <th scope="col">
                <span class="unseen">Acts</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {value.rows.map((row) => (
              <tr key={row.id} class={row.isSerious ? 'is-serious' : ''}>
                <th scope="row">
                  <PlainText text={row.usubjid} />
                  {row.isSerious && <span class="badge serious">SAE</span>}
                  {row.verbatim !== verbatim && (
                    <span class="written">
                      <PlainText text={row.verbatim} />
                    </span>
                  )}
                </th>
                <td>{row.site}</td>
                {names.map((name) => (
                  <ContextCell key={name} value={row.context.find((one) => one.name === name)?.value ?? ''} />
                ))}
                {hasOwn && <td>{row.decision !== null && <OwnDecision decision={row.decision} />}</td>}
                <td>{row.siteQuery !== null && <QueryBadge query={row.siteQuery} />}</td>
                <td class="row-acts">
                  {may('ask-site') && (row.siteQuery === null || row.siteQuery.state === 'closed') && (
                    <button type="button" class="link" onClick={() => setAsks(row)}>
                      Ask
                    </button>
                  )}
                  {may('code') && (
                    <button type="button" class="link" onClick={() => setDiffers(row)}>
                      Differs
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {value.next !== null && (
        <button type="button" class="button quiet" onClick={more}>
          More ({value.rows.length} of {value.total})
        </button>
      )}
      {asks !== undefined && (
        <AskDialog
          row={view.row}
          occurrence={asks}
          onClose={() => setAsks(undefined)}
          onAsk={(asked) => {
            setAsks(undefined)
            onAsk(asked)
          }}
        />
      )}
      {differs !== undefined && (
        <DifferDialog
          view={view}
          occurrence={differs}
          onClose={() => setDiffers(undefined)}
          onAct={async (act) => {
            setDiffers(undefined)
            const seen = differs.decision?.id ?? view.decision?.id ?? null
            if (await onAct(act, seen)) again()
          }}
        />
      )}
    </>
  )
}

function OwnDecision({ decision }: { decision: NonNullable<OccurrenceView['decision']> }) {
  if (decision.codes.length > 0) return <>{decision.codes.map(({ path }) => path.at(-1)?.text).join(' + ')}</>
  return (
    <span class="badge warn" title={decision.reason}>
      {toOutcomeWords(decision.outcome)}
    </span>
  )
}

function ContextCell({ value }: { value: string }) {
  return (
    <td class="context" title={value}>
      <PlainText text={value} />
    </td>
  )
}

function QueryBadge({ query }: { query: NonNullable<OccurrenceView['siteQuery']> }) {
  return (
    <span class={`badge ${BADGES[query.state]}`} title={query.text}>
      {STATE_WORDS[query.state]}, {query.ageDays} d
    </span>
  )
}

/** All names of context values, in the order they come in. */
function listNames(rows: readonly OccurrenceView[]): readonly string[] {
  return [...new Set(rows.flatMap(({ context }) => context.map(({ name }) => name)))]
}

function DifferDialog({
  view,
  occurrence,
  onAct,
  onClose,
}: {
  view: TermView
  occurrence: OccurrenceView
  onAct: (act: Act) => Promise<void>
  onClose: () => void
}) {
  const [chosen, setChosen] = useState<Chosen>()
  const [reason, setReason] = useState('')
  const [fault, setFault] = useState<string>()
  const hasOwn = occurrence.decision !== null && occurrence.decision.codes.length > 0
  const onGo = () => {
    if (chosen === undefined) setFault('Choose a term.')
    else if (reason.trim() === '') setFault('Say why this occurrence differs.')
    else
      void onAct({
        kind: 'code',
        codes: [{ term: chosen.code, text: chosen.text }],
        reason: reason.trim(),
        occurrence: occurrence.id,
      })
  }
  return (
    <Dialog
      title="Code this occurrence differently"
      fault={fault}
      onClose={onClose}
      onSubmit={onGo}
      foot={
        <>
          {hasOwn && (
            <button
              type="button"
              class="button"
              onClick={() =>
                void onAct({ kind: 'undo', occurrence: occurrence.id, ...(reason === '' ? {} : { reason }) })
              }
            >
              Follow the term again
            </button>
          )}
          <button type="submit" class="button primary">
            Code one occurrence
          </button>
        </>
      }
    >
      <p>
        <PlainText text={occurrence.verbatim} />
        <br />
        <span class="muted">
          <PlainText text={occurrence.usubjid} />
          {occurrence.place.map(({ name, value }) => ` · ${name} ${value}`)}
        </span>
      </p>
      <TermPicker
        label="Term of this occurrence"
        which={{ domain: view.row.domain, dictionary: view.row.dictionary }}
        first={occurrence.verbatim}
        chosen={chosen}
        onChoose={(hit) => setChosen(toChosen(hit.path, 'dictionary'))}
      />
      <label class="field">
        Reason
        <input type="text" maxLength={2000} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
    </Dialog>
  )
}

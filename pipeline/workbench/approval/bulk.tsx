/** Many codes at once: first what a verdict would touch and what it leaves out, then the verdict on just these. */
import { useState } from 'preact/hooks'
import type { Preview } from '../../../schemas/api/approval.ts'
import { Choice } from '../parts/choice.tsx'
import { PlainText } from '../parts/plain-text.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { count, toFigure, toOutcomeWords, toPercent } from '../parts/words.ts'
import { toWords } from '../shell/api.ts'
import { toHash } from '../shell/place.ts'
import { useSeat } from '../shell/session.ts'
import { tell } from '../shell/toasts.tsx'
import type { ApprovalApi, VerdictFilter } from './approval-api.ts'
import { PasswordDialog } from './password-dialog.tsx'

type Row = Preview['listed'][number]
type Verdict = 'approved' | 'rejected'
/** Above it the number is typed again (schemas/api/approval.ts, JudgeManyBody). */
const MANY = 500
const WHY_LEFT_OUT: { readonly [why: string]: string } = {
  'own-code': 'your own code',
  'already-judged': 'has a verdict already',
  'not-coded': 'not coded',
  'not-in-force': 'no longer in force',
}

export function Bulk({ api }: { api: ApprovalApi }) {
  const { study } = useSeat()
  const [filter, narrow] = useState<VerdictFilter>({})
  // What is left out is left out of what was shown.
  const setFilter = (next: VerdictFilter) => {
    narrow(next)
    setWithout(new Set())
  }
  const { value, fault, again } = useAnswer(JSON.stringify(filter), (signal) => api.preview(filter, signal))
  const [without, setWithout] = useState<ReadonlySet<string>>(new Set())
  const [judged, setJudged] = useState<{ verdict: Verdict; preview: Preview; filter: VerdictFilter }>()
  const [known, setKnown] = useState<Pick<Preview, 'byOutcome' | 'byCoder'>>()
  if (value !== undefined && known === undefined) setKnown(value)
  const open = async (verdict: Verdict) => {
    if (value === undefined) return
    if (without.size === 0) return setJudged({ verdict, preview: value, filter })
    // Only just these: the server says anew what that touches.
    const chosen = { decisions: value.listed.filter(({ id }) => !without.has(id)).map(({ id }) => id) }
    try {
      setJudged({ verdict, preview: await api.preview(chosen), filter: chosen })
    } catch (error) {
      tell({ kind: 'failed', text: toWords(error) })
    }
  }
  const chosen = value === undefined ? 0 : value.count - without.size
  const isPartOfMore = value !== undefined && value.count > value.listed.length
  return (
    <>
      <search class="filter-row" aria-label="Which codes">
        <Choice
          words="Reason"
          value={filter.outcomes?.[0] ?? ''}
          values={Object.keys(known?.byOutcome ?? {})}
          toName={toOutcomeWords}
          onChange={(outcome) =>
            setFilter(withChoice(filter, 'outcomes', outcome === '' ? undefined : [outcome as Row['outcome']]))
          }
        />
        <Choice
          words="Coder"
          value={filter.coder ?? ''}
          values={Object.keys(known?.byCoder ?? {})}
          onChange={(coder) => setFilter(withChoice(filter, 'coder', coder || undefined))}
        />
        <Choice
          words="Domain"
          value={filter.domain ?? ''}
          values={['AE', 'MH']}
          onChange={(domain) =>
            setFilter(withChoice(filter, 'domain', domain === 'AE' || domain === 'MH' ? domain : undefined))
          }
        />
        <Choice
          words="Serious"
          value={filter.serious ?? ''}
          values={['only', 'none']}
          toName={(one) => (one === 'only' ? 'serious only' : 'none serious')}
          onChange={(serious) =>
            setFilter(withChoice(filter, 'serious', serious === 'only' || serious === 'none' ? serious : undefined))
          }
        />
        <Choice
          words="Probability"
          value={filter.confidenceFrom === undefined ? '' : String(filter.confidenceFrom)}
          values={['0.9', '0.95', '0.99']}
          toName={(one) => `${toPercent(Number(one))} or more`}
          onChange={(from) => setFilter(withChoice(filter, 'confidenceFrom', from === '' ? undefined : Number(from)))}
        />
        <span class="gap" />
        <a class="button" href={toHash(study.id, 'queue', { show: 'to-approve' })}>
          One by one
        </a>
      </search>
      {fault !== undefined && <p class="fault">{fault}</p>}
      {value === undefined && fault === undefined && <p class="waiting">Looking …</p>}
      {value !== undefined && (
        <div class="card">
          <div class="bulk-head">
            <p>
              <strong>{count(chosen, 'code')}</strong>, {count(value.occurrences, 'occurrence')}
              {value.serious > 0 && <span class="badge serious">{toFigure(value.serious)} serious</span>}
              {Object.entries(value.byOutcome).map(([outcome, n]) => (
                <span key={outcome} class="badge">
                  {toOutcomeWords(outcome)} {toFigure(n)}
                </span>
              ))}
              {isPartOfMore && <span class="muted"> the first {toFigure(value.listed.length)} are shown</span>}
            </p>
            <span class="gap" />
            <button type="button" class="button" disabled={chosen === 0} onClick={() => void open('rejected')}>
              Reject {toFigure(chosen)}
            </button>
            <button type="button" class="button primary" disabled={chosen === 0} onClick={() => void open('approved')}>
              Approve {toFigure(chosen)}
            </button>
          </div>
          {value.count === 0 && <p class="empty">No code waits for you.</p>}
          {value.listed.length > 0 && (
            <Rows rows={value.listed} without={without} canChoose={!isPartOfMore} onWithout={setWithout} />
          )}
          <LeftOut leftOut={value.leftOut} />
        </div>
      )}
      {judged !== undefined && (
        <VerdictDialog
          api={api}
          judged={judged}
          onClose={() => {
            setJudged(undefined)
            // A verdict is refused when others worked meanwhile: what it would touch is shown anew.
            again()
          }}
          onDone={(done) => {
            setJudged(undefined)
            setWithout(new Set())
            again()
            tell({
              kind: 'done',
              text: `${judged.verdict === 'approved' ? 'Approved' : 'Rejected'} ${count(done.count, 'code')}, ${count(done.occurrences, 'occurrence')}`,
            })
          }}
        />
      )}
    </>
  )
}

function withChoice<N extends keyof VerdictFilter>(
  filter: VerdictFilter,
  name: N,
  value: VerdictFilter[N],
): VerdictFilter {
  const { [name]: _left, ...rest } = filter
  return value === undefined ? rest : { ...rest, [name]: value }
}

function Rows({
  rows,
  without,
  canChoose,
  onWithout,
}: {
  rows: readonly Row[]
  without: ReadonlySet<string>
  canChoose: boolean
  onWithout: (without: ReadonlySet<string>) => void
}) {
  const { study } = useSeat()
  const toggle = (id: string) => {
    const next = new Set(without)
    if (!next.delete(id)) next.add(id)
    onWithout(next)
  }
  return (
    <div class="table-frame">
      <table class="table">
        <caption class="unseen">Codes that wait</caption>
        <thead>
          <tr>
            {canChoose && (
              <th scope="col" class="tight">
                <span class="unseen">Take it in</span>
              </th>
            )}
            <th scope="col">Verbatim</th>
            <th scope="col">Coded to</th>
            <th scope="col">Reason</th>
            <th scope="col" class="number">
              Times
            </th>
            <th scope="col">Serious</th>
            <th scope="col">By</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              {canChoose && (
                <td>
                  <label class="check">
                    <span class="unseen">Take in {row.verbatim}</span>
                    <input type="checkbox" checked={!without.has(row.id)} onChange={() => toggle(row.id)} />
                  </label>
                </td>
              )}
              <th scope="row" class="wrap">
                {row.target === 'group' ? (
                  <a href={toHash(study.id, 'queue', { show: 'to-approve', term: row.targetId })}>
                    <PlainText text={row.verbatim} />
                  </a>
                ) : (
                  <>
                    <PlainText text={row.verbatim} /> <span class="badge">one occurrence</span>
                  </>
                )}
              </th>
              <td>{row.llts.map(({ text }) => text).join(' + ')}</td>
              <td class="nowrap">
                {toOutcomeWords(row.outcome)}
                {row.confidence < 1 && <span class="muted"> {toPercent(row.confidence)}</span>}
              </td>
              <td class="number">{toFigure(row.occurrences)}</td>
              <td>{row.serious > 0 && <span class="badge serious">SAE {toFigure(row.serious)}</span>}</td>
              <td class="muted">{row.coder}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function LeftOut({ leftOut }: { leftOut: Preview['leftOut'] }) {
  const counts = Object.entries(leftOut.counts).filter(([, n]) => n > 0)
  if (counts.length === 0) return null
  return (
    <details class="left-out">
      <summary>Left out: {counts.map(([why, n]) => `${toFigure(n)} ${WHY_LEFT_OUT[why] ?? why}`).join(', ')}</summary>
      <ul>
        {leftOut.listed.map((row) => (
          <li key={row.id}>
            <PlainText text={row.verbatim} />{' '}
            <span class="muted">
              {row.llts.map(({ text }) => text).join(' + ')} · {WHY_LEFT_OUT[row.why] ?? row.why}
            </span>
          </li>
        ))}
      </ul>
    </details>
  )
}

function VerdictDialog({
  api,
  judged: { verdict, preview, filter },
  onDone,
  onClose,
}: {
  api: ApprovalApi
  judged: { readonly verdict: Verdict; readonly preview: Preview; readonly filter: VerdictFilter }
  onDone: (done: { readonly count: number; readonly occurrences: number }) => void
  onClose: () => void
}) {
  const [typed, setTyped] = useState('')
  const isMany = preview.count > MANY
  const words = verdict === 'approved' ? 'Approve' : 'Reject'
  return (
    <PasswordDialog
      title={`${words} ${count(preview.count, 'code')}`}
      act={`${words} ${toFigure(preview.count)}`}
      needsReason={verdict === 'rejected'}
      check={() => (isMany && Number(typed) !== preview.count ? `Type ${preview.count} to confirm.` : undefined)}
      onClose={onClose}
      onAct={async ({ password, reason }) =>
        onDone(
          await api.judgeMany({
            filter,
            token: preview.token,
            kind: verdict,
            password,
            ...(reason === '' ? {} : { reason }),
            ...(isMany ? { confirm: preview.count } : {}),
          }),
        )
      }
    >
      <p>
        It touches {count(preview.occurrences, 'occurrence')}, {toFigure(preview.serious)} of them serious.{' '}
        {Object.entries(preview.byCoder)
          .map(([coder, n]) => `${toFigure(n)} coded by ${coder}`)
          .join(', ')}
        .
      </p>
      {isMany && (
        <label class="field">
          The number of codes, typed again
          <input
            type="text"
            inputMode="numeric"
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
      )}
    </PasswordDialog>
  )
}

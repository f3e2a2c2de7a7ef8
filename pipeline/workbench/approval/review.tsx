/** Only what is new or changed since the last signature; as a spreadsheet too, that comes back marked. */
import { useRef, useState } from 'preact/hooks'
import type { Review as Listed } from '../../../schemas/api/approval.ts'
import { readChosen } from '../parts/file.ts'
import { Icon } from '../parts/icon.tsx'
import { PlainText } from '../parts/plain-text.tsx'
import { usePages } from '../parts/use-pages.ts'
import { count, toFigure, toMoment, toOutcomeWords } from '../parts/words.ts'
import { toHash } from '../shell/place.ts'
import { useSeat } from '../shell/session.ts'
import { tell } from '../shell/toasts.tsx'
import type { ApprovalApi, ReviewState } from './approval-api.ts'
import { PasswordDialog } from './password-dialog.tsx'

export function Review({ api }: { api: ApprovalApi }) {
  const { may, study } = useSeat()
  const [state, setState] = useState<ReviewState>('any')
  const { value, fault, more, again } = usePages<Listed>(state, {
    ask: (page, signal) => api.review({ state, ...page }, signal),
    join: (before, next) => ({ ...next, terms: [...before.terms, ...next.terms] }),
  })
  const [sheet, setSheet] = useState<{ name: string; text: string }>()
  const file = useRef<HTMLInputElement>(null)
  return (
    <>
      <div class="filter-row">
        <fieldset class="views">
          <legend class="unseen">Which of them</legend>
          <button type="button" aria-pressed={state === 'any'} onClick={() => setState('any')}>
            All that changed
          </button>
          <button type="button" aria-pressed={state === 'to-approve'} onClick={() => setState('to-approve')}>
            To approve
          </button>
        </fieldset>
        <span class="gap" />
        {may('approve') && (
          <>
            <a class="button" href={api.sheet(state)} download>
              <Icon name="download" /> Spreadsheet
            </a>
            <input
              ref={file}
              type="file"
              accept=".csv,text/csv"
              hidden
              aria-label="The marked spreadsheet"
              onChange={(event) => void readChosen(event.currentTarget).then(setSheet)}
            />
            <button type="button" class="button" onClick={() => file.current?.click()}>
              <Icon name="upload" /> Take back a marked one
            </button>
          </>
        )}
      </div>
      {fault !== undefined && <p class="fault">{fault}</p>}
      {value?.terms.length === 0 && <p class="empty">Nothing is new since the last signature.</p>}
      {value !== undefined && value.terms.length > 0 && (
        <div class="card table-frame">
          <table class="table">
            <caption class="unseen">New or changed terms</caption>
            <thead>
              <tr>
                <th scope="col">Verbatim</th>
                <th scope="col">Coded to</th>
                <th scope="col">What is new</th>
                <th scope="col" class="number">
                  Times
                </th>
                <th scope="col">Serious</th>
                <th scope="col">By</th>
              </tr>
            </thead>
            <tbody>
              {value.terms.map(({ id, target, verbatim, decision, occurrences, serious }) => (
                <tr key={`${target} ${id}`}>
                  <th scope="row" class="wrap">
                    {target === 'group' ? (
                      <a href={toHash(study.id, 'queue', { show: 'any', term: id })}>
                        <PlainText text={verbatim} />
                      </a>
                    ) : (
                      <PlainText text={verbatim} />
                    )}
                  </th>
                  <td>
                    {decision === null || decision.codings.length === 0 ? (
                      <span class="muted">not coded</span>
                    ) : (
                      decision.codings.map(({ path }) => path.at(-1)?.text).join(' + ')
                    )}
                  </td>
                  <td>
                    {decision === null ? (
                      'a new term'
                    ) : decision.isNew ? (
                      toOutcomeWords(decision.outcome)
                    ) : (
                      <>
                        {decision.verdict?.kind} by {decision.verdict?.actor}
                      </>
                    )}{' '}
                    {decision?.waits === true && <span class="badge warn">waits for approval</span>}
                  </td>
                  <td class="number">{toFigure(occurrences)}</td>
                  <td>{serious > 0 && <span class="badge serious">SAE {toFigure(serious)}</span>}</td>
                  <td class="muted">{decision !== null && `${decision.coder}, ${toMoment(decision.codedAt)}`}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {value.next !== null && (
            <button type="button" class="button quiet" onClick={more}>
              More
            </button>
          )}
        </div>
      )}
      {sheet !== undefined && (
        <PasswordDialog
          title="Take back the marked spreadsheet"
          act="Take its verdicts"
          needsReason="none"
          onClose={() => setSheet(undefined)}
          onAct={async ({ password }) => {
            const taken = await api.bringSheet({ ...sheet, password })
            setSheet(undefined)
            again()
            tell({
              kind: 'done',
              text: `${count(taken.rows, 'row')} read: ${taken.approved} approved, ${taken.rejected} rejected, ${taken.unmarked} unmarked`,
            })
          }}
        >
          <p>{sheet.name}: all its verdicts are taken, or none where one row cannot be.</p>
        </PasswordDialog>
      )}
    </>
  )
}

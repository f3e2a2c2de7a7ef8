/** What the sites were asked: open, answered, closed; what waits to be sent; what came back. */
import { useMemo, useRef, useState } from 'preact/hooks'
import type { SiteQueryPage, SiteQueryRow } from '../../../schemas/api/site-queries.ts'
import type { SiteQueryState } from '../../../schemas/site-queries.ts'
import { Choice } from '../parts/choice.tsx'
import { readChosen } from '../parts/file.ts'
import { Icon } from '../parts/icon.tsx'
import { PlainText } from '../parts/plain-text.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { usePages } from '../parts/use-pages.ts'
import { count, toFigure } from '../parts/words.ts'
import { toWords } from '../shell/api.ts'
import { changeFacts, toHash } from '../shell/place.ts'
import { useSeat } from '../shell/session.ts'
import { tell } from '../shell/toasts.tsx'
import { Outbox } from './outbox.tsx'
import { toSiteQueriesApi } from './site-queries-api.ts'
import { SiteQueryDialog } from './site-query-dialog.tsx'
import { BADGES, SHOWN, type Shown, STATE_WORDS } from './state-words.ts'

export function SiteQueriesView({ at }: { at: URLSearchParams }) {
  const { api: study, may } = useSeat()
  const api = useMemo(() => toSiteQueriesApi(study), [study])
  const shown = SHOWN.find((one) => one === at.get('show')) ?? 'open'
  const site = at.get('site') ?? ''
  const query = {
    ...(shown === 'all' ? {} : { state: shown }),
    ...(site === '' ? {} : { site }),
    limit: 100,
  }
  const list = usePages<SiteQueryPage>(JSON.stringify(query), {
    ask: (page, signal) => api.list({ ...query, ...page }, signal),
    join: (before, next) => ({ ...next, rows: [...before.rows, ...next.rows] }),
  })
  const summary = useAnswer('summary', api.summary)
  const [open, setOpen] = useState<SiteQueryRow>()
  const file = useRef<HTMLInputElement>(null)
  const renew = () => {
    list.again()
    summary.again()
  }
  const counted = (one: Shown) => {
    const states = summary.value?.states ?? []
    const isIn = (state: SiteQueryState) =>
      one === 'all' || state === one || (one === 'open' && state !== 'closed' && state !== 'answered')
    return states.reduce((sum, { state, count: n }) => sum + (isIn(state) ? n : 0), 0)
  }
  const onFile = async (input: HTMLInputElement) => {
    const chosen = await readChosen(input)
    if (chosen === undefined) return
    const as = chosen.name.toLowerCase().endsWith('.json') ? 'json' : 'csv'
    await api.answer({ as, text: chosen.text }).then(
      ({ answered, late, blank }) => {
        renew()
        tell({
          kind: 'done',
          text: `${count(answered, 'answer')} taken in${late.length > 0 ? `, ${toFigure(late.length)} of closed site queries` : ''}${blank > 0 ? `, ${count(blank, 'row')} without an answer` : ''}`,
        })
      },
      (error: unknown) => tell({ kind: 'failed', text: toWords(error) }),
    )
  }
  const sites = summary.value?.sites ?? []
  const toSiteName = (id: string) => {
    const one = sites.find((each) => each.id === id)
    return one === undefined
      ? id
      : `${one.site ?? 'none'} (${toFigure(one.open)} open, ${toFigure(one.answered)} answered)`
  }
  return (
    <div class="view">
      <header>
        <h1>Site queries</h1>
        <span class="gap" />
        {may('exchange-site-queries') && (
          <>
            <input
              ref={file}
              type="file"
              accept=".csv,.json,text/csv,application/json"
              hidden
              aria-label="The sites' answers"
              onChange={(event) => void onFile(event.currentTarget)}
            />
            <button type="button" class="button" onClick={() => file.current?.click()}>
              <Icon name="upload" /> Take in answers
            </button>
            <Outbox api={api} onSent={renew} />
          </>
        )}
      </header>
      <search class="filter-row" aria-label="Which site queries">
        <fieldset class="views">
          <legend class="unseen">By state</legend>
          {SHOWN.map((one) => (
            <button key={one} type="button" aria-pressed={one === shown} onClick={() => changeFacts({ show: one })}>
              {STATE_WORDS[one]}
              <span class="count">{toFigure(counted(one))}</span>
            </button>
          ))}
        </fieldset>
        {sites.length > 1 && (
          <Choice
            words="Site"
            value={site}
            values={sites.map(({ id }) => id)}
            toName={toSiteName}
            onChange={(next) => changeFacts({ site: next || undefined })}
          />
        )}
      </search>
      {list.fault !== undefined && <p class="fault">{list.fault}</p>}
      {list.value?.rows.length === 0 && <p class="empty">No site query here.</p>}
      {list.value !== undefined && list.value.rows.length > 0 && (
        <div class="card table-frame">
          <table class="table">
            <caption class="unseen">Site queries</caption>
            <thead>
              <tr>
                <th scope="col">Subject</th>
                <th scope="col">Verbatim</th>
                <th scope="col">Asked</th>
                <th scope="col">Answer</th>
                <th scope="col">State</th>
                <th scope="col" class="number">
                  Age
                </th>
                <th scope="col">
                  <span class="unseen">Acts</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.value.rows.map((row) => (
                <Row key={row.id} row={row} onOpen={() => setOpen(row)} />
              ))}
            </tbody>
          </table>
          {list.value.next !== null && (
            <button type="button" class="button quiet" onClick={list.more}>
              More
            </button>
          )}
        </div>
      )}
      {open !== undefined && (
        <SiteQueryDialog
          api={api}
          row={open}
          onClose={() => setOpen(undefined)}
          onChange={(words) => {
            setOpen(undefined)
            renew()
            tell({ kind: 'done', text: words })
          }}
        />
      )}
    </div>
  )
}

function Row({ row, onOpen }: { row: SiteQueryRow; onOpen: () => void }) {
  const { study } = useSeat()
  return (
    <tr>
      <th scope="row" class="nowrap">
        <PlainText text={row.usubjid} />
        <span class="written">
          {row.site !== null && `site ${row.site} · `}
          {row.place.map(({ name, value }) => `${name} ${value}`).join(' · ')}
        </span>
      </th>
      <td class="wrap">
        <a href={toHash(study.id, 'queue', { show: 'any', term: row.term })}>
          <PlainText text={row.verbatim} />
        </a>
        {row.basedOn !== row.verbatim && (
          <span class="written">
            asked about <PlainText text={row.basedOn} />
          </span>
        )}
        {!row.isPresent && <span class="badge">withdrawn</span>}
      </td>
      <td class="wrap">
        <PlainText text={row.text} />
        <span class="written">{row.raisedBy}</span>
      </td>
      <td class="wrap">
        {row.answer !== null && (
          <>
            <PlainText text={row.answer.text} />
            <span class="written">{[row.answer.by, row.answer.at].filter((word) => word !== null).join(', ')}</span>
          </>
        )}
      </td>
      <td>
        <span class={`badge ${BADGES[row.state]}`}>{STATE_WORDS[row.state]}</span>
      </td>
      <td class="number nowrap">{toFigure(row.ageDays)} d</td>
      <td class="row-acts">
        <button type="button" class="link" onClick={onOpen}>
          Open
          <span class="unseen"> the site query on {row.verbatim}</span>
        </button>
      </td>
    </tr>
  )
}

/** Everything that happened, newest first, with the state of the chain that keeps it. */
import { useEffect, useState } from 'preact/hooks'
import type { Audit, AuditQuery } from '../../../schemas/api/oversight.ts'
import { Choice } from '../parts/choice.tsx'
import { Icon } from '../parts/icon.tsx'
import { PlainText } from '../parts/plain-text.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { usePages } from '../parts/use-pages.ts'
import { count, toMoment } from '../parts/words.ts'
import { useKeys } from '../shell/keys.ts'
import { changeFacts, pickFact, toHash } from '../shell/place.ts'
import { useSeat } from '../shell/session.ts'

const WAIT_MS = 250
const SHOWN_LETTERS = 120

export function AuditView({ at }: { at: URLSearchParams }) {
  const { api } = useSeat()
  const [text, setText] = useState('')
  const [searched, setSearched] = useState('')
  const [kinds, setKinds] = useState<readonly string[]>([])
  useEffect(() => {
    const wait = setTimeout(() => setSearched(text.trim()), WAIT_MS)
    return () => clearTimeout(wait)
  }, [text])
  const query: AuditQuery = {
    ...pickFact(at, 'kind'),
    ...pickFact(at, 'actor'),
    ...pickFact(at, 'from'),
    ...pickFact(at, 'to'),
    ...pickFact(at, 'about'),
    ...(searched === '' ? {} : { text: searched }),
    limit: 100,
  }
  const { value, fault, more } = usePages<Audit>(JSON.stringify(query), {
    ask: (page, signal) => api.audit({ ...query, ...page }, signal),
    join: (before, next) => ({ ...next, rows: [...before.rows, ...next.rows] }),
  })
  useEffect(() => {
    if (value === undefined) return
    setKinds((before) => [...new Set([...before, ...value.rows.map(({ kind }) => kind)])].toSorted())
  }, [value])
  useKeys('Audit', [
    { keys: '/|f', words: 'Search the trail', run: () => document.getElementById('audit-search')?.focus() },
  ])
  return (
    <div class="view">
      <header>
        <h1>Audit trail</h1>
        {value !== undefined && <Chain chain={value.chain} />}
        <span class="gap" />
        <a class="button" href={api.auditFile('csv')} download>
          <Icon name="download" /> CSV
        </a>
        <a class="button" href={api.auditFile('json')} download>
          <Icon name="download" /> JSON
        </a>
      </header>
      <search class="filter-row" aria-label="Narrow the trail">
        <SearchField
          id="audit-search"
          words="Search the trail"
          placeholder="Term, reason, decision"
          value={text}
          onInput={setText}
        />
        <Choice
          words="Kind"
          value={query.kind ?? ''}
          values={kinds}
          onChange={(kind) => changeFacts({ kind: kind || undefined })}
        />
        <Choice
          words="Who"
          value={query.actor ?? ''}
          values={value?.actors ?? []}
          onChange={(actor) => changeFacts({ actor: actor || undefined })}
        />
        <Day name="from" words="From" at={at} />
        <Day name="to" words="To" at={at} />
        {at.get('about') !== null && (
          <button type="button" class="chip on" onClick={() => changeFacts({ about: undefined })}>
            One term <Icon name="close" />
          </button>
        )}
      </search>
      {fault !== undefined && <p class="fault">{fault}</p>}
      {value === undefined && fault === undefined && <p class="waiting">Reading and checking the chain …</p>}
      {value !== undefined && <Rows audit={value} onMore={more} />}
    </div>
  )
}

function Chain({ chain }: { chain: Audit['chain'] }) {
  return (
    <p class={`chain ${chain.isWhole ? 'whole' : 'broken'}`} role="status">
      <Icon name={chain.isWhole ? 'check' : 'warning'} />
      <span>
        {count(chain.events, 'event')}, {chain.isWhole ? 'chain whole' : `chain broken: ${chain.faults.join('; ')}`},
        head{' '}
        <span class="code" title={chain.head}>
          {chain.head.slice(0, 8)}…
        </span>
        <span class="muted"> checked {toMoment(chain.checkedAt)}</span>
      </span>
    </p>
  )
}

function Rows({ audit, onMore }: { audit: Audit; onMore: () => void }) {
  const { study } = useSeat()
  if (audit.rows.length === 0) return <p class="empty">Nothing fits.</p>
  return (
    <div class="card table-frame">
      <table class="table audit">
        <caption class="unseen">Events, newest first</caption>
        <thead>
          <tr>
            <th scope="col" class="number">
              No.
            </th>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">About</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {audit.rows.map((row) => (
            <tr key={row.seq}>
              <td class="number muted" title={row.hash}>
                {row.seq}
              </td>
              <td class="nowrap">
                <time dateTime={row.at}>{toMoment(row.at)}</time>
              </td>
              <td title={row.auth}>
                {row.actor}
                <span class="written">{row.actorKind === 'person' ? row.auth : 'system'}</span>
              </td>
              <td>
                <span class="badge">{row.kind}</span>
              </td>
              <td class="about">
                {row.term === null ? (
                  <PlainText text={row.object} />
                ) : (
                  <a href={toHash(study.id, 'queue', { show: 'any', term: row.term })}>
                    <PlainText text={row.object} />
                  </a>
                )}
              </td>
              <td class="muted">
                <LongText text={row.before} />
              </td>
              <td>
                <LongText text={row.after} />
              </td>
              <td class="muted">
                <LongText text={row.reason} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {audit.next !== null && (
        <button type="button" class="button quiet" onClick={onMore}>
          Earlier events
        </button>
      )}
    </div>
  )
}

/** What is long is shown by its beginning until somebody asks for all of it. */
function LongText({ text }: { text: string | null }) {
  if (text === null) return null
  if (text.length <= SHOWN_LETTERS) return <PlainText text={text} />
  return (
    <details class="long">
      <summary>
        <PlainText text={`${text.slice(0, SHOWN_LETTERS)} …`} />
      </summary>
      <PlainText text={text} />
    </details>
  )
}

function Day({ name, words, at }: { name: string; words: string; at: URLSearchParams }) {
  return (
    <label class="day">
      <span class="muted">{words}</span>
      <input
        type="date"
        value={at.get(name) ?? ''}
        onChange={(event) => changeFacts({ [name]: event.currentTarget.value || undefined })}
      />
    </label>
  )
}

/** The synonym lists: what codes by itself, what is proposed, and what speaks against each. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { EntryView, Lists } from '../../../schemas/api/lists.ts'
import { ENTRY_STATES, type EntryState, LIST_SCOPES, type ListScope } from '../../../schemas/lists.ts'
import { Choice } from '../parts/choice.tsx'
import { readChosen } from '../parts/file.ts'
import { Icon } from '../parts/icon.tsx'
import { PathLine } from '../parts/path.tsx'
import { PlainText } from '../parts/plain-text.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { usePages } from '../parts/use-pages.ts'
import { count, toDay, toFigure } from '../parts/words.ts'
import { toWords } from '../shell/api.ts'
import { useKeys } from '../shell/keys.ts'
import { changeFacts } from '../shell/place.ts'
import { useSeat } from '../shell/session.ts'
import { tell } from '../shell/toasts.tsx'
import { ReasonDialog } from '../term/reason-dialog.tsx'
import { ProposeDialog } from './propose-dialog.tsx'
import { SCOPE_WORDS } from './scopes.ts'
import { type EntryAct, toSynonymsApi } from './synonyms-api.ts'

const WAIT_MS = 180
const STATE_WORDS: { readonly [state in EntryState]: string } = {
  proposed: 'Proposed',
  approved: 'In force',
  rejected: 'Rejected',
  retired: 'Retired',
}
const DONE_WORDS: { readonly [act in EntryAct]: string } = {
  approve: 'approved',
  reject: 'rejected',
  retire: 'retired',
}
const ACT_WORDS: { readonly [act in EntryAct]: string } = { approve: 'Approve', reject: 'Reject', retire: 'Retire' }
const STATE_BADGES: { readonly [state in EntryState]: string } = {
  proposed: 'warn',
  approved: 'good',
  rejected: 'rejected',
  retired: '',
}

export function SynonymsView({ at }: { at: URLSearchParams }) {
  const { api: study, may } = useSeat()
  const api = useMemo(() => toSynonymsApi(study), [study])
  const [text, setText] = useState('')
  const [searched, setSearched] = useState('')
  const [open, setOpen] = useState<{ kind: 'propose' } | { kind: 'judge'; entry: EntryView; act: EntryAct }>()
  const file = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const wait = setTimeout(() => setSearched(text.trim()), WAIT_MS)
    return () => clearTimeout(wait)
  }, [text])
  const state = ENTRY_STATES.find((one) => one === at.get('state'))
  const scope = LIST_SCOPES.find((one) => one === at.get('scope'))
  const query = {
    ...(state === undefined ? {} : { state }),
    ...(scope === undefined ? {} : { scope }),
    ...(searched === '' ? {} : { text: searched }),
    limit: 100,
  }
  const { value, fault, again, more } = usePages<Lists>(JSON.stringify(query), {
    ask: (page, signal) => api.list({ ...query, ...page }, signal),
    join: (before, next) => ({ ...next, entries: [...before.entries, ...next.entries] }),
  })
  const kept = useRef<Lists>(undefined)
  if (value !== undefined) kept.current = value
  const scopes = kept.current?.scopes ?? []
  useKeys('Synonyms', [
    { keys: '/|f', words: 'Search the lists', run: () => document.getElementById('synonym-search')?.focus() },
    ...(may('propose-synonym')
      ? [{ keys: 'n', words: 'Propose a synonym', run: () => setOpen({ kind: 'propose' }) }]
      : []),
  ])
  const act = async (sent: Promise<unknown>, done: string) => {
    await sent
    setOpen(undefined)
    again()
    tell({ kind: 'done', text: done })
  }
  const tellFault = (error: unknown) => tell({ kind: 'failed', text: toWords(error) })
  const judge = (entry: EntryView, one: EntryAct, reason: string) =>
    act(api.judge(entry.id, one, reason), `“${entry.verbatim}” is ${DONE_WORDS[one]}`)
  const onFile = async (input: HTMLInputElement) => {
    const chosen = await readChosen(input)
    if (chosen === undefined) return
    const into = scope ?? scopes[0] ?? 'study'
    await api.bring({ scope: into, ...chosen }).then(
      ({ proposed, known, passedOver }) => {
        again()
        tell({
          kind: 'done',
          text: `${count(proposed, 'synonym')} proposed for ${SCOPE_WORDS[into]}; ${known} known already, ${passedOver} passed over`,
        })
      },
      (error: unknown) => tell({ kind: 'failed', text: toWords(error) }),
    )
  }
  const counted = (one: EntryState) =>
    (kept.current?.counts ?? []).reduce(
      (sum, { state: its, scope: of, entries }) =>
        sum + (its === one && (scope === undefined || of === scope) ? entries : 0),
      0,
    )
  return (
    <div class="view">
      <header>
        <h1>Synonyms</h1>
        <span class="gap" />
        <a class="button" href={api.file(scope ?? scopes[0] ?? 'study')} download>
          <Icon name="download" /> Export
        </a>
        {may('propose-synonym') && (
          <>
            <input
              ref={file}
              type="file"
              accept=".csv,text/csv"
              hidden
              aria-label="A list of synonyms as CSV"
              onChange={(event) => void onFile(event.currentTarget)}
            />
            <button type="button" class="button" onClick={() => file.current?.click()}>
              <Icon name="upload" /> Import
            </button>
            <button type="button" class="button primary" onClick={() => setOpen({ kind: 'propose' })}>
              <Icon name="plus" /> Propose
            </button>
          </>
        )}
      </header>
      <search class="filter-row" aria-label="Narrow the lists">
        <SearchField
          id="synonym-search"
          words="Search the lists"
          placeholder="Verbatim or term"
          value={text}
          onInput={setText}
        />
        <fieldset class="views">
          <legend class="unseen">By state</legend>
          <button type="button" aria-pressed={state === undefined} onClick={() => changeFacts({ state: undefined })}>
            All
          </button>
          {ENTRY_STATES.map((one) => (
            <button key={one} type="button" aria-pressed={state === one} onClick={() => changeFacts({ state: one })}>
              {STATE_WORDS[one]}
              <span class="count">{toFigure(counted(one))}</span>
            </button>
          ))}
        </fieldset>
        {scopes.length > 1 && (
          <Choice
            words="Whose list"
            value={scope ?? ''}
            values={scopes}
            toName={(one) => SCOPE_WORDS[one as ListScope]}
            onChange={(next) => changeFacts({ scope: next || undefined })}
          />
        )}
      </search>
      {fault !== undefined && <p class="fault">{fault}</p>}
      {value?.entries.length === 0 && <p class="empty">No synonym here.</p>}
      {value !== undefined && value.entries.length > 0 && (
        <div class="card table-frame">
          <table class="table">
            <caption class="unseen">Synonyms</caption>
            <thead>
              <tr>
                <th scope="col">Verbatim</th>
                <th scope="col">Coded to</th>
                <th scope="col">For</th>
                <th scope="col">State</th>
                <th scope="col">Proposed</th>
                <th scope="col">
                  <span class="unseen">Acts</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {value.entries.map((entry) => (
                <Entry
                  key={entry.id}
                  entry={entry}
                  onJudge={(one) =>
                    one === 'approve'
                      ? void judge(entry, one, '').catch(tellFault)
                      : setOpen({ kind: 'judge', entry, act: one })
                  }
                />
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
      {open?.kind === 'propose' && (
        <ProposeDialog
          scopes={scopes}
          onClose={() => setOpen(undefined)}
          onPropose={(proposal) =>
            act(api.propose(proposal), `“${proposal.verbatim}” is proposed and waits for a second person`)
          }
        />
      )}
      {open?.kind === 'judge' && (
        <ReasonDialog
          title={`${ACT_WORDS[open.act]} “${open.entry.verbatim}”`}
          act={ACT_WORDS[open.act]}
          onClose={() => setOpen(undefined)}
          onReason={(reason) => judge(open.entry, open.act, reason)}
        />
      )}
    </div>
  )
}

function Entry({ entry, onJudge }: { entry: EntryView; onJudge: (act: EntryAct) => void }) {
  return (
    <tr>
      <th scope="row" class="wrap">
        <PlainText text={entry.verbatim} />
        {entry.contradictions.map((words) => (
          <span key={words} class="contradiction">
            <Icon name="warning" /> {words}
          </span>
        ))}
      </th>
      <td>
        <strong>{entry.path.at(-1)?.text}</strong>
        <span class="written">
          <PathLine path={entry.path.slice(0, -1)} />
        </span>
      </td>
      <td class="nowrap">
        {SCOPE_WORDS[entry.scope]}
        <span class="written">{entry.domain ?? 'every domain'}</span>
      </td>
      <td>
        <span class={`badge ${STATE_BADGES[entry.state]}`}>{STATE_WORDS[entry.state]}</span>
        {entry.decided !== null && (
          <span class="written">
            {entry.decided.by}, {toDay(entry.decided.at)}
            {entry.decided.reason !== null && `: ${entry.decided.reason}`}
          </span>
        )}
      </td>
      <td>
        {entry.proposed.by}
        <span class="written">
          {toDay(entry.proposed.at)} · {entry.origin}
          {entry.proposed.reason !== null && `: ${entry.proposed.reason}`}
        </span>
      </td>
      <td class="row-acts">
        {entry.may.map((one) => (
          <button key={one} type="button" class="link" onClick={() => onJudge(one)}>
            {ACT_WORDS[one]}
            <span class="unseen"> {entry.verbatim}</span>
          </button>
        ))}
      </td>
    </tr>
  )
}

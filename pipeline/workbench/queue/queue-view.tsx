/** The place of work: the queue, and beside it the term that is open. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { TermRow, TermView } from '../../../schemas/api/terms.ts'
import { useCell } from '../parts/cell.ts'
import { useAnswer } from '../parts/use-answer.ts'
import { count } from '../parts/words.ts'
import { Refusal, toWords } from '../shell/api.ts'
import { useKeys } from '../shell/keys.ts'
import { changeFacts } from '../shell/place.ts'
import { renewSession, useSeat } from '../shell/session.ts'
import { announce, tell } from '../shell/toasts.tsx'
import type { Asked } from '../site-queries/ask-dialog.tsx'
import { toSiteQueriesApi } from '../site-queries/site-queries-api.ts'
import { type Act, sendAct, toActWords, toIntentWords } from '../term/act.ts'
import { TermCache } from '../term/term-cache.ts'
import type { Redacted } from '../term/term-dialogs.tsx'
import { type Draft, TermPane } from '../term/term-pane.tsx'
import { hasLeft, readFilter, readSort, readView, searchedText, toFirstView } from './filter.ts'
import { Filters } from './filters.tsx'
import { QueueList } from './queue-list.tsx'
import { TermList } from './term-list.ts'

const AHEAD = 2
const FACETS_WAIT_MS = 1500
/** As far down as the next term that waits is looked for: a list of done ones is not read to its end. */
const FARTHEST = 300
const TAKEN_BACK_AT_MOST = 20

/** What this person did to a term, while the page is open. */
interface Done {
  readonly id: string
  readonly decision: string
}

export function QueueView({ at }: { at: URLSearchParams }) {
  const { api, may } = useSeat()
  const text = useCell(searchedText)
  const view = readView(at, toFirstView(may))
  const filter = readFilter(at, { text, view })
  const sort = readSort(at)
  const asked = JSON.stringify([filter, sort])
  // `asked` is filter and sort as one text
  const list = useMemo(
    () =>
      new TermList({
        load: (range, signal) => api.queue({ ...filter, sort, ...range }, signal),
        hasLeft: (row) => hasLeft(row, view),
      }),
    [api, asked],
  )
  useEffect(() => () => list.close(), [list])
  const siteQueries = useMemo(() => toSiteQueriesApi(api), [api])
  const cache = useMemo(() => new TermCache((id) => api.term(id)), [api])
  const [active, setActive] = useState(0)
  /** Terms and occurrences whose act is on its way. */
  const acting = useRef<ReadonlySet<string>>(new Set())
  const [, draw] = useState(0)
  const drafts = useRef(new Map<string, Draft>())
  /** The newest last. */
  const done = useRef<readonly Done[]>([])
  const [facetsTurn, setFacetsTurn] = useState(0)
  const facets = useAnswer(`${asked} ${facetsTurn}`, (signal) => api.facets(filter, signal))
  const keptFacets = useRef(facets.value)
  if (facets.value !== undefined) keptFacets.current = facets.value
  const termId = at.get('term') ?? undefined
  const refreshFacets = useRef<ReturnType<typeof setTimeout>>(undefined)
  const steps = useRef(0)
  const shownList = useRef(list)
  shownList.current = list
  /** @returns whether the person has gone nowhere else since: what comes late moves nobody */
  const beginStep = () => {
    const step = ++steps.current
    const { hash } = location
    return () => steps.current === step && location.hash === hash && shownList.current === list
  }

  useEffect(() => list.watch(() => draw((n) => n + 1)), [list])
  // Another filter begins at its first row, unless the open term stands in it.
  // Only a new list
  useEffect(() => setActive(termId === undefined ? 0 : list.indexOf(termId)), [list])
  const placed = termId === undefined ? -1 : list.indexOf(termId)
  useEffect(() => {
    if (placed !== -1) setActive(placed)
  }, [placed])
  // What is next is asked for before it is opened.
  useEffect(() => {
    if (termId === undefined) return
    for (let step = 1; step <= AHEAD; step += 1) {
      const row = list.at(active + step)
      if (row !== undefined) cache.find(row.id).catch(() => undefined)
    }
  }, [termId, active, list, cache])
  useEffect(() => {
    const onBack = () => {
      if (document.visibilityState === 'visible' && list.total !== undefined) setFacetsTurn((n) => n + 1)
    }
    document.addEventListener('visibilitychange', onBack)
    return () => document.removeEventListener('visibilitychange', onBack)
  }, [list])

  const open = useCallback(
    (index: number) => {
      const row = list.at(index)
      if (row === undefined) return
      setActive(index)
      changeFacts({ term: row.id })
    },
    [list],
  )
  const move = (index: number) => {
    const end = (list.total ?? 1) - 1
    const next = Math.max(0, Math.min(end, index))
    setActive(next)
    if (termId === undefined) return announce(list.at(next)?.verbatim ?? '')
    const isStill = beginStep()
    void list.find(next).then((row) => {
      if (row !== undefined && isStill()) changeFacts({ term: row.id })
    })
  }
  const close = () => {
    changeFacts({ term: undefined })
    document.querySelector<HTMLElement>('.queue-list [role=grid]')?.focus()
  }
  const isWaiting = (row: TermRow) => {
    if (list.hasLeft(row.id) || drafts.current.has(row.id)) return false
    if (row.apart > 0 && may('code')) return true
    if (row.state === 'to-approve') return may('approve')
    if (!may('code')) return false
    return row.state !== 'coded' && row.state !== 'autocoded' && row.state !== 'asked'
  }
  const moveOn = async (id: string, isStill = beginStep()) => {
    const from = list.indexOf(id) === -1 ? active - 1 : list.indexOf(id)
    const end = list.total ?? 0
    for (let index = from + 1; index < Math.min(end, from + 1 + FARTHEST); index += 1) {
      const row = await list.find(index)
      // Without its row nobody knows whether it waits: the person stays.
      if (row === undefined || !isStill()) return
      if (row.id !== id && !acting.current.has(row.id) && isWaiting(row)) {
        setActive(index)
        changeFacts({ term: row.id })
        return
      }
    }
    if (!isStill()) return
    close()
    const isEnd = from + 1 + FARTHEST >= end
    tell({
      kind: 'done',
      text: isEnd ? 'That was the last one of this list.' : `None of the next ${FARTHEST} terms waits for you.`,
    })
  }
  const setActing = (target: string, isActing: boolean) => {
    const next = new Set(acting.current)
    if (isActing) next.add(target)
    else next.delete(target)
    acting.current = next
    draw((n) => n + 1)
  }
  const takeBack = (what: Done) => {
    done.current = done.current.filter(({ decision }) => decision !== what.decision)
    const isStill = beginStep()
    cache
      .find(what.id)
      .then((term) => {
        if (isStill()) changeFacts({ term: what.id })
        return onAct(term, { kind: 'undo' }, what.decision)
      })
      .catch((error: unknown) => tell({ kind: 'failed', text: toWords(error) }))
  }
  const takeBackLast = () => {
    const last = done.current.at(-1)
    if (last !== undefined) takeBack(last)
  }
  const onAct = async (term: TermView, act: Act, seen: string | null): Promise<boolean> => {
    const { id, verbatim } = term.row
    const target = 'occurrence' in act ? (act.occurrence ?? id) : id
    const isWhole = target === id
    // A key pressed twice.
    if (acting.current.has(target)) return false
    setActing(target, true)
    drafts.current.delete(id)
    if (isWhole && act.kind !== 'undo') void moveOn(id)
    try {
      const { row, decision, ...did } = await sendAct(api, term, { act, seen })
      cache.drop(id)
      list.put(row)
      const words = toActWords(act, did)
      if (isWhole && act.kind === 'code') {
        const mine = { id, decision }
        done.current = [...done.current, mine].slice(-TAKEN_BACK_AT_MOST)
        tell({ kind: 'done', text: words, action: { words: 'Undo', run: () => takeBack(mine) } })
      } else tell({ kind: 'done', text: words })
      if (refreshFacets.current === undefined)
        refreshFacets.current = setTimeout(() => {
          refreshFacets.current = undefined
          setFacetsTurn((n) => n + 1)
        }, FACETS_WAIT_MS)
      return true
    } catch (error) {
      cache.drop(id)
      const words = toWords(error)
      const code = error instanceof Refusal ? error.fault.code : undefined
      const isStale = code === 'DECISION_STALE'
      if (code === 'STUDY_SIGNED_OFF') renewSession()
      drafts.current.set(id, { act, words: isStale ? `Somebody was first. ${words}` : words })
      tell({
        kind: 'failed',
        text: `“${verbatim}” was not ${toIntentWords(act)}. ${words}`,
        action: { words: 'Show the term', run: () => changeFacts({ term: id }) },
      })
      return false
    } finally {
      setActing(target, false)
    }
  }
  const onNote = (term: TermView, words: string) => {
    api.note(term.row.id, { text: words }).then(
      () => {
        cache.drop(term.row.id)
        draw((n) => n + 1)
        tell({ kind: 'done', text: 'The note is kept.' })
      },
      (error: unknown) => tell({ kind: 'failed', text: toWords(error) }),
    )
  }

  /** Takes what was changed beside a decision into the list. */
  const renewTerm = async (id: string): Promise<TermView> => {
    cache.drop(id)
    const fresh = await cache.find(id)
    list.put(fresh.row)
    draw((n) => n + 1)
    return fresh
  }
  const onAsk = (term: TermView, asked: Asked) => {
    const { id } = term.row
    const isWhole = asked.occurrences === undefined
    const isStill = beginStep()
    siteQueries.raise(id, asked).then(
      async (raised) => {
        tell({
          kind: 'done',
          text: `${count(raised.count, 'site query', 'site queries')} raised at ${count(raised.sites, 'site')}`,
        })
        await renewTerm(id)
        if (isWhole) void moveOn(id, isStill)
        setFacetsTurn((n) => n + 1)
      },
      (error: unknown) => tell({ kind: 'failed', text: toWords(error) }),
    )
  }
  const onRedact = (term: TermView, { words, reason }: Redacted) => {
    api.redact(term.row.id, { words: [...words], reason }).then(
      async (done) => {
        await renewTerm(term.row.id)
        tell({ kind: 'done', text: `${count(done.hidden, 'word')} hidden in ${count(done.occurrences, 'occurrence')}` })
      },
      (error: unknown) => tell({ kind: 'failed', text: toWords(error) }),
    )
  }

  useKeys('Queue', [
    { keys: 'j|ArrowDown', isHeld: true, words: 'Next term', run: () => move(active + 1) },
    { keys: 'k|ArrowUp', isHeld: true, words: 'Term before', run: () => move(active - 1) },
    { keys: 'Home', words: 'First term', run: () => move(0) },
    { keys: 'End', words: 'Last term', run: () => move(Number.MAX_SAFE_INTEGER) },
    { keys: 'PageDown', isHeld: true, words: 'A page down', run: () => move(active + 15) },
    { keys: 'PageUp', isHeld: true, words: 'A page up', run: () => move(active - 15) },
    { keys: 'f', words: 'Search and filter', run: () => document.getElementById('queue-search')?.focus() },
    ...(termId === undefined
      ? [
          { keys: 'Enter|o', words: 'Open the term', run: () => open(active) },
          { keys: '/', words: 'Search the verbatims', run: () => document.getElementById('queue-search')?.focus() },
          { keys: 'u', words: 'Take back what you did last', run: takeBackLast },
        ]
      : []),
  ])

  const shown = list.remaining === undefined ? '' : count(list.remaining, 'term')
  return (
    <div class="queue">
      <h1 class="unseen">Queue</h1>
      <Filters at={at} view={view} facets={keptFacets.current} shown={shown} />
      <div class={`desk ${termId === undefined ? '' : 'with-term'}`}>
        <section class="queue-pane" aria-label="Terms">
          {list.fault !== undefined && (
            <p class="fault">
              {toWords(list.fault)}{' '}
              <button type="button" class="link" onClick={() => list.renew()}>
                Try again
              </button>
            </p>
          )}
          {list.total === 0 && (
            <p class="empty">{text !== '' || at.size > 0 ? 'No term fits this filter.' : 'Nothing waits.'}</p>
          )}
          <QueueList
            key={asked}
            list={list}
            active={active}
            isNarrow={termId !== undefined}
            busy={acting.current}
            onActive={setActive}
            onOpen={open}
          />
        </section>
        {termId !== undefined && (
          <OpenTerm
            key={`${api.study} ${termId}`}
            id={termId}
            row={list.at(active)}
            cache={cache}
            place={
              active >= 0 && list.total !== undefined ? `${active + 1} of ${list.total.toLocaleString('en-GB')}` : ''
            }
            draft={drafts.current.get(termId)}
            onAct={onAct}
            onUndoLast={done.current.length === 0 ? undefined : takeBackLast}
            onNote={onNote}
            onAsk={onAsk}
            onRedact={onRedact}
            onClose={close}
          />
        )}
      </div>
    </div>
  )
}

function OpenTerm({
  id,
  cache,
  row,
  ...rest
}: {
  id: string
  cache: TermCache
  row: TermRow | undefined
} & Omit<Parameters<typeof TermPane>[0], 'view'>) {
  const [fault, setFault] = useState<string>()
  const [view, setView] = useState(() => cache.at(id))
  const kept = cache.at(id)
  // What an act changed is dropped from what is kept, and asked anew.
  useEffect(() => {
    let isGone = false
    cache.find(id).then(
      (come) => {
        if (!isGone) setView(come)
      },
      (error: unknown) => {
        if (!isGone) setFault(toWords(error))
      },
    )
    return () => {
      isGone = true
    }
  }, [cache, id, kept])
  if (fault !== undefined) return <p class="fault">{fault}</p>
  if (view === undefined)
    return (
      <article class="term waiting-term" aria-busy="true">
        <p class="waiting">{row?.id === id ? row.verbatim : 'Opening …'}</p>
      </article>
    )
  return <TermPane view={view} {...rest} />
}

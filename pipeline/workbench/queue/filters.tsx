/** The bar above the queue: views with their counts, filters with theirs, search and sort. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Facets, QueueSort, QueueView } from '../../../schemas/api/terms.ts'
import { Choice } from '../parts/choice.tsx'
import { Icon } from '../parts/icon.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { SORT_WORDS, toFigure, toOutcomeWords, VIEW_ORDER, VIEW_WORDS } from '../parts/words.ts'
import { changeFacts } from '../shell/place.ts'
import { readSort, SORTS, searchedText } from './filter.ts'

type Count = Facets['sites'][number]
const SEARCH_WAIT_MS = 180
const NO_FACETS: Facets = { views: [], domains: [], dictionaries: [], sites: [], forms: [], outcomes: [], serious: [] }
/** Views with nothing in them that are shown all the same. */
const ALWAYS: ReadonlySet<QueueView> = new Set(['todo', 'any'])

export function Filters({
  at,
  view,
  facets = NO_FACETS,
  shown,
}: {
  at: URLSearchParams
  view: QueueView
  facets: Facets | undefined
  shown: string
}) {
  const sort = readSort(at)
  const toCount = (name: QueueView) => facets.views.find(({ value }) => value === name)?.terms
  const views = VIEW_ORDER.filter((name) => ALWAYS.has(name) || name === view || (toCount(name) ?? 0) > 0)
  return (
    <search class="filters" aria-label="Narrow the queue">
      <Search />
      <fieldset class="views">
        <legend class="unseen">Terms by state</legend>
        {views.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === view}
            onClick={(event) => {
              changeFacts({ show: name, term: undefined })
              // Who clicked goes on by keys in the list; who came by keys stays.
              if (event.detail > 0) document.querySelector<HTMLElement>('.queue-list [role=grid]')?.focus()
            }}
          >
            {VIEW_WORDS[name]}
            {toCount(name) !== undefined && <span class="count">{toFigure(toCount(name) ?? 0)}</span>}
          </button>
        ))}
      </fieldset>
      <span class="gap" />
      <Facet name="domain" words="Domain" at={at} values={facets.domains} least={2} />
      <Facet name="dictionary" words="Dictionary" at={at} values={facets.dictionaries} least={2} />
      <Facet name="form" words="Form" at={at} values={facets.forms} least={2} />
      <Facet name="site" words="Site" at={at} values={facets.sites} />
      <Facet name="outcome" words="Reason" at={at} values={facets.outcomes} toWords={toOutcomeWords} />
      <label class={`chip toggle ${at.get('serious') === 'true' ? 'on' : ''}`}>
        <input
          type="checkbox"
          checked={at.get('serious') === 'true'}
          onChange={(event) => changeFacts({ serious: event.currentTarget.checked ? 'true' : undefined })}
        />
        Serious
        <span class="count">{toFigure(facets.serious.find(({ value }) => value === 'true')?.terms ?? 0)}</span>
      </label>
      <label class="chip">
        <span class="muted">Sort</span>
        <select
          value={sort}
          onChange={(event) =>
            changeFacts({
              sort: event.currentTarget.value === 'impact' ? undefined : (event.currentTarget.value as QueueSort),
            })
          }
        >
          {SORTS.map((name) => (
            <option key={name} value={name}>
              {SORT_WORDS[name]}
            </option>
          ))}
        </select>
        <Icon name="down" />
      </label>
      <span class="unseen" role="status">
        {shown}
      </span>
    </search>
  )
}

function Search() {
  const [text, setText] = useState(searchedText.get())
  const wait = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => searchedText.watch(() => setText(searchedText.get())), [])
  const onInput = (next: string) => {
    setText(next)
    clearTimeout(wait.current)
    wait.current = setTimeout(() => searchedText.set(next), SEARCH_WAIT_MS)
  }
  return (
    <SearchField
      id="queue-search"
      words="Search the verbatims"
      placeholder="Search verbatims"
      value={text}
      onInput={onInput}
      onEnter={(field) => field.blur()}
    />
  )
}

function Facet({
  name,
  words,
  at,
  values,
  least = 1,
  toWords = (value) => value,
}: {
  name: string
  words: string
  at: URLSearchParams
  values: readonly Count[]
  /** With fewer values than these there is nothing to choose. */
  least?: number
  toWords?: (value: string) => string
}) {
  const chosen = at.get(name) ?? ''
  if (chosen === '' && values.length < least) return null
  const terms = new Map(values.map((one) => [one.value, one.terms]))
  return (
    <Choice
      words={words}
      value={chosen}
      values={[...terms.keys()]}
      toName={(value) => `${toWords(value)} (${toFigure(terms.get(value) ?? 0)})`}
      isNamed
      onChange={(value) => changeFacts({ [name]: value || undefined })}
    />
  )
}

/** The dictionary beside the work: searched, walked up and down, and a source of terms to code to. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { HitView } from '../../../schemas/api/dictionary.ts'
import { Icon } from '../parts/icon.tsx'
import { Keycap } from '../parts/keycap.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { count } from '../parts/words.ts'
import { useSeat } from '../shell/session.ts'
import type { SearchMode, WhichDictionary } from '../shell/study-api.ts'
import { NodePane } from './node.tsx'

const MODES: { readonly [mode in SearchMode]: string } = {
  contains: 'contains',
  begins: 'begins with',
  exact: 'is exactly',
  wildcard: 'fits (* and ?)',
  similar: 'resembles',
}
const WAIT_MS = 120
export type NodeName = Pick<HitView, 'level' | 'code'>

export function DictionaryBrowser({
  which,
  levels,
  name,
  mayCode,
  onPick,
}: {
  which: WhichDictionary
  levels: readonly string[]
  /** With its version. */
  name: string
  mayCode: boolean
  onPick: (hit: HitView) => void
}) {
  const { api } = useSeat()
  const [text, setText] = useState('')
  const [searched, setSearched] = useState('')
  const [mode, setMode] = useState<SearchMode>('contains')
  const [level, setLevel] = useState('')
  const [trail, setTrail] = useState<readonly NodeName[]>([])
  const results = useRef<HTMLUListElement>(null)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const wait = setTimeout(() => setSearched(text.trim()), WAIT_MS)
    return () => clearTimeout(wait)
  }, [text])
  const { value, fault } = useAnswer(
    searched === '' ? undefined : `${mode} ${level} ${which.domain} ${which.dictionary} ${searched}`,
    (signal) => api.search({ text: searched, mode, level: level || undefined, limit: 80, ...which }, signal),
  )
  // Hits stay until the next ones come: nothing flickers under whoever types.
  const kept = useRef(value)
  if (value !== undefined) kept.current = value
  const shown = value ?? kept.current
  const isOfText = value !== undefined && searched === text.trim()
  /** Enter was pressed before the hits of the text had come. */
  const [wantsFirst, setWantsFirst] = useState(false)
  useEffect(() => {
    if (!wantsFirst || !isOfText) return
    setWantsFirst(false)
    const first = value.rows.find(({ isAssignable }) => isAssignable)
    if (first !== undefined && mayCode) onPick(first)
    else focusResult(1)
  }, [wantsFirst, isOfText, value])
  const node = trail.at(-1)
  const body = useRef<HTMLDivElement>(null)
  const look = (to: NodeName) => {
    setTrail([...trail, { level: to.level, code: to.code }])
    // What was pressed is gone: the focus stays near.
    requestAnimationFrame(() => body.current?.focus())
  }
  const focusResult = (step: number) => {
    const buttons = [...(results.current?.querySelectorAll<HTMLButtonElement>('.hit') ?? [])]
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    if (at + step < 0) field.current?.focus()
    else buttons[Math.min(buttons.length - 1, at + step)]?.focus()
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      focusResult(event.key === 'ArrowDown' ? 1 : -1)
    }
  }
  // Steps back through what was looked at before anything else is closed.
  const onEscape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || (trail.length === 0 && text === '')) return
    event.preventDefault()
    if (trail.length > 0) setTrail(trail.slice(0, -1))
    else setText('')
    field.current?.focus()
  }
  return (
    // Escape of all that is within
    <aside class="dictionary" aria-label={`Dictionary ${name}`} onKeyDown={onEscape}>
      <header>
        <label class="search-field">
          <Icon name="search" />
          <span class="unseen">Search the dictionary</span>
          <input
            ref={field}
            id="dictionary-search"
            type="search"
            autocomplete="off"
            spellcheck={false}
            maxLength={200}
            placeholder={`Search ${name}`}
            value={text}
            onInput={(event) => {
              setText(event.currentTarget.value)
              setWantsFirst(false)
              setTrail([])
            }}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return onKey(event)
              event.preventDefault()
              setWantsFirst(text.trim() !== '')
            }}
          />
          <Keycap of="/" />
        </label>
        <div class="search-how">
          <label class="chip">
            <span class="unseen">How the text is searched</span>
            <select value={mode} onChange={(event) => setMode(event.currentTarget.value as SearchMode)}>
              {Object.entries(MODES).map(([one, words]) => (
                <option key={one} value={one}>
                  {words}
                </option>
              ))}
            </select>
            <Icon name="down" />
          </label>
          <label class="chip">
            <span class="unseen">Level</span>
            <select value={level} onChange={(event) => setLevel(event.currentTarget.value)}>
              <option value="">all levels</option>
              {levels.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
            <Icon name="down" />
          </label>
          <span class="muted small" role="status">
            {searched !== '' && shown !== undefined && count(shown.rows.length, 'hit')}
          </span>
        </div>
      </header>
      <div class="dictionary-body" ref={body} tabIndex={-1}>
        {fault !== undefined && <p class="fault">{fault}</p>}
        {node !== undefined || searched === '' ? (
          <NodePane
            node={node}
            which={which}
            mayCode={mayCode}
            onLook={look}
            onPick={onPick}
            {...(trail.length > 0 ? { onBack: () => setTrail(trail.slice(0, -1)) } : {})}
          />
        ) : (
          // Arrows walk the buttons within.
          <ul class="hits" ref={results} onKeyDown={onKey}>
            {shown?.rows.map((hit) => (
              <Hit
                key={`${hit.level} ${hit.code} ${hit.text}`}
                hit={hit}
                onTake={() => (hit.isAssignable && mayCode ? onPick(hit) : look(hit))}
                onLook={() => look(hit)}
              />
            ))}
            {shown?.rows.length === 0 && <li class="empty small">Nothing. Try “resembles”.</li>}
          </ul>
        )}
      </div>
    </aside>
  )
}

function Hit({ hit, onTake, onLook }: { hit: HitView; onTake: () => void; onLook: () => void }) {
  return (
    <li>
      <button
        type="button"
        class="hit"
        onClick={onTake}
        onKeyDown={(event) => {
          if (event.key === 'ArrowRight') onLook()
        }}
      >
        <span class="hit-name">
          <span class="level">{hit.level}</span> {hit.text}
          {!hit.isCurrent && <span class="badge warn">not current</span>}
        </span>
        <span class="path">
          {hit.path
            .slice(0, -1)
            .map(({ text }) => text)
            .join(' › ')}
        </span>
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label={`Look around ${hit.text}`}
        title="Look around (→)"
        onClick={onLook}
      >
        <Icon name="right" />
      </button>
    </li>
  )
}

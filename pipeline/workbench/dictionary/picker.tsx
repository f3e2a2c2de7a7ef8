/** A field that finds a term to code to while one types: arrows walk, Enter takes. */
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { HitView } from '../../../schemas/api/dictionary.ts'
import { PathLine } from '../parts/path.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useSeat } from '../shell/session.ts'
import type { WhichDictionary } from '../shell/study-api.ts'

const SHOWN = 8
const WAIT_MS = 120
/** As style.css bounds it. */
const LIST_HEIGHT = 270

export function TermPicker({
  label,
  which,
  first = '',
  chosen,
  onChoose,
}: {
  label: string
  which: WhichDictionary
  /** What is looked for at the start. */
  first?: string
  chosen: { readonly text: string; readonly path: readonly { level: string; code: string; text: string }[] } | undefined
  onChoose: (hit: HitView) => void
}) {
  const { api } = useSeat()
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const hitList = useRef<HTMLDivElement>(null)
  const [text, setText] = useState('')
  const [searched, setSearched] = useState('')
  const [isOpen, setOpen] = useState(false)
  const [at, setAt] = useState(0)
  useEffect(() => {
    const wait = setTimeout(() => setSearched(text === '' && isOpen ? first : text), WAIT_MS)
    return () => clearTimeout(wait)
  }, [text, first, isOpen])
  const isGuess = text === ''
  const { value } = useAnswer(
    isOpen && searched.trim() !== '' ? `${isGuess} ${which.domain} ${which.dictionary} ${searched}` : undefined,
    (signal) =>
      api.search(
        { text: searched.trim().slice(0, 200), mode: isGuess ? 'similar' : 'contains', limit: 40, ...which },
        signal,
      ),
  )
  const hits = (value?.rows ?? []).filter(({ isAssignable }) => isAssignable).slice(0, SHOWN)
  const onTake = (hit: HitView | undefined) => {
    if (hit === undefined) return
    onChoose(hit)
    setText('')
    setOpen(false)
    setAt(0)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey) return
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setOpen(true)
      setAt(Math.max(0, Math.min(hits.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1))))
    } else if (event.key === 'Enter' && isOpen && hits.length > 0) {
      event.preventDefault()
      onTake(hits[at])
    } else if (event.key === 'Escape' && isOpen) {
      event.preventDefault()
      event.stopPropagation()
      setOpen(false)
    }
  }
  const isShown = isOpen && hits.length > 0
  // Above everything: a dialog that scrolls would cut the list off.
  useLayoutEffect(() => {
    const list = hitList.current
    if (list === null || !isShown) return
    list.showPopover()
    const at = field.current?.getBoundingClientRect()
    if (at !== undefined) {
      list.style.left = `${at.left}px`
      list.style.width = `${at.width}px`
      const isBelow = at.bottom + LIST_HEIGHT < innerHeight
      list.style.top = isBelow ? `${at.bottom + 4}px` : 'auto'
      list.style.bottom = isBelow ? 'auto' : `${innerHeight - at.top + 4}px`
    }
    return () => list.hidePopover()
  }, [isShown])
  return (
    <div class="picker">
      <label class="unseen" for={id}>
        {label}
      </label>
      <input
        ref={field}
        id={id}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        aria-expanded={isShown}
        aria-controls={`${id}-hits`}
        aria-activedescendant={isShown ? `${id}-${at}` : undefined}
        placeholder={chosen === undefined ? 'Search a term' : chosen.text}
        class={chosen === undefined ? '' : 'has-chosen'}
        value={text}
        onFocus={() => setOpen(chosen === undefined)}
        onBlur={() => setOpen(false)}
        onInput={(event) => {
          setText(event.currentTarget.value)
          setOpen(true)
          setAt(0)
        }}
        onKeyDown={onKey}
      />
      <div
        id={`${id}-hits`}
        role="listbox"
        aria-label={label}
        class="picker-hits"
        ref={hitList}
        popover="manual"
        // The field keeps the focus.
        onMouseDown={(event) => event.preventDefault()}
      >
        {hits.map((hit, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
          // biome-ignore lint/a11y/useFocusableInteractive: the field points to it
          <div
            key={`${hit.code} ${hit.text}`}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === at}
            class="picker-hit"
            onClick={() => onTake(hit)}
          >
            <span>{hit.text}</span>
            <PathLine path={hit.path.slice(0, -1)} />
          </div>
        ))}
      </div>
      {chosen !== undefined && <PathLine path={chosen.path} />}
    </div>
  )
}

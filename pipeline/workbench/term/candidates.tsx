/** The terms that the machine thinks of, likeliest first, each with its reason; 1 to 9 takes one. */
import { useEffect, useRef } from 'preact/hooks'
import type { CandidateView } from '../../../schemas/api/terms.ts'
import { Keycap } from '../parts/keycap.tsx'
import { PathLine } from '../parts/path.tsx'
import { Probability } from '../parts/probability.tsx'
import { type Chosen, toChosen } from './chosen.ts'

export function Candidates({
  candidates,
  chosen,
  mayCode,
  onChoose,
  onPreview,
}: {
  candidates: readonly CandidateView[]
  chosen: Chosen | undefined
  mayCode: boolean
  onChoose: (chosen: Chosen | undefined) => void
  /** Looks at a candidate's alignment without taking it; undefined to stop. */
  onPreview: (candidate: CandidateView | undefined) => void
}) {
  const list = useRef<HTMLUListElement>(null)
  const at = candidates.findIndex(({ path }) => path.at(-1)?.code === chosen?.code)
  useEffect(() => {
    if (at >= 0) list.current?.children[at]?.scrollIntoView({ block: 'nearest' })
  }, [at])
  const isFromDictionary = chosen?.from === 'dictionary' && at === -1
  const onStep = (event: KeyboardEvent, step: number) => {
    if (!mayCode) return
    const next = candidates[Math.max(0, Math.min(candidates.length - 1, at + step))]
    event.preventDefault()
    onChoose(next && toChosen(next.path, 'candidates'))
  }
  return (
    <section class="candidates" aria-label="Candidates">
      {isFromDictionary && (
        <div class="candidate chosen from-dictionary">
          <Keycap of="/" />
          <div class="candidate-words">
            <p class="candidate-name">
              {chosen.text} <span class="badge">from the dictionary</span>
            </p>
            <PathLine path={chosen.path} />
          </div>
        </div>
      )}
      {candidates.length === 0 ? (
        <p class="empty small">No candidate. Search the dictionary with /.</p>
      ) : (
        <ul
          ref={list}
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: one of several is taken by keys
          role="listbox"
          aria-label="Candidates, likeliest first"
          tabIndex={0}
          aria-activedescendant={at >= 0 ? `candidate-${at}` : undefined}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') onStep(event, 1)
            if (event.key === 'ArrowUp') onStep(event, -1)
          }}
        >
          {candidates.map((candidate, i) => (
            <Candidate
              key={candidate.path.at(-1)?.code}
              candidate={candidate}
              place={i}
              isChosen={i === at}
              onChoose={() => mayCode && onChoose(toChosen(candidate.path, 'candidates'))}
              onPreview={onPreview}
            />
          ))}
        </ul>
      )}
    </section>
  )
}

function Candidate({
  candidate,
  place,
  isChosen,
  onChoose,
  onPreview,
}: {
  candidate: CandidateView
  place: number
  isChosen: boolean
  onChoose: () => void
  onPreview: (candidate: CandidateView | undefined) => void
}) {
  const term = candidate.path.at(-1)
  const concept = candidate.path.at(-2)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list points to it
    <li
      id={`candidate-${place}`}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: an option of the list above
      role="option"
      aria-selected={isChosen}
      class={`candidate ${isChosen ? 'chosen' : ''}`}
      onClick={onChoose}
      onMouseEnter={() => onPreview(candidate)}
      onMouseLeave={() => onPreview(undefined)}
    >
      {place < 9 ? <Keycap of={String(place + 1)} /> : <span />}
      <div class="candidate-words">
        <p class="candidate-name">
          {term?.text}
          {concept !== undefined && concept.text !== term?.text && (
            <span class="concept">
              {concept.level} {concept.text}
            </span>
          )}
        </p>
        <PathLine path={candidate.path.slice(0, -1)} />
        <p class="candidate-why">{candidate.why}</p>
      </div>
      <Probability share={candidate.confidence} />
    </li>
  )
}

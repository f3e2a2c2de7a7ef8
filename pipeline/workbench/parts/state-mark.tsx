/** A term's state as a mark: told apart by its shape, named for screen readers. */
import type { TermState } from '../../../schemas/api/terms.ts'
import { STATE_WORDS } from './words.ts'

export function StateMark({ state, withWords = false }: { state: TermState; withWords?: boolean }) {
  return (
    <span class={`state ${state}`} title={STATE_WORDS[state]}>
      <svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true" focusable="false">
        {toShape(state)}
      </svg>
      <span class={withWords ? '' : 'unseen'}>{STATE_WORDS[state]}</span>
    </span>
  )
}

function toShape(state: TermState) {
  switch (state) {
    case 'open':
      return <circle cx="7" cy="7" r="5.25" />
    case 'asked':
      return (
        <>
          <circle cx="7" cy="7" r="5.25" stroke-dasharray="2.6 1.8" />
          <circle class="dot" cx="7" cy="7" r="1.4" />
        </>
      )
    case 'answered':
      return (
        <>
          <circle cx="7" cy="7" r="5.25" />
          <circle class="dot" cx="7" cy="7" r="2.4" />
        </>
      )
    case 'to-approve':
      return (
        <>
          <circle cx="7" cy="7" r="5.25" />
          <path class="dot" d="M7 3.750a3.25 3.25 0 0 1 0 6.500z" />
        </>
      )
    case 'rejected':
      return (
        <>
          <circle cx="7" cy="7" r="5.25" />
          <path d="m5.2 5.2 3.6 3.600m0-3.6-3.6 3.6" />
        </>
      )
    case 'coded':
      return (
        <>
          <circle class="whole" cx="7" cy="7" r="6" />
          <path class="inside" d="m4.3 7.2 1.9 1.9 3.5-4" />
        </>
      )
    default:
      return (
        <>
          <rect class="whole" x="1.5" y="1.5" width="11" height="11" rx="3" />
          <path class="inside" d="m4.3 7.2 1.9 1.9 3.5-4" />
        </>
      )
  }
}

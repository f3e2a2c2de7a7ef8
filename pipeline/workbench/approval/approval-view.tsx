/** The second look: codes that wait, what changed since the last signature, and the signature itself. */
import { useMemo } from 'preact/hooks'
import { changeFacts } from '../shell/place.ts'
import { useSeat } from '../shell/session.ts'
import { toApprovalApi } from './approval-api.ts'
import { Bulk } from './bulk.tsx'
import { Review } from './review.tsx'
import { SignOff } from './sign-off.tsx'

const PARTS = ['waiting', 'changed', 'sign-off'] as const
type Part = (typeof PARTS)[number]
const WORDS: { readonly [part in Part]: string } = {
  waiting: 'Waiting codes',
  changed: 'Since the last sign-off',
  'sign-off': 'Sign-off',
}

export function ApprovalView({ at }: { at: URLSearchParams }) {
  const { api: study, may } = useSeat()
  const api = useMemo(() => toApprovalApi(study), [study])
  const parts = PARTS.filter((part) => part !== 'waiting' || may('approve'))
  const open = parts.find((part) => part === at.get('part')) ?? parts[0]
  return (
    <div class="view">
      <header>
        <h1>Approval</h1>
        <fieldset class="views">
          <legend class="unseen">Parts of approval</legend>
          {parts.map((part) => (
            <button key={part} type="button" aria-pressed={part === open} onClick={() => changeFacts({ part })}>
              {WORDS[part]}
            </button>
          ))}
        </fieldset>
      </header>
      {open === 'waiting' && <Bulk api={api} />}
      {open === 'changed' && <Review api={api} />}
      {open === 'sign-off' && <SignOff api={api} />}
    </div>
  )
}

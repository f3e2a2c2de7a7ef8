/** The signature: what it covers, what is owed before it, what is held by it, and how it is taken back. */
import { useId, useState } from 'preact/hooks'
import type { SignatureView, SignOffView } from '../../../schemas/api/approval.ts'
import { Icon } from '../parts/icon.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { count, toDay, toFigure, toMoment } from '../parts/words.ts'
import { toHash } from '../shell/place.ts'
import { renewSession, useSeat } from '../shell/session.ts'
import { tell } from '../shell/toasts.tsx'
import type { ApprovalApi } from './approval-api.ts'
import { PasswordDialog } from './password-dialog.tsx'

const MEANINGS = ['Medical coding reviewed and approved', 'Coding complete for database lock'] as const

export function SignOff({ api }: { api: ApprovalApi }) {
  const { may } = useSeat()
  const { value, fault, put, again } = useAnswer<SignOffView>('sign-off', (signal) => api.signOffState(signal))
  const [open, setOpen] = useState<'sign' | 'unlock'>()
  if (fault !== undefined) return <p class="fault">{fault}</p>
  if (value === undefined) return <p class="waiting">Looking …</p>
  const { signature, owed, held } = value
  return (
    <div class="sign-off">
      <section class="card sign-card" aria-label="State">
        <h2>
          {signature === null ? 'Not signed off' : `Signed off by ${signature.fullName}`}{' '}
          <span class={`badge ${signature === null ? '' : 'good'}`}>
            {signature === null ? 'open for work' : 'locked'}
          </span>
        </h2>
        {signature !== null && <SignatureWords signature={signature} />}
        {signature === null && <Owed owed={owed} decisions={value.decisions} />}
        {held !== null && <Held held={held} />}
        <p class="sign-acts">
          {signature === null && may('sign-off') && (
            <button type="button" class="button primary" onClick={() => setOpen('sign')}>
              <Icon name="lock" /> Sign the study off
            </button>
          )}
          {signature !== null && may('unlock') && (
            <button type="button" class="button" onClick={() => setOpen('unlock')}>
              Unlock
            </button>
          )}
        </p>
      </section>
      {value.history.length > 0 && (
        <section class="card sign-card" aria-label="All signatures">
          <h2>Signatures</h2>
          <ol class="history">
            {value.history.map((one) => (
              <li key={one.seq}>
                <p class="standing-head">
                  <span class={`badge ${one.kind === 'signed-off' ? 'good' : 'warn'}`}>
                    {one.kind === 'signed-off' ? 'signed off' : 'unlocked'}
                  </span>
                  <strong>{one.fullName}</strong>
                  <span class="muted">
                    <time dateTime={one.at}>{toMoment(one.at)}</time>
                  </span>
                </p>
                <p class="reason">
                  {one.meaning}
                  {one.reason !== null && `: ${one.reason}`}
                </p>
              </li>
            ))}
          </ol>
        </section>
      )}
      {open === 'sign' && (
        <SignDialog
          api={api}
          state={value}
          onClose={() => {
            setOpen(undefined)
            // A signature is refused when others worked meanwhile: what it would cover is shown anew.
            again()
          }}
          onDone={(next) => {
            setOpen(undefined)
            put(next)
            renewSession()
            tell({ kind: 'done', text: 'The study is signed off and locked.' })
          }}
        />
      )}
      {open === 'unlock' && (
        <PasswordDialog
          title="Unlock the study"
          act="Unlock"
          needsReason
          onClose={() => setOpen(undefined)}
          onAct={async ({ password, reason }) => {
            put(await api.unlock({ password, reason }))
            setOpen(undefined)
            renewSession()
            tell({ kind: 'done', text: 'The study is open for work again.' })
          }}
        >
          <p>People may code again, and the next run takes in what is held. The signature stays in the history.</p>
        </PasswordDialog>
      )}
    </div>
  )
}

function SignatureWords({ signature }: { signature: SignatureView }) {
  return (
    <>
      <p>{signature.meaning}</p>
      <p class="muted">
        <time dateTime={signature.at}>{toMoment(signature.at)}</time>, {count(signature.decisions, 'decision')}, events
        1 to {toFigure(signature.coversSeq)}, head{' '}
        <span class="code" title={signature.coversHash}>
          {signature.coversHash.slice(0, 12)}…
        </span>
      </p>
    </>
  )
}

function Owed({ owed, decisions }: { owed: SignOffView['owed']; decisions: number }) {
  const { study } = useSeat()
  const isNothing = owed.open + owed.toApprove === 0
  return (
    <>
      <p>A signature now would cover {count(decisions, 'decision')}.</p>
      {isNothing ? (
        <p class="owed none">
          <Icon name="check" /> Nothing is owed.
        </p>
      ) : (
        <ul class="owed">
          {owed.open > 0 && (
            <li>
              <Icon name="warning" />{' '}
              <a href={toHash(study.id, 'queue', { show: 'open' })}>{count(owed.open, 'term')} open</a>
            </li>
          )}
          {owed.toApprove > 0 && (
            <li>
              <Icon name="warning" />{' '}
              <a href={toHash(study.id, 'queue', { show: 'to-approve' })}>{count(owed.toApprove, 'code')} to approve</a>
            </li>
          )}
        </ul>
      )}
    </>
  )
}

function Held({ held }: { held: NonNullable<SignOffView['held']> }) {
  const facts: readonly (readonly [string, number])[] = [
    ['new', held.new],
    ['with another verbatim', held.changedVerbatim],
    ['with another context', held.changedContext],
    ['returned', held.returned],
    ['withdrawn', held.withdrawn],
  ]
  return (
    <div class="held">
      <p>
        <strong>Held back:</strong> {held.transfers.map(({ asOf }) => `the transfer of ${toDay(asOf)}`).join(', ')} came
        after the signature. It waits until the study is unlocked.
      </p>
      <p class="muted">
        {facts
          .filter(([, n]) => n > 0)
          .map(([words, n]) => `${toFigure(n)} ${words}`)
          .join(', ')}
        {held.newTerms > 0 && `; ${count(held.newTerms, 'new term')}`}
      </p>
    </div>
  )
}

function SignDialog({
  api,
  state,
  onDone,
  onClose,
}: {
  api: ApprovalApi
  state: SignOffView
  onDone: (state: SignOffView) => void
  onClose: () => void
}) {
  const { session } = useSeat()
  const [name, setName] = useState('')
  const [meaning, setMeaning] = useState<string>(MEANINGS[0])
  const [isIncomplete, setIncomplete] = useState(false)
  const meanings = useId()
  const isOwed = state.owed.open + state.owed.toApprove > 0
  return (
    <PasswordDialog
      title="Sign the study off"
      act="Sign"
      needsReason={isIncomplete}
      check={() => {
        if (name.trim() === '') return 'Type your name.'
        if (meaning.trim() === '') return 'Say what the signature means.'
        return isOwed && !isIncomplete ? 'Something is owed: sign it so, or finish it first.' : undefined
      }}
      onClose={onClose}
      onAct={async ({ password, reason }) =>
        onDone(
          await api.signOff({
            name: name.trim(),
            password,
            meaning: meaning.trim(),
            seen: state.headSeq,
            ...(isIncomplete ? { isIncomplete } : {}),
            ...(reason === '' ? {} : { reason }),
          }),
        )
      }
    >
      <p>
        Your signature covers {count(state.decisions, 'decision')} and locks them. It is bound to the{' '}
        {toFigure(state.headSeq)} events up to now.
      </p>
      <label class="field">
        Your name
        <input
          type="text"
          autocomplete="off"
          placeholder={session.person.fullName}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <label class="field">
        What the signature means
        <input
          type="text"
          list={meanings}
          maxLength={200}
          value={meaning}
          onInput={(event) => setMeaning(event.currentTarget.value)}
        />
        <datalist id={meanings}>
          {MEANINGS.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      </label>
      {isOwed && (
        <label class="check">
          <input
            type="checkbox"
            checked={isIncomplete}
            onChange={(event) => setIncomplete(event.currentTarget.checked)}
          />
          Sign although {toFigure(state.owed.open)} are open and {toFigure(state.owed.toApprove)} wait for approval
        </label>
      )}
    </PasswordDialog>
  )
}

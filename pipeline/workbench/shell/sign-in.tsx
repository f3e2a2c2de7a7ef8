/** Signing in: the page before anything else, and the dialog when a session has ended while somebody works. */
import { useState } from 'preact/hooks'
import type { WaysIn } from '../../../schemas/api/session.ts'
import { Dialog } from '../parts/dialog.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { toWords } from './api.ts'
import { changePassword, readWaysIn, type Session, signIn, signOut } from './session.ts'

function Mark() {
  return (
    <p class="mark">
      <img src="/mark.svg" width="28" height="28" alt="" /> aecoder
    </p>
  )
}

/** By the word with which the server sends back whom the provider could not sign in. */
const ISSUER_FAULTS: { readonly [word: string]: string } = {
  refused:
    'You were not signed in: you have no account here, it is out of use, or it took too long. Try again, or ask an administrator.',
  failed: 'Signing in there did not work. Try again, or ask an administrator.',
}

/** Why the way over the provider led back here, once: it is taken out of the address. */
function takeIssuerFault(): string | undefined {
  const word = new URLSearchParams(location.search).get('sign-in')
  if (word === null) return undefined
  history.replaceState(null, '', `${location.pathname}${location.hash}`)
  return ISSUER_FAULTS[word] ?? ISSUER_FAULTS.failed
}

export function SignInPage({ fault: unreached }: { fault: string | undefined }) {
  const { value: ways } = useAnswer('ways-in', readWaysIn)
  const [issuerFault] = useState(takeIssuerFault)
  const fault = unreached ?? issuerFault
  return (
    <main class="door">
      <div class="door-card">
        <Mark />
        <h1>Sign in to the workbench</h1>
        {fault !== undefined && (
          <p class="fault" role="alert">
            {fault}
          </p>
        )}
        {ways?.password !== false && <PasswordForm />}
        {ways?.issuer != null && <IssuerLink issuer={ways.issuer} />}
      </div>
    </main>
  )
}

function IssuerLink({ issuer }: { issuer: NonNullable<WaysIn['issuer']> }) {
  return (
    <a class="button" href={issuer.start}>
      Sign in with {issuer.name}
    </a>
  )
}

function PasswordForm() {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [fault, setFault] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const onSubmit = async (event: Event) => {
    event.preventDefault()
    setBusy(true)
    setFault(undefined)
    try {
      await signIn(name, password)
    } catch (error) {
      setFault(toWords(error))
      setPassword('')
    } finally {
      setBusy(false)
    }
  }
  return (
    <form class="stack" onSubmit={(event) => void onSubmit(event)}>
      <label class="field">
        Name
        <input
          name="username"
          autocomplete="username"
          required
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <label class="field">
        Password
        <input
          name="password"
          type="password"
          autocomplete="current-password"
          required
          value={password}
          onInput={(event) => setPassword(event.currentTarget.value)}
        />
      </label>
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <button type="submit" class="button primary" disabled={isBusy}>
        {isBusy ? 'Signing in …' : 'Sign in'}
      </button>
    </form>
  )
}

/** The session has ended: what is on the page stays, and goes on after. */
export function SignInAgain({ session, onDone }: { session: Session; onDone: () => void }) {
  const { value: ways } = useAnswer('ways-in', readWaysIn)
  return (
    <Dialog title="Your session has ended" onClose={() => location.reload()}>
      <p>Sign in again to go on. What you were doing is kept.</p>
      {session.signIn === 'issuer' ? (
        ways?.issuer != null && <IssuerLink issuer={ways.issuer} />
      ) : (
        <InnerForm name={session.person.name} onDone={onDone} />
      )}
    </Dialog>
  )
}

/** A form within the dialog's own would be none: fields and a button do the same. */
function InnerForm({ name, onDone }: { name: string; onDone: () => void }) {
  const [password, setPassword] = useState('')
  const [fault, setFault] = useState<string>()
  const onGo = async () => {
    try {
      await signIn(name, password)
      onDone()
    } catch (error) {
      setFault(toWords(error))
    }
  }
  return (
    <div class="stack">
      <label class="field">
        Password of {name}
        <input
          type="password"
          autocomplete="current-password"
          value={password}
          onInput={(event) => setPassword(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            event.preventDefault()
            void onGo()
          }}
        />
      </label>
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <button type="button" class="button primary" onClick={() => void onGo()}>
        Sign in
      </button>
    </div>
  )
}

/** Whoever was given a password by somebody else takes one of their own first. */
export function PasswordPage({ session, onCancel }: { session: Session; onCancel?: () => void }) {
  const [old, setOld] = useState('')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const [fault, setFault] = useState<string>()
  const onSubmit = async (event: Event) => {
    event.preventDefault()
    if (next !== again) {
      setFault('The two new passwords are not the same.')
      return
    }
    try {
      await changePassword(old, next)
      onCancel?.()
    } catch (error) {
      setFault(toWords(error))
    }
  }
  return (
    <main class="door">
      <div class="door-card">
        <Mark />
        <h1>Choose a password of your own</h1>
        <p class="muted">
          {session.person.mustChange
            ? `${session.person.fullName}, the password you have was given to you by someone else.`
            : session.person.fullName}
        </p>
        <form class="stack" onSubmit={(event) => void onSubmit(event)}>
          <input
            type="text"
            class="unseen"
            autocomplete="username"
            value={session.person.name}
            readOnly
            tabIndex={-1}
            aria-hidden="true"
          />
          <PasswordField label="Password you have" way="current-password" value={old} onInput={setOld} />
          <PasswordField label="New password" way="new-password" value={next} onInput={setNext} />
          <PasswordField label="New password again" way="new-password" value={again} onInput={setAgain} />
          {fault !== undefined && (
            <p class="fault" role="alert">
              {fault}
            </p>
          )}
          <button type="submit" class="button primary">
            Change the password
          </button>
          <button type="button" class="button" onClick={() => (onCancel === undefined ? void signOut() : onCancel())}>
            {onCancel === undefined ? 'Sign out' : 'Leave it'}
          </button>
        </form>
      </div>
    </main>
  )
}

function PasswordField({
  label,
  way,
  value,
  onInput,
}: {
  label: string
  way: 'current-password' | 'new-password'
  value: string
  onInput: (value: string) => void
}) {
  return (
    <label class="field">
      {label}
      <input
        type="password"
        autocomplete={way}
        required
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  )
}

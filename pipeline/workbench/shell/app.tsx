/** The whole page: the door, or the bar with the view that the address names. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useCell } from '../parts/cell.ts'
import { Icon } from '../parts/icon.tsx'
import { toMoment } from '../parts/words.ts'
import { onSessionEnd, Refusal, toWords } from './api.ts'
import { listenToKeys, useKeys } from './keys.ts'
import { KeysDialog } from './keys-dialog.tsx'
import { goTo, toHash, usePlace, type View } from './place.ts'
import {
  readSession,
  renewSession,
  type Seat,
  SeatContext,
  type Session,
  type StudySeat,
  session as sessionCell,
  toMay,
} from './session.ts'
import { PasswordPage, SignInAgain, SignInPage } from './sign-in.tsx'
import { toStudyApi } from './study-api.ts'
import { Toasts } from './toasts.tsx'
import { TopBar } from './top-bar.tsx'
import { listViews, showView } from './views.tsx'

export function App() {
  const session = useCell(sessionCell)
  const [fault, setFault] = useState<string>()
  useEffect(() => {
    readSession().catch((error: unknown) => {
      sessionCell.set(null)
      if (!(error instanceof Refusal) || error.status !== 401) setFault(toWords(error))
    })
    return listenToKeys()
  }, [])
  if (session === undefined) return <p class="waiting">Opening …</p>
  if (session === null) return <SignInPage fault={fault} />
  if (session.person.mustChange) return <PasswordPage session={session} />
  return <Workbench session={session} />
}

function Workbench({ session }: { session: Session }) {
  const place = usePlace()
  const [resume, setResume] = useState<() => void>()
  const [hasKeysOpen, setKeysOpen] = useState(false)
  const [changesPassword, setChangesPassword] = useState(false)
  useEffect(() => {
    let waiting: Promise<void> | undefined
    onSessionEnd(() => {
      waiting ??= new Promise<void>((done) => {
        setResume(() => () => {
          waiting = undefined
          setResume(undefined)
          done()
        })
      })
      return waiting
    })
    return () => onSessionEnd(undefined)
  }, [])
  const study = session.studies.find(({ id }) => id === place.study) ?? session.studies[0]
  const api = useMemo(() => toStudyApi(study?.id ?? ''), [study?.id])
  const seat = useMemo<Seat | undefined>(
    () =>
      study && {
        study,
        session,
        api,
        may: toMay(session, study),
      },
    [study, session, api],
  )
  // Somebody may have signed the study, or unlocked it.
  useEffect(() => {
    const onBack = () => {
      if (document.visibilityState === 'visible') renewSession()
    }
    document.addEventListener('visibilitychange', onBack)
    return () => document.removeEventListener('visibilitychange', onBack)
  }, [])
  const viewBefore = useRef(place.view)
  useEffect(() => {
    if (viewBefore.current !== place.view) renewSession()
    viewBefore.current = place.view
  }, [place.view])
  useEffect(() => {
    if (study !== undefined && place.study !== study.id) goTo(study.id, 'queue')
  }, [study, place.study])
  useEffect(() => {
    document.title = study === undefined ? 'aecoder' : `${toTitle(place.view)} · ${study.protocol} · aecoder`
  }, [study, place.view])
  useKeys('Everywhere', [
    { keys: '?', words: 'Show all keys', run: () => setKeysOpen(true) },
    ...(seat === undefined ? [] : listViews(seat)).map(({ view, key, words }) => ({
      keys: `g ${key}`,
      words: `Go to ${words}`,
      run: () => goTo(seat?.study.id ?? '', view),
    })),
  ])
  const signInAgain = resume !== undefined && <SignInAgain session={session} onDone={resume} />
  if (changesPassword)
    return (
      <>
        <PasswordPage session={session} onCancel={() => setChangesPassword(false)} />
        {signInAgain}
      </>
    )
  return (
    <SeatContext.Provider value={seat}>
      <button type="button" class="skip" onClick={onSkip}>
        Skip to the work
      </button>
      <TopBar
        session={session}
        seat={seat}
        view={place.view}
        onKeys={() => setKeysOpen(true)}
        onPassword={() => setChangesPassword(true)}
      />
      {seat !== undefined && <Signed study={seat.study} />}
      <main id="main" tabIndex={-1} key={study?.id}>
        {seat === undefined ? (
          <p class="empty">No study is open to you. Ask an administrator for a role.</p>
        ) : (
          showView(place, seat)
        )}
      </main>
      <Toasts />
      {hasKeysOpen && <KeysDialog onClose={() => setKeysOpen(false)} />}
      {signInAgain}
    </SeatContext.Provider>
  )
}

/** Why nobody codes here. */
function Signed({ study: { id, signature } }: { study: StudySeat }) {
  if (signature === null) return null
  return (
    <p class="signed" role="status">
      <Icon name="lock" />
      <span>
        <strong>Signed off by {signature.fullName}</strong>,{' '}
        <time dateTime={signature.at}>{toMoment(signature.at)}</time>: {signature.meaning}. The codes are locked.
      </span>
      <a href={toHash(id, 'approval', { part: 'sign-off' })}>Signature</a>
    </p>
  )
}

function onSkip(): void {
  document.getElementById('main')?.focus()
}

function toTitle(view: View): string {
  return view.charAt(0).toUpperCase() + view.slice(1).replace('-', ' ')
}

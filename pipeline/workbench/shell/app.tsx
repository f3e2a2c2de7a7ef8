/** The whole page: the door, or the bar with the view that the address names. */
import { useEffect, useMemo, useState } from 'preact/hooks'
import { useCell } from '../parts/cell.ts'
import { onSessionEnd, Refusal, toWords } from './api.ts'
import { listenToKeys, useKeys } from './keys.ts'
import { KeysDialog } from './keys-dialog.tsx'
import { goTo, usePlace, type View } from './place.ts'
import { readSession, type Seat, SeatContext, type Session, session as sessionCell } from './session.ts'
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
  const seat = useMemo<Seat | undefined>(
    () =>
      study && {
        study,
        session,
        api: toStudyApi(study.id),
        may: (permission) => study.permissions.includes(permission) || session.permissions.includes(permission),
      },
    [study, session],
  )
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
  if (changesPassword) return <PasswordPage session={session} onCancel={() => setChangesPassword(false)} />
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
      <main id="main" tabIndex={-1} key={study?.id}>
        {seat === undefined ? (
          <p class="empty">No study is open to you. Ask an administrator for a role.</p>
        ) : (
          showView(place, seat)
        )}
      </main>
      <Toasts />
      {hasKeysOpen && <KeysDialog onClose={() => setKeysOpen(false)} />}
      {resume !== undefined && <SignInAgain session={session} onDone={resume} />}
    </SeatContext.Provider>
  )
}

function onSkip(): void {
  document.getElementById('main')?.focus()
}

function toTitle(view: View): string {
  return view.charAt(0).toUpperCase() + view.slice(1).replace('-', ' ')
}

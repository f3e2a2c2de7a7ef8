/** The bar above every view: which study, which view, who. */
import { useState } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import { toWords } from './api.ts'
import { goTo, toHash, type View } from './place.ts'
import { type Seat, type Session, signOut } from './session.ts'
import { applyTheme, readTheme, THEMES, type Theme } from './theme.ts'
import { tell } from './toasts.tsx'
import { listViews } from './views.tsx'

const THEME_ICONS = { system: 'screen', light: 'sun', dark: 'moon' } as const

export function TopBar({
  session,
  seat,
  view,
  onKeys,
  onPassword,
}: {
  session: Session
  seat: Seat | undefined
  view: View
  onKeys: () => void
  onPassword: () => void
}) {
  return (
    <header class="bar">
      <span class="brand">
        <img src="/mark.svg" width="20" height="20" alt="aecoder" />
      </span>
      {seat !== undefined && (
        <label class="study">
          <span class="unseen">Study</span>
          <select
            value={seat.study.id}
            title={seat.study.title ?? seat.study.protocol}
            onChange={(event) => goTo(event.currentTarget.value, view)}
          >
            {session.studies.map(({ id, protocol, environment }) => (
              <option key={id} value={id}>
                {environment === 'production' ? protocol : `${protocol} · ${environment}`}
              </option>
            ))}
          </select>
          <Icon name="down" />
        </label>
      )}
      <nav aria-label="Views">
        {seat !== undefined &&
          listViews(seat).map((row) => (
            <a
              key={row.view}
              href={toHash(seat.study.id, row.view)}
              aria-current={row.view === view ? 'page' : undefined}
            >
              {row.words}
            </a>
          ))}
      </nav>
      <button type="button" class="icon-button" aria-label="Show all keys" title="Keys (?)" onClick={onKeys}>
        <Icon name="keyboard" />
      </button>
      <ThemeButton />
      <PersonMenu session={session} seat={seat} onPassword={onPassword} />
    </header>
  )
}

function ThemeButton() {
  const [theme, setTheme] = useState<Theme>(readTheme)
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={`Theme: ${theme}. Change to ${next}`}
      title={`Theme: ${theme}`}
      onClick={() => {
        applyTheme(next)
        setTheme(next)
      }}
    >
      <Icon name={THEME_ICONS[theme]} />
    </button>
  )
}

function PersonMenu({
  session,
  seat,
  onPassword,
}: {
  session: Session
  seat: Seat | undefined
  onPassword: () => void
}) {
  const { fullName, name } = session.person
  return (
    <>
      <button type="button" class="person" popovertarget="person-menu" title={fullName}>
        {toInitials(fullName)}
        <span class="unseen">: {fullName}, your account</span>
      </button>
      <div id="person-menu" class="menu" popover="auto">
        <p>
          <strong>{fullName}</strong>
          <br />
          <span class="muted">{name}</span>
        </p>
        {seat !== undefined && <p class="muted">{seat.study.roles.join(', ')}</p>}
        {session.signIn === 'password' && (
          <button type="button" class="menu-row" onClick={onPassword}>
            Change password
          </button>
        )}
        <button
          type="button"
          class="menu-row"
          onClick={() => void signOut().catch((error: unknown) => tell({ kind: 'failed', text: toWords(error) }))}
        >
          Sign out
        </button>
        <p class="muted small">aecoder {session.version}</p>
      </div>
    </>
  )
}

function toInitials(name: string): string {
  const words = name.trim().split(/\s+/)
  return `${words[0]?.charAt(0) ?? ''}${words.length > 1 ? (words.at(-1)?.charAt(0) ?? '') : ''}`.toUpperCase()
}

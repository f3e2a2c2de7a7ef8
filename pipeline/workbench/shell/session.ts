/** Who is signed in, and what they may do where. */
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { SessionView, WaysIn } from '../../../schemas/api/session.ts'
import type { Permission } from '../../../schemas/roles.ts'
import { toCell } from '../parts/cell.ts'
import { ask, keepCsrf } from './api.ts'
import type { StudyApi } from './study-api.ts'

export type Session = SessionView
export type StudySeat = SessionView['studies'][number]

/** Undefined while nobody knows yet; null when nobody is signed in. */
export const session = toCell<Session | null | undefined>(undefined)

export async function readSession(): Promise<Session> {
  return keepSession(await ask<Session>('GET', '/session'))
}

/** Looks whether a study was signed or unlocked meanwhile; where that fails, what is known stands. */
export function renewSession(): void {
  readSession().catch(() => undefined)
}

export async function readWaysIn(): Promise<WaysIn> {
  return await ask<WaysIn>('GET', '/ways-in')
}

export async function signIn(name: string, password: string): Promise<Session> {
  return keepSession(await ask<Session>('POST', '/session', { body: { name, password } }))
}

export async function signOut(): Promise<void> {
  await ask('DELETE', '/session')
  keepCsrf('')
  session.set(null)
}

export async function changePassword(old: string, next: string): Promise<void> {
  await ask('POST', '/session/password', { body: { old, new: next } })
  await readSession()
}

function keepSession(found: Session): Session {
  keepCsrf(found.csrf)
  session.set(found)
  return found
}

/** Refused by the server while a signature stands. */
const LOCKED: ReadonlySet<Permission> = new Set(['code', 'approve', 'ask-site'])

/** What a person may do in a study: what their roles allow, but for what a signature locks. */
export function toMay({ permissions }: Session, study: StudySeat): Seat['may'] {
  return (permission) => {
    if (study.signature !== null && LOCKED.has(permission)) return false
    return study.permissions.includes(permission) || permissions.includes(permission)
  }
}

/** One study as the person who is signed in sees it. */
export interface Seat {
  readonly study: StudySeat
  readonly session: Session
  readonly api: StudyApi
  readonly may: (permission: Permission) => boolean
}
export const SeatContext = createContext<Seat | undefined>(undefined)

export function useSeat(): Seat {
  const seat = useContext(SeatContext)
  if (seat === undefined) throw new Error('no study is open')
  return seat
}

/** Who is signed in, and what they may do where. */
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Permission } from '../../../schemas/roles.ts'
import { toCell } from '../parts/cell.ts'
import { ask, keepCsrf } from './api.ts'
import type { StudyApi } from './study-api.ts'

export interface StudySeat {
  readonly id: string
  readonly title: string
  readonly protocol: string
  readonly environment: string
  readonly roles: readonly string[]
  readonly permissions: readonly Permission[]
}
export interface Session {
  readonly person: { readonly name: string; readonly fullName: string; readonly mustChange: boolean }
  readonly csrf: string
  readonly studies: readonly StudySeat[]
  readonly signIn: 'password' | 'oidc' | 'both'
  readonly version: string
}

/** Undefined while nobody knows yet; null when nobody is signed in. */
export const session = toCell<Session | null | undefined>(undefined)

export async function readSession(): Promise<Session> {
  const found = await ask<Session>('GET', '/session')
  keepCsrf(found.csrf)
  session.set(found)
  return found
}

export async function signIn(name: string, password: string): Promise<Session> {
  await ask('POST', '/session', { body: { name, password } })
  return await readSession()
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

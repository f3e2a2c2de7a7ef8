/** The way to the server: JSON over HTTP, refusals from the one table of errors. Knows no view. */
import type { Problem } from '../../../schemas/api/schema.ts'

export type Fault = Problem['error']

/** The server said no, and why. */
export class Refusal extends Error {
  readonly status: number
  readonly fault: Fault
  constructor(status: number, fault: Fault) {
    super(fault.found)
    this.name = 'Refusal'
    this.status = status
    this.fault = fault
  }
}

export type Query = { readonly [name: string]: string | number | boolean | undefined }
export interface Ask {
  readonly query?: Query
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
}

let csrf = ''
let askToSignIn: (() => Promise<void>) | undefined

/** What every request that changes something carries to show that it comes from this page. */
export function keepCsrf(token: string): void {
  csrf = token
}

/** @param ask shows the sign-in form and resolves when somebody is signed in again */
export function onSessionEnd(ask: (() => Promise<void>) | undefined): void {
  askToSignIn = ask
}

/**
 * Asks the server. A session that has ended is begun anew by the person, and the request is sent again: no work is lost.
 * @throws Refusal when the server refuses; TypeError when it cannot be reached
 */
export async function ask<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, what: Ask = {}): Promise<T> {
  try {
    return await send<T>(method, path, what)
  } catch (error) {
    const hasEnded = error instanceof Refusal && error.status === 401 && error.fault.code === 'SIGN_IN_NEEDED'
    if (!hasEnded || askToSignIn === undefined) throw error
    await askToSignIn()
    return await send<T>(method, path, what)
  }
}

async function send<T>(method: string, path: string, { query, body, signal }: Ask): Promise<T> {
  const response = await fetch(`/api${path}${toSearch(query)}`, {
    method,
    credentials: 'same-origin',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'GET' ? {} : { 'x-csrf-token': csrf }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  })
  const text = await response.text()
  const answer = parseAnswer(text)
  if (response.ok) return answer as T
  throw new Refusal(
    response.status,
    findFault(answer) ?? { code: 'UNEXPECTED', where: path, found: response.statusText },
  )
}

/** What a person asks for, without what was left empty: in the body, since addresses are logged. */
export function toBody(asked: object): object {
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined && value !== ''))
}

function toSearch(query: Query = {}): string {
  const given: [string, string][] = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  )
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}

function parseAnswer(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

function findFault(answer: unknown): Fault | undefined {
  return typeof answer === 'object' && answer !== null && 'error' in answer ? (answer as Problem).error : undefined
}

/** One sentence for the person: what was found, and what they can do. */
export function toWords(error: unknown): string {
  if (error instanceof Refusal) {
    const { found, expected, action } = error.fault
    return `${toSentence(found)}${expected === undefined ? '' : ` (expected ${expected})`}.${action === undefined ? '' : ` ${action}.`}`
  }
  if (error instanceof TypeError) return 'The server cannot be reached. Nothing was saved.'
  return error instanceof Error ? error.message : String(error)
}

function toSentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replace(/\.$/, '')
}

export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}

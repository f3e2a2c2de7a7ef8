/** A client as the page is one: real requests, one cookie, the token of the session with what changes something. */
import type { Problem } from '../../schemas/api/schema.ts'
import type { SessionView } from '../../schemas/api/session.ts'

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The text read as JSON; undefined where it is none. */
  readonly json: unknown
}

export interface Sent {
  readonly body?: unknown
  readonly headers?: { readonly [name: string]: string }
}

export class Client {
  readonly origin: string
  /** `aecoder_session=…` as the browser would send it; empty before signing in. */
  cookie = ''
  csrf = ''
  constructor(origin: string) {
    this.origin = origin
  }

  /** Sends a request and gives back whatever comes. */
  async send(method: string, path: string, { body, headers = {} }: Sent = {}): Promise<Answered> {
    const response = await fetch(`${this.origin}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.cookie === '' ? {} : { cookie: this.cookie }),
        ...(this.csrf === '' || method === 'GET' ? {} : { 'x-csrf-token': this.csrf }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const set = response.headers.getSetCookie().find((each) => each.startsWith('aecoder_session='))
    if (set !== undefined) this.cookie = set.split(';')[0] === 'aecoder_session=' ? '' : (set.split(';')[0] ?? '')
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: toJson(text) }
  }

  /** Sends a request that must succeed, and gives its answer. */
  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { status, text, json } = await this.send(method, path, body === undefined ? {} : { body })
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${text}`)
    return json as T
  }

  /** Sends a request that must be refused, and gives status and code of the refusal. */
  async refused(method: string, path: string, sent: Sent = {}): Promise<{ status: number; code: string }> {
    const { status, json } = await this.send(method, path, sent)
    return { status, code: (json as Problem | undefined)?.error?.code ?? '' }
  }

  async signIn(name: string, password: string): Promise<SessionView> {
    const session = await this.ask<SessionView>('POST', '/api/session', { name, password })
    this.csrf = session.csrf
    return session
  }
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

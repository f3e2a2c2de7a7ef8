/**
 * What a route is: one row of the route table. A family of routes is a file in routes/; this says what each row tells and
 * what it is given. Knows nothing of fastify.
 */
import type { Static, TSchema } from '../../schemas/api/schema.ts'
import type { Permission } from '../../schemas/roles.ts'
import type { Desk, NewSession, Session, SignedIn } from '../index.ts'
import type { House } from './house.ts'

/** A file to be saved, e.g. a spreadsheet; never shown by the browser. */
export interface FileAnswer {
  readonly name: string
  readonly type: 'text/csv' | 'application/json'
  readonly text: string
}

interface Shapes {
  readonly params: TSchema | undefined
  readonly query: TSchema | undefined
  readonly body: TSchema | undefined
}

type Given<S extends TSchema | undefined> = S extends TSchema ? Static<S> : undefined

/** The browser's session, for the routes that begin and end one. */
export interface Visit {
  readonly token: string | undefined
  readonly session: Session | undefined
  /** Gives the browser a session's token, or takes it away. */
  readonly keep: (session: NewSession) => void
  readonly forget: () => void
}

/** What a route is given: its checked parts of the request, and who asks. */
export interface Call<S extends Shapes = Shapes> {
  readonly params: Given<S['params']>
  readonly query: Given<S['query']>
  readonly body: Given<S['body']>
  readonly person: SignedIn
  readonly house: House
  readonly visit: Visit
}

/** The same where nobody has to be signed in. */
export type PublicCall<S extends Shapes = Shapes> = Omit<Call<S>, 'person'>

/** The same of a route of one study: its path begins with `/api/studies/:study`, which the table leaves out. */
export interface StudyCall<S extends Shapes = Shapes> extends Call<S> {
  readonly desk: Desk
}

/** One row of the table, as the server takes it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/api/studies/:study` for `study`, below `/api` for `house`. */
  readonly path: string
  readonly scope: 'study' | 'house'
  /** One sentence; the OpenAPI document shows it. */
  readonly summary: string
  /** Who may: a permission in that study (in any study, for `house`), everyone who is signed in, or everyone. */
  readonly permission: Permission | 'signed-in' | 'public'
  /** Whether it answers a person who has yet to change a password that was given for one sign-in. */
  readonly isOpenToNewcomers?: true
  /** Whether it takes a password from someone who is not known yet: few requests a minute are enough for that. */
  readonly isSignIn?: true
  /** Whether the body holds `password`, which is checked anew before the act. */
  readonly needsPassword?: true
  readonly params?: TSchema
  readonly query?: TSchema
  readonly body?: TSchema
  /** The shape of the answer; `file` for a download. */
  readonly answer: TSchema | 'file'
  /** A request larger than this is refused; 64 KiB where left out. */
  readonly bodyLimit?: number
  readonly run: (call: StudyCall) => Promise<unknown>
}

type Facts = Omit<Route, 'run' | 'scope' | 'params' | 'query' | 'body' | 'answer'>
type ShapesOf<P, Q, B> = {
  readonly params: P extends TSchema ? P : undefined
  readonly query: Q extends TSchema ? Q : undefined
  readonly body: B extends TSchema ? B : undefined
}
type AnswerOf<A extends TSchema | 'file'> = A extends TSchema ? Static<A> : FileAnswer

/** The parts of a row whose types `run` and its answer follow. */
interface Typed<A extends TSchema | 'file', P, Q, B, C> {
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  readonly answer: A
  readonly run: (call: C) => Promise<AnswerOf<A>>
}

/** A route of one study; gives `run` the types that follow from its schemas. */
export function toStudyRoute<
  A extends TSchema | 'file',
  P extends TSchema | undefined = undefined,
  Q extends TSchema | undefined = undefined,
  B extends TSchema | undefined = undefined,
>(route: Facts & Typed<A, P, Q, B, StudyCall<ShapesOf<P, Q, B>>>): Route {
  return { ...route, scope: 'study' } as unknown as Route
}

/** A route of the whole installation. */
export function toHouseRoute<
  A extends TSchema | 'file',
  P extends TSchema | undefined = undefined,
  Q extends TSchema | undefined = undefined,
  B extends TSchema | undefined = undefined,
>(route: Facts & Typed<A, P, Q, B, Call<ShapesOf<P, Q, B>>>): Route {
  return { ...route, scope: 'house' } as unknown as Route
}

/** A route of the whole installation that asks for no session. */
export function toPublicRoute<
  A extends TSchema | 'file',
  P extends TSchema | undefined = undefined,
  Q extends TSchema | undefined = undefined,
  B extends TSchema | undefined = undefined,
>(route: Omit<Facts, 'permission'> & Typed<A, P, Q, B, PublicCall<ShapesOf<P, Q, B>>>): Route {
  return { ...route, scope: 'house', permission: 'public' } as unknown as Route
}

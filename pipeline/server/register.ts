/** A row of the route table as fastify takes it: checked on the way in, cut to its shape on the way out. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem, type TProperties, type TSchema, Type, toClosed } from '../../schemas/api/schema.ts'
import { confirmPassword, type SignedIn } from '../index.ts'
import { checkPass, type Gate, type Passed, SESSION_COOKIE } from './guard.ts'
import { MisfitError } from './problems.ts'
import type { FileAnswer, Route, StudyCall, Visit } from './route.ts'

const BODY_LIMIT = 64 * 1024

/** Where a row of the table is found. */
export function toUrl({ scope, path }: Pick<Route, 'scope' | 'path'>): string {
  return `${scope === 'study' ? '/api/studies/:study' : '/api'}${path}`
}

export interface RouteOptions {
  readonly gate: Gate
  /** Whether cookies go over encrypted connections only. */
  readonly isSecure: boolean
  readonly signInsPerMinute: number
}

export function registerRoute(app: FastifyInstance, route: Route, options: RouteOptions): void {
  const passed = new WeakMap<FastifyRequest, Passed>()
  app.route({
    method: route.method,
    url: toUrl(route),
    bodyLimit: route.bodyLimit ?? BODY_LIMIT,
    schema: toFastifySchema(route),
    ...(route.isSignIn ? { config: { rateLimit: { max: options.signInsPerMinute, timeWindow: 60_000 } } } : {}),
    onRequest: async (request, reply) => {
      passed.set(request, await checkPass(request, reply, { route, gate: options.gate }))
    },
    preHandler: async (request) => {
      if (route.body === undefined && request.body !== undefined && request.body !== null)
        throw new MisfitError('body', [{ at: '', expected: 'no body' }])
      const person = passed.get(request)?.session?.person
      if (route.needsPassword && person !== undefined) await confirm(request, person, options.gate)
    },
    handler: async (request, reply) => {
      const found = passed.get(request)
      if (found === undefined) throw new Error('a request that no guard saw')
      // What another process approved or retired since is in force here as well.
      await found.desk?.refreshKits()
      const answer = await route.run(toCall({ route, request, reply, passed: found, options }))
      return route.answer === 'file' ? sendFile(reply, answer as FileAnswer) : answer
    },
  })
}

function toCall({
  route,
  request,
  reply,
  passed,
  options,
}: {
  route: Route
  request: FastifyRequest
  reply: FastifyReply
  passed: Passed
  options: RouteOptions
}): StudyCall {
  const { study: _study, ...params } = request.params as { study?: string }
  const person = passed.session?.person
  return {
    params: params as never,
    query: request.query as never,
    body: request.body as never,
    person: (route.needsPassword && person ? toConfirmed(person) : person) as SignedIn,
    house: options.gate.house,
    visit: toVisit(reply, { passed, isSecure: options.isSecure }),
    desk: passed.desk as never,
  }
}

function confirm(request: FastifyRequest, person: SignedIn, { house }: Gate): Promise<void> {
  const { password } = request.body as { password?: unknown }
  if (typeof password !== 'string') throw new MisfitError('body', [{ at: 'password', expected: 'your password' }])
  return confirmPassword(house.people, { name: person.name, password })
}

/** The record tells that the password was given for this very act. */
function toConfirmed(person: SignedIn): SignedIn {
  return { ...person, actor: { ...person.actor, auth: `${person.actor.auth}, password given again` } }
}

function toVisit(reply: FastifyReply, { passed, isSecure }: { passed: Passed; isSecure: boolean }): Visit {
  const cookie = { path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure } as const
  return {
    token: passed.token,
    session: passed.session,
    keep: ({ token, expiresAt }) => {
      reply.setCookie(SESSION_COOKIE, token, { ...cookie, expires: new Date(expiresAt) })
    },
    forget: () => {
      reply.clearCookie(SESSION_COOKIE, cookie)
    },
  }
}

function sendFile(reply: FastifyReply, { name, type, text }: FileAnswer): string {
  const plain = name.replaceAll(/[^\w.-]+/g, '_')
  reply.header('content-disposition', `attachment; filename="${plain}"`)
  reply.type(`${type}; charset=utf-8`)
  // A string goes as it is; JSON would be quoted once more.
  reply.serializer((text: unknown) => String(text))
  return text
}

const NOTHING = toClosed({})

/** The shapes of a route; what it does not declare must be empty. */
function toFastifySchema({ scope, params, query, body, answer, summary, path, permission }: Route): object {
  const own = ((params as { properties?: TProperties } | undefined)?.properties ?? {}) as TProperties
  const study = scope === 'study' ? { study: Type.String({ minLength: 1, maxLength: 200 }) } : {}
  const family = path.split('/')[1] ?? ''
  return {
    summary,
    tags: [family],
    description: permission === 'public' ? 'For everyone.' : `For: ${permission}.`,
    ...(permission === 'public' ? { security: [] } : {}),
    params: toClosed({ ...study, ...own }),
    querystring: query ?? NOTHING,
    ...(body === undefined ? {} : { body }),
    response: { 200: answer === 'file' ? FILE : answer, '4xx': Problem, '5xx': Problem },
  }
}

const FILE: TSchema | object = {
  description: 'A file to save.',
  content: {
    'text/csv': { schema: { type: 'string' } },
    'application/json': { schema: { type: 'string' } },
  },
}

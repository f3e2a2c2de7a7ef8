/**
 * Who may pass: the checks before a request's body is even read. In this order: is it meant for this server, does it come
 * from its own page, who is it, may they.
 */
import type { BlockList } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isPermitted, type Role } from '../../schemas/roles.ts'
import { AecoderError, type Desk, findSession, isSameSecret, type Session } from '../index.ts'
import { isAmong, isLoopback } from './address.ts'
import type { House } from './house.ts'
import type { Route } from './route.ts'

export const SESSION_COOKIE = 'aecoder_session'
export const CSRF_HEADER = 'x-csrf-token'

/** What the guard found out of a request that it let pass. */
export interface Passed {
  readonly token: string | undefined
  readonly session: Session | undefined
  /** Of a route of a study. */
  readonly desk: Desk | undefined
}

export interface Gate {
  readonly house: House
  /** The address people type, where a proxy stands in between; else what the request itself says. */
  readonly publicOrigin: string | undefined
  /** What the server listens on. */
  readonly host: string
  /** Who encrypts for it, where it does not do so itself. */
  readonly proxies: BlockList | undefined
}

/**
 * What comes to an address that others can reach comes by way of the proxy: past it, passwords would travel in the clear.
 * @throws AecoderError NOT_PERMITTED
 */
export function checkWay(request: FastifyRequest, { host, proxies }: Gate): void {
  if (proxies === undefined || isLoopback(host) || isAmong(proxies, request.socket.remoteAddress ?? '')) return
  refuse('a request that did not come by way of the proxy', 'the address of the proxy')
}

/**
 * A page of another name that points to this machine is another page (DNS rebinding): only names of our own are answered.
 * @throws AecoderError NOT_PERMITTED
 */
export function checkHost(request: FastifyRequest, { host, publicOrigin }: Gate): void {
  const asked = request.hostname.replace(/^\[|\]$/g, '')
  if (publicOrigin !== undefined && new URL(publicOrigin).hostname.replace(/^\[|\]$/g, '') === asked) return
  if (isLoopback(asked) || asked === host) return
  // Behind a name of a network, without word of which, every name may be ours.
  if (!isLoopback(host) && publicOrigin === undefined) return
  refuse('a request for another address', 'the address that aecoder printed')
}

/**
 * Lets a request pass or refuses it.
 * @throws AecoderError SIGN_IN_NEEDED, NOT_PERMITTED, TARGET_NOT_FOUND
 */
export async function checkPass(
  request: FastifyRequest,
  reply: FastifyReply,
  { route, gate }: { route: Route; gate: Gate },
): Promise<Passed> {
  checkOrigin(request, gate)
  const token = toToken(request.cookies[SESSION_COOKIE])
  const session = token === undefined ? undefined : await findSession(gate.house.people, token)
  if (route.permission === 'public') return { token, session, desk: undefined }
  if (session === undefined || session.kind !== 'browser') {
    if (request.cookies[SESSION_COOKIE] !== undefined) reply.clearCookie(SESSION_COOKIE, { path: '/' })
    throw new AecoderError('SIGN_IN_NEEDED', {
      where: 'the session',
      found: 'nobody is signed in, or the session is over',
      action: 'Sign in',
    })
  }
  if (session.mustChange && !route.isOpenToNewcomers)
    refuse('a password that was given for one sign-in', 'one of your own', 'Change the password first')
  if (route.method !== 'GET' && !isSameSecret(String(request.headers[CSRF_HEADER] ?? ''), session.csrf))
    refuse('a request without the token of the session', `the header ${CSRF_HEADER}`)
  const desk = route.scope === 'study' ? findDesk(request, session, gate.house) : undefined
  const roles = desk === undefined ? session.roles.map(({ role }) => role) : session.person.rolesIn(desk.study.id)
  if (route.permission !== 'signed-in' && !isPermitted(roles, route.permission))
    refuse(`${toRolesText(roles)}: none may do this (${route.permission})`, undefined, 'Ask an admin for the role')
  return { token, session, desk }
}

/** A study that is not there and one that the person has no part in are the same to them. */
function findDesk(request: FastifyRequest, { person }: Session, house: House): Desk {
  const { study = '' } = request.params as { study?: string }
  const desk = house.desks.get(study)
  if (desk !== undefined && person.rolesIn(study).length > 0) return desk
  throw new AecoderError('TARGET_NOT_FOUND', {
    where: 'the study',
    found: 'there is no such study, or you have no role in it',
  })
}

/** Browsers say where a request comes from; what is not a browser says nothing and has no cookie to be tricked out of. */
function checkOrigin(request: FastifyRequest, { publicOrigin }: Gate): void {
  const { origin, 'sec-fetch-site': site } = request.headers
  const own = publicOrigin ?? `${request.protocol}://${request.host}`
  if (origin !== undefined && origin !== own) refuse('a request from another page', 'one from the workbench itself')
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    refuse('a request from another page', 'one from the workbench itself')
}

function toToken(cookie: string | undefined): string | undefined {
  return cookie !== undefined && /^[\w-]{43}$/.test(cookie) ? cookie : undefined
}

function toRolesText(roles: readonly Role[]): string {
  return roles.length === 0 ? 'no role' : `role ${[...new Set(roles)].join(', ')}`
}

function refuse(found: string, expected?: string, action?: string): never {
  throw new AecoderError('NOT_PERMITTED', {
    where: 'the request',
    found,
    ...(expected === undefined ? {} : { expected }),
    ...(action === undefined ? {} : { action }),
  })
}

/**
 * Signing in at an OpenID Connect provider: authorization code flow with PKCE, state and nonce (RFC 9700 §2.1). The
 * provider says who a person is; what they may do stands in their account.
 */
import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as client from 'openid-client'
import type { IssuerConfig } from '../../schemas/api/issuer.ts'
import { AecoderError, type IssuerClaims, signInAtIssuer } from '../index.ts'
import { type Gate, SESSION_COOKIE } from './guard.ts'

export interface IssuerOptions extends IssuerConfig {
  /** From the environment, never from a file of the study. */
  readonly clientSecret?: string
}

const START = '/api/session/oidc/start'
const CALLBACK = '/api/session/oidc/callback'
/** Binds what comes back to the browser that began. */
const BEGUN_COOKIE = 'aecoder_oidc'
const BEGUN_MS = 10 * 60_000
/** Who begins and never comes back takes no memory for long. */
const BEGUN_AT_MOST = 1000

/** What a browser began and has not ended yet. */
interface Begun {
  readonly verifier: string
  readonly state: string
  readonly nonce: string
  readonly until: number
}

/** How the page offers it. */
export function toIssuerOffer({ name, issuer }: IssuerConfig): { name: string; start: string } {
  return { name: name ?? new URL(issuer).hostname, start: START }
}

/** Adds the two addresses that a browser passes on its way through the provider. */
export function registerIssuer(
  app: FastifyInstance,
  {
    gate,
    issuer,
    isSecure,
    signInsPerMinute,
    log,
  }: {
    gate: Gate
    issuer: IssuerOptions
    isSecure: boolean
    signInsPerMinute: number
    log: (text: string) => void
  },
): void {
  const begun = new Map<string, Begun>()
  const findProvider = toProvider(issuer)
  const options = {
    schema: { hide: true },
    config: { rateLimit: { max: signInsPerMinute, timeWindow: 60_000 } },
  }
  const toRedirect = (request: FastifyRequest) =>
    `${gate.publicOrigin ?? `${request.protocol}://${request.host}`}${CALLBACK}`

  app.get(START, options, async (request, reply) => {
    const mark = randomBytes(32).toString('base64url')
    const one = {
      verifier: client.randomPKCECodeVerifier(),
      state: client.randomState(),
      nonce: client.randomNonce(),
      until: Date.now() + BEGUN_MS,
    }
    const provider = await findProvider().catch((error: unknown) => fail(reply, { error, log }))
    if (provider === undefined) return reply
    keep(begun, mark, one)
    // Lax: the way back begins on the provider's page, where Strict would hold the cookie back.
    reply.setCookie(BEGUN_COOKIE, mark, {
      path: '/api/session/oidc',
      httpOnly: true,
      sameSite: 'lax',
      secure: isSecure,
      maxAge: BEGUN_MS / 1000,
    })
    const address = client.buildAuthorizationUrl(provider, {
      redirect_uri: toRedirect(request),
      scope: 'openid email profile',
      code_challenge: await client.calculatePKCECodeChallenge(one.verifier),
      code_challenge_method: 'S256',
      state: one.state,
      nonce: one.nonce,
    })
    return reply.redirect(address.href)
  })

  app.get(CALLBACK, options, async (request, reply) => {
    const mark = request.cookies[BEGUN_COOKIE] ?? ''
    const one = begun.get(mark)
    begun.delete(mark)
    reply.clearCookie(BEGUN_COOKIE, { path: '/api/session/oidc' })
    try {
      if (one === undefined || one.until < Date.now())
        throw new AecoderError('SIGN_IN_REFUSED', {
          where: 'signing in',
          found: 'it was not begun here, or too long ago',
        })
      const address = new URL(request.url.slice(CALLBACK.length), toRedirect(request))
      const claims = await readClaims(await findProvider(), { address, one })
      const { people } = gate.house
      const { newRoles } = issuer
      const session = await signInAtIssuer(people, { claims, ...(newRoles === undefined ? {} : { newRoles }) })
      reply.setCookie(SESSION_COOKIE, session.token, {
        path: '/',
        httpOnly: true,
        sameSite: 'strict',
        secure: isSecure,
        expires: new Date(session.expiresAt),
      })
      return reply.redirect('/')
    } catch (error) {
      fail(reply, { error, log })
      return reply
    }
  })
}

/** The provider's keys and addresses, asked for when the first person wants to sign in, and kept. */
function toProvider({ issuer, clientId, clientSecret }: IssuerOptions): () => Promise<client.Configuration> {
  let known: Promise<client.Configuration> | undefined
  return () => {
    const url = new URL(issuer)
    const execute = [
      client.enableNonRepudiationChecks,
      ...(url.protocol === 'http:' ? [client.allowInsecureRequests] : []),
    ]
    known ??= client
      .discovery(url, clientId, clientSecret, clientSecret === undefined ? client.None() : undefined, { execute })
      .catch((error: unknown) => {
        known = undefined // it may answer the next time
        throw error
      })
    return known
  }
}

async function readClaims(
  provider: client.Configuration,
  { address, one }: { address: URL; one: Begun },
): Promise<IssuerClaims> {
  const tokens = await client.authorizationCodeGrant(provider, address, {
    pkceCodeVerifier: one.verifier,
    expectedState: one.state,
    expectedNonce: one.nonce,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  if (claims === undefined) throw new Error('an answer without claims')
  const more =
    claims.email === undefined && provider.serverMetadata().userinfo_endpoint !== undefined
      ? await client.fetchUserInfo(provider, tokens.access_token, claims.sub)
      : claims
  return {
    issuer: claims.iss,
    subject: claims.sub,
    verifiedEmail: more.email_verified === true && typeof more.email === 'string' ? more.email : null,
    fullName: typeof more.name === 'string' ? more.name : null,
  }
}

/** Back to the page, which says that it did not work; why stands in the log where it is not the person's own affair. */
function fail(reply: FastifyReply, { error, log }: { error: unknown; log: (text: string) => void }): undefined {
  const isRefusal = error instanceof AecoderError && error.code === 'SIGN_IN_REFUSED'
  // Messages of the provider may name the person: the kind of error is enough to look for it there.
  if (!isRefusal) log(`signing in at the identity provider: ${toKind(error)}`)
  void reply.redirect(`/?sign-in=${isRefusal ? 'refused' : 'failed'}`)
}

function toKind(error: unknown): string {
  const { name, code } = error as { name?: unknown; code?: unknown }
  return [name, code].filter((part) => typeof part === 'string').join(' ')
}

function keep(begun: Map<string, Begun>, mark: string, one: Begun): void {
  for (const [old, { until }] of begun)
    if (until < Date.now() || begun.size >= BEGUN_AT_MOST) begun.delete(old)
    else break
  begun.set(mark, one)
}

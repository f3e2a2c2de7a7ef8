/** The server: the route table behind its guard, the page's files, and the headers that browsers obey. */
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance } from 'fastify'
import type { TSchema } from '../../schemas/api/schema.ts'
import { toChecker } from '../../schemas/api/validate.ts'
import { AECODER_VERSION, AecoderError } from '../index.ts'
import { checkAddress, checkTls, DEFAULT_ADDRESS, isAmong, parseProxies, toHostName } from './address.ts'
import { CSRF_HEADER, checkHost, checkWay, type Gate, SESSION_COOKIE } from './guard.ts'
import type { House } from './house.ts'
import { type IssuerOptions, registerIssuer, toIssuerOffer } from './issuer.ts'
import { MisfitError, toRefusal } from './problems.ts'
import { registerRoute } from './register.ts'
import { ROUTES } from './routes.ts'
import { registerPage } from './static.ts'

export interface ServerOptions {
  readonly house: House
  /** 127.0.0.1:7317 where left out; port 0 takes a free one. */
  readonly address?: { readonly host?: string; readonly port?: number }
  /** The folder of the built page. */
  readonly page?: string
  /** PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /**
   * Addresses or ranges (CIDR, comma between them) of the proxy that encrypts for this server. Where others can reach the
   * server, nobody else is answered.
   */
  readonly trustedProxy?: string
  /** What people type, e.g. `https://coding.example.org`; where left out, whatever the request says. */
  readonly publicOrigin?: string
  /** Where people may sign in beside the password. */
  readonly issuer?: IssuerOptions
  /** Requests a minute from one address: of those that sign in, and of all; and how long one may take to arrive. */
  readonly limits?: { readonly signIns?: number; readonly requests?: number; readonly requestMs?: number }
  /** What goes wrong inside, one line or more; standard error where left out. */
  readonly log?: (text: string) => void
}

export interface Server {
  /** e.g. `http://127.0.0.1:7317` */
  readonly origin: string
  /** The OpenAPI document of all routes. */
  readonly describe: () => object
  close(): Promise<void>
}

/** Two minutes: a file of 5 MB on a slow line arrives, and nobody holds connections by sending a letter now and then. */
const LIMITS = { signIns: 20, requests: 12_000, requestMs: 120_000 } as const

/**
 * Opens a server.
 * @throws AecoderError ADDRESS_UNSAFE; USAGE for an address, a certificate or proxies that cannot be used
 */
export async function openServer(options: ServerOptions): Promise<Server> {
  const { tls, trustedProxy, publicOrigin, issuer } = options
  const house: House = issuer === undefined ? options.house : { ...options.house, issuer: toIssuerOffer(issuer) }
  const host = options.address?.host ?? DEFAULT_ADDRESS.host
  const port = options.address?.port ?? DEFAULT_ADDRESS.port
  const isSecure = tls !== undefined || trustedProxy !== undefined || publicOrigin?.startsWith('https:') === true
  checkAddress(host, { isTls: tls !== undefined, hasProxy: trustedProxy !== undefined })
  if (tls !== undefined) checkTls(tls)
  const proxies = trustedProxy === undefined ? undefined : parseProxies(trustedProxy)
  const requestMs = options.limits?.requestMs ?? LIMITS.requestMs
  const connections = {
    connectionsCheckingInterval: Math.min(requestMs, 30_000),
    // Node takes the longer of the two for the whole request.
    headersTimeout: Math.min(requestMs, 60_000),
  }
  const app = Fastify({
    ...(tls === undefined ? { http: connections } : { https: { ...tls, ...connections, minVersion: 'TLSv1.2' } }),
    requestTimeout: requestMs,
    trustProxy: proxies === undefined ? false : (address: string) => isAmong(proxies, address),
    bodyLimit: 64 * 1024,
    logger: false,
    return503OnClosing: true,
    forceCloseConnections: true,
  } as object) as FastifyInstance
  const gate: Gate = { house, publicOrigin, host, proxies: tls === undefined ? proxies : undefined }
  try {
    await prepare(app, { ...options, gate, isSecure })
    await app.listen({ host, port })
  } catch (error) {
    await app.close()
    throw toListenError(error, `${host}:${port}`)
  }
  const bound = app.server.address()
  const at = typeof bound === 'object' && bound !== null ? bound.port : port
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://${toHostName(host)}:${at}`,
    describe: () => app.swagger(),
    close: () => app.close(),
  }
}

async function prepare(
  app: FastifyInstance,
  { gate, isSecure, page, issuer, limits, log = toStderr }: ServerOptions & { gate: Gate; isSecure: boolean },
): Promise<void> {
  app.removeContentTypeParser('text/plain')
  app.setValidatorCompiler(({ schema, httpPart }) => {
    const part = httpPart === 'querystring' ? 'query' : 'other'
    const check = toChecker(schema as TSchema, part)
    return (value: unknown) => {
      const misfits = check(value)
      return misfits.length === 0 ? { value } : { error: new MisfitError(httpPart ?? 'request', misfits) }
    }
  })
  app.setErrorHandler((error, request, reply) => {
    const { status, body, log: line } = toRefusal(error, `${request.method} ${request.routeOptions.url ?? '?'}`)
    if (line !== null) log(line)
    return reply.code(status).type('application/json; charset=utf-8').send(body)
  })
  await registerHeaders(app, isSecure)
  app.addHook('onRequest', async (request) => {
    checkWay(request, gate)
    checkHost(request, gate)
  })
  await app.register(cookie)
  await app.register(rateLimit, {
    max: limits?.requests ?? LIMITS.requests,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, { after }) =>
      new AecoderError('TOO_MANY_REQUESTS', {
        where: 'this address',
        found: 'too many requests',
        action: `Try again in ${after}`,
      }),
  })
  await registerDescription(app)
  const signInsPerMinute = limits?.signIns ?? LIMITS.signIns
  for (const route of ROUTES) registerRoute(app, route, { gate, isSecure, signInsPerMinute })
  if (issuer !== undefined) registerIssuer(app, { gate, issuer, isSecure, signInsPerMinute, log })
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  await registerPage(app, page)
}

/** What browsers are told to refuse: every source but the page's own files, every frame, every guess at a type. */
async function registerHeaders(app: FastifyInstance, isSecure: boolean): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'connect-src': ["'self'"],
        'font-src': ["'self'"],
        'form-action': ["'self'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
    hsts: isSecure ? { maxAge: 31_536_000 } : false,
  })
  app.addHook('onSend', async (request, reply) => {
    reply.header('permissions-policy', 'camera=(), microphone=(), geolocation=(), interest-cohort=()')
    // What is told of subjects stays in no cache.
    if (request.url.startsWith('/api')) reply.header('cache-control', 'no-store')
  })
}

async function registerDescription(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'aecoder',
        description: `Coding adverse events of clinical trials. Requests that change something bear ${CSRF_HEADER}.`,
        version: AECODER_VERSION,
      },
      components: { securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE } } },
      security: [{ session: [] }],
    },
  })
}

function toListenError(error: unknown, where: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === undefined || !['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND'].includes(code)) return error
  return new AecoderError(
    'USAGE',
    {
      where,
      found: code === 'EADDRINUSE' ? 'something else listens there' : `it cannot be listened on (${code})`,
      expected: 'a free address of this machine',
      action: 'Give another one with --host and --port',
    },
    error,
  )
}

function toStderr(text: string): void {
  process.stderr.write(`${text}\n`)
}

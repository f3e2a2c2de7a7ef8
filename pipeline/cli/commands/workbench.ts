/** `workbench`: the review workbench, served until it is stopped. */
import { readFile } from 'node:fs/promises'
import { AecoderError, createFirstAdmin, openDesks, openPeople, openStudy } from '../../index.ts'
import { DEFAULT_ADDRESS } from '../../server/address.ts'
import { toCommand } from '../command.ts'
import { readVariable } from '../login.ts'

export const WORKBENCH = toCommand({
  name: 'workbench',
  summary: 'Open the review workbench for your browser; Ctrl+C ends it',
  example: 'aecoder workbench --study samples/aurora-101',
  arguments: [],
  options: {
    study: { kind: 'list', value: 'PATH', summary: 'study.json, or the folder that holds it' },
    host: { kind: 'text', value: 'ADDRESS', summary: 'to listen on', default: DEFAULT_ADDRESS.host },
    port: {
      kind: 'text',
      value: 'N',
      summary: 'to listen on; 0 takes a free one',
      default: String(DEFAULT_ADDRESS.port),
    },
    tlsCert: { kind: 'text', value: 'FILE', summary: 'certificate (PEM), for an address that others can reach' },
    tlsKey: { kind: 'text', value: 'FILE', summary: 'its private key (PEM)' },
    trustedProxy: { kind: 'text', value: 'CIDR', summary: 'addresses of the proxy that encrypts for this server' },
    origin: { kind: 'text', value: 'URL', summary: 'what people type, where it is not the address listened on' },
    oidc: { kind: 'text', value: 'FILE', summary: 'sign-in by an OpenID Connect provider: its configuration' },
  },
  async run({ options, world }) {
    const paths = options.study.length === 0 ? ['.'] : options.study
    const studies = await Promise.all(paths.map((path) => openStudy(path)))
    const port = toPort(options.port)
    const tls = await readTls(options.tlsCert, options.tlsKey)
    const publicOrigin = options.origin === undefined ? undefined : toOrigin(options.origin)
    const issuer = options.oidc === undefined ? undefined : await readIssuer(options.oidc)
    // Loaded for this command alone: the others start faster without.
    const { ensurePage } = await import('../../server/page.ts')
    const { openServer } = await import('../../server/server.ts')
    const page = await ensurePage()
    const opened = await openDesks(studies, world)
    try {
      // What the first person would wait for.
      for (const desk of opened.desks.values()) await desk.warm()
      const people = await openPeople({ store: opened.store })
      const adminPassword = readVariable('adminPassword')
      const server = await openServer({
        house: { desks: opened.desks, people },
        address: { host: options.host, port },
        ...(page === undefined ? {} : { page }),
        ...(tls === undefined ? {} : { tls }),
        ...(issuer === undefined ? {} : { issuer }),
        ...(options.trustedProxy === undefined ? {} : { trustedProxy: options.trustedProxy }),
        ...(publicOrigin === undefined ? {} : { publicOrigin }),
      })
      try {
        const first = await createFirstAdmin(people, adminPassword === undefined ? {} : { password: adminPassword })
        // From here on: who reads the address may stop it at once.
        const stopped = world.untilStopped()
        const asked = options as { json?: boolean }
        const names = [...opened.desks.keys()]
        await world.writeOut(
          asked.json
            ? `${JSON.stringify({ origin: server.origin, studies: names, firstAdmin: first ?? null })}\n`
            : toGreeting({ origin: server.origin, names, first, hasPage: page !== undefined }),
        )
        await stopped
      } finally {
        await server.close()
      }
    } finally {
      await opened.close()
    }
    return { json: undefined, text: '' }
  },
})

function toGreeting({
  origin,
  names,
  first,
  hasPage,
}: {
  origin: string
  names: readonly string[]
  first: { name: string; oneTimePassword: string | null } | undefined
  hasPage: boolean
}): string {
  const signIn =
    first === undefined
      ? 'Sign in with your account. Who has none asks an admin, or on this machine: aecoder account add'
      : first.oneTimePassword === null
        ? `Sign in as ${first.name} with the password of AECODER_ADMIN_PASSWORD, then make accounts for the others.`
        : `First start. Sign in as ${first.name} with the password  ${first.oneTimePassword}  (shown this once), choose your own, then make accounts for the others.`
  const page = hasPage ? '' : '\nThe page is not built: only the API answers (npm run build).'
  return `The workbench of ${names.join(', ')} is open at ${origin}\n${signIn}${page}\nCtrl+C ends it.\n`
}

function toPort(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new AecoderError('USAGE', {
    where: '--port',
    found: JSON.stringify(text),
    expected: 'a number from 0 to 65535',
  })
}

function toOrigin(text: string): string {
  const url = URL.parse(text)
  if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.pathname === '/') return url.origin
  throw new AecoderError('USAGE', {
    where: '--origin',
    found: JSON.stringify(text),
    expected: 'an address without a path, e.g. https://coding.example.org',
  })
}

/** The provider's configuration; its secret stands in the environment. */
async function readIssuer(path: string) {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AecoderError('CONFIG_NOT_FOUND', { where: '--oidc', found: `${path} cannot be read (${error.code})` })
  })
  const clientSecret = readVariable('oidcSecret')
  const { parseIssuerConfig } = await import('../../../schemas/api/issuer.ts')
  return { ...parseIssuerConfig(text, path), ...(clientSecret === undefined ? {} : { clientSecret }) }
}

async function readTls(
  cert: string | undefined,
  key: string | undefined,
): Promise<{ cert: string; key: string } | undefined> {
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined || key === undefined)
    throw new AecoderError('USAGE', {
      where: cert === undefined ? '--tls-cert' : '--tls-key',
      found: 'not given',
      expected: 'both --tls-cert and --tls-key',
    })
  const read = (path: string, where: string) =>
    readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new AecoderError('USAGE', {
        where,
        found: `${path} cannot be read (${error.code})`,
        expected: 'a PEM file',
      })
    })
  return { cert: await read(cert, '--tls-cert'), key: await read(key, '--tls-key') }
}

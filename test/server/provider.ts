/** A real OpenID Connect provider on a free port, for one client: the server under test. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

/** What the provider says of who logs in there by that name. */
export interface Claims {
  readonly [login: string]: { readonly email?: string; readonly email_verified?: boolean; readonly name?: string }
}

export const SECRET = 'a secret of thirty-two characters'

export interface OpenedProvider {
  readonly issuer: string
  /** Takes people in for the server at that origin, and sends them back there. */
  serve(origin: string): void
  close(): void
}

/** Opens it; who calls closes it. */
export async function openProvider(claims: Claims): Promise<OpenedProvider> {
  const listener = createServer()
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
  return {
    issuer,
    serve(origin) {
      const provider = new Provider(issuer, {
        clients: [
          {
            client_id: 'aecoder',
            client_secret: SECRET,
            redirect_uris: [`${origin}/api/session/oidc/callback`],
          },
        ],
        cookies: { keys: ['a key for the cookies of this test'] },
        pkce: { required: () => true },
        claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
        findAccount: (_context, id) => ({ accountId: id, claims: async () => ({ sub: id, ...claims[id] }) }),
      })
      listener.on('request', provider.callback())
    },
    close() {
      listener.closeAllConnections()
      listener.close()
    },
  }
}

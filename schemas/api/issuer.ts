/** The configuration of sign-in by an OpenID Connect provider: a small file that holds no secret. */
import { AecoderError } from '../errors.ts'
import { RoleInView } from './people.ts'
import { type Static, Type, toClosed } from './schema.ts'
import { toChecker } from './validate.ts'

export const IssuerConfig = toClosed({
  /** The provider's address, as its discovery document gives it. */
  issuer: Type.String({ pattern: '^https?://' }),
  clientId: Type.String({ minLength: 1 }),
  /** How the page names it. */
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
  /** Roles of accounts that are made for people who have none; where left out, an admin makes the accounts. */
  newRoles: Type.Optional(Type.Array(RoleInView)),
})
export type IssuerConfig = Static<typeof IssuerConfig>

/**
 * Reads the file's text.
 * @throws AecoderError CONFIG_INVALID
 */
export function parseIssuerConfig(text: string, where: string): IssuerConfig {
  const refuse = (at: string, expected: string): never => {
    throw new AecoderError('CONFIG_INVALID', {
      where: at === '' ? where : `${where}: ${at}`,
      found: 'it does not fit',
      expected,
    })
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refuse('', 'JSON: {"issuer": "https://…", "clientId": "…"}')
  }
  const [misfit] = toChecker(IssuerConfig, 'other')(value)
  if (misfit !== undefined) return refuse(misfit.at, misfit.expected)
  const config = value as IssuerConfig
  const url = URL.parse(config.issuer)
  const isHere = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url === null || (url.protocol !== 'https:' && !isHere))
    return refuse('issuer', 'an address that begins with https://')
  return config
}

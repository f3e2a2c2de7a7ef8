/** Where a server may listen: passwords and subject data cross no network in the clear. */
import { BlockList, isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import { AecoderError } from '../index.ts'

export const DEFAULT_ADDRESS = { host: '127.0.0.1', port: 7317 } as const

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

export function isLoopback(host: string): boolean {
  return host === 'localhost' || isAmong(LOOPBACK, host)
}

/**
 * Refuses an address that others can reach unless what goes there is encrypted.
 * @throws AecoderError ADDRESS_UNSAFE
 */
export function checkAddress(host: string, { isTls, hasProxy }: { isTls: boolean; hasProxy: boolean }): void {
  if (isLoopback(host) || isTls || hasProxy) return
  throw new AecoderError('ADDRESS_UNSAFE', {
    where: `--host ${host}`,
    found: 'an address that others can reach, without encryption',
    expected: 'an address of this machine alone (127.0.0.1)',
    action:
      'Give --tls-cert and --tls-key; or --trusted-proxy with the address range of the proxy that encrypts for it',
  })
}

/**
 * The addresses of trusted proxies.
 * @param text addresses or ranges (CIDR), comma between them
 * @throws AecoderError USAGE
 */
export function parseProxies(text: string): BlockList {
  const proxies = new BlockList()
  for (const range of text.split(',').map((each) => each.trim())) {
    const [address = '', prefix, ...rest] = range.split('/')
    const kind = isIP(address)
    const bits = prefix === undefined ? toBits(kind) : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN
    if (kind === 0 || rest.length > 0 || !(bits <= toBits(kind)))
      throw new AecoderError('USAGE', {
        where: '--trusted-proxy',
        found: JSON.stringify(range),
        expected: 'addresses or ranges of them, comma between, e.g. 10.0.0.5 or 10.0.0.0/24',
      })
    proxies.addSubnet(address, bits, kind === 6 ? 'ipv6' : 'ipv4')
  }
  return proxies
}

export function isAmong(addresses: BlockList, address: string): boolean {
  const kind = isIP(address)
  return kind !== 0 && addresses.check(address, kind === 6 ? 'ipv6' : 'ipv4')
}

function toBits(kind: number): number {
  return kind === 6 ? 128 : 32
}

/**
 * Refuses a certificate or key that no encrypted connection can be made with.
 * @throws AecoderError USAGE
 */
export function checkTls(tls: { readonly cert: string; readonly key: string }): void {
  try {
    createSecureContext(tls)
  } catch (error) {
    throw new AecoderError(
      'USAGE',
      {
        where: '--tls-cert, --tls-key',
        found: error instanceof Error ? error.message : String(error),
        expected: 'a certificate and its private key without a passphrase, both as PEM',
      },
      error,
    )
  }
}

/** How an origin writes a host. */
export function toHostName(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host
}

/** Where a server may listen: passwords and subject data cross no network in the clear. */
import { BlockList, isIP } from 'node:net'
import { AecoderError } from '../index.ts'

export const DEFAULT_ADDRESS = { host: '127.0.0.1', port: 7317 } as const

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true
  const kind = isIP(host)
  return kind !== 0 && LOOPBACK.check(host, kind === 6 ? 'ipv6' : 'ipv4')
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

/** How an origin writes a host. */
export function toHostName(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host
}

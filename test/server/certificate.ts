/** A certificate that signs itself, for `localhost`: X.509 v3 in DER (RFC 5280), made with the keys of node:crypto. */
import { generateKeyPairSync, sign } from 'node:crypto'

/** @returns PEM texts, good for a day */
export function makeCertificate(now = Date.now()): { readonly cert: string; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(set(sequence(COMMON_NAME, value(0x0c, Buffer.from('localhost')))))
  const names = sequence(SUBJECT_ALT_NAME, value(0x04, sequence(value(0x82, Buffer.from('localhost')))))
  const content = sequence(
    value(0xa0, value(0x02, Buffer.from([2]))),
    value(0x02, Buffer.from([1])),
    ECDSA_WITH_SHA256,
    name,
    sequence(toTime(now - 3_600_000), toTime(now + 86_400_000)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    value(0xa3, sequence(names)),
  )
  const signature = value(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', content, privateKey)]))
  const der = sequence(content, ECDSA_WITH_SHA256, signature)
  const lines = der.toString('base64').replaceAll(/.{64}/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

function value(tag: number, content: Uint8Array): Buffer {
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, Math.floor(length / 256), length % 256]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return value(0x30, Buffer.concat(parts))
}

function set(...parts: readonly Uint8Array[]): Buffer {
  return value(0x31, Buffer.concat(parts))
}

function toTime(at: number): Buffer {
  const text = new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  return value(0x18, Buffer.from(text))
}

const COMMON_NAME = value(0x06, Buffer.from('550403', 'hex'))
const SUBJECT_ALT_NAME = value(0x06, Buffer.from('551d11', 'hex'))
const ECDSA_WITH_SHA256 = sequence(value(0x06, Buffer.from('2a8648ce3d040302', 'hex')))

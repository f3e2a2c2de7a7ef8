/**
 * An archive of one file encrypted as WinZip does (AES-256, AE-1 or AE-2), written from its specification alone, so that
 * the reader is not only tried on what its own library writes.
 */
import { createCipheriv, createHmac, pbkdf2Sync } from 'node:crypto'
import { crc32, deflateRawSync } from 'node:zlib'

export interface AesZipFile {
  readonly name: string
  readonly text: string
  readonly password: string
  /** AE-1 keeps the checksum of the content, AE-2 has none. */
  readonly version: 1 | 2
}

const ENCRYPTED = 1
const AES = 99
const DEFLATED = 8
const STRENGTH_256 = 3

export function toAesZip({ name, text, password, version }: AesZipFile): Uint8Array {
  const salt = Buffer.alloc(16, 7)
  const keys = pbkdf2Sync(password, salt, 1000, 66, 'sha1')
  const hidden = encrypt(deflateRawSync(text), keys.subarray(0, 32))
  const seal = createHmac('sha1', keys.subarray(32, 64)).update(hidden).digest().subarray(0, 10)
  const data = Buffer.concat([salt, keys.subarray(64), hidden, seal])
  const extra = Buffer.concat([u16(0x9901, 7, version), Buffer.from('AE'), Buffer.from([STRENGTH_256]), u16(DEFLATED)])
  const checksum = version === 1 ? crc32(text) : 0
  const common = [
    u16(51, ENCRYPTED, AES, 0, 0x5a21),
    u32(checksum, data.length, Buffer.byteLength(text)),
    u16(name.length, extra.length),
  ]
  const local = Buffer.concat([u32(0x04034b50), ...common, Buffer.from(name), extra, data])
  const entry = Buffer.concat([u32(0x02014b50), u16(51), ...common, u16(0, 0, 0), u32(0, 0), Buffer.from(name), extra])
  const end = Buffer.concat([u32(0x06054b50), u16(0, 0, 1, 1), u32(entry.length, local.length), u16(0)])
  return Buffer.concat([local, entry, end])
}

/** Counter mode with a counter from 1, its lowest byte first. */
function encrypt(bytes: Buffer, key: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
  const hidden = Buffer.from(bytes)
  const counter = Buffer.alloc(16)
  for (let start = 0; start < hidden.length; start += 16) {
    counter.writeUInt32LE(start / 16 + 1)
    const pad = cipher.update(counter)
    for (let i = start; i < Math.min(start + 16, hidden.length); i += 1)
      hidden[i] = (hidden[i] ?? 0) ^ (pad[i - start] ?? 0)
  }
  return hidden
}

function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length)
  for (const [i, value] of values.entries()) bytes.writeUInt16LE(value, 2 * i)
  return bytes
}

function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [i, value] of values.entries()) bytes.writeUInt32LE(value, 4 * i)
  return bytes
}

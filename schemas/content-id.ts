/** Canonical JSON and content hashes: what identities and the event chain are made of. */
import { hash } from 'node:crypto'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }

/**
 * One spelling per value: object keys sorted by code unit, no white space, `undefined` members left out.
 * The rule of RFC 8785 for the values used here (strings, booleans, null, finite numbers).
 */
export function toCanonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') {
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new TypeError('canonical JSON has no NaN or Infinity')
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map(toCanonicalJson).join(',')}]`
  const object = value as { readonly [key: string]: Json | undefined }
  const members: string[] = []
  for (const key of Object.keys(object).sort(compareCodeUnits)) {
    const member = object[key]
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${toCanonicalJson(member)}`)
  }
  return `{${members.join(',')}}`
}

/** SHA-256 as 64 hexadecimal digits. */
export function toSha256(text: string | Uint8Array): string {
  return hash('sha256', text, 'hex')
}

/** An identity made of content: the first 128 bits of the SHA-256, as 32 hexadecimal digits. */
export function toContentId(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32)
}

/** The order of strings by their UTF-16 code units, whatever the locale. */
export function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

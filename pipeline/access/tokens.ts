/** Secrets that are made here rather than by people: session tokens and passwords for one use. */
import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { toSha256 } from '../../schemas/content-id.ts'

/** 256 bits of chance, as 43 characters that need no quoting. */
export function makeToken(): string {
  return randomBytes(32).toString('base64url')
}

/** What is kept of a token: who reads the store can sign in with nothing. */
export function toTokenHash(token: string): string {
  return toSha256(`aecoder token\n${token}`)
}

/** Without the letters and digits that are mistaken for one another. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A password for one sign-in, to be read out and typed: four groups of five, 98 bits. */
export function makeOneTimePassword(): string {
  const group = () => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return Array.from({ length: 4 }, group).join('-')
}

/** Whether two secrets are the same, in a time that does not tell where they differ. */
export function isSameSecret(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(toSha256(a), 'hex'), Buffer.from(toSha256(b), 'hex'))
}

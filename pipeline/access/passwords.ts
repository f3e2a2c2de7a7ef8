/** Passwords: how they are kept, and which are good enough. Knows no account and no store. */
import { hash, verify } from '@node-rs/argon2'
import { AecoderError } from '../../schemas/errors.ts'

/** Argon2id as OWASP's Password Storage Cheat Sheet asks for at the least: 19 MiB of memory, 2 passes, 1 lane. */
const COST = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** NIST SP 800-63B §3.1.1.2: length decides, rules of composition do not help. */
export const PASSWORD_LENGTH = { least: 12, most: 200 } as const

/** What people take when a long password is asked for, folded. A password that is one of these, or these repeated, is none. */
const COMMONEST: ReadonlySet<string> = new Set(
  `password passwort motdepasse contrasena qwerty qwertyuiop qwertyuiopasdfgh azerty azertyuiop asdfghjkl zxcvbnm
  1q2w3e4r5t6y 1qaz2wsx3edc iloveyou letmein welcome administrator admin changeme changeit secret sunshine princess
  football baseball superman batman dragon monkey master trustno1 whatever starwars computer internet michael
  correcthorsebatterystaple 123456789012 1234567890 0123456789 0987654321 abcdefghijkl abcdef abc123 aecoder meddra`.split(
    /\s+/,
  ),
)

/** The password in the argon2id text form, salt and cost within. */
export function hashPassword(password: string): Promise<string> {
  return hash(toBytes(password), COST)
}

/** What an unknown name is held against, so that it takes as long as a known one: the hash of 32 bytes of chance. */
const NOBODYS = '$argon2id$v=19$m=19456,t=2,p=1$efUcqSwGQHFlqKfkOGa5Jw$J+LM4p5PdpdnRFdgRTooqSURjYirLRhQF0yfqvSMs5M'

/** Whether the password is the one that was hashed; where nothing was, false after the same time. */
export async function isPasswordOf(hashed: string | null, password: string): Promise<boolean> {
  const isRight = await verify(hashed ?? NOBODYS, toBytes(password))
  return isRight && hashed !== null
}

/**
 * Refuses a password that would be guessed.
 * @throws AecoderError PASSWORD_WEAK; the password itself stands in no message
 */
export function checkNewPassword(password: string, { names }: { names: readonly string[] }): void {
  const refuse = (found: string, expected: string) => {
    throw new AecoderError('PASSWORD_WEAK', {
      where: 'the new password',
      found,
      expected,
      action: 'Choose another: a few words that do not belong together are easy to keep in mind',
    })
  }
  const length = Array.from(password).length
  if (length < PASSWORD_LENGTH.least) refuse(`${length} characters`, `at least ${PASSWORD_LENGTH.least}`)
  if (length > PASSWORD_LENGTH.most) refuse(`${length} characters`, `at most ${PASSWORD_LENGTH.most}`)
  const folded = toPlain(password)
  for (const name of names) {
    const own = toPlain(name)
    if (own.length >= 3 && folded.replaceAll(own, '').length < PASSWORD_LENGTH.least / 2)
      refuse('little more than the own name', 'something that others do not know')
  }
  if (COMMONEST.has(folded) || COMMONEST.has(folded.replace(/[\d\W_]+$/u, '')) || isRepeated(folded))
    refuse('one of the commonest passwords', 'one that nobody would try')
}

/** One short text again and again: `aaaaaaaaaaaa`, `abcabcabcabc`. */
function isRepeated(text: string): boolean {
  return /^(.{1,6})\1+$/su.test(text)
}

function toPlain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/gu, '')
}

/** The same characters typed on another keyboard are the same password (NIST SP 800-63B §3.1.1.2: normalise to NFKC). */
function toBytes(password: string): Uint8Array {
  return new TextEncoder().encode(password.normalize('NFKC'))
}

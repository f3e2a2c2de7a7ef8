/** Where a command line keeps who is logged in: a file that only its owner can read, a token for each store. */
import { mkdir, readFile, realpath, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** Instead of typing at a terminal, for programs. */
const VARIABLES = {
  name: 'AECODER_NAME',
  password: 'AECODER_PASSWORD',
  newPassword: 'AECODER_NEW_PASSWORD',
  adminPassword: 'AECODER_ADMIN_PASSWORD',
  oidcSecret: 'AECODER_OIDC_SECRET',
} as const

export function readVariable(which: keyof typeof VARIABLES): string | undefined {
  return process.env[VARIABLES[which]] || undefined
}

/** A login of one store. */
export interface Kept {
  readonly name: string
  readonly token: string
}

/** The login kept for a store. */
export async function findToken(store: string): Promise<Kept | undefined> {
  return (await readKept())[await toKey(store)]
}

/** Keeps a login for a store, or forgets the one there was. */
export async function keepToken(store: string, kept: Kept | undefined): Promise<void> {
  const all = { ...(await readKept()) }
  const key = await toKey(store)
  if (kept === undefined) delete all[key]
  else all[key] = kept
  const file = toFile()
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const fresh = `${file}.${process.pid}.tmp`
  await writeFile(fresh, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 })
  await rename(fresh, file)
}

async function readKept(): Promise<{ readonly [store: string]: Kept }> {
  try {
    const read = JSON.parse(await readFile(toFile(), 'utf8')) as { readonly [store: string]: Partial<Kept> } | null
    const whole = Object.entries(read ?? {}).filter(([, kept]) => isText(kept?.name) && isText(kept.token))
    return Object.fromEntries(whole) as { [store: string]: Kept }
  } catch {
    return {} // none yet, or none that can be used: logging in makes one
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function toFile(): string {
  const given = process.env.AECODER_SESSION_FILE
  if (given) return resolve(given)
  const config = process.env.XDG_CONFIG_HOME || process.env.APPDATA || join(homedir(), '.config')
  return join(config, 'aecoder', 'sessions.json')
}

async function toKey(store: string): Promise<string> {
  return realpath(store).catch(() => resolve(store))
}

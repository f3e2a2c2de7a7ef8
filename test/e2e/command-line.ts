/** Runs the command line the way its users do: as a process of its own. Knows no command. */
import { type ChildProcess, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

/** The file that is the command line. */
export const MAIN = fileURLToPath(new URL('../../pipeline/cli/main.ts', import.meta.url))
// Hundreds of processes start from the same sources: what Node makes of them is kept between the starts.
const toEnvironment = () => ({
  NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
  ...process.env,
  NO_COLOR: '1',
  // Who is logged in on this machine is nobody's business here.
  AECODER_SESSION_FILE: join(tmpdir(), 'aecoder-nobody', 'sessions.json'),
})

/** How a process ended: by itself with an exit code, or by a signal. */
export interface Ended {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

/** What a process gets beside its arguments: standard input, and environment variables beside the usual ones. */
export interface Given {
  readonly input?: string | Uint8Array
  readonly variables?: { readonly [name: string]: string }
}

/** Starts `aecoder ARGUMENTS`. */
export function startAecoder(args: readonly string[], { input = '', variables = {} }: Given = {}): Started {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...toEnvironment(), ...variables },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  child.stdin.on('error', () => undefined) // a process that was killed reads no more
  child.stdin.end(input)
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode, signal) => {
      resolve({
        exitCode,
        signal,
        stdout: Buffer.concat(out).toString('utf8'),
        stderr: Buffer.concat(err).toString('utf8'),
      })
    })
  })
  return { child, ended }
}

/** Runs `aecoder ARGUMENTS` to its end. */
export async function runAecoder(args: readonly string[], given: Given = {}): Promise<Ended> {
  return await startAecoder(args, given).ended
}

/** Runs `aecoder ARGUMENTS --json`, which must succeed, and gives its answer. */
export async function askAecoder<T>(args: readonly string[], given: Given = {}): Promise<T> {
  return parseAnswer<T>(await runAecoder([...args, '--json'], given))
}

/** The JSON a command printed. Whatever else happened stands in the message of the failure. */
export function parseAnswer<T>({ exitCode, stdout, stderr }: Ended): T {
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return JSON.parse(stdout) as T
}

/** Runs `aecoder ARGUMENTS --json`, which must be refused, and gives the error's code. */
export async function refusedBy(
  args: readonly string[],
  given: Given = {},
): Promise<{ code: string; exitCode: number | null }> {
  const { exitCode, stdout, stderr } = await runAecoder([...args, '--json'], given)
  expect(stderr).toMatch(/^aecoder: \S/)
  return { code: (JSON.parse(stdout) as { error: { code: string } }).error.code, exitCode }
}

/** A run that is killed at one of its changes to a bucket. */
import { expect } from 'vitest'
import { startAecoder } from '../e2e/command-line.ts'
import { startProxy } from './fault-proxy.ts'

/**
 * Starts `aecoder ARGUMENTS` and kills it with SIGKILL when the server has done the `number`-th change that it asks for,
 * or refused it, and before the process hears of that. Reads are not counted: killed at one of them it leaves what it
 * leaves at the change before.
 * @returns whether it was killed, or ended by itself before, as it should
 */
export async function runAecoderKilledAt(number: number, args: readonly string[]): Promise<boolean> {
  let kill: () => void = () => undefined
  let changes = 0
  const proxy = await startProxy(({ method }) =>
    method !== 'GET' && method !== 'HEAD' && ++changes === number ? { kind: 'call', act: () => kill() } : undefined,
  )
  const { child, ended } = startAecoder(args, { variables: { AECODER_S3_ENDPOINT: proxy.endpoint } })
  kill = () => child.kill('SIGKILL')
  const { exitCode, signal, stderr } = await ended
  if (signal === 'SIGKILL') return true
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return false
}

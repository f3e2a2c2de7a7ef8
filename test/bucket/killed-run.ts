/** A run that is killed at one of its requests. */
import { expect } from 'vitest'
import { startAecoder } from '../e2e/command-line.ts'
import { startProxy } from './fault-proxy.ts'

/**
 * Starts `aecoder ARGUMENTS` and kills it with SIGKILL when the server has done what request `number` asks and before the
 * process hears of it.
 * @returns whether it was killed, or ended by itself before, as it should; and whether it had begun to write
 */
export async function runAecoderKilledAt(
  number: number,
  args: readonly string[],
): Promise<{ readonly wasKilled: boolean; readonly hasWritten: boolean }> {
  let kill: () => void = () => undefined
  const proxy = await startProxy((asked) => (asked.number === number ? { kind: 'call', act: () => kill() } : undefined))
  const { child, ended } = startAecoder(args, { variables: { AECODER_S3_ENDPOINT: proxy.endpoint } })
  kill = () => child.kill('SIGKILL')
  const { exitCode, signal, stderr } = await ended
  const hasWritten = proxy.asked.some(({ method }) => method !== 'GET' && method !== 'HEAD')
  if (signal === 'SIGKILL') return { wasKilled: true, hasWritten }
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return { wasKilled: false, hasWritten }
}

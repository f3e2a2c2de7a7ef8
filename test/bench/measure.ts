/** Measuring in a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Runs a script in its own process; its last line is `{"seconds", "peakRssMb", ...}`. */
export async function measure(
  args: readonly string[],
): Promise<{ seconds: number; peakRssMb: number; report?: unknown }> {
  const child = spawn(process.execPath, [...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  const [code] = (await once(child, 'close')) as [number]
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}: ${out}`)
  return JSON.parse(out.trim().split('\n').at(-1) ?? '') as { seconds: number; peakRssMb: number }
}

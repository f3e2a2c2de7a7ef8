/**
 * `npm run fuzz`: every reader is fed damaged files and noise. Nothing may come of it but rows or an error meant for
 * people: no crash, no hang, no memory above a bound. The same seed gives the same inputs.
 *
 * Options: --inputs 100000 (for each reader)   --seed 1   --readers csv,odm (all)   --parallel 2
 * A finding names its input: `node test/fuzz/read-inputs.ts READER SEED INPUT INPUT+1` does it again.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Finding } from './read-inputs.ts'
import { FUZZED, type Fuzzed } from './readers.ts'

export interface FuzzReport {
  readonly reader: Fuzzed
  readonly inputs: number
  /** Inputs that gave rows to their end, and those that were refused. */
  readonly read: number
  readonly refused: number
  readonly peakRssMb: number
  readonly findings: readonly Finding[]
}

/** Without a sign of life for so long, a reader hangs. */
const SILENCE_MS = 60_000
/** Resident memory of a reader's process, Node itself included. */
const MOST_MB = 700
const FINDINGS_KEPT = 20

const SCRIPT = fileURLToPath(new URL('read-inputs.ts', import.meta.url))

/** Feeds one reader; a process that hangs or dies is ended, and the next one goes on behind the input it fell over. */
export async function fuzz(
  reader: Fuzzed,
  { inputs, seed }: { readonly inputs: number; readonly seed: number },
): Promise<FuzzReport> {
  const report = { reader, inputs, read: 0, refused: 0, peakRssMb: 0, findings: [] as Finding[] }
  for (let from = 0; from < inputs && report.findings.length < FINDINGS_KEPT; )
    from = await feed(report, { from, seed })
  return report
}

/** @returns the number of the input to go on with */
function feed(
  report: { -readonly [key in keyof FuzzReport]: FuzzReport[key] } & { findings: Finding[] },
  { from, seed }: { from: number; seed: number },
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      ['--max-old-space-size=512', SCRIPT, report.reader, String(seed), String(from), String(report.inputs)],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    let [last, isDone, complaint] = [from, false, '']
    let watch = setTimeout(() => child.kill('SIGKILL'), SILENCE_MS)
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-500)
    })
    createInterface({ input: child.stdout }).on('line', (line) => {
      clearTimeout(watch)
      watch = setTimeout(() => child.kill('SIGKILL'), SILENCE_MS)
      const said = JSON.parse(line) as {
        at?: number
        rssMb?: number
        read?: number
        refused?: number
        finding?: Finding
      }
      if (said.finding !== undefined) report.findings.push(said.finding)
      if (said.at !== undefined) last = said.at
      if (said.rssMb !== undefined) {
        report.peakRssMb = Math.max(report.peakRssMb, said.rssMb)
        if (said.rssMb > MOST_MB) report.findings.push({ input: last, what: `${said.rssMb} MB of memory` })
      }
      if (said.read !== undefined) {
        report.read += said.read
        report.refused += said.refused ?? 0
        isDone = true
      }
    })
    child.once('close', (code, signal) => {
      clearTimeout(watch)
      if (isDone) return resolve(report.inputs)
      const what = signal === 'SIGKILL' ? 'it hangs' : `the process ended with ${code ?? signal}: ${complaint}`
      report.findings.push({ input: last, what: `${what} (within the 200 inputs from this one)` })
      return resolve(last + 200)
    })
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      readers: { type: 'string', default: FUZZED.join(',') },
      parallel: { type: 'string', default: '2' },
    },
  })
  const waiting = FUZZED.filter((reader) => values.readers.split(',').includes(reader))
  const reports: FuzzReport[] = []
  const work = async () => {
    for (let reader = waiting.shift(); reader !== undefined; reader = waiting.shift())
      reports.push(await fuzz(reader, { inputs: Number(values.inputs), seed: Number(values.seed) }))
  }
  await Promise.all(Array.from({ length: Number(values.parallel) }, work))
  process.stdout.write(`${JSON.stringify({ fuzz: 'readers', seed: Number(values.seed), reports }, null, 2)}\n`)
  if (reports.some(({ findings }) => findings.length > 0)) process.exitCode = 1
}

/**
 * Feeds one reader inputs `from` to `to` of a seed, in a process of its own: a reader that hangs is ended by who watches,
 * and the last number that was printed tells by which input. Whatever is thrown must be an error meant for people.
 */
import { setImmediate } from 'node:timers/promises'
import { AecoderError } from '../../schemas/errors.ts'
import type { RandomAccess, SourceFile } from '../../schemas/files.ts'
import { toRandom } from '../generators/random.ts'
import { toInput } from './mutate.ts'
import { type Fuzzed, listSeeds, readAll } from './readers.ts'

export interface Finding {
  readonly input: number
  readonly what: string
}

/** How long one input of 64 KiB may take, on a machine that does other things too. */
const LONGEST_MS = 5000

const [reader = 'csv', seed = '1', from = '0', to = '0'] = process.argv.slice(2)
const seeds = await listSeeds(reader as Fuzzed)
const counts = { read: 0, refused: 0 }
for (let number = Number(from); number < Number(to); number += 1) {
  if (number % 200 === 0) print({ at: number, rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20) })
  const random = toRandom(Number(seed) * 1_000_003 + number)
  const bytes = toInput(seeds, random)
  const started = performance.now()
  try {
    await readAll(reader as Fuzzed, toFile(bytes, random))
    counts.read += 1
  } catch (error) {
    counts.refused += 1
    if (!(error instanceof AecoderError)) print({ finding: { input: number, what: toWords(error) } satisfies Finding })
    else if (error.message.length > 5000)
      print({ finding: { input: number, what: `a message of ${error.message.length} characters` } satisfies Finding })
  }
  const took = performance.now() - started
  if (took > LONGEST_MS)
    print({
      finding: { input: number, what: `it took ${Math.round(took)} ms for ${bytes.length} bytes` } satisfies Finding,
    })
  if (number % 50 === 0) await setImmediate()
}
print({ at: Number(to), rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20), ...counts })

/** The bytes cut into chunks by chance, half of them as a folder gives a file, half as an archive does. */
function toFile(bytes: Buffer, random: () => number): SourceFile {
  const size = random() < 0.5 ? bytes.length + 1 : 1 + Math.floor(random() * 4096)
  const access: RandomAccess = {
    size: async () => bytes.length,
    readAt: async (at, length) => bytes.subarray(at, at + length),
  }
  const isRandom = random() < 0.5
  return {
    name: 'fuzzed',
    async *open() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
    },
    ...(isRandom ? { random: access } : {}),
  }
}

function toWords(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' | ') : String(error)
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

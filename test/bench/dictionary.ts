/**
 * `npm run bench:dictionary`: how long a MedDRA-sized dictionary takes to load, how much memory it needs, and how fast it
 * is searched. Prints JSON. Each load is a process of its own; beside it the same process without a dictionary, and the
 * mere reading of the files, as measures of the machine at that moment.
 *
 * Options: --rounds 5   --dictionary DIR (else one generated with 90,000 LLTs)
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openDictionary } from '../../pipeline/index.ts'
import { writeMeddraShaped } from '../generators/meddra-shaped.ts'
import { toRandom } from '../generators/random.ts'
import { measure } from './measure.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, dictionary: { type: 'string' } } })
const SEARCHES = 500

const scratch = await mkdtemp(join(tmpdir(), 'aecoder-bench-'))
try {
  if (values.dictionary === undefined) writeMeddraShaped(scratch, { llts: 90_000, pts: 27_000, seed: 1 })
  const folder = values.dictionary ?? scratch
  const rounds = { load: [] as Measured[], readOnly: [] as Measured[], nothing: [] as Measured[] }
  for (let round = 0; round < Number(values.rounds); round++) {
    rounds.load.push(await measure(['test/bench/load-dictionary.ts', folder, 'load']))
    rounds.readOnly.push(await measure(['test/bench/load-dictionary.ts', folder, 'read']))
    rounds.nothing.push(await measure(['test/bench/load-dictionary.ts', folder, 'nothing']))
  }
  const dictionary = await openDictionary(folder)
  const report = {
    bench: 'dictionary',
    llts: dictionary.lltCount,
    load: toMedians(rounds.load),
    readingTheFiles: toMedians(rounds.readOnly),
    processWithoutDictionary: toMedians(rounds.nothing),
    search: listSearches(dictionary),
  }
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
} finally {
  await rm(scratch, { recursive: true, force: true })
}

type Measured = Awaited<ReturnType<typeof measure>>

function toMedians(measured: readonly Measured[]): { seconds: number; peakRssMb: number } {
  return {
    seconds: toMedian(measured.map(({ seconds }) => seconds)),
    peakRssMb: Math.round(toMedian(measured.map(({ peakRssMb }) => peakRssMb))),
  }
}

/** Milliseconds of one search, by its kind; the first of a kind builds an index and is told apart. */
function listSearches(dictionary: Awaited<ReturnType<typeof openDictionary>>) {
  const random = toRandom(11)
  const pick = () => dictionary.lltAt(Math.floor(random() * dictionary.lltCount)).text
  const kinds: { readonly [kind: string]: () => unknown } = {
    exact: () => dictionary.search(pick(), { mode: 'exact', limit: 30 }),
    begins: () => dictionary.search(pick().slice(0, 5), { mode: 'begins', limit: 30 }),
    contains: () => dictionary.search(pick().slice(3, 9), { mode: 'contains', limit: 30 }),
    similar: () => dictionary.listCandidates(misspell(pick()), { limit: 10 }),
  }
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, search]) => {
      const first = time(search)
      const times = Array.from({ length: SEARCHES }, () => time(search)).sort((a, b) => a - b)
      const at = (share: number) => toThousandth(times[Math.floor(share * (times.length - 1))] ?? 0)
      return [kind, { firstMs: toThousandth(first), medianMs: at(0.5), p95Ms: at(0.95) }]
    }),
  )
}

function misspell(text: string): string {
  const middle = Math.floor(text.length / 2)
  return text.slice(0, middle) + text.slice(middle + 1)
}

function time(act: () => unknown): number {
  const start = performance.now()
  act()
  return performance.now() - start
}

function toMedian(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return toThousandth(sorted[Math.floor(sorted.length / 2)] ?? 0)
}

function toThousandth(number: number): number {
  return Math.round(number * 1000) / 1000
}

/**
 * `npm run bench:dictionary`: how long a MedDRA-sized dictionary takes to load, how much memory it needs, and how fast it
 * is searched and browsed. Prints JSON. Each load is a process of its own; beside it the same process without a dictionary, and the
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
const ANSWERS = 500

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
    llts: dictionary.termCount,
    load: toMedians(rounds.load),
    readingTheFiles: toMedians(rounds.readOnly),
    processWithoutDictionary: toMedians(rounds.nothing),
    answers: listAnswers(dictionary),
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

/** Milliseconds of one answer, by its kind; the first of a kind may build an index and is told apart. */
function listAnswers(dictionary: Awaited<ReturnType<typeof openDictionary>>) {
  const random = toRandom(11)
  const pickTerm = () => dictionary.termAt(Math.floor(random() * dictionary.termCount))
  const pick = () => pickTerm().text
  const pickNode = () => {
    const path = dictionary.findPath(pickTerm().code) ?? []
    return path[Math.floor(random() * path.length)]
  }
  const kinds: { readonly [kind: string]: () => unknown } = {
    exact: () => dictionary.search(pick(), { mode: 'exact', limit: 30 }),
    begins: () => dictionary.search(pick().slice(0, 5), { mode: 'begins', limit: 30 }),
    contains: () => dictionary.search(pick().slice(3, 9), { mode: 'contains', limit: 30 }),
    wildcard: () => dictionary.search(toPattern(pick(), random), { mode: 'wildcard', limit: 30 }),
    similar: () => dictionary.search(misspell(pick()), { mode: 'similar', limit: 30 }),
    similarSwapped: () => dictionary.search(swapLetters(pick()), { mode: 'similar', limit: 30 }),
    similarPts: () => dictionary.search(misspell(pick()), { mode: 'similar', limit: 30, level: 'PT' }),
    candidates: () => dictionary.listCandidates(misspell(pick()), { limit: 10 }),
    children: () => dictionary.listChildren(pickNode()),
    parents: () => dictionary.listParents(pickNode() ?? { level: '', code: '' }),
    node: () => dictionary.findNode(pickNode()?.code ?? ''),
    paths: () => dictionary.listPaths(pickTerm().conceptCode),
    terms: () => dictionary.listTerms(pickTerm().conceptCode),
    queries: () => dictionary.listQueriesOf(pickTerm().conceptCode),
  }
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, answer]) => {
      const first = time(answer)
      const times = Array.from({ length: ANSWERS }, () => time(answer)).sort((a, b) => a - b)
      const at = (share: number) => toThousandth(times[Math.floor(share * (times.length - 1))] ?? 0)
      return [kind, { firstMs: toThousandth(first), medianMs: at(0.5), p95Ms: at(0.95) }]
    }),
  )
}

function swapLetters(text: string): string {
  const middle = Math.floor(text.length / 2)
  return `${text.slice(0, middle - 1)}${text[middle] ?? ''}${text[middle - 1] ?? ''}${text.slice(middle + 1)}`
}

/** The kinds of patterns that people type: a beginning, an end, a middle, both ends, a letter unsure, none certain. */
function toPattern(text: string, random: () => number): string {
  const middle = Math.floor(text.length / 2)
  const patterns = [
    `${text.slice(0, 4)}*`,
    `*${text.slice(-6)}`,
    `*${text.slice(middle - 2, middle + 3)}*`,
    `${text.slice(0, 3)}*${text.slice(-3)}`,
    `${text.slice(0, middle)}?${text.slice(middle + 1)}`,
    `*${text.slice(2, 4)}*${text.slice(-4, -2)}?`,
    '*q?x*',
  ]
  return patterns[Math.floor(random() * patterns.length)] ?? ''
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

/**
 * `npm run bench:matcher [-- --bench DIR]`: how well aecoder's matcher finds the concept of a text, how well it knows
 * when it is wrong, and how fast it is, beside other people's ways of doing it. Prints JSON; tables on standard error.
 * Every matcher is a process of its own on one thread; those that would take hours get a sample of the queries.
 *
 * Without DIR the queries are the frozen half of our own gold verbatims, against the newest OpenAE.
 * DIR holds dictionary.tsv and exact, noisy, heldout, hard, absent.tsv (query, concept, kind). Only one half of the
 * queries is used: tune on the one, report the other.
 *
 * Options: --half report|tune   --rounds 3 (0: no speed)   --peers trigram,usearch (default all; '' none)
 *          --sample N (at most N queries for each)   --json FILE (the JSON there instead of standard output)
 */

import { mkdtempSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { judge } from './matcher/judge.ts'
import { drawSpeedMix, readBenchFolder, readGoldSource, takeSample, toLine } from './matcher/query-source.ts'
import { runMatcher } from './matcher/run-matcher.ts'
import { type Contestant, measureSpeed } from './matcher/speed.ts'
import { type MatcherFigures, toTables } from './matcher/table.ts'

const { values } = parseArgs({
  options: {
    bench: { type: 'string' },
    half: { type: 'string', default: 'report' },
    rounds: { type: 'string', default: '3' },
    peers: { type: 'string' },
    sample: { type: 'string' },
    json: { type: 'string' },
  },
})
const YARDSTICK = 'trigram'
const ALL = Number.POSITIVE_INFINITY
/** As many as a large study has distinct terms; a matcher is warm by then. */
const SPEED_QUERIES = 10_000

const AECODER: Contestant = {
  name: 'aecoder',
  script: join(import.meta.dirname, 'matcher', 'aecoder.ts'),
  accuracyQueries: ALL,
  speedQueries: SPEED_QUERIES,
}
const PEERS: readonly Contestant[] = [
  { name: YARDSTICK, accuracyQueries: ALL, speedQueries: SPEED_QUERIES },
  { name: 'usearch', accuracyQueries: ALL, speedQueries: SPEED_QUERIES },
  { name: 'minisearch', accuracyQueries: 1000, speedQueries: 200 },
  { name: 'natural-jw', accuracyQueries: 200, speedQueries: 40 },
].map((peer) => ({ ...peer, script: join(import.meta.dirname, 'matcher', 'peers', `${peer.name}.ts`) }))

const { source, half } = await openSource()
const most = values.sample === undefined ? ALL : toCount('sample', values.sample)
const rounds = toCount('rounds', values.rounds)
const contestants = [AECODER, ...listPeers()]

const matchers: MatcherFigures[] = []
for (const contestant of contestants) matchers.push(await measureAccuracy(contestant))
const speeds = await measureSpeed(contestants, {
  rounds,
  yardstick: YARDSTICK,
  dictionary: source.dictionary,
  drawQueries: (size) => drawSpeedMix(source, Math.min(size, most)).map(toLine),
})
const report = {
  bench: 'matcher',
  source: source.name,
  half,
  queries: Object.fromEntries(Array.from(source.kinds, ([kind, queries]) => [kind, queries.length])),
  confidenceMix: source.confidenceMix,
  speedMix: source.speedPattern,
  rounds,
  machine: { node: process.version, cpus: cpus().length, cpu: cpus()[0]?.model },
  matchers: matchers.map((figures) => ({ ...figures, speed: speeds.get(figures.name) })),
}
process.stderr.write(toTables(report.matchers))
const json = `${JSON.stringify(report, (_, value: unknown) => (typeof value === 'number' ? round(value) : value), 2)}\n`
if (values.json === undefined) process.stdout.write(json)
else await writeFile(values.json, json)

async function openSource() {
  const { bench, half } = values
  if (bench === undefined)
    return { source: await readGoldSource(mkdtempSync(join(tmpdir(), 'aecoder-bench-'))), half: 'frozen' }
  if (half !== 'tune' && half !== 'report') throw new Error(`--half is "${half}" (expected tune or report)`)
  return { source: readBenchFolder(bench, half), half }
}

function listPeers(): readonly Contestant[] {
  if (values.peers === undefined) return PEERS
  return values.peers
    .split(',')
    .filter((name) => name !== '')
    .map((name) => {
      const peer = PEERS.find((known) => known.name === name)
      if (peer === undefined)
        throw new Error(`--peers names "${name}" (expected some of ${PEERS.map((known) => known.name).join(', ')})`)
      return peer
    })
}

async function measureAccuracy({ name, script, accuracyQueries }: Contestant): Promise<MatcherFigures> {
  const size = Math.min(accuracyQueries, most)
  const whole = [...source.kinds.values()].reduce((sum, queries) => sum + queries.length, 0)
  const asked = size < whole ? takeSample(source, size) : source
  const queries = [...asked.kinds.values()].flat()
  const run = await runMatcher(script, { dictionary: source.dictionary, queries: queries.map(toLine) })
  const answers = new Map(run.answers.flatMap((answer, i) => (queries[i] === undefined ? [] : [[queries[i], answer]])))
  return { name, isSampled: size < whole, ...judge(asked, answers), speed: undefined }
}

function toCount(option: string, value: string): number {
  const count = Number(value)
  if (!Number.isInteger(count) || count < 0) throw new Error(`--${option} is "${value}" (expected a whole number)`)
  return count
}

function round(number: number): number {
  return Number.isInteger(number) ? number : Number(number.toPrecision(5))
}

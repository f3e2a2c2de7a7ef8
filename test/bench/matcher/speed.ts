/** Speed, building time and memory of matchers, measured in rounds so that a busy machine is busy for all of them. */
import { type Run, runMatcher } from './run-matcher.ts'

export interface Contestant {
  readonly name: string
  /** Path of its program. */
  readonly script: string
  /** On how many queries its accuracy is measured, when not on all: it is too slow for them. */
  readonly accuracyQueries: number
  /** On how many its speed. */
  readonly speedQueries: number
}

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export interface Speed {
  /** In a run, of its own process. */
  readonly queries: number
  readonly queriesPerSecond: Spread
  /** Queries per second over the yardstick's in the same round; undefined when the yardstick does not run. */
  readonly timesYardstick: Spread | undefined
  readonly buildSeconds: Spread
  readonly readyRssMb: Spread
  readonly peakRssMb: Spread
}

/** Each round runs every contestant once, beginning with another one each time. */
export async function measureSpeed(
  contestants: readonly Contestant[],
  {
    rounds,
    yardstick,
    dictionary,
    drawQueries,
  }: {
    readonly rounds: number
    /** Name of the contestant the others are compared with. */
    readonly yardstick: string
    readonly dictionary: string
    readonly drawQueries: (size: number) => readonly string[]
  },
): Promise<ReadonlyMap<string, Speed>> {
  const byRound: ReadonlyMap<string, Run>[] = []
  for (let round = 0; round < rounds; round += 1) {
    const runs = new Map<string, Run>()
    const first = round % contestants.length
    for (const { name, script, speedQueries } of [...contestants.slice(first), ...contestants.slice(0, first)])
      runs.set(name, await runMatcher(script, { dictionary, queries: drawQueries(speedQueries) }))
    byRound.push(runs)
  }
  const speeds = new Map<string, Speed>()
  for (const { name } of contestants) {
    const runs = byRound.flatMap((round) => round.get(name) ?? [])
    const ratios = byRound.flatMap((round) => {
      const [own, other] = [round.get(name), round.get(yardstick)]
      return own === undefined || other === undefined ? [] : [toRate(own) / toRate(other)]
    })
    if (runs[0] === undefined) continue
    speeds.set(name, {
      queries: runs[0].answers.length,
      queriesPerSecond: toSpread(runs.map(toRate)),
      timesYardstick: ratios.length === 0 ? undefined : toSpread(ratios),
      buildSeconds: toSpread(runs.map(({ ready }) => ready.buildSeconds)),
      readyRssMb: toSpread(runs.map(({ ready }) => ready.rssMb)),
      peakRssMb: toSpread(runs.map(({ done }) => done.peakRssMb)),
    })
  }
  return speeds
}

function toRate({ answers, done }: Run): number {
  return answers.length / done.seconds
}

/** Median (of an even count the mean of the middle two), least and greatest. */
function toSpread(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const half = (sorted.length - 1) / 2
  return { median: (at(Math.floor(half)) + at(Math.ceil(half))) / 2, min: at(0), max: at(sorted.length - 1) }
}

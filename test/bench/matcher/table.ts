/** The bench's figures as a table for people. */
import type { Confidence, Judgement, KindAccuracy } from './judge.ts'
import type { Speed, Spread } from './speed.ts'

export interface MatcherFigures extends Judgement {
  readonly name: string
  /** Whether only a sample of the queries was run. */
  readonly isSampled: boolean
  readonly speed: Speed | undefined
}

/** Tables of accuracy, confidence, what would be coded unasked, speed; percentages unless said otherwise. */
export function toTables(matchers: readonly MatcherFigures[]): string {
  const kinds = [...new Set(matchers.flatMap(({ accuracy }) => Object.keys(accuracy)))]
  const accuracy = [
    ['top-1 / 5 / 10, %', ...kinds, 'queries run'],
    ...matchers.map((matcher) => [
      matcher.name,
      ...kinds.map((kind) => toAccuracy(matcher.accuracy[kind])),
      `${matcher.queries}${matcher.isSampled ? ' (sample)' : ''}`,
    ]),
  ]
  const confidence = [
    [
      'mix',
      'AUROC',
      'ECE',
      '% at >=95',
      '% at >=98',
      '% at >=99',
      'auto %',
      'its precision [lower 95]',
      'mixed queries',
    ],
    ...matchers.flatMap(({ name, mix }) => [
      [
        name,
        ...toConfidence(mix.byConfidence),
        ...(mix.auto.queries === 0
          ? ['-', '-']
          : [toPercent(mix.auto.share), `${toPercent(mix.auto.precision)} [${toPercent(mix.auto.precisionLower95)}]`]),
        `${mix.queries}`,
      ],
      ...(mix.byMargin === undefined ? [] : [['  by margin', ...toConfidence(mix.byMargin), '', '', '']]),
    ]),
  ]
  const allKinds = [...new Set(matchers.flatMap(({ auto }) => Object.keys(auto)))]
  const auto = [
    ['coded unasked: right / all of', ...allKinds],
    ...matchers
      .filter((matcher) => Object.values(matcher.auto).some((each) => each.auto > 0))
      .map((matcher) => [
        matcher.name,
        ...allKinds.map((kind) => {
          const each = matcher.auto[kind]
          return each === undefined ? '-' : `${each.right} / ${each.auto} of ${each.queries}`
        }),
      ]),
  ]
  const speed = [
    ['speed', 'queries/s median [min-max]', 'x trigram, same round', 'build s', 'peak MB', 'queries a run'],
    ...matchers.flatMap((matcher) => (matcher.speed === undefined ? [] : [[matcher.name, ...toSpeed(matcher.speed)]])),
  ]
  return [accuracy, confidence, auto, ...(speed.length > 1 ? [speed] : [])].map(align).join('\n')
}

function toAccuracy(accuracy: KindAccuracy | undefined): string {
  if (accuracy === undefined) return '-'
  return [accuracy.top1, accuracy.top5, accuracy.top10].map(toPercent).join(' / ')
}

function toConfidence({ auroc, calibrationError, coverage }: Confidence): string[] {
  return [
    auroc.toFixed(3),
    calibrationError?.toFixed(3) ?? '-',
    ...Object.values(coverage).map(({ share }) => toPercent(share)),
  ]
}

function toSpeed({ queriesPerSecond, timesYardstick, buildSeconds, peakRssMb, queries }: Speed): string[] {
  return [
    toRange(queriesPerSecond),
    timesYardstick === undefined ? '-' : toRange(timesYardstick),
    toRange(buildSeconds),
    `${Math.round(peakRssMb.median)}`,
    `${queries}`,
  ]
}

function toRange({ median, min, max }: Spread): string {
  return `${toThree(median)} [${toThree(min)}-${toThree(max)}]`
}

/** Three figures, or all of a whole number. */
function toThree(number: number): string {
  return number >= 100 ? `${Math.round(number)}` : `${Number(number.toPrecision(3))}`
}

function toPercent(share: number): string {
  return (100 * share).toFixed(1)
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('')
}

/** From a matcher's answers to its accuracy and confidence figures. Shares are 0..1; NaN becomes null in JSON. */
import { toClopperPearsonLower } from '../../../pipeline/autocode/model/lower-bound.ts'
import { type Judged, toAuroc, toCalibrationError, toCoverage, toTopK, toWilsonLower } from './metrics.ts'
import type { Answer } from './protocol.ts'
import { drawConfidenceMix, type Query, type QuerySource } from './query-source.ts'

const PRECISIONS = [0.95, 0.98, 0.99] as const

export interface KindAccuracy {
  readonly queries: number
  readonly top1: number
  readonly top5: number
  readonly top10: number
  /** Wilson, one-sided 95 %, of top1. */
  readonly top1Lower95: number
  /** Within the kind, as typing errors of one letter. */
  readonly details: Readonly<Record<string, { readonly queries: number; readonly top1: number }>>
}

/** How well one number tells right from wrong. */
export interface Confidence {
  readonly auroc: number
  /** undefined when the number is no probability: outside 0..1. */
  readonly calibrationError: number | undefined
  /** Precision as `0.95` → the share of all queries one threshold lets through. */
  readonly coverage: Readonly<Record<string, { readonly share: number; readonly threshold: number | undefined }>>
}

export interface Judgement {
  readonly queries: number
  /** By kind, without the absent ones, which have no right answer. */
  readonly accuracy: Readonly<Record<string, KindAccuracy>>
  /** By kind, the absent ones too: how many would be coded without asking anyone, and of these how many rightly. */
  readonly auto: Readonly<Record<string, { readonly queries: number; readonly auto: number; readonly right: number }>>
  readonly mix: {
    readonly queries: number
    readonly top1: number
    readonly byConfidence: Confidence
    readonly byMargin: Confidence | undefined
    readonly auto: {
      readonly queries: number
      readonly share: number
      readonly precision: number
      /** Clopper and Pearson, one-sided 95 %. */
      readonly precisionLower95: number
    }
  }
}

interface Answered {
  readonly query: Query
  readonly answer: Answer
  readonly ids: readonly string[]
  readonly truth: string
  readonly isRight: boolean
}

/** @param answers to the queries of all kinds of the source, by query */
export function judge(source: QuerySource, answers: ReadonlyMap<Query, Answer>): Judgement {
  const listAnswered = (queries: readonly Query[]): Answered[] =>
    queries.map((query) => {
      const answer = answers.get(query)
      if (answer === undefined) throw new Error(`"${query.text}" was not answered`)
      const ids = answer.hits.map(({ id }) => id)
      return { query, answer, ids, truth: query.truth, isRight: ids[0] === query.truth }
    })
  const accuracy: { [kind: string]: KindAccuracy } = {}
  for (const [kind, queries] of source.kinds) {
    const answered = listAnswered(queries.filter(({ truth }) => truth !== '-'))
    if (answered.length > 0) accuracy[kind] = toKindAccuracy(answered)
  }
  const autoByKind: { [kind: string]: { queries: number; auto: number; right: number } } = {}
  for (const [kind, queries] of source.kinds) {
    const coded = listAnswered(queries).filter(({ answer }) => answer.auto)
    autoByKind[kind] = {
      queries: queries.length,
      auto: coded.length,
      right: coded.filter(({ isRight }) => isRight).length,
    }
  }
  const mix = listAnswered(drawConfidenceMix(source))
  const auto = mix.filter(({ answer }) => answer.auto)
  const autoRight = auto.filter(({ isRight }) => isRight).length
  return {
    queries: answers.size,
    accuracy,
    auto: autoByKind,
    mix: {
      queries: mix.length,
      top1: toTopK(mix, 1),
      byConfidence: toConfidence(mix.map(({ answer, isRight }) => ({ confidence: answer.confidence, isRight }))),
      byMargin: mix.some(({ answer }) => answer.margin === undefined)
        ? undefined
        : toConfidence(mix.map(({ answer, isRight }) => ({ confidence: answer.margin ?? 0, isRight }))),
      auto: {
        queries: auto.length,
        share: auto.length / mix.length,
        precision: autoRight / auto.length,
        precisionLower95: toClopperPearsonLower(autoRight, auto.length),
      },
    },
  }
}

function toKindAccuracy(answered: readonly Answered[]): KindAccuracy {
  const top1 = toTopK(answered, 1)
  const byDetail = Map.groupBy(answered, ({ query }) => query.detail)
  return {
    queries: answered.length,
    top1,
    top5: toTopK(answered, 5),
    top10: toTopK(answered, 10),
    top1Lower95: toWilsonLower(Math.round(top1 * answered.length), answered.length),
    details: Object.fromEntries(
      Array.from(byDetail, ([detail, some]) => [detail, { queries: some.length, top1: toTopK(some, 1) }]),
    ),
  }
}

function toConfidence(judged: readonly Judged[]): Confidence {
  const isProbability = judged.every(({ confidence }) => confidence >= 0 && confidence <= 1)
  return {
    auroc: toAuroc(judged),
    calibrationError: isProbability ? toCalibrationError(judged) : undefined,
    coverage: Object.fromEntries(PRECISIONS.map((precision) => [precision, toCoverage(judged, precision)])),
  }
}

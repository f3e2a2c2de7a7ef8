/** The figures of the matcher bench: pure functions over answers already judged. Shares are 0..1. */

/** An answer beside the truth. */
export interface Judged {
  /** What the matcher says of its first hit; any scale for ranking figures, 0..1 for the calibration error. */
  readonly confidence: number
  /** Whether the first hit is the true concept; never of a query whose concept is not in the dictionary. */
  readonly isRight: boolean
}

/** The truth of a query that no concept of the dictionary answers. */
export const ABSENT = '-'

/**
 * Share of the queries whose true concept is among the first k ids; 0..1, of no queries NaN. A query whose truth is
 * ABSENT has no right answer and counts as wrong.
 * @param answers per query the true concept's id and the ids found, best first
 */
export function toTopK(
  answers: readonly { readonly truth: string; readonly ids: readonly string[] }[],
  k: number,
): number {
  const right = answers.filter(({ truth, ids }) => truth !== ABSENT && ids.slice(0, k).includes(truth))
  return right.length / answers.length
}

/**
 * Area under the ROC curve: how often a right answer has a higher confidence than a wrong one, ties counted half.
 * 0..1, 0.5 is chance; NaN when all answers are right or all are wrong.
 */
export function toAuroc(judged: readonly Judged[]): number {
  const sorted = judged.toSorted((a, b) => a.confidence - b.confidence)
  let wrongBelow = 0
  let right = 0
  let pairsWon = 0
  for (const tied of groupTies(sorted)) {
    const tiedRight = countRight(tied)
    const tiedWrong = tied.length - tiedRight
    pairsWon += tiedRight * (wrongBelow + tiedWrong / 2)
    right += tiedRight
    wrongBelow += tiedWrong
  }
  return pairsWon / (right * wrongBelow)
}

/**
 * Expected calibration error: |mean confidence - accuracy| of each of ten bins of equal width, weighted by how many
 * answers the bin holds. 0..1, lower is better; of no answers NaN. A bin includes its lower end, the last one also 1.
 * @throws RangeError when a confidence is not within 0..1
 */
export function toCalibrationError(judged: readonly Judged[]): number {
  const bins = Array.from({ length: 10 }, () => ({ count: 0, confidence: 0, right: 0 }))
  for (const { confidence, isRight } of judged) {
    const bin = bins[Math.min(9, Math.floor(confidence * 10))]
    if (bin === undefined || !(confidence <= 1)) throw new RangeError(`confidence ${confidence} is not within 0..1`)
    bin.count += 1
    bin.confidence += confidence
    bin.right += isRight ? 1 : 0
  }
  return bins.reduce((sum, { confidence, right }) => sum + Math.abs(confidence - right), 0) / judged.length
}

/** What one threshold of confidence lets through. */
export interface Coverage {
  /** Of all answers. */
  readonly share: number
  /** Least confidence let through; undefined when no threshold reaches the precision. */
  readonly threshold: number | undefined
}

/**
 * The largest share of all answers with a confidence of at least some threshold such that those are right with at
 * least the precision asked for. Answers of one confidence pass together or not at all. The threshold is chosen on the
 * answers it is judged by, so it flatters every matcher a little.
 */
export function toCoverage(judged: readonly Judged[], precision: number): Coverage {
  const sorted = judged.toSorted((a, b) => b.confidence - a.confidence)
  let passed = 0
  let right = 0
  let best: Coverage = { share: 0, threshold: undefined }
  for (const tied of groupTies(sorted)) {
    passed += tied.length
    right += countRight(tied)
    if (right / passed >= precision) best = { share: passed / judged.length, threshold: tied[0]?.confidence }
  }
  return best
}

/** 95 % of a standard normal distribution lies below it. */
const Z_95 = 1.6448536269514722

/** Wilson's lower bound of a share, one-sided at 95 %: for the cells of a table; slightly kind near 1. NaN of n = 0. */
export function toWilsonLower(right: number, n: number): number {
  const share = right / n
  const square = Z_95 ** 2
  const centre = share + square / (2 * n)
  const half = Z_95 * Math.sqrt((share * (1 - share)) / n + square / (4 * n ** 2))
  return Math.max(0, (centre - half) / (1 + square / n))
}

function countRight(judged: readonly Judged[]): number {
  return judged.filter(({ isRight }) => isRight).length
}

/** Runs of equal confidence in a sorted list. */
function* groupTies(sorted: readonly Judged[]): Generator<readonly Judged[]> {
  let from = 0
  for (let i = 1; i <= sorted.length; i += 1) {
    if (i < sorted.length && sorted[i]?.confidence === sorted[from]?.confidence) continue
    yield sorted.slice(from, i)
    from = i
  }
}

import { describe, expect, test } from 'vitest'
import { toClopperPearsonLower } from '../../pipeline/autocode/model/lower-bound.ts'
import { type Judged, toAuroc, toCalibrationError, toCoverage, toTopK, toWilsonLower } from './matcher/metrics.ts'

/** `0.9+` is a right answer of confidence 0.9, `0.4-` a wrong one. */
function judge(...answers: string[]): Judged[] {
  return answers.map((answer) => ({ confidence: Number(answer.slice(0, -1)), isRight: answer.endsWith('+') }))
}

describe('top-k accuracy', () => {
  const answers = [
    { truth: 'a', ids: ['a', 'b', 'c'] },
    { truth: 'b', ids: ['a', 'b', 'c'] },
    { truth: 'd', ids: ['a', 'b', 'c'] },
    { truth: 'e', ids: [] },
  ]

  test('counts the queries whose concept is among the first k', () => {
    expect([1, 2, 3].map((k) => toTopK(answers, k))).toEqual([1 / 4, 2 / 4, 2 / 4])
  })

  test('has no right answer where the concept is absent, whatever is found', () => {
    expect(
      toTopK(
        [
          { truth: '-', ids: ['-', 'a'] },
          { truth: '-', ids: [] },
        ],
        10,
      ),
    ).toBe(0)
  })
})

describe('AUROC', () => {
  test('is 1 when every right answer stands above every wrong one, 0 the other way round', () => {
    expect(toAuroc(judge('0.9+', '0.8+', '0.2-'))).toBe(1)
    expect(toAuroc(judge('0.1+', '0.2+', '0.9-'))).toBe(0)
  })

  test('is the share of pairs of a right and a wrong answer in the right order', () => {
    // Of the 2 x 3 pairs 0.8+ wins three, 0.4+ wins against 0.1- only.
    expect(toAuroc(judge('0.8+', '0.7-', '0.5-', '0.4+', '0.1-'))).toBeCloseTo(4 / 6, 12)
  })

  test('counts a tie half', () => {
    expect(toAuroc(judge('0.5+', '0.5-'))).toBe(0.5)
    // 0.5+ ties with 0.5- and beats 0.1-; 0.9+ beats both.
    expect(toAuroc(judge('0.5-', '0.5+', '0.9+', '0.1-'))).toBe(3.5 / 4)
  })

  test('does not mind the scale of the scores', () => {
    expect(toAuroc(judge('37+', '12-', '11+'))).toBe(0.5)
  })

  test('is not defined when all answers are right', () => {
    expect(toAuroc(judge('0.9+', '0.8+'))).toBeNaN()
  })
})

describe('calibration error', () => {
  test('weighs the distance of confidence and accuracy by the size of each bin', () => {
    // Bin 0.9..1: mean 0.95, accuracy 1/2, distance 0.45, weight 2/4. Bin 0.2..0.3: mean 0.25, accuracy 0, weight 2/4.
    expect(toCalibrationError(judge('0.92+', '0.98-', '0.2-', '0.3-'))).toBeCloseTo(0.45 / 2 + 0.2 / 4 + 0.3 / 4, 12)
    expect(toCalibrationError(judge('0.92+', '0.98-', '0.21-', '0.29-'))).toBeCloseTo(0.45 / 2 + 0.25 / 2, 12)
  })

  test('is 0 where three of four answers of confidence 0.75 are right', () => {
    expect(toCalibrationError(judge('0.75+', '0.75+', '0.75-', '0.75+'))).toBe(0)
  })

  test('lets opposite errors cancel within a bin, not across bins', () => {
    expect(toCalibrationError(judge('0.5+', '0.5-'))).toBe(0)
    expect(toCalibrationError(judge('0.45+', '0.55-'))).toBeCloseTo(0.55, 12)
  })

  test('takes certainty into the last bin', () => {
    expect(toCalibrationError(judge('1+', '1-', '0-', '0-'))).toBe(0.25)
  })

  test.each([1.01, -0.1, Number.NaN])('refuses %s, which is no probability', (confidence) => {
    expect(() => toCalibrationError([{ confidence, isRight: true }])).toThrow(RangeError)
  })
})

describe('coverage at a precision', () => {
  test('is the largest share one threshold lets through', () => {
    // Right of those passed: 1/1, 2/2, 2/3, 3/4, 4/5, 4/6.
    const judged = judge('0.9+', '0.8+', '0.7-', '0.6+', '0.5+', '0.4-')
    expect(toCoverage(judged, 0.95)).toEqual({ share: 2 / 6, threshold: 0.8 })
    expect(toCoverage(judged, 0.8)).toEqual({ share: 5 / 6, threshold: 0.5 })
    expect(toCoverage(judged, 0.6)).toEqual({ share: 1, threshold: 0.4 })
  })

  test('does not stop at the first wrong answer', () => {
    expect(toCoverage(judge('0.9-', '0.8+', '0.7+', '0.6+'), 0.75)).toEqual({ share: 1, threshold: 0.6 })
  })

  test('lets ties pass together only', () => {
    expect(toCoverage(judge('0.9+', '0.5+', '0.5-'), 0.95)).toEqual({ share: 1 / 3, threshold: 0.9 })
  })

  test('is nothing when the surest answer is wrong too often', () => {
    expect(toCoverage(judge('0.9-', '0.8+'), 0.95)).toEqual({ share: 0, threshold: undefined })
  })
})

describe('lower bounds of a share, one-sided at 95 %', () => {
  test('Clopper and Pearson: n of n is the nth root of 0.05', () => {
    expect(toClopperPearsonLower(59, 59)).toBeCloseTo(0.05 ** (1 / 59), 10)
    expect(toClopperPearsonLower(1, 1)).toBeCloseTo(0.05, 10)
  })

  test('Clopper and Pearson: 1 of n is where none would be right in 95 % of samples', () => {
    expect(toClopperPearsonLower(1, 20)).toBeCloseTo(1 - 0.95 ** (1 / 20), 10)
  })

  test('Clopper and Pearson: 1 of 2 solves 1 - (1 - p)^2 = 0.05, 2 of 3 solves 3p^2 - 2p^3 = 0.05', () => {
    expect(toClopperPearsonLower(1, 2)).toBeCloseTo(1 - Math.sqrt(0.95), 10)
    const p = toClopperPearsonLower(2, 3)
    expect(3 * p ** 2 - 2 * p ** 3).toBeCloseTo(0.05, 10)
  })

  test('Clopper and Pearson: thousands of answers do not underflow', () => {
    // By the normal approximation 0.98 - 1.645 x sqrt(0.98 x 0.02 / 5000) = 0.9767, and a little below.
    expect(toClopperPearsonLower(4900, 5000)).toBeCloseTo(0.9764, 3)
  })

  test('Wilson: n of n is n / (n + z squared), 0 of n is 0', () => {
    expect(toWilsonLower(100, 100)).toBeCloseTo(100 / (100 + 1.6448536 ** 2), 6)
    expect(toWilsonLower(0, 10)).toBe(0)
  })

  test('Wilson: half of n is half less z / (2 sqrt(n + z squared))', () => {
    expect(toWilsonLower(50, 100)).toBeCloseTo(0.5 - 1.6448536 / (2 * Math.sqrt(100 + 1.6448536 ** 2)), 6)
  })

  test('nothing right is no share at all', () => {
    expect(toClopperPearsonLower(0, 10)).toBe(0)
    expect(toClopperPearsonLower(0, 0)).toBeNaN()
    expect(toWilsonLower(0, 0)).toBeNaN()
  })
})

/** The probability: what it is of, its bounds, and that it is the same whenever and wherever it is asked. */
import { describe, expect, test } from 'vitest'
import {
  CONFIDENCE_INPUTS,
  Confidence,
  type ConfidenceModel,
  toConfidenceInputs,
} from '../../pipeline/autocode/confidence.ts'
import { FEATURES, type Ranked } from '../../pipeline/autocode/matcher.ts'
import { MODEL } from '../../pipeline/autocode/model/model.ts'
import { toRandom } from '../generators/random.ts'

const CONFIDENCE = new Confidence(MODEL.confidence)

function toRanked(score: number, features: readonly number[] = []): Ranked {
  return { text: 0, concept: 0, reading: 0, score, features: Float32Array.from(FEATURES, (_, i) => features[i] ?? 0) }
}

/** One input counts, by its name; nothing else. */
function toModel(input: string, { weight = 1, mean = 0, deviation = 1 } = {}): ConfidenceModel {
  return {
    inputs: CONFIDENCE_INPUTS,
    means: CONFIDENCE_INPUTS.map((name) => (name === input ? mean : 0)),
    deviations: CONFIDENCE_INPUTS.map((name) => (name === input ? deviation : 1)),
    direct: CONFIDENCE_INPUTS.map((name) => (name === input ? weight : 0)),
    hidden: [],
    hiddenBias: [],
    output: [],
    bias: 0,
  }
}

const toChance = (sum: number): number => 1 / (1 + Math.exp(-sum))

describe('a model', () => {
  test('of other inputs is refused: fewer, more, of other names or in another order', () => {
    const { inputs } = MODEL.confidence
    for (const other of [inputs.slice(1), [...inputs, 'more'], [...inputs].reverse(), ['else', ...inputs.slice(1)]])
      expect(() => new Confidence({ ...MODEL.confidence, inputs: other })).toThrow('trained on other inputs')
  })

  test('that is reviewed has a weight for every input', () => {
    const { inputs, means, deviations, direct, hidden, hiddenBias, output } = MODEL.confidence
    for (const list of [means, deviations, direct, ...hidden]) expect(list.length).toBe(inputs.length)
    expect([hiddenBias.length, output.length]).toEqual([hidden.length, hidden.length])
    for (const deviation of deviations) expect(deviation).toBeGreaterThan(0)
    expect(Object.keys(MODEL.ranking).filter((name) => !(FEATURES as readonly string[]).includes(name))).toEqual([])
  })
})

describe('the inputs', () => {
  const inputs = new Float64Array(CONFIDENCE_INPUTS.length)
  const of = (name: (typeof CONFIDENCE_INPUTS)[number]): number => inputs[CONFIDENCE_INPUTS.indexOf(name)] as number

  test('are the features of the first and how far it is before the others', () => {
    toConfidenceInputs([toRanked(5, [0.25]), toRanked(4), toRanked(2)], inputs)
    expect(inputs[0]).toBe(0.25)
    expect([of('score'), of('lead'), of('leadOverThird')]).toEqual([5, 1, 3])
    expect(of('share')).toBeCloseTo(1 / (1 + Math.exp(-1) + Math.exp(-3)))
    expect(of('nearlyEqual')).toBeCloseTo(Math.exp(-1))
  })

  test('of one alone have the largest lead', () => {
    toConfidenceInputs([toRanked(1)], inputs)
    expect([of('lead'), of('leadOverThird'), of('share')]).toEqual([8, 8, 1])
    toConfidenceInputs([toRanked(1000), toRanked(1)], inputs)
    expect(of('lead')).toBe(8)
  })

  test('of nothing are refused', () => {
    expect(() => toConfidenceInputs([], inputs)).toThrow(RangeError)
  })
})

describe('the probability', () => {
  test('of nothing is 0', () => expect(CONFIDENCE.of([])).toBe(0))

  test('is that of the weighted inputs, each standardised', () => {
    const ranked = [toRanked(3), toRanked(2)]
    expect(new Confidence(toModel('score')).of(ranked)).toBeCloseTo(toChance(3))
    expect(new Confidence(toModel('lead')).of(ranked)).toBeCloseTo(toChance(1))
    expect(new Confidence(toModel('score', { weight: 2, mean: 1, deviation: 4 })).of(ranked)).toBeCloseTo(
      toChance((2 * (3 - 1)) / 4),
    )
  })

  test('is that of the hidden units as well, each of standardised inputs', () => {
    const { hidden: _, ...model } = toModel('score', { weight: 0, mean: 1, deviation: 2 })
    const unit = CONFIDENCE_INPUTS.map((name) => (name === 'score' ? 1 : 0))
    const confidence = new Confidence({ ...model, hidden: [unit], hiddenBias: [0.5], output: [3], bias: -1 })
    expect(confidence.of([toRanked(3)])).toBeCloseTo(toChance(3 * Math.tanh((3 - 1) / 2 + 0.5) - 1))
  })

  test('lies between 0 and 1 and is the same again, whatever was asked between', () => {
    const chance = toRandom(5)
    const lists = Array.from({ length: 300 }, () =>
      Array.from({ length: 1 + Math.floor(chance() * 20) }, () =>
        toRanked(
          (chance() - 0.5) * 100,
          FEATURES.map(() => chance()),
        ),
      ).sort((a, b) => b.score - a.score),
    )
    const once = lists.map((ranked) => CONFIDENCE.of(ranked))
    for (const probability of once) {
      expect(probability).toBeGreaterThanOrEqual(0)
      expect(probability).toBeLessThanOrEqual(1)
    }
    const other = new Confidence(MODEL.confidence)
    expect(
      lists
        .toReversed()
        .map((ranked) => other.of(ranked))
        .toReversed(),
    ).toEqual(once)
    expect(new Set(once).size).toBeGreaterThan(100)
  })
})

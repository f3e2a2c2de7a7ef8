/** Fitting the two parts of the model by gradient descent (Adam). Knows arrays of numbers; knows no words. Repeatable. */
import { CONFIDENCE_INPUTS, type ConfidenceModel, toConfidenceInputs } from '../../pipeline/autocode/confidence.ts'
import { FEATURES } from '../../pipeline/autocode/matcher.ts'
import type { Example } from './examples.ts'
import type { Random } from './noise.ts'

/** Of the ranked concepts as many are compared. */
const COMPARED = 10

class Adam {
  readonly #first: Float64Array
  readonly #second: Float64Array
  #steps = 0

  constructor(size: number) {
    this.#first = new Float64Array(size)
    this.#second = new Float64Array(size)
  }

  step(values: Float64Array, gradient: Float64Array, rate: number): void {
    this.#steps += 1
    const one = 1 - 0.9 ** this.#steps
    const two = 1 - 0.999 ** this.#steps
    for (let i = 0; i < values.length; i += 1) {
      const g = gradient[i] as number
      const m = 0.9 * (this.#first[i] as number) + 0.1 * g
      const v = 0.999 * (this.#second[i] as number) + 0.001 * g * g
      this.#first[i] = m
      this.#second[i] = v
      values[i] = (values[i] as number) - (rate * (m / one)) / (Math.sqrt(v / two) + 1e-8)
    }
  }
}

/**
 * Weights of the features under which the right concept stands first: a softmax over each example's concepts, with a
 * small penalty on large weights.
 * @param start the weights to begin with, in the order of FEATURES
 */
export function fitRanking(
  examples: readonly (Example & { readonly weight: number })[],
  start: Float64Array,
  { rounds = 200, rate = 0.05, penalty = 1e-3 }: { rounds?: number; rate?: number; penalty?: number } = {},
): Float64Array {
  const usable = examples.filter(({ right }) => right >= 0)
  const weights = start.slice()
  const gradient = new Float64Array(weights.length)
  const adam = new Adam(weights.length)
  const whole = usable.reduce((sum, { weight }) => sum + weight, 0)
  for (let round = 0; round < rounds; round += 1) {
    for (let f = 0; f < weights.length; f += 1) gradient[f] = penalty * (weights[f] as number)
    for (const { ranked, right, weight } of usable) {
      const compared = ranked.slice(0, Math.max(COMPARED, right + 1))
      const scores = compared.map(({ features }) =>
        features.reduce((sum, value, f) => sum + value * (weights[f] as number), 0),
      )
      const highest = Math.max(...scores)
      const exponents = scores.map((score) => Math.exp(score - highest))
      const sum = exponents.reduce((a, b) => a + b, 0)
      for (const [i, { features }] of compared.entries()) {
        const error = ((exponents[i] as number) / sum - (i === right ? 1 : 0)) * (weight / whole)
        for (let f = 0; f < weights.length; f += 1)
          gradient[f] = (gradient[f] as number) + error * (features[f] as number)
      }
    }
    adam.step(weights, gradient, rate)
  }
  return weights
}

const UNITS = 12
const BATCH = 256

/** The model of the probability that the first concept is right, by logistic loss. */
export function fitConfidence(
  examples: readonly (Example & { readonly weight: number })[],
  random: Random,
  { rounds = 60, rate = 0.01, penalty = 1e-4 }: { rounds?: number; rate?: number; penalty?: number } = {},
): ConfidenceModel {
  const size = CONFIDENCE_INPUTS.length
  const usable = examples.filter(({ ranked }) => ranked.length > 0)
  const rows = usable.map(({ ranked }) => {
    const inputs = new Float64Array(size)
    toConfidenceInputs(ranked, inputs)
    return inputs
  })
  const { means, deviations } = standardise(rows)
  const isRight = usable.map(({ right }) => (right === 0 ? 1 : 0))
  // One array for all: direct, then each unit's inputs, its bias and its output, then the bias.
  const values = new Float64Array(size + UNITS * (size + 2) + 1)
  for (let i = size; i < values.length - 1; i += 1) values[i] = (random() - 0.5) * 0.5
  const gradient = new Float64Array(values.length)
  const adam = new Adam(values.length)
  const order = rows.map((_, i) => i)
  const tanhs = new Float64Array(UNITS)
  let step = rate
  for (let round = 0; round < rounds; round += 1) {
    for (let i = order.length - 1; i > 0; i -= 1) {
      const j = Math.floor(random() * (i + 1))
      const kept = order[i] as number
      order[i] = order[j] as number
      order[j] = kept
    }
    for (let from = 0; from < order.length; from += BATCH) {
      const batch = order.slice(from, from + BATCH)
      for (let i = 0; i < values.length; i += 1) gradient[i] = penalty * (values[i] as number)
      for (const at of batch) {
        const inputs = rows[at] as Float64Array
        let sum = values[values.length - 1] as number
        for (let i = 0; i < size; i += 1) sum += (values[i] as number) * (inputs[i] as number)
        for (let unit = 0; unit < UNITS; unit += 1) {
          const offset = size + unit * (size + 2)
          let value = values[offset + size] as number
          for (let i = 0; i < size; i += 1) value += (values[offset + i] as number) * (inputs[i] as number)
          tanhs[unit] = Math.tanh(value)
          sum += (values[offset + size + 1] as number) * (tanhs[unit] as number)
        }
        const weight = (usable[at] as { weight: number }).weight / batch.length
        const error = (1 / (1 + Math.exp(-sum)) - (isRight[at] as number)) * weight
        for (let i = 0; i < size; i += 1) gradient[i] = (gradient[i] as number) + error * (inputs[i] as number)
        for (let unit = 0; unit < UNITS; unit += 1) {
          const offset = size + unit * (size + 2)
          const tanh = tanhs[unit] as number
          const back = error * (values[offset + size + 1] as number) * (1 - tanh * tanh)
          for (let i = 0; i < size; i += 1)
            gradient[offset + i] = (gradient[offset + i] as number) + back * (inputs[i] as number)
          gradient[offset + size] = (gradient[offset + size] as number) + back
          gradient[offset + size + 1] = (gradient[offset + size + 1] as number) + error * tanh
        }
        gradient[values.length - 1] = (gradient[values.length - 1] as number) + error
      }
      adam.step(values, gradient, step)
    }
    step *= 0.95
  }
  const unitAt = (unit: number): number => size + unit * (size + 2)
  return {
    inputs: CONFIDENCE_INPUTS,
    means: [...means],
    deviations: [...deviations],
    direct: [...values.subarray(0, size)],
    hidden: Array.from({ length: UNITS }, (_, unit) => [...values.subarray(unitAt(unit), unitAt(unit) + size)]),
    hiddenBias: Array.from({ length: UNITS }, (_, unit) => values[unitAt(unit) + size] as number),
    output: Array.from({ length: UNITS }, (_, unit) => values[unitAt(unit) + size + 1] as number),
    bias: values[values.length - 1] as number,
  }
}

/** Takes the mean from every input and divides by its deviation, in place. */
function standardise(rows: readonly Float64Array[]): { means: Float64Array; deviations: Float64Array } {
  const size = CONFIDENCE_INPUTS.length
  const means = new Float64Array(size)
  const deviations = new Float64Array(size)
  for (let i = 0; i < size; i += 1) {
    let sum = 0
    for (const row of rows) sum += row[i] as number
    means[i] = sum / rows.length
    let square = 0
    for (const row of rows) square += ((row[i] as number) - (means[i] as number)) ** 2
    // What never varies says nothing, and must not be divided by nothing.
    deviations[i] = Math.max(Math.sqrt(square / rows.length), 0.05)
  }
  for (const row of rows)
    for (let i = 0; i < size; i += 1) row[i] = ((row[i] as number) - (means[i] as number)) / (deviations[i] as number)
  return { means, deviations }
}

/** Weights by the names of the features. */
export function toNamed(weights: Float64Array): Record<string, number> {
  return Object.fromEntries(FEATURES.map((name, i) => [name, weights[i] as number]))
}

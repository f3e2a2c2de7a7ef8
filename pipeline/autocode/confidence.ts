/** How probable it is that the first of the ranked concepts is the right one. Knows numbers; decides nothing. */
import { FEATURES, type Ranked } from './matcher.ts'

/** What is seen of the first concept beside the others. */
export const COMPARISON_FEATURES = ['score', 'lead', 'leadOverThird', 'share', 'nearlyEqual', 'coveredLead'] as const
export const CONFIDENCE_INPUTS = [...FEATURES, ...COMPARISON_FEATURES] as const

/** One hidden layer of tanh units beside a direct linear part; inputs are standardised. Weights per input, then per unit. */
export interface ConfidenceModel {
  readonly inputs: readonly string[]
  readonly means: readonly number[]
  readonly deviations: readonly number[]
  /** Per input. */
  readonly direct: readonly number[]
  /** Per unit, per input. */
  readonly hidden: readonly (readonly number[])[]
  readonly hiddenBias: readonly number[]
  /** Per unit. */
  readonly output: readonly number[]
  readonly bias: number
}

/** Leads above this say no more. */
const LARGEST_LEAD = 8
const COVERED = FEATURES.indexOf('bothCovered')

/** The inputs of the model for ranked concepts, of which there is at least one; written to `inputs`. */
export function toConfidenceInputs(ranked: readonly Ranked[], inputs: Float64Array): void {
  const [first, second, third] = ranked
  if (first === undefined) throw new RangeError('nothing is ranked')
  for (let i = 0; i < FEATURES.length; i += 1) inputs[i] = first.features[i] as number
  let sum = 0
  for (let i = 0; i < ranked.length && i < 10; i += 1) sum += Math.exp((ranked[i] as Ranked).score - first.score)
  const lead = Math.min(LARGEST_LEAD, first.score - (second?.score ?? first.score - LARGEST_LEAD))
  const place = FEATURES.length
  inputs[place] = first.score
  inputs[place + 1] = lead
  inputs[place + 2] = Math.min(LARGEST_LEAD, first.score - (third?.score ?? first.score - LARGEST_LEAD))
  inputs[place + 3] = 1 / sum
  inputs[place + 4] = Math.exp(-lead)
  inputs[place + 5] = (first.features[COVERED] as number) - (second?.features[COVERED] ?? 0)
}

export class Confidence {
  readonly #direct: Float64Array
  readonly #hidden: Float64Array
  readonly #hiddenBias: Float64Array
  readonly #output: Float64Array
  readonly #bias: number
  readonly #inputs = new Float64Array(CONFIDENCE_INPUTS.length)

  /** @throws RangeError for a model of other inputs than this engine measures */
  constructor(model: ConfidenceModel) {
    if (model.inputs.join() !== CONFIDENCE_INPUTS.join()) throw new RangeError('the model was trained on other inputs')
    const { means, deviations } = model
    const count = means.length
    // Standardising is folded into the weights: one multiplication an input.
    this.#direct = Float64Array.from(model.direct, (weight, i) => weight / (deviations[i] as number))
    this.#hidden = Float64Array.from(
      model.hidden.flatMap((unit) => unit.map((weight, i) => weight / (deviations[i] as number))),
    )
    this.#hiddenBias = Float64Array.from(model.hiddenBias, (bias, unit) => {
      let sum = bias
      for (let i = 0; i < count; i += 1) sum -= (this.#hidden[unit * count + i] as number) * (means[i] as number)
      return sum
    })
    this.#output = Float64Array.from(model.output)
    let bias = model.bias
    for (let i = 0; i < count; i += 1) bias -= (this.#direct[i] as number) * (means[i] as number)
    this.#bias = bias
  }

  /** 0..1; 0 where nothing is ranked. */
  of(ranked: readonly Ranked[]): number {
    if (ranked.length === 0) return 0
    const inputs = this.#inputs
    toConfidenceInputs(ranked, inputs)
    const count = inputs.length
    let sum = this.#bias
    for (let i = 0; i < count; i += 1) sum += (this.#direct[i] as number) * (inputs[i] as number)
    for (let unit = 0; unit < this.#output.length; unit += 1) {
      let value = this.#hiddenBias[unit] as number
      const offset = unit * count
      for (let i = 0; i < count; i += 1) value += (this.#hidden[offset + i] as number) * (inputs[i] as number)
      sum += (this.#output[unit] as number) * Math.tanh(value)
    }
    return 1 / (1 + Math.exp(-sum))
  }
}

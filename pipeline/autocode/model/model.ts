/** The reviewed model: weights and what they were seen to do. Made by `npm run train`; knows no words. */
import type { ConfidenceModel } from '../confidence.ts'
import model from './model.json' with { type: 'json' }

/** What a threshold was seen to hold on verbatims that the model had not learned from. */
export interface ModelPromise {
  /** The precision that is promised: the share of right concepts among `confident` codes. */
  readonly precision: number
  /** The probability from which on a verbatim is `confident`. */
  readonly probability: number
  /** Distinct verbatims over it that passed every gate, and of them those with the right concept. */
  readonly coded: number
  readonly right: number
  /** Lower end of the two-sided 95 % interval of the precision (Clopper and Pearson). */
  readonly lowerBound: number
}

export interface MatcherModel {
  /** Weights by the names of the features, under which the right concept stands first. */
  readonly ranking: { readonly [feature: string]: number }
  readonly confidence: ConfidenceModel
  /** The least precise first. */
  readonly promises: readonly ModelPromise[]
}

export const MODEL: MatcherModel = model

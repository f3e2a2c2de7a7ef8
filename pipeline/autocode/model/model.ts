/** The reviewed model: weights and what they were seen to do. Made by `npm run train`; knows no words. */
import type { ConfidenceModel } from '../confidence.ts'
import model from './model.json' with { type: 'json' }

/** What a threshold was seen to hold on verbatims that the model had not learned from. */
export interface ModelPromise {
  /** The precision that is promised: the share of right concepts among all codes given without a person. */
  readonly precision: number
  /** The probability from which on a verbatim is `confident`. */
  readonly probability: number
  /** Distinct verbatims over it that passed every gate, those coded by a rule among them, and of them those with the right concept. */
  readonly coded: number
  readonly right: number
  /** Below it the precision lies with a chance of 5 % (Clopper and Pearson, one-sided). */
  readonly lowerBound: number
}

export interface MatcherModel {
  /** Weights by the names of the features, under which the right concept stands first. */
  readonly ranking: { readonly [feature: string]: number }
  readonly confidence: ConfidenceModel
  /** The least precise first. */
  readonly promises: readonly ModelPromise[]
  /** What the probability was seen to be worth, in ten equal bins, on verbatims that the model had not learned from. */
  readonly reliability: readonly {
    readonly from: number
    readonly to: number
    readonly verbatims: number
    readonly right: number
    readonly meanProbability: number
  }[]
}

export const MODEL: MatcherModel = model

/**
 * What a study's threshold promises, and on what evidence: gold verbatims of the model, and what people made of this
 * study's own confident codes. Knows the store and the model; knows no text.
 */
import { findPromise } from './autocode/autocoder.ts'
import { toClopperPearsonLower } from './autocode/model/lower-bound.ts'
import { countReviewed, type ReviewedCodes } from './store/reviewed.ts'
import type { Store } from './store/store.ts'
import type { Study } from './study.ts'

/** Of distinct verbatims that were coded, those whose preferred term was right. */
export interface Evidence {
  readonly coded: number
  readonly right: number
  /** Below it the share of right ones lies with a chance of 5 % (Clopper and Pearson, one-sided). */
  readonly lowerBound: number
}

export interface Promised {
  readonly precision: number
  /** The probability from which on a verbatim is `confident`. */
  readonly probability: number
  readonly gold: Evidence
  readonly reviewed: ReviewedCodes
  /** Both together. */
  readonly pooled: Evidence
}

/** @returns null for a study that codes exact terms only */
export async function readPromise(study: Study, store: Pick<Store, 'db'>): Promise<Promised | null> {
  const promise = findPromise(study.config.precision)
  if (promise === null) return null
  const { precision, probability, lowerBound } = promise
  const reviewed = await countReviewed(store, study.id)
  const coded = promise.coded + reviewed.judged
  const right = promise.right + reviewed.right
  return {
    precision,
    probability,
    gold: { coded: promise.coded, right: promise.right, lowerBound },
    reviewed,
    pooled: { coded, right, lowerBound: Number(toClopperPearsonLower(right, coded).toPrecision(6)) },
  }
}

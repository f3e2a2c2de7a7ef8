/** What autocoding works with: the promise by target precision, and what a study that says nothing gets. */
import { describe, expect, test } from 'vitest'
import { DEFAULT_CONVENTIONS, DEFAULT_PRECISION, toAutocoder } from '../../pipeline/autocode/autocoder.ts'
import { MODEL } from '../../pipeline/autocode/model/model.ts'
import { openLexicon } from '../../pipeline/coding-kits.ts'
import type { TargetPrecision } from '../../schemas/study.ts'
import { toDictionary } from './small-dictionary.ts'

const DICTIONARY = await toDictionary([['Itch', 'Itching'], ['Sore eye']])
const LEXICON = await openLexicon()
const toCoder = (precision?: TargetPrecision) =>
  toAutocoder({ dictionary: DICTIONARY, lexicon: LEXICON, ...(precision === undefined ? {} : { precision }) })

describe('the promise', () => {
  test('each is more demanding than the one before, and no surer than what was seen', () => {
    expect(MODEL.promises.length).toBeGreaterThan(0)
    for (const [i, { precision, probability, coded, right, lowerBound }] of MODEL.promises.entries()) {
      expect(precision).toBeGreaterThan(MODEL.promises[i - 1]?.precision ?? 0)
      expect(probability).toBeGreaterThanOrEqual(MODEL.promises[i - 1]?.probability ?? 0)
      expect(right).toBeLessThanOrEqual(coded)
      expect(lowerBound).toBeLessThanOrEqual(coded === 0 ? 0 : right / coded)
    }
  })

  test('of a precision that is promised is that very one', () => {
    for (const promise of MODEL.promises) expect(toCoder(promise.precision).promise).toEqual(promise)
  })

  test('of a precision between two is the more demanding one', () => {
    for (const [i, promise] of MODEL.promises.entries()) {
      const before = MODEL.promises[i - 1]
      if (before !== undefined) expect(toCoder((before.precision + promise.precision) / 2).promise).toEqual(promise)
    }
  })

  test('of a precision that nothing reaches, and of "exact-only", is none', () => {
    expect(toCoder(0.99999).promise).toBeNull()
    expect(toCoder('exact-only').promise).toBeNull()
  })
})

test('a study that says nothing asks 99 % and leaves every doubt to a person', () => {
  expect(DEFAULT_PRECISION).toBe(0.99)
  expect(toCoder().promise).toEqual(toCoder(0.99).promise)
  expect(new Set(Object.values(DEFAULT_CONVENTIONS))).toEqual(new Set(['review']))
  expect(toCoder().conventions).toEqual(DEFAULT_CONVENTIONS)
  expect([toCoder().lists.synonyms.size, toCoder().lists.doNotAutocode.size]).toEqual([0, 0])
})

test('the matcher is made once', () => {
  const coder = toCoder()
  coder.prepare()
  expect(coder.matcher).toBe(coder.matcher)
})

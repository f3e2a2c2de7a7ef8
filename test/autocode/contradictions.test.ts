/** Vital signs beside words: what one of both must be wrong about, and what may well be meant. */
import { describe, expect, test } from 'vitest'
import { findContradiction } from '../../pipeline/autocode/contradictions.ts'
import { findCoded, read } from './openae-coder.ts'

const CONTRADICTIONS: readonly string[] = [
  'hypertension BP 82/50',
  'BP 80/50 high',
  'low blood pressure 170/95',
  'hypotension, 165/100 mmHg',
  'tachycardia HR 44',
  'bradycardia, heart rate was 120',
  'sinus tachycardia 48 bpm',
  'fever of 36.2',
  'hypothermia 39.5',
]

describe('a number that says the opposite', () => {
  for (const text of CONTRADICTIONS)
    test(`"${text}" contradicts itself, and is left to a person`, () => {
      expect(findContradiction(text, [])).toContain('says otherwise')
      expect(read(text).isCoded).toBe(false)
    })
})

describe('a number that fits, or says nothing', () => {
  for (const text of [
    'hypertension 150/95',
    'BP up to 118/92',
    'hypotension 88/40',
    'low BP 95/60',
    'tachycardia HR 122',
    'bradycardia (HR 44)',
    'fever 38.9 x1 day',
    'fever 101.2',
    'fever x 36 hours',
    'headache 5/10',
    'HTN since 2019',
    'fever, COVID-19',
  ])
    test(`"${text}"`, () => expect(findContradiction(text, [])).toBeUndefined())

  test('is coded', () => {
    expect(findCoded('fever 38.9')).toBe('Fever')
    expect(findCoded('hypertension 150/95')).toBe('Hypertension')
  })
})

test('what the term says counts as well', () => {
  expect(findContradiction('HTN 82/50', ['blood', 'pressure', 'high'])).toContain('82/50')
})

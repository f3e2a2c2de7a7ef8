/** What no machine may code as a whole, though the dictionary may have the very words. */
import { describe, expect, test } from 'vitest'
import { DEFAULT_CONVENTIONS } from '../../pipeline/autocode/autocoder.ts'
import { findVeto } from '../../pipeline/autocode/vetoes.ts'
import { CODER } from './openae-coder.ts'

const find = (verbatim: string, { domain = 'AE', isTerm = false, procedure = 'review' as 'review' | 'code' } = {}) =>
  findVeto(verbatim, {
    coder: { ...CODER, conventions: { ...DEFAULT_CONVENTIONS, procedure } },
    domain,
    isTerm,
  })

test('an event has none', () => {
  for (const verbatim of [
    'headache',
    'low potassium',
    'penicillin allergy',
    'aspirin overdose',
    'ALT increased',
    'rash, cough',
  ])
    expect(find(verbatim), verbatim).toBeUndefined()
})

describe('an abbreviation of several readings', () => {
  test('alone is ambiguous and names them', () => {
    const veto = find('CP')
    expect(veto?.outcome).toBe('ambiguous')
    expect(veto?.reason).toMatch(/^"cp" may read "chest pain" or "/)
    expect(veto?.siteQuery).toContain('"cp"')
  })

  test('is none of a veto beside other words, or with one reading', () => {
    expect(find('CP today')).toBeUndefined()
    expect(find('HTN')).toBeUndefined()
  })
})

describe('a medicine', () => {
  test('alone is no event, in any domain and letter case', () => {
    for (const domain of ['AE', 'MH'])
      for (const verbatim of ['aspirin', 'ASPIRIN', ' Metformin '])
        expect(find(verbatim, { domain }), verbatim).toMatchObject({
          outcome: 'not-codable',
          reason: expect.stringContaining('is a medicine'),
        })
  })
})

describe('a procedure', () => {
  test('alone is left to a person where an event is asked and the study says so', () => {
    expect(find('tonsillectomy')).toMatchObject({ outcome: 'low-confidence' })
    expect(find('tonsillectomy')?.siteQuery).toContain('that led to it')
  })

  test('may be coded by convention, and as a medical history', () => {
    expect(find('tonsillectomy', { procedure: 'code' })).toBeUndefined()
    expect(find('tonsillectomy', { domain: 'MH' })).toBeUndefined()
  })
})

describe('a measurement', () => {
  test('without a direction is not codable, with or without its value', () => {
    for (const verbatim of ['ALT', 'potassium', 'Potassium 5.9', 'AST 120 U/L', 'hemoglobin was 8.4', 'BP 180/100'])
      expect(find(verbatim), verbatim).toMatchObject({
        outcome: 'not-codable',
        siteQuery: expect.stringContaining('what was abnormal'),
      })
  })

  test('with a direction is a finding', () => {
    for (const verbatim of ['low potassium', 'potassium 5.9 high', '↑ ALT', 'ALT elevated 120 U/L'])
      expect(find(verbatim), verbatim).toBeUndefined()
  })
})

test('a text that names no event has its own reason', () => {
  expect(find('see above')).toMatchObject({ outcome: 'not-codable', reason: expect.stringContaining('another entry') })
})

/** Laboratory findings on OpenAE: the finding is coded, never a diagnosis, and never a value that says no direction. */
import { describe, expect, test } from 'vitest'
import { read } from './openae-coder.ts'

const FINDINGS: { readonly [verbatim: string]: string } = {
  'ALT ↑': 'ALT increased',
  '↑ ALT': 'ALT increased',
  '↑ALT': 'ALT increased',
  'bilirubin ↑': 'Bilirubin increased',
  '↓ Hgb': 'Haemoglobin decreased',
  'elevated liver enzymes': 'Liver enzymes increased',
  'low plts (82K)': 'Platelets decreased',
  'Hgb 8.4 g/dL LOW': 'Haemoglobin decreased',
  'low Hgb 8.4 g/dL': 'Haemoglobin decreased',
  'potassium 5.9 high': 'Potassium increased',
  'elevated creatinine (2.3 mg/dL)': 'Creatinine increased',
  'creatinine 2.3 mg/dL elevated': 'Creatinine increased',
  'ALT > 3 x ULN': 'ALT increased',
  'ANC 0.8 low': 'Neutrophils decreased',
  'ALT/AST elevated': 'Liver enzymes increased',
}

describe('a value with its direction', () => {
  for (const [verbatim, pt] of Object.entries(FINDINGS))
    test(`"${verbatim}" means ${pt}`, () => {
      const { isCoded, pt: found } = read(verbatim)
      expect([found, isCoded]).toEqual([pt, true])
    })

  test('an arrow is the direction of the term, a number with its unit is the value', () => {
    expect(read('↑ ALT').tokens.map(({ text, role }) => [text, role])).toEqual([
      ['↑', 'direction'],
      ['ALT', 'abbreviation'],
    ])
    expect(read('low Hgb 8.4 g/dL').tokens.at(-1)).toMatchObject({ text: '8.4 g/dL', role: 'value' })
  })
})

test('the other direction is never coded', () => {
  for (const [up, down] of [
    ['↑ ALT', '↓ ALT'],
    ['potassium 5.9 high', 'potassium 2.9 low'],
    ['raised creatinine', 'reduced creatinine'],
    ['WBC ↑', 'WBC ↓'],
  ] as const) {
    expect(read(up).pt, up).toMatch(/increased$/)
    expect(read(down).pt, down).toMatch(/decreased$/)
  }
})

test('a finding is no diagnosis', () => {
  for (const [verbatim, diagnosis] of [
    ['↓ Hgb', 'Anaemia'],
    ['low plts (82K)', 'Thrombocytopenia'],
    ['potassium 5.9 high', 'Hyperkalaemia'],
    ['ANC 0.8 low', 'Neutropenia'],
  ] as const)
    expect(read(verbatim).pt, verbatim).not.toBe(diagnosis)
})

describe('a value that says no direction', () => {
  for (const verbatim of [
    'AST 120',
    'AST 120 U/L',
    'Hgb 8.4',
    'Hgb 8.4 g/dL',
    'hemoglobin 8.4',
    'potassium 5.9',
    'WBC 2.1',
    'glucose 250 mg/dL',
    'blood pressure 180/100',
    'creatinine was 2.3',
    'ALT',
    'platelet count',
    'hemoglobin',
  ])
    test(`"${verbatim}" is not coded, and the site is asked what was abnormal`, () => {
      const { outcome, isCoded, siteQuery } = read(verbatim)
      expect([outcome, isCoded]).toEqual(['not-codable', false])
      expect(siteQuery).toContain('what was abnormal')
    })
})

test('"abnormal" alone is no direction: it is neither increased nor decreased', () => {
  expect(read('abnormal ALT')).toMatchObject({ pt: 'ALT abnormal' })
})

test('a value beside an event is not the event', () => {
  const { pt, tokens } = read('anaemia (Hb 8.9)')
  expect(pt).toBe('Anaemia')
  expect(tokens.find(({ text }) => text.includes('8.9'))?.role).toBe('value')
})

/** Abbreviations on OpenAE: read where what stands around them says how, else left to a person with their readings. */
import { describe, expect, test } from 'vitest'
import { read } from './openae-coder.ts'

const IN_CONTEXT: { readonly [verbatim: string]: string } = {
  'severe HA': 'Headache',
  'HA since yesterday': 'Headache',
  'HA x 3 days': 'Headache',
  'SOB with exercise': 'Exertional dyspnoea',
  'N/V after meals': 'Nausea and vomiting',
  'acute URI': 'Upper respiratory tract infection',
  'LBP after lifting': 'Low back pain',
  'c/o sore throat': 'Sore throat',
  'pt c/o itching': 'Itching',
  'cough w/ sputum': 'Productive cough',
  'ankle fx': 'Ankle fracture',
  'fx of left wrist': 'Wrist fracture',
  'upper resp tract infection': 'Upper respiratory tract infection',
}

describe('an abbreviation beside other words', () => {
  for (const [verbatim, pt] of Object.entries(IN_CONTEXT))
    test(`"${verbatim}" means ${pt}`, () => {
      const { isCoded, outcome, pt: found } = read(verbatim)
      expect([found, isCoded]).toEqual([pt, true])
      expect(outcome, 'a term of the dictionary would test nothing').toBe('confident')
    })

  test('its reading is shown with the row of the lexicon that it rests on', () => {
    const token = read('severe HA').tokens.find(({ text }) => text === 'HA')
    expect(token).toMatchObject({ start: 7, end: 9, role: 'abbreviation', term: 'headache' })
    expect(token?.grounds).toMatch(/^\S*abbreviations\.tsv:\d+: .+/)
  })

  test('"2/2" says what led to the event, and is none', () => {
    const { pt, tokens } = read('rash 2/2 amoxicillin')
    expect(pt).toBe('Rash')
    expect(tokens.map(({ text, role }) => [text, role]).slice(1)).toEqual([
      ['2/2', 'qualifier'],
      ['amoxicillin', 'circumstance'],
    ])
  })
})

/** Alone, and what they may stand for. */
const AMBIGUOUS: { readonly [abbreviation: string]: readonly string[] } = {
  MS: ['multiple sclerosis', 'mitral stenosis', 'morphine sulphate'],
  CP: ['chest pain', 'cerebral palsy'],
  PE: ['pulmonary embolism', 'pleural effusion', 'physical examination'],
  OD: ['overdose', 'right eye', 'once daily'],
  BS: ['blood sugar', 'bowel sounds', 'breath sounds'],
  CA: ['cancer', 'calcium', 'cardiac arrest'],
  ROM: ['range of motion', 'rupture of membranes'],
}

describe('an abbreviation alone that has several readings', () => {
  for (const [abbreviation, readings] of Object.entries(AMBIGUOUS))
    for (const verbatim of [abbreviation, abbreviation.toLowerCase(), ` ${abbreviation} `])
      test(`"${verbatim}" is left to a person with its readings, and the site is asked`, () => {
        const { outcome, isCoded, reason, siteQuery } = read(verbatim)
        expect([outcome, isCoded]).toEqual(['ambiguous', false])
        for (const reading of readings) expect(reason).toContain(`"${reading}"`)
        expect(siteQuery?.toLowerCase()).toContain(`write "${abbreviation.toLowerCase()}" in full`)
      })
})

test('an abbreviation that the dictionary has as a term, with one reading, is that term', () => {
  for (const [verbatim, pt] of [
    ['SOB', 'Shortness of breath'],
    ['UTI', 'Urinary tract infection'],
    ['GERD', 'Reflux disease'],
    ['N/V', 'Nausea and vomiting'],
  ] as const)
    expect(read(verbatim), verbatim).toMatchObject({ outcome: 'exact', pt })
})

test('"h/o" speaks of the past: a person decides on an adverse event, a medical history is coded', () => {
  expect(read('h/o asthma')).toMatchObject({ isCoded: false, pt: 'Asthma' })
  expect(read('h/o asthma', { domain: 'MH' })).toMatchObject({ isCoded: true, pt: 'Asthma' })
  expect(read('s/p stroke')).toMatchObject({ isCoded: false, pt: 'Stroke' })
})

test('an abbreviation that other words leave open is left to a person as well, with its readings', () => {
  for (const [verbatim, abbreviation, readings] of [
    ['severe MS', 'MS', ['multiple sclerosis', 'mitral stenosis']],
    ['mild CP', 'CP', ['chest pain', 'cerebral palsy']],
    ['PE 12-JAN-2024', 'PE', ['pulmonary embolism', 'pleural effusion']],
  ] as const) {
    const { outcome, isCoded, reason, siteQuery } = read(verbatim)
    expect([outcome, isCoded], verbatim).toEqual(['ambiguous', false])
    for (const reading of readings) expect(reason).toContain(`"${reading}"`)
    expect(siteQuery).toContain(`write "${abbreviation}" in full`)
  }
})

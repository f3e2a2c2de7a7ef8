/** Verbatims on OpenAE that no machine may code: what is not there, names nothing, or is no event. Each asks the site. */
import { describe, expect, test } from 'vitest'
import { read } from './openae-coder.ts'

describe('what is not there', () => {
  for (const verbatim of [
    'no cough',
    'denies nausea',
    'not dizzy',
    'never had seizures',
    'pneumonia ruled out',
    'cough but no fever',
    'cough, no fever',
    'insomnia -',
    'HIV (-)',
  ])
    test(`"${verbatim}" is negated`, () => {
      const { outcome, isCoded, siteQuery } = read(verbatim)
      expect([outcome, isCoded]).toEqual(['negated', false])
      expect(siteQuery).toContain('Was there an event?')
    })

  test('however it is said, it is not coded', () => {
    for (const verbatim of [
      'without fever',
      'no evidence of pneumonia',
      'absence of pain',
      'negative for influenza',
      'HIV negative',
      'headache without nausea',
    ])
      expect(read(verbatim).isCoded, verbatim).toBe(false)
  })

  test('a term that says so itself is coded', () => {
    expect(read('no appetite')).toMatchObject({ isCoded: true, pt: 'Loss of appetite' })
    expect(read('no energy')).toMatchObject({ isCoded: true, pt: 'Fatigue' })
  })
})

const NOT_CODABLE: { readonly [says: string]: readonly string[] } = {
  'stands in for a term': ['UNK', 'Unk.', 'N/A', 'na', 'none', 'TBD', '???', '--'],
  'refers to another entry': ['see above', 'See Above.', 'as above', 'see narrative', 'same as before', 'same as #2'],
  'says what came of it': ['hospitalization', 'ongoing', 'Death', 'resolved'],
  'does not say what happened': ['adverse event', 'AE', 'lab abnormality', 'abnormal labs', 'SAE #2', 'disease'],
}

for (const [says, verbatims] of Object.entries(NOT_CODABLE)) {
  describe(says, () => {
    for (const verbatim of verbatims)
      test(`"${verbatim}" is not codable`, () => {
        const { outcome, isCoded, siteQuery } = read(verbatim)
        expect([outcome, isCoded]).toEqual(['not-codable', false])
        expect(siteQuery).toMatch(/^Please .+[.?]$/)
      })
  })
}

describe('a medicine where an event is asked', () => {
  for (const domain of ['AE', 'MH'])
    for (const verbatim of ['aspirin', 'Ibuprofen', 'METFORMIN', 'amoxicillin', 'Tylenol'])
      test(`"${verbatim}" in ${domain} is not codable`, () => {
        const { outcome, isCoded, reason, siteQuery } = read(verbatim, { domain })
        expect([outcome, isCoded]).toEqual(['not-codable', false])
        expect(reason).toContain('is a medicine')
        expect(siteQuery).toContain('A medicine is entered')
      })

  test('with a dose or a verb it is not coded either', () => {
    for (const verbatim of ['ibuprofen 400 mg', 'took ibuprofen', 'started metformin'])
      expect(read(verbatim).isCoded, verbatim).toBe(false)
  })

  test('beside an event it is not the event', () => {
    expect(read('penicillin allergy')).toMatchObject({ isCoded: true, pt: 'Penicillin allergy' })
    expect(read('insomnia, took zopiclone').pt).toBe('Insomnia')
  })
})

describe('a procedure', () => {
  for (const verbatim of ['tonsillectomy', 'Colonoscopy', 'tooth extraction', 'hip replacement', 'dialysis'])
    test(`"${verbatim}" is left to a person as an adverse event, and coded as a medical history`, () => {
      const asEvent = read(verbatim)
      expect([asEvent.isCoded, asEvent.step]).toEqual([false, 'guard'])
      expect(asEvent.reason).toContain('is a procedure')
      expect(asEvent.siteQuery).toContain('that led to it')
      expect(read(verbatim, { domain: 'MH' })).toMatchObject({ isCoded: true, outcome: 'exact' })
    })
})

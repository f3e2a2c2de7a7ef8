/** Several events in one verbatim on OpenAE: told apart, each with the term it leads to; never where they are one. */
import { describe, expect, test } from 'vitest'
import { autocode } from '../../pipeline/autocode/autocode.ts'
import { CODER, read } from './openae-coder.ts'

const COMPOUND: { readonly [verbatim: string]: readonly (readonly [text: string, pt: string])[] } = {
  'nausea, vomiting and headache': [
    ['nausea', 'Nausea'],
    ['vomiting', 'Vomiting'],
    ['headache', 'Headache'],
  ],
  'rash, insomnia': [
    ['rash', 'Rash'],
    ['insomnia', 'Insomnia'],
  ],
  'tinnitus; vertigo': [
    ['tinnitus', 'Tinnitus'],
    ['vertigo', 'Vertigo'],
  ],
  'cough plus hair loss': [
    ['cough', 'Cough'],
    ['hair loss', 'Hair loss'],
  ],
  'constipation as well as insomnia': [
    ['constipation', 'Constipation'],
    ['insomnia', 'Insomnia'],
  ],
  'cough & insomnia': [
    ['cough', 'Cough'],
    ['insomnia', 'Insomnia'],
  ],
  'cough+insomnia': [
    ['cough', 'Cough'],
    ['insomnia', 'Insomnia'],
  ],
  'cough/insomnia': [
    ['cough', 'Cough'],
    ['insomnia', 'Insomnia'],
  ],
  'cough\ninsomnia': [
    ['cough', 'Cough'],
    ['insomnia', 'Insomnia'],
  ],
  'fever and HA': [
    ['fever', 'Fever'],
    ['HA', 'Headache'],
  ],
  'back pain/neck pain': [
    ['back pain', 'Back pain'],
    ['neck pain', 'Neck pain'],
  ],
  'back pain, cough, hair loss and insomnia': [
    ['back pain', 'Back pain'],
    ['cough', 'Cough'],
    ['hair loss', 'Hair loss'],
    ['insomnia', 'Insomnia'],
  ],
}

describe('a verbatim of several events', () => {
  for (const [verbatim, parts] of Object.entries(COMPOUND))
    test(`${JSON.stringify(verbatim)} is ${parts.map(([, pt]) => pt).join(' + ')}`, () => {
      const result = read(verbatim)
      expect([result.outcome, result.isCoded]).toEqual(['compound', false])
      expect(result.parts).toEqual(parts)
      // First the events themselves, in their order.
      expect(result.pts.slice(0, parts.length)).toEqual(parts.map(([, pt]) => pt))
      expect(result.siteQuery).toContain('each event on its own')
    })

  test('the reason names how many there are, and each with its term', () => {
    const { reason } = read('rash, insomnia')
    expect(reason).toBe('2 events in one text: "rash" (Rash), "insomnia" (Insomnia)')
  })

  test('each part stands in the verbatim where it says', () => {
    for (const verbatim of Object.keys(COMPOUND)) {
      const { parts } = autocode(verbatim, CODER)
      let last = 0
      for (const { text, start, end } of parts) {
        expect(verbatim.slice(start, end)).toBe(text)
        expect(start).toBeGreaterThanOrEqual(last)
        last = end
      }
    }
  })
})

test('a combined term is one event', () => {
  for (const [verbatim, pt] of [
    ['fever, chills', 'Chills with fever'],
    ['nausea & vomiting', 'Nausea and vomiting'],
    ['rash and pruritus', 'Itchy rash'],
    ['anxiety and depression', 'Depression with anxiety'],
  ] as const)
    expect(read(verbatim), verbatim).toMatchObject({ isCoded: true, pt, parts: [] })
})

test('one event said twice is one', () => {
  expect(read('itching, pruritus').outcome).not.toBe('compound')
  expect(read('hair loss and alopecia').outcome).not.toBe('compound')
})

test('a list of body sites is not compound', () => {
  for (const verbatim of [
    'rash on arms, legs and trunk',
    'pain in neck, shoulders and back',
    'itching of hands, feet',
    'fracture of tibia and fibula',
  ])
    expect(read(verbatim).outcome, verbatim).not.toBe('compound')
})

test('two events are never coded as one of them', () => {
  for (const verbatim of ['itching and back pain', 'sinusitis with headache', 'gastroenteritis (vomiting, hair loss)'])
    expect(read(verbatim).isCoded, verbatim).toBe(false)
})

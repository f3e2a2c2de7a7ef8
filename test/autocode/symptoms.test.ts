/** A diagnosis with its symptoms on OpenAE: coded as the diagnosis, and only where all that stands beside is its symptoms. */
import { describe, expect, test } from 'vitest'
import { autocode } from '../../pipeline/autocode/autocode.ts'
import { CODER, read } from './openae-coder.ts'

const DIAGNOSES: { readonly [verbatim: string]: string } = {
  'pneumonia with fever and cough': 'Pneumonia',
  'migraine with nausea and photophobia': 'Migraine',
  'gastroenteritis w/ vomiting and diarrhea': 'Gastroenteritis',
  'ACUTE PROSTATITIS W/ FEVER 38.9': 'Prostatitis',
  'hay fever - sneezing, itchy eyes': 'Allergic rhinitis',
}

describe('a diagnosis with its symptoms', () => {
  for (const [verbatim, pt] of Object.entries(DIAGNOSES))
    test(`"${verbatim}" is ${pt}`, () => {
      const { outcome, pt: coded, reason, tokens } = read(verbatim)
      expect([outcome, coded]).toEqual(['confident', pt])
      expect(reason).toContain('is the diagnosis')
      expect(tokens.some(({ role, grounds }) => role === 'symptom' && grounds?.includes('symptoms.tsv'))).toBe(true)
      for (const { text, start, end, role } of tokens) {
        expect(verbatim.slice(start, end)).toBe(text)
        expect(role, text).not.toBe('unexplained')
      }
    })

  test('each symptom is among the candidates', () => {
    expect(read('pneumonia with fever and cough').pts).toEqual(expect.arrayContaining(['Fever', 'Cough']))
  })
})

describe('is left to a person', () => {
  for (const [says, verbatim] of [
    ['beside another event', 'pneumonia with headache'],
    ['beside its symptom and another event', 'pneumonia with fever and rash'],
    ['where the symptom comes first', 'fever with pneumonia'],
    ['where the diagnosis is not sure', 'possible pneumonia with cough'],
    ['where a symptom is denied', 'pneumonia with no cough'],
    ['where none is a diagnosis', 'fever, cough and fatigue'],
    ['of two diagnoses', 'pneumonia and bronchitis'],
  ] as const)
    test(says, () => expect(read(verbatim).isCoded, verbatim).toBe(false))

  test('in a study that codes exact terms only', () => {
    const { outcome, parts } = autocode('pneumonia with fever and cough', { ...CODER, promise: null })
    expect([outcome, parts.length]).toEqual(['compound', 3])
  })
})

/** What is said beside the event, on OpenAE: it is seen for what it is and changes nothing. */
import { describe, expect, test } from 'vitest'
import { read } from './openae-coder.ts'

interface Noisy {
  readonly verbatim: string
  readonly pt: string
  /** A part of the verbatim, and what it is. */
  readonly noise: readonly [text: string, role: string]
}

const NOISE: { readonly [kind: string]: readonly Noisy[] } = {
  severity: [
    { verbatim: 'moderate itching', pt: 'Itching', noise: ['moderate', 'qualifier'] },
    { verbatim: 'excruciating tooth pain', pt: 'Toothache', noise: ['excruciating', 'qualifier'] },
  ],
  grade: [
    { verbatim: 'Grade 2 diarrhea', pt: 'Diarrhoea', noise: ['Grade 2', 'qualifier'] },
    { verbatim: 'CTCAE grade 3 neutropenia', pt: 'Neutropenia', noise: ['CTCAE grade 3', 'qualifier'] },
    { verbatim: 'diarrhea gr 2', pt: 'Diarrhoea', noise: ['gr 2', 'qualifier'] },
    { verbatim: 'severe fatigue (grade 3)', pt: 'Fatigue', noise: ['grade 3', 'qualifier'] },
  ],
  laterality: [
    { verbatim: 'right elbow pain', pt: 'Joint pain', noise: ['right', 'qualifier'] },
    { verbatim: 'left-sided hip pain', pt: 'Hip pain', noise: ['left-sided', 'qualifier'] },
    { verbatim: 'bilateral knee pain', pt: 'Knee pain', noise: ['bilateral', 'qualifier'] },
    { verbatim: 'hip pain (L)', pt: 'Hip pain', noise: ['(L)', 'qualifier'] },
  ],
  dates: [
    { verbatim: 'vomiting 14/02/2024', pt: 'Vomiting', noise: ['14/02/2024', 'value'] },
    { verbatim: 'vomiting 14-FEB-2024', pt: 'Vomiting', noise: ['14-FEB-2024', 'value'] },
  ],
  duration: [
    { verbatim: 'cough x 3 days', pt: 'Cough', noise: ['x 3 days', 'qualifier'] },
    { verbatim: 'insomnia for two weeks', pt: 'Insomnia', noise: ['for two weeks', 'qualifier'] },
    { verbatim: 'vomiting lasting 3 hours', pt: 'Vomiting', noise: ['lasting 3 hours', 'qualifier'] },
  ],
  frequency: [
    { verbatim: 'dizziness daily', pt: 'Dizziness', noise: ['daily', 'qualifier'] },
    { verbatim: 'nausea twice daily', pt: 'Nausea', noise: ['twice daily', 'qualifier'] },
    { verbatim: 'dizziness on and off', pt: 'Dizziness', noise: ['on and off', 'qualifier'] },
  ],
  onset: [
    { verbatim: 'new onset insomnia', pt: 'Insomnia', noise: ['new onset', 'qualifier'] },
    { verbatim: 'itching after dose', pt: 'Itching', noise: ['after dose', 'qualifier'] },
  ],
  causality: [
    { verbatim: 'nausea due to study drug', pt: 'Nausea', noise: ['due to study drug', 'qualifier'] },
    { verbatim: 'cough (not related to study drug)', pt: 'Cough', noise: ['not related to study drug', 'qualifier'] },
    { verbatim: 'vomiting secondary to metformin', pt: 'Vomiting', noise: ['metformin', 'circumstance'] },
  ],
  'course and outcome': [
    { verbatim: 'cough (resolved)', pt: 'Cough', noise: ['resolved', 'qualifier'] },
    { verbatim: 'vomiting, now resolved', pt: 'Vomiting', noise: ['now resolved', 'qualifier'] },
  ],
  'subject words': [
    { verbatim: 'subject reported nausea', pt: 'Nausea', noise: ['subject reported', 'qualifier'] },
    { verbatim: 'the patient experienced vomiting', pt: 'Vomiting', noise: ['experienced', 'qualifier'] },
    { verbatim: 'pt had dizziness', pt: 'Dizziness', noise: ['pt had', 'qualifier'] },
  ],
}

for (const [kind, cases] of Object.entries(NOISE)) {
  describe(kind, () => {
    for (const { verbatim, pt, noise } of cases)
      test(`"${verbatim}" is ${pt}, and "${noise[0]}" is a ${noise[1]}`, () => {
        const { isCoded, pt: found, tokens } = read(verbatim)
        expect([found, isCoded]).toEqual([pt, true])
        expect(tokens.map(({ text, role }) => [text, role])).toContainEqual(noise)
      })
  })
}

test('signs around the event say nothing', () => {
  for (const verbatim of ['(insomnia)', '"insomnia"', 'Insomnia!!!', '- insomnia', 'insomnia.', '*insomnia*'])
    expect(['Insomnia', undefined], verbatim).toContain(read(verbatim).pt)
  for (const verbatim of ['(insomnia)', '"insomnia"', 'insomnia.']) expect(read(verbatim).isCoded, verbatim).toBe(true)
})

test('a word that changes the concept is no noise', () => {
  const acute = read('acute kidney failure').pt
  const chronic = read('chronic kidney failure').pt
  expect(acute).toBe('Acute kidney injury')
  expect(chronic).toBe('Chronic kidney disease')
  expect(read('congenital deafness').pt).not.toBe(read('deafness').pt)
  // No term of the dictionary has it: it may not be left out.
  for (const verbatim of ['congenital insomnia', 'postoperative hiccups', 'chronic appendicitis'])
    expect(read(verbatim), verbatim).not.toMatchObject({ isCoded: true, pt: read(verbatim.split(' ')[1] ?? '').pt })
})

test('a word that nothing explains is never left out', () => {
  for (const verbatim of ['prefall headache', 'zebra nausea', 'cough quux', 'lunar insomnia']) {
    const { isCoded, outcome, reason } = read(verbatim)
    expect([isCoded, outcome], verbatim).toEqual([false, 'low-confidence'])
    expect(reason, verbatim).toContain('is not explained')
  }
})

describe('what looks like noise and belongs to the term is no noise', () => {
  for (const [verbatim, pt] of [
    ['TRANSIENT ISCHAEMIC ATTACK (GRADE 2)', 'Transient ischaemic attack'],
    ['infusion related reaction, grade 2', 'Infusion reaction'],
    ['seasonal allergy, mild', 'Allergic rhinitis'],
    ['community-acquired pneumonia, mild', 'Community-acquired pneumonia'],
    ['CKD stage 3, stable', 'Chronic kidney disease stage 3'],
  ] as const)
    test(`"${verbatim}" is ${pt}`, () => expect(read(verbatim)).toMatchObject({ isCoded: true, pt }))

  test('the number of a grade is none of a name', () => {
    expect(read('bipolar disorder (grade 2)').pt).toBe('Bipolar disorder')
    expect(read('diabetes mellitus, grade 2').pt).toBe('Diabetes mellitus')
    expect(read('bipolar 2 disorder, mild').pt).toBe('Bipolar II disorder')
  })
})

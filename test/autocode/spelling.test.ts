/** Misspelt verbatims on OpenAE: the word that was meant is found, and another medical word never is. */
import { describe, expect, test } from 'vitest'
import { autocode } from '../../pipeline/autocode/autocode.ts'
import { CODER, findCoded, read } from './openae-coder.ts'

/** How it is misspelt: verbatim, preferred term. None of them is a term of the dictionary itself. */
const MISSPELT: { readonly [kind: string]: { readonly [verbatim: string]: string } } = {
  'one letter missing': {
    dizzness: 'Dizziness',
    constipaton: 'Constipation',
    arthralga: 'Joint pain',
    alopcia: 'Hair loss',
    'anal fisure': 'Anal fissure',
    'peripheral neuropthy': 'Peripheral neuropathy',
  },
  'one letter too many': {
    heaadache: 'Headache',
    allopecia: 'Hair loss',
    tremmor: 'Tremor',
    bronchittis: 'Bronchitis',
  },
  'a doubled letter dropped, or a single one doubled': {
    vommiting: 'Vomiting',
    tonsilitis: 'Tonsillitis',
    celulitis: 'Cellulitis',
    'blured vision': 'Blurred vision',
    'apetite loss': 'Loss of appetite',
  },
  'two letters changed round': {
    headahce: 'Headache',
    nasuea: 'Nausea',
    coguh: 'Cough',
    fatiuge: 'Fatigue',
    'weigth loss': 'Weight loss',
    hypertensoin: 'Hypertension',
  },
  'a key beside the right one': {
    hradache: 'Headache',
    vpmiting: 'Vomiting',
    naysea: 'Nausea',
    cougn: 'Cough',
  },
  'two slips': {
    constapaton: 'Constipation',
    diarrheoa: 'Diarrhoea',
    'urinay tract infecton': 'Urinary tract infection',
    thrombocytopenai: 'Thrombocytopenia',
    pnuemonia: 'Pneumonia',
  },
  'as it sounds': {
    diarhea: 'Diarrhoea',
    neumonia: 'Pneumonia',
    rinorrhea: 'Runny nose',
    ekzema: 'Eczema',
    bronkitis: 'Bronchitis',
    tackycardia: 'Fast heart rate',
    sinusitus: 'Sinusitis',
  },
  'run together': {
    backpain: 'Back pain',
    chestpain: 'Chest pain',
    abdominalpain: 'Abdominal pain',
    sorethroat: 'Sore throat',
    runnynose: 'Runny nose',
    'low backpain': 'Low back pain',
  },
  'split in two': {
    'diz ziness': 'Dizziness',
    'in somnia': 'Insomnia',
    'short ness of breath': 'Shortness of breath',
  },
}

for (const [kind, verbatims] of Object.entries(MISSPELT)) {
  describe(kind, () => {
    for (const [verbatim, pt] of Object.entries(verbatims))
      test(`"${verbatim}" means ${pt}`, () => {
        const { isCoded, outcome, pt: found } = read(verbatim)
        expect([found, isCoded]).toEqual([pt, true])
        expect(outcome, 'a term of the dictionary would test nothing').toBe('confident')
      })
  })
}

test('the slip is named: the word as written, as misspelt, and the word it was taken for', () => {
  expect(read('naysea').tokens).toEqual([{ text: 'naysea', start: 0, end: 6, role: 'spelling', term: 'nausea' }])
  const [first, second] = read('low backpain').tokens
  expect(first).toMatchObject({ text: 'low', role: 'exact', term: 'low' })
  expect(second).toMatchObject({ text: 'backpain', start: 4, end: 12, role: 'spelling', term: 'back pain' })
})

/** Each is one or two slips from either word; never may the one be coded to the other. */
const LOOK_ALIKES: readonly (readonly [meant: string, misspelt: string, other: string])[] = [
  ['Hypokalemia', 'hypokaelmia', 'Hyperkalemia'],
  ['Hyperkalemia', 'hyperkalmia', 'Hypokalemia'],
  ['Hypoglycemia', 'hypoglycmia', 'Hyperglycemia'],
  ['Hyperglycemia', 'hiperglycemia', 'Hypoglycemia'],
  ['Hypotension', 'hypotenion', 'Hypertension'],
  ['Hypothyroidism', 'hypothyrodism', 'Hyperthyroidism'],
  ['Hyperthyroidism', 'hyperthiroidism', 'Hypothyroidism'],
  ['Hyponatremia', 'hyponatrmia', 'Hypernatremia'],
  ['Thrombocytopenia', 'trombocytopenia', 'Thrombocytosis'],
  ['Thrombocytosis', 'trombocytosis', 'Thrombocytopenia'],
  ['Leukocytosis', 'leucocitosis', 'Leukopenia'],
  ['Dysphagia', 'disphagia', 'Dysphasia'],
  ['Dysphasia', 'disphasia', 'Dysphagia'],
  ['Tachycardia', 'tachicardia', 'Bradycardia'],
]

describe('a misspelt word is never another medical word', () => {
  for (const [meant, misspelt, other] of LOOK_ALIKES)
    test(`"${misspelt}" is ${meant} and not ${other}`, () => {
      const [right, wrong] = [findCoded(meant), findCoded(other)]
      expect(right).not.toBe(wrong)
      expect(findCoded(misspelt)).toBe(right)
    })

  test('a word between two of them is left to a person, who is told both', () => {
    const { isCoded, reason } = read('chancer')
    expect(isCoded).toBe(false)
    expect(reason).toMatch(/may be "cancer" or "chancre"|may be "chancre" or "cancer"/)
  })

  test('a word that is right itself is taken for no other, however near', () => {
    for (const [verbatim, other] of [
      ['ilium pain', 'ileum'],
      ['pain in ilium', 'ileum'],
      ['perineal pain', 'peroneal'],
    ] as const)
      for (const { path } of autocode(verbatim, CODER).candidates.slice(0, 1))
        expect(path.at(-1)?.text.toLowerCase(), verbatim).not.toContain(other)
  })

  test('a part of the body is not the one that sounds like it', () => {
    expect(findCoded('ilial inflammation')).toBeUndefined()
    expect(findCoded('fracture of ileum')).toBeUndefined()
  })
})

test('what resembles nothing has no candidates', () => {
  for (const verbatim of ['xyzzy', 'flibbertigibbet', 'qqqq'])
    expect(read(verbatim), verbatim).toMatchObject({ outcome: 'no-match', isCoded: false, pts: [] })
})

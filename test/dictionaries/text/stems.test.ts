import { describe, expect, test } from 'vitest'
import { isSameStem } from '../../../dictionaries/text/stems.ts'
import { countSharedStart } from '../../../dictionaries/text/word-distance.ts'

const isJoined = (pair: string): boolean => {
  const [a = '', b = ''] = pair.split(' ')
  const joined = isSameStem(a, b, countSharedStart(a, b))
  expect(isSameStem(b, a, countSharedStart(b, a)), `${pair} the other way round`).toBe(joined)
  return joined
}

describe('words that are forms of one', () => {
  const forms: readonly string[] = [
    'vomit vomiting',
    'vomited vomiting',
    'dizzy dizziness',
    'drowsy drowsiness',
    'itchy itching',
    'bleed bleeding',
    'swelling swell',
    'infected infection',
    'infection infectious',
    'inflammation inflammatory',
    'constipated constipation',
    'depressed depression',
    'tired tiredness',
    'weak weakness',
    'allergy allergic',
    'anemia anemic',
    'ischemia ischemic',
    'tachycardia tachycardic',
    'diabetes diabetic',
    'pruritus pruritic',
    'rectum rectal',
    'pleura pleural',
    'myocardium myocardial',
    'nodule nodular',
    'immune immunity',
    'ulcer ulceration',
    'tumor tumorous',
    'prostate prostatic',
    'ovary ovarian',
  ]
  test.each(forms)('%s', (pair) => expect(isJoined(pair)).toBe(true))
})

describe('an ending that names a thing joins its own forms', () => {
  const forms: readonly string[] = [
    'necrosis necrotic',
    'arthritis arthritic',
    'psoriasis psoriatic',
    'paresis paretic',
    'metastasis metastatic',
    'hemolysis hemolytic',
    'fibroma fibromatous',
    'anorexia anorectic',
    'digestion digestive',
    'ligation ligate',
    'hyperplasia hyperplastic',
    'bronchospasm bronchospastic',
  ]
  test.each(forms)('%s', (pair) => expect(isJoined(pair)).toBe(true))

  const bare: readonly string[] = [
    'gingival gingivitis',
    'gastric gastritis',
    'cystic cystitis',
    'hepatic hepatitis',
    'bronchial bronchitis',
    'pancreatic pancreatitis',
    'tonsil tonsillitis',
    'sinus sinusitis',
    'neural neuroma',
    'lymph lymphoma',
    'fibrous fibroma',
    'fibrous fibrosis',
    'acid acidosis',
    'thrombus thrombosis',
    'neutrophil neutropenia',
    'monocyte monocytosis',
    'lymphocyte lymphocytosis',
    'eosinophil eosinophilia',
    'albumin albuminuria',
    'septic septicemia',
    'neural neuralgia',
  ]
  test.each(bare)('and not the bare word: %s', (pair) => expect(isJoined(pair)).toBe(false))

  const endings = 'itis oma osis penia cytosis emia uria algia megaly ectomy plasty pathy rrhea'.split(' ')
  const joined = endings.flatMap((one, place) => endings.slice(place + 1).map((other) => [one, other] as const))
  test.each(joined)('nor one another: -%s and -%s', (one, other) => {
    for (const stem of ['gingiv', 'arthr', 'thrombo', 'leuko', 'aden', 'hem'])
      expect([`${stem}${one} ${stem}${other}`, isJoined(`${stem}${one} ${stem}${other}`)]).toContain(false)
  })
})

describe('words that only look like forms of one', () => {
  const apart: readonly string[] = [
    'ileum ileus',
    'mucus mucous', // adjective of the noun, but three letters are no stem: "mucous" is said of membranes
    'corona coronary',
    'tetanus tetany',
    'testis test',
    'carcinoid carcinoma',
    'sarcoid sarcoma',
    'myopia myopathy',
    'pneumonia pneumonitis',
    'nephrotic nephritic',
    'psychosis psychic',
    'hyperkalemia hypokalemia',
    'digital digitalis',
    'typhus typhoid',
    'hemophilia hemophilus',
    'painful painless',
    'sleep sleepless',
    'septic septum',
    'rheumatic rheumatoid',
    'fracture fraction',
    'contraction contracture',
    'partial partum',
    'plant plantar',
    'lactate lactation',
    'position positive',
    'organ organism',
    'delta deltoid',
    'colon colony',
    'parkinson parkinsonism',
  ]
  test.each(apart)('%s', (pair) => expect(isJoined(pair)).toBe(false))
})

test('a stem has four letters at least, and what follows it seven at most', () => {
  expect([isJoined('aged aging'), isJoined('pox pocks')]).toEqual([false, false])
  expect([isJoined('itchy itchiness'), isJoined('aches ached')]).toEqual([true, true])
  expect(isSameStem('anemia', 'anemic', 0)).toBe(false)
})

describe('other forms that are said of what a noun names', () => {
  const forms: readonly string[] = ['asthma asthmatic', 'edema edematous', 'erythema erythematous', 'trauma traumatic']
  test.each(forms)('%s', (pair) => expect(isJoined(pair)).toBe(true))
})

import { describe, expect, test } from 'vitest'
import { FOLD_VERSION, foldVerbatim } from '../../../dictionaries/text/fold.ts'
import { normaliseTerm } from '../../../dictionaries/text/normalise.ts'
import { toTokens } from '../../../dictionaries/text/tokens.ts'

describe('fold, version 1', () => {
  const folded: readonly (readonly [text: string, folded: string])[] = [
    ['Head Ache', 'head ache'],
    ['  head \t ache\r\n', 'head ache'],
    ['head\u00a0\u2003ache\u2028\u0085', 'head ache'],
    ['ＨＥＡＤ ache', 'head ache'],
    ['Sjo\u0308gren', 'sj\u00f6gren'],
    ['SJÖGREN', 'sjögren'],
    ['38,5 ℃', '38,5 °c'],
    ['Pain, (abdominal) - NOS?', 'pain, (abdominal) - nos?'],
    ['Oedema', 'oedema'],
    ['a\u200bb\ufeff', 'a\u200bb\ufeff'],
    [' \n', ''],
    ['', ''],
  ]
  test.each(folded)('%j becomes %j', (text, expected) => expect(foldVerbatim(text)).toBe(expected))

  test('is the version that this table froze, and changes no text that is folded', () => {
    expect(FOLD_VERSION).toBe(1)
    for (let code = 0; code < 0x3000; code += 1) {
      const once = foldVerbatim(`x${String.fromCodePoint(code)}\u0301`)
      expect(foldVerbatim(once)).toBe(once)
    }
  })
})

describe('tokens', () => {
  test('are words, numbers and signs with their places in the original text', () => {
    const text = "  Pt's LEFT-sided  pain (38.5°C), BP↑ 120/80; ?U.T.I."
    const tokens = toTokens(text)
    expect(tokens.map((token) => token.text)).toEqual([
      "pt's",
      'left',
      'sided',
      'pain',
      '38.5',
      '°',
      'c',
      'bp',
      '↑',
      '120/80',
      '?',
      'u.t.i',
    ])
    expect(tokens.map(({ start, end }) => text.slice(start, end))).toEqual([
      "Pt's",
      'LEFT',
      'sided',
      'pain',
      '38.5',
      '°',
      'C',
      'BP',
      '↑',
      '120/80',
      '?',
      'U.T.I',
    ])
  })

  test('keep their places behind letters that fold to another length or take two units', () => {
    const text = '😀 ﬁbrosis İ x'
    expect(toTokens(text)).toEqual([
      { text: '😀', start: 0, end: 2 },
      { text: 'fibrosis', start: 3, end: 10 },
      { text: 'i̇', start: 11, end: 12 },
      { text: 'x', start: 13, end: 14 },
    ])
  })

  test('are none where there is neither word nor sign', () => expect(toTokens(' -.,;() ')).toEqual([]))
})

describe('normalise', () => {
  const keys: readonly (readonly [text: string, key: string])[] = [
    ['Head-ache.', 'head ache'],
    ["can't sleep", 'cant sleep'],
    ['can’t sleep', 'cant sleep'],
    ['Crohn´s disease', 'crohn disease'],
    ['pain, abdominal', 'abdominal pain'],
    ['Pain,abdominal', 'abdominal pain'],
    ['pain, in abdomen', 'pain in abdomen'],
    ['carcinoma, breast, left', 'carcinoma breast left'],
    ['potassium 5,6', 'potassium 5,6'],
    ['HER2+ tumour', 'her2 + tumor'],
    ['HIV +ve', 'hiv positive'],
    ['HIV -ve', 'hiv negative'],
    ['HIV -', 'hiv -'],
    ['? pneumonia', '? pneumonia'],
    ['↑ ALT >3x', '↑ alt > 3x'],
    ['burn 5%', 'burn 5 %'],
    ['.5 cm cyst', '0.5 cm cyst'],
    ['U.T.I.', 'uti'],
    ['nausea & vomiting', 'nausea and vomiting'],
    ['rash @ site', 'rash at site'],
    ['the headache', 'headache'],
    ['an abscess', 'abscess'],
    ['A fib', 'a fib'],
    ['hepatitis A', 'hepatitis a'],
    ['the', 'the'],
    ['β-haemolytic streptococci', 'beta hemolytic streptococci'],
    ['Sjögren', 'sjogren'],
    ['ano', 'ano'],
    ['año', 'año'],
    ['がん', 'がん'],
    [' -.', ''],
  ]
  test.each(keys)('%j has the key %j', (text, key) => expect(normaliseTerm(text)).toBe(key))

  const spelt: readonly (readonly [british: string, american: string])[] = [
    ['oedema', 'edema'],
    ['lymphoedema', 'lymphedema'],
    ['angio-oedema', 'angioedema'],
    ['haematoma', 'hematoma'],
    ['oesophagitis', 'esophagitis'],
    ['gastro-oesophageal reflux', 'gastroesophageal reflux'],
    ['diarrhoea', 'diarrhea'],
    ['dyspnoea', 'dyspnea'],
    ['anaemia', 'anemia'],
    ['hyperkalaemic', 'hyperkalemic'],
    ['leukaemia', 'leukemia'],
    ['leucocytosis', 'leukocytosis'],
    ['tumours', 'tumor'],
    ['discolouration', 'discoloration'],
    ['paediatric', 'pediatric'],
    ['orthopaedic', 'orthopedic'],
    ['foetal', 'fetal'],
    ['paraesthesia', 'paresthesia'],
    ['gynaecological', 'gynecological'],
    ['hospitalisation', 'hospitalization'],
    ['immunised', 'immunized'],
    ['paralysed', 'paralyzed'],
    ['muscle fibres', 'muscle fiber'],
    ['goitre', 'goiter'],
    ['sulphonamide', 'sulfonamide'],
    ['neutropaenia', 'neutropenia'],
    ['caecum', 'cecum'],
    ['naevi', 'nevus'],
    ['manoeuvre', 'maneuver'],
  ]
  test.each(spelt)('British %j and American %j meet', (british, american) => {
    expect(normaliseTerm(british)).toBe(normaliseTerm(american))
  })

  const singular: readonly (readonly [text: string, key: string])[] = [
    ['headaches', 'headache'],
    ['rashes', 'rash'],
    ['allergies', 'allergy'],
    ['viruses', 'virus'],
    ['metastases', 'metastasis'],
    ['thromboses', 'thrombosis'],
    ['vertebrae', 'vertebra'],
    ['fibromata', 'fibroma'],
    ['diseases', 'disease'],
    ['causes', 'cause'],
    ['toes', 'toe'],
    ['teeth', 'tooth'],
    ['abscess', 'abscess'],
    ['arthritis', 'arthritis'],
    ['tinnitus', 'tinnitus'],
    ['diabetes', 'diabetes'],
    ['herpes', 'herpes'],
    ['pancreas', 'pancreas'],
    ['faeces', 'feces'],
    ['aids', 'aids'],
    ['gas', 'gas'],
  ]
  test.each(singular)('%j has the singular %j', (text, key) => expect(normaliseTerm(text)).toBe(key))

  const apart: readonly (readonly [one: string, other: string])[] = [
    ['hypotension', 'hypertension'],
    ['hypoglycaemia', 'hyperglycaemia'],
    ['pain in abdomen', 'abdomen in pain'],
    ['pain, in abdomen', 'abdomen pain'],
    ['headache', 'no headache'],
    ['rash with fever', 'rash without fever'],
    ['rash w/o fever', 'rash fever'],
    ['hepatitis A', 'hepatitis'],
    ['hepatitis a', 'hepatitis b'],
    ['A fib', 'fib'],
    ['acute renal failure', 'renal failure'],
    ['HIV -', 'HIV'],
    ['HIV +', 'HIV'],
    ['? MI', 'MI'],
    ['HLHS', 'HLH'],
    ['hearing aid', 'hearing aids'],
    ['grade 1.5', 'grade 15'],
    ['grade 1,5', 'grade 1 5'],
    ['platelets ↑', 'platelets ↓'],
    ['type 1 diabetes', 'type 2 diabetes'],
    ['ileus', 'ileum'],
    ['toe', 'tes'],
    ['hour', 'hor'],
    ['glasses', 'glass'],
    ['leucovorin', 'leukovorin'],
  ]
  test.each(apart)('%j and %j stay apart', (one, other) => {
    expect(normaliseTerm(one)).not.toBe(normaliseTerm(other))
  })

  test('a key is its own key', () => {
    const texts = [...keys, ...spelt, ...singular, ...apart].flat()
    const marked = texts.flatMap((text) => [text, `${text}s`, `the ${text}, the`, `ʼ${text}\u0301 –`, `.${text}.5-`])
    for (const text of marked) expect(normaliseTerm(normaliseTerm(text))).toBe(normaliseTerm(text))
  })
})

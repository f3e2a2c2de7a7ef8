/** Doubts that hold a verbatim back from being coded though a term fits it, on OpenAE. */
import { describe, expect, test } from 'vitest'
import { autocode } from '../../pipeline/autocode/autocode.ts'
import { toAutocoder } from '../../pipeline/autocode/autocoder.ts'
import { CODER, findCoded, read } from './openae-coder.ts'
import { toDictionary } from './small-dictionary.ts'

const DOUBTED: { readonly [verbatim: string]: string } = {
  'mild severe headache': 'it is called both',
  'headache with': 'the text breaks off behind "with"',
  'nausea due to': 'the text breaks off',
  'Neutropenia, grade 3. Fever.': 'its words stand in two sentences',
  Chancer: 'may be',
  'abdominal discomfort lower back': '"lower" is said of "back"',
}

describe('a verbatim that a machine leaves to a person', () => {
  for (const [verbatim, says] of Object.entries(DOUBTED))
    test(`"${verbatim}"`, () => {
      const { isCoded, reason } = read(verbatim)
      expect(isCoded).toBe(false)
      expect(reason).toContain(says)
    })
})

const CODED: { readonly [verbatim: string]: string } = {
  'mild to severe headache': 'Headache',
  // Another word is as near, but no term that has it fits.
  'tooth abcess': 'Tooth abscess',
  Migrane: 'Migraine',
  chils: 'Chills',
  // Sides and parts of what the term already names.
  'dry eyes OU': 'Dry eye',
  'pink eye OS': 'Conjunctivitis',
  'frozen shoulder rt side': 'Frozen shoulder',
  'panic attack 2 am': 'Panic attack',
}

describe('a verbatim that is coded', () => {
  for (const [verbatim, pt] of Object.entries(CODED))
    test(`"${verbatim}" is ${pt}`, () => expect(findCoded(verbatim)).toBe(pt))
})

describe('a word that the dictionary does not hold is no misspelling of one that it holds', async () => {
  const dictionary = await toDictionary([
    ['Febrile neutropenia'],
    ['Agranulocytosis'],
    ['Productive cough'],
    ['Acalculous cholecystitis'],
    ['Uterine injury'],
    ['Itching of ear'],
  ])
  const coder = { ...toAutocoder({ dictionary, lexicon: CODER.lexicon }), promise: CODER.promise }

  for (const verbatim of [
    'Afebrile neutropenia',
    'Granulocytosis',
    'Unproductive cough',
    'Calculous cholecystitis',
    'Bomb injury',
  ])
    test(`"${verbatim}" waits for a person`, () => {
      const { coding, candidates } = autocode(verbatim, coder)
      expect(coding).toBeNull()
      expect(candidates).not.toEqual([])
    })

  test('what is no word is', () => {
    expect(autocode('Febrille neutropenia', coder).coding?.at(-1)?.text).toBe('Febrile neutropenia')
    expect(autocode('Agranulocitosis', coder).coding?.at(-1)?.text).toBe('Agranulocytosis')
  })
})

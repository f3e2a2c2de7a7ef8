/** Doubts that hold a verbatim back from being coded though a term fits it, on OpenAE. */
import { describe, expect, test } from 'vitest'
import { findCoded, read } from './openae-coder.ts'

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

/** Names borrowed from another dictionary lead to the terms of this one, and never code. */
import { describe, expect, test } from 'vitest'
import { borrowNames } from '../../dictionaries/borrowed-names.ts'
import { autocode } from '../../pipeline/autocode/autocode.ts'
import { toAutocoder } from '../../pipeline/autocode/autocoder.ts'
import { openLexicon } from '../../pipeline/coding-kits.ts'
import { toDictionary } from '../autocode/small-dictionary.ts'

const LEXICON = await openLexicon()
const DICTIONARY = await toDictionary([
  ['Otitis externa'],
  ['Cephalgia', 'Head pain'],
  ['Migraine'],
  ['Blood pressure increased'],
  ['Hypertension'],
])
const GROUPS = [
  ['Outer ear infection', 'Otitis externa', 'Seaside ear'],
  ['Headache', 'Cephalgia', 'Sore head'],
  ['Hypertension', 'Blood pressure increased', 'High blood pressure'],
  ['Toothache', 'Dental pain'],
]

describe('borrowed names', () => {
  const texts = borrowNames(DICTIONARY.listIndexed(), GROUPS)

  test('are those of a concept that shares a name, and not those that the dictionary has itself', () => {
    expect(texts.texts.slice(texts.borrowedFrom)).toEqual([
      'Outer ear infection',
      'Seaside ear',
      'Headache',
      'Sore head',
    ])
  })

  test('lead to the term that is shared, and say by what name', () => {
    const text = texts.texts.indexOf('Seaside ear')
    expect(texts.listTerms(text).map(({ term, hint }) => [term.text, hint])).toEqual([
      ['Otitis externa', 'Seaside ear'],
    ])
    expect(texts.concepts[text]).toBe(texts.concepts[texts.texts.indexOf('Otitis externa')])
  })

  test('are not lent where one concept there is two here', () => {
    expect(texts.texts).not.toContain('High blood pressure')
  })
})

test('a borrowed name puts the right term first and leaves it to a person', () => {
  const alone = toAutocoder({ dictionary: DICTIONARY, lexicon: LEXICON })
  const coder = toAutocoder({ dictionary: DICTIONARY, lexicon: LEXICON, borrowed: GROUPS })
  expect(autocode('seaside ear, left', alone).candidates[0]?.path.at(-1)?.text).not.toBe('Otitis externa')
  const { outcome, candidates, reason } = autocode('seaside ear, left', coder)
  expect([outcome, candidates[0]?.path.at(-1)?.text]).toEqual(['low-confidence', 'Otitis externa'])
  expect(candidates[0]?.why).toBe('Known as "Seaside ear"')
  expect(reason).toContain('Seaside ear')
})

test('a name of the dictionary itself comes before a borrowed one of the same concept', () => {
  const coder = toAutocoder({ dictionary: DICTIONARY, lexicon: LEXICON, borrowed: [['Migraine', 'Bad migraine']] })
  const { candidates } = autocode('bad migraine L side', coder)
  expect(candidates[0]?.path.at(-1)?.text).toBe('Migraine')
  expect(candidates[0]?.why).not.toContain('Known as')
})

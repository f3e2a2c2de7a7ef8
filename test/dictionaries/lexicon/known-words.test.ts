/** Words that are words: which names make them, what the file holds, and that it is the one of the present OpenAE. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseWordsFile, toKnownWords, toWordsFile } from '../../../dictionaries/lexicon/known-words.ts'
import { DEFAULT_DICTIONARY, openDictionary, openLexicon } from '../../../pipeline/coding-kits.ts'

const FILE = join(import.meta.dirname, '..', '..', '..', 'dictionaries', 'lexicon', 'en', 'words.txt')

function toWords(concepts: { readonly [concept: string]: readonly string[] }): readonly string[] {
  return toKnownWords(Object.entries(concepts).flatMap(([concept, names]) => names.map((text) => ({ text, concept }))))
}

describe('words of names', () => {
  test('are normalised, each once and in their order', () => {
    expect(toWords({ a: ['Haemorrhages', 'Bleeding ulcer'], b: ['Ulcer'] })).toEqual([
      'bleeding',
      'hemorrhage',
      'ulcer',
    ])
  })

  test('are no numbers, signs or short words', () => {
    expect(toWords({ a: ['Type 2 diabetes', 'MI', 'T-cell +'] })).toEqual(['cell', 'diabetes', 'type'])
  })

  test('leave out what stands only beside a much more usual word of nearly the same letters', () => {
    const usual = { b: ['Pruritus of eyelid'], c: ['Pruritus of ear'] }
    expect(toWords({ a: ['Pruritus', 'Pruritis'], ...usual })).not.toContain('pruritis')
    expect(toWords({ a: ['Pruritus', 'Pruritis'] })).toContain('pruritis')
    expect(toWords({ a: ['Pruritus'], ...usual, d: ['Pruritis'] })).toContain('pruritis')
  })
})

test('the file is read as it was written', () => {
  const words = ['agyria', 'febrile']
  expect(parseWordsFile(Buffer.from(toWordsFile(words)))).toEqual(words)
  expect(() => parseWordsFile(Uint8Array.of(0xff, 0x0a))).toThrow(TypeError)
})

test('the file that is shipped is of the present names of OpenAE: npm run lexicon:words', async () => {
  const dictionary = await openDictionary(DEFAULT_DICTIONARY.path)
  const names = Array.from({ length: dictionary.termCount }, (_, i) => {
    const { text, conceptCode } = dictionary.termAt(i)
    return { text, concept: conceptCode }
  })
  expect(parseWordsFile(readFileSync(FILE))).toEqual(toKnownWords(names))
})

test('the lexicon knows them, and the words of its own rows, and no misspelling', async () => {
  const lexicon = await openLexicon()
  for (const word of ['febrile', 'afebrile', 'somatotropin', 'hypovolemia', 'metformin'])
    expect(lexicon.isWord(word), word).toBe(true)
  for (const word of ['diarhea', 'neumonia', 'pruritis', 'fascitis']) expect(lexicon.isWord(word), word).toBe(false)
})

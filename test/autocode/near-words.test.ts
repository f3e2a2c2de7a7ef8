/** Which words of a dictionary a verbatim's word may stand for. A vocabulary of a few words, the lexicon's own rows. */
import { describe, expect, test } from 'vitest'
import { Vocabulary } from '../../dictionaries/text/vocabulary.ts'
import { type Near, NearWords } from '../../pipeline/autocode/near-words.ts'
import { openLexicon } from '../../pipeline/coding-kits.ts'

const WORDS =
  'pneumonia ammonia headache migraine nausea renal kidney increased elevated decreased low high hypokalemia hyperkalemia ' +
  'hypotension hypertension leukopenia leukocytosis tachycardia bradycardia dysphagia dysphasia ileum ilium fracture ' +
  'fractured rhinitis linitis perineal peroneal abduction adduction'
const { vocabulary } = Vocabulary.build(WORDS.split(' '))
const LEARNED = new Map([[vocabulary.findWord('fracture'), [{ word: vocabulary.findWord('kidney'), similarity: 0.7 }]]])
const NEAR = new NearWords(vocabulary, await openLexicon(), LEARNED)

function listNames(near: readonly Near[]): string[] {
  return near.map(({ word }) => vocabulary.words[word] ?? '')
}

function findNear(key: string, word: string): Near | undefined {
  return NEAR.list(key).find((near) => vocabulary.words[near.word] === word)
}

test('a word is the likest to itself', () => {
  for (const word of WORDS.split(' ')) {
    const [first] = NEAR.list(word)
    expect([vocabulary.words[first?.word ?? -1], first?.nearness, first?.similarity]).toEqual([word, 'exact', 1])
  }
})

test('a misspelt word is near to what was meant, by its spelling', () => {
  for (const [misspelt, meant] of [
    ['nauzsea', 'nausea'],
    ['migrrane', 'migraine'],
    ['tackycardia', 'tachycardia'],
  ] as const) {
    expect(listNames(NEAR.list(misspelt))[0]).toBe(meant)
    expect(findNear(misspelt, meant)).toMatchObject({ nearness: 'spelling' })
  }
})

test('another form of a word is its stem', () => {
  expect(findNear('fracturing', 'fracture')?.nearness).toBe('stem')
})

test('a word of the same meaning is near by the lexicon, in both directions', () => {
  expect(findNear('renal', 'kidney')).toMatchObject({ nearness: 'equivalent' })
  expect(findNear('kidney', 'renal')).toMatchObject({ nearness: 'equivalent' })
})

test("what the dictionary's synonyms suggest is near as learned, and only so", () => {
  expect(findNear('fracture', 'kidney')).toEqual({
    word: vocabulary.findWord('kidney'),
    nearness: 'learned',
    similarity: 0.7,
  })
  expect(findNear('kidney', 'fracture')).toBeUndefined()
})

describe('a word of a direction', () => {
  test('is near to all words of that direction where it says one, and to none of the other', () => {
    const up = listNames(NEAR.list('↑', 'increased'))
    expect(up).toEqual(expect.arrayContaining(['increased', 'elevated', 'high']))
    expect(up).not.toContain('decreased')
    expect(up).not.toContain('low')
  })

  test('is near to none where it says none', () => {
    expect(NEAR.list('↑')).toEqual([])
  })

  test('the direction of a word of the dictionary is known', () => {
    expect(NEAR.directionOf(vocabulary.findWord('elevated'))).toBe('increased')
    expect(NEAR.directionOf(vocabulary.findWord('low'))).toBe('decreased')
    expect(NEAR.directionOf(vocabulary.findWord('headache'))).toBeUndefined()
  })
})

describe('opposites are never near', () => {
  const pairs = [
    ['hypokalemia', 'hyperkalemia'],
    ['hypotension', 'hypertension'],
    ['leukopenia', 'leukocytosis'],
    ['tachycardia', 'bradycardia'],
    ['dysphagia', 'dysphasia'],
    ['ileum', 'ilium'],
    ['abduction', 'adduction'],
    ['increased', 'decreased'],
  ] as const
  for (const [one, other] of pairs)
    test(`${one} and ${other}`, () => {
      expect(findNear(one, other)).toBeUndefined()
      expect(findNear(other, one)).toBeUndefined()
    })
})

describe('a word between two of different meanings', () => {
  test('is named with the other one', () => {
    expect(NEAR.listOthers('rinitis', vocabulary.findWord('rhinitis'))[0]?.word).toBe('linitis')
  })

  test('has no other where one is clearly meant, or both mean the same', () => {
    expect(NEAR.listOthers('migrane', vocabulary.findWord('migraine'))).toEqual([])
    expect(NEAR.listOthers('fracturred', vocabulary.findWord('fractured'))).toEqual([])
  })
})

test('an unknown word is near to nothing, and what was asked before has no bearing', () => {
  expect(NEAR.list('xyzzyx')).toEqual([])
  expect(NEAR.list('hedache')).toEqual(NEAR.list('hedache'))
})

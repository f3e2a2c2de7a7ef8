import { describe, expect, test } from 'vitest'
import { learnWords } from '../../../dictionaries/text/learned-words.ts'
import { Vocabulary } from '../../../dictionaries/text/vocabulary.ts'

/** Per word what was learned for it, by the names of each concept. */
function learnFrom(concepts: readonly (readonly string[])[]): { readonly [word: string]: readonly string[] } {
  const similar = learnSimilar(concepts)
  return Object.fromEntries(Object.entries(similar).map(([word, list]) => [word, list.map(([other]) => other)]))
}

function learnSimilar(concepts: readonly (readonly string[])[]): {
  readonly [word: string]: readonly (readonly [word: string, similarity: number])[]
} {
  // The names of a concept stand apart from one another.
  const names = concepts
    .flatMap((texts, concept) => texts.map((text, place) => ({ text, concept, place })))
    .sort((a, b) => a.place - b.place)
  const { vocabulary, words, starts } = Vocabulary.build(names.map(({ text }) => text))
  const learned = learnWords(
    { words, starts },
    Int32Array.from(names, ({ concept }) => concept),
    concepts.length,
  )
  const toWord = (word: number) => vocabulary.words[word] ?? ''
  return Object.fromEntries(
    [...learned].map(([word, list]) => [
      toWord(word),
      list.map((other) => [toWord(other.word), other.similarity] as const),
    ]),
  )
}

const GUMS = [
  ['gum pain', 'gingival pain'],
  ['gum swelling', 'gingival swelling'],
]

describe('words learned from synonyms', () => {
  test('are those that replaced one another in two concepts, each for the other', () => {
    expect(learnFrom(GUMS)).toEqual({ gum: ['gingival'], gingival: ['gum'] })
  })

  test('need a second concept', () => {
    expect(learnFrom(GUMS.slice(0, 1))).toEqual({})
    expect(learnFrom([['gum pain', 'gingival pain', 'gum ache']])).toEqual({})
  })

  test('need a second concept also where the first has two pairs of such names', () => {
    expect(learnFrom([['gum pain', 'gingival pain', 'sore gum', 'sore gingival']])).toEqual({})
  })

  test('are not learned from names that are no synonyms', () => {
    expect(learnFrom([['gum pain'], ['gingival pain'], ['gum swelling'], ['gingival swelling']])).toEqual({})
  })

  test('are learned from names in another order, and from these alone that differ in one word', () => {
    const turned = [
      ['pain of gum', 'gingival of pain'],
      ['gum swelling', 'swelling gingival'],
    ]
    expect(learnFrom(turned)).toEqual({ gum: ['gingival'], gingival: ['gum'] })
    const longer = [
      ['gum pain', 'gingival area pain'],
      ['gum swelling', 'gingival area swelling'],
    ]
    expect(learnFrom(longer)).toEqual({})
    const twoApart = [
      ['gum pain', 'gingival ache'],
      ['gum swelling', 'gingival puffiness'],
    ]
    expect(learnFrom(twoApart)).toEqual({})
    expect(
      learnFrom([
        ['gum', 'gingiva'],
        ['gum', 'gingiva'],
      ]),
    ).toEqual({}) // one word says nothing of its use
  })

  test('are not learned from names of more than eight words, nor from the thirteenth name of a concept on', () => {
    const filler = 'a b c d e f g'
    const long = (rest: string) =>
      GUMS.map(([one = '', other = '']) => [one.replace(' ', ` ${rest} `), other.replace(' ', ` ${rest} `)])
    expect(learnFrom(long('a b c d e f'))).toEqual({ gum: ['gingival'], gingival: ['gum'] })
    expect(learnFrom(long(filler))).toEqual({})
    const others = (count: number) => Array.from({ length: count }, (_, i) => `x${i} y${i} z${i}`)
    const late = (count: number) => GUMS.map(([one = '', other = '']) => [...others(count), one, other])
    expect(learnFrom(late(10))).toEqual({ gum: ['gingival'], gingival: ['gum'] })
    expect(learnFrom(late(11))).toEqual({})
  })

  test('are no fillers that change with everything', () => {
    const replacing = Array.from({ length: 12 }, (_, i) => [
      [`organ${i} disease`, `organ${i} word${i}`],
      [`organ${i} syndrome`, `organ${i} other${i}`],
    ])
    const both = ['heart', 'liver'].map((organ) => [`${organ} disease`, `${organ} syndrome`])
    expect(learnFrom([...both, ...replacing.flat()])).toEqual({})
    expect(learnFrom(both)).toEqual({ disease: ['syndrome'], syndrome: ['disease'] })
  })

  test('are the likelier, the more concepts use them and the fewer other words replace them', () => {
    const ofConcepts = (count: number) => Array.from({ length: count }, (_, i) => [`gum p${i}`, `gingival p${i}`])
    const [two, nine] = [2, 9].map((count) => learnSimilar(ofConcepts(count)).gum?.[0]?.[1] ?? 0)
    expect(two).toBeCloseTo(0.45 + 0.45 * (2 / 3), 6)
    expect(nine).toBeCloseTo(0.45 + 0.45 * 0.9, 6)
    const replaced = learnSimilar([...ofConcepts(2), ['gum x', 'tooth x']]).gum?.[0]?.[1] ?? 0
    expect(replaced).toBeLessThan(two ?? 0)
    expect(replaced).toBeGreaterThan(0.5)
  })

  test('are listed likest first, six at most', () => {
    const times = [2, 8, 3, 7, 4, 6, 5, 9]
    const concepts = times.flatMap((count, word) =>
      Array.from({ length: count }, (_, i) => [`lamp p${word}x${i}`, `light${word} p${word}x${i}`]),
    )
    expect(learnFrom(concepts).lamp).toEqual(['light7', 'light1', 'light3', 'light5', 'light6', 'light4'])
  })

  test('may be opposites where two concepts hold both for names: what is learned proposes, and no more', () => {
    const sides = [
      ['left arm pain', 'right arm pain'],
      ['left leg pain', 'right leg pain'],
    ]
    expect(learnFrom(sides)).toEqual({ left: ['right'], right: ['left'] })
  })

  test('are none where there is nothing', () => expect(learnFrom([])).toEqual({}))
})

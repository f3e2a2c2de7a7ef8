import { describe, expect, test } from 'vitest'
import { normaliseTerm } from '../../../dictionaries/text/normalise.ts'
import { type Sought, TermIndex } from '../../../dictionaries/text/term-index.ts'
import { toRandom } from '../../generators/random.ts'

const toIndex = (texts: readonly string[]) => new TermIndex(texts.map(normaliseTerm))

describe('search', () => {
  const texts = ['Swollen ankle', 'Swollen eyelid', 'Ankle fracture', 'Headache', 'Tension headache', 'Oedema', '...']
  const index = toIndex(texts)
  const search = (text: string, limit = 9) => index.search(text, { limit }).map((similar) => texts[similar.index])

  test('finds a misspelt term first', () => {
    expect(search('swolen anckle')[0]).toBe('Swollen ankle')
    expect(search('haedache', 1)).toEqual(['Headache'])
    expect(search('tenshion head ache')[0]).toBe('Tension headache')
  })

  test('finds a term first that lost the blank between its words', () => {
    expect([search('swollenankle')[0], search('anklefracture')[0]]).toEqual(['Swollen ankle', 'Ankle fracture'])
  })

  test('gives the term itself a score of 1, whatever its spelling, and others less', () => {
    expect(index.search('EDEMAS', { limit: 9 })[0]).toEqual({ index: 5, score: 1 })
    const scores = index.search('swollen ankle', { limit: 9 }).map(({ score }) => score)
    expect(scores).toHaveLength(3)
    expect(scores[0]).toBe(1)
    expect(scores.slice(1).every((score) => score > 0 && score < 1)).toBe(true)
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
  })

  test('gives the same words in another order a score of 1, also where one of them comes twice', () => {
    expect(index.search('ankle, swollen', { limit: 1 })).toEqual([{ index: 0, score: 1 }])
    const repeated = toIndex(['Knee to knee bruise', 'Knee bruise', 'To'])
    expect(repeated.search('bruise, knee to knee', { limit: 1 })).toEqual([{ index: 0, score: 1 }])
  })

  test('gives a misspelt term less than the term, and more than a term without that word', () => {
    const [misspelt, other] = index.search('swolen ankle', { limit: 2 })
    expect(misspelt?.index).toBe(0)
    expect(misspelt?.score).toBeLessThan(1)
    expect(misspelt?.score).toBeGreaterThan(other?.score ?? 1)
  })

  test('counts what no text has against all of them', () => {
    const [plain] = index.search('headache', { limit: 1 })
    const [longer] = index.search('headache zzzz', { limit: 1 })
    expect(longer?.index).toBe(plain?.index)
    expect(longer?.score).toBeLessThan(plain?.score ?? 0)
  })

  test('keeps equals in the order they were built in', () => {
    const twins = toIndex(['b cough', 'Cough', 'cough', 'COUGHS'])
    expect(twins.search('cough', { limit: 2 }).map((similar) => similar.index)).toEqual([1, 2])
  })

  test('keeps equals in their order also where there are more than the limit', () => {
    const many = toIndex([...Array.from({ length: 60 }, () => 'q1'), ...Array.from({ length: 60 }, () => 'p1')])
    expect(many.search('p1 q1', { limit: 40 }).map((similar) => similar.index)).toEqual([...Array(40).keys()])
  })

  test('counts a word that a text holds twice once, be it common or rare', () => {
    const pains = toIndex([...Array.from({ length: 400 }, (_, i) => `pain a${i}`), 'rare1 pain pain', 'rare1 pain'])
    expect(pains.search('rare1 pain', { limit: 2 })).toEqual([
      { index: 400, score: 1 },
      { index: 401, score: 1 },
    ])
  })

  test('finds the rare word among thousands of texts that share the common ones, and none of these', () => {
    const many = Array.from({ length: 5_000 }, (_, i) => `disorder of the ${i === 4_321 ? 'spleen' : `part ${i}`}`)
    const disorders = toIndex(many)
    expect(disorders.search('disorder of the spleeen', { limit: 9 }).map((similar) => similar.index)).toEqual([4_321])
    expect(disorders.search('the disorder', { limit: 3 }).map((similar) => similar.index)).toEqual([4_321, 0, 1])
  })

  test('finds the texts of the lesser word too where thousands do not share it', () => {
    const many = Array.from({ length: 5_000 }, (_, i) => `disorder of part ${i}`)
    const limbs = toIndex([...many, 'leg bruise', 'leg burn', 'arm bruise', 'leg cramp'])
    expect(limbs.search('bruise of leg', { limit: 9 }).map((similar) => similar.index)).toEqual([
      5_000, 5_002, 5_001, 5_003,
    ])
  })

  test('finds nothing where nothing is shared, nor in an empty index', () => {
    expect(index.search('qqq', { limit: 9 })).toEqual([])
    expect(index.search(' ', { limit: 9 })).toEqual([])
    expect(toIndex([]).search('headache', { limit: 9 })).toEqual([])
    expect(toIndex(['', '']).search('headache', { limit: 9 })).toEqual([])
  })

  test('finds the same again, whatever was searched in between', () => {
    const first = index.search('swolen headache', { limit: 9 })
    for (const text of ['ankle fracture', 'zzzz', 'swollen swollen', 'oedema headache tension']) search(text)
    expect(index.search('swolen headache', { limit: 9 })).toEqual(first)
  })

  test('refuses a limit that is none', () => {
    expect(() => index.search('headache', { limit: 0 })).toThrow(RangeError)
    expect(() => index.search('headache', { limit: 1.5 })).toThrow(RangeError)
  })

  test('scores as the cosine of weighted words, compared with a plain count over all texts', () => {
    const random = toRandom(3)
    // Words with digits are like no other word.
    const toText = () =>
      [...new Set(Array.from({ length: 1 + Math.floor(random() * 5) }, () => `w${Math.floor(random() * 1_500)}`))].join(
        ' ',
      )
    const keys = Array.from({ length: 3_000 }, toText)
    const all = new TermIndex(keys)
    for (let tried = 0; tried < 200; tried += 1) {
      const text =
        tried % 2 === 0 ? toText() : `${keys[tried]?.split(' ')[0]} ${keys[tried + 1]?.split(' ')[0]} unknown1`
      const scores = countByHand(keys, text)
      const found = all.search(text, { limit: 7 })
      const best = [...scores.values()].sort((a, b) => b - a).slice(0, 7)
      expect(found).toHaveLength(best.length)
      for (const [place, { index: each, score }] of found.entries()) {
        expect(score).toBeCloseTo(best[place] ?? 0, 4)
        expect(score).toBeCloseTo(scores.get(each) ?? 0, 4)
      }
    }
  })
})

/** Per text that shares a word with a text of known or unknown words its cosine, by the definition. */
function countByHand(keys: readonly string[], text: string): ReadonlyMap<number, number> {
  const texts = keys.map((key) => key.split(' '))
  const frequencies = new Map<string, number>()
  for (const words of texts) for (const word of new Set(words)) frequencies.set(word, (frequencies.get(word) ?? 0) + 1)
  const weigh = (word: string) => Math.log(1 + keys.length / (frequencies.get(word) ?? 1)) / Math.log(1 + keys.length)
  const lengthOf = (words: readonly string[]) => Math.sqrt(words.reduce((sum, word) => sum + weigh(word) ** 2, 0))
  const sought = text.split(' ')
  const scores = new Map<number, number>()
  for (const [place, words] of texts.entries()) {
    const sum = sought.reduce((total, word) => total + (words.includes(word) ? weigh(word) ** 2 : 0), 0)
    if (sum > 0) scores.set(place, Math.min(1, sum / lengthOf(words) / lengthOf(sought)))
  }
  return scores
}

describe('texts of sought words', () => {
  const index = new TermIndex(['red lamp', 'scarlet lamp', 'red scarlet lamp', 'blue', 'red'])
  const near = (...words: readonly (readonly [word: string, similarity: number])[]): Sought => ({
    near: words.map(([word, similarity]) => ({ word: index.vocabulary.findWord(word), similarity })),
    weight: 1,
  })
  const find = (sought: readonly Sought[], limit = 9) => [...index.findTexts(sought, limit)].sort((a, b) => a - b)

  test('are those that hold one of the words a sought word may stand for', () => {
    expect(find([near(['red', 1])])).toEqual([0, 2, 4])
    expect(find([near(['red', 1], ['scarlet', 0.9])])).toEqual([0, 1, 2, 4])
    expect(find([near(['blue', 1]), near(['scarlet', 1])])).toEqual([1, 2, 3])
    expect(find([near()])).toEqual([])
    expect(find([])).toEqual([])
  })

  test('are the best where there are more than the limit', () => {
    expect(find([near(['red', 1])], 1)).toEqual([4])
    expect(find([near(['red', 1]), near(['scarlet', 1])], 1)).toEqual([2])
  })

  test('count a sought word once, by the likest word that they hold', () => {
    const lamps = new TermIndex(['scarlet lamp', 'red scarlet lamp'])
    const [scarlet, red] = ['scarlet', 'red'].map((word) => lamps.vocabulary.findWord(word))
    const sought = [
      { word: scarlet ?? -1, similarity: 1 },
      { word: red ?? -1, similarity: 0.9 },
    ]
    // Were both words counted, the second text would stand first.
    expect(lamps.findTexts([{ near: sought, weight: 1 }], 1)).toEqual([0])
  })

  test('count every sought word, also where several may stand for several words', () => {
    const lamps = new TermIndex(['red', 'red lamp'])
    const [red, lamp] = ['red', 'lamp'].map((word) => lamps.vocabulary.findWord(word))
    const toSought = (first: number, second: number): Sought => ({
      near: [
        { word: first, similarity: 1 },
        { word: second, similarity: 0.1 },
      ],
      weight: 1,
    })
    expect(lamps.findTexts([toSought(red ?? -1, lamp ?? -1), toSought(lamp ?? -1, red ?? -1)], 1)).toEqual([1])
  })

  test('are found by a word that they hold twice, and no other text is', () => {
    const doubled = new TermIndex(['aa1 aa1', 'bb1 cc1 bb1', 'cc1', 'dd1 dd1 dd1'])
    const found = ['aa1', 'bb1', 'cc1', 'dd1'].map((word) =>
      doubled
        .search(word, { limit: 9 })
        .map((similar) => similar.index)
        .sort((a, b) => a - b),
    )
    expect(found).toEqual([[0], [1], [1, 2], [3]])
  })

  test('of words that many texts hold are found by a likely word only, not by one that is somewhat alike', () => {
    const many = new TermIndex([...Array.from({ length: 300 }, (_, i) => `common ${i}`), 'rare', 'seldom'])
    const toSought = (similarity: number): Sought => ({
      near: [
        { word: many.vocabulary.findWord('rare'), similarity: 1 },
        { word: many.vocabulary.findWord('seldom'), similarity: 0.5 },
        { word: many.vocabulary.findWord('common'), similarity },
      ],
      weight: 1,
    })
    expect(many.findTexts([toSought(0.79)], 999).toSorted((a, b) => a - b)).toEqual([300, 301])
    expect(many.findTexts([toSought(0.8)], 999)).toHaveLength(302)
  })
})

test('an index keeps the words of each text in order, and how much each word says', () => {
  const { vocabulary, words, starts, weights } = new TermIndex(['pain in chest', '', 'chest pain', 'chest'])
  const wordsOf = (text: number) => Array.from(words.slice(starts[text], starts[text + 1]), (n) => vocabulary.words[n])
  expect([0, 1, 2, 3].map(wordsOf)).toEqual([['pain', 'in', 'chest'], [], ['chest', 'pain'], ['chest']])
  const weigh = (word: string) => weights[vocabulary.findWord(word)] ?? 0
  expect(weigh('in')).toBeCloseTo(1, 6)
  expect(weigh('pain')).toBeCloseTo(Math.log(3) / Math.log(5), 6)
  expect(weigh('chest')).toBeLessThan(weigh('pain'))
})

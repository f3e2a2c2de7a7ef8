import { describe, expect, test } from 'vitest'
import { countSharedStart, LONGEST_WORD, toSound, toWordDistance } from '../../../dictionaries/text/word-distance.ts'
import { toRandom } from '../../generators/random.ts'

/** The table of optimal string alignment as every textbook has it. */
function toPlainDistance(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (__, j) => (i === 0 ? j : j === 0 ? i : 0)),
  )
  const at = (i: number, j: number) => table[i]?.[j] ?? Number.POSITIVE_INFINITY
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      ;(table[i] as number[])[j] = Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
        isSwapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
      )
    }
  }
  return at(a.length, b.length)
}

describe('the distance of two words', () => {
  const distances: readonly (readonly [a: string, b: string, distance: number])[] = [
    ['rash', 'rash', 0],
    ['', '', 0],
    ['', 'abc', 3],
    ['rash', 'rahs', 1],
    ['rash', 'rsah', 1],
    ['rash', 'arsh', 1],
    ['headache', 'haedahce', 2],
    ['vomiting', 'vomitting', 1],
    ['fatigue', 'fatige', 1],
    ['nausea', 'nausra', 1],
    ['ca', 'abc', 3], // no letter is touched twice: this is not Damerau's distance, which is 2
    ['hypotension', 'hypertension', 2],
  ]
  test.each(distances)('%j and %j lie %i apart', (a, b, distance) => {
    expect([toWordDistance(a, b, 5), toWordDistance(b, a, 5)]).toEqual([distance, distance])
  })

  test('is that of a plain table for any two words, as far as the bound, and over the bound beyond it', () => {
    const random = toRandom(7)
    const int = (below: number) => Math.floor(random() * below)
    const toWord = (letters: number, longest: number) =>
      Array.from({ length: int(longest + 1) }, () => String.fromCharCode(0x61 + int(letters))).join('')
    const misspell = (word: string) => {
      const at = int(word.length)
      const rest = word.slice(at)
      const changed = [
        () => rest.slice(1, 2) + rest.slice(0, 1) + rest.slice(2),
        () => rest.slice(1),
        () => rest.slice(0, 1) + rest,
        () => `x${rest.slice(1)}`,
      ][int(4)]
      return word.slice(0, at) + (changed?.() ?? rest)
    }
    let within = 0
    for (let tried = 0; tried < 20_000; tried += 1) {
      const a = toWord(2 + int(4), 12)
      const b = tried % 2 === 0 ? toWord(2 + int(4), 12) : misspell(misspell(misspell(a)))
      const most = int(6)
      const plain = toPlainDistance(a, b)
      const found = toWordDistance(a, b, most)
      if (plain <= most) within += 1
      if (plain <= most ? found !== plain : found <= most) expect([a, b, most, found]).toEqual([a, b, most, plain])
    }
    expect(within).toBeGreaterThan(5_000)
  })

  test('is counted up to the longest word, and beyond it only said to be larger', () => {
    const long = 'ab'.repeat(LONGEST_WORD).slice(0, LONGEST_WORD)
    const other = 'cd'.repeat(LONGEST_WORD).slice(0, LONGEST_WORD)
    expect(toWordDistance(long, other, LONGEST_WORD)).toBe(LONGEST_WORD)
    expect(toWordDistance(long, `${long.slice(0, -2)}xy`, 3)).toBe(2)
    expect(toWordDistance(`${long}a`, `${long}b`, 3)).toBeGreaterThan(3)
    expect(toWordDistance('rash', 'rahs', 1)).toBe(1) // and what was compared before leaves nothing behind
  })

  test('says no more than that it is larger where the bound is passed', () => {
    expect(toWordDistance('hypotension', 'hypertension', 1)).toBeGreaterThan(1)
    expect(toWordDistance('rash', 'rashes', 1)).toBeGreaterThan(1)
    expect(toWordDistance('rash', 'rahs', 0)).toBeGreaterThan(0)
    expect(toWordDistance('rash', 'rash', 0)).toBe(0)
  })
})

describe('the sound of a word', () => {
  const alike: readonly (readonly [heard: string, word: string])[] = [
    ['neumonia', 'pneumonia'],
    ['soriasis', 'psoriasis'],
    ['sikosis', 'psychosis'],
    ['diarea', 'diarrhea'],
    ['diarrea', 'diarrhea'],
    ['hemorage', 'hemorrhage'],
    ['rinitis', 'rhinitis'],
    ['nefritis', 'nephritis'],
    ['flegm', 'phlegm'],
    ['kolestasis', 'cholestasis'],
    ['siatica', 'sciatica'],
    ['simptom', 'symptom'],
    ['eksema', 'exema'],
    ['astma', 'asthma'],
    ['vomitting', 'vomiting'],
    ['disnea', 'dissnee'],
    ['zoster', 'soster'],
  ]
  test.each(alike)('%j sounds like %j', (heard, word) => expect(toSound(heard)).toBe(toSound(word)))

  const apart: readonly (readonly [one: string, other: string])[] = [
    ['hypo', 'hyper'],
    ['ileum', 'ilium'],
    ['nephritis', 'neuritis'],
    ['melena', 'melanoma'],
    ['dysphagia', 'dysphasia'],
    ['carpal', 'tarsal'],
  ]
  test.each(apart)('%j and %j sound differently', (one, other) => expect(toSound(one)).not.toBe(toSound(other)))
})

test('two words share their first letters up to the first that differs', () => {
  expect(countSharedStart('vomiting', 'vomited')).toBe(5)
  expect(countSharedStart('ileum', 'ilium')).toBe(2)
  expect(countSharedStart('rash', 'rashes')).toBe(4)
  expect(countSharedStart('rash', 'trash')).toBe(0)
  expect(countSharedStart('', 'rash')).toBe(0)
})

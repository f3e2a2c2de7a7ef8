import { describe, expect, test } from 'vitest'
import { SEARCH_MODES, type SearchMode } from '../../../dictionaries/dictionary.ts'
import { foldVerbatim } from '../../../dictionaries/text/fold.ts'
import { type LevelNames, LevelSearch } from '../../../dictionaries/text/level-search.ts'
import { toRandom } from '../../generators/random.ts'

const LEVELS: readonly LevelNames[] = [
  { level: 'broad', names: ['Head', 'Belly  and head', 'Ahead'] },
  { level: 'narrow', names: ['HEAD', 'Sore head', 'Head, sore', 'Bed*room', 'Bed room', 'Was head?', '𠮷田 head'] },
]
const search = new LevelSearch(LEVELS)

function find(text: string, mode: SearchMode, options: { limit?: number; level?: string } = {}): readonly string[] {
  return search
    .search(text, { mode, limit: 99, ...options })
    .map(({ level, row }) => `${level} ${LEVELS.find((each) => each.level === level)?.names[row]}`)
}

describe('a text', () => {
  test('equal to a name finds it on every level, broader ones first, whatever case and blanks', () => {
    expect(find(' hEAD\n', 'exact')).toEqual(['broad Head', 'narrow HEAD'])
    expect(find('belly and HEAD', 'exact')).toEqual(['broad Belly  and head'])
    expect(find('hea', 'exact')).toEqual([])
  })

  test('that names begin with finds them in order of names', () => {
    expect(find('head', 'begins')).toEqual(['broad Head', 'narrow HEAD', 'narrow Head, sore'])
  })

  test('anywhere in a name finds those that begin with it first, each part in order of names', () => {
    expect(find('head', 'contains')).toEqual([
      'broad Head',
      'narrow HEAD',
      'narrow Head, sore',
      'broad Ahead',
      'broad Belly  and head',
      'narrow Sore head',
      'narrow Was head?',
      'narrow 𠮷田 head',
    ])
  })

  test('may hold stars, which stand for themselves outside of patterns', () => {
    expect(find('bed*', 'begins')).toEqual(['narrow Bed*room'])
    expect(find('d*r', 'contains')).toEqual(['narrow Bed*room'])
    expect(find('*head', 'exact')).toEqual([])
  })
})

describe('a pattern', () => {
  test('must fit the whole name, with any text for a star, none included', () => {
    expect(find('head*', 'wildcard')).toEqual(['broad Head', 'narrow HEAD', 'narrow Head, sore'])
    expect(find('*HEAD', 'wildcard')).toEqual([
      'broad Ahead',
      'broad Belly  and head',
      'broad Head',
      'narrow HEAD',
      'narrow Sore head',
      'narrow 𠮷田 head',
    ])
    expect(find('b*d*r*m', 'wildcard')).toEqual(['narrow Bed room', 'narrow Bed*room'])
    expect(find('ead', 'wildcard')).toEqual([])
    expect(find('head', 'wildcard')).toEqual(['broad Head', 'narrow HEAD'])
  })

  test('has one letter for a question mark, also where JavaScript counts two', () => {
    expect(find('?head', 'wildcard')).toEqual(['broad Ahead'])
    expect(find('??ad', 'wildcard')).toEqual(['broad Head', 'narrow HEAD'])
    expect(find('??? head', 'wildcard')).toEqual([])
    expect(find('?? head', 'wildcard')).toEqual(['narrow 𠮷田 head'])
    expect(find('was head?', 'wildcard')).toEqual(['narrow Was head?'])
  })

  test('takes every other sign for itself', () => {
    expect(find('h.ad', 'wildcard')).toEqual([])
    expect(find('[h]ead', 'wildcard')).toEqual([])
    expect(find('*, *', 'wildcard')).toEqual(['narrow Head, sore'])
  })

  test('is read alike from a keyboard that types wide signs', () => {
    expect(find('？head', 'wildcard')).toEqual(['broad Ahead'])
  })

  test('that would keep a regular expression busy for ever is answered at once', () => {
    const names = Array.from({ length: 2_000 }, (_, i) => `${'a'.repeat(240)}${i}`)
    const hostile = new LevelSearch([{ level: 'only', names }])
    const count = (pattern: string) => hostile.search(pattern, { mode: 'wildcard', limit: 9_999 }).length
    const started = performance.now()
    expect(count(`${'*a'.repeat(120)}*b`)).toBe(0)
    expect(count(`${'a*'.repeat(120)}?*b*`)).toBe(0)
    expect(count('***a*b*c*')).toBe(0)
    expect(count('*'.repeat(500))).toBe(2_000)
    expect(count(`${'*?'.repeat(240)}*`)).toBe(2_000)
    expect(count('?'.repeat(1_000_000))).toBe(0)
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})

test('one level can be asked for, and no more is given than the limit, the first in order', () => {
  expect(find('head', 'contains', { level: 'broad' })).toEqual(['broad Head', 'broad Ahead', 'broad Belly  and head'])
  expect(find('head', 'contains', { limit: 4 })).toEqual(find('head', 'contains').slice(0, 4))
  expect(find('*head', 'wildcard', { limit: 2 })).toEqual(['broad Ahead', 'broad Belly  and head'])
})

test('an empty text finds nothing, and a bad call throws', () => {
  for (const mode of ['exact', 'begins', 'contains', 'wildcard'] as const) expect(find(' \n', mode)).toEqual([])
  const call = (options: { mode: SearchMode; limit: number; level?: string }) => () => search.search('head', options)
  expect(call({ mode: 'exact', limit: 0 })).toThrow(new RangeError('limit must be a whole number from 1, not 0'))
  expect(call({ mode: 'exact', limit: 1.5 })).toThrow(RangeError)
  expect(call({ mode: 'exact', limit: 1, level: 'HLT' })).toThrow(
    new RangeError('level must be one of broad, narrow, not HLT'),
  )
  expect(call({ mode: 'similar', limit: 1 })).toThrow(RangeError)
})

test('any text and pattern finds what a plain reading of the rules finds, in the same order', () => {
  const random = toRandom(20)
  const int = (count: number) => Math.floor(random() * count)
  const word = (letters: string, longest: number) =>
    Array.from({ length: 1 + int(longest) }, () => Array.from(letters)[int(Array.from(letters).length)] ?? '').join('')
  const names = (count: number) => Array.from({ length: count }, () => `${word('abAé 𠮷*?', 7)}b`)
  const seen: { [mode: string]: number } = {}
  for (let round = 0; round < 60; round++) {
    const levels = [
      { level: 'broad', names: names(15) },
      { level: 'middle', names: names(1) },
      { level: 'narrow', names: names(120) },
    ]
    const searched = new LevelSearch(levels)
    for (let i = 0; i < 60; i++) {
      const mode = SEARCH_MODES[int(4)] as Exclude<SearchMode, 'similar'>
      const text = word(mode === 'wildcard' ? 'abAé 𠮷**??' : 'abAé 𠮷*', mode === 'wildcard' ? 8 : 3)
      const limit = random() < 0.5 ? 999 : 1 + int(9)
      const found = searched.search(text, { mode, limit })
      expect(found, `${mode} ${JSON.stringify(text)}`).toEqual(listPlainly(levels, { text, mode }).slice(0, limit))
      if (found.length > 0) seen[mode] = (seen[mode] ?? 0) + 1
    }
  }
  // That the rounds compared more than empty lists.
  for (const mode of ['exact', 'begins', 'contains', 'wildcard']) expect(seen[mode], mode).toBeGreaterThan(30)
})

/** The rules of Dictionary.search, one name after the other. */
function listPlainly(levels: readonly LevelNames[], { text, mode }: { text: string; mode: SearchMode }) {
  const folded = foldVerbatim(text)
  const fits: { [mode: string]: (name: string) => boolean } = {
    exact: (name) => name === folded,
    begins: (name) => name.startsWith(folded),
    contains: (name) => name.includes(folded),
    wildcard: (name) => fitsPattern(Array.from(name), Array.from(folded)),
  }
  if (folded === '') return []
  const isLater = (name: string) => mode === 'contains' && !name.startsWith(folded)
  return levels
    .flatMap(({ level, names }, place) => names.map((name, row) => ({ level, place, row, name: foldVerbatim(name) })))
    .filter(({ name }) => fits[mode]?.(name))
    .sort(
      (a, b) =>
        Number(isLater(a.name)) - Number(isLater(b.name)) ||
        (a.name < b.name ? -1 : Number(a.name > b.name)) ||
        a.place - b.place ||
        a.row - b.row,
    )
    .map(({ level, row }) => ({ level, row }))
}

/** Every division of the name between the signs of the pattern, one after the other. */
function fitsPattern(name: readonly string[], [sign, ...signs]: readonly string[]): boolean {
  if (sign === undefined) return name.length === 0
  if (sign === '*')
    return Array.from({ length: name.length + 1 }, (_, i) => i).some((i) => fitsPattern(name.slice(i), signs))
  return name.length > 0 && (sign === '?' || sign === name[0]) && fitsPattern(name.slice(1), signs)
}

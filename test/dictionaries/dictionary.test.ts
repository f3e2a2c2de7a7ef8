import { beforeAll, describe, expect, test } from 'vitest'
import { type Dictionary, SEARCH_MODES, type SearchHit } from '../../dictionaries/dictionary.ts'
import { readMeddraAscii } from '../../dictionaries/meddra/read-meddra-ascii.ts'
import { listMeddraShapedFiles } from '../generators/meddra-shaped.ts'
import { SMALL_RELEASE, toDictionaryFiles, withChange } from './meddra/small-release.ts'

let dictionary: Dictionary
beforeAll(async () => {
  const sidecar = {
    name: 'Small',
    note: 'fields of other readers are left alone',
    sexSpecific: [{ pt: '81000103', sex: 'F' }],
    replacements: [{ llt: '81000202', proposed: '81000201' }],
  }
  dictionary = await readMeddraAscii(
    toDictionaryFiles({ ...SMALL_RELEASE, 'dictionary.json': JSON.stringify(sidecar) }),
  )
})

const SICK_HEAD = { code: '81000202', text: 'Sick head, aching', conceptCode: '81000101', isCurrent: false }

describe('terms', () => {
  test('LLTs stand in the order of their codes, whatever the order of the file', () => {
    const codes = Array.from({ length: dictionary.termCount }, (_, index) => dictionary.termAt(index).code)
    expect(codes).toEqual(['81000101', '81000102', '81000103', '81000201', '81000202', '81000203'])
    expect(dictionary.termAt(4)).toEqual(SICK_HEAD)
    expect(() => dictionary.termAt(6)).toThrow(RangeError)
  })

  test('an LLT is found by its code, current or not', () => {
    expect(dictionary.findTerm('81000202')).toEqual(SICK_HEAD)
    expect(dictionary.findTerm('81000021')).toBeUndefined()
  })

  test('LLTs are found by folded name, current or not, and all of them where several share it', async () => {
    const twins = await readMeddraAscii(
      toDictionaryFiles(withChange('llt.asc', 'Throbbing head', 'SICK  Head, aching')),
    )
    expect(dictionary.listByFold('sick head, aching')).toEqual([SICK_HEAD])
    expect(dictionary.listByFold('aching sick head')).toEqual([])
    expect(twins.listByFold('sick head, aching').map(({ code }) => code)).toEqual(['81000201', '81000202'])
  })

  test('LLTs are found by normalised name', () => {
    expect(dictionary.listByNormalised('aching sick head')).toEqual([SICK_HEAD])
    expect(dictionary.listByNormalised('watery motion').map(({ code }) => code)).toEqual(['81000203'])
    expect(dictionary.listByNormalised('watery motions')).toEqual([])
  })

  test('a replacement is proposed for a non-current term and a sex known, where the sidecar says so', () => {
    expect(dictionary.findProposedReplacement('81000202')?.code).toBe('81000201')
    expect(dictionary.findProposedReplacement('81000201')).toBeUndefined()
    expect([dictionary.findLimits('81000103'), dictionary.findLimits('81000101')]).toEqual([{ sex: 'F' }, undefined])
  })
})

describe('paths', () => {
  const names = (path: readonly { level: string; text: string }[] | undefined) =>
    path?.map(({ level, text }) => `${level} ${text}`)

  test('an LLT has the primary path of its PT, even when a secondary one comes first in the file', () => {
    expect(dictionary.findPath('81000103')).toEqual([
      { level: 'SOC', code: '81000002', text: 'Complaints of the belly' },
      { level: 'HLGT', code: '81000012', text: 'Bowel group' },
      { level: 'HLT', code: '81000022', text: 'Bowel movements' },
      { level: 'PT', code: '81000103', text: 'Belly megrim' },
      { level: 'LLT', code: '81000103', text: 'Belly megrim' },
    ])
    expect(names(dictionary.findPath('81000203'))?.slice(3)).toEqual(['PT Loose motions', 'LLT Watery motions'])
    expect(dictionary.findPath('81000999')).toBeUndefined()
  })

  test('a PT lists all its paths, the primary one first', () => {
    const listed = dictionary.listPaths('81000103').map(({ path, isPrimary }) => [isPrimary, names(path)])
    expect(listed).toEqual([
      [true, ['SOC Complaints of the belly', 'HLGT Bowel group', 'HLT Bowel movements', 'PT Belly megrim']],
      [false, ['SOC Complaints of nerves', 'HLGT Head group', 'HLT Aches of the head', 'PT Belly megrim']],
    ])
    expect(dictionary.listPaths('81000101')).toHaveLength(1)
    expect(dictionary.listPaths('81000203')).toEqual([])
  })
})

describe('search', () => {
  const show = (hits: readonly SearchHit[]) => hits.map(({ level, text }) => `${level} ${text}`)

  test('exact finds a name whatever its case and blanks, on every level, broader ones first', () => {
    expect(show(dictionary.search(' loose\u00a0MOTIONS ', { mode: 'exact', limit: 9 }))).toEqual([
      'PT Loose motions',
      'LLT Loose motions',
    ])
    expect(dictionary.search('loose motion', { mode: 'exact', limit: 9 })).toEqual([])
  })

  test('begins finds names by their beginning, in order of names', () => {
    expect(show(dictionary.search('B', { mode: 'begins', limit: 9 }))).toEqual([
      'PT Belly megrim',
      'LLT Belly megrim',
      'HLGT Bowel group',
      'HLT Bowel movements',
    ])
    expect(show(dictionary.search('b', { mode: 'begins', limit: 2 }))).toEqual(['PT Belly megrim', 'LLT Belly megrim'])
    expect(show(dictionary.search('b', { mode: 'begins', limit: 9, level: 'HLT' }))).toEqual(['HLT Bowel movements'])
  })

  test('contains finds names anywhere, those that begin with the text first', () => {
    expect(show(dictionary.search('aching', { mode: 'contains', limit: 9 }))).toEqual([
      'PT Aching head',
      'LLT Aching head',
      'LLT Sick head, aching',
    ])
    expect(show(dictionary.search('head', { mode: 'contains', limit: 2 }))).toEqual([
      'HLGT Head group',
      'HLT Aches of the head',
    ])
  })

  test('a hit shows its currency and its path from the SOC', () => {
    expect(dictionary.search('sick', { mode: 'begins', limit: 9 })).toEqual([
      {
        level: 'LLT',
        code: '81000202',
        text: 'Sick head, aching',
        isCurrent: false,
        path: dictionary.findPath('81000202'),
      },
    ])
    const [hlt] = dictionary.search('aches of the head', { mode: 'exact', limit: 1 })
    expect(hlt?.path.map(({ text }) => text)).toEqual(['Complaints of nerves', 'Head group', 'Aches of the head'])
  })

  test('wildcard finds whole names that fit a pattern, in order of names', () => {
    expect(show(dictionary.search('*HEAD*', { mode: 'wildcard', limit: 9, level: 'LLT' }))).toEqual([
      'LLT Aching head',
      'LLT Sick head, aching',
      'LLT Throbbing head',
    ])
    expect(show(dictionary.search('?o*s', { mode: 'wildcard', limit: 9 }))).toEqual([
      'HLT Bowel movements',
      'SOC Complaints of nerves',
      'PT Loose motions',
      'LLT Loose motions',
    ])
  })

  test('an empty text finds nothing, and a bad call throws', () => {
    for (const mode of SEARCH_MODES) {
      expect(dictionary.search(' \n', { mode, limit: 9 })).toEqual([])
      expect(() => dictionary.search('head', { mode, limit: 0 })).toThrow(RangeError)
      expect(() => dictionary.search('head', { mode, limit: 1, level: 'LT' })).toThrow(RangeError)
    }
  })
})

describe('search for what is similar', () => {
  const find = (text: string, options: { limit?: number; level?: string } = {}) =>
    dictionary.search(text, { mode: 'similar', limit: 9, ...options }).map(({ level, text }) => `${level} ${text}`)

  test('finds current LLTs with their paths, whether misspelt or in another order, best first', () => {
    expect(dictionary.search('motion, watry', { mode: 'similar', limit: 1 })).toEqual([
      {
        level: 'LLT',
        code: '81000203',
        text: 'Watery motions',
        isCurrent: true,
        path: dictionary.findPath('81000203'),
      },
    ])
    expect(find('aching, sick head')[0]).toBe('LLT Aching head')
    expect(find('sick head, aching')).not.toContain('LLT Sick head, aching')
    expect(find('xqz')).toEqual([])
  })

  test('on the level of PTs finds the PTs of such terms, each once, and above them nothing', () => {
    expect(find('watery motions', { level: 'LLT', limit: 2 })).toEqual(['LLT Watery motions', 'LLT Loose motions'])
    expect(find('watery motions', { level: 'PT' })).toEqual(['PT Loose motions'])
    expect(find('heads aching, throbbing', { level: 'PT', limit: 1 })).toEqual(['PT Aching head'])
    for (const level of ['SOC', 'HLGT', 'HLT']) expect(find('aches of the head', { level })).toEqual([])
  })
})

test('a short word with two letters swapped is found by what it was meant to be', async () => {
  const files = listMeddraShapedFiles({ llts: 3_000, pts: 900, seed: 4 })
  const generated = await readMeddraAscii(
    toDictionaryFiles(Object.fromEntries([...files].map(({ name, text }) => [name, text]))),
  )
  let tried = 0
  let found = 0
  for (let index = 0; index < generated.termCount; index += 1) {
    const { text, code, isCurrent } = generated.termAt(index)
    if (!isCurrent || !/^[a-z]{5,8}$/i.test(text)) continue
    const swapped = `${text.slice(0, 2)}${text.slice(3, 4)}${text.slice(2, 3)}${text.slice(4)}`
    const [first] = generated.search(swapped, { mode: 'similar', limit: 1 })
    tried += 1
    if (first?.code === code) found += 1
  }
  expect(tried).toBeGreaterThan(200)
  expect(found / tried).toBeGreaterThan(0.95)
})

test('candidates are current terms only, most similar first', () => {
  const candidates = dictionary.listCandidates('sick head, achng', { limit: 9 })
  expect(candidates[0]?.term.text).toBe('Aching head')
  expect(candidates.every(({ term, score }) => term.isCurrent && score > 0 && score <= 1)).toBe(true)
  expect(candidates.map(({ term }) => term.code)).not.toContain('81000202')
  expect(dictionary.listCandidates('Watery motions', { limit: 1 })).toEqual([
    { term: dictionary.findTerm('81000203'), score: 1 },
  ])
})

describe('all that a verbatim can be matched with', () => {
  test('are the names of current terms by code, each leading to its term', () => {
    const indexed = dictionary.listIndexed()
    const { texts } = indexed
    expect(texts.map((text, place) => [text, ...indexed.listTerms(place)])).toEqual(
      ['81000101', '81000102', '81000103', '81000201', '81000203'].map((code) => {
        const term = dictionary.findTerm(code)
        return [term?.text, { term }]
      }),
    )
    expect(texts).not.toContain('Sick head, aching')
  })

  test('share a concept where they are LLTs of one PT', () => {
    const { texts, concepts, conceptCount } = dictionary.listIndexed()
    const conceptOf = (text: string) => concepts[texts.indexOf(text)]
    expect(concepts).toHaveLength(5)
    expect(concepts.every((concept) => concept >= 0 && concept < conceptCount)).toBe(true)
    expect(conceptOf('Throbbing head')).toBe(conceptOf('Aching head'))
    expect(conceptOf('Watery motions')).toBe(conceptOf('Loose motions'))
    expect(new Set(concepts).size).toBe(3)
  })

  test('are indexed by their places, normalised, and once', () => {
    const { texts, index } = dictionary.listIndexed()
    for (const [place, text] of texts.entries())
      expect(index.search(text, { limit: 1 })).toEqual([{ index: place, score: 1 }])
    expect(index.vocabulary.findWord('motion')).not.toBe(-1)
    expect(['motions', 'sick'].map((word) => index.vocabulary.findWord(word))).toEqual([-1, -1])
    expect(dictionary.listIndexed().index).toBe(index)
  })
})

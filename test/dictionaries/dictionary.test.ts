import { beforeAll, describe, expect, test } from 'vitest'
import type { Dictionary, SearchHit } from '../../dictionaries/dictionary.ts'
import { readMeddraAscii } from '../../dictionaries/meddra-ascii.ts'
import { SMALL_RELEASE, toDictionaryFiles, withChange } from './small-release.ts'

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

const SICK_HEAD = { code: '81000202', text: 'Sick head, aching', ptCode: '81000101', isCurrent: false }

describe('terms', () => {
  test('LLTs stand in the order of their codes, whatever the order of the file', () => {
    const codes = Array.from({ length: dictionary.lltCount }, (_, index) => dictionary.lltAt(index).code)
    expect(codes).toEqual(['81000101', '81000102', '81000103', '81000201', '81000202', '81000203'])
    expect(dictionary.lltAt(4)).toEqual(SICK_HEAD)
    expect(() => dictionary.lltAt(6)).toThrow(RangeError)
  })

  test('an LLT is found by its code, current or not', () => {
    expect(dictionary.findLlt('81000202')).toEqual(SICK_HEAD)
    expect(dictionary.findLlt('81000021')).toBeUndefined()
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
    expect([dictionary.findSex('81000103'), dictionary.findSex('81000101')]).toEqual(['F', undefined])
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

  test('an empty text finds nothing, and a bad call throws', () => {
    expect(dictionary.search(' \n', { mode: 'contains', limit: 9 })).toEqual([])
    expect(() => dictionary.search('head', { mode: 'exact', limit: 0 })).toThrow(RangeError)
    expect(() => dictionary.search('head', { mode: 'exact', limit: 1, level: 'LT' })).toThrow(RangeError)
  })
})

test('candidates are current terms only, most similar first', () => {
  const candidates = dictionary.listCandidates('sick head, achng', { limit: 9 })
  expect(candidates[0]?.llt.text).toBe('Aching head')
  expect(candidates.every(({ llt, score }) => llt.isCurrent && score > 0 && score <= 1)).toBe(true)
  expect(candidates.map(({ llt }) => llt.code)).not.toContain('81000202')
  expect(dictionary.listCandidates('Watery motions', { limit: 1 })).toEqual([
    { llt: dictionary.findLlt('81000203'), score: 1 },
  ])
})

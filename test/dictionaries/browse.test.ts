import { beforeAll, describe, expect, test } from 'vitest'
import type { Dictionary, NodeName } from '../../dictionaries/dictionary.ts'
import { readMeddraAscii } from '../../dictionaries/meddra/read-meddra-ascii.ts'
import { foldVerbatim } from '../../dictionaries/text/fold.ts'
import { listMeddraShapedFiles } from '../generators/meddra-shaped.ts'
import { type Release, SMALL_RELEASE, toDictionaryFiles, withChange } from './meddra/small-release.ts'

const read = (release: Release) => readMeddraAscii(toDictionaryFiles(release))
const byText = (a = '', b = '') => (a < b ? -1 : Number(a > b))
const show = (nodes: readonly { level: string; code: string; text: string }[]) =>
  nodes.map(({ level, code, text }) => `${level} ${code} ${text}`)

let small: Dictionary
let generated: Dictionary
beforeAll(async () => {
  small = await read(SMALL_RELEASE)
  const files = listMeddraShapedFiles({ llts: 3_000, pts: 900, seed: 4 })
  generated = await read(Object.fromEntries([...files].map(({ name, text }) => [name, text])))
})

describe('a node', () => {
  test('is found on every level by its code, with its path', () => {
    expect(small.findNode('81000022')).toEqual({
      level: 'HLT',
      code: '81000022',
      text: 'Bowel movements',
      isCurrent: true,
      path: [
        { level: 'SOC', code: '81000002', text: 'Complaints of the belly' },
        { level: 'HLGT', code: '81000012', text: 'Bowel group' },
        { level: 'HLT', code: '81000022', text: 'Bowel movements' },
      ],
    })
    expect(small.findNode('81000002')).toMatchObject({ level: 'SOC', text: 'Complaints of the belly' })
    expect(small.findNode('81000202')).toMatchObject({ level: 'LLT', isCurrent: false })
  })

  test('of a code that stands on two levels is the broader one, unless a level is named', () => {
    expect(small.findNode('81000101')).toMatchObject({ level: 'PT', path: { length: 4 } })
    expect(small.findNode('81000101', 'LLT')).toMatchObject({ level: 'LLT', path: { length: 5 } })
  })

  test('is not found by an unknown code, or on a level where its code does not stand', () => {
    const missing = [small.findNode('81000999'), small.findNode('81000101', 'SOC'), small.findNode('81000101', 'pt')]
    expect(missing).toEqual([undefined, undefined, undefined])
  })
})

describe('parents', () => {
  test('of a PT are its HLTs, that of the primary path first, then by code', () => {
    expect(show(small.listParents({ level: 'PT', code: '81000103' }))).toEqual([
      'HLT 81000022 Bowel movements',
      'HLT 81000021 Aches of the head',
    ])
  })

  test('of an LLT are its PT, also where both share their code', () => {
    expect(show(small.listParents({ level: 'LLT', code: '81000202' }))).toEqual(['PT 81000101 Aching head'])
    expect(show(small.listParents({ level: 'LLT', code: '81000101' }))).toEqual(['PT 81000101 Aching head'])
  })

  test('are none above a SOC, of an unknown node and of an unknown level', () => {
    for (const node of [
      { level: 'SOC', code: '81000001' },
      { level: 'HLT', code: '81000101' },
      { level: 'chapter', code: '81000001' },
    ]) {
      expect([small.listParents(node), node]).toEqual([[], node])
      if (node.level !== 'SOC') expect([small.listChildren(node), node]).toEqual([[], node])
    }
  })
})

describe('children', () => {
  test('without a node are the SOCs', () => {
    expect(show(small.listChildren())).toEqual([
      'SOC 81000001 Complaints of nerves',
      'SOC 81000002 Complaints of the belly',
    ])
  })

  test('stand in the order of their names, whatever their codes and the order of the file', () => {
    expect(show(small.listChildren({ level: 'HLT', code: '81000022' }))).toEqual([
      'PT 81000103 Belly megrim',
      'PT 81000102 Loose motions',
    ])
    expect(show(small.listChildren({ level: 'PT', code: '81000101' }))).toEqual([
      'LLT 81000101 Aching head',
      'LLT 81000202 Sick head, aching',
      'LLT 81000201 Throbbing head',
    ])
    expect(small.listChildren({ level: 'LLT', code: '81000201' })).toEqual([])
  })
})

test('an HLT below two HLGTs hangs below both, and one without PTs hangs in its place', async () => {
  const path =
    '81000101$81000021$81000012$81000002$Aching head$Aches of the head$Bowel group$Complaints of the belly$Belly$$81000001$N$\n'
  const dictionary = await read({
    ...SMALL_RELEASE,
    'hlt.asc': `${SMALL_RELEASE['hlt.asc']}81000020$Empty shelf$$$$$$$$\n`,
    'hlgt_hlt.asc': `81000012$81000021$\n81000011$81000020$\n${SMALL_RELEASE['hlgt_hlt.asc']}`,
    'mdhier.asc': `${path}${SMALL_RELEASE['mdhier.asc']}`,
  })
  const aches = { level: 'HLT', code: '81000021' }
  expect(show(dictionary.listParents(aches))).toEqual(['HLGT 81000011 Head group', 'HLGT 81000012 Bowel group'])
  expect(show(dictionary.listParents({ level: 'PT', code: '81000101' }))).toEqual(['HLT 81000021 Aches of the head'])
  expect(show(dictionary.listChildren({ level: 'HLGT', code: '81000012' }))).toEqual([
    'HLT 81000021 Aches of the head',
    'HLT 81000022 Bowel movements',
  ])
  expect(show(dictionary.listChildren({ level: 'HLGT', code: '81000011' }))).toEqual([
    'HLT 81000021 Aches of the head',
    'HLT 81000020 Empty shelf',
  ])
  expect(dictionary.listChildren({ level: 'HLT', code: '81000020' })).toEqual([])
})

test('whoever walks down comes by every node, and back up to where he was', () => {
  const seen = new Map<string, NodeName>()
  const walk = (node?: NodeName): void => {
    const children = generated.listChildren(node)
    const names = children.map(({ text }) => foldVerbatim(text))
    expect(names).toEqual([...names].sort(byText))
    for (const { level, code } of children) {
      if (node !== undefined)
        expect(generated.listParents({ level, code }).map((parent) => parent.code)).toContain(node.code)
      if (seen.has(`${level} ${code}`)) continue
      seen.set(`${level} ${code}`, { level, code })
      walk({ level, code })
    }
  }
  walk()
  const counts = Object.fromEntries(generated.levels.map((level) => [level, 0]))
  for (const { level } of seen.values()) counts[level] = (counts[level] ?? 0) + 1
  expect(counts).toEqual(generated.report.counts)
  expect(counts).toMatchObject({ LLT: 3_000, PT: 900 })
})

test('each step of each path is a step between a parent and its child, and no other is', () => {
  for (const { level, code } of generated.listChildren().flatMap((soc) => generated.listChildren(soc))) {
    for (const hlt of generated.listChildren({ level, code })) {
      for (const pt of generated.listChildren(hlt)) {
        const paths = generated.listPaths(pt.code).map(({ path }) => path)
        const hlts = paths.map((path) => path[2]?.code)
        expect(generated.listParents(pt).map((parent) => parent.code)).toEqual([hlts[0], ...hlts.slice(1).sort(byText)])
        expect(hlts).toContain(hlt.code)
      }
    }
  }
})

test('a PT lists the very terms that name it: its own first, then by code', () => {
  const terms = Array.from({ length: generated.termCount }, (_, index) => generated.termAt(index))
  let several = 0
  for (const { code } of terms.filter((term) => term.code === term.conceptCode)) {
    const own = terms.filter((term) => term.conceptCode === code)
    const expected = [...own.filter((term) => term.code === code), ...own.filter((term) => term.code !== code)]
    expect(generated.listTerms(code)).toEqual(expected)
    if (expected.length > 3) several += 1
  }
  expect(several).toBeGreaterThan(200)
  expect(generated.listTerms('99999999')).toEqual([])
})

test('the term with the code of its PT comes first, also before lower codes', async () => {
  const dictionary = await read(withChange('llt.asc', '81000203$Watery', '81000050$Watery'))
  expect(dictionary.listTerms('81000102').map(({ code }) => code)).toEqual(['81000102', '81000050'])
})

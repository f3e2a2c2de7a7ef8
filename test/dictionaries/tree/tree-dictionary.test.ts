import { describe, expect, test } from 'vitest'
import { TreeDictionary } from '../../../dictionaries/tree/tree-dictionary.ts'
import type { TreeNode } from '../../../dictionaries/tree/tree-node.ts'
import { toRandom } from '../../generators/random.ts'

const toNode = (node: Partial<TreeNode> & Pick<TreeNode, 'level' | 'code' | 'text' | 'parent'>): TreeNode => ({
  kind: 'assignable',
  names: [],
  notes: [],
  limits: undefined,
  ...node,
})

/** A group with a header, below which are codes of two depths; out of order, as a file may be. */
const NODES: readonly TreeNode[] = [
  toNode({
    level: 'group',
    code: 'G',
    text: 'All things',
    parent: -1,
    kind: 'group',
    notes: [{ kind: 'note', text: 'all' }],
  }),
  toNode({ level: 'leaf', code: '30', text: 'Red lamp', parent: 2, names: ['Scarlet lamp', 'Lamp, red'] }),
  toNode({ level: 'branch', code: '2', text: 'Lamps', parent: 0, kind: 'header', names: ['Lights'] }),
  toNode({
    level: 'leaf',
    code: '10',
    text: 'Blue lamp',
    parent: 2,
    limits: { sex: 'F' },
    notes: [{ kind: 'includes', text: 'azure' }],
  }),
  toNode({ level: 'branch', code: '4', text: 'Lamp', parent: 0 }),
]

const toDictionary = (nodes: readonly TreeNode[] = NODES, hints: { text: string; node: number }[] = []) =>
  new TreeDictionary({
    ref: { name: 'Things', version: '1', sha256: 'x' },
    language: 'English',
    levels: ['group', 'branch', 'leaf'],
    nodes,
    hints,
    warnings: ['odd'],
  })

describe('terms', () => {
  test('are titles and names by code as text; groups have none', () => {
    const dictionary = toDictionary()
    const terms = Array.from({ length: dictionary.termCount }, (_, index) => dictionary.termAt(index))
    expect(terms.map(({ code, text, isCurrent }) => [code, text, isCurrent])).toEqual([
      ['10', 'Blue lamp', true],
      ['2', 'Lamps', false],
      ['2', 'Lights', false],
      ['30', 'Red lamp', true],
      ['30', 'Scarlet lamp', true],
      ['30', 'Lamp, red', true],
      ['4', 'Lamp', true],
    ])
    expect(terms.every(({ code, conceptCode }) => code === conceptCode)).toBe(true)
    expect(() => dictionary.termAt(7)).toThrow(RangeError)
    expect(dictionary.findTerm('G')).toBeUndefined()
    expect(dictionary.listTerms('30').map(({ text }) => text)).toEqual(['Red lamp', 'Scarlet lamp', 'Lamp, red'])
    expect(dictionary.listTerms('G')).toEqual([])
  })

  test('are found by fold and by normalised name, all that share it, assignable or not', () => {
    const dictionary = toDictionary()
    expect(dictionary.listByFold('lamp, red').map(({ code }) => code)).toEqual(['30'])
    expect(dictionary.listByNormalised('red lamp').map(({ text }) => text)).toEqual(['Red lamp', 'Lamp, red'])
    expect(dictionary.listByNormalised('lamp').map(({ code, isCurrent }) => [code, isCurrent])).toEqual([
      ['2', false],
      ['4', true],
    ])
  })

  test('are counted as the reader found them', () => {
    expect(toDictionary().report).toEqual({
      counts: { group: 1, branch: 2, leaf: 2 },
      currentTerms: 5,
      nonCurrentTerms: 2,
      primaryPaths: 4,
      secondaryPaths: 0,
      standardQueries: 0,
      warnings: ['odd'],
    })
    expect(toDictionary().hasNumericCodes).toBe(false)
    expect(toDictionary([toNode({ level: 'leaf', code: '7', text: 'Seven', parent: -1 })]).hasNumericCodes).toBe(true)
    expect(toDictionary([toNode({ level: 'leaf', code: '07', text: 'Seven', parent: -1 })]).hasNumericCodes).toBe(false)
  })
})

describe('the tree', () => {
  const dictionary = toDictionary()

  test('a path leads from the top to the code itself', () => {
    expect(dictionary.findPath('30')).toEqual([
      { level: 'group', code: 'G', text: 'All things' },
      { level: 'branch', code: '2', text: 'Lamps' },
      { level: 'leaf', code: '30', text: 'Red lamp' },
    ])
    expect(dictionary.findPath('4')?.map(({ code }) => code)).toEqual(['G', '4'])
    expect(dictionary.findPath('G')).toBeUndefined()
    expect(dictionary.listPaths('4')).toEqual([{ path: dictionary.findPath('4'), isPrimary: true }])
    expect(dictionary.listPaths('5')).toEqual([])
  })

  test('is walked down in the order of the release, and up', () => {
    expect(dictionary.listChildren().map(({ code }) => code)).toEqual(['G'])
    expect(dictionary.listChildren({ level: 'group', code: 'G' }).map(({ code }) => code)).toEqual(['2', '4'])
    expect(dictionary.listChildren({ level: 'branch', code: '2' }).map(({ code }) => code)).toEqual(['30', '10'])
    expect(dictionary.listChildren({ level: 'leaf', code: '30' })).toEqual([])
    expect(dictionary.listChildren({ level: 'leaf', code: '2' })).toEqual([])
    expect(dictionary.listParents({ level: 'leaf', code: '30' })).toEqual([
      { level: 'branch', code: '2', text: 'Lamps' },
    ])
    expect(dictionary.listParents({ level: 'group', code: 'G' })).toEqual([])
    expect(dictionary.listParents({ level: 'branch', code: '30' })).toEqual([])
  })

  test('a node is found by code and level; a header is not current', () => {
    expect(dictionary.findNode('G')).toMatchObject({ level: 'group', isCurrent: true })
    expect(dictionary.findNode('2')).toMatchObject({ level: 'branch', text: 'Lamps', isCurrent: false })
    expect(dictionary.findNode('2', 'leaf')).toBeUndefined()
  })

  test('limits and notes belong to their codes, and notes to what is below as well', () => {
    expect(dictionary.findLimits('10')).toEqual({ sex: 'F' })
    expect(dictionary.findLimits('30')).toBeUndefined()
    expect(dictionary.listNotes('10')).toEqual([
      { kind: 'includes', text: 'azure' },
      { kind: 'note', text: '[group G] all' },
    ])
    expect(dictionary.listNotes('30')).toEqual([{ kind: 'note', text: '[group G] all' }])
    expect(dictionary.listNotes('5')).toEqual([])
  })

  test('there are no standard queries and no replacements', () => {
    expect([dictionary.listQueries(), dictionary.listQueriesOf(), dictionary.findProposedReplacement()]).toEqual([
      [],
      [],
      undefined,
    ])
  })
})

describe('search', () => {
  const dictionary = toDictionary()
  const search = (text: string, options: Partial<Parameters<typeof dictionary.search>[1]> = {}) =>
    dictionary.search(text, { mode: 'exact', limit: 9, ...options }).map(({ code, text: name }) => `${code} ${name}`)

  test('finds a node by each of its names, once, under the name found', () => {
    expect(search('SCARLET  lamp')).toEqual(['30 Scarlet lamp'])
    expect(search('lamp', { mode: 'begins' })).toEqual(['4 Lamp', '30 Lamp, red', '2 Lamps'])
    expect(search('lamp', { mode: 'contains' })).toEqual(['4 Lamp', '30 Lamp, red', '2 Lamps', '10 Blue lamp'])
    expect(search('*t* lamp', { mode: 'wildcard' })).toEqual(['30 Scarlet lamp'])
    expect(search('lamp', { mode: 'contains', level: 'leaf' })).toEqual(['30 Lamp, red', '10 Blue lamp'])
  })

  test('finds a code by itself when it is exact', () => {
    expect(search('30')).toEqual(['30 Red lamp'])
    expect(search('G')).toEqual(['G All things'])
    expect(search('30', { level: 'branch' })).toEqual([])
    expect(search('30', { mode: 'begins' })).toEqual([])
    const twin = toDictionary([
      toNode({ level: 'leaf', code: 'lamp', text: 'Lamp', parent: -1 }),
      toNode({ level: 'leaf', code: 'x', text: 'LAMP', parent: -1 }),
    ])
    expect(twin.search('lamp', { mode: 'exact', limit: 9 }).map(({ code }) => code)).toEqual(['lamp', 'x'])
  })

  test('finds what resembles the text, of one level where one is named', () => {
    expect(search('scralet lamp', { mode: 'similar' })[0]).toBe('30 Scarlet lamp')
    expect(search('lamp', { mode: 'similar', level: 'branch' })).toEqual(['4 Lamp'])
    expect(search('lamp', { mode: 'similar', level: 'group' })).toEqual([])
  })

  test('gives as many nodes as are asked for, however many names each has', () => {
    const many = Array.from({ length: 30 }, (_, i) => `Lamp ${i}`)
    const nodes = [
      toNode({ level: 'leaf', code: 'a', text: 'Lamp a', parent: -1, names: many }),
      toNode({ level: 'leaf', code: 'b', text: 'Lamp b', parent: -1 }),
    ]
    const hits = toDictionary(nodes).search('lamp', { mode: 'begins', limit: 2 })
    expect(hits.map(({ code, text }) => [code, text])).toEqual([
      ['a', 'Lamp 0'],
      ['b', 'Lamp b'],
    ])
  })

  test('an empty text finds nothing, and a bad call throws', () => {
    for (const mode of ['exact', 'contains', 'similar'] as const) expect(search(' ', { mode })).toEqual([])
    expect(() => search('lamp', { limit: 0 })).toThrow(RangeError)
    expect(() => search('lamp', { level: 'twig' })).toThrow(RangeError)
    expect(() => search('lamp', { mode: 'similar', level: 'twig' })).toThrow(RangeError)
  })
})

describe('candidates', () => {
  const candidatesOf = (dictionary: TreeDictionary, text: string, limit = 9) =>
    dictionary.listCandidates(text, { limit }).map(({ term, hint }) => [term.code, term.text, hint])

  test('are assignable codes, each once, by the best of its names', () => {
    expect(candidatesOf(toDictionary(), 'red lamp', 1)).toEqual([['30', 'Red lamp', undefined]])
    const all = candidatesOf(toDictionary(), 'lamp')
    expect(new Set(all.map(([code]) => code))).toEqual(new Set(['10', '30', '4']))
    expect(all).toHaveLength(3)
  })

  test('are also those that a header or a hint leads to, a name before a hint that is as good', () => {
    expect(candidatesOf(toDictionary(), 'lights')).toEqual([
      ['30', 'Red lamp', 'Lights'],
      ['10', 'Blue lamp', 'Lights'],
    ])
    const hinted = toDictionary(NODES, [
      { text: 'Beacon', node: 4 },
      { text: 'Beacon', node: 2 },
      { text: 'Red lamp', node: 3 },
    ])
    expect(candidatesOf(hinted, 'beacon')).toEqual([
      ['4', 'Lamp', 'Beacon'],
      ['30', 'Red lamp', 'Beacon'],
      ['10', 'Blue lamp', 'Beacon'],
    ])
    expect(candidatesOf(hinted, 'red lamp', 2)).toEqual([
      ['30', 'Red lamp', undefined],
      ['10', 'Blue lamp', 'Red lamp'],
    ])
  })

  test('a hint to an assignable code leads to that code alone, whatever is below it', () => {
    const nodes = [
      toNode({ level: 'branch', code: 'a', text: 'Lamp', parent: -1 }),
      toNode({ level: 'leaf', code: 'b', text: 'Quilt', parent: 0 }),
    ]
    expect(candidatesOf(toDictionary(nodes, [{ text: 'Beacon', node: 0 }]), 'beacon')).toEqual([
      ['a', 'Lamp', 'Beacon'],
    ])
  })

  test('a header with more than 20 codes below leads to none of them', () => {
    const below = (count: number) => [
      toNode({ level: 'branch', code: 'h', text: 'Zebra', parent: -1, kind: 'header' }),
      ...Array.from({ length: count }, (_, i) =>
        toNode({ level: 'leaf', code: `c${i}`, text: `Quilt ${i}`, parent: 0 }),
      ),
    ]
    expect(candidatesOf(toDictionary(below(20)), 'zebra', 30)).toHaveLength(20)
    expect(candidatesOf(toDictionary(below(21)), 'zebra', 30)).toEqual([])
  })
})

describe('all that a verbatim can be matched with', () => {
  const hinted = () =>
    toDictionary(NODES, [
      { text: 'Beacons', node: 4 },
      { text: 'Glow', node: 2 },
      { text: 'Torch', node: 2 },
      { text: 'All', node: 0 },
    ])
  const listAll = (dictionary: TreeDictionary) => {
    const indexed = dictionary.listIndexed()
    const { texts } = indexed
    return texts.map((text, place) => [
      text,
      indexed.listTerms(place).map(({ term, hint }) => [term.code, term.text, hint]),
    ])
  }

  test('are the names of assignable codes; and names of headers and hints, each leading to titles', () => {
    const blueAndRed = (hint: string) => [
      ['30', 'Red lamp', hint],
      ['10', 'Blue lamp', hint],
    ]
    expect(listAll(hinted())).toEqual([
      ['Blue lamp', [['10', 'Blue lamp', undefined]]],
      ['Red lamp', [['30', 'Red lamp', undefined]]],
      ['Scarlet lamp', [['30', 'Scarlet lamp', undefined]]],
      ['Lamp, red', [['30', 'Lamp, red', undefined]]],
      ['Lamp', [['4', 'Lamp', undefined]]],
      ['Lamps', blueAndRed('Lamps')],
      ['Lights', blueAndRed('Lights')],
      ['Beacons', [['4', 'Lamp', 'Beacons']]],
      ['Glow', blueAndRed('Glow')],
      ['Torch', blueAndRed('Torch')],
      [
        'All',
        [
          ['30', 'Red lamp', 'All'],
          ['10', 'Blue lamp', 'All'],
          ['4', 'Lamp', 'All'],
        ],
      ],
    ])
  })

  test('have only terms that can be assigned; what leads nowhere is left out', () => {
    const nodes = [...NODES, toNode({ level: 'branch', code: '5', text: 'Empty shelf', parent: 0, kind: 'header' })]
    const indexed = toDictionary(nodes, [{ text: 'Nowhere', node: 5 }]).listIndexed()
    const { texts } = indexed
    expect(texts).not.toContain('Empty shelf')
    expect(texts).not.toContain('Nowhere')
    for (const place of texts.keys()) expect(indexed.listTerms(place).every(({ term }) => term.isCurrent)).toBe(true)
    expect(indexed.listTerms(texts.length)).toEqual([])
  })

  test('share a concept where they name one node, and where they are hints of one', () => {
    const { texts, concepts, conceptCount } = hinted().listIndexed()
    const conceptOf = (text: string) => concepts[texts.indexOf(text)]
    expect(concepts).toHaveLength(texts.length)
    expect(concepts.every((concept) => concept >= 0 && concept < conceptCount)).toBe(true)
    expect(new Set(['Red lamp', 'Scarlet lamp', 'Lamp, red'].map(conceptOf)).size).toBe(1)
    expect(new Set(['Lamps', 'Lights', 'Glow', 'Torch'].map(conceptOf)).size).toBe(1)
    expect(conceptOf('Beacons')).toBe(conceptOf('Lamp'))
    expect(new Set(['Red lamp', 'Blue lamp', 'Lamp', 'Lamps', 'All'].map(conceptOf)).size).toBe(5)
  })

  test('are indexed by their places, normalised, and once', () => {
    const dictionary = hinted()
    const { texts, index } = dictionary.listIndexed()
    for (const [place, text] of texts.entries())
      expect(index.search(text, { limit: 2 })).toContainEqual({ index: place, score: 1 })
    expect(index.vocabulary.findWord('beacon')).not.toBe(-1)
    expect(index.vocabulary.findWord('Beacons')).toBe(-1)
    expect(dictionary.listIndexed().index).toBe(index)
  })
})

test('in any tree, children and parents tell the same story as paths', () => {
  const random = toRandom(5)
  const nodes = Array.from({ length: 400 }, (_, i) =>
    toNode({
      level: 'leaf',
      code: `c${i}`,
      text: `Name ${i}`,
      parent: i === 0 ? -1 : Math.floor(random() * (i + 1)) - 1,
    }),
  )
  const dictionary = toDictionary(nodes)
  for (const [place, { code, parent }] of nodes.entries()) {
    const node = { level: 'leaf', code }
    const above = parent === -1 ? [] : [nodes[parent]?.code]
    expect(dictionary.listParents(node).map((each) => each.code)).toEqual(above)
    expect(
      dictionary
        .findPath(code)
        ?.slice(-2, -1)
        .map((each) => each.code),
    ).toEqual(above)
    expect(dictionary.listChildren(node).map((each) => each.code)).toEqual(
      nodes.filter((each) => each.parent === place).map((each) => each.code),
    )
  }
})

/** The codes of a list as a tree. Knows parents and levels; knows nothing of cells. */

import { type TreeNode, toTreeDamage } from '../tree/tree-node.ts'
import type { ListedCode } from './rows.ts'

/**
 * Joins codes to their parents. Levels are those of the column, ordered by what stands above what; without the column
 * "level 1", "level 2" … by depth.
 * @throws AecoderError DICTIONARY_DAMAGED for a parent that is not there, a circle, or levels that contradict each other
 */
export function toListTree(codes: readonly ListedCode[]): { levels: readonly string[]; nodes: readonly TreeNode[] } {
  const places = new Map(codes.map(({ code }, place) => [code, place]))
  const parents = codes.map((each) => {
    const parent = each.parent === '' ? -1 : places.get(each.parent)
    if (parent !== undefined) return parent
    throw toRowDamage(each, { found: `parent ${each.parent} of code ${each.code}`, expected: 'a code of the list' })
  })
  const depths = toDepths(codes, parents)
  const hasLevels = codes.some(({ level }) => level !== '')
  const levels = hasLevels
    ? orderLevels(codes, parents)
    : Array.from({ length: depths.reduce((deepest, depth) => Math.max(deepest, depth), 0) }, (_, i) => `level ${i + 1}`)
  const nodes = codes.map(
    (each, place): TreeNode => ({
      level: hasLevels ? each.level : `level ${depths[place]}`,
      code: each.code,
      text: each.term,
      parent: parents[place] ?? -1,
      kind: each.isAssignable ? 'assignable' : 'header',
      names: each.synonyms,
      notes: [],
      limits: each.limits,
    }),
  )
  return { levels, nodes }
}

/** How many codes there are from the top to each one, itself included. */
function toDepths(codes: readonly ListedCode[], parents: readonly number[]): Int32Array {
  const depths = new Int32Array(codes.length)
  for (const [start, code] of codes.entries()) {
    const open: number[] = []
    const seen = new Set<number>()
    let place = start
    while (place !== -1 && depths[place] === 0) {
      if (seen.has(place)) {
        const circle = open.slice(open.indexOf(place)).map((each) => codes[each]?.code)
        const found = `code ${circle[0]} above itself: ${[...circle, circle[0]].join(' below ')}`
        throw toRowDamage(codes[place] ?? code, { found, expected: 'parents that lead to the top' })
      }
      seen.add(place)
      open.push(place)
      place = parents[place] ?? -1
    }
    let depth = place === -1 ? 0 : (depths[place] ?? 0)
    for (const each of open.reverse()) {
      depth += 1
      depths[each] = depth
    }
  }
  return depths
}

/** Level names, broadest first: each one behind those that stand above it, else as they come in the list. */
function orderLevels(codes: readonly ListedCode[], parents: readonly number[]): readonly string[] {
  const above = new Map<string, Map<string, ListedCode>>()
  for (const [place, each] of codes.entries()) {
    const known = above.get(each.level) ?? new Map<string, ListedCode>()
    above.set(each.level, known)
    const parent = codes[parents[place] ?? -1]
    if (parent === undefined) continue
    if (parent.level === each.level) {
      const found = `code ${each.code} of level ${each.level}, as is its parent ${parent.code}`
      throw toRowDamage(each, { found, expected: 'another level than that of the code above' })
    }
    if (!known.has(parent.level)) known.set(parent.level, each)
  }
  const ordered: string[] = []
  while (ordered.length < above.size) {
    const open = [...above].filter(([level]) => !ordered.includes(level))
    const next = open.find(([, others]) => [...others.keys()].every((level) => ordered.includes(level)))
    if (next !== undefined) {
      ordered.push(next[0])
      continue
    }
    // Every open level has one above it that is open: following them ends in a circle, any of whose codes shows it.
    const [level, others] = open[0] ?? ['', new Map<string, ListedCode>()]
    const [other = '', each = codes[0]] = [...others].find(([name]) => !ordered.includes(name)) ?? []
    const found = `level ${other} above level ${level} here, and below it elsewhere`
    throw toRowDamage(each ?? { file: '', line: 1 }, { found, expected: 'levels that stand in one order' })
  }
  return ordered
}

function toRowDamage(
  place: Pick<ListedCode, 'file' | 'line'>,
  { found, expected }: { found: string; expected: string },
) {
  return toTreeDamage({ file: place.file, line: place.line }, { found, expected, action: 'Correct the row' })
}

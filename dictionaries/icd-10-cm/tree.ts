/**
 * Order files, tabular list, index and edits of ICD-10-CM joined to one tree. Knows the hierarchy and what is assigned;
 * knows nothing of bytes.
 *
 * - A section without codes is left out: it is a heading over the sections behind it (`C00-C96` before `C00-C14`).
 * - A code that can be billed is assignable, whenever it could be; on which days is its limit (`CodeLimits.valid`).
 * - 7th characters are codes of the order file below the code they are added to, placeholders included.
 * - An inclusion term means its whole code: it is a name of it. Of a header it is so a name that cannot be assigned, and a
 *   hint to the codes below; never a name of those, as it says nothing of side, encounter or what else they differ in.
 * - What a code "includes" are examples of its content, and an index's entries rest on words around them: hints only.
 */
import type { CodeLimits, Period } from '../dictionary.ts'
import { foldVerbatim } from '../text/fold.ts'
import type { TreeHint, TreeNode } from '../tree/tree-node.ts'
import { toSpan } from '../tree/tree-periods.ts'
import { CODE_LEVELS, toBareCode, toCodeLevel, toDottedCode, toIcdCode } from './code.ts'
import { type Edits, findEdit } from './edits.ts'
import type { IndexEntry } from './index-entries.ts'
import { mergeOrders, type OrderedCode, type OrderRelease } from './orders.ts'
import type { Tabular, TabularNode } from './tabular.ts'

export interface IcdRelease {
  /** At least one, in the order of time. */
  readonly orders: readonly OrderRelease[]
  readonly tabular: Tabular | undefined
  readonly indexes: readonly { readonly file: string; readonly entries: readonly IndexEntry[] }[]
  readonly edits: Edits
}

export interface IcdTree {
  readonly levels: readonly string[]
  readonly nodes: readonly TreeNode[]
  readonly hints: readonly TreeHint[]
  readonly period: Period
  readonly warnings: readonly string[]
}

export function toIcdTree({ orders, tabular, indexes, edits }: IcdRelease): IcdTree {
  const codes = mergeOrders(orders)
  const groups = listGroups(tabular?.nodes ?? [])
  const described = new Map(tabular?.nodes.filter(({ kind }) => kind === 'code').map((node) => [node.code, node]))
  const placeByGroup = new Map(groups.map((group, place) => [group, place]))
  const placeByCode = new Map([...codes.keys()].map((code, place) => [code, groups.length + place]))
  const toGroupPlace = (node: TabularNode | undefined) => (node && placeByGroup.get(node)) ?? -1
  const findParent = (code: string): number => {
    const above = findAbove(code, placeByCode)
    if (above !== undefined) return above
    const stated = described.get(code)?.parent
    return toGroupPlace(stated === undefined ? findByRange(code, groups) : tabular?.nodes[stated])
  }
  const toLimits = shareLimits(edits)
  const nodes: TreeNode[] = groups.map((group) => ({
    level: group.kind,
    code: group.code,
    text: group.text,
    parent: toGroupPlace(tabular?.nodes[group.parent]),
    kind: 'group',
    names: NONE,
    notes: group.notes,
    limits: undefined,
  }))
  for (const { code, title, billable } of codes.values()) {
    const tabularNode = described.get(code)
    nodes.push({
      level: toCodeLevel(code),
      code,
      text: title,
      parent: findParent(code),
      kind: billable.length > 0 ? 'assignable' : 'header',
      names: listNames(title, tabularNode?.inclusionTerms ?? NONE),
      notes: tabularNode?.notes ?? NONE,
      limits: billable.length > 0 ? toLimits(code, billable) : undefined,
    })
  }
  const { hints, warnings } = toHints(indexes, { placeByCode, described })
  return {
    levels: groups.length > 0 ? ['chapter', 'section', ...CODE_LEVELS] : CODE_LEVELS,
    nodes,
    hints,
    period: toSpan(orders.map(({ period }) => period)),
    warnings: [
      ...listTabularWarnings({ orders, tabular, codes, described }),
      ...listPlaceWarnings(nodes, groups.length > 0),
      ...warnings,
      ...listEditWarnings(edits, codes),
    ],
  }
}

const NONE: readonly never[] = []

/** The place of the longest beginning of a code that is a code itself; undefined for one that has none. */
function findAbove(code: string, placeByCode: ReadonlyMap<string, number>): number | undefined {
  const bare = toBareCode(code)
  for (let length = bare.length - 1; length >= 3; length -= 1) {
    const place = placeByCode.get(toDottedCode(bare.slice(0, length)))
    if (place !== undefined) return place
  }
  return undefined
}

/** Chapters, and the sections that hold codes. */
function listGroups(nodes: readonly TabularNode[]): readonly TabularNode[] {
  const inhabited = new Set<TabularNode>()
  for (const { kind, parent } of nodes) {
    if (kind !== 'code') continue
    for (let above = nodes[parent]; above !== undefined && !inhabited.has(above); above = nodes[above.parent])
      inhabited.add(above)
  }
  return nodes.filter((node) => node.kind === 'chapter' || (node.kind === 'section' && inhabited.has(node)))
}

/** The section whose range (`I10-I1A`, `B20`) a category lies in, for codes the tabular list does not have. */
function findByRange(category: string, groups: readonly TabularNode[]): TabularNode | undefined {
  const sections = groups.filter(({ kind }) => kind === 'section')
  // Letters stand behind digits, so that C7A also lies in C76-C80, and has a section of its own.
  const own = sections.find(({ code }) => code === category)
  if (own !== undefined) return own
  return sections.findLast(({ code }) => {
    const [first = '', last = first] = code.split('-')
    return first <= category && category <= last
  })
}

/** The inclusion terms that differ, however slightly, from the title and each other. */
function listNames(title: string, inclusionTerms: readonly string[]): readonly string[] {
  if (inclusionTerms.length === 0) return inclusionTerms
  const known = new Set([foldVerbatim(title)])
  return inclusionTerms.filter((term) => {
    const folded = foldVerbatim(term)
    return known.size !== known.add(folded).size
  })
}

/** Limits of a code; most have the same ones, which are kept once. */
function shareLimits(edits: Edits): (code: string, valid: readonly Period[]) => CodeLimits {
  const shared = new Map<string, CodeLimits>()
  return (code, valid) => {
    const limits = { ...findEdit(edits, code), valid }
    const key = JSON.stringify(limits)
    const known = shared.get(key) ?? limits
    shared.set(key, known)
    return known
  }
}

function toHints(
  indexes: IcdRelease['indexes'],
  { placeByCode, described }: { placeByCode: ReadonlyMap<string, number>; described: ReadonlyMap<string, TabularNode> },
): { hints: readonly TreeHint[]; warnings: readonly string[] } {
  const hints: TreeHint[] = []
  const warnings: string[] = []
  for (const { code, notes } of described.values()) {
    const node = placeByCode.get(code)
    if (node === undefined) continue
    for (const { kind, text } of notes) if (kind === 'includes') hints.push({ text, node })
  }
  for (const { file, entries } of indexes) {
    const lost: IndexEntry[] = []
    for (const entry of entries) {
      // A hyphen at the end stands for the characters that make a code of it.
      const node = placeByCode.get(toIcdCode(entry.code.replace(/[-.]+$/, '')))
      if (node === undefined) lost.push(entry)
      else hints.push({ text: entry.text, node })
    }
    const [first] = lost
    if (first)
      warnings.push(
        `${file}: entries whose code is not in the order file: ${lost.length}, the first on line ${first.line} (${first.code})`,
      )
  }
  return { hints, warnings }
}

interface Joined {
  readonly orders: readonly OrderRelease[]
  readonly tabular: Tabular | undefined
  readonly codes: ReadonlyMap<string, OrderedCode>
  readonly described: ReadonlyMap<string, TabularNode>
}

function listTabularWarnings({ orders, tabular, codes, described }: Joined): string[] {
  const last = orders.at(-1)
  if (last === undefined) return []
  if (tabular === undefined)
    return ['no tabular list (icd10cm_tabular_*.xml): there are no chapters, sections, inclusion terms and notes']
  const { file } = tabular
  const warnings: string[] = []
  const year = last.period.to.slice(0, 4)
  if (tabular.version !== year)
    warnings.push(`${file}: of version ${tabular.version ?? 'unknown'}, while the codes are those of ${year}`)
  const present = new Set(last.order.codes)
  warnings.push(
    ...toWarning(
      `${file}: codes that ${last.order.file} does not have, left out`,
      [...described.values()]
        .filter(({ code }) => !present.has(code))
        .map(({ code, line }) => `${code} on line ${line}`),
    ),
    ...toWarning(
      `${last.order.file}: codes that ${file} does not have`,
      last.order.codes.filter((code) => !described.has(code) && !isExtended(code, { described, nodes: tabular.nodes })),
    ),
    ...toWarning(
      `${file}: titles that differ from ${last.order.file}, which count`,
      [...described.values()]
        .filter(({ code, text }) => {
          const title = present.has(code) ? (codes.get(code)?.title ?? text) : text
          return title !== text && foldVerbatim(title) !== foldVerbatim(text)
        })
        .map(({ code, line }) => `${code} on line ${line}`),
    ),
  )
  return warnings
}

/** Is it a code of the tabular list with one of the 7th characters that are said there, placeholders X between them? */
function isExtended(
  code: string,
  { described, nodes }: { described: ReadonlyMap<string, TabularNode>; nodes: readonly TabularNode[] },
): boolean {
  const bare = toBareCode(code)
  if (bare.length !== 7) return false
  const stem = bare.slice(0, 6).replace(/X+$/, '')
  const above = described.get(toDottedCode(bare.slice(0, 6))) ?? described.get(toDottedCode(stem))
  for (let node = above; node !== undefined; node = nodes[node.parent]) {
    if (node.seventhCharacters !== '') return node.seventhCharacters.includes(bare.slice(6))
  }
  return false
}

function listPlaceWarnings(nodes: readonly TreeNode[], hasGroups: boolean): string[] {
  const lost = nodes.filter(
    ({ kind, parent, level }) => kind !== 'group' && parent === -1 && (hasGroups || level !== 'category'),
  )
  return toWarning(
    'codes without a place in the hierarchy',
    lost.map(({ code }) => code),
  )
}

function listEditWarnings(edits: Edits, codes: ReadonlyMap<string, OrderedCode>): string[] {
  if (edits.size === 0) return []
  const beginnings = new Set<string>()
  for (const code of codes.keys()) {
    const bare = toBareCode(code)
    for (let length = 3; length <= bare.length; length += 1) beginnings.add(bare.slice(0, length))
  }
  return toWarning(
    'edits.csv: codes that nothing begins with',
    [...edits.keys()].filter((bare) => !beginnings.has(bare)),
  )
}

function toWarning(what: string, found: readonly string[]): string[] {
  return found.length === 0 ? [] : [`${what}: ${found.length}, the first ${found[0]}`]
}

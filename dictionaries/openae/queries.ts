/**
 * The standard queries of OpenAE: which concepts to look at together when a safety question is asked, in a narrow and a
 * broad scope. Knows the grammar of queries.txt; the concepts it names are resolved against the outlines.
 */
import { foldVerbatim } from '../text/fold.ts'
import { addFault, type Faults, type Place, toCodedLine } from './source-format.ts'
import type { PlacedConcept } from './terminology.ts'

export const QUERIES_FILE = 'queries.txt'

export type Scope = 'narrow' | 'broad'

export interface StandardQuery {
  readonly place: Place
  readonly code: string
  readonly name: string
  /** What the query looks for, and what its broad scope adds. */
  readonly about: string
  /** Each concept once, narrow before broad. */
  readonly members: readonly { readonly concept: PlacedConcept['concept']; readonly scope: Scope }[]
}

/** A line before it is resolved: one concept, or all concepts of a subgroup. */
interface Reference {
  readonly place: Place
  readonly scope: Scope
  readonly isSubgroup: boolean
  readonly name: string
}

const NAME_LINE = /^(\S.*?)(?: {2,}(\d{8}))?\s*$/
const MEMBER_LINE = /^ {2}(narrow|broad)( all)?: (\S.*?)\s*$/
const ABOUT_LINE = /^ {2}about: (\S.*?)\s*$/

/** Gives every query without a code the next free one; all other bytes stay as they are. */
export function issueQueryCodes(source: string, next: number): { source: string; next: number } {
  let free = next
  const lines = source.split('\n').map((text) => {
    const [, name, code] = NAME_LINE.exec(text) ?? []
    if (name === undefined || name.startsWith('#') || code !== undefined) return text
    return toCodedLine(name, free++)
  })
  return { source: lines.join('\n'), next: free }
}

/**
 * Reads the queries. A name is a line of its own with its code; below it, two blanks in, `about: …`, then `narrow: …` and
 * `broad: …` with the name of a concept, or `narrow all: …` and `broad all: …` with that of a subgroup.
 * What is wrong with a line is added to the faults.
 */
export function parseQueries(source: string, concepts: readonly PlacedConcept[], faults: Faults): StandardQuery[] {
  const written: { place: Place; code: string; name: string; about: string; references: Reference[] }[] = []
  source.split('\n').forEach((text, index) => {
    const place = { file: QUERIES_FILE, line: index + 1 }
    if (text.trim() === '' || text.startsWith('#')) return
    const current = written.at(-1)
    const [, about] = ABOUT_LINE.exec(text) ?? []
    const [, scope, all, member] = MEMBER_LINE.exec(text) ?? []
    const [, name, code = ''] = NAME_LINE.exec(text) ?? []
    if (about !== undefined && current !== undefined) current.about = about
    else if (member !== undefined && current !== undefined)
      current.references.push({ place, scope: scope as Scope, isSubgroup: all !== undefined, name: member })
    else if (name !== undefined) written.push({ place, code, name, about: '', references: [] })
    else
      addFault(faults, place, { found: `"${text.trim()}"`, expected: 'a name, "about: …", "narrow: …" or "broad: …"' })
  })
  const find = toFinder(concepts)
  return written.map(({ references, ...query }) => {
    if (query.about === '') addFault(faults, query.place, { found: `"${query.name}" has no line "about: …"` })
    if (query.code === '') addFault(faults, query.place, { found: `"${query.name}" has no code` })
    const members = new Map<PlacedConcept['concept'], Scope>()
    for (const scope of ['narrow', 'broad'] as const)
      for (const reference of references.filter((each) => each.scope === scope)) {
        const found = find(reference)
        if (found.length === 0)
          addFault(faults, reference.place, {
            found: `no ${reference.isSubgroup ? 'subgroup' : 'concept'} "${reference.name}"`,
            expected: 'its name as it stands in a source file',
          })
        for (const concept of found) if (!members.has(concept)) members.set(concept, scope)
      }
    for (const scope of ['narrow', 'broad'] as const)
      if (![...members.values()].includes(scope))
        addFault(faults, query.place, { found: `"${query.name}" has no concept of ${scope} scope` })
    return { ...query, members: [...members].map(([concept, scope]) => ({ concept, scope })) }
  })
}

function toFinder(concepts: readonly PlacedConcept[]): (reference: Reference) => PlacedConcept['concept'][] {
  const byName = new Map(concepts.map(({ concept }) => [foldVerbatim(concept.name), concept]))
  const bySubgroup = Map.groupBy(concepts, ({ primary }) => foldVerbatim(primary.subgroup.name))
  return ({ isSubgroup, name }) => {
    if (isSubgroup) return (bySubgroup.get(foldVerbatim(name)) ?? []).map(({ concept }) => concept)
    const concept = byName.get(foldVerbatim(name))
    return concept === undefined ? [] : [concept]
  }
}

/** Everything that stands around a node: paths, neighbours, other names, notes, standard queries. Knows every dictionary's interface. */
import { compareCodeUnits } from '../schemas/content-id.ts'
import type { PathNode, TermPath } from '../schemas/terms.ts'
import type { CodeLimits, CodeNote, Dictionary, SearchHit, Term } from './dictionary.ts'

/** All there is to say of a node. */
export interface NodeSurroundings {
  readonly node: SearchHit
  /** Other levels that have the same code. */
  readonly otherLevels: readonly string[]
  readonly proposedReplacement: Term | null
  readonly limits: CodeLimits | null
  /** The ways to the node from the broadest level, without the node. */
  readonly paths: readonly { readonly path: TermPath; readonly isPrimary: boolean }[]
  readonly parents: readonly PathNode[]
  readonly children: readonly PathNode[]
  /** The concept that has the terms: the node itself, or the one that it is a name of. */
  readonly concept: PathNode | null
  /** What level the terms are nodes of; null where they are none of their own. */
  readonly termLevel: string | null
  readonly terms: readonly Term[]
  readonly notes: readonly CodeNote[]
  readonly standardQueries: readonly { readonly code: string; readonly name: string; readonly scope: string }[]
}

/** What stands around a node: all that a person who browses may want to see. */
export function lookAround(dictionary: Dictionary, node: SearchHit): NodeSurroundings {
  const { code, level } = node
  const concept = findConcept(dictionary, node)
  const terms = concept === null ? [] : dictionary.listTerms(concept.code)
  const termLevel = dictionary.findPath(terms[0]?.code ?? '')?.at(-1)?.level
  return {
    node,
    otherLevels: dictionary.levels.filter((other) => other !== level && dictionary.findNode(code, other)),
    proposedReplacement: node.isCurrent ? null : (dictionary.findProposedReplacement(code) ?? null),
    limits: dictionary.findLimits(code) ?? null,
    paths: listPathsAbove(dictionary, { node, concept }),
    parents: dictionary.listParents(node),
    children: dictionary.listChildren(node),
    concept,
    termLevel: termLevel === concept?.level ? null : (termLevel ?? null),
    terms,
    notes: dictionary.listNotes(code),
    standardQueries: listStandardQueries(dictionary, new Set([code, concept?.code ?? code])),
  }
}

/** The node where it is a concept, its concept where it is a term; null above the concepts. */
function findConcept(dictionary: Dictionary, { level, code }: PathNode): PathNode | null {
  const own = dictionary.listPaths(code)[0]?.path.at(-1)
  if (own?.level === level) return own
  if (dictionary.findPath(code)?.at(-1)?.level !== level) return null
  return dictionary.listPaths(dictionary.findTerm(code)?.conceptCode ?? '')[0]?.path.at(-1) ?? null
}

function listPathsAbove(
  dictionary: Dictionary,
  { node, concept }: { node: SearchHit; concept: PathNode | null },
): NodeSurroundings['paths'] {
  if (concept === null)
    return walkUp(dictionary, node)
      .filter((path) => path.length > 0)
      .map((path, i) => ({ path, isPrimary: i === 0 }))
  const paths = dictionary.listPaths(concept.code)
  if (concept.level !== node.level) return paths
  return paths
    .map(({ path, isPrimary }) => ({ path: path.slice(0, -1), isPrimary }))
    .filter(({ path }) => path.length > 0)
}

function walkUp(dictionary: Dictionary, node: PathNode): readonly TermPath[] {
  const parents = dictionary.listParents(node)
  if (parents.length === 0) return [[]]
  return parents.flatMap((parent) => walkUp(dictionary, parent).map((path) => [...path, parent]))
}

function listStandardQueries(dictionary: Dictionary, codes: ReadonlySet<string>): NodeSurroundings['standardQueries'] {
  const found = new Map<string, NodeSurroundings['standardQueries'][number]>()
  for (const code of codes)
    for (const { query, scope } of dictionary.listQueriesOf(code))
      found.set(`${query.code} ${scope}`, { code: query.code, name: query.name, scope })
  return [...found.values()].sort((a, b) => compareCodeUnits(a.code, b.code))
}

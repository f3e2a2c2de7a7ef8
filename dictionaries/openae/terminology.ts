/**
 * All source files together: the rules that no file can keep alone.
 * Knows uniqueness, references and paths; knows nothing of the built layout or the file system.
 */
import { foldVerbatim } from '../text/fold.ts'
import { type CodeLedger, checkCodes, parseLedger } from './code-ledger.ts'
import { type CodedLine, checkPredecessor, checkSuccession, type Kind, type Predecessor } from './predecessor.ts'
import { parseQueries, type StandardQuery } from './queries.ts'
import { parseReleases, type Releases } from './releases.ts'
import {
  addFault,
  type Concept,
  type Faults,
  type Group,
  type Place,
  parseSource,
  type Subgroup,
  type System,
} from './source-format.ts'

/** Text files by name: the ledger, the standard queries and the sources; and the release before. */
export interface SourceFiles {
  readonly ledger: string
  /** Which versions are frozen; nothing: none. */
  readonly releases?: string | undefined
  readonly queries: string
  /** In the order of their names, which is the order of the body systems. */
  readonly systems: ReadonlyMap<string, string>
  /** Undefined for the first version, and where the folder is not there. */
  readonly predecessor?: Predecessor | undefined
}

/** A place in the hierarchy, from the body system down to the subgroup. */
export interface Path {
  readonly system: System
  readonly group: Group
  readonly subgroup: Subgroup
}
/** A concept with the path it stands on in its file and the paths it is referred to on. */
export interface PlacedConcept {
  readonly concept: Concept
  readonly primary: Path
  readonly secondary: readonly Path[]
}
export interface Terminology {
  readonly ledger: CodeLedger
  readonly releases: Releases
  readonly predecessor: Predecessor | undefined
  readonly systems: readonly System[]
  readonly concepts: readonly PlacedConcept[]
  readonly queries: readonly StandardQuery[]
  /** The proposal for each non-current term, as codes. */
  readonly replacements: readonly { readonly llt: string; readonly proposed: string }[]
}

/**
 * Reads and checks all sources.
 * @throws AggregateError of AecoderError, one for each fault, each naming file and line
 */
export function readTerminology(files: SourceFiles): Terminology {
  const faults: Faults = []
  const ledger = parseLedger(files.ledger, faults)
  const releases = parseReleases(files.releases ?? '', faults)
  const { predecessor } = files
  checkPredecessor(predecessor, { ledger, releases }, faults)
  const systems = [...files.systems].flatMap(([file, text]) => parseSource(file, text, faults) ?? [])
  const paths = listPaths(systems)
  checkGroupNames(systems, faults)
  checkNotEmpty(systems, faults)
  const concepts = placeConcepts(paths, faults)
  const queries = parseQueries(files.queries, concepts, faults)
  refuseRepeats(queries, ({ name }) => name, faults)
  const lines = [...listLines(systems), ...queries.map(toLine('standard query'))]
  const told = checkSuccession(predecessor, { ledger, lines }, faults)
  checkCodes(ledger, { used: lines, told }, faults)
  const terms = indexTerms(concepts, faults)
  const replacements = resolveReplacements(concepts, terms, faults)
  if (faults.length > 0) throw new AggregateError(faults, faults.map((fault) => fault.message).join('\n'))
  return { ledger, releases, predecessor, systems, concepts, queries, replacements }
}

function listPaths(systems: readonly System[]): Path[] {
  return systems.flatMap((system) =>
    system.groups.flatMap((group) => group.subgroups.map((subgroup) => ({ system, group, subgroup }))),
  )
}

function listLines(systems: readonly System[]): CodedLine[] {
  return systems.flatMap((system) => [
    toLine('body system')(system),
    ...system.groups.flatMap((group) => [
      toLine('group')(group),
      ...group.subgroups.flatMap((subgroup) => [
        toLine('subgroup')(subgroup),
        ...subgroup.concepts.flatMap((concept) => [concept, ...concept.terms].map(toLine('concept or term'))),
      ]),
    ]),
  ])
}

function toLine(kind: Kind): (entry: { code: string; place: Place }) => CodedLine {
  return ({ code, place }) => ({ kind, code, place })
}

/** Groups are told apart by name, so a name stands once on its level; so does an abbreviation. */
function checkGroupNames(systems: readonly System[], faults: Faults) {
  const groups = systems.flatMap((system) => system.groups)
  const subgroups = groups.flatMap((group) => group.subgroups)
  refuseRepeats(systems, ({ name }) => name, faults)
  refuseRepeats(groups, ({ name }) => name, faults)
  refuseRepeats(subgroups, ({ name }) => name, faults)
  refuseRepeats(systems, ({ abbreviation }) => abbreviation, faults)
}

function refuseRepeats<E extends { place: Place }>(
  entries: readonly E[],
  toName: (entry: E) => string,
  faults: Faults,
) {
  const seen = new Map<string, Place>()
  for (const entry of entries) {
    const name = toName(entry)
    const first = seen.get(foldVerbatim(name))
    if (first !== undefined) {
      addFault(faults, entry.place, { found: `"${name}" stands at ${first.file}:${first.line} already` })
    }
    seen.set(foldVerbatim(name), entry.place)
  }
}

function checkNotEmpty(systems: readonly System[], faults: Faults) {
  for (const system of systems) {
    if (system.groups.length === 0) addFault(faults, system.place, { found: `"${system.name}" has no group` })
    for (const group of system.groups) {
      if (group.subgroups.length === 0) addFault(faults, group.place, { found: `"${group.name}" has no subgroup` })
      for (const { concepts, name, place } of group.subgroups) {
        if (concepts.length === 0) addFault(faults, place, { found: `"${name}" has no concept` })
      }
    }
  }
}

/** The primary path is where the concept is written; secondary paths lead to other body systems, one to each at most. */
function placeConcepts(paths: readonly Path[], faults: Faults): PlacedConcept[] {
  const byName = new Map(paths.map((path) => [foldVerbatim(path.subgroup.name), path]))
  return paths.flatMap((primary) =>
    primary.subgroup.concepts.map((concept) => {
      const taken = new Set([primary.system])
      const secondary: Path[] = []
      for (const { place, subgroup } of concept.alsoIn) {
        const path = byName.get(foldVerbatim(subgroup))
        if (path === undefined) {
          addFault(faults, place, {
            found: `no subgroup "${subgroup}"`,
            expected: 'the name of a subgroup in any file',
          })
        } else if (taken.has(path.system)) {
          addFault(faults, place, {
            found: `"${concept.name}" stands in "${path.system.name}" already`,
            expected: 'one path for each body system',
          })
        } else {
          taken.add(path.system)
          secondary.push(path)
        }
      }
      return { concept, primary, secondary }
    }),
  )
}

/** Folded text of every concept and term → its code and whether it is current; a text may stand for one of them only. */
function indexTerms(
  concepts: readonly PlacedConcept[],
  faults: Faults,
): Map<string, { code: string; current: boolean }> {
  const index = new Map<string, { code: string; current: boolean; place: Place }>()
  for (const { concept } of concepts) {
    for (const { name, code, place, replacement } of [{ ...concept, replacement: undefined }, ...concept.terms]) {
      const first = index.get(foldVerbatim(name))
      if (first !== undefined) {
        addFault(faults, place, {
          found: `"${name}" stands at ${first.place.file}:${first.place.line} already`,
          action: 'Leave it where most people mean it, or leave it out if it may mean both',
        })
      } else index.set(foldVerbatim(name), { code, current: replacement === undefined, place })
    }
  }
  return index
}

function resolveReplacements(
  concepts: readonly PlacedConcept[],
  terms: ReadonlyMap<string, { code: string; current: boolean }>,
  faults: Faults,
): { llt: string; proposed: string }[] {
  return concepts.flatMap(({ concept }) =>
    concept.terms.flatMap(({ code, replacement, place }) => {
      if (replacement === undefined || replacement === '') return []
      const target = terms.get(foldVerbatim(replacement))
      if (target?.current === true) return [{ llt: code, proposed: target.code }]
      addFault(faults, place, {
        found: target === undefined ? `no term "${replacement}"` : `"${replacement}" is non-current itself`,
        expected: 'the text of a current term after "=>"',
      })
      return []
    }),
  )
}

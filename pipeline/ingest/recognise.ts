/** Which system an export comes from, and how sure that is. Holds a file's traits against the profiles; opens nothing. */

import type { ExportFormat } from '../../schemas/formats.ts'
import type { OdmFacts } from '../formats/odm-facts.ts'
import { toPlainName } from './column-names.ts'
import type { Evidence } from './evidence.ts'
import { PROFILES } from './profiles/all.ts'
import type { Mark, Profile, Test } from './profiles/profile.ts'

/** What a file shows of where it comes from. */
export interface Traits {
  readonly name: string
  readonly format: ExportFormat
  /** Of a table. */
  readonly header: readonly string[]
  readonly delimiter: string
  /** Of an ODM. */
  readonly odm?: OdmFacts
  /** OIDs that stand in an ODM's data: its definitions need not be there. */
  readonly oids?: { readonly [level in 'forms' | 'groups' | 'items']: readonly string[] }
}

export interface Recognition {
  /** The profile that is followed; undefined where there is none, or several that cannot be told apart. */
  readonly profile?: Profile
  /** The system's name; of all that it could be, where it is unsure; '' for none. */
  readonly system: string
  readonly confidence: Evidence['confidence']
  /** What it rests on. */
  readonly why: string
}

interface Match {
  readonly profile: Profile
  readonly marks: readonly Mark[]
  readonly confidence: Evidence['confidence']
  /** Higher is better; equal ones cannot be told apart. */
  readonly rank: number
}

const WEIGHTS = { proof: 100, sign: 10, hint: 1 } as const

/**
 * Recognises the system. A proof or two signs make it sure, one sign likely; hints alone name it, and settle nothing.
 * Two systems that are equally well supported are both named, and neither is followed.
 */
export function recogniseSystem(traits: Traits): Recognition {
  const matches = PROFILES.flatMap((profile) => toMatch(profile, traits)).sort((a, b) => b.rank - a.rank)
  const systems = matches.filter(({ profile }) => profile.isConvention === undefined)
  const supported = systems.filter(({ confidence }) => confidence !== 'unsure')
  const candidates = supported.length > 0 ? supported : matches.filter(({ profile }) => profile.isConvention)
  const [best] = candidates
  // One hint fits too much to name a system by.
  if (best === undefined) return toDoubtful(systems.filter(({ marks }) => marks.length > 1))
  const rivals = candidates.filter((other) => other.rank === best.rank && other.profile.system !== best.profile.system)
  if (rivals.length > 0) return toDoubtful([best, ...rivals])
  const weaker = supported.find(({ profile }) => profile.system !== best.profile.system)
  return {
    profile: best.profile,
    system: best.profile.system,
    confidence: best.confidence,
    why: `${toSentence(best)}${weaker && best.confidence !== 'sure' ? `; ${weaker.profile.system} is less likely (${listSays(weaker)})` : ''}`,
  }
}

function toMatch(profile: Profile, traits: Traits): Match[] {
  if (!profile.formats.includes(traits.format)) return []
  const marks = profile.marks.filter(({ test }) => fits(test, traits))
  const count = (weight: Mark['weight']) => marks.filter((mark) => mark.weight === weight).length
  if (marks.length === 0) return []
  const confidence = count('proof') > 0 || count('sign') > 1 ? 'sure' : count('sign') > 0 ? 'likely' : 'unsure'
  return [{ profile, marks, confidence, rank: marks.reduce((sum, { weight }) => sum + WEIGHTS[weight], 0) }]
}

function toDoubtful(matches: readonly Match[]): Recognition {
  if (matches.length === 0)
    return { system: '', confidence: 'unsure', why: 'nothing in it is like a system that is known' }
  const names = [...new Set(matches.map(({ profile }) => profile.system))]
  const why = matches.map((match) => `${match.profile.system}: ${listSays(match)}`).join('; ')
  const system = names.join(' or ')
  return {
    system,
    confidence: 'unsure',
    why: names.length > 1 ? `${why}; nothing tells them apart` : `${why}; that is too little`,
  }
}

function toSentence(match: Match): string {
  return `${match.profile.export}: ${listSays(match)}`
}

function listSays({ marks }: Match): string {
  return marks.map(({ says }) => says).join(', ')
}

function fits(test: Test, traits: Traits): boolean {
  const { header, odm } = traits
  if ('columns' in test) {
    const names = new Set(header.map(toPlainName))
    return test.columns.every((name) => names.has(name))
  }
  if ('columnsLike' in test) return header.filter((name) => test.columnsLike.test(name)).length >= test.atLeast
  if ('endings' in test) {
    const names = new Set(header)
    return header.filter((name) => test.endings.every((ending) => names.has(name + ending))).length >= test.atLeast
  }
  if ('firstColumn' in test) return test.firstColumn.test(header[0] ?? '')
  if ('delimiter' in test) return traits.format === 'csv' && traits.delimiter === test.delimiter
  if ('fileName' in test) return test.fileName.test(traits.name)
  if ('items' in test) return odm?.hasTypedItems === true
  if ('oids' in test) {
    const oids = test.oids === 'studies' ? (odm?.studies ?? []) : (traits.oids?.[test.oids] ?? [])
    return oids.filter((oid) => test.like.test(oid)).length >= test.atLeast
  }
  if (odm === undefined) return false
  if ('vendor' in test)
    return [...odm.vendor].some((name) => {
      const [namespace = '', local] = name.split(' ')
      return local === test.vendor && namespace.startsWith(test.namespace)
    })
  if ('namespace' in test) return odm.namespaces.some((namespace) => namespace.startsWith(test.namespace))
  return test.like.test(odm.root[test.root] ?? '')
}

/** What people do to a term: code it, approve a code, reject one. Each act is checked by review's rules and recorded with its event. */
import { listAssignableBelow } from '../dictionaries/assignable.ts'
import type { Dictionary } from '../dictionaries/dictionary.ts'
import { foldVerbatim } from '../dictionaries/text/fold.ts'
import { AecoderError } from '../schemas/errors.ts'
import type { CodedDomain } from '../schemas/records.ts'
import type { TermPath } from '../schemas/terms.ts'
import type { CodingKit, CodingKits } from './coding-kits.ts'
import { checkManualCode, checkVerdict, needsApproval, type StandingDecision, toApproval } from './review/rules.ts'
import { checkDictionariesInForce, listSettings } from './run.ts'
import { recordSettings, toArtefactSet } from './store/artefacts.ts'
import type { Actor } from './store/chain.ts'
import { recordManual, recordVerdict, type Target } from './store/decisions.ts'
import {
  findGroups,
  findOccurrences,
  type GroupState,
  type OccurrenceState,
  type StoredDecision,
} from './store/queue.ts'
import type { Store } from './store/store.ts'
import { type Study, toConfigArtefact } from './study.ts'

/** A term group or an occurrence that an act is about. */
export type FoundTarget =
  | { readonly kind: 'group'; readonly group: GroupState }
  | { readonly kind: 'occurrence'; readonly occurrence: OccurrenceState }

/**
 * How people name a target: the beginning of its id, or the verbatim itself; the domain where both AE and MH have it; the
 * dictionary where it is coded in several and not the main one is meant.
 */
export interface TargetName {
  readonly name: string
  readonly domain?: CodedDomain
  readonly terminology?: string
}

export interface ActReport {
  readonly decision: string
  readonly target: Target
  readonly verbatim: string
  readonly path: TermPath
  readonly occurrences: number
  readonly approval: 'none-needed' | 'pending' | 'approved' | 'rejected'
}

/**
 * The one target that a name means.
 * @throws AecoderError TARGET_NOT_FOUND when it means none, or several
 */
export async function findTarget(store: Store, study: Study, { name, ...only }: TargetName): Promise<FoundTarget> {
  // A verbatim is what people mean by their words, even where the words could begin an id.
  const named = await findGroups(store, study.id, { folded: foldVerbatim(name), limit: 5, ...only })
  const groups = named.length > 0 ? named : await findGroups(store, study.id, { idPrefix: name, limit: 5, ...only })
  const occurrences = named.length > 0 ? [] : await findOwn(store, study, { name, ...only })
  if (groups.length + occurrences.length > 1) {
    const named = [
      ...groups.map((group) => `${group.target.id.slice(0, 8)} (${group.domain} "${group.verbatim}")`),
      ...occurrences.map((occurrence) => `${occurrence.target.id.slice(0, 8)} (${occurrence.usubjid})`),
    ]
    throw new AecoderError('TARGET_NOT_FOUND', {
      where: `"${name}"`,
      found: `several terms: ${named.join(', ')}`,
      expected: 'one',
      action: 'Name it by its id, or add --domain',
    })
  }
  if (groups[0]) return { kind: 'group', group: groups[0] }
  if (occurrences[0]) return { kind: 'occurrence', occurrence: occurrences[0] }
  throw new AecoderError('TARGET_NOT_FOUND', {
    where: `"${name}"`,
    found: `no such term in ${study.id}`,
    expected: "a verbatim, or the beginning (8 digits or more) of a term's or an occurrence's id",
    action: 'List the terms: aecoder queue --state any',
  })
}

/** The occurrences that an id means, each with its own decision in the dictionary that is asked for. */
async function findOwn(
  store: Store,
  study: Study,
  { name, terminology, ...only }: TargetName,
): Promise<OccurrenceState[]> {
  const named = { idPrefix: name, limit: 5, ...only }
  const found = await findOccurrences(store, study.id, named)
  const [first] = found
  if (terminology === undefined || first === undefined) return found
  const own = toOwnTerminology(study, first.domain, terminology)
  return own === '' ? found : findOccurrences(store, study.id, { ...named, terminology: own })
}

/**
 * How decisions on an occurrence name the dictionary: not at all where it is the domain's main one.
 * @throws AecoderError USAGE for a dictionary that the domain is not coded in
 */
function toOwnTerminology({ config }: Study, domain: CodedDomain, terminology: string): string {
  const further = config.dictionaries.filter((each) => each.domains.includes(domain))
  const main = further.find((each) => each.role === 'instead') ?? config.dictionary
  if (terminology === main.name) return ''
  if (further.some((each) => each.role === 'beside' && each.name === terminology)) return terminology
  throw new AecoderError('USAGE', {
    where: '--dictionary',
    found: `"${terminology}"`,
    expected: `a dictionary of ${domain}: ${[main, ...further.filter((each) => each.role === 'beside')].map(({ name }) => name).join(', ')}`,
  })
}

/** The dictionary a target is coded in. */
export function findKit(kits: CodingKits, target: FoundTarget): CodingKit {
  const { domain, terminology } =
    target.kind === 'group'
      ? target.group
      : { domain: target.occurrence.domain, terminology: target.occurrence.target.terminology }
  const kit = kits.find(domain, terminology)
  if (kit !== undefined) return kit
  throw new AecoderError('DICTIONARY_MISMATCH', {
    where: `${domain} dictionary`,
    found: `${terminology} is no dictionary of ${domain} in study.json any more`,
    action: 'Bring it back there',
  })
}

/**
 * Codes a term group, or one occurrence that differs from its group.
 * @param act.term an LLT code, or the text of a current term
 * @throws AecoderError TERM_NOT_FOUND, TERM_NOT_CURRENT, DECISION_NOT_ALLOWED, DECISION_STALE
 */
export async function codeTerm(
  study: Study,
  act: { store: Store; kits: CodingKits; target: FoundTarget; term: string; actor: Actor; reason: string | null },
): Promise<ActReport> {
  const { store, kits, actor, reason } = act
  const kit = findKit(kits, act.target)
  const { target, basedOn, verbatim, occurrences, decision } = toStanding(act.target)
  // A decision on a verbatim that changed since stands for nothing: coding anew needs no reason.
  const standing = decision?.basedOn === basedOn ? toRule(decision, verbatim) : undefined
  checkPresent(verbatim, occurrences)
  checkManualCode(standing, reason)
  await checkDictionariesInForce(store, study, kits)
  // What the act rests on, the approval policy too, is in the chain before the act is.
  const settings = listSettings(study, kits)
  await recordSettings(store, study.id, { artefacts: settings, actor, approval: study.config.approval })
  const artefacts = [...kit.artefacts, toConfigArtefact(study)]
  const path = findAssignable(kit.dictionary, act.term)
  const { name, version } = kit.dictionary.ref
  const waits = needsApproval(study.config.approval, 'manual')
  const id = await recordManual(store, study.id, {
    decision: {
      target,
      basedOn,
      replaces: decision?.id ?? null,
      outcome: 'manual',
      step: 'person',
      confidence: 1,
      waits,
      codings: [{ path, partText: null }],
      explanation: { reason: reason ?? 'Coded by a person' },
      reason,
    },
    frame: {
      artefacts: toArtefactSet(artefacts),
      dictionary: `${name} ${version}`,
      actor,
      at: store.ambience.now(),
    },
  })
  if (id === undefined) throw toStale(verbatim)
  return { decision: id, target, verbatim, path, occurrences, approval: toApproval(waits, null) }
}

/**
 * A second person's verdict on the code that stands.
 * @throws AecoderError DECISION_NOT_ALLOWED, DECISION_STALE
 */
export async function judgeTerm(
  study: Study,
  act: { store: Store; target: FoundTarget; kind: 'approved' | 'rejected'; actor: Actor; reason: string | null },
): Promise<ActReport> {
  const { store, actor, kind, reason } = act
  const { target, basedOn, verbatim, occurrences, decision } = toStanding(act.target)
  const path = decision?.codings[0]?.path
  if (!decision || !path)
    throw new AecoderError('DECISION_NOT_ALLOWED', {
      where: `"${verbatim}"`,
      found: 'the term is not coded',
      action: `Code it first: aecoder code "${verbatim}" --term CODE`,
    })
  checkPresent(verbatim, occurrences)
  if (decision.basedOn !== basedOn) throw toStale(verbatim, `the code was given for "${decision.basedOn}"`)
  checkVerdict(toRule(decision, verbatim), { kind, actor: actor.name, reason })
  if (!(await recordVerdict(store, study.id, { decision: decision.id, target, kind, actor, reason })))
    throw toStale(verbatim)
  return { decision: decision.id, target, verbatim, path, occurrences, approval: kind }
}

/** Codes below a heading that an error names. */
const BELOW_NAMED = 5

/** The primary path of a term that can be assigned, given by its code or its text. */
export function findAssignable(dictionary: Dictionary, term: string): TermPath {
  const where = `--term "${term}"`
  const { name, version } = dictionary.ref
  const byCode = dictionary.findTerm(term.trim())
  const named = byCode ? [byCode] : dictionary.listByFold(foldVerbatim(term))
  const current = named.filter((llt) => llt.isCurrent)
  const [llt] = current
  if (current.length > 1)
    throw new AecoderError('TERM_NOT_FOUND', {
      where,
      found: `${current.length} terms of this name: ${current.map(({ code }) => code).join(', ')}`,
      expected: 'one',
      action: 'Give the code',
    })
  if (llt) {
    const path = dictionary.findPath(llt.code)
    if (!path) throw new Error(`LLT ${llt.code} has no path: the dictionary was not checked on load`)
    return path
  }
  const retired = named[0]
  if (retired) {
    const below = listAssignableBelow(dictionary, retired.conceptCode, { limit: BELOW_NAMED + 1 })
    if (below.length > 0)
      throw new AecoderError('TERM_NOT_CURRENT', {
        where,
        found: `"${retired.text}" (${retired.code}) is a heading of ${name} ${version}`,
        expected: 'a code that can be assigned',
        action: `Choose one below it: ${below
          .slice(0, BELOW_NAMED)
          .map((term) => `"${term.text}" (${term.code})`)
          .join(', ')}${below.length > BELOW_NAMED ? ' …' : ''}`,
      })
    const proposed = dictionary.findProposedReplacement(retired.code)
    throw new AecoderError('TERM_NOT_CURRENT', {
      where,
      found: `"${retired.text}" is not a current term of ${name} ${version}`,
      expected: 'a current term',
      action: proposed ? `Proposed in its place: "${proposed.text}" (${proposed.code})` : 'Choose another',
    })
  }
  throw new AecoderError('TERM_NOT_FOUND', {
    where,
    found: `no term of ${name} ${version} has this code or text`,
    action: `Look for it: aecoder dictionary search "${term}"`,
  })
}

function toStanding(found: FoundTarget): {
  target: Target
  basedOn: string
  verbatim: string
  occurrences: number
  decision: StoredDecision | null
} {
  if (found.kind === 'group') {
    const { target, folded, verbatim, occurrences, decision } = found.group
    return { target, basedOn: folded, verbatim, occurrences, decision }
  }
  const { target, verbatim, decision, present } = found.occurrence
  return { target, basedOn: verbatim, verbatim, occurrences: present ? 1 : 0, decision }
}

function toRule(decision: StoredDecision, name: string): StandingDecision {
  const { id, outcome, actor, codings, waits, verdict } = decision
  return { id, name, outcome, actor, hasCoding: codings.length > 0, approval: toApproval(waits, verdict?.kind ?? null) }
}

function checkPresent(verbatim: string, occurrences: number): void {
  if (occurrences > 0) return
  throw new AecoderError('DECISION_NOT_ALLOWED', {
    where: `"${verbatim}"`,
    found: 'it is withdrawn: no record of the current transfer reports it',
    action: 'Wait until a transfer brings it back',
  })
}

function toStale(verbatim: string, found = 'someone else decided this term meanwhile'): AecoderError {
  return new AecoderError('DECISION_STALE', {
    where: `"${verbatim}"`,
    found,
    action: 'Look at it again: aecoder explain, then decide',
  })
}

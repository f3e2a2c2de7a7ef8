/** What people do to a term: code it, approve a code, reject one. Each act is checked by review's rules and recorded with its event. */
import { listAssignableBelow } from '../dictionaries/assignable.ts'
import type { Dictionary } from '../dictionaries/dictionary.ts'
import { foldVerbatim } from '../dictionaries/text/fold.ts'
import { AecoderError } from '../schemas/errors.ts'
import { findTranslation } from '../schemas/occurrence-id.ts'
import { isFollowingOutcome } from '../schemas/outcomes.ts'
import type { CodedDomain, CrfContext } from '../schemas/records.ts'
import type { TermPath } from '../schemas/terms.ts'
import type { CodingKit, CodingKits } from './coding-kits.ts'
import { settle } from './desk.ts'
import { MASK, type Masks } from './review/redaction.ts'
import {
  checkManualCode,
  checkUndo,
  checkVerdict,
  needsApproval,
  type StandingDecision,
  toApproval,
} from './review/rules.ts'
import { toArtefactSet } from './store/artefacts.ts'
import type { Actor } from './store/chain.ts'
import { type NewDecision, recordManual, recordVerdict, type Target } from './store/decisions.ts'
import {
  findGroups,
  findOccurrences,
  type GroupState,
  listHistory,
  type OccurrenceState,
  type StoredDecision,
} from './store/queue.ts'
import { findMasks } from './store/redactions.ts'
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
  /** Of a split the first part's; empty where nothing is coded any more. */
  readonly path: TermPath
  readonly paths: readonly TermPath[]
  /** The terms of `paths`, with the part of the report that each is for. */
  readonly codes: { readonly code: string; readonly text: string; readonly part: string | null }[]
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
    const masks = await findMasks(store, study.id)
    const named = [
      ...groups.map((group) => `${group.target.id.slice(0, 8)} (${group.domain} "${masks.toShown(group.verbatim)}")`),
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

/**
 * The term that a target is, or that an occurrence belongs to in the dictionary that it was named in; undefined for an
 * occurrence whose verbatim is empty.
 */
export async function findTermOf(
  study: Study,
  { store, target }: { store: Store; target: FoundTarget },
): Promise<GroupState | undefined> {
  if (target.kind === 'group') return target.group
  const { domain, verbatim, context, target: occurrence } = target.occurrence
  const { terminology } = occurrence
  const coded = findTranslation(domain, JSON.parse(context) as CrfContext) ?? verbatim
  const [group] = await findGroups(store, study.id, {
    folded: foldVerbatim(coded),
    domain,
    ...(terminology === undefined ? {} : { terminology }),
    limit: 1,
  })
  return group
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

/** A code that a person gives: to the whole verbatim, or to a part of it. */
export interface GivenCode {
  /** The code of an LLT, or the text of a current term. */
  readonly term: string
  /** The part of the report that it is for, as it is to stand in --MODIFY. */
  readonly part?: string
}

/** What an act of a person on a term is given. */
export interface TermAct {
  readonly store: Store
  readonly kits: CodingKits
  readonly target: FoundTarget
  readonly actor: Actor
  readonly reason: string | null
  /** The decision in force that the person looked at; the act is refused where another is. Not asked where left out. */
  readonly seen?: string | null
}

/**
 * Codes a term group, or one occurrence that differs from its group: one code for the whole, or one for each part of a
 * report that holds several events.
 * @throws AecoderError TERM_NOT_FOUND, TERM_NOT_CURRENT, DECISION_NOT_ALLOWED, DECISION_STALE
 */
export async function codeTerm(study: Study, act: TermAct & { codes: readonly GivenCode[] }): Promise<ActReport> {
  const { store, kits, actor, reason, codes } = act
  const kit = findKit(kits, act.target)
  const { target, basedOn, verbatim, occurrences, decision } = toStanding(act.target, await findMasks(store, study.id))
  await checkSeenTarget(study, { ...act, verbatim })
  // A decision on a verbatim that changed since stands for nothing: coding anew needs no reason.
  const standing = decision?.basedOn === basedOn ? toRule(decision, verbatim) : undefined
  checkPresent(verbatim, occurrences)
  checkManualCode(standing, reason)
  checkParts(verbatim, codes)
  await settle(study, { store, kits, actor })
  const codings = codes.map(({ term, part }) => ({
    path: findAssignable(kit.dictionary, term),
    partText: codes.length === 1 ? null : (part?.trim() ?? null),
  }))
  const isSplit = codings.length > 1
  return recordForPerson(study, act, {
    kit,
    occurrences,
    verbatim,
    kind: isSplit ? 'split' : 'coded',
    decision: {
      target,
      basedOn,
      replaces: decision?.id ?? null,
      outcome: 'manual',
      confidence: 1,
      waits: needsApproval(study.config.approval, 'manual'),
      codings,
      explanation: { reason: reason ?? (isSplit ? 'Split by a person' : 'Coded by a person') },
      reason,
    },
  })
}

/**
 * Records what a person decided, and tells it.
 * @throws AecoderError DECISION_STALE when somebody was first, and what the store refuses
 */
async function recordForPerson(
  study: Study,
  { store, actor }: Pick<TermAct, 'store' | 'actor'>,
  {
    kit,
    kind,
    decision,
    verbatim,
    occurrences,
  }: {
    kit: CodingKit
    kind: 'coded' | 'split' | 'reopened'
    decision: Omit<NewDecision, 'step'>
    verbatim: string
    occurrences: number
  },
): Promise<ActReport> {
  const { target, codings, waits } = decision
  const { name, version } = kit.dictionary.ref
  const id = await recordManual(store, study.id, {
    kind,
    decision: { ...decision, step: 'person' },
    frame: {
      artefacts: toArtefactSet([...kit.artefacts, toConfigArtefact(study)]),
      dictionary: `${name} ${version}`,
      actor,
      at: store.ambience.now(),
    },
  })
  if (id === undefined) throw await toStaleNow(verbatim, { study, store, target })
  return {
    decision: id,
    target,
    verbatim,
    path: codings[0]?.path ?? [],
    ...toCodes(codings),
    occurrences,
    approval: toApproval(waits, null),
  }
}

/** One code for the whole, or two and more for parts that are told apart. */
function checkParts(verbatim: string, codes: readonly GivenCode[]): void {
  const parts = codes.map(({ part }) => part?.trim() ?? '')
  const refuse = (found: string, expected: string) => {
    throw new AecoderError('DECISION_NOT_ALLOWED', { where: `"${verbatim}"`, found, expected })
  }
  if (codes.length === 0) refuse('no code', 'one, or one for each part')
  if (codes.length === 1) return
  if (codes.length > PARTS_AT_MOST) refuse(`${codes.length} parts`, `at most ${PARTS_AT_MOST}`)
  if (parts.some((part) => part.includes(MASK))) refuse('a part with hidden words', 'the words of the event itself')
  if (parts.includes('')) refuse('a part without a text', 'the words of the report that each code is for')
  if (new Set(parts.map((part) => foldVerbatim(part))).size < parts.length)
    refuse('two parts with the same text', 'parts that are told apart')
}

const PARTS_AT_MOST = 20

/**
 * Takes a person's decision back: a new decision says what the one before it said. Where that was no code, the term waits
 * in the queue again, with what the machine had proposed; an occurrence follows its term again.
 * @throws AecoderError DECISION_NOT_ALLOWED where no person decided, or for an approved code without a reason; DECISION_STALE
 */
export async function undoDecision(study: Study, act: TermAct): Promise<ActReport> {
  const { store, kits, actor, reason } = act
  const { target, basedOn, verbatim, occurrences, decision } = toStanding(act.target, await findMasks(store, study.id))
  await checkSeenTarget(study, { ...act, verbatim })
  if (decision === null || decision.step !== 'person')
    throw new AecoderError('DECISION_NOT_ALLOWED', {
      where: `"${verbatim}"`,
      found: decision === null ? 'nothing was decided' : "the last decision is the machine's",
      expected: 'a decision of a person',
      action: 'Code the term: that replaces what the machine decided',
    })
  checkPresent(verbatim, occurrences)
  checkUndo(toRule(decision, verbatim), reason)
  await settle(study, { store, kits, actor })
  const history = await listHistory(store, study.id, target)
  const before = history.find(({ id }) => id === decision.replaces)
  // What was rejected, or said of another verbatim, is nothing to go back to.
  const isUsable = before !== undefined && before.basedOn === basedOn && before.verdict?.kind !== 'rejected'
  const codings = isUsable ? before.codings.map(({ path, partText }) => ({ path, partText })) : []
  const proposed = [...history].reverse().find(({ step }) => step !== 'person')?.explanation
  const kit = findKit(kits, act.target)
  for (const { path } of codings) findAssignable(kit.dictionary, path.at(-1)?.code ?? '')
  const isCoded = codings.length > 0
  const said = reason?.trim() || 'Undone'
  return recordForPerson(study, act, {
    kit,
    occurrences,
    verbatim,
    kind: 'reopened',
    decision: {
      target,
      basedOn,
      replaces: decision.id,
      outcome: isCoded ? 'manual' : 'reopened',
      confidence: isCoded ? 1 : 0,
      waits: isCoded && needsApproval(study.config.approval, 'manual'),
      codings,
      explanation: { ...((isCoded ? {} : proposed) as object | undefined), reason: said },
      reason: said,
    },
  })
}

/** The act is for what the person saw: whatever was decided since is told. */
export function checkSeen(
  verbatim: string,
  { decision, seen }: { decision: StoredDecision | null; seen: string | null | undefined },
): void {
  if (seen === undefined || seen === (decision?.id ?? null)) return
  throw toStale(verbatim, decision === null ? undefined : `meanwhile ${toTold(decision)}`)
}

/**
 * The same for an occurrence too. Of one that follows its term a person sees the term's decision, or that it has none of
 * its own: either will do.
 */
async function checkSeenTarget(
  study: Study,
  { store, target, verbatim, seen }: Pick<TermAct, 'store' | 'target' | 'seen'> & { verbatim: string },
): Promise<void> {
  if (target.kind === 'group') return checkSeen(verbatim, { decision: target.group.decision, seen })
  const { decision: own } = target.occurrence
  if (own !== null && !isFollowingOutcome(own.outcome)) return checkSeen(verbatim, { decision: own, seen })
  if (seen === undefined || seen === null || seen === own?.id) return
  const term = await findTermOf(study, { store, target })
  checkSeen(verbatim, { decision: term?.decision ?? null, seen })
}

/** Somebody was first: what stands now is read for the message. */
async function toStaleNow(
  verbatim: string,
  { study, store, target }: { study: Study; store: Store; target: Target },
): Promise<AecoderError> {
  const last = (await listHistory(store, study.id, target)).at(-1)
  return toStale(verbatim, last && `meanwhile ${toTold(last)}`)
}

/** A decision in one line: who made it, when, and what it says. */
function toTold({ actor, at, codings, verdict, outcome }: StoredDecision): string {
  const codes = codings.map(({ path }) => `"${path.at(-1)?.text}" (${path.at(-1)?.code})`).join(' + ')
  const what = codes === '' ? `it was left open (${outcome})` : `it was coded to ${codes}`
  const judged = verdict === null ? '' : `, ${verdict.kind} by ${verdict.actor}`
  return `${what} by ${actor} at ${at}${judged}`
}

/**
 * A second person's verdict on the code that stands.
 * @throws AecoderError DECISION_NOT_ALLOWED, DECISION_STALE
 */
export async function judgeTerm(
  study: Study,
  act: Omit<TermAct, 'kits'> & { kind: 'approved' | 'rejected' },
): Promise<ActReport> {
  const { store, actor, kind, reason } = act
  const { target, basedOn, verbatim, occurrences, decision } = toStanding(act.target, await findMasks(store, study.id))
  await checkSeenTarget(study, { ...act, verbatim })
  const path = decision?.codings[0]?.path
  if (!decision || !path)
    throw new AecoderError('DECISION_NOT_ALLOWED', {
      where: `"${verbatim}"`,
      found: 'the term is not coded',
      action: `Code it first: aecoder code "${verbatim}" --term CODE`,
    })
  checkPresent(verbatim, occurrences)
  if (decision.basedOn !== basedOn)
    throw toStale(verbatim, `the code was given for "${(await findMasks(store, study.id)).toShown(decision.basedOn)}"`)
  checkVerdict(toRule(decision, verbatim), { kind, actor: actor.name, reason })
  if (!(await recordVerdict(store, study.id, { decision: decision.id, target, kind, actor, reason })))
    throw await toStaleNow(verbatim, { study, store, target })
  return { decision: decision.id, target, verbatim, path, ...toCodes(decision.codings), occurrences, approval: kind }
}

function toCodes(
  codings: readonly { readonly path: TermPath; readonly partText: string | null }[],
): Pick<ActReport, 'paths' | 'codes'> {
  return {
    paths: codings.map(({ path }) => path),
    codes: codings.map(({ path, partText }) => {
      const { code = '', text = '' } = path.at(-1) ?? {}
      return { code, text, part: partText }
    }),
  }
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

/** What an act rests on; `verbatim` is for messages and reports only, without its hidden words. */
function toStanding(
  found: FoundTarget,
  masks: Masks,
): {
  target: Target
  basedOn: string
  verbatim: string
  occurrences: number
  decision: StoredDecision | null
} {
  if (found.kind === 'group') {
    const { target, folded, verbatim, occurrences, decision } = found.group
    return { target, basedOn: folded, verbatim: masks.toShown(verbatim), occurrences, decision }
  }
  const { target, verbatim, decision, present } = found.occurrence
  return { target, basedOn: verbatim, verbatim: masks.toShown(verbatim), occurrences: present ? 1 : 0, decision }
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

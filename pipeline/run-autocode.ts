/** The second leg of a run: in each dictionary, every term group without a decision gets the machine's, in batches. */
import { type Json, toCanonicalJson } from '../schemas/content-id.ts'
import type { Outcome } from '../schemas/outcomes.ts'
import type { Candidate, PathNode } from '../schemas/terms.ts'
import { type AutocodeResult, autocode } from './autocode/autocode.ts'
import { findSynonym } from './autocode/lists.ts'
import type { CodingKit, CodingKits } from './coding-kits.ts'
import { needsApproval } from './review/rules.ts'
import type { RunOptions } from './run.ts'
import { type ArtefactSet, toArtefactSet } from './store/artefacts.ts'
import { addGroupsBeside } from './store/beside.ts'
import { findCommitted } from './store/current.ts'
import { type NewDecision, recordAutocoded } from './store/decisions.ts'
import { countStudy, type GroupState, listCodedOtherwise, listUndecided, type StoredDecision } from './store/queue.ts'
import { findMasks } from './store/redactions.ts'
import type { Store } from './store/store.ts'
import type { Study } from './study.ts'

/** Term groups decided in this run, by outcome, over all dictionaries. */
export type AutocodeTally = { readonly [outcome in Outcome]?: number }

/** Of two rounds together. */
export function addOutcomes(a: AutocodeTally, b: AutocodeTally): AutocodeTally {
  const sum: { [outcome in Outcome]?: number } = { ...a }
  for (const [outcome, count] of Object.entries(b) as [Outcome, number][]) sum[outcome] = (sum[outcome] ?? 0) + count
  return sum
}

const BATCH_GROUPS = 500
/** Who decides when no person does. */
export const MACHINE = { name: 'aecoder', kind: 'system', auth: 'internal' } as const

/**
 * Codes what is open: groups that have no decision, and groups still open whose decision rested on another dictionary,
 * list or engine. What is coded stays as it is (invariant 7).
 */
export async function autocodeStudy(
  study: Study,
  {
    store,
    kits,
    onProgress,
    isLeftOver = false,
  }: Pick<RunOptions, 'onProgress'> & {
    store: Store
    kits: CodingKits
    /** Only what was never looked at. */
    isLeftOver?: boolean
  },
): Promise<AutocodeTally> {
  const transfer = await findCommitted(store.db, study.id)
  if (transfer === undefined) return {}
  for (const { role, domains, dictionary } of kits.all)
    if (role === 'beside')
      for (const domain of domains) {
        const { ref, language } = dictionary
        await addGroupsBeside(store, study.id, { domain, terminology: ref.name, language })
      }
  const tally: { [outcome in Outcome]?: number } = {}
  const counts = await countStudy(store, study.id)
  const total = counts.beside.reduce((sum, { groups }) => sum + groups, counts.groups)
  let done = 0
  for (const kit of kits.all) {
    const artefacts = toCanonicalJson(toArtefactSet(kit.artefacts) as Json)
    for (let after = 0; ; ) {
      const groups = await listUndecided(store, study.id, {
        ...toRange(kit, after),
        ...(isLeftOver ? {} : { artefacts }),
      })
      const last = groups.at(-1)
      if (last === undefined) break
      after = last.target.no
      const decisions = groups.map((group) => decide(group, { study, kit }))
      await recordAutocoded(store, study.id, { decisions, frame: toMachineFrame(kit, transfer) })
      for (const { outcome } of decisions) tally[outcome] = (tally[outcome] ?? 0) + 1
      done += groups.length
      onProgress?.({ stage: 'coding', done, total })
    }
  }
  return tally
}

function toRange({ dictionary, domains }: CodingKit, after: number) {
  return { terminology: dictionary.ref.name, domains, after, limit: BATCH_GROUPS }
}

/**
 * What the machine's decisions rest on. Invariant 9: their time is the transfer's, so that the same inputs give the same
 * bytes.
 */
export function toMachineFrame({ artefacts, dictionary }: CodingKit, { asOf }: { readonly asOf: string }) {
  const { name, version } = dictionary.ref
  return { artefacts: toArtefactSet(artefacts), dictionary: `${name} ${version}`, actor: MACHINE, at: asOf }
}

function decide(group: GroupState, { study, kit }: { study: Study; kit: CodingKit }): NewDecision {
  // The folded text, not one of its spellings: the result must not depend on which occurrence came first.
  const result = autocode(group.folded, kit, group.domain)
  return {
    target: group.target,
    basedOn: group.folded,
    replaces: group.decision?.id ?? null,
    outcome: result.outcome,
    step: result.step,
    confidence: result.confidence,
    waits: needsApproval(study.config.approval, result.outcome),
    codings: result.coding === null ? [] : [{ path: result.coding, partText: null }],
    explanation: toStoredExplanation(result),
    reason: null,
  }
}

/**
 * What stays with a decision: the reason; the alignment of the first candidate, which is what a probability rests on; of
 * the others the sentence only.
 */
function toStoredExplanation({ outcome, reason, candidates, parts, siteQuery, coding }: AutocodeResult): Json {
  const stored = (candidate: Candidate, isFirst: boolean): Json => ({
    path: candidate.path.map((node) => ({ ...node })),
    confidence: candidate.confidence,
    why: candidate.why,
    ...(isFirst && candidate.alignment ? { alignment: candidate.alignment as unknown as Json } : {}),
  })
  if (coding !== null && outcome !== 'confident') return { reason }
  return {
    reason,
    candidates: candidates.map((candidate, i) => stored(candidate, i === 0)),
    ...(parts.length > 0
      ? {
          parts: parts.map(({ text, start, end, candidate }) => ({
            text,
            start,
            end,
            ...(stored(candidate, false) as object),
          })),
        }
      : {}),
    ...(siteQuery === undefined ? {} : { siteQuery }),
  }
}

/** A code that stands, and what lists and engine say of the term now. */
export interface Disagreement {
  readonly verbatim: string
  readonly standing: PathNode
  readonly by: string
  readonly now: { readonly outcome: Outcome; readonly llt: PathNode | null }
}

const EXAMPLES_KEPT = 5

/**
 * Coded terms that would be coded otherwise, or not at all, with what is in force now. Coding is sticky (invariant 7),
 * so they stay; but who changed a list wants to know. A person's code is held against the synonyms only.
 */
export async function findDisagreements(
  study: Study,
  { store, kits }: { store: Store; kits: CodingKits },
): Promise<{ count: number; examples: Disagreement[] }> {
  const found = { count: 0, examples: [] as Disagreement[] }
  for (const kit of kits.all) await addDisagreements(study, { store, kit, found })
  const masks = await findMasks(store, study.id)
  return { ...found, examples: found.examples.map((each) => ({ ...each, verbatim: masks.toShown(each.verbatim) })) }
}

/**
 * Whether only other synonyms are in force since, and the code came from a step behind theirs: then none was there for the
 * verbatim. Lists change with every approval, and to code a study anew in every run after would cost the most of it.
 */
function isUntouchedByLists({ outcome, artefacts }: StoredDecision, inForce: ArtefactSet): boolean {
  if (outcome !== 'normalised' && outcome !== 'confident') return false
  const toRest = (set: ArtefactSet) => toCanonicalJson({ ...set, synonyms: '' } as Json)
  return toRest(artefacts) === toRest(inForce)
}

async function addDisagreements(
  study: Study,
  { store, kit, found }: { store: Store; kit: CodingKit; found: { count: number; examples: Disagreement[] } },
): Promise<void> {
  const inForce = toArtefactSet(kit.artefacts)
  const artefacts = toCanonicalJson(inForce as Json)
  for (let after = 0; ; ) {
    const groups = await listCodedOtherwise(store, study.id, { ...toRange(kit, after), artefacts })
    const last = groups.at(-1)
    if (last === undefined) return
    after = last.target.no
    for (const { folded, domain, verbatim, decision } of groups) {
      const standing = decision?.codings.length === 1 ? decision.codings[0]?.path.at(-1) : undefined
      if (decision === null || standing === undefined) continue
      // Before autocoding: what people coded has no rule, and looking for its candidates in every run would cost the most.
      if (decision.outcome === 'manual' && findSynonym(kit.lists, folded, domain) === undefined) continue
      if (isUntouchedByLists(decision, inForce) && findSynonym(kit.lists, folded, domain) === undefined) continue
      const result = autocode(folded, kit, domain)
      const llt = result.coding?.at(-1) ?? null
      if (llt?.code === standing.code) continue
      if (decision.outcome === 'manual' && result.outcome !== 'synonym') continue
      found.count++
      if (found.examples.length < EXAMPLES_KEPT)
        found.examples.push({ verbatim, standing, by: decision.actor, now: { outcome: result.outcome, llt } })
    }
  }
}

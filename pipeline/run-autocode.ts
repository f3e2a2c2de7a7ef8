/** The second leg of a run: every term group without a decision gets the machine's, in batches. */
import { type Json, toCanonicalJson } from '../schemas/content-id.ts'
import type { Outcome } from '../schemas/outcomes.ts'
import type { PathNode } from '../schemas/terms.ts'
import { autocode } from './autocode/autocode.ts'
import { needsApproval } from './review/rules.ts'
import type { RunOptions } from './run.ts'
import { toArtefactSet } from './store/artefacts.ts'
import { findCommitted } from './store/current.ts'
import { type NewDecision, recordAutocoded } from './store/decisions.ts'
import { countStudy, type GroupState, listCodedOtherwise, listUndecided } from './store/queue.ts'
import type { Store } from './store/store.ts'
import type { CodingKit, Study } from './study.ts'

/** Term groups decided in this run, by outcome. */
export type AutocodeTally = { readonly [outcome in Outcome]?: number }

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
    kit,
    onProgress,
    isLeftOver = false,
  }: Pick<RunOptions, 'onProgress'> & {
    store: Store
    kit: CodingKit
    /** Only what was never looked at. */
    isLeftOver?: boolean
  },
): Promise<AutocodeTally> {
  const transfer = await findCommitted(store.db, study.id)
  if (transfer === undefined) return {}
  const artefacts = toArtefactSet(kit.artefacts)
  const { name, version } = kit.dictionary.ref
  // Invariant 9: a machine decision's time is the transfer's, so that the same inputs give the same bytes.
  const frame = { artefacts, dictionary: `${name} ${version}`, actor: MACHINE, at: transfer.asOf }
  const tally: { [outcome in Outcome]?: number } = {}
  const { groups: total } = await countStudy(store, study.id)
  let done = 0
  let after = 0
  for (;;) {
    const groups = await listUndecided(store, study.id, {
      after,
      limit: BATCH_GROUPS,
      ...(isLeftOver ? {} : { artefacts: toCanonicalJson(artefacts as Json) }),
    })
    const last = groups.at(-1)
    if (last === undefined) return tally
    after = last.target.no
    const decisions = groups.map((group) => decide(group, { study, kit }))
    await recordAutocoded(store, study.id, { decisions, frame })
    for (const { outcome } of decisions) tally[outcome] = (tally[outcome] ?? 0) + 1
    done += groups.length
    onProgress?.({ stage: 'coding', done, total })
  }
}

function decide(group: GroupState, { study, kit }: { study: Study; kit: CodingKit }): NewDecision {
  // The folded text, not one of its spellings: the result must not depend on which occurrence came first.
  const result = autocode(group.folded, kit)
  const explanation: Json =
    result.coding === null
      ? {
          reason: result.reason,
          candidates: result.candidates.map(({ path, confidence, why }) => ({
            path: path.map((node) => ({ ...node })),
            confidence,
            why,
          })),
        }
      : { reason: result.reason }
  return {
    target: group.target,
    basedOn: group.folded,
    replaces: group.decision?.id ?? null,
    outcome: result.outcome,
    step: result.step,
    confidence: result.confidence,
    waits: needsApproval(study.config.approval, result.outcome),
    codings: result.coding === null ? [] : [{ path: result.coding, partText: null }],
    explanation,
    reason: null,
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
  { store, kit }: { store: Store; kit: CodingKit },
): Promise<{ count: number; examples: Disagreement[] }> {
  const found = { count: 0, examples: [] as Disagreement[] }
  const artefacts = toCanonicalJson(toArtefactSet(kit.artefacts) as Json)
  for (let after = 0; ; ) {
    const groups = await listCodedOtherwise(store, study.id, { after, limit: BATCH_GROUPS, artefacts })
    const last = groups.at(-1)
    if (last === undefined) return found
    after = last.target.no
    for (const { folded, verbatim, decision } of groups) {
      const standing = decision?.codings.length === 1 ? decision.codings[0]?.path.at(-1) : undefined
      if (decision === null || standing === undefined) continue
      // Before autocoding: what people coded has no rule, and looking for its candidates in every run would cost the most.
      if (decision.outcome === 'manual' && !kit.lists.synonyms.has(folded)) continue
      const result = autocode(folded, kit)
      const llt = result.coding?.at(-1) ?? null
      if (llt?.code === standing.code) continue
      if (decision.outcome === 'manual' && result.outcome !== 'synonym') continue
      found.count++
      if (found.examples.length < EXAMPLES_KEPT)
        found.examples.push({ verbatim, standing, by: decision.actor, now: { outcome: result.outcome, llt } })
    }
  }
}

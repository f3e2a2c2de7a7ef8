/** Hiding words of a term from people: names that a site typed into it. The record, and so the dataset, stays as it is. */
import { foldVerbatim } from '../dictionaries/text/fold.ts'
import { AecoderError } from '../schemas/errors.ts'
import type { FoundTarget } from './act.ts'
import { checkRedaction, type Masks, toShown } from './review/redaction.ts'
import type { Actor } from './store/chain.ts'
import { findGroups, type GroupState, type OccurrenceState } from './store/queue.ts'
import { listRedactions, recordRedaction } from './store/redactions.ts'
import type { Store } from './store/store.ts'
import type { Study } from './study.ts'

export interface RedactionReport {
  /** The content id of the term group in its main dictionary. */
  readonly term: string
  /** The term as people are shown it from now on. */
  readonly shown: string
  /** How many words were newly hidden. */
  readonly hidden: number
  /** Records that still hold the words: the site is to correct them. */
  readonly occurrences: number
}

/**
 * Hides words of a term, wherever it is shown: in every dictionary, in decisions and in the audit. The verbatim and the
 * chain are not touched (invariants 1 and 6), so AETERM holds the words until the site corrects its entry.
 * @throws AecoderError DECISION_NOT_ALLOWED, DECISION_STALE
 */
export async function redactTerm(
  study: Study,
  {
    store,
    target,
    words,
    actor,
    reason,
  }: { store: Store; target: FoundTarget; words: readonly string[]; actor: Actor; reason: string | null },
): Promise<RedactionReport> {
  const group = await findMainGroup(study, { store, target })
  const redactions = await listRedactions(store, study.id, group.mainNo)
  const hidden = checkRedaction(group.verbatim, { words, reason, redactions })
  const recorded = await recordRedaction(store, study.id, {
    group: { no: group.mainNo, id: group.target.id },
    seen: redactions.length,
    words: hidden,
    actor,
    reason: reason?.trim() ?? '',
  })
  if (recorded === undefined)
    throw new AecoderError('DECISION_STALE', {
      where: `"${toShown(group.verbatim, redactions)}"`,
      found: 'someone else hid words of this term meanwhile',
      action: 'Look at it again: aecoder explain, then hide what is still shown',
    })
  const now = await listRedactions(store, study.id, group.mainNo)
  return {
    term: group.target.id,
    shown: toShown(group.verbatim, now),
    hidden: hidden.length,
    occurrences: group.occurrences,
  }
}

/** Of a group beside the main one, or of one occurrence, the main group. */
async function findMainGroup(
  study: Study,
  { store, target }: { store: Store; target: FoundTarget },
): Promise<GroupState> {
  if (target.kind === 'group' && target.group.target.no === target.group.mainNo) return target.group
  const { domain, verbatim } =
    target.kind === 'group' ? { domain: target.group.domain, verbatim: target.group.folded } : target.occurrence
  const [main] = await findGroups(store, study.id, { folded: foldVerbatim(verbatim), domain, limit: 1 })
  if (main !== undefined) return main
  throw new AecoderError('DECISION_NOT_ALLOWED', { where: `"${verbatim}"`, found: 'a term without a word' })
}

/** An occurrence as people are shown it. A decision on it may be of an earlier verbatim, which has hidden words of its own. */
export function toShownOccurrence(occurrence: OccurrenceState, masks: Masks): OccurrenceState {
  if (masks.isEmpty) return occurrence
  const { decision, ...rest } = masks.toShownAbout(occurrence, occurrence.verbatim)
  return { ...rest, decision: decision && masks.toShownAbout(decision, occurrence.decision?.basedOn ?? '') }
}

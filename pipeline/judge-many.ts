/** Verdicts of a second person on many codes at once: shown first, then given to just what was shown, or to nothing. */
import { AecoderError } from '../schemas/errors.ts'
import { checkBulk, findObstacle, type LeftOutFor } from './review/bulk-rules.ts'
import { toApproval } from './review/rules.ts'
import { checkIsSignedIn, SIGNED_EVENTS } from './review/signature-rules.ts'
import { type Actor, findHead } from './store/chain.ts'
import { digestDecisions } from './store/decisions.ts'
import { type JudgeableDecision, listJudgeable, type VerdictFilter } from './store/judgeable.ts'
import { findMasks } from './store/redactions.ts'
import { countEventsSince, toEventText } from './store/signatures.ts'
import type { Store } from './store/store.ts'
import { recordVerdicts } from './store/verdicts.ts'
import type { Study } from './study.ts'

/** How many of each kind a preview lists. */
const LISTED = 50

/** What a verdict in bulk would touch. */
export interface VerdictPreview {
  readonly count: number
  readonly occurrences: number
  readonly serious: number
  readonly byOutcome: { readonly [outcome: string]: number }
  readonly byCoder: { readonly [coder: string]: number }
  /** The first ones, serious and frequent ones first. */
  readonly listed: readonly JudgeableDecision[]
  readonly leftOut: {
    readonly counts: { readonly [why in LeftOutFor]?: number }
    readonly listed: readonly (JudgeableDecision & { readonly why: LeftOutFor })[]
  }
  /** Stands for just these decisions: the act takes no other ones. */
  readonly token: string
}

/** Whose verdict it would be, and on what. */
export interface BulkChoice {
  readonly store: Store
  readonly actor: Pick<Actor, 'name'>
  readonly filter: VerdictFilter
}

/** Shows what a verdict in bulk would touch, and what it leaves out and why. Writes nothing. */
export async function previewVerdicts(study: Study, { store, actor, filter }: BulkChoice): Promise<VerdictPreview> {
  // Before the look: whatever changes what was looked at comes after it.
  const head = await findHead(store.db, study.id)
  const { touched, leftOut } = await choose(store.db, study, { actor, filter })
  const tally = <K extends string>(keys: readonly K[]) => {
    const counts: { [key in K]?: number } = {}
    for (const key of keys) counts[key] = (counts[key] ?? 0) + 1
    return counts as { [key in K]: number }
  }
  const masks = await findMasks(store, study.id)
  const toShown = <T extends JudgeableDecision>(decision: T) => masks.toShownAbout(decision, decision.verbatim)
  const missing = listMissing(filter, [...touched, ...leftOut])
  return {
    count: touched.length,
    occurrences: touched.reduce((sum, { occurrences }) => sum + occurrences, 0),
    serious: touched.reduce((sum, { serious }) => sum + serious, 0),
    byOutcome: tally(touched.map(({ outcome }) => outcome)),
    byCoder: tally(touched.map(({ coder }) => coder)),
    listed: touched.slice(0, LISTED).map(toShown),
    leftOut: {
      counts: tally([...leftOut.map(({ why }) => why), ...missing.map(() => 'not-in-force' as const)]),
      listed: leftOut.slice(0, LISTED).map(toShown),
    },
    token: `${head.seq}.${toDigest(touched)}`,
  }
}

/**
 * Gives all decisions that a preview showed the same verdict, in one transaction and with one event.
 * @param token of the preview
 * @param confirm the number of decisions, typed again: asked for above 500
 * @returns how many decisions got the verdict
 * @throws AecoderError SIGN_IN_NEEDED, DECISION_NOT_ALLOWED, STUDY_SIGNED_OFF; DECISION_STALE when it would not be the
 * very decisions that were shown
 */
export async function judgeMany(
  study: Study,
  act: Omit<BulkChoice, 'actor'> & {
    readonly actor: Actor
    readonly kind: 'approved' | 'rejected'
    readonly reason: string | null
    readonly token: string
    readonly confirm?: number
  },
): Promise<{ readonly count: number; readonly occurrences: number }> {
  const { store, actor, kind, filter, token, confirm } = act
  const reason = act.reason?.trim() || null
  checkIsSignedIn(actor, kind === 'approved' ? 'approval in bulk' : 'rejection in bulk')
  const { touched } = await recordVerdicts(store, study.id, {
    actor,
    async choose(trx) {
      const chosen = await choose(trx, study, { actor, filter })
      const [seq = '', digest] = token.split('.')
      if (digest !== toDigest(chosen.touched)) {
        const since = await countEventsSince(trx, study.id, { seq: Number(seq) || 0, kinds: SIGNED_EVENTS })
        throw toStale(chosen.touched.length, toEventText(since))
      }
      checkBulk({ kind, count: chosen.touched.length, confirm, reason })
      return { ...chosen, batches: [{ kind, reason, decisions: chosen.touched.map(({ id }) => id) }] }
    },
  })
  return {
    count: touched.length,
    occurrences: touched.reduce((sum, { occurrences }) => sum + occurrences, 0),
  }
}

function toStale(count: number, events: string): AecoderError {
  return new AecoderError('DECISION_STALE', {
    where: 'verdicts in bulk',
    found: `it would now touch ${count} codes, others than those that were shown${events === '' ? '' : `: meanwhile there were ${events}`}`,
    action: 'Look at them again, then decide',
  })
}

async function choose(
  db: Store['db'],
  study: Study,
  { actor, filter }: Pick<BulkChoice, 'actor' | 'filter'>,
): Promise<{ touched: JudgeableDecision[]; leftOut: (JudgeableDecision & { why: LeftOutFor })[] }> {
  const touched: JudgeableDecision[] = []
  const leftOut: (JudgeableDecision & { why: LeftOutFor })[] = []
  for (const decision of await listJudgeable(db, study.id, filter)) {
    const { coder, waits, verdict, llts } = decision
    const rule = { actor: coder, approval: toApproval(waits, verdict), hasCoding: llts.length > 0 }
    const why = findObstacle(rule, actor.name)
    if (why === undefined) touched.push(decision)
    else leftOut.push({ ...decision, why })
  }
  return { touched, leftOut }
}

/** Decisions that were named one by one and stand for nothing any more. */
function listMissing({ decisions = [] }: VerdictFilter, found: readonly JudgeableDecision[]): string[] {
  const known = new Set(found.map(({ id }) => id))
  return decisions.filter((id) => !known.has(id))
}

function toDigest(decisions: readonly JudgeableDecision[]): string {
  return digestDecisions(decisions.map(({ id }) => id)).slice(0, 32)
}

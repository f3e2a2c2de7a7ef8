/**
 * The third leg of a run: a group's code is held against every subject and day it would stand for. An occurrence that
 * contradicts it is taken out of the group's code and waits for a person; once nothing contradicts, it follows again.
 */
import { isFollowingOutcome } from '../schemas/outcomes.ts'
import type { TermPath } from '../schemas/terms.ts'
import { canContradict, findContradiction } from './autocode/context.ts'
import type { CodingKit, CodingKits } from './coding-kits.ts'
import { toMachineFrame } from './run-autocode.ts'
import { type ChainHead, findHead } from './store/chain.ts'
import { type CodedGroup, listCodedGroups, listInContext, type OccurrenceInContext } from './store/context.ts'
import { findCommitted } from './store/current.ts'
import { type NewDecision, recordAutocoded } from './store/decisions.ts'
import type { Store } from './store/store.ts'
import type { Study } from './study.ts'

/** Occurrences newly held back, and those that follow their group again. */
export interface ContextTally {
  readonly conflicts: number
  readonly cleared: number
}

/** Of two checks together. */
export function addTallies(a: ContextTally, b: ContextTally): ContextTally {
  return { conflicts: a.conflicts + b.conflicts, cleared: a.cleared + b.cleared }
}

const BATCH_GROUPS = 50
const BATCH_DECISIONS = 1000

/**
 * Checks every code in force that a dictionary knows something against. A person's own decision on an occurrence is left
 * alone. People may code meanwhile: it goes on until nobody did.
 * @returns what it did, and the chain's head that it speaks for: a dataset of up to there holds no code that contradicts
 */
export async function checkContexts(
  study: Study,
  { store, kits }: { store: Store; kits: CodingKits },
): Promise<{ readonly tally: ContextTally; readonly head: ChainHead }> {
  let tally: ContextTally = { conflicts: 0, cleared: 0 }
  for (;;) {
    const before = await findHead(store.db, study.id)
    const { events, ...found } = await checkOnce(study, { store, kits })
    tally = addTallies(tally, found)
    const head = await findHead(store.db, study.id)
    if (head.seq === before.seq + events) return { tally, head }
  }
}

async function checkOnce(
  study: Study,
  { store, kits }: { store: Store; kits: CodingKits },
): Promise<ContextTally & { readonly events: number }> {
  const transfer = await findCommitted(store.db, study.id)
  const tally = { conflicts: 0, cleared: 0, events: 0 }
  if (transfer === undefined) return tally
  for (const kit of kits.all) {
    const terminology = kit.role === 'beside' ? kit.dictionary.ref.name : ''
    const held = new Set<number>()
    let waiting: NewDecision[] = []
    const flush = async () => {
      const decisions = waiting
      waiting = []
      if (decisions.length === 0) return
      const recorded = await recordAutocoded(store, study.id, { decisions, frame: toMachineFrame(kit, transfer) })
      if (recorded > 0) tally.events++
      for (const { outcome } of decisions) tally[outcome === 'fits-context' ? 'cleared' : 'conflicts']++
    }
    const record = async (decision: NewDecision) => {
      waiting.push(decision)
      if (waiting.length >= BATCH_DECISIONS) await flush()
    }
    for await (const groups of listLimited(study, { store, kit })) {
      const occurrences = await listInContext(store, study.id, { terminology, mainNos: [...groups.keys()] })
      for (const occurrence of occurrences) {
        const conflict = findConflict(occurrence, { kit, codes: groups.get(occurrence.mainNo)?.codes ?? [] })
        if (conflict === undefined) continue
        held.add(occurrence.target.no)
        if (isForPerson(occurrence) || isSaid(occurrence, conflict.reason)) continue
        await record(toDecision(occurrence, { outcome: 'conflicts-with-context', ...conflict }))
      }
    }
    await flush()
    // Held back before, and nothing contradicts any more: the code is another one, or the sex was corrected.
    for (const occurrence of await listInContext(store, study.id, { terminology })) {
      const { target, own, domain } = occurrence
      if (own?.outcome !== 'conflicts-with-context' || !kit.domains.includes(domain) || held.has(target.no)) continue
      const reason = 'Nothing contradicts the code of the term any more'
      await record(toDecision(occurrence, { outcome: 'fits-context', reason }))
    }
    await flush()
  }
  return tally
}

/** Groups whose code has a limit, by the number of their main group, in batches. */
async function* listLimited(
  study: Study,
  { store, kit }: { store: Store; kit: CodingKit },
): AsyncGenerator<ReadonlyMap<number, CodedGroup>> {
  const { dictionary, domains } = kit
  const isLimited = (code: string) => {
    const limits = dictionary.findLimits(code)
    return limits !== undefined && canContradict(limits, dictionary.period)
  }
  for (let after = 0; ; ) {
    const groups = await listCodedGroups(store, study.id, {
      terminology: dictionary.ref.name,
      domains,
      after,
      limit: BATCH_GROUPS,
    })
    const last = groups.at(-1)
    if (last === undefined) return
    after = last.no
    const limited = groups.filter(({ codes }) => codes.some(isLimited))
    if (limited.length > 0) yield new Map(limited.map((group) => [group.mainNo, group]))
  }
}

interface Conflict {
  readonly reason: string
  /** What the group is coded to, for the person who decides. */
  readonly path: TermPath
}

function findConflict(
  { domain, context, sex, birthYear }: OccurrenceInContext,
  { kit: { dictionary }, codes }: { kit: CodingKit; codes: readonly string[] },
): Conflict | undefined {
  const start = context[`${domain}STDTC`] ?? null
  for (const code of codes) {
    const limits = dictionary.findLimits(code)
    const why = limits && findContradiction({ sex, birthYear, start }, { limits, period: dictionary.period })
    if (why === undefined) continue
    const path = dictionary.findPath(code) ?? []
    return { reason: `"${path.at(-1)?.text}" (${code}): ${why}`, path }
  }
  return undefined
}

/** Whether a person decided this occurrence, on whatever verbatim, and did not take it back: then a person decides on. */
function isForPerson({ own }: OccurrenceInContext): boolean {
  return own !== null && own.outcome !== 'conflicts-with-context' && !isFollowingOutcome(own.outcome)
}

/** Whether the very same was said before of the verbatim as it is. */
function isSaid({ own, verbatim }: OccurrenceInContext, reason: string): boolean {
  return own?.outcome === 'conflicts-with-context' && own.basedOn === verbatim && own.reason === reason
}

function toDecision(
  { target, verbatim, own }: OccurrenceInContext,
  { outcome, reason, path }: { outcome: 'conflicts-with-context' | 'fits-context'; reason: string; path?: TermPath },
): NewDecision {
  return {
    target,
    basedOn: verbatim,
    replaces: own?.id ?? null,
    outcome,
    step: 'context-check',
    confidence: 0,
    waits: false,
    codings: [],
    explanation: {
      reason,
      candidates:
        path === undefined
          ? []
          : [
              {
                path: path.map((node) => ({ ...node })),
                confidence: 0,
                why: 'The code of the term, which contradicts',
              },
            ],
    },
    reason: null,
  }
}

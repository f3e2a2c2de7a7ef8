/** Writing decisions that were made in another tool, all with one event, and checking what such an event vouches for. */
import { type Kysely, sql } from 'kysely'
import { toCanonicalJson, toSha256 } from '../../schemas/content-id.ts'
import { insertRows, toList } from './bulk.ts'
import { type Actor, appendEvent } from './chain.ts'
import { findCommitted, isCurrentVersion } from './current.ts'
import { digestDecisions, type Frame, findLatest, type NewDecision, toDecisionId, writeDecisions } from './decisions.ts'
import { checkNotSigned } from './signatures.ts'
import { closeCodedQueries } from './site-query-steps.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

/** A decision as it was made elsewhere: by whom, when, and who approved it there. */
export interface EarlierDecision {
  readonly decision: NewDecision
  readonly frame: Frame
  readonly approval: { readonly actor: Actor; readonly at: string } | null
}

/** Where the decisions come from. */
export interface TakenFrom {
  readonly tool: string
  readonly file: string
  readonly sha256: string
}

/** One digest for the verdicts that came with taken-over decisions: a verdict has no event of its own there. */
export function digestVerdicts(
  verdicts: readonly Pick<Tables['verdict'], 'decision' | 'kind' | 'actor' | 'auth' | 'at' | 'reason'>[],
): string {
  const lines = verdicts.map(({ decision, kind, actor, auth, at, reason }) =>
    toCanonicalJson([decision, kind, actor, auth, at, reason]),
  )
  return toSha256(lines.sort().join('\n'))
}

/**
 * Records decisions of another tool in one transaction. Those whose target got another decision meanwhile are left out:
 * nobody's work is written over.
 * @returns the decisions that were recorded, and how many approvals
 * @throws AecoderError STUDY_SIGNED_OFF
 */
export async function recordTakenOver(
  store: Store,
  study: string,
  {
    decisions,
    actor,
    from,
    reason,
  }: { decisions: readonly EarlierDecision[]; actor: Actor; from: TakenFrom; reason: string | null },
): Promise<{ taken: readonly EarlierDecision[]; approvals: number }> {
  return store.db.transaction().execute(async (trx) => {
    await checkNotSigned(trx, study)
    const free = await listFree(trx, study, decisions)
    if (free.length === 0) return { taken: [], approvals: 0 }
    const ids = free.map(({ decision, frame }) => toDecisionId(study, decision, frame))
    const verdicts = free.flatMap(({ approval }, index) =>
      approval === null
        ? []
        : [
            {
              decision: ids[index] ?? '',
              kind: 'approved' as const,
              actor: approval.actor.name,
              auth: approval.actor.auth,
              at: approval.at,
              reason: null,
            },
          ],
    )
    const { seq } = await appendEvent(trx, study, {
      event: {
        kind: 'taken-over',
        object: `${free.length} decisions of ${from.tool}`,
        actor,
        reason,
        body: {
          count: free.length,
          decisions: digestDecisions(ids),
          approved: verdicts.length,
          verdicts: digestVerdicts(verdicts),
          from: { ...from },
        },
      },
      ambience: store.ambience,
    })
    for (const [index, { decision, frame }] of free.entries())
      await writeDecisions(trx, study, { decisions: [decision], ids: [ids[index] ?? ''], seq, frame })
    await insertRows(
      trx,
      { name: 'verdict', columns: ['study', 'seq', 'decision', 'kind', 'actor', 'auth', 'at', 'reason'] },
      verdicts.map(({ decision, kind, actor: by, auth, at, reason: why }) => [
        study,
        seq,
        decision,
        kind,
        by,
        auth,
        at,
        why,
      ]),
    )
    for (const [index, { decision }] of free.entries())
      await closeCodedQueries(trx, study, {
        target: decision.target,
        decision: ids[index] ?? '',
        actor,
        ambience: store.ambience,
      })
    return { taken: free, approvals: verdicts.length }
  })
}

/** Those that still replace what their target's latest decision is. */
async function listFree(
  trx: Kysely<Tables>,
  study: string,
  decisions: readonly EarlierDecision[],
): Promise<EarlierDecision[]> {
  const free: EarlierDecision[] = []
  for (const same of Map.groupBy(
    decisions,
    ({ decision: { target } }) => `${target.kind} ${target.terminology ?? ''}`,
  ).values()) {
    const latest = await findLatest(
      trx,
      study,
      same.map(({ decision }) => decision),
    )
    for (const each of same)
      if ((latest.get(each.decision.target.no) ?? null) === each.decision.replaces) free.push(each)
  }
  return free
}

/** What the export calls the subjects of some occurrences, by the occurrences' numbers. */
export async function listSubjectNames(
  db: Kysely<Tables>,
  study: string,
  nos: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const head = (await findCommitted(db, study))?.no ?? 0
  const { rows } = await sql<{ no: number; name: string }>`
    select v.occurrence_no as no, trim(v.subject_raw) as name from occurrence_version v
    where v.study = ${study} and v.occurrence_no in ${toList(nos)} and ${isCurrentVersion(head)}`.execute(db)
  return new Map(rows.map(({ no, name }) => [no, name]))
}

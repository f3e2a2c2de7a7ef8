/** Writing steps of site queries: one event for all that one act does, and one row for each site query that it is about. */
import { type Kysely, sql } from 'kysely'
import { type Json, toCanonicalJson, toSha256 } from '../../schemas/content-id.ts'
import type { SiteQueryStep } from '../../schemas/site-queries.ts'
import { LOCKED_EVENTS } from '../review/signature-rules.ts'
import { insertRows, toList } from './bulk.ts'
import { type Actor, type Ambience, appendEvent } from './chain.ts'
import { findCommitted, isCurrentVersion } from './current.ts'
import type { Target } from './decisions.ts'
import { checkNotSigned } from './signatures.ts'
import { followsTerm, joinOwnDecision, joinState } from './site-query-sql.ts'
import type { Tables } from './tables.ts'

/** The kind of event that vouches for each step. */
export const STEP_EVENTS = {
  raised: 'query-raised',
  edited: 'query-edited',
  sent: 'query-sent',
  answered: 'query-answered',
  closed: 'query-closed',
  reopened: 'query-reopened',
} as const satisfies { readonly [step in SiteQueryStep]: string }

/** One act on some site queries. */
export interface StepAct {
  readonly kind: SiteQueryStep
  /** What the event is about: `group <id>`, `occurrence <id>`, `outbox` … */
  readonly object: string
  readonly actor: Actor
  readonly reason: string | null
  /** What is asked, the same for all of them; null for steps without a text. */
  readonly text: string | null
  /** When it counts from, where that is not the event's own time: a transfer's as-of. */
  readonly at?: string
  /** What the event tells beside the site queries, the text and the time. */
  readonly told?: { readonly [name: string]: Json }
}

/** One site query of an act; of an answer with what the file says. */
export interface SteppedQuery {
  readonly id: string
  readonly answer?: { readonly text: string; readonly at: string | null; readonly by: string | null }
}

/**
 * Records a step of some site queries that may take it, with its event; nothing for none. Returns the event's number.
 * @throws AecoderError STUDY_SIGNED_OFF for a step that asks
 */
export async function recordSteps(
  trx: Kysely<Tables>,
  study: string,
  { act, queries, ambience }: { act: StepAct; queries: readonly SteppedQuery[]; ambience: Ambience },
): Promise<number | undefined> {
  if (queries.length === 0) return undefined
  const { kind, object, text, actor, reason } = act
  if (LOCKED_EVENTS.has(STEP_EVENTS[kind])) await checkNotSigned(trx, study)
  const body = {
    siteQueries: queries.map(({ id }) => id),
    ...(text === null ? {} : { text }),
    ...(act.at === undefined ? {} : { at: act.at }),
    ...(kind === 'answered' ? { answersDigest: digestAnswers(queries) } : {}),
    ...act.told,
  }
  const event = { kind: STEP_EVENTS[kind], object, actor, reason, body }
  const { seq, at } = await appendEvent(trx, study, { event, ambience })
  const rows = queries.map(({ id, answer }) => [
    study,
    id,
    seq,
    kind,
    answer?.text ?? text,
    answer?.at ?? null,
    answer?.by ?? null,
    actor.name,
    actor.auth,
    act.at ?? at,
    reason,
  ])
  await insertRows(trx, { name: 'query_step', columns: STEP_COLUMNS }, rows)
  return seq
}

/** One digest for the answers an event brought: their words stand in the steps alone. */
export function digestAnswers(queries: readonly SteppedQuery[]): string {
  const told = queries.map(({ id, answer }) =>
    toCanonicalJson([id, answer?.text ?? null, answer?.at ?? null, answer?.by ?? null]),
  )
  return toSha256(told.sort().join('\n'))
}

const STEP_COLUMNS = [
  'study',
  'query',
  'seq',
  'kind',
  'text',
  'answered_at',
  'answered_by',
  'actor',
  'auth',
  'at',
  'reason',
] as const

/**
 * Closes the site queries that a person's code settles, in the transaction of the decision: those of the occurrence, or of
 * the present occurrences of the group that follow its code. Only what was asked for a term of the same dictionary.
 */
export async function closeCodedQueries(
  trx: Kysely<Tables>,
  study: string,
  { target, decision, actor, ambience }: { target: Target; decision: string; actor: Actor; ambience: Ambience },
): Promise<void> {
  const queries = target.kind === 'group' ? await listOfGroup(trx, study, target) : await listOfOne(trx, study, target)
  const act: StepAct = {
    kind: 'closed',
    object: `${target.kind} ${target.id}`,
    actor,
    reason: 'coded',
    text: null,
    told: { decision },
  }
  await recordSteps(trx, study, { act, queries, ambience })
}

async function listOfOne(trx: Kysely<Tables>, study: string, target: Target): Promise<SteppedQuery[]> {
  const { rows } = await sql<SteppedQuery>`
    select q.id from site_query q ${joinState()}
    where q.study = ${study} and q.occurrence_no = ${target.no} and q.terminology = ${target.terminology ?? ''} and s.kind <> 'closed'
    order by q.id`.execute(trx)
  return rows
}

async function listOfGroup(trx: Kysely<Tables>, study: string, target: Target): Promise<SteppedQuery[]> {
  const group = await trx
    .selectFrom('term_group')
    .select(['main_no', 'terminology'])
    .where('study', '=', study)
    .where('no', '=', target.no)
    .executeTakeFirstOrThrow()
  const mainNo = group.main_no ?? target.no
  const terminology = group.main_no === null ? '' : group.terminology
  const { rows: open } = await sql<{ id: string; no: number }>`
    select q.id, q.occurrence_no as no from group_member m
    cross join site_query q on q.study = m.study and q.occurrence_no = m.occurrence_no and q.terminology = ${terminology}
    ${joinState()}
    where m.study = ${study} and m.group_no = ${mainNo} and s.kind <> 'closed' order by q.id`.execute(trx)
  if (open.length === 0) return []
  const head = (await findCommitted(trx, study))?.no ?? 0
  const { rows } = await sql<{ no: number }>`
    select o.no from occurrence o
    join occurrence_version v on v.study = o.study and v.occurrence_no = o.no and ${isCurrentVersion(head)}
    ${joinOwnDecision(terminology)}
    where o.study = ${study} and o.no in ${toList(open.map(({ no }) => no))}
      and v.group_no = ${mainNo} and v.present = 1 and ${followsTerm}`.execute(trx)
  const settled = new Set(rows.map(({ no }) => no))
  return open.filter(({ no }) => settled.has(no)).map(({ id }) => ({ id }))
}

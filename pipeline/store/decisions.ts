/** Writing decisions and verdicts, each with its event, in one transaction. Knows no rule: review/ decides, this records. */
import { type Kysely, sql } from 'kysely'
import { type Json, toCanonicalJson, toContentId, toSha256 } from '../../schemas/content-id.ts'
import type { Outcome, Step } from '../../schemas/outcomes.ts'
import type { TermPath } from '../../schemas/terms.ts'
import type { ArtefactSet } from './artefacts.ts'
import { type Cell, insertRows, toList } from './bulk.ts'
import { type Actor, appendEvent, type NewEvent } from './chain.ts'
import { checkNotSigned } from './signatures.ts'
import { closeCodedQueries } from './site-query-steps.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

export interface NewCoding {
  readonly path: TermPath
  /** The part of the verbatim this code is for; null when it is for the whole. */
  readonly partText: string | null
}

/** A term group or one occurrence of it. `no` is the store's number, `id` the content id. */
export interface Target {
  readonly kind: 'group' | 'occurrence'
  readonly no: number
  readonly id: string
  /** Of an occurrence: the dictionary it is coded in, empty for its domain's main one. A group has but one. */
  readonly terminology?: string
}

export interface NewDecision {
  readonly target: Target
  /** The text it was based on: the folded verbatim of a group, the verbatim of an occurrence. */
  readonly basedOn: string
  /** The target's latest decision as the maker saw it; the write is refused when another came first. */
  readonly replaces: string | null
  readonly outcome: Outcome
  readonly step: Step
  readonly confidence: number
  /** Whether the code waits for a second person, by the policy in force. */
  readonly waits: boolean
  readonly codings: readonly NewCoding[]
  /** Why, in a form a person can read: reason, candidates. */
  readonly explanation: Json
  readonly reason: string | null
}

export interface Frame {
  readonly artefacts: ArtefactSet
  /** Name and version of the dictionary the codes are from. */
  readonly dictionary: string
  readonly actor: Actor
  readonly at: string
}

/** A decision's identity: everything it says. The same decision has the same id in every store. */
export function toDecisionId(
  study: string,
  decision: Omit<NewDecision, 'target'> & { target: Pick<Target, 'kind' | 'id' | 'terminology'> },
  frame: Frame,
): string {
  return toContentId(
    toCanonicalJson([
      study,
      decision.target.kind,
      decision.target.id,
      decision.basedOn,
      decision.replaces,
      decision.outcome,
      decision.step,
      decision.confidence,
      decision.waits,
      decision.codings.map(({ path, partText }) => [
        partText,
        frame.dictionary,
        path.map(({ level, code, text }) => [level, code, text]),
      ]),
      // By its hash: an explanation is long, and its text is at hand when the decision is written or checked.
      toSha256(toCanonicalJson(decision.explanation)),
      decision.reason,
      frame.artefacts as Json,
      frame.actor.name,
      frame.actor.kind,
      frame.actor.auth,
      frame.at,
      ...(decision.target.terminology ? [decision.target.terminology] : []),
    ]),
  )
}

/** One digest for the decisions an event stands for. */
export function digestDecisions(ids: readonly string[]): string {
  return toSha256([...ids].sort().join('\n'))
}

/**
 * Records a batch of the machine's decisions with one event, all on groups or all on occurrences. Those that got another
 * decision meanwhile are left as they are: a person's work is never written over.
 * @returns how many were recorded
 * @throws AecoderError STUDY_SIGNED_OFF
 */
export async function recordAutocoded(
  store: Store,
  study: string,
  { decisions, frame }: { decisions: readonly NewDecision[]; frame: Frame },
): Promise<number> {
  return store.db.transaction().execute(async (trx) => {
    await checkNotSigned(trx, study)
    const latest = await findLatest(trx, study, decisions)
    const free = decisions.filter((decision) => (latest.get(decision.target.no) ?? null) === decision.replaces)
    if (free.length === 0) return 0
    const ids = free.map((decision) => toDecisionId(study, decision, frame))
    const tally: Record<string, number> = {}
    for (const { outcome } of free) tally[outcome] = (tally[outcome] ?? 0) + 1
    const body = { count: free.length, outcomes: tally, decisions: digestDecisions(ids) }
    const { seq } = await appendEvent(trx, study, {
      event: { ...toMachineEvent(free), actor: frame.actor, body },
      ambience: store.ambience,
    })
    await writeDecisions(trx, study, { decisions: free, ids, seq, frame })
    return free.length
  })
}

/**
 * Records one decision of a person; a code closes the site queries of what it settles.
 * @returns its id, or undefined when another decision came first (nothing is written then)
 * @throws AecoderError STUDY_SIGNED_OFF
 */
export async function recordManual(
  store: Store,
  study: string,
  { kind, decision, frame }: { kind: 'coded' | 'split' | 'reopened'; decision: NewDecision; frame: Frame },
): Promise<string | undefined> {
  return store.db.transaction().execute(async (trx) => {
    await checkNotSigned(trx, study)
    if ((await findLatestOf(trx, study, decision.target)) !== decision.replaces) return undefined
    const id = toDecisionId(study, decision, frame)
    const body = {
      decisions: digestDecisions([id]),
      decision: id,
      replaces: decision.replaces,
      basedOn: decision.basedOn,
      codings: decision.codings.map(({ path, partText }) => ({ partText, path: path.map((node) => ({ ...node })) })),
    }
    const { seq } = await appendEvent(trx, study, {
      event: {
        kind,
        object: `${decision.target.kind} ${decision.target.id}`,
        actor: frame.actor,
        reason: decision.reason,
        body,
      },
      ambience: store.ambience,
    })
    await writeDecisions(trx, study, { decisions: [decision], ids: [id], seq, frame })
    if (kind !== 'reopened' && decision.codings.length > 0)
      await closeCodedQueries(trx, study, {
        target: decision.target,
        decision: id,
        actor: frame.actor,
        ambience: store.ambience,
      })
    return id
  })
}

/**
 * Records a second person's verdict.
 * @returns false when the decision has a verdict already, or is not its target's latest any more (nothing is written then)
 * @throws AecoderError STUDY_SIGNED_OFF
 */
export async function recordVerdict(
  store: Store,
  study: string,
  verdict: { decision: string; target: Target; kind: 'approved' | 'rejected'; actor: Actor; reason: string | null },
): Promise<boolean> {
  return store.db.transaction().execute(async (trx) => {
    await checkNotSigned(trx, study)
    if ((await findLatestOf(trx, study, verdict.target)) !== verdict.decision) return false
    const earlier = await trx
      .selectFrom('verdict')
      .select('seq')
      .where('study', '=', study)
      .where('decision', '=', verdict.decision)
      .executeTakeFirst()
    if (earlier) return false
    const { actor, kind, reason, target, decision } = verdict
    const { seq, at } = await appendEvent(trx, study, {
      event: { kind, object: `${target.kind} ${target.id}`, actor, reason, body: { decision } },
      ambience: store.ambience,
    })
    await trx
      .insertInto('verdict')
      .values({ study, seq, decision, kind, actor: actor.name, auth: actor.auth, at, reason })
      .execute()
    return true
  })
}

export async function writeDecisions(
  trx: Kysely<Tables>,
  study: string,
  {
    decisions,
    ids,
    seq,
    frame,
  }: { decisions: readonly NewDecision[]; ids: readonly string[]; seq: number; frame: Frame },
): Promise<void> {
  const artefacts = toCanonicalJson(frame.artefacts as Json)
  const rows: Cell[][] = []
  const codings: Cell[][] = []
  for (const [index, decision] of decisions.entries()) {
    const id = ids[index] as string
    const { kind, no } = decision.target
    rows.push([
      study,
      id,
      seq,
      kind === 'group' ? no : null,
      kind === 'occurrence' ? no : null,
      decision.basedOn,
      decision.replaces,
      decision.outcome,
      decision.step,
      decision.confidence,
      decision.waits ? 1 : 0,
      artefacts,
      toCanonicalJson(decision.explanation),
      frame.actor.name,
      frame.actor.kind,
      frame.actor.auth,
      frame.at,
      decision.reason,
      decision.target.terminology ?? '',
    ])
    for (const [part, { path, partText }] of decision.codings.entries())
      codings.push([study, id, part + 1, partText, frame.dictionary, path.at(-1)?.code ?? null, JSON.stringify(path)])
  }
  const columns = [
    'study',
    'id',
    'seq',
    'group_no',
    'occurrence_no',
    'based_on',
    'replaces',
    'outcome',
    'step',
    'confidence',
    'waits',
    'artefacts',
    'explanation',
    'actor',
    'actor_kind',
    'auth',
    'at',
    'reason',
    'terminology',
  ] as const
  await insertRows(trx, { name: 'decision', columns }, rows)
  await insertRows(
    trx,
    { name: 'coding', columns: ['study', 'decision', 'part_no', 'part_text', 'dictionary', 'code', 'path'] },
    codings,
  )
  await sql`
    update current_group set decision = d.id from decision d
    where d.study = ${study} and d.seq = ${seq} and current_group.study = d.study and current_group.group_no = d.group_no`.execute(
    trx,
  )
}

/** The machine decides on groups by their terms, on single occurrences by their context. */
function toMachineEvent(decisions: readonly NewDecision[]): Pick<NewEvent, 'kind' | 'object'> {
  return decisions[0]?.target.kind === 'occurrence'
    ? { kind: 'context-checked', object: `${decisions.length} occurrences` }
    : { kind: 'autocoded', object: `${decisions.length} term groups` }
}

/**
 * Selects the latest decision of each target, up to an event. Of a group the dictionary is not asked for: it has but one,
 * and the question would keep SQLite from the index.
 */
export function selectLatest(
  study: string,
  {
    kind,
    nos,
    terminology = '',
    uptoSeq = Number.MAX_SAFE_INTEGER,
  }: { kind: Target['kind']; nos: readonly number[]; terminology?: string; uptoSeq?: number },
) {
  const column = sql.ref(kind === 'group' ? 'group_no' : 'occurrence_no')
  const isOfIt = (alias: string) =>
    kind === 'group' ? sql`` : sql`and ${sql.ref(`${alias}.terminology`)} = ${terminology}`
  return sql<{ no: number; id: string }>`
    select d.${column} as no, d.id from decision d
    where d.study = ${study} and d.${column} in ${toList(nos)} ${isOfIt('d')}
      and d.seq = (select max(e.seq) from decision e
        where e.study = d.study and e.${column} = d.${column} ${isOfIt('e')} and e.seq <= ${uptoSeq})`
}

/** The latest decision of each target, by its number. All targets are of one kind and, if occurrences, one dictionary. */
export async function findLatest(
  trx: Kysely<Tables>,
  study: string,
  decisions: readonly NewDecision[],
): Promise<Map<number, string>> {
  const target = decisions[0]?.target
  if (target === undefined) return new Map()
  const nos = decisions.map((decision) => decision.target.no)
  const { rows } = await selectLatest(study, { ...target, nos }).execute(trx)
  return new Map(rows.map((row) => [row.no, row.id]))
}

/** The latest decision of one target; null where nothing was decided. */
export async function findLatestOf(trx: Kysely<Tables>, study: string, target: Target): Promise<string | null> {
  const { rows } = await selectLatest(study, { ...target, nos: [target.no] }).execute(trx)
  return rows[0]?.id ?? null
}

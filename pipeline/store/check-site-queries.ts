/** Checks site queries and their steps against the chain: what an event tells of is there, and nothing else. Reads only. */
import { type Kysely, sql } from 'kysely'
import type { Json } from '../../schemas/content-id.ts'
import { SITE_QUERY_STEPS, type SiteQueryStep } from '../../schemas/site-queries.ts'
import { listNextSteps, toSiteQueryState } from '../review/site-query-rules.ts'
import { toSiteQueryId } from './site-queries.ts'
import { digestAnswers, STEP_EVENTS, type SteppedQuery } from './site-query-steps.ts'
import type { Tables } from './tables.ts'

/** What an event on site queries tells, by the ids of these. */
interface Told {
  readonly kind: SiteQueryStep
  readonly text: string | null
  readonly at: string | null
  /** Of what was raised: the dictionary of the term, empty for the main one. */
  readonly dictionary: string | null
  readonly answersDigest: string | null
  /** Its site queries, with their occurrences where they were raised. */
  readonly of: ReadonlyMap<string, string | undefined>
}

interface Checked {
  readonly events: ReadonlyMap<number, Told>
  readonly faults: { add(text: string): void }
}

const STEP_OF: ReadonlyMap<string, SiteQueryStep> = new Map(SITE_QUERY_STEPS.map((step) => [STEP_EVENTS[step], step]))

/** Every site query follows from what raised it, and every step is its event's. */
export async function checkSiteQueries(
  db: Kysely<Tables>,
  study: string,
  { vouched, faults }: { vouched: ReadonlyMap<number, Json>; faults: Checked['faults'] },
): Promise<void> {
  const events = new Map<number, Told>()
  for (const [seq, event] of vouched) {
    const told = toTold(event)
    if (told !== undefined) events.set(seq, told)
  }
  await checkRaised(db, study, { events, faults })
  await checkSteps(db, study, { events, faults })
}

function toTold(event: Json): Told | undefined {
  const { kind, body } = event as unknown as {
    kind: string
    body: {
      siteQueries?: string[]
      occurrences?: string[]
      dictionary?: string
      text?: string
      at?: string
      answersDigest?: string
    }
  }
  const step = STEP_OF.get(kind)
  if (step === undefined) return undefined
  return {
    kind: step,
    text: body.text ?? null,
    at: body.at ?? null,
    dictionary: body.dictionary ?? null,
    answersDigest: body.answersDigest ?? null,
    of: new Map((body.siteQueries ?? []).map((id, index) => [id, body.occurrences?.[index]])),
  }
}

async function checkRaised(db: Kysely<Tables>, study: string, { events, faults }: Checked): Promise<void> {
  const { rows } = await sql<Tables['site_query'] & { occurrence: string | null; verbatim: string | null }>`
    select q.*, o.id as occurrence,
      (select v.verbatim from occurrence_version v join transfer_end e on e.study = v.study and e.transfer_no = v.transfer_no
        where v.study = q.study and v.occurrence_no = q.occurrence_no and e.state = 'committed' and e.seq < q.seq
        order by v.transfer_no desc limit 1) as verbatim
    from site_query q left join occurrence o on o.study = q.study and o.no = q.occurrence_no
    where q.study = ${study} order by q.seq, q.id`.execute(db)
  for (const { id, seq, occurrence, based_on, verbatim, terminology } of rows) {
    const told = events.get(seq)
    const where = `site query ${id}`
    if (occurrence === null || toSiteQueryId(study, { occurrence, seq }) !== id)
      faults.add(`${where}: its id does not follow from its occurrence and event`)
    else if (told?.kind !== 'raised' || told.of.get(id) !== occurrence || told.dictionary !== terminology)
      faults.add(`${where}: event ${seq} does not tell of it`)
    if (based_on !== verbatim) faults.add(`${where}: the verbatim that was asked about is not the occurrence's`)
  }
  const kept = new Set(rows.map(({ id }) => id))
  for (const [seq, { kind, of }] of events)
    if (kind === 'raised')
      for (const id of of.keys())
        if (!kept.has(id)) faults.add(`event ${seq}: the site query ${id} it tells of is missing`)
}

interface StepRow extends Readonly<Tables['query_step']> {
  readonly by: string | null
  readonly known: string | null
  readonly moment: string | null
  readonly why: string | null
}

async function checkSteps(db: Kysely<Tables>, study: string, { events, faults }: Checked): Promise<void> {
  const { rows } = await sql<StepRow>`
    select s.*, e.actor as by, e.auth as known, e.at as moment, e.reason as why
    from query_step s left join event e on e.study = s.study and e.seq = s.seq
    where s.study = ${study} order by s.query, s.seq`.execute(db)
  const found = new Map<number, SteppedQuery[]>()
  let steps: SiteQueryStep[] = []
  for (const [index, row] of rows.entries()) {
    const { query, seq, kind } = row
    const where = `site query ${query}: its step of event ${seq}`
    const told = events.get(seq)
    if (told?.kind !== kind || !told.of.has(query)) faults.add(`${where}: the chain does not tell of it`)
    else {
      const { text, answered_at: at, answered_by: by } = row
      const stepped = { id: query, answer: { text: text ?? '', at, by } }
      const steps = found.get(seq)
      if (steps === undefined) found.set(seq, [stepped])
      else steps.push(stepped)
      if (!isAsTold(row, told)) faults.add(`${where}: it is not what the event vouches for`)
    }
    if (rows[index - 1]?.query !== query) steps = []
    if (!mayFollow(kind, steps))
      faults.add(`${where}: it cannot be ${kind} there (before it: ${steps.at(-1) ?? 'nothing'})`)
    steps.push(kind)
  }
  for (const [seq, { of, answersDigest }] of events) {
    const steps = found.get(seq) ?? []
    const missing = of.size - steps.length
    if (missing > 0) faults.add(`event ${seq}: ${missing} of the steps it vouches for are missing`)
    else if (answersDigest !== null && answersDigest !== digestAnswers(steps))
      faults.add(`event ${seq}: the answers recorded with it are not those it vouches for`)
  }
}

function isAsTold(row: StepRow, { text, at }: Told): boolean {
  return (
    row.actor === row.by &&
    row.auth === row.known &&
    row.at === (at ?? row.moment) &&
    row.reason === row.why &&
    // An answer is held against the digest of all that came with it.
    (row.kind === 'answered'
      ? row.text !== null
      : row.text === text && row.answered_at === null && row.answered_by === null)
  )
}

/** A late answer is kept although the site query is closed, and closes it again. */
function mayFollow(kind: SiteQueryStep, steps: readonly SiteQueryStep[]): boolean {
  if (!steps.includes('raised')) return kind === 'raised'
  const state = toSiteQueryState(steps)
  return listNextSteps(state).includes(kind) || (state === 'closed' && kind === 'answered' && steps.includes('sent'))
}

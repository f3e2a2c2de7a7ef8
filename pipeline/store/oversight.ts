/** What a dashboard counts in the store: the course of the work, what people made of the machine's proposals, who did what. */
import { sql } from 'kysely'
import { isCodedOutcome, type Outcome } from '../../schemas/outcomes.ts'
import { findConceptNode, type TermPath } from '../../schemas/terms.ts'
import type { EventKind } from './chain.ts'
import type { Store } from './store.ts'

type Db = Pick<Store, 'db'>

/** A change of what stands for a group: a decision, or a rejection of one. */
export interface Turn {
  readonly seq: number
  readonly group: number
  readonly day: string
  readonly state: 'autocoded' | 'coded' | 'queued'
}

/** Every turn of every group after an event, in the order of the chain. Reads an index alone: decisions are long, and there are many. */
export async function listTurns({ db }: Db, study: string, { afterSeq }: { afterSeq: number }): Promise<Turn[]> {
  const { rows } = await sql<{ group: number; day: string; seq: number; outcome: Outcome }>`
    select d.group_no as "group", substr(d.at, 1, 10) as day, d.seq, d.outcome
    from decision d indexed by decision_course where d.study = ${study} and d.seq > ${afterSeq} and d.group_no is not null
    union all
    select d.group_no, substr(w.at, 1, 10), w.seq, 'reopened'
    from verdict w join decision d on d.study = w.study and d.id = w.decision
    where w.study = ${study} and w.seq > ${afterSeq} and w.kind = 'rejected' and d.group_no is not null
    order by 3`.execute(db)
  return rows.map(({ group, day, seq, outcome }) => ({ group, day, seq, state: toTurnState(outcome) }))
}

function toTurnState(outcome: Outcome): Turn['state'] {
  return outcome === 'manual' ? 'coded' : isCodedOutcome(outcome) ? 'autocoded' : 'queued'
}

/** A probability the machine gave to its first candidate, and whether a person found that concept right later. */
export interface Judged {
  readonly seq: number
  readonly group: number
  readonly confidence: number
  readonly isRight: boolean
}

/**
 * Each judgement of a person, after an event, on a group that the machine had said something of by probability; in the
 * order of the chain, so that of several on one group the last one counts.
 */
export async function listJudged({ db }: Db, study: string, { afterSeq }: { afterSeq: number }): Promise<Judged[]> {
  // From what people did, which is little, to what the machine had said.
  const machine = sql`d.seq = (select max(e.seq) from decision e where e.study = d.study and e.group_no = d.group_no and e.actor_kind = 'system')
    and d.step in ('alignment', 'similarity')`
  const said = sql`coalesce(json_extract(d.explanation, '$.candidates[0].confidence'), d.confidence) as confidence,
    coalesce(json_extract(d.explanation, '$.candidates[0].path'), (select k.path from coding k where k.study = d.study and k.decision = d.id limit 1)) as proposed`
  const { rows } = await sql<{
    seq: number
    group: number
    confidence: number
    proposed: string | null
    coded: string | null
    kind: string | null
  }>`
    select n.seq, n.group_no as "group", ${said}, (select k.path from coding k where k.study = n.study and k.decision = n.id and k.part_text is null) as coded, null as kind
    from decision n join decision d on d.study = n.study and d.group_no = n.group_no and ${machine}
    where n.study = ${study} and n.seq in (select e.seq from event e where e.study = ${study} and e.kind in ('coded', 'split') and e.seq > ${afterSeq})
      and n.group_no is not null and n.seq > d.seq
    union all
    select w.seq, d.group_no, ${said}, null, w.kind
    from verdict w join decision d on d.study = w.study and d.id = w.decision and ${machine}
    where w.study = ${study} and w.seq > ${afterSeq} and d.group_no is not null
    order by 1`.execute(db)
  return rows.flatMap(({ seq, group, confidence, proposed, coded, kind }) => {
    if (proposed === null) return []
    const isRight = kind === null ? coded !== null && toConcept(coded) === toConcept(proposed) : kind === 'approved'
    return [{ seq, group, confidence, isRight }]
  })
}

function toConcept(path: string): string | undefined {
  return findConceptNode(JSON.parse(path) as TermPath)?.code
}

/** How often each person did what, by kind of event. */
export async function countActs(
  { db }: Db,
  study: string,
): Promise<{ readonly actor: string; readonly kind: EventKind; readonly n: number }[]> {
  const { rows } = await sql<{ actor: string; kind: EventKind; n: number }>`
    select actor, kind, count(*) as n from event
    where study = ${study} and kind in ('coded', 'split', 'approved', 'rejected', 'query-raised') and actor_kind = 'person'
    group by actor, kind order by actor, kind`.execute(db)
  return rows
}

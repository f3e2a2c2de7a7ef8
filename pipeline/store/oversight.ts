/** What a dashboard counts in the store: the course of the work, what people made of the machine's proposals, who did what. */
import { sql } from 'kysely'
import type { EventKind } from './chain.ts'
import type { Store } from './store.ts'

type Db = Pick<Store, 'db'>

/** A change of what stands for a main group: a decision, or a rejection of one. */
export interface Turn {
  readonly group: number
  readonly day: string
  readonly state: 'autocoded' | 'coded' | 'queued'
}

/** Every turn of every main group, in the order of the chain. */
export async function listTurns({ db }: Db, study: string): Promise<Turn[]> {
  const { rows } = await sql<{
    group: number
    day: string
    seq: number
    coded: number
    person: number
    rejected: number
  }>`
    select d.group_no as "group", substr(d.at, 1, 10) as day, d.seq,
      exists (select 1 from coding k where k.study = d.study and k.decision = d.id) as coded, d.actor_kind = 'person' as person, 0 as rejected
    from decision d join term_group g on g.study = d.study and g.no = d.group_no
    where d.study = ${study} and g.main_no is null
    union all
    select d.group_no, substr(w.at, 1, 10), w.seq, 0, 1, 1
    from verdict w join decision d on d.study = w.study and d.id = w.decision join term_group g on g.study = d.study and g.no = d.group_no
    where w.study = ${study} and w.kind = 'rejected' and g.main_no is null
    order by 3`.execute(db)
  return rows.map(({ group, day, coded, person, rejected }) => ({
    group,
    day,
    state: coded === 0 || rejected === 1 ? 'queued' : person === 1 ? 'coded' : 'autocoded',
  }))
}

/** A probability the machine gave to its first candidate, and whether a person found that concept right later. */
export interface Judged {
  readonly confidence: number
  readonly isRight: boolean
}

/** Every main group that the machine said something of by probability and that a person judged later, the last judgement of each. */
export async function listJudged({ db }: Db, study: string): Promise<Judged[]> {
  const { rows } = await sql<{ seq: number; group: number; confidence: number; right: number }>`
    with proposed as (
      select d.study, d.id, d.group_no, d.seq,
        coalesce(json_extract(d.explanation, '$.candidates[0].confidence'), d.confidence) as confidence,
        coalesce(json_extract(d.explanation, '$.candidates[0].path'), (select k.path from coding k where k.study = d.study and k.decision = d.id limit 1)) as path
      from decision d
      where d.study = ${study} and d.group_no is not null and d.actor_kind = 'system'
        and d.step in ('alignment', 'similarity') and d.seq = (select max(e.seq) from decision e where e.study = d.study and e.group_no = d.group_no and e.actor_kind = 'system'))
    select n.seq, p.group_no as "group", p.confidence,
      json_extract(p.path, '$[#-2].code') is (select json_extract(k.path, '$[#-2].code') from coding k where k.study = n.study and k.decision = n.id and k.part_text is null) as right
    from proposed p join decision n on n.study = p.study and n.group_no = p.group_no and n.seq > p.seq and n.outcome = 'manual'
    where p.path is not null
    union all
    select w.seq, p.group_no, p.confidence, w.kind = 'approved'
    from proposed p join verdict w on w.study = p.study and w.decision = p.id where p.path is not null
    order by 1`.execute(db)
  const last = new Map(rows.map(({ group, confidence, right }) => [group, { confidence, isRight: right === 1 }]))
  return [...last.values()]
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

/** Site queries that are not closed, with the time each was raised. */
export async function listWaitingSiteQueries(
  { db }: Db,
  study: string,
): Promise<{ readonly raisedAt: string; readonly isAnswered: boolean }[]> {
  const { rows } = await sql<{ raisedAt: string; answered: number }>`
    select (select min(t.at) from query_step t where t.study = q.study and t.query = q.id) as "raisedAt", s.kind = 'answered' as answered
    from site_query q
    join query_step s on s.study = q.study and s.query = q.id and s.seq = (select max(t.seq) from query_step t where t.study = q.study and t.query = q.id)
    where q.study = ${study} and s.kind <> 'closed'`.execute(db)
  return rows.map(({ raisedAt, answered }) => ({ raisedAt, isAnswered: answered === 1 }))
}

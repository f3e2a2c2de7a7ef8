/** What people made of the codes that the machine was confident of. */
import { type Kysely, sql } from 'kysely'
import { findConceptNode, type TermPath } from '../../schemas/terms.ts'
import type { Tables } from './tables.ts'

/** Distinct term groups whose `confident` code a person judged, and of them those whose preferred term was right. */
export interface ReviewedCodes {
  readonly judged: number
  readonly right: number
}

/** Which decisions are judged, as `d`. */
const isConfident = sql`d.group_no is not null and d.outcome = 'confident' and d.actor_kind = 'system'`

/**
 * A person judges by a verdict on the code, or by a code that takes its place: right is what was approved, or replaced by
 * another term of the same concept; a split is not. What a person took back is no judgement. Of a group that was judged more than once, the last judgement counts.
 */
export async function countReviewed({ db }: { readonly db: Kysely<Tables> }, study: string): Promise<ReviewedCodes> {
  // From what people did, which is little, to the code by its id: decisions have no index of what they replace.
  const { rows: verdicts } = await sql<{ seq: number; group: number; kind: Tables['verdict']['kind'] }>`
    select v.seq, d.group_no as "group", v.kind
    from verdict v
    join decision d on d.study = v.study and d.id = v.decision
    where v.study = ${study} and ${isConfident}`.execute(db)
  const { rows: decisions } = await sql<{ seq: number; group: number; coded: string; instead: string | null }>`
    select n.seq, d.group_no as "group", c.path as coded, k.path as instead
    from decision n
    join decision d on d.study = n.study and d.id = n.replaces
    join coding c on c.study = d.study and c.decision = d.id and c.part_text is null
    left join coding k on k.study = n.study and k.decision = n.id and k.part_text is null
    where n.study = ${study} and n.actor_kind = 'person' and ${isConfident}
      and n.id not in (select u.replaces from event e join decision u on u.study = e.study and u.seq = e.seq
        where e.study = ${study} and e.kind = 'reopened')`.execute(db)
  const judgements = [
    ...verdicts.map(({ seq, group, kind }) => ({ seq, group, isRight: kind === 'approved' })),
    // A split, or a question to the site, in its place has no code of the whole.
    ...decisions.map(({ seq, group, coded, instead }) => ({
      seq,
      group,
      isRight: instead !== null && toConceptCode(instead) === toConceptCode(coded),
    })),
  ].sort((one, other) => one.seq - other.seq)
  const rightByGroup = new Map(judgements.map(({ group, isRight }) => [group, isRight]))
  return { judged: rightByGroup.size, right: [...rightByGroup.values()].filter(Boolean).length }
}

function toConceptCode(path: string): string | undefined {
  return findConceptNode(JSON.parse(path) as TermPath)?.code
}

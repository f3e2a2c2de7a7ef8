/** What people made of the codes that the machine was confident of. */
import { type Kysely, sql } from 'kysely'
import type { TermPath } from '../../schemas/terms.ts'
import type { Tables } from './tables.ts'

/** Distinct term groups whose `confident` code a person judged, and of them those whose preferred term was right. */
export interface ReviewedCodes {
  readonly judged: number
  readonly right: number
}

/**
 * A person judges by a verdict on the code, or by a code that takes its place: right is what was approved, or replaced by
 * another term of the same concept. Of a group that was judged more than once, the last judgement counts.
 */
export async function countReviewed(store: { readonly db: Kysely<Tables> }, study: string): Promise<ReviewedCodes> {
  const { rows } = await sql<{
    group: number
    verdict: string | null
    coded: string
    later: string | null
    instead: string | null
  }>`
    select d.group_no as "group", c.path as coded, n.id as later, k.path as instead,
      (select v.kind from verdict v where v.study = d.study and v.decision = d.id order by v.seq desc limit 1) as verdict
    from decision d
    join coding c on c.study = d.study and c.decision = d.id and c.part_text is null
    left join decision n on n.study = d.study and n.replaces = d.id and n.actor_kind = 'person'
    left join coding k on k.study = n.study and k.decision = n.id and k.part_text is null
    where d.study = ${study} and d.group_no is not null and d.outcome = 'confident' and d.actor_kind = 'system'
    order by d.seq`.execute(store.db)
  const rightByGroup = new Map<number, boolean>()
  for (const { group, verdict, coded, later, instead } of rows) {
    // A split, or a question to the site, in its place has no code of the whole.
    if (later !== null) rightByGroup.set(group, instead !== null && toConcept(instead) === toConcept(coded))
    else if (verdict !== null) rightByGroup.set(group, verdict === 'approved')
  }
  return { judged: rightByGroup.size, right: [...rightByGroup.values()].filter(Boolean).length }
}

/** The code right above the term. */
function toConcept(path: string): string | undefined {
  const nodes = JSON.parse(path) as TermPath
  return (nodes.at(-2) ?? nodes.at(-1))?.code
}

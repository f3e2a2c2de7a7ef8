/** How the same term was coded in other studies of the store. */
import { sql } from 'kysely'
import type { TermPath } from '../../schemas/terms.ts'
import type { Store } from './store.ts'

export interface Elsewhere {
  readonly study: string
  readonly verbatim: string
  readonly codes: { readonly code: string; readonly text: string; readonly part: string | null }[]
  readonly by: string
  readonly at: string
  readonly occurrences: number
}

/**
 * A group's id is made of what it is, not of its study: the same one stands for the same term everywhere. Study
 * by study: the planner would look at every term of this one.
 */
export async function listElsewhere(
  { db }: Pick<Store, 'db'>,
  { study, group, limit }: { study: string; group: string; limit: number },
): Promise<Elsewhere[]> {
  const { rows } = await sql<Omit<Elsewhere, 'codes'> & { codings: string }>`
    select g.study, g.verbatim, d.actor as by, d.at, c.occurrences,
      (select json_group_array(json_object('path', json(k.path), 'part', k.part_text)) from coding k where k.study = d.study and k.decision = d.id) as codings
    from study s
    cross join term_group g on g.study = s.study and g.id = ${group}
    cross join current_group c on c.study = g.study and c.group_no = g.no
    cross join decision d on d.study = c.study and d.id = c.decision
    where s.study <> ${study} and exists (select 1 from coding k where k.study = d.study and k.decision = d.id)
    order by d.at desc, g.study limit ${limit}`.execute(db)
  return rows.map(({ codings, ...row }) => ({
    ...row,
    codes: (JSON.parse(codings) as { path: TermPath; part: string | null }[]).map(({ path, part }) => {
      const { code = '', text = '' } = path.at(-1) ?? {}
      return { code, text, part }
    }),
  }))
}

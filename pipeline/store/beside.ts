/**
 * Term groups in a dictionary beside the main one. An occurrence names its main group; the group of another dictionary
 * stands beside that one, shares its occurrences and its counts, and has decisions of its own.
 */
import { type Kysely, sql } from 'kysely'
import type { CodedDomain } from '../../schemas/records.ts'
import { toTermGroup } from '../review/term-group.ts'
import { insertRows } from './bulk.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

const BATCH_GROUPS = 2000

/** What every group is written with, in this order. */
export const TERM_GROUP_COLUMNS = [
  'study',
  'no',
  'id',
  'domain',
  'field',
  'terminology',
  'language',
  'fold_version',
  'folded',
  'verbatim',
] as const

/** Gives every main group of a domain its group in another dictionary, where it has none yet. Killed anywhere, the next call goes on. */
export async function addGroupsBeside(
  store: Store,
  study: string,
  dictionary: { readonly domain: CodedDomain; readonly terminology: string; readonly language: string },
): Promise<void> {
  const { domain, terminology, language } = dictionary
  for (;;) {
    const added = await store.db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ no: number; field: string; verbatim: string }>`
        select g.no, g.field, g.verbatim from current_group c join term_group g on g.study = c.study and g.no = c.group_no
        where c.study = ${study} and g.domain = ${domain} and g.main_no is null
          and not exists (select 1 from term_group s where s.study = g.study and s.main_no = g.no and s.terminology = ${terminology})
        order by g.no limit ${BATCH_GROUPS}`.execute(trx)
      if (rows.length === 0) return 0
      const last = await sql<{ no: number }>`select max(no) as no from term_group where study = ${study}`.execute(trx)
      const first = (last.rows[0]?.no ?? 0) + 1
      const groups = rows.map(({ no, field, verbatim }, index) => {
        const group = toTermGroup({ domain, field, terminology, language }, verbatim)
        const { id, foldVersion, folded } = group
        return [study, first + index, id, domain, field, terminology, language, foldVersion, folded, verbatim, no]
      })
      await insertRows(
        trx,
        {
          name: 'term_group',
          columns: [...TERM_GROUP_COLUMNS, 'main_no'],
        },
        groups,
      )
      await sql`
        insert into current_group (study, group_no, occurrences, serious, first_transfer, decision)
        select s.study, s.no, c.occurrences, c.serious, c.first_transfer, null
        from term_group s join current_group c on c.study = s.study and c.group_no = s.main_no
        where s.study = ${study} and s.no >= ${first}`.execute(trx)
      return rows.length
    })
    if (added === 0) return
  }
}

/** Brings the counts of groups beside a main one to that one's. */
export async function copyCountsBeside(trx: Kysely<Tables>, study: string): Promise<void> {
  await sql`
    update current_group set occurrences = m.occurrences, serious = m.serious
    from term_group s join current_group m on m.study = s.study and m.group_no = s.main_no
    where s.study = ${study} and s.main_no is not null and current_group.study = s.study and current_group.group_no = s.no`.execute(
    trx,
  )
}

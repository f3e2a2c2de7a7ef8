/** Checking notes: each is the one its event tells of. */
import { type Kysely, sql } from 'kysely'
import type { Json } from '../../schemas/content-id.ts'
import { checkToldRows, type ToldRow } from './check-told.ts'
import type { Tables } from './tables.ts'

type Row = Tables['note'] & ToldRow & { readonly group: string | null; readonly occurrence: string | null }

export async function checkNotes(
  db: Kysely<Tables>,
  study: string,
  { vouched, fault }: { vouched: ReadonlyMap<number, Json>; fault: (text: string) => void },
): Promise<void> {
  const { rows } = await sql<Row>`
    select n.*, g.id as "group", o.id as occurrence, e.actor as event_actor, e.auth as event_auth, e.at as event_at
    from note n
    left join term_group g on g.study = n.study and g.no = n.group_no
    left join occurrence o on o.study = n.study and o.no = n.occurrence_no
    left join event e on e.study = n.study and e.seq = n.seq and e.kind = 'noted'
    where n.study = ${study}`.execute(db)
  checkToldRows(rows, {
    vouched,
    kind: 'noted',
    name: 'note',
    isSame: (row, body: { group?: string; occurrence?: string | null; text?: string }) =>
      row.text === body.text && row.group === body.group && row.occurrence === (body.occurrence ?? null),
    fault,
  })
}

/** Checking what is hidden: each redaction is the one its event tells of; one that is gone would show the words again. */
import { type Kysely, sql } from 'kysely'
import type { Json } from '../../schemas/content-id.ts'
import { checkToldRows, type ToldRow } from './check-told.ts'
import type { Tables } from './tables.ts'

type Row = Tables['redaction'] &
  ToldRow & {
    readonly group: string | null
    readonly main_no: number | null
    readonly event_reason: string | null
    readonly object: string | null
  }

export async function checkRedactions(
  db: Kysely<Tables>,
  study: string,
  { vouched, fault }: { vouched: ReadonlyMap<number, Json>; fault: (text: string) => void },
): Promise<void> {
  const { rows } = await sql<Row>`
    select r.*, g.id as "group", g.main_no, e.actor as event_actor, e.auth as event_auth, e.at as event_at, e.reason as event_reason, e.object
    from redaction r
    left join term_group g on g.study = r.study and g.no = r.group_no
    left join event e on e.study = r.study and e.seq = r.seq and e.kind = 'redacted'
    where r.study = ${study}`.execute(db)
  checkToldRows(rows, {
    vouched,
    kind: 'redacted',
    name: 'redaction',
    isSame: (row, body: { salt?: string; digests?: readonly string[] }) =>
      row.salt === body.salt &&
      row.words === JSON.stringify(body.digests) &&
      row.object === `group ${row.group}` &&
      row.main_no === null &&
      row.reason === row.event_reason,
    fault,
  })
}

/** Checking what is hidden: each redaction is the one its event tells of, and none is gone, which would show the words again. */
import { type Kysely, sql } from 'kysely'
import type { Json } from '../../schemas/content-id.ts'
import type { Tables } from './tables.ts'

type Row = Tables['redaction'] & {
  readonly group: string | null
  readonly main_no: number | null
  readonly event_actor: string | null
  readonly event_auth: string | null
  readonly event_at: string | null
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
  const found = new Map(rows.map((row) => [row.seq, row]))
  for (const [seq, event] of vouched) {
    const { kind, body } = event as { kind: string; body: { salt?: string; digests?: readonly string[] } }
    if (kind !== 'redacted') continue
    const row = found.get(seq)
    found.delete(seq)
    if (row === undefined) {
      fault(`event ${seq}: the redaction it tells of is missing`)
      continue
    }
    const isSame =
      row.salt === body.salt &&
      row.words === JSON.stringify(body.digests) &&
      row.object === `group ${row.group}` &&
      row.main_no === null &&
      row.actor === row.event_actor &&
      row.auth === row.event_auth &&
      row.at === row.event_at &&
      row.reason === row.event_reason
    if (!isSame) fault(`redaction of event ${seq}: it is not what the event tells of`)
  }
  for (const seq of found.keys()) fault(`redaction of event ${seq}: the chain does not tell of it`)
}

/** Checking notes: each is the one its event tells of, and none is gone or was added. */
import { type Kysely, sql } from 'kysely'
import type { Json } from '../../schemas/content-id.ts'
import type { Tables } from './tables.ts'

type Row = Tables['note'] & {
  readonly group: string | null
  readonly occurrence: string | null
  readonly event_actor: string | null
  readonly event_auth: string | null
  readonly event_at: string | null
}

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
  const found = new Map(rows.map((row) => [row.seq, row]))
  for (const [seq, event] of vouched) {
    const { kind, body } = event as {
      kind: string
      body: { group?: string; occurrence?: string | null; text?: string }
    }
    if (kind !== 'noted') continue
    const row = found.get(seq)
    found.delete(seq)
    if (row === undefined) {
      fault(`event ${seq}: the note it tells of is missing`)
      continue
    }
    const isSame =
      row.text === body.text &&
      row.group === body.group &&
      row.occurrence === (body.occurrence ?? null) &&
      row.actor === row.event_actor &&
      row.auth === row.event_auth &&
      row.at === row.event_at
    if (!isSame) fault(`note of event ${seq}: it is not what the event tells of`)
  }
  for (const seq of found.keys()) fault(`note of event ${seq}: the chain does not tell of it`)
}

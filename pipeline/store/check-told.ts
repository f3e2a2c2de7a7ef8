/** Checking rows that have an event each: the row is the one its event tells of, and none is gone or was added. Pure. */
import type { Json } from '../../schemas/content-id.ts'

/** A row with the facts of its event beside it; null where there is no such event. */
export interface ToldRow {
  readonly seq: number
  readonly actor: string
  readonly auth: string
  readonly at: string
  readonly event_actor: string | null
  readonly event_auth: string | null
  readonly event_at: string | null
}

/**
 * @param kind of the events that tell of such rows
 * @param name what a row is called in a fault, e.g. `note`
 * @param isSame whether the row is what the event's body tells; who and when are compared here
 */
export function checkToldRows<Row extends ToldRow, Body>(
  rows: readonly Row[],
  {
    vouched,
    kind,
    name,
    isSame,
    fault,
  }: {
    readonly vouched: ReadonlyMap<number, Json>
    readonly kind: string
    readonly name: string
    readonly isSame: (row: Row, body: Body) => boolean
    readonly fault: (text: string) => void
  },
): void {
  const found = new Map(rows.map((row) => [row.seq, row]))
  for (const [seq, event] of vouched) {
    const told = event as unknown as { kind: string; body: Body }
    if (told.kind !== kind) continue
    const row = found.get(seq)
    found.delete(seq)
    if (row === undefined) fault(`event ${seq}: the ${name} it tells of is missing`)
    else if (
      row.actor !== row.event_actor ||
      row.auth !== row.event_auth ||
      row.at !== row.event_at ||
      !isSame(row, told.body)
    )
      fault(`${name} of event ${seq}: it is not what the event tells of`)
  }
  for (const seq of found.keys()) fault(`${name} of event ${seq}: the chain does not tell of it`)
}

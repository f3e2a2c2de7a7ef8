/** Checking the numbers of parts of reports: each one has the event that gave it, and none is gone. */
import { type Kysely, sql } from 'kysely'
import type { Json } from '../../schemas/content-id.ts'
import { digestParts } from './parts.ts'
import type { Tables } from './tables.ts'

interface Row {
  readonly seq: number | null
  readonly part: number
  readonly n: number
  readonly transfer_no: number
  readonly id: string | null
  readonly is_own: number
}

/** Numbers that a transfer gave are its digest's; here are those of part 2 and further. */
export async function checkParts(
  db: Kysely<Tables>,
  study: string,
  { vouched, fault }: { vouched: ReadonlyMap<number, Json>; fault: (text: string) => void },
): Promise<void> {
  const { rows } = await sql<Row>`
    select s.seq, s.part, s.n, s.transfer_no, o.id, (o.domain is s.domain and o.usubjid is s.usubjid) as is_own
    from sequence s left join occurrence o on o.study = s.study and o.no = s.occurrence_no
    where s.study = ${study} and (s.part <> 1 or s.seq is not null)`.execute(db)
  for (const { id, part, n, seq, is_own } of rows) {
    if (seq === null) fault(`occurrence ${id}: part ${part} has a sequence number (${n}) that no event gave it`)
    if (is_own === 0) fault(`occurrence ${id}: part ${part} is numbered among another subject's records`)
  }
  const given = Map.groupBy(rows, (row) => row.seq ?? 0)
  for (const [seq, event] of vouched) {
    const { kind, body } = event as { kind: string; body: { count?: number; transfer?: number; parts?: string } }
    if (kind !== 'parts-numbered') continue
    const found = given.get(seq) ?? []
    given.delete(seq)
    const isSame =
      found.length === body.count &&
      found.every((row) => row.transfer_no === body.transfer && row.part > 1) &&
      digestParts(found.map(({ id, part, n }) => ({ id: id ?? '', part, n }))) === body.parts
    if (!isSame) fault(`event ${seq}: the sequence numbers of parts are not those it vouches for`)
  }
  for (const seq of given.keys())
    if (seq !== 0) fault(`event ${seq}: parts have sequence numbers of it, and it gave none`)
}

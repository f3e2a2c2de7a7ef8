/** What transfers brought that came after a signature: taken in, and held until the study is unlocked. Reads only. */
import { type Kysely, sql } from 'kysely'
import { findCommitted, isCurrentVersion } from './current.ts'
import type { Tables } from './tables.ts'

/** What is in the store and not in what was signed. Occurrences are counted once, however many transfers touched them. */
export interface HeldTransfers {
  readonly transfers: readonly { readonly no: number; readonly asOf: string; readonly input: string }[]
  readonly new: number
  readonly changedVerbatim: number
  readonly changedContext: number
  readonly returned: number
  readonly withdrawn: number
  /** Term groups that no decision speaks of yet. */
  readonly newTerms: number
}

/** Null where no transfer came after the one that was signed. */
export async function findHeld(
  db: Kysely<Tables>,
  study: string,
  signed: { readonly transferNo: number | null },
): Promise<HeldTransfers | null> {
  const before = signed.transferNo ?? 0
  const transfers = await db
    .selectFrom('transfer')
    .innerJoin('transfer_end', (join) =>
      join.onRef('transfer_end.study', '=', 'transfer.study').onRef('transfer_end.transfer_no', '=', 'transfer.no'),
    )
    .select(['transfer.no', 'transfer.as_of as asOf', 'transfer.input'])
    .where('transfer.study', '=', study)
    .where('transfer.no', '>', before)
    .where('transfer_end.state', '=', 'committed')
    .orderBy('transfer.no')
    .execute()
  if (transfers.length === 0) return null
  const head = (await findCommitted(db, study))?.no ?? 0
  const { rows } = await sql<{ move: Move; n: number }>`
    select move, count(*) as n from (
      select case
        when v.present = 1 and w.present is null then 'new'
        when v.present = 1 and w.present = 0 then 'returned'
        when v.present = 0 and w.present = 1 then 'withdrawn'
        when v.present = 1 and v.verbatim <> w.verbatim then 'changedVerbatim'
        when v.present = 1 and v.content_id <> w.content_id then 'changedContext'
        else 'none' end as move
      from occurrence_version v
      left join occurrence_version w on w.study = v.study and w.occurrence_no = v.occurrence_no
        and w.transfer_no = (select max(x.transfer_no) from occurrence_version x where x.study = v.study and x.occurrence_no = v.occurrence_no and x.transfer_no <= ${before})
      where v.study = ${study} and v.transfer_no > ${before} and ${isCurrentVersion(head)})
    group by move`.execute(db)
  const { rows: terms } = await sql<{ n: number }>`
    select count(*) as n from current_group where study = ${study} and occurrences > 0 and decision is null`.execute(db)
  const moved = new Map(rows.map(({ move, n }) => [move, n]))
  const count = (move: Move) => moved.get(move) ?? 0
  return {
    transfers,
    new: count('new'),
    changedVerbatim: count('changedVerbatim'),
    changedContext: count('changedContext'),
    returned: count('returned'),
    withdrawn: count('withdrawn'),
    newTerms: terms[0]?.n ?? 0,
  }
}

type Move = 'new' | 'changedVerbatim' | 'changedContext' | 'returned' | 'withdrawn' | 'none'

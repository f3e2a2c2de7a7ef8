/**
 * Records that come again under another key: what a key lost in a transfer, another key of the same subject gained. A
 * re-sorted export looks like this, whether its keys count up (the terms change places) or were given anew. Reads only.
 */
import { type Kysely, sql } from 'kysely'
import { toList } from './bulk.ts'
import type { Tables } from './tables.ts'

/** An occurrence that lost its verbatim and start date, and the one that has them now, by their numbers. */
export interface Rekeyed {
  readonly from: number
  readonly to: number
}

/**
 * Counts them by the source that held the lost ones.
 * @returns of each source all of them, and those whose key is withdrawn because nothing states it any more
 */
export async function countRekeyed(
  db: Kysely<Tables>,
  study: string,
  transferNo: number,
): Promise<{ source: string; all: number; missing: number }[]> {
  const { rows } = await sql<{ source: string; all: number; missing: number }>`
    ${pairs(study, transferNo)}
    select l.source, count(*) as "all", sum(l.present = 0 and l.file_no is null) as missing from lost l join gained g on ${isSame}
    group by l.source order by l.source`.execute(db)
  return rows
}

/**
 * Some of them, those first that were ever decided on their own, in the order of the lost ones' numbers.
 * @param options.from only what became of these, by the lost ones' numbers
 */
export async function listRekeyed(
  db: Kysely<Tables>,
  study: string,
  { transferNo, limit, from }: { transferNo: number; limit: number; from?: readonly number[] },
): Promise<Rekeyed[]> {
  const { rows } = await sql<Rekeyed>`
    ${pairs(study, transferNo)}
    select l.no as "from", g.no as "to" from lost l join gained g on ${isSame}
    ${from === undefined ? sql`` : sql`where l.no in ${toList(from)}`}
    order by exists (select 1 from decision d where d.study = ${study} and d.occurrence_no = l.no) desc, l.no limit ${limit}`.execute(
    db,
  )
  return rows
}

const isSame = sql`g.subject = l.subject and g.domain = l.domain and g.verbatim = l.verbatim and g.start = l.start and g.nth = l.nth`

/**
 * `lost` and `gained` of a transfer, committed or staged. Where a subject has the same twice they are paired one to one.
 * The start date is the ISO one, else the one as collected, else none.
 */
function pairs(study: string, transferNo: number) {
  const startOf = (version: string) => {
    const context = sql.ref(`${version}.context`)
    return sql`coalesce(json_extract(${context}, '$.' || o.domain || 'STDTC'), json_extract(${context}, '$.' || o.domain || 'STDAT'), '')`
  }
  const nth = sql`row_number() over (partition by subject, domain, verbatim, start order by no) as nth`
  return sql`
    with moved as materialized (
      select o.no, o.subject, o.domain, v.source, v.present, v.file_no, v.verbatim, ${startOf('v')} as start,
        p.present as was_present, p.source as was_source, p.verbatim as was_verbatim, ${startOf('p')} as was_start
      from occurrence_version v
      cross join occurrence o on o.study = v.study and o.no = v.occurrence_no
      left join occurrence_version p on p.study = v.study and p.occurrence_no = v.occurrence_no
        and p.transfer_no = (select max(w.transfer_no) from occurrence_version w where w.study = v.study and w.occurrence_no = v.occurrence_no and w.transfer_no < v.transfer_no)
      where v.study = ${study} and v.transfer_no = ${transferNo}),
    lost as (
      select *, ${nth} from (
        select no, subject, domain, present, file_no, was_source as source, was_verbatim as verbatim, was_start as start from moved
        where was_present = 1 and trim(was_verbatim) <> '' and (present = 0 or verbatim <> was_verbatim or start <> was_start))),
    gained as (
      select *, ${nth} from (
        select no, subject, domain, verbatim, start from moved
        where present = 1 and (was_present is not 1 or verbatim <> was_verbatim or start <> was_start)))`
}

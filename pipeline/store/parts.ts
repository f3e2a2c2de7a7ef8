/** --SEQ of the further parts of reports that hold several events. Part 1 has the number its transfer gave the report. */
import { type Kysely, sql } from 'kysely'
import { toSha256 } from '../../schemas/content-id.ts'
import type { CodedDomain } from '../../schemas/records.ts'
import { insertRows, toList } from './bulk.ts'
import { type Actor, appendEvent } from './chain.ts'
import { findCommitted, isCurrentVersion } from './current.ts'
import { type CodedOccurrence, EffectiveCodes } from './effective-codes.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

/** A part of an occurrence that has no number yet. */
export interface UnnumberedPart {
  readonly occurrenceNo: number
  readonly id: string
  readonly domain: CodedDomain
  readonly usubjid: string
  readonly part: number
}

const BATCH_OCCURRENCES = 500

/**
 * The parts without a number of present occurrences whose code as of an event has several, whether it is in force or
 * waits; in the order of domain, USUBJID, --SEQ of the report, part. What was numbered once is not listed again.
 */
export async function listUnnumberedParts(
  { db }: Pick<Store, 'db'>,
  study: string,
  { uptoSeq }: { uptoSeq: number },
): Promise<UnnumberedPart[]> {
  const head = (await findCommitted(db, study, { uptoSeq }))?.no
  if (head === undefined) return []
  const { rows: split } = await sql<{ group_no: number | null; occurrence_no: number | null; parts: number }>`
    select d.group_no, d.occurrence_no, (select max(k.part_no) from coding k where k.study = c.study and k.decision = c.decision) as parts
    from coding c join decision d on d.study = c.study and d.id = c.decision
    where c.study = ${study} and c.part_no = 2 and d.terminology = '' and d.seq <= ${uptoSeq}`.execute(db)
  if (split.length === 0) return []
  const groups = split.flatMap((row) => row.group_no ?? [])
  const own = split.flatMap((row) => row.occurrence_no ?? [])
  const most = Math.max(...split.map((row) => row.parts))
  const { rows } = await sql<CodedOccurrence & { id: string; domain: CodedDomain; usubjid: string; numbered: number }>`
    select * from (
      select o.no, o.id, v.group_no, v.verbatim, s.domain, s.usubjid, s.n,
        (select max(p.part) from sequence p where p.study = o.study and p.occurrence_no = o.no) as numbered
      from occurrence_version v
      join occurrence o on o.study = v.study and o.no = v.occurrence_no
      join sequence s on s.study = v.study and s.occurrence_no = v.occurrence_no and s.part = 1
      where v.study = ${study} and v.present = 1 and ${isCurrentVersion(head)} and v.occurrence_no in (
        select occurrence_no from group_member where study = ${study} and group_no in ${toList(groups)}
        union select value from json_each(${JSON.stringify(own)})))
    where numbered < ${most} order by domain, usubjid, n`.execute(db)
  const codes = new EffectiveCodes(db, study, { uptoSeq, terminology: '' })
  await codes.open()
  const parts: UnnumberedPart[] = []
  for (let start = 0; start < rows.length; start += BATCH_OCCURRENCES) {
    const batch = rows.slice(start, start + BATCH_OCCURRENCES)
    await codes.load(batch)
    for (const row of batch) {
      const { no, id, domain, usubjid, numbered } = row
      const { given } = codes.find(row)
      for (let part = numbered + 1; part <= given; part++) parts.push({ occurrenceNo: no, id, domain, usubjid, part })
    }
  }
  return parts
}

/**
 * Gives parts the next numbers of their subject, in the order given, with one event. The caller holds the study's lock:
 * a transfer on its way in counts its own numbers.
 * @returns the event's place in the chain
 */
export async function recordParts(
  store: Store,
  study: string,
  { parts, transferNo, actor }: { parts: readonly UnnumberedPart[]; transferNo: number; actor: Actor },
): Promise<number> {
  return store.db.transaction().execute(async (trx) => {
    const last = await findLastNumbers(trx, study, parts)
    const numbered = parts.map((part) => {
      const place = toPlace(part)
      const n = (last.get(place) ?? 0) + 1
      last.set(place, n)
      return { ...part, n }
    })
    const { seq } = await appendEvent(trx, study, {
      event: {
        kind: 'parts-numbered',
        object: `${parts.length} parts`,
        actor,
        body: { count: parts.length, transfer: transferNo, parts: digestParts(numbered) },
      },
      ambience: store.ambience,
    })
    await insertRows(
      trx,
      { name: 'sequence', columns: ['study', 'domain', 'usubjid', 'n', 'occurrence_no', 'part', 'transfer_no', 'seq'] },
      numbered.map(({ domain, usubjid, n, occurrenceNo, part }) => [
        study,
        domain,
        usubjid,
        n,
        occurrenceNo,
        part,
        transferNo,
        seq,
      ]),
    )
    return seq
  })
}

/** One digest for the numbers that an event gave, in whatever order. */
export function digestParts(
  parts: readonly { readonly id: string; readonly part: number; readonly n: number }[],
): string {
  return toSha256(
    parts
      .map(({ id, part, n }) => `${id} ${part} ${n}`)
      .sort()
      .join('\n'),
  )
}

/** The highest number of each subject that the parts are of. */
async function findLastNumbers(
  trx: Kysely<Tables>,
  study: string,
  parts: readonly UnnumberedPart[],
): Promise<Map<string, number>> {
  const places = [...new Map(parts.map((part) => [toPlace(part), [part.domain, part.usubjid]])).values()]
  const { rows } = await sql<{ domain: CodedDomain; usubjid: string; n: number }>`
    select value ->> 0 as domain, value ->> 1 as usubjid,
      (select max(s.n) from sequence s where s.study = ${study} and s.domain = value ->> 0 and s.usubjid = value ->> 1) as n
    from json_each(${JSON.stringify(places)})`.execute(trx)
  return new Map(rows.map((row) => [toPlace(row), row.n]))
}

function toPlace({ domain, usubjid }: { readonly domain: string; readonly usubjid: string }): string {
  return `${domain} ${usubjid}`
}

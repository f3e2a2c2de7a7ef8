/** The codes that records had before a transfer moved them: of the term they were reported under then. Reads only. */
import { type Kysely, sql } from 'kysely'
import type { FormerCode } from '../../schemas/transfers.ts'
import { isEffective, toApproval } from '../review/rules.ts'
import { toList } from './bulk.ts'
import { findCommitted, isCurrentVersion } from './current.ts'
import { type CodedOccurrence, EffectiveCodes } from './effective-codes.ts'
import { readDecisions } from './queue.ts'
import type { Tables } from './tables.ts'

/**
 * The codes of occurrences as of an event, in the main dictionary; none for those that were open, or whose code was
 * rejected. One that waited for approval is told as such.
 * @returns by the occurrences' numbers
 */
export async function readCodesAsOf(
  db: Kysely<Tables>,
  study: string,
  { occurrences, uptoSeq }: { occurrences: readonly CodedOccurrence[]; uptoSeq: number },
): Promise<Map<number, FormerCode>> {
  const codes = new EffectiveCodes(db, study, { uptoSeq, terminology: '' })
  await codes.open()
  await codes.load(occurrences)
  const provenances = occurrences.map((occurrence) => {
    const { provenance } = codes.find(occurrence).parts[0]
    return { no: occurrence.no, provenance }
  })
  const ids = [...new Set(provenances.flatMap(({ provenance }) => provenance.decision ?? []))]
  const decisions = await readDecisions(db, study, ids, { uptoSeq })
  const found = new Map<number, FormerCode>()
  for (const { no, provenance } of provenances) {
    const decision = decisions.get(provenance.decision ?? '')
    if (decision === undefined || decision.codings.length === 0 || provenance.target === null) continue
    const approval = toApproval(decision.waits, decision.verdict?.kind ?? null)
    if (approval === 'rejected') continue
    found.set(no, {
      codes: decision.codings.map(({ path, partText }) => {
        const { code = '', text = '' } = path.at(-1) ?? {}
        return { code, text, part: partText }
      }),
      by: decision.actor,
      at: decision.at,
      target: provenance.target,
      approval,
    })
  }
  return found
}

/** The codes of `readCodesAsOf` that stand in a dataset: those that wait do not. */
export function listStanding(code: FormerCode | undefined): FormerCode['codes'] {
  return code !== undefined && isEffective({ hasCoding: true, approval: code.approval }) ? code.codes : []
}

/** A present occurrence that was reported under another term before, and coded there. */
export interface FormerlyCoded {
  /** The number of the group it is in now. */
  readonly mainNo: number
  /** The occurrence's id. */
  readonly occurrence: string
  readonly usubjid: string
  /** What the site had written. */
  readonly verbatim: string
  /** As-of of the transfer that changed it. */
  readonly changedAt: string
  readonly was: FormerCode
}

interface Row extends CodedOccurrence {
  main_no: number
  id: string
  usubjid: string
  changed_at: string
  seq: number
}

const BATCH = 2000

/**
 * The occurrences of some terms that came from another term and had a code there, by subject; at most `limit` for all
 * terms together.
 */
export async function listFormerlyCoded(
  db: Kysely<Tables>,
  study: string,
  { mainNos, limit }: { mainNos: readonly number[]; limit: number },
): Promise<FormerlyCoded[]> {
  if (mainNos.length === 0) return []
  const head = (await findCommitted(db, study))?.no ?? 0
  const { rows } = await sql<Row>`
    select v.group_no as main_no, o.no, o.id, o.usubjid, f.verbatim, f.group_no, t.as_of as changed_at, e.seq
    from group_member m
    cross join occurrence_version v on v.study = m.study and v.occurrence_no = m.occurrence_no and v.group_no = m.group_no and v.present = 1 and ${isCurrentVersion(head)}
    cross join occurrence_version f on f.study = v.study and f.occurrence_no = v.occurrence_no
      and f.transfer_no = (select max(x.transfer_no) from occurrence_version x
        where x.study = v.study and x.occurrence_no = v.occurrence_no and x.transfer_no < v.transfer_no and x.group_no <> v.group_no)
    cross join occurrence o on o.study = v.study and o.no = v.occurrence_no
    join transfer t on t.study = v.study and t.no = (select min(x.transfer_no) from occurrence_version x
      where x.study = v.study and x.occurrence_no = v.occurrence_no and x.transfer_no > f.transfer_no)
    join transfer_end e on e.study = t.study and e.transfer_no = t.no
    where m.study = ${study} and m.group_no in ${toList(mainNos)}
    order by o.usubjid, o.key limit ${BATCH}`.execute(db)
  const found = new Map<number, FormerlyCoded>()
  // The code is the one in force when the transfer came that changed the term.
  for (const [seq, of] of Map.groupBy(rows, (row) => row.seq)) {
    const codes = await readCodesAsOf(db, study, { occurrences: of, uptoSeq: seq - 1 })
    for (const { no, main_no, id, usubjid, verbatim, changed_at } of of) {
      const was = codes.get(no)
      if (was !== undefined)
        found.set(no, { mainNo: main_no, occurrence: id, usubjid, verbatim, changedAt: changed_at, was })
    }
  }
  return rows.flatMap(({ no }) => found.get(no) ?? []).slice(0, limit)
}

/** What a coded dataset is made of, read as of one event of the chain: occurrences, effective codes, provenance. */
import { type Kysely, sql } from 'kysely'
import type { CodedDomain, CrfContext, DatasetRow } from '../../schemas/records.ts'
import { toList } from './bulk.ts'
import { toCodeBeside } from './codes-beside.ts'
import { findCommitted, isCurrentVersion } from './current.ts'
import { EffectiveCodes } from './effective-codes.ts'
import type { Tables } from './tables.ts'

const BATCH_ROWS = 500

interface Row {
  usubjid: string
  n: number
  part: number
  no: number
  id: string
  key: string
  subject_raw: string
  site: string | null
  verbatim: string
  context: string
  group_no: number
}

/**
 * Streams a domain's dataset rows in the order of USUBJID and --SEQ, each with its code in the main dictionary and in
 * those beside it. An occurrence has a row for each part that its code in force tells apart in the main dictionary, and
 * one where it has no such code; numbers of parts that are no more have none. Only decisions and transfers up to `uptoSeq`
 * count, so any earlier dataset can be made again.
 * @param options.beside names of the dictionaries beside the main one
 */
export async function* readDatasetRows(
  db: Kysely<Tables>,
  study: string,
  { domain, uptoSeq, beside = [] }: { domain: CodedDomain; uptoSeq: number; beside?: readonly string[] },
): AsyncGenerator<DatasetRow[]> {
  const head = (await findCommitted(db, study, { uptoSeq }))?.no
  if (head === undefined) return
  const main = new EffectiveCodes(db, study, { uptoSeq, terminology: '' })
  const others = beside.map((terminology) => new EffectiveCodes(db, study, { uptoSeq, terminology }))
  for (const codes of [main, ...others]) await codes.open()
  let after = { usubjid: '', n: 0 }
  for (;;) {
    const { rows } = await sql<Row>`
      select s.usubjid, s.n, s.part, o.no, o.id, o.key, v.subject_raw, v.site, v.verbatim, v.context, v.group_no
      from sequence s
      join occurrence o on o.study = s.study and o.no = s.occurrence_no
      join occurrence_version v on v.study = s.study and v.occurrence_no = s.occurrence_no and v.present = 1 and ${isCurrentVersion(head)}
      where s.study = ${study} and s.domain = ${domain} and (s.usubjid, s.n) > (${after.usubjid}, ${after.n}) and (s.transfer_no <= ${head} or s.part > 1)
      order by s.usubjid, s.n limit ${BATCH_ROWS}`.execute(db)
    const last = rows.at(-1)
    if (last === undefined) return
    after = last
    for (const codes of [main, ...others]) await codes.load(rows)
    const batch: DatasetRow[] = []
    const split: { id: string; no: number; parts: number }[] = []
    for (const row of rows) {
      const { parts } = main.find(row)
      const code = parts[row.part - 1]
      if (row.part === 1 && parts.length > 1) split.push({ id: row.id, no: row.no, parts: parts.length })
      if (code === undefined) continue
      batch.push({
        recordKey: row.id,
        key: row.key,
        usubjid: row.usubjid,
        sequence: row.n,
        subject: row.subject_raw.trim(),
        site: row.site,
        verbatim: row.verbatim,
        modified: code.modified,
        context: JSON.parse(row.context) as CrfContext,
        path: code.path,
        provenance: code.provenance,
        beside: others.map((codes, index) =>
          toCodeBeside(codes.find(row), { part: row.part, parts, dictionary: beside[index] ?? '' }),
        ),
      })
    }
    await checkNumbered(db, study, split)
    yield batch
  }
}

/** A part without a number would be missing from the dataset without a word. */
async function checkNumbered(
  db: Kysely<Tables>,
  study: string,
  split: readonly { id: string; no: number; parts: number }[],
): Promise<void> {
  if (split.length === 0) return
  const { rows } = await sql<{ no: number; parts: number }>`
    select occurrence_no as no, count(*) as parts from sequence
    where study = ${study} and occurrence_no in ${toList(split.map(({ no }) => no))} group by occurrence_no`.execute(db)
  const numbered = new Map(rows.map(({ no, parts }) => [no, parts]))
  for (const { id, no, parts } of split)
    if ((numbered.get(no) ?? 0) < parts)
      throw new Error(`occurrence ${id}: not all of its ${parts} parts have a number`)
}

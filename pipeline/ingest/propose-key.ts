/** Which columns make a record: candidates tried on the sample, the best ones counted over the whole file. */
import type { SourceFile } from '../../schemas/files.ts'
import type { SourceConfig } from '../../schemas/study.ts'
import { openCsv } from '../formats/csv.ts'
import { LINE_NAMES, toPlainName } from './column-names.ts'
import type { Evidence } from './evidence.ts'
import { type KeyCheck, toKeyCounter } from './key-check.ts'
import { resolveCsvMapping } from './mapping.ts'
import { findSkipReason } from './occurrence.ts'

export interface KeyProposal {
  /** `['']` when nothing tells the records apart well enough. */
  readonly columns: readonly string[]
  /** The same subject id stands at several sites, so the site belongs to the key and to USUBJID. */
  readonly needsSite: boolean
  readonly evidence: readonly Evidence[]
}

/** Key sets counted over the whole file; each counter has its own memory. */
const MOST_COUNTED = 3
/** A key with more rows in doubt than this share is not proposed. */
const TOLERATED = 0.01
const FIELD = 'sources[0].key'

export async function proposeKey(options: {
  readonly file: SourceFile
  readonly source: SourceConfig
  readonly header: readonly string[]
  /** Sampled rows that pass the source's `only`. */
  readonly rows: readonly (readonly string[])[]
}): Promise<KeyProposal> {
  const { file, source, header, rows } = options
  const { subject, site, [`${source.domain}TERM`]: term } = source.map
  if (typeof subject !== 'string' || subject === '' || term === '') {
    const why = 'no key can be tried before the columns of subject and term are known'
    return { columns: [''], needsSite: false, evidence: [{ field: FIELD, column: null, why, confidence: 'unsure' }] }
  }
  const siteColumn =
    typeof site === 'string' && isSubjectShared(rows, header.indexOf(subject), header.indexOf(site)) ? site : undefined
  const base = siteColumn === undefined ? [] : [siteColumn]
  const candidates = listCandidates(source, header, rows).map((columns) => [...base, ...columns])
  const sampled = candidates.map((columns) => ({ columns, check: countSample(columns, options) }))
  // The sort is stable: among equals the order of the candidates decides.
  const best = sampled.toSorted((a, b) => a.check.sharing - b.check.sharing).slice(0, MOST_COUNTED)
  const counted = await countFile(
    file,
    source,
    best.map(({ columns }) => columns),
  )
  const [winner] = counted.toSorted((a, b) => a.check.sharing - b.check.sharing)
  if (winner === undefined) throw new Error('no key candidate') // the empty set is always one
  return toProposal(winner, { source, siteColumn })
}

function toProposal(
  { columns, check }: { columns: readonly string[]; check: KeyCheck },
  { source, siteColumn }: { source: SourceConfig; siteColumn: string | undefined },
): KeyProposal {
  const names = [...listStructure(source), ...columns].join(' + ')
  const atLeast = check.isAtLeast ? 'at least ' : ''
  const counts = `${names}: ${atLeast}${check.distinct} distinct keys in ${check.rows} rows of the whole file`
  const share = check.rows === 0 ? 0 : check.sharing / check.rows
  const column = columns.length > 0 ? columns.join(', ') : null
  const needsSite = siteColumn !== undefined
  const toResult = (confidence: Evidence['confidence'], why: string): KeyProposal => ({
    columns: confidence === 'unsure' ? [''] : columns,
    needsSite,
    evidence: [{ field: FIELD, column, why, confidence }],
  })
  if (check.rows === 0) return toResult(columns.length > 0 ? 'likely' : 'unsure', `${names}: no row to prove it`)
  if (share > TOLERATED) {
    return toResult(
      'unsure',
      `the best set found is ${counts}, ${atLeast}${check.sharing} rows share a key: name the columns that make a record, or, where nothing numbers them, {"content": [columns]} that tell it`,
    )
  }
  if (check.sharing > 0) {
    return toResult(
      'likely',
      `${counts}; ${atLeast}${check.sharing} rows share a key: duplicates, or records it cannot tell apart`,
    )
  }
  if (columns.length === 0) {
    return toResult(
      'likely',
      `${counts}; nothing numbers a subject's records, so a second one at the same place would collide`,
    )
  }
  return toResult(
    check.isAtLeast ? 'likely' : 'sure',
    needsSite ? `${counts}; subject ids are used at several sites` : counts,
  )
}

/** Sets to try, the ones to prefer first: a line number, none at all, two line numbers, any column that counts. */
function listCandidates(
  source: SourceConfig,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string[][] {
  const structure = new Set(listStructure(source))
  const ownNumber = source.map[`${source.domain}SPID`]
  const lines = [
    ...LINE_NAMES.flatMap((name) => header.filter((column) => toPlainName(column) === name)),
    ...(typeof ownNumber === 'string' ? [ownNumber] : []),
  ]
  const strong = [...new Set(lines)].filter(
    (column) => column !== '' && !structure.has(column) && isFilled(column, header, rows),
  )
  const term = source.map[`${source.domain}TERM`]
  const weak = header.filter(
    (column) =>
      !structure.has(column) && !strong.includes(column) && column !== term && isCounting(column, header, rows),
  )
  const pairs = strong.flatMap((first, index) => strong.slice(index + 1).map((second) => [first, second]))
  return [...strong.map((column) => [column]), [], ...pairs, ...weak.map((column) => [column])]
}

function listStructure({ map }: SourceConfig): string[] {
  const { subject, event, eventRepeat, form, formRepeat, group, groupRepeat } = map
  return [subject, event, eventRepeat, form, formRepeat, group, groupRepeat].filter((ref) => typeof ref === 'string')
}

function isFilled(column: string, header: readonly string[], rows: readonly (readonly string[])[]): boolean {
  const index = header.indexOf(column)
  return rows.every((row) => (row[index] ?? '').trim() !== '')
}

/** Whole numbers in every row, or ids that end in one; not the two or three codes of an answer. */
function isCounting(column: string, header: readonly string[], rows: readonly (readonly string[])[]): boolean {
  const index = header.indexOf(column)
  const values = new Set(rows.map((row) => (row[index] ?? '').trim()))
  return values.size > 5 && [...values].every((value) => /^[A-Za-z]{0,6}[-_]?\d{1,9}$/.test(value))
}

function countSample(
  columns: readonly string[],
  { source, header, rows }: { source: SourceConfig; header: readonly string[]; rows: readonly (readonly string[])[] },
): KeyCheck {
  const indexes = [...listStructure(source), ...columns].map((column) => header.indexOf(column))
  const counter = toKeyCounter()
  for (const row of rows) counter.add(indexes.map((index) => (row[index] ?? '').trim()))
  return counter.count()
}

/** Counts several key sets in one pass, over the rows that ingest would take as occurrences. */
async function countFile(file: SourceFile, source: SourceConfig, sets: readonly (readonly string[])[]) {
  const table = await openCsv(file, {})
  const map = Object.fromEntries(Object.entries(source.map).filter(([, ref]) => ref !== ''))
  const mapping = resolveCsvMapping({ ...source, map }, table.header, file.name)
  const counted = sets.map((columns) => ({
    columns,
    indexes: [...listStructure(source), ...columns].map((column) => table.header.indexOf(column)),
    counter: toKeyCounter(),
  }))
  for await (const batch of table.rows) {
    for (const row of batch) {
      if (row.problem !== undefined || findSkipReason(mapping, row) !== undefined) continue
      for (const { indexes, counter } of counted) counter.add(indexes.map((index) => (row.fields[index] ?? '').trim()))
    }
  }
  return counted.map(({ columns, counter }) => ({ columns, check: counter.count() }))
}

/** Whether more than a fifth of the subject ids stand at several sites: then they are numbered per site. */
function isSubjectShared(rows: readonly (readonly string[])[], subjectAt: number, siteAt: number): boolean {
  const sites = new Map<string, Set<string>>()
  for (const row of rows) {
    const subject = (row[subjectAt] ?? '').trim()
    const known = sites.get(subject) ?? new Set()
    sites.set(subject, known.add((row[siteAt] ?? '').trim()))
  }
  const shared = [...sites.values()].filter((known) => known.size > 1).length
  return shared > sites.size / 5
}

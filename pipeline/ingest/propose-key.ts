/** Which columns make a record: candidates tried on the sample, the best ones counted over the whole file. */
import type { SourceConfig } from '../../schemas/study.ts'
import type { Table } from '../formats/types.ts'
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
  /** Rows with one key are the states of a record, in the order of the file. */
  readonly isStates: boolean
  readonly evidence: readonly Evidence[]
}

/** Key sets counted over the whole file; each counter has its own memory. */
const MOST_COUNTED = 3
/** A key with more rows in doubt than this share is not proposed. */
const TOLERATED = 0.01
const FIELD = 'key'

export async function proposeKey(options: {
  /** How messages name the file. */
  readonly name: string
  /** Opens the file anew. */
  readonly open: () => Promise<Table>
  readonly source: SourceConfig
  readonly header: readonly string[]
  /** Sampled rows that pass the source's `only`. */
  readonly rows: readonly (readonly string[])[]
  /** Sets that the system's profile names, by plain names, the best first: tried before any other. */
  readonly known?: readonly (readonly string[])[]
  /** A column that tells the states of a record apart, where the system writes a row for each. */
  readonly states?: string
}): Promise<KeyProposal> {
  const { source, header, rows } = options
  const { subject, site, [`${source.domain}TERM`]: term } = source.map
  if (typeof subject !== 'string' || subject === '' || term === '') {
    const why = 'no key can be tried before the columns of subject and term are known'
    return {
      columns: [''],
      needsSite: false,
      isStates: false,
      evidence: [{ field: FIELD, column: null, why, confidence: 'unsure' }],
    }
  }
  const siteColumn =
    typeof site === 'string' && isSubjectShared(rows, header.indexOf(subject), header.indexOf(site)) ? site : undefined
  const base = siteColumn === undefined ? [] : [siteColumn]
  const candidates = listCandidates(options).map((columns) => [...base, ...columns])
  const states = findStateKey(candidates, options)
  if (states !== undefined) return toStates(states, { options, needsSite: siteColumn !== undefined })
  const sampled = candidates.map((columns) => ({ columns, check: countSample(columns, options) }))
  // The sort is stable: among equals the order of the candidates decides.
  const best = sampled.toSorted((a, b) => a.check.sharing - b.check.sharing).slice(0, MOST_COUNTED)
  const counted = await countFile(
    options,
    best.map(({ columns }) => columns),
  )
  const [winner] = counted.toSorted((a, b) => a.check.sharing - b.check.sharing)
  if (winner === undefined) throw new Error('no key candidate') // the empty set is always one
  return toProposal(winner, { source, siteColumn })
}

/** The first set that does not tell rows apart, but does with the column of the states. */
function findStateKey(
  candidates: readonly (readonly string[])[],
  options: Parameters<typeof proposeKey>[0],
): readonly string[] | undefined {
  const { states, known = [] } = options
  if (states === undefined) return undefined
  const [first] = candidates.slice(0, known.length === 0 ? 0 : candidates.length)
  if (first === undefined || first.includes(states)) return undefined
  const isShared = countSample(first, options).sharing > options.rows.length * TOLERATED
  return isShared && countSample([...first, states], options).sharing === 0 ? first : undefined
}

function toStates(
  columns: readonly string[],
  { options, needsSite }: { options: Parameters<typeof proposeKey>[0]; needsSite: boolean },
): KeyProposal {
  const { distinct, rows } = countSample(columns, options)
  const names = [...listStructure(options.source), ...columns].join(' + ')
  const why = `${names}: ${distinct} records in ${rows} sampled rows, told apart by "${options.states}": the rows are states of a record, and the last one in the file counts`
  return {
    columns,
    needsSite,
    isStates: true,
    evidence: [{ field: FIELD, column: columns.join(', '), why, confidence: 'likely' }],
  }
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
    isStates: false,
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
function listCandidates(options: {
  readonly source: SourceConfig
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly known?: readonly (readonly string[])[]
}): string[][] {
  const { source, header, rows } = options
  const structure = new Set(listStructure(source))
  const known = (options.known ?? []).flatMap((names) => {
    const columns = names.map((name) => header.find((column) => toPlainName(column) === name))
    const found = columns.filter((column) => column !== undefined)
    return found.length === names.length && found.every((column) => isFilled(column, header, rows)) ? [found] : []
  })
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
  return [...known, ...strong.map((column) => [column]), [], ...pairs, ...weak.map((column) => [column])]
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
async function countFile(
  { name, open, source }: { readonly name: string; readonly open: () => Promise<Table>; readonly source: SourceConfig },
  sets: readonly (readonly string[])[],
) {
  const table = await open()
  const map = Object.fromEntries(Object.entries(source.map).filter(([, ref]) => ref !== ''))
  const mapping = resolveCsvMapping({ ...source, map }, table.header, name)
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

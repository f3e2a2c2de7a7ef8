/**
 * What is new or changed since the last signature: as a list for the page, and as a spreadsheet that a reviewer marks and
 * brings back.
 */
import { fromSafeCell, toSafeCsv } from '../schemas/csv-cell.ts'
import { AecoderError } from '../schemas/errors.ts'
import type { SourceFile } from '../schemas/files.ts'
import { openCsv } from './formats/csv.ts'
import { type Mark, type MarkedRow, readMarks, type StandingRow } from './review/bulk-rules.ts'
import { toApproval } from './review/rules.ts'
import { checkIsSignedIn } from './review/signature-rules.ts'
import { type Actor, findHead } from './store/chain.ts'
import { type ChangedAfter, type ChangedTerm, listChanged } from './store/changed.ts'
import { listJudgeable } from './store/judgeable.ts'
import { readDecisions } from './store/queue.ts'
import { findMasks } from './store/redactions.ts'
import { findLastSignOff } from './store/signatures.ts'
import type { Store } from './store/store.ts'
import { recordVerdicts, type VerdictBatch } from './store/verdicts.ts'
import type { Study } from './study.ts'

export interface ReviewPage {
  /** The event after which something is new: the last signature's, 0 where nobody signed yet. */
  readonly since: number
  readonly terms: readonly ChangedTerm[]
  /** Asks for what follows; null at the end. */
  readonly next: string | null
}

/** What a reviewer asks for. */
export interface ReviewAsked {
  /** The event that what they saw last ends with; the last signature's where left out. */
  readonly since?: number
  /** `to-approve`: only codes that wait. */
  readonly state?: 'any' | 'to-approve'
  readonly limit: number
  readonly cursor?: string
}

/**
 * Lists what is new or changed, serious and frequent terms first: term groups and occurrences whose decision or verdict is
 * newer, and terms that are new and undecided.
 * @throws AecoderError USAGE for a cursor that is none
 */
export async function listSince(
  study: Study,
  { store, since, state = 'any', limit, cursor }: ReviewAsked & { store: Pick<Store, 'db'> },
): Promise<ReviewPage> {
  const from = since ?? (await findLastSignOff(store.db, study.id))?.coversSeq ?? 0
  const after = cursor === undefined ? {} : { after: toAfter(cursor) }
  const { terms, next } = await listChanged(store.db, study.id, { since: from, limit, state, ...after })
  const masks = await findMasks(store, study.id)
  const shown = terms.map((term) => masks.toShownAbout(term, term.verbatim))
  return { since: from, terms: shown, next: next && toCursor(next) }
}

/** Ids and counts only: cursors stand in URLs. */
function toCursor({ isSerious, occurrences, id, decision }: ChangedAfter): string {
  return [isSerious, occurrences, id, decision].join('.')
}

function toAfter(cursor: string): ChangedAfter {
  const [, isSerious, occurrences, id = '', decision = ''] =
    /^([01])\.(\d+)\.([0-9a-f]{32})\.((?:[0-9a-f]{32})?)$/.exec(cursor) ?? []
  if (isSerious === undefined)
    throw new AecoderError('USAGE', { where: 'cursor', found: 'it is none', expected: '"next" of the page before' })
  return { isSerious: Number(isSerious), occurrences: Number(occurrences), id, decision }
}

const COLUMNS = {
  decision: 'DECISION',
  domain: 'DOMAIN',
  verbatim: 'VERBATIM',
  occurrences: 'OCCURRENCES',
  subjects: 'SUBJECTS',
  serious: 'SERIOUS',
  dictionary: 'DICTIONARY',
  code: 'CODE',
  term: 'TERM',
  pt: 'PT',
  soc: 'SOC',
  outcome: 'OUTCOME',
  probability: 'PROBABILITY',
  coder: 'CODER',
  codedAt: 'CODED AT',
  why: 'WHY',
  approval: 'APPROVAL',
  verdict: 'VERDICT',
  reason: 'REASON',
} as const
type ColumnId = keyof typeof COLUMNS

/** Rows at once: every page orders all changes anew. */
const PAGE = 20_000

/** A file for a spreadsheet program: all changes, with two empty columns for the reviewer's verdict and reason. */
export async function writeSheet(
  study: Study,
  { store, since, state }: Pick<ReviewAsked, 'since' | 'state'> & { store: Pick<Store, 'db'> },
): Promise<{ readonly name: string; readonly text: string; readonly rows: number; readonly since: number }> {
  const rows: string[][] = []
  const asked = { store, limit: PAGE, ...(since === undefined ? {} : { since }), ...(state ? { state } : {}) }
  let page = await listSince(study, asked)
  for (;;) {
    rows.push(...page.terms.map(toSheetRow))
    if (page.next === null) break
    page = await listSince(study, { ...asked, since: page.since, cursor: page.next })
  }
  const head = await findHead(store.db, study.id)
  const name = `review-${study.id.replaceAll(/[^\w.-]/g, '-')}-${page.since}-${head.seq}.csv`
  return { name, text: toSafeCsv(Object.values(COLUMNS), rows), rows: rows.length, since: page.since }
}

function toSheetRow({ decision, ...term }: ChangedTerm): string[] {
  const codings = decision?.codings ?? []
  const each = (pick: (path: (typeof codings)[number]['path']) => string | undefined) =>
    codings.map(({ path }) => pick(path) ?? '').join(' + ')
  const level = (name: string) => each((path) => path.find((node) => node.level === name)?.text)
  const cells: { readonly [column in ColumnId]: string } = {
    decision: decision?.id ?? '',
    domain: term.domain,
    verbatim: term.verbatim,
    occurrences: String(term.occurrences),
    subjects: String(term.subjects),
    serious: String(term.serious),
    dictionary: term.terminology,
    code: each((path) => path.at(-1)?.code),
    term: each((path) => path.at(-1)?.text),
    pt: level('PT'),
    soc: level('SOC') || each((path) => path[0]?.text),
    outcome: decision?.outcome ?? 'not decided',
    probability: decision ? decision.confidence.toFixed(3) : '',
    coder: decision?.coder ?? '',
    codedAt: decision?.codedAt ?? '',
    why: decision?.why ?? '',
    approval: decision ? toApproval(decision.waits, decision.verdict?.kind ?? null) : '',
    verdict: '',
    reason: '',
  }
  return (Object.keys(COLUMNS) as ColumnId[]).map((column) => cells[column])
}

/** What a sheet that came back led to. */
export interface SheetReport {
  readonly rows: number
  readonly approved: number
  readonly rejected: number
  /** Rows without a mark. */
  readonly unmarked: number
}

/** How many rows that cannot be taken a message names. */
const FAULTS_NAMED = 20

/**
 * Takes a marked sheet back: `approve` or `reject` in VERDICT, the reason of a rejection in REASON. All rows are checked
 * first; then all verdicts are recorded in one transaction, or none.
 * @param file CSV as a spreadsheet program writes it: comma, semicolon or tab
 * @throws AecoderError SIGN_IN_NEEDED, STUDY_SIGNED_OFF, SHEET_INVALID with the lines, and what the reader of CSV throws
 */
export async function readSheet(
  study: Study,
  { store, actor, file }: { store: Store; actor: Actor; file: SourceFile },
): Promise<SheetReport> {
  checkIsSignedIn(actor, 'review sheet')
  const { marked, unmarked } = await readRows(file)
  const { marks } = await recordVerdicts(store, study.id, {
    actor,
    async choose(trx) {
      const standing = await readStanding(trx, study, marked)
      const { marks, faults } = readMarks(marked, { standing, approver: actor.name })
      if (faults.length > 0) throw toInvalid(file.name, faults)
      if (marks.length === 0) throw toInvalid(file.name, ['no row has a mark in VERDICT'])
      return { marks, batches: toBatches(marks) }
    },
  })
  const approved = marks.filter(({ kind }) => kind === 'approved').length
  return { rows: marked.length + unmarked, approved, rejected: marks.length - approved, unmarked }
}

async function readRows(file: SourceFile): Promise<{ marked: MarkedRow[]; unmarked: number }> {
  const { header, rows } = await openCsv(file, {})
  const names = header.map((name) => name.trim().toUpperCase())
  const place = (column: ColumnId) => names.indexOf(COLUMNS[column])
  const missing = (['decision', 'term', 'verdict', 'reason'] as const).filter((column) => place(column) < 0)
  const marked: MarkedRow[] = []
  const faults: string[] = missing.map((column) => `there is no column ${COLUMNS[column]}`)
  let unmarked = 0
  for await (const batch of rows)
    for (const { line, fields, problem } of batch) {
      if (missing.length > 0) break
      const value = (column: ColumnId) => fromSafeCell(fields[place(column)] ?? '').trim()
      if (problem !== undefined) faults.push(`line ${line}: ${problem.text}`)
      else if (value('verdict') === '' && value('reason') === '') unmarked++
      else {
        marked.push({
          line,
          decision: value('decision').toLowerCase(),
          term: value('term'),
          verdict: value('verdict'),
          reason: value('reason'),
        })
      }
    }
  if (faults.length > 0) throw toInvalid(file.name, faults)
  return { marked, unmarked }
}

/** The marked decisions as they stand: those in force, and those that were and are not any more. */
async function readStanding(
  db: Store['db'],
  study: Study,
  marked: readonly MarkedRow[],
): Promise<Map<string, StandingRow>> {
  const ids = [...new Set(marked.map(({ decision }) => decision))]
  const standing = new Map<string, StandingRow>()
  const masks = await findMasks({ db }, study.id)
  for (const [id, decision] of await readDecisions(db, study.id, ids)) {
    const { outcome, actor, codings, waits, verdict } = decision
    const approval = toApproval(waits, verdict?.kind ?? null)
    const term = codings.map(({ path }) => path.at(-1)?.text ?? '').join(' + ')
    const rule = { id, outcome, actor, hasCoding: codings.length > 0, approval }
    standing.set(id, { ...rule, name: masks.toShown(decision.basedOn), term, isInForce: false })
  }
  for (const { id, verbatim } of await listJudgeable(db, study.id, { decisions: ids })) {
    const stands = standing.get(id)
    if (stands) standing.set(id, { ...stands, name: masks.toShown(verbatim), isInForce: true })
  }
  return standing
}

/** Those with the same verdict and reason share an event. */
function toBatches(marks: readonly Mark[]): VerdictBatch[] {
  const batches = Map.groupBy(marks, ({ kind, reason }) => `${kind} ${reason ?? ''}`)
  return [...batches.values()].flatMap((same) => {
    const [first] = same
    return first ? [{ kind: first.kind, reason: first.reason, decisions: same.map(({ decision }) => decision) }] : []
  })
}

function toInvalid(where: string, faults: readonly string[]): AecoderError {
  const more = faults.length > FAULTS_NAMED ? [`and ${faults.length - FAULTS_NAMED} more`] : []
  return new AecoderError('SHEET_INVALID', {
    where,
    found: [...faults.slice(0, FAULTS_NAMED), ...more].join('; '),
    expected: 'a review sheet with approve or reject in VERDICT, and the reason of a rejection in REASON',
    action: 'Mend these rows; nothing of the sheet was recorded',
  })
}

/** Stores for tests: a real one in a folder of its own, and transfers handed to it row by row, as ingest would. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { foldVerbatim } from '../../dictionaries/text/fold.ts'
import { toTermGroup } from '../../pipeline/review/term-group.ts'
import type { Actor, Ambience } from '../../pipeline/store/chain.ts'
import { checkStore } from '../../pipeline/store/check.ts'
import { readDatasetRows } from '../../pipeline/store/dataset-rows.ts'
import { type NewDecision, recordAutocoded, recordManual } from '../../pipeline/store/decisions.ts'
import { type GroupState, listGroups, listOccurrences, type OccurrenceState } from '../../pipeline/store/queue.ts'
import type { FileCounts } from '../../pipeline/store/staged-file.ts'
import { Staging } from '../../pipeline/store/staging.ts'
import { openStore, readSnapshot, registerStudy, type Store } from '../../pipeline/store/store.ts'
import { toCanonicalJson } from '../../schemas/content-id.ts'
import { toKeyText, toOccurrenceContentId, toOccurrenceId } from '../../schemas/occurrence-id.ts'
import {
  CODED_DOMAINS,
  type CodedDomain,
  type DatasetRow,
  type Occurrence,
  type RowOutcome,
} from '../../schemas/records.ts'
import type { TermPath } from '../../schemas/terms.ts'

export const STUDY = 'ABC-101@test'
export const DANA: Actor = { name: 'Dana', kind: 'person', auth: 'asserted' }
export const ANN: Actor = { name: 'Ann', kind: 'person', auth: 'asserted' }
export const MACHINE: Actor = { name: 'aecoder', kind: 'system', auth: 'internal' }

/** A folder that goes with the test. */
export async function openScratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aecoder-store-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A clock that goes on a second each time it is asked, and salts that count. */
export function toAmbience(): Ambience {
  let seconds = 0
  let salts = 0
  return {
    now: () => new Date(Date.UTC(2026, 2, 1, 8, 0, seconds++)).toISOString(),
    salt: () => String(++salts).padStart(32, '0'),
  }
}

/** A new store that knows the studies; closed when the test ends. */
export async function openStage(studies: readonly string[] = [STUDY]): Promise<Store> {
  const store = await openStore({ path: join(await openScratch(), 'aecoder.db'), ambience: toAmbience() })
  onTestFinished(() => store.close())
  for (const id of studies) {
    const [protocol = '', environment = ''] = id.split('@')
    await registerStudy(store, { id, protocol, environment })
  }
  return store
}

/** One reported term as a test states it. */
export interface Reported {
  readonly subject: string
  readonly record?: string
  readonly term: string
  readonly domain?: CodedDomain
  readonly serious?: boolean
  readonly site?: string
  readonly line?: number
}

export function toOccurrence(reported: Reported, study = STUDY): Occurrence {
  const { subject, record = '1', term, domain = 'AE', serious = false, site = '01', line = 2 } = reported
  const field = `${domain}TERM`
  const absent = { event: null, eventRepeat: null, form: null, formRepeat: null, group: null, groupRepeat: null }
  const key = { domain, subject, ...absent, record: { NO: record }, item: field }
  const context = { AESER: serious ? 'Y' : 'N' }
  const said = { verbatim: term, subjectRaw: subject, site, context }
  const contentId = toOccurrenceContentId(said)
  const id = toOccurrenceId(study, key)
  return {
    ...said,
    id,
    key: toKeyText(key),
    context: toCanonicalJson(context),
    isSerious: serious,
    domain,
    field,
    subject,
    usubjid: `ABC-101-${subject}`,
    contentId,
    line,
  }
}

export function toRow(reported: Reported, study = STUDY): RowOutcome {
  return toRowOf(toOccurrence(reported, study))
}

export function toRowOf(...occurrences: readonly Occurrence[]): RowOutcome {
  const line = occurrences[0]?.line ?? 2
  return { kind: 'occurrences', line, raw: `raw row of line ${line}`, occurrences, remarks: [] }
}

/** `"0101 Headache"` → subject 0101, record 1; `"0101/2 Headache !"` → record 2, serious. */
export function toRows(texts: readonly string[], study = STUDY): RowOutcome[] {
  return texts.map((text, index) => {
    const [, subject = '', record = '1', term = '', serious] = /^(\w+)(?:\/(\w+))? (.*?)( !)?$/.exec(text) ?? []
    return toRow({ subject, record, term, serious: serious !== undefined, line: index + 2 }, study)
  })
}

export interface NewTransfer {
  readonly rows: readonly RowOutcome[]
  readonly study?: string
  readonly source?: string
  readonly asOf?: string
  readonly kind?: 'snapshot' | 'delta'
  /** How many rows `add` gets at a time. */
  readonly batch?: number
}

export async function openTransfer(store: Store, { study = STUDY, asOf = '2026-03-01T00:00:00Z' } = {}) {
  return Staging.open(store, study, {
    start: { asOf, contentId: `content of ${asOf}`, input: 'in', accepted: [] },
    actor: DANA,
    groupOf: ({ domain, field, verbatim, translation }) =>
      toTermGroup({ domain, field, terminology: 'Terms', language: 'English' }, translation ?? verbatim),
  })
}

/** Adds one file to an open transfer. */
export async function addFile(
  staging: Staging,
  { rows, source = 'ae', kind = 'snapshot', batch = 3 }: NewTransfer,
): Promise<FileCounts> {
  staging.beginFile({ source, name: `${source}.csv` })
  for (let start = 0; start < rows.length; start += batch) await staging.add(rows.slice(start, start + batch))
  const counts = await staging.endFile({ sha256: 'f'.repeat(64), bytes: 1, encoding: 'utf-8' })
  await staging.settle()
  if (kind === 'snapshot') await staging.withdrawMissing(source)
  return counts
}

export async function stageTransfer(store: Store, transfer: NewTransfer): Promise<Staging> {
  const staging = await openTransfer(store, transfer)
  await addFile(staging, transfer)
  return staging
}

export async function commitTransfer(store: Store, transfer: NewTransfer): Promise<Staging> {
  const staging = await stageTransfer(store, transfer)
  await staging.commit({ actor: DANA, body: {} })
  return staging
}

export function listAll(store: Store, study = STUDY): Promise<GroupState[]> {
  return listGroups(store, study, { limit: 10_000, state: 'any' })
}

/** The group of a verbatim, which the test knows to be there. */
export async function findGroup(store: Store, verbatim: string, study = STUDY): Promise<GroupState> {
  const group = (await listAll(store, study)).find(({ folded }) => folded === foldVerbatim(verbatim))
  if (group === undefined) throw new Error(`no group of "${verbatim}"`)
  return group
}

/** All groups of the one dictionary these tests have. */
export const RANGE = { terminology: 'Terms', domains: CODED_DOMAINS, after: 0 } as const

/** The one present occurrence of a subject among those of a verbatim. */
export async function findOccurrence(
  store: Store,
  { subject, term }: Pick<Reported, 'subject' | 'term'>,
): Promise<OccurrenceState> {
  const group = await findGroup(store, term)
  const found = await listOccurrences(store, STUDY, { group, limit: 1000 })
  const occurrence = found.find(({ usubjid }) => usubjid === `ABC-101-${subject}`)
  if (occurrence === undefined) throw new Error(`no occurrence of ${subject} "${term}"`)
  return occurrence
}

/** An invented path that ends in the term. */
export function toPath(term: string): TermPath {
  return [
    { level: 'SOC', code: '90000001', text: 'All complaints' },
    { level: 'PT', code: '90000002', text: 'Complaint' },
    { level: 'LLT', code: `9${term.length}`, text: term },
  ]
}

export const FRAME = { artefacts: { dictionary: 'd1' }, dictionary: 'Terms 1', at: '2026-03-01T00:00:00Z' } as const

/** A decision on what stands now, coded by a rule unless said otherwise. */
export function toDecision(of: GroupState | OccurrenceState, change: Partial<NewDecision> = {}): NewDecision {
  return {
    target: of.target,
    basedOn: 'folded' in of ? of.folded : of.verbatim,
    replaces: of.decision?.id ?? null,
    outcome: 'exact',
    step: 'exact',
    confidence: 1,
    waits: false,
    codings: [{ path: toPath('Term'), partText: null }],
    explanation: { reason: 'a test says so' },
    reason: null,
    ...change,
  }
}

export function codeByMachine(store: Store, decisions: readonly NewDecision[], study = STUDY): Promise<number> {
  return recordAutocoded(store, study, { decisions, frame: { ...FRAME, actor: MACHINE } })
}

/** Ann's code for what stands now. */
export function codeByHand(
  store: Store,
  of: GroupState | OccurrenceState,
  { term, study = STUDY, ...change }: { term: string; study?: string } & Partial<NewDecision>,
): Promise<string | undefined> {
  const codings = [{ path: toPath(term), partText: null }]
  const decision = toDecision(of, { outcome: 'manual', step: 'person', codings, ...change })
  return recordManual(store, study, { kind: 'coded', decision, frame: { ...FRAME, actor: ANN } })
}

export async function readRows(
  store: Store,
  options: { study?: string; uptoSeq?: number; domain?: CodedDomain; beside?: readonly string[] } = {},
) {
  const { study = STUDY, uptoSeq = Number.MAX_SAFE_INTEGER, domain = 'AE', beside = [] } = options
  const rows: DatasetRow[] = []
  for await (const batch of readDatasetRows(store.db, study, { domain, uptoSeq, beside })) rows.push(...batch)
  return rows
}

/** Dataset rows in a line each: subject, --SEQ, verbatim, code. */
export async function readLines(store: Store, options: Parameters<typeof readRows>[1] = {}): Promise<string[]> {
  const rows = await readRows(store, options)
  return rows.map(
    ({ subject, sequence, verbatim, path }) => `${subject} #${sequence} ${verbatim} -> ${path?.at(-1)?.text ?? 'none'}`,
  )
}

export async function listFaults(store: Store, study = STUDY): Promise<readonly string[]> {
  return (await readSnapshot(store, (db) => checkStore(db, study))).faults
}

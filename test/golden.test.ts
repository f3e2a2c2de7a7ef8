/**
 * The golden cases, end to end: each folder of test/golden is a study with its transfers, the steps that are taken and
 * what must come of them. A new case is a new folder, no code. Knows only what the library offers.
 *
 * A folder holds
 * - `case.json`: `title` (what must happen, as a sentence), `why` (optional: what is easily got wrong) and `steps`, each
 *   one act with what it must lead to under `expect`. The acts (`study` names a study file other than study.json):
 *     {"run": {"input": "transfer-1", "asOf", "accept", "study"}}   {"export": {"study"}}
 *     {"code": {"term": "sore thumb", "to": "code or text of a term", "as": "Ann", "reason", "domain", "dictionary", "usubjid", "study"}}
 *     {"split": {"term", "parts": [["text of a part", "code or text of its term"], …], "as", …}}   {"undo": {"term", "as", …}}
 *     {"approve": {"term", "as", …}}   {"reject": {"term", "as", "reason", …}}
 *     {"approveAll": {"as", "outcomes", "coder", "study"}}   {"signOff": {"as", "meaning", "incomplete": "reason", "study"}}   {"unlock": {"as", "reason", "study"}}
 *     {"read": {"domain": "AE", "study"}}   the rows of the dataset that is current, in a line each
 *     {"proposeSynonym": {"term": "HA", "to": "code or text of a term", "as", "scope": "study", "domain", "reason", "study"}}
 *     {"approveSynonym": {"term": "HA", "as", "scope", "reason", …}}   {"rejectSynonym": …}   {"retireSynonym": …}
 *   The last three are about the newest entry of that verbatim in the list of that scope, one that can be judged so first.
 *     {"ask": {"term": "see above", "text": "what is asked", "as", "usubjid", …}}   {"send": {"as", "study"}}
 *     {"answer": {"answers": {"USUBJID": "what the site says"}, "as", "study"}}   {"siteQueries": {"study"}}   what became of them
 *     {"moved": {"study"}}   what the last run's transfer did, taken in or refused: the rows of movement.csv, in a line each
 *     {"closeQuery": {"usubjid", "as", "reason", "study"}}   {"reopenQuery": …}   the last one about that subject
 *   With `usubjid` an act is about that subject's occurrence of the term, without it about the term group.
 *   What is zero or empty is left out of `expect` (the rows read are not); a refused act expects `{"error": "CODE"}` and nothing else.
 * - study.json (and others), in which `$OPENAE` stands for the folder of OpenAE 0.1 and `$SAMPLES` for that of the samples;
 *   the transfers' folders.
 * - `expected/`, compared byte for byte after the last step: ae.csv and mh.csv of the current run, as far as the study
 *   has such sources; set-aside.csv of the last run, if it set rows aside; its movement.csv, if the case asks what moved; outbox.csv, the last one that was sent; error.txt with
 *   the messages of all refused acts. Of an output folder other than `out` they stand in `expected/<output>/`. What is not listed must not come.
 *
 * `GOLDEN=write vitest run test/golden.test.ts` writes expected/ anew (never case.json): read the difference before you
 * commit it. Without it, and always in CI, a file that is missing or differs fails the case.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Papa from 'papaparse'
import { expect, onTestFinished, test } from 'vitest'
import {
  type Acceptable,
  type Actor,
  type ActReport,
  AecoderError,
  type Ambience,
  type CodedDomain,
  type CodingCounts,
  type CodingKits,
  codeTerm,
  exportStudy,
  type FoundTarget,
  findTarget,
  type GivenCode,
  judgeMany,
  judgeSynonym,
  judgeTerm,
  type ListScope,
  listOccurrences,
  listSynonyms,
  openCodingKits,
  openStudy,
  openStudyStore,
  previewVerdicts,
  proposeSynonym,
  type RunReport,
  readCurrentRun,
  readSignOffState,
  runStudy,
  type Study,
  type Synonym,
  signOff,
  undoDecision,
  unlockStudy,
  verifyStudy,
  withApprovedEntries,
} from '../pipeline/index.ts'
import { assertNever } from '../schemas/errors.ts'
import type { Outcome } from '../schemas/outcomes.ts'
import { answer, ask, goOn, listStates, readLastOutbox, send } from './golden-site-queries.ts'
import { OPENAE_0_1 } from './openae.ts'

const CASES = join(dirname(fileURLToPath(import.meta.url)), 'golden')
const IS_WRITING = process.env.GOLDEN === 'write'
if (IS_WRITING && process.env.CI) throw new Error('GOLDEN=write is for the desk: CI compares only')

type Store = Awaited<ReturnType<typeof openStudyStore>>

interface OnStudy {
  readonly study?: string
}
interface Run extends OnStudy {
  readonly input?: string
  readonly asOf?: string
  readonly accept?: readonly Acceptable[]
}
interface Act extends OnStudy {
  readonly term: string
  readonly as: string
  readonly domain?: CodedDomain
  readonly dictionary?: string
  readonly usubjid?: string
  readonly reason?: string
}
interface BulkAct extends OnStudy {
  readonly as: string
  readonly outcomes?: readonly Outcome[]
  readonly coder?: string
}
interface Signing extends OnStudy {
  readonly as: string
  readonly meaning: string
  /** Why it is signed although work is owed. */
  readonly incomplete?: string
}
interface Unlocking extends OnStudy {
  readonly as: string
  readonly reason: string
}
interface SynonymAct extends OnStudy {
  readonly term: string
  readonly as: string
  readonly scope: ListScope
  readonly domain?: CodedDomain
  readonly reason?: string
}
interface Asking extends OnStudy {
  readonly as: string
}
interface GoingOn extends Asking {
  readonly usubjid: string
  readonly reason?: string
}
type Step = { readonly expect: unknown } & (
  | { readonly run: Run }
  | { readonly export: OnStudy }
  | { readonly code: Act & { readonly to: string } }
  | { readonly split: Act & { readonly parts: readonly (readonly [text: string, term: string])[] } }
  | { readonly undo: Act }
  | { readonly read: OnStudy & { readonly domain: CodedDomain } }
  | { readonly approve: Act }
  | { readonly reject: Act }
  | { readonly approveAll: BulkAct }
  | { readonly signOff: Signing }
  | { readonly unlock: Unlocking }
  | { readonly proposeSynonym: SynonymAct & { readonly to: string } }
  | { readonly approveSynonym: SynonymAct }
  | { readonly rejectSynonym: SynonymAct }
  | { readonly retireSynonym: SynonymAct }
  | { readonly ask: Act & { readonly text: string } }
  | { readonly send: Asking }
  | { readonly answer: Asking & { readonly answers: { readonly [usubjid: string]: string } } }
  | { readonly closeQuery: GoingOn }
  | { readonly reopenQuery: GoingOn }
  | { readonly siteQueries: OnStudy }
  | { readonly moved: OnStudy }
)
interface GoldenCase {
  readonly title: string
  readonly why?: string
  readonly steps: readonly Step[]
}

/** A case under way in a folder of its own. */
interface Stage {
  readonly folder: string
  readonly ambience: Ambience
  /** The studies met so far, by output folder: several study files may speak of one study at different times. */
  readonly studies: Map<string, Study>
  /** The folder and the set-aside rows of the last run of each study, by output folder. */
  readonly lastRuns: Map<string, RunReport>
  readonly errors: string[]
  /** Output folders of studies of which the case asks what moved. */
  readonly movesAsked: Set<string>
  /** Dictionaries and list files, opened once for each study file. */
  readonly kits: Map<string, CodingKits>
}

for (const name of listCases()) {
  const { title, steps } = readCase(name)
  test(`${name}: ${title}`, async () => {
    const stage = await openStage(name)
    for (const [index, step] of steps.entries()) {
      expect(await takeStep(stage, step, index + 1), `step ${index + 1}`).toEqual(step.expect)
    }
    for (const study of stage.studies.values()) expect(await listFaults(stage, study)).toEqual([])
    await compareFiles(join(CASES, name, 'expected'), await collectFiles(stage))
  })
}

test('every folder of test/golden is a case', () => {
  const entries = readdirSync(CASES, { withFileTypes: true })
  expect(entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name)).toEqual([])
  expect(listCases().length).toBeGreaterThan(0)
})

function listCases(): string[] {
  return readdirSync(CASES).sort()
}

function readCase(name: string): GoldenCase {
  return JSON.parse(readFileSync(join(CASES, name, 'case.json'), 'utf8')) as GoldenCase
}

async function openStage(name: string): Promise<Stage> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), `aecoder-${name}-`)))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await cp(join(CASES, name), folder, { recursive: true })
  await rm(join(folder, 'expected'), { recursive: true, force: true })
  for (const file of await readdir(folder)) {
    if (!file.endsWith('.json')) continue
    const text = await readFile(join(folder, file), 'utf8')
    const places = { $OPENAE: OPENAE_0_1, $SAMPLES: join(CASES, '../../samples') }
    const placed = Object.entries(places).reduce(
      (written, [name, path]) => written.replaceAll(name, path.replaceAll('\\', '/')),
      text,
    )
    await writeFile(join(folder, file), placed)
  }
  const nothing = {
    studies: new Map(),
    lastRuns: new Map(),
    errors: [],
    movesAsked: new Set<string>(),
    kits: new Map(),
  }
  return { folder, ambience: openAmbience(), ...nothing }
}

/** A clock that begins at one moment in every case and goes on a second each time it is asked; no chance at all. */
function openAmbience(): Ambience {
  let seconds = 0
  let salts = 0
  return {
    now: () => new Date(Date.UTC(2026, 2, 1, 8, 0, seconds++)).toISOString(),
    salt: () => String(++salts).padStart(32, '0'),
  }
}

/** What the step led to, as `expect` of case.json spells it. */
async function takeStep(stage: Stage, step: Step, no: number): Promise<unknown> {
  try {
    if ('run' in step) return toRunSummary(await run(stage, step.run))
    if ('export' in step) return await exportAgain(stage, step.export)
    if ('code' in step) return toActSummary(await code(stage, step.code, [{ term: step.code.to }]))
    if ('split' in step) {
      const codes = step.split.parts.map(([part, term]) => ({ part, term }))
      return toActSummary(await code(stage, step.split, codes))
    }
    if ('undo' in step) return toActSummary(await undo(stage, step.undo))
    if ('read' in step) return await readLines(stage, step.read)
    if ('moved' in step) return await readMoved(stage, step.moved)
    if ('approve' in step) return toActSummary(await judge(stage, step.approve, 'approved'))
    if ('reject' in step) return toActSummary(await judge(stage, step.reject, 'rejected'))
    if ('approveAll' in step) return await approveAll(stage, step.approveAll)
    if ('signOff' in step) return await sign(stage, step.signOff)
    if ('unlock' in step) return await unlock(stage, step.unlock)
    if ('proposeSynonym' in step) return toSynonymSummary(await propose(stage, step.proposeSynonym))
    if ('approveSynonym' in step) return toSynonymSummary(await judgeEntry(stage, step.approveSynonym, 'approved'))
    if ('rejectSynonym' in step) return toSynonymSummary(await judgeEntry(stage, step.rejectSynonym, 'rejected'))
    if ('retireSynonym' in step) return toSynonymSummary(await judgeEntry(stage, step.retireSynonym, 'retired'))
    if ('ask' in step) return await askSites(stage, step.ask)
    if ('send' in step) return await withDesk(stage, step.send, send)
    if ('answer' in step) return await withDesk(stage, step.answer, (at) => answer(at, step.answer.answers))
    if ('closeQuery' in step) return await goOnWith(stage, step.closeQuery, 'close')
    if ('reopenQuery' in step) return await goOnWith(stage, step.reopenQuery, 'reopen')
    if ('siteQueries' in step) return await withDesk(stage, { ...step.siteQueries, as: 'Dana' }, listStates)
    return assertNever(step)
  } catch (error) {
    if (!(error instanceof AecoderError)) throw error
    stage.errors.push(`step ${no}: ${error.code}\n${toSteadyText(error.message, stage)}\n`)
    return { error: error.code }
  }
}

/** A message without what differs from place to place, or with every word that is added to the dictionary. */
function toSteadyText(message: string, { folder }: Stage): string {
  return message.replaceAll(folder, '$CASE').replaceAll(/\b[0-9a-f]{32}\b/g, '$ID')
}

async function run(stage: Stage, { input, asOf, accept, ...on }: Run): Promise<RunReport> {
  const study = await openCaseStudy(stage, on)
  stage.lastRuns.delete(study.paths.output)
  const report = await runStudy(study, {
    actor: toActor('Dana'),
    ambience: stage.ambience,
    ...(input === undefined ? {} : { input: join(stage.folder, input) }),
    ...(asOf === undefined ? {} : { asOf }),
    ...(accept === undefined ? {} : { accept }),
  })
  stage.lastRuns.set(study.paths.output, report)
  expectEveryRowCounted(report)
  if (accept !== undefined) expect(await readAccepted(stage, study), 'reasons recorded').toEqual([...accept].sort())
  return report
}

async function exportAgain(stage: Stage, on: OnStudy): Promise<unknown> {
  const study = await openCaseStudy(stage, on)
  const { isUnchanged } = await exportStudy(study, { actor: toActor('Dana'), ambience: stage.ambience })
  return { status: isUnchanged ? 'unchanged' : 'complete' }
}

async function code(stage: Stage, act: Act, codes: readonly GivenCode[]): Promise<ActReport> {
  return await withTarget(stage, act, async ({ study, store, target }) => {
    const kits = await openKits(stage, study, store)
    return await codeTerm(study, {
      store,
      kits,
      target,
      codes,
      actor: toActor(act.as),
      reason: act.reason ?? null,
    })
  })
}

async function undo(stage: Stage, act: Act): Promise<ActReport> {
  return await withTarget(stage, act, async ({ study, store, target }) => {
    const kits = await openCodingKits(study)
    return await undoDecision(study, { store, kits, target, actor: toActor(act.as), reason: act.reason ?? null })
  })
}

/** `USUBJID #SEQ "verbatim" [part] -> term`, row by row. */
async function readLines(stage: Stage, { domain, ...on }: OnStudy & { domain: CodedDomain }): Promise<string[]> {
  const study = await openCaseStudy(stage, on)
  const current = await readCurrentRun(study)
  if (current.state !== 'whole') return [current.state]
  const file = join(study.paths.output, 'runs', current.manifest.runId, `${domain.toLowerCase()}.csv`)
  const { data } = Papa.parse<Record<string, string>>(await readFile(file, 'utf8'), {
    header: true,
    skipEmptyLines: true,
  })
  return data.map((row) => {
    const part = row[`${domain}MODIFY`] ? ` [${row[`${domain}MODIFY`]}]` : ''
    return `${row.USUBJID} #${row[`${domain}SEQ`]} "${row[`${domain}TERM`]}"${part} -> ${row[`${domain}LLT`] || 'none'}`
  })
}

/** `kind USUBJID record (also record): "before" -> "now"; what changed beside it; was code -> code now`, row by row. */
async function readMoved(stage: Stage, on: OnStudy): Promise<string[]> {
  const { paths } = await openCaseStudy(stage, on)
  stage.movesAsked.add(paths.output)
  const text = await readLastRun(stage, paths.output, 'movement.csv')
  const { data } = Papa.parse<Record<string, string>>(text?.toString('utf8') ?? '', {
    header: true,
    skipEmptyLines: true,
  })
  return data.map((row) => {
    const other = row.other_record ? ` (also ${row.other_record})` : ''
    const terms = [row.before, row.now].flatMap((term) => (term ? [`"${term}"`] : [])).join(' -> ')
    const was = row.was_term ? `${row.was_term} by ${row.was_by} for the ${row.was_for}` : 'none'
    const codes = `${was} -> ${row.term || 'none'}`
    const told = [terms, row.changes, row.domain === 'DM' ? '' : codes].filter(Boolean).join('; ')
    return `${row.move} ${row.usubjid} ${row.record}${other}: ${told}`
  })
}

async function readLastRun(stage: Stage, output: string, name: string): Promise<Buffer | undefined> {
  const run = stage.lastRuns.get(output)?.run
  return run?.outputs.some((file) => file.name === name) ? await readFile(join(run.folder, name)) : undefined
}

async function judge(stage: Stage, act: Act, kind: 'approved' | 'rejected'): Promise<ActReport> {
  return await withTarget(stage, act, async ({ study, store, target }) => {
    return await judgeTerm(study, { store, target, kind, actor: toActor(act.as), reason: act.reason ?? null })
  })
}

async function approveAll(stage: Stage, { as, study: file, ...filter }: BulkAct): Promise<unknown> {
  const study = await openCaseStudy(stage, file === undefined ? {} : { study: file })
  const actor = toSignedIn(as)
  return await withStore(stage, study, async (store) => {
    const { token } = await previewVerdicts(study, { store, actor, filter })
    return await judgeMany(study, { store, actor, filter, token, kind: 'approved', reason: null })
  })
}

async function sign(stage: Stage, { as, meaning, incomplete, ...on }: Signing): Promise<unknown> {
  const study = await openCaseStudy(stage, on)
  return await withStore(stage, study, async (store) => {
    const { headSeq } = await readSignOffState(store, study)
    const { decisions } = await signOff(study, {
      store,
      kits: await openKits(stage, study, store),
      actor: toSignedIn(as),
      fullName: `${as} Signer`,
      meaning,
      seen: headSeq,
      ...(incomplete === undefined ? {} : { isIncomplete: true, reason: incomplete }),
    })
    return { decisions }
  })
}

async function unlock(stage: Stage, { as, reason, ...on }: Unlocking): Promise<unknown> {
  const study = await openCaseStudy(stage, on)
  return await withStore(stage, study, async (store) => {
    const { decisions } = await unlockStudy(study, { store, actor: toSignedIn(as), fullName: `${as} Signer`, reason })
    return { decisions }
  })
}

function toSignedIn(name: string): Actor {
  return { ...toActor(name), auth: 'signed in with password' }
}

async function propose(
  stage: Stage,
  { term, to, scope, domain, ...act }: SynonymAct & { to: string },
): Promise<Synonym> {
  const study = await openCaseStudy(stage, act)
  return await withStore(stage, study, async (store) =>
    proposeSynonym(study, {
      store,
      kits: await openKits(stage, study, store),
      proposal: { scope, verbatim: term, domain: domain ?? null, term: to },
      actor: toActor(act.as),
      reason: act.reason ?? null,
    }),
  )
}

async function judgeEntry(
  stage: Stage,
  { term, scope, ...act }: SynonymAct,
  kind: 'approved' | 'rejected' | 'retired',
): Promise<Synonym> {
  const study = await openCaseStudy(stage, act)
  return await withStore(stage, study, async (store) => {
    const kits = await openKits(stage, study, store)
    const { synonyms } = await listSynonyms(study, { store, kits, scope, text: term, limit: 100 })
    const named = synonyms.filter(({ entry }) => entry.verbatim === term)
    const from = kind === 'retired' ? 'approved' : 'proposed'
    const found = named.find(({ entry }) => entry.state === from) ?? named[0]
    if (found === undefined) throw new Error(`the ${scope} list has no "${term}"`)
    const entry = found.entry.id
    return judgeSynonym(study, { store, kits, entry, kind, actor: toActor(act.as), reason: act.reason ?? null })
  })
}

async function askSites(stage: Stage, { text, ...act }: Act & { text: string }): Promise<unknown> {
  return await withTarget(stage, act, async ({ study, store, target }) => {
    const kits = await openKits(stage, study, store)
    return await ask({ study, store, kits, actor: toActor(act.as) }, target, text)
  })
}

async function goOnWith(stage: Stage, act: GoingOn, kind: 'close' | 'reopen'): Promise<unknown> {
  return await withDesk(stage, act, (at) => goOn(at, { kind, usubjid: act.usubjid, reason: act.reason }))
}

async function withDesk(
  stage: Stage,
  { as, study: file }: Asking,
  act: (at: Parameters<typeof send>[0]) => Promise<unknown>,
): Promise<unknown> {
  const study = await openCaseStudy(stage, file === undefined ? {} : { study: file })
  return await withStore(stage, study, async (store) =>
    act({ study, store, kits: await openKits(stage, study, store), actor: toActor(as) }),
  )
}

async function withTarget<T>(
  stage: Stage,
  { term, domain, dictionary, usubjid, ...on }: Act,
  act: (found: { study: Study; store: Store; target: FoundTarget }) => Promise<T>,
): Promise<T> {
  const study = await openCaseStudy(stage, on)
  return await withStore(stage, study, async (store) => {
    const target = await findTarget(store, study, {
      name: term,
      ...(domain === undefined ? {} : { domain }),
      ...(dictionary === undefined ? {} : { terminology: dictionary }),
    })
    if (usubjid === undefined) return await act({ study, store, target })
    if (target.kind !== 'group') throw new Error(`"${term}" is no term`)
    const occurrences = await listOccurrences(store, study.id, { group: target.group, limit: 100 })
    const [occurrence, ...others] = occurrences.filter((each) => each.usubjid === usubjid)
    if (occurrence === undefined || others.length > 0) throw new Error(`${usubjid} has not one "${term}"`)
    return await act({ study, store, target: { kind: 'occurrence', occurrence } })
  })
}

async function withStore<T>(stage: Stage, study: Study, act: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStudyStore(study, stage.ambience)
  try {
    return await act(store)
  } finally {
    await store.close()
  }
}

/** What an act rests on: the dictionaries as they were opened, with the entries in force now. */
async function openKits(stage: Stage, study: Study, store: Store): Promise<CodingKits> {
  const kits = stage.kits.get(study.configText) ?? (await openCodingKits(study))
  stage.kits.set(study.configText, kits)
  return await withApprovedEntries(study, { kits, store })
}

async function openCaseStudy(stage: Stage, { study: file = 'study.json' }: OnStudy): Promise<Study> {
  const study = await openStudy(join(stage.folder, file))
  stage.studies.set(study.paths.output, study)
  return study
}

function toActor(name: string): Actor {
  return { name, kind: 'person', auth: 'asserted' }
}

/** Invariant 2: every row ends in exactly one bucket, and every skipped or rejected one has its reason. */
function expectEveryRowCounted({ transfer }: RunReport): void {
  for (const file of transfer.files) {
    const { name, read, accepted, duplicate, superseded, skipped, rejected } = file
    expect(accepted + duplicate + superseded + skipped + rejected, `buckets of ${name}`).toBe(read)
    expect(sumOf(file.skippedBy), `skipped rows of ${name}`).toBe(skipped)
    expect(sumOf(file.rejectedBy), `rejected rows of ${name}`).toBe(rejected)
  }
}

/** What was accepted by name, as it is recorded with the last transfer (invariant 3). */
async function readAccepted(stage: Stage, study: Study): Promise<unknown> {
  return await withStore(stage, study, async ({ db }) => {
    const transfers = db.selectFrom('transfer').select('accepted').where('study', '=', study.id)
    const { accepted } = await transfers.orderBy('no', 'desc').executeTakeFirstOrThrow()
    return JSON.parse(accepted)
  })
}

function sumOf(counts: { readonly [reason: string]: number }): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

function toRunSummary({ status, transfer, siteQueries, counts, context, disagreements, held }: RunReport): unknown {
  const files = transfer.files.map((file) => [
    file.name,
    {
      read: file.read,
      ...withoutEmpty({
        encoding: file.encoding === 'utf-8' ? '' : file.encoding,
        accepted: file.accepted,
        duplicate: file.duplicate,
        superseded: file.superseded,
        skipped: file.skippedBy,
        rejected: file.rejectedBy,
        remarks: file.remarks,
      }),
    },
  ])
  const toOccurrences = ({ byOutcome }: CodingCounts, isOpen: boolean) =>
    Object.fromEntries(byOutcome.filter((row) => row.isOpen === isOpen).map((row) => [row.outcome, row.occurrences]))
  const toCounts = (of: CodingCounts) =>
    withoutEmpty({
      coded: toOccurrences(of, false),
      toApprove: of.toApproveOccurrences,
      toReview: toOccurrences(of, true),
      ownToReview: of.ownOpen,
    })
  return withoutEmpty({
    status,
    isRepeat: transfer.isRepeat,
    asOf: transfer.asOfFrom === 'clock' || transfer.isRepeat ? '' : transfer.asOf,
    refusedFor: Object.fromEntries(transfer.refusedFor.map(({ reason, count }) => [reason, count])),
    files: Object.fromEntries(files),
    movement: withoutEmpty({ ...transfer.movement }),
    rekeyed: withoutEmpty(Object.fromEntries(transfer.keys.map(({ source, rekeyed }) => [source, rekeyed]))),
    structure: transfer.structure.map(({ source, kind, before, now }) => `${source} ${kind} ${now ?? before}`),
    siteQueries: withoutEmpty({ ...siteQueries }),
    ...toCounts(counts),
    beside: Object.fromEntries(counts.beside.map(({ terminology, ...of }) => [terminology, toCounts(of)])),
    context: withoutEmpty({ ...context }),
    held: held === null ? {} : withoutEmpty({ ...held, transfers: held.transfers.map(({ asOf }) => asOf) }),
    // What stands coded, and what lists and rules say of it now.
    contradicted: Object.fromEntries(
      disagreements.examples.map(({ verbatim, now }) => [verbatim, now.llt?.text ?? now.outcome]),
    ),
  })
}

function toActSummary({ paths, occurrences, approval }: ActReport): unknown {
  const llts = paths.map((path) => path.at(-1)?.text)
  return { ...(llts.length > 1 ? { llts } : { llt: llts[0] ?? null }), occurrences, approval }
}

function toSynonymSummary({ entry, contradictions }: Synonym): unknown {
  return withoutEmpty({ llt: entry.path.at(-1)?.text, state: entry.state, contradictions })
}

function withoutEmpty(object: { readonly [name: string]: unknown }): { [name: string]: unknown } {
  const isEmpty = (value: unknown) =>
    value === 0 ||
    value === '' ||
    value === false ||
    (typeof value === 'object' && Object.keys(value ?? {}).length === 0)
  return Object.fromEntries(Object.entries(object).filter(([, value]) => !isEmpty(value)))
}

async function listFaults(stage: Stage, study: Study): Promise<readonly string[]> {
  return await withStore(stage, study, async (store) => (await verifyStudy(study, store)).faults)
}

/** What expected/ must hold, by its path there. */
async function collectFiles(stage: Stage): Promise<Map<string, Buffer>> {
  const { studies, lastRuns, errors } = stage
  const files = new Map<string, Buffer>()
  for (const [output, { config, ...study }] of studies) {
    const prefix = basename(output) === 'out' ? '' : `${basename(output)}/`
    const current = await readCurrentRun({ config, ...study })
    if (current.state === 'whole') {
      const domains = new Set(config.sources.map(({ domain }) => domain).filter((domain) => domain !== 'DM'))
      for (const domain of domains) {
        const name = `${domain.toLowerCase()}.csv`
        files.set(prefix + name, await readFile(join(output, 'runs', current.manifest.runId, name)))
      }
    }
    const run = lastRuns.get(output)?.run
    if (run?.outputs.find(({ name }) => name === 'set-aside.csv')?.rows) {
      files.set(`${prefix}set-aside.csv`, await readFile(join(run.folder, 'set-aside.csv')))
    }
    const movement = stage.movesAsked.has(output) ? await readLastRun(stage, output, 'movement.csv') : undefined
    if (movement !== undefined) files.set(`${prefix}movement.csv`, movement)
    const opened = { config, ...study }
    const outbox = await withStore(stage, opened, (store) => readLastOutbox({ study: opened, store }))
    if (outbox !== undefined) files.set(`${prefix}outbox.csv`, Buffer.from(outbox))
  }
  if (errors.length > 0) files.set('error.txt', Buffer.from(errors.join('\n')))
  return files
}

async function compareFiles(folder: string, files: Map<string, Buffer>): Promise<void> {
  if (IS_WRITING) {
    await rm(folder, { recursive: true, force: true })
    for (const [name, bytes] of files) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), bytes)
    }
    return
  }
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const names = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  expect(new Set([...files.keys()].map((name) => join(folder, name)))).toEqual(new Set(names))
  for (const [name, bytes] of files) {
    const expected = await readFile(join(folder, name))
    expect(bytes.toString('utf8'), name).toBe(expected.toString('utf8'))
    expect(bytes.equals(expected), `the bytes of ${name}`).toBe(true)
  }
}

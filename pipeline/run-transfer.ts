/** The first leg of a run: the files of a transfer into the store, every row into one bucket. */
import { createHash } from 'node:crypto'
import { type Json, toCanonicalJson, toContentId } from '../schemas/content-id.ts'
import { AecoderError } from '../schemas/errors.ts'
import type { SourceFile } from '../schemas/files.ts'
import { REJECT_REASONS } from '../schemas/outcomes.ts'
import type { Occurrence } from '../schemas/records.ts'
import type { SourceConfig } from '../schemas/study.ts'
import type { FileStructure, TransferStructure } from '../schemas/transfers.ts'
import type { CodingKits } from './coding-kits.ts'
import { hashFile } from './hash-file.ts'
import { parseInstant } from './ingest/dates.ts'
import { findTwins, isDatedPart } from './ingest/file-pattern.ts'
import { readSource } from './ingest/read-source.ts'
import { toTermGroup } from './review/term-group.ts'
import { checkStudies, toTransferStructure } from './review/transfer-rules.ts'
import type { RunOptions, TransferReport } from './run.ts'
import { type Comparison, compareTransfer } from './run-guard.ts'
import type { FilesInFiles } from './storage/files-in-files.ts'
import { listMatching } from './storage/glob.ts'
import { openOnly } from './storage/only.ts'
import { findCommitted } from './store/current.ts'
import { Staging } from './store/staging.ts'
import type { Store } from './store/store.ts'
import { findTakenIn, findTransferStructure, listSources, listTransferFiles } from './store/transfers.ts'
import { openPlace, type Study, toMappingId, toPlace, toShortPath, toStudyPath } from './study.ts'
import { openTransferFiles } from './transfer-files.ts'

/** Withdraws, source by source, what snapshots do not state any more. A source that study.json names no more states nothing. */
async function withdrawMissing(
  study: Study,
  {
    staging,
    store,
    files,
    changed,
  }: { staging: Staging; store: Store; files: TransferReport['files']; changed: ReadonlySet<string> },
): Promise<void> {
  const kept = new Set(listDeltas(study))
  // A row that was rejected, and accepted as such, may be the very record: its absence says nothing.
  for (const file of files) if (file.rejected > 0) kept.add(file.source)
  for (const source of changed) kept.add(source)
  for (const source of await listSources(store.db, study.id))
    if (!kept.has(source)) await staging.withdrawMissing(source)
}

/** The sources that are declared to state only what is new or changed. */
function listDeltas({ config }: Study): string[] {
  return config.sources.filter(({ transfer }) => transfer === 'delta').map(({ id }) => id)
}

interface InputFile {
  readonly source: SourceConfig
  readonly file: SourceFile
  readonly sha256: string
  readonly bytes: number
  readonly beginning: Uint8Array
}

/**
 * Takes the transfer in, or recognises that it is the one that is current.
 * @throws AecoderError NO_INPUT, TRANSFER_OLDER, TRANSFER_FOREIGN, and what the readers throw for a file that cannot be trusted
 */
export async function takeTransfer(
  study: Study,
  options: RunOptions & { store: Store; kits: CodingKits },
): Promise<TransferReport> {
  const { store, actor } = options
  const accept = new Set<string>(options.accept)
  const folder = toPlace(options.input ?? study.paths.input)
  const inputs = await listInputs(study, openTransferFiles(openOnly(openPlace(study, folder), options.only), options))
  const contentId = toTransferId(study, inputs)
  const said = toStatedAsOf(options.asOf)
  const current = await findCommitted(store.db, study.id)
  if (current?.contentId === contentId) {
    if (said !== undefined && said !== current.asOf)
      throw new AecoderError('USAGE', {
        where: '--as-of',
        found: `${said}, but this very transfer was taken in as of ${current.asOf}`,
        expected: 'that date: a transfer keeps the one it came with',
        action: 'Leave --as-of out',
      })
    return toRepeat(study, { store, folder, transferNo: current.no, asOf: current.asOf })
  }

  const dated =
    said === undefined
      ? await toAsOf(study, { folder, inputs, ...options })
      : { asOf: said, asOfFrom: 'option' as const }
  // A snapshot that nothing dates and that was taken in before is as old as it was then: the clock would call it the newest.
  const isUndated = dated.asOfFrom === 'clock' && listDeltas(study).length === 0
  const earlier = isUndated ? await findTakenIn(store.db, study.id, contentId) : undefined
  const { asOf, asOfFrom } = earlier === undefined ? dated : { asOf: earlier.asOf, asOfFrom: 'earlier' as const }
  if (current && asOf < current.asOf && !accept.has('older-transfer')) {
    throw new AecoderError('TRANSFER_OLDER', {
      where: toShortPath(folder),
      found: `a transfer as of ${asOf}, and one as of ${current.asOf} is current`,
      expected: 'a newer one',
      action: 'Check the folder; give the right date with --as-of; or say that it is meant: --accept older-transfer',
    })
  }

  const start = { asOf, contentId, input: toStudyPath(study, folder), accepted: [...accept].sort() }
  const staging = await Staging.open(store, study.id, {
    start,
    actor,
    groupOf: (occurrence) => toGroup(occurrence, options.kits),
  })
  const before = current && (await findTransferStructure(store.db, study.id, current))
  const files: TransferReport['files'][number][] = []
  const structures: Parameters<typeof toTransferStructure>[0][number][] = []
  let comparison: Comparison
  let structure: TransferStructure
  try {
    const total = inputs.reduce((sum, { bytes }) => sum + bytes, 0)
    let done = 0
    const staged: { input: InputFile; file: Awaited<ReturnType<typeof stageFile>> }[] = []
    for (const input of inputs) {
      const file = await stageFile(study, {
        staging,
        input,
        onBytes: (bytes) => options.onProgress?.({ stage: 'reading', done: done + bytes, total }),
        checkStructure: ({ studies }) => {
          if (accept.has('foreign-study')) return
          const { exportedAs } = study.config.study
          checkStudies({ name: input.file.name, studies }, { exportedAs, before: before?.studies })
        },
      })
      done += input.bytes
      staged.push({ input, file })
      structures.push({ source: input.source.id, encoding: file.encoding, structure: file.structure })
    }
    const changed = listChangedSources(staged)
    await staging.settle()
    for (const { input, file } of staged)
      files.push({ ...file.counts, encoding: file.encoding, sha256: input.sha256, bytes: input.bytes })
    await withdrawMissing(study, { staging, store, files, changed })
    const partial = new Set([...changed, ...listDeltas(study)])
    structure = toTransferStructure(structures, { before, partial })
    comparison = await compareTransfer(study, { store, staging, current, structure, before })
  } catch (error) {
    await staging.abandon({ actor, reason: error instanceof Error ? error.message : String(error) })
    throw error
  }

  const report = {
    asOf,
    asOfFrom,
    isRepeat: false,
    input: start.input,
    files,
    movement: staging.movement,
    keys: comparison.keys,
    structure: comparison.structure,
  }
  const refusedFor: { reason: string; count: number }[] = REJECT_REASONS.filter(
    (reason) => !accept.has(reason),
  ).flatMap((reason) => {
    const count = files.reduce((sum, file) => sum + (file.rejectedBy[reason] ?? 0), 0)
    return count > 0 ? [{ reason, count }] : []
  })
  refusedFor.push(...comparison.suspicions.filter(({ reason }) => !accept.has(reason)))
  if (staging.usubjidChanged > 0 && !accept.has('usubjid-changed'))
    refusedFor.push({ reason: 'usubjid-changed', count: staging.usubjidChanged })
  if (refusedFor.length > 0) {
    // What it would have done is told in the run's account, which clears it away.
    await staging.refuse({
      actor,
      reason: `refused for ${refusedFor.map(({ reason, count }) => `${count} × ${reason}`).join(', ')}`,
    })
    return { ...report, refusedFor }
  }
  const body: Json = {
    asOf,
    contentId,
    input: start.input,
    accepted: start.accepted,
    structure: structure as unknown as Json,
    files: files.map(({ source, name, sha256, bytes, read, accepted }) => ({
      source,
      name,
      sha256,
      bytes,
      read,
      accepted,
    })),
  }
  await staging.commit({ actor, body })
  return { ...report, refusedFor: [] }
}

/** Where a transfer lies: the folder, and its files there where others lie beside them. */
export type TransferPlace = Required<Pick<RunOptions, 'input'>> & Pick<RunOptions, 'only'>

/**
 * Whether these very files were taken in before, as the latest transfer or an earlier one.
 * @throws AecoderError NO_INPUT, FILE_NOT_FOUND, BUCKET_FAILED
 */
export async function wasTakenIn(study: Study, store: Store, { input, only }: TransferPlace): Promise<boolean> {
  const inputs = await listInputs(study, openTransferFiles(openOnly(openPlace(study, toPlace(input)), only)))
  return (await findTakenIn(store.db, study.id, toTransferId(study, inputs))) !== undefined
}

/**
 * The date a transfer speaks for; undefined where neither its files nor a name says it, or no reader understands them.
 * @throws AecoderError BUCKET_FAILED, FILE_NOT_FOUND, FILE_CHANGED where they cannot be got at
 */
export async function findAsOf(
  study: Study,
  { input, only, ambience }: TransferPlace & Pick<RunOptions, 'ambience'>,
): Promise<string | undefined> {
  try {
    const folder = toPlace(input)
    const inputs = await listInputs(study, openTransferFiles(openOnly(openPlace(study, folder), only)))
    const { asOf, asOfFrom } = await toAsOf(study, { folder, inputs, ambience })
    return asOfFrom === 'clock' ? undefined : asOf
  } catch (error) {
    // That it cannot be got at now says nothing of what it holds.
    const isOutOfReach = (code: string) => ['BUCKET_FAILED', 'FILE_NOT_FOUND', 'FILE_CHANGED'].includes(code)
    if (error instanceof AecoderError && !isOutOfReach(error.code)) return findNamedAsOf([input, ...(only ?? [])])
    throw error
  }
}

/** What the files of a transfer hold, and how they are understood, as an identity. */
function toTransferId(study: Study, inputs: readonly InputFile[]): string {
  return toContentId(toCanonicalJson([toMappingId(study), inputs.map(({ source, sha256 }) => [source.id, sha256])]))
}

/** The files of every source, hashed. A missing one stops the run: an absent file must not withdraw all it held. */
async function listInputs(study: Study, files: FilesInFiles): Promise<InputFile[]> {
  const inputs: InputFile[] = []
  for (const source of study.config.sources) {
    const folder = files.reach(source.files)
    const names = await folder.list()
    const matching = listMatching(names, source.files)
    const missing = source.files.find((pattern) => listMatching(names, [pattern]).length === 0)
    if (missing !== undefined && source.transfer === 'snapshot') {
      throw new AecoderError('NO_INPUT', {
        where: toShortPath(folder.where),
        found: `no file "${missing}" for source "${source.id}"${names.length > 0 ? ` among ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}` : ': there is no file at all'}`,
        expected: 'every file of a snapshot: what a missing one held would be withdrawn',
        action: 'Check --input and the source\'s "files" in study.json',
      })
    }
    if (source.transfer === 'snapshot')
      for (const pattern of source.files)
        refuseTwins(listMatching(names, [pattern]), { source, pattern, where: folder.where })
    for (const name of matching) {
      const file = folder.file(name)
      inputs.push({ source, file, ...(await hashFile(file)) })
    }
  }
  return inputs
}

/** Two snapshots of the same thing read as one: what the later one leaves out would be kept by the earlier one. */
function refuseTwins(
  names: readonly string[],
  { source, pattern, where }: { source: SourceConfig; pattern: string; where: string },
): void {
  const twins = findTwins(names)
  if (twins === undefined) return
  throw new AecoderError('NO_INPUT', {
    where: toShortPath(where),
    found: `${twins.join(' and ')} for "${pattern}" of source "${source.id}", which differ in their date alone`,
    expected: 'one snapshot: what the later one leaves out, the earlier one would keep',
    action: 'Put each transfer into a folder of its own, or name the file to take under "files" in study.json',
  })
}

async function stageFile(
  study: Study,
  {
    staging,
    input,
    onBytes,
    checkStructure,
  }: {
    staging: Staging
    input: InputFile
    onBytes: (bytes: number) => void
    /** Called while the file is read: one that is foreign is not read to its end. */
    checkStructure: (structure: FileStructure) => void
  },
) {
  const { source, file, beginning } = input
  const digest = createHash('sha256')
  let bytes = 0
  // Not the file itself is watched: its format is detected, and columns may be looked for, before its rows are read.
  const watch = (chunk: Uint8Array) => {
    digest.update(chunk)
    bytes += chunk.byteLength
    onBytes(bytes)
  }
  const { encoding, states, batches, ...reading } = await readSource({
    config: study.config,
    source,
    file,
    beginning,
    onBytes: watch,
  })
  staging.beginFile({ source: source.id, name: file.name })
  for await (const batch of batches) {
    checkStructure(reading.structure())
    await staging.add(batch)
  }
  if (digest.digest('hex') !== input.sha256)
    throw new AecoderError('FILE_CHANGED', {
      where: file.name,
      found: 'the file changed while it was read',
      action: 'Wait until the export is complete, then run again',
    })
  const counts = await staging.endFile({ sha256: input.sha256, bytes: input.bytes, encoding })
  return { counts, encoding, states, structure: reading.structure() }
}

/**
 * The sources whose files state changes: they withdraw nothing but what they say.
 * @throws AecoderError FORMAT_MISMATCH where a source has files of both kinds: which of them is later is not known
 */
function listChangedSources(
  staged: readonly { readonly input: InputFile; readonly file: Awaited<ReturnType<typeof stageFile>> }[],
): ReadonlySet<string> {
  const states = new Map<string, { readonly states: string; readonly name: string }>()
  for (const { input, file } of staged) {
    const { source } = input
    const before = states.get(source.id)
    if (before !== undefined && before.states !== file.states)
      throw new AecoderError('FORMAT_MISMATCH', {
        where: input.file.name,
        found: `it states ${file.states}, and ${before.name} of the same source "${source.id}" states ${before.states}`,
        expected: 'one kind of files in a transfer: which of them is later is not known',
        action: 'Give the snapshot first, and the transactional files as the next transfer',
      })
    states.set(source.id, { states: file.states, name: input.file.name })
  }
  return new Set([...states].flatMap(([source, of]) => (of.states === 'changes' ? [source] : [])))
}

/** The group in the domain's main dictionary: those beside it follow from it. */
function toGroup({ domain, field, verbatim, translation }: Occurrence, kits: CodingKits) {
  const { dictionary } = kits.mainOf(domain)
  const named = { domain, field, terminology: dictionary.ref.name, language: dictionary.language }
  return toTermGroup(named, translation ?? verbatim)
}

/** The moment the export speaks for, where nobody says it outright: said by the ODM, by the name of folder or file, else now. */
async function toAsOf(
  study: Study,
  { folder, inputs, ambience }: Pick<RunOptions, 'ambience'> & { folder: string; inputs: readonly InputFile[] },
): Promise<Pick<TransferReport, 'asOf' | 'asOfFrom'>> {
  const stated: string[] = []
  for (const { source, file, beginning } of inputs) {
    const reading = await readSource({ config: study.config, source, file, beginning })
    const instant = reading.asOf === null ? undefined : parseInstant(reading.asOf)
    if (instant !== undefined) stated.push(instant)
    const batches = reading.batches[Symbol.asyncIterator]()
    await batches.next().catch(() => undefined) // only a reading that has begun can be ended, which closes the file; its errors come when it is taken in
    await batches.return?.()
  }
  if (stated.length > 0) return { asOf: toLatest(stated), asOfFrom: 'file' }
  const named = findNamedAsOf([folder, ...inputs.map(({ file }) => file.name)])
  if (named !== undefined) return { asOf: named, asOfFrom: 'name' }
  return { asOf: parseInstant(ambience.now()) ?? ambience.now(), asOfFrom: 'clock' }
}

/** The latest date in the last parts of names, and in those of archives. */
export function findNamedAsOf(names: readonly string[]): string | undefined {
  const parts = names.flatMap((name) => name.split('/').filter(isDatedPart))
  const named = parts.flatMap((part) => {
    const match = /(?<!\d)(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?!\d)/.exec(part)
    const instant = match ? parseInstant(`${match[1]}-${match[2]}-${match[3]}`) : undefined
    return instant === undefined ? [] : [instant]
  })
  return named.length === 0 ? undefined : toLatest(named)
}

/** The date given outright. @throws AecoderError USAGE where it is none */
function toStatedAsOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const instant = parseInstant(text)
  if (instant !== undefined) return instant
  throw new AecoderError('USAGE', {
    where: '--as-of',
    found: `"${text}"`,
    expected: 'a date or time like 2026-03-02 or 2026-03-02T18:00:00Z',
  })
}

function toLatest(instants: readonly string[]): string {
  return instants.reduce((latest, instant) => (instant > latest ? instant : latest))
}

async function toRepeat(
  study: Study,
  { store, folder, transferNo, asOf }: { store: Store; folder: string; transferNo: number; asOf: string },
): Promise<TransferReport> {
  const files = await listTransferFiles(store.db, study.id, transferNo)
  const movement = {
    new: 0,
    changedVerbatim: 0,
    changedContext: 0,
    unchanged: files.reduce((sum, file) => sum + file.occurrences, 0),
    returned: 0,
    withdrawn: 0,
  }
  return {
    asOf,
    asOfFrom: 'earlier',
    isRepeat: true,
    input: toStudyPath(study, folder),
    files,
    movement,
    keys: [],
    structure: [],
    refusedFor: [],
  }
}

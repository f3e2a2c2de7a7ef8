/** The first leg of a run: the files of a transfer into the store, every row into one bucket. */
import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { type Json, toCanonicalJson, toContentId } from '../schemas/content-id.ts'
import { AecoderError } from '../schemas/errors.ts'
import type { SourceFile } from '../schemas/files.ts'
import { REJECT_REASONS } from '../schemas/outcomes.ts'
import type { Occurrence } from '../schemas/records.ts'
import type { SourceConfig } from '../schemas/study.ts'
import type { CodingKits } from './coding-kits.ts'
import { hashFile } from './hash-file.ts'
import { readSource } from './ingest/read-source.ts'
import { toTermGroup } from './review/term-group.ts'
import type { RunOptions, TransferReport } from './run.ts'
import type { FilesInFiles } from './storage/files-in-files.ts'
import { openFolder } from './storage/folder.ts'
import { listMatching } from './storage/glob.ts'
import { findCommitted } from './store/current.ts'
import { Staging } from './store/staging.ts'
import type { Store } from './store/store.ts'
import { listSources, listTransferFiles } from './store/transfers.ts'
import { type Study, toMappingId, toShortPath, toStudyPath } from './study.ts'
import { openTransferFiles } from './transfer-files.ts'

/** A source that withdraws so much is more likely a broken export or a mistaken filter than news. */
const MASS_WITHDRAWAL = { atLeast: 20, share: 0.25, allOf: 5 }

function isSuspicious({ known, withdrawn }: { known: number; withdrawn: number }): boolean {
  if (withdrawn === known && known >= MASS_WITHDRAWAL.allOf) return true
  return withdrawn >= MASS_WITHDRAWAL.atLeast && withdrawn > known * MASS_WITHDRAWAL.share
}

/** Withdraws, source by source, what snapshots do not state any more. A source that study.json names no more states nothing. */
async function withdrawMissing(
  study: Study,
  { staging, store, files }: { staging: Staging; store: Store; files: TransferReport['files'] },
): Promise<{ known: number; withdrawn: number }[]> {
  const kept = new Set(study.config.sources.filter((source) => source.transfer === 'delta').map((source) => source.id))
  // A row that was rejected, and accepted as such, may be the very record: its absence says nothing.
  for (const file of files) if (file.rejected > 0) kept.add(file.source)
  const withdrawals: { known: number; withdrawn: number }[] = []
  for (const source of await listSources(store.db, study.id))
    if (!kept.has(source)) withdrawals.push(await staging.withdrawMissing(source))
  return withdrawals
}

interface InputFile {
  readonly source: SourceConfig
  readonly file: SourceFile
  readonly sha256: string
  readonly bytes: number
}

/**
 * Takes the transfer in, or recognises that it is the one that is current.
 * @throws AecoderError NO_INPUT, TRANSFER_OLDER, and what the readers throw for a file that cannot be trusted
 */
export async function takeTransfer(
  study: Study,
  options: RunOptions & { store: Store; kits: CodingKits },
): Promise<TransferReport> {
  const { store, actor } = options
  const accept = new Set<string>(options.accept)
  const folder = resolve(options.input ?? study.paths.input)
  const inputs = await listInputs(study, openTransferFiles(openFolder(folder), options))
  const contentId = toContentId(
    toCanonicalJson([toMappingId(study), inputs.map(({ source, sha256 }) => [source.id, sha256])]),
  )
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

  const { asOf, asOfFrom } =
    said === undefined
      ? await toAsOf(study, { folder, inputs, ...options })
      : { asOf: said, asOfFrom: 'option' as const }
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
  const files: TransferReport['files'][number][] = []
  const withdrawals: { known: number; withdrawn: number }[] = []
  try {
    const total = inputs.reduce((sum, { bytes }) => sum + bytes, 0)
    let done = 0
    for (const input of inputs) {
      const counts = await stageFile(study, {
        staging,
        input,
        onBytes: (bytes) => options.onProgress?.({ stage: 'reading', done: done + bytes, total }),
      })
      done += input.bytes
      files.push({ ...counts, sha256: input.sha256, bytes: input.bytes })
    }
    withdrawals.push(...(await withdrawMissing(study, { staging, store, files })))
  } catch (error) {
    await staging.abandon({ actor, reason: error instanceof Error ? error.message : String(error) })
    throw error
  }

  const report = { asOf, asOfFrom, isRepeat: false, input: start.input, files, movement: staging.movement }
  const refusedFor: { reason: string; count: number }[] = REJECT_REASONS.filter(
    (reason) => !accept.has(reason),
  ).flatMap((reason) => {
    const count = files.reduce((sum, file) => sum + (file.rejectedBy[reason] ?? 0), 0)
    return count > 0 ? [{ reason, count }] : []
  })
  const suspicious = withdrawals.filter(isSuspicious).reduce((sum, { withdrawn }) => sum + withdrawn, 0)
  if (suspicious > 0 && !accept.has('mass-withdrawal'))
    refusedFor.push({ reason: 'mass-withdrawal', count: suspicious })
  if (staging.usubjidChanged > 0 && !accept.has('usubjid-changed'))
    refusedFor.push({ reason: 'usubjid-changed', count: staging.usubjidChanged })
  if (refusedFor.length > 0) {
    await staging.abandon({
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
        found: `no file "${missing}" for source "${source.id}"${names.length > 0 ? ` among ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}` : ': the folder is empty'}`,
        expected: 'every file of a snapshot: what a missing one held would be withdrawn',
        action: 'Check --input and the source\'s "files" in study.json',
      })
    }
    for (const name of matching) {
      const file = folder.file(name)
      inputs.push({ source, file, ...(await hashFile(file)) })
    }
  }
  return inputs
}

async function stageFile(
  study: Study,
  { staging, input, onBytes }: { staging: Staging; input: InputFile; onBytes: (bytes: number) => void },
) {
  const { source, file } = input
  const digest = createHash('sha256')
  let bytes = 0
  // Not the file itself is watched: its format is detected, and columns may be looked for, before its rows are read.
  const watch = (chunk: Uint8Array) => {
    digest.update(chunk)
    bytes += chunk.byteLength
    onBytes(bytes)
  }
  const { encoding, batches } = await readSource({ config: study.config, source, file, onBytes: watch })
  staging.beginFile({ source: source.id, name: file.name })
  for await (const batch of batches) await staging.add(batch)
  if (digest.digest('hex') !== input.sha256)
    throw new AecoderError('FILE_CHANGED', {
      where: file.name,
      found: 'the file changed while it was read',
      action: 'Wait until the export is complete, then run again',
    })
  return { ...(await staging.endFile({ sha256: input.sha256, bytes: input.bytes, encoding })), encoding }
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
  for (const { source, file } of inputs) {
    const reading = await readSource({ config: study.config, source, file })
    const instant = reading.asOf === null ? undefined : toInstant(reading.asOf)
    if (instant !== undefined) stated.push(instant)
    const batches = reading.batches[Symbol.asyncIterator]()
    await batches.next().catch(() => undefined) // only a reading that has begun can be ended, which closes the file; its errors come when it is taken in
    await batches.return?.()
  }
  const named = [folder, ...inputs.map(({ file }) => file.name)].flatMap((name) => {
    const match = /(?<!\d)(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?!\d)/.exec(name.split('/').at(-1) ?? '')
    const instant = match ? toInstant(`${match[1]}-${match[2]}-${match[3]}`) : undefined
    return instant === undefined ? [] : [instant]
  })
  if (stated.length > 0) return { asOf: toLatest(stated), asOfFrom: 'file' }
  if (named.length > 0) return { asOf: toLatest(named), asOfFrom: 'name' }
  return { asOf: toInstant(ambience.now()) ?? ambience.now(), asOfFrom: 'clock' }
}

/** The date given outright. @throws AecoderError USAGE where it is none */
function toStatedAsOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const instant = toInstant(text)
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

/** ISO 8601 in UTC to the second; undefined for what is no date. */
function toInstant(text: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}(?:T|$)/.test(text)) return undefined
  const date = new Date(/(?:Z|[+-]\d{2}:?\d{2})$/.test(text) || text.length === 10 ? text : `${text}Z`)
  return Number.isNaN(date.getTime()) ? undefined : `${date.toISOString().slice(0, 19)}Z`
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
    refusedFor: [],
  }
}

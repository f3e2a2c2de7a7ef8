/** The last leg of a run: the dataset of what is decided, its manifest, and the swap that makes it current. */
import { type Json, toCanonicalJson, toSha256 } from '../schemas/content-id.ts'
import { AecoderError } from '../schemas/errors.ts'
import type { FileState, Storage, WrittenFile } from '../schemas/files.ts'
import { CODED_DOMAINS, type CodedDomain, type DatasetRow } from '../schemas/records.ts'
import { isPlaceWord } from '../schemas/study.ts'
import type { CodingKits } from './coding-kits.ts'
import type { DatasetDictionary } from './dataset/columns.ts'
import { openCsvFile } from './dataset/csv-file.ts'
import { type DatasetFile, writeDataset } from './dataset/write-dataset.ts'
import { listSettings, type RunOptions, type TransferReport } from './run.ts'
import { MOVEMENT_FILE, type Moved, writeMoves } from './run-moves.ts'
import { confirmFile } from './storage/confirm.ts'
import { joinPlace } from './storage/place.ts'
import { clearAbandoned } from './store/abandon.ts'
import { listArtefactSets } from './store/artefacts.ts'
import { type ChainHead, findHead } from './store/chain.ts'
import { findCommitted } from './store/current.ts'
import { readDatasetRows } from './store/dataset-rows.ts'
import { findDataset, findLastDataset, recordDataset } from './store/datasets.ts'
import { readMoves } from './store/moves.ts'
import { findMasks } from './store/redactions.ts'
import type { Signature } from './store/signatures.ts'
import { readSnapshot, type Store } from './store/store.ts'
import {
  findLastTransfer,
  findLaterTransferEnd,
  listTransferFiles,
  readSetAside,
  type SetAsideRow,
} from './store/transfers.ts'
import { AECODER_VERSION, openPlace, type Study, toShortPath } from './study.ts'

/** `runs/<id>/manifest.json`: what a run read, rested on and wrote. Written last; a folder without it is no run. */
export interface Manifest {
  readonly manifestVersion: 1
  readonly runId: string
  /** `held`: the transfer came after a signature; it was taken in, and nothing of it is in a dataset. */
  readonly status: 'complete' | 'incomplete' | 'held'
  readonly aecoder: string
  readonly writtenAt: string
  readonly by: string
  readonly study: { readonly id: string; readonly protocol: string; readonly environment: string }
  readonly transfer: {
    readonly no: number
    readonly asOf: string
    readonly contentId: string /** Reasons accepted by name. */
    readonly accepted: readonly string[]
  } | null
  readonly inputs: readonly {
    readonly source: string
    readonly name: string
    readonly sha256: string
    readonly bytes: number
    readonly encoding: string
    readonly counts: { readonly [bucket: string]: number }
    readonly skippedBy: Json
    readonly rejectedBy: Json
    readonly remarks: Json
  }[]
  /** Why nothing of this transfer became current; empty in a complete run. */
  readonly refusedFor: readonly { readonly reason: string; readonly count: number }[]
  readonly artefacts: readonly {
    readonly kind: string
    readonly name: string
    readonly version: string
    readonly sha256: string
  }[]
  /** The sets of artefacts that decisions rest on, by the id that the coding_* files state. */
  readonly artefactSets: { readonly [id: string]: { readonly [kind: string]: string | undefined } }
  /** What each domain is coded in; the first domain's main one again under `dictionary`. */
  readonly dictionary: DatasetDictionary
  readonly dictionaries: DatasetDictionaries
  /** Columns that the mapping brought: with the decisions they settle the dataset's bytes. */
  readonly columns: {
    readonly [domain: string]: { readonly mapped: readonly string[]; readonly carried: readonly string[] }
  }
  readonly outputs: readonly OutputFile[]
  /** The chain's head when the dataset was read: the outside witness of everything up to there. */
  readonly audit: { readonly seq: number; readonly hash: string }
  /** Of a dataset that is just what was signed: the signature. Left out by aecoder before 0.2. */
  readonly signature?: ManifestSignature | null
}

/** Who answers for a dataset, and for what of it. */
export interface ManifestSignature {
  /** The event that tells of it. */
  readonly seq: number
  readonly by: string
  readonly fullName: string
  readonly at: string
  readonly meaning: string
  readonly reason: string | null
  readonly covers: { readonly seq: number; readonly hash: string; readonly decisions: number }
}

/** A file that a run wrote; of tables with their rows. */
export type OutputFile = WrittenFile & Partial<DatasetFile>

/** By domain: the dictionary whose codes are the dataset's own, and those beside it. */
export type DatasetDictionaries = {
  readonly [domain in CodedDomain]: {
    readonly main: DatasetDictionary
    readonly beside: readonly DatasetDictionary[]
  }
}

export interface PublishedRun {
  readonly runId: string
  /** The run's folder. */
  readonly folder: string
  readonly outputs: readonly OutputFile[]
  readonly rows: { readonly [domain: string]: number }
  /** What its transfer did, where it was written just now; null also of a first transfer, to which all is new. */
  readonly moved: Moved | null
}

export const CURRENT = 'current.json'

/** current.json as it was when the run began; undefined where there was none. Nobody else's run may have become current since. */
export interface Before {
  readonly seen: FileState | undefined
}

/**
 * Writes `runs/<id>/` and, when the run is complete, makes it the current one.
 * @throws AecoderError BUCKET_CONFLICT when another run became current meanwhile; what is written stays, and leads nowhere
 */
export async function publishRun(
  study: Study,
  options: Pick<RunOptions, 'actor' | 'ambience' | 'onProgress'> & {
    store: Store
    kits: CodingKits
    before: Before
    incomplete?: TransferReport
    /** A transfer that came after a signature: its account is written, and no dataset. */
    held?: TransferReport
    /** Publishes just what was signed. */
    signature?: Signature
    /** The point of the chain that the dataset is read as of; its head without it. */
    head?: ChainHead
    /** The dictionaries and columns where no transfer was taken in; else they follow from study.json. */
    columns?: Manifest['columns']
    dictionaries?: DatasetDictionaries
  },
): Promise<PublishedRun> {
  const { store, kits, ambience, actor, incomplete, signature } = options
  const withoutDataset = incomplete ?? options.held
  const dictionaries = options.dictionaries ?? toDictionaries(kits)
  const output = openPlace(study, study.paths.output)
  const runId = toRunId(ambience)
  const prefix = `runs/${runId}/`
  const columns = options.columns ?? listColumns(study)
  await clearUnfinished(output)
  let moved: Moved | null = null
  const manifest = await readSnapshot(store, async (db) => {
    const audit = signature
      ? { seq: signature.coversSeq, hash: signature.coversHash }
      : (options.head ?? (await findHead(db, study.id)))
    // An incomplete run tells of the transfer it refused; a complete one of the transfer that is current.
    const transfer = await (withoutDataset
      ? findLastTransfer(db, study.id)
      : findCommitted(db, study.id, { uptoSeq: audit.seq }))
    const shown = transfer?.no
    const outputs: OutputFile[] = []
    if (!withoutDataset) {
      outputs.push(
        ...(await writeDatasets(study, {
          onProgress: options.onProgress,
          dictionaries,
          columns,
          output,
          prefix,
          asOf: transfer?.asOf ?? '',
          read: (domain, beside) => readDatasetRows(db, study.id, { domain, uptoSeq: audit.seq, beside }),
        })),
      )
    }
    outputs.push(
      await writeSetAside(
        output,
        `${prefix}set-aside.csv`,
        shown === undefined ? empty() : readSetAside(db, study.id, shown),
      ),
    )
    const ended = shown === undefined ? undefined : await findLaterTransferEnd(db, study.id, shown)
    if (ended !== undefined) {
      const of = { transferNo: ended.no, beforeSeq: ended.seq - 1, uptoSeq: audit.seq }
      const written = await writeMoves(output, {
        name: `${prefix}${MOVEMENT_FILE}`,
        moves: readMoves(db, study.id, of),
        masks: await findMasks({ db }, study.id),
      })
      outputs.push(written.file)
      moved = written.moved
    }
    const artefactSets = await listArtefactSets(db, study.id, { uptoSeq: audit.seq })
    const files = withoutDataset?.files ?? (shown === undefined ? [] : await listTransferFiles(db, study.id, shown))
    return toManifest(study, {
      ...options,
      dictionaries,
      columns,
      runId,
      transfer: transfer
        ? { no: transfer.no, asOf: transfer.asOf, contentId: transfer.contentId, accepted: transfer.accepted }
        : null,
      files,
      outputs: outputs.map((file) => ({ ...file, name: file.name.slice(prefix.length) })),
      audit,
      artefactSets,
      status: incomplete ? 'incomplete' : options.held ? 'held' : 'complete',
      refusedFor: incomplete?.refusedFor ?? [],
      signature: signature === undefined ? null : toManifestSignature(signature),
    })
  })
  const bytes = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)
  const standing = { name: `${prefix}manifest.json`, bytes }
  const written = await output.replace(standing.name, bytes)
  await confirmFile(output, written)
  if (!withoutDataset) {
    await confirmOutputs(output, { prefix, outputs: manifest.outputs })
    const { transfer, audit } = manifest
    await recordDataset(store, study.id, {
      runId,
      uptoSeq: audit.seq,
      manifestSha256: written.sha256,
      transferNo: transfer?.no ?? null,
      actor,
    })
    await output.replace(
      CURRENT,
      Buffer.from(`${JSON.stringify({ runId, manifest: standing.name, sha256: written.sha256 }, null, 2)}\n`),
      { seen: options.before.seen, standing },
    )
  }
  if (incomplete !== undefined && manifest.transfer !== null)
    await clearAbandoned(store, study.id, manifest.transfer.no)
  return { ...toPublished(study, manifest), moved }
}

/** What runs wrote that were killed before their manifest stood. The caller holds the study's lock. */
async function clearUnfinished(output: Storage): Promise<void> {
  await output.removeUnfinished('runs')
  const names = new Set(await output.list('runs'))
  for (const runId of await output.listFolders('runs')) {
    const isRun = /^\d{8}T\d{6}Z-[0-9a-f]{6}$/.test(runId) // what else stands there is not ours to remove
    const folder = `runs/${runId}`
    if (!isRun || names.has(`${folder}/manifest.json`)) continue
    if (await output.isAbandoned(folder)) await output.removeFolder(folder)
  }
}

/** A run elsewhere that took ours for abandoned may have removed files of it: a manifest keeps the rest from that. */
async function confirmOutputs(
  output: Storage,
  { prefix, outputs }: { prefix: string; outputs: readonly OutputFile[] },
): Promise<void> {
  for (const { name } of outputs)
    if (!(await output.has(prefix + name)))
      throw new AecoderError('WRITE_FAILED', {
        where: `${output.where}/${prefix}${name}`,
        found: 'it was written and is not there any more',
        action: 'See what removes files there, then run again: nothing of this run is current',
      })
}

/**
 * While a study is signed off its dataset is just what was signed, whatever came in since.
 * @returns the run, and whether it stood already
 */
export async function publishSigned(
  study: Study,
  options: Pick<RunOptions, 'actor' | 'ambience' | 'onProgress'> & {
    store: Store
    kits: CodingKits
    before: Before
    signature: Signature
  },
): Promise<{ run: PublishedRun; isUnchanged: boolean }> {
  const current = await readCurrentRun(study)
  if (current.state === 'whole' && current.manifest.signature?.seq === options.signature.seq) {
    const last = await findLastDataset(options.store.db, study.id)
    if (last?.manifestSha256 === current.sha256) return { run: toPublished(study, current.manifest), isUnchanged: true }
  }
  return { run: await publishRun(study, { ...options, ...toColumnsBefore(current) }), isUnchanged: false }
}

/** study.json may map more by now; the rows in the store do not hold it until a run takes it in. */
export function toColumnsBefore(current: CurrentRun): Partial<Pick<Manifest, 'columns' | 'dictionaries'>> {
  if (current.state !== 'whole') return {}
  const { columns, dictionaries } = current.manifest
  return { columns, ...(dictionaries ? { dictionaries } : {}) }
}

/** The current run when nothing happened since: the same transfer twice changes nothing, not even a folder. */
export async function findUnchangedRun(study: Study, store: Store): Promise<PublishedRun | undefined> {
  const head = await findHead(store.db, study.id)
  const last = await findDataset(store.db, study.id, { seq: head.seq })
  if (last?.uptoSeq !== head.seq - 1) return undefined
  const current = await readCurrentRun(study)
  // A run that was damaged is written anew.
  return current.state === 'whole' && current.sha256 === last.manifestSha256
    ? toPublished(study, current.manifest)
    : undefined
}

/** What current.json leads to. */
export type CurrentRun =
  | { readonly state: 'none' }
  | { readonly state: 'whole'; readonly manifest: Manifest; readonly sha256: string }
  | { readonly state: 'damaged'; readonly fault: string }

/** Reads the current run's manifest and holds it against the hash in current.json. */
export async function readCurrentRun(study: Study): Promise<CurrentRun> {
  return (await readCurrent(study)).run
}

/** The current run, and the state of current.json that says so. */
export async function readCurrent(study: Study): Promise<Before & { readonly run: CurrentRun }> {
  const output = openPlace(study, study.paths.output)
  const seen = await output.findState(CURRENT)
  return { seen, run: seen === undefined ? { state: 'none' } : await readPointedRun(study, output, seen.bytes) }
}

async function readPointedRun(study: Study, output: Storage, pointing: Uint8Array): Promise<CurrentRun> {
  try {
    const pointer = JSON.parse(Buffer.from(pointing).toString('utf8')) as { manifest: string; sha256: string }
    const bytes = await readWhole(output, pointer.manifest)
    const sha256 = toSha256(bytes)
    if (sha256 === pointer.sha256)
      return { state: 'whole', manifest: JSON.parse(bytes.toString('utf8')) as Manifest, sha256 }
    return {
      state: 'damaged',
      fault: `${toShortPath(joinPlace(study.paths.output, pointer.manifest))}: its content was changed (sha256 ${sha256}, ${CURRENT} says ${pointer.sha256})`,
    }
  } catch (error) {
    // A bucket that does not answer says nothing about the run.
    if (error instanceof AecoderError && error.code === 'BUCKET_FAILED') throw error
    if (error instanceof AecoderError) return { state: 'damaged', fault: error.message }
    return {
      state: 'damaged',
      fault: `${toShortPath(joinPlace(study.paths.output, CURRENT))}: it cannot be read (${(error as Error).message})`,
    }
  }
}

/** Puts a copy of what leads to the current run, damaged or whole, into another place; of the run only its manifest. */
export async function copyCurrentPointer(study: Study, to: Storage): Promise<void> {
  const { seen, run } = await readCurrent(study)
  if (seen === undefined) return
  await to.replace(CURRENT, seen.bytes)
  if (run.state !== 'whole') return
  const manifest = `runs/${run.manifest.runId}/manifest.json`
  await to.replace(manifest, await readWhole(openPlace(study, study.paths.output), manifest))
}

/** Writes all domains' datasets; used for the run and, into a scratch place, to prove one later. */
export async function writeDatasets(
  study: Pick<Study, 'config'>,
  options: {
    output: Storage
    prefix: string
    asOf: string
    dictionaries: DatasetDictionaries
    columns: Manifest['columns']
    /** `beside`: names of the dictionaries beside the domain's main one. */
    read: (domain: CodedDomain, beside: readonly string[]) => AsyncIterable<readonly DatasetRow[]>
    onProgress?: RunOptions['onProgress']
  },
): Promise<DatasetFile[]> {
  const outputs: DatasetFile[] = []
  let done = 0
  for (const domain of CODED_DOMAINS) {
    const { mapped, carried } = options.columns[domain] ?? { mapped: [], carried: [] }
    const { main, beside } = options.dictionaries[domain]
    const batches = options.read(
      domain,
      beside.map(({ name }) => name),
    )
    const rows = countRows(batches, (count) => {
      done += count
      options.onProgress?.({ stage: 'writing', done, total: null })
    })
    const written = await writeDataset({
      domain,
      protocol: study.config.study.protocol,
      rows,
      mapped,
      carried,
      dictionary: main,
      beside,
      asOf: options.asOf,
      storage: options.output,
      folder: options.prefix,
    })
    outputs.push(...written.files)
  }
  return outputs
}

function toDictionaries(kits: CodingKits): DatasetDictionaries {
  const toDictionary = ({ id, dictionary }: CodingKits['all'][number]): DatasetDictionary => {
    const { ref, language, hasNumericCodes, levels } = dictionary
    return { id, name: ref.name, version: ref.version, sha256: ref.sha256, language, hasNumericCodes, levels }
  }
  const toDomain = (domain: CodedDomain) => ({
    main: toDictionary(kits.mainOf(domain)),
    beside: kits.besideOf(domain).map(toDictionary),
  })
  return { AE: toDomain('AE'), MH: toDomain('MH') }
}

/** The columns that the mapping brings, by domain. */
function listColumns({ config }: Pick<Study, 'config'>): Manifest['columns'] {
  const toColumns = (domain: string) => {
    const sources = config.sources.filter((source) => source.domain === domain)
    const words = sources.flatMap((source) => Object.keys(source.map))
    return {
      mapped: [...new Set(words.filter((word) => !isPlaceWord(word) && word !== `${domain}TERM`))],
      carried: [...new Set(sources.flatMap((source) => source.carry))],
    }
  }
  return Object.fromEntries(CODED_DOMAINS.map((domain) => [domain, toColumns(domain)]))
}

async function* countRows(
  batches: AsyncIterable<readonly DatasetRow[]>,
  onRows: (count: number) => void,
): AsyncGenerator<readonly DatasetRow[]> {
  for await (const batch of batches) {
    yield batch
    onRows(batch.length)
  }
}

async function* empty(): AsyncGenerator<never> {}

async function writeSetAside(
  output: Storage,
  name: string,
  rows: AsyncIterable<readonly SetAsideRow[]>,
): Promise<WrittenFile & { rows: number }> {
  const sink = await output.createFile(name)
  try {
    const toColumn = (column: keyof SetAsideRow, label: string) => ({
      name: column,
      label,
      type: 'Char' as const,
      origin: 'Derived' as const,
      kind: 'text' as const,
      pick: (row: SetAsideRow) => String(row[column]),
    })
    const file = openCsvFile({
      sink,
      columns: [
        toColumn('file', 'File'),
        toColumn('line', 'Line'),
        toColumn('bucket', 'Bucket'),
        toColumn('code', 'Code'),
        toColumn('reason', 'Reason'),
        toColumn('raw', 'Row as it stands in the file'),
      ],
    })
    let count = 0
    for await (const batch of rows) {
      await file.write(batch)
      count += batch.length
    }
    const written = await file.close()
    await confirmFile(output, written)
    return { ...written, rows: count }
  } catch (error) {
    await sink.abort()
    throw error
  }
}

function toManifest(
  study: Study,
  facts: {
    kits: CodingKits
    dictionaries: DatasetDictionaries
    columns: Manifest['columns']
    actor: RunOptions['actor']
    ambience: RunOptions['ambience']
    runId: string
    transfer: Manifest['transfer']
    files: TransferReport['files']
    outputs: Manifest['outputs']
    audit: Manifest['audit']
    artefactSets: Manifest['artefactSets']
    status: Manifest['status']
    refusedFor: Manifest['refusedFor']
    signature: ManifestSignature | null
  },
): Manifest {
  const { protocol, environment } = study.config.study
  return {
    manifestVersion: 1,
    runId: facts.runId,
    status: facts.status,
    aecoder: AECODER_VERSION,
    writtenAt: facts.ambience.now(),
    by: facts.actor.name,
    study: { id: study.id, protocol, environment },
    transfer: facts.transfer,
    inputs: facts.files.map(({ source, name, sha256, bytes, encoding, skippedBy, rejectedBy, remarks, ...counts }) => ({
      source,
      name,
      sha256,
      bytes,
      encoding,
      counts: {
        read: counts.read,
        accepted: counts.accepted,
        duplicate: counts.duplicate,
        superseded: counts.superseded,
        skipped: counts.skipped,
        rejected: counts.rejected,
        occurrences: counts.occurrences,
      },
      skippedBy: { ...skippedBy },
      rejectedBy: { ...rejectedBy },
      remarks: JSON.parse(toCanonicalJson(remarks as Json)) as Json,
    })),
    refusedFor: facts.refusedFor,
    artefacts: listSettings(study, facts.kits).map(({ kind, name, version, sha256 }) => ({
      kind,
      name,
      version,
      sha256,
    })),
    artefactSets: facts.artefactSets,
    dictionary: facts.dictionaries.AE.main,
    dictionaries: facts.dictionaries,
    columns: facts.columns,
    outputs: facts.outputs,
    audit: facts.audit,
    signature: facts.signature,
  }
}

/** A signature as manifests state it. */
export function toManifestSignature(signature: Signature): ManifestSignature {
  const { seq, actor, fullName, at, meaning, reason, coversSeq, coversHash, decisions } = signature
  return { seq, by: actor, fullName, at, meaning, reason, covers: { seq: coversSeq, hash: coversHash, decisions } }
}

function toPublished(study: Study, manifest: Manifest): PublishedRun {
  const rows = Object.fromEntries(
    CODED_DOMAINS.map((domain) => [
      domain,
      manifest.outputs.find((file) => file.name === `${domain.toLowerCase()}.arrow`)?.rows ?? 0,
    ]),
  )
  return {
    runId: manifest.runId,
    folder: joinPlace(study.paths.output, 'runs', manifest.runId),
    outputs: manifest.outputs,
    rows,
    moved: null,
  }
}

/** Sorts by time, and two runs of one second differ. */
function toRunId({ now, salt }: RunOptions['ambience']): string {
  return `${now().slice(0, 19).replaceAll(/[-:]/g, '')}Z-${salt().slice(0, 6)}`
}

async function readWhole(storage: Storage, name: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of storage.read(name)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

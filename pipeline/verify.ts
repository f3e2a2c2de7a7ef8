/** Proving a study: the store against itself, the published run against the store, files against their hashes. Changes nothing. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { AecoderError } from '../schemas/errors.ts'
import type { Storage } from '../schemas/files.ts'
import { MEDDRA_LEVELS } from '../schemas/terms.ts'
import {
  type CurrentRun,
  type DatasetDictionaries,
  type Manifest,
  readCurrentRun,
  toManifestSignature,
  writeDatasets,
} from './run-publish.ts'
import type { InputFiles } from './storage/files-in-files.ts'
import { openFolder } from './storage/folder.ts'
import { joinPlace } from './storage/place.ts'
import { PEOPLE_STUDY } from './store/accounts.ts'
import { checkStore, type StoreCheck } from './store/check.ts'
import { readDatasetRows } from './store/dataset-rows.ts'
import { findDataset, findLastDataset } from './store/datasets.ts'
import { listSignatures } from './store/signatures.ts'
import { readSnapshot, type Store } from './store/store.ts'
import { findTransferInput } from './store/transfers.ts'
import { fromStudyPath, openPlace, type Study } from './study.ts'
import { openTransferFiles } from './transfer-files.ts'

export interface VerifyReport {
  readonly store: StoreCheck['counts']
  readonly head: StoreCheck['head']
  readonly current: CurrentRun['state']
  readonly runId: string | null
  /** Outputs that were made again from the decisions and came out byte for byte the same. */
  readonly rebuilt: readonly string[]
  /** Inputs whose bytes are still there and still the same. */
  readonly inputsSeen: number
  /** Inputs that are not where they were: nothing can be said of them. */
  readonly inputsGone: readonly string[]
  /** What does not match, one sentence each; empty when everything does. */
  readonly faults: readonly string[]
}

/** Recomputes all that can be recomputed of a study and its current run. */
export async function verifyStudy(
  study: Study,
  store: Store,
  { onProgress }: { onProgress?: (done: string) => void } = {},
): Promise<VerifyReport> {
  return readSnapshot(store, async (db) => {
    const check = await checkStore(db, study.id)
    // Who decided is as much part of the proof as what was decided.
    const people = await checkStore(db, PEOPLE_STUDY)
    const faults = [...check.faults, ...people.faults.filter((fault) => !check.faults.includes(fault))]
    for (const owner of check.listOwners) {
      const own = await checkStore(db, owner)
      // What is wrong with the store as a whole was told above.
      faults.push(...own.faults.filter((fault) => !check.faults.includes(fault)).map((fault) => `${owner}: ${fault}`))
    }
    onProgress?.('store')
    const current = await readCurrentRun(study)
    if (current.state === 'damaged') faults.push(current.fault)
    const last = await findLastDataset(db, study.id)
    if (current.state === 'none' && last)
      faults.push(`current.json: it is not there, though run ${last.runId} was published`)
    const manifest = current.state === 'whole' ? current.manifest : undefined
    const report = {
      store: check.counts,
      head: check.head,
      current: current.state,
      runId: manifest?.runId ?? null,
      rebuilt: [] as string[],
      inputsSeen: 0,
      inputsGone: [] as string[],
      faults,
    }
    if (manifest === undefined || current.state !== 'whole') return report
    const published = await findDataset(db, study.id, { runId: manifest.runId })
    if (last && last.runId !== manifest.runId)
      faults.push(`current.json: it points to run ${manifest.runId}, but run ${last.runId} was published last`)
    if (published?.manifestSha256 !== current.sha256)
      faults.push(`run ${manifest.runId}: its manifest is not the one the chain vouches for`)
    const where = `run ${manifest.runId}`
    const { seq, hash } = manifest.audit
    if (seq > 0 && check.hashAt(seq) !== hash)
      faults.push(
        `${where}: its manifest saw event ${seq} with another hash: the chain was rewritten, or belongs to another study`,
      )
    await checkSignatureStated(study, { db, manifest, faults })
    const output = openPlace(study, joinPlace(study.paths.output, 'runs', manifest.runId))
    await checkOutputs(output, manifest, faults)
    onProgress?.('outputs')
    report.rebuilt.push(...(await rebuild(study, { db, manifest, faults })))
    onProgress?.('rebuilt')
    await checkInputs(study, { manifest, db, report })
    return report
  })
}

/** The signature a manifest states is one that the store has, and the dataset is just what it covers. */
async function checkSignatureStated(
  study: Study,
  { db, manifest, faults }: { db: Parameters<typeof readDatasetRows>[0]; manifest: Manifest; faults: string[] },
): Promise<void> {
  const stated = manifest.signature
  if (!stated) return
  const kept = (await listSignatures({ db }, study.id)).find(({ seq }) => seq === stated.seq)
  const isSame = kept !== undefined && isDeepStrictEqual(toManifestSignature(kept), stated)
  const isOfIt = stated.covers.seq === manifest.audit.seq && stated.covers.hash === manifest.audit.hash
  if (!isSame || !isOfIt)
    faults.push(`run ${manifest.runId}: the signature it states is not the one the store vouches for`)
}

async function checkOutputs(output: Storage, manifest: Manifest, faults: string[]): Promise<void> {
  for (const file of manifest.outputs) {
    const found = (await output.has(file.name)) ? await hashOf(output.read(file.name)) : undefined
    if (found === undefined) faults.push(`${file.name}: it is not there any more`)
    else if (found !== file.sha256)
      faults.push(`${file.name}: its content was changed (sha256 ${found}, the manifest says ${file.sha256})`)
  }
}

/** The file follows from the audited decisions: made again from them, it has the same bytes. */
async function rebuild(
  study: Study,
  { db, manifest, faults }: { db: Parameters<typeof readDatasetRows>[0]; manifest: Manifest; faults: string[] },
): Promise<string[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'aecoder-verify-'))
  try {
    const { audit, dictionaries, columns, transfer } = manifest
    const outputs = await writeDatasets(study, {
      output: openFolder(scratch),
      prefix: '',
      asOf: transfer?.asOf ?? '',
      dictionaries: dictionaries ?? toFormerDictionaries(manifest),
      columns,
      read: (domain, beside) => readDatasetRows(db, study.id, { domain, uptoSeq: audit.seq, beside }),
    })
    const same: string[] = []
    for (const file of outputs) {
      const stated = manifest.outputs.find((output) => output.name === file.name)
      if (stated === undefined) faults.push(`${file.name}: the manifest does not name it`)
      else if (stated.sha256 !== file.sha256 || stated.rows !== file.rows)
        faults.push(`${file.name}: made again from the decisions it comes out different`)
      else same.push(file.name)
    }
    return same
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Runs of aecoder before 0.2 knew one dictionary, of MedDRA's levels. */
function toFormerDictionaries({ dictionary }: Manifest): DatasetDictionaries {
  const main = { ...dictionary, id: null, levels: MEDDRA_LEVELS }
  return { AE: { main, beside: [] }, MH: { main, beside: [] } }
}

async function checkInputs(
  study: Study,
  {
    manifest,
    db,
    report,
  }: {
    manifest: Manifest
    db: Parameters<typeof readDatasetRows>[0]
    report: { inputsSeen: number; inputsGone: string[]; faults: string[] }
  },
): Promise<void> {
  if (manifest.transfer === null) return
  const input = await findTransferInput(db, study.id, manifest.transfer.no)
  const folder = openPlace(study, input === undefined ? study.paths.input : fromStudyPath(study, input))
  const files = openTransferFiles(folder).reach(manifest.inputs.map(({ name }) => name))
  for (const { name, sha256 } of manifest.inputs) {
    const found = await hashOfInput(files, name)
    if (found === undefined) report.inputsGone.push(name)
    else if (found === sha256) report.inputsSeen++
    else report.faults.push(`${name}: the input file was changed after it was read`)
  }
}

/** Undefined for a file that is not there, or whose archive does not open without its password; '' for a damaged one. */
async function hashOfInput(files: InputFiles, name: string): Promise<string | undefined> {
  try {
    return (await files.list()).includes(name) ? await hashOf(files.file(name).open()) : undefined
  } catch (error) {
    if (!(error instanceof AecoderError)) throw error
    if (error.code === 'FORMAT_DAMAGED') return ''
    if (error.code === 'USAGE' || error.code === 'FILE_NOT_FOUND') return undefined
    throw error
  }
}

async function hashOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const digest = createHash('sha256')
  for await (const chunk of chunks) digest.update(chunk)
  return digest.digest('hex')
}

/** The whole pipeline, top to bottom: a transfer in, its terms coded, what is unsure queued, the dataset out. */

import { AecoderError } from '../schemas/errors.ts'
import type { ListScope } from '../schemas/lists.ts'
import type { Acceptable } from '../schemas/outcomes.ts'
import type { PathNode } from '../schemas/terms.ts'
import type { SourceKeys, StructureChange } from '../schemas/transfers.ts'
import { type AskPassword, type CodingKits, openCodingKits, withApprovedEntries } from './coding-kits.ts'
import { type AutocodeTally, addOutcomes, autocodeStudy, type Disagreement, findDisagreements } from './run-autocode.ts'
import { addTallies, type ContextTally, checkContexts } from './run-context.ts'
import { runSignedOff } from './run-held.ts'
import { toMemoryKeeper } from './run-memory.ts'
import { numberParts } from './run-parts.ts'
import { type Before, findUnchangedRun, type PublishedRun, publishRun, readCurrent } from './run-publish.ts'
import { type SettledQueries, settleSiteQueries } from './run-site-queries.ts'
import { takeTransfer } from './run-transfer.ts'
import { type Artefact, findArtefact, findSetting, recordSettings } from './store/artefacts.ts'
import { type Actor, type Ambience, findEventHash } from './store/chain.ts'
import type { HeldTransfers } from './store/held.ts'
import {
  countStudy,
  findOtherTerminology,
  hasDecisions,
  hasMainTerminology,
  listTerminologiesBeside,
  type StudyCounts,
} from './store/queue.ts'
import { countRedacted, findMasks, type RedactedCounts } from './store/redactions.ts'
import { findSignature, type Signature } from './store/signatures.ts'
import type { FileCounts } from './store/staged-file.ts'
import type { Movement } from './store/staging.ts'
import { lockStudy, type Store, toStoreError } from './store/store.ts'
import { openStudyStore, type Study, toConfigArtefact, toShortPath } from './study.ts'

export interface RunOptions {
  /** The folder of the transfer; study.json's `input` when left out. */
  readonly input?: string
  /** The files of that folder that are the transfer, by their names below it; all of them when left out. */
  readonly only?: readonly string[]
  /** ISO 8601 date or time that the export speaks for. */
  readonly asOf?: string
  readonly accept?: readonly Acceptable[]
  readonly actor: Actor
  readonly ambience: Ambience
  readonly onProgress?: (progress: Progress) => void
  readonly askPassword?: AskPassword
  /** Dictionaries, lexicon and list files, where they are open already: who runs again and again reads them once. */
  readonly kits?: CodingKits
}

/** Where a run is. `done` of `total` bytes while reading, of groups while coding, of rows while writing. */
export interface Progress {
  readonly stage: 'reading' | 'coding' | 'writing'
  readonly done: number
  readonly total: number | null
}

export interface TransferReport {
  readonly asOf: string
  readonly asOfFrom: 'option' | 'file' | 'name' | 'clock' | 'earlier'
  /** Whether the very same transfer was taken in before: nothing moved then. */
  readonly isRepeat: boolean
  readonly input: string
  readonly files: readonly (FileCounts & {
    readonly source: string
    readonly name: string
    readonly sha256: string
    readonly bytes: number
    readonly encoding: string
  })[]
  readonly movement: Movement
  /** How its keys compare with the last transfer's, source by source; of a repeat nothing. */
  readonly keys: readonly SourceKeys[]
  /** In what it is made otherwise than the last one. */
  readonly structure: readonly StructureChange[]
  /** Reasons that keep the transfer from becoming current, each with its count; empty when it became current. */
  readonly refusedFor: readonly { readonly reason: string; readonly count: number }[]
}

export interface RunReport {
  /** `held`: the study is signed off; the transfer was taken in, and waits for the study to be unlocked. */
  readonly status: 'complete' | 'incomplete' | 'unchanged' | 'held'
  readonly study: string
  readonly transfer: TransferReport
  /** Site queries that the transfer closed, by what it did to their occurrences. */
  readonly siteQueries: SettledQueries
  readonly autocoded: AutocodeTally
  /** Occurrences whose sex, age or date contradicts their group's code. */
  readonly context: ContextTally
  /** Codes that stand although lists or engine say something else by now. */
  readonly disagreements: { readonly count: number; readonly examples: readonly Disagreement[] }
  /** Approved synonyms that code nothing: the dictionary in force does not let their codes be assigned. */
  readonly leftOut: readonly { readonly verbatim: string; readonly scope: ListScope; readonly term: PathNode }[]
  readonly counts: StudyCounts
  /** Terms with hidden words that the data still hold. */
  readonly redacted: RedactedCounts
  /** The dataset's run; of one without a dataset (incomplete, held) its own account of the transfer. */
  readonly run: PublishedRun
  /** The signature in force, and what came after it. */
  readonly signature: Signature | null
  readonly held: HeldTransfers | null
}

/**
 * Runs a study: takes the transfer in, codes what is new, writes the dataset.
 * Killed anywhere, the old state stands whole, and a re-run finishes the work once.
 * @returns what happened; `incomplete` when rows were refused, `held` when the study is signed off: no new dataset then
 * @throws AecoderError for input, configuration, dictionary or store that cannot be trusted
 */
export async function runStudy(study: Study, given: RunOptions): Promise<RunReport> {
  const keepMemorySmall = toMemoryKeeper()
  const options: RunOptions = {
    ...given,
    onProgress(progress) {
      keepMemorySmall()
      given.onProgress?.(progress)
    },
  }
  const opened = options.kits ?? (await openCodingKits(study, options))
  const store = await openStudyStore(study, options.ambience)
  try {
    const unlock = lockStudy(store, study.id)
    try {
      const kits = await withApprovedEntries(study, { kits: opened, store })
      const before = await checkStoreKnowsRun(store, study)
      await checkDictionariesInForce(store, study, kits)
      await recordSettings(store, study.id, {
        artefacts: listSettings(study, kits),
        actor: options.actor,
        approval: study.config.approval,
      })
      const signature = await findSignature(store.db, study.id)
      if (signature) return await toReport(await runSignedOff(study, { ...options, store, kits, signature, before }))
      await settleSiteQueries(study, { store })
      // A run that was killed after its commit left these to this one, and one that was held: their time is still that transfer's.
      const leftOver = await autocodeStudy(study, { ...options, store, kits, isLeftOver: true })
      const earlier = await checkContexts(study, { store, kits })
      const transfer = await takeTransfer(study, { ...options, store, kits })
      if (transfer.refusedFor.length > 0)
        return await toReport({
          status: 'incomplete',
          study,
          store,
          kits,
          transfer,
          autocoded: leftOver,
          context: earlier.tally,
          run: await publishRun(study, { ...options, store, kits, before, incomplete: transfer }),
        })
      const siteQueries = await settleSiteQueries(study, { store })
      const autocoded = addOutcomes(leftOver, await autocodeStudy(study, { ...options, store, kits }))
      const after = await checkContexts(study, { store, kits })
      const context = addTallies(earlier.tally, after.tally)
      const disagreements = await findDisagreements(study, { store, kits })
      const unchanged = await findUnchangedRun(study, store)
      if (unchanged)
        return await toReport({
          status: 'unchanged',
          study,
          store,
          kits,
          transfer,
          siteQueries,
          autocoded,
          context,
          disagreements,
          run: unchanged,
        })
      const head = await numberParts(study, { store, head: after.head })
      return await toReport({
        status: 'complete',
        study,
        store,
        kits,
        transfer,
        siteQueries,
        autocoded,
        context,
        disagreements,
        run: await publishRun(study, { ...options, store, kits, before, head }),
      })
    } finally {
      unlock()
    }
  } catch (error) {
    throw toStoreError(error, toShortPath(study.paths.store))
  } finally {
    await store.close()
  }
}

/** What a run did, before the study is counted. */
export type RunFacts = { readonly study: Study; readonly store: Store; readonly kits: CodingKits } & Pick<
  RunReport,
  'status' | 'transfer' | 'run'
> &
  Partial<Pick<RunReport, 'siteQueries' | 'autocoded' | 'context' | 'disagreements' | 'signature' | 'held'>>

async function toReport({ study, store, kits, status, ...facts }: RunFacts): Promise<RunReport> {
  const masks = await findMasks(store, study.id)
  const leftOut = kits.all.flatMap((kit) =>
    kit.leftOut.flatMap(({ entry: { verbatim, path }, scope }) => {
      const term = path.at(-1)
      return term === undefined ? [] : [{ verbatim: masks.toShown(verbatim), scope, term }]
    }),
  )
  return {
    status,
    study: study.id,
    leftOut,
    counts: await countStudy(store, study.id),
    redacted: await countRedacted(store, study.id),
    siteQueries: { changed: 0, withdrawn: 0, rekeyed: 0 },
    autocoded: {},
    context: { conflicts: 0, cleared: 0 },
    disagreements: { count: 0, examples: [] },
    signature: null,
    held: null,
    ...facts,
  }
}

/** What decisions of a study rest on, with the place each is in force for. */
export function listSettings(study: Study, kits: CodingKits): Artefact[] {
  const placed = kits.all.flatMap(({ artefacts, places }) =>
    places.flatMap((place) => artefacts.map((artefact) => ({ ...artefact, place }))),
  )
  return [...placed, toConfigArtefact(study)]
}

/**
 * A form is coded in one release of a dictionary. Another one would mix two in one dataset, so it waits for up-versioning.
 * @throws AecoderError DICTIONARY_MISMATCH
 */
export async function checkDictionariesInForce(store: Store, study: Study, kits: CodingKits): Promise<void> {
  if (!(await hasDecisions(store.db, study.id))) return // a first run that failed binds nobody
  for (const { dictionary, places, role, domains } of kits.all) {
    const { name, version, sha256 } = dictionary.ref
    const refuse = (where: string, expected: string) => {
      throw new AecoderError('DICTIONARY_MISMATCH', {
        where: `${study.id}: ${where}`,
        found: `${name} ${version} (sha256 ${sha256.slice(0, 12)}…)`,
        expected,
        action: 'Point study.json at that release: a coded study does not change its dictionary silently',
      })
    }
    for (const place of places) {
      const own = await findSetting(store, study.id, 'dictionary', place)
      const { domain, field } = place
      let isKnown: boolean
      if (role === 'main') isKnown = await hasMainTerminology(store, study.id, { domain, terminology: name })
      else {
        // Its columns and decisions go by id and name: a study that was coded keeps both.
        const besides = await listTerminologiesBeside(store, study.id, domain)
        isKnown = besides.includes(name)
        const former = besides.find((terminology) => !kits.all.some((kit) => kit.dictionary.ref.name === terminology))
        const what = `${domain} dictionary ${field}`
        if (isKnown && own === undefined) refuse(what, `the id that ${name} had before`)
        if (!isKnown && own !== undefined && former !== undefined)
          refuse(what, `the name that ${field} had before: ${former}`)
      }
      // Where the study's main dictionary is bound to a domain of its own, what is coded in it stays held to its release.
      const inForce = own ?? (isKnown ? await findSetting(store, study.id, 'dictionary') : undefined)
      if (inForce === undefined || inForce === sha256) continue
      const artefact = await findArtefact(store, { kind: 'dictionary', sha256: inForce })
      refuse(
        [place.domain, 'dictionary', place.field].filter((word) => word !== '').join(' '),
        `the ${artefact?.name} ${artefact?.version} the study is coded in (sha256 ${inForce.slice(0, 12)}…)`,
      )
    }
    if (role === 'beside') continue
    for (const domain of domains) {
      const other = await findOtherTerminology(store, study.id, { domain, terminology: name })
      if (other !== undefined) refuse(`${domain} dictionary`, `the ${other} that ${domain} is coded in`)
    }
  }
}

/**
 * The published run must be one that this store vouches for: else the store is an older copy, or two studies share an
 * output folder, and going on would lose decisions or give sequence numbers a second time.
 * @returns what current.json was at this moment, for the swap at the end
 * @throws AecoderError STORE_OLDER
 */
export async function checkStoreKnowsRun(store: Store, study: Study): Promise<Before> {
  const { run: current, seen } = await readCurrent(study)
  if (current.state !== 'whole') return { seen }
  const { runId, audit, study: owner } = current.manifest
  const where = toShortPath(study.paths.output)
  if (owner.id !== study.id)
    throw new AecoderError('STORE_OLDER', {
      where,
      found: `the current run ${runId} is of another study, ${owner.id}`,
      expected: `runs of ${study.id} only`,
      action: 'Give each study an "output" folder of its own',
    })
  if (audit.seq === 0 || (await findEventHash(store.db, study.id, audit.seq)) === audit.hash) return { seen }
  throw new AecoderError('STORE_OLDER', {
    where: toShortPath(study.paths.store),
    found: `it does not know event ${audit.seq} that run ${runId} was written from: it is an older copy, or another store`,
    expected: 'the store that published the current run',
    action: `Bring that store back; to go on without what it held, move ${where} away first`,
  })
}

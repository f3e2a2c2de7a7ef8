/** A study opened for the work of people: its store, its dictionaries and lists, and the settings that acts rest on. */
import { AecoderError } from '../schemas/errors.ts'
import { Aside } from './aside.ts'
import { autocode } from './autocode/autocode.ts'
import type { AskPassword, CodingKits } from './coding-kits.ts'
import { openCodingKits, withApprovedEntries } from './coding-kits.ts'
import { listListOwners } from './kit-lists.ts'
import { ReviewQueue } from './review-queue.ts'
import { checkDictionariesInForce, listSettings } from './run.ts'
import { findSettingsSeq, recordSettings } from './store/artefacts.ts'
import type { Actor, Ambience } from './store/chain.ts'
import { findListsMark } from './store/lists.ts'
import { checkNotSigned } from './store/signatures.ts'
import { registerStudy, type Store } from './store/store.ts'
import { openStudyStore, type Study, toShortPath } from './study.ts'

/** A desk is what a person works at: every act of the workbench is given one. */
export interface Desk {
  readonly study: Study
  readonly store: Store
  /** Of this moment: a list that changes brings new ones. */
  readonly kits: CodingKits
  /** Every term of the study as people work on it. */
  readonly queue: ReviewQueue
  /** Reads that take long, beside the work of the others. */
  readonly aside: Aside
  /** Reads the lists anew, after an entry of one was approved or retired; dictionaries and matcher stay open. */
  reopenKits(): Promise<void>
  /** The same where anybody, perhaps in another process, approved or retired one since; else nothing. Cheap: one look at an index. */
  refreshKits(): Promise<void>
  /** Reads the queue and makes the dictionaries' indexes, so that the first person does not wait for them. */
  warm(): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a study for people's work.
 * @param options `store`: one that is open already and knows the study; it stays open when the desk is closed
 * @throws AecoderError for a dictionary or store that cannot be trusted
 */
export async function openDesk(
  study: Study,
  options: { ambience: Ambience; askPassword?: AskPassword; store?: Store },
): Promise<Desk> {
  const store = options.store ?? (await openStudyStore(study, options.ambience))
  const aside = new Aside(study)
  // Two connections of one process would wait for one another for ever: one that is shared stays open.
  const close = async () => {
    await aside.close()
    if (options.store === undefined) await store.close()
  }
  try {
    const owners = listListOwners(study).map(({ owner }) => owner)
    // Before the kits are read: what is approved meanwhile is then found to be missing, not taken for read.
    let mark = await findListsMark(store, owners)
    let kits = await openCodingKits(study, { ...options, store })
    await checkDictionariesInForce(store, study, kits)
    const queue = new ReviewQueue(store, study.id)
    const reopenKits = async () => {
      const now = await findListsMark(store, owners)
      kits = await withApprovedEntries(study, { kits, store })
      mark = now
    }
    return {
      study,
      store,
      queue,
      aside,
      async warm() {
        await queue.list({})
        await queue.list({ view: 'to-approve' })
        await queue.count({})
        for (const kit of kits.all) autocode('a first text', kit)
      },
      get kits() {
        return kits
      },
      reopenKits,
      async refreshKits() {
        if ((await findListsMark(store, owners)) !== mark) await reopenKits()
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Desks of several studies over one store, as a server holds them. */
export interface Desks {
  /** By study id. */
  readonly desks: ReadonlyMap<string, Desk>
  readonly store: Store
  close(): Promise<void>
}

/**
 * Opens studies that share a store: one connection for all, so that nobody in the process waits for another connection of it.
 * @throws AecoderError USAGE for studies of several stores or one study given twice, and what `openDesk` throws
 */
export async function openDesks(
  studies: readonly Study[],
  options: { ambience: Ambience; askPassword?: AskPassword },
): Promise<Desks> {
  const [first] = studies
  if (first === undefined)
    throw new AecoderError('USAGE', { where: '--study', found: 'no study', expected: 'one or more' })
  for (const [index, { id, paths, configPath }] of studies.entries()) {
    const where = toShortPath(configPath)
    if (paths.store !== first.paths.store)
      throw new AecoderError('USAGE', {
        where,
        found: `its store is ${toShortPath(paths.store)}`,
        expected: `that of the other studies, ${toShortPath(first.paths.store)}: accounts and sign-offs are kept there`,
        action: 'Serve it by a workbench of its own, on another --port',
      })
    if (studies.findIndex((study) => study.id === id) < index)
      throw new AecoderError('USAGE', { where, found: `the study ${id} a second time`, expected: 'each once' })
  }
  const store = await openStudyStore(first, options.ambience)
  try {
    const desks = new Map<string, Desk>()
    for (const study of studies) {
      const { protocol, environment } = study.config.study
      await registerStudy(store, { id: study.id, protocol, environment })
      desks.set(study.id, await openDesk(study, { ...options, store }))
    }
    const close = async () => {
      for (const desk of desks.values()) await desk.close()
      await store.close()
    }
    return { desks, store, close }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Kits whose settings are on record, with the event that put them there: they are asked about before every act. */
const settled = new WeakMap<CodingKits, number>()

/**
 * Puts what an act rests on, the approval policy too, into the chain before the act; nothing where it is there already.
 * @throws AecoderError DICTIONARY_MISMATCH; STUDY_SIGNED_OFF, where no such act comes after it
 */
export async function settle(
  study: Study,
  { store, kits, actor }: { store: Store; kits: CodingKits; actor: Actor },
): Promise<void> {
  await checkNotSigned(store.db, study.id)
  const known = settled.get(kits)
  if (known !== undefined && known === (await findSettingsSeq(store, study.id))) return
  await checkDictionariesInForce(store, study, kits)
  const settings = listSettings(study, kits)
  await recordSettings(store, study.id, { artefacts: settings, actor, approval: study.config.approval })
  settled.set(kits, await findSettingsSeq(store, study.id))
}

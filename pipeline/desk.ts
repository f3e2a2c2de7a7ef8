/** A study opened for the work of people: its store, its dictionaries and lists, and the settings that acts rest on. */
import type { AskPassword, CodingKits } from './coding-kits.ts'
import { openCodingKits } from './coding-kits.ts'
import { ReviewQueue } from './review-queue.ts'
import { checkDictionariesInForce, listSettings } from './run.ts'
import { findSettingsSeq, recordSettings } from './store/artefacts.ts'
import type { Actor, Ambience } from './store/chain.ts'
import type { Store } from './store/store.ts'
import { openStudyStore, type Study } from './study.ts'

/** A desk is what a person works at: every act of the workbench is given one. */
export interface Desk {
  readonly study: Study
  readonly store: Store
  /** Of this moment: a list that changes brings new ones. */
  readonly kits: CodingKits
  /** Every term of the study as people work on it. */
  readonly queue: ReviewQueue
  /** Opens dictionaries and lists anew, after an entry of a list was approved or retired. */
  reopenKits(): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a study for people's work.
 * @throws AecoderError for a dictionary or store that cannot be trusted
 */
export async function openDesk(
  study: Study,
  options: { ambience: Ambience; askPassword?: AskPassword },
): Promise<Desk> {
  const store = await openStudyStore(study, options.ambience)
  try {
    let kits = await openCodingKits(study, options)
    await checkDictionariesInForce(store, study, kits)
    return {
      study,
      store,
      queue: new ReviewQueue(store, study.id),
      get kits() {
        return kits
      },
      async reopenKits() {
        kits = await openCodingKits(study, options)
      },
      close: () => store.close(),
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Kits whose settings are on record, with the event that put them there: they are asked about before every act. */
const settled = new WeakMap<CodingKits, number>()

/**
 * Puts what an act rests on, the approval policy too, into the chain before the act; nothing where it is there already.
 * @throws AecoderError DICTIONARY_MISMATCH
 */
export async function settle(
  study: Study,
  { store, kits, actor }: { store: Store; kits: CodingKits; actor: Actor },
): Promise<void> {
  const known = settled.get(kits)
  if (known !== undefined && known === (await findSettingsSeq(store, study.id))) return
  await checkDictionariesInForce(store, study, kits)
  const settings = listSettings(study, kits)
  await recordSettings(store, study.id, { artefacts: settings, actor, approval: study.config.approval })
  settled.set(kits, await findSettingsSeq(store, study.id))
}

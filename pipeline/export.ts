/** Writing the dataset anew from what is decided, without a transfer. */
import { AecoderError } from '../schemas/errors.ts'
import { openCodingKits, withApprovedEntries } from './coding-kits.ts'
import type { RunOptions } from './run.ts'
import { checkDictionariesInForce, checkStoreKnowsRun, listSettings } from './run.ts'
import { checkContexts } from './run-context.ts'
import { numberParts } from './run-parts.ts'
import {
  findUnchangedRun,
  type PublishedRun,
  publishRun,
  publishSigned,
  readCurrentRun,
  toColumnsBefore,
} from './run-publish.ts'
import { recordSettings } from './store/artefacts.ts'
import { findCommitted } from './store/current.ts'
import { findSignature } from './store/signatures.ts'
import { lockStudy } from './store/store.ts'
import { openStudyStore, type Study } from './study.ts'

/**
 * Publishes a run with the decisions made since the last one; of a study that is signed off just what was signed.
 * @returns the run, and whether anything had changed
 * @throws AecoderError NO_INPUT before the first transfer
 */
export async function exportStudy(
  study: Study,
  options: Pick<RunOptions, 'actor' | 'ambience' | 'onProgress' | 'askPassword' | 'kits'>,
): Promise<{ run: PublishedRun; isUnchanged: boolean }> {
  const opened = options.kits ?? (await openCodingKits(study, options))
  const store = await openStudyStore(study, options.ambience)
  try {
    const unlock = lockStudy(store, study.id)
    try {
      const kits = await withApprovedEntries(study, { kits: opened, store })
      if (!(await findCommitted(store.db, study.id)))
        throw new AecoderError('NO_INPUT', {
          where: study.id,
          found: 'no transfer was taken in yet',
          action: 'Run the study first: aecoder run',
        })
      const before = await checkStoreKnowsRun(store, study)
      await checkDictionariesInForce(store, study, kits)
      const signature = await findSignature(store.db, study.id)
      if (signature) return await publishSigned(study, { ...options, store, kits, before, signature })
      const { actor } = options
      await recordSettings(store, study.id, {
        artefacts: listSettings(study, kits),
        actor,
        approval: study.config.approval,
      })
      // What people coded since the last run is held against each subject before it enters a dataset.
      const { head: checked } = await checkContexts(study, { store, kits })
      const unchanged = await findUnchangedRun(study, store)
      if (unchanged) return { run: unchanged, isUnchanged: true }
      const head = await numberParts(study, { store, head: checked })
      const asBefore = toColumnsBefore(await readCurrentRun(study))
      return {
        run: await publishRun(study, { ...options, store, kits, before, head, ...asBefore }),
        isUnchanged: false,
      }
    } finally {
      unlock()
    }
  } finally {
    await store.close()
  }
}

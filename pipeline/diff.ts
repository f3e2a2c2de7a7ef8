/** What a run would do, before it happens: the very run, on a copy of the store and beside the output. */
import { join } from 'node:path'
import { AecoderError } from '../schemas/errors.ts'
import { CODED_OUTCOMES, type CodedOutcome, type Outcome } from '../schemas/outcomes.ts'
import { type RunOptions, type RunReport, runStudy } from './run.ts'
import { MOVEMENT_FILE } from './run-moves.ts'
import { copyCurrentPointer } from './run-publish.ts'
import { openFolder } from './storage/folder.ts'
import { copyStore, openScratch } from './store/scratch.ts'
import { type Study, toShortPath } from './study.ts'

/** The report of the run that was not made. */
export interface DiffReport extends Omit<RunReport, 'run'> {
  readonly moved: RunReport['run']['moved']
  /** Term groups that would be coded by the machine, and that would wait for a person. */
  readonly terms: { readonly coded: number; readonly queued: number }
}

/**
 * Runs a study on a copy of its store. Store, output and input stay as they are, and others may work in them meanwhile.
 * @param options.onMovement is given the bytes of `movement.csv`: all that would move; not called where nothing would
 * @throws AecoderError what a run throws
 */
export async function diffStudy(
  study: Study,
  { onMovement, ...options }: RunOptions & { onMovement?: (bytes: AsyncIterable<Uint8Array>) => Promise<void> },
): Promise<DiffReport> {
  const scratch = await openScratch()
  const paths = { ...study.paths, store: join(scratch.folder, 'aecoder.db'), output: join(scratch.folder, 'out') }
  try {
    // The run is held against the one that is current; of that nothing else is needed. It is looked up before the store is
    // copied: of a run that ends meanwhile the store may know, and nothing may lead to one that the copy does not know.
    await copyCurrentPointer(study, openFolder(paths.output))
    await copyStore(study.paths.store, paths.store)
    const { run, ...report } = await runStudy({ ...study, paths }, options)
    const written = openFolder(run.folder)
    if (onMovement !== undefined && run.moved !== null) await onMovement(written.read(MOVEMENT_FILE))
    return { ...report, moved: run.moved, terms: countTerms(report.autocoded) }
  } catch (error) {
    throw toOwnPlaces(error, { copied: paths, own: study.paths })
  } finally {
    await scratch.close()
  }
}

/** What is wrong with a copy is wrong with what was copied, and is told of that; but that a copy cannot be written. */
function toOwnPlaces(error: unknown, { copied, own }: { copied: Study['paths']; own: Study['paths'] }): unknown {
  if (!(error instanceof AecoderError) || error.code === 'WRITE_FAILED') return error
  const toOwn = (text: string) =>
    (['store', 'output'] as const).reduce(
      (told, name) => told.replaceAll(toShortPath(copied[name]), toShortPath(own[name])),
      text,
    )
  const { where, found, expected, action } = error.facts
  return new AecoderError(
    error.code,
    {
      where: toOwn(where),
      found: toOwn(found),
      ...(expected === undefined ? {} : { expected: toOwn(expected) }),
      ...(action === undefined ? {} : { action: toOwn(action) }),
    },
    error,
  )
}

/** Of the terms that autocoding decides: those it codes, and those it leaves to people. */
export function countTerms(autocoded: { readonly [outcome in Outcome]?: number }): { coded: number; queued: number } {
  const isCoded = (outcome: string) => CODED_OUTCOMES.includes(outcome as CodedOutcome)
  const sum = (of: (outcome: string) => boolean) =>
    Object.entries(autocoded).reduce((total, [outcome, count]) => (of(outcome) ? total + (count ?? 0) : total), 0)
  return { coded: sum(isCoded), queued: sum((outcome) => !isCoded(outcome)) }
}

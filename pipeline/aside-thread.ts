/** A thread of the long reads (aside.ts): opens the study's store to read, and answers one question after the other. */
import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { AecoderError } from '../schemas/errors.ts'
import type { AsideAnswer, AsideQuestion } from './aside.ts'
import { previewVerdicts } from './judge-many.ts'
import { listSince, writeSheet } from './review-sheet.ts'
import { readSignOffState } from './sign-off.ts'
import { openStoreToRead, type Store } from './store/store.ts'
import type { Study } from './study.ts'

const READS = {
  listSince,
  writeSheet,
  previewVerdicts,
  readSignOffState: (study: Study, { store }: { store: Store }) => readSignOffState(store, study),
}
export type Reads = typeof READS

/** As `nice` counts: others' requests go first where the processors are taken. */
const LOW_PRIORITY = 10

const study = workerData as Study
standBack()
let opened: Promise<Store> | undefined

parentPort?.on('message', (question: AsideQuestion) => {
  void answer(question).then((message) => parentPort?.postMessage(message))
})

async function answer({ no, name, asked }: AsideQuestion): Promise<AsideAnswer> {
  try {
    opened ??= openStoreToRead({ path: study.paths.store, ambience: NO_AMBIENCE })
    const store = await opened
    const read = READS[name] as (study: Study, options: object) => Promise<unknown>
    return { no, answer: await read(study, { ...asked, store }) }
  } catch (error) {
    if (error instanceof AecoderError) return { no, refusal: { code: error.code, facts: error.facts } }
    return { no, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

/** Who only reads needs neither clock nor salt. */
const NO_AMBIENCE = {
  now: (): string => {
    throw new Error('a read asks no clock')
  },
  salt: (): string => {
    throw new Error('a read makes no salt')
  },
}

/** Has this thread alone yield to the others; where threads have no priorities of their own it stays as it is. */
function standBack(): void {
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), LOW_PRIORITY)
  } catch {
    // Not Linux: the reads are aside all the same.
  }
}

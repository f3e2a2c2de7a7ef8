/**
 * Long reads beside the work: a thread with a connection of its own, so that the sheet or review of one person makes
 * nobody else wait. Knows which reads are long; knows nothing of what they say.
 */
import { Worker } from 'node:worker_threads'
import { AecoderError, type ErrorCode, type ErrorFacts } from '../schemas/errors.ts'
import type { Reads } from './aside-thread.ts'
import type { Study } from './study.ts'

/** What a read asks for, without the store: the thread has its own. */
export type Asked<N extends keyof Reads> = Omit<Parameters<Reads[N]>[1], 'store'>
export type Answered<N extends keyof Reads> = Awaited<ReturnType<Reads[N]>>

/** What the thread is sent and sends back. */
export interface AsideQuestion {
  readonly no: number
  readonly name: keyof Reads
  readonly asked: object
}
export type AsideAnswer =
  | { readonly no: number; readonly answer: unknown }
  | { readonly no: number; readonly refusal: { readonly code: ErrorCode; readonly facts: ErrorFacts } }
  | { readonly no: number; readonly fault: string }

interface Waiting {
  readonly resolve: (answer: never) => void
  readonly reject: (error: unknown) => void
}

export class Aside {
  readonly #study: Study
  #thread: Worker | undefined
  readonly #waiting = new Map<number, Waiting>()
  #no = 0

  constructor(study: Study) {
    this.#study = study
  }

  /** Asks in the thread, which is made with the first question. @throws what the read throws */
  read<N extends keyof Reads>(name: N, asked: Asked<N>): Promise<Answered<N>> {
    this.#thread ??= this.#open()
    const question: AsideQuestion = { no: ++this.#no, name, asked }
    const answer = new Promise<Answered<N>>((resolve, reject) => this.#waiting.set(question.no, { resolve, reject }))
    this.#thread.postMessage(question)
    return answer
  }

  async close(): Promise<void> {
    await this.#thread?.terminate()
  }

  #open(): Worker {
    const name = import.meta.url.endsWith('.ts') ? './aside-thread.ts' : './aside-thread.js'
    const thread = new Worker(new URL(name, import.meta.url), { workerData: this.#study })
    thread.unref() // nobody who is done waits for it
    thread.on('message', (message: AsideAnswer) => {
      const waiting = this.#waiting.get(message.no)
      this.#waiting.delete(message.no)
      if ('answer' in message) waiting?.resolve(message.answer as never)
      else if ('refusal' in message) waiting?.reject(new AecoderError(message.refusal.code, message.refusal.facts))
      else waiting?.reject(new Error(message.fault))
    })
    // A thread that is gone is made anew by the next question.
    const end = (error?: unknown) => {
      if (this.#thread !== thread) return
      this.#thread = undefined
      for (const { reject } of this.#waiting.values()) reject(error ?? new Error('the thread of long reads has ended'))
      this.#waiting.clear()
    }
    thread.on('error', end)
    thread.on('exit', () => end())
    return thread
  }
}

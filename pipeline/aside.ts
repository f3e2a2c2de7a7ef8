/**
 * Long reads beside the work: threads with connections of their own, so that the sheet or review of one person makes
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

/** A sheet holds everything that waits: whoever looks at a page meanwhile does not stand behind it. */
const ON_ITS_OWN: ReadonlySet<keyof Reads> = new Set(['writeSheet'])

export class Aside {
  readonly #pages: ReadThread
  readonly #sheets: ReadThread

  constructor(study: Study) {
    this.#pages = new ReadThread(study)
    this.#sheets = new ReadThread(study)
  }

  /** Asks in a thread, which is made with its first question. @throws what the read throws */
  read<N extends keyof Reads>(name: N, asked: Asked<N>): Promise<Answered<N>> {
    return (ON_ITS_OWN.has(name) ? this.#sheets : this.#pages).read(name, asked)
  }

  async close(): Promise<void> {
    await Promise.all([this.#pages.close(), this.#sheets.close()])
  }
}

/** One thread: answers one question after the other. */
class ReadThread {
  readonly #study: Study
  #thread: Worker | undefined
  readonly #waiting = new Map<number, Waiting>()
  #no = 0

  constructor(study: Study) {
    this.#study = study
  }

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

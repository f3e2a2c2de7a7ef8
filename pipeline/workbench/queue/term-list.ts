/**
 * A long list of terms of which only what is looked at is fetched, in windows of rows. Terms that were dealt with here stay
 * where they stood until the list is asked anew, so that nothing jumps under the reader. Knows no view.
 */
import type { Queue, TermRow } from '../../../schemas/api/terms.ts'
import { isAborted } from '../shell/api.ts'

const WINDOW = 100
const KEPT_WINDOWS = 120

export interface ListSource {
  load(range: { readonly offset: number; readonly limit: number }, signal: AbortSignal): Promise<Queue>
  /** Whether the filter that the list was asked with no longer holds for a row. */
  hasLeft(row: TermRow): boolean
}

export class TermList {
  readonly #source: ListSource
  readonly #windows = new Map<number, readonly TermRow[]>()
  readonly #asked = new Map<number, { readonly abort: AbortController; readonly done: Promise<void> }>()
  /** Terms that the server no longer counts, by their place here. */
  readonly #left = new Map<string, number>()
  readonly #watchers = new Set<() => void>()
  #total: number | undefined
  /** The total stands, but the places may not: whatever comes is taken. */
  #isStale: boolean = false
  #fault: unknown
  #range: readonly [number, number] = [0, 0]
  #isClosed: boolean = false

  constructor(source: ListSource) {
    this.#source = source
  }

  /** Undefined until the first answer. */
  get total(): number | undefined {
    return this.#total
  }
  /** How many of them still wait. */
  get remaining(): number | undefined {
    return this.#total === undefined ? undefined : this.#total - this.#left.size
  }
  get fault(): unknown {
    return this.#fault
  }

  at(index: number): TermRow | undefined {
    return this.#windows.get(Math.floor(index / WINDOW))?.[index % WINDOW]
  }

  /** -1 for a term that is not among the rows at hand. */
  indexOf(id: string): number {
    for (const [number, rows] of this.#windows) {
      const i = rows.findIndex((row) => row.id === id)
      if (i !== -1) return number * WINDOW + i
    }
    return -1
  }

  hasLeft(id: string): boolean {
    return this.#left.has(id)
  }

  /** Fetches what is missing of the rows from `first` to before `end`, and drops what was asked for and is no longer looked at. */
  show(first: number, end: number): void {
    this.#range = [first, end]
    const from = Math.floor(Math.max(0, first) / WINDOW)
    const to = Math.floor(Math.max(0, end - 1) / WINDOW)
    for (const [number, { abort }] of this.#asked)
      if (number < from || number > to) {
        abort.abort()
        this.#asked.delete(number)
      }
    for (let number = from; number <= to; number += 1) void this.#fetch(number)
  }

  /** The row at a place, fetched if need be. */
  async find(index: number): Promise<TermRow | undefined> {
    if (this.#total !== undefined && (index < 0 || index >= this.#total)) return undefined
    if (this.at(index) === undefined) await this.#fetch(Math.floor(index / WINDOW))
    return this.at(index)
  }

  /** A term is not what it was: its row is shown as it is now, where it stands. */
  put(row: TermRow): void {
    const index = this.indexOf(row.id)
    if (index === -1) return
    const number = Math.floor(index / WINDOW)
    const rows = this.#windows.get(number) ?? []
    this.#windows.set(number, rows.with(index % WINDOW, row))
    if (this.#source.hasLeft(row)) this.#left.set(row.id, index)
    else this.#left.delete(row.id)
    this.#tell()
  }

  /** Asks anew for what is looked at. */
  renew(): void {
    this.#forget()
    const [first, end] = this.#range
    this.show(first, Math.max(end, first + 1))
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  close(): void {
    this.#isClosed = true
    for (const { abort } of this.#asked.values()) abort.abort()
    this.#asked.clear()
  }

  async #fetch(number: number): Promise<void> {
    const asked = this.#asked.get(number)
    if (asked !== undefined) return asked.done
    if (this.#isClosed || this.#windows.has(number)) return
    if (this.#total !== undefined && number * WINDOW >= this.#total && number > 0) return
    const abort = new AbortController()
    const done = this.#load(number, abort)
    this.#asked.set(number, { abort, done })
    await done
  }

  async #load(number: number, { signal }: AbortController): Promise<void> {
    const start = number * WINDOW
    const leftBefore = [...this.#left.values()].filter((index) => index < start).length
    try {
      const { total, rows } = await this.#source.load({ offset: start - leftBefore, limit: WINDOW }, signal)
      if (signal.aborted) return
      this.#asked.delete(number)
      this.#fault = undefined
      if (!this.#isStale && this.#total !== undefined && total + this.#left.size !== this.#total) {
        // Others worked meanwhile: places no longer fit what is at hand.
        this.#total = total
        this.renew()
        return
      }
      this.#isStale = false
      this.#total = total + this.#left.size
      this.#windows.set(number, rows)
      this.#spare()
    } catch (error) {
      if (isAborted(error) || signal.aborted) return
      this.#asked.delete(number)
      this.#fault = error
    }
    this.#tell()
  }

  #forget(): void {
    for (const { abort } of this.#asked.values()) abort.abort()
    this.#asked.clear()
    this.#windows.clear()
    this.#left.clear()
    this.#isStale = true
  }

  /** Keeps memory small; windows with terms that were dealt with stay, since their places count. */
  #spare(): void {
    if (this.#windows.size <= KEPT_WINDOWS) return
    const held = new Set([...this.#left.values()].map((index) => Math.floor(index / WINDOW)))
    const [first, end] = this.#range
    for (const number of this.#windows.keys()) {
      const isShown = number >= Math.floor(first / WINDOW) && number <= Math.floor(end / WINDOW)
      if (held.has(number) || isShown) continue
      this.#windows.delete(number)
      if (this.#windows.size <= KEPT_WINDOWS) return
    }
  }

  #tell(): void {
    if (!this.#isClosed) for (const watcher of this.#watchers) watcher()
  }
}

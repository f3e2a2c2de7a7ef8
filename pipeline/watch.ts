/**
 * Watching an inbox: what arrives is taken in by a run of its own once it is whole, the oldest first, and moved away.
 * It looks by listing, for neither network shares nor buckets tell of what arrives.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { AecoderError } from '../schemas/errors.ts'
import type { Acceptable } from '../schemas/outcomes.ts'
import type { AskPassword } from './coding-kits.ts'
import { type RunReport, runStudy } from './run.ts'
import { findAsOf, type TransferPlace, wasTakenIn } from './run-transfer.ts'
import { joinPlace } from './storage/place.ts'
import type { Actor, Ambience } from './store/chain.ts'
import { lockWatch } from './store/store.ts'
import { openPlace, openStudy, openStudyStore, type Study, toShortPath } from './study.ts'
import { type Arrival, type ArrivalRules, isOfAny, type Settling, viewInbox } from './watch-arrivals.ts'
import { checkInbox, finishMoves, listQuarantined, moveAway, toWatchPlaces, type WatchPlaces } from './watch-places.ts'
import { findRefusal, type Refusal, toLogged, toRefusal } from './watch-refusal.ts'

export interface WatchOptions {
  /** The folder or prefix where transfers arrive. */
  readonly inbox: string
  /** Where those go that were taken in, and those that were refused; beside the inbox when left out. */
  readonly done?: string
  readonly quarantine?: string
  /** Milliseconds between two looks. */
  readonly every: number
  readonly settle: ArrivalRules['settle']
  readonly markers: ArrivalRules['markers']
  /** Whether to end when nothing is left that is whole. */
  readonly isOnce: boolean
  readonly accept?: readonly Acceptable[]
  /** Who runs each transfer: asked anew, for a login may end. */
  readonly findActor: (study: Study) => Promise<Actor>
  readonly ambience: Ambience
  readonly askPassword?: AskPassword
  /** Ends the watch after the step it is at. */
  readonly signal: AbortSignal
  readonly onEvent: (event: WatchEvent) => Promise<void>
}

/** What a run made of a transfer: no word of what was reported, for this goes to logs. */
export interface TakenIn {
  readonly status: RunReport['status']
  readonly runId: string
  readonly asOf: string
  readonly asOfFrom: RunReport['transfer']['asOfFrom']
  /** Whether it was the latest one already. */
  readonly isRepeat: boolean
  readonly movement: RunReport['transfer']['movement']
  /** Rows read. */
  readonly read: number
  /** Occurrences that wait for a person. */
  readonly toReview: number
}

/** What happened to a transfer, or to the watch itself where `transfer` is null. */
export type WatchEvent = {
  /** UTC */
  readonly at: string
  readonly transfer: string | null
} & (
  | { readonly state: 'watching'; readonly places: WatchPlaces }
  | { readonly state: 'taken-in'; readonly run: TakenIn; readonly place: string }
  /** Taken in before, by this watch or by hand, and not the latest. */
  | { readonly state: 'repeat'; readonly place: string }
  /** What its refusal quotes of a file stands in quarantine only. */
  | { readonly state: 'quarantined'; readonly refusal: Refusal; readonly place: string }
  /** A move that an earlier watch had not finished. */
  | { readonly state: 'moved'; readonly place: string; readonly refusal: Refusal | null }
  | { readonly state: 'waiting'; readonly why: string }
  /** What is not the transfer's fault; tried again after so many milliseconds. */
  | { readonly state: 'retrying'; readonly why: string; readonly code: string; readonly after: number }
  | { readonly state: 'left-alone'; readonly why: string }
)

/** How many transfers ended how. */
export interface WatchReport {
  takenIn: number
  quarantined: number
}

const LONGEST_PAUSE_MS = 600_000

/**
 * Watches until it is told to end, or once. Killed anywhere, the next watch goes on where it was: what lies in the inbox
 * is not done, a transfer that is done but not moved yet is known by its content, and a move is written down first.
 * @throws AecoderError RUN_IN_PROGRESS while another watch of the study goes on, USAGE; and, watching once, what is not
 * a transfer's fault
 */
export async function watchStudy(study: Study, options: WatchOptions): Promise<WatchReport> {
  const places = toWatchPlaces(options)
  const unlock = lockWatch({ path: study.paths.store }, study.id)
  try {
    return await new InboxWatch(study, places, options).run()
  } finally {
    unlock()
  }
}

class InboxWatch {
  readonly #study: Study
  readonly #places: WatchPlaces
  readonly #options: WatchOptions
  readonly #settling: Settling = new Map()
  /** What was told of each name, so that it is told once. */
  readonly #told = new Map<string, string>()
  /** As-of dates that were looked up in files, by listing. */
  readonly #asOf = new Map<string, string | undefined>()
  readonly #report: WatchReport = { takenIn: 0, quarantined: 0 }
  #failures = 0

  constructor(study: Study, places: WatchPlaces, options: WatchOptions) {
    this.#study = study
    this.#places = places
    this.#options = options
  }

  async run(): Promise<WatchReport> {
    const { signal, isOnce, every, settle } = this.#options
    await this.#tell(null, { state: 'watching', places: this.#places })
    let hasWaited = false
    while (!signal.aborted) {
      const step = await this.#step()
      if (signal.aborted) break
      if (step.kind === 'took') continue
      if (step.kind === 'failed') await this.#pause(step.after)
      else if (!isOnce) await this.#pause(every)
      else if (hasWaited || !step.isSettling) break
      else {
        // One look tells nothing of whether a file still grows.
        await this.#pause(settle)
        hasWaited = true
      }
    }
    return this.#report
  }

  async #step(): Promise<Step> {
    let current: Arrival | undefined
    try {
      const study = await this.#readStudy()
      for (const { name, place, refusal } of await finishMoves(study, this.#places)) {
        if (refusal !== null) this.#report.quarantined++
        await this.#tell(name, { state: 'moved', place, refusal: refusal === null ? null : toLogged(refusal) })
      }
      const arrivals = await this.#look(study)
      current = await this.#choose(study, arrivals)
      if (current === undefined) {
        this.#failures = 0
        return { kind: 'idle', isSettling: arrivals.some(({ state }) => state.kind === 'settling') }
      }
      await this.#take(study, current)
      this.#failures = 0
      return { kind: 'took' }
    } catch (error) {
      return await this.#fail(error, current)
    }
  }

  /** Settings are mended while a watch goes on. */
  async #readStudy(): Promise<Study> {
    const study = await openStudy(this.#study.configPath)
    if (study.id === this.#study.id) return study
    throw new AecoderError('CONFIG_INVALID', {
      where: toShortPath(study.configPath),
      found: `it is of the study ${study.id} now`,
      expected: this.#study.id,
      action: 'Bring the study back, or end this watch and begin another one',
    })
  }

  async #look(study: Study): Promise<readonly Arrival[]> {
    const { markers, settle } = this.#options
    await checkInbox(this.#places)
    const looks = await openPlace(study, this.#places.inbox).look()
    const { arrivals, strays } = viewInbox(looks, {
      rules: { sources: study.config.sources, markers, settle },
      seen: this.#settling,
      at: performance.now(),
    })
    const names = new Set([...arrivals, ...strays].map(({ name }) => name))
    for (const name of this.#told.keys()) if (!names.has(name)) this.#told.delete(name)
    for (const { name, why } of strays) await this.#tellOnce(name, { state: 'left-alone', why })
    for (const { name, state } of arrivals)
      if (state.kind === 'lacking') await this.#tellOnce(name, { state: 'waiting', why: state.what })
    return arrivals
  }

  /** The whole transfer that speaks for the earliest date; none while an earlier one is still to come. */
  async #choose(study: Study, arrivals: readonly Arrival[]): Promise<Arrival | undefined> {
    const whole = arrivals.filter(({ state }) => state.kind === 'whole')
    const [only] = whole
    if (only === undefined) return undefined
    const isAlone = arrivals.length === 1
    const dated = await Promise.all(
      whole.map(async (arrival) => ({ arrival, asOf: isAlone ? undefined : await this.#findAsOf(study, arrival) })),
    )
    const first = dated.reduce((best, next) => (isBefore(next, best) ? next : best))
    const earlier = arrivals.find(
      ({ named, state }) =>
        state.kind !== 'whole' && named !== undefined && (first.asOf === undefined || named < first.asOf),
    )
    if (earlier !== undefined) {
      if (earlier.state.kind === 'lacking')
        await this.#tellOnce(first.arrival.name, { state: 'waiting', why: `${earlier.name} comes before it` })
      return undefined
    }
    if (study.config.sources.some(({ transfer }) => transfer === 'delta')) {
      const [quarantined] = await listQuarantined(study, this.#places)
      if (quarantined !== undefined) {
        const why = `${quarantined} lies in quarantine, and of transfers that only bring changes none may be left out: take it in, or remove it from there`
        await this.#tellOnce(first.arrival.name, { state: 'waiting', why })
        return undefined
      }
    }
    return first.arrival
  }

  async #findAsOf(study: Study, arrival: Arrival): Promise<string | undefined> {
    const listing = this.#settling.get(arrival.name)?.listing ?? ''
    if (!this.#asOf.has(listing))
      this.#asOf.set(listing, await findAsOf(study, { ...this.#toPlace(arrival), ambience: this.#options.ambience }))
    return this.#asOf.get(listing)
  }

  #toPlace({ folder, only }: Arrival): TransferPlace {
    return { input: folder === '' ? this.#places.inbox : joinPlace(this.#places.inbox, folder), only }
  }

  async #take(study: Study, arrival: Arrival): Promise<void> {
    const { name } = arrival
    this.#asOf.delete(this.#settling.get(name)?.listing ?? '')
    const named = { study: study.id, transfer: name, at: this.#options.ambience.now() }
    const outcome = await this.#run(study, arrival)
    const refusal = 'error' in outcome ? findRefusal(outcome.error, named) : findIncomplete(outcome, named)
    if ('error' in outcome && refusal === undefined) throw outcome.error
    // Moved as it was seen, what came since would be left behind, and pass for a transfer of its own.
    if (await this.#hasChanged(study, name)) {
      const run = 'report' in outcome && refusal === undefined ? outcome.report?.run.runId : undefined
      const by = run === undefined ? '' : ` by run ${run}`
      const why = `it changed since it was read${by}: it is read anew once it is whole`
      return await this.#tell(name, { state: 'waiting', why })
    }
    if (refusal !== undefined) {
      const links = arrival.files.filter(({ kind }) => kind !== 'file').map((file) => file.name)
      const told = links.length === 0 ? refusal : withLinks(refusal, links)
      const place = await moveAway(study, this.#places, { arrival, to: 'quarantine', refusal: told })
      this.#report.quarantined++
      return await this.#tell(name, { state: 'quarantined', refusal: toLogged(told), place })
    }
    const place = await moveAway(study, this.#places, { arrival, to: 'done' })
    if ('error' in outcome || outcome.report === undefined) return await this.#tell(name, { state: 'repeat', place })
    this.#report.takenIn++
    await this.#tell(name, { state: 'taken-in', run: toTakenIn(outcome.report), place })
  }

  /** The run; without a report where the transfer was taken in before and newer ones since. */
  async #run(study: Study, arrival: Arrival): Promise<{ report: RunReport | undefined } | { error: unknown }> {
    const { accept, ambience, askPassword, findActor } = this.#options
    const place = this.#toPlace(arrival)
    if (!arrival.only.some((name) => isOfAny(name, study.config))) return { error: toNoInput(arrival, place) }
    try {
      const report = await runStudy(study, {
        ...place,
        actor: await findActor(study),
        ambience,
        ...(accept === undefined ? {} : { accept }),
        ...(askPassword === undefined ? {} : { askPassword }),
      })
      return { report }
    } catch (error) {
      if (!(error instanceof AecoderError) || error.code !== 'TRANSFER_OLDER') return { error }
      const store = await openStudyStore(study, ambience)
      try {
        return (await wasTakenIn(study, store, place)) ? { report: undefined } : { error }
      } finally {
        await store.close()
      }
    }
  }

  async #fail(error: unknown, arrival: Arrival | undefined): Promise<Step> {
    const { every, isOnce } = this.#options
    if (
      arrival !== undefined &&
      error instanceof AecoderError &&
      ['FILE_CHANGED', 'FILE_NOT_FOUND'].includes(error.code)
    ) {
      if (await this.#hasChanged(this.#study, arrival.name).catch(() => false)) {
        await this.#tell(arrival.name, { state: 'waiting', why: 'it changed while it was read' })
        return { kind: 'idle', isSettling: true }
      }
    }
    if (isOnce) throw error
    const after = Math.min(every * 2 ** this.#failures++, Math.max(LONGEST_PAUSE_MS, every))
    const code = error instanceof AecoderError ? error.code : 'UNEXPECTED'
    const why = error instanceof Error ? error.message : String(error)
    await this.#tell(arrival?.name ?? null, { state: 'retrying', why, code, after })
    return { kind: 'failed', after }
  }

  /** Whether a transfer lies in the inbox otherwise than it was seen last, or no more. */
  async #hasChanged(study: Study, name: string): Promise<boolean> {
    const before = this.#settling.get(name)?.listing
    await this.#look(study)
    return this.#settling.get(name)?.listing !== before
  }

  async #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#options
    await wait(milliseconds, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }

  async #tell(transfer: string | null, event: Told): Promise<void> {
    await this.#options.onEvent({ at: this.#options.ambience.now(), transfer, ...event })
  }

  async #tellOnce(name: string, event: Told & { readonly why: string }): Promise<void> {
    if (this.#told.get(name) === event.why) return
    this.#told.set(name, event.why)
    await this.#tell(name, event)
  }
}

type Told = WatchEvent extends infer Event ? (Event extends unknown ? Omit<Event, 'at' | 'transfer'> : never) : never

type Step =
  | { readonly kind: 'took' }
  | { readonly kind: 'idle'; readonly isSettling: boolean }
  | { readonly kind: 'failed'; readonly after: number }

interface Dated {
  readonly arrival: Arrival
  readonly asOf: string | undefined
}

/** By as-of, those without one last; then by when their files were written, then by name. */
function isBefore(a: Dated, b: Dated): boolean {
  if (a.asOf !== b.asOf) return a.asOf !== undefined && (b.asOf === undefined || a.asOf < b.asOf)
  const [mine, theirs] = [a, b].map(({ arrival }) => Math.max(...arrival.files.map(({ modified }) => modified)))
  if (mine !== theirs) return (mine ?? 0) < (theirs ?? 0)
  return a.arrival.name < b.arrival.name
}

function toTakenIn({ status, transfer, counts, run }: RunReport): TakenIn {
  const { asOf, asOfFrom, isRepeat, movement, files } = transfer
  const read = files.reduce((sum, file) => sum + file.read, 0)
  return { status, runId: run.runId, asOf, asOfFrom, isRepeat, movement, read, toReview: counts.openOccurrences }
}

function findIncomplete(
  { report }: { report: RunReport | undefined },
  named: Pick<Refusal, 'study' | 'transfer' | 'at'>,
): Refusal | undefined {
  return report?.status === 'incomplete' ? toRefusal(report, named) : undefined
}

/** Of a source that brings changes a run would take none as: nothing changed. */
function toNoInput({ only }: Arrival, { input }: TransferPlace): AecoderError {
  return new AecoderError('NO_INPUT', {
    where: toShortPath(input),
    found:
      only.length === 0
        ? 'no file that can be read'
        : `none of its files is of a source: ${only.slice(0, 8).join(', ')}`,
    expected: 'files as "files" of the sources in study.json name them',
    action: 'Check what was delivered, and "files" in study.json',
  })
}

function withLinks(refusal: Refusal, links: readonly string[]): Refusal {
  const told = `Links and devices are not followed: ${links.join(', ')}`
  return { ...refusal, action: refusal.action === undefined ? told : `${refusal.action}. ${told}` }
}

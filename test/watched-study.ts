/** A small study with an inbox, watched through the library. Knows no command. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import {
  listTransfers,
  openStudy,
  openStudyStore,
  type WatchEvent,
  type WatchOptions,
  type WatchReport,
  watchStudy,
} from '../pipeline/index.ts'
import { compareCodeUnits } from '../schemas/content-id.ts'
import { writeSmallStudy } from './csv-study.ts'
import { toAmbience } from './store/stage.ts'

const DANA = { name: 'Dana', kind: 'person', auth: 'asserted' } as const

/** Milliseconds: short, for tests wait for it. */
export const SETTLE = 60

export interface WatchedStudy {
  readonly folder: string
  /** Puts a file below the study's folder: `inbox/2026-03-09/ae.csv`. */
  readonly put: (name: string, content: string) => Promise<void>
  /** All files of inbox, done and quarantine, hidden ones too. */
  readonly list: () => Promise<string[]>
  readonly read: (name: string) => Promise<string>
  readonly once: (change?: Partial<WatchOptions>) => Promise<Watched>
  /** Watches until `stop`. */
  readonly start: (change?: Partial<WatchOptions>) => Running
  /** As-of dates of the transfers that were committed, in their order. */
  readonly listTakenIn: () => Promise<string[]>
}

export interface Watched {
  readonly report: WatchReport
  readonly events: readonly WatchEvent[]
  /** `TRANSFER STATE` of each event that is about a transfer. */
  readonly told: readonly string[]
}

export interface Running {
  readonly stop: () => Promise<Watched>
  /** Waits for an event: `2026-03-09 taken-in`. */
  readonly until: (told: string) => Promise<WatchEvent>
}

/** @param settings members of study.json beside or in place of the usual ones */
export async function openWatchedStudy(settings: object = {}): Promise<WatchedStudy> {
  const folder = await writeSmallStudy([], settings)
  await mkdir(join(folder, 'inbox'))
  const ambience = toAmbience()
  const watch = (change: Partial<WatchOptions>, events: WatchEvent[], onEvent: (event: WatchEvent) => void) =>
    openStudy(folder).then((study) =>
      watchStudy(study, {
        inbox: join(folder, 'inbox'),
        every: 20,
        settle: SETTLE,
        markers: ['_COMPLETE', '.done'],
        isOnce: false,
        findActor: () => Promise.resolve(DANA),
        ambience,
        signal: new AbortController().signal,
        ...change,
        async onEvent(event) {
          events.push(event)
          onEvent(event)
          await change.onEvent?.(event)
        },
      }),
    )
  return {
    folder,
    async put(name, content) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), content)
    },
    async list() {
      const names: string[] = []
      for (const place of ['done', 'inbox', 'quarantine']) {
        const entries = await readdir(join(folder, place), { recursive: true, withFileTypes: true }).catch(() => [])
        for (const entry of entries)
          if (!entry.isDirectory()) names.push(join(entry.parentPath, entry.name).slice(folder.length + 1))
      }
      return names.toSorted(compareCodeUnits)
    },
    read: (name) => readFile(join(folder, name), 'utf8'),
    async once(change = {}) {
      const events: WatchEvent[] = []
      const report = await watch({ isOnce: true, ...change }, events, () => undefined)
      return { report, events, told: toTold(events) }
    },
    start(change = {}) {
      const stop = new AbortController()
      const events: WatchEvent[] = []
      const waiting: { told: string; resolve: (event: WatchEvent) => void }[] = []
      const ended = watch({ signal: stop.signal, ...change }, events, (event) => {
        for (const { told, resolve } of waiting) if (told === toTold([event])[0]) resolve(event)
      })
      ended.catch(() => undefined)
      const end = async () => {
        stop.abort()
        return { report: await ended, events, told: toTold(events) }
      }
      onTestFinished(async () => {
        await end().catch(() => undefined)
      })
      return {
        stop: end,
        until: (told) => {
          const event = events.find((one) => toTold([one])[0] === told)
          const come = new Promise<WatchEvent>((resolve) => waiting.push({ told, resolve }))
          return event === undefined
            ? Promise.race([come, ended.then(() => Promise.reject(new Error('it ended')))])
            : Promise.resolve(event)
        },
      }
    },
    async listTakenIn() {
      const study = await openStudy(folder)
      const store = await openStudyStore(study, ambience)
      try {
        const transfers = await listTransfers(store, study.id)
        return transfers.filter(({ state }) => state === 'committed').map(({ asOf }) => asOf.slice(0, 10))
      } finally {
        await store.close()
      }
    },
  }
}

function toTold(events: readonly WatchEvent[]): string[] {
  return events.flatMap(({ transfer, state }) => (transfer === null ? [] : [`${transfer} ${state}`]))
}

/** An export of one term for each subject, `101` on. */
export function toCsv(terms: readonly string[]): string {
  return `SUBJID,AESEQ,AETERM\n${terms.map((term, index) => `${101 + index},1,${term}\n`).join('')}`
}

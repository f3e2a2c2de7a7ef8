/**
 * Invariant 10: a run that is killed anywhere leaves the old state whole, and the next run finishes its work once.
 * Real processes are ended with SIGKILL: at a random moment, at a random write to the store, at a random change in the
 * output folder. What a killed run left is looked at with plain SQL and plain files; what the next one makes of it must
 * be byte for byte what an undisturbed run makes.
 */
import { existsSync, watch } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { tableFromIPC } from '@uwdata/flechette'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  codeTerm,
  findTarget,
  judgeTerm,
  listOccurrences,
  openCodingKits,
  openStudy,
  openStudyStore,
  verifyStudy,
} from '../../pipeline/index.ts'
import { toRandom } from '../generators/random.ts'
import { runAecoder, startAecoder } from './command-line.ts'
import { PUZZLES, TRANSFERS, writeStudyFile, writeTransfers } from './generated-study.ts'
import { copyStored, readCurrentFiles } from './stored.ts'

const KILLS = 100
/** Rounds that go on at the same time. */
const LANES = 2
const KILLS_IN_A_ROW = 9
const AMBIENCE = { now: () => new Date().toISOString(), salt: () => 'e2e' }

/** Where a study stands before the run that is killed, and where an undisturbed run brings it. */
interface Scene {
  readonly prepared: string
  readonly transfer: string
  readonly before: Stored
  readonly after: Stored
  /** The transfer and the run that are current before; 0 and undefined before the first run. */
  readonly head: number
  readonly oldRun: string | undefined
  readonly files: ReadonlyMap<string, Buffer>
  /** What an undisturbed run takes: milliseconds, writes to the store, changes in the output folder. */
  readonly extent: { readonly [trigger in Trigger]: number }
}
type Trigger = 'moment' | 'store' | 'output'

/** What readers of the store see, and what people decided. */
interface Stored {
  readonly occurrences: readonly string[]
  readonly groups: readonly string[]
  readonly people: readonly string[]
}

/** What a killed run left. */
interface Found {
  readonly isNew: boolean
  readonly isPublished: boolean
  /** Transfers begun so far, and whether the last one has not ended. */
  readonly transfers: number
  readonly hasOpenTransfer: boolean
}

let root = ''
let scenes: Scene[] = []

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'aecoder-kill-')))
  await writeTransfers(root, { rows: 1500, known: 120, unknown: 40, seed: 11 })
  const [fresh, reviewed] = [join(root, 'fresh'), join(root, 'reviewed')]
  await writeStudyFile(fresh, { protocol: 'KILL-1' })
  await mkdir(join(fresh, 'out'))
  await cp(fresh, reviewed, { recursive: true })
  await runToEnd(reviewed, toTransfer(0))
  await review(reviewed)
  // Side by side, as the rounds below: an undisturbed run takes as long here as there.
  scenes = await Promise.all([openScene(fresh, toTransfer(0)), openScene(reviewed, toTransfer(1))])
})

afterAll(() => rm(root, { recursive: true, force: true }))

test('what people decided before the second transfer is in the store and in the dataset of an undisturbed run', () => {
  const { before, after, files } = at(scenes, 1)
  expect(before.people).toHaveLength(9 + 7)
  expect(after.people).toEqual(before.people)
  expect(after.occurrences.length).not.toBe(before.occurrences.length)
  const rows = tableFromIPC(files.get('ae.arrow') ?? new Uint8Array()).toArray() as {
    AETERM: string
    AELLT: string | null
  }[]
  const coded = PUZZLES.slice(0, 9).map((verbatim) =>
    rows.filter((row) => row.AETERM === verbatim).map((row) => row.AELLT),
  )
  // Five approved, one rejected, two that wait, and one that was coded and approved for its one occurrence.
  expect(coded).toEqual([...Array(5).fill(['Headache']), [null], [null], [null], ['Nausea']])
})

test(`${KILLS} killed runs leave the old state whole, and the run after them is the undisturbed one byte for byte`, async () => {
  const random = toRandom(23)
  const tally = { kills: 0, staged: 0, committed: 0 }
  /** Kills runs of a study one after the other, until one ends by itself or has nothing left to do. */
  const disturb = async (scene: Scene, folder: string) => {
    let found: Found = { isNew: false, isPublished: false, transfers: scene.head, hasOpenTransfer: false }
    for (let left = 1 + Math.floor(random() * KILLS_IN_A_ROW); left > 0 && !found.isPublished; left--) {
      const { isNew, transfers } = found
      // The output changes once the transfer is committed, and little is written to the store from then on.
      const trigger = random() < 0.3 ? 'moment' : isNew ? 'output' : 'store'
      const wasKilled = await killRun(folder, { scene, trigger, after: random() * scene.extent[trigger] })
      if (!wasKilled) return 'ended'
      found = await expectOldStateOrNew(scene, folder)
      tally.kills++
      if (found.hasOpenTransfer && found.transfers > transfers) tally.staged++
      if (found.isNew && !found.isPublished) tally.committed++
      // There is less left to disturb then.
      if (found.isNew) left = Math.min(left, 3)
    }
    return 'killed'
  }
  const lane = async (first: number) => {
    for (let round = first; tally.kills < KILLS || round < first + scenes.length; round++) {
      const scene = at(scenes, round % scenes.length)
      const folder = await mkdtemp(join(root, 'round-'))
      await cp(scene.prepared, folder, { recursive: true })
      if ((await disturb(scene, folder)) === 'killed') await runToEnd(folder, scene.transfer)
      await expectUndisturbed(scene, folder)
      await rm(folder, { recursive: true, force: true })
    }
  }
  await Promise.all(Array.from({ length: LANES }, (_, first) => lane(first)))
  expect(tally.kills).toBeGreaterThanOrEqual(KILLS)
  // The kills reached every leg of a run: in the middle of staging, and between the commit and the new dataset.
  expect(tally.staged).toBeGreaterThan(0)
  expect(tally.committed).toBeGreaterThan(0)
}, 1_800_000)

function toTransfer(index: number): string {
  return join(root, 'transfers', at(TRANSFERS, index))
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index]
  if (item === undefined) throw new RangeError(`nothing at ${index}`)
  return item
}

async function runToEnd(folder: string, transfer: string): Promise<void> {
  const { exitCode, stderr } = await runAecoder(['run', '--study', folder, '--input', transfer])
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
}

/** Starts a run and kills it at the trigger's n-th event (or millisecond); false when it ended by itself before, as it should. */
async function killRun(
  folder: string,
  { scene, trigger, after }: { scene: Scene; trigger: Trigger; after: number },
): Promise<boolean> {
  const { child, ended } = startAecoder(['run', '--study', folder, '--input', scene.transfer])
  const kill = () => child.kill('SIGKILL')
  const stop =
    trigger === 'moment' ? startTimer(kill, after) : countChanges(folder, trigger, (count) => count >= after && kill())
  const { exitCode, signal, stderr } = await ended
  stop()
  if (signal === 'SIGKILL') return true
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return false
}

function startTimer(call: () => void, after: number): () => void {
  const timer = setTimeout(call, after)
  return () => clearTimeout(timer)
}

/** Calls with the number of changes seen so far in the store or in the output folder. */
function countChanges(folder: string, where: 'store' | 'output', call: (count: number) => void): () => void {
  let count = 0
  const watcher = watch(folder, { recursive: true }, (kind, name) => {
    if (name?.startsWith('out') !== (where === 'output')) return
    // In the output what counts is that files appear, are renamed or go; not each of their chunks.
    if (where === 'store' || kind === 'rename') call(++count)
  })
  return () => watcher.close()
}

async function openScene(prepared: string, transfer: string): Promise<Scene> {
  const undisturbed = `${prepared}-undisturbed`
  await cp(prepared, undisturbed, { recursive: true })
  const extent = { moment: 0, store: 0, output: 0 }
  const stops = (['store', 'output'] as const).map((where) =>
    countChanges(undisturbed, where, (count) => (extent[where] = count)),
  )
  const start = performance.now()
  await runToEnd(undisturbed, transfer)
  extent.moment = performance.now() - start
  for (const stop of stops) stop()
  const [old, current] = [await readCurrentFiles(prepared), await readCurrentFiles(undisturbed)]
  if (current === undefined) throw new Error('the undisturbed run published nothing')
  const [before, after] = [look(prepared), look(undisturbed)]
  return {
    prepared,
    transfer,
    before: before.stored,
    after: after.stored,
    head: before.head,
    oldRun: old?.runId,
    files: current.files,
    extent,
  }
}

/** Eight terms coded, and one occurrence; five of the terms approved and the occurrence, one rejected. */
async function review(folder: string): Promise<void> {
  const study = await openStudy(folder)
  const store = await openStudyStore(study, AMBIENCE)
  try {
    const kits = await openCodingKits(study)
    const by = (name: string) => ({ name, kind: 'person', auth: 'asserted' }) as const
    const find = (index: number) => findTarget(store, study, { name: at(PUZZLES, index), domain: 'AE' })
    for (let index = 0; index < 8; index++) {
      await codeTerm(study, {
        store,
        kits,
        target: await find(index),
        codes: [{ term: 'Headache' }],
        actor: by('Ann'),
        reason: null,
      })
    }
    const group = await find(8)
    if (group.kind !== 'group') throw new Error('a verbatim names a group')
    const occurrences = await listOccurrences(store, study.id, { group: group.group, limit: 1 })
    const target = { kind: 'occurrence', occurrence: at(occurrences, 0) } as const
    await codeTerm(study, { store, kits, target, codes: [{ term: 'Nausea' }], actor: by('Ann'), reason: null })
    const coded = await findTarget(store, study, { name: target.occurrence.target.id })
    await judgeTerm(study, { store, target: coded, kind: 'approved', actor: by('Bea'), reason: null })
    for (let index = 0; index < 6; index++) {
      const verdict =
        index < 5
          ? ({ kind: 'approved', reason: null } as const)
          : ({ kind: 'rejected', reason: 'ask the site' } as const)
      await judgeTerm(study, { store, target: await find(index), actor: by('Bea'), ...verdict })
    }
  } finally {
    await store.close()
  }
}

/** Readers see the state before the run or the one after it, nothing between, in the store and in the output; what people decided stands. */
async function expectOldStateOrNew(scene: Scene, folder: string): Promise<Found> {
  return await onCopy(folder, async (copy) => {
    const { stored, head, ...rest } = look(copy)
    const isNew = head > scene.head
    expect(stored).toEqual(isNew ? { ...scene.after, people: scene.before.people } : scene.before)
    const current = await readCurrentFiles(folder)
    const isPublished = current !== undefined && current.runId !== scene.oldRun
    if (isPublished) expectSameFiles(current.files, scene.files)
    else expect(current?.runId).toBe(scene.oldRun)
    // Beside a transfer half taken in, the pipeline's own readers must see the old state, too.
    if (rest.hasOpenTransfer) expect(await listFaults(folder, join(copy, 'aecoder.db'))).toEqual([])
    return { ...rest, isNew, isPublished }
  })
}

async function expectUndisturbed(scene: Scene, folder: string): Promise<void> {
  const current = await readCurrentFiles(folder)
  expect(current?.runId).not.toBe(scene.oldRun)
  expectSameFiles(current?.files ?? new Map(), scene.files)
  const { stored, hasOpenTransfer } = look(folder)
  expect(stored).toEqual(scene.after)
  expect(hasOpenTransfer).toBe(false)
  const runs = join(folder, 'out', 'runs')
  const unfinished = (await readdir(runs)).filter((runId) => !existsSync(join(runs, runId, 'manifest.json')))
  expect(unfinished, 'what killed runs began to write is gone').toEqual([])
  expect(await listFaults(folder, join(folder, 'aecoder.db'))).toEqual([])
}

/** What `verify` finds in a study with this store. */
async function listFaults(folder: string, storePath: string): Promise<readonly string[]> {
  const opened = await openStudy(folder)
  const study = { ...opened, paths: { ...opened.paths, store: storePath } }
  const store = await openStudyStore(study, AMBIENCE)
  try {
    return (await verifyStudy(study, store)).faults
  } finally {
    await store.close()
  }
}

function expectSameFiles(files: ReadonlyMap<string, Buffer>, expected: ReadonlyMap<string, Buffer>): void {
  expect([...files.keys()]).toEqual([...expected.keys()])
  for (const [name, bytes] of expected)
    expect(files.get(name)?.equals(bytes), `${name} has the bytes of the undisturbed run`).toBe(true)
}

/** Acts on a copy of the store, so that the next run meets what the kill left, the unfinished log included. */
async function onCopy<T>(folder: string, act: (copy: string) => Promise<T>): Promise<T> {
  const copy = await mkdtemp(join(root, 'copy-'))
  try {
    await copyStored(folder, copy)
    return await act(copy)
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

/** Reads the store in a folder; a run that was killed early has made none, or an empty one. */
function look(folder: string): { stored: Stored; head: number; transfers: number; hasOpenTransfer: boolean } {
  const nothing = { stored: { occurrences: [], groups: [], people: [] }, head: 0, transfers: 0, hasOpenTransfer: false }
  if (!existsSync(join(folder, 'aecoder.db'))) return nothing
  const db = new DatabaseSync(join(folder, 'aecoder.db'))
  try {
    if (db.prepare('pragma user_version').get()?.user_version === 0) return nothing
    expect(db.prepare('pragma quick_check').get()).toEqual({ quick_check: 'ok' })
    const count = (sql: string) => Number(db.prepare(sql).get()?.n ?? 0)
    const head = count(`select max(transfer_no) as n from transfer_end where state = 'committed'`)
    const transfers = count('select count(*) as n from transfer')
    const ended = count('select count(*) as n from transfer_end')
    return { stored: readStored(db, head), head, transfers, hasOpenTransfer: ended < transfers }
  } finally {
    db.close()
  }
}

function readStored(db: DatabaseSync, head: number): Stored {
  const list = (sql: string) =>
    db
      .prepare(sql)
      .all()
      .map((row) => JSON.stringify(row))
  return {
    occurrences: list(
      `select o.id, v.verbatim, v.content_id, g.id as "group" from occurrence o
       join occurrence_version v on v.study = o.study and v.occurrence_no = o.no
       join term_group g on g.study = v.study and g.no = v.group_no
       where v.present = 1 and v.transfer_no = (select max(w.transfer_no) from occurrence_version w
         where w.study = v.study and w.occurrence_no = v.occurrence_no and w.transfer_no <= ${head}) order by o.id`,
    ),
    groups: list(
      `select g.id, c.occurrences from current_group c join term_group g on g.study = c.study and g.no = c.group_no
       where c.occurrences > 0 order by g.id`,
    ),
    people: [
      ...list(
        `select d.id, d.based_on, d.actor, d.at, c.code from decision d
         join coding c on c.study = d.study and c.decision = d.id where d.actor_kind = 'person' order by d.seq`,
      ),
      ...list('select v.decision, v.kind, v.actor, v.at, v.reason from verdict v order by v.seq'),
    ],
  }
}

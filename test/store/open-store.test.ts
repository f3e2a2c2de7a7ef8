/** Opening a store: new, old, newer, foreign, contested; what a reader of one moment sees; who may run. */
import { spawn } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { STORE_VERSION } from '../../pipeline/store/migrations.ts'
import { lockStudy, openStore, openStoreToRead, readSnapshot } from '../../pipeline/store/store.ts'
import { commitTransfer, findGroup, listFaults, openScratch, openStage, STUDY, toAmbience, toRows } from './stage.ts'

const STORE_MODULE = pathToFileURL(join(import.meta.dirname, '../../pipeline/store/store.ts')).href

test('a store keeps what it holds when it is opened again', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 Headache']) })
  const again = await openStore({ path: store.path, ambience: toAmbience() })
  onTestFinished(() => again.close())
  expect((await findGroup(again, 'headache')).occurrences).toBe(1)
})

test('a store that a newer aecoder wrote is refused and left as it is', async () => {
  const store = await openStage()
  const db = new DatabaseSync(store.path)
  onTestFinished(() => db.close())
  db.exec(`pragma user_version = ${STORE_VERSION + 1}`)
  await expect(openStore({ path: store.path, ambience: toAmbience() })).rejects.toMatchObject({
    code: 'STORE_NEWER',
    message: expect.stringContaining(`store version ${STORE_VERSION + 1}`),
  })
  expect(db.prepare('pragma user_version').get()).toEqual({ user_version: STORE_VERSION + 1 })
})

test('a file that is no database is named as such, and keeps its bytes', async () => {
  const path = join(await openScratch(), 'aecoder.db')
  await writeFile(path, 'subject,term\n0101,Headache\n'.repeat(100))
  await expect(openStore({ path, ambience: toAmbience() })).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
    message: expect.stringMatching(/aecoder\.db: not a store of aecoder .*expected an aecoder database/),
  })
})

test("another program's database is refused and left as it is", async () => {
  const path = join(await openScratch(), 'aecoder.db')
  const db = new DatabaseSync(path)
  onTestFinished(() => db.close())
  db.exec('create table wine (name text)')
  const opened = openStore({ path, ambience: toAmbience() }).then((store) => store.close())
  await expect(opened).rejects.toMatchObject({ name: 'AecoderError' })
  expect(db.prepare('select count(*) as n from sqlite_master').get()).toEqual({ n: 1 })
})

test('a store is read where nothing can be written beside it', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 Headache']) })
  await store.close()
  // SQLite cannot open the file by which the readers of a log agree: as on a medium that cannot be written.
  await mkdir(`${store.path}-shm`)
  const archived = await openStoreToRead({ path: store.path, ambience: toAmbience() })
  expect((await findGroup(archived, 'headache')).occurrences).toBe(1)
  expect(await listFaults(archived)).toEqual([])
  await archived.close()
})

test('reading a store leaves nothing beside it', async () => {
  const store = await openStage()
  await store.close()
  const before = await readdir(dirname(store.path))
  const opened = await openStoreToRead({ path: store.path, ambience: toAmbience() })
  await opened.db.selectFrom('study').selectAll().execute()
  await opened.close()
  expect(await readdir(dirname(store.path))).toEqual(before)
})

test('a store in a folder that is not there is named as such', async () => {
  const path = join(await openScratch(), 'absent', 'aecoder.db')
  await expect(openStore({ path, ambience: toAmbience() })).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
    message: expect.stringContaining('cannot be opened or created'),
  })
})

test('several processes may create one store at once', async () => {
  for (let round = 0; round < 2; round++) {
    const path = join(await openScratch(), 'aecoder.db')
    const at = Date.now() + 1500
    const outcomes = await Promise.all(
      ['A', 'B', 'C', 'D'].map((name) => runScript(REGISTER, [path, `${name}@x`, `${at}`])),
    )
    expect(outcomes).toEqual(Array(4).fill({ code: 0, stderr: '' }))
    const store = await openStore({ path, ambience: toAmbience() })
    const studies = await store.db.selectFrom('study').select('study').orderBy('study').execute()
    expect(studies.map(({ study }) => study)).toEqual(['A@x', 'B@x', 'C@x', 'D@x'])
    expect(await listFaults(store, 'A@x')).toEqual([])
    await store.close()
  }
})

test('a snapshot sees one moment, keeps nobody waiting and cannot write', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 Headache']) })
  await readSnapshot(store, async (db) => {
    const count = async () => (await db.selectFrom('occurrence').select('id').execute()).length
    expect(await count()).toBe(1)
    await commitTransfer(store, { rows: toRows(['0101 Headache', '0102 Nausea']), asOf: '2026-03-02T00:00:00Z' })
    expect(await count()).toBe(1)
    await expect(sql`delete from current_group`.execute(db)).rejects.toThrow('readonly')
  })
  expect(await readSnapshot(store, (db) => db.selectFrom('occurrence').select('id').execute())).toHaveLength(2)
})

test('a second run of the same study is refused until the first has ended; another study is not', async () => {
  const store = await openStage()
  const unlock = lockStudy(store, STUDY)
  expect(() => lockStudy(store, STUDY)).toThrow('another run of this study is going on')
  lockStudy(store, 'OTHER-1@test')()
  unlock()
  lockStudy(store, STUDY)()
})

test('the lock of a killed run is free again', async () => {
  const store = await openStage()
  const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLD_LOCK, store.path, STUDY])
  await new Promise<void>((resolve) => holder.stdout.once('data', () => resolve()))
  expect(() => lockStudy(store, STUDY)).toThrow('another run of this study is going on')
  const ended = new Promise<void>((resolve) => holder.once('close', () => resolve()))
  holder.kill('SIGKILL')
  await ended
  lockStudy(store, STUDY)()
})

/** Opens the store at the given moment and registers a study. */
const REGISTER = `
  const { openStore, registerStudy } = await import(${JSON.stringify(STORE_MODULE)})
  const [path, id, at] = process.argv.slice(1)
  while (Date.now() < Number(at));
  const store = await openStore({ path, ambience: { now: () => '', salt: () => '' } })
  await registerStudy(store, { id, protocol: id, environment: 'x' })
  await store.close()`

const HOLD_LOCK = `
  const { lockStudy } = await import(${JSON.stringify(STORE_MODULE)})
  const [path, study] = process.argv.slice(1)
  lockStudy({ path }, study)
  console.log('locked')
  setInterval(() => {}, 1000)`

function runScript(script: string, args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script, ...args])
    let stderr = ''
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk)
    })
    child.once('close', (code) => resolve({ code, stderr }))
  })
}

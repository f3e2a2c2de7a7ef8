/** Stores of earlier versions: brought to this one's tables with all that they hold. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { MIGRATIONS, STORE_VERSION } from '../../pipeline/store/migrations.ts'
import { openStore } from '../../pipeline/store/store.ts'
import {
  codeByHand,
  codeByMachine,
  commitTransfer,
  findGroup,
  findOccurrence,
  listFaults,
  openScratch,
  openStage,
  readLines,
  toAmbience,
  toDecision,
  toRows,
} from './stage.ts'

test('a store of version 1 keeps its decisions, and takes new ones of its groups and occurrences', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['01 Headache', '02 Headache', '03 Rash']) })
  await codeByMachine(store, [toDecision(await findGroup(store, 'Headache'))])
  await codeByHand(store, await findOccurrence(store, { subject: '02', term: 'Headache' }), { term: 'Own' })
  const lines = await readLines(store)
  await store.close()

  const path = join(await openScratch(), 'old.db')
  writeVersion1(path, store.path)
  const old = await openStore({ path, ambience: toAmbience() })
  onTestFinished(() => old.close())
  expect(await readLines(old)).toEqual(lines)
  expect(await listFaults(old)).toEqual([])
  await codeByHand(old, await findOccurrence(old, { subject: '02', term: 'Headache' }), { term: 'Again' })
  await codeByHand(old, await findGroup(old, 'Rash'), { term: 'Rash' })
  expect(await readLines(old)).toEqual(['01 #1 Headache -> Term', '02 #1 Headache -> Again', '03 #1 Rash -> Rash'])
  expect(await listFaults(old)).toEqual([])
})

test('the version of a store is the number of its last migration', () => {
  expect(MIGRATIONS.map(({ version }) => version)).toEqual([1, 2, 3])
  expect(STORE_VERSION).toBe(3)
})

/** What a store holds, as version 1 would have written it. */
function writeVersion1(path: string, from: string): void {
  const db = new DatabaseSync(path)
  const statements = MIGRATIONS[0]?.statements ?? []
  const isTrigger = (statement: string) => statement.startsWith('create trigger')
  for (const statement of statements) if (!isTrigger(statement)) db.exec(statement)
  db.prepare('attach ? as today').run(from)
  const tables = db.prepare(`select name from main.sqlite_master where type = 'table'`).all() as { name: string }[]
  for (const { name } of tables) {
    const columns = db.prepare(`select name from pragma_table_info('${name}')`).all() as { name: string }[]
    const list = columns.map((column) => column.name).join(', ')
    db.exec(`insert into main.${name} (${list}) select ${list} from today.${name}`)
  }
  for (const statement of statements) if (isTrigger(statement)) db.exec(statement)
  db.exec('pragma user_version = 1')
  const { application_id: id } = db.prepare('pragma today.application_id').get() as { application_id: number }
  db.exec(`pragma main.application_id = ${id}`)
  db.close()
}

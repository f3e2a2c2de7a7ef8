/** What is recorded stays as it was recorded, whoever speaks SQL to the store. */
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { recordSettings } from '../../pipeline/store/artefacts.ts'
import { recordDataset } from '../../pipeline/store/datasets.ts'
import { recordVerdict } from '../../pipeline/store/decisions.ts'
import type { Store } from '../../pipeline/store/store.ts'
import type { RowOutcome } from '../../schemas/records.ts'
import {
  addFile,
  codeByHand,
  codeByMachine,
  commitTransfer,
  DANA,
  findGroup,
  listFaults,
  openStage,
  openTransfer,
  STUDY,
  stageTransfer,
  toDecision,
  toRows,
} from './stage.ts'

/** Counts and the decision in force per group: made anew from the other tables, compared by verify. */
const DERIVED = ['current_group', 'group_member']
/** Accounts and sessions are a state; what happens to them is an event. */
const OF_PEOPLE = ['account', 'account_role', 'session']
/** One row each, where no act of this test writes one. */
const WORKFLOW_ROWS = [
  `insert into site_query values ('${STUDY}', 'q', 1, 1, '', 'Headache')`,
  `insert into query_step values ('${STUDY}', 'q', 1, 'raised', 'Which?', null, null, 'Dana', 'test', '2026', null)`,
  `insert into list_entry values ('${STUDY}', 'e', 1, 'synonym', 'AE', 'Terms', 'ha', 'HA', '1', '[]', 'test')`,
  `insert into list_step values ('${STUDY}', 'e', 1, 'proposed', 'Dana', 'test', '2026', null)`,
  `insert into note values ('${STUDY}', 1, 1, null, 'Look', 'Dana', 'test', '2026')`,
  `insert into signature values ('${STUDY}', 1, 'signed-off', 'reviewed', 1, 'h', 1, 1, 'Dana', 'Dana D', 'test', '2026', null)`,
  `insert into redaction values ('${STUDY}', 1, 1, 's', '[]', 'Dana', 'test', '2026', 'a name')`,
]
/** Tables whose rows belong to a transfer. */
const OF_A_TRANSFER = ['transfer_file', 'occurrence', 'occurrence_version', 'subject_version', 'set_aside', 'sequence']

/** Rows without meaning unless a version, which cannot be added, names their occurrence. */
const COUNT_THROUGH_VERSIONS = ['occurrence', 'sequence']

const SUBJECT: RowOutcome = {
  kind: 'subject',
  line: 2,
  raw: '0101,F',
  subject: { subject: '0101', usubjid: 'ABC-101-0101', site: '01', sex: 'F', birthYear: 1980, line: 2 },
  remarks: [],
}
const REJECTED: RowOutcome = { kind: 'rejected', line: 9, code: 'ragged-row', reason: 'too short', raw: '0101' }

test('every table but the derived one refuses UPDATE, DELETE and INSERT OR REPLACE', async () => {
  const store = await openFullStore()
  const tables = await listTables(store)
  expect(tables.filter((table) => OF_A_TRANSFER.includes(table))).toHaveLength(OF_A_TRANSFER.length)
  for (const row of WORKFLOW_ROWS) await run(store, row)
  for (const table of tables.filter((name) => !DERIVED.includes(name) && !OF_PEOPLE.includes(name))) {
    const before = await dump(store, table)
    expect(before.length, `rows of ${table} to try it on`).toBeGreaterThan(0)
    const column = Object.keys(before[0] ?? {})[0] ?? ''
    const refused = /is append-only|the transfer has ended/
    await expect(run(store, `update ${table} set ${column} = ${column}`), `update ${table}`).rejects.toThrow(refused)
    await expect(run(store, `update or replace ${table} set ${column} = 'x'`), table).rejects.toThrow(refused)
    await expect(run(store, `delete from ${table}`), `delete from ${table}`).rejects.toThrow(refused)
    const replace = `insert or replace into ${table} select * from ${table}`
    await expect(run(store, replace), replace).rejects.toThrow(refused)
    expect(await dump(store, table), table).toEqual(before)
  }
})

test('rows of an abandoned transfer may be cleared away, rows of a committed one and of one under way may not', async () => {
  const store = await openFullStore()
  const abandoned = await openTransfer(store)
  await addFile(abandoned, { rows: [...toRows(['0109 Rash']), REJECTED] })
  for (const table of OF_A_TRANSFER) {
    const underWay = `delete from ${table} where transfer_no = ${abandoned.transferNo}`
    const rows = (await dump(store, table)).filter((row) => row.transfer_no === abandoned.transferNo)
    if (rows.length > 0) await expect(run(store, underWay), underWay).rejects.toThrow('is append-only')
  }
  await abandoned.abandon({ actor: DANA, reason: 'a test' })
  for (const table of OF_A_TRANSFER) {
    const committed = (await dump(store, table)).filter((row) => row.transfer_no === 1)
    await run(store, `delete from ${table} where transfer_no = ${abandoned.transferNo}`)
    await expect(run(store, `delete from ${table} where transfer_no = 1`), table).rejects.toThrow('is append-only')
    expect(await dump(store, table), table).toEqual(committed)
  }
})

for (const end of ['committed', 'abandoned'] as const) {
  test(`nothing can be added to a transfer that is ${end}`, async () => {
    const store = await openFullStore()
    const staging = await stageTransfer(store, { rows: [...toRows(['0101 Headache']), SUBJECT, REJECTED] })
    if (end === 'committed') await staging.commit({ actor: DANA, body: {} })
    else await staging.abandon({ actor: DANA, reason: 'a test' })
    for (const table of OF_A_TRANSFER.filter((name) => !COUNT_THROUGH_VERSIONS.includes(name))) {
      const [row = {}] = await dump(store, table)
      const columns = Object.keys(row)
      const values = columns.map((name) => (name === 'transfer_no' ? staging.transferNo : name))
      const late = `insert into ${table} (${columns.join(', ')}) select ${values.join(', ')} from ${table}`
      await expect(run(store, late), late).rejects.toThrow(`${table}: the transfer has ended`)
    }
  })
}

test('a sequence number added to an occurrence is noticed', async () => {
  const store = await openFullStore()
  await run(
    store,
    "insert into sequence select study, domain, usubjid, 99, occurrence_no, 2, transfer_no, null from sequence where part = 1 and n = 1 and domain = 'AE' limit 1",
  )
  expect(await listFaults(store)).toEqual([
    expect.stringContaining('part 2 has a sequence number (99) that no event gave it'),
  ])
})

test('a transfer ends once', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 Headache']) })
  const again = `insert into transfer_end values ('${STUDY}', 1, 'abandoned', 99, '')`
  await expect(run(store, again)).rejects.toThrow('UNIQUE constraint failed')
})

test('a file account whose buckets do not sum up to the rows read is refused', async () => {
  const store = await openStage()
  const { transferNo } = await openTransfer(store)
  const file = {
    source: 'ae',
    name: 'ae.csv',
    sha256: 'f',
    bytes: 1,
    encoding: 'utf-8',
    skipped_by: '{}',
    remarks: '{}',
  }
  const account = (file_no: number, counts: { read: number; skipped: number; rejected: number }) =>
    store.db
      .insertInto('transfer_file')
      .values({
        ...file,
        ...counts,
        study: STUDY,
        transfer_no: transferNo,
        file_no,
        accepted: 5,
        duplicate: 3,
        superseded: 1,
        occurrences: 5,
      })
      .execute()
  await expect(account(1, { read: 12, skipped: 2, rejected: 0 })).rejects.toThrow('CHECK constraint failed')
  await expect(account(1, { read: 10, skipped: 2, rejected: 0 })).rejects.toThrow('CHECK constraint failed')
  await account(1, { read: 12, skipped: 2, rejected: 1 })
  expect((await dump(store, 'transfer_file')).map(({ read }) => read)).toEqual([12])
})

/** A store with rows in every table. */
async function openFullStore(): Promise<Store> {
  const store = await openStage()
  const artefact = { kind: 'dictionary', name: 'Terms', version: '1', sha256: 'd1', content: null } as const
  await recordSettings(store, STUDY, { artefacts: [artefact], actor: DANA, approval: 'none' })
  const rows = [...toRows(['0101 Headache', '0101/2 Nausea !', '0101 Headache']), SUBJECT, REJECTED]
  await commitTransfer(store, { rows })
  await codeByMachine(store, [toDecision(await findGroup(store, 'Headache'))])
  const { target } = await findGroup(store, 'Nausea')
  const decision = await codeByHand(store, await findGroup(store, 'Nausea'), { term: 'Nausea', waits: true })
  await recordVerdict(store, STUDY, { decision: decision ?? '', target, kind: 'approved', actor: DANA, reason: null })
  const dataset = { runId: '1', uptoSeq: 5, manifestSha256: 'f', transferNo: 1, actor: DANA }
  await recordDataset(store, STUDY, dataset)
  return store
}

async function listTables(store: Store): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(store.db)
  return rows.map((row) => row.name)
}

async function dump(store: Store, table: string): Promise<Record<string, unknown>[]> {
  const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(store.db)
  return rows
}

async function run(store: Store, statement: string): Promise<void> {
  await sql.raw(statement).execute(store.db)
}

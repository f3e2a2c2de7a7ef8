/** Entries of lists as they are recorded: identity, one event an act, who was first, pages; and what verify says of changes. */
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import {
  findListsMark,
  listEntries,
  listEntriesInForce,
  listEntriesOf,
  type NewEntry,
  recordEntryStep,
  recordProposals,
  type StoredEntry,
} from '../../pipeline/store/lists.ts'
import type { Store } from '../../pipeline/store/store.ts'
import { compareCodeUnits } from '../../schemas/content-id.ts'
import { GLOBAL_OWNER } from '../../schemas/lists.ts'
import { ANN, DANA, listFaults, openStage, STUDY, toPath } from './stage.ts'

function toEntry(verbatim: string, term: string, change: Partial<NewEntry> = {}): NewEntry {
  return {
    domain: '',
    terminology: 'Terms',
    folded: verbatim.toLowerCase(),
    verbatim,
    path: toPath(term),
    origin: 'a test',
    reason: null,
    ...change,
  }
}

async function propose(store: Store, entries: readonly NewEntry[], owner = STUDY): Promise<StoredEntry[]> {
  const { proposed } = await recordProposals(store, owner, { entries, actor: ANN, reason: null })
  return listEntriesOf(store, [owner], { ids: proposed })
}

async function readEntry(store: Store, { owner, id }: StoredEntry): Promise<StoredEntry> {
  const [entry] = await listEntriesOf(store, [owner], { ids: [id] })
  if (entry === undefined) throw new Error(`no entry ${id}`)
  return entry
}

async function listEvents(store: Store, owner: string): Promise<string[]> {
  const rows = await store.db.selectFrom('event').select(['kind', 'object']).where('study', '=', owner).execute()
  return rows.map(({ kind, object }) => `${kind} ${object.replace(/[0-9a-f]{32}/, 'ID')}`)
}

const APPROVE = { kind: 'approved', actor: DANA, reason: null } as const
const RETIRE = { kind: 'retired', actor: DANA, reason: 'not any more' } as const

test('an entry goes from state to state, an event each, in the chain of its owner alone', async () => {
  const store = await openStage()
  const [proposed] = await propose(store, [toEntry('HA', 'Headache')], GLOBAL_OWNER)
  if (proposed === undefined) throw new Error('it was proposed')
  expect(proposed).toMatchObject({ state: 'proposed', owner: '@global', steps: [{ actor: 'Ann', kind: 'proposed' }] })
  const before = await findListsMark(store, [STUDY, GLOBAL_OWNER])
  expect(await listEntriesInForce(store, GLOBAL_OWNER, { terminology: 'Terms' })).toEqual([])
  expect(await recordEntryStep(store, proposed, APPROVE)).toBe('recorded')
  expect(await findListsMark(store, [STUDY, GLOBAL_OWNER]), 'lists in force changed').not.toBe(before)
  const approved = await readEntry(store, proposed)
  expect(await listEntriesInForce(store, GLOBAL_OWNER, { terminology: 'Terms' })).toMatchObject([{ id: approved.id }])
  expect(await listEntriesInForce(store, STUDY, { terminology: 'Terms' })).toEqual([])
  expect(await listEntriesInForce(store, GLOBAL_OWNER, { terminology: 'Other' })).toEqual([])
  expect(await recordEntryStep(store, approved, RETIRE)).toBe('recorded')
  expect(await listEntriesInForce(store, GLOBAL_OWNER, { terminology: 'Terms' })).toEqual([])
  expect(await listEvents(store, GLOBAL_OWNER)).toEqual([
    'list-proposed list entry ID',
    'list-approved list entry ID',
    'list-retired list entry ID',
  ])
  expect(await listEvents(store, STUDY)).toEqual([])
  expect([...(await listFaults(store, GLOBAL_OWNER)), ...(await listFaults(store))]).toEqual([])
})

test('what stands in a list is not proposed again, what was rejected or means something else is', async () => {
  const store = await openStage()
  const [first] = await propose(store, [toEntry('HA', 'Headache')])
  if (first === undefined) throw new Error('it was proposed')
  const again = () => recordProposals(store, STUDY, { entries: [toEntry('ha', 'Headache')], actor: DANA, reason: null })
  expect(await again()).toEqual({ proposed: [], known: [first] })
  expect(await listEvents(store, STUDY)).toHaveLength(1)
  const others = [toEntry('HA', 'Hay fever'), toEntry('HA', 'Headache', { domain: 'AE' })]
  expect(await propose(store, others)).toHaveLength(2)
  await recordEntryStep(store, first, { kind: 'rejected', actor: DANA, reason: 'no' })
  expect((await again()).proposed).toHaveLength(1)
})

test('of two people who judge one entry the second is told, and one verbatim has one entry in force in a list', async () => {
  const store = await openStage()
  const [one, two] = await propose(store, [toEntry('HA', 'Headache'), toEntry('HA', 'Hay fever')])
  const [inAe] = await propose(store, [toEntry('HA', 'Hay fever', { domain: 'AE' })])
  if (one === undefined || two === undefined || inAe === undefined) throw new Error('they were proposed')
  expect(await recordEntryStep(store, one, APPROVE)).toBe('recorded')
  expect(await recordEntryStep(store, one, { kind: 'rejected', actor: ANN, reason: 'no' })).toBe('stale')
  const events = await listEvents(store, STUDY)
  expect(await recordEntryStep(store, two, APPROVE)).toBe('taken')
  expect(await listEvents(store, STUDY), 'nothing is written').toEqual(events)
  expect(await recordEntryStep(store, inAe, APPROVE), 'a domain of its own').toBe('recorded')
  expect(await recordEntryStep(store, await readEntry(store, one), RETIRE)).toBe('recorded')
  expect(await recordEntryStep(store, two, APPROVE)).toBe('recorded')
})

test('pages hold every entry once: list by list, the newest first, narrowed by state and words', async () => {
  const store = await openStage()
  await propose(
    store,
    ['a1', 'a2', 'a3'].map((verbatim) => toEntry(verbatim, 'Ache')),
  )
  const [last] = await propose(store, [toEntry('b1', 'Blue mood')])
  await propose(
    store,
    ['c1', 'c2'].map((verbatim) => toEntry(verbatim, 'Cough')),
    GLOBAL_OWNER,
  )
  const owners = [STUDY, GLOBAL_OWNER]
  const found: StoredEntry[] = []
  for (;;) {
    const after = found.at(-1)
    const page = await listEntries(store, owners, { limit: 2, ...(after === undefined ? {} : { after }) })
    found.push(...page)
    if (page.length < 2) break
  }
  expect(found).toEqual(await listEntries(store, owners, { limit: 100 }))
  expect(found.map(({ verbatim }) => verbatim[0]).join('')).toBe('baaacc')
  const narrow = async (filter: object) =>
    (await listEntries(store, owners, { limit: 100, ...filter })).map(({ verbatim }) => verbatim).sort(compareCodeUnits)
  expect(await narrow({ text: 'blue' }), 'words of the term').toEqual(['b1'])
  expect(await narrow({ text: '2' }), 'words of the verbatim').toEqual(['a2', 'c2'])
  if (last === undefined) throw new Error('it was proposed')
  await recordEntryStep(store, last, APPROVE)
  expect(await narrow({ state: 'approved' })).toEqual(['b1'])
  expect(await narrow({ state: 'proposed', text: 'b' })).toEqual([])
})

const TRIGGERS = ['list_entry', 'list_step'].flatMap((table) =>
  ['update', 'delete'].map((act) => ({ name: `${table}_no_${act}`, table, act })),
)
/** Each says what was done to a store in which HA and SOB were proposed together, and HA was approved. */
const TAMPERINGS: readonly (readonly [what: string, statement: string, fault: RegExp])[] = [
  ['another code', `update list_entry set code = '1' where verbatim = 'HA'`, /list entry \w+: its content was changed/],
  [
    'another path',
    `update list_entry set path = replace(path, 'Headache', 'Nausea') where verbatim = 'HA'`,
    /list entry \w+: its content was changed/,
  ],
  ['another kind', `update list_entry set kind = 'never' where verbatim = 'HA'`, /its content was changed/],
  ['another approver', `update list_step set actor = 'Bea' where kind = 'approved'`, /event 2: what it tells/],
  ['another time', `update list_step set at = '2020-01-01' where kind = 'approved'`, /event 2: what it tells/],
  ['a reason put in', `update list_step set reason = 'x' where kind = 'proposed'`, /event 1: what it tells/],
  ['a rejection made an approval', `update list_step set kind = 'rejected' where kind = 'approved'`, /event 2: what/],
  ['an approval gone', `delete from list_step where kind = 'approved'`, /event 2: what it tells/],
  ['an entry gone', `delete from list_entry where verbatim = 'SOB'`, /there are steps of it, and it is not there/],
  [
    'an approval without an event',
    `insert into list_step select study, id, 9, 'approved', 'Dana', 'asserted', '2026', null from list_entry where verbatim = 'SOB'`,
    /list step of event 9: the chain does not tell of it/,
  ],
  [
    'an entry without an event',
    `insert into list_entry select study, 'x', seq, kind, domain, terminology, folded, verbatim, code, path, origin from list_entry where verbatim = 'SOB'`,
    /list entry x: its content was changed/,
  ],
]

test.each(TAMPERINGS)('verify finds %s', async (_, statement, fault) => {
  const store = await openStage()
  const [entry] = await propose(store, [toEntry('HA', 'Headache'), toEntry('SOB', 'Dyspnoea')])
  const ha = entry?.verbatim === 'HA' ? entry : (await listEntries(store, [STUDY], { text: 'ha', limit: 1 }))[0]
  if (ha === undefined) throw new Error('it was proposed')
  await recordEntryStep(store, ha, APPROVE)
  expect(await listFaults(store)).toEqual([])
  const triggers = await sql<{ sql: string; name: string }>`
    select name, sql from sqlite_master where type = 'trigger' and tbl_name in ('list_entry', 'list_step')`.execute(
    store.db,
  )
  expect(triggers.rows.map(({ name }) => name).sort()).toEqual(TRIGGERS.map(({ name }) => name).sort())
  for (const { name } of triggers.rows) await sql.raw(`drop trigger ${name}`).execute(store.db)
  await sql.raw(statement).execute(store.db)
  for (const trigger of triggers.rows) await sql.raw(trigger.sql).execute(store.db)
  expect((await listFaults(store)).join('\n')).toMatch(fault)
})

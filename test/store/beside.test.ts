/** Term groups in a dictionary beside the main one: whose occurrences they share, what they are counted and coded by. */
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { addGroupsBeside } from '../../pipeline/store/beside.ts'
import {
  countStudy,
  countSubjects,
  findGroups,
  listGroups,
  listOccurrences,
  listOwnDecided,
  listUndecided,
} from '../../pipeline/store/queue.ts'
import type { Store } from '../../pipeline/store/store.ts'
import { codeByHand, commitTransfer, listFaults, openStage, RANGE, readRows, STUDY, toRows } from './stage.ts'

const OTHER = { domain: 'AE', terminology: 'Other', language: 'English' } as const
const openBeside = async (...terms: string[]) => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(terms) })
  await addGroupsBeside(store, STUDY, OTHER)
  return store
}
const findBeside = async (store: Store, folded: string) => {
  const [group] = await findGroups(store, STUDY, { folded, terminology: 'Other', limit: 2 })
  if (group === undefined) throw new Error(`no group of "${folded}" in Other`)
  return group
}
const listCounts = async (store: Store) =>
  (await listGroups(store, STUDY, { state: 'any', limit: 99 })).map(
    ({ terminology, folded, occurrences, serious }) => `${terminology}: ${folded} ${occurrences} (${serious} serious)`,
  )

test('every main group gets one, which shares its occurrences and subjects; a second call adds none', async () => {
  const store = await openBeside('01 Headache', '02 HEADACHE !', '02/2 Headache', '03 Rash')
  await addGroupsBeside(store, STUDY, OTHER)
  expect(await listCounts(store)).toEqual([
    'Terms: headache 3 (1 serious)',
    'Other: headache 3 (1 serious)',
    'Terms: rash 1 (0 serious)',
    'Other: rash 1 (0 serious)',
  ])
  const group = await findBeside(store, 'headache')
  expect((await listOccurrences(store, STUDY, { group, limit: 9 })).map(({ usubjid }) => usubjid)).toEqual([
    'ABC-101-01',
    'ABC-101-02',
    'ABC-101-02',
  ])
  expect((await countSubjects(store, STUDY, [group])).get(group.target.id)).toBe(2)
  expect(await listFaults(store)).toEqual([])
})

test('the next transfer moves its counts with those of the main group, and new terms get one with the next call', async () => {
  const store = await openBeside('01 Headache', '02 Headache', '03 Rash')
  await commitTransfer(store, { rows: toRows(['01 Headache', '02 Chills', '03 Rash !']) })
  expect(await listCounts(store)).toEqual([
    'Terms: rash 1 (1 serious)',
    'Other: rash 1 (1 serious)',
    'Terms: chills 1 (0 serious)',
    'Terms: headache 1 (0 serious)',
    'Other: headache 1 (0 serious)',
  ])
  await addGroupsBeside(store, STUDY, OTHER)
  expect((await findBeside(store, 'chills')).occurrences).toBe(1)
  expect(await listFaults(store)).toEqual([])
})

test('each dictionary has its own work list, its own decisions and its own counts', async () => {
  const store = await openBeside('01 Headache', '02 Rash')
  await codeByHand(store, await findBeside(store, 'headache'), { term: 'H1' })
  const listOpen = async (terminology: string) =>
    (await listUndecided(store, STUDY, { ...RANGE, terminology, limit: 9 })).map(({ folded }) => folded)
  expect(await listOpen('Terms')).toEqual(['headache', 'rash'])
  expect(await listOpen('Other')).toEqual(['rash'])
  const counts = await countStudy(store, STUDY)
  expect(counts).toMatchObject({ groups: 2, occurrences: 2, openGroups: 2 })
  expect(counts.beside).toMatchObject([{ terminology: 'Other', groups: 2, occurrences: 2, openGroups: 1 }])
  expect(await listFaults(store)).toEqual([])
})

test('a decision on one occurrence is for one dictionary alone', async () => {
  const store = await openBeside('01 Headache', '02 Headache')
  const group = await findBeside(store, 'headache')
  await codeByHand(store, group, { term: 'H1' })
  const [first] = await listOccurrences(store, STUDY, { group, limit: 1 })
  if (first === undefined) throw new Error('no occurrence')
  await codeByHand(store, first, { term: 'Own' })
  const rows = (await readRows(store, { beside: ['Other'] })).map(
    ({ subject, path, beside }) => `${subject} -> ${path?.at(-1)?.text ?? 'none'}, ${beside[0]?.path?.at(-1)?.text}`,
  )
  expect(rows).toEqual(['01 -> none, Own', '02 -> none, H1'])
  expect(
    (await listOwnDecided(store, STUDY, { state: 'any', limit: 9 })).map(({ target }) => target.terminology),
  ).toEqual(['Other'])
  expect(await listFaults(store)).toEqual([])
})

test('verify sees a group that stands beside a group of another term', async () => {
  const store = await openBeside('01 Headache', '02 Rash')
  const [headache, rash] = [await findBeside(store, 'headache'), await findBeside(store, 'rash')]
  await sql`drop trigger term_group_no_update`.execute(store.db)
  await store.db
    .updateTable('term_group')
    .set({ main_no: rash.target.no })
    .where('no', '=', headache.target.no)
    .execute()
  expect((await listFaults(store)).filter((fault) => fault.includes('stands beside'))).toEqual([
    `term group ${headache.target.id} ("headache"): the group it stands beside is not of the same term`,
  ])
})

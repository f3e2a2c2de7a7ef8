/** Notes: what is written, and that a note which was changed, removed or added behind the chain's back is found. */
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { listNotes, writeNote } from '../../pipeline/store/notes.ts'
import type { Store } from '../../pipeline/store/store.ts'
import { ANN, commitTransfer, DANA, findGroup, findOccurrence, listFaults, openStage, STUDY, toRows } from './stage.ts'

async function openNoted(): Promise<{ store: Store; no: number }> {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 Headache', '0102 Headache']) })
  const { target } = await findGroup(store, 'Headache')
  await writeNote(store, STUDY, { group: target, text: 'Ask the monitor', actor: ANN })
  const occurrence = (await findOccurrence(store, { subject: '0102', term: 'Headache' })).target
  await writeNote(store, STUDY, { group: target, occurrence, text: 'After a fall', actor: DANA })
  return { store, no: target.no }
}

test('notes stand with their term, oldest first, each with who left it and the occurrence it is about', async () => {
  const { store, no } = await openNoted()
  const notes = await listNotes(store, STUDY, no)
  const { target } = await findOccurrence(store, { subject: '0102', term: 'Headache' })
  expect(notes.map(({ text, by, occurrence }) => ({ text, by, occurrence }))).toEqual([
    { text: 'Ask the monitor', by: 'Ann', occurrence: null },
    { text: 'After a fall', by: 'Dana', occurrence: target.id },
  ])
  expect(await listFaults(store)).toEqual([])
})

const TAMPERINGS = [
  { what: 'another text', sql: "update note set text = 'Nothing' where seq = 2", fault: 'not what the event tells of' },
  { what: 'another author', sql: "update note set actor = 'Bea' where seq = 2", fault: 'not what the event tells of' },
  { what: 'a note removed', sql: 'delete from note where seq = 2', fault: 'the note it tells of is missing' },
  {
    what: 'a note added',
    sql: "insert into note select study, 1, group_no, null, 'Added', actor, auth, at from note where seq = 2",
    fault: 'the chain does not tell of it',
  },
]
for (const { what, sql: statement, fault } of TAMPERINGS)
  test(`${what} is found`, async () => {
    const { store } = await openNoted()
    for (const act of ['update', 'delete']) await sql.raw(`drop trigger note_no_${act}`).execute(store.db)
    await sql.raw(statement).execute(store.db)
    expect((await listFaults(store)).filter((each) => !each.includes('missing or changed'))).toEqual([
      expect.stringContaining(fault),
    ])
  })

/** Hidden words in the store: what is kept of them, who was first, and what verify says when someone meddles. */
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { findHead } from '../../pipeline/store/chain.ts'
import { countRedacted, findMasks, recordRedaction } from '../../pipeline/store/redactions.ts'
import type { Store } from '../../pipeline/store/store.ts'
import { commitTransfer, DANA, findGroup, listFaults, openStage, readLines, STUDY, toRows } from './stage.ts'

const TERM = 'Mrs Miller fell'

test('a hidden word is masked from then on, in every spelling of its term; the record and the dataset stay', async () => {
  const store = await openHidden()
  const masks = await findMasks(store, STUDY)
  expect(masks.toShown('mrs  MILLER fell')).toBe('mrs  ██████ fell')
  expect(masks.toShown('Miller fell'), 'another term').toBe('Miller fell')
  expect(await readLines(store)).toEqual([`01 #1 ${TERM} -> none`, `02 #1 ${TERM.toLowerCase()} -> none`])
  expect(await listFaults(store)).toEqual([])
})

test('neither the chain nor the table holds the word', async () => {
  const store = await openHidden()
  const { rows: kept } = await sql<{ text: string }>`
    select body || (select salt || words || reason from redaction) as text from event_body order by seq desc limit 1`.execute(
    store.db,
  )
  expect(kept[0]?.text).toContain('digests')
  expect(kept[0]?.text.toLowerCase()).not.toContain('miller')
})

test('what is hidden is read anew only when something was hidden since', async () => {
  const store = await openHidden()
  const before = await findMasks(store, STUDY)
  expect(await findMasks(store, STUDY)).toBe(before)
  await hide(store, { words: ['mrs'], seen: 1 })
  expect((await findMasks(store, STUDY)).toShown(TERM)).toBe('███ ██████ fell')
})

test('of two people at once one is first, and the other writes nothing', async () => {
  const store = await openHidden()
  const { seq } = await findHead(store.db, STUDY)
  expect(await hide(store, { words: ['mrs'], seen: 0 })).toBeUndefined()
  expect((await findHead(store.db, STUDY)).seq).toBe(seq)
})

test('hidden words are counted as long as the data hold them', async () => {
  const store = await openHidden()
  expect(await countRedacted(store, STUDY)).toEqual({ terms: 1, occurrences: 2 })
  await commitTransfer(store, { rows: toRows(['01 Fell', `02 ${TERM}`]) })
  expect(await countRedacted(store, STUDY)).toEqual({ terms: 1, occurrences: 1 })
  await commitTransfer(store, { rows: toRows(['01 Fell', '02 Fell']) })
  expect(await countRedacted(store, STUDY)).toEqual({ terms: 0, occurrences: 0 })
})

/** What may be done to a redaction behind the store's back, and what verify says. */
const TAMPERED = [
  { title: 'it is gone', statement: 'delete from redaction', fault: /event \d+: the redaction it tells of is missing/ },
  {
    title: 'it hides nothing',
    statement: "update redaction set words = '[]'",
    fault: /it is not what the event tells of/,
  },
  {
    title: 'it is of another term',
    statement: 'update redaction set group_no = 2',
    fault: /it is not what the event tells of/,
  },
  {
    title: 'its reason is another',
    statement: "update redaction set reason = 'x'",
    fault: /it is not what the event tells of/,
  },
  {
    title: 'it is not in the chain',
    statement: 'insert into redaction select study, 1, group_no, salt, words, actor, auth, at, reason from redaction',
    fault: /redaction of event 1: the chain does not tell of it/,
  },
]
for (const { title, statement, fault } of TAMPERED) {
  test(`verify notices of a redaction that ${title}`, async () => {
    const store = await openHidden()
    await commitTransfer(store, { rows: toRows([`01 ${TERM}`, '02 Fell']) })
    for (const act of ['update', 'delete']) await sql.raw(`drop trigger redaction_no_${act}`).execute(store.db)
    await sql.raw(statement).execute(store.db)
    const faults = (await listFaults(store)).filter((each) => !each.startsWith('store: missing'))
    expect(faults).toEqual([expect.stringMatching(fault)])
  })
}

/** A store in which "Miller" is hidden. */
async function openHidden(): Promise<Store> {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows([`01 ${TERM}`, `02 ${TERM.toLowerCase()}`]) })
  await hide(store, { words: ['miller'], seen: 0 })
  return store
}

async function hide(store: Store, { words, seen }: { words: readonly string[]; seen: number }) {
  const { target } = await findGroup(store, TERM)
  return recordRedaction(store, STUDY, { group: target, seen, words, actor: DANA, reason: 'a name' })
}

/** Numbering the parts of split reports: the point of the chain that the dataset after it speaks for. */
import { expect, test } from 'vitest'
import { numberParts } from '../pipeline/run-parts.ts'
import { findHead } from '../pipeline/store/chain.ts'
import type { Store } from '../pipeline/store/store.ts'
import type { Study } from '../pipeline/study.ts'
import { codeByHand, commitTransfer, findGroup, openStage, readRows, STUDY, toPath, toRows } from './store/stage.ts'

const STUDY_OF_STAGE = { id: STUDY } as Study

test('the dataset speaks for the numbering itself where it is all that happened', async () => {
  const store = await openSplit(['01 a and b', '02 a and b'])
  const head = await findHead(store.db, STUDY)
  const reached = await numberParts(STUDY_OF_STAGE, { store, head })
  expect(reached).toEqual(await findHead(store.db, STUDY))
  expect(reached.seq).toBe(head.seq + 1)
  expect(await numberParts(STUDY_OF_STAGE, { store, head: reached }), 'again, with nothing to number').toEqual(reached)
  expect(await readRows(store, { uptoSeq: reached.seq })).toHaveLength(4)
})

test('what a person did meanwhile is not spoken for: the dataset stays at the point that was checked', async () => {
  const store = await openSplit(['01 a and b'])
  const head = await findHead(store.db, STUDY)
  await codeByHand(store, await findGroup(store, 'a and b'), { term: 'One', reason: 'one event' })
  expect(await numberParts(STUDY_OF_STAGE, { store, head })).toEqual(head)
  expect(await readRows(store, { uptoSeq: head.seq }), 'the split as it stood then').toHaveLength(2)
  expect(await readRows(store)).toHaveLength(1)
})

test('more parts than one batch holds are numbered in several, in one order', async () => {
  const store = await openSplit(
    Array.from({ length: 2500 }, (_, index) => `${String(index % 50).padStart(2, '0')}/${index} a and b`),
  )
  const head = await findHead(store.db, STUDY)
  const reached = await numberParts(STUDY_OF_STAGE, { store, head })
  expect(reached.seq).toBe(head.seq + 2)
  const rows = await readRows(store)
  expect(rows).toHaveLength(5000)
  const first = rows.filter(({ subject }) => subject === '00').map(({ provenance }) => provenance.part)
  expect(first).toEqual([...Array(50).fill(1), ...Array(50).fill(2)])
})

async function openSplit(rows: readonly string[]): Promise<Store> {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(rows), batch: 1000 })
  const codings = ['a', 'b'].map((part) => ({ path: toPath(part), partText: part }))
  await codeByHand(store, await findGroup(store, 'a and b'), { term: '', codings })
  return store
}

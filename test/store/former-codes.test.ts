/** What records were coded to before their site changed the term: for whoever codes the new one. */
import { expect, test } from 'vitest'
import { ReviewQueue } from '../../pipeline/review-queue.ts'
import { recordVerdict } from '../../pipeline/store/decisions.ts'
import { listFormerlyCoded } from '../../pipeline/store/former-codes.ts'
import type { Store } from '../../pipeline/store/store.ts'
import { codeByHand, commitTransfer, DANA, findGroup, findOccurrence, openStage, STUDY, toRows } from './stage.ts'

async function listFormer(store: Store, verbatim: string): Promise<string[]> {
  const { mainNo } = await findGroup(store, verbatim)
  const former = await listFormerlyCoded(store.db, STUDY, { mainNos: [mainNo], limit: 10 })
  return former.map(
    ({ usubjid, verbatim: before, was }) =>
      `${usubjid} ${before} ${was.codes.map(({ text }) => text).join('+')} ${was.target} ${was.approval}`,
  )
}

test('a changed term tells what its records were coded to, as it stood when the transfer came', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 bad head', '0102 bad head', '0103 odd feeling', '0104 Rash']) })
  await codeByHand(store, await findGroup(store, 'bad head'), { term: 'Headache', waits: true })
  const own = await findOccurrence(store, { subject: '0102', term: 'bad head' })
  await codeByHand(store, own, { term: 'Migraine', reason: 'seen' })
  await commitTransfer(store, { rows: toRows(['0101 head bad', '0102 head bad', '0103 head bad', '0104 Rash']) })
  const expected = [
    'ABC-101-0101 bad head Headache group pending',
    'ABC-101-0102 bad head Migraine occurrence none-needed',
  ]
  expect(await listFormer(store, 'head bad')).toEqual(expected)
  expect(await listFormer(store, 'Rash')).toEqual([])

  // What happens beside the term since, and later decisions on the former one, change nothing of it.
  await commitTransfer(store, { rows: toRows(['0101 head bad !', '0102 head bad', '0105 bad head', '0104 Rash']) })
  await codeByHand(store, await findGroup(store, 'bad head'), { term: 'Nausea', reason: 'anew' })
  expect(await listFormer(store, 'head bad')).toEqual(expected)
})

test('a term that was not coded, or whose code was rejected, has nothing to tell', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 bad head', '0102 odd feeling']) })
  const group = await findGroup(store, 'bad head')
  const decision = (await codeByHand(store, group, { term: 'Headache', waits: true })) ?? ''
  await recordVerdict(store, STUDY, { decision, target: group.target, kind: 'rejected', actor: DANA, reason: 'no' })
  await commitTransfer(store, { rows: toRows(['0101 head', '0102 head']) })
  expect(await listFormer(store, 'head')).toEqual([])
})

test('the queue shows it on an open term, and no longer once that is coded', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 bad head', '0102 bad head']) })
  const queue = new ReviewQueue(store, STUDY)
  await codeByHand(store, await findGroup(store, 'bad head'), { term: 'Headache' })
  await commitTransfer(store, { rows: toRows(['0101 head bad', '0102 head bad']) })
  const group = await findGroup(store, 'head bad')
  expect((await queue.find(group.target.id))?.was).toEqual({
    verbatim: 'bad head',
    codes: [{ code: '98', text: 'Headache', part: null }],
    occurrences: 2,
  })
  await codeByHand(store, group, { term: 'Migraine' })
  expect((await queue.find(group.target.id))?.was).toBeNull()
})

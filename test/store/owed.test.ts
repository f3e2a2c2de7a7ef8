/** What review owes, counted from indexes alone, is what the queue says of every term and occurrence. */
import { expect, test } from 'vitest'
import { codeTerm, countStudy, listOccurrences } from '../../pipeline/index.ts'
import { countOwed } from '../../pipeline/store/owed.ts'
import { openSmallStudy, type SmallStudy, toSignedIn } from '../small-study.ts'

async function expectSame({ desk, study }: SmallStudy, owed: { open: number; toApprove: number }): Promise<void> {
  const counts = await countStudy(desk.store, study.id)
  const { openGroups, ownOpen, toApproveGroups, ownToApprove } = counts
  expect({ open: openGroups + ownOpen, toApprove: toApproveGroups + ownToApprove }).toEqual(owed)
  expect(await countOwed(desk.store.db, study.id)).toEqual(owed)
}

test('terms and occurrences count as open or waiting by their last decision and its verdict', async () => {
  const small = await openSmallStudy(['101 Headache', '102 bad head', '103 odd feeling', '104 Rash', '105 Rash'])
  await expectSame(small, { open: 2, toApprove: 0 })
  await small.code('bad head', 'Headache')
  await expectSame(small, { open: 1, toApprove: 1 })
  await small.judge('bad head', 'rejected')
  await expectSame(small, { open: 2, toApprove: 0 })
  await small.code('bad head', 'Migraine')
  await small.judge('bad head', 'approved')
  await small.code('Headache', 'Migraine')
  await expectSame(small, { open: 1, toApprove: 1 })

  // One occurrence that differs from its term waits, is approved, and is open again when its verbatim changes.
  const { desk, study } = small
  const found = await small.find('Rash')
  if (found.kind !== 'group') throw new Error('a term is meant')
  const [occurrence] = await listOccurrences(desk.store, study.id, { group: found.group, limit: 1 })
  if (occurrence === undefined) throw new Error('it has occurrences')
  const act = { store: desk.store, kits: desk.kits, actor: toSignedIn('Ann'), reason: null }
  await codeTerm(study, { ...act, target: { kind: 'occurrence', occurrence }, codes: [{ term: 'Itching' }] })
  await expectSame(small, { open: 1, toApprove: 2 })
  await small.run(['101 Headache', '102 bad head', '103 odd feeling', '104 Cough', '105 Cough'])
  await expectSame(small, { open: 2, toApprove: 1 })
})

/** What people made of confident codes: which acts judge one, and which judgement counts. */
import { expect, test } from 'vitest'
import { type NewDecision, recordManual } from '../../pipeline/store/decisions.ts'
import { countReviewed } from '../../pipeline/store/reviewed.ts'
import type { Store } from '../../pipeline/store/store.ts'
import {
  ANN,
  codeByHand,
  codeByMachine,
  commitTransfer,
  FRAME,
  findGroup,
  openStage,
  STUDY,
  toDecision,
  toPath,
  toRows,
} from './stage.ts'

/** What Ann does to a term that the machine was confident of, and how often the code was judged, and right. */
const ACTS: readonly { title: string; act: (store: Store) => Promise<unknown>; reviewed: object }[] = [
  { title: 'nobody did anything', act: async () => undefined, reviewed: { judged: 0, right: 0 } },
  {
    title: 'another term of the concept takes its place',
    act: (store) => give(store, ['Head']),
    reviewed: { judged: 1, right: 1 },
  },
  {
    title: 'a split takes its place',
    act: (store) => give(store, ['Head', 'Belly']),
    reviewed: { judged: 1, right: 0 },
  },
  {
    title: 'a split took its place and was undone',
    act: async (store) => {
      await give(store, ['Head', 'Belly'])
      await give(store, ['Term'], 'reopened')
    },
    reviewed: { judged: 0, right: 0 },
  },
]
for (const { title, act, reviewed } of ACTS) {
  test(`a confident code is judged when ${title}: ${JSON.stringify(reviewed)}`, async () => {
    const store = await openStage()
    await commitTransfer(store, { rows: toRows(['01 Headache', '02 Nausea']) })
    await codeByMachine(store, [toDecision(await findGroup(store, 'Headache'), { outcome: 'confident' })])
    await codeByHand(store, await findGroup(store, 'Nausea'), { term: 'Belly' })
    await act(store)
    expect(await countReviewed(store, STUDY)).toEqual(reviewed)
  })
}

async function give(store: Store, terms: readonly string[], kind: 'coded' | 'reopened' = 'coded'): Promise<void> {
  const codings = terms.map((term) => ({ path: toPath(term), partText: terms.length > 1 ? term : null }))
  const change: Partial<NewDecision> = { outcome: 'manual', step: 'person', codings }
  const decision = toDecision(await findGroup(store, 'Headache'), change)
  await recordManual(store, STUDY, { kind, decision, frame: { ...FRAME, actor: ANN } })
}

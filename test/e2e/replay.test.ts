import { expect, test } from 'vitest'
import { type Lived, replay } from './replay.ts'

/** The long run: `node test/e2e/replay-many.ts --sequences 2000 --seed 1`. */
const SEQUENCES = 5

test('after any sequence of transfers, decisions and broken runs a study holds what a model in memory holds', async () => {
  const lived: Lived[] = []
  for (let seed = 1; seed <= SEQUENCES; seed++) lived.push(await replay(seed))
  const sum = (of: (life: Lived) => number) => lived.reduce((total, life) => total + of(life), 0)
  // The sequences went through all of it.
  expect(sum(({ transfers }) => transfers)).toBeGreaterThan(SEQUENCES * 2)
  expect(sum(({ decisions }) => decisions)).toBeGreaterThan(SEQUENCES)
  expect(sum(({ crashes }) => crashes)).toBeGreaterThan(SEQUENCES / 2)
  expect(sum(({ refused }) => refused)).toBeGreaterThan(0)
  expect(sum(({ rows }) => rows)).toBeGreaterThan(SEQUENCES * 4)
})

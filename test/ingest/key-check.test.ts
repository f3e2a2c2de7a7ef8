import { expect, test } from 'vitest'
import { checkKeys } from '../../pipeline/ingest/key-check.ts'

async function* toBatches(...batches: string[][][]) {
  yield* batches
}

test('rows that share a key are counted, the first of them included', async () => {
  const keys = toBatches(
    [
      ['001', '1'],
      ['001', '2'],
      ['001', '1'],
    ],
    [
      ['002', '1'],
      ['001', '1'],
    ],
  )
  expect(await checkKeys(keys)).toEqual({ rows: 5, distinct: 3, sharing: 3, isAtLeast: false })
})

test('the parts of a key do not run into each other', async () => {
  expect(
    await checkKeys(
      toBatches([
        ['1', '12'],
        ['11', '2'],
      ]),
    ),
  ).toMatchObject({ distinct: 2, sharing: 0 })
})

test('a check that runs to the bound of its memory says that it knows lower bounds only', async () => {
  const keys = toBatches(Array.from({ length: 100 }, (_, index) => [`${index % 50}`]))
  expect(await checkKeys(keys, { cap: 10 })).toEqual({ rows: 100, distinct: 10, sharing: 20, isAtLeast: true })
})

test('a hundred thousand different keys are told apart', async () => {
  const keys = toBatches(
    Array.from({ length: 100_000 }, (_, index) => [`S${index % 1000}`, `${Math.floor(index / 1000)}`]),
  )
  expect(await checkKeys(keys)).toEqual({ rows: 100_000, distinct: 100_000, sharing: 0, isAtLeast: false })
})

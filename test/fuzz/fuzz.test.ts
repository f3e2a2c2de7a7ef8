/** A short run of `npm run fuzz`: damaged files and noise give rows, or an error meant for people. */
import { expect, test } from 'vitest'
import { fuzz } from './fuzz.ts'
import { FUZZED, listSeeds, readAll } from './readers.ts'

test.each(FUZZED)('%s reads or refuses whatever it is given', { timeout: 240_000 }, async (reader) => {
  const { findings, read, refused } = await fuzz(reader, { inputs: 600, seed: 20_261_122 })
  expect(findings).toEqual([])
  // Damage that breaks nothing, or everything, would show that the inputs are no test.
  expect({ some: read > 0, others: reader === 'detect' || refused > 0 }).toEqual({ some: true, others: true })
})

test.each(FUZZED.filter((reader) => reader !== 'detect'))('%s reads what the inputs are made of', async (reader) => {
  for (const bytes of await listSeeds(reader))
    await readAll(reader, {
      name: 'whole',
      async *open() {
        yield bytes
      },
      random: { size: async () => bytes.length, readAt: async (at, length) => bytes.subarray(at, at + length) },
    })
})

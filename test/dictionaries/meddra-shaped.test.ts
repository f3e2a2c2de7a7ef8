import { expect, test } from 'vitest'
import { readMeddraAscii } from '../../dictionaries/meddra-ascii.ts'
import { listMeddraShapedFiles } from '../generators/meddra-shaped.ts'
import { toDictionaryFiles } from './small-release.ts'

const toRelease = (seed: number) =>
  Object.fromEntries([...listMeddraShapedFiles({ llts: 3_000, pts: 900, seed })].map(({ name, text }) => [name, text]))

test('an invented release of any size is whole, and the same for the same seed', async () => {
  const dictionary = await readMeddraAscii(toDictionaryFiles(toRelease(1)))
  const { counts, currentLlts, nonCurrentLlts, primaryPaths, secondaryPaths, warnings } = dictionary.report
  expect([counts.LLT, counts.PT, primaryPaths, warnings]).toEqual([3_000, 900, 900, []])
  expect(currentLlts + nonCurrentLlts).toBe(3_000)
  expect(nonCurrentLlts).toBeGreaterThan(100)
  expect(secondaryPaths).toBeGreaterThan(100)
  expect(toRelease(1)).toEqual(toRelease(1))
  expect(toRelease(2)).not.toEqual(toRelease(1))
})

test('each current term of an invented release is its own best candidate, also with a letter lost', async () => {
  const dictionary = await readMeddraAscii(toDictionaryFiles(toRelease(1)))
  for (let index = 0; index < dictionary.lltCount; index += 50) {
    const llt = dictionary.lltAt(index)
    if (!llt.isCurrent || llt.text.length < 12) continue
    const misspelt = llt.text.slice(0, 6) + llt.text.slice(7)
    expect(dictionary.listCandidates(llt.text, { limit: 1 })[0]).toEqual({ llt, score: 1 })
    expect(dictionary.listCandidates(misspelt, { limit: 3 }).map((candidate) => candidate.llt)).toContainEqual(llt)
  }
})

/** The names of a release alone: what the whole release says of them, and nothing for what is not current. */
import { expect, test } from 'vitest'
import { readNameGroups } from '../../../dictionaries/meddra/name-groups.ts'
import { readMeddraAscii } from '../../../dictionaries/meddra/read-meddra-ascii.ts'
import { AecoderError } from '../../../schemas/errors.ts'
import { SMALL_RELEASE, toDictionaryFiles } from './small-release.ts'

const LLTS =
  '81000010$Headache$81000010$$$$$$$Y$$\n81000011$Sore head$81000010$$$$$$$Y$$\n81000012$Old ache$81000010$$$$$$$N$$\n81000020$Nausea$81000020$$$$$$$Y$$\n'

test('are grouped by concept, without those that are not current', async () => {
  const { groups, sha256 } = await readNameGroups(toDictionaryFiles({ 'llt.asc': LLTS }))
  expect(groups).toEqual([['Headache', 'Sore head'], ['Nausea']])
  const other = await readNameGroups(toDictionaryFiles({ 'llt.asc': LLTS.replace('Nausea', 'Queasy') }))
  expect(other.sha256).not.toBe(sha256)
})

test('are those of the dictionary that is read whole', async () => {
  const files = toDictionaryFiles(SMALL_RELEASE)
  const whole = await readMeddraAscii(files)
  const current = Array.from({ length: whole.termCount }, (_, i) => whole.termAt(i)).filter(
    ({ isCurrent }) => isCurrent,
  )
  const names = Map.groupBy(current, ({ conceptCode }) => conceptCode)
  const sorted = (groups: readonly (readonly string[])[]): readonly string[] =>
    groups.map((group) => group.toSorted((one, other) => (one < other ? -1 : 1)).join('; '))
  const found = sorted((await readNameGroups(files)).groups)
  expect(new Set(found)).toEqual(new Set(sorted([...names.values()].map((terms) => terms.map(({ text }) => text)))))
  expect(found.length).toBeGreaterThan(1)
})

test('are refused where a line is no record', async () => {
  await expect(readNameGroups(toDictionaryFiles({ 'llt.asc': '81000010$Headache\n' }))).rejects.toThrow(AecoderError)
})

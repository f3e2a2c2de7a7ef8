import { expect, test } from 'vitest'
import { readIcd10Cm } from '../../../dictionaries/icd-10-cm/read-icd-10-cm.ts'
import { listIcdShapedFiles } from '../../generators/icd-shaped.ts'
import { toDictionaryFiles } from '../meddra/small-release.ts'

const FILES = Object.fromEntries(listIcdShapedFiles({ codes: 1500, seed: 4 }).map(({ name, text }) => [name, text]))

test('a generated release is the same for the same seed', () => {
  const again = listIcdShapedFiles({ codes: 1500, seed: 4 }).map(({ name, text }) => [name, text])
  expect(again).toEqual(Object.entries(FILES))
  expect(listIcdShapedFiles({ codes: 1500, seed: 5 })[0]?.text).not.toBe(FILES['icd10cm_order_2026.txt'])
})

test('every line of a generated release is a code with a path from its chapter, assignable as the line says', async () => {
  const dictionary = await readIcd10Cm(toDictionaryFiles(FILES))
  const lines = (FILES['icd10cm_order_2026.txt'] ?? '').trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(1500)
  expect(dictionary.report.primaryPaths).toBe(lines.length)
  expect(dictionary.report.warnings).toEqual([])
  for (const line of lines) {
    const bare = line.slice(6, 13).trim()
    const term = dictionary.findTerm(bare)
    expect(term).toMatchObject({ text: line.slice(77), isCurrent: line[14] === '1' })
    const path = dictionary.findPath(bare)?.map(({ level, code }) => ({ level, code })) ?? []
    expect(path.slice(0, 2).map(({ level }) => level)).toEqual(['chapter', 'section'])
    const codes = path.slice(2).map(({ code }) => code.replace('.', ''))
    expect(codes.at(-1)).toBe(bare)
    expect(codes.every((code, i) => i === 0 || code.startsWith(codes[i - 1] ?? '?'))).toBe(true)
    expect(codes[0]).toHaveLength(3)
  }
})

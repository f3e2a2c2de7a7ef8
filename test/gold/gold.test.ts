/** The gold verbatims are what their README says: whole, in two halves, of concepts that exist; the frozen half is unchanged. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DEFAULT_DICTIONARY, openDictionary } from '../../pipeline/coding-kits.ts'
import { GOLD_ROUTES, readGold } from '../train/gold.ts'

const HALVES = ['tune', 'frozen'] as const
const ROWS = { tune: readGold('tune'), frozen: readGold('frozen') }
const ALL = [...ROWS.tune, ...ROWS.frozen]

function toKey(verbatim: string): string {
  return verbatim.toLowerCase().replace(/\s+/g, ' ').trim()
}

test('there are 1,500 verbatims or more, none twice, of every route', () => {
  expect(ALL.length).toBeGreaterThanOrEqual(1500)
  expect(new Set(ALL.map(({ verbatim }) => toKey(verbatim))).size).toBe(ALL.length)
  for (const half of HALVES)
    for (const route of GOLD_ROUTES)
      expect(ROWS[half].filter((row) => row.route === route).length, half).toBeGreaterThan(50)
})

test('a verbatim stands in the half that its hash says', () => {
  for (const half of HALVES)
    for (const { verbatim } of ROWS[half]) {
      const bit = (createHash('sha256').update(toKey(verbatim)).digest()[0] ?? 0) & 1
      expect(bit === 1 ? 'tune' : 'frozen', verbatim).toBe(half)
    }
})

test('the frozen half is what was frozen before anything was tuned', () => {
  const sha256 = createHash('sha256')
    .update(readFileSync(join(import.meta.dirname, 'frozen.tsv')))
    .digest('hex')
  expect(sha256).toBe('61ac1beb56e771b01af41f6776538cf263d0e9231cc05ac7d680da2ff3a715f0')
})

test('concepts are preferred terms of OpenAE 1.1: one where a machine may code, several in a split', async () => {
  const dictionary = await openDictionary(DEFAULT_DICTIONARY.path)
  const names = new Set<string>()
  const systems = new Map<string, string>()
  for (let i = 0; i < dictionary.termCount; i += 1) {
    const { code, text, conceptCode } = dictionary.termAt(i)
    if (code !== conceptCode) continue
    names.add(text)
    systems.set(text, dictionary.findPath(code)?.[0]?.text ?? '')
  }
  for (const { verbatim, concepts, route } of ALL) {
    for (const concept of concepts) expect(names.has(concept), `${verbatim}: ${concept}`).toBe(true)
    if (route === 'code') expect(concepts, verbatim).toHaveLength(1)
    if (route === 'query') expect(concepts, verbatim).toHaveLength(0)
    if (route === 'split') expect(concepts.length, verbatim).toBeGreaterThan(1)
  }
  expect(new Set(ALL.flatMap(({ concepts }) => concepts.map((concept) => systems.get(concept)))).size).toBe(26)
})

import { expect, test } from 'vitest'
import { KeyTable } from '../../pipeline/ingest/key-table.ts'
import { toContentId } from '../../schemas/content-id.ts'

test('a table gives back what was set, for many ids and however often it had to grow', () => {
  const table = new KeyTable()
  const ids = Array.from({ length: 20_000 }, (_, index) => toContentId(String(index)))
  for (const [index, id] of ids.entries()) table.set(id, index + 1)
  for (const [index, id] of ids.entries()) if (index % 2 === 0) table.set(id, index + 100_000)
  expect(ids.filter((id, index) => table.get(id) !== (index % 2 === 0 ? index + 100_000 : index + 1))).toEqual([])
  expect(table.get(toContentId('never set'))).toBe(0)
})

test('counting says how often an id has come', () => {
  const table = new KeyTable()
  const [a, b] = [toContentId('a'), toContentId('b')]
  expect([a, b, a, a, b].map((id) => table.add(id))).toEqual([1, 1, 2, 3, 2])
})

test('ids that share their first half are told apart by the second', () => {
  const table = new KeyTable()
  table.set(`${'a'.repeat(13)}${'0'.repeat(19)}`, 7)
  expect(table.get(`${'a'.repeat(13)}${'1'.repeat(19)}`)).toBe(0)
})

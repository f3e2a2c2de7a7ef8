/** The queue's windows of rows: what is fetched, what is dropped, and that nothing jumps under the reader. */
import { expect, test } from 'vitest'
import { TermList } from '../../pipeline/workbench/queue/term-list.ts'
import type { Queue, TermRow } from '../../schemas/api/terms.ts'

/** A server of so many open terms, named by their place; it notes what it was asked for. */
class Terms {
  readonly asked: number[] = []
  readonly dropped: number[] = []
  readonly states: TermRow['state'][]
  isSlow: boolean = false
  constructor(count: number) {
    this.states = Array.from({ length: count }, () => 'open')
  }
  readonly load = async (range: { offset: number; limit: number }, signal: AbortSignal): Promise<Queue> => {
    this.asked.push(range.offset)
    signal.addEventListener('abort', () => this.dropped.push(range.offset))
    if (this.isSlow) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const open = this.states.flatMap((state, place) => (state === 'open' ? [toRow(place)] : []))
    const rows = open.slice(range.offset, range.offset + range.limit)
    return { total: open.length, offset: range.offset, rows, next: null, seq: 1 }
  }
  code(place: number): TermRow {
    this.states[place] = 'coded'
    return { ...toRow(place), state: 'coded' }
  }
}

function toRow(place: number): TermRow {
  return { id: `t${place}`, state: 'open' } as TermRow
}

function toList(terms: Terms): TermList {
  return new TermList({ load: terms.load, hasLeft: ({ state }) => state !== 'open' })
}

test('only the windows in sight are fetched, each once', async () => {
  const terms = new Terms(100_000)
  const list = toList(terms)
  expect((await list.find(0))?.id).toBe('t0')
  list.show(0, 40)
  expect((await list.find(99_999))?.id).toBe('t99999')
  list.show(99_960, 100_000)
  expect(terms.asked).toEqual([0, 99_900])
  expect(list.total).toBe(100_000)
})

test('what is scrolled past before it came is dropped', async () => {
  const terms = new Terms(10_000)
  const list = toList(terms)
  await list.find(0)
  terms.isSlow = true
  list.show(5_000, 5_040)
  list.show(8_000, 8_040)
  expect(terms.dropped).toEqual([5_000])
})

test('a term that was dealt with stays in its place, and the windows after it miss nobody', async () => {
  const terms = new Terms(300)
  const list = toList(terms)
  await list.find(0)
  for (const place of [3, 7, 50]) list.put(terms.code(place))
  expect(list.at(7)).toMatchObject({ id: 't7', state: 'coded' })
  expect((await list.find(100))?.id).toBe('t100')
  expect((await list.find(299))?.id).toBe('t299')
  expect([list.total, list.remaining]).toEqual([300, 297])
})

test('a term that is opened again is waiting again', async () => {
  const terms = new Terms(10)
  const list = toList(terms)
  await list.find(0)
  list.put(terms.code(2))
  list.put(toRow(2))
  expect([list.hasLeft('t2'), list.remaining]).toEqual([false, 10])
})

test('when others worked meanwhile the places are asked anew', async () => {
  const terms = new Terms(300)
  const list = toList(terms)
  await list.find(0)
  list.show(0, 10)
  for (const place of [0, 1, 2]) terms.code(place)
  list.show(150, 160)
  await expect.poll(() => list.at(150)?.id).toBe('t153')
  expect(list.total).toBe(297)
})

test('a failure is told and can be tried again', async () => {
  const terms = new Terms(10)
  const server = { isDown: true as boolean }
  const list = new TermList({
    load: async (range, signal) => {
      if (server.isDown) throw new Error('down')
      return await terms.load(range, signal)
    },
    hasLeft: () => false,
  })
  expect(await list.find(0)).toBeUndefined()
  expect(list.fault).toEqual(new Error('down'))
  server.isDown = false
  list.renew()
  await expect.poll(() => list.at(0)?.id).toBe('t0')
  expect(list.fault).toBeUndefined()
})

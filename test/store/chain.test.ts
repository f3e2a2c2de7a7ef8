/** The event chain, recomputed by hand as an auditor would. */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { appendEvent, findHead, type NewEvent, walkChain } from '../../pipeline/store/chain.ts'
import type { Store } from '../../pipeline/store/store.ts'
import type { Json } from '../../schemas/content-id.ts'
import { codeByHand, commitTransfer, DANA, findGroup, openStage, STUDY, toRows } from './stage.ts'

function toSha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

test('an empty chain has no event and a hash of zeros', async () => {
  const store = await openStage()
  expect(await findHead(store.db, STUDY)).toEqual({ seq: 0, hash: '0'.repeat(64) })
})

test('every event is numbered without gaps and bound to the one before by SHA-256 over its canonical JSON', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 Headache', '0102 Nausea']) })
  await codeByHand(store, await findGroup(store, 'Headache'), { term: 'Head', reason: 'Ünïcode "quoted"\n' })
  await append(store, { body: { z: 1, a: [true, null, 0.5], é: 'x' } })

  const events = await store.db.selectFrom('event').selectAll().where('study', '=', STUDY).orderBy('seq').execute()
  const bodies = await store.db.selectFrom('event_body').selectAll().where('study', '=', STUDY).orderBy('seq').execute()
  expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3])
  let previous = '0'.repeat(64)
  for (const [index, { hash, ...event }] of events.entries()) {
    const { salt, body } = bodies[index] ?? { salt: '', body: '' }
    expect(event.prev_hash).toBe(previous)
    expect(event.body_digest).toBe(toSha256(`${salt}\n${body}`))
    const sorted = Object.fromEntries(Object.entries(event).sort(([a], [b]) => (a < b ? -1 : 1)))
    expect(hash).toBe(toSha256(JSON.stringify(sorted)))
    previous = hash
  }
  expect(bodies.at(-1)?.body).toBe('{"a":[true,null,0.5],"z":1,"é":"x"}')
  expect(await findHead(store.db, STUDY)).toEqual({ seq: 3, hash: previous })
})

test('the walk visits every event with its body, across many batches, and finds nothing wrong', async () => {
  const store = await openStage()
  await store.db.transaction().execute(async (trx) => {
    for (let n = 1; n <= 2500; n++)
      await appendEvent(trx, STUDY, { event: toEvent({ body: { n } }), ambience: store.ambience })
  })
  const faults: string[] = []
  const visited: Json[] = []
  const head = await walkChain(store.db, STUDY, {
    fault: (text) => faults.push(text),
    event: (_, body) => {
      visited.push(body)
    },
  })
  expect(faults).toEqual([])
  expect(visited).toEqual(Array.from({ length: 2500 }, (_, index) => ({ n: index + 1 })))
  expect(head).toEqual(await findHead(store.db, STUDY))
})

test('two bodies of the same text have different digests, so that a redacted one cannot be guessed', async () => {
  const store = await openStage()
  await append(store, { body: 'yes' })
  await append(store, { body: 'yes' })
  const events = await store.db.selectFrom('event').select('body_digest').execute()
  expect(new Set(events.map((event) => event.body_digest)).size).toBe(2)
})

test('an event that is refused half-way leaves no trace', async () => {
  const store = await openStage()
  const fails = store.db.transaction().execute(async (trx) => {
    await appendEvent(trx, STUDY, { event: toEvent({}), ambience: store.ambience })
    throw new Error('the act failed')
  })
  await expect(fails).rejects.toThrow('the act failed')
  expect(await findHead(store.db, STUDY)).toMatchObject({ seq: 0 })
})

function toEvent(change: Partial<NewEvent>): NewEvent {
  return { kind: 'coded', object: 'group x', actor: DANA, body: {}, ...change }
}

async function append(store: Store, change: Partial<NewEvent>): Promise<void> {
  await store.db
    .transaction()
    .execute((trx) => appendEvent(trx, STUDY, { event: toEvent(change), ambience: store.ambience }))
}

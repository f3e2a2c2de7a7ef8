/** A run that was killed between its commit and its decisions, and then another transfer: nothing tells it from two whole runs. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Ambience, openCodingKits, openStudy, openStudyStore, runStudy } from '../../pipeline/index.ts'
import { takeTransfer } from '../../pipeline/run-transfer.ts'
import { copySampleForTest } from './sample.ts'

const ACTOR = { name: 'Dana', kind: 'person', auth: 'asserted' } as const
const TRANSFERS = ['transfers/2026-03-02', 'transfers/2026-03-09'] as const

test("machine decisions carry the time of the transfer they belong to, though another run's transfer came before them", async () => {
  const whole = await copySampleForTest()
  for (const transfer of TRANSFERS) await run(whole, transfer)

  const killed = await copySampleForTest()
  await takeOnly(killed, TRANSFERS[0])
  const rows = await run(killed, TRANSFERS[1])
  const expected = await readCurrent(whole)
  expect(rows).toBeGreaterThan(100)
  for (const [name, bytes] of await readCurrent(killed))
    expect(bytes.equals(expected.get(name) ?? Buffer.alloc(0)), name).toBe(true)
})

function toAmbience(): Ambience {
  let count = 0
  return {
    now: () => new Date(Date.UTC(2026, 2, 20, 8, 0, count++)).toISOString(),
    salt: () => `${count++}`.padStart(32, '0'),
  }
}

async function run(folder: string, transfer: string): Promise<number> {
  const study = await openStudy(folder)
  const report = await runStudy(study, { actor: ACTOR, ambience: toAmbience(), input: join(folder, transfer) })
  expect(report.status).toBe('complete')
  return Number(report.run.rows.AE)
}

/** What a run has done when it is killed just after its commit. */
async function takeOnly(folder: string, transfer: string): Promise<void> {
  const study = await openStudy(folder)
  const kits = await openCodingKits(study)
  const store = await openStudyStore(study, toAmbience())
  try {
    const options = { actor: ACTOR, ambience: toAmbience(), input: join(folder, transfer) }
    expect((await takeTransfer(study, { store, kits, ...options })).refusedFor).toEqual([])
  } finally {
    await store.close()
  }
}

async function readCurrent(folder: string): Promise<Map<string, Buffer>> {
  const { runId } = JSON.parse(await readFile(join(folder, 'out', 'current.json'), 'utf8')) as { runId: string }
  const names = ['ae.arrow', 'coding_ae.arrow', 'ae.csv', 'mh.arrow', 'coding_mh.arrow', 'mh.csv']
  const files = names.map(async (name) => [name, await readFile(join(folder, 'out', 'runs', runId, name))] as const)
  return new Map(await Promise.all(files))
}

/** How one transfer follows another, through the library: which is the newer one, and what people did before it came. */
import { cp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  codeTerm,
  diffStudy,
  listOccurrences,
  openStudy,
  type RunOptions,
  raiseSiteQueries,
  runStudy,
  type Study,
  toShortPath,
} from '../pipeline/index.ts'
import { writeSmallStudy, writeTransfer } from './csv-study.ts'
import { openSmallStudy, toAsserted, toSignedIn } from './small-study.ts'
import { toAmbience } from './store/stage.ts'

const DANA = toAsserted('Dana')

test('a snapshot that nothing dates is as old as when it was first taken in: once more, it is refused', async () => {
  const { run } = await openUndated(['Headache'], ['Headache', 'Nausea'])
  const first = await run('transfer-1')
  expect(first.transfer.asOfFrom).toBe('clock')
  await run('transfer-2')
  await expect(run('transfer-1')).rejects.toMatchObject({ code: 'TRANSFER_OLDER' })
  expect((await run('transfer-2')).status).toBe('unchanged')
  const meant = await run('transfer-1', { accept: ['older-transfer'] })
  expect(meant.transfer).toMatchObject({ asOf: first.transfer.asOf, asOfFrom: 'earlier', movement: { withdrawn: 1 } })
})

test('of a delta the same change may come again: the clock dates it', async () => {
  const { run } = await openUndated(['Headache'], ['Nausea'], { transfer: 'delta' })
  await run('transfer-1')
  await run('transfer-2')
  expect((await run('transfer-1')).transfer).toMatchObject({ asOfFrom: 'clock', movement: { changedVerbatim: 1 } })
})

test('diff holds a study against its run also where another run ends between its looks', async () => {
  const { study, folder: root, run } = await openUndated(['Headache'], ['Headache', 'Nausea'])
  await run('transfer-1')
  const input = join(root, 'transfer-2')
  const folder = join(root, 'later')
  for (const name of ['study.json', 'aecoder.db', 'out'])
    await cp(join(root, name), join(folder, name), { recursive: true })
  const later = await openStudy(folder)
  const act = { actor: DANA, ambience: toAmbience(), input, asOf: '2026-03-09' }
  await runStudy(later, act)
  // Of store and output the one that is looked at first is as before that run, the other one as after it.
  let looks = -Object.keys(study.paths).length
  let first: string | symbol | undefined
  const paths = new Proxy(study.paths, {
    get(_, name: keyof Study['paths']) {
      if (++looks <= 0) return study.paths[name] // copied as a whole
      first ??= name
      return (name === first ? study : later).paths[name]
    },
  })
  const seen = await diffStudy({ ...study, paths }, act)
  expect(looks).toBeGreaterThan(1)
  expect(seen.transfer.isRepeat).toBe(true)
})

test('what is wrong with the store is told of the store, not of the copy that diff makes', async () => {
  const { study, run } = await openUndated(['Headache'], ['Nausea'])
  await run('transfer-1')
  await writeFile(study.paths.store, 'no database')
  for (const name of ['-wal', '-shm']) await rm(`${study.paths.store}${name}`, { force: true })
  const seen = diffStudy(study, { actor: DANA, ambience: toAmbience() })
  await expect(seen).rejects.toMatchObject({ code: 'FILE_NOT_FOUND', facts: { where: study.paths.store } })

  await rm(study.paths.store)
  const older = diffStudy(study, { actor: DANA, ambience: toAmbience() })
  await expect(older).rejects.toMatchObject({
    code: 'STORE_OLDER',
    facts: {
      where: toShortPath(study.paths.store),
      action: expect.stringContaining(toShortPath(study.paths.output)) as string,
    },
  })
})

test('what people did to a record that stands under another key now is told: its code stays, and the site is not taken to have answered', async () => {
  const small = await openSmallStudy(['101 Headache', '101 felt off', '101 Rash'])
  const { study, desk } = small
  const { store } = desk
  const found = await small.find('felt off')
  if (found.kind !== 'group') throw new Error('a verbatim names a group')
  const [occurrence] = await listOccurrences(store, study.id, { group: found.group, limit: 1 })
  if (occurrence === undefined) throw new Error('it was reported')
  const asked = { store, kits: desk.kits, group: found.group, text: 'What was felt?', actor: toSignedIn('Ann') }
  await raiseSiteQueries(study, asked)
  const rash = await small.find('Rash')
  if (rash.kind !== 'group') throw new Error('a verbatim names a group')
  const [own] = await listOccurrences(store, study.id, { group: rash.group, limit: 1 })
  if (own === undefined) throw new Error('it was reported')
  await codeTerm(study, {
    store,
    kits: desk.kits,
    target: { kind: 'occurrence', occurrence: own },
    codes: [{ term: 'Fever' }],
    actor: toSignedIn('Ann'),
    reason: 'the narrative',
  })

  const report = await small.run(['101 Fever', '101 Headache', '101 felt off', '101 Rash'])
  expect(report.transfer.keys[0]?.rekeyed).toBe(3)
  expect(report.run.moved).toMatchObject({ rekeyed: 4, ownLeftBehind: 1 })
  expect(report.siteQueries).toEqual({ changed: 0, withdrawn: 0, rekeyed: 1 })
  expect(report.counts.ownOpen).toBe(1)
  expect(await small.listFaults()).toEqual([])
})

test('a site that answers by changing the term has answered, whatever else moves', async () => {
  const small = await openSmallStudy(['101 felt off', '102 Rash'])
  const found = await small.find('felt off')
  if (found.kind !== 'group') throw new Error('a verbatim names a group')
  const { store, kits } = small.desk
  await raiseSiteQueries(small.study, {
    store,
    kits,
    group: found.group,
    text: 'What was it?',
    actor: toSignedIn('Ann'),
  })
  expect((await small.run(['101 Fever', '102 Rash'])).siteQueries).toEqual({ changed: 1, withdrawn: 0, rekeyed: 0 })
})

/** A study whose transfers, `transfer-1` and `transfer-2`, nothing dates. */
async function openUndated(
  first: readonly string[],
  second: readonly string[],
  { transfer = 'snapshot' }: { transfer?: string } = {},
) {
  const map = { subject: 'SUBJID', AETERM: 'AETERM' }
  const source = { id: 'ae', domain: 'AE', format: 'csv', files: ['ae.csv'], key: ['AESEQ'], transfer, map }
  const folder = await writeSmallStudy(first, { sources: [source] })
  await writeTransfer(folder, { name: 'transfer-2', terms: second })
  const study = await openStudy(folder)
  const ambience = toAmbience()
  const run = (input: string, options: Partial<RunOptions> = {}) =>
    runStudy(study, { actor: DANA, ambience, input: join(folder, input), ...options })
  return { study, folder, run }
}

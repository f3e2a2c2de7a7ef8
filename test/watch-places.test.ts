/** Moves out of an inbox that somebody did not finish: who goes on with them, and what is left. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStudy } from '../pipeline/index.ts'
import { openFolder } from '../pipeline/storage/folder.ts'
import { viewInbox } from '../pipeline/watch-arrivals.ts'
import { finishMoves, moveAway, toWatchPlaces } from '../pipeline/watch-places.ts'
import { writeSmallStudy } from './csv-study.ts'

const RULES = { sources: [{ files: ['ae.csv'], transfer: 'snapshot' }], markers: [], settle: 0 } as const

/** A transfer whose move could not go on, because a file stood in the way that is gone now. */
async function openCutOff() {
  const folder = await writeSmallStudy([])
  const study = await openStudy(folder)
  const places = toWatchPlaces({ inbox: join(folder, 'inbox') })
  await mkdir(join(places.inbox, '2026-03-09'), { recursive: true })
  await writeFile(join(places.inbox, '2026-03-09/ae.csv'), 'SUBJID\n')
  await writeFile(places.done, 'in the way')
  const [arrival] = viewInbox(await openFolder(places.inbox).look(), { rules: RULES, seen: new Map(), at: 0 }).arrivals
  if (arrival === undefined) throw new Error('it arrived')
  await expect(moveAway(study, places, { arrival, to: 'done' })).rejects.toMatchObject({ code: 'WRITE_FAILED' })
  await rm(places.done)
  const [own = ''] = await readdir(join(places.quarantine, '.moving'))
  return { study, places, journals: join(places.quarantine, '.moving', own) }
}

test('a move of another study, or from another inbox, is left to its own', async () => {
  const { study, places } = await openCutOff()
  const other = await openStudy(await writeSmallStudy([], { study: { protocol: 'OTHER', environment: 'test' } }))
  expect(await finishMoves(other, places)).toEqual([])
  expect(await finishMoves(study, { ...places, inbox: `${places.inbox}-2` })).toEqual([])
  expect(await finishMoves(study, places)).toMatchObject([{ name: '2026-03-09' }])
  expect(await openFolder(places.done).list()).toEqual(['2026-03-09/ae.csv'])
})

test('what was half-written of a move goes when it is finished', async () => {
  const { study, places, journals } = await openCutOff()
  await mkdir(join(places.done, '2026-03-09'), { recursive: true })
  const halves = [join(places.done, '2026-03-09/.ae.csv.0123456789ab.tmp'), join(journals, '.a.json.0123456789ab.tmp')]
  for (const half of halves) await writeFile(half, '{')
  await finishMoves(study, places)
  const left = [...(await openFolder(places.done).look()), ...(await openFolder(places.quarantine).look())]
  expect(left.map(({ name }) => name)).toEqual(['2026-03-09/ae.csv'])
})

test('a move that a later aecoder wrote down is left to that', async () => {
  const { study, places, journals } = await openCutOff()
  const [name = ''] = await readdir(journals)
  const move = JSON.parse(await readFile(join(journals, name), 'utf8')) as object
  await writeFile(join(journals, name), JSON.stringify({ ...move, version: 2 }))
  expect(await finishMoves(study, places)).toEqual([])
  expect(await openFolder(places.inbox).list()).toEqual(['2026-03-09/ae.csv'])
})

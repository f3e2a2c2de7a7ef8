/**
 * Where a watched transfer goes: out of the inbox, to what is done or to quarantine. What was settled is written down
 * before the first file moves, so that whoever goes on after a kill finishes the move and never takes half a transfer.
 */

import { stat } from 'node:fs/promises'
import { isBucketUrl } from '../schemas/bucket-url.ts'
import { toContentId } from '../schemas/content-id.ts'
import { AecoderError } from '../schemas/errors.ts'
import type { FileLook, Storage } from '../schemas/files.ts'
import { moveFile } from './storage/move.ts'
import { joinPlace, splitPlace } from './storage/place.ts'
import { openPlace, type Study, toPlace, toShortPath } from './study.ts'
import type { Arrival } from './watch-arrivals.ts'
import { type Refusal, toRefusalText } from './watch-refusal.ts'

export interface WatchPlaces {
  readonly inbox: string
  readonly done: string
  readonly quarantine: string
}

/**
 * @throws AecoderError FILE_NOT_FOUND where the inbox is no folder: a name that is mistyped, or a share that is not
 * mounted, looks like one in which nothing arrives. A prefix of a bucket is there as soon as something has it
 */
export async function checkInbox({ inbox }: WatchPlaces): Promise<void> {
  if (isBucketUrl(inbox)) return
  const stats = await stat(inbox).catch(() => undefined)
  if (stats?.isDirectory() === true) return
  throw new AecoderError('FILE_NOT_FOUND', {
    where: toShortPath(inbox),
    found: stats === undefined ? 'no such folder' : 'a file',
    expected: 'the folder where transfers arrive',
    action: 'Check the name, and that the disk or share is there; or make the folder',
  })
}

/** Where a transfer ended. */
export type Destination = 'done' | 'quarantine'

/** A move that was settled: all that is needed to finish it. */
interface Move {
  readonly version: 1
  readonly name: string
  readonly to: Destination
  /** The folder there. */
  readonly as: string
  /** Each file with its name there. */
  readonly files: readonly (Pick<FileLook, 'name' | 'mark' | 'kind'> & { readonly to: string })[]
  readonly refusal: Refusal | null
}

/** Moves that are not finished yet, in the quarantine's place: who delivers need not be able to write there. */
const MOVES = '.moving'

/**
 * @param given `done` and `quarantine` lie beside the inbox when left out
 * @throws AecoderError USAGE where they cannot: for a bucket without a prefix, or in each other
 */
export function toWatchPlaces(given: {
  readonly inbox: string
  readonly done?: string
  readonly quarantine?: string
}): WatchPlaces {
  const inbox = toPlace(given.inbox)
  const { folder, name } = splitPlace(inbox)
  const beside = (place: string | undefined, what: Destination) => {
    if (place !== undefined) return toPlace(place)
    if (name !== '') return joinPlace(folder, what)
    throw new AecoderError('USAGE', {
      where: given.inbox,
      found: 'a place with nothing beside it',
      expected: 'a folder or prefix as the inbox',
      action: 'Name a prefix, s3://BUCKET/inbox, or give --done and --quarantine',
    })
  }
  const places = { inbox, done: beside(given.done, 'done'), quarantine: beside(given.quarantine, 'quarantine') }
  for (const [a, b] of [
    ['done', 'inbox'],
    ['quarantine', 'inbox'],
    ['done', 'quarantine'],
  ] as const)
    if (isWithin(places[a], places[b]) || isWithin(places[b], places[a]))
      throw new AecoderError('USAGE', {
        where: `--${a}`,
        found: `${toShortPath(places[a])} and ${b}, ${toShortPath(places[b])}, lie in one another`,
        expected: 'places apart: what lies in the inbox is taken in',
      })
  return places
}

function isWithin(place: string, other: string): boolean {
  return place === other || place.startsWith(`${other}/`) || place.startsWith(`${other}\\`)
}

/**
 * Moves a transfer out of the inbox. Killed between any two steps, `finishMoves` does the rest.
 * @returns the place where it lies now
 */
export async function moveAway(
  study: Study,
  places: WatchPlaces,
  { arrival, to, refusal = null }: { arrival: Arrival; to: Destination; refusal?: Refusal | null },
): Promise<string> {
  const as = await findFreeName(study, { place: places[to], name: arrival.name })
  const rest = arrival.folder === '' ? 0 : arrival.folder.length + 1
  // In quarantine it keeps its folder, whose name may be its date, and the reason stands beside that.
  const inside = to === 'done' ? as : `${as}/${arrival.name}`
  const files = arrival.files.map(({ name, mark, kind }) => ({ name, mark, kind, to: `${inside}/${name.slice(rest)}` }))
  const move: Move = {
    version: 1,
    name: arrival.name,
    to,
    as,
    files,
    refusal,
  }
  const moves = openPlace(study, places.quarantine)
  const journal = toJournalName(study, places, arrival.name)
  await moves.replace(journal, toBytes(JSON.stringify(move)))
  return await finishMove(study, places, { move, journal, moves })
}

/** Finishes what a process that was killed had begun to move. */
export async function finishMoves(
  study: Study,
  places: WatchPlaces,
): Promise<{ readonly name: string; readonly place: string; readonly refusal: Refusal | null }[]> {
  const moves = openPlace(study, places.quarantine)
  const finished: Awaited<ReturnType<typeof finishMoves>> = []
  const own = toMovesFolder(study, places)
  await moves.removeUnfinished(own, { isOwn: true })
  for (const { name } of await openPlace(study, joinPlace(places.quarantine, own)).look()) {
    const journal = `${own}/${name}`
    const state = await moves.findState(journal)
    const move = state === undefined ? undefined : parseMove(state.bytes)
    if (move === undefined || toJournalName(study, places, move.name) !== journal) continue
    // Nobody else writes there: it was free, and is spoken for.
    await openPlace(study, places[move.to]).removeUnfinished(move.as, { isOwn: true })
    const place = await finishMove(study, places, { move, journal, moves })
    finished.push({ name: move.name, place, refusal: move.refusal })
  }
  return finished
}

async function finishMove(
  study: Study,
  places: WatchPlaces,
  { move, journal, moves }: { move: Move; journal: string; moves: Storage },
): Promise<string> {
  const { refusal, as } = move
  if (refusal !== null) {
    await moves.replace(`${as}/reason.json`, toBytes(`${JSON.stringify(refusal, null, 2)}\n`))
    await moves.replace(`${as}/reason.txt`, toBytes(toRefusalText(refusal)))
  }
  const [inbox, target] = [openPlace(study, places.inbox), openPlace(study, places[move.to])]
  for (const file of move.files) await moveFile(inbox, file, { storage: target, name: file.to })
  const written = await moves.see(journal)
  if (written !== undefined) await moves.remove(written)
  return joinPlace(places[move.to], as)
}

/** Which transfers of this study lie in quarantine. */
export async function listQuarantined(study: Study, places: WatchPlaces): Promise<string[]> {
  const quarantine = openPlace(study, places.quarantine)
  const names = await quarantine.list()
  const own: string[] = []
  for (const name of names) {
    const [folder = '', file, ...below] = name.split('/')
    if (file !== 'reason.json' || below.length > 0) continue
    // One whose files are gone was brought back, or thrown away.
    if (!names.some((other) => other.startsWith(`${folder}/`) && other.split('/').length > 2)) continue
    const state = await quarantine.findState(name)
    if (state !== undefined && readStudy(state.bytes) === study.id) own.push(folder)
  }
  return own
}

function readStudy(bytes: Uint8Array): unknown {
  try {
    return (JSON.parse(Buffer.from(bytes).toString('utf8')) as { study?: unknown }).study
  } catch {
    return undefined // nobody's reason: a person wrote over it
  }
}

/** The transfer's own name where nothing lies there yet, else with a number. */
async function findFreeName(study: Study, { place, name }: { place: string; name: string }): Promise<string> {
  for (let number = 1; ; number++) {
    const free = number === 1 ? name : `${name}.${number}`
    if ((await openPlace(study, joinPlace(place, free)).look()).length === 0) return free
  }
}

/** Each study and inbox has its own: a quarantine may serve several. */
function toMovesFolder(study: Study, { inbox }: WatchPlaces): string {
  return `${MOVES}/${toContentId(JSON.stringify([study.id, inbox]))}`
}

function toJournalName(study: Study, places: WatchPlaces, name: string): string {
  return `${toMovesFolder(study, places)}/${toContentId(name)}.json`
}

function parseMove(bytes: Uint8Array): Move | undefined {
  try {
    const move = JSON.parse(Buffer.from(bytes).toString('utf8')) as Move
    return move.version === 1 ? move : undefined
  } catch {
    return undefined
  }
}

function toBytes(text: string): Uint8Array {
  return Buffer.from(text, 'utf8')
}

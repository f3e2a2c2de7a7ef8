/** The list of what a transfer did, as a file and in numbers. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Masks, toWordHash } from '../pipeline/review/redaction.ts'
import { writeMoves } from '../pipeline/run-moves.ts'
import { openFolder } from '../pipeline/storage/folder.ts'
import type { Move } from '../schemas/transfers.ts'

const MOVE: Move = {
  kind: 'changed-context',
  domain: 'AE',
  usubjid: 'S-101',
  record: 'AE 1',
  otherRecord: null,
  before: 'Miller fell',
  now: 'Miller fell',
  changes: [],
  was: null,
  codes: [],
  file: 'ae.csv',
  line: 2,
}
const OWN = { codes: [], by: 'Ann', target: 'occurrence', approval: 'none-needed' } as unknown as Move['was']

async function write(moves: AsyncIterable<readonly Move[]>, masks = new Masks(new Map())) {
  const folder = await mkdtemp(join(tmpdir(), 'aecoder-moves-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const written = writeMoves(openFolder(folder), { name: 'movement.csv', moves, masks })
  const { moved } = await written.catch(async (error: unknown) => {
    expect(await readdir(folder)).toEqual([])
    throw error
  })
  return { moved, text: await readFile(join(folder, 'movement.csv'), 'utf8') }
}

async function* of(...moves: readonly Partial<Move>[]): AsyncGenerator<readonly Move[]> {
  yield moves.map((move) => ({ ...MOVE, ...move }))
}

test('a word that is hidden in a term stands nowhere in its move, nor in the examples', async () => {
  const masks = new Masks(new Map([['miller fell', [{ salt: 's', digests: [toWordHash('miller', 's')] }]]]))
  const changes = [{ name: 'AEACN', before: 'Miller was told', now: null }]
  const { moved, text } = await write(of({ changes }), masks)
  expect(text).toContain('██████ was told')
  expect(text + JSON.stringify(moved)).not.toContain('Miller')
})

test('what a spreadsheet would calculate is kept from it', async () => {
  expect((await write(of({ now: '=1+1' }))).text).toContain(`,'=1+1,`)
})

test('codes of single records are left behind where their key says something else now, not where it is back', async () => {
  const otherRecord = 'AE 2'
  const { moved } = await write(
    of({ otherRecord, was: OWN }, { otherRecord, was: OWN, kind: 'returned' }, { was: OWN }),
  )
  expect(moved).toMatchObject({ rekeyed: 2, ownLeftBehind: 1 })
})

test('of a list that breaks off nothing stands', async () => {
  async function* breaking() {
    yield [MOVE]
    throw new Error('the store is gone')
  }
  await expect(write(breaking())).rejects.toThrow('the store is gone')
})

/** `aecoder diff`: tells what the run then does, and leaves no trace, not even where it is killed. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, realpath, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import {
  codeTerm,
  type DiffReport,
  findTarget,
  openCodingKits,
  openStudy,
  openStudyStore,
  type RunReport,
} from '../../pipeline/index.ts'
import { writeSmallStudy, writeTransfer } from '../csv-study.ts'
import { askAecoder, MAIN, parseAnswer, runAecoder, startAecoder } from './command-line.ts'

const FIRST = ['Headache', 'qwxab of the vrtab', 'Nausea']
const SECOND = ['Headache', 'qwxab vrtab again', 'Nausea', 'Rash', 'zgl bnm']
const TERMS = Array.from({ length: 30 }, () => 'Fever')

test('diff says what the run then says, with the same moves, and changes nothing while others work in the store', async () => {
  const folder = await writeSmallStudy(FIRST)
  await writeTransfer(folder, { name: 'transfer-2', terms: SECOND })
  const scratch = await openTemporary()
  await askAecoder(['run', '--study', folder, '--as-of', '2026-03-02'])
  const store = await openForWork(folder)
  await store.code('qwxab of the vrtab', 'Vomiting')
  const before = await hashAll(folder)

  const args = ['--study', folder, '--input', join(folder, 'transfer-2'), '--as-of', '2026-03-09']
  const all = join(scratch, 'moves.csv')
  const diff = await askAecoder<DiffReport>(['diff', ...args, '--movement', all], { variables: { TMPDIR: scratch } })
  expect(await hashAll(folder)).toEqual(before)
  expect(await listCopies(scratch)).toEqual([])
  expect(diff.transfer.movement).toMatchObject({ new: 2, changedVerbatim: 1, unchanged: 2 })
  expect(diff.terms).toEqual({ coded: 1, queued: 2 })
  expect(diff.moved?.examples).toContainEqual(
    expect.objectContaining({
      kind: 'changed-term',
      usubjid: 'SML-001-102',
      before: 'qwxab of the vrtab',
      now: 'qwxab vrtab again',
      was: expect.objectContaining({ by: 'Ann', codes: [expect.objectContaining({ text: 'Vomiting' })] }),
      codes: [],
    }),
  )
  // Who works in the store meanwhile is not in the way, and not lost.
  await store.code('qwxab of the vrtab', 'Nausea', 'the narrative')

  const run = await askAecoder<RunReport>(['run', ...args])
  const { moved, terms: _terms, ...told } = diff
  expect({ ...told, transfer: run.transfer }).toMatchObject({ status: 'complete', autocoded: run.autocoded })
  expect(told.transfer).toEqual(run.transfer)
  expect(run.run.moved?.counts).toEqual(moved?.counts)
  const written = await readFile(join(run.run.folder, 'movement.csv'), 'utf8')
  expect(written.split('\n').length).toBe((await readFile(all, 'utf8')).split('\n').length)
})

test('diff of what is refused says why, and how to go on', async () => {
  const folder = await writeSmallStudy(TERMS)
  await writeTransfer(folder, { name: 'transfer-2', terms: TERMS.slice(0, 5) })
  await askAecoder(['run', '--study', folder])
  const before = await hashAll(folder)
  const args = ['diff', '--study', folder, '--input', join(folder, 'transfer-2')]
  const refused = await runAecoder(args)
  expect(refused.exitCode).toBe(3)
  expect(refused.stdout).toContain('25 × mass-withdrawal')
  const accepted = await runAecoder([...args, '--accept', 'mass-withdrawal'])
  expect({ exitCode: accepted.exitCode, stderr: accepted.stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(await hashAll(folder)).toEqual(before)
})

test('diff before the first run makes neither store nor output', async () => {
  const folder = await writeSmallStudy(FIRST)
  const before = await hashAll(folder)
  const diff = await askAecoder<DiffReport>(['diff', '--study', folder])
  expect(diff).toMatchObject({ status: 'complete', transfer: { movement: { new: 3 } }, terms: { coded: 2, queued: 1 } })
  expect(diff.moved).toBeNull()
  expect(await hashAll(folder)).toEqual(before)
})

test('diff of the transfer that is current finds that nothing would change', async () => {
  const folder = await writeSmallStudy(FIRST)
  await askAecoder(['run', '--study', folder])
  expect(await askAecoder<DiffReport>(['diff', '--study', folder])).toMatchObject({ status: 'unchanged', moved: null })
})

test('what a killed diff left is gone with the next one, and a diff that goes on is left alone', async () => {
  const folder = await writeSmallStudy(FIRST)
  await askAecoder(['run', '--study', folder])
  const scratch = await openTemporary()
  const given = { variables: { TMPDIR: scratch } }
  const left = await endWithCopy('SIGKILL', ['diff', '--study', folder], { scratch, given })
  expect(await listCopies(scratch)).toEqual([left])
  expect(parseAnswer<DiffReport>(await runAecoder(['diff', '--study', folder, '--json'], given)).status).toBe(
    'unchanged',
  )
  expect(await listCopies(scratch)).toEqual([])

  // Two at once: neither takes the other's folder for a leftover.
  const both = await Promise.all([1, 2].map(() => runAecoder(['diff', '--study', folder, '--json'], given)))
  expect(both.map((ended) => parseAnswer<DiffReport>(ended).status)).toEqual(['unchanged', 'unchanged'])
  expect(await listCopies(scratch)).toEqual([])
})

test('diff that is stopped by Ctrl+C leaves no copy behind', async () => {
  const folder = await writeSmallStudy(FIRST)
  await askAecoder(['run', '--study', folder])
  const scratch = await openTemporary()
  const given = { variables: { TMPDIR: scratch } }
  expect(await endWithCopy('SIGINT', ['diff', '--study', folder], { scratch, given })).not.toBe('')
  expect(await listCopies(scratch)).toEqual([])
})

test('a copy that finds no room says where room is needed; the study is not to blame, and nothing is left', async () => {
  const folder = await writeSmallStudy(FIRST)
  await askAecoder(['run', '--study', folder])
  const before = await hashAll(folder)
  const scratch = await openTemporary()
  // No file may grow beyond this, as on a disk that is full.
  const { status, stderr } = spawnSync('sh', ['-c', 'ulimit -f 64; exec "$@"', 'sh', ...toCommandLine(folder)], {
    env: { ...process.env, TMPDIR: scratch },
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(
      new RegExp(`^aecoder: ${scratch}/aecoder-diff-\\w+: no copy of the store can be written there .* TMPDIR`),
    ),
  })
  expect(await listCopies(scratch)).toEqual([])
  expect(await hashAll(folder)).toEqual(before)
})

test('diff tells the run that takes the transfer in as it was looked at, and where its list cannot be written', async () => {
  const folder = await writeSmallStudy(TERMS)
  await writeTransfer(folder, { name: 'transfer-2', terms: TERMS.slice(0, 5) })
  await askAecoder(['run', '--study', folder, '--as-of', '2026-03-02'])
  const told = ['--as-of', '2026-03-09', '--accept', 'older-transfer']
  const args = ['diff', '--study', folder, '--input', join(folder, 'transfer-2'), ...told]
  const { stdout } = await runAecoder(args)
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
    / run --study \S+ --input \S+transfer-2 --as-of 2026-03-09 --accept older-transfer --accept mass-withdrawal$/,
  )
  const movement = join(folder, 'not-there', 'moves.csv')
  const failed = await runAecoder([...args, '--accept', 'mass-withdrawal', '--movement', movement])
  expect(failed.stderr).toMatch(/^aecoder: \S+not-there\/moves\.csv: it cannot be written \(ENOENT\)\. Name a file/)
})

/** Ends a process as soon as it has a copy of the store; gives the copy's folder. */
async function endWithCopy(
  signal: 'SIGKILL' | 'SIGINT',
  args: readonly string[],
  { scratch, given }: { scratch: string; given: Parameters<typeof startAecoder>[1] },
): Promise<string> {
  const { child, ended } = startAecoder(args, given)
  for (;;) {
    const [copy] = await listCopies(scratch)
    const isThere = copy !== undefined && (await stat(join(scratch, copy, 'aecoder.db')).catch(() => undefined))
    if (isThere) {
      child.kill(signal)
      expect((await ended).signal).toBe(signal)
      return copy
    }
    await setTimeout(2)
  }
}

function toCommandLine(folder: string): string[] {
  return [process.execPath, MAIN, 'diff', '--study', folder]
}

async function openTemporary(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'diff-scratch-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function listCopies(scratch: string): Promise<string[]> {
  const entries = await readdir(scratch, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory() && entry.name.startsWith('aecoder-diff-'))
    .map(({ name }) => name)
}

/** Every file below a folder with its hash; SQLite's own files beside an open store come and go with its readers. */
async function hashAll(folder: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {}
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('-shm')) continue
    const path = join(entry.parentPath, entry.name)
    hashes[path.slice(folder.length)] = createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
  }
  return hashes
}

/** Works in the store as a workbench does: it stays open. */
async function openForWork(folder: string) {
  const study = await openStudy(folder)
  const store = await openStudyStore(study, { now: () => '2026-03-05T08:00:00.000Z', salt: () => 'diff' })
  onTestFinished(() => store.close())
  const kits = await openCodingKits(study)
  return {
    async code(name: string, term: string, reason: string | null = null) {
      const target = await findTarget(store, study, { name })
      const actor = { name: 'Ann', kind: 'person', auth: 'asserted' } as const
      await codeTerm(study, { store, kits, target, codes: [{ term }], actor, reason })
    },
  }
}

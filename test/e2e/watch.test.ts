/** `aecoder watch` as its users run it: stopped in order, run by cron, killed between any two steps. */
import { access, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openStudy, openStudyStore, verifyStudy } from '../../pipeline/index.ts'
import { compareCodeUnits } from '../../schemas/content-id.ts'
import { writeSmallStudy } from '../csv-study.ts'
import { toAmbience } from '../store/stage.ts'
import { toCsv } from '../watched-study.ts'
import { type Ended, runAecoder, startAecoder } from './command-line.ts'
import { openStored, readCurrentFiles } from './stored.ts'

const KILL_AT = fileURLToPath(new URL('./kill-at.mjs', import.meta.url))
const QUICK = ['--every', '50ms', '--settle', '50ms']

async function put(folder: string, files: { readonly [name: string]: string }): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
}

/** All files of inbox, done and quarantine, hidden ones too. */
async function listPlaces(folder: string): Promise<string[]> {
  const names: string[] = []
  for (const place of ['done', 'inbox', 'quarantine']) {
    const entries = await readdir(join(folder, place), { recursive: true, withFileTypes: true }).catch(() => [])
    for (const entry of entries)
      if (!entry.isDirectory()) names.push(join(entry.parentPath, entry.name).slice(folder.length + 1))
  }
  return names.toSorted(compareCodeUnits)
}

function toEvents({ stdout }: Pick<Ended, 'stdout'>): { transfer: string | null; state: string }[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { transfer: string | null; state: string })
}

test('it says what it does in one line each, and ends in order with exit code 0 when it is told to', async () => {
  const folder = await writeSmallStudy([])
  await put(folder, {
    'inbox/2026-03-09/ae.csv': toCsv(['Headache', 'Nausea']),
    'inbox/2026-03-16/ae.csv': 'SUBJID,AESEQ,TERM\n101,1,Headache\n',
  })
  const { child, ended } = startAecoder(['watch', join(folder, 'inbox'), '--study', folder, ...QUICK])
  const hasSettled = () =>
    access(join(folder, 'quarantine/2026-03-16/reason.txt')).then(
      () => true,
      () => false,
    )
  while (!(await hasSettled())) await new Promise((resolve) => setTimeout(resolve, 100))
  // The second one is refused while the first goes on.
  const second = await runAecoder(['watch', join(folder, 'inbox'), '--study', folder, ...QUICK, '--once'])
  expect(second).toMatchObject({ exitCode: 1, stdout: '' })
  expect(second.stderr).toContain('another watch of this study is going on')
  child.kill('SIGTERM')
  const { exitCode, stdout, stderr } = await ended
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  const lines = stdout
    .replaceAll(folder, '…')
    .replaceAll(/\d{8}T\d{6}Z-[0-9a-f]{6}/g, 'RUN')
    .split('\n')
    .map((line) => line.replace(/^\S+Z {2}/, ''))
  expect(lines).toEqual([
    'watching …/inbox; Ctrl+C ends it',
    '2026-03-09: as of 2026-03-09T00:00:00Z: 2 new, 0 changed, 0 gone, 0 unchanged; 0 occurrences to review; run RUN; now in …/done/2026-03-09',
    expect.stringMatching(
      /^2026-03-16: refused: COLUMN_NOT_FOUND, .*; see …\/quarantine\/2026-03-16\/reason\.txt$/,
    ) as string,
    '',
  ])
})

test('by cron: one call takes in what is there, ends, and its exit code says whether something was refused', async () => {
  const folder = await writeSmallStudy([])
  const call = ['watch', join(folder, 'inbox'), '--study', folder, ...QUICK, '--once', '--json']
  const nowhere = await runAecoder(call)
  expect([nowhere.exitCode, nowhere.stderr]).toEqual([1, expect.stringContaining('inbox: no such folder')])
  await mkdir(join(folder, 'inbox'))
  const nothing = await runAecoder(call)
  expect([nothing.exitCode, toEvents(nothing).map(({ state }) => state)]).toEqual([0, ['watching']])
  await put(folder, { 'inbox/2026-03-09/ae.csv': toCsv(['Headache']) })
  const good = await runAecoder(call)
  expect([good.exitCode, toEvents(good).slice(1)]).toEqual([
    0,
    [
      {
        at: expect.any(String) as string,
        transfer: '2026-03-09',
        state: 'taken-in',
        run: expect.objectContaining({
          status: 'complete',
          asOf: '2026-03-09T00:00:00Z',
          read: 1,
          toReview: 0,
        }) as object,
        place: join(folder, 'done/2026-03-09'),
      },
    ],
  ])
  await put(folder, { 'inbox/2026-03-16/ae.csv': 'no header that is known\n' })
  const bad = await runAecoder(call)
  expect([bad.exitCode, toEvents(bad).map(({ state }) => state)]).toEqual([3, ['watching', 'quarantined']])
})

test.for([
  [['--every', '10'], '--every'],
  [['--settle', '2d'], '--settle'],
  [['--marker', 'a/b'], '--marker'],
  [['--accept', 'everything'], '--accept'],
] as const)('watch %s is refused with exit code 2', async ([options, where]) => {
  const folder = await writeSmallStudy([])
  const { exitCode, stderr } = await runAecoder(['watch', join(folder, 'inbox'), '--study', folder, ...options])
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(where) as string })
})

test('killed before any of its changes to a folder, the next watch ends where an undisturbed one does', async () => {
  const prepared = await writeSmallStudy([], {
    sources: [
      {
        id: 'ae',
        domain: 'AE',
        format: 'csv',
        files: ['ae*.csv'],
        key: ['AESEQ'],
        map: { subject: 'SUBJID', AETERM: 'AETERM' },
      },
    ],
  })
  await put(prepared, {
    'inbox/2026-03-09/ae-1.csv': toCsv(['Headache', 'Nausea']),
    'inbox/2026-03-09/ae-2.csv': 'SUBJID,AESEQ,AETERM\n201,1,Fatigue\n',
    'inbox/2026-03-16/ae.csv': 'SUBJID,AESEQ,AETERM\n101,1,Headache\n101,1,Nausea\n',
  })
  const watch = async (folder: string, at: number): Promise<Ended> =>
    await runAecoder(['watch', join(folder, 'inbox'), '--study', folder, ...QUICK, '--once', '--json'], {
      variables: { NODE_OPTIONS: `--import ${KILL_AT}`, KILL_AT: String(at), KILL_BELOW: folder },
    })
  const work = `${prepared}-work`
  const open = async () => {
    await rm(work, { recursive: true, force: true })
    await cp(prepared, work, { recursive: true })
  }
  try {
    await open()
    const { exitCode } = await watch(work, 0)
    expect(exitCode).toBe(3)
    const places = await listPlaces(work)
    const dataset = (await readCurrentFiles(work))?.files.get('ae.csv')
    expect(places).toEqual([
      'done/2026-03-09/ae-1.csv',
      'done/2026-03-09/ae-2.csv',
      'quarantine/2026-03-16/2026-03-16/ae.csv',
      'quarantine/2026-03-16/reason.json',
      'quarantine/2026-03-16/reason.txt',
    ])
    let kills = 0
    for (let at = 1; ; at++) {
      await open()
      const killed = await watch(work, at)
      if (killed.signal !== 'SIGKILL') break
      kills++
      // Every other time killed once more, at the first step of what is left; then to its end.
      if (at % 2 === 0) await watch(work, 1)
      const { exitCode, stderr } = await watch(work, 0)
      expect([at, exitCode === 0 || exitCode === 3, stderr]).toEqual([at, true, ''])
      expect([at, await listPlaces(work)]).toEqual([at, places])
      expect((await readCurrentFiles(work))?.files.get('ae.csv')?.equals(dataset ?? Buffer.of())).toBe(true)
      expect(countTaken(work)).toBe(1)
      expect(await listFaults(work)).toEqual([])
      expect(await readFile(join(work, 'quarantine/2026-03-16/reason.txt'), 'utf8')).toContain('RUN_INCOMPLETE')
    }
    // Two transfers, each move written down, made file by file and struck out; the reasons.
    expect(kills).toBeGreaterThanOrEqual(13)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}, 600_000)

function countTaken(folder: string): number {
  const db = openStored(folder)
  try {
    return Number(db.prepare("select count(*) as n from transfer_end where state = 'committed'").get()?.n)
  } finally {
    db.close()
  }
}

async function listFaults(folder: string): Promise<readonly string[]> {
  const study = await openStudy(folder)
  const store = await openStudyStore(study, toAmbience())
  try {
    return (await verifyStudy(study, store)).faults
  } finally {
    await store.close()
  }
}

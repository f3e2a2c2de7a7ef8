/** Several processes on one study at once: a run and reviewers, two runs, two reviewers. Every process is a real one. */
import { cp, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { AecoderError, codeTerm, findTarget, openCodingKits, openStudy, openStudyStore } from '../../pipeline/index.ts'
import { askAecoder, type Ended, parseAnswer, runAecoder, type Started, startAecoder } from './command-line.ts'
import { PUZZLES, TRANSFERS, writeStudyFile, writeTransfers } from './generated-study.ts'
import { openReviewers } from './people.ts'
import { openStored, readCurrentFiles } from './stored.ts'

/** Enough for a second transfer that takes several times as long as a reviewer's command. */
const ROWS = 20_000

let root = ''
/** A study that has taken its first transfer in. */
let prepared = ''

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'aecoder-several-')))
  prepared = join(root, 'prepared')
  await writeTransfers(root, { rows: ROWS, known: 300, unknown: 200, seed: 5 })
  await writeStudyFile(prepared, { protocol: 'MANY-1' })
  await askAecoder(['run', '--study', prepared, '--input', join(root, 'transfers', TRANSFERS[0])])
})

afterAll(() => rm(root, { recursive: true, force: true }))

test('while a run takes a transfer in, others code and approve: every act succeeds and none is lost', async () => {
  const study = await copyPrepared()
  const { Bea } = await openReviewers(study, { Bea: ['approver'] })
  const run = startSecondTransfer(study)
  const coded: string[] = []
  while (isRunning(run)) {
    const verbatim = PUZZLES[coded.length] ?? ''
    await askAecoder(['code', verbatim, '--domain', 'AE', '--term', 'Headache', '--as', 'Ann', '--study', study])
    await askAecoder(['approve', verbatim, '--domain', 'AE', '--study', study], Bea)
    coded.push(verbatim)
  }
  const report = parseAnswer<{ status: string; transfer: { movement: { new: number; withdrawn: number } } }>(
    await run.ended,
  )
  expect(report.status).toBe('complete')
  expect(report.transfer.movement.new).toBeGreaterThan(0)
  // The run outlasted a few acts: otherwise nothing was tried here.
  expect(coded.length).toBeGreaterThan(1)
  expect(listActs(study)).toEqual(
    coded.flatMap((verbatim) => [`coded ${verbatim} by Ann`, `approved ${verbatim} by Bea`]),
  )

  await askAecoder(['export', '--study', study])
  const csv = (await readCurrentFiles(study))?.files.get('ae.csv')?.toString('utf8').split('\n') ?? []
  for (const verbatim of coded) {
    expect(csv.filter((line) => line.includes(`,${verbatim},`)).map((line) => line.includes(',Headache,'))).toEqual([
      true,
    ])
  }
  await expectVerified(study)
})

test('of two runs of one study at once the second is refused, and the first is unharmed', async () => {
  const study = await copyPrepared()
  const first = startSecondTransfer(study)
  while (isRunning(first) && !hasOpenTransfer(study)) await sleep(20)
  const others = [startSecondTransfer(study), startAecoder(['export', '--study', study, '--json'])]
  for (const other of others) expect(toErrorCode(await other.ended)).toBe('RUN_IN_PROGRESS')
  expect(parseAnswer<{ status: string }>(await first.ended).status).toBe('complete')
  await expectVerified(study)
  // The lock went with the process.
  expect(parseAnswer<{ status: string }>(await startSecondTransfer(study).ended).status).toBe('unchanged')
})

test('of two people who code the same term at the same moment exactly one wins, and the other is told', async () => {
  const study = await copyPrepared()
  const terms = PUZZLES.slice(0, 6)
  for (const verbatim of terms) {
    const toArguments = (term: string, name: string) =>
      ['code', verbatim, '--domain', 'AE', '--term', term, '--as', name, '--study', study, '--json'] as const
    const both = [startAecoder(toArguments('Headache', 'Ann')), startAecoder(toArguments('Nausea', 'Bob'))]
    const ended = await Promise.all(both.map((each) => each.ended))
    const [winner, ...others] = ended.filter(({ exitCode }) => exitCode === 0)
    const loser = ended.find(({ exitCode }) => exitCode !== 0)
    expect(others).toEqual([])
    expect(['DECISION_STALE', 'DECISION_NOT_ALLOWED']).toContain(loser && toErrorCode(loser))
    expect(loser?.stderr).toMatch(
      /meanwhile it was coded to "\w+" \(\d+\) by (?:Ann|Bob)|coded already \(expected a reason for the change\)/,
    )
    const name = winner === ended[0] ? 'Ann' : 'Bob'
    expect(listActs(study).filter((act) => act.includes(verbatim))).toEqual([`coded ${verbatim} by ${name}`])
  }
  await expectVerified(study)
})

test('a decision that was made while another person looked at the term is refused as stale', async () => {
  const study = await openStudy(await copyPrepared())
  const ambience = { now: () => '2026-01-06T10:00:00Z', salt: () => 'e2e' }
  const [kits, ann, bob] = [
    await openCodingKits(study),
    await openStudyStore(study, ambience),
    await openStudyStore(study, ambience),
  ]
  try {
    const name = { name: PUZZLES[0] ?? '', domain: 'AE' } as const
    const seen = [await findTarget(ann, study, name), await findTarget(bob, study, name)] as const
    const actor = (who: string) => ({ name: who, kind: 'person', auth: 'asserted' }) as const
    const act = { kits, reason: 'clear enough' }
    await codeTerm(study, { ...act, store: ann, target: seen[0], codes: [{ term: 'Headache' }], actor: actor('Ann') })
    const late = codeTerm(study, {
      ...act,
      store: bob,
      target: seen[1],
      codes: [{ term: 'Nausea' }],
      actor: actor('Bob'),
    })
    await expect(late).rejects.toSatisfy((error) => error instanceof AecoderError && error.code === 'DECISION_STALE')
  } finally {
    await ann.close()
    await bob.close()
  }
})

async function copyPrepared(): Promise<string> {
  const folder = await mkdtemp(join(root, 'study-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await cp(prepared, folder, { recursive: true })
  return folder
}

function startSecondTransfer(study: string): Started {
  return startAecoder(['run', '--study', study, '--input', join(root, 'transfers', TRANSFERS[1]), '--json'])
}

function isRunning({ child }: Started): boolean {
  return child.exitCode === null && child.signalCode === null
}

function hasOpenTransfer(study: string): boolean {
  const db = openStored(study)
  try {
    const open = db.prepare(
      'select 1 from transfer t where not exists (select 1 from transfer_end e where e.transfer_no = t.no)',
    )
    return open.get() !== undefined
  } finally {
    db.close()
  }
}

/** What people did, in the order of the chain: `coded VERBATIM by NAME`. Events and what they vouch for must agree. */
function listActs(study: string): string[] {
  const db = openStored(study)
  try {
    const acts = db
      .prepare(
        `select e.kind || ' ' || g.verbatim || ' by ' || e.actor as act
         from event e
         left join verdict w on w.study = e.study and w.seq = e.seq
         join decision d on d.study = e.study and (d.seq = e.seq or d.id = w.decision)
         join term_group g on g.study = d.study and g.no = d.group_no
         where d.actor_kind = 'person' order by e.seq`,
      )
      .all()
    return acts.map(({ act }) => String(act))
  } finally {
    db.close()
  }
}

function toErrorCode({ stdout }: Ended): string {
  return (JSON.parse(stdout) as { error: { code: string } }).error.code
}

async function expectVerified(study: string): Promise<void> {
  const { exitCode, stdout } = await runAecoder(['verify', '--study', study])
  expect(stdout).toContain('Everything matches.')
  expect(exitCode).toBe(0)
}

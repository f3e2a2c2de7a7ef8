/** Signing a study off: who may, what it is bound to, what it locks, how it is unlocked, and how verify vouches for it. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import {
  codeTerm,
  exportStudy,
  judgeSynonym,
  noteTerm,
  openStudyStore,
  proposeSynonym,
  readCurrentRun,
  readSignOffState,
  runStudy,
  undoDecision,
  unlockStudy,
} from '../pipeline/index.ts'
import { findHead } from '../pipeline/store/chain.ts'
import { recordAutocoded, recordManual, recordVerdict } from '../pipeline/store/decisions.ts'
import { openSmallStudy, type SmallStudy, toAsserted, toSignedIn } from './small-study.ts'
import { FRAME, toDecision } from './store/stage.ts'

const ROWS = ['101 Headache', '102 bad head', '103 Rash']

/** Everything coded and approved. */
async function openReady(): Promise<SmallStudy> {
  const small = await openSmallStudy(ROWS)
  await small.code('bad head', 'Headache')
  await small.judge('bad head', 'approved')
  return small
}

async function findHeadSeq({ desk, study }: SmallStudy): Promise<number> {
  return (await findHead(desk.store.db, study.id)).seq
}

function unlock({ desk, study }: SmallStudy, reason = 'a site corrected a date') {
  return unlockStudy(study, { store: desk.store, actor: toSignedIn('eva'), fullName: 'Eva Meyer', reason })
}

test('a signature states who, when, as what, and is bound to all decisions up to the head it was given at', async () => {
  const small = await openReady()
  const head = await findHead(small.desk.store.db, small.study.id)
  const signature = await small.sign()
  expect(signature).toMatchObject({
    kind: 'signed-off',
    actor: 'eva',
    auth: 'signed in with password',
    fullName: 'Eva Meyer',
    meaning: 'coding reviewed',
    coversSeq: head.seq,
    coversHash: head.hash,
    decisions: 3,
    transferNo: 1,
    reason: null,
  })
  const { signature: standing, history, owed, held } = await readSignOffState(small.desk.store, small.study)
  expect({ standing, history, owed, held }).toEqual({
    standing: signature,
    history: [signature],
    owed: { open: 0, toApprove: 0 },
    held: null,
  })
  expect(await small.listFaults()).toEqual([])
})

test('a name that was only said neither signs nor unlocks', async () => {
  const small = await openReady()
  await expect(small.sign({ actor: toAsserted('eva') })).rejects.toMatchObject({ code: 'SIGN_IN_NEEDED' })
  await small.sign()
  const act = { store: small.desk.store, actor: toAsserted('eva'), fullName: 'Eva Meyer', reason: 'why not' }
  await expect(unlockStudy(small.study, act)).rejects.toMatchObject({ code: 'SIGN_IN_NEEDED' })
})

describe('it is refused, and nothing is written,', () => {
  const REFUSED: readonly {
    readonly says: string
    readonly change: Parameters<SmallStudy['sign']>[0]
    readonly found: RegExp
  }[] = [
    { says: 'without a meaning', change: { meaning: ' ' }, found: /without a meaning/ },
    { says: 'without a full name', change: { fullName: '' }, found: /without a name/ },
    { says: 'while terms are open', change: {}, found: /1 to be coded and 1 to be approved/ },
    { says: 'as incomplete without a reason', change: { isIncomplete: true }, found: /no reason to sign all the same/ },
  ]
  for (const { says, change, found } of REFUSED)
    test(says, async () => {
      const small = await openSmallStudy([...ROWS, '104 odd feeling'])
      await small.code('bad head', 'Headache')
      const seq = await findHeadSeq(small)
      await expect(small.sign(change)).rejects.toMatchObject({
        code: 'DECISION_NOT_ALLOWED',
        facts: { found: expect.stringMatching(found) },
      })
      expect(await findHeadSeq(small)).toBe(seq)
    })

  test('where the study was never run, or is signed already', async () => {
    const small = await openReady()
    await small.sign()
    await expect(small.sign()).rejects.toMatchObject({
      code: 'STUDY_SIGNED_OFF',
      facts: { found: expect.stringContaining('Eva Meyer (eva)'), action: expect.stringContaining('unlock') },
    })
  })

  test('where something was coded since the signer looked, with what', async () => {
    const small = await openReady()
    const seen = await findHeadSeq(small)
    await small.code('Rash', 'Itching')
    await small.judge('Rash', 'approved')
    await expect(small.sign({ seen })).rejects.toMatchObject({
      code: 'DECISION_STALE',
      facts: { found: expect.stringMatching(/since event \d+ there were coded \(by Ann\), approved \(by Ben\)/) },
    })
    await expect(small.sign({ seen: 999 })).rejects.toMatchObject({ code: 'DECISION_STALE' })
  })
})

test('a note that came since the signer looked changes nothing that is signed: the signature covers it too', async () => {
  const small = await openReady()
  const seen = await findHeadSeq(small)
  const target = await small.find('Rash')
  if (target.kind !== 'group') throw new Error('a term is meant')
  await noteTerm(small.desk, { term: target.group.target.id, text: 'see the narrative', actor: toSignedIn('Ann') })
  expect((await small.sign({ seen })).coversSeq).toBe(seen + 1)
})

test('work may be left undone with a reason, which is recorded', async () => {
  const small = await openSmallStudy([...ROWS, '104 odd feeling'])
  const signature = await small.sign({ isIncomplete: true, reason: 'interim analysis' })
  expect(signature.reason).toBe('interim analysis')
  expect(await small.listFaults()).toEqual([])
})

test('under a signature nobody codes, judges, takes back or splits, and the chain stays as it is', async () => {
  const small = await openReady()
  await small.code('Rash', 'Itching')
  await small.judge('Rash', 'approved')
  await small.sign()
  const seq = await findHeadSeq(small)
  const { desk, study } = small
  const target = await small.find('Rash')
  const refused = { code: 'STUDY_SIGNED_OFF', facts: { found: expect.stringContaining('Eva Meyer') } }
  await expect(small.code('Rash', 'Rash')).rejects.toMatchObject(refused)
  await expect(small.code('bad head', 'Migraine')).rejects.toMatchObject(refused)
  const undo = { store: desk.store, kits: desk.kits, target, actor: toSignedIn('Ann'), reason: 'no' }
  await expect(undoDecision(study, undo)).rejects.toMatchObject(refused)
  await expect(small.judge('Headache', 'rejected')).rejects.toMatchObject(refused)
  expect(await findHeadSeq(small)).toBe(seq)
})

test('an act that a signature refuses leaves no settings either, though an approved synonym has changed them', async () => {
  const small = await openReady()
  await small.sign()
  const { desk, study } = small
  const list = { store: desk.store, kits: desk.kits, reason: null }
  const proposal = { scope: 'study', verbatim: 'bad head', domain: 'AE', term: 'Headache' } as const
  const { entry } = await proposeSynonym(study, { ...list, proposal, actor: toSignedIn('Ann') })
  await judgeSynonym(study, { ...list, entry: entry.id, kind: 'approved', actor: toSignedIn('Ben') })
  await desk.reopenKits()
  const seq = await findHeadSeq(small)
  const act = { store: desk.store, kits: desk.kits, target: await small.find('Rash'), actor: toSignedIn('Ann') }
  const code = codeTerm(study, { ...act, codes: [{ term: 'Itching' }], reason: 'seen' })
  await expect(code).rejects.toMatchObject({ code: 'STUDY_SIGNED_OFF' })
  expect(await findHeadSeq(small)).toBe(seq)
})

test('who looked before the signature and writes after it is refused by the write itself', async () => {
  const small = await openReady()
  const other = await openStudyStore(small.study, small.ambience)
  const target = await small.find('Rash')
  if (target.kind !== 'group') throw new Error('a term is meant')
  const { group } = target
  await small.sign()
  const frame = { ...FRAME, actor: toSignedIn('Ann') }
  const decision = toDecision(group)
  const signed = { code: 'STUDY_SIGNED_OFF' }
  await expect(recordManual(other, small.study.id, { kind: 'coded', decision, frame })).rejects.toMatchObject(signed)
  await expect(recordAutocoded(other, small.study.id, { decisions: [decision], frame })).rejects.toMatchObject(signed)
  const verdict = { decision: group.decision?.id ?? '', target: group.target, kind: 'approved', reason: null } as const
  await expect(recordVerdict(other, small.study.id, { ...verdict, actor: toSignedIn('Ben') })).rejects.toMatchObject(
    signed,
  )
  await other.close()
})

test('two people sign at once: one signs, the other is told who did', async () => {
  const small = await openReady()
  const other = await openStudyStore(small.study, small.ambience)
  const both = await Promise.allSettled([
    small.sign(),
    small.sign({ store: other, actor: toSignedIn('ben'), fullName: 'Ben Ito' }),
  ])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const refused = both.find(({ status }) => status === 'rejected') as PromiseRejectedResult
  expect(['STUDY_SIGNED_OFF', 'RUN_IN_PROGRESS']).toContain((refused.reason as { code: string }).code)
  expect((await readSignOffState(small.desk.store, small.study)).history).toHaveLength(1)
  await other.close()
})

test('the dataset under a signature is what was signed, with the signature in its manifest, whatever came in since', async () => {
  const small = await openReady()
  const signature = await small.sign()
  const options = { actor: toAsserted('Dana'), ambience: small.ambience }
  const before = await exportStudy(small.study, options)
  expect(before.isUnchanged).toBe(false)
  const current = await readCurrentRun(small.study)
  expect(current).toMatchObject({
    manifest: {
      audit: { seq: signature.coversSeq, hash: signature.coversHash },
      signature: {
        seq: signature.seq,
        by: 'eva',
        fullName: 'Eva Meyer',
        meaning: 'coding reviewed',
        covers: { seq: signature.coversSeq, decisions: 3 },
      },
    },
  })
  const held = await small.run(['101 Headaches', '102 bad head', '103 Rash !', '104 Cough'])
  expect(held).toMatchObject({ status: 'held', held: { new: 1, changedVerbatim: 1, changedContext: 1, newTerms: 2 } })
  expect((await readManifest(held.run.folder)).status).toBe('held')
  expect((await exportStudy(small.study, options)).isUnchanged).toBe(true)
  // What was published is made anew where it was damaged: as of the signature, though another transfer is current.
  await writeFile(join(before.run.folder, 'manifest.json'), '{}')
  const anew = await exportStudy(small.study, options)
  expect(anew.isUnchanged).toBe(false)
  for (const name of ['ae.csv', 'ae.arrow', 'coding_ae.arrow'])
    expect(
      (await readFile(join(anew.run.folder, name))).equals(await readFile(join(before.run.folder, name))),
      name,
    ).toBe(true)
  expect(await small.listFaults()).toEqual([])
})

test('parts of a split that no dataset has numbered yet have their numbers before the signature', async () => {
  const small = await openSmallStudy(ROWS)
  const { desk, study } = small
  const codes = [
    { term: 'Headache', part: 'head' },
    { term: 'Malaise', part: 'bad' },
  ]
  const target = await small.find('bad head')
  const act = { store: desk.store, kits: desk.kits, target, actor: toSignedIn('Ann'), reason: null }
  await codeTerm(study, { ...act, codes })
  await small.judge('bad head', 'approved')
  await small.sign()
  await small.run([...ROWS, '104 Cough'])
  const { run } = await exportStudy(study, { actor: toAsserted('Dana'), ambience: small.ambience })
  expect(run.rows).toEqual({ AE: 4, MH: 0 })
  expect(await small.listFaults()).toEqual([])
})

test('a run on what was signed changes nothing; a transfer with rejected rows is refused as ever', async () => {
  const small = await openReady()
  await small.sign()
  const options = { actor: toAsserted('Dana'), ambience: small.ambience, input: join(small.folder, 'transfer-1') }
  expect((await runStudy(small.study, options)).status).toBe('complete')
  const again = await runStudy(small.study, options)
  expect(again).toMatchObject({ status: 'unchanged', held: null, signature: { fullName: 'Eva Meyer' } })
  const refused = await small.run([...ROWS, ' '])
  expect(refused.status).toBe('incomplete')
})

test('unlocking needs a reason, says who and why, and lets people and runs go on', async () => {
  const small = await openReady()
  const signature = await small.sign()
  await small.run([...ROWS, '104 Cough'])
  await expect(unlock(small, ' ')).rejects.toMatchObject({ code: 'DECISION_NOT_ALLOWED' })
  const unlocked = await unlock(small)
  expect(unlocked).toMatchObject({
    kind: 'unlocked',
    reason: 'a site corrected a date',
    coversSeq: signature.coversSeq,
  })
  await expect(unlock(small)).rejects.toMatchObject({ code: 'DECISION_NOT_ALLOWED' })
  expect(await readSignOffState(small.desk.store, small.study)).toMatchObject({ signature: null, held: null })
  await small.code('bad head', 'Migraine')
  const input = join(small.folder, 'transfer-2')
  const run = await runStudy(small.study, { actor: toAsserted('Dana'), ambience: small.ambience, input })
  expect(run).toMatchObject({ status: 'complete', autocoded: { exact: 1 }, run: { rows: { AE: 4 } } })
  expect((await readManifest(run.run.folder)).signature).toBeNull()
  expect(await small.listFaults()).toEqual([])
})

/** Statements on the database behind aecoder's back, and a fault that must be among those named. */
const TAMPERING = [
  {
    says: 'another name',
    sql: "update signature set full_name = 'Ann B'",
    fault: /^signature of event \d+: it is not what the event vouches for/,
  },
  { says: 'another meaning', sql: "update signature set meaning = 'seen'", fault: /is not what the event vouches for/ },
  { says: 'other decisions', sql: 'update signature set decisions = 9', fault: /does not cover the 9 decisions/ },
  {
    says: 'another point of the chain',
    sql: 'update signature set covers_seq = 1, covers_hash = (select hash from event where seq = 1)',
    fault: /does not cover all events before it/,
  },
  { says: 'another hash', sql: "update signature set covers_hash = 'f'", fault: /had another hash at event/ },
  { says: 'a signature that is gone', sql: 'delete from signature', fault: /the signature it vouches for is missing/ },
  {
    says: 'an unlocking that nobody did',
    sql: "insert into signature select study, 99, 'unlocked', '', covers_seq, covers_hash, transfer_no, decisions, actor, full_name, auth, at, 'x' from signature",
    fault: /^signature of event 99: it is not what the event vouches for/,
  },
  {
    says: 'a code given under it',
    sql: "update event set kind = 'coded' where seq = (select max(seq) from event)",
    fault: /^event \d+: coded, though event \d+ had signed the study off/,
  },
  {
    says: 'a site that was asked under it',
    sql: "update event set kind = 'query-raised' where seq = (select max(seq) from event)",
    fault: /^event \d+: query-raised, though event \d+ had signed the study off/,
  },
] as const
for (const { says, sql, fault } of TAMPERING)
  test(`verify names ${says}`, async () => {
    const small = await openReady()
    await small.sign()
    await exportStudy(small.study, { actor: toAsserted('Dana'), ambience: small.ambience })
    expect(await small.listFaults()).toEqual([])
    tamper(join(small.folder, 'aecoder.db'), sql)
    expect(await small.listFaults()).toContainEqual(expect.stringMatching(fault))
  })

test('verify names a manifest that states another signature', async () => {
  const small = await openReady()
  await small.sign()
  const { run } = await exportStudy(small.study, { actor: toAsserted('Dana'), ambience: small.ambience })
  const path = join(run.folder, 'manifest.json')
  await writeFile(path, (await readFile(path, 'utf8')).replace('Eva Meyer', 'Ann Other'))
  expect(await small.listFaults()).not.toEqual([])
})

async function readManifest(folder: string): Promise<{ status: string; signature: unknown }> {
  return JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))
}

/** Changes what the triggers guard, and puts them back. */
function tamper(path: string, sql: string): void {
  const db = new DatabaseSync(path)
  const triggers = db.prepare("select name, sql from sqlite_master where type = 'trigger'").all() as {
    name: string
    sql: string
  }[]
  for (const { name } of triggers) db.exec(`drop trigger ${name}`)
  db.exec(sql)
  for (const trigger of triggers) db.exec(trigger.sql)
  db.close()
}

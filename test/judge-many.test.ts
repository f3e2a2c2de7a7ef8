/** Verdicts on many codes at once: what a preview shows, what may change under it, and what is recorded. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { judgeMany, previewVerdicts, readAudit, type VerdictFilter } from '../pipeline/index.ts'
import { findHead } from '../pipeline/store/chain.ts'
import { openSmallStudy, type SmallStudy, toAsserted, toSignedIn } from './small-study.ts'

const ROWS = ['101 Headache', '102 bad head', '103 bad head !', '104 odd feeling', '105 queasy tum', '106 Rash']

/** Three codes that wait: two of Ann's, one of Ben's. */
async function openWaiting(): Promise<SmallStudy> {
  const small = await openSmallStudy(ROWS)
  await small.code('bad head', 'Headache')
  await small.code('odd feeling', 'Malaise')
  await small.code('queasy tum', 'Nausea', 'Ben')
  return small
}

function preview({ study, desk }: SmallStudy, filter: VerdictFilter = {}, by = 'Ben') {
  return previewVerdicts(study, { store: desk.store, actor: toSignedIn(by), filter })
}

function judge(
  { study, desk }: SmallStudy,
  act: { token: string } & Partial<Parameters<typeof judgeMany>[1]>,
): Promise<{ count: number }> {
  const given = { store: desk.store, actor: toSignedIn('Ben'), kind: 'approved', reason: null, filter: {} } as const
  return judgeMany(study, { ...given, ...act })
}

test('a preview shows what it would touch, by impact, and what it leaves out and why', async () => {
  const small = await openWaiting()
  const shown = await preview(small)
  expect(shown).toMatchObject({
    count: 2,
    occurrences: 3,
    serious: 1,
    byOutcome: { manual: 2 },
    byCoder: { Ann: 2 },
    leftOut: { counts: { 'own-code': 1 } },
  })
  expect(shown.listed.map(({ verbatim, llts }) => `${verbatim} → ${llts[0]?.text}`)).toEqual([
    'bad head → Headache',
    'odd feeling → Malaise',
  ])
  expect(shown.leftOut.listed.map(({ verbatim, why }) => `${verbatim}: ${why}`)).toEqual(['queasy tum: own-code'])
  // To look is to write nothing.
  const head = await findHead(small.desk.store.db, small.study.id)
  await preview(small)
  expect(await findHead(small.desk.store.db, small.study.id)).toEqual(head)
})

const FILTERS: readonly { readonly filter: VerdictFilter; readonly touched: readonly string[] }[] = [
  { filter: { coder: 'Ann' }, touched: ['bad head', 'odd feeling'] },
  { filter: { coder: 'Cleo' }, touched: [] },
  { filter: { serious: 'none' }, touched: ['odd feeling'] },
  { filter: { serious: 'only' }, touched: ['bad head'] },
  { filter: { outcomes: ['confident'] }, touched: [] },
  { filter: { domain: 'MH' }, touched: [] },
  { filter: { terminology: 'OpenAE', confidenceFrom: 1 }, touched: ['bad head', 'odd feeling'] },
]
test('a filter narrows what is touched', async () => {
  const small = await openWaiting()
  for (const { filter, touched } of FILTERS)
    expect(
      (await preview(small, filter)).listed.map(({ verbatim }) => verbatim),
      JSON.stringify(filter),
    ).toEqual(touched)
})

test('decisions named one by one may be ones that do not wait; those that stand no more are counted', async () => {
  const small = await openWaiting()
  const target = await small.find('Rash')
  const rash = target.kind === 'group' ? (target.group.decision?.id ?? '') : ''
  const shown = await preview(small, { decisions: [rash, 'f'.repeat(32)] })
  expect(shown).toMatchObject({ count: 1, byOutcome: { exact: 1 }, leftOut: { counts: { 'not-in-force': 1 } } })
})

test('an approval in bulk is one event over all its verdicts, and verify vouches for it', async () => {
  const small = await openWaiting()
  const { token } = await preview(small)
  const head = await findHead(small.desk.store.db, small.study.id)
  expect(await judge(small, { token })).toEqual({ count: 2, occurrences: 3 })
  expect((await findHead(small.desk.store.db, small.study.id)).seq).toBe(head.seq + 1)
  expect((await preview(small)).count).toBe(0)
  expect(await small.listFaults()).toEqual([])
  for (const sql of [
    'delete from verdict where decision = (select min(decision) from verdict)',
    "update verdict set kind = 'rejected' where decision = (select min(decision) from verdict)",
  ]) {
    const again = await openWaiting()
    await judge(again, { token: (await preview(again)).token })
    tamper(again, sql)
    expect(await again.listFaults()).toContainEqual(expect.stringMatching(/^verdict of event \d+: it is not what/))
  }
})

test('the audit trail of a term tells of the approval in bulk that touched it, and of no other one', async () => {
  const small = await openWaiting()
  await judge(small, { token: (await preview(small)).token })
  const listKinds = async (term: string) => {
    const target = await small.find(term)
    const about = target.kind === 'group' ? target.group.target.id : ''
    return (await readAudit(small.desk, { about })).rows.map(({ kind }) => kind)
  }
  expect(await listKinds('bad head')).toEqual(['approved', 'coded'])
  expect(await listKinds('queasy tum')).toEqual(['coded'])
})

test('it is refused when it would touch others than those that were shown, and tells what happened', async () => {
  const small = await openWaiting()
  const { token } = await preview(small)
  await small.code('bad head', 'Migraine')
  await expect(judge(small, { token })).rejects.toMatchObject({
    code: 'DECISION_STALE',
    facts: { found: expect.stringMatching(/would now touch 2 codes.*coded \(by Ann\)/) },
  })
  await expect(judge(small, { token: 'nonsense' })).rejects.toMatchObject({ code: 'DECISION_STALE' })
  const cleo = await preview(small, {}, 'Cleo')
  await expect(judge(small, { token: cleo.token }), "with another person's token").rejects.toMatchObject({
    code: 'DECISION_STALE',
  })
})

test('rejecting in bulk needs a reason, and sends all back to the queue', async () => {
  const small = await openWaiting()
  const { token } = await preview(small, { serious: 'none' })
  const act = { token, kind: 'rejected', filter: { serious: 'none' } } as const
  await expect(judge(small, act)).rejects.toMatchObject({ code: 'DECISION_NOT_ALLOWED' })
  await judge(small, { ...act, reason: 'code the cause' })
  expect(await small.desk.queue.list({ view: 'rejected' })).toMatchObject({ rows: [{ verbatim: 'odd feeling' }] })
})

test('a wrong number, a name that was only said and a signed study are refused', async () => {
  const small = await openWaiting()
  const { token } = await preview(small)
  await expect(judge(small, { token, confirm: 3 })).rejects.toMatchObject({ code: 'DECISION_NOT_ALLOWED' })
  await expect(judge(small, { token, actor: toAsserted('Ben') })).rejects.toMatchObject({ code: 'SIGN_IN_NEEDED' })
  await small.sign({ isIncomplete: true, reason: 'interim' })
  await expect(judge(small, { token })).rejects.toMatchObject({ code: 'STUDY_SIGNED_OFF' })
})

function tamper({ folder }: SmallStudy, sql: string): void {
  const db = new DatabaseSync(join(folder, 'aecoder.db'))
  const triggers = db.prepare("select name, sql from sqlite_master where type = 'trigger'").all()
  for (const { name } of triggers) db.exec(`drop trigger ${String(name)}`)
  db.exec(sql)
  for (const trigger of triggers) db.exec(String(trigger.sql))
  db.close()
}

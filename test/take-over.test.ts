/** Codes of another tool: whose decisions they become, and what is left to the queue. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { listHistory, openExport, type TakeOverAct, takeOver, verifyStudy } from '../pipeline/index.ts'
import { lockStudy } from '../pipeline/store/store.ts'
import { openSmallStudy, type SmallStudy, toAsserted } from './small-study.ts'

const HEADER = 'subject,verbatim,code,pt,coder,coded_at,approver,approved_at,comment,part'

async function take(
  small: SmallStudy,
  rows: readonly string[],
  change: Partial<TakeOverAct> & { header?: string } = {},
) {
  const { header = HEADER, ...act } = change
  const path = join(small.folder, 'earlier.csv')
  await writeFile(path, `${[header, ...rows].join('\n')}\n`)
  const { store, kits } = small.desk
  return takeOver(small.study, {
    store,
    kits,
    actor: toAsserted('Dana'),
    file: { ...openExport(path), name: 'earlier.csv' },
    tool: 'Old Coder 5.2',
    reason: 'the study moves',
    withApprovals: true,
    ...act,
  })
}

async function findCode(text: string, small: SmallStudy): Promise<string> {
  const { kits } = small.desk
  return kits.mainOf('AE').dictionary.listByFold(text)[0]?.code ?? ''
}

async function readLast(small: SmallStudy, term: string) {
  const found = await small.find(term)
  const target = found.kind === 'group' ? found.group.target : found.occurrence.target
  const last = (await listHistory(small.desk.store, small.study.id, target)).at(-1)
  return (
    last && {
      llts: last.codings.map(({ path, partText }) => (partText === null ? '' : `${partText}: `) + path.at(-1)?.text),
      actor: last.actor,
      at: last.at,
      verdict: last.verdict?.actor ?? null,
      waits: last.waits,
    }
  )
}

test('a code comes in as the decision of who made it there, with its approval', async () => {
  const small = await openSmallStudy(['101 bad HA', '102 bad HA'])
  const code = await findCode('headache', small)
  const report = await take(small, [
    `,bad HA,${code},Headache,Carl Old,2024-05-01,Vera Old,2024-05-03T10:00:00+02:00,per guideline,`,
  ])
  expect(report).toEqual({
    rows: 1,
    groups: 1,
    occurrences: 0,
    approvals: 1,
    ownApprovals: 0,
    pathChanged: 0,
    left: [],
  })
  expect(await readLast(small, 'bad HA')).toEqual({
    llts: ['Headache'],
    actor: 'Carl Old',
    at: '2024-05-01T00:00:00Z',
    verdict: 'Vera Old',
    waits: true,
  })
  expect(await small.listFaults()).toEqual([])
})

test('approvals stay there unless they are asked for, and nobody approves their own code', async () => {
  const small = await openSmallStudy(['101 bad HA', '102 sick tummy'])
  const [headache, nausea] = [await findCode('headache', small), await findCode('nausea', small)]
  await take(small, [`,bad HA,${headache},,Carl,2024-05-01,Vera,2024-05-02,,`], { withApprovals: false })
  expect((await readLast(small, 'bad HA'))?.verdict).toBe(null)
  const report = await take(small, [`,sick tummy,${nausea},,Carl,2024-05-01,carl ,2024-05-02,,`])
  expect(report).toMatchObject({ groups: 1, approvals: 0, ownApprovals: 1 })
  expect(await readLast(small, 'sick tummy')).toMatchObject({ verdict: null, waits: true })
})

test('what does not fit is left with its reason, and the rest is taken', async () => {
  const small = await openSmallStudy([
    '101 bad HA',
    '102 sick tummy',
    '103 sore thing',
    '104 odd thing',
    '105 felt off',
  ])
  await small.code('sick tummy', 'nausea')
  const headache = await findCode('headache', small)
  const report = await take(small, [
    `,bad HA,${headache},Nausea,Carl,2024-05-01,,,,`,
    `,sick tummy,${headache},,Carl,2024-05-01,,,,`,
    `,never reported,${headache},,Carl,2024-05-01,,,,`,
    `,sore thing,123,,Carl,2024-05-01,,,,`,
    `,odd thing,${headache},,Carl,2024-05-01,,,,`,
    `,odd thing,${await findCode('nausea', small)},,Carl,2024-05-02,,,,`,
    `,felt off,${headache},,Carl,2024-05-01,,,,`,
  ])
  expect(report.left.map(({ line, why }) => [line, why])).toEqual([
    [2, 'other-path'],
    [3, 'already-coded'],
    [4, 'unknown-verbatim'],
    [5, 'unknown-code'],
    [6, 'contradictory'],
    [7, 'contradictory'],
  ])
  expect(report.groups).toBe(1)
  expect(await readLast(small, 'felt off')).toMatchObject({ llts: ['Headache'], actor: 'Carl' })
  expect(await readLast(small, 'sick tummy')).toMatchObject({ llts: ['Nausea'], actor: 'Ann' })
})

test('of a file of occurrences the code of most becomes the term’s, another one its own subject’s', async () => {
  const small = await openSmallStudy(['101 felt off', '102 felt off', '103 felt off', '104 felt off'])
  const [headache, nausea] = [await findCode('headache', small), await findCode('nausea', small)]
  const report = await take(small, [
    `101,felt off,${headache},,Carl,2024-05-01,,,,`,
    `102,FELT OFF,${headache},,Carl,2024-05-02,,,,`,
    `104,felt off,${headache},,Carl,2024-05-02,,,,`,
    `103,felt off,${nausea},,Dora,2024-05-03,,,,`,
    `999,felt off,${nausea},,Dora,2024-05-03,,,,`,
  ])
  expect(report).toMatchObject({ groups: 1, occurrences: 1 })
  expect(report.left).toMatchObject([{ line: 6, why: 'unknown-subject' }])
  expect(await readLast(small, 'felt off')).toMatchObject({ llts: ['Headache'], actor: 'Carl' })
  const db = new DatabaseSync(small.study.paths.store, { readOnly: true })
  const own = db
    .prepare(
      `select o.subject, d.actor, d.auth, d.at from decision d join occurrence o on o.study = d.study and o.no = d.occurrence_no`,
    )
    .all()
  db.close()
  expect(own.map((row) => ({ ...row }))).toEqual([
    { subject: '103', actor: 'Dora', auth: 'taken over from Old Coder 5.2', at: '2024-05-03T00:00:00Z' },
  ])
  expect(await small.listFaults()).toEqual([])
})

test('of codes that as many rows have the last one becomes the term’s', async () => {
  for (const days of [
    ['2024-05-01', '2024-05-02'],
    ['2024-05-02', '2024-05-01'],
  ]) {
    const small = await openSmallStudy(['101 bad HA', '102 bad HA'])
    const codes = [await findCode('headache', small), await findCode('nausea', small)]
    await take(
      small,
      codes.map((code, index) => `10${index + 1},bad HA,${code},,Carl,${days[index]},,,,`),
    )
    const last = days[0] === '2024-05-02' ? 'Headache' : 'Nausea'
    expect((await readLast(small, 'bad HA'))?.llts).toEqual([last])
  }
})

test('a code whose term is another one in the file, or not current, is left', async () => {
  const small = await openSmallStudy(['101 bad HA', '102 sick tummy', '103 felt off'])
  const code = await findCode('headache', small)
  const rows = [`bad HA,${code},Nausea`, `sick tummy,${code},HEADACHE`, 'felt off,80000315,'] // Cephalalgia
  const report = await take(
    small,
    rows.map((row) => `${row},Carl,2024-05-01`),
    { header: 'verbatim,code,llt,coder,coded_at' },
  )
  expect(report.left.map(({ verbatim, why }) => [verbatim, why])).toEqual([
    ['bad HA', 'other-path'],
    ['felt off', 'not-current'],
  ])
  expect(report.left[0]?.reason).toMatch(/^LLT is Nausea in the file, Headache \(\d+\) in OpenAE 0\.1$/)
})

test('what is of another dictionary, whole and in parts, or of no subject against most, is left; a higher level may be another', async () => {
  const small = await openSmallStudy(['101 bad HA', '102 sick tummy', '103 felt off', '104 odd', '105 odd'])
  const [headache, nausea] = [await findCode('headache', small), await findCode('nausea', small)]
  const rows = [
    `,bad HA,${headache},,Other 1,`,
    `,sick tummy,${headache},,,`,
    `,sick tummy,${nausea},tummy,,`,
    `,felt off,${headache},,,Elsewhere`,
    `104,odd,${headache},,,`,
    `105,odd,${headache},,,`,
    `,odd,${nausea},,,`,
  ]
  const report = await take(
    small,
    rows.map((row) => `${row},Carl,2024-05-01`),
    { header: 'subject,verbatim,code,part,dictionary,hlt,coder,coded_at' },
  )
  expect(report.left.map(({ line, why }) => [line, why])).toEqual([
    [2, 'other-dictionary'],
    [3, 'contradictory'],
    [4, 'contradictory'],
    [8, 'contradictory'],
  ])
  expect([report.groups, report.pathChanged]).toEqual([2, 1])
})

test('a term that no record has any more is one that the study does not hold', async () => {
  const small = await openSmallStudy(['101 bad HA', '102 Rash'])
  const code = await findCode('headache', small)
  await small.run(['101 Fever', '102 Rash'])
  const report = await take(small, [`,bad HA,${code},,Carl,2024-05-01,,,,`])
  expect([report.groups, report.left.map(({ why }) => why)]).toEqual([0, ['unknown-verbatim']])
})

test('rows that name parts are a split', async () => {
  const small = await openSmallStudy(['101 HA and nausea'])
  const [headache, nausea] = [await findCode('headache', small), await findCode('nausea', small)]
  const report = await take(small, [
    `,HA and nausea,${headache},,Carl,2024-05-01,,,,HA`,
    `,HA and nausea,${nausea},,Carl,2024-05-01,,,,nausea`,
  ])
  expect(report).toMatchObject({ rows: 2, groups: 1, left: [] })
  expect((await readLast(small, 'HA and nausea'))?.llts).toEqual(['HA: Headache', 'nausea: Nausea'])
})

test('the same file a second time changes nothing', async () => {
  const small = await openSmallStudy(['101 felt off'])
  const rows = [`,felt off,${await findCode('headache', small)},,Carl,2024-05-01,,,,`]
  await take(small, rows)
  const again = await take(small, rows)
  expect(again).toMatchObject({ groups: 0, left: [{ why: 'already-coded' }] })
})

test('a file of occurrences a second time leaves every row that led to nothing', async () => {
  const small = await openSmallStudy(['101 felt off', '102 felt off', '103 felt off'])
  const [headache, nausea] = [await findCode('headache', small), await findCode('nausea', small)]
  const rows = [
    `101,felt off,${headache},,Carl,2024-05-01,,,,`,
    `102,felt off,${headache},,Carl,2024-05-02,,,,`,
    `103,felt off,${nausea},,Dora,2024-05-03,,,,`,
  ]
  expect(await take(small, rows)).toMatchObject({ groups: 1, occurrences: 1, left: [] })
  const again = await take(small, rows)
  expect(again).toMatchObject({ rows: 3, groups: 0, occurrences: 0 })
  expect(again.left.map(({ line, why }) => [line, why])).toEqual([
    [2, 'already-coded'],
    [3, 'already-coded'],
    [4, 'already-coded'],
  ])
})

test('where one row of a term and subject does not fit, all of them are left, each with its reason', async () => {
  const small = await openSmallStudy(['101 felt off', '102 HA and nausea'])
  const headache = await findCode('headache', small)
  const report = await take(small, [
    `101,felt off,${headache},,Carl,2024-05-01,,,,`,
    `101,felt off,123,,Carl,2024-05-01,,,,`,
    `102,HA and nausea,${headache},,Carl,2024-05-01,,,,HA`,
    `102,HA and nausea,456,,Carl,2024-05-01,,,,nausea`,
  ])
  expect(report).toMatchObject({ groups: 0, occurrences: 0 })
  expect(report.left.map(({ line, why, reason }) => [line, why, reason])).toEqual([
    [2, 'contradictory', 'another row of the same term does not fit: line 3'],
    [3, 'unknown-code', expect.any(String)],
    [4, 'contradictory', 'another row of the same term does not fit: line 5'],
    [5, 'unknown-code', expect.any(String)],
  ])
})

test('a verbatim that a spreadsheet would calculate, and the same term written otherwise, are the study’s term', async () => {
  const small = await openSmallStudy(['101 =1+1 pain', '102 Sore  Thing'])
  const [headache, nausea] = [await findCode('headache', small), await findCode('nausea', small)]
  const report = await take(small, [
    `,'=1+1 pain,${headache},,Carl,2024-05-01,,,,`,
    `,sore thing,${nausea},,Carl,2024-05-01,,,,`,
    `,SORE THING,${nausea},,Carl,2024-05-02,,,,`,
  ])
  expect(report).toMatchObject({ groups: 2, left: [] })
  expect(await readLast(small, '=1+1 pain')).toMatchObject({ llts: ['Headache'] })
  expect(await readLast(small, 'Sore  Thing')).toMatchObject({ llts: ['Nausea'], at: '2024-05-02T00:00:00Z' })
})

test('while a run goes on nothing is taken over: it moves terms', async () => {
  const small = await openSmallStudy(['101 bad HA'])
  const code = await findCode('headache', small)
  const unlock = lockStudy(small.desk.store, small.study.id)
  const taking = () => take(small, [`,bad HA,${code},Headache,Carl Old,2024-05-01,,,,`])
  await expect(taking()).rejects.toMatchObject({ code: 'RUN_IN_PROGRESS' })
  unlock()
  expect((await taking()).groups).toBe(1)
})

test('a study that is signed off takes nothing over', async () => {
  const small = await openSmallStudy(['101 bad HA'], { approval: 'none' })
  await small.code('bad HA', 'headache')
  await small.sign()
  const refused = take(small, [`,bad HA,${await findCode('nausea', small)},,Carl,2024-05-01,,,,`])
  await expect(refused).rejects.toMatchObject({ code: 'STUDY_SIGNED_OFF' })
})

test('the parts of a split may stand in any order', async () => {
  const small = await openSmallStudy(['101 HA and nausea', '102 HA and nausea'])
  const [headache, nausea] = [await findCode('headache', small), await findCode('nausea', small)]
  const report = await take(small, [
    `101,HA and nausea,${headache},,Carl,2024-05-01,,,,HA`,
    `101,HA and nausea,${nausea},,Carl,2024-05-01,,,,nausea`,
    `102,HA and nausea,${nausea},,Carl,2024-05-02,,,,nausea`,
    `102,HA and nausea,${headache},,Carl,2024-05-02,,,,HA`,
  ])
  expect(report).toMatchObject({ groups: 1, occurrences: 0, left: [] })
})

test('what somebody codes while the file is taken over stands, and is not counted as taken', async () => {
  const small = await openSmallStudy(['101 felt off'])
  const rows = [`,felt off,${await findCode('headache', small)},,Carl,2024-05-01,,,,`]
  const path = join(small.folder, 'watched.csv')
  await writeFile(path, `${[HEADER, ...rows].join('\n')}\n`)
  const file = openExport(path)
  let opened = 0
  const report = await take(small, rows, {
    file: {
      ...file,
      async *open() {
        // Read first, and hashed when the decisions are made: what comes in between is a person's.
        if (++opened === 2) await small.code('felt off', 'nausea')
        yield* file.open()
      },
    },
  })
  expect(opened).toBe(2)
  expect(report).toMatchObject({ groups: 0, approvals: 0, left: [{ line: 2, why: 'already-coded' }] })
  expect(await readLast(small, 'felt off')).toMatchObject({ llts: ['Nausea'], actor: 'Ann' })
})

test('a day that is still to come, or that no month has, refuses the file', async () => {
  const small = await openSmallStudy(['101 felt off'])
  const code = await findCode('headache', small)
  const refused = take(small, [
    `,felt off,${code},,Carl,2026-03-03,,,,`,
    `,felt off,${code},,Carl,2024-05-01,Vera,2031-01-01,,`,
    `,felt off,${code},,Carl,2024-02-31,,,,`,
    `,felt off,${code},,Carl,2026-03-01T20:00:00,,,,`,
  ])
  await expect(refused).rejects.toMatchObject({
    code: 'TAKE_OVER_INVALID',
    message: expect.stringMatching(
      /: line 2: coded at 2026-03-03, which is still to come; line 3: approved at 2031-01-01, which is still to come; line 4: coded at "2024-02-31" is no date \(/,
    ),
  })
})

test('the subject of one of very many occurrences is found', async () => {
  const many = Array.from({ length: 5001 }, (_, index) => `${1000 + index} felt off`)
  const small = await openSmallStudy(many)
  const [headache, nausea] = [await findCode('headache', small), await findCode('nausea', small)]
  const report = await take(small, [
    `1000,felt off,${headache},,Carl,2024-05-01,,,,`,
    `1001,felt off,${headache},,Carl,2024-05-01,,,,`,
    `6000,felt off,${nausea},,Carl,2024-05-01,,,,`,
  ])
  expect(report).toMatchObject({ groups: 1, occurrences: 1, left: [] })
})

test('a file with a row that cannot be read is refused whole, with its lines', async () => {
  const small = await openSmallStudy(['101 felt off'])
  const code = await findCode('headache', small)
  const refused = take(small, [`,felt off,${code},,Carl,01/05/2024,,,,`, `,felt off,${code},,,2024-05-01,,,,`])
  await expect(refused).rejects.toMatchObject({
    code: 'TAKE_OVER_INVALID',
    message: expect.stringMatching(/line 2: coded at "01\/05\/2024" is no date; line 3: no coder/),
  })
  expect(await readLast(small, 'felt off')).toMatchObject({ actor: 'aecoder' })
  await expect(take(small, ['x,y'], { header: 'verbatim,code' })).rejects.toThrow(/no column coder; no column codedat/)
})

test('verify finds an approval that was changed after it was taken over', async () => {
  const small = await openSmallStudy(['101 felt off'])
  await take(small, [`,felt off,${await findCode('headache', small)},,Carl,2024-05-01,Vera,2024-05-02,,`])
  expect((await verifyStudy(small.study, small.desk.store)).faults).toEqual([])
  await small.desk.store.close()
  const db = new DatabaseSync(small.study.paths.store)
  db.exec(`drop trigger verdict_no_update; update verdict set actor = 'Mallory'`)
  db.exec(
    `create trigger verdict_no_update before update on verdict begin select raise(abort, 'verdict is append-only'); end`,
  )
  db.close()
  const { openStudyStoreToRead } = await import('../pipeline/index.ts')
  const store = await openStudyStoreToRead(small.study, small.ambience)
  const { faults } = await verifyStudy(small.study, store)
  await store.close()
  expect(faults).toEqual([expect.stringMatching(/^verdicts of event \d+: they are not those that were taken over$/)])
})

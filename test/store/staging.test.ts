/** Transfers: what each does to the occurrences known before, what is seen of it when, what is set aside. */
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { findHead } from '../../pipeline/store/chain.ts'
import { findCommitted } from '../../pipeline/store/current.ts'
import {
  countStudy,
  countSubjects,
  findGroups,
  findOccurrences,
  listOccurrences,
  listUndecided,
} from '../../pipeline/store/queue.ts'
import type { Store } from '../../pipeline/store/store.ts'
import { listTransferFiles, listTransfers, readSetAside } from '../../pipeline/store/transfers.ts'
import { toCanonicalJson } from '../../schemas/content-id.ts'
import { toOccurrenceContentId } from '../../schemas/occurrence-id.ts'
import type { RowOutcome } from '../../schemas/records.ts'
import {
  addFile,
  codeByMachine,
  commitTransfer,
  DANA,
  findGroup,
  listAll,
  listFaults,
  openStage,
  openTransfer,
  RANGE,
  readLines,
  STUDY,
  stageTransfer,
  toDecision,
  toOccurrence,
  toRow,
  toRowOf,
  toRows,
} from './stage.ts'

const NONE = { new: 0, changedVerbatim: 0, changedContext: 0, unchanged: 0, returned: 0, withdrawn: 0 }

/** What a later transfer does to `0101 Headache`, `0102 Nausea`, `0103 Rash`. */
const MOVEMENTS = [
  { says: 'the same again', rows: ['0101 Headache', '0102 Nausea', '0103 Rash'], movement: { unchanged: 3 } },
  {
    says: 'one more',
    rows: ['0101 Headache', '0102 Nausea', '0103 Rash', '0104 Rash'],
    movement: { unchanged: 3, new: 1 },
  },
  { says: 'one less', rows: ['0101 Headache', '0103 Rash'], movement: { unchanged: 2, withdrawn: 1 } },
  { says: 'nothing any more', rows: [], movement: { withdrawn: 3 } },
  {
    says: 'another term',
    rows: ['0101 Migraine', '0102 Nausea', '0103 Rash'],
    movement: { unchanged: 2, changedVerbatim: 1 },
  },
  {
    says: 'the same term in other letters',
    rows: ['0101 HEADACHE', '0102 Nausea', '0103 Rash'],
    movement: { unchanged: 2, changedVerbatim: 1 },
  },
  {
    says: 'the same term, serious now',
    rows: ['0101 Headache !', '0102 Nausea', '0103 Rash'],
    movement: { unchanged: 2, changedContext: 1 },
  },
  {
    says: 'the same record of another subject',
    rows: ['0109 Headache', '0102 Nausea', '0103 Rash'],
    movement: { unchanged: 2, new: 1, withdrawn: 1 },
  },
  { says: 'one record in a delta', kind: 'delta', rows: ['0101 Migraine'], movement: { changedVerbatim: 1 } },
  { says: 'nothing in a delta', kind: 'delta', rows: [], movement: {} },
] as const

for (const { says, rows, movement, ...kind } of MOVEMENTS) {
  test(`a transfer that says ${says} moves ${JSON.stringify(movement)}`, async () => {
    const store = await openStage()
    await commitTransfer(store, { rows: toRows(['0101 Headache', '0102 Nausea', '0103 Rash']) })
    const later = await commitTransfer(store, { rows: toRows(rows), ...kind })
    expect(later.movement).toEqual({ ...NONE, ...movement })
    expect(await listFaults(store)).toEqual([])
  })
}

test('a withdrawn occurrence comes back under its number, with the same words or with others', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 Headache', '0101/2 Nausea']) })
  await commitTransfer(store, { rows: [] })
  expect(await readLines(store)).toEqual([])
  expect(await listAll(store)).toEqual([])
  const third = await commitTransfer(store, { rows: toRows(['0101 Headache', '0101/2 Queasy']) })
  expect(third.movement).toEqual({ ...NONE, returned: 2 })
  expect(await readLines(store)).toEqual(['0101 #1 Headache -> none', '0101 #2 Queasy -> none'])
  expect(await listFaults(store)).toEqual([])
})

test('a snapshot withdraws only what its own source stated last', async () => {
  const store = await openStage()
  const first = await openTransfer(store)
  await addFile(first, { source: 'site', rows: toRows(['0101 Headache', '0102 Nausea']) })
  await addFile(first, { source: 'diary', rows: toRows(['0103 Rash']) })
  await first.commit({ actor: DANA, body: {} })

  const second = await commitTransfer(store, { source: 'diary', rows: toRows(['0102 Nausea', '0103 Rash']) })
  expect(second.movement).toEqual({ ...NONE, unchanged: 2 })
  const third = await commitTransfer(store, { source: 'site', rows: toRows(['0101 Headache']) })
  expect(third.movement, '0102 is stated by the diary now').toEqual({ ...NONE, unchanged: 1 })
  const fourth = await commitTransfer(store, { source: 'diary', rows: [] })
  expect(fourth.movement).toEqual({ ...NONE, withdrawn: 2 })
  expect(await readLines(store)).toEqual(['0101 #1 Headache -> none'])
  expect(await listFaults(store)).toEqual([])
})

test('nothing of a transfer is seen before it is committed, and all of it after', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 Headache', '0102 Nausea']) })
  await codeByMachine(store, [toDecision(await findGroup(store, 'Headache'))])
  const before = await look(store)

  const rows = toRows(['0101 Nausea !', '0103 Headache', '0104 Rash'])
  const staging = await openTransfer(store)
  expect(await look(store), 'opened').toEqual(before)
  await addFile(staging, { rows, batch: 1 })
  expect(await look(store), 'staged').toEqual(before)
  await staging.commit({ actor: DANA, body: {} })

  expect(await readLines(store)).toEqual(['0101 #1 Nausea -> none', '0103 #1 Headache -> Term', '0104 #1 Rash -> none'])
  const after = await look(store)
  expect(after.groups).toEqual(['Nausea 1 (1 serious)', 'Headache 1 (0 serious)', 'Rash 1 (0 serious)'])
  expect(after.counts).toMatchObject({ groups: 3, occurrences: 3, openGroups: 2, openOccurrences: 2 })
})

test('an abandoned transfer leaves everything as it was and uses up no sequence number', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 Headache', '0102 Nausea']) })
  const before = await look(store)
  for (let time = 0; time < 2; time++) {
    const rows = toRows(['0101/2 Fever', '0101/3 Chills', '0102 Vomiting', '0199 Rash'])
    const staging = await stageTransfer(store, { rows })
    await staging.abandon({ actor: DANA, reason: 'a test' })
    expect(await look(store)).toEqual(before)
  }
  await commitTransfer(store, { rows: toRows(['0101 Headache', '0101/9 Cough', '0102 Nausea', '0199 Itch']) })
  expect(await readLines(store)).toEqual([
    '0101 #1 Headache -> none',
    '0101 #2 Cough -> none',
    '0102 #1 Nausea -> none',
    '0199 #1 Itch -> none',
  ])
  expect(await listFaults(store)).toEqual([])
  const states = (await listTransfers(store, STUDY)).map(({ no, state }) => `${no} ${state}`)
  expect(states).toEqual(['1 committed', '2 abandoned', '3 abandoned', '4 committed'])
})

test('a transfer that was left open is abandoned when the next one begins', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 Headache']) })
  await stageTransfer(store, { rows: toRows(['0101 Migraine', '0101/2 Nausea', '0102 Rash']) })
  await commitTransfer(store, { rows: toRows(['0101 Headache', '0101/2 Fever']) })
  expect(await readLines(store)).toEqual(['0101 #1 Headache -> none', '0101 #2 Fever -> none'])
  const states = (await listTransfers(store, STUDY)).map(({ no, state }) => `${no} ${state}`)
  expect(states).toEqual(['1 committed', '2 abandoned', '3 committed'])
  expect(await listFaults(store)).toEqual([])
})

test('what a transfer says of subjects goes with it when it is abandoned', async () => {
  const store = await openStage()
  const toSubject = (sex: 'F' | 'M'): RowOutcome => ({
    kind: 'subject',
    line: 2,
    raw: `0101,${sex}`,
    subject: { subject: '0101', usubjid: 'ABC-101-0101', site: null, sex, birthYear: 1980, line: 2 },
    remarks: [],
  })
  const listSexes = async () =>
    (await store.db.selectFrom('subject_version').select('sex').execute()).map((row) => row.sex)
  await commitTransfer(store, { source: 'dm', kind: 'delta', rows: [toSubject('F')] })
  const wrong = await stageTransfer(store, { source: 'dm', kind: 'delta', rows: [toSubject('M')] })
  await wrong.abandon({ actor: DANA, reason: 'a test' })
  expect(await listSexes()).toEqual(['F'])
  await commitTransfer(store, { source: 'dm', kind: 'delta', rows: [toSubject('F')] })
  expect(await listSexes(), 'only a change is a new version').toEqual(['F'])
  await commitTransfer(store, { source: 'dm', kind: 'delta', rows: [toSubject('M')] })
  await commitTransfer(store, { source: 'dm', kind: 'delta', rows: [toSubject('F')] })
  expect(await listSexes(), 'also what was said before the last one').toEqual(['F', 'M', 'F'])
  expect(await listFaults(store)).toEqual([])
})

/** The second row under the key of `0101 Headache`, and where it ends. */
const REPEATS = [
  { says: 'the same', row: toRows(['0101 Headache'])[0], bucket: 'duplicate', code: 'duplicate' },
  { says: 'another term', row: toRows(['0101 Migraine'])[0], bucket: 'rejected', code: 'conflicting-key' },
  { says: 'the term in other letters', row: toRows(['0101 headache'])[0], bucket: 'rejected', code: 'conflicting-key' },
  { says: 'another context', row: toRows(['0101 Headache !'])[0], bucket: 'rejected', code: 'conflicting-key' },
  {
    says: 'another site',
    row: toRow({ subject: '0101', term: 'Headache', site: '02' }),
    bucket: 'rejected',
    code: 'conflicting-key',
  },
] as const

for (const { says, row, bucket, code } of REPEATS) {
  for (const batch of [1, 100]) {
    for (const before of [[], ['0101 Headache']]) {
      const known = before.length > 0 ? 'known' : 'new'
      test(`a second row that says ${says} of a ${known} record, ${batch} rows at a time, is ${code}`, async () => {
        const store = await openStage()
        if (before.length > 0) await commitTransfer(store, { rows: toRows(before) })
        const staging = await openTransfer(store)
        const rows = [...toRows(['0101 Headache', '0102 Nausea']), ...(row ? [{ ...row, line: 9 }] : [])]
        const counts = await addFile(staging, { rows, batch })
        expect(counts).toMatchObject({ read: 3, accepted: 2, occurrences: 2, duplicate: 0, rejected: 0, [bucket]: 1 })
        expect(counts.rejectedBy).toEqual(bucket === 'rejected' ? { [code]: 1 } : {})
        await staging.commit({ actor: DANA, body: {} })
        expect(await readLines(store), 'the first stays').toEqual([
          '0101 #1 Headache -> none',
          '0102 #1 Nausea -> none',
        ])
        const aside = await Array.fromAsync(readSetAside(store.db, STUDY, staging.transferNo))
        expect(aside.flat()).toMatchObject([
          {
            file: 'ae.csv',
            line: 9,
            bucket,
            code,
            reason: expect.stringContaining('subject "0101"'),
            raw: expect.any(String),
          },
        ])
      })
    }
  }
}

test('the second row of a record is met in another file of the transfer too, and after many rows between', async () => {
  const store = await openStage()
  const many = Array.from({ length: 9000 }, (_, index) => toRow({ subject: `S${index}`, term: 'Headache' }))
  const staging = await openTransfer(store)
  await addFile(staging, { rows: [...many, ...toRows(['S0 Headache', 'S1 Nausea'])], batch: 1000, kind: 'delta' })
  const second = await addFile(staging, { rows: toRows(['S2 Headache', 'S3 Nausea', 'T1 Rash']), kind: 'delta' })
  expect(second).toMatchObject({ read: 3, accepted: 1, duplicate: 1, rejected: 1 })
  await staging.commit({ actor: DANA, body: {} })
  const [first] = await listTransferFiles(store.db, STUDY, staging.transferNo)
  expect(first).toMatchObject({ read: 9002, accepted: 9000, duplicate: 1, rejected: 1 })
  expect(await countStudy(store, STUDY)).toMatchObject({ groups: 2, occurrences: 9001 })
  expect(await listFaults(store)).toEqual([])
})

test('of a wide row, occurrences that stand already are passed over and the others taken in', async () => {
  const store = await openStage()
  const [headache, nausea, rash] = ['Headache', 'Nausea', 'Rash'].map((term, index) =>
    toOccurrence({ subject: '0101', record: String(index), term }),
  )
  if (!headache || !nausea || !rash) throw new Error('three terms')
  const staging = await openTransfer(store)
  const counts = await addFile(staging, { rows: [toRowOf(headache, nausea), toRowOf(nausea, rash), toRowOf(headache)] })
  expect(counts).toMatchObject({ read: 3, accepted: 2, duplicate: 1, rejected: 0, occurrences: 3 })
  await staging.commit({ actor: DANA, body: {} })
  expect(await readLines(store)).toEqual(['0101 #1 Headache -> none', '0101 #2 Nausea -> none', '0101 #3 Rash -> none'])
})

test('of a wide row, one occurrence that contradicts what stands already keeps all of them out', async () => {
  const store = await openStage()
  const [headache, migraine, rash] = ['Headache', 'Migraine', 'Rash'].map((term, index) =>
    toOccurrence({ subject: '0101', record: term === 'Rash' ? '2' : '1', term, line: 2 + index }),
  )
  if (!headache || !migraine || !rash) throw new Error('three terms')
  const staging = await openTransfer(store)
  const counts = await addFile(staging, { rows: [toRowOf(headache), toRowOf(migraine, rash)] })
  expect(counts).toMatchObject({ read: 2, accepted: 1, rejected: 1, occurrences: 1 })
  await staging.abandon({ actor: DANA, reason: 'a test' })
})

test('each row ends in one bucket, counted by reason', async () => {
  const store = await openStage()
  const toSkipped = (reason: 'no-event' | 'other-form'): RowOutcome => ({ kind: 'skipped', line: 5, reason })
  const ragged: RowOutcome = { kind: 'rejected', line: 7, code: 'ragged-row', reason: 'too short', raw: '0107' }
  const dated = toRow({ subject: '0103', term: 'Rash' })
  const remarks = [{ code: 'date-not-understood', line: 4, text: 'AESTDAT "x"' }] as const
  const rows = [
    ...toRows(['0101 Headache', '0101 Headache', '0101 Migraine']),
    { ...dated, remarks } as RowOutcome,
    toSkipped('no-event'),
    toSkipped('other-form'),
    toSkipped('no-event'),
    { kind: 'superseded', line: 8, raw: '0108 Hedache' } as RowOutcome,
    ragged,
  ]
  const staging = await openTransfer(store)
  const counts = await addFile(staging, { rows })
  expect(counts).toMatchObject({
    read: 9,
    accepted: 2,
    duplicate: 1,
    superseded: 1,
    skipped: 3,
    rejected: 2,
    skippedBy: { 'no-event': 2, 'other-form': 1 },
    rejectedBy: { 'conflicting-key': 1, 'ragged-row': 1 },
    remarks: { 'date-not-understood': { count: 1, examples: ['line 4: AESTDAT "x"'] } },
  })
  await staging.commit({ actor: DANA, body: {} })
  const [stored] = await listTransferFiles(store.db, STUDY, staging.transferNo)
  expect(stored).toMatchObject({ ...counts, sha256: 'f'.repeat(64), encoding: 'utf-8' })
})

test('a translated term is filed under its translation, together with what sites wrote so', async () => {
  const store = await openStage()
  const translated = (subject: string, term: string, translation: string): RowOutcome => {
    const plain = toOccurrence({ subject, term })
    const context = { AESER: 'N', AEMODIFY: translation }
    const contentId = toOccurrenceContentId({ ...plain, context })
    return toRowOf({ ...plain, translation, context: toCanonicalJson(context), contentId })
  }
  await commitTransfer(store, {
    rows: [
      translated('0101', '頭痛', 'Headache'),
      ...toRows(['0102 headache']),
      translated('0103', '頭痛', 'Migraine'),
    ],
  })
  const groups = await listAll(store)
  expect(groups.map(({ folded, occurrences }) => [folded, occurrences])).toEqual([
    ['headache', 2],
    ['migraine', 1],
  ])
  expect(await listFaults(store)).toEqual([])
})

test('a commit is one event that tells what moved', async () => {
  const store = await openStage()
  const before = await findHead(store.db, STUDY)
  await commitTransfer(store, { rows: toRows(['0101 Headache', '0102 Nausea']), asOf: '2026-03-05T00:00:00Z' })
  const head = await findHead(store.db, STUDY)
  expect(head.seq).toBe(before.seq + 1)
  expect(await findCommitted(store.db, STUDY)).toMatchObject({ no: 1, asOf: '2026-03-05T00:00:00Z', seq: head.seq })
  expect(await findCommitted(store.db, STUDY, { uptoSeq: before.seq })).toBeUndefined()
  const { rows } = await sql<{ kind: string; body: string }>`
    select e.kind, b.body from event e join event_body b on b.study = e.study and b.seq = e.seq`.execute(store.db)
  expect(rows.map(({ kind, body }) => [kind, (JSON.parse(body) as { movement: unknown }).movement])).toEqual([
    ['transfer-committed', { ...NONE, new: 2 }],
  ])
})

/** All that the queue, the work list and the dataset say. */
async function look(store: Store) {
  const groups = await listAll(store)
  const occurrences = []
  for (const group of groups) {
    for (const { usubjid, verbatim, present } of await listOccurrences(store, STUDY, { group, limit: 99 }))
      occurrences.push(`${usubjid} ${verbatim} ${present}`)
  }
  const ids = ['0101/2 Fever', '0102 Rash', '0103 Headache', '0104 Rash', '0199 Rash'].map((text) => {
    const row = toRows([text])[0]
    return row?.kind === 'occurrences' ? (row.occurrences[0]?.id ?? '') : ''
  })
  const unknown = await Promise.all(ids.map((idPrefix) => findOccurrences(store, STUDY, { idPrefix, limit: 9 })))
  const undecided = await listUndecided(store, STUDY, { ...RANGE, limit: 99, artefacts: '{}' })
  return {
    groups: groups.map(({ verbatim, occurrences: count, serious }) => `${verbatim} ${count} (${serious} serious)`),
    counts: await countStudy(store, STUDY),
    subjects: [...(await countSubjects(store, STUDY, groups)).values()],
    occurrences,
    found: unknown.flat().map(({ usubjid }) => usubjid),
    undecided: undecided.map(({ folded }) => folded),
    named: (await findGroups(store, STUDY, { idPrefix: '', folded: 'rash', limit: 9 })).map(({ folded }) => folded),
    lines: await readLines(store),
  }
}

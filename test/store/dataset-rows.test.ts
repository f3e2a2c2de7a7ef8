/** Dataset rows: which code stands for an occurrence, now and as of any earlier event. */
import { expect, test } from 'vitest'
import { findHead } from '../../pipeline/store/chain.ts'
import { recordVerdict } from '../../pipeline/store/decisions.ts'
import type { Store } from '../../pipeline/store/store.ts'
import {
  ANN,
  codeByHand,
  codeByMachine,
  commitTransfer,
  DANA,
  findGroup,
  findOccurrence,
  listFaults,
  openStage,
  readLines,
  readRows,
  STUDY,
  toDecision,
  toPath,
  toRow,
  toRows,
} from './stage.ts'

test("an occurrence's own decision outranks its group's, and only for that occurrence", async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 Headache', '0102 Headache']) })
  await codeByHand(store, await findOccurrence(store, { subject: '0102', term: 'Headache' }), { term: 'Own' })
  expect(await readLines(store)).toEqual(['0101 #1 Headache -> none', '0102 #1 Headache -> Own'])
  await codeByHand(store, await findGroup(store, 'Headache'), { term: 'All' })
  expect(await readLines(store), 'a later decision on the group changes nothing').toEqual([
    '0101 #1 Headache -> All',
    '0102 #1 Headache -> Own',
  ])
  expect((await readRows(store)).map(({ provenance }) => provenance.target)).toEqual(['group', 'occurrence'])
})

/** The verbatim of an occurrence with its own decision on "Headache" after the next transfer, and the code that stands. */
const CHANGES = [
  { verbatim: 'Headache', code: 'Own' },
  { verbatim: 'headache', code: 'none' },
  { verbatim: 'Headache ', code: 'none' },
  { verbatim: 'Nausea', code: 'none' },
]
for (const { verbatim, code } of CHANGES) {
  test(`a decision made for one occurrence of "Headache" gives ${code} when it says "${verbatim}"`, async () => {
    const store = await openStage()
    await commitTransfer(store, { rows: toRows(['0101 Headache', '0102 Nausea']) })
    await codeByHand(store, await findGroup(store, 'Headache'), { term: 'All' })
    await codeByHand(store, await findGroup(store, 'Nausea'), { term: 'All' })
    await codeByHand(store, await findOccurrence(store, { subject: '0101', term: 'Headache' }), { term: 'Own' })
    const rows = [toRow({ subject: '0101', term: verbatim }), ...toRows(['0102 Nausea'])]
    await commitTransfer(store, { rows })
    expect(await readLines(store)).toEqual([`0101 #1 ${verbatim} -> ${code}`, '0102 #1 Nausea -> All'])
  })
}

test('a decision made for one occurrence stands again when its verbatim is what it was', async () => {
  const store = await openStage()
  for (const term of ['Headache', 'Nausea', 'Headache']) {
    await commitTransfer(store, { rows: toRows([`0101 ${term}`]) })
    if (term === 'Nausea') continue
    const occurrence = await findOccurrence(store, { subject: '0101', term })
    if (!occurrence.decision) await codeByHand(store, occurrence, { term: 'Own' })
  }
  expect(await readLines(store)).toEqual(['0101 #1 Headache -> Own'])
})

test('a changed verbatim takes the decision of its new group at once', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 Headache', '0102 Nausea']) })
  await codeByHand(store, await findGroup(store, 'Headache'), { term: 'Head' })
  await codeByHand(store, await findGroup(store, 'Nausea'), { term: 'Belly' })
  await commitTransfer(store, { rows: toRows(['0101 nausea', '0102 Nausea']) })
  expect(await readLines(store)).toEqual(['0101 #1 nausea -> Belly', '0102 #1 Nausea -> Belly'])
})

test("a group's decision outlives the group's absence", async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 Headache']) })
  await codeByHand(store, await findGroup(store, 'Headache'), { term: 'Head' })
  await commitTransfer(store, { rows: toRows(['0102 Nausea']) })
  await commitTransfer(store, { rows: toRows(['0102 Nausea', '0103 headache']) })
  expect(await readLines(store)).toEqual(['0102 #1 Nausea -> none', '0103 #1 headache -> Head'])
})

/** Whether a code stands in the dataset, by what review says of it. */
const VERDICTS = [
  { waits: false, verdict: null, code: 'Head', approval: 'none-needed' },
  { waits: true, verdict: null, code: 'none', approval: 'pending' },
  { waits: true, verdict: 'approved', code: 'Head', approval: 'approved' },
  { waits: true, verdict: 'rejected', code: 'none', approval: 'rejected' },
  { waits: false, verdict: 'rejected', code: 'none', approval: 'rejected' },
] as const
for (const { waits, verdict, code, approval } of VERDICTS) {
  const says = `${waits ? 'waits' : 'does not wait'} and ${verdict ?? 'has no verdict'}`
  test(`a code that ${says} gives ${code}, and its provenance says ${approval}`, async () => {
    const store = await openStage()
    await commitTransfer(store, { rows: toRows(['0101 Headache']) })
    await codeByHand(store, await findGroup(store, 'Headache'), { term: 'Head', waits })
    if (verdict) await judge(store, verdict)
    expect(await readLines(store)).toEqual([`0101 #1 Headache -> ${code}`])
    const [row] = await readRows(store)
    expect(row?.provenance).toMatchObject({
      approval,
      outcome: 'manual',
      coder: 'Ann',
      approver: verdict ? 'Dana' : null,
    })
  })
}

test("an occurrence whose own code is rejected has none, not its group's", async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 Headache']) })
  await codeByHand(store, await findGroup(store, 'Headache'), { term: 'All' })
  const occurrence = await findOccurrence(store, { subject: '0101', term: 'Headache' })
  const decision = (await codeByHand(store, occurrence, { term: 'Own', waits: true })) ?? ''
  const { target } = occurrence
  await recordVerdict(store, STUDY, { decision, target, kind: 'rejected', actor: DANA, reason: 'x' })
  expect(await readLines(store)).toEqual(['0101 #1 Headache -> none'])
})

test('a row carries verbatim, context, path and provenance as they were recorded', async () => {
  const store = await openStage()
  await commitTransfer(store, {
    rows: [toRow({ subject: '0101', term: ' Head\u00a0ACHE  é', serious: true, site: '07' })],
  })
  const id = await codeByHand(store, await findGroup(store, 'head ache é'), { term: 'Head', reason: 'clear' })
  expect(await readRows(store)).toMatchObject([
    {
      usubjid: 'ABC-101-0101',
      sequence: 1,
      subject: '0101',
      site: '07',
      verbatim: ' Head\u00a0ACHE  é',
      modified: null,
      context: { AESER: 'Y' },
      path: toPath('Head'),
      provenance: {
        part: 1,
        decision: id,
        target: 'group',
        outcome: 'manual',
        step: 'person',
        coder: ANN.name,
        reason: 'clear',
      },
    },
  ])
})

test('domains are numbered and read apart', async () => {
  const store = await openStage()
  const rows = (['AE', 'MH'] as const).flatMap((domain) =>
    ['1', '2'].map((record) => toRow({ domain, subject: '0101', record, term: `${domain} term` })),
  )
  await commitTransfer(store, { rows })
  expect(await readLines(store, { domain: 'AE' })).toEqual(['0101 #1 AE term -> none', '0101 #2 AE term -> none'])
  expect(await readLines(store, { domain: 'MH' })).toEqual(['0101 #1 MH term -> none', '0101 #2 MH term -> none'])
})

test('rows come by USUBJID and --SEQ across batches, each once', async () => {
  const store = await openStage()
  const rows = Array.from({ length: 11_000 }, (_, index) =>
    toRow({ subject: String((index * 7919) % 503), record: String(index), term: `Term ${index % 50}` }),
  )
  await commitTransfer(store, { rows, batch: 4000 })
  await codeByMachine(store, [toDecision(await findGroup(store, 'term 7'))])
  const read = await readRows(store)
  expect(read).toHaveLength(11_000)
  const places = read.map(({ usubjid, sequence }) => `${usubjid} ${String(sequence).padStart(5, '0')}`)
  expect(places).toEqual([...new Set(places)].sort())
  const coded = read.filter(({ path }) => path !== null)
  expect(coded).toHaveLength(220)
  expect(new Set(coded.map(({ verbatim }) => verbatim))).toEqual(new Set(['Term 7']))
})

test('read as of an earlier event, the dataset is what it was then', async () => {
  const store = await openStage()
  const moments: { seq: number; lines: string[] }[] = []
  const remember = async () => {
    moments.push({ seq: (await findHead(store.db, STUDY)).seq, lines: await readLines(store) })
  }
  await commitTransfer(store, { rows: toRows(['0101 Headache', '0102 Nausea']) })
  await remember()
  await codeByMachine(store, [toDecision(await findGroup(store, 'Headache'))])
  await remember()
  await codeByHand(store, await findGroup(store, 'Nausea'), { term: 'Belly', waits: true })
  await remember()
  await judge(store, 'approved', 'Nausea')
  await remember()
  await codeByHand(store, await findOccurrence(store, { subject: '0101', term: 'Headache' }), { term: 'Own' })
  await remember()
  await commitTransfer(store, { rows: toRows(['0101 Migraine', '0103 Nausea']) })
  await remember()
  await codeByHand(store, await findGroup(store, 'Nausea'), { term: 'Changed' })
  await remember()
  await commitTransfer(store, { rows: toRows(['0101 Headache', '0102 Nausea', '0103 Nausea']) })
  await remember()

  expect(moments.map(({ lines }) => lines)).toEqual([
    ['0101 #1 Headache -> none', '0102 #1 Nausea -> none'],
    ['0101 #1 Headache -> Term', '0102 #1 Nausea -> none'],
    ['0101 #1 Headache -> Term', '0102 #1 Nausea -> none'],
    ['0101 #1 Headache -> Term', '0102 #1 Nausea -> Belly'],
    ['0101 #1 Headache -> Own', '0102 #1 Nausea -> Belly'],
    ['0101 #1 Migraine -> none', '0103 #1 Nausea -> Belly'],
    ['0101 #1 Migraine -> none', '0103 #1 Nausea -> Changed'],
    ['0101 #1 Headache -> Own', '0102 #1 Nausea -> Changed', '0103 #1 Nausea -> Changed'],
  ])
  for (const { seq, lines } of moments) expect(await readLines(store, { uptoSeq: seq }), `event ${seq}`).toEqual(lines)
  expect(await readLines(store, { uptoSeq: 0 })).toEqual([])
  expect(await listFaults(store)).toEqual([])
})

async function judge(store: Store, kind: 'approved' | 'rejected', verbatim = 'Headache'): Promise<void> {
  const { target, decision } = await findGroup(store, verbatim)
  await recordVerdict(store, STUDY, { decision: decision?.id ?? '', target, kind, actor: DANA, reason: 'x' })
}

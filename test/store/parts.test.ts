/** Reports of several events: their rows, the numbers of their parts, and what verify says when someone meddles. */
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { addGroupsBeside } from '../../pipeline/store/beside.ts'
import { findHead } from '../../pipeline/store/chain.ts'
import { type NewDecision, recordVerdict } from '../../pipeline/store/decisions.ts'
import { listUnnumberedParts, recordParts } from '../../pipeline/store/parts.ts'
import { findGroups } from '../../pipeline/store/queue.ts'
import type { Store } from '../../pipeline/store/store.ts'
import {
  codeByHand,
  commitTransfer,
  DANA,
  findGroup,
  findOccurrence,
  listFaults,
  MACHINE,
  openStage,
  readRows,
  STUDY,
  stageTransfer,
  toPath,
  toRows,
} from './stage.ts'

test('the parts of all occurrences get the next numbers of their subject, in one order', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['02 A and B', '01/1 A and B', '01/2 Rash', '01/3 a and b']) })
  await codeByHand(store, await findGroup(store, 'A and B'), { term: '', codings: toCodings('A', 'B', 'C') })
  await number(store)
  expect(await readParts(store)).toEqual([
    '01 #1 A and B [A] part 1 -> A',
    '01 #2 Rash [] part 1 -> none',
    '01 #3 a and b [A] part 1 -> A',
    '01 #4 A and B [B] part 2 -> B',
    '01 #5 A and B [C] part 3 -> C',
    '01 #6 a and b [B] part 2 -> B',
    '01 #7 a and b [C] part 3 -> C',
    '02 #1 A and B [A] part 1 -> A',
    '02 #2 A and B [B] part 2 -> B',
    '02 #3 A and B [C] part 3 -> C',
  ])
  const keys = (await readRows(store)).filter(({ usubjid }) => usubjid.endsWith('02')).map(({ recordKey }) => recordKey)
  expect(new Set(keys).size, 'the parts of a report have its record key').toBe(1)
  expect(await listFaults(store)).toEqual([])
})

test('nothing is numbered twice, and nothing where no code has several parts', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['01 A and B', '02 Rash']) })
  await codeByHand(store, await findGroup(store, 'Rash'), { term: 'Rash' })
  expect(await listParts(store)).toEqual([])
  await codeByHand(store, await findGroup(store, 'A and B'), { term: '', codings: toCodings('A', 'B') })
  expect(await listParts(store)).toEqual(['ABC-101-01 part 2'])
  await number(store)
  expect(await listParts(store)).toEqual([])
})

/** How an occurrence of "A and B" comes to have several codes, or not, and the parts that want a number then. */
const EFFECTIVE: readonly { title: string; act: (store: Store) => Promise<unknown>; parts: readonly string[] }[] = [
  {
    title: 'its own code outranks the split of its group',
    act: async (store) =>
      codeByHand(store, await findOccurrence(store, { subject: '01', term: 'A and B' }), { term: 'A' }),
    parts: ['ABC-101-02 part 2'],
  },
  {
    title: 'its own split has more parts than its group',
    act: async (store) =>
      codeByHand(store, await findOccurrence(store, { subject: '01', term: 'A and B' }), {
        term: '',
        codings: toCodings('A', 'B', 'C'),
      }),
    parts: ['ABC-101-01 part 2', 'ABC-101-01 part 3', 'ABC-101-02 part 2'],
  },
  {
    title: 'its own split was made for another verbatim',
    act: async (store) => {
      const occurrence = await findOccurrence(store, { subject: '01', term: 'A and B' })
      await codeByHand(store, occurrence, { term: '', codings: toCodings('A', 'B', 'C'), basedOn: 'A & B' })
    },
    parts: ['ABC-101-02 part 2'],
  },
  {
    title: 'it follows its group again',
    act: async (store) => {
      const occurrence = await findOccurrence(store, { subject: '01', term: 'A and B' })
      await codeByHand(store, occurrence, { term: '', codings: [], outcome: 'fits-context' })
    },
    parts: ['ABC-101-01 part 2', 'ABC-101-02 part 2'],
  },
  {
    title: 'it is withdrawn',
    act: (store) => commitTransfer(store, { rows: toRows(['02 A and B']) }),
    parts: ['ABC-101-02 part 2'],
  },
]
for (const { title, act, parts } of EFFECTIVE) {
  test(`parts are numbered by the code of each occurrence: ${title}`, async () => {
    const store = await openStage()
    await commitTransfer(store, { rows: toRows(['01 A and B', '02 A and B']) })
    await codeByHand(store, await findGroup(store, 'A and B'), { term: '', codings: toCodings('A', 'B') })
    await act(store)
    expect(await listParts(store)).toEqual(parts)
  })
}

test('a split that waits or is rejected has one row without a code; its numbers are there all the same', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['01 A and B']) })
  const { target } = await findGroup(store, 'A and B')
  const id = await codeByHand(store, await findGroup(store, 'A and B'), {
    term: '',
    codings: toCodings('A', 'B'),
    waits: true,
  })
  await number(store)
  expect(await readParts(store)).toEqual(['01 #1 A and B [] part 1 -> none'])
  await recordVerdict(store, STUDY, { decision: id ?? '', target, kind: 'approved', actor: DANA, reason: null })
  const approved = await findHead(store.db, STUDY)
  expect(await readParts(store)).toHaveLength(2)
  await codeByHand(store, await findGroup(store, 'A and B'), { term: 'A', reason: 'one' })
  expect(await readParts(store)).toEqual(['01 #1 A and B [] part 1 -> A'])
  expect(await readParts(store, { uptoSeq: approved.seq }), 'as of the approval').toEqual([
    '01 #1 A and B [A] part 1 -> A',
    '01 #2 A and B [B] part 2 -> B',
  ])
  expect(await listFaults(store)).toEqual([])
})

test('a dataset of a split whose parts have no numbers is refused, not cut short', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['01 A and B']) })
  await codeByHand(store, await findGroup(store, 'A and B'), { term: '', codings: toCodings('A', 'B') })
  await expect(readRows(store)).rejects.toThrow('not all of its 2 parts have a number')
})

test('what an abandoned transfer staged is cleared away, and parts of records known before are not', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['01 A and B']) })
  await codeByHand(store, await findGroup(store, 'A and B'), { term: '', codings: toCodings('A', 'B') })
  await number(store)
  const staging = await stageTransfer(store, { rows: toRows(['01 A and B !', '01/2 Rash']) })
  await staging.abandon({ actor: DANA, reason: 'a test' })
  expect(await readParts(store)).toHaveLength(2)
  await commitTransfer(store, { rows: toRows(['01 A and B !', '01/2 Rash']) })
  expect(await readParts(store)).toEqual([
    '01 #1 A and B [A] part 1 -> A',
    '01 #2 A and B [B] part 2 -> B',
    '01 #3 Rash [] part 1 -> none',
  ])
  expect(await listFaults(store)).toEqual([])
})

/** What may be done to the numbers of parts behind the store's back, and what verify says. */
const TAMPERED = [
  {
    title: 'a number is added to those of an event',
    statement: `insert into sequence select study, domain, usubjid, 99, occurrence_no, 3, transfer_no, seq from sequence where part = 2`,
    fault: /event \d+: the sequence numbers of parts are not those it vouches for/,
  },
  {
    title: 'a number is added that no event gave',
    statement: `insert into sequence select study, domain, usubjid, 99, occurrence_no, 3, transfer_no, null from sequence where part = 2`,
    fault: /part 3 has a sequence number \(99\) that no event gave it/,
  },
  {
    title: 'a number is ascribed to an event that gave none',
    statement: `insert into sequence select study, domain, usubjid, 99, occurrence_no, 3, transfer_no, 1 from sequence where part = 2`,
    fault: /event 1: parts have sequence numbers of it, and it gave none/,
  },
  {
    title: 'a number is another one',
    statement: 'update sequence set n = 99 where part = 2',
    fault: /the sequence numbers of parts are not those it vouches for/,
  },
  {
    title: 'a number is gone',
    statement: 'delete from sequence where part = 2',
    fault: /the sequence numbers of parts are not those it vouches for/,
  },
  {
    title: 'the number of the report itself is gone',
    statement: 'delete from sequence where part = 1',
    fault: /it has 0 sequence numbers instead of one/,
  },
  {
    title: "a number stands among another subject's",
    statement: "update sequence set usubjid = 'ABC-101-09' where part = 2",
    fault: /part 2 is numbered among another subject's records/,
  },
]
for (const { title, statement, fault } of TAMPERED) {
  test(`verify notices when ${title}`, async () => {
    const store = await openStage()
    await commitTransfer(store, { rows: toRows(['01 A and B']) })
    await codeByHand(store, await findGroup(store, 'A and B'), { term: '', codings: toCodings('A', 'B') })
    await number(store)
    for (const act of ['update', 'delete']) await sql.raw(`drop trigger sequence_no_${act}`).execute(store.db)
    await sql.raw(statement).execute(store.db)
    const faults = (await listFaults(store)).filter((each) => !each.startsWith('store: missing'))
    expect(faults).toContainEqual(expect.stringMatching(fault))
  })
}

/** Codes in the main dictionary and beside it, each `part=term` or a term for the whole; and the rows that follow. */
const BESIDE = [
  {
    title: 'one code beside stands on part 1',
    main: ['a=A', 'b=B'],
    beside: ['Whole'],
    rows: ['#1 [a] A | Whole', '#2 [b] B | none: The code is for the whole report: it stands with part 1'],
  },
  {
    title: 'a split beside goes to the parts of the same words',
    main: ['a=A', 'b=B'],
    beside: ['B=Y', 'a=X'],
    rows: ['#1 [a] A | X', '#2 [b] B | Y'],
  },
  {
    title: 'what has other words goes in order',
    main: ['a=A', 'b=B', 'c=C'],
    beside: ['c=Z', 'other=X'],
    rows: ['#1 [a] A | X', '#2 [b] B | none: No code is for this part', '#3 [c] C | Z'],
  },
  {
    title: 'a split beside alone shows none of its codes, and says why',
    main: ['A'],
    beside: ['a=X', 'b=Y'],
    rows: ['#1 [] A | none: 2 codes in Other, and the report has 1 row: split it in the main dictionary too'],
  },
  {
    title: 'nothing beside is nothing on all parts',
    main: ['a=A', 'b=B'],
    beside: [],
    rows: ['#1 [a] A | none: null', '#2 [b] B | none: null'],
  },
]
for (const { title, main, beside, rows } of BESIDE) {
  test(`of a split in one of two dictionaries: ${title}`, async () => {
    const store = await openStage()
    await commitTransfer(store, { rows: toRows(['01 a and b']) })
    await addGroupsBeside(store, STUDY, { domain: 'AE', terminology: 'Other', language: 'English' })
    const [other] = await findGroups(store, STUDY, { folded: 'a and b', terminology: 'Other', limit: 1 })
    if (other === undefined) throw new Error('no group in Other')
    await codeByHand(store, await findGroup(store, 'a and b'), { term: '', codings: toNamed(main) })
    if (beside.length > 0) await codeByHand(store, other, { term: '', codings: toNamed(beside) })
    await number(store)
    const read = await readRows(store, { beside: ['Other'] })
    expect(
      read.map(({ sequence, modified, path, beside: [code] }) => {
        const shown = code?.path?.at(-1)?.text ?? `none: ${code?.provenance.reason}`
        return `#${sequence} [${modified ?? ''}] ${path?.at(-1)?.text} | ${shown}`
      }),
    ).toEqual(rows)
    expect(read.map(({ beside: [code] }) => code?.provenance.part)).toEqual(read.map((_, index) => index + 1))
  })
}

function toCodings(...terms: readonly string[]): NewDecision['codings'] {
  return terms.map((term) => ({ path: toPath(term), partText: term }))
}

function toNamed(codes: readonly string[]): NewDecision['codings'] {
  return codes.map((code) => {
    const [term = '', part = null] = code.split('=').reverse()
    return { path: toPath(term), partText: part }
  })
}

async function listUnnumbered(store: Store) {
  return listUnnumberedParts(store, STUDY, { uptoSeq: (await findHead(store.db, STUDY)).seq })
}

async function listParts(store: Store): Promise<string[]> {
  return (await listUnnumbered(store)).map(({ usubjid, part }) => `${usubjid} part ${part}`)
}

async function number(store: Store): Promise<void> {
  const parts = await listUnnumbered(store)
  if (parts.length > 0) await recordParts(store, STUDY, { parts, transferNo: 1, actor: MACHINE })
}

async function readParts(store: Store, options: { uptoSeq?: number } = {}): Promise<string[]> {
  return (await readRows(store, options)).map(
    ({ subject, sequence, verbatim, modified, path, provenance }) =>
      `${subject} #${sequence} ${verbatim} [${modified ?? ''}] part ${provenance.part} -> ${path?.at(-1)?.text ?? 'none'}`,
  )
}

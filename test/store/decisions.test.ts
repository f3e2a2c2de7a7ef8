/** Decisions and verdicts as they are recorded: identity, staleness, whose stands. */
import { expect, test } from 'vitest'
import { findHead } from '../../pipeline/store/chain.ts'
import { type NewDecision, recordAutocoded, recordVerdict, toDecisionId } from '../../pipeline/store/decisions.ts'
import { listHistory, listUndecided } from '../../pipeline/store/queue.ts'
import type { Store } from '../../pipeline/store/store.ts'
import {
  ANN,
  codeByHand,
  codeByMachine,
  commitTransfer,
  DANA,
  FRAME,
  findGroup,
  findOccurrence,
  listFaults,
  MACHINE,
  openStage,
  RANGE,
  readLines,
  STUDY,
  toDecision,
  toPath,
  toRows,
} from './stage.ts'

const ARTEFACTS = JSON.stringify(FRAME.artefacts)

async function openCoded(): Promise<Store> {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 Headache', '0102 headache', '0103 Nausea']) })
  return store
}

test('a decision on what has changed meanwhile is not written', async () => {
  const store = await openCoded()
  const seen = await findGroup(store, 'Headache')
  const first = await codeByHand(store, seen, { term: 'First' })
  const head = await findHead(store.db, STUDY)
  expect(await codeByHand(store, seen, { term: 'Second' }), 'made on the state before the first').toBeUndefined()
  expect(await findHead(store.db, STUDY)).toEqual(head)
  expect((await listHistory(store, STUDY, seen.target)).map(({ id }) => id)).toEqual([first])

  const now = await findGroup(store, 'Headache')
  expect(now.decision?.id).toBe(first)
  expect(await codeByHand(store, now, { term: 'Second' })).toBeDefined()
  expect(await readLines(store)).toEqual([
    '0101 #1 Headache -> Second',
    '0102 #1 headache -> Second',
    '0103 #1 Nausea -> none',
  ])
  expect(await listFaults(store)).toEqual([])
})

test('the machine leaves a group alone that a person decided meanwhile, and codes the others of its batch', async () => {
  const store = await openCoded()
  const groups = [await findGroup(store, 'Headache'), await findGroup(store, 'Nausea')]
  await codeByHand(store, await findGroup(store, 'Headache'), { term: 'Ann says' })
  const count = await codeByMachine(
    store,
    groups.map((group) => toDecision(group, { codings: toCodings('Machine says') })),
  )
  expect(count).toBe(1)
  expect(await readLines(store)).toEqual([
    '0101 #1 Headache -> Ann says',
    '0102 #1 headache -> Ann says',
    '0103 #1 Nausea -> Machine says',
  ])
  expect(await listFaults(store)).toEqual([])
})

test('the machine writes no event when a person was first everywhere', async () => {
  const store = await openCoded()
  const group = await findGroup(store, 'Headache')
  await codeByHand(store, group, { term: 'Ann says' })
  const head = await findHead(store.db, STUDY)
  expect(await codeByMachine(store, [toDecision(group)])).toBe(0)
  expect(await findHead(store.db, STUDY)).toEqual(head)
})

/** What stands on a group, and whether autocoding looks at it again once the artefacts changed. */
const UNDECIDED = [
  { says: 'no decision', act: () => undefined, sameArtefacts: true, otherArtefacts: true },
  {
    says: "the machine's code",
    act: (store: Store) => machineDecides(store, { codings: toCodings('Term') }),
    sameArtefacts: false,
    otherArtefacts: false,
  },
  {
    says: "the machine's word that a person must look",
    act: (store: Store) => machineDecides(store, { outcome: 'no-match', step: 'similarity', codings: [] }),
    sameArtefacts: false,
    otherArtefacts: true,
  },
  {
    says: "the machine's code, rejected",
    act: async (store: Store) => {
      await machineDecides(store, { waits: true })
      await judge(store, 'rejected')
    },
    sameArtefacts: false,
    otherArtefacts: false,
  },
  {
    says: "a person's code",
    act: async (store: Store) => codeByHand(store, await findGroup(store, 'Headache'), { term: 'Ann says' }),
    sameArtefacts: false,
    otherArtefacts: false,
  },
  {
    says: "a person's word that it has no code",
    act: async (store: Store) =>
      codeByHand(store, await findGroup(store, 'Headache'), { term: '', codings: [], reason: 'asked the site' }),
    sameArtefacts: false,
    otherArtefacts: false,
  },
  {
    says: "a person's code, rejected",
    act: async (store: Store) => {
      await codeByHand(store, await findGroup(store, 'Headache'), { term: 'Ann says', waits: true })
      await judge(store, 'rejected')
    },
    sameArtefacts: false,
    otherArtefacts: false,
  },
]

for (const { says, act, sameArtefacts, otherArtefacts } of UNDECIDED) {
  test(`${says} ${otherArtefacts ? 'is looked at again' : 'stays'} when the artefacts change`, async () => {
    const store = await openStage()
    await commitTransfer(store, { rows: toRows(['0101 Headache']) })
    await act(store)
    const listed = async (artefacts: string) =>
      (await listUndecided(store, STUDY, { ...RANGE, limit: 9, artefacts })).length
    expect(await listed(ARTEFACTS)).toBe(sameArtefacts ? 1 : 0)
    expect(await listed('{"dictionary":"d2"}')).toBe(otherArtefacts ? 1 : 0)
  })
}

test('the work list goes on after the number it is given, and leaves out groups without occurrences', async () => {
  const store = await openStage()
  await commitTransfer(store, { rows: toRows(['0101 Headache', '0102 Nausea', '0103 Rash']) })
  await commitTransfer(store, { rows: toRows(['0101 Headache', '0103 Rash']) })
  const list = (after: number, limit: number) =>
    listUndecided(store, STUDY, { ...RANGE, after, limit, artefacts: ARTEFACTS })
  const [first] = await list(0, 1)
  expect(first?.folded).toBe('headache')
  expect((await list(first?.target.no ?? 0, 9)).map(({ folded }) => folded)).toEqual(['rash'])
})

test('a code has one verdict', async () => {
  const store = await openCoded()
  const decision =
    (await codeByHand(store, await findGroup(store, 'Headache'), { term: 'Ann says', waits: true })) ?? ''
  expect(await judge(store, 'approved')).toBe(true)
  const head = await findHead(store.db, STUDY)
  expect(await judge(store, 'rejected', decision)).toBe(false)
  expect(await judge(store, 'approved', decision)).toBe(false)
  expect(await findHead(store.db, STUDY)).toEqual(head)
  expect((await findGroup(store, 'Headache')).decision?.verdict).toMatchObject({ kind: 'approved', actor: 'Dana' })
})

test('a verdict on a decision that is replaced already is not written', async () => {
  const store = await openCoded()
  const first = (await codeByHand(store, await findGroup(store, 'Headache'), { term: 'First', waits: true })) ?? ''
  await codeByHand(store, await findGroup(store, 'Headache'), { term: 'Second', waits: true })
  expect(await judge(store, 'approved', first)).toBe(false)
  expect((await findGroup(store, 'Headache')).decision?.verdict).toBeNull()
  expect(await listFaults(store)).toEqual([])
})

test('a decision on one occurrence and one on its group do not make each other stale', async () => {
  const store = await openCoded()
  const group = await findGroup(store, 'Headache')
  const occurrence = await findOccurrence(store, { subject: '0102', term: 'headache' })
  expect(await codeByHand(store, occurrence, { term: 'Own' })).toBeDefined()
  expect(await codeByHand(store, group, { term: 'All' })).toBeDefined()
  const own = await findOccurrence(store, { subject: '0102', term: 'headache' })
  expect(own.decision?.codings[0]?.path.at(-1)?.text).toBe('Own')
  expect(await codeByHand(store, own, { term: 'Own again' })).toBeDefined()
  expect((await listHistory(store, STUDY, own.target)).map(({ replaces }) => replaces)).toEqual([
    null,
    own.decision?.id,
  ])
})

test('the same decision has the same id in every store, whatever numbers the store gives', async () => {
  const ids: (string | undefined)[] = []
  for (const rows of [['0101 Headache'], ['0109 Rash', '0108 Itch', '0101 Headache']]) {
    const store = await openStage()
    await commitTransfer(store, { rows: toRows(rows) })
    ids.push(await codeByHand(store, await findGroup(store, 'Headache'), { term: 'Headache' }))
    const occurrence = await findOccurrence(store, { subject: '0101', term: 'Headache' })
    ids.push(await codeByHand(store, occurrence, { term: 'Own' }))
  }
  const [group, own] = ids
  expect(group).toMatch(/^[0-9a-f]{32}$/)
  expect(own).not.toBe(group)
  expect(ids).toEqual([group, own, group, own])
})

test('a decision that differs in anything it says has another id', () => {
  const frame = { ...FRAME, actor: ANN }
  const decision: NewDecision = {
    target: { kind: 'group', no: 1, id: 'a' },
    basedOn: 'headache',
    replaces: null,
    outcome: 'manual',
    step: 'person',
    confidence: 1,
    waits: false,
    codings: toCodings('Headache'),
    explanation: { reason: 'why' },
    reason: null,
  }
  const base = toDecisionId(STUDY, decision, frame)
  const changes: Partial<NewDecision>[] = [
    { target: { kind: 'group', no: 1, id: 'b' } },
    { target: { kind: 'occurrence', no: 1, id: 'a' } },
    { basedOn: 'head ache' },
    { replaces: 'x' },
    { outcome: 'exact' },
    { step: 'exact' },
    { confidence: 0.5 },
    { waits: true },
    { codings: [] },
    { codings: [...toCodings('Headache'), ...toCodings('Nausea')] },
    { codings: toCodings('Migraine') },
    { codings: [{ path: toPath('Headache'), partText: 'head' }] },
    { codings: [{ path: toPath('Headache').slice(1), partText: null }] },
    { explanation: { reason: 'other' } },
    { reason: 'x' },
  ]
  const frames: Partial<Parameters<typeof toDecisionId>[2]>[] = [
    { dictionary: 'Terms 2' },
    { artefacts: { dictionary: 'd2' } },
    { at: '2026-03-02T00:00:00Z' },
    { actor: { ...ANN, name: 'Bob' } },
    { actor: { ...ANN, kind: 'system' } },
    { actor: { ...ANN, auth: 'proved' } },
  ]
  const ids = [
    base,
    toDecisionId('ABC-101@uat', decision, frame),
    ...changes.map((change) => toDecisionId(STUDY, { ...decision, ...change }, frame)),
    ...frames.map((change) => toDecisionId(STUDY, decision, { ...frame, ...change })),
  ]
  expect(new Set(ids).size).toBe(ids.length)
})

test('a batch of the machine is one event', async () => {
  const store = await openCoded()
  const before = await findHead(store.db, STUDY)
  const decisions = [toDecision(await findGroup(store, 'Headache')), toDecision(await findGroup(store, 'Nausea'))]
  expect(await recordAutocoded(store, STUDY, { decisions, frame: { ...FRAME, actor: MACHINE } })).toBe(2)
  expect((await findHead(store.db, STUDY)).seq).toBe(before.seq + 1)
})

async function judge(store: Store, kind: 'approved' | 'rejected', decision?: string): Promise<boolean> {
  const group = await findGroup(store, 'Headache')
  const { target } = group
  return recordVerdict(store, STUDY, {
    decision: decision ?? group.decision?.id ?? '',
    target,
    kind,
    actor: DANA,
    reason: 'x',
  })
}

async function machineDecides(store: Store, change: Partial<NewDecision>): Promise<void> {
  await codeByMachine(store, [toDecision(await findGroup(store, 'Headache'), change)])
}

function toCodings(term: string): NewDecision['codings'] {
  return [{ path: toPath(term), partText: null }]
}

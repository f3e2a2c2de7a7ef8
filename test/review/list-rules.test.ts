/** The rules of synonym lists: who may do what to an entry in which state, and what speaks against one. */
import { describe, expect, test } from 'vitest'
import {
  checkEntryAct,
  type EntrySurroundings,
  isNextState,
  type ListedTerm,
  listContradictions,
} from '../../pipeline/review/list-rules.ts'
import { ENTRY_STATES, type EntryState } from '../../schemas/lists.ts'

const ACTS = ['approved', 'rejected', 'retired'] as const
const ALLOWED: readonly string[] = ['proposed approved', 'proposed rejected', 'approved retired']

describe('an entry', () => {
  for (const state of ENTRY_STATES)
    for (const kind of ACTS) {
      const isAllowed = ALLOWED.includes(`${state} ${kind}`)
      test(`that is ${state} ${isAllowed ? 'can' : 'cannot'} be ${kind}`, () => {
        const entry = { verbatim: 'HA', state, proposedBy: 'Ann', by: 'Ann' }
        const check = () => checkEntryAct(entry, { kind, actor: 'Bea', reason: 'so it is' })
        if (isAllowed) expect(check).not.toThrow()
        else expect(check).toThrow(`the entry is ${state === 'approved' ? 'in force' : state} (by Ann)`)
        expect(isNextState(state, kind)).toBe(isAllowed)
      })
    }
  test('is proposed first, and once', () => {
    const states: readonly (EntryState | undefined)[] = [undefined, ...ENTRY_STATES]
    expect(states.filter((state) => isNextState(state, 'proposed'))).toEqual([undefined])
  })
})

const OWN = { verbatim: 'HA', state: 'proposed', proposedBy: 'Ann', by: 'Ann' } as const

test('who proposed an entry cannot approve it, however they spell themselves, and can take it back', () => {
  for (const actor of ['Ann', ' ann ', 'ＡＮＮ'])
    expect(() => checkEntryAct(OWN, { kind: 'approved', actor, reason: null })).toThrow('proposed this entry')
  expect(() => checkEntryAct(OWN, { kind: 'rejected', actor: 'Ann', reason: 'a slip' })).not.toThrow()
})

test('to reject and to retire need a reason, to approve does not', () => {
  const inForce = { ...OWN, state: 'approved' } as const
  for (const reason of [null, '', '  ']) {
    expect(() => checkEntryAct(OWN, { kind: 'rejected', actor: 'Bea', reason })).toThrow('no reason')
    expect(() => checkEntryAct(inForce, { kind: 'retired', actor: 'Bea', reason })).toThrow('no reason')
    expect(() => checkEntryAct(OWN, { kind: 'approved', actor: 'Bea', reason })).not.toThrow()
  }
})

const HEADACHE: ListedTerm = { code: '1', text: 'Headache', concept: 'head' }
const HEAD_PAIN: ListedTerm = { code: '2', text: 'Head pain', concept: 'head' }
const HAY_FEVER: ListedTerm = { code: '3', text: 'Hay fever', concept: 'hay' }
const NOTHING: EntrySurroundings = {
  dictionary: 'Terms 1',
  term: { ...HEADACHE, isCurrent: true },
  sameWords: [],
  others: [],
  rows: [],
  barred: undefined,
  coded: [],
}
const AGAINST: readonly (readonly [change: Partial<EntrySurroundings>, sentence: string])[] = [
  [{ term: null }, 'Terms 1 does not hold its code 1: it is left out'],
  [{ term: { ...HEADACHE, isCurrent: false } }, '"Headache" (1) is not current any more in Terms 1: it is left out'],
  [
    { sameWords: [HAY_FEVER] },
    '"Hay fever" (3) has these very words: the verbatim is ambiguous and waits for a person',
  ],
  [{ others: [{ ...HAY_FEVER, scope: 'sponsor', state: 'approved' }] }, 'The sponsor list says "Hay fever" (3)'],
  [
    { others: [{ ...HAY_FEVER, scope: 'study', state: 'proposed' }] },
    'The study list is proposed to say "Hay fever" (3)',
  ],
  [{ rows: [{ ...HAY_FEVER, source: 'lists/synonyms.csv:7' }] }, 'lists/synonyms.csv:7 says "Hay fever" (3)'],
  [
    { barred: { reason: 'ask', source: 'never.csv:2' } },
    'It is on the do-not-autocode list (never.csv:2): a person decides it all the same',
  ],
  [{ coded: [{ ...HAY_FEVER, by: 'Ann' }] }, 'This study\'s term is coded to "Hay fever" (3) by Ann'],
]

test.each(AGAINST)('%j speaks against an entry: %s', (change, sentence) => {
  expect(listContradictions({ ...HEADACHE, state: 'proposed' }, { ...NOTHING, ...change })).toEqual([sentence])
  expect(listContradictions({ ...HEADACHE, state: 'approved' }, { ...NOTHING, ...change })).toEqual([sentence])
  expect(listContradictions({ ...HEADACHE, state: 'retired' }, { ...NOTHING, ...change })).toEqual([])
  expect(listContradictions({ ...HEADACHE, state: 'rejected' }, { ...NOTHING, ...change })).toEqual([])
})

test('another term of the same concept says the same, and a dictionary that is not there says nothing', () => {
  const same: EntrySurroundings = {
    ...NOTHING,
    sameWords: [HEAD_PAIN],
    others: [{ ...HEAD_PAIN, scope: 'global', state: 'approved' }],
    rows: [{ ...HEAD_PAIN, source: 's.csv:2' }],
    coded: [{ ...HEAD_PAIN, by: 'Ann' }],
  }
  expect(listContradictions({ ...HEADACHE, state: 'proposed' }, same)).toEqual([])
  const without = { ...NOTHING, dictionary: undefined, term: null }
  expect(listContradictions({ ...HEADACHE, state: 'proposed' }, without)).toEqual([])
})

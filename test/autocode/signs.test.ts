/** What a verbatim says about its event that a machine must not code over, by kind and in the verbatim's own words. */
import { describe, expect, test } from 'vitest'
import { listSlots, type Slot } from '../../pipeline/autocode/explanation.ts'
import { listSigns, SIGN_KINDS, type SignKind } from '../../pipeline/autocode/signs.ts'
import { CODER } from './openae-coder.ts'

function toSlots(verbatim: string): readonly Slot[] {
  const matches = CODER.matcher.match(verbatim)
  const [ranked] = matches.ranked
  return ranked === undefined ? [] : listSlots(matches, { matcher: CODER.matcher, ranked })
}

const CASES: Readonly<Record<SignKind, { readonly [verbatim: string]: string }>> = {
  negated: { 'no migraine': 'no', 'denies migraine': 'denies', 'migraine ruled out': 'ruled out' },
  provisional: {
    'possible migraine': 'possible',
    'Suspected migraine': 'Suspected',
    'migraine?': '?',
    'r/o migraine': 'r/o',
  },
  modified: { 'flare up of tinnitus': 'flare up of', 'worsening toothache': 'worsening' },
  history: { 'history of gout': 'history of', 'prior gout': 'prior', 'h/o gout': 'h/o', 's/p gout': 's/p' },
  fatal: { 'fatal hiccups': 'fatal' },
}

for (const kind of SIGN_KINDS) {
  describe(kind, () => {
    for (const [verbatim, text] of Object.entries(CASES[kind]))
      test(`"${verbatim}" says so by "${text}"`, () => {
        expect(listSigns(verbatim, toSlots(verbatim), { isAccounted: true })).toEqual([{ kind, text }])
      })
  })
}

test('several signs stand in the order of the verbatim', () => {
  const verbatim = 'possible hiccups, prior hiccups'
  expect(listSigns(verbatim, toSlots(verbatim), { isAccounted: true }).map(({ kind }) => kind)).toEqual([
    'provisional',
    'history',
  ])
})

test('what changed is a sign also where the term says so: the conventions speak of the verbatim', () => {
  expect(listSigns('worsening of asthma', toSlots('worsening of asthma'), { isAccounted: true })).toEqual([
    { kind: 'modified', text: 'worsening of' },
  ])
})

test('what a term says itself is no sign', () => {
  for (const verbatim of ['no appetite', 'fatal stroke'])
    expect(listSigns(verbatim, toSlots(verbatim), { isAccounted: true }), verbatim).toEqual([])
})

test('a qualifier that may be left out is none', () => {
  for (const verbatim of ['severe migraine', 'migraine daily', 'left knee pain', 'threatened miscarriage'])
    expect(listSigns(verbatim, toSlots(verbatim), { isAccounted: true }), verbatim).toEqual([])
})

/** Texts that name no event, by kind, and what is asked then. */
import { describe, expect, test } from 'vitest'
import { foldVerbatim } from '../../dictionaries/text/fold.ts'
import { findUncodable, toUncodableWords, type UncodableKind } from '../../pipeline/autocode/uncodable.ts'
import { isVague } from '../../pipeline/autocode/vague.ts'

const CASES: Readonly<Record<Exclude<UncodableKind, 'vague'>, readonly string[]>> = {
  placeholder: ['UNK', 'N/A', 'n.a.', 'Not  applicable', 'None', 'TBD', 'xxx', 'not known.', '3 Sept 2020', 'March'],
  reference: ['See above', 'see AE #3', 'same as above', 'ditto', 'As previously reported', '(see narrative)'],
  outcome: ['Death', 'died', 'ongoing', 'Hospitalized', 'ER visit', 'dose reduced', 'worsening'],
  unspecific: [
    'AE',
    'SAE 2',
    'adverse event',
    'side effects',
    'abnormal labs',
    'symptoms',
    'surgery',
    'Medical history',
  ],
}
const KINDS = Object.keys(CASES) as (keyof typeof CASES)[]
const ALL_KINDS: readonly UncodableKind[] = [...KINDS, 'vague']

for (const kind of KINDS) {
  describe(kind, () => {
    for (const text of CASES[kind]) test(`"${text}"`, () => expect(findUncodable(foldVerbatim(text))).toBe(kind))
  })
}

for (const kind of ALL_KINDS) {
  describe(`what is said of "${kind}"`, () => {
    test('has a reason that quotes the text, and a question for the site that leads to no answer', () => {
      const { reason, query } = toUncodableWords(kind, 'so and so')
      expect(reason).toContain('"so and so"')
      expect(query).toMatch(/^Please .+[.?]$/)
      expect(query).not.toContain('so and so')
    })
  })
}

test('each kind has words of its own', () => {
  const reasons = ALL_KINDS.map((kind) => toUncodableWords(kind, 'x').reason)
  expect(new Set(reasons).size).toBe(ALL_KINDS.length)
})

test('an event is none of them, even beside such words', () => {
  for (const text of [
    'headache',
    'fatal stroke',
    'sudden death of brother, grief',
    'ongoing headache',
    'abnormal labs: low potassium',
    'surgery wound infection',
    'nonexistent',
    'unknown rash',
    'see-saw breathing',
    'type 2 diabetes',
    // Words that begin like a month.
    'sepsis',
    'febrile',
    'decubitus',
  ])
    expect(findUncodable(text), text).toBeUndefined()
})

describe('vague', () => {
  for (const text of [
    'infection',
    'Infections NOS',
    'bleeding',
    'swelling, bilateral',
    'eye problem',
    'GI issues',
    'changes in vision',
    'bad knees',
    'trouble with left ear',
    'abnormal blood work',
  ])
    test(`"${text}" does not say what happened`, () => expect(isVague(foldVerbatim(text))).toBe(true))

  for (const text of [
    'ear infection',
    'bleeding gums',
    'swelling of ankle',
    'eye pain',
    'sleep problem',
    'vision loss',
    'panic attack',
    'rash',
    'fever',
  ])
    test(`"${text}" does`, () => expect(isVague(foldVerbatim(text))).toBe(false))
})

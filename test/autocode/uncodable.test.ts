/** Texts that name no event, by kind, and what is asked then. */
import { describe, expect, test } from 'vitest'
import { foldVerbatim } from '../../dictionaries/text/fold.ts'
import { findUncodable, toUncodableWords, type UncodableKind } from '../../pipeline/autocode/uncodable.ts'

const CASES: Readonly<Record<UncodableKind, readonly string[]>> = {
  placeholder: ['UNK', 'N/A', 'n.a.', 'Not  applicable', 'None', 'TBD', 'xxx', 'not known.'],
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
const KINDS = Object.keys(CASES) as UncodableKind[]

for (const kind of KINDS) {
  describe(kind, () => {
    for (const text of CASES[kind]) test(`"${text}"`, () => expect(findUncodable(foldVerbatim(text))).toBe(kind))

    test('has a reason that quotes the text, and a question for the site that leads to no answer', () => {
      const { reason, query } = toUncodableWords(kind, 'so and so')
      expect(reason).toContain('"so and so"')
      expect(query).toMatch(/^Please .+[.?]$/)
      expect(query).not.toContain('so and so')
    })
  })
}

test('each kind has words of its own', () => {
  const reasons = KINDS.map((kind) => toUncodableWords(kind, 'x').reason)
  expect(new Set(reasons).size).toBe(KINDS.length)
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
  ])
    expect(findUncodable(text), text).toBeUndefined()
})

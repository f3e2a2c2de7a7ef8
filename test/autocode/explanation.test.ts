/** The alignment as a reviewer reads it: every word of the verbatim once, where it stands, with its role. */
import { describe, expect, test } from 'vitest'
import { type AutocodeResult, autocode } from '../../pipeline/autocode/autocode.ts'
import type { Alignment, TokenRole } from '../../schemas/terms.ts'
import { toRandom } from '../generators/random.ts'
import { CODER } from './openae-coder.ts'

const ROLES: readonly TokenRole[] = [
  'exact',
  'stem',
  'spelling',
  'abbreviation',
  'paraphrase',
  'equivalent',
  'direction',
  'shortened',
  'learned',
  'related',
  'qualifier',
  'value',
  'circumstance',
  'site',
  'symptom',
  'stop',
  'unexplained',
]

function explain(verbatim: string): Alignment {
  const alignment = autocode(verbatim, CODER).candidates[0]?.alignment
  if (alignment === undefined) throw new Error(`"${verbatim}" has no alignment`)
  return alignment
}

describe('each role', () => {
  const cases: readonly (readonly [verbatim: string, text: string, role: TokenRole, term?: string])[] = [
    ['pain in left knee', 'knee', 'exact', 'knee'],
    ['pain in left knee', 'left', 'qualifier'],
    ['naysea today', 'naysea', 'spelling', 'nausea'],
    ['severe HA', 'HA', 'abbreviation', 'headache'],
    ['pooping blood', 'pooping blood', 'paraphrase', 'hematochezia'],
    ['↑ ALT', '↑', 'direction', 'increased'],
    ['low Hgb 8.4 g/dL', '8.4 g/dL', 'value'],
    ['vomiting secondary to metformin', 'metformin', 'circumstance'],
    ['lunar insomnia', 'lunar', 'unexplained'],
    ['pneumonia with fever', 'fever', 'symptom'],
  ]
  for (const [verbatim, text, role, term] of cases)
    test(`"${text}" of "${verbatim}" is ${role}`, () => {
      const token = explain(verbatim).tokens.find((each) => each.text === text)
      expect(token).toMatchObject({ role, ...(term === undefined ? {} : { term }) })
      if (term === undefined) expect(token).not.toHaveProperty('term')
    })
})

test('what the term has beyond the verbatim is missing, and a light word is said to be one', () => {
  const { missing } = explain('tibia')
  expect(missing).toContainEqual({ text: 'fracture', isLight: false })
  for (const { isLight } of explain('severe HA').missing) expect(isLight).toBe(true)
})

test('what rests on the lexicon names its row', () => {
  for (const [verbatim, text] of [
    ['severe HA', 'HA'],
    ['pooping blood', 'pooping blood'],
    ['pain in left knee', 'left'],
  ] as const)
    expect(explain(verbatim).tokens.find((each) => each.text === text)?.grounds, text).toMatch(/\.tsv:\d+: /)
})

test('why a candidate is proposed is one sentence of the words it shares and does not', () => {
  const why = autocode('lunar insomnia', CODER).candidates[0]?.why
  expect(why).toContain('shares "insomnia"')
  expect(why).toContain('only in the verbatim: "lunar"')
})

const HOSTILE: readonly string[] = [
  '',
  ' ',
  'a',
  '!'.repeat(2000),
  '?!%+<>=~|$^*'.repeat(300),
  '(((((((((())))))))))',
  'headache '.repeat(500),
  'x'.repeat(2000),
  `${'ab'.repeat(500)} headache`,
  'a b c d e f g h i j '.repeat(300),
  'nausea, '.repeat(1000),
  '1 '.repeat(3000),
  '9'.repeat(5000),
  '1.5/'.repeat(2000),
  '\u0000\u0001\u0007headache\u001b[31m\u007f',
  'headache\u0000nausea\ufeff\u200b\u200d\u2060',
  '\u202eehcadaeh\u202c pain',
  'صداع شديد headache',
  'כאב ראש',
  '\u05d0\u05d1 nausea \u05d2',
  'e\u0301'.repeat(500),
  `headache${'\u0301'.repeat(3000)}`,
  '\u0301\u0302 pain',
  '💊'.repeat(1000),
  '👩‍⚕️ headache 🤕',
  '\ud83d headache \udc8a',
  '頭痛と吐き気',
  'ＨＥＡＤＡＣＨＥ　ｐａｉｎ',
  '\ufdfa rash \ufb01brosis ㎎',
  '<script>alert(1)</script>',
  "'; DROP TABLE ae; --",
  '=HYPERLINK("x")',
  '__proto__ constructor toString',
  'constructor',
  'headache\r\n\r\nnausea\t\tvomiting',
]

const WORDS =
  'headache pain nausea left severe HA ALT ↑ low 8.4 g/dL knee rash no ? possible due to aspirin x 3 days grade 2 and , ; / ( ) with history of neumonia backpain zebra c/o s/p 2/2 12-JAN-2024 Ménière 💊 \u202e - + the can’t S.O.B. mg ALT/AST > ULN w/ hx type II'.split(
    ' ',
  )

/** Words that sites write, in no sensible order, joined by all that may stand between them. */
function toTexts(count: number): string[] {
  const chance = toRandom(11)
  const pick = (list: readonly string[]): string => list[Math.floor(chance() * list.length)] ?? ''
  return Array.from({ length: count }, () =>
    Array.from(
      { length: 1 + Math.floor(chance() * 9) },
      () => pick(WORDS) + pick([' ', ' ', ' ', '', '-', '\n', ', ']),
    ).join(''),
  )
}

/** All that has to hold of an alignment with its verbatim. */
function listFaults(verbatim: string, { candidates }: AutocodeResult): string[] {
  const faults: string[] = []
  for (const { alignment } of candidates.slice(0, 3)) {
    if (alignment === undefined) continue
    let last = 0
    const covered = new Uint8Array(verbatim.length)
    for (const { text, start, end, role } of alignment.tokens) {
      if (start < last || end <= start || end > verbatim.length) faults.push(`${start}-${end} after ${last}`)
      if (verbatim.slice(start, end) !== text) faults.push(`"${text}" is not at ${start}-${end}`)
      if (!ROLES.includes(role)) faults.push(`role ${role}`)
      covered.fill(1, start, end)
      last = end
    }
    for (const match of verbatim.matchAll(/[\p{L}\p{N}]+/gu))
      if (covered[match.index] === 0) faults.push(`"${match[0]}" at ${match.index} has no role`)
    for (const { text } of alignment.missing) if (text === '') faults.push('an empty word is missing')
  }
  return faults
}

describe('every word has one role, in order, where it stands', () => {
  test('in several hundred generated texts', () => {
    let explained = 0
    for (const verbatim of toTexts(500)) {
      const result = autocode(verbatim, CODER)
      // Of a compound verbatim the first candidates are its parts'.
      if (result.outcome === 'compound') continue
      if (result.candidates[0]?.alignment !== undefined) explained += 1
      expect(listFaults(verbatim, result), JSON.stringify(verbatim)).toEqual([])
    }
    expect(explained).toBeGreaterThan(200)
  })

  for (const [i, verbatim] of HOSTILE.entries())
    test(`in hostile text ${i}, ${JSON.stringify(verbatim).slice(0, 40)}, within a second`, () => {
      const before = performance.now()
      const result = autocode(verbatim, CODER)
      const candidates = result.candidates.map(({ why, alignment }) => ({ why, alignment }))
      expect(performance.now() - before).toBeLessThan(1000)
      expect(candidates.length).toBeLessThanOrEqual(10)
      if (result.outcome !== 'compound') expect(listFaults(verbatim, result)).toEqual([])
    })
})

test('what is explained now is explained so again', () => {
  const texts = toTexts(100)
  const explainAll = (list: readonly string[]) =>
    list.map((verbatim) =>
      JSON.stringify(autocode(verbatim, CODER).candidates.map(({ why, alignment }) => [why, alignment])),
    )
  const once = explainAll(texts)
  expect(explainAll(texts.toReversed()).toReversed()).toEqual(once)
})

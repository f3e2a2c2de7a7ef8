/** Autocoding: verbatims with what must come of them, and what must hold of every one. */
import { distance } from 'fastest-levenshtein'
import { describe, expect, test } from 'vitest'
import type { Dictionary, Term } from '../../dictionaries/dictionary.ts'
import { foldVerbatim } from '../../dictionaries/text/fold.ts'
import { normaliseTerm } from '../../dictionaries/text/normalise.ts'
import { type AutocodeResult, autocode } from '../../pipeline/autocode/autocode.ts'
import { toAutocoder } from '../../pipeline/autocode/autocoder.ts'
import { CANDIDATE_LIMIT } from '../../pipeline/autocode/candidates.ts'
import type { CodingLists } from '../../pipeline/autocode/lists.ts'
import { openDictionary, openLexicon } from '../../pipeline/coding-kits.ts'
import { isCodedOutcome } from '../../schemas/outcomes.ts'
import { toRandom } from '../generators/random.ts'
import { OPENAE_0_1 } from '../openae.ts'
import { toCode, toDictionary } from './small-dictionary.ts'

const OPENAE = await openDictionary(OPENAE_0_1)
const LEXICON = await openLexicon()
const CODER = toAutocoder({ dictionary: OPENAE, lexicon: LEXICON })

const CODE_ALL = { provisional: 'code', modified: 'code', history: 'code', procedure: 'code' } as const

type Expected = readonly [outcome: AutocodeResult['outcome'], step: AutocodeResult['step'], llt: string | null]

/** Verbatims against OpenAE 0.1: outcome, step that settled it, LLT that is assigned. */
const VERBATIMS: { readonly [says: string]: { readonly [verbatim: string]: Expected } } = {
  'a current term is coded to itself, letter case and white space apart': {
    Headache: ['exact', 'exact', 'Headache'],
    headache: ['exact', 'exact', 'Headache'],
    ' HEADACHE\n': ['exact', 'exact', 'Headache'],
    'head ache': ['exact', 'exact', 'Head ache'],
    'Head\u00a0ache': ['exact', 'exact', 'Head ache'],
    'head\t \u2009ache': ['exact', 'exact', 'Head ache'],
    Diarrhoea: ['exact', 'exact', 'Diarrhoea'],
    Diarrhea: ['exact', 'exact', 'Diarrhea'],
  },
  'spelling, plural, hyphen, article and word order of an inversion are evened out': {
    Anaemias: ['normalised', 'normalised', 'Anaemia'],
    'Heart-racing': ['normalised', 'normalised', 'Heart racing'],
    'racing hearts': ['normalised', 'normalised', 'Racing heart'],
    'Palpitation.': ['normalised', 'normalised', 'Palpitations'],
    'The headache': ['normalised', 'normalised', 'Headache'],
    'taste losses': ['normalised', 'normalised', 'Taste loss'],
    'loss of tastes': ['normalised', 'normalised', 'Loss of taste'],
    'cardiac rhythm disturbances': ['normalised', 'normalised', 'Rhythm disturbance, cardiac'],
  },
  'a sign that may part two events parts none in what is one term once it is evened out': {
    'Infarctions, myocardial': ['normalised', 'normalised', 'Infarction, myocardial'],
    'thromboses, deep vein': ['normalised', 'normalised', 'Thrombosis, deep vein'],
    'Pins & needles': ['normalised', 'normalised', 'Pins and needles'],
    'Pin and needle': ['normalised', 'normalised', 'Pins and needles'],
    'Attention deficit/hyperactivity disorder': [
      'normalised',
      'normalised',
      'Attention deficit hyperactivity disorder',
    ],
  },
  'two events are told apart': {
    'headache; nausea': ['compound', 'guard', null],
    'headache + nausea': ['compound', 'guard', null],
    'headache as well as nausea': ['compound', 'guard', null],
  },
  'a sign of absence is never evened out': {
    'no headache': ['negated', 'guard', null],
    'denies headaches': ['negated', 'guard', null],
    'headache ruled out': ['negated', 'guard', null],
    'no headache, nausea': ['negated', 'guard', null],
  },
  'a term of the dictionary that bears such a sign is coded': {
    'pins and needles': ['exact', 'exact', 'Pins and needles'],
    'no taste': ['exact', 'exact', 'No taste'],
    'No tastes': ['normalised', 'normalised', 'No taste'],
    'INFARCTION, MYOCARDIAL': ['exact', 'exact', 'Infarction, myocardial'],
    'attention-deficit/hyperactivity disorder': ['exact', 'exact', 'Attention-deficit/hyperactivity disorder'],
  },
  'a term that is not current any more waits for a person': {
    Cephalalgia: ['low-confidence', 'exact', null],
    ' GRIPPE': ['low-confidence', 'exact', null],
    'Non-A non-B hepatitis': ['low-confidence', 'exact', null],
  },
  'what holds no word cannot be coded': {
    '': ['not-codable', 'guard', null],
    ' \u00a0\n': ['not-codable', 'guard', null],
    '...': ['not-codable', 'guard', null],
    '-': ['not-codable', 'guard', null],
    '???': ['not-codable', 'guard', null],
    '💊': ['not-codable', 'guard', null],
  },
  'what is not sure waits for a person': {
    'Fever?': ['low-confidence', 'guard', null],
    'possible headache': ['low-confidence', 'guard', null],
  },
  'what resembles a term, or none, waits for a person': {
    'Hart palpitations at the gym': ['low-confidence', 'similarity', null],
    '42': ['not-codable', 'guard', null],
    qqqq: ['no-match', 'similarity', null],
    頭痛: ['no-match', 'similarity', null],
  },
}

for (const [says, verbatims] of Object.entries(VERBATIMS)) {
  describe(says, () => {
    for (const [verbatim, expected] of Object.entries(verbatims)) {
      test(`${JSON.stringify(verbatim)} is ${expected.join(', ')}`, () => {
        expect(toSummary(autocode(verbatim, CODER))).toEqual(expected)
      })
    }
  })
}

describe('several terms for one verbatim', () => {
  test('of several terms of one PT with the same normalised form, the one nearest in spelling is assigned', async () => {
    const dictionary = await toDictionary([['Tooth pain', 'Pain, tooth', 'Tooth pains'], ['Itch']])
    expect(summarise('Teeth pains', { dictionary })).toEqual(['normalised', 'normalised', 'Tooth pains'])
    expect(summarise('The tooth pain', { dictionary })).toEqual(['normalised', 'normalised', 'Tooth pain'])
  })

  test('of several terms that are as near, the one with the smaller code is assigned', async () => {
    const terms = ['Sore eyes', 'Sores eye']
    for (const [first = '', second = ''] of [terms, terms.toReversed()]) {
      const dictionary = await toDictionary([['Eye trouble', first, second]])
      expect(summarise('Sores eyes', { dictionary })).toEqual(['normalised', 'normalised', first])
    }
  })

  test('a normalised form of two PTs is ambiguous, and both are proposed', async () => {
    const dictionary = await toDictionary([['Cold'], ['Low temperature', 'The cold'], ['Itch']])
    expect(summarise('colds', { dictionary })).toEqual(['ambiguous', 'normalised', null])
    expect(listProposed('colds', { dictionary })).toEqual(['Cold', 'The cold'])
  })

  test('of terms that are ambiguous, one for each PT is proposed', async () => {
    const dictionary = await toDictionary([['Cold', 'Cold.', 'An old cold'], ['Low temperature', 'The cold'], ['Itch']])
    expect(listProposed('colds', { dictionary })).toEqual(['Cold', 'The cold'])
  })

  test('a term that two PTs have is ambiguous, and both are proposed', async () => {
    const dictionary = await toDictionary([['Common cold', 'Cold'], ['Low temperature', 'COLD'], ['Itch']])
    const result = autocode('cold', toAutocoder({ dictionary, lexicon: LEXICON }))
    expect(toSummary(result)).toEqual(['ambiguous', 'exact', null])
    expect(result.candidates.map(({ path }) => path.at(-2)?.text)).toEqual(['Common cold', 'Low temperature'])
    expect(result.reason).toContain('"Cold" (PT Common cold); "COLD" (PT Low temperature)')
  })

  test('a non-current term does not make a current one of the same words ambiguous', async () => {
    const dictionary = await toDictionary([
      ['Common cold', 'Cold'],
      ['Low temperature', '-COLD'],
    ])
    expect(summarise('cold', { dictionary })).toEqual(['exact', 'exact', 'Cold'])
    const plural = await toDictionary([
      ['Common cold', 'Colds'],
      ['Low temperature', '-The cold'],
    ])
    expect(summarise('cold', { dictionary: plural })).toEqual(['normalised', 'normalised', 'Colds'])
  })

  test('one term that stands twice under one PT is one answer', async () => {
    const dictionary = await toDictionary([['Common cold', 'Cold', 'COLD'], ['Itch']])
    expect(summarise('Cold', { dictionary })).toEqual(['exact', 'exact', 'Cold'])
    expect(summarise('COLD', { dictionary })[0]).toBe('exact')
  })
})

describe('lists', () => {
  test('an approved synonym is coded, and before the guard', async () => {
    const lists = toLists({ synonyms: { 'Head, sore': 'Headache', 'not feeling great': 'Feeling unwell' } })
    expect(summarise('head,  SORE', { lists })).toEqual(['synonym', 'synonym-list', 'Headache'])
    expect(autocode('Head, sore', toAutocoder({ dictionary: OPENAE, lexicon: LEXICON, lists })).reason).toContain(
      'synonyms.csv:2',
    )
    expect(summarise('not feelings great', { lists })[0], 'only the very words').not.toBe('synonym')
  })

  test('a synonym of a non-current term is coded to the current one it names', () => {
    const lists = toLists({ synonyms: { Cephalalgia: 'Headache' } })
    expect(summarise('cephalalgia', { lists })).toEqual(['synonym', 'synonym-list', 'Headache'])
  })

  test('a synonym that says what the dictionary says changes nothing', () => {
    const lists = toLists({ synonyms: { Headache: 'Headache' } })
    expect(summarise('headache', { lists })).toEqual(['exact', 'exact', 'Headache'])
  })

  test('a synonym that contradicts a term of the same words makes it ambiguous, and both are proposed', () => {
    const lists = toLists({ synonyms: { Headache: 'Migraine' } })
    expect(summarise('headache', { lists })).toEqual(['ambiguous', 'exact', null])
    expect(listProposed('headache', { lists })).toEqual(['Headache', 'Migraine'])
  })

  test('the do-not-autocode list stands before everything that codes', () => {
    const lists = toLists({
      synonyms: { 'Sore head': 'Headache' },
      doNotAutocode: { Headache: 'ask which', 'Sore head': 'ask which', Anaemias: 'ask which', '...': 'ask' },
    })
    for (const verbatim of ['Headache', ' HEADACHE', 'sore  head', 'anaemias'])
      expect(summarise(verbatim, { lists })).toEqual(['do-not-autocode', 'do-not-autocode-list', null])
    const { reason, candidates } = autocode('Headache', toAutocoder({ dictionary: OPENAE, lexicon: LEXICON, lists }))
    expect(reason).toBe('On the do-not-autocode list (never.csv:2): ask which')
    expect(candidates[0]?.path.at(-1)?.text).toBe('Headache')
    expect(summarise('...', { lists })[0]).toBe('not-codable')
    expect(summarise('Headaches', { lists })[0], 'only the very words').toBe('exact')
  })
})

describe('terms that are not current any more', () => {
  const retired = listTerms(OPENAE).filter((llt) => !llt.isCurrent)

  test("the dictionary's proposed replacement, or else its PT, stands first", () => {
    expect(retired.length).toBeGreaterThan(20)
    for (const { code, text, conceptCode } of retired) {
      const proposed = OPENAE.findProposedReplacement(code) ?? OPENAE.findTerm(conceptCode)
      const result = autocode(text, CODER)
      expect(toSummary(result), text).toEqual(['low-confidence', 'exact', null])
      expect(result.candidates[0]?.path.at(-1)?.code, text).toBe(proposed?.code)
      expect(result.candidates[0]?.why).toBe(`Proposed in place of the non-current "${text}"`)
    }
  })

  test('without a proposal of the makers, its own PT is proposed', async () => {
    const dictionary = await toDictionary([['Influenza', '-Grippe'], ['Itch']])
    expect(summarise('grippe', { dictionary })).toEqual(['low-confidence', 'exact', null])
    expect(listProposed('grippe', { dictionary })[0]).toBe('Influenza')
  })
})

describe('what holds of every verbatim', () => {
  const current = listTerms(OPENAE).filter((llt) => llt.isCurrent)

  test('every current term of OpenAE is coded exactly, to its own PT by the primary path, or a rule says why not', () => {
    expect(current.length).toBeGreaterThan(4000)
    const coder = { ...CODER, conventions: CODE_ALL }
    const waiting = new Set<string | undefined>()
    for (const { code, text, conceptCode } of current) {
      const { outcome, step, coding, confidence, siteQuery } = autocode(text, coder, 'MH')
      if (coding === null) {
        expect([step, siteQuery], text).toEqual(['guard', expect.stringMatching(/^.+[.?]$/)])
        waiting.add(OPENAE.findTerm(conceptCode)?.text)
        continue
      }
      expect([outcome, coding.at(-1), coding.at(-2)?.code, confidence], text).toEqual([
        'exact',
        { level: 'LLT', code, text },
        conceptCode,
        1,
      ])
      expect(coding).toEqual(OPENAE.findPath(code))
    }
    // They are terms, and say what came of an event that the site has to name, or how a treatment was used.
    expect([...waiting]).toEqual(expect.arrayContaining(['Death', 'Hospital stay', 'Overdose']))
    expect(waiting.size).toBeLessThan(45)
  })

  test('where an adverse event is asked, few more wait than what is a procedure', () => {
    const waiting = current.flatMap(({ text, conceptCode }) => {
      const { step, coding, siteQuery } = autocode(text, CODER)
      if (coding !== null) return []
      expect([step, siteQuery], text).toEqual(['guard', expect.stringMatching(/^.+[.?]$/)])
      return [OPENAE.findPath(conceptCode)?.[0]?.text]
    })
    expect(waiting.length).toBeLessThan(current.length * 0.06)
    expect(waiting.filter((soc) => /operations|procedures/i.test(soc ?? '')).length).toBeGreaterThan(100)
  })

  test('a letter more, less or other leads to no term that the text is farther from', () => {
    const chance = toRandom(1)
    let coded = 0
    const listNames = (concept: string): string[] =>
      current.flatMap(({ text, conceptCode }) => (conceptCode === concept ? [foldVerbatim(text)] : []))
    for (let time = 0; time < 1000; time++) {
      const from = current[Math.floor(chance() * current.length)]
      const verbatim = mutate(from?.text ?? '', chance)
      const { outcome, coding } = autocode(verbatim, CODER)
      if (coding === null) continue
      coded += 1
      const term = coding.at(-1)?.text ?? ''
      const concept = coding.at(-2)?.code ?? ''
      if (outcome === 'exact') expect(foldVerbatim(verbatim)).toBe(foldVerbatim(term))
      if (outcome === 'normalised') expect(normaliseTerm(verbatim)).toBe(normaliseTerm(term))
      if (concept === from?.conceptCode) continue
      const edits = Math.min(...listNames(concept).map((name) => distance(name, foldVerbatim(verbatim))))
      expect(edits, `${from?.text}: ${verbatim} as ${term}`).toBeLessThanOrEqual(1)
    }
    // Who codes nothing is never wrong.
    expect(coded).toBeGreaterThan(500)
  })

  const verbatims = toMixedVerbatims(current)

  test('a code is given by the outcomes that code and by no other, and only to current terms', () => {
    for (const verbatim of verbatims) {
      const { outcome, coding, confidence, reason } = autocode(verbatim, CODER)
      expect(coding !== null, verbatim).toBe(isCodedOutcome(outcome))
      expect(reason, verbatim).not.toBe('')
      if (coding === null) continue
      expect(OPENAE.findTerm(coding.at(-1)?.code ?? '')?.isCurrent).toBe(true)
      if (outcome === 'confident') expect(confidence, verbatim).toBeGreaterThanOrEqual(CODER.promise?.probability ?? 1)
      else expect(confidence, verbatim).toBe(1)
    }
  })

  test('candidates are ten at most, best first, current, with the path that would be assigned', () => {
    for (const verbatim of verbatims) {
      const { outcome, candidates, confidence } = autocode(verbatim, CODER)
      expect(candidates.length, verbatim).toBeLessThanOrEqual(CANDIDATE_LIMIT)
      expect(CANDIDATE_LIMIT).toBe(10)
      const scores = candidates.map((candidate) => candidate.confidence)
      // Those of a compound verbatim stand in the order of its events.
      if (outcome !== 'compound') expect(scores, verbatim).toEqual(scores.toSorted((a, b) => b - a))
      // No code of a part is the code of a compound verbatim.
      if (outcome === 'compound') expect(confidence, verbatim).toBe(0.5)
      else expect(confidence, verbatim).toBe(scores[0] ?? 0)
      for (const { path } of candidates) {
        const code = path.at(-1)?.code ?? ''
        expect(OPENAE.findTerm(code)?.isCurrent, `${verbatim}: ${code}`).toBe(true)
        expect(path).toEqual(OPENAE.findPath(code))
      }
    }
  })

  test('no two candidates are of one PT', () => {
    for (const verbatim of [...verbatims, ...listTerms(OPENAE).map(({ text }) => text)]) {
      const { candidates } = autocode(verbatim, CODER)
      const preferredTerms = candidates.map(({ path }) => path.at(-2)?.code)
      expect(preferredTerms, verbatim).toEqual([...new Set(preferredTerms)])
    }
  })

  test('what was coded before has no bearing on the result', async () => {
    const other = toAutocoder({ dictionary: await openDictionary(OPENAE_0_1), lexicon: LEXICON })
    const forwards = verbatims.map((verbatim) => autocode(verbatim, CODER))
    const backwards = verbatims.toReversed().map((verbatim) => autocode(verbatim, other))
    expect(backwards.toReversed()).toEqual(forwards)
  })
})

function toCoder({ dictionary = OPENAE, lists }: { dictionary?: Dictionary; lists?: CodingLists }) {
  return toAutocoder({ dictionary, lexicon: LEXICON, ...(lists === undefined ? {} : { lists }) })
}

function summarise(verbatim: string, coder: { dictionary?: Dictionary; lists?: CodingLists }): Expected {
  return toSummary(autocode(verbatim, toCoder(coder)))
}

function listProposed(verbatim: string, coder: { dictionary?: Dictionary; lists?: CodingLists }) {
  const { candidates } = autocode(verbatim, toCoder(coder))
  return candidates.map(({ path }) => path.at(-1)?.text)
}

function toSummary({ outcome, step, coding }: AutocodeResult): Expected {
  return [outcome, step, coding?.at(-1)?.text ?? null]
}

/** Lists as `readLists` makes them, from verbatim → term of OpenAE and verbatim → reason. */
function toLists({
  synonyms = {},
  doNotAutocode = {},
}: {
  synonyms?: Record<string, string>
  doNotAutocode?: Record<string, string>
}): CodingLists {
  return {
    synonyms: new Map(
      Object.entries(synonyms).map(([verbatim, term], index) => [
        foldVerbatim(verbatim),
        { lltCode: toCode(OPENAE, term), source: `synonyms.csv:${index + 2}` },
      ]),
    ),
    doNotAutocode: new Map(
      Object.entries(doNotAutocode).map(([verbatim, reason], index) => [
        foldVerbatim(verbatim),
        { reason, source: `never.csv:${index + 2}` },
      ]),
    ),
  }
}

function listTerms(dictionary: Dictionary): Term[] {
  return Array.from({ length: dictionary.termCount }, (_, index) => dictionary.termAt(index))
}

/** One letter more, less or other. */
function mutate(text: string, chance: () => number): string {
  const at = Math.floor(chance() * text.length)
  const letter = 'abcdefghijklmnopqrstuvwxyz '[Math.floor(chance() * 27)] ?? 'x'
  const kinds = [
    text.slice(0, at) + letter + text.slice(at),
    text.slice(0, at) + text.slice(at + 1),
    text.slice(0, at) + letter + text.slice(at + 1),
  ]
  return kinds[Math.floor(chance() * kinds.length)] ?? text
}

/** Terms, parts of terms, pairs of terms and terms with something wrong, two hundred in all. */
function toMixedVerbatims(terms: readonly Term[]): string[] {
  const chance = toRandom(2)
  const pick = () => terms[Math.floor(chance() * terms.length)]?.text ?? ''
  return Array.from({ length: 40 }, () => {
    const term = pick()
    return [
      `${term}s`,
      mutate(term, chance),
      `${term}, ${pick()}`,
      `no ${term}`,
      term.split(' ').toReversed().join(' '),
    ]
  }).flat()
}

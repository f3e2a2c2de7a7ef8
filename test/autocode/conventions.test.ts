/** The study's conventions and its target precision on OpenAE: what each choice lets through, and nothing else. */
import { describe, expect, test } from 'vitest'
import { autocode } from '../../pipeline/autocode/autocode.ts'
import { toAutocoder } from '../../pipeline/autocode/autocoder.ts'
import type { Conventions } from '../../schemas/study.ts'
import { CODER, read } from './openae-coder.ts'

const CASES: { readonly [convention in keyof Conventions]: { readonly [verbatim: string]: string } } = {
  provisional: {
    'possible migraine': 'Migraine',
    'probable gout': 'Gout',
    'suspected pneumonia': 'Pneumonia',
    'r/o meningitis': 'Meningitis',
    'migraine?': 'Migraine',
    '? appendicitis': 'Appendicitis',
  },
  modified: {
    'worsening toothache': 'Toothache',
    'flare up of tinnitus': 'Tinnitus',
    'aggravated tinnitus': 'Tinnitus',
  },
  history: {
    'history of gout': 'Gout',
    'prior gout': 'Gout',
    'h/o migraine': 'Migraine',
  },
  procedure: {
    tonsillectomy: 'Tonsil removal',
    'hip replacement': 'Hip replacement',
    colonoscopy: 'Colonoscopy',
  },
}
const NAMES = Object.keys(CASES) as (keyof Conventions)[]

for (const name of NAMES) {
  describe(name, () => {
    for (const [verbatim, pt] of Object.entries(CASES[name])) {
      test(`"${verbatim}" is left to a person by "review", and is ${pt} by "code"`, () => {
        const reviewed = read(verbatim, { conventions: { [name]: 'review' } })
        expect(reviewed).toMatchObject({ outcome: 'low-confidence', step: 'guard', isCoded: false, pt })
        expect(reviewed.reason).toContain("the study's conventions leave that to a person")
        expect(read(verbatim, { conventions: { [name]: 'code' } })).toMatchObject({ isCoded: true, pt })
      })

      test(`"${verbatim}" is no matter of another convention`, () => {
        const others = Object.fromEntries(NAMES.filter((other) => other !== name).map((other) => [other, 'code']))
        expect(read(verbatim, { conventions: others }).isCoded).toBe(false)
      })
    }
  })
}

test('the past is what a medical history asks for', () => {
  for (const [verbatim, pt] of Object.entries(CASES.history))
    expect(read(verbatim, { domain: 'MH' }), verbatim).toMatchObject({ isCoded: true, pt })
})

test('what is not sure is not sure in a medical history either', () => {
  expect(read('possible migraine', { domain: 'MH' }).isCoded).toBe(false)
})

test('no convention codes what is not there, was fatal or may be two things', () => {
  const conventions: Conventions = { provisional: 'code', modified: 'code', history: 'code', procedure: 'code' }
  for (const verbatim of [
    'no migraine',
    'possible migraine, no fever',
    'fatal hiccups',
    'CP',
    'rash, insomnia',
    'aspirin',
  ])
    expect(read(verbatim, { conventions }).isCoded, verbatim).toBe(false)
})

describe('precision "exact-only"', () => {
  const coder = toAutocoder({ dictionary: CODER.dictionary, lexicon: CODER.lexicon, precision: 'exact-only' })

  test('a term and a term once it is evened out are coded', () => {
    expect(autocode('Headache', coder).outcome).toBe('exact')
    expect(autocode('Headache!!!', coder).outcome).toBe('normalised')
  })

  test('everything else waits, with the candidates and the reason', () => {
    for (const verbatim of ['neumonia', 'severe HA', 'pain in left knee', '↑ ALT', 'vomiting 14/02/2024']) {
      const { outcome, coding, candidates, reason } = autocode(verbatim, coder)
      expect([outcome, coding], verbatim).toEqual(['low-confidence', null])
      expect(reason).toContain('the study codes exact terms only')
      expect(candidates.length).toBeGreaterThan(0)
      expect(read(verbatim).isCoded, 'a study of another precision codes it').toBe(true)
    }
  })
})

/** Verbatims on OpenAE whose very words are a term, and which a machine leaves to a person all the same. */
import { describe, expect, test } from 'vitest'
import { CODER, findCoded, read } from './openae-coder.ts'

describe('a term that says itself what the conventions decide', () => {
  for (const verbatim of ['CHF exacerbation', 'Depression aggravated', 'suspected COVID'])
    test(`"${verbatim}" is left to a person, and coded by a study that says so`, () => {
      expect(CODER.dictionary.listByFold(verbatim.toLowerCase()), 'is a term').toHaveLength(1)
      const reviewed = read(verbatim)
      expect(reviewed).toMatchObject({ isCoded: false, outcome: 'low-confidence', step: 'guard' })
      expect(reviewed.reason).toContain("the study's conventions leave that to a person")
      expect(read(verbatim, { conventions: { provisional: 'code', modified: 'code' } }).isCoded).toBe(true)
    })

  test('a concept that is such a change itself is coded', () => {
    expect(findCoded('Breakthrough pain')).toBe('Breakthrough pain')
    expect(findCoded('Graft versus host disease')).toBe('Graft versus host disease')
    expect(findCoded('uncontrolled hypertension')).toBeUndefined()
  })
})

const HELD: { readonly [what: string]: readonly string[] } = {
  'how a treatment was used': ['Overdose', 'accidental overdose', 'medication error', 'off label use', 'Drug misuse'],
  'an exposure in pregnancy': ['Drug exposure during pregnancy'],
  'an outcome': ['sudden death', 'Sudden cardiac death', 'Completed suicide'],
  'a circumstance of life': ['Never smoked'],
  'how an event went on': ['counts not recovered', 'took Benadryl, felt better'],
}

for (const [what, verbatims] of Object.entries(HELD)) {
  describe(what, () => {
    for (const verbatim of verbatims)
      test(`"${verbatim}" has a term and is left to a person`, () => {
        const { isCoded, step, pt } = read(verbatim)
        expect([isCoded, step]).toEqual([false, 'guard'])
        expect(pt).toBeDefined()
      })
  })
}

test('what sounds like it and is an event is coded', () => {
  expect(findCoded('fear of death')).toBeDefined()
  expect(findCoded('suicidal ideation')).toBeDefined()
  expect(findCoded('medication overuse headache')).toBeDefined()
  expect(findCoded('Never smoked', 'MH')).toBeDefined()
})

test('"or" leaves open which of two it was', () => {
  const { isCoded, reason } = read('rash or hives')
  expect(isCoded).toBe(false)
  expect(reason).not.toBe('')
  expect(read('pain in ankle or foot').isCoded).toBe(false)
})

test('a term that is held stands first among the candidates, however it is spelt', () => {
  for (const [verbatim, pt] of [
    ['CHF exacerbation', 'Heart failure'],
    ['Overdose', 'Overdose'],
    ['Infection', 'Infection'],
  ] as const)
    expect(read(verbatim), verbatim).toMatchObject({ isCoded: false, pt })
})

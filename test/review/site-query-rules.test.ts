/** The rules of site queries, each as a whole table. */
import { describe, expect, test } from 'vitest'
import {
  checkSiteQueryStep,
  type GivenAnswer,
  judgeAnswers,
  listNextSteps,
  type StandingSiteQuery,
  toAgeBand,
  toAgeDays,
  toSiteQueryState,
} from '../../pipeline/review/site-query-rules.ts'
import { SITE_QUERY_STATES, SITE_QUERY_STEPS, type SiteQueryStep } from '../../schemas/site-queries.ts'

const NEXT = {
  raised: ['edited', 'sent', 'closed'],
  sent: ['answered', 'closed'],
  answered: ['closed', 'reopened'],
  reopened: ['edited', 'sent', 'closed'],
  closed: ['reopened'],
} as const satisfies { readonly [state in (typeof SITE_QUERY_STATES)[number]]: readonly SiteQueryStep[] }

describe.each(SITE_QUERY_STATES)('a site query that is %s', (state) => {
  const mayBe: readonly SiteQueryStep[] = NEXT[state]
  test.each(SITE_QUERY_STEPS)('takes just its steps: %s', (step) => {
    const take = () => checkSiteQueryStep({ id: 'q'.repeat(32), state }, { step, reason: 'why' })
    if (mayBe.includes(step)) expect(take).not.toThrow()
    else expect(take).toThrow(`it is ${state}, and cannot be ${step}`)
    expect(listNextSteps(state)).toEqual(mayBe)
  })
})

test.each(['closed', 'reopened'] as const)('a site query is not %s without a reason', (step) => {
  const state = step === 'closed' ? 'sent' : 'closed'
  for (const reason of [null, '', ' \t'])
    expect(() => checkSiteQueryStep({ id: 'q', state }, { step, reason })).toThrow('without a reason')
})

test.each([
  [['raised'], 'raised'],
  [['raised', 'edited'], 'raised'],
  [['raised', 'sent', 'answered', 'reopened', 'edited'], 'reopened'],
  [['raised', 'sent', 'closed'], 'closed'],
] as const)('after %j it is %s', (steps, state) => {
  expect(toSiteQueryState(steps)).toBe(state)
})

test.each([
  ['2026-03-01T08:00:00.000Z', '2026-03-02T07:59:59.000Z', 0, '0-7'],
  ['2026-03-01T08:00:00.000Z', '2026-03-08T08:00:00.000Z', 7, '0-7'],
  ['2026-03-01T08:00:00.000Z', '2026-03-09T08:00:00.000Z', 8, '8-14'],
  ['2026-03-01T08:00:00.000Z', '2026-03-16T08:00:00.000Z', 15, '15-30'],
  ['2026-03-01T08:00:00.000Z', '2026-03-31T08:00:00.000Z', 30, '15-30'],
  ['2026-03-01T08:00:00.000Z', '2026-04-01T08:00:00.000Z', 31, '>30'],
  ['2026-03-02T08:00:00.000Z', '2026-03-01T08:00:00.000Z', 0, '0-7'],
] as const)('from %s to %s it is %i days old, %s', (from, now, days, band) => {
  expect([toAgeDays(from, now), toAgeBand(days)]).toEqual([days, band])
})

describe('answers', () => {
  const standing = new Map<string, StandingSiteQuery>(
    (
      [
        ['sent', 'sent', true],
        ['raised', 'raised', false],
        ['answered', 'answered', false],
        ['closed', 'closed', true],
        ['never', 'closed', false],
      ] as const
    ).map(([id, state, awaitsAnswer]) => [id, { id, state, awaitsAnswer }]),
  )
  const toAnswer = (id: string, line: number, text = 'Headache'): GivenAnswer => ({
    id,
    text,
    answeredAt: null,
    answeredBy: null,
    place: `line ${line}`,
  })

  test('to what waits for one are taken; those to what was closed meanwhile are late', () => {
    const answers = [toAnswer('sent', 2), toAnswer('closed', 3)]
    expect(judgeAnswers(answers, standing)).toEqual({ taken: answers, late: ['closed'], problems: [] })
  })

  test.each([
    ['raised', 'line 3: site query raised was not sent yet'],
    ['answered', 'line 3: site query answered was answered before'],
    ['never', 'line 3: site query never is closed, and no question of it waits for an answer'],
    ['nobody', 'line 3: there is no site query "nobody"'],
    ['sent', 'line 3: site query sent is answered in line 2 already'],
  ])('to %s are refused with their line, and nothing is taken', (id, problem) => {
    const { taken, problems } = judgeAnswers([toAnswer('sent', 2), toAnswer(id, 3)], standing)
    expect({ taken, problems }).toEqual({ taken: [], problems: [problem] })
  })

  test('that are too long are refused', () => {
    expect(judgeAnswers([toAnswer('sent', 2, 'x'.repeat(4001))], standing).problems).toEqual([
      'line 2: the answer has 4001 characters, 4000 are kept at most',
    ])
  })
})

/** The rules of site queries: which step may follow which, what state results, how old one is. Pure; no storage, no clock. */
import { AecoderError, assertNever } from '../../schemas/errors.ts'
import {
  ANSWER_TEXT_AT_MOST,
  SITE_QUERY_AGES,
  type SiteQueryAge,
  type SiteQueryState,
  type SiteQueryStep,
} from '../../schemas/site-queries.ts'

/** What a rule needs to know of a site query that stands. */
export interface StandingSiteQuery {
  readonly id: string
  readonly state: SiteQueryState
  /** Whether what was sent last has no answer yet. */
  readonly awaitsAnswer: boolean
}

/** The state after some steps, oldest first: the latest one's, where an edit changes nothing. */
export function toSiteQueryState(steps: readonly SiteQueryStep[]): SiteQueryState {
  const state = steps.findLast((step) => step !== 'edited')
  if (state === undefined) throw new RangeError('a site query begins with being raised')
  return state
}

/** What may be done next. An answer that does not suffice is asked about again: `reopened`. */
export function listNextSteps(state: SiteQueryState): readonly SiteQueryStep[] {
  switch (state) {
    case 'raised':
    case 'reopened':
      return ['edited', 'sent', 'closed']
    case 'sent':
      return ['answered', 'closed']
    case 'answered':
      return ['closed', 'reopened']
    case 'closed':
      return ['reopened']
    default:
      return assertNever(state)
  }
}

/**
 * A person takes a step. Closing and reopening need a reason.
 * @throws AecoderError SITE_QUERY_NOT_ALLOWED
 */
export function checkSiteQueryStep(
  standing: Pick<StandingSiteQuery, 'id' | 'state'>,
  { step, reason }: { step: SiteQueryStep; reason?: string | null },
): void {
  const where = toPlace(standing)
  const next = listNextSteps(standing.state)
  if (!next.includes(step))
    throw new AecoderError('SITE_QUERY_NOT_ALLOWED', {
      where,
      found: `it is ${standing.state}, and cannot be ${step}`,
      expected: `one of: ${next.join(', ')}`,
      ...(step === 'edited' ? { action: 'What was sent stays as it was sent: close it, then ask anew' } : {}),
    })
  if ((step === 'closed' || step === 'reopened') && !reason?.trim())
    throw new AecoderError('SITE_QUERY_NOT_ALLOWED', {
      where,
      found: `${step} without a reason`,
      action: 'Say why',
    })
}

/** What came back from a site, and where it stood in the file. */
export interface GivenAnswer {
  readonly id: string
  readonly text: string
  /** When and by whom, as the file says; null where it does not. */
  readonly answeredAt: string | null
  readonly answeredBy: string | null
  /** How messages name the place: `line 3`, `entry 2`. */
  readonly place: string
}

/** Answers that can be taken, those among them that came too late to be waited for, and what is wrong with the others. */
export interface JudgedAnswers {
  readonly taken: readonly GivenAnswer[]
  /** Of site queries that were closed meanwhile: the answer is kept, and they stay closed. */
  readonly late: readonly string[]
  readonly problems: readonly string[]
}

/** Holds answers against the site queries that they name. */
export function judgeAnswers(
  answers: readonly GivenAnswer[],
  standing: ReadonlyMap<string, StandingSiteQuery>,
): JudgedAnswers {
  const placeOf = new Map<string, string>()
  const late: string[] = []
  const problems: string[] = []
  for (const { id, text, place } of answers) {
    const siteQuery = standing.get(id)
    const earlier = placeOf.get(id)
    if (siteQuery === undefined) problems.push(`${place}: there is no site query ${JSON.stringify(id.slice(0, 40))}`)
    else if (earlier !== undefined) problems.push(`${place}: site query ${id} is answered in ${earlier} already`)
    else if (text.length > ANSWER_TEXT_AT_MOST)
      problems.push(`${place}: the answer has ${text.length} characters, ${ANSWER_TEXT_AT_MOST} are kept at most`)
    else if (siteQuery.awaitsAnswer) {
      if (siteQuery.state === 'closed') late.push(id)
    } else problems.push(`${place}: site query ${id} ${toUnanswerable(siteQuery.state)}`)
    if (siteQuery !== undefined && earlier === undefined) placeOf.set(id, place)
  }
  return { taken: problems.length === 0 ? answers : [], late, problems }
}

function toUnanswerable(state: SiteQueryState): string {
  if (state === 'answered') return 'was answered before'
  return state === 'closed' ? 'is closed, and no question of it waits for an answer' : 'was not sent yet'
}

const DAY_MS = 24 * 60 * 60 * 1000

/** Whole days from one moment to another, ISO 8601; 0 where the clock went back. */
export function toAgeDays(from: string, now: string): number {
  return Math.max(0, Math.floor((Date.parse(now) - Date.parse(from)) / DAY_MS))
}

export function toAgeBand(days: number): SiteQueryAge {
  return (SITE_QUERY_AGES.find(({ upTo }) => upTo === null || days <= upTo) ?? SITE_QUERY_AGES[0]).age
}

function toPlace({ id }: { id: string }): string {
  return `site query ${id.slice(0, 8)}`
}

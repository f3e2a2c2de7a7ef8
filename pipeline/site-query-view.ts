/** Site queries as the page, the API and the command line show them: masked, with the EDC's keys by name. */
import type { SiteQueryFull, SiteQueryRow } from '../schemas/api/site-queries.ts'
import { toKeyPlace } from './review/key-place.ts'
import type { AgedSiteQuery, SiteQueryStepView } from './store/site-query-lists.ts'

/** A site query as a line of a list; what is hidden must be masked in it already. */
export function toSiteQueryRow(siteQuery: AgedSiteQuery): SiteQueryRow {
  const { seq: _, openedAt: __, terminology, subject: ___, key, context: ____, answer, ...row } = siteQuery
  return { ...row, dictionary: terminology, place: toKeyPlace(key), answer: answer && { ...answer } }
}

/** A site query with its context and all that happened to it. */
export function toSiteQueryFull({
  siteQuery,
  steps,
}: {
  siteQuery: AgedSiteQuery
  steps: readonly SiteQueryStepView[]
}): SiteQueryFull {
  const values = Object.entries(JSON.parse(siteQuery.context) as Record<string, string | null>)
  return {
    row: toSiteQueryRow(siteQuery),
    context: values.flatMap(([name, value]) => (value === null || value === '' ? [] : [{ name, value }])),
    steps: steps.map((step) => ({ ...step })),
  }
}

/** The routes of site queries. */
import type { Static } from '../../../schemas/api/schema.ts'
import type {
  AnswersView,
  Outboxes,
  RaiseBody,
  RaisedView,
  SentView,
  SiteQueryFilterQuery,
  SiteQueryFull,
  SiteQueryPage,
  SiteQueryProposalView,
  SiteQueryRow,
  SiteQuerySummaryView,
} from '../../../schemas/api/site-queries.ts'
import type { ExchangeFormat } from '../../../schemas/site-queries.ts'
import { ask, toBody } from '../shell/api.ts'
import type { StudyApi } from '../shell/study-api.ts'

export type SiteQueriesApi = ReturnType<typeof toSiteQueriesApi>

export function toSiteQueriesApi({ root }: StudyApi) {
  const one = (id: string) => `${root}/site-queries/${id}`
  return {
    list: (query: SiteQueryFilterQuery, signal?: AbortSignal) =>
      ask<SiteQueryPage>('POST', `${root}/site-queries/list`, {
        body: toBody(query),
        signal,
      }),
    summary: (signal: AbortSignal) => ask<SiteQuerySummaryView>('GET', `${root}/site-queries/summary`, { signal }),
    one: (id: string) => ask<SiteQueryFull>('GET', one(id)),
    edit: (id: string, body: { readonly text: string; readonly seen: number }) =>
      ask<SiteQueryRow>('PUT', one(id), { body }),
    step: (id: string, step: 'close' | 'reopen', body: { readonly reason: string; readonly seen: number }) =>
      ask<SiteQueryRow>('POST', `${one(id)}/${step}`, { body }),
    proposal: (term: string) => ask<SiteQueryProposalView>('GET', `${root}/terms/${term}/site-query-proposal`),
    raise: (term: string, body: RaiseBody) => ask<RaisedView>('POST', `${root}/terms/${term}/site-queries`, { body }),
    outboxes: (signal: AbortSignal) => ask<Outboxes>('GET', `${root}/outboxes`, { signal }),
    send: () => ask<Static<typeof SentView>>('POST', `${root}/outbox`, {}),
    outboxFile: (seq: number, as: ExchangeFormat) => `/api${root}/outbox/${seq}?as=${as}`,
    answer: (body: { readonly as: ExchangeFormat; readonly text: string }) =>
      ask<AnswersView>('POST', `${root}/answers`, { body }),
  }
}

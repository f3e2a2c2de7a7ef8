/** What is asked of a site about one occurrence: its states, its steps, its ages. The words that store, server and page share. */

/** What can happen to a site query; all but `edited` are also the state that it leads to. */
export const SITE_QUERY_STEPS = ['raised', 'edited', 'sent', 'answered', 'closed', 'reopened'] as const
export type SiteQueryStep = (typeof SITE_QUERY_STEPS)[number]

export const SITE_QUERY_STATES = ['raised', 'sent', 'answered', 'reopened', 'closed'] as const
export type SiteQueryState = (typeof SITE_QUERY_STATES)[number]

/** How long open site queries wait, in whole days since they were raised or reopened; the last band has no end. */
export const SITE_QUERY_AGES = [
  { age: '0-7', upTo: 7 },
  { age: '8-14', upTo: 14 },
  { age: '15-30', upTo: 30 },
  { age: '>30', upTo: null },
] as const
export type SiteQueryAge = (typeof SITE_QUERY_AGES)[number]['age']

/** Characters of what is asked. */
export const SITE_QUERY_TEXT_AT_MOST = 2000
/** Characters of what a site answers. */
export const ANSWER_TEXT_AT_MOST = 4000

/** The forms of the files that are exchanged with an EDC. */
export const EXCHANGE_FORMATS = ['csv', 'json'] as const
export type ExchangeFormat = (typeof EXCHANGE_FORMATS)[number]

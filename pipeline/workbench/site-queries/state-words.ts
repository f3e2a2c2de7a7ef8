/** The states of site queries as the page shows them. */
import type { SiteQueryState } from '../../../schemas/site-queries.ts'

export type Shown = SiteQueryState | 'open' | 'all'
export const SHOWN: readonly Shown[] = ['open', 'answered', 'raised', 'sent', 'reopened', 'closed', 'all']
export const STATE_WORDS: { readonly [state in Shown]: string } = {
  open: 'Open',
  answered: 'Answered',
  raised: 'To send',
  sent: 'At the site',
  reopened: 'Asked again',
  closed: 'Closed',
  all: 'All',
}
export const BADGES: { readonly [state in SiteQueryState]: string } = {
  raised: '',
  sent: 'warn',
  answered: 'good',
  reopened: 'warn',
  closed: '',
}

/** What the queue is narrowed to: read from the address, but for the text that is searched, which is nobody's business there. */
import type { QueueFilter, QueueSort, QueueView, TermRow } from '../../../schemas/api/terms.ts'
import type { Permission } from '../../../schemas/roles.ts'
import { toCell } from '../parts/cell.ts'
import { SORT_WORDS, VIEW_ORDER } from '../parts/words.ts'
import { pickFact } from '../shell/place.ts'

/** The text that is searched: kept while the page is open, never in an address. */
export const searchedText = toCell('')

export const SORTS = Object.keys(SORT_WORDS) as readonly QueueSort[]

/** What a person sees first: what they can do something about. */
export function toFirstView(may: (permission: Permission) => boolean): QueueView {
  return may('approve') && !may('code') ? 'to-approve' : 'todo'
}

export function readView(at: URLSearchParams, first: QueueView): QueueView {
  return VIEW_ORDER.find((view) => view === at.get('show')) ?? first
}

export function readSort(at: URLSearchParams): QueueSort {
  return SORTS.find((sort) => sort === at.get('sort')) ?? 'impact'
}

export function readFilter(at: URLSearchParams, { text, view }: { text: string; view: QueueView }): QueueFilter {
  const domain = at.get('domain')
  return {
    view,
    ...(domain === 'AE' || domain === 'MH' ? { domain } : {}),
    ...pickFact(at, 'dictionary'),
    ...pickFact(at, 'site'),
    ...pickFact(at, 'form'),
    ...pickFact(at, 'outcome'),
    ...(at.get('serious') === 'true' ? { serious: true } : {}),
    ...(text.trim() === '' ? {} : { text: text.trim() }),
  }
}

/** States that ask something of a coder. */
const TODO = new Set(['open', 'answered', 'rejected'])

/** Whether a row of this view is dealt with. */
export function hasLeft(row: TermRow, view: QueueView): boolean {
  if (view === 'any') return false
  if (view === 'todo') return !TODO.has(row.state) && row.apart === 0
  return row.state !== view
}

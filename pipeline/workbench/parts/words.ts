/** The field's words as the page shows them. */
import type { QueueSort, QueueView, TermState } from '../../../schemas/api/terms.ts'

export const STATE_WORDS: { readonly [state in TermState]: string } = {
  open: 'Open',
  asked: 'Site asked',
  answered: 'Site answered',
  'to-approve': 'To approve',
  rejected: 'Rejected',
  coded: 'Coded',
  autocoded: 'Autocoded',
}
export const VIEW_WORDS: { readonly [view in QueueView]: string } = { todo: 'To do', ...STATE_WORDS, any: 'All' }
export const VIEW_ORDER: readonly QueueView[] = [
  'todo',
  'open',
  'asked',
  'answered',
  'to-approve',
  'rejected',
  'coded',
  'autocoded',
  'any',
]
export const SORT_WORDS: { readonly [sort in QueueSort]: string } = {
  impact: 'Impact',
  age: 'Oldest first',
  text: 'Verbatim',
  confidence: 'Confidence',
}

const OUTCOME_WORDS: { readonly [outcome: string]: string } = {
  exact: 'Exact term',
  normalised: 'Same words',
  synonym: 'Synonym list',
  confident: 'Confident',
  ambiguous: 'Ambiguous',
  'low-confidence': 'Low confidence',
  compound: 'Several events',
  negated: 'Negated or unsure',
  'not-codable': 'Not codable',
  'do-not-autocode': 'Not to autocode',
  'no-match': 'No match',
  manual: 'By a person',
  reopened: 'Taken back',
  'conflicts-with-context': 'Conflicts with context',
  'fits-context': 'Fits context',
}
export function toOutcomeWords(outcome: string): string {
  return OUTCOME_WORDS[outcome] ?? outcome
}

export const APPROVAL_WORDS = {
  'none-needed': 'No approval needed',
  pending: 'Waits for approval',
  approved: 'Approved',
  rejected: 'Rejected',
} as const

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const DAY_MS = 86_400_000

/** `20 Nov 2026 08:00 UTC` */
export function toMoment(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  const two = (n: number) => String(n).padStart(2, '0')
  return `${toDay(iso)} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())} UTC`
}

/** `20 Nov 2026` */
export function toDay(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`
}

/** Whole days since, never less than none. */
export function toDays(iso: string, now = Date.now()): number {
  const since = new Date(iso).getTime()
  return Number.isNaN(since) ? 0 : Math.max(0, Math.floor((now - since) / DAY_MS))
}

export function toAge(iso: string): string {
  const days = toDays(iso)
  return days === 0 ? 'today' : `${days} d`
}

/** `1 occurrence`, `40 occurrences`, `100,000 terms` */
export function count(n: number, one: string, several = `${one}s`): string {
  return `${toFigure(n)} ${n === 1 ? one : several}`
}

export function toFigure(n: number): string {
  return n.toLocaleString('en-GB')
}

/** Never 100 % for what is not sure, never 0 % for what is possible. */
export function toPercent(share: number): string {
  if (share > 0 && share < 0.01) return '<1 %'
  if (share < 1 && share >= 0.995) return '99 %'
  return `${Math.round(share * 100)} %`
}

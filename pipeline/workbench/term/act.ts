/** What a person does to a term, as the page keeps it until the server has said yes. */

import type { ActView, TermView } from '../../../schemas/api/terms.ts'
import type { ListScope } from '../../../schemas/lists.ts'
import { count } from '../parts/words.ts'
import type { StudyApi } from '../shell/study-api.ts'

export interface GivenCode {
  readonly term: string
  readonly text: string
  readonly part?: string
}
export type Act =
  | {
      readonly kind: 'code'
      readonly codes: readonly GivenCode[]
      readonly reason?: string
      readonly occurrence?: string
      /** Proposes the code as a synonym as well. */
      readonly synonym?: ListScope
    }
  | { readonly kind: 'undo'; readonly reason?: string; readonly occurrence?: string }
  | { readonly kind: 'approve' }
  | { readonly kind: 'reject'; readonly reason: string }

/** @param seen the decision that the person looked at */
export function sendAct(
  api: StudyApi,
  { row }: TermView,
  { act, seen }: { act: Act; seen: string | null },
): Promise<ActView> {
  switch (act.kind) {
    case 'code':
      return api.code(row.id, {
        codes: act.codes.map(({ term, part }) => (part === undefined ? { term } : { term, part })),
        seen,
        ...(act.reason === undefined ? {} : { reason: act.reason }),
        ...(act.occurrence === undefined ? {} : { occurrence: act.occurrence }),
        ...(act.synonym === undefined ? {} : { synonym: { scope: act.synonym } }),
      })
    case 'undo':
      return api.undo(row.id, {
        seen,
        ...(act.reason === undefined ? {} : { reason: act.reason }),
        ...(act.occurrence === undefined ? {} : { occurrence: act.occurrence }),
      })
    case 'approve':
      return api.approve(row.id, { seen: seen ?? '' })
    case 'reject':
      return api.reject(row.id, { seen: seen ?? '', reason: act.reason })
  }
}

/** What the act did, in one line. */
export function toActWords(act: Act, done: Pick<ActView, 'codes' | 'occurrences' | 'approval' | 'synonym'>): string {
  const times = count(done.occurrences, 'occurrence')
  switch (act.kind) {
    case 'code':
      return `Coded to ${done.codes.map(({ text }) => text).join(' + ') || toCodeWords(act)}, ${times}${done.approval === 'pending' ? ', waits for approval' : ''}${toSynonymWords(done)}`
    case 'undo':
      return `Taken back, ${times}`
    case 'approve':
      return `Approved ${done.codes.map(({ text }) => text).join(' + ')}, ${times}`
    case 'reject':
      return `Rejected, ${times} back in the queue`
  }
}

/** What the person meant to do. */
export function toIntentWords(act: Act): string {
  switch (act.kind) {
    case 'code':
      return `coded to ${toCodeWords(act)}`
    case 'undo':
      return 'taken back'
    case 'approve':
      return 'approved'
    case 'reject':
      return 'rejected'
  }
}

function toCodeWords({ codes }: Extract<Act, { kind: 'code' }>): string {
  return codes.map(({ text }) => text).join(' + ')
}

/** Whether coding the term anew replaces a code that stands, which asks for a reason. */
export function isReplacing({ decision }: TermView): boolean {
  return decision !== null && decision.codes.length > 0 && decision.approval !== 'rejected'
}

function toSynonymWords({ synonym }: Pick<ActView, 'synonym'>): string {
  if (synonym === undefined) return ''
  return synonym.refused === null ? '; proposed as a synonym' : `; not proposed as a synonym: ${synonym.refused}`
}

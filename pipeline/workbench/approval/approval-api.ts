/** The routes of approval in bulk, of review since a signature and of signing off. */
import type {
  JudgedMany,
  JudgeManyBody,
  Preview,
  Review,
  SheetBody,
  SheetTaken,
  SignOffBody,
  SignOffView,
  UnlockBody,
  VerdictFilter as VerdictFilterSchema,
} from '../../../schemas/api/approval.ts'
import type { Static } from '../../../schemas/api/schema.ts'
import { ask } from '../shell/api.ts'
import type { StudyApi } from '../shell/study-api.ts'

export type VerdictFilter = Static<typeof VerdictFilterSchema>
export type ReviewState = 'any' | 'to-approve'
export type ApprovalApi = ReturnType<typeof toApprovalApi>

export function toApprovalApi({ root }: StudyApi) {
  return {
    preview: (filter: VerdictFilter, signal?: AbortSignal) =>
      ask<Preview>('POST', `${root}/approvals/preview`, {
        body: { filter },
        signal,
      }),
    judgeMany: (body: Static<typeof JudgeManyBody>) =>
      ask<Static<typeof JudgedMany>>('POST', `${root}/approvals`, { body }),
    review: (query: { readonly state: ReviewState; readonly cursor?: string }, signal?: AbortSignal) =>
      ask<Review>('GET', `${root}/review`, { query, signal }),
    sheet: (state: ReviewState) => `/api${root}/review/sheet?state=${state}`,
    bringSheet: (body: Static<typeof SheetBody>) =>
      ask<Static<typeof SheetTaken>>('POST', `${root}/review/sheet`, { body }),
    signOffState: (signal?: AbortSignal) => ask<SignOffView>('GET', `${root}/sign-off`, { signal }),
    signOff: (body: Static<typeof SignOffBody>) => ask<SignOffView>('POST', `${root}/sign-off`, { body }),
    unlock: (body: Static<typeof UnlockBody>) => ask<SignOffView>('POST', `${root}/unlock`, { body }),
  }
}

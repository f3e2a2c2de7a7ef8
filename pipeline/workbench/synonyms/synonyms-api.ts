/** The routes of the synonym lists. */
import type { EntryView, ImportView, Lists, ListsQuery, ProposeBody } from '../../../schemas/api/lists.ts'
import type { Static } from '../../../schemas/api/schema.ts'
import type { ListScope } from '../../../schemas/lists.ts'
import { ask, toBody } from '../shell/api.ts'
import type { StudyApi } from '../shell/study-api.ts'

export type EntryAct = EntryView['may'][number]

export function toSynonymsApi({ root }: StudyApi) {
  return {
    list: (query: ListsQuery, signal?: AbortSignal) =>
      ask<Lists>('POST', `${root}/lists/list`, { body: toBody(query), signal }),
    propose: (body: Static<typeof ProposeBody>) => ask<EntryView>('POST', `${root}/lists`, { body }),
    judge: (id: string, act: EntryAct, reason: string) =>
      ask<EntryView>('POST', `${root}/lists/${id}/${act}`, { body: reason === '' ? {} : { reason } }),
    bring: (body: { readonly scope: ListScope; readonly name: string; readonly text: string }) =>
      ask<Static<typeof ImportView>>('POST', `${root}/lists/import`, { body }),
    file: (scope: ListScope) => `/api${root}/lists/export?scope=${scope}`,
  }
}

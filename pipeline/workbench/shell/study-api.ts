/** The routes of one study, by name. Knows paths and contracts; knows no view. */
import type { Hits, HitView, NodeView } from '../../../schemas/api/dictionary.ts'
import type { Audit, AuditQuery, Dashboard } from '../../../schemas/api/oversight.ts'
import type { RedactBody, RedactionView } from '../../../schemas/api/redaction.ts'
import type { Static } from '../../../schemas/api/schema.ts'
import type {
  ActView,
  ApproveBody,
  CodeBody,
  DecisionView,
  Facets,
  NoteBody,
  Occurrences,
  Precedents,
  Queue,
  QueueFilter,
  QueueQuery,
  RejectBody,
  TermView,
  UndoBody,
} from '../../../schemas/api/terms.ts'
import { ask, toBody } from './api.ts'

export type SearchMode = 'exact' | 'begins' | 'contains' | 'wildcard' | 'similar'
/** Which dictionary: the one that codes this domain under this name. */
export interface WhichDictionary {
  readonly domain: 'AE' | 'MH'
  /** The domain's own where left out. */
  readonly dictionary?: string | undefined
}
export interface Search extends WhichDictionary {
  readonly text: string
  readonly mode: SearchMode
  readonly level?: string | undefined
  readonly limit?: number
}

export type StudyApi = ReturnType<typeof toStudyApi>

export function toStudyApi(study: string) {
  const root = `/studies/${encodeURIComponent(study)}`
  const term = (id: string) => `${root}/terms/${id}`
  return {
    study,
    root,
    queue: (query: QueueQuery, signal?: AbortSignal) =>
      ask<Queue>('POST', `${root}/terms/list`, { body: toBody(query), signal }),
    facets: (query: QueueFilter, signal?: AbortSignal) =>
      ask<Facets>('POST', `${root}/terms/facets`, { body: toBody(query), signal }),
    term: (id: string) => ask<TermView>('GET', term(id)),
    occurrences: (id: string, cursor?: string) =>
      ask<Occurrences>('GET', `${term(id)}/occurrences`, { query: { cursor, limit: 100 } }),
    history: (id: string) => ask<{ readonly decisions: readonly DecisionView[] }>('GET', `${term(id)}/history`),
    precedents: (id: string) => ask<Precedents>('GET', `${term(id)}/precedents`),
    code: (id: string, body: CodeBody) => ask<ActView>('POST', `${term(id)}/code`, { body }),
    undo: (id: string, body: Static<typeof UndoBody>) => ask<ActView>('POST', `${term(id)}/undo`, { body }),
    approve: (id: string, body: Static<typeof ApproveBody>) => ask<ActView>('POST', `${term(id)}/approve`, { body }),
    reject: (id: string, body: Static<typeof RejectBody>) => ask<ActView>('POST', `${term(id)}/reject`, { body }),
    note: (id: string, body: Static<typeof NoteBody>) =>
      ask<{ readonly notes: TermView['notes'] }>('POST', `${term(id)}/notes`, { body }),
    redact: (id: string, body: Static<typeof RedactBody>) =>
      ask<RedactionView>('POST', `${term(id)}/redactions`, { body }),
    search: (search: Search, signal?: AbortSignal) =>
      ask<Static<typeof Hits>>('POST', `${root}/dictionary/search`, { body: toBody(search), signal }),
    roots: (which: WhichDictionary, signal?: AbortSignal) =>
      ask<NodeView>('GET', `${root}/dictionary/nodes`, { query: { ...which }, signal }),
    node: ({ level, code }: Pick<HitView, 'level' | 'code'>, which: WhichDictionary, signal?: AbortSignal) =>
      ask<NodeView>('GET', `${root}/dictionary/nodes/${encodeURIComponent(level)}/${encodeURIComponent(code)}`, {
        query: { ...which },
        signal,
      }),
    dashboard: (signal?: AbortSignal) => ask<Dashboard>('GET', `${root}/dashboard`, { signal }),
    audit: (query: AuditQuery, signal?: AbortSignal) =>
      ask<Audit>('POST', `${root}/audit/list`, { body: toBody(query), signal }),
    auditFile: (form: 'csv' | 'json') => `/api${root}/audit/file?as=${form}`,
  }
}

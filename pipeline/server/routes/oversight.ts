/** The dashboard and the audit trail. */
import { Audit, AuditQuery, Dashboard, DayOrMoment } from '../../../schemas/api/oversight.ts'
import { Type, toClosed, toWord } from '../../../schemas/api/schema.ts'
import { type Desk, readAudit, readDashboard, toAuditFile } from '../../index.ts'
import { type Route, toStudyRoute } from '../route.ts'

export const OVERSIGHT_ROUTES: readonly Route[] = [
  toStudyRoute({
    method: 'GET',
    path: '/dashboard',
    summary: 'Where the work stands, how it went, and whether the probabilities are honest',
    permission: 'read-terms',
    answer: Dashboard,
    run: ({ desk }) => readShared(desk),
  }),
  toStudyRoute({
    method: 'POST',
    path: '/audit/list',
    summary: 'The audit trail, newest first, with the whole chain checked',
    permission: 'read-audit',
    body: AuditQuery,
    answer: Audit,
    run: ({ desk, body }) => readAudit(desk, body),
  }),
  toStudyRoute({
    method: 'GET',
    path: '/audit/file',
    summary: 'The audit trail as a file, oldest first',
    permission: 'read-audit',
    query: toClosed({
      as: toWord(['csv', 'json']),
      kind: Type.Optional(Type.String({ maxLength: 60 })),
      actor: Type.Optional(Type.String({ maxLength: 200 })),
      from: Type.Optional(DayOrMoment),
      to: Type.Optional(DayOrMoment),
    }),
    answer: 'file',
    run: ({ desk, query }) => toAuditFile(desk, query),
  }),
]

type Shared = { readonly seq: number; readonly at: number; readonly dashboard: ReturnType<typeof readDashboard> }
const shared = new WeakMap<Desk['store'], Map<string, Shared>>()
/** A dashboard of 100,000 terms takes a tenth of a second from everybody else. */
const SHOWN_FOR_MS = 5000

/** Whoever looks while nothing happened, or right after another person, is shown what that one was shown. */
async function readShared(desk: Desk): ReturnType<typeof readDashboard> {
  const { seq } = await desk.queue.list({ view: 'any', limit: 1 })
  const byStudy = shared.get(desk.store) ?? new Map<string, Shared>()
  shared.set(desk.store, byStudy)
  const known = byStudy.get(desk.study.id)
  const now = performance.now()
  if (known !== undefined && (known.seq === seq || now - known.at < SHOWN_FOR_MS)) return await known.dashboard
  const dashboard = readDashboard(desk)
  byStudy.set(desk.study.id, { seq, at: now, dashboard })
  dashboard.catch(() => byStudy.delete(desk.study.id))
  return await dashboard
}

/** The views: who sees them, by which key, under which name. */
import type { ComponentChildren } from 'preact'
import { lazy, Suspense } from 'preact/compat'
import type { Permission } from '../../../schemas/roles.ts'
import { QueueView } from '../queue/queue-view.tsx'
import type { Place, View } from './place.ts'
import type { Seat } from './session.ts'

interface ViewRow {
  readonly view: View
  readonly words: string
  /** After `g`. */
  readonly key: string
  readonly permission: Permission
  readonly show: (place: Place) => ComponentChildren
}

const DashboardView = lazy(async () => ({ default: (await import('../dashboard/dashboard-view.tsx')).DashboardView }))
const AuditView = lazy(async () => ({ default: (await import('../audit/audit-view.tsx')).AuditView }))
const SynonymsView = lazy(async () => ({ default: (await import('../synonyms/synonyms-view.tsx')).SynonymsView }))
const SiteQueriesView = lazy(async () => ({
  default: (await import('../site-queries/site-queries-view.tsx')).SiteQueriesView,
}))
const ApprovalView = lazy(async () => ({ default: (await import('../approval/approval-view.tsx')).ApprovalView }))
const PeopleView = lazy(async () => ({ default: (await import('../people/people-view.tsx')).PeopleView }))

const ROWS: readonly ViewRow[] = [
  { view: 'queue', words: 'Queue', key: 'q', permission: 'read-terms', show: ({ at }) => <QueueView at={at} /> },
  {
    view: 'site-queries',
    words: 'Site queries',
    key: 'i',
    permission: 'read-terms',
    show: ({ at }) => <SiteQueriesView at={at} />,
  },
  {
    view: 'approval',
    words: 'Approval',
    key: 'v',
    permission: 'read-terms',
    show: ({ at }) => <ApprovalView at={at} />,
  },
  {
    view: 'synonyms',
    words: 'Synonyms',
    key: 's',
    permission: 'read-terms',
    show: ({ at }) => <SynonymsView at={at} />,
  },
  { view: 'dashboard', words: 'Dashboard', key: 'd', permission: 'read-terms', show: () => <DashboardView /> },
  { view: 'audit', words: 'Audit', key: 'a', permission: 'read-audit', show: ({ at }) => <AuditView at={at} /> },
  { view: 'people', words: 'People', key: 'p', permission: 'read-people', show: () => <PeopleView /> },
]

export function listViews(seat: Seat): readonly ViewRow[] {
  return ROWS.filter(({ permission }) => seat.may(permission))
}

export function showView(place: Place, seat: Seat): ComponentChildren {
  const row = listViews(seat).find(({ view }) => view === place.view)
  if (row === undefined) return <p class="empty">Your role does not show this view.</p>
  return <Suspense fallback={<p class="waiting">Opening …</p>}>{row.show(place)}</Suspense>
}

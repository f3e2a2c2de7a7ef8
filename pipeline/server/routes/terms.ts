/** The queue and the terms in it: what is shown, and what people do. */
import { Id, Type, toClosed } from '../../../schemas/api/schema.ts'
import {
  ActView,
  ApproveBody,
  CodeBody,
  DecisionView,
  Facets,
  NoteBody,
  NoteView,
  Occurrences,
  Precedents,
  Queue,
  QueueFilter,
  QueueQuery,
  RejectBody,
  TermView,
  UndoBody,
} from '../../../schemas/api/terms.ts'
import { isPermitted } from '../../../schemas/roles.ts'
import {
  type ActReport,
  AecoderError,
  codeTerm,
  type Desk,
  findById,
  findRow,
  judgeTerm,
  noteTerm,
  proposeCoded,
  type SignedIn,
  undoDecision,
  viewHistory,
  viewOccurrences,
  viewPrecedents,
  viewTerm,
} from '../../index.ts'
import { type Route, toStudyRoute } from '../route.ts'
import { toEntryView } from './lists.ts'

const TermParams = toClosed({ term: Id })
const Paging = toClosed({
  cursor: Type.Optional(Type.String({ pattern: '^[0-9]{1,9}$' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
})
const PRECEDENTS_SHOWN = 20

export const TERM_ROUTES: readonly Route[] = [
  toStudyRoute({
    // Words of a verbatim, a site and a name stand in the body, never in an address that proxies log.
    method: 'POST',
    path: '/terms/list',
    summary: 'The queue: term groups that a filter leaves, serious and frequent ones first',
    permission: 'read-terms',
    body: QueueQuery,
    answer: Queue,
    run: async ({ desk, body }) => {
      const page = await desk.queue.list(body)
      return { ...page, rows: [...page.rows] }
    },
  }),
  toStudyRoute({
    method: 'POST',
    path: '/terms/facets',
    summary: 'How many terms each value of each filter leaves',
    permission: 'read-terms',
    body: QueueFilter,
    answer: Facets,
    run: ({ desk, body }) => desk.queue.count(body),
  }),
  toStudyRoute({
    method: 'GET',
    path: '/terms/:term',
    summary: 'One term in full: the proposal with its alignment, the decision in force, notes',
    permission: 'read-terms',
    params: TermParams,
    answer: TermView,
    run: ({ desk, params, person }) =>
      viewTerm(desk, params.term, {
        name: person.name,
        isApprover: isPermitted(person.rolesIn(desk.study.id), 'approve'),
      }),
  }),
  toStudyRoute({
    method: 'GET',
    path: '/terms/:term/occurrences',
    summary: 'Where a term was reported, with the allow-listed CRF values beside it',
    permission: 'read-terms',
    params: TermParams,
    query: Paging,
    answer: Occurrences,
    run: ({ desk, params, query }) =>
      viewOccurrences(desk, params.term, { offset: Number(query.cursor ?? 0), limit: query.limit ?? 50 }),
  }),
  toStudyRoute({
    method: 'GET',
    path: '/terms/:term/history',
    summary: 'All decisions on a term, oldest first',
    permission: 'read-terms',
    params: TermParams,
    query: toClosed({ occurrence: Type.Optional(Id) }),
    answer: toClosed({ decisions: Type.Array(DecisionView) }),
    run: async ({ desk, params, query }) => ({ decisions: await viewHistory(desk, { ...params, ...query }) }),
  }),
  toStudyRoute({
    method: 'GET',
    path: '/terms/:term/precedents',
    summary: 'How this term was coded in other studies, and like ones in this',
    permission: 'read-terms',
    params: TermParams,
    answer: Precedents,
    run: ({ desk, params, person }) =>
      viewPrecedents(desk, params.term, {
        limit: PRECEDENTS_SHOWN,
        mayRead: (study) => person.rolesIn(study).length > 0,
      }),
  }),
  toStudyRoute({
    method: 'POST',
    path: '/terms/:term/code',
    summary: 'Code a term, or split it into parts with a code each, or code one occurrence differently',
    permission: 'code',
    params: TermParams,
    body: CodeBody,
    answer: ActView,
    run: async ({ desk, params, body, person }) => {
      const { codes, reason, seen } = body
      const act = await toAct({ desk, person, params, body })
      const report = await codeTerm(desk.study, {
        ...act,
        seen,
        reason: reason ?? null,
        codes: codes.map(({ term, part }) => (part === undefined ? { term } : { term, part })),
      })
      const view = await toActView(desk, params.term, report)
      if (body.synonym === undefined) return view
      const { reason: why, ...proposal } = body.synonym
      return { ...view, synonym: await propose({ ...act, ...proposal, report, reason: why ?? null }, { desk, person }) }
    },
  }),
  toStudyRoute({
    method: 'POST',
    path: '/terms/:term/undo',
    summary: "Take a person's decision back, by a new decision",
    permission: 'code',
    params: TermParams,
    body: UndoBody,
    answer: ActView,
    run: async ({ desk, params, body, person }) => {
      const act = await toAct({ desk, person, params, body })
      const report = await undoDecision(desk.study, { ...act, seen: body.seen, reason: body.reason ?? null })
      return toActView(desk, params.term, report)
    },
  }),
  toStudyRoute({
    method: 'POST',
    path: '/terms/:term/approve',
    summary: 'Approve the code that stands: a second person',
    permission: 'approve',
    params: TermParams,
    body: ApproveBody,
    answer: ActView,
    run: async ({ desk, params, body, person }) => {
      const act = await toAct({ desk, person, params, body })
      const verdict = { kind: 'approved', seen: body.seen, reason: body.reason ?? null } as const
      return toActView(desk, params.term, await judgeTerm(desk.study, { ...act, ...verdict }))
    },
  }),
  toStudyRoute({
    method: 'POST',
    path: '/terms/:term/reject',
    summary: 'Reject the code that stands, with a reason: the term waits for a coder again',
    permission: 'approve',
    params: TermParams,
    body: RejectBody,
    answer: ActView,
    run: async ({ desk, params, body, person }) => {
      const act = await toAct({ desk, person, params, body })
      const verdict = { kind: 'rejected', seen: body.seen, reason: body.reason } as const
      return toActView(desk, params.term, await judgeTerm(desk.study, { ...act, ...verdict }))
    },
  }),
  toStudyRoute({
    method: 'POST',
    path: '/terms/:term/notes',
    summary: 'Leave a note with a term or one occurrence of it',
    permission: 'note',
    params: TermParams,
    body: NoteBody,
    answer: toClosed({ notes: Type.Array(NoteView) }),
    run: async ({ desk, params, body, person }) => ({
      notes: await noteTerm(desk, { ...params, ...body, actor: person.actor }),
    }),
  }),
]

/** What every act on a term is given: the target that the ids name, who acts, what it rests on. */
async function toAct({
  desk,
  person,
  params,
  body,
}: {
  desk: Desk
  person: SignedIn
  params: { term: string }
  body: { occurrence?: string }
}) {
  const target = await findById(desk, { term: params.term, occurrence: body.occurrence })
  return { store: desk.store, kits: desk.kits, target, actor: person.actor }
}

/** The code stands whatever becomes of the proposal: what refuses it is part of the answer. */
async function propose(
  act: Parameters<typeof proposeCoded>[1],
  { desk, person }: { desk: Desk; person: SignedIn },
): Promise<NonNullable<ActView['synonym']>> {
  try {
    return { entry: toEntryView(await proposeCoded(desk.study, act), person), refused: null }
  } catch (error) {
    if (!(error instanceof AecoderError)) throw error
    return { entry: null, refused: error.message }
  }
}

async function toActView(desk: Desk, term: string, report: ActReport): Promise<ActView> {
  const { decision, occurrences, approval } = report
  return {
    decision,
    codes: report.codes,
    occurrences,
    approval,
    row: await findRow(desk, term),
  }
}

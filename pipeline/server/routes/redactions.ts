/** Hiding words of terms, and how many records still hold hidden words. */
import { RedactBody, RedactedView, RedactionView } from '../../../schemas/api/redaction.ts'
import { Id, toClosed } from '../../../schemas/api/schema.ts'
import { countRedacted, findById, findRow, redactTerm } from '../../index.ts'
import { type Route, toStudyRoute } from '../route.ts'

export const REDACTION_ROUTES: readonly Route[] = [
  toStudyRoute({
    method: 'GET',
    path: '/redactions/counts',
    summary: 'How many terms with hidden words the data still hold: the sites are to correct them',
    permission: 'read-terms',
    answer: RedactedView,
    run: ({ desk }) => countRedacted(desk.store, desk.study.id),
  }),
  toStudyRoute({
    method: 'POST',
    path: '/terms/:term/redactions',
    summary: 'Hide words of a term, such as a name, from everybody; the record stays as the site wrote it',
    permission: 'redact',
    params: toClosed({ term: Id }),
    body: RedactBody,
    answer: RedactionView,
    run: async ({ desk, params, body, person }) => {
      const target = await findById(desk, params)
      const { shown, hidden, occurrences } = await redactTerm(desk.study, {
        store: desk.store,
        target,
        actor: person.actor,
        ...body,
      })
      return { shown, hidden, occurrences, row: await findRow(desk, params.term) }
    },
  }),
]

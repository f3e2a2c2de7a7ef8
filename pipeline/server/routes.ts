/** The route table: all that the server answers, family by family. */
import type { Route } from './route.ts'
import { APPROVAL_ROUTES } from './routes/approval.ts'
import { DICTIONARY_ROUTES } from './routes/dictionary.ts'
import { LIST_ROUTES } from './routes/lists.ts'
import { OVERSIGHT_ROUTES } from './routes/oversight.ts'
import { PEOPLE_ROUTES } from './routes/people.ts'
import { REDACTION_ROUTES } from './routes/redactions.ts'
import { SESSION_ROUTES } from './routes/session.ts'
import { SITE_QUERY_ROUTES } from './routes/site-queries.ts'
import { TERM_ROUTES } from './routes/terms.ts'

export const ROUTES: readonly Route[] = [
  ...SESSION_ROUTES,
  ...TERM_ROUTES,
  ...DICTIONARY_ROUTES,
  ...OVERSIGHT_ROUTES,
  ...APPROVAL_ROUTES,
  ...LIST_ROUTES,
  ...PEOPLE_ROUTES,
  ...REDACTION_ROUTES,
  ...SITE_QUERY_ROUTES,
]

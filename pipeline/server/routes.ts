/** The route table: all that the server answers, family by family. */
import type { Route } from './route.ts'
import { PEOPLE_ROUTES } from './routes/people.ts'
import { SESSION_ROUTES } from './routes/session.ts'

export const ROUTES: readonly Route[] = [...SESSION_ROUTES, ...PEOPLE_ROUTES]

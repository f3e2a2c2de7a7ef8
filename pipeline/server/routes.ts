/** The route table: all that the server answers, family by family. */
import type { Route } from './route.ts'

export const ROUTES: readonly Route[] = []

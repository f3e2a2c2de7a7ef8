/** Lists of synonyms that people keep in the store: whose they are, and the states of an entry. Knows no storage. */
import { assertNever } from './errors.ts'

/** Whose list it is: one study's, that of all studies of its sponsor, or that of all. The narrower one wins. */
export const LIST_SCOPES = ['study', 'sponsor', 'global'] as const
export type ListScope = (typeof LIST_SCOPES)[number]

/** Where an entry stands: only approved ones code. Rejected and retired are ends: who wants it again proposes it anew. */
export const ENTRY_STATES = ['proposed', 'approved', 'rejected', 'retired'] as const
export type EntryState = (typeof ENTRY_STATES)[number]

/** The id under which the entries for all studies stand in a store. No study is called so: protocols begin with a letter or digit. */
export const GLOBAL_OWNER = '@global'

/** A list's owner in the store, by its scope; undefined for the sponsor's where the study names no sponsor. */
export function toListOwner(
  scope: ListScope,
  { id, sponsor }: { readonly id: string; readonly sponsor: string | undefined },
): string | undefined {
  switch (scope) {
    case 'study':
      return id
    case 'sponsor':
      return sponsor === undefined ? undefined : `@sponsor/${sponsor}`
    case 'global':
      return GLOBAL_OWNER
    default:
      return assertNever(scope)
  }
}

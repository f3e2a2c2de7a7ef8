/** Whose list a synonym stands in, in words. */
import type { ListScope } from '../../../schemas/lists.ts'

export const SCOPE_WORDS: { readonly [scope in ListScope]: string } = {
  study: 'this study',
  sponsor: 'all studies of the sponsor',
  global: 'all studies',
}

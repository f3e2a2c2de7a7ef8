/** A list that comes in pages, one more each time somebody asks. */
import { toWords } from '../shell/api.ts'
import { tell } from '../shell/toasts.tsx'
import { type Answer, useAnswer } from './use-answer.ts'

interface Page {
  readonly next: string | null
}

/** @param on what the list depends on, as one text */
export function usePages<T extends Page>(
  on: string,
  {
    ask,
    join,
  }: {
    /** Without a cursor the first page. */
    ask: (page: { readonly cursor?: string }, signal?: AbortSignal) => Promise<T>
    /** All that is at hand, and one page more. */
    join: (before: T, more: T) => T
  },
): Answer<T> & { readonly more: () => void } {
  const answer = useAnswer<T>(on, (signal) => ask({}, signal))
  const { value, put } = answer
  const more = () => {
    if (value?.next == null) return
    ask({ cursor: value.next }).then(
      (page) => put(join(value, page)),
      (error: unknown) => tell({ kind: 'failed', text: toWords(error) }),
    )
  }
  return { ...answer, more }
}

/** What can be assigned in place of a term that cannot. Knows the hierarchy; knows no layout. */
import type { Dictionary, Term } from './dictionary.ts'

/** The assignable terms below a heading (E11 of ICD-10-CM), depth first in the order of their names; none where it has no terms below. */
export function listAssignableBelow(
  dictionary: Pick<Dictionary, 'findNode' | 'findTerm' | 'listChildren'>,
  code: string,
  { limit }: { readonly limit: number },
): readonly Term[] {
  const node = dictionary.findNode(code)
  const found: Term[] = []
  // The level of terms is last: what stands there heads nothing.
  if (node === undefined || dictionary.findTerm(code)?.isCurrent) return found
  const waiting = [...dictionary.listChildren(node)].reverse()
  while (found.length < limit) {
    const next = waiting.pop()
    if (next === undefined) break
    const term = dictionary.findTerm(next.code)
    if (term?.isCurrent) found.push(term)
    waiting.push(...[...dictionary.listChildren(next)].reverse())
  }
  return found
}

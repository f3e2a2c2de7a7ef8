/** Word and letter comparison for explanations. Knows two texts; decides nothing. */
import { distance } from 'fastest-levenshtein'
import { normaliseTerm } from '../../dictionaries/text/normalise.ts'

export function toEditDistance(a: string, b: string): number {
  return distance(a, b)
}

/** Which words two texts share and which stand alone, as one sentence for the reviewer. */
export function toSharedWords(verbatim: string, term: string): string {
  const inVerbatim = new Set(normaliseTerm(verbatim).split(' ').filter(Boolean))
  const inTerm = new Set(normaliseTerm(term).split(' ').filter(Boolean))
  const shared = [...inTerm].filter((word) => inVerbatim.has(word))
  const onlyVerbatim = [...inVerbatim].filter((word) => !inTerm.has(word))
  const onlyTerm = [...inTerm].filter((word) => !inVerbatim.has(word))
  const parts = [shared.length > 0 ? `shares ${toQuoted(shared)}` : 'similar letters']
  if (onlyVerbatim.length > 0) parts.push(`only in the verbatim: ${toQuoted(onlyVerbatim)}`)
  if (onlyTerm.length > 0) parts.push(`only in the term: ${toQuoted(onlyTerm)}`)
  return parts.join('; ')
}

function toQuoted(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(', ')
}

/** A verbatim cut into its aligned words and what stands between them. */
import type { CandidateView } from '../../../schemas/api/terms.ts'

export type Token = NonNullable<CandidateView['alignment']>['tokens'][number]

export interface Stretch {
  readonly start: number
  readonly text: string
  readonly token?: Token
}

/** The tokens with what stands between them. */
export function toStretches(text: string, tokens: readonly Token[]): readonly Stretch[] {
  const stretches: Stretch[] = []
  let at = 0
  for (const token of tokens.toSorted((a, b) => a.start - b.start)) {
    if (token.start < at) continue
    if (token.start > at) stretches.push({ start: at, text: text.slice(at, token.start) })
    stretches.push({ start: token.start, text: text.slice(token.start, token.end), token })
    at = token.end
  }
  if (at < text.length) stretches.push({ start: at, text: text.slice(at) })
  return stretches
}

/** The verbatim as it was written where the folded one has each sign in the same place, else the folded one. */
export function toAlignedText(verbatim: string, folded: string): string {
  return verbatim.length === folded.length && verbatim.toLowerCase() === folded.toLowerCase() ? verbatim : folded
}

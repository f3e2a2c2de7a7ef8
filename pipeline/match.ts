/** Verbatims straight to candidates, without a study: what `match` prints and other programs read. */
import type { PathNode } from '../schemas/terms.ts'
import { type AutocodeResult, type Autocoder, autocode } from './autocode/autocode.ts'

export interface MatchTerm {
  readonly code: string
  readonly name: string
}

/** One verbatim's result; the chosen term stands first. */
export interface Match {
  readonly verbatim: string
  readonly outcome: AutocodeResult['outcome']
  readonly reason: string
  readonly confidence: number
  readonly candidates: readonly {
    readonly llt: MatchTerm
    readonly pt: MatchTerm
    readonly soc: MatchTerm
    readonly confidence: number
    readonly why: string
  }[]
}

function toTerm(node: PathNode | undefined): MatchTerm {
  return { code: node?.code ?? '', name: node?.text ?? '' }
}

export function matchVerbatim(verbatim: string, coder: Autocoder): Match {
  const { outcome, reason, confidence, candidates } = autocode(verbatim, coder)
  return {
    verbatim,
    outcome,
    reason,
    confidence,
    candidates: candidates.map(({ path, confidence, why }) => {
      // Where a dictionary has other levels: the code itself, and the broadest level.
      const assigned = path.at(-1)
      const concept = path.find(({ level }) => level === 'PT') ?? assigned
      return { llt: toTerm(assigned), pt: toTerm(concept), soc: toTerm(path[0]), confidence, why }
    }),
  }
}

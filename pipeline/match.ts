/** Verbatims straight to candidates, without a study: what `match` prints and other programs read. */
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

export function matchVerbatim(verbatim: string, coder: Autocoder): Match {
  const { outcome, reason, confidence, candidates } = autocode(verbatim, coder)
  return {
    verbatim,
    outcome,
    reason,
    confidence,
    candidates: candidates.map(({ path, confidence, why }) => {
      const toTerm = (level: string): MatchTerm => {
        const node = path.find((step) => step.level === level)
        return { code: node?.code ?? '', name: node?.text ?? '' }
      }
      return { llt: toTerm('LLT'), pt: toTerm('PT'), soc: toTerm('SOC'), confidence, why }
    }),
  }
}

/** Verbatims straight to candidates, without a study: what `match` prints and other programs read. */
import type { Alignment, PathNode, TermPath } from '../schemas/terms.ts'
import { type AutocodeResult, autocode } from './autocode/autocode.ts'
import type { Autocoder } from './autocode/autocoder.ts'

export interface MatchTerm {
  readonly code: string
  readonly name: string
}

/** One verbatim's result; the chosen term stands first. */
export interface Match {
  readonly verbatim: string
  readonly outcome: AutocodeResult['outcome']
  /** Whether the first candidate is coded without a person. */
  readonly auto: boolean
  readonly reason: string
  /** 1 where a rule coded; else the probability that the first candidate's PT is right. */
  readonly confidence: number
  readonly candidates: readonly {
    readonly llt: MatchTerm
    readonly pt: MatchTerm
    readonly soc: MatchTerm
    readonly confidence: number
    readonly why: string
  }[]
  /** The first candidate word by word; null where a rule or a list led to it. */
  readonly alignment: Alignment | null
  /** The events of a compound verbatim, each with the term it leads to. */
  readonly parts: readonly {
    readonly text: string
    readonly start: number
    readonly end: number
    readonly llt: MatchTerm
    readonly pt: MatchTerm
    readonly confidence: number
  }[]
  /** What to ask the site, where only the site can answer. */
  readonly siteQuery: string | null
}

function toTerm(node: PathNode | undefined): MatchTerm {
  return { code: node?.code ?? '', name: node?.text ?? '' }
}

/**
 * @param domain the SDTM domain: what an adverse event cannot be, a medical history may
 */
export function matchVerbatim(verbatim: string, coder: Autocoder, domain = 'AE'): Match {
  const { outcome, reason, confidence, coding, candidates, parts, siteQuery } = autocode(verbatim, coder, domain)
  return {
    verbatim,
    outcome,
    auto: coding !== null,
    reason,
    confidence,
    candidates: candidates.map(({ path, confidence, why }) => ({
      ...toNames(path),
      soc: toTerm(path[0]),
      confidence,
      why,
    })),
    alignment: candidates[0]?.alignment ?? null,
    parts: parts.map(({ text, start, end, candidate }) => ({
      text,
      start,
      end,
      ...toNames(candidate.path),
      confidence: candidate.confidence,
    })),
    siteQuery: siteQuery ?? null,
  }
}

/** Where a dictionary has other levels than MedDRA's: the code itself for both. */
function toNames(path: TermPath): { readonly llt: MatchTerm; readonly pt: MatchTerm } {
  const assigned = path.at(-1)
  return { llt: toTerm(assigned), pt: toTerm(path.find(({ level }) => level === 'PT') ?? assigned) }
}

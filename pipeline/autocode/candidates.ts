/** Candidates as a reviewer sees them: terms with their path, how probable they are, and why. Decides nothing. */
import type { Term } from '../../dictionaries/dictionary.ts'
import type { Alignment, Candidate } from '../../schemas/terms.ts'
import type { Autocoder } from './autocoder.ts'
import { listSlots, toAlignment, toWhy } from './explanation.ts'
import type { Matches, Ranked } from './matcher.ts'

/** Where a verbatim is coded: by which coder, in which SDTM domain. */
export interface Place {
  readonly coder: Autocoder
  readonly domain: string
}

export const CANDIDATE_LIMIT = 10
/** What the first candidate must cover of both sides; below, nothing of the dictionary resembles the verbatim. */
const WORTH_SHOWING = 0.1

/** 1 is for what a rule coded. */
const LARGEST_PROBABILITY = 0.999

/** Rounded so that the last bits of a floating sum never decide what is written down. */
export function toRounded(probability: number): number {
  return Math.min(LARGEST_PROBABILITY, Math.round(probability * 1000) / 1000)
}

/** The term of a code as a list of one candidate; none where the dictionary has no path to it. */
export function toCandidates(
  { dictionary }: Autocoder,
  lltCode: string,
  { confidence, why, alignment }: { confidence: number; why: string; alignment?: Alignment },
): Candidate[] {
  const path = dictionary.findPath(lltCode)
  return path ? [{ path, confidence, why, ...(alignment === undefined ? {} : { alignment }) }] : []
}

/** What a term that is not taken by machine may mean: itself, where there is one, then what resembles the verbatim. */
export function findForHeld(verbatim: string, term: Term | undefined, place: Place): readonly Candidate[] {
  const similar = findSimilar(verbatim, place)
  if (term === undefined) return similar
  const own = similar.find(({ path }) => path.at(-2)?.code === term.conceptCode || path.at(-1)?.code === term.code)
  const first =
    own === undefined
      ? toCandidates(place.coder, term.code, { confidence: 0.99, why: 'Same words as the verbatim' })
      : [own]
  const most = first[0]?.confidence ?? 1
  const others = similar.map((each) => (each.confidence > most ? { ...each, confidence: most } : each))
  return toOnePerConcept(place.coder, [...first, ...others])
}

/** Current terms that the verbatim may mean, one per concept, best first. */
export function findSimilar(verbatim: string, { coder, domain }: Place): readonly Candidate[] {
  const matches = coder.matcher.match(verbatim, { domain })
  return toRankedCandidates(verbatim, matches, { coder, probability: toRounded(coder.confidence.of(matches.ranked)) })
}

/**
 * Ranked concepts as candidates, best first: the first with its probability, the others with what is left of it by their
 * scores.
 */
export function toRankedCandidates(
  verbatim: string,
  matches: Matches,
  { coder, probability }: { coder: Autocoder; probability: number },
): readonly Candidate[] {
  const { matcher } = coder
  const worth = matches.ranked.filter((ranked) => matcher.toCovered(ranked).both >= WORTH_SHOWING)
  const best = worth[0]?.score ?? 0
  let rest = 0
  for (const { score } of worth.slice(1, CANDIDATE_LIMIT)) rest += Math.exp(score - best)
  const candidates: Candidate[] = []
  for (const [i, ranked] of worth.entries()) {
    if (candidates.length >= CANDIDATE_LIMIT) break
    const share = ((1 - probability) * Math.exp(ranked.score - best)) / Math.max(rest, 1e-9)
    const confidence = i === 0 ? probability : toRounded(Math.min(probability, share))
    candidates.push(...toRankedCandidate(verbatim, matches, { coder, ranked, confidence }))
  }
  return toOnePerConcept(coder, candidates).slice(0, CANDIDATE_LIMIT)
}

function toRankedCandidate(
  verbatim: string,
  matches: Matches,
  { coder, ranked, confidence }: { coder: Autocoder; ranked: Ranked; confidence: number },
): Candidate[] {
  const { matcher, dictionary } = coder
  let aligned: Alignment | undefined
  const align = (): Alignment => {
    aligned ??= toAlignment(verbatim, listSlots(matches, { matcher, ranked }), { matcher, ranked })
    return aligned
  }
  const candidates: Candidate[] = []
  for (const { term, hint } of matcher.listTerms(ranked.text)) {
    const path = dictionary.findPath(term.code)
    if (path === undefined) continue
    // Put into words when asked for: of ten candidates a run reads the first.
    candidates.push({
      path,
      confidence,
      get why() {
        return hint === undefined ? toWhy(align()) : `Known as "${hint}"`
      },
      get alignment() {
        return align()
      },
    })
  }
  return candidates
}

/** MedDRA names no replacement for a non-current term: its PT's own term, or our sidecar's proposal, is a proposal only. */
export function findForRetired(retired: Term, verbatim: string, place: Place): Candidate[] {
  const { dictionary } = place.coder
  const proposed = dictionary.findProposedReplacement(retired.code) ?? dictionary.findTerm(retired.conceptCode)
  const first = proposed?.isCurrent
    ? toCandidates(place.coder, proposed.code, {
        confidence: 0.99,
        why: `Proposed in place of the non-current "${retired.text}"`,
      })
    : []
  return toOnePerConcept(place.coder, [...first, ...findSimilar(verbatim, place)])
}

/** The first candidate of each concept. */
export function toOnePerConcept({ dictionary }: Autocoder, candidates: readonly Candidate[]): Candidate[] {
  const firsts = new Map<string | undefined, Candidate>()
  for (const candidate of candidates) {
    const concept = dictionary.findTerm(candidate.path.at(-1)?.code ?? '')?.conceptCode
    if (!firsts.has(concept)) firsts.set(concept, candidate)
  }
  return [...firsts.values()]
}

/** The name of the preferred term; of dictionaries without one, of the term. */
export function toConceptName({ path }: Candidate): string {
  return (path.find(({ level }) => level === 'PT') ?? path.at(-1))?.text ?? ''
}

/** The term in quotes, with its preferred term where that has another name. */
export function toTermName({ path }: Candidate): string {
  const term = path.at(-1)
  const pt = path.find(({ level }) => level === 'PT')
  return term && pt && term.code !== pt.code ? `"${term.text}" (PT ${pt.text})` : `"${term?.text}"`
}

/** Autocoding: one verbatim in, one result out. Knows the dictionary and the lists; knows nothing of subjects, storage or time. */
import { listAssignableBelow } from '../../dictionaries/assignable.ts'
import type { Dictionary, Term } from '../../dictionaries/dictionary.ts'
import { foldVerbatim } from '../../dictionaries/text/fold.ts'
import { normaliseTerm } from '../../dictionaries/text/normalise.ts'
import type { AutocodeOutcome, Step } from '../../schemas/outcomes.ts'
import type { Candidate, TermPath } from '../../schemas/terms.ts'
import { toEditDistance, toSharedWords } from './compare.ts'
import { findAlarm } from './guard.ts'
import type { CodingLists } from './lists.ts'

/** Raised when the rules of this room change what a verbatim leads to; stamped on every decision. */
export const ENGINE_VERSION = '1'

export interface Autocoder {
  readonly dictionary: Dictionary
  readonly lists: CodingLists
}

export interface AutocodeResult {
  readonly outcome: AutocodeOutcome
  readonly step: Step
  /** One sentence: why this outcome. */
  readonly reason: string
  /** 1 where a rule coded; else the similarity of the best candidate, 0 without one. Not yet a probability. */
  readonly confidence: number
  /** The term to assign; null when a person decides. */
  readonly coding: TermPath | null
  /** The chosen term first, then others by similarity, one per concept; at most `CANDIDATE_LIMIT`. */
  readonly candidates: readonly Candidate[]
}

export const CANDIDATE_LIMIT = 10
/** Similarity below which a candidate is noise and the outcome says that nothing matches. */
const WORTH_SHOWING = 0.2

/**
 * Codes a verbatim, or says why a person must (DESIGN §6, invariant 11: similarity alone never codes).
 * The steps, first one wins: not codable, do-not-autocode list, exact current term, approved synonym,
 * normalised form unless the guard raises an alarm, candidates by similarity for review.
 */
export function autocode(verbatim: string, coder: Autocoder): AutocodeResult {
  const folded = foldVerbatim(verbatim)
  if (!/[\p{L}\p{N}]/u.test(folded))
    return toReview('not-codable', 'guard', folded === '' ? 'The term is empty' : `"${folded}" holds no word`, [])

  const barred = coder.lists.doNotAutocode.get(folded)
  if (barred)
    return toReview(
      'do-not-autocode',
      'do-not-autocode-list',
      `On the do-not-autocode list (${barred.source}): ${barred.reason}`,
      findSimilar(verbatim, coder),
    )

  const exact = coder.dictionary.listByFold(folded)
  const current = exact.filter((term) => term.isCurrent)
  const synonym = coder.lists.synonyms.get(folded)
  const claims = [...current, ...listTerm(coder, synonym?.lltCode)]
  const claimed = new Set(claims.map((term) => term.conceptCode))
  if (claimed.size > 1) {
    const named = toOnePerConcept(
      coder,
      claims.flatMap((term) => toCandidates(coder, term.code, 1, 'Same words as the verbatim')),
    )
    const names = named.map((candidate) => toTermName(candidate)).join('; ')
    return toReview('ambiguous', 'exact', `${claimed.size} preferred terms have equal claims: ${names}`, named)
  }
  if (current[0])
    return toCoded(
      'exact',
      'exact',
      coder,
      current[0].code,
      'The verbatim is a current term of the dictionary, letter case apart',
    )
  if (synonym) return toCoded('synonym', 'synonym-list', coder, synonym.lltCode, `Approved synonym (${synonym.source})`)

  const retired = exact[0]
  if (retired) {
    const below = listAssignableBelow(coder.dictionary, retired.conceptCode, { limit: CANDIDATE_LIMIT })
    return toReview(
      'low-confidence',
      'exact',
      below.length > 0
        ? `"${retired.text}" (${retired.code}) is a heading: a code below it is to be chosen`
        : `"${retired.text}" is not current any more: only current terms can be assigned`,
      below.length > 0
        ? below.flatMap((term) => toCandidates(coder, term.code, 0.9, `Stands below "${retired.text}"`))
        : findForRetired(retired, verbatim, coder),
    )
  }

  const alarm = findAlarm(folded)
  if (alarm) {
    const says = alarm.kind === 'compound' ? 'more than one event' : 'that something is not there'
    return toReview(alarm.kind, 'guard', `"${alarm.sign}" may say ${says}`, findSimilar(verbatim, coder))
  }

  const normalised = coder.dictionary.listByNormalised(normaliseTerm(verbatim)).filter((term) => term.isCurrent)
  if (normalised.length > 0) {
    const concepts = new Set(normalised.map((term) => term.conceptCode))
    const nearest = findNearest(folded, normalised)
    if (concepts.size === 1 && nearest)
      return toCoded(
        'normalised',
        'normalised',
        coder,
        nearest.code,
        `Equal to "${nearest.text}" after spelling, plural and word order are evened out`,
      )
    const named = toOnePerConcept(
      coder,
      normalised.flatMap((term) => toCandidates(coder, term.code, 1, 'Same normalised form')),
    )
    return toReview('ambiguous', 'normalised', `The normalised form fits ${concepts.size} preferred terms`, named)
  }

  const candidates = findSimilar(verbatim, coder)
  const best = candidates[0]
  if (!best) return toReview('no-match', 'similarity', 'No term of the dictionary resembles the verbatim', [])
  return toReview(
    'low-confidence',
    'similarity',
    `Closest is ${toTermName(best)}: similarity alone never codes`,
    candidates,
  )
}

function toCoded(
  outcome: AutocodeOutcome,
  step: Step,
  coder: Autocoder,
  lltCode: string,
  reason: string,
): AutocodeResult {
  const [chosen] = toCandidates(coder, lltCode, 1, reason)
  if (!chosen) throw new Error(`LLT ${lltCode} has no path: the dictionary or the lists were not checked on load`)
  return { outcome, step, reason, confidence: 1, coding: chosen.path, candidates: [chosen] }
}

function toReview(
  outcome: AutocodeOutcome,
  step: Step,
  reason: string,
  candidates: readonly Candidate[],
): AutocodeResult {
  return {
    outcome,
    step,
    reason,
    confidence: candidates[0]?.confidence ?? 0,
    coding: null,
    candidates: candidates.slice(0, CANDIDATE_LIMIT),
  }
}

function toCandidates({ dictionary }: Autocoder, lltCode: string, confidence: number, why: string): Candidate[] {
  const path = dictionary.findPath(lltCode)
  return path ? [{ path, confidence, why }] : []
}

/** Current terms like the verbatim, one per concept, best first. */
function findSimilar(verbatim: string, coder: Autocoder): Candidate[] {
  const seen = new Set<string>()
  const candidates: Candidate[] = []
  for (const { term, score, hint } of coder.dictionary.listCandidates(verbatim, { limit: CANDIDATE_LIMIT * 5 })) {
    if (score < WORTH_SHOWING || candidates.length === CANDIDATE_LIMIT) break
    if (seen.has(term.conceptCode)) continue
    seen.add(term.conceptCode)
    // Rounded so that the last bits of a floating sum never decide what is written down.
    candidates.push(
      ...toCandidates(
        coder,
        term.code,
        Math.round(Math.min(score, 0.99) * 1000) / 1000,
        hint === undefined ? toSharedWords(verbatim, term.text) : `An index leads to it from "${hint}"`,
      ),
    )
  }
  return candidates
}

/** MedDRA names no replacement for a non-current term: its PT's own term, or our sidecar's proposal, is a proposal only. */
function findForRetired(retired: Term, verbatim: string, coder: Autocoder): Candidate[] {
  const proposed =
    coder.dictionary.findProposedReplacement(retired.code) ?? coder.dictionary.findTerm(retired.conceptCode)
  const first = proposed?.isCurrent
    ? toCandidates(coder, proposed.code, 0.99, `Proposed in place of the non-current "${retired.text}"`)
    : []
  return toOnePerConcept(coder, [...first, ...findSimilar(verbatim, coder)])
}

function findNearest(folded: string, terms: readonly Term[]): Term | undefined {
  const ranked = terms.map((term) => ({ term, distance: toEditDistance(folded, foldVerbatim(term.text)) }))
  ranked.sort((a, b) => a.distance - b.distance || (a.term.code < b.term.code ? -1 : 1))
  return ranked[0]?.term
}

function listTerm({ dictionary }: Autocoder, code: string | undefined): Term[] {
  const term = code === undefined ? undefined : dictionary.findTerm(code)
  return term ? [term] : []
}

/** The first candidate of each concept. */
function toOnePerConcept({ dictionary }: Autocoder, candidates: readonly Candidate[]): Candidate[] {
  const firsts = new Map<string | undefined, Candidate>()
  for (const candidate of candidates) {
    const concept = dictionary.findTerm(candidate.path.at(-1)?.code ?? '')?.conceptCode
    if (!firsts.has(concept)) firsts.set(concept, candidate)
  }
  return [...firsts.values()]
}

function toTermName({ path }: Candidate): string {
  const term = path.at(-1)
  const pt = path.find(({ level }) => level === 'PT')
  return term && pt && term.code !== pt.code ? `"${term.text}" (PT ${pt.text})` : `"${term?.text}"`
}

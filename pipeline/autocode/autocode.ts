/** Autocoding: one verbatim in, one result out. Knows the dictionary and the lists; knows nothing of subjects, storage or time. */
import type { Dictionary, Llt } from '../../dictionaries/dictionary.ts'
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
  /** The chosen term first, then others by similarity, one per PT; at most `CANDIDATE_LIMIT`. */
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
  const current = exact.filter((llt) => llt.isCurrent)
  const synonym = coder.lists.synonyms.get(folded)
  const claims = [...current, ...listLlts(coder, synonym?.lltCode)]
  const claimed = new Set(claims.map((llt) => llt.ptCode))
  if (claimed.size > 1) {
    const named = toOnePerTerm(claims.flatMap((llt) => toCandidates(coder, llt.code, 1, 'Same words as the verbatim')))
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
  if (retired)
    return toReview(
      'low-confidence',
      'exact',
      `"${retired.text}" is not current any more: only current terms can be assigned`,
      findForRetired(retired, verbatim, coder),
    )

  const alarm = findAlarm(folded)
  if (alarm) {
    const says = alarm.kind === 'compound' ? 'more than one event' : 'that something is not there'
    return toReview(alarm.kind, 'guard', `"${alarm.sign}" may say ${says}`, findSimilar(verbatim, coder))
  }

  const normalised = coder.dictionary.listByNormalised(normaliseTerm(verbatim)).filter((llt) => llt.isCurrent)
  if (normalised.length > 0) {
    const preferredTerms = new Set(normalised.map((llt) => llt.ptCode))
    const nearest = findNearest(folded, normalised)
    if (preferredTerms.size === 1 && nearest)
      return toCoded(
        'normalised',
        'normalised',
        coder,
        nearest.code,
        `Equal to "${nearest.text}" after spelling, plural and word order are evened out`,
      )
    const named = toOnePerTerm(normalised.flatMap((llt) => toCandidates(coder, llt.code, 1, 'Same normalised form')))
    return toReview('ambiguous', 'normalised', `The normalised form fits ${preferredTerms.size} preferred terms`, named)
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

/** Current terms like the verbatim, one per PT, best first. */
function findSimilar(verbatim: string, coder: Autocoder): Candidate[] {
  const seen = new Set<string>()
  const candidates: Candidate[] = []
  for (const { llt, score } of coder.dictionary.listCandidates(verbatim, { limit: CANDIDATE_LIMIT * 5 })) {
    if (score < WORTH_SHOWING || candidates.length === CANDIDATE_LIMIT) break
    if (seen.has(llt.ptCode)) continue
    seen.add(llt.ptCode)
    // Rounded so that the last bits of a floating sum never decide what is written down.
    candidates.push(
      ...toCandidates(
        coder,
        llt.code,
        Math.round(Math.min(score, 0.99) * 1000) / 1000,
        toSharedWords(verbatim, llt.text),
      ),
    )
  }
  return candidates
}

/** MedDRA names no replacement for a non-current term: its PT's own term, or our sidecar's proposal, is a proposal only. */
function findForRetired(retired: Llt, verbatim: string, coder: Autocoder): Candidate[] {
  const proposed = coder.dictionary.findProposedReplacement(retired.code) ?? coder.dictionary.findLlt(retired.ptCode)
  const first = proposed?.isCurrent
    ? toCandidates(coder, proposed.code, 0.99, `Proposed in place of the non-current "${retired.text}"`)
    : []
  return toOnePerTerm([...first, ...findSimilar(verbatim, coder)])
}

function findNearest(folded: string, llts: readonly Llt[]): Llt | undefined {
  const ranked = llts.map((llt) => ({ llt, distance: toEditDistance(folded, foldVerbatim(llt.text)) }))
  ranked.sort((a, b) => a.distance - b.distance || (a.llt.code < b.llt.code ? -1 : 1))
  return ranked[0]?.llt
}

function listLlts({ dictionary }: Autocoder, code: string | undefined): Llt[] {
  const llt = code === undefined ? undefined : dictionary.findLlt(code)
  return llt ? [llt] : []
}

/** The first candidate of each preferred term. */
function toOnePerTerm(candidates: readonly Candidate[]): Candidate[] {
  const firsts = new Map<string | undefined, Candidate>()
  for (const candidate of candidates) {
    const pt = candidate.path.at(-2)?.code
    if (!firsts.has(pt)) firsts.set(pt, candidate)
  }
  return [...firsts.values()]
}

function toTermName({ path }: Candidate): string {
  const llt = path.at(-1)
  const pt = path.at(-2)
  return llt && pt && llt.code !== pt.code ? `"${llt.text}" (PT ${pt.text})` : `"${llt?.text}"`
}

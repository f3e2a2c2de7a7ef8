/** Autocoding: one verbatim in, one result out. Knows the dictionary and the lists; knows nothing of subjects, storage or time. */
import { distance } from 'fastest-levenshtein'
import { listAssignableBelow } from '../../dictionaries/assignable.ts'
import type { Term } from '../../dictionaries/dictionary.ts'
import { foldVerbatim } from '../../dictionaries/text/fold.ts'
import { normaliseTerm } from '../../dictionaries/text/normalise.ts'
import { assertNever } from '../../schemas/errors.ts'
import type { AutocodeOutcome, Step } from '../../schemas/outcomes.ts'
import type { Candidate, TermPath } from '../../schemas/terms.ts'
import type { Autocoder } from './autocoder.ts'
import {
  CANDIDATE_LIMIT,
  findForHeld,
  findForRetired,
  findSimilar,
  type Place,
  toCandidates,
  toConceptName,
  toOnePerConcept,
  toRankedCandidates,
  toRounded,
  toTermName,
} from './candidates.ts'
import { listDoubts } from './doubts.ts'
import { listParts, type ProposedPart } from './events.ts'
import { listSlots, type Slot, toAlignment, withSymptoms } from './explanation.ts'
import { FATAL_QUERY, findHeldKind, type Held, listWholeSigns, withoutOwnWords } from './held.ts'
import { findSynonym } from './lists.ts'
import type { Matches } from './matcher.ts'
import { listSigns, type Sign } from './signs.ts'
import { type Piece, toPieces } from './split.ts'
import { findSymptomRow } from './symptoms.ts'
import { findUncodable, toUncodableWords } from './uncodable.ts'
import { isVague } from './vague.ts'
import { findVeto } from './vetoes.ts'

/** Raised when the rules of this room change what a verbatim leads to; stamped on every decision. */
export const ENGINE_VERSION = '2'

export interface AutocodeResult {
  readonly outcome: AutocodeOutcome
  readonly step: Step
  /** One sentence: why this outcome. */
  readonly reason: string
  /** 1 where a rule coded; else the probability that the first candidate's concept is right, 0 without one. */
  readonly confidence: number
  /** The term to assign; null when a person decides. */
  readonly coding: TermPath | null
  /** The chosen term first, then others by probability, one per concept; at most `CANDIDATE_LIMIT`. */
  readonly candidates: readonly Candidate[]
  /** Of a compound verbatim its events; else none. */
  readonly parts: readonly ProposedPart[]
  /** What to ask the site, where only the site can answer. */
  readonly siteQuery?: string
}

/**
 * Codes a verbatim, or says why a person must (DESIGN §6, invariant 11: similarity alone never codes). The steps, first
 * one wins: not codable, do-not-autocode list, exact current term, approved synonym, what no machine may code, normalised
 * form, several events, signs that the event is not there or not sure, confident by its alignment; else candidates.
 * @param domain the SDTM domain: what an adverse event cannot be, a medical history may
 */
export function autocode(verbatim: string, coder: Autocoder, domain = 'AE'): AutocodeResult {
  const folded = foldVerbatim(verbatim)
  if (!/[\p{L}\p{N}]/u.test(folded))
    return toReview('not-codable', 'guard', {
      reason: folded === '' ? 'The term is empty' : `"${folded}" holds no word`,
      siteQuery: 'Please enter the event or condition in words.',
    })

  const barred = coder.lists.doNotAutocode.get(folded)
  if (barred)
    return toReview('do-not-autocode', 'do-not-autocode-list', {
      reason: `On the do-not-autocode list (${barred.source}): ${barred.reason}`,
      candidates: findSimilar(verbatim, { coder, domain }),
    })

  const exact = coder.dictionary.listByFold(folded)
  const current = exact.filter((term) => term.isCurrent)
  const synonym = findSynonym(coder.lists, folded, domain)
  const claims = [...current, ...listTerm(coder, synonym?.lltCode)]
  const claimed = new Set(claims.map((term) => term.conceptCode))
  if (claimed.size > 1) {
    const named = toOnePerConcept(
      coder,
      claims.flatMap((term) => toCandidates(coder, term.code, { confidence: 1, why: 'Same words as the verbatim' })),
    )
    const names = named.map((candidate) => toTermName(candidate)).join('; ')
    return toReview('ambiguous', 'exact', {
      reason: `${claimed.size} preferred terms have equal claims: ${names}`,
      candidates: named,
    })
  }
  const veto = synonym === undefined ? findVeto(verbatim, { coder, domain, isTerm: current.length > 0 }) : undefined
  if (veto) {
    const { outcome, reason, siteQuery } = veto
    const candidates = findForHeld(verbatim, current[0], { coder, domain })
    return toReview(outcome, 'guard', { reason, candidates, ...(siteQuery === undefined ? {} : { siteQuery }) })
  }
  const held = current[0] && synonym === undefined ? findHeld(verbatim, current[0].code, { coder, domain }) : undefined
  if (held)
    return toReview('low-confidence', 'guard', {
      ...held,
      candidates: findForHeld(verbatim, current[0], { coder, domain }),
    })
  if (current[0])
    return toCoded('exact', 'exact', {
      coder,
      code: current[0].code,
      reason: 'The verbatim is a current term of the dictionary, letter case apart',
    })
  if (synonym)
    return toCoded('synonym', 'synonym-list', {
      coder,
      code: synonym.lltCode,
      reason: `Approved synonym (${synonym.source})`,
    })

  const retired = exact[0]
  if (retired) {
    const below = listAssignableBelow(coder.dictionary, retired.conceptCode, { limit: CANDIDATE_LIMIT })
    return toReview('low-confidence', 'exact', {
      reason:
        below.length > 0
          ? `"${retired.text}" (${retired.code}) is a heading: a code below it is to be chosen`
          : `"${retired.text}" is not current any more: only current terms can be assigned`,
      candidates:
        below.length > 0
          ? below.flatMap((term) =>
              toCandidates(coder, term.code, { confidence: 0.9, why: `Stands below "${retired.text}"` }),
            )
          : findForRetired(retired, verbatim, { coder, domain }),
    })
  }

  const normalised = findNormalised(verbatim, { coder, domain, folded })
  if (normalised) return normalised
  return autocodeByWords(verbatim, { coder, domain })
}

/** The verbatim as a term of the dictionary once spelling, plural and word order are evened out. */
function findNormalised(
  verbatim: string,
  { coder, domain, folded }: Place & { folded: string },
): AutocodeResult | undefined {
  // A minus that stands alone is "negative" in every clinic; evening out punctuation would lose it.
  if (MINUS.test(folded)) return undefined
  const normalised = coder.dictionary.listByNormalised(normaliseTerm(verbatim)).filter((term) => term.isCurrent)
  if (normalised.length === 0) return undefined
  // "nausea, ongoing": what stands behind the comma is no part of a name that was turned round.
  const behind = folded.slice(folded.indexOf(',') + 1).trim()
  if (folded.includes(',') && coder.lexicon.findQualifier(behind)?.effect === 'drop') return undefined
  const concepts = new Set(normalised.map((term) => term.conceptCode))
  const nearest = findNearest(folded, normalised)
  const held = concepts.size === 1 && nearest ? findHeld(verbatim, nearest.code, { coder, domain }) : undefined
  if (held)
    return toReview('low-confidence', 'guard', {
      ...held,
      candidates: findForHeld(verbatim, nearest, { coder, domain }),
    })
  if (concepts.size === 1 && nearest)
    return toCoded('normalised', 'normalised', {
      coder,
      code: nearest.code,
      reason: `Equal to "${nearest.text}" after spelling, plural and word order are evened out`,
    })
  return toReview('ambiguous', 'normalised', {
    reason: `The normalised form fits ${concepts.size} preferred terms`,
    candidates: toOnePerConcept(
      coder,
      normalised.flatMap((term) => toCandidates(coder, term.code, { confidence: 1, why: 'Same normalised form' })),
    ),
  })
}

const DASH = '[-\\u2010-\\u2015\\u2212]'
/** "HIV (-)", "rash[-]", "fever -"; also "!", "¬" and an empty box before a word. A dash between words is none. */
const MINUS = new RegExp(
  `[([]\\s*${DASH}\\s*[)\\]]|(?:^|\\s)${DASH}\\s*(?:[.,;!]|$)|^\\s*(?:${DASH}|[!¬])|\\[\\s*\\]`,
  'u',
)

/** What the words of the verbatim lead to, each with its role. */
function autocodeByWords(verbatim: string, { coder, domain }: Place): AutocodeResult {
  const matches = coder.matcher.match(verbatim, { domain })
  const [first] = matches.ranked
  const probability = toRounded(coder.confidence.of(matches.ranked))
  const slots =
    first === undefined ? toUnmatchedSlots(matches) : listSlots(matches, { matcher: coder.matcher, ranked: first })
  const candidates = toRankedCandidates(verbatim, matches, { coder, probability })
  const alignment = candidates[0]?.alignment
  const doubts =
    alignment === undefined || first === undefined
      ? ['no term resembles it']
      : listDoubts(verbatim, { first, alignment, slots, matches, matcher: coder.matcher, lexicon: coder.lexicon })

  const signs = listSigns(verbatim, slots, { isAccounted: doubts.length === 0 })
  const isWhole = doubts.length === 0 || (first !== undefined && coder.matcher.toCovered(first).both >= WHOLE_COVERED)
  // "Rash and itching of eyes" is more than an itchy rash.
  const hasSite = alignment?.tokens.some(({ role }) => role === 'site') ?? false
  const pieces = isWhole && !hasSite ? [] : toPieces(verbatim)
  const parts = listParts(pieces, { coder, domain })
  const negated = MINUS.test(foldVerbatim(verbatim))
    ? ({ kind: 'negated', text: '-' } as const)
    : signs.find(({ kind }) => kind === 'negated')
  if (negated !== undefined)
    return toReview('negated', 'guard', {
      reason: `"${negated.text}" may say that something is not there`,
      candidates,
      siteQuery: 'Please enter what happened; what did not happen needs no entry. Was there an event?',
    })
  const diagnosis =
    parts.length > 1 ? findDiagnosis(verbatim, { pieces, parts, matches }, { coder, domain }) : undefined
  if (diagnosis !== undefined) return diagnosis
  if (parts.length > 1)
    return toReview('compound', 'guard', {
      reason: `${parts.length} events in one text: ${parts.map(({ text, candidate }) => `"${text}" (${toConceptName(candidate)})`).join(', ')}`,
      candidates: toOnePerConcept(coder, [...parts.map(({ candidate }) => candidate), ...candidates]),
      confidence: MOST_OF_A_PART,
      parts,
      siteQuery:
        'Several events seem to be entered as one. Please enter each event on its own, or say how they belong together.',
    })
  if (candidates.length === 0)
    return toReview('no-match', 'similarity', { reason: 'No term of the dictionary resembles the verbatim' })

  const isMedicine =
    slots.length > 0 &&
    !slots.some(({ word }) => EVENT_KINDS.has(word.part.kind)) &&
    slots.some(({ word }) => word.part.kind === 'medicine')
  if (isMedicine)
    return toReview('not-codable', 'guard', {
      reason: `"${foldVerbatim(verbatim)}" names a medicine and no event`,
      candidates,
      siteQuery: 'A medicine is entered. Please enter the event or condition.',
    })
  const uncodable =
    findUncodable(toContent(slots, EVENT_KINDS)) ?? (isVague(toContent(slots, SAID_KINDS)) ? 'vague' : undefined)
  if (uncodable !== undefined) {
    const { reason, query } = toUncodableWords(uncodable, foldVerbatim(verbatim))
    return toReview('not-codable', 'guard', { reason, candidates, siteQuery: query })
  }
  const unsure = slots.find(({ word, place }) => word.isUnsure && place !== -1)
  if (unsure !== undefined) return toUnsure(verbatim, { unsure, matches, candidates })
  const best = candidates[0] as Candidate
  const convention = findConvention(withoutOwnWords(signs, best.path), { coder, domain })
  if (convention !== undefined) return toReview('low-confidence', 'guard', { ...convention, candidates })
  const held = findHeldTerm(best.path, { coder, domain })
  if (held !== undefined) return toReview('low-confidence', 'guard', { ...held, candidates })
  if (doubts.length > 0)
    return toReview('low-confidence', 'similarity', {
      reason: `Closest is ${toTermName(best)}: ${doubts.join('; ')}`,
      candidates,
    })
  const led = first === undefined ? [] : coder.matcher.listTerms(first.text)
  const hint = led.length === 1 ? led[0]?.hint : undefined
  if (led.length !== 1 || hint !== undefined)
    return toReview('low-confidence', 'similarity', {
      reason: `Closest is ${toTermName(best)}: ${hint === undefined ? 'an index entry leads to several codes' : `it is known as "${hint}" elsewhere, which this dictionary does not say`}`,
      candidates,
    })
  if (coder.promise === null || probability < coder.promise.probability)
    return toReview('low-confidence', 'similarity', {
      reason: `Every word is accounted for by ${toTermName(best)}, with a probability of ${probability.toFixed(2)}: ${
        coder.promise === null ? 'the study codes exact terms only' : `below ${coder.promise.probability.toFixed(2)}`
      }`,
      candidates,
    })
  return {
    outcome: 'confident',
    step: 'alignment',
    reason: `Every word is accounted for by ${toTermName(best)}, with a probability of ${probability.toFixed(2)}`,
    confidence: probability,
    coding: best.path,
    candidates,
    parts: [],
  }
}

/** What may be an event. */
const EVENT_KINDS: ReadonlySet<Slot['word']['part']['kind']> = new Set(['content', 'site', 'direction', 'procedure'])

/** With what it came of: bleeding after a biopsy is no bleeding of unknown place. */
const SAID_KINDS: ReadonlySet<Slot['word']['part']['kind']> = new Set([...EVENT_KINDS, 'cause', 'medicine'])

/** What is said of the event itself; what else the term holds is: a "transient" ischaemic attack. */
function toContent(slots: readonly Slot[], kinds: ReadonlySet<Slot['word']['part']['kind']>): string {
  return slots.flatMap(({ word, place }) => (place !== -1 || kinds.has(word.part.kind) ? [word.key] : [])).join(' ')
}

/** What leaves a text to a person though a term has the very words. */
function findHeld(verbatim: string, code: string, { coder, domain }: Place): Held | undefined {
  const path = coder.dictionary.findPath(code)
  if (path === undefined) return undefined
  return (
    findConvention(listWholeSigns(verbatim, path, coder.lexicon), { coder, domain }) ??
    findHeldTerm(path, { coder, domain })
  )
}

function findHeldTerm(path: TermPath, { coder, domain }: Place): Held | undefined {
  return findProcedure(path, { coder, domain }) ?? findHeldKind(path, domain)
}

/** A procedure is no adverse event: what led to it is. The dictionary says by its broadest level what is one. */
function findProcedure(path: TermPath, { coder, domain }: Place): Held | undefined {
  if (
    domain === 'MH' ||
    coder.conventions.procedure !== 'review' ||
    !/\b(?:procedures?|operations?)\b/i.test(path[0]?.text ?? '')
  )
    return undefined
  return {
    reason: `"${path.at(-1)?.text}" is a procedure; the study's conventions leave that to a person`,
    siteQuery: 'A procedure is entered. Please enter the event or condition that led to it.',
  }
}

function toUnmatchedSlots({ prepared }: Matches): readonly Slot[] {
  return (prepared[0]?.reading.words ?? []).map((word) => ({ word, place: -1, term: undefined, nearness: undefined }))
}

/** One term that covers so much of both sides is what is meant, whatever signs stand between its words. */
const WHOLE_COVERED = 0.7
/** No code of a part is the code of the whole. */
const MOST_OF_A_PART = 0.5
/** Less than of the diagnosis alone: that what stands beside is a symptom of it rests on words only. */
const WITH_SYMPTOMS_SHARE = 0.97

/** The diagnosis that a verbatim begins with, where all else is its symptoms, and where a machine may code it alone. */
function findDiagnosis(
  verbatim: string,
  { pieces, parts, matches }: { pieces: readonly Piece[]; parts: readonly ProposedPart[]; matches: Matches },
  { coder, domain }: Place,
): AutocodeResult | undefined {
  const { matcher, lexicon, promise } = coder
  const [first, ...others] = pieces
  const [part] = parts
  if (first === undefined || part?.start !== first.start || promise === null) return undefined
  const names = [first.text, ...part.candidate.path.slice(-2).map(({ text }) => text)]
  const readings = others.map(({ text }) =>
    matcher.match(text, { domain }).prepared.map(({ reading }) => reading.words),
  )
  const row = findSymptomRow(names, readings, lexicon)
  if (row === undefined) return undefined
  const own = autocode(first.text, coder, domain)
  const confidence = toRounded(own.confidence * WITH_SYMPTOMS_SHARE)
  const concept = own.coding?.at(-2)?.code
  const ranked = matches.ranked.find(({ text }) => matcher.listTerms(text)[0]?.term.conceptCode === concept)
  const chosen = own.candidates[0]
  if (own.coding === null || chosen === undefined || ranked === undefined || confidence < promise.probability)
    return undefined
  const symptoms = others.map(({ text }) => `"${text}"`).join(', ')
  const why = `"${first.text}" is the diagnosis; ${symptoms}: symptoms of it`
  const alignment = withSymptoms(toAlignment(verbatim, listSlots(matches, { matcher, ranked }), { matcher, ranked }), {
    from: first.end,
    grounds: `${row.where}: ${row.reason}`,
  })
  return {
    outcome: 'confident',
    step: 'alignment',
    reason: `${why}. ${own.reason}`,
    confidence,
    coding: own.coding,
    candidates: toOnePerConcept(coder, [
      { path: own.coding, confidence, why, alignment },
      ...[...own.candidates.slice(1), ...parts.slice(1).map(({ candidate }) => candidate)]
        // Their alignments are of a piece, and its places are not those of the verbatim.
        .map((each) => ({ path: each.path, why: each.why, confidence: Math.min(each.confidence, 1 - confidence) }))
        .sort((a, b) => b.confidence - a.confidence),
    ]).slice(0, CANDIDATE_LIMIT),
    parts: [],
  }
}

function toUnsure(
  verbatim: string,
  { unsure, matches, candidates }: { unsure: Slot; matches: Matches; candidates: readonly Candidate[] },
): AutocodeResult {
  const { start, end } = unsure.word
  const readings = matches.prepared.flatMap(({ reading }) => {
    const words = reading.words.filter((word) => word.start === start && word.source === 'abbreviation')
    return words.length === 0 ? [] : [words.map(({ key }) => key).join(' ')]
  })
  const named = [...new Set(readings)].map((reading) => `"${reading}"`).join(' or ')
  return toReview('ambiguous', 'similarity', {
    reason: `"${verbatim.slice(start, end)}" may read ${named}`,
    candidates,
    siteQuery: `Please write "${verbatim.slice(start, end)}" in full: what does it stand for?`,
  })
}

/** The first sign that the study's conventions leave to a person. */
function findConvention(signs: readonly Sign[], { coder, domain }: Place): Held | undefined {
  for (const { kind, text } of signs) {
    switch (kind) {
      case 'negated':
        break
      case 'provisional':
        if (coder.conventions.provisional === 'review')
          return {
            reason: `"${text}" says that it is not sure; the study's conventions leave that to a person`,
            siteQuery: 'Has the diagnosis been confirmed? If not, please enter the signs and symptoms.',
          }
        break
      case 'modified':
        if (coder.conventions.modified === 'review')
          return {
            reason: `"${text}" says that it changed; the study's conventions leave that to a person`,
            siteQuery:
              'Is this a new event, or a change of a condition known before? Please say which, and what changed.',
          }
        break
      case 'history':
        if (domain !== 'MH' && coder.conventions.history === 'review')
          return {
            reason: `"${text}" speaks of the past; the study's conventions leave that to a person`,
            siteQuery: 'Did the event occur in the study, or is it a past condition?',
          }
        break
      case 'fatal':
        return { reason: `"${text}" is an outcome: a person decides what was fatal`, siteQuery: FATAL_QUERY }
      default:
        return assertNever(kind)
    }
  }
  return undefined
}

function toCoded(
  outcome: AutocodeOutcome,
  step: Step,
  { coder, code, reason }: { coder: Autocoder; code: string; reason: string },
): AutocodeResult {
  const [chosen] = toCandidates(coder, code, { confidence: 1, why: reason })
  if (!chosen) throw new Error(`LLT ${code} has no path: the dictionary or the lists were not checked on load`)
  return { outcome, step, reason, confidence: 1, coding: chosen.path, candidates: [chosen], parts: [] }
}

function toReview(
  outcome: AutocodeOutcome,
  step: Step,
  {
    reason,
    candidates = [],
    parts = [],
    siteQuery,
    confidence = candidates[0]?.confidence ?? 0,
  }: {
    reason: string
    candidates?: readonly Candidate[]
    parts?: readonly ProposedPart[]
    siteQuery?: string
    confidence?: number
  },
): AutocodeResult {
  return {
    outcome,
    step,
    reason,
    confidence,
    coding: null,
    candidates: candidates.slice(0, CANDIDATE_LIMIT),
    parts,
    ...(siteQuery === undefined ? {} : { siteQuery }),
  }
}

function findNearest(folded: string, terms: readonly Term[]): Term | undefined {
  const ranked = terms.map((term) => ({ term, edits: distance(folded, foldVerbatim(term.text)) }))
  ranked.sort((a, b) => a.edits - b.edits || (a.term.code < b.term.code ? -1 : 1))
  return ranked[0]?.term
}

function listTerm({ dictionary }: Autocoder, code: string | undefined): Term[] {
  const term = code === undefined ? undefined : dictionary.findTerm(code)
  return term ? [term] : []
}

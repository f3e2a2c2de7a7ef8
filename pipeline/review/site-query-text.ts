/**
 * What a site is asked: a proposal, and whether a text leads. A question that names a term puts the answer into the
 * site's mouth, so it must not. Pure; knows a dictionary only by whether it has a name.
 */
import { foldVerbatim } from '../../dictionaries/text/fold.ts'
import { AecoderError } from '../../schemas/errors.ts'
import type { Outcome } from '../../schemas/outcomes.ts'
import { SITE_QUERY_TEXT_AT_MOST } from '../../schemas/site-queries.ts'

/** What is known of the term that is asked about. */
export interface AskedTerm {
  /** As the site wrote it. */
  readonly verbatim: string
  readonly folded: string
  /** Of the decision in force; undefined where nothing was decided. */
  readonly outcome: Outcome | undefined
  /** What autocoding proposed to ask, if it did. */
  readonly proposed: string | undefined
}

const VERBATIM_QUOTED = 300

/** A text to ask the site: what the machine proposed, else by why the term waits; the verbatim quoted as it was written. */
export function proposeSiteQuery({ verbatim, folded, outcome, proposed }: AskedTerm): string {
  const quoted = `"${verbatim.length > VERBATIM_QUOTED ? `${verbatim.slice(0, VERBATIM_QUOTED)}…` : verbatim}"`
  const question = (proposed ?? toQuestion(outcome)).replaceAll(`"${folded}"`, quoted)
  return question.includes(quoted) ? question : `You reported ${quoted}. ${question}`
}

function toQuestion(outcome: Outcome | undefined): string {
  switch (outcome) {
    case 'compound':
      return 'It may hold more than one event. Please enter each event on a line of its own, or say that it is one.'
    case 'ambiguous':
      return 'It can be read in more than one way. Please write out in full what is meant.'
    case 'negated':
      return 'Please enter what happened; what did not happen needs no entry. Was there an event?'
    case 'not-codable':
      return 'Please enter the event or condition in words.'
    case 'conflicts-with-context':
      return 'It does not seem to fit what else is recorded of this subject. Please check the entry, and what it rests on.'
    default:
      return 'Please say more of the event or condition: what exactly was it, and where?'
  }
}

/** What a text may not name. */
export interface LeadingNames {
  /** The site's own words lead nobody. */
  readonly verbatim: string
  /** Names of the terms that are proposed for it, as the dictionary has them. */
  readonly candidates: readonly string[]
  /** Whether a current term has this name. */
  readonly isTerm: (text: string) => boolean
}

/** Words of asking, which some dictionaries have as terms. */
const NEUTRAL = new Set(
  (
    'abnormal|accident|adverse event|adverse reaction|cause of death|change|complication|condition|date|death|diagnosis|' +
    'disability|disease|disorder|dose|drug|event|finding|general symptom|history|hospitalisation|hospitalization|illness|' +
    'infusion|injection|investigation|laboratory test|medical history|medication|medicine|observation|operation|outcome|' +
    'procedure|reaction|result|serious|sign|study|subject|surgery|symptom|syndrome|test|therapy|treatment|vaccine|visit'
  ).split('|'),
)
/** A name of so many words is longer than any question would quote. */
const NAME_WORDS = 8
const ARTICLES: ReadonlySet<string> = new Set(['a', 'an', 'the'])
const WORD = /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu

/**
 * The first name of a term that stands in a text and is neither the site's own words nor a word of asking; undefined where
 * the text does not lead. A short word counts as one only in capitals: "it" and "all" are abbreviations of diseases too.
 */
export function findLeadingName(text: string, { verbatim, candidates, isTerm }: LeadingNames): string | undefined {
  const own = new Set(listWords(verbatim).map(({ folded }) => folded))
  const proposed = new Set(candidates.map((name) => foldVerbatim(name)))
  const words = listWords(text)
  for (let first = 0; first < words.length; first++) {
    if (ARTICLES.has(words[first]?.folded ?? '')) continue
    // The longest name first: it says best what is wrong.
    for (let last = Math.min(words.length, first + NAME_WORDS) - 1; last >= first; last--) {
      const run = words.slice(first, last + 1)
      if (run.every(({ folded }) => own.has(folded))) continue
      const name = text.slice(run[0]?.start ?? 0, run.at(-1)?.end ?? 0)
      const folded = foldVerbatim(name)
      if (isNeutral(folded) || (name.length <= 3 && name !== name.toUpperCase())) continue
      if (proposed.has(folded) || isTerm(name)) return name
    }
  }
  return undefined
}

/**
 * The text as it is kept: trimmed, of a length that can be sent, and not leading.
 * @throws AecoderError SITE_QUERY_NOT_ALLOWED
 */
export function checkSiteQueryText(text: string, names: LeadingNames): string {
  const trimmed = text.trim()
  const where = 'the text of the site query'
  if (trimmed.length === 0 || trimmed.length > SITE_QUERY_TEXT_AT_MOST)
    throw new AecoderError('SITE_QUERY_NOT_ALLOWED', {
      where,
      found: trimmed.length === 0 ? 'it is empty' : `it has ${trimmed.length} characters`,
      expected: `1 to ${SITE_QUERY_TEXT_AT_MOST} characters`,
    })
  const name = findLeadingName(trimmed, names)
  if (name !== undefined)
    throw new AecoderError('SITE_QUERY_NOT_ALLOWED', {
      where,
      found: `it names a term, "${name}", and so leads the site to an answer`,
      expected: 'a question that leaves the answer to the site',
      action: 'Ask what happened, without naming what it may have been',
    })
  return trimmed
}

function isNeutral(folded: string): boolean {
  return NEUTRAL.has(folded) || (folded.endsWith('s') && NEUTRAL.has(folded.slice(0, -1)))
}

function listWords(text: string): { readonly folded: string; readonly start: number; readonly end: number }[] {
  return [...text.matchAll(WORD)].map((match) => ({
    folded: foldVerbatim(match[0]),
    start: match.index,
    end: match.index + match[0].length,
  }))
}

/**
 * What leaves a text to a person though a term has its very words: it says that its event is not sure, changed or past,
 * or the term stands for no event that a machine should decide alone. Knows phrases and headings; knows no alignment.
 */
import type { Lexicon, Qualifier } from '../../dictionaries/lexicon/lexicon.ts'
import { isPattern, toMarkKey } from '../../dictionaries/lexicon/patterns.ts'
import { findConceptNode, type TermPath } from '../../schemas/terms.ts'
import { type Sign, toConventionKind } from './signs.ts'

/** Classes of the lexicon whose rows may be such phrases. */
const CLASSES: ReadonlySet<Qualifier['class']> = new Set(['certainty', 'course', 'severity'])

/** By the first word, as words; the longest first: "likely related" says nothing of the event, though "likely" does. */
type Phrases = ReadonlyMap<string, readonly { readonly words: readonly string[]; readonly row: Qualifier }[]>

const PHRASES = new WeakMap<Lexicon, Phrases>()

function toPhrases(lexicon: Lexicon): Phrases {
  const known = PHRASES.get(lexicon)
  if (known !== undefined) return known
  const phrases = lexicon.tables.qualifiers
    .filter(({ class: its, phrase }) => CLASSES.has(its) && !isPattern(phrase))
    .map((row) => ({ words: listWords(row.phrase), row }))
    .sort((one, other) => other.words.length - one.words.length)
  const byFirst = Map.groupBy(phrases, ({ words }) => words[0] ?? '')
  PHRASES.set(lexicon, byFirst)
  return byFirst
}

/** What the phrases are made of: a slash joins, as in "h/o"; other signs part. */
function listWords(text: string): readonly string[] {
  return toMarkKey(text).match(/[\p{L}\p{N}]+(?:\/[\p{L}\p{N}]+)*|[^\s\p{L}\p{N}]/gu) ?? []
}

/**
 * The signs that stand in a text whatever it is matched to.
 * @param path of the term that has these words
 */
export function listWholeSigns(text: string, path: TermPath, lexicon: Lexicon): readonly Sign[] {
  const phrases = toPhrases(lexicon)
  const words = listWords(text)
  const signs: Sign[] = []
  for (let i = 0; i < words.length; ) {
    const found = phrases.get(words[i] as string)?.find((each) => each.words.every((word, j) => word === words[i + j]))
    const kind = found === undefined ? undefined : toConventionKind(found.row)
    if (kind !== undefined) signs.push({ kind, text: found?.row.phrase ?? '' })
    i += found?.words.length ?? 1
  }
  return withoutOwnWords(signs, path)
}

/**
 * Without what the concept's own name says: a relapse of schizophrenia is more than schizophrenia, and in graft versus
 * host disease nothing is weighed. That a concept is a suspicion itself makes nothing sure.
 */
export function withoutOwnWords(signs: readonly Sign[], path: TermPath): readonly Sign[] {
  const concept = toConceptName(path).toLowerCase()
  return signs.filter(({ kind, text }) => {
    if (kind === 'modified') return !CHANGE.test(concept)
    if (kind !== 'provisional' || SUSPICION.test(text)) return true
    return !(concept.includes(text) || (VERSUS.test(text) && VERSUS.test(concept)))
  })
}

const SUSPICION = /susp|poss|prob|presum/i
const VERSUS = /\b(?:vs|versus)\b/i

/** Words by which the name of a concept says a change itself. */
const CHANGE = /\b(?:exacerbat|aggravat|worse|flar|relaps|recurr|progress|deteriorat|breakthrough|uncontrolled)/i

export interface Held {
  readonly reason: string
  readonly siteQuery: string
}

interface HeldKind {
  /** Which names of a path it is told by. */
  readonly of: 'concept' | 'broadest' | 'any'
  readonly pattern: RegExp
  readonly says: string
  readonly siteQuery: string
  /** Told in a medical history without any doubt. */
  readonly isHistory?: true
}

export const FATAL_QUERY = 'Please enter the event or condition that led to death.'
const USE_QUERY = 'Please say what was given or taken, how it differed from the plan, and whether an event came of it.'
const USE_SAYS = 'is about how a treatment was used, which the sponsor follows up'
const TREATMENT = String.raw`(?:medic\w*|drugs?|products?|dos(?:e|es|age|ing)|instructions?)`

/** Told by words of the dictionary's own names, whatever dictionary it is. */
const HELD_KINDS: readonly HeldKind[] = [
  { of: 'concept', pattern: /\b(?:over|under)dos|\boff.label/i, says: USE_SAYS, siteQuery: USE_QUERY },
  {
    of: 'any',
    pattern: new RegExp(
      String.raw`\b${TREATMENT}\b.*\b(?:errors?|mistakes?|mis-?use)\b|\b(?:errors?|mistakes?|mis-?use|use)\b.*\b${TREATMENT}\b`,
      'i',
    ),
    says: USE_SAYS,
    siteQuery: USE_QUERY,
  },
  {
    of: 'any',
    pattern: /\bexposure\b.*\bpregnan|\bpregnan.*\bexposure/i,
    says: 'is a pregnancy that the sponsor follows up',
    siteQuery: 'Was there an event in the mother or the child? If so, please enter it.',
  },
  {
    of: 'concept',
    pattern:
      /^(?!.*\b(?:fear|thoughts?|wish|ideation|attempt|tooth|questionnaire|scale|non.fatal)\b).*\b(?:death|dead|died|fatal|suicide)\b/i,
    says: 'is an outcome: a person decides what was fatal',
    siteQuery: FATAL_QUERY,
  },
  {
    of: 'concept',
    pattern: /^(?:improvement|recovery|recovered|(?:condition|disease) improved)$/i,
    says: 'is how an event went on, and not what it was',
    siteQuery: 'Please enter the event or condition that improved.',
  },
  {
    of: 'broadest',
    pattern: /\bcircumstances\b/i,
    says: 'is a circumstance of life and no event',
    siteQuery: 'Please enter the event or condition, if there was one.',
    isHistory: true,
  },
]

/** What a term stands for that no machine should decide alone. */
export function findHeldKind(path: TermPath, domain: string): Held | undefined {
  const names = path.slice(0, -1).map(({ text }) => text)
  const of: Readonly<Record<HeldKind['of'], readonly string[]>> = {
    any: names,
    concept: [toConceptName(path)],
    broadest: names.slice(0, 1),
  }
  const kind = HELD_KINDS.find(
    (each) => !(each.isHistory && domain === 'MH') && of[each.of].some((name) => each.pattern.test(name)),
  )
  if (kind === undefined) return undefined
  return { reason: `"${path.at(-1)?.text}" ${kind.says}`, siteQuery: kind.siteQuery }
}

function toConceptName(path: TermPath): string {
  return findConceptNode(path)?.text ?? ''
}

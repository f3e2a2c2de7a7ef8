/**
 * What speaks against coding a verbatim by machine, though a term resembles it: each doubt is the end of a sentence that a
 * reviewer reads. Knows one alignment and the terms that came near; decides nothing.
 */
import type { Lexicon } from '../../dictionaries/lexicon/lexicon.ts'
import type { Alignment } from '../../schemas/terms.ts'
import { findContradiction } from './contradictions.ts'
import { type Slot, WEAK_ROLES } from './explanation.ts'
import type { Matcher, Matches, Ranked } from './matcher.ts'
import type { ReadWord } from './reading.ts'
import { CAUSE_WORDS, RELATION_WORDS, TRIAL_TREATMENTS } from './words.ts'

interface Aligned {
  /** The first of the ranked names, and what follows from it. */
  readonly first: Ranked
  readonly alignment: Alignment
  readonly slots: readonly Slot[]
  readonly matches: Matches
  readonly matcher: Matcher
  readonly lexicon: Lexicon
}

/** What speaks against the first of the ranked names; nothing where every word of both sides is accounted for. */
export function listDoubts(
  verbatim: string,
  { first, alignment, slots, matches, matcher, lexicon }: Aligned,
): readonly string[] {
  const doubts: string[] = []
  for (const { role, text, term } of alignment.tokens) {
    if (role === 'unexplained') doubts.push(`"${text}" is not explained`)
    else if (WEAK_ROLES.has(role)) doubts.push(`"${text}" only resembles "${term}"`)
  }
  if (!slots.some(({ word, place }) => place !== -1 && !BESIDE.has(word.part.kind)))
    doubts.push('nothing is said of the event itself')
  const term = matcher.listWords(first.text)
  doubts.push(...listOrderDoubts(slots, term))
  const heavy = alignment.missing.filter(({ isLight }) => !isLight).map(({ text }) => `"${text}"`)
  if (heavy.length > 0) doubts.push(`the verbatim says nothing of ${heavy.join(', ')}`)
  for (const [i, { word, place, nearness, term: name }] of slots.entries()) {
    const { part } = word
    if ((nearness === 'spelling' || nearness === 'stem') && name !== undefined) {
      if (nearness === 'spelling' && lexicon.isWord(word.key))
        doubts.push(`"${word.key}" is a word of its own, and need not be "${name}"`)
      const other = findOtherSpelling(word.key, name, { first, matches, matcher })
      if (other !== undefined) doubts.push(`"${word.key}" may be "${name}" or "${other}"`)
    }
    // The lower lip is the lip, where the term does not ask which part of the body it is.
    const next = slots[i + 1]
    const ofSite = part.kind === 'qualifier' && part.class === 'laterality' && isUnmatchedSite(next) ? next : undefined
    if (place !== -1) {
      if (ofSite !== undefined && part.kind === 'qualifier' && part.effect === 'keep')
        doubts.push(`"${part.phrase}" is said of "${ofSite.word.key}"`)
      continue
    }
    if (part.kind === 'cause' && part.isNamed) doubts.push(`the cause "${word.key}" may make it another event`)
    if (part.kind === 'qualifier' && part.effect === 'keep' && ofSite === undefined)
      doubts.push(`"${part.phrase}" changes the meaning`)
  }
  doubts.push(...listTextDoubts(verbatim, slots, term))
  return [...new Set(doubts)]
}

const BESIDE: ReadonlySet<ReadWord['part']['kind']> = new Set(['cause', 'value', 'stop', 'medicine'])

function isUnmatchedSite(slot: Slot | undefined): slot is Slot {
  return slot !== undefined && slot.place === -1 && slot.word.part.kind === 'site'
}

/** How near another term must come, of what the first one covers, for its word to be what was meant. */
const AS_COVERED = 0.8

/**
 * Another word that a misspelt one may as well be, where a term has it and fits about as well: "chancer" is cancer or
 * chancre; but "tooth abcess" is no access, though the letters are as near. A
 * word that the lexicon keeps apart from it always may be: "ilial" is of the bowel or of the hip bone.
 */
function findOtherSpelling(
  key: string,
  name: string,
  { first, matches: { ranked }, matcher }: Pick<Aligned, 'first' | 'matches' | 'matcher'>,
): string | undefined {
  const others = matcher.listOtherSpellings(key, name)
  if (others.length === 0) return undefined
  const least = AS_COVERED * matcher.toCovered(first).both
  const rivals = ranked.slice(1).filter((each) => matcher.toCovered(each).both >= least)
  const words = new Set(rivals.flatMap((each) => matcher.listWords(each.text)))
  return others.find(({ word, isOpposite }) => isOpposite || words.has(word))?.word
}

/** Doubts from how the words stand to each other. */
function listOrderDoubts(slots: readonly Slot[], term: readonly string[]): readonly string[] {
  const doubts: string[] = []
  const matched = slots.filter(({ place }) => place !== -1)
  const isTurned = matched.some(({ place }, i) => i > 0 && place < (matched[i - 1] as Slot).place)
  // "Vomiting without nausea" is not "nausea without vomiting".
  if (
    isTurned &&
    term.some((word) => RELATION_WORDS.has(word)) &&
    slots.some(({ word }) => RELATION_WORDS.has(word.key))
  )
    doubts.push('the words stand in another order than those of the term')
  const causes = matched.filter(({ word }) => word.part.kind === 'cause')
  if (causes.length > 0 && !term.some((word) => CAUSE_WORDS.has(word)))
    doubts.push(`the term does not say that it came of "${causes[0]?.word.key}"`)
  const trial = causes.find(({ word }) => TRIAL_TREATMENTS.has(word.key))
  if (trial !== undefined) doubts.push(`"${trial.word.key}" is the treatment of the trial`)
  if (slots.some(({ word }) => word.key === 'or') && !term.includes('or'))
    doubts.push('"or" leaves open which of two it was')
  const otherSite = slots.find(
    ({ word, place }) => place === -1 && word.part.kind === 'site' && !term.includes(word.key),
  )
  if (otherSite !== undefined && matched.some(({ word }) => word.part.kind === 'site'))
    doubts.push(`"${otherSite.word.key}" is another part of the body`)
  return doubts
}

/** A word that cannot be the last one. */
const CUT_OFF =
  /\b(?:of|and|or|with|the|due to|secondary to|because of|caused by|related to|associated with|&|w\/)\s*$/i
/** Where a sentence ends and another begins. */
const SENTENCE_END = /[.;]\s+(?=\p{Lu}\p{Ll}{2})|[\n\r]/u

/** Doubts from the text as a whole. */
function listTextDoubts(verbatim: string, slots: readonly Slot[], term: readonly string[]): readonly string[] {
  const doubts: string[] = []
  const cut = CUT_OFF.exec(verbatim)?.[0].trim()
  if (cut !== undefined && !term.includes(cut)) doubts.push(`the text breaks off behind "${cut}"`)
  const said = slots.filter(({ word, place }) => place !== -1 && !BESIDE.has(word.part.kind))
  const parted = said.some(({ word }, i) => {
    const before = said[i - 1]?.word
    return before !== undefined && SENTENCE_END.test(verbatim.slice(before.end, word.start + 3))
  })
  if (parted) doubts.push('its words stand in two sentences')
  const contradiction = findContradiction(verbatim, term)
  if (contradiction !== undefined) doubts.push(contradiction)
  const degrees = new Set(
    slots.flatMap(({ word: { part } }) => (part.kind === 'qualifier' && DEGREES.has(part.phrase) ? [part.phrase] : [])),
  )
  if (degrees.size > 1) doubts.push(`it is called both ${[...degrees].map((each) => `"${each}"`).join(' and ')}`)
  return doubts
}

/** Degrees of severity that a text gives one of; "mild to severe" is a phrase of its own. */
const DEGREES = new Set(['mild', 'moderate', 'severe'])

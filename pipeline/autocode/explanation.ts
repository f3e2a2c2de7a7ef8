/**
 * The alignment of a verbatim with a term as a reviewer reads it: what each word does, what the term has beside, and what
 * speaks against coding by machine. Knows words and lexicon rows; decides nothing.
 */
import type { AlignedToken, Alignment, TokenRole } from '../../schemas/terms.ts'
import type { Matcher, Matches, Ranked } from './matcher.ts'
import type { Nearness } from './near-words.ts'
import type { ReadWord, Source } from './reading.ts'
import { LIGHT_WORDS, STOP_WORDS } from './words.ts'

/** How each word of a reading is matched. */
export interface Slot {
  readonly word: ReadWord
  /** Its place in the term; -1 for none. */
  readonly place: number
  readonly term: string | undefined
  readonly nearness: Nearness | undefined
}

/** The words of the reading that a ranked name was found by, each with the word of the name that it stands for. */
export function listSlots(
  matches: Matches,
  { matcher, ranked }: { matcher: Matcher; ranked: Ranked },
): readonly Slot[] {
  const prepared = matches.prepared[ranked.reading]
  if (prepared === undefined) throw new RangeError(`there is no reading ${ranked.reading}`)
  matcher.aligner.begin(prepared)
  const { termOfWord, nearness } = matcher.aligner.explain(ranked.text)
  const { words, starts, vocabulary } = matcher.index
  const first = starts[ranked.text] as number
  return prepared.reading.words.map((word, i) => {
    const j = termOfWord[i] as number
    return j === -1
      ? { word, place: -1, term: undefined, nearness: undefined }
      : { word, place: j, term: vocabulary.words[words[first + j] as number] ?? '', nearness: nearness[j] }
  })
}

/** @param verbatim the text that was matched: offsets are into it */
export function toAlignment(
  verbatim: string,
  slots: readonly Slot[],
  { matcher, ranked }: { matcher: Matcher; ranked: Ranked },
): Alignment {
  const tokens = listGroups(slots).map((same) => toToken(verbatim, same))
  const covered = new Set(slots.map(({ place }) => place))
  const { words, starts, vocabulary } = matcher.index
  const missing: { readonly text: string; readonly isLight: boolean }[] = []
  const from = starts[ranked.text] as number
  for (let place = from; place < (starts[ranked.text + 1] as number); place += 1) {
    const text = vocabulary.words[words[place] as number] ?? ''
    if (!covered.has(place - from) && !STOP_WORDS.has(text)) missing.push({ text, isLight: LIGHT_WORDS.has(text) })
  }
  return { tokens, missing }
}

/** What is said behind a diagnosis as its symptoms, but for what says nothing. */
export function withSymptoms(
  { tokens, missing }: Alignment,
  { from, grounds }: { readonly from: number; readonly grounds: string },
): Alignment {
  return {
    tokens: tokens.map((token) =>
      token.start < from || token.role === 'stop' || token.role === 'qualifier' || token.role === 'value'
        ? token
        : { text: token.text, start: token.start, end: token.end, role: 'symptom', grounds },
    ),
    missing,
  }
}

/** Slots that are one for a reader: words of one reading of the lexicon, and phrases of which the term holds nothing. */
function listGroups(slots: readonly Slot[]): readonly (readonly Slot[])[] {
  const groups: Slot[][] = []
  for (const slot of slots) {
    const last = groups.at(-1)?.at(-1)
    const isSame =
      last !== undefined &&
      (last.word.start === slot.word.start ||
        (last.place === -1 &&
          slot.place === -1 &&
          last.word.part === slot.word.part &&
          PHRASE_PARTS.has(slot.word.part.kind)))
    if (isSame) groups.at(-1)?.push(slot)
    else groups.push([slot])
  }
  return groups
}

const PHRASE_PARTS: ReadonlySet<ReadWord['part']['kind']> = new Set(['qualifier', 'value', 'medicine', 'procedure'])

function toToken(verbatim: string, slots: readonly Slot[]): AlignedToken {
  const { word } = slots[0] as Slot
  const end = (slots.at(-1) as Slot).word.end
  const terms = slots.flatMap(({ term }) => term ?? [])
  const role = toRole(slots)
  const grounds = word.grounds ?? ('grounds' in word.part ? word.part.grounds : undefined)
  const isRelied = word.source !== 'literal' || role === 'qualifier' || role === 'direction'
  return {
    text: verbatim.slice(word.start, end),
    start: word.start,
    end,
    role,
    ...(terms.length > 0 ? { term: terms.join(' ') } : {}),
    ...(isRelied && grounds !== undefined ? { grounds } : {}),
  }
}

const SOURCE_ROLES: Readonly<Record<Exclude<Source, 'literal'>, TokenRole>> = {
  abbreviation: 'abbreviation',
  paraphrase: 'paraphrase',
  equivalent: 'equivalent',
  respaced: 'spelling',
}

/** The weakest of what its words are: a token is explained when all of it is. */
function toRole(slots: readonly Slot[]): TokenRole {
  const { word } = slots[0] as Slot
  const matched = slots.filter(({ nearness }) => nearness !== undefined)
  if (matched.length === 0) return toUnmatchedRole(word)
  if (slots.some(({ nearness, word }) => nearness === undefined && !isSpare(word))) return 'unexplained'
  const weakest = ROLE_ORDER.find((role) => matched.some(({ nearness }) => nearness === role))
  if (word.source === 'literal') return weakest ?? 'exact'
  return weakest !== undefined && WEAK_ROLES.has(weakest) ? weakest : SOURCE_ROLES[word.source]
}

/** What a term may do without, inside a reading that it holds the rest of: the side in "both eyes". */
function isSpare({ part }: ReadWord): boolean {
  return part.kind === 'stop' || part.kind === 'site' || (part.kind === 'qualifier' && part.effect === 'drop')
}

const ROLE_ORDER = ['related', 'learned', 'shortened', 'spelling', 'direction', 'equivalent', 'stem', 'exact'] as const
/** Words that only resemble those of the term: what they mean is not known. */
export const WEAK_ROLES: ReadonlySet<TokenRole> = new Set(['related', 'learned', 'shortened', 'unexplained'])

function toUnmatchedRole({ part, key, source }: ReadWord): TokenRole {
  // "disease", "syndrome": a term may do without.
  if (part.kind === 'content' && (LIGHT_WORDS.has(key) || (source === 'literal' && /^[^\p{L}\p{N}#]$/u.test(key))))
    return 'stop'
  switch (part.kind) {
    case 'qualifier':
    case 'value':
    case 'stop':
      return part.kind
    case 'cause':
    case 'medicine':
    case 'procedure':
      return 'circumstance'
    case 'site':
      return 'site'
    default:
      return 'unexplained'
  }
}

/** One sentence for the list of candidates: what is not simply the same. */
export function toWhy({ tokens, missing }: Alignment): string {
  const parts: string[] = []
  const same = tokens.filter(({ role }) => role === 'exact')
  if (same.length > 0) parts.push(`shares ${toQuoted(same.map(({ text }) => text))}`)
  for (const { role, text, term } of tokens) {
    if (role === 'abbreviation' || role === 'paraphrase') parts.push(`"${text}" reads "${term}"`)
    else if (term !== undefined && role !== 'exact' && term !== text)
      parts.push(`"${text}" ${SAYS[role] ?? 'is'} "${term}"`)
  }
  const left = tokens.filter(({ role }) => role === 'unexplained').map(({ text }) => text)
  if (left.length > 0) parts.push(`only in the verbatim: ${toQuoted(left)}`)
  if (missing.length > 0) parts.push(`only in the term: ${toQuoted(missing.map(({ text }) => text))}`)
  return parts.join('; ')
}

const SAYS: { readonly [role in TokenRole]?: string } = {
  spelling: 'as misspelt',
  related: 'resembles',
  learned: 'may mean',
  shortened: 'may be short for',
  direction: 'as',
  equivalent: 'means',
  stem: 'as',
}

function toQuoted(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(', ')
}

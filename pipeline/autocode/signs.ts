/**
 * What a verbatim says about its event that a machine must not code over: that it is not there, not sure, worse than
 * before, long past. Knows the reading and what of it the term holds itself; decides nothing.
 */
import type { Qualifier } from '../../dictionaries/lexicon/lexicon.ts'
import type { Slot } from './explanation.ts'
import { isNegation } from './reading.ts'

export const SIGN_KINDS = ['negated', 'provisional', 'modified', 'history', 'fatal'] as const
export type SignKind = (typeof SIGN_KINDS)[number]

export interface Sign {
  readonly kind: SignKind
  /** As the verbatim has it. */
  readonly text: string
}

/** Phrases of the lexicon's class `course` that speak of the past; the others of a change. */
const PAST =
  /\b(?:history|hx|pmhx?|h\/o|s\/p|status post|past|prior|previous(?:ly)?|remote|known|pre ?exist\w*|ago|child(?:hood)?|kid|teen(?:s|ager)?|long ?standing)\b/

/**
 * Signs in their order, each phrase once: in the words that the term does not hold; and what is not sure or changed also
 * where the term says so, for the study's conventions speak of the verbatim.
 * @param isAccounted every word of verbatim and term is accounted for
 */
export function listSigns(
  verbatim: string,
  slots: readonly Slot[],
  { isAccounted }: { readonly isAccounted: boolean },
): readonly Sign[] {
  const found = new Map<string, { kind: SignKind; start: number; end: number }>()
  for (const { word, place } of slots) {
    const { part } = word
    const kind = toKind(part)
    if (kind === undefined) continue
    // A term that fits word by word may deny something itself: "Fever without source".
    if (place !== -1 && (kind === 'negated' ? isAccounted : kind === 'fatal')) continue
    const phrase = 'phrase' in part ? part.phrase : word.key
    const known = found.get(phrase)
    if (known === undefined) found.set(phrase, { kind, start: word.start, end: word.end })
    else if (word.start - known.end <= 2) known.end = word.end
  }
  return [...found.values()].map(({ kind, start, end }) => ({ kind, text: verbatim.slice(start, end) }))
}

function toKind(part: Slot['word']['part']): SignKind | undefined {
  // A result that is as it should be is no event.
  if (part.kind === 'direction')
    return part.direction === 'normal' || part.direction === 'negative' ? 'negated' : undefined
  if (part.kind !== 'qualifier') return undefined
  if (isNegation(part)) return 'negated'
  return toConventionKind(part)
}

/** What a row of the lexicon says that the study's conventions decide on. */
export function toConventionKind({
  effect,
  class: its,
  phrase,
}: Pick<Qualifier, 'effect' | 'class' | 'phrase'>): SignKind | undefined {
  if (effect !== 'convention') return undefined
  switch (its) {
    case 'certainty':
      return 'provisional'
    case 'course':
      return PAST.test(phrase) ? 'history' : 'modified'
    case 'severity':
      return 'fatal'
    default:
      return undefined
  }
}

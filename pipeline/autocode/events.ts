/** The events in a verbatim that may be divided, each with its candidate. Knows pieces; decides nothing. */
import { type Candidate, findConceptNode } from '../../schemas/terms.ts'
import { type Place, toRankedCandidates, toRounded } from './candidates.ts'
import type { Piece } from './split.ts'

/** A part of a verbatim that is an event of its own. */
export interface ProposedPart {
  readonly text: string
  /** UTF-16 indices into the verbatim. */
  readonly start: number
  readonly end: number
  readonly candidate: Candidate
}

/** The events among the pieces of a verbatim; fewer than two where it is one. */
export function listParts(pieces: readonly Piece[], place: Place): readonly ProposedPart[] {
  if (pieces.length < 2) return []
  const parts: ProposedPart[] = []
  const concepts = new Set<string>()
  for (const piece of pieces) {
    const part = toPart(piece, place)
    const concept = part && findConceptNode(part.candidate.path)?.code
    if (part === undefined || concept === undefined || concepts.has(concept)) continue
    concepts.add(concept)
    parts.push(part)
  }
  return parts
}

/** What a part must cover to be an event: of its own words, and of the term's. A body site alone is none. */
const PART_COVERED = { verbatim: 0.65, term: 0.85 } as const
const PART_PROBABILITY = 0.4

function toPart({ text, start, end }: Piece, { coder, domain }: Place): ProposedPart | undefined {
  const matches = coder.matcher.match(text, { domain })
  const [first] = matches.ranked
  if (first === undefined) return undefined
  const probability = toRounded(coder.confidence.of(matches.ranked))
  const covered = coder.matcher.toCovered(first)
  const isPlain = (matches.prepared[first.reading]?.reading.words ?? []).every(({ part }) => part.kind !== 'content')
  if (
    isPlain ||
    covered.verbatim < PART_COVERED.verbatim ||
    covered.term < PART_COVERED.term ||
    probability < PART_PROBABILITY
  )
    return undefined
  const [candidate] = toRankedCandidates(text, matches, { coder, probability })
  return candidate === undefined ? undefined : { text, start, end, candidate }
}

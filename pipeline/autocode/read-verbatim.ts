/**
 * What a verbatim may mean, word by word: the words as written, and the ways the lexicon reads them. Knows the lexicon
 * and which words a dictionary holds; knows none of its terms.
 */
import { listAbbreviations, listPhrases, listRespaced } from './alternatives.ts'
import { type Atom, toAtoms } from './atoms.ts'
import { isGluedWord, toParts } from './parts.ts'
import {
  type Alternative,
  CONTENT,
  type Part,
  type Reading,
  type ReadingKnowledge,
  type ReadWord,
  SITE,
  type Source,
  STOP,
  toKeys,
  toQualifierPart,
  type VerbatimReading,
} from './reading.ts'
import { STOP_WORDS } from './words.ts'

export const MOST_READINGS = 5

/** @param domain the SDTM domain, on which some abbreviations depend */
export function readVerbatim(verbatim: string, domain: string, knowledge: ReadingKnowledge): VerbatimReading {
  const atoms = toAtoms(verbatim)
  const met = knowledge.phrases.listMet(atoms)
  const abbreviations = listAbbreviations(atoms, met, domain)
  const parts = toParts(verbatim, { atoms, met, abbreviations, knowledge })
  const alternatives = [
    // What only qualifies is one already: the side, how often, since when.
    ...abbreviations.filter(({ from, isUnsure }) => isUnsure || (parts[from] as Part).kind !== 'qualifier'),
    ...listPhrases(met, knowledge),
    ...listRespaced(atoms, knowledge),
  ]
  return { atoms, met, readings: listReadings({ verbatim, atoms, parts, knowledge }, alternatives) }
}

const PLAIN_PARTS: ReadonlySet<Part['kind']> = new Set(['content', 'stop', 'cause', 'site'])

interface Written {
  readonly verbatim: string
  readonly atoms: readonly Atom[]
  readonly parts: readonly Part[]
  readonly knowledge: ReadingKnowledge
}

function listReadings(source: Written, alternatives: readonly Alternative[]): readonly Reading[] {
  const literal = toReading(source, [])
  if (alternatives.length === 0) return [literal]
  const ranked = alternatives.toSorted(
    (a, b) => b.to - b.from - (a.to - a.from) || RANK[a.source] - RANK[b.source] || a.from - b.from,
  )
  const preferred = pickApart(ranked, [])
  // Words that the dictionary itself has come before other ways to read them.
  const isKnown = literal.words.every(({ key, part }) => part.kind === 'stop' || source.knowledge.isKnown(key))
  const read = toReading(source, preferred)
  const readings = isKnown ? [literal, read] : [read, literal]
  const short = preferred.filter(({ source, isUnsure }) => source === 'abbreviation' && !isUnsure)
  // Abbreviations alone: a lay phrase may be part of a longer term.
  if (short.length > 0 && short.length < preferred.length) readings.push(toReading(source, short))
  for (const alternative of ranked) {
    if (readings.length >= MOST_READINGS) break
    if (!preferred.includes(alternative)) readings.push(toReading(source, pickApart(preferred, [alternative])))
  }
  return readings
}

const RANK: Readonly<Record<Source, number>> = {
  abbreviation: 0,
  paraphrase: 1,
  equivalent: 2,
  respaced: 3,
  literal: 4,
}

/** Those given first, and of the others all that overlap with none before them. */
function pickApart(others: readonly Alternative[], first: readonly Alternative[]): readonly Alternative[] {
  const picked = [...first]
  for (const each of others) if (!picked.some(({ from, to }) => each.from < to && from < each.to)) picked.push(each)
  return picked
}

function toReading(source: Written, alternatives: readonly Alternative[]): Reading {
  const { atoms, parts } = source
  const words: ReadWord[] = []
  for (let i = 0; i < atoms.length; ) {
    const alternative = alternatives.find(({ from }) => from === i)
    if (alternative !== undefined) {
      const start = (atoms[i] as Atom).start
      const end = (atoms[alternative.to - 1] as Atom).end
      for (const key of alternative.words)
        words.push({
          key,
          start,
          end,
          source: alternative.source,
          part: toReadPart(key, { place: parts[i] as Part, isAlone: alternative.words.length === 1 }, source.knowledge),
          grounds: alternative.grounds,
          ...(alternative.isUnsure ? { isUnsure: true } : {}),
        })
      i = alternative.to
      continue
    }
    const until = alternatives.reduce((next, { from }) => (from > i && from < next ? from : next), atoms.length)
    i = addLiteral(words, { ...source, from: i, until })
  }
  return { words }
}

/** What a word of a lexicon's reading does: what its place does, where that is beside the event; else what the word itself does. */
function toReadPart(
  key: string,
  { place, isAlone }: { readonly place: Part; readonly isAlone: boolean },
  { phrases }: ReadingKnowledge,
): Part {
  if (STOP_WORDS.has(key)) return STOP
  if (place.kind === 'cause' || place.kind === 'value') return place
  if (phrases.isIn('body-site', key)) return SITE
  // Inside a longer reading a word may be part of a name, graft versus host; a side is a side: "left eye".
  const row = phrases.findQualifier(key)
  if (!isAlone && row?.class !== 'laterality') return CONTENT
  return row === undefined ? CONTENT : toQualifierPart(row)
}

/** The words of letters and digits without a gap (b12, h1n1), or one sign; signs that say nothing are left out. */
function addLiteral(
  words: ReadWord[],
  { verbatim, atoms, parts, from, until }: Written & { from: number; until: number },
): number {
  const first = atoms[from] as Atom
  const part = parts[from] as Part
  if (first.kind === 'sign') {
    if (part.kind !== 'stop' || /[%?+<>=↑↓]/.test(first.key))
      words.push({ key: first.key, start: first.start, end: first.end, source: 'literal', part })
    return from + 1
  }
  let to = from + 1
  const isPlain = (at: number): boolean => PLAIN_PARTS.has((parts[at] as Part).kind)
  while (to < until && isPlain(from) && isPlain(to) && isGluedWord(atoms, to)) to += 1
  const end = (atoms[to - 1] as Atom).end
  const keys = to === from + 1 && first.kind === 'letters' ? [first.key] : toKeys(verbatim.slice(first.start, end))
  for (const key of keys)
    words.push({ key, start: first.start, end, source: 'literal', part: to === from + 1 ? part : CONTENT })
  return to
}

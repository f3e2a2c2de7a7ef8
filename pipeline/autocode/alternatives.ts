/** Other ways to read stretches of a verbatim: abbreviations, lay phrases, equivalents, blanks too many or too few. */
import { chooseReading } from '../../dictionaries/lexicon/contexts.ts'
import type { AbbreviationReading } from '../../dictionaries/lexicon/lexicon.ts'
import { normaliseTerm } from '../../dictionaries/text/normalise.ts'
import type { Atom } from './atoms.ts'
import { type Met, toGrounds } from './phrases.ts'
import { type Alternative, type ReadingKnowledge, toKeys } from './reading.ts'
import { STOP_WORDS } from './words.ts'

const MOST_OTHERS = 3
/** A part of a word that was written together with another. */
const SHORTEST_PIECE = 3
/** Nobody loses one blank in so long a word. */
const LONGEST_TOGETHER = 40

/** Readings of abbreviations, by what stands beside them and the SDTM domain; unsure ones where nothing tells which. */
export function listAbbreviations(atoms: readonly Atom[], met: readonly Met[], domain: string): Alternative[] {
  const found = met.filter(({ entry }) => entry.kind === 'abbreviation')
  const alternatives: Alternative[] = []
  const seen = new Set<number>()
  for (const { from, to } of found) {
    const place = from * 1000 + to
    // c/o and h/o are abbreviations and qualifiers: what they do is known, whatever they stand for.
    if (
      seen.has(place) ||
      met.some((other) => other.from === from && other.to === to && other.entry.kind === 'qualifier')
    )
      continue
    seen.add(place)
    const rows = found.flatMap((other) =>
      other.from === from && other.to === to && other.entry.kind === 'abbreviation' ? [other.entry.row] : [],
    )
    const otherWords = atoms
      .filter((_, i) => i < from || i >= to)
      .map(({ key }) => key)
      .join(' ')
    const choice = chooseReading(rows, { otherWords, domain })
    const readings: readonly AbbreviationReading[] = choice.kind === 'taken' ? [choice.reading] : choice.readings
    for (const row of readings)
      alternatives.push({
        from,
        to,
        words: toKeys(row.reading),
        source: 'abbreviation',
        grounds: toGrounds(row),
        // One reading only, beside other words: what is unsure then is whether it is one at all.
        isUnsure: choice.kind === 'ask' && (rows.length > 1 || otherWords === ''),
      })
  }
  return alternatives
}

/** Lay phrases, equivalents of several words and names of measurements, each in words that the dictionary knows. */
export function listPhrases(met: readonly Met[], { isKnown }: ReadingKnowledge): Alternative[] {
  const alternatives: Alternative[] = []
  for (const { from, to, entry } of met) {
    if (entry.kind === 'word-set') continue
    if (entry.kind === 'paraphrase')
      alternatives.push({
        from,
        to,
        words: toKeys(entry.row.medical),
        source: 'paraphrase',
        grounds: toGrounds(entry.row),
        isUnsure: false,
      })
    const others =
      entry.kind === 'equivalence'
        ? entry.others
        : entry.kind === 'analyte'
          ? [entry.row.analyte, ...entry.row.names]
          : []
    let count = 0
    for (const other of others) {
      const words = toKeys(other)
      // Words of one for one are near words; here are phrases.
      if (count >= MOST_OTHERS || (words.length === 1 && to - from === 1 && entry.kind === 'equivalence')) continue
      if (!words.every((word) => STOP_WORDS.has(word) || isKnown(word))) continue
      count += 1
      alternatives.push({
        from,
        to,
        words,
        source: entry.kind === 'analyte' ? 'abbreviation' : 'equivalent',
        grounds: toGrounds(entry.row),
        isUnsure: false,
      })
    }
  }
  return alternatives
}

/** Two words that the dictionary knows as one ("head ache"), and one that it knows as two ("backpain"). */
export function listRespaced(atoms: readonly Atom[], { isKnown }: ReadingKnowledge): Alternative[] {
  const alternatives: Alternative[] = []
  for (let i = 0; i < atoms.length; i += 1) {
    const atom = atoms[i] as Atom
    if (atom.kind !== 'letters') continue
    const next = atoms[i + 1]
    if (next?.kind === 'letters' && !STOP_WORDS.has(next.key) && atom.key.length + next.key.length >= 6) {
      const joined = normaliseTerm(atom.key + next.key)
      if (isKnown(joined))
        alternatives.push({
          from: i,
          to: i + 2,
          words: [joined],
          source: 'respaced',
          grounds: 'written as one word',
          isUnsure: false,
        })
    }
    if (atom.key.length < 2 * SHORTEST_PIECE || atom.key.length > LONGEST_TOGETHER || isKnown(atom.key)) continue
    for (let cut = SHORTEST_PIECE; cut <= atom.key.length - SHORTEST_PIECE; cut += 1) {
      const words = [atom.key.slice(0, cut), atom.key.slice(cut)]
      if (!words.every((word) => isKnown(word) && !STOP_WORDS.has(word))) continue
      alternatives.push({
        from: i,
        to: i + 1,
        words,
        source: 'respaced',
        grounds: 'written as two words',
        isUnsure: false,
      })
      break
    }
  }
  return alternatives
}

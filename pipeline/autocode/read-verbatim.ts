/**
 * What a verbatim may mean, word by word: the words as written, and the ways the lexicon reads them. Knows the lexicon
 * and which words a dictionary holds; knows none of its terms.
 */
import { chooseReading } from '../../dictionaries/lexicon/contexts.ts'
import type {
  AbbreviationReading,
  Direction,
  Lexicon,
  Qualifier,
  QualifierClass,
  QualifierEffect,
} from '../../dictionaries/lexicon/lexicon.ts'
import { normaliseTerm } from '../../dictionaries/text/normalise.ts'
import { type Atom, toAtoms } from './atoms.ts'
import { type Met, type PhraseTable, toGrounds } from './phrases.ts'
import { STOP_WORDS } from './words.ts'

/** How a word came to stand in a reading. `respaced`: two words written as one, or one as two. */
export type Source = 'literal' | 'abbreviation' | 'paraphrase' | 'equivalent' | 'respaced'

/** What a word does beside the event. */
export type Part =
  | { readonly kind: 'content' }
  | { readonly kind: 'stop' }
  | {
      readonly kind: 'qualifier'
      readonly phrase: string
      readonly class: QualifierClass
      readonly effect: QualifierEffect
      readonly grounds: string
    }
  | { readonly kind: 'direction'; readonly direction: Direction; readonly grounds: string }
  | { readonly kind: 'value' }
  /** A part of the body: where a term has no place for it, it may be left out. */
  | { readonly kind: 'site' }
  /**
   * What led to the event, came before it, or was done about it. `isNamed`: given as its cause ("due to"), and neither a
   * treatment nor a word of the trial: an event with a cause may have a term of its own.
   */
  | { readonly kind: 'cause'; readonly isNamed: boolean }
  | { readonly kind: 'medicine' | 'procedure'; readonly grounds: string }

export interface ReadWord {
  /** Normalised. */
  readonly key: string
  /** Where it stands in the verbatim, UTF-16; words of one phrase share its place. */
  readonly start: number
  readonly end: number
  readonly source: Source
  readonly part: Part
  /** The rows it rests on. */
  readonly grounds?: string
  /** One of several readings, and nothing tells which. */
  readonly isUnsure?: true
}

export interface Reading {
  readonly words: readonly ReadWord[]
}

/** A verbatim, read. */
export interface VerbatimReading {
  readonly atoms: readonly Atom[]
  /** All that the lexicon knows in it. */
  readonly met: readonly Met[]
  /** The likeliest first; at least one, which may be without words. */
  readonly readings: readonly Reading[]
}

export interface ReadingKnowledge {
  readonly lexicon: Lexicon
  readonly phrases: PhraseTable
  /** Whether a term of the dictionary holds the word. */
  readonly isKnown: (key: string) => boolean
  /** Whether a word of the dictionary may be meant by an unknown one. */
  readonly isMisspelt: (key: string) => boolean
}

/** A way to read some atoms. */
interface Alternative {
  readonly from: number
  readonly to: number
  readonly words: readonly string[]
  readonly source: Source
  readonly grounds: string
  readonly isUnsure: boolean
}

export const MOST_READINGS = 5
const MOST_OTHERS = 3
/** A part of a word that was written together with another. */
const SHORTEST_PIECE = 3
/** Nobody loses one blank in so long a word. */
const LONGEST_TOGETHER = 40

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

const CONTENT: Part = { kind: 'content' }
const STOP: Part = { kind: 'stop' }
const VALUE: Part = { kind: 'value' }
const CAUSE: Part = { kind: 'cause', isNamed: false }
const NAMED_CAUSE: Part = { kind: 'cause', isNamed: true }
const SITE: Part = { kind: 'site' }

interface Seen {
  readonly atoms: readonly Atom[]
  readonly met: readonly Met[]
  readonly abbreviations: readonly Alternative[]
  readonly knowledge: ReadingKnowledge
}

/** What each atom does; the longest phrase decides, of equal ones the first kind named here. */
function toParts(verbatim: string, seen: Seen): Part[] {
  const { atoms, met, abbreviations, knowledge } = seen
  const { phrases } = knowledge
  const parts: Part[] = atoms.map((atom, i) =>
    atom.kind === 'sign' || STOP_WORDS.has(atom.key) || isArticle(atoms, i) ? STOP : CONTENT,
  )
  const marks = met
    .filter(({ entry }) => MARKS.has(entry.kind))
    .sort((a, b) => b.to - b.from - (a.to - a.from) || a.from - b.from)
  const taken = new Uint8Array(atoms.length)
  for (const { from, to, entry } of marks) {
    const part = toPart(entry)
    if (part === undefined || isAnySet(taken, from, to) || splitsRun(atoms, { from, to }, { verbatim, knowledge }))
      continue
    if (part.kind === 'direction' && to - from === 1 && !isDirectionHere(atoms, met, from)) continue
    taken.fill(1, from, to)
    if (part.kind === 'direction') fillDirection(parts, part, { atoms, from, to })
    else parts.fill(part, from, to)
  }
  for (const { from, to, words, isUnsure } of abbreviations) {
    if (isUnsure || isAnySet(taken, from, to)) continue
    const row = phrases.findQualifier(words.join(' '))
    if (row === undefined) continue
    taken.fill(1, from, to)
    parts.fill(toQualifierPart(row), from, to)
  }
  for (let i = 1; i < atoms.length; i += 1)
    if ((atoms[i] as Atom).key === 'a' && parts[i] === CONTENT && (parts[i - 1] as Part).kind === 'qualifier')
      parts[i] = STOP
  markRepeatedDirections(parts)
  markValues(verbatim, parts, taken, seen)
  const sites = phrases.markSet('body-site', atoms, met)
  for (let i = 0; i < atoms.length; i += 1) {
    if (parts[i] !== CONTENT || taken[i] === 1) continue
    const { key, kind } = atoms[i] as Atom
    if (sites[i] === 1 || isOrdinal(atoms, i)) parts[i] = SITE
    else if (kind === 'letters' && key.length >= SHORTEST_MISSPELT && !knowledge.isKnown(key)) {
      const row = phrases.findMisspeltQualifier(key)
      if (row !== undefined && !knowledge.isMisspelt(key)) parts[i] = toQualifierPart(row)
    }
  }
  markCircumstances(parts, seen)
  return parts
}

/** "a" at the beginning or behind a word such as "had"; behind others it is a letter: hepatitis A, vitamin A deficiency. */
function isArticle(atoms: readonly Atom[], at: number): boolean {
  if (atoms[at]?.key !== 'a' || atoms[at + 1]?.kind !== 'letters') return false
  return at === 0 || STOP_WORDS.has(atoms[at - 1]?.key ?? '')
}

/** 5th, 2nd: which of several, and its ending. */
function isOrdinal(atoms: readonly Atom[], at: number): boolean {
  const [one, other] = atoms[at]?.kind === 'number' ? [at, at + 1] : [at - 1, at]
  return atoms[one]?.kind === 'number' && isGluedWord(atoms, other) && ORDINAL.test(atoms[other]?.key ?? '')
}

const ORDINAL = /^(?:st|nd|rd|th)$/
const SHORTEST_MISSPELT = 5

/** One word of a phrase stands for its direction, and the others say no more: "above normal", "3x ULN", "↑↑". */
function fillDirection(
  parts: Part[],
  part: Part,
  { atoms, from, to }: { readonly atoms: readonly Atom[]; readonly from: number; readonly to: number },
): void {
  let isSaid = false
  for (let i = from; i < to; i += 1) {
    if (STOP_WORDS.has((atoms[i] as Atom).key)) continue
    parts[i] = isSaid ? VALUE : part
    isSaid = true
  }
}

/** "elevated … 3x ULN": what says the same direction once more. */
function markRepeatedDirections(parts: Part[]): void {
  let first: Part | undefined
  for (const [i, part] of parts.entries()) {
    if (part.kind !== 'direction') continue
    if (first === undefined) first = part
    else if (first !== part && first.kind === 'direction' && first.direction === part.direction) parts[i] = VALUE
  }
}

/**
 * Measured values, dates and durations. A decimal is always one; a whole number may belong to a name (type 2, factor 8)
 * unless a unit, a month or what was measured stands beside it.
 */
function markValues(verbatim: string, parts: Part[], taken: Uint8Array, { atoms, met, knowledge }: Seen): void {
  const { months } = knowledge.phrases
  const units = knowledge.phrases.markSet('unit', atoms, met)
  const isFree = (at: number): boolean => at >= 0 && at < atoms.length && taken[at] === 0
  const isUnit = (at: number): boolean => {
    const { key, kind } = atoms[at] as Atom
    return units[at] === 1 || (kind === 'sign' && (key === '/' || key === '^' || key === '*'))
  }
  const measured = met.filter(({ entry }) => entry.kind === 'analyte')
  const hasDirection = parts.some(({ kind }) => kind === 'direction')
  for (let i = 0; i < atoms.length; i += 1) {
    const atom = atoms[i] as Atom
    if (atom.kind !== 'number') continue
    let from = i
    let end = i + 1
    while (isFree(end) && isUnit(end)) end += 1
    if (taken[i] === 1) {
      parts.fill(VALUE, i + 1, end)
      continue
    }
    const isDate =
      YEAR.test(atom.key) ||
      (isFree(end) && months.has((atoms[end] as Atom).key)) ||
      (isFree(i - 1) && months.has((atoms[i - 1] as Atom).key))
    if (isDate) {
      if (isFree(i - 1) && months.has((atoms[i - 1] as Atom).key)) from = i - 1
      while (
        isFree(end) &&
        (months.has((atoms[end] as Atom).key) ||
          (atoms[end] as Atom).kind === 'number' ||
          DATE_SIGN.test((atoms[end] as Atom).key))
      )
        end += 1
    } else if (isFree(i + 2) && (atoms[i + 1] as Atom).key === '/' && (atoms[i + 2] as Atom).kind === 'number')
      end = Math.max(end, i + 3)
    const beside = measured.find(({ to }) => to === i || (to === i - 1 && parts[i - 1] !== CONTENT))
    const hasUnit = end > i + 1
    // Behind a word it may belong to a name, however that turned out: factor 8 decreased.
    const isApart = hasDirection && parts[i - 1] !== CONTENT
    if (!isDate && !hasUnit && !/\d[.,]\d/.test(atom.key) && beside === undefined && !isApart) continue
    if (!isDate && splitsRun(atoms, { from: i, to: end }, { verbatim, knowledge })) continue
    parts.fill(VALUE, from, end)
    // "anaemia (Hb 8.9)": a value beside an event, not the event.
    if (beside !== undefined && !hasDirection && hasOther(parts, beside)) parts.fill(VALUE, beside.from, i)
    i = end - 1
  }
}

const YEAR = /^(?:19[3-9]\d|20[0-4]\d)$/
const DATE_SIGN = /^[-/.]$/

/** Whether something is said beside a stretch of atoms. */
function hasOther(parts: readonly Part[], { from, to }: { readonly from: number; readonly to: number }): boolean {
  return parts.some(
    (part, i) => (i < from || i >= to) && (part === CONTENT || part.kind === 'medicine' || part.kind === 'procedure'),
  )
}

/** Whether atoms begin or end inside a run of letters and digits that the dictionary knows as a word: 8q21, 2b. */
function splitsRun(
  atoms: readonly Atom[],
  { from, to }: { from: number; to: number },
  { verbatim, knowledge }: { verbatim: string; knowledge: ReadingKnowledge },
): boolean {
  const isKnownRun = (border: number): boolean => {
    if (!isGluedWord(atoms, border)) return false
    let first = border - 1
    while (isGluedWord(atoms, first)) first -= 1
    let last = border
    while (isGluedWord(atoms, last + 1)) last += 1
    const run = normaliseTerm(verbatim.slice((atoms[first] as Atom).start, (atoms[last] as Atom).end))
    return !run.includes(' ') && knowledge.isKnown(run)
  }
  return isKnownRun(from) || isKnownRun(to) || (to - from > 1 && isKnownRun(to - 1))
}

/** Whether an atom continues the word before it. */
function isGluedWord(atoms: readonly Atom[], at: number): boolean {
  const atom = atoms[at]
  return atom !== undefined && at > 0 && atom.isGlued && atom.kind !== 'sign' && (atoms[at - 1] as Atom).kind !== 'sign'
}

/**
 * What led to the event, what came before it, how it was seen and what was done about it. A word such as "following"
 * opens it up to the next comma; a later part of the text that speaks of a treatment is all of it.
 */
function markCircumstances(parts: Part[], { atoms, met, knowledge: { phrases } }: Seen): void {
  const flags: Flags = {
    circumstance: phrases.markSet('circumstance', atoms, met),
    action: phrases.markSet('action', atoms, met),
    'seen-by': phrases.markSet('seen-by', atoms, met),
    'trial-talk': phrases.markSet('trial-talk', atoms, met),
  }
  let isInside = false
  let isNamed = false
  const borders = [-1]
  const mark = (at: number, cause = CAUSE): void => {
    const part = parts[at] as Part
    if (part === CONTENT || EVENT_PARTS.has(part.kind)) parts[at] = part === CONTENT ? cause : CAUSE
  }
  for (const [i, atom] of atoms.entries()) {
    const part = parts[i] as Part
    if (atom.kind === 'sign' && BORDER.test(atom.key)) {
      borders.push(i)
      isInside = false
      isNamed = false
      continue
    }
    const isCausality = part.kind === 'qualifier' && part.effect === 'convention' && part.class === 'causality'
    const opens =
      isCausality ||
      flags.circumstance[i] === 1 ||
      (part.kind === 'qualifier' && (part.phrase === 's/p' || part.phrase === 'status post')) ||
      (BY_WORDS.has(atom.key) && isSeenBy(atoms, parts, { from: i + 1, flags })) ||
      isNegation(part)
    // What the text begins with opens nothing: "s/p pneumonia" is about the pneumonia.
    if (opens && i > 0 && (part.kind !== 'qualifier' || part !== parts[0])) isInside = true
    if (isCausality) isNamed = true
    if (isInside) mark(i, isNamed && flags['trial-talk'][i] === 0 && flags.action[i] === 0 ? NAMED_CAUSE : CAUSE)
  }
  markTreatments(parts, { borders: [...borders, atoms.length], actions: flags.action, mark })
}

type Flags = Readonly<Record<'circumstance' | 'action' | 'seen-by' | 'trial-talk', Uint8Array>>

/** Parts of a text between borders that speak of a treatment: later ones wholly; the first if it says nothing else. */
function markTreatments(
  parts: readonly Part[],
  {
    borders,
    actions,
    mark,
  }: { readonly borders: readonly number[]; readonly actions: Uint8Array; readonly mark: (at: number) => void },
): void {
  const isTreatment = (at: number): boolean => actions[at] === 1 || TREATMENTS.has((parts[at] as Part).kind)
  let isBegun = false
  for (let i = 0; i + 1 < borders.length; i += 1) {
    const places: number[] = []
    for (let at = (borders[i] as number) + 1; at < (borders[i + 1] as number); at += 1) places.push(at)
    const says = places.filter((at) => parts[at] === CONTENT || EVENT_PARTS.has((parts[at] as Part).kind))
    if (says.length === 0) continue
    const isPlain = says.every(isTreatment)
    if ((isBegun && says.some(isTreatment)) || (isPlain && hasMore(parts, borders[i + 1] as number))) {
      for (const at of places) mark(at)
    } else isBegun = true
  }
}

function hasMore(parts: readonly Part[], from: number): boolean {
  return parts.some((part, at) => at > from && part === CONTENT)
}

const EVENT_PARTS: ReadonlySet<Part['kind']> = new Set(['medicine', 'procedure', 'direction', 'site'])
const TREATMENTS: ReadonlySet<Part['kind']> = new Set(['medicine', 'procedure'])
const BORDER = /^[,;()\-–]$/
const BY_WORDS = new Set(['on', 'by', 'per', 'with'])

function isSeenBy(
  atoms: readonly Atom[],
  parts: readonly Part[],
  { from, flags }: { readonly from: number; readonly flags: Flags },
): boolean {
  for (let i = from; i < Math.min(from + 3, atoms.length); i += 1) {
    if ((atoms[i] as Atom).kind === 'sign') return false
    if (flags['seen-by'][i] === 1 || TREATMENTS.has((parts[i] as Part).kind)) return true
  }
  return false
}

/** Says that something is not there. */
export function isNegation(part: Part): boolean {
  return (
    part.kind === 'qualifier' && part.class === 'certainty' && part.effect === 'keep' && !NOT_DENIED.has(part.phrase)
  )
}

const NOT_DENIED = new Set(['threatened', 'risk of'])

const MARKS: ReadonlySet<Met['entry']['kind']> = new Set(['qualifier', 'direction', 'medicine', 'procedure'])

function toPart(entry: Met['entry']): Part | undefined {
  switch (entry.kind) {
    case 'qualifier':
      return toQualifierPart(entry.row)
    case 'direction':
      return { kind: 'direction', direction: entry.row.direction, grounds: toGrounds(entry.row) }
    case 'medicine':
    case 'procedure':
      return { kind: entry.kind, grounds: toGrounds(entry.row) }
    default:
      return undefined
  }
}

function toQualifierPart(row: Qualifier): Part {
  return { kind: 'qualifier', phrase: row.phrase, class: row.class, effect: row.effect, grounds: toGrounds(row) }
}

/** H, L, hi, lo: letters that say a direction only beside what was measured. */
function isLetterCode({ kind, key }: Atom): boolean {
  return kind === 'letters' && key.length <= 2 && key !== 'up'
}

/** A letter says a direction only beside what was measured, its value or a bracket between; a power of ten says none. */
function isDirectionHere(atoms: readonly Atom[], met: readonly Met[], at: number): boolean {
  const atom = atoms[at] as Atom
  if (atom.key === '^') return !(atom.isGlued && atoms[at - 1]?.kind === 'number' && atoms[at + 1]?.kind === 'number')
  if (!isLetterCode(atom)) return true
  return met.some(({ entry, from, to }) => {
    if (entry.kind !== 'analyte') return false
    if (from === at + 1) return true
    return (
      to <= at &&
      at - to <= MOST_BETWEEN &&
      atoms.slice(to, at).every(({ kind, key }) => kind !== 'letters' || key.length <= 2)
    )
  })
}

const MOST_BETWEEN = 6

function isAnySet(flags: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i += 1) if (flags[i] === 1) return true
  return false
}

function listAbbreviations(atoms: readonly Atom[], met: readonly Met[], domain: string): Alternative[] {
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

function listPhrases(met: readonly Met[], { isKnown }: ReadingKnowledge): Alternative[] {
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
function listRespaced(atoms: readonly Atom[], { isKnown }: ReadingKnowledge): Alternative[] {
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

function toKeys(text: string): readonly string[] {
  return normaliseTerm(text).split(' ')
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

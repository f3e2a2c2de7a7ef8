/**
 * What each atom of a verbatim does beside the event: qualifier, direction, value, part of the body, circumstance; all else
 * is content. Knows the lexicon's phrases that were met; makes no reading.
 */
import { normaliseTerm } from '../../dictionaries/text/normalise.ts'
import type { Atom } from './atoms.ts'
import { markCircumstances } from './circumstances.ts'
import { type Met, toGrounds } from './phrases.ts'
import { CONTENT, type Part, type ReadingKnowledge, type Seen, SITE, STOP, toQualifierPart, VALUE } from './reading.ts'
import { STOP_WORDS } from './words.ts'

/** What each atom does; the longest phrase decides, of equal ones the first kind named here. */
export function toParts(verbatim: string, seen: Seen): Part[] {
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
export function isGluedWord(atoms: readonly Atom[], at: number): boolean {
  const atom = atoms[at]
  return atom !== undefined && at > 0 && atom.isGlued && atom.kind !== 'sign' && (atoms[at - 1] as Atom).kind !== 'sign'
}

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

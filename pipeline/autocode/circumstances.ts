/**
 * What a verbatim says of how its event came about, was seen and was treated. Knows word sets of the lexicon; knows no
 * event.
 */
import type { Atom } from './atoms.ts'
import { CAUSE, CONTENT, isNegation, NAMED_CAUSE, type Part, type Seen } from './reading.ts'

/**
 * What led to the event, what came before it, how it was seen and what was done about it. A word such as "following"
 * opens it up to the next comma; a later part of the text that speaks of a treatment is all of it.
 */
export function markCircumstances(parts: Part[], { atoms, met, knowledge: { phrases } }: Seen): void {
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

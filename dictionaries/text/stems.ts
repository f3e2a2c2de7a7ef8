/**
 * Whether two words are forms of one: vomit, vomited, vomiting; anaemia, anaemic. Knows endings of English and of Latin
 * words in English; knows no dictionary. An ending that names another thing (-itis, -oma, -osis, -penia) joins nothing
 * but its own forms: a stemmer for general English takes gingival and gingivitis for one.
 */

/** Endings of one kind change for one another; the empty one is the bare stem. */
const KINDS: readonly string[] = [
  // infect, infected, infection; obstruct, obstructive
  ' s es d ed e ing er ers ion ions or ors ive ation ations ating ate ated ative ment ments able ability ance ant ence ent ency ancy ational ional',
  // itch, itchy, itching, itchiness
  ' s y ies ied ing ed es e iness ily ish ful',
  // nerve, nervous; gland, glandular; allergy, allergic; infection, infectious
  ' y e es ion al ally ic ical ics ous ious ar ary ity ness ly ory ist ian an ean eal ual ular uous ially',
  // vertebra, vertebral; bacterium, bacterial; mucosa, mucosal
  'a ae us um is ia ias ic al ar ule ac iac ial ian i on',
]
const KINDS_OF: ReadonlyMap<string, number> = toKindsOf()
/** Forms of endings that mean something of their own: each pair is one ending. */
const OWN_FORMS: readonly (readonly [one: string, other: string])[] = [
  ['osis', 'otic'],
  ['itis', 'itic'],
  ['esis', 'etic'],
  ['asis', 'atic'],
  ['lysis', 'lytic'],
  ['ia', 'tic'], // hyperplasia, hyperplastic
  ['sm', 'stic'], // spasm, spastic
  ['a', 'atic'], // asthma, asthmatic
  ['a', 'atous'], // oedema, oedematous
  ['oma', 'omatous'],
  ['xia', 'ctic'],
  ['sis', 'tic'],
  ['sion', 'sive'],
]
/** Words that look like forms of one and are not. */
const APART: readonly (readonly [one: string, other: string])[] = [
  ['hemophilia', 'hemophilus'],
  ['septic', 'septum'],
  ['partial', 'partum'],
  ['plant', 'plantar'],
  ['lactate', 'lactation'],
  ['position', 'positive'],
  ['organ', 'organism'],
  ['colon', 'colony'],
  ['parkinson', 'parkinsonism'],
  ['conduct', 'conduction'],
  ['scab', 'scabies'],
  ['scabbing', 'scabies'],
  ['scar', 'scared'],
  ['dent', 'dental'],
  ['splint', 'splinter'],
  ['splenial', 'splenic'],
  ['posture', 'posturing'],
  ['defibrillator', 'defibrillation'],
  ['cardia', 'cardiac'],
  ['radiating', 'radiation'],
  ['homicidal', 'homicide'],
]
/** Letters of a stem, at least; below, too many words begin alike. */
const SHORTEST_STEM = 4
/** What may lie between the end of the shared letters and the end of the stem: dizz|y, dizz|iness. */
const MOST_BACK = 3
const LONGEST_ENDING = 7

/** @param shared how many letters the two lower-case words share at their beginning */
export function isSameStem(a: string, b: string, shared: number): boolean {
  if (shared < SHORTEST_STEM || Math.max(a.length, b.length) - shared > LONGEST_ENDING) return false
  if (APART.some(([one, other]) => (a === one && b === other) || (a === other && b === one))) return false
  for (let stem = shared; stem >= SHORTEST_STEM && stem >= shared - MOST_BACK; stem -= 1) {
    const left = a.slice(stem)
    const right = b.slice(stem)
    if (left.length > LONGEST_ENDING || right.length > LONGEST_ENDING) return false
    if (((KINDS_OF.get(left) ?? 0) & (KINDS_OF.get(right) ?? 0)) !== 0) return true
    for (const [one, other] of OWN_FORMS)
      if ((left === one && right === other) || (left === other && right === one)) return true
  }
  return false
}

/** Ending → the kinds it is of, a bit each. */
function toKindsOf(): ReadonlyMap<string, number> {
  const kinds = new Map<string, number>()
  for (const [kind, endings] of KINDS.entries())
    for (const ending of endings.split(' ')) kinds.set(ending, (kinds.get(ending) ?? 0) | (1 << kind))
  return kinds
}

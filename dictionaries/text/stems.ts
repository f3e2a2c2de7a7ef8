/**
 * Whether two words are forms of one: vomit, vomited, vomiting; anaemia, anaemic. Knows endings of English and of Latin
 * words in English; knows no dictionary. An ending that names another thing (-itis, -oma, -osis, -penia) joins nothing
 * but its own forms: a stemmer for general English takes gingival and gingivitis for one.
 */

const ENDINGS: ReadonlySet<string> = new Set(
  (
    ' s es d ed t ing e er ers ion ions al ally ly y ies ied iness ness ic ical ics ity ation ations ational ative ating ated ate ' +
    'ment ments ous ousness ia ias ias iac us um a ae is ant ance ancy ent ence ency able ability ible ibility ful less ish ' +
    'ing ings ism ist ive or ors ory ular ule ed en ar ary ac eal ial ian an ean oid ual uous ure'
  ).split(' '),
)
/** Forms of endings that mean something of their own: each pair is one ending. */
const OWN_FORMS: readonly (readonly [one: string, other: string])[] = [
  ['osis', 'otic'],
  ['itis', 'itic'],
  ['esis', 'etic'],
  ['asis', 'atic'],
  ['lysis', 'lytic'],
  ['plasia', 'plastic'],
  ['spasm', 'spastic'],
  ['oma', 'omatous'],
  ['xia', 'ctic'],
  ['sis', 'tic'],
  ['ia', 'ic'],
  ['sion', 'sive'],
  ['tion', 'tive'],
  ['ation', 'ate'],
]
/** Letters of a stem, at least; below, too many words begin alike. */
const SHORTEST_STEM = 4
/** What may lie between the end of the shared letters and the end of the stem: dizz|y, dizz|iness. */
const MOST_BACK = 3

/** @param shared how many letters the two lower-case words share at their beginning */
export function isSameStem(a: string, b: string, shared: number): boolean {
  for (let stem = shared; stem >= SHORTEST_STEM && stem >= shared - MOST_BACK; stem -= 1) {
    const left = a.slice(stem)
    const right = b.slice(stem)
    if (left.length > 7 || right.length > 7) return false
    if (ENDINGS.has(left) && ENDINGS.has(right)) return true
    for (const [one, other] of OWN_FORMS)
      if ((left === one && right === other) || (left === other && right === one)) return true
  }
  return false
}

/** What happens to a term on its way through a site's keyboard. Knows letters and words; knows no dictionary. Repeatable. */

export type Random = () => number

/** The neighbours of each key, on the keyboard that most sites have. */
const NEIGHBOURS: { readonly [letter: string]: string } = {
  a: 'qwsz',
  b: 'vghn',
  c: 'xdfv',
  d: 'serfcx',
  e: 'wsdr',
  f: 'drtgvc',
  g: 'ftyhbv',
  h: 'gyujnb',
  i: 'ujko',
  j: 'huikmn',
  k: 'jiolm',
  l: 'kop',
  m: 'njk',
  n: 'bhjm',
  o: 'iklp',
  p: 'ol',
  q: 'wa',
  r: 'edft',
  s: 'awedxz',
  t: 'rfgy',
  u: 'yhji',
  v: 'cfgb',
  w: 'qase',
  x: 'zsdc',
  y: 'tghu',
  z: 'asx',
}

const BEFORE = [
  'mild',
  'moderate',
  'severe',
  'grade 1',
  'grade 2',
  'gr 3',
  'G2',
  'intermittent',
  'occasional',
  'new onset',
  'ongoing',
  'left',
  'right',
  'bilateral',
  'R',
  'L',
  'Lt',
  'Rt',
  'slight',
  'c/o',
  'pt c/o',
  'patient reports',
  'increased',
  'episode of',
  'several episodes of',
  'transient',
  'subject had',
  'persistent',
  'recurrent',
  'acute',
  'possible',
  'worsening',
  'sudden',
] as const
const BEHIND = [
  'x3 days',
  'x 2d',
  'for one week',
  'on and off',
  '(grade 2)',
  '(mild)',
  '- mild',
  'since Monday',
  'resolved',
  'ongoing',
  'G1',
  'on left side',
  '(R)',
  'after dose 2',
  'day 3',
  '2/2 study drug',
  'due to study drug',
  'in the morning',
  'at night',
  'NOS',
  'x 1',
  'intermittently',
  'worse today',
  'related to IP',
  'post dose',
  'since 12MAR',
  'tx with ibuprofen',
  'noted at visit 4',
] as const
const SHORTENED: readonly (readonly [word: RegExp, short: string])[] = [
  [/\bwith\b/i, 'w/'],
  [/\bwithout\b/i, 'w/o'],
  [/\bdisease\b/i, 'dz'],
  [/\bchronic\b/i, 'chr'],
  [/\bacute\b/i, 'ac'],
  [/\bincreased\b/i, '↑'],
  [/\bdecreased\b/i, '↓'],
  [/\bincreased\b/i, 'incr'],
  [/\belevated\b/i, 'elev'],
  [/\binfection\b/i, 'inf'],
  [/\bhistory of\b/i, 'h/o'],
  [/\bfracture\b/i, 'fx'],
  [/\bbilateral\b/i, 'b/l'],
  [/\babdominal\b/i, 'abd'],
  [/\breaction\b/i, 'rxn'],
  [/\binjection site\b/i, 'inj site'],
  [/\bsyndrome\b/i, 'synd'],
  [/\bpulmonary\b/i, 'pulm'],
  [/\bcarcinoma\b/i, 'ca'],
]

function pick<T>(values: readonly T[], random: Random): T {
  return values[Math.floor(random() * values.length)] as T
}

/** One slip of a finger in a word of four letters or more: swapped, left out, doubled, or a neighbouring key. */
export function misspellWord(word: string, random: Random): string {
  if (word.length < 4) return word
  const at = 1 + Math.floor(random() * (word.length - 1))
  const kind = random()
  if (kind < 0.3)
    return at + 1 < word.length
      ? word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2)
      : word.slice(0, -1)
  if (kind < 0.6) return word.slice(0, at) + word.slice(at + 1)
  if (kind < 0.78) return word.slice(0, at) + word.charAt(at) + word.slice(at)
  const near = NEIGHBOURS[word.charAt(at).toLowerCase()]
  return near === undefined
    ? word
    : word.slice(0, at) + near.charAt(Math.floor(random() * near.length)) + word.slice(at + 1)
}

/** A slip in one word of the text, a longer one rather than a shorter. */
export function misspell(text: string, random: Random): string {
  const words = text.split(' ')
  const long = words.flatMap((word, i) => (word.length >= 4 ? Array.from({ length: word.length }, () => i) : []))
  if (long.length === 0) return text
  const at = pick(long, random)
  return words.map((word, i) => (i === at ? misspellWord(word, random) : word)).join(' ')
}

/** Other words in front or behind that say nothing of the event. */
export function qualify(text: string, random: Random): string {
  const place = random()
  const before = place < 0.6 ? `${pick(BEFORE, random)} ` : ''
  const behind = place > 0.45 ? ` ${pick(BEHIND, random)}` : ''
  return before + text + behind
}

/** Everyday short forms for words that have one. */
export function shorten(text: string, random: Random): string {
  const fitting = SHORTENED.filter(([word]) => word.test(text))
  if (fitting.length > 0) {
    const [word, short] = pick(fitting, random)
    return text.replace(word, short)
  }
  const words = text.split(' ')
  const long = words.flatMap((word, i) => (word.length >= 7 ? [i] : []))
  if (long.length === 0 || words.length < 2) return text
  const at = pick(long, random)
  return words.map((word, i) => (i === at ? word.slice(0, 4 + Math.floor(random() * 2)) : word)).join(' ')
}

/** The last word to the front, or two neighbours swapped. */
export function reorder(text: string, random: Random): string {
  const words = text.split(' ')
  if (words.length < 2) return text
  if (random() < 0.6) return [words.at(-1), ...words.slice(0, -1)].join(' ')
  const at = Math.floor(random() * (words.length - 1))
  return words.map((word, i) => (i === at ? words[at + 1] : i === at + 1 ? words[at] : word)).join(' ')
}

/** Capitals as sites use them. */
export function recase(text: string, random: Random): string {
  const kind = random()
  return kind < 0.25 ? text.toUpperCase() : kind < 0.5 ? text.toLowerCase() : text
}

/** One to three of all of these, as often as sites do them. */
export function garble(text: string, random: Random): string {
  let garbled = text
  const kind = random()
  if (kind < 0.25) garbled = misspell(garbled, random)
  else if (kind < 0.4) garbled = misspell(misspell(garbled, random), random)
  else if (kind < 0.6) garbled = qualify(garbled, random)
  else if (kind < 0.72) garbled = qualify(misspell(garbled, random), random)
  else if (kind < 0.84) garbled = shorten(garbled, random)
  else if (kind < 0.92) garbled = reorder(garbled, random)
  else garbled = qualify(shorten(garbled, random), random)
  return recase(garbled, random)
}
